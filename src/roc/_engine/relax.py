"""The linear relaxation of what is left to decide in an alternative: a bound, prices, and where to look."""

import math
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
    convex: bool = False,
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
        convex: Whether bounds are taken as they are, so that the value is a convex function of each; else they are
            rounded to what whole items can make of them.

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
    values = values if convex else _rounded(values, lines)
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
        worths = _worths(by_field, columns, lines)
        for bound, factor in besides:
            for i in worths:
                worths[i] += factor * bound.weights[i]
        if sum(worth for i, worth in worths.items() if worth > 0 or i in must) < need:
            return Proof(by_field, factors[count:])
    return None


def _rounded(values: Mapping[int, int], lines: Sequence[_Line]) -> dict[int, int]:
    """Return by how much each bound is kept, less what no whole items can make use of.

    Where all that is left comes in fives, 123 more are 125 more.
    """
    grains = dict.fromkeys(values, 0)
    for line in lines:
        for at, weight in line:
            grains[at] = math.gcd(grains[at], weight)
    return {
        at: value // grain * grain if (grain := grains[at]) > 1 else value for at, value in values.items()
    }


def _worths(fields: Mapping[int, int], columns: Sequence[Column], lines: Sequence[_Line]) -> dict[int, int]:
    """Return the most that each item can add to a sum of bounds with these factors."""
    found: dict[int, int] = {}
    for column, line in zip(columns, lines, strict=True):
        worth = 0
        for at, weight in line:
            if at in fields:
                worth += fields[at] * weight
        i = column.item
        found[i] = max(found[i], worth) if i in found else worth
    return found


def decided(
    proof: Proof,
    totals: Totals,
    values: Mapping[int, int],
    fired: int,
    must: Sequence[int],
    may: Sequence[int],
) -> tuple[int, int]:
    """Return the items that must be in and those that must be out, for else a proof found elsewhere holds here, too.

    The arguments are those of :func:`relax`; the proof is one without bounds besides.
    """
    columns = [column for i in (*must, *may) for column in totals.columns[i]]
    lines = [totals.weights(column, fired) for column in columns]
    values, worths = _rounded(values, lines), _worths(proof.fields, columns, lines)
    spare = sum(factor * values[at] for at, factor in proof.fields.items())
    spare += sum(worths[i] for i in must) + sum(max(0, worths[i]) for i in may)
    inside = outside = 0
    for i in may:
        if spare < worths[i]:
            inside |= 1 << i
        elif spare + worths[i] < 0:
            outside |= 1 << i
    return inside, outside
