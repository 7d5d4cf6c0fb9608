"""Some completion, whatever its place in the order, or the proof that there is none.

What follows at once from a decision is worked out bound by bound. Then the linear relaxation says where a
completion may be, and a walk from there nearly always finds one; where the relaxation is impossible, there is none.
Only what resists both is decided item by item.
"""

import math
import operator
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from roc._engine.budget import Budget
from roc._engine.prices import prices
from roc._engine.problem import each_bit
from roc._engine.totals import Base, Column, Domain, Totals

_RELAXING: Final = 100
"""What solving a relaxation costs, in states."""

_SCALE: Final = 1 << 24
"""Factors of a proof are whole numbers up to this."""

_FAR: Final = 1e12
_WHOLE: Final = 1e-6


class Relaxed(NamedTuple):
    """A solution of the linear relaxation.

    Attributes:
        start: The selection that is nearest to it.
        unsure: The open item that it takes least wholly, ``None`` where it takes all of them or nothing.
        value: What it comes to; no selection comes to less.
    """

    start: dict[int, Column]
    unsure: int | None
    value: float


class Seeker:
    """Completions of one alternative, found one at a time.

    Args:
        totals: The alternative.
        budget: What may be spent.
    """

    def __init__(self, totals: Totals, budget: Budget) -> None:
        self.totals, self.budget = totals, budget

    def seek(self, domain: Domain, near: Mapping[int, Column] | None = None) -> Base | None:
        """Return a completion that holds and leaves out what it must, ``None`` where there is none.

        Args:
            domain: What must be in and what must be out.
            near: A completion from which this one may not be far.

        Raises:
            OutOfBudgetError: The budget is spent.
        """
        totals = self.totals
        pending = [domain]
        while pending:
            domain = pending.pop()
            if near is not None:
                found = totals.walk(near, domain, self.budget)
                if found is not None:
                    return found
                near = None
            relaxed = self.relax(domain)
            if relaxed is None:
                continue
            found = totals.walk(relaxed.start, domain, self.budget)
            if found is not None:
                return found
            item = relaxed.unsure
            if item is None:
                left = totals.all & ~(domain.inside | domain.outside)
                if not left:
                    found = totals.place(each_bit(domain.inside))
                    if found is not None:
                        return found
                    continue
                item = (left & -left).bit_length() - 1
            sides = totals.exclude(domain, item), totals.include(domain, item)
            pending += [side for side in sides if side is not None]
        return None

    def relax(self, domain: Domain, weights: Sequence[int] | None = None) -> Relaxed | None:
        """Solve the linear relaxation; return ``None`` where it is impossible, which is checked in whole numbers.

        Args:
            domain: What must be in and what must be out.
            weights: What each item weighs, so that the solution weighs least; ``None``: its cost.

        Raises:
            OutOfBudgetError: The budget is spent.
        """
        self.budget.left -= _RELAXING
        if self.budget.left < 0:
            self.budget.more()
        totals = self.totals
        weighing = [item.cost for item in totals.problem.items] if weights is None else weights
        start: dict[int, Column] = {}
        several: list[tuple[Column, ...]] = []
        fixed = totals.nothing + totals.effect(domain.fired)
        for i in each_bit(domain.inside):
            columns = totals.columns[i]
            start[i] = columns[0]
            if len(columns) > 1:
                several.append(columns)
            else:
                fixed += columns[0].delta
        open_ = [totals.columns[i] for i in each_bit(totals.all & ~(domain.inside | domain.outside))]
        made: list[tuple[Column, tuple[tuple[int, int], ...]]] = [
            (column, totals.weights(column, domain.fired))
            for columns in (*several, *open_)
            for column in columns
        ]
        # only bounds that can be broken
        values = totals.values(fixed)
        worst = dict(values)
        for _, line in made:
            for at, weight in line:
                if weight < 0:
                    worst[at] += weight
        rows = {at: row for row, at in enumerate(at for at, value in worst.items() if value < 0)}
        low = [-float(values[at]) for at in rows]
        high = [_FAR] * len(low)
        costs: list[float] = []
        lines: list[list[tuple[int, float]]] = []
        for column, line in made:
            lines.append([(rows[at], float(weight)) for at, weight in line if at in rows])
            costs.append(float(weighing[column.item]))
        place = 0
        for columns in (*several, *open_):
            if len(columns) > 1:
                for each in lines[place : place + len(columns)]:
                    each.append((len(low), 1.0))
                low.append(1.0 if domain.inside >> columns[0].item & 1 else 0.0)
                high.append(1.0)
            place += len(columns)
        proof: list[float] = []
        found = prices(costs, lines, low, high, proof=proof)
        if found is None:
            if self._is_proven(domain, list(rows), proof, values, made):
                return None
            shares: Sequence[float] = [0.0] * len(made)
        else:
            shares = found[1]
        unsure, doubt = None, _WHOLE
        taken: dict[int, float] = {}
        largest: dict[int, float] = {}
        for (column, _), share in zip(made, shares, strict=True):
            i = column.item
            taken[i] = taken.get(i, 0.0) + share
            if share > largest.get(i, 0.0):
                largest[i] = share
                if taken[i] > 0.5 or domain.inside >> i & 1:
                    start[i] = column
        for i, share in taken.items():
            if share <= 0.5 and not domain.inside >> i & 1:
                start.pop(i, None)
            if min(share, 1.0 - share) > doubt and not domain.inside >> i & 1:
                unsure, doubt = i, min(share, 1.0 - share)
        value = sum(map(operator.mul, costs, shares))
        value += sum(weighing[i] for i in each_bit(domain.inside) if len(totals.columns[i]) == 1)
        if found is None:
            value = -math.inf
        return Relaxed(start, unsure, value)

    @staticmethod
    def _is_proven(
        domain: Domain,
        fields: Sequence[int],
        proof: Sequence[float],
        values: Mapping[int, int],
        made: Sequence[tuple[Column, tuple[tuple[int, int], ...]]],
    ) -> bool:
        """Tell whether a sum of bounds shows, in whole numbers, that they cannot all be kept."""
        largest = max(map(abs, proof[: len(fields)]), default=0.0) or 1.0
        for sign in (1, -1):
            factors = {
                at: factor
                for at, each in zip(fields, proof, strict=False)
                if (factor := sign * round(each / largest * _SCALE)) > 0
            }
            reach = sum(factor * values[at] for at, factor in factors.items())
            best: dict[int, int] = {}
            for column, line in made:
                worth = sum(factors[at] * weight for at, weight in line if at in factors)
                i = column.item
                if i not in best:
                    best[i] = worth if domain.inside >> i & 1 else max(0, worth)
                else:
                    best[i] = max(best[i], worth)
            if reach + sum(best.values()) < 0:
                return True
        return False
