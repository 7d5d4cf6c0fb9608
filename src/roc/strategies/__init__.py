"""Hypothesis strategies for every public value, for the tests of those who embed the library.

They need the extra ``hypothesis``. What is drawn is valid, shrinks to the smallest rule that a person can read,
and prints as code. ``st.from_type`` knows the types of the library, too.
"""

from collections.abc import Sequence
from typing import Final

try:
    from hypothesis import strategies as st
except ImportError as error:
    from roc.errors import MissingExtraError

    what = "roc.strategies"
    raise MissingExtraError(what, "hypothesis") from error

from roc.catalogue import Catalogue
from roc.errors import DataError, nearest
from roc.groups import Opening, Sharing, UnitGroup
from roc.levels import Level
from roc.numbers import QualificationNumber, UnitNumber
from roc.qualification import Condition, Entry, Example, Pathway, PathwayKind, Qualification
from roc.registration import RegistrationGroup
from roc.rules import Clause, Scope, State, Threshold
from roc.selection import Selection
from roc.solver import Solver
from roc.status import Status, check
from roc.strategies._asked import refuse, unfit
from roc.strategies._clauses import Clauses
from roc.strategies._files import FAULTS, QualificationFile, drawn_broken_files, drawn_files
from roc.strategies._machine import QualificationMachine
from roc.strategies._palette import (
    ALL_LEVELS,
    SMALL,
    palette_of,
    regulated_qualification_numbers,
    regulated_unit_numbers,
)
from roc.strategies._records import opening_of, unit_of
from roc.strategies._registrations import drawn_catalogues, drawn_registrations
from roc.strategies._selections import (
    Edit,
    blocked_ones,
    completable_ones,
    complete_ones,
    drawn_edits,
    drawn_selections,
)
from roc.strategies._wholes import Dials, drawn_qualifications
from roc.units import Unit, to_unit_number

__all__ = [
    "FAULTS",
    "Edit",
    "QualificationFile",
    "QualificationMachine",
    "blocked_selections",
    "broken_files",
    "catalogues",
    "clauses",
    "completable_selections",
    "complete_selections",
    "conditions",
    "edits",
    "entries",
    "examples",
    "files",
    "groups",
    "levels",
    "openings",
    "pathways",
    "qualification_numbers",
    "qualifications",
    "registration_groups",
    "scopes",
    "selections",
    "sharings",
    "statuses",
    "thresholds",
    "unit_numbers",
    "units",
]


def __dir__() -> list[str]:
    return __all__


_UNITS: Final = ("M1", "M2", "M3")
_GROUPS: Final = ("A", "B")
_CONDITIONS: Final = ("c1",)


# -- parts ------------------------------------------------------------------------------------------


def levels() -> st.SearchStrategy[Level]:
    """Levels: 1 to 12, and Entry 1 to 3."""
    return st.sampled_from(ALL_LEVELS)


def unit_numbers(*, failing: bool = False) -> st.SearchStrategy[UnitNumber]:
    """Regulated unit numbers (URNs), whose check character fits or, if *failing*, does not."""
    return regulated_unit_numbers(failing=failing)


def qualification_numbers(*, failing: bool = False) -> st.SearchStrategy[QualificationNumber]:
    """Regulated qualification numbers, whose check character fits or, if *failing*, does not."""
    return regulated_qualification_numbers(failing=failing)


@st.composite
def units(
    draw: st.DrawFn, *, number: UnitNumber | str | None = None, measured: bool = False, odd: bool = False
) -> Unit:
    """Units.

    Args:
        draw: Given by Hypothesis.
        number: The unit's number; ``None``: any.
        measured: Whether each has credit and hours; else both may be missing.
        odd: Whether titles, numbers and amounts may be of the kind that is easily misread.
    """
    palette = palette_of(odd=odd)
    any_number = (
        regulated_unit_numbers(failing=False) if palette.unit_numbers is None else palette.unit_numbers
    )
    chosen = draw(any_number) if number is None else to_unit_number(number)
    return unit_of(draw, chosen, palette, measured=measured)


def _clauses(draw: st.DrawFn, units_: Sequence[str], groups_: Sequence[str], met: Sequence[str]) -> Clauses:
    numbers = [UnitNumber.quietly(each) for each in units_]
    return Clauses(draw=draw, units=numbers, groups=groups_, conditions=met)


@st.composite
def scopes(draw: st.DrawFn, *, units: Sequence[str] = _UNITS, groups: Sequence[str] = _GROUPS) -> Scope:
    """What a threshold sees of these units and groups; half of them everything."""
    return _clauses(draw, units, groups, ()).scope()


@st.composite
def thresholds(
    draw: st.DrawFn, *, units: Sequence[str] = _UNITS, groups: Sequence[str] = _GROUPS
) -> Threshold:
    """Thresholds over these units and groups."""
    return _clauses(draw, units, groups, ()).threshold()


