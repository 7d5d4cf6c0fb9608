"""Laws of the solver, held against every superset of a selection, each judged by the check."""

import itertools
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from tests.strategies_engine import examples, questions

from roc._engine import search, totals
from roc.answers import UnitOption, Verdict
from roc.errors import LimitReachedError
from roc.qualification import Entry
from roc.rules import Measure
from roc.selection import Selection
from roc.solver import Solver
from roc.status import check

_LARGEST = 7


def supersets(selection: Selection) -> Iterator[tuple[str, ...]]:
    """Yield the units to add of every superset that is OK, by brute force."""
    free = [str(unit.number) for unit in selection.qualification.units if unit.number not in selection]
    for size in range(len(free) + 1):
        for added in itertools.combinations(free, size):
            entries = (*selection.entries, *(Entry(unit=number) for number in added))
            if check(selection.evolve(entries=entries)).ok:
                yield added


@given(questions(), st.booleans())
def test_completions_options_and_verdict_agree_with_every_superset(
    selection: Selection, impatient: bool
) -> None:
    """Completions are all supersets that are OK, in order; options and the verdict say what they say."""
    with pytest.MonkeyPatch.context() as patch:
        if impatient:  # prices are asked for and units decided one by one at once, as on large rules
            patch.setattr(search, "_QUICK", 1)
            patch.setattr(totals, "_STEPS", 0)
        _hold_against_supersets(selection)


def _hold_against_supersets(selection: Selection) -> None:
    q = selection.qualification
    selection = selection.meet(*(each.name for each in q.conditions))
    assume(len(q.units) - len(selection) <= _LARGEST)
    expected = list(supersets(selection))
    assume(expected or not any(group.opening for group in q.all_groups()))
    event("completable" if expected else "blocked")
    solver = Solver(q)
    try:
        found = list(solver.completions(selection))
    except LimitReachedError:
        event("too many alternatives")
        return

    def level(added: tuple[str, ...]) -> tuple[int, object]:
        return len(added), sum(q.unit(number).credit or 0 for number in added)

    assert [(each.cost, each.credit) for each in found] == sorted(map(level, expected))
    assert {frozenset(map(str, each.added)) for each in found} == set(map(frozenset, expected))
    assert all(check(each.selection).ok for each in found)
    options = solver.options(selection)
    assert options.exact
    assert (options.verdict is Verdict.BLOCKED) == (not expected)
    for number, option in options.items:
        where = [str(number) in added for added in expected]
        if number in selection:
            assert option is UnitOption.CHOSEN
        elif not any(where):
            assert option is UnitOption.CLOSED
        else:
            assert option is (UnitOption.FORCED if all(where) else UnitOption.OPEN)
    verdict = solver.verdict(selection)
    assert verdict is (
        Verdict.COMPLETE if () in expected else Verdict.COMPLETABLE if expected else Verdict.BLOCKED
    )


def _totals(selection: Selection, added: tuple[str, ...], measure: Measure) -> Decimal:
    """Return what a selection comes to with some units more."""
    numbers = [*map(str, selection.numbers), *added]
    if measure is Measure.UNITS:
        return Decimal(len(numbers))
    return sum((selection.qualification.unit(number).credit or Decimal(0) for number in numbers), Decimal(0))


@examples(50)
@given(questions(), st.sampled_from([Measure.UNITS, Measure.CREDIT]))
def test_counts_and_bounds_agree_with_every_superset(selection: Selection, measure: Measure) -> None:
    """What is said about all completions is what is true of all supersets that are OK."""
    q = selection.qualification
    selection = selection.meet(*(each.name for each in q.conditions))
    assume(len(q.units) - len(selection) <= _LARGEST)
    assume(all(entry == Entry(unit=entry.place) for entry in selection))
    expected = list(supersets(selection))
    event("completable" if expected else "blocked")
    solver = Solver(q)
    try:
        assert solver.count(selection) == len(expected)
    except LimitReachedError:
        event("too many alternatives")
        return
    amounts = Counter(_totals(selection, added, measure) for added in expected)
    assert dict(solver.distribution(selection, measure)) == amounts
    bounds = solver.bounds(selection, measure)
    if not expected:
        assert bounds is None
        assert not solver.sample(selection, 3, seed=1)
        assert not solver.frequencies(selection)
        return
    assert bounds is not None
    assert (bounds.least, bounds.most) == (min(amounts), max(amounts))
    for number, share in solver.frequencies(selection).items():
        assert share == Fraction(sum(str(number) in added for added in expected), len(expected))
    drawn = solver.sample(selection, 5, seed=1)
    assert drawn == solver.sample(selection, 5, seed=1)
    valid = {frozenset((*map(str, selection.numbers), *added)) for added in expected}
    assert {frozenset(map(str, each.numbers)) for each in drawn} <= valid


@examples(30)
@given(questions())
def test_repairs_agree_with_every_selection(selection: Selection) -> None:
    """Repairs are all selections that are OK, those that differ in fewest units first."""
    q = selection.qualification
    selection = selection.meet(*(each.name for each in q.conditions))
    assume(len(q.units) <= _LARGEST)
    assume(all(entry == Entry(unit=entry.place) for entry in selection))
    before = set(map(str, selection.numbers))
    expected = [set(added) ^ before for added in supersets(selection.evolve(entries=()))]
    solver = Solver(q)
    try:
        found = list(solver.repairs(selection))
    except LimitReachedError:
        event("too many alternatives")
        return
    assert [each.cost for each in found] == sorted(map(len, expected))
    edits = [frozenset(map(str, (*each.dropped, *each.added))) for each in found]
    assert len(set(edits)) == len(edits)
    assert set(edits) == set(map(frozenset, expected))
    assert found[:1] == [each for each in [solver.repair(selection)] if each]
