"""Selections of a rule: any, complete, completable, blocked; and edits of them."""

import contextlib
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, Literal, cast, final

import attrs
from hypothesis import reject
from hypothesis import strategies as st

from roc._record import Record
from roc.errors import LimitReachedError, SelectionError
from roc.numbers import UnitNumber
from roc.qualification import Entry, Qualification
from roc.rules import State
from roc.selection import Selection
from roc.solver import Solver
from roc.status import check
from roc.strategies._clauses import chance, some
from roc.strategies._palette import SMALL
from roc.strategies._records import unit_of
from roc.units import to_unit_number

_STATES: Final = (*[State.ACHIEVED] * 3, *State)
_MOST_PARTS: Final = 64
"""How many parts of a complete selection are looked at for one that lacks something."""


@st.composite
def drawn_selections(
    draw: st.DrawFn, qualification: Qualification, *, pathways: bool, states: bool, imported: bool
) -> Selection:
    """Draw any selection."""
    entries: list[Entry] = []
    for number in qualification.units_by_number:
        if not chance(draw, 2) and chance(draw, 2):
            continue
        if imported and chance(draw, 10):
            foreign = unit_of(draw, UnitNumber.quietly(f"X{number}"[:60]), SMALL, measured=True)
            entries.append(Entry(unit=foreign, state=State.EQUIVALENT, in_place_of=number))
        else:
            state = draw(st.sampled_from(_STATES)) if states else State.ACHIEVED
            credit = draw(SMALL.credits) if states and chance(draw, 10) else None
            entries.append(Entry(unit=number, state=state, credit=credit))
    for number in map(UnitNumber.quietly, ("X1", "X2") if imported else ()):
        if chance(draw, 5) and number not in qualification.units_by_number:
            unit = unit_of(draw, number, SMALL, measured=True)
            entries.append(Entry(unit=unit, state=draw(st.sampled_from(list(State)))))
    names = list(qualification.pathways_by_name) if pathways else []
    return Selection.of(
        qualification,
        entries,
        pathway=draw(st.sampled_from([None, *names])),
        conditions=some(draw, [each.name for each in qualification.conditions]),
    )


def complete_ones(solver: Solver) -> st.SearchStrategy[Selection]:
    """Selections that satisfy the rule; none where there are none."""
    qualification = solver.qualification
    conditions = [each.name for each in qualification.conditions]
    # with every condition met, what is left is a matter of units
    empty = Selection.of(qualification, conditions=conditions)
    starts = [empty.with_pathway(name) for name in (None, *qualification.pathways_by_name)]
    possible: list[Selection] = []
    for start in starts:
        with contextlib.suppress(LimitReachedError):
            if _finished(solver, start, ()) is not None:
                possible.append(start)
    if not possible:
        return st.nothing()

    @st.composite
    def drawn(draw: st.DrawFn) -> Selection:
        start = draw(st.sampled_from(possible))
        wanted = [number for number in qualification.units_by_number if chance(draw, 2)]
        found = _grown(start, wanted)
        if not check(found).ok:
            # whether there is one does not depend on what it costs
            found = cast("Selection", _finished(solver, start, wanted))
            for number in wanted:
                if number not in found and check(more := _grown(found, [number])).ok:
                    found = more
        for name in conditions:
            fewer = found.evolve(conditions=found.conditions - {name})
            if not chance(draw, 2) and check(fewer).ok:
                found = fewer
        return found

    return drawn()


def _grown(selection: Selection, numbers: Sequence[UnitNumber]) -> Selection:
    return selection.evolve(entries=(*selection.entries, *(Entry(unit=number) for number in numbers)))


def _finished(solver: Solver, start: Selection, wanted: Sequence[UnitNumber]) -> Selection | None:
    """Return the finished selection of listed units that has as few as possible that are not *wanted*."""
    dear = len(solver.qualification.units) + 1
    costs: dict[UnitNumber | str, Decimal | int | str] = {}
    costs |= {number: dear for number in solver.qualification.units_by_number if number not in wanted}
    return finished(solver, start, costs if wanted else None)


