"""Repairs: the smallest edits, units dropped and units added, after which a selection satisfies its rule.

Every unit dropped is one edit and every unit added is one; a swap is two. Units that are linked come and go
together, each an edit of its own.

A repair that drops *k* units is a completion of nothing at all that holds exactly so many of the units chosen. With
units that are kept priced at a constant less what dropping them costs, the cost of that completion is the cost of
the edits and something that only depends on *k*. So the search for completions finds the repairs of each *k* in
order, and the streams are merged.
"""

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from roc._engine.bits import each_bit
from roc._engine.budget import Budget
from roc._engine.complete import Completer, Found
from roc._engine.parts import Atom, Row
from roc._engine.problem import Problem
from roc._engine.rule import Rule
from roc.rules import Measure

_EPS: Final = 1e-6


class Repair(NamedTuple):
    """Edits that make a selection satisfy its rule.

    Attributes:
        cost: What the edits cost.
        drops: How many units are dropped.
        credit: The credit of the selection as edited, as a scaled integer.
        dropped: The units dropped, as a mask.
        added: The units added, as a mask.
        way: The pathway that it is for.
    """

    cost: int
    drops: int
    credit: int
    dropped: int
    added: int
    way: int


class _Stream(NamedTuple):
    """The repairs with so many drops: not begun, begun, or with the next one found."""

    completer: Completer | None
    found: Iterator[Found]
    best: Found | None


def repairs(
    rules: Sequence[Rule],
    chosen: int,
    budget: Budget,
    *,
    banned: int = 0,
    costs: Mapping[int, int] | None = None,
) -> Iterator[Repair]:
    """Yield all repairs, the best first, each selection that satisfies the rule once.

    The order is total: cost, then fewest drops, then least credit of the selection as edited, then the units
    that it holds, in declared order, those chosen before those added. A selection that satisfies its rule already
    comes first, without edits.

    Args:
        rules: The rule of each pathway in question.
        chosen: The units that the person chose; any of them may be dropped.
        budget: What may be spent.
        banned: Units that may not be added.
        costs: What it costs to drop or to add each unit, at least 1; ``None``: 1 each.

    Raises:
        OutOfBudgetError: The budget is spent.
    """
    prices = sorted(1 if costs is None else costs[bit] for bit in each_bit(chosen))
    # how sure a cost is: what follows from fewer drops, what the relaxation says, what a repair costs that is found
    heads: list[tuple[int, int, int, _Stream]] = [(0, 0, 0, _Stream(None, iter(()), None))]
    before: list[float] = []
    while heads:
        cost, drops, _, (completer, found, best) = heapq.heappop(heads)
        base = (len(prices) - drops) * (max(prices, default=0) + 1) - sum(prices)
        if completer is None:
            completer = _completer(rules, chosen, drops, budget, banned & ~chosen, costs)
            last = [each - base for each in completer.relaxed_costs()]
            bound = _whole(last)
            if bound is not None:
                heapq.heappush(heads, (bound, drops, 1, _Stream(completer, iter(completer), None)))
            following = _whole(_continued(before or [math.inf] * len(last), last))
            before = last
            if drops < len(prices) and following is not None:
                least = max(following, sum(prices[: drops + 1]))
                heapq.heappush(heads, (least, drops + 1, 0, _Stream(None, iter(()), None)))
            continue
        if best is not None:
            yield Repair(cost, drops, best.credit, chosen & ~best.added, best.added & ~chosen, best.way)
        best = next(found, None)
        if best is not None:
            heapq.heappush(heads, (best.cost - base, drops, 2, _Stream(completer, found, best)))


def _continued(before: Sequence[float], last: Sequence[float]) -> list[float]:
    """Return lower bounds for one drop more, from those for the last two numbers of drops.

    The least cost of a relaxation is a convex function of the number of drops, for each alternative: once it goes
    up, it goes on at least as steeply, and what has become impossible stays so.
    """
    return [
        0.0 if math.isinf(earlier) or each < earlier else 2 * each - earlier
        for earlier, each in zip(before, last, strict=True)
    ]


def _whole(bounds: Sequence[float]) -> int | None:
    """Return the least of some lower bounds of whole numbers, ``None`` where all are infinite."""
    least = min(bounds, default=math.inf)
    return None if math.isinf(least) else math.ceil(least - _EPS)


def _completer(
    rules: Sequence[Rule],
    chosen: int,
    drops: int,
    budget: Budget,
    banned: int,
    costs: Mapping[int, int] | None,
) -> Completer:
    """Return the completions of nothing that hold all units chosen but so many."""
    kept = chosen.bit_count() - drops
    part = Atom("", Row(Measure.UNITS, counted=False, groups=None, mask=chosen), kept, kept)
    if costs is not None:
        top = max((costs[bit] for bit in each_bit(chosen)), default=0) + 1
        costs = {
            bit: top - costs[bit] if chosen >> bit & 1 else costs[bit] for bit in range(len(rules[0].units))
        }
    each = None if costs is None else [costs[bit] for bit in range(len(rules[0].units))]
    packed = [[Problem(rule, (*parts, part), each) for parts in rule.alternatives] for rule in rules]
    return Completer(rules, 0, budget, banned=banned, preferred=chosen, costs=costs, packed=packed)
