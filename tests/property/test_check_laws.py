"""The engine against a brute force, and the laws of a check."""

from decimal import Decimal

from hypothesis import assume, given

from roc.combination import best_combination
from roc.rules import Measure
from roc.selection import Selection
from roc.status import Status, check
from tests.oracle import NOTHING, Gap, TooBig, best_part, solve
from tests.strategies_engine import examples, questions


def gap_of(status: Status) -> Gap:
    """Return the engine's packed gap as amounts of units, credit and hours."""
    packed, mask, scale = status._placed.gap, (1 << 64) - 1, status._compiled.scale
    return (
        Decimal(packed >> 128),
        Decimal(packed >> 64 & mask) / scale,
        Decimal(packed & mask) / scale,
    )


@given(selection=questions())
@examples(1000)
def test_check_agrees_with_the_brute_force(selection: Selection) -> None:
    """Verdict, gap, credit, units, allocation and surplus are those of the best of all allocations."""
    try:
        expected = solve(selection)
    except TooBig:
        assume(False)
        raise
    nearest = min(expected.values(), key=lambda answer: answer.gap)
    status = check(selection)
    assert gap_of(status) == nearest.gap
    assert status.ok is nearest.ok
    assert status.exact
    assert status.credit == nearest.credit
    assert status.units == nearest.units
    assert dict(status.allocation) == {
        number: tuple(name for name in option.groups if name) for number, option in nearest.options.items()
    }


@given(achieved=questions(largest=4))
@examples(500)
def test_best_combination_agrees_with_the_brute_force(achieved: Selection) -> None:
    """It satisfies the rule exactly if some part of what was achieved does, and is the best such part."""
    try:
        expected = best_part(achieved)
    except TooBig:
        assume(False)
        raise
    found = best_combination(achieved)
    assert found.exact
    assert found.ok is expected.ok
    assert gap_of(found.status) == expected.gap
    assert found.status.credit == expected.credit
    assert found.status.units == expected.units
    assert found.selection.numbers == expected.taken
    assert (expected.gap == NOTHING) is found.ok