@st.composite
def clauses(
    draw: st.DrawFn,
    *kinds: type[Clause],
    units: Sequence[str] = _UNITS,
    groups: Sequence[str] = _GROUPS,
    conditions: Sequence[str] = _CONDITIONS,
) -> Clause:
    """Clauses over these units, groups and conditions.

    Args:
        draw: Given by Hypothesis.
        *kinds: Of which kinds; none given: of every kind.
        units: The numbers of the units that they may name; relations need two.
        groups: The names of the groups.
        conditions: The names of the conditions.

    Raises:
        InvalidData: One of *kinds* cannot be drawn, say a relation where there is one unit.
    """
    maker = _clauses(draw, units, groups, conditions)
    makers = maker.makers()
    refuse(
        DataError(
            f"there is no {kind.__name__} over these units, groups and conditions", path=f"$.kinds[{i}]"
        )
        for i, kind in enumerate(kinds)
        if kind not in makers
    )
    return makers[draw(st.sampled_from(kinds))]() if kinds else maker.clause()


@st.composite
def openings(draw: st.DrawFn) -> Opening:
    """What a group is open to."""
    return opening_of(draw, SMALL, ())


def sharings(*, groups: Sequence[str] = _GROUPS) -> st.SearchStrategy[Sharing]:
    """Which of these groups share units; two or more of them."""
    some = st.lists(st.sampled_from(groups), unique=True, min_size=2)
    return st.builds(Sharing, groups=some, at_most=st.none() | st.integers(0, 2))


def groups() -> st.SearchStrategy[UnitGroup]:
    """Groups of units with their rules, some of them with others inside."""
    return qualifications(min_groups=1, pathways=False).map(lambda each: each.groups[0])


def conditions() -> st.SearchStrategy[Condition]:
    """Facts that a selection may assert."""
    return st.builds(
        Condition,
        name=st.sampled_from(["c1", "c2", "placement"]),
        title=st.sampled_from(["", "120 hours of placement"]),
    )


def pathways() -> st.SearchStrategy[Pathway]:
    """Routes, awards and specialisations with rules of their own."""
    return st.builds(
        Pathway,
        name=st.sampled_from(["P1", "P2", "P3"]),
        kind=st.sampled_from(PathwayKind),
        level=st.none() | levels(),
        number=st.none() | qualification_numbers(),
        rules=st.lists(clauses(), max_size=2),
    )


def entries() -> st.SearchStrategy[Entry]:
    """Units as a selection holds them, achieved in any way."""
    return st.builds(
        Entry,
        unit=unit_numbers() | units(measured=True),
        state=st.sampled_from(State),
        credit=st.none() | SMALL.credits,
    )


def examples() -> st.SearchStrategy[Example]:
    """Worked examples; whether their verdict is right depends on the rule."""
    return st.builds(
        Example,
        selection=st.lists(entries(), max_size=3, unique_by=lambda each: each.place),
        ok=st.booleans(),
        why=st.sampled_from(["", "As published."]),
    )


# -- rules ------------------------------------------------------------------------------------------


def qualifications(
    *,
    min_units: int = 1,
    max_units: int = 5,
    min_groups: int = 0,
    max_groups: int = 4,
    max_depth: int = 3,
    max_rules: int = 3,
    overlap: bool = True,
    relations: bool = True,
    ceilings: bool = True,
    nested: bool = True,
    sharing: bool = True,
    openings: bool = True,
    pathways: bool = True,
    conditions: bool = True,
    minima: bool = False,
    measured: bool = True,
    headers: bool = False,
    odd: bool = False,
    satisfiable: bool | None = None,
) -> st.SearchStrategy[Qualification]:
    """Whole qualifications with rules of every construct; dials turn constructs off.

    Args:
        min_units: The fewest units that one lists, 1 or more.
        max_units: The most.
        min_groups: The fewest groups, nested ones too.
        max_groups: The most.
        max_depth: How deep groups are nested, 0 for not at all.
        max_rules: The most clauses over everything, besides the rule's own minima.
        overlap: Whether several groups may list the same unit.
        relations: Whether units may be linked, barred, or require others.
        ceilings: Whether there may be maxima, of either meaning.
        nested: Whether clauses may hold others: choices, conditions.
        sharing: Whether groups may share units.
        openings: Whether groups may take units that they do not list.
        pathways: Whether there may be routes, awards and specialisations.
        conditions: Whether there may be facts to be asserted.
        minima: Only what more units never break: no maxima, no relations, nothing that depends on use.
        measured: Whether each unit has credit and hours; else both may be missing.
        headers: Whether there are numbers, dates, sources and worked examples, too.
        odd: Whether texts, numbers and amounts may be of the kind that is easily misread.
        satisfiable: ``True``: the listed units can satisfy it; ``False``: nothing can; ``None``: either.

    Raises:
        InvalidData: A size is no whole number, too small, or the most is less than the fewest.

    >>> qualifications(satisfiable=True, pathways=False).example()  # doctest: +SKIP
    Qualification(title='Example', units=[Unit(number='M1', level=Level(1), credit=1)])
    """
    dials = Dials(
        min_units=min_units,
        max_units=max_units,
        min_groups=min_groups,
        max_groups=max_groups,
        max_depth=max_depth,
        max_rules=max_rules,
        overlap=overlap,
        relations=relations,
        ceilings=ceilings,
        nested=nested,
        sharing=sharing,
        openings=openings,
        pathways=pathways,
        conditions=conditions,
        minima=minima,
        measured=measured,
        odd=odd,
        headers=headers,
        satisfiable=satisfiable,
    )
    found = drawn_qualifications(dials)
    return _with_examples(found) if headers else found


