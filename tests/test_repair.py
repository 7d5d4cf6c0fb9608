"""Repairs by example: drops, additions and swaps, their costs and their order."""

import itertools

import pytest

import roc
from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.repair import Repair, repairs
from roc._engine.rule import Rule

_PLENTY = 1_000_000


def _rules(*clauses: str, credit: tuple[int, ...] = (4, 4, 4, 6, 6, 8)) -> list[Rule]:
    units = [roc.Unit(number=f"M{i}", credit=each) for i, each in enumerate(credit, 1)]
    q = roc.Qualification(
        title="Example",
        units=units,
        groups=[roc.UnitGroup(name="All", units=[unit.number for unit in units])],
        rules=[roc.parse(each) for each in clauses],
    )
    return [Rule(q, (), (), frozenset())]


def _mask(*numbers: int) -> int:
    """Return the units M1, M2 ... as a mask."""
    return sum(1 << number - 1 for number in numbers)


def test_what_is_ok_needs_no_edit_and_other_edits_follow() -> None:
    """The selection as it is comes first; every other selection that is OK follows, each once."""
    rules = _rules("at least 1 unit", credit=(1, 1, 1))
    found = list(repairs(rules, _mask(1), Budget(_PLENTY)))
    assert found[0] == Repair(0, 0, 1, 0, 0, 0)
    assert [each.cost for each in found] == [0, 1, 1, 2, 2, 2, 3]


def test_a_barred_unit_is_dropped_and_what_is_missing_added() -> None:
    """One of the pair goes, the one that is declared later where nothing else tells them apart."""
    rules = _rules("M1 and M2 are barred", "at least 14 credits")
    best = next(repairs(rules, _mask(1, 2, 3), Budget(_PLENTY)))
    assert best == Repair(2, 1, 14, _mask(2), _mask(4), 0)


def test_a_swap_is_a_drop_and_an_addition() -> None:
    """Where the number of units is fixed, more credit takes a swap."""
    rules = _rules("exactly 2 units", "at least 12 credits")
    found = repairs(rules, _mask(1, 4), Budget(_PLENTY))
    assert next(found) == Repair(2, 1, 12, _mask(4), _mask(6), 0)
    assert next(found) == Repair(2, 1, 12, _mask(1), _mask(5), 0)


def test_prices_decide_what_goes_and_what_comes() -> None:
    """A unit that is dear to drop stays, and two cheap additions beat a dear one."""
    rules = _rules("M1 and M2 are barred", "at least 14 credits")
    costs = dict.fromkeys(range(6), 2)
    best = next(repairs(rules, _mask(1, 2, 3), Budget(_PLENTY), costs={**costs, 0: 1}))
    assert (best.cost, best.dropped, best.added) == (3, _mask(1), _mask(4))
    best = next(repairs(rules, _mask(1, 2), Budget(_PLENTY), costs={**costs, 5: 9, 2: 1, 3: 1}))
    assert (best.cost, best.dropped, best.added) == (4, _mask(2), _mask(3, 4))


def test_units_that_may_not_be_added() -> None:
    """They stay out, but one that is chosen already may stay."""
    rules = _rules("at least 14 credits", "at most 2 units")
    best = next(repairs(rules, _mask(6), Budget(_PLENTY), banned=_mask(4, 6)))
    assert (best.dropped, best.added) == (0, _mask(5))
    assert next(repairs(rules, _mask(6), Budget(_PLENTY), banned=_mask(1, 2, 3, 4, 5)), None) is None


def test_linked_units_are_dropped_together_each_an_edit() -> None:
    """One of a pair cannot stay behind; half a pair is completed or dropped."""
    rules = _rules("M1 and M2 are linked", "M1 and M4 are barred", "at least 14 credits")
    found = list(itertools.islice(repairs(rules, _mask(1, 2, 4, 6), Budget(_PLENTY)), 9))
    assert found[0] == Repair(1, 1, 16, _mask(4), 0, 0)
    assert Repair(2, 2, 14, _mask(1, 2), 0, 0) in found
    assert all(each.dropped & _mask(1, 2) in {0, _mask(1, 2)} for each in found)
    best = next(repairs(rules, _mask(1, 4, 5, 6), Budget(_PLENTY)))
    assert (best.cost, best.dropped, best.added) == (1, _mask(1), 0)


def test_nothing_repairs_a_rule_that_nothing_satisfies() -> None:
    """There is no repair, and the search for one ends."""
    assert list(repairs(_rules("at least 7 units"), _mask(1, 2), Budget(_PLENTY))) == []
    assert list(repairs(_rules("exactly 5 credits", credit=(2, 2, 2, 2)), _mask(1), Budget(_PLENTY))) == []


def test_dropping_more_can_be_cheaper() -> None:
    """Whatever makes a need apply may go, where that costs less than what it needs."""
    rules = _rules("M1 requires M2 and M3 and M4", "at least 6 credits")
    best = next(repairs(rules, _mask(1, 5), Budget(_PLENTY)))
    assert (best.cost, best.dropped, best.added) == (1, _mask(1), 0)


def test_the_best_of_several_pathways() -> None:
    """Each repair says which pathway it is for."""
    q = roc.Qualification(
        title="Two ways",
        units=[roc.Unit(number=f"M{i}") for i in range(4)],
        groups=[roc.UnitGroup(name="All", units=[f"M{i}" for i in range(4)])],
        pathways=[
            roc.Pathway(name="P1", rules=[roc.parse("all of M0 and M1 and M2")]),
            roc.Pathway(name="P2", rules=[roc.parse("all of M3")]),
        ],
    )
    rules = [Rule(q, (pathway,), (), frozenset()) for pathway in q.pathways]
    best = next(repairs(rules, 1, Budget(_PLENTY)))
    assert (best.cost, best.added, best.way) == (1, 8, 1)


def test_linked_units_are_dropped_together() -> None:
    """That one of two cannot be dropped alone does not mean that no more can."""
    needs = (f"M1 requires M{i}" for i in (4, 5, 6))
    best = next(repairs(_rules("M1 and M2 are linked", *needs), _mask(1, 2), Budget(_PLENTY)))
    assert best == Repair(2, 2, 0, _mask(1, 2), 0, 0)


def test_a_budget_that_is_spent_is_an_error() -> None:
    """No repair is given that is not certain to be the best."""
    rules = _rules("exactly 301 credits", credit=tuple(11 + 2 * (7 * i % 11) for i in range(30)))
    with pytest.raises(OutOfBudgetError):
        next(repairs(rules, _mask(1, 2, 3), Budget(2000)))
