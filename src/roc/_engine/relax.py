"""The linear relaxation of what is left to decide in an alternative: a bound, prices, and where to look."""

import operator
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from roc._engine.budget import Budget
from roc._engine.prices import prices
from roc._engine.totals import Column, Totals

_RELAXING: Final = 100
"""What solving a relaxation costs at least, in states."""

_ENTRIES: Final = 16
"""So many entries of its table cost one state more."""

_SCALE: Final = 1 << 24
"""Factors of a proof are whole numbers up to this."""

_FAR: Final = 1e12

_Line: TypeAlias = Sequence[tuple[int, int]]


class Extra(NamedTuple):
    """A bound besides those of the alternative, on a sum over items."""

    low: int
    high: int
    weights: Sequence[int]


class Proof(NamedTuple):
    """Factors of bounds, not below 0, and of bounds besides: their sum asks for more than all columns can give."""

    fields: Mapping[int, int]
    extra: Sequence[int]


class Solution(NamedTuple):
    """A solution of the relaxation.

    Attributes:
        columns: The columns among which it chooses.
        shares: How much it takes of each.
        value: What these weigh together; no selection weighs less.
        prices: What each bound that could be broken adds to that, for each 1 that it is tighter.
        extra: The same for the bounds besides.
    """

    columns: Sequence[Column]
    shares: Sequence[float]
    value: float
    prices: Mapping[int, float]
    extra: Sequence[float]


UNKNOWN: Final = Solution((), (), -_FAR, {}, (0.0, 0.0))
"""What is known where nothing was worked out."""

CROWD: Final = 1000
"""From more states than these at once nothing is worked out."""


def relax(
    totals: Totals,
    values: Mapping[int, int],
    fired: int,
    must: Sequence[int],
    may: Sequence[int],
    weights: Sequence[int],
    budget: Budget,
    extra: Sequence[Extra] = (),
    *,
    proofs: list[Proof] | None = None,
) -> Solution | None:
    """Solve the relaxation; return ``None`` where it is impossible, which is checked in whole numbers.

    Args:
        totals: The alternative.
        values: By how much each bound is kept so far.
        fired: The triggers that are fired already.
        must: The items that are chosen and can be placed in several ways.
        may: The items that may be added.
        weights: What each item weighs; the solution weighs least.
        budget: What may be spent.
        extra: Bounds besides.
        proofs: Receives the proof, where it is impossible.

    Raises:
        OutOfBudgetError: The budget is spent.
    """
    columns: list[Column] = []
    lines: list[_Line] = []
    starts: list[tuple[int, int]] = []  # of items with several columns, and how many they have
    for i in (*must, *may):
        several = totals.columns[i]
        if len(several) > 1:
            starts.append((len(columns), len(several)))
        for column in several:
            columns.append(column)
            lines.append(totals.weights(column, fired))
    worst = dict(values)  # only bounds that can be broken are rows
    for line in lines:
        for at, weight in line:
            if weight < 0:
                worst[at] += weight
    rows = {at: row for row, at in enumerate(at for at, value in worst.items() if value < 0)}
    low = [-float(values[at]) for at in rows]
    high = [_FAR] * len(low)
    sparse = [[(rows[at], float(weight)) for at, weight in line if at in rows] for line in lines]
    for bound in extra:
        for column, entries in zip(columns, sparse, strict=True):
            entries.append((len(low), float(bound.weights[column.item])))
        low.append(float(bound.low))
        high.append(float(bound.high))
    placed = sum(len(totals.columns[i]) for i in must)
    for start, length in starts:
        for entries in sparse[start : start + length]:
            entries.append((len(low), 1.0))
        low.append(1.0 if start < placed else 0.0)
        high.append(1.0)
    budget.left -= _RELAXING + len(columns) * len(low) // _ENTRIES
    if budget.left < 0:
        budget.more()
    costs = [float(weights[column.item]) for column in columns]
    proof: list[float] = []
    found = prices(costs, sparse, low, high, proof=proof)
    if found is None:
        checked = _checked(list(rows), values, columns, lines, set(must), extra, proof)
        if checked is not None:
            if proofs is not None:
                proofs.append(checked)
            return None
        return Solution(columns, [0.0] * len(columns), -_FAR, {}, [0.0] * len(extra))
    duals, shares = found
    value = sum(map(operator.mul, costs, shares))
    count = len(rows)
    return Solution(
        columns, shares, value, dict(zip(rows, duals, strict=False)), duals[count : count + len(extra)]
    )


def _checked(
    fields: Sequence[int],
    values: Mapping[int, int],
    columns: Sequence[Column],
    lines: Sequence[_Line],
    must: set[int],
    extra: Sequence[Extra],
    proof: Sequence[float],
) -> Proof | None:
    """Return a proof that bounds cannot all be kept if it is one in whole numbers, too."""
    count = len(fields)
    relevant = proof[: count + len(extra)]
    largest = max(map(abs, relevant), default=0.0) or 1.0
    for sign in (1, -1):
        factors = [sign * round(each / largest * _SCALE) for each in relevant]
        by_field = {at: factor for at, factor in zip(fields, factors, strict=False) if factor > 0}
        need = -sum(factor * values[at] for at, factor in by_field.items())
        besides = [(bound, factor) for bound, factor in zip(extra, factors[count:], strict=True) if factor]
        need += sum(factor * (bound.low if factor > 0 else bound.high) for bound, factor in besides)
        best: dict[int, int] = {}
        for column, line in zip(columns, lines, strict=True):
            i = column.item
            worth = sum(by_field[at] * weight for at, weight in line if at in by_field)
            worth += sum(factor * bound.weights[i] for bound, factor in besides)
            least = best.get(i)
            if least is None:
                best[i] = worth if i in must else max(0, worth)
            else:
                best[i] = max(least, worth)
        if sum(best.values()) < need:
            return Proof(by_field, factors[count:])
    return None