@st.composite
def _with_examples(draw: st.DrawFn, rules: st.SearchStrategy[Qualification]) -> Qualification:
    """Draw a rule, and worked examples that say what is true."""
    q = draw(rules)
    chosen = draw(st.lists(selections(q), max_size=2))
    made = [
        Example(
            selection=each.entries,
            ok=check(each).ok,
            pathway=each.pathway,
            conditions=sorted(each.conditions),
            why=draw(st.sampled_from(["", "As published."])),
        )
        for each in chosen
    ]
    return q.evolve(examples=made)


# -- selections -------------------------------------------------------------------------------------


def selections(
    qualification: Qualification | None = None,
    *,
    pathways: bool = True,
    states: bool = True,
    imported: bool = True,
) -> st.SearchStrategy[Selection]:
    """Selections of a qualification, whatever a check says of them.

    Args:
        qualification: The qualification; ``None``: any.
        pathways: Whether a pathway may be chosen.
        states: Whether units may be achieved in other ways, and bring credit of their own.
        imported: Whether there may be units from elsewhere.
    """
    if qualification is None:
        return qualifications().flatmap(selections)
    return drawn_selections(qualification, pathways=pathways, states=states, imported=imported)


def complete_selections(qualification: Qualification) -> st.SearchStrategy[Selection]:
    """Selections of listed units that satisfy the rule: any of them, found by the solver and never by luck.

    Where nothing satisfies it there are none to draw, as with ``st.nothing()``.
    """
    return complete_ones(Solver(qualification))


def completable_selections(qualification: Qualification) -> st.SearchStrategy[Selection]:
    """Selections of listed units that do not satisfy the rule, and can be finished.

    Where nothing satisfies the rule, or everything does, there are none to draw.
    """
    return completable_ones(Solver(qualification))


def blocked_selections(qualification: Qualification) -> st.SearchStrategy[Selection]:
    """Selections of listed units that nothing completes.

    Where the rule never blocks, as one of minima only, there are none to draw.
    """
    return blocked_ones(Solver(qualification))


def statuses() -> st.SearchStrategy[Status]:
    """Checked selections of any qualification."""
    return selections().map(check)


def edits(selection: Selection, *, max_size: int = 8) -> st.SearchStrategy[list[Edit]]:
    """Lists of steps, units added and removed, each of which is possible after those before it.

    Raises:
        InvalidData: *max_size* is no whole number from 0.
    """
    refuse(unfit("max_size", max_size, 0))
    return drawn_edits(selection, most=max_size)


# -- catalogues and registrations -------------------------------------------------------------------


def catalogues(
    rules: st.SearchStrategy[Qualification] | None = None, *, min_size: int = 1, max_size: int = 3
) -> st.SearchStrategy[Catalogue]:
    """Catalogues of *rules* or of any qualifications, each with a number of its own.

    Raises:
        InvalidData: A size is no whole number, too small, or *max_size* is less than *min_size*.
    """
    refuse(unfit("min_size", min_size, 0) or unfit("max_size", max_size, min_size))
    return drawn_catalogues(qualifications() if rules is None else rules, least=min_size, most=max_size)


def registration_groups(
    catalogue: Catalogue | None = None, *, complete: bool = False
) -> st.SearchStrategy[RegistrationGroup]:
    """Registration groups of one to three qualifications of a catalogue.

    Args:
        catalogue: The catalogue; ``None``: any.
        complete: Whether each selection satisfies its rule; then there are none to draw where nothing does.
    """
    if catalogue is None:
        rules = qualifications(satisfiable=True if complete else None)
        return catalogues(rules).flatmap(lambda each: registration_groups(each, complete=complete))
    return drawn_registrations(catalogue, complete=complete)


# -- files ------------------------------------------------------------------------------------------


def files(rules: st.SearchStrategy[Qualification] | None = None) -> st.SearchStrategy[QualificationFile]:
    """Files in JSON, YAML and TOML, of *rules* or of any qualification."""
    return drawn_files(qualifications(headers=True) if rules is None else rules)


def broken_files(
    *faults: str, rules: st.SearchStrategy[Qualification] | None = None
) -> st.SearchStrategy[QualificationFile]:
    """Files that are wrong in exactly one way, and say in which: one of *faults*, or of all ``FAULTS``.

    Raises:
        InvalidData: There is no fault of that name.
    """
    refuse(
        DataError(
            f"there is no fault {fault!r:.60}", path=f"$.faults[{i}]", suggestions=nearest(fault, FAULTS)
        )
        for i, fault in enumerate(faults)
        if fault not in FAULTS
    )
    return drawn_broken_files(qualifications(headers=True) if rules is None else rules, faults or FAULTS)