def finished(
    solver: Solver, start: Selection, costs: Mapping[UnitNumber | str, Decimal | int | str] | None = None
) -> Selection | None:
    """Return the cheapest way to finish a selection with listed units alone."""
    if any(group.opening is not None for group in solver.qualification.all_groups()):
        # slower, and never thinks of units from elsewhere; to drop something would not help nor cost less
        found = solver.repair(start, costs=costs)
        return None if found is None else found.selection
    added = solver.complete(start, costs=costs)
    return None if added is None else added.selection


def completable_ones(solver: Solver) -> st.SearchStrategy[Selection]:
    """Selections that can be finished and are not finished: parts of complete ones."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Selection:
        whole = draw(complete_ones(solver))
        dropped = draw(st.lists(st.sampled_from(range(len(whole))), unique=True)) if len(whole) else []
        for gone in _ever_less(len(whole), dropped):
            part = whole.evolve(entries=[each for place, each in enumerate(whole) if place not in gone])
            if not check(part).ok:
                return part
        return reject()  # nothing lacks anything

    return drawn()


def _ever_less(size: int, dropped: Sequence[int]) -> Iterator[Collection[int]]:
    """Yield what to leave out: *dropped*, ever more besides, and at last whatever else there is, up to a point."""
    order = [*dropped, *(place for place in range(size) if place not in dropped)]
    yield from (order[:number] for number in range(len(dropped), size + 1))
    every = (gone for number in range(1, size) for gone in itertools.combinations(range(size), number))
    yield from itertools.islice(every, _MOST_PARTS)


def blocked_ones(solver: Solver) -> st.SearchStrategy[Selection]:
    """Selections of listed units that nothing completes; none where the rule never blocks."""
    qualification = solver.qualification
    numbers = tuple(qualification.units_by_number)
    reasons: dict[str | None, list[tuple[UnitNumber, ...]]] = {}
    for name in (None, *qualification.pathways_by_name):
        everything = Selection.of(qualification, numbers, pathway=name)
        with contextlib.suppress(LimitReachedError):
            found = [each.choices for each in itertools.islice(solver.conflicts(everything), 4)]
            if found:
                reasons[name] = found
    if not reasons:
        return st.nothing()

    @st.composite
    def drawn(draw: st.DrawFn) -> Selection:
        name = draw(st.sampled_from(list(reasons)))
        reason = draw(st.sampled_from(reasons[name]))
        # what is blocked stays blocked with more units
        chosen = [number for number in numbers if number in reason or chance(draw, 2)]
        return Selection.of(qualification, chosen, pathway=name)

    return drawn()


# -- edits ------------------------------------------------------------------------------------------


@final
@attrs.frozen(kw_only=True)
class Edit(Record):
    """One step of a person who edits a selection.

    >>> import roc
    >>> q = roc.Qualification(title="Example", units=[roc.Unit(number="M1")])
    >>> [str(number) for number in Edit(verb="add", unit="M1").apply(roc.Selection.of(q)).numbers]
    ['M1']

    Attributes:
        verb: ``add`` or ``remove``.
        unit: The number of the unit.
    """

    verb: Literal["add", "remove"] = attrs.field(validator=attrs.validators.in_(["add", "remove"]))
    unit: UnitNumber = attrs.field(converter=to_unit_number)

    def apply(self, selection: Selection) -> Selection:
        """Return the selection after this step."""
        return selection.add(self.unit) if self.verb == "add" else selection.remove(self.unit)


def possible_edits(selection: Selection) -> list[Edit]:
    """Return every step that is possible, first what can be added, in declared order."""
    found: list[Edit] = []
    for number in selection.qualification.units_by_number:
        try:
            selection.add(number)
        except SelectionError:
            continue
        if number not in selection:
            found.append(Edit(verb="add", unit=number))
    return [*found, *(Edit(verb="remove", unit=number) for number in selection.numbers)]


@st.composite
def drawn_edits(draw: st.DrawFn, selection: Selection, *, most: int) -> list[Edit]:
    """Draw steps, each of which is possible after those before it."""
    found: list[Edit] = []
    for _ in range(draw(st.integers(0, most))):
        possible = possible_edits(selection)
        if not possible:
            break
        found.append(draw(st.sampled_from(possible)))
        selection = found[-1].apply(selection)
    return found
