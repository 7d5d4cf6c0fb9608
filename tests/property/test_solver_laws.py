"""Laws of the solver, held against every superset of a selection, each judged by the check."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from tests.strategies_engine import questions

from roc._engine import search, totals
from roc.answers import UnitOption, Verdict
from roc.errors import LimitReachedError
from roc.qualification import Entry
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
    """Completions are all supersets that are OK, in order; options and the verdict say what they say.

    An impatient engine asks for prices and decides unit by unit at once, as it does on large rules.
    """
    with pytest.MonkeyPatch.context() as patch:
        if impatient:
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
