"""Allocation on rules made to be hard: whatever the limit, places are kept to and OK is OK."""

import random
from decimal import Decimal

import pytest

import roc
from roc._allocate import allocate
from roc._compiled import compiled


def overlapping(*, share: int, seed: int = 1, units: int = 40, groups: int = 6) -> roc.Qualification:
    """Units of odd credit, most of them in several groups, each of which asks for *share* per cent of its part."""
    rng = random.Random(seed)  # noqa: S311 - a rule is made up, nothing is kept secret
    credit = {f"U{i:02}": Decimal(rng.choice(("1.5", "2.25", "3.75", "7", "11", "13"))) for i in range(units)}
    wanted = sum(credit.values()) / groups * share / 100
    return roc.Qualification(
        title="Overlap",
        units=[roc.Unit(number=number, credit=each) for number, each in credit.items()],
        groups=[
            roc.UnitGroup(
                name=f"G{g}",
                units=[number for number in credit if rng.random() < 0.6],
                rules=[roc.Threshold(measure="credit", minimum=int(wanted))],
            )
            for g in range(groups)
        ],
    )


def everything(q: roc.Qualification) -> roc.Selection:
    """Return the selection of all units."""
    return roc.Selection.of(q, [unit.number for unit in q.units])


def assert_is_a_witness(status: roc.Status) -> None:
    """See with sums alone that every unit stands in one group that lists it, and every group has its credit."""
    q = status.qualification
    for number, names in status.allocation.items():
        assert len(names) == 1 or all(number not in group.units for group in q.groups)
        assert all(number in q.groups_by_name[name].units for name in names)
    for group in q.groups:
        inside = [number for number, names in status.allocation.items() if group.name in names]
        assert sum(q.unit(number).credit or 0 for number in inside) >= (group.min_credit or 0)


@pytest.mark.parametrize("seed", [1, 2])
def test_many_overlapping_units_find_their_places(seed: int) -> None:
    """Where there is room, forty units in six overlapping groups are placed, and the placement proves itself."""
    status = roc.check(everything(overlapping(share=60, seed=seed)))
    assert status.ok
    assert status.exact
    assert_is_a_witness(status)


def test_a_best_combination_that_leaves_nothing_out_is_proven() -> None:
    """However soon the search ends: where everything counts no part can do better."""
    achieved = everything(overlapping(share=60))
    best = roc.best_combination(achieved, limit=20_000)
    assert best.ok
    assert best.exact
    assert best.selection == achieved
    assert best.surplus == ()


@pytest.mark.parametrize("limit", [1, 2_000, 20_000])
@pytest.mark.parametrize(("units", "share"), [(18, 100), (20, 102)])
def test_a_limit_is_said_or_does_not_matter(limit: int, units: int, share: int) -> None:
    """Under a limit the gap is never too small, and where none is left nothing is open."""
    q = overlapping(share=share, units=units, groups=4)
    selection = everything(q)
    taken, special, states = selection._bits
    rule = compiled(q, (), special)
    full = allocate(rule, taken, states, selection.conditions)
    found = allocate(rule, taken, states, selection.conditions, limit=limit)
    assert full.exact
    assert found.gap >= full.gap
    assert found.exact or found.gap
    assert found.gap == full.gap or not found.exact
    assert limit > 1 or not found.exact


def test_more_cannot_be_had_than_there_is() -> None:
    """Groups that ask for more than all there is stay short by at least the difference."""
    q = overlapping(share=120, units=14, groups=3)
    status = roc.check(everything(q))
    assert not status.ok
    assert status.exact
    asked = sum(group.min_credit or 0 for group in q.groups)
    short = sum(clause.shortfall for group in status.top_groups for clause in group.clauses)
    assert short >= asked - status.credit > 0
