"""Strategies for the tests of the engine: small rules of every construct, and selections for them."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st

from roc.errors import InvalidData
from roc.groups import Opening, Sharing, UnitGroup
from roc.levels import Level
from roc.qualification import Condition, Entry, Pathway, PathwayKind, Qualification
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
from roc.selection import Selection
from roc.units import Unit

Draw: TypeAlias = st.DrawFn

_MEASURES = [Measure.UNITS, Measure.UNITS, Measure.CREDIT, Measure.CREDIT, Measure.GLH]
_CREDITS = [Decimal(text) for text in ("1", "2", "3", "0", "2.5", "0.25", "10")]
_HOURS = [Decimal(text) for text in ("5", "10", "7.5", "0")]
_LEVELS = [None, Level(1), Level(2), Level(3), Level("Entry 3")]
_TAGS = ["k", "c", "subject:art", "subject:maths"]
_BOUNDS = {
    Measure.UNITS: [Decimal(n) for n in (0, 1, 1, 2, 2, 3, 4)],
    Measure.CREDIT: [Decimal(text) for text in ("0", "1", "2", "3", "4.5", "5", "7.25", "10")],
    Measure.GLH: [Decimal(text) for text in ("0", "5", "10", "12.5", "20")],
}
_SHARES = [Decimal(n) for n in (0, 25, 50, 75, 100)]


def examples(number: int) -> settings:
    """Return the settings of a property that is worth *number* examples in the default profile."""
    return settings(
        max_examples=max(1, number * settings().max_examples // 100),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )


def _chance(draw: Draw, one_in: int) -> bool:
    return draw(st.integers(0, one_in - 1)) == one_in - 1


def _some(draw: Draw, values: list[str], *, least: int = 0, most: int | None = None) -> list[str]:
    return draw(
        st.lists(st.sampled_from(values), unique=True, min_size=least, max_size=most)
        if values
        else st.just([])
    )


@st.composite
def units(draw: Draw, number: str) -> Unit:
    """A unit with everything that a threshold may measure."""
    return Unit(
        number=number,
        title=draw(st.sampled_from(["", "Title"])),
        level=draw(st.sampled_from(_LEVELS)),
        credit=draw(st.sampled_from(_CREDITS)),
        guided_learning_hours=draw(st.sampled_from(_HOURS)),
        tags=frozenset(tag for tag in _TAGS if draw(st.booleans())),
    )


class _Rules:
    """Draws clauses that may stand in a rule with these units, groups and conditions."""

    def __init__(
        self, draw: Draw, units_: list[str], groups: list[str], conditions: list[str], *, minima: bool
    ) -> None:
        self.draw, self.units, self.groups, self.conditions = draw, units_, groups, conditions
        self.minima = minima
        self.may_share = True

    def scope(self) -> Scope:
        """Draw a scope, a plain one often."""
        draw = self.draw
        if draw(st.booleans()):
            return Scope()
        what = draw(
            st.sampled_from(["groups", "units", "except", "level", "tags", "states", "imported", "size"])
        )
        match what:
            case "groups":
                return Scope(groups=_some(draw, self.groups, most=2))
            case "units":
                return Scope(units=_some(draw, self.units, least=1))
            case "except":
                return Scope(except_units=_some(draw, self.units, most=2))
            case "level":
                low, high = draw(st.sampled_from([(1, None), (2, None), (None, 2), (2, 3), ("E3", 1)]))
                return Scope(level_from=low, level_to=high)
            case "tags":
                return Scope(tags=_some(draw, _TAGS, least=1, most=2))
            case "states":
                states = draw(st.frozensets(st.sampled_from(list(State)), min_size=1, max_size=3))
                return Scope(states=tuple(states))
            case "imported":
                return Scope(imported=True)
            case _:
                return Scope(size_from=draw(st.sampled_from([Decimal(1), Decimal("2.5")])))

    def threshold(self, *, inner: bool = False) -> Threshold:
        """Draw a threshold."""
        draw = self.draw
        measure = draw(st.sampled_from(_MEASURES))
        scope = self.scope()
        kind = 0 if self.minima else draw(st.sampled_from([0, 0, 0, 1, 1, 2, 3 if not inner else 1]))
        each = "subject" if _chance(draw, 8) else None
        if kind < 3 and each is None and _chance(draw, 5):
            measure, bounds, percent, distinct = Measure.UNITS, _BOUNDS[Measure.UNITS][:4], False, "subject"
        else:
            distinct = None
            percent = self.may_share and measure is not Measure.GLH and _chance(draw, 8)
            bounds = _SHARES if percent else _BOUNDS[measure]
        low = high = draw(st.sampled_from(bounds))
        if kind == 2:
            low, high = sorted((low, draw(st.sampled_from(bounds))))
        return Threshold(
            measure=measure,
            minimum=low if kind in {0, 2} else None,
            maximum=None if kind == 0 else high,
            ceiling=Ceiling.COUNTS if kind == 3 else Ceiling.TAKEN,
            scope=scope,
            if_used=not self.minima and kind in {0, 2} and _chance(draw, 4),
            percent=percent,
            distinct=distinct,
            each=each,
        )

    def clause(self, depth: int = 0) -> Clause:
        """Draw any clause; *depth*: how far inside others it stands."""
        draw = self.draw
        kinds: list[Callable[[int], Clause]] = [self._threshold] * 5
        if not self.minima:
            kinds += [self._linked, self._barred, self._requires]
            kinds += [self._met] * bool(self.conditions) + [self._complete] * bool(self.groups)
        if depth < 2:
            kinds += [self._choice, self._choice]
            if not self.minima:
                kinds += [self._conditional]
            if depth:
                kinds += [self._all]
        return draw(st.sampled_from(kinds))(depth)

    def _threshold(self, depth: int) -> Clause:
        return self.threshold(inner=depth > 0)

    def _linked(self, depth: int) -> Clause:
        del depth
        return Linked(units=_some(self.draw, self.units, least=2, most=3))

    def _barred(self, depth: int) -> Clause:
        counts = depth == 0 and _chance(self.draw, 2)
        return Barred(
            units=_some(self.draw, self.units, least=2, most=3),
            ceiling=Ceiling.COUNTS if counts else Ceiling.TAKEN,
        )

    def _requires(self, depth: int) -> Clause:
        del depth
        unit, *others = _some(self.draw, self.units, least=2, most=3)
        at_least = self.draw(st.sampled_from([None, 1]))
        return Requires(unit=unit, units=others, at_least=at_least)

    def _met(self, depth: int) -> Clause:
        del depth
        return IsMet(condition=self.draw(st.sampled_from(self.conditions)))

    def _complete(self, depth: int) -> Clause:
        del depth
        return Complete(group=self.draw(st.sampled_from(self.groups)))

    def _choice(self, depth: int) -> Clause:
        options = [self.clause(depth + 1) for _ in range(self.draw(st.integers(2, 3)))]
        low = self.draw(st.integers(1, 2))
        high = None
        if not self.minima and _chance(self.draw, 3):
            low = self.draw(st.integers(0, 2))
            high = self.draw(st.integers(low, 2))
        return Choice(options=options, at_least=low, at_most=high)

    def _all(self, depth: int) -> Clause:
        return AllOf(clauses=[self.clause(depth + 1) for _ in range(2)])

    def _conditional(self, depth: int) -> Clause:
        return Conditional(when=self.clause(depth + 1), then=self.clause(depth + 1))


def _opening(draw: Draw, numbers: list[str]) -> Opening:
    low, high = draw(st.sampled_from([(None, None), (None, None), (2, None), (None, 2)]))
    return Opening(
        level_from=low,
        level_to=high,
        tags=frozenset(["k"]) if _chance(draw, 4) else frozenset(),
        except_units=_some(draw, [*numbers, "X1"], most=1) if _chance(draw, 4) else (),
        listed=draw(st.booleans()),
    )


@st.composite
def qualifications(
    draw: Draw, *, minima: bool = False, largest: int = 5, routes: bool = True
) -> Qualification:
    """A small qualification of any construct; *minima*: of minima only."""
    numbers = [f"M{n}" for n in range(1, draw(st.integers(2, largest)) + 1)]
    listed = [draw(units(number)) for number in numbers]
    paths: list[str] = []
    if routes and _chance(draw, 3):
        paths = ["P1", "P2", "P3"][: draw(st.sampled_from([1, 2, 2, 3]))]
    conditions = ["c1", "c2"][: draw(st.integers(0, 2))]
    names = ["A", "B", "C", "D"][: draw(st.sampled_from([0, 1, 2, 3, 3, 4]))]
    rules = _Rules(draw, numbers, names, conditions, minima=minima)
    top: list[Clause] = []
    rules.may_share = _chance(draw, 2)
    if rules.may_share:
        top += [Threshold(measure="units", minimum=draw(st.sampled_from([2, 3])))]
        top += [Threshold(measure="credit", minimum=draw(st.sampled_from([Decimal(4), Decimal("5.5")])))]
    top += [rules.clause() for _ in range(draw(st.integers(0, 3)))]

    children: dict[str, list[str]] = {name: [] for name in names}
    roots: list[str] = []
    for i, name in enumerate(names):
        parent = draw(st.sampled_from([None, *names[: min(i, 1)], *names[:i]]))
        (roots if parent is None else children[parent]).append(name)

    def group(name: str) -> UnitGroup:
        inner = [group(child) for child in children[name]]
        choose, mixing = None, True
        if inner and _chance(draw, 2):
            choose = draw(st.integers(1, max(1, len(inner) - 1)))
            mixing = minima or draw(st.booleans())
        return UnitGroup(
            name=name,
            kind="mandatory" if _chance(draw, 5) else "optional",
            units=[number for number in numbers if draw(st.booleans())],
            groups=inner,
            rules=[rules.clause() for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2])))],
            choose=choose,
            mixing=mixing,
            opening=_opening(draw, numbers) if _chance(draw, 4) else None,
            counts=not _chance(draw, 8),
            pathways=_some(draw, paths, least=1, most=2) if paths and bool(draw(st.booleans())) else (),
        )

    groups = [group(name) for name in roots]
    pathways = [
        Pathway(
            name=name,
            kind=draw(st.sampled_from([PathwayKind.PATHWAY, PathwayKind.PATHWAY, *PathwayKind])),
            rules=[rules.clause() for _ in range(draw(st.integers(0, 1)))],
        )
        for name in paths
    ]
    sharing: list[Sharing] = []
    while len(names) > 1 and len(sharing) < 2 and draw(st.booleans()):
        sharing.append(
            Sharing(
                groups=_some(draw, names, least=2, most=3), at_most=draw(st.sampled_from([None, None, 0, 1]))
            )
        )
    try:
        return Qualification(
            title="Generated",
            units=listed,
            groups=groups,
            rules=top,
            pathways=pathways,
            conditions=[Condition(name=name) for name in conditions],
            sharing=sharing,
            exempt_credit_counts=not _chance(draw, 3),
        )
    except InvalidData as error:
        # the one thing that may be wrong: a group that waits for itself
        assert all("depends on itself" in str(each) for each in error.exceptions), error
        assume(False)
        raise


@st.composite
def selections(
    draw: Draw, qualification: Qualification, *, pathway: bool = True, plain: bool = False
) -> Selection:
    """A selection for *qualification*; *plain*: of listed units that were simply achieved."""
    numbers = [str(unit.number) for unit in qualification.units]
    entries: list[Entry] = []
    for number in numbers:
        if _chance(draw, 4):
            continue
        state = draw(st.sampled_from([State.ACHIEVED] * 3 + list(State)))
        if plain:
            entries.append(Entry(unit=number))
        elif _chance(draw, 10):
            foreign = draw(units(f"X{number}"))
            entries.append(Entry(unit=foreign, state=State.EQUIVALENT, in_place_of=number))
        else:
            credit = draw(st.sampled_from(_CREDITS)) if _chance(draw, 10) else None
            entries.append(Entry(unit=number, state=state, credit=credit))
    if not plain:
        for number in ("X1", "X2"):
            if _chance(draw, 5):
                state = draw(st.sampled_from(list(State)))
                entries.append(Entry(unit=draw(units(number)), state=state))
    chosen = None
    names = [each.name for each in qualification.pathways]
    if pathway and names:
        chosen = draw(st.sampled_from([None, *names]))
    return Selection.of(
        qualification,
        entries,
        pathway=chosen,
        conditions=_some(draw, [each.name for each in qualification.conditions]),
    )


@st.composite
def questions(draw: Draw, *, minima: bool = False, largest: int = 5) -> Selection:
    """A rule and a selection for it."""
    return draw(selections(draw(qualifications(minima=minima, largest=largest))))
