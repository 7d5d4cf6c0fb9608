"""Strategies for every value of the model, whole qualifications included.

A qualification is drawn in parts that refer to each other by name: units, nested groups that list them,
clauses over both. Clauses that do not go together with the rest (credit counted where a unit has none, a
group that depends on itself) are taken out again, so nearly every draw is a valid whole.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, TypeVar

import attrs
from hypothesis import assume
from hypothesis import strategies as st

from roc.errors import DataError, InvalidData
from roc.groups import GroupKind, Opening, Sharing, UnitGroup
from roc.levels import Level
from roc.numbers import QualificationNumber, UnitNumber
from roc.qualification import Condition, Entry, Example, Pathway, PathwayKind, Qualification
from roc.rules import (
    AllOf,
    Barred,
    Ceiling,
    Choice,
    Clause,
    Complete,
    Conditional,
    IsMet,
    Linked,
    Measure,
    Requires,
    Scope,
    State,
    Threshold,
)
from roc.units import Unit

T = TypeVar("T")

_HARD_TEXTS: Final = [
    *["yes", "No", "on", "off", "y", "true", "null", "~", "010", "1e5", "0x1F", "12:30", "1_000", ".5", "-3"],
    *[
        "2022-04-30",
        "5.10",
        "Group A: Mandatory Units",
        "a #b",
        "# a",
        "- a",
        "a: b",
        "a:b",
        "a:",
        "[a]",
        "{a}",
    ],
    *[
        "'a'",
        "a'b",
        "50% of it",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "a, b",
        "?",
        "? a",
        "@a",
        "`a`",
        "=",
        "<<",
        "...",
    ],
    *[
        "back\\slash",
        "Größe",
        "Ελληνικά",
        "\N{GRINNING FACE}",
        "https://example.org/a?b=c#d",
        "--- a",
        "a ---",
    ],
    *[
        "word " * 60 + "end",
        "x" * 150,
        "a - b - c # d : e " * 12 + "f",
        "A",
        "units",
        "B and C",
        "K/601/6383",
    ],
]
_NAMES: Final = [each for each in _HARD_TEXTS if len(each) <= 200]
_STEP: Final = re.compile(r"[.]([a-z_]+)\[([0-9]+)\]")


def texts() -> st.SearchStrategy[str]:
    """Texts as titles hold them: short, long, and those that formats like to misread."""
    anything = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=20)
    quotes = st.sampled_from(['"', '"a"', 'a "b" c', "a\N{ZERO WIDTH NO-BREAK SPACE}b"])
    return st.sampled_from(_HARD_TEXTS) | quotes | anything


def names() -> st.SearchStrategy[str]:
    """Names of groups, pathways and conditions."""
    printable = st.text(
        st.characters(exclude_categories=["C", "Z"], exclude_characters='"'), min_size=1, max_size=9
    )
    return st.sampled_from(_NAMES) | printable


def levels() -> st.SearchStrategy[Level]:
    """Levels, Entry 1 to 12."""
    return st.sampled_from([Level("Entry 1"), Level("Entry 2"), Level("Entry 3"), *map(Level, range(1, 13))])


def amounts(maximum: int = 60) -> st.SearchStrategy[Decimal]:
    """Exact amounts, most of them whole."""
    whole = st.integers(0, maximum).map(Decimal)
    return whole | whole | st.decimals(0, maximum, places=4, allow_nan=False)


def unit_numbers() -> st.SearchStrategy[UnitNumber]:
    """Unit numbers: regulated ones with any check character, and the codes of other frameworks."""
    regulated = st.from_regex(r"[ADFHJKLMRTY][0-9]{7}", fullmatch=True)
    codes = st.from_regex(r"[A-Z]{0,3}[0-9]{1,5}([.][0-9]{1,2})?", fullmatch=True)
    odd = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)
    hard = st.sampled_from([each for each in _HARD_TEXTS if len(each) <= 60] + ['a "b"', '"'])
    return (regulated | codes | odd | hard).map(UnitNumber.quietly)


def qualification_numbers() -> st.SearchStrategy[QualificationNumber]:
    """Qualification numbers: regulated ones with any check character, and other codes."""
    regulated = st.from_regex(r"[0-9]{7}[0-9X]", fullmatch=True)
    return (regulated | st.sampled_from(["CHC33021", "010", "no"])).map(QualificationNumber.quietly)


def tags() -> st.SearchStrategy[str]:
    """Free tags and keyed ones."""
    words = [
        "language",
        "graded",
        "subject:maths",
        "subject:art",
        "yes",
        "on",
        "2024",
        "1e5",
        "R&D",
        "x'y",
        "a+b",
    ]
    return st.sampled_from(words)


def units(*, measured: bool = False) -> st.SearchStrategy[Unit]:
    """Units with any of their attributes missing; *measured* ones have credit and hours."""
    missing = st.nothing() if measured else st.none()
    return st.builds(
        Unit,
        number=unit_numbers(),
        title=texts(),
        reference=st.none() | texts(),
        level=st.none() | levels(),
        credit=missing | amounts(),
        guided_learning_hours=missing | amounts(),
        tags=st.frozensets(tags(), max_size=3),
    )


@attrs.frozen(kw_only=True)
class World:
    """What clauses may refer to."""

    units: Sequence[UnitNumber] = ()
    groups: Sequence[str] = ()
    conditions: Sequence[str] = ()


def several(choice: Sequence[T], low: int = 0, high: int = 4) -> st.SearchStrategy[list[T]]:
    """Lists of different members of *choice*, at least *low* where there are so many."""
    if not choice:
        return st.just([])
    return st.lists(
        st.sampled_from(choice), min_size=min(low, len(choice)), max_size=min(high, len(choice)), unique=True
    )


@st.composite
def scopes(draw: st.DrawFn, world: World) -> Scope:
    """Scopes over what *world* has; half of them narrow nothing."""
    if draw(st.booleans()):
        return Scope()
    low, high = sorted(draw(st.tuples(levels(), levels())))
    return Scope(
        groups=draw(several(world.groups, high=2)),
        units=draw(several(world.units, high=3)),
        except_units=draw(several(world.units, high=2)),
        level_from=draw(st.sampled_from([None, low])),
        level_to=draw(st.sampled_from([None, high])),
        tags=draw(st.lists(tags(), max_size=2, unique=True)),
        states=draw(several(list(State), high=2)),
        imported=draw(st.booleans()),
        size_from=draw(st.none() | amounts()),
    )


@st.composite
def thresholds(draw: st.DrawFn, world: World) -> Threshold:
    """Thresholds of every kind; half of them are plain bounds."""
    measure = draw(st.sampled_from(Measure))
    is_plain = draw(st.booleans())
    percent = not is_plain and draw(st.booleans())
    whole = measure is Measure.UNITS and not percent
    bounds = st.integers(0, 20).map(Decimal) if whole else amounts()
    low, high = sorted(draw(st.tuples(bounds, bounds)))
    minimum, maximum = draw(st.sampled_from([(low, None), (None, high), (low, high), (low, low)]))
    if is_plain:
        return Threshold(measure=measure, minimum=minimum, maximum=maximum)
    keyed = None if percent else draw(st.none() | st.just("subject"))
    ceilings = [Ceiling.TAKEN, Ceiling.COUNTS] if minimum is None else [Ceiling.TAKEN]
    ceiling = draw(st.sampled_from(ceilings))
    is_distinct = measure is Measure.UNITS and ceiling is Ceiling.TAKEN and draw(st.booleans())
    return Threshold(
        measure=measure,
        minimum=minimum,
        maximum=maximum,
        ceiling=ceiling,
        scope=draw(scopes(world)),
        if_used=minimum is not None and draw(st.booleans()),
        percent=percent,
        distinct=keyed if is_distinct else None,
        each=None if is_distinct else keyed,
    )


@st.composite
def requirements(draw: st.DrawFn, world: World) -> Requires:
    """Clauses in which a unit requires others: all, one, or some of them."""
    unit, *needed = draw(several(world.units, low=2))
    at_least = draw(st.none() | st.integers(1, len(needed)))
    return Requires(unit=unit, units=needed, at_least=at_least)


def simple_clauses(world: World) -> st.SearchStrategy[Clause]:
    """Clauses that hold no others."""
    found: list[st.SearchStrategy[Clause]] = [thresholds(world)]
    if len(world.units) > 1:
        sets = several(world.units, low=2)
        found += [
            st.builds(Linked, units=sets),
            st.builds(Barred, units=sets, ceiling=st.sampled_from(Ceiling)),
            requirements(world),
        ]
    if world.groups:
        found.append(st.builds(Complete, group=st.sampled_from(world.groups)))
    if world.conditions:
        found.append(st.builds(IsMet, condition=st.sampled_from(world.conditions)))
    return st.one_of(found)


@st.composite
def choices(draw: st.DrawFn, inner: st.SearchStrategy[Clause]) -> Choice:
    """Choices of every kind between two to four clauses."""
    options = draw(st.lists(inner, min_size=2, max_size=4))
    low, high = sorted(draw(st.tuples(*[st.integers(0, len(options))] * 2)))
    at_most = draw(st.sampled_from([None, high])) if low else high
    return Choice(options=options, at_least=low, at_most=at_most)


def clauses(world: World) -> st.SearchStrategy[Clause]:
    """Clauses of every kind over what *world* has, some inside others."""
    simple = simple_clauses(world)

    def around(inner: st.SearchStrategy[Clause]) -> st.SearchStrategy[Clause]:
        return (
            st.builds(AllOf, clauses=st.lists(inner, min_size=2, max_size=3))
            | choices(inner)
            | st.builds(Conditional, when=inner, then=inner)
        )

    return simple | st.recursive(simple, around, max_leaves=5)


def rules(world: World) -> st.SearchStrategy[list[Clause]]:
    """Lists of clauses; half of them in the order that short forms make, or nearly so."""
    plain = st.lists(thresholds(world), max_size=3)
    relations = st.lists(simple_clauses(world), max_size=4).map(lambda found: sorted(found, key=_rank))
    ordered = st.tuples(plain, relations).map(lambda pair: [*sorted(pair[0], key=_rank), *pair[1]])
    return ordered | st.lists(clauses(world), max_size=4)


def _rank(clause: Clause) -> int:
    kinds = (Linked, Barred, Requires)
    if isinstance(clause, kinds):
        return 10 + kinds.index(type(clause))
    return list(Measure).index(clause.measure) if isinstance(clause, Threshold) else 9


@st.composite
def openings(draw: st.DrawFn, numbers: Sequence[UnitNumber]) -> Opening:
    """Openings, half of them without conditions."""
    if draw(st.booleans()):
        return Opening()
    low, high = sorted(draw(st.tuples(levels(), levels())))
    return Opening(
        level_from=draw(st.sampled_from([None, low])),
        level_to=draw(st.sampled_from([None, high])),
        tags=draw(st.frozensets(tags(), max_size=2)),
        except_units=draw(several(numbers, high=2)),
        listed=draw(st.booleans()),
    )


@st.composite
def _groups(
    draw: st.DrawFn, waiting: list[str], world: World, pathways: Sequence[str], depth: int
) -> list[UnitGroup]:
    """Draw groups for some of the names that are *waiting*, nested to *depth*."""
    found: list[UnitGroup] = []
    while waiting and draw(st.integers(0, 3)) > 0:
        name = waiting.pop()
        inner = draw(_groups(waiting, world, pathways, depth - 1)) if depth else []
        choose = draw(st.none() | st.integers(1, len(inner))) if inner else None
        found.append(
            UnitGroup(
                name=name,
                title=draw(texts()),
                number=draw(st.none() | texts()),
                kind=draw(st.sampled_from(GroupKind)),
                units=draw(st.just(list(world.units)) | several(world.units, high=6)),
                groups=inner,
                rules=draw(rules(world)),
                choose=choose,
                mixing=choose is None or draw(st.booleans()),
                opening=draw(st.none() | openings(world.units)),
                counts=draw(st.booleans()),
                pathways=draw(several(pathways, high=2)),
            )
        )
    return found


@st.composite
def entries(draw: st.DrawFn, numbers: Sequence[UnitNumber]) -> list[Entry]:
    """Selections of examples: listed units, imported ones, some in the place of listed ones."""
    found: list[Entry] = []
    for number in draw(several(numbers, high=4)):
        is_import = draw(st.booleans())
        stand_in = draw(st.booleans())
        unit = draw(units()) if is_import else number
        entry = Entry(
            unit=unit,
            state=draw(st.sampled_from(State)),
            credit=draw(st.none() | amounts()),
            in_place_of=number if is_import and stand_in else None,
        )
        if entry.place not in {each.place for each in found}:
            found.append(entry)
    return found


@st.composite
def sharings(draw: st.DrawFn, groups: Sequence[str]) -> list[Sharing]:
    """Sharing between groups, where there are two."""
    if len(groups) < 2 or draw(st.booleans()):
        return []
    return [Sharing(groups=draw(several(groups, low=2)), at_most=draw(st.none() | st.integers(0, 3)))]


@st.composite
def qualifications(draw: st.DrawFn, max_units: int = 8, max_groups: int = 5) -> Qualification:
    """Whole qualifications: headers, units, nested groups, clauses of every kind, pathways, examples."""
    listed = draw(
        st.lists(units(measured=draw(st.booleans())), max_size=max_units, unique_by=lambda unit: unit.number)
    )
    numbers = [unit.number for unit in listed]
    waiting, pathways, conditions = (
        draw(st.lists(names(), max_size=high, unique=True)) for high in (max_groups, 2, 2)
    )
    world = World(units=numbers, groups=tuple(waiting), conditions=conditions)
    groups = draw(_groups(waiting, world, pathways, 2))
    if draw(st.booleans()):
        listed = _as_groups_list_them(listed, groups)
    low, high = sorted(draw(st.tuples(levels(), levels())))
    dates = sorted(draw(st.tuples(st.dates(), st.dates(), st.dates())))
    at_level = Threshold(measure="credit", minimum=draw(amounts()), scope=Scope(level_from=low))
    whole = [*draw(st.just([]) | st.just([at_level])), *draw(rules(world))]
    return _valid(
        title=draw(texts()),
        number=draw(st.none() | qualification_numbers()),
        level=draw(st.sampled_from([low, low, None])),
        top_level=draw(st.sampled_from([None, high])),
        awarding_organisation=draw(texts()),
        framework=draw(texts()),
        version=draw(st.none() | texts()),
        total_qualification_time=draw(st.none() | amounts(900)),
        operational_start=draw(st.sampled_from([None, dates[0]])),
        operational_end=draw(st.sampled_from([None, dates[1]])),
        certification_end=draw(st.sampled_from([None, dates[2]])),
        review_date=draw(st.none() | st.dates()),
        units=listed,
        groups=groups,
        rules=sorted(whole, key=_rank) if draw(st.booleans()) else whole,
        pathways=[
            Pathway(
                name=name,
                title=draw(texts()),
                kind=draw(st.sampled_from(PathwayKind)),
                number=draw(st.none() | qualification_numbers()),
                level=draw(st.none() | levels()),
                rules=draw(rules(world)),
            )
            for name in pathways
        ],
        conditions=[Condition(name=name, title=draw(texts())) for name in conditions],
        sharing=draw(sharings([group.name for each in groups for group in each.walk()])),
        exempt_credit_counts=draw(st.booleans()),
        examples=[
            Example(
                selection=draw(entries(numbers)),
                ok=draw(st.booleans()),
                pathway=draw(st.sampled_from([None, *pathways])),
                conditions=draw(several(conditions)),
                why=draw(texts()),
            )
            for _ in range(draw(st.integers(0, 2)))
        ],
        source=draw(st.lists(texts(), max_size=2)),
        notes=draw(st.lists(texts(), max_size=2)),
    )


def _as_groups_list_them(listed: list[Unit], groups: Sequence[UnitGroup]) -> list[Unit]:
    """Return the units in the order in which groups name them, those that none names first."""
    named = [number for each in groups for group in each.walk() for number in group.units]
    return sorted(listed, key=lambda unit: named.index(unit.number) if unit.number in named else -1)


def _valid(**parts: Any) -> Qualification:
    """Return the qualification of *parts*, without the clauses that do not go with the rest."""
    while True:
        try:
            return Qualification(**parts)
        except InvalidData as error:
            paths = {each.path for each in error.exceptions if isinstance(each, DataError)}
            steps = [_STEP.findall(path) for path in sorted(paths)]
            assume(all(path[-1][0] == "rules" for path in steps))
            wrong = {tuple((key, int(index)) for key, index in path) for path in steps}
            parts = {key: _without(value, key, wrong) for key, value in parts.items()}


def _without(value: Any, key: str, wrong: set[tuple[tuple[str, int], ...]]) -> Any:
    """Return the list *value* of records or clauses without the clauses at the *wrong* paths."""
    if key == "rules":
        return [each for i, each in enumerate(value) if ((key, i),) not in wrong]
    if key not in {"groups", "pathways"}:
        return value
    kept: list[Any] = []
    for i, each in enumerate(value):
        inner = {path[1:] for path in wrong if path[0] == (key, i)}
        parts = [name for name in ("rules", "groups") if hasattr(each, name)]
        kept.append(each.evolve(**{name: _without(getattr(each, name), name, inner) for name in parts}))
    return kept
