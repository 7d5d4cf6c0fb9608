"""Depth-first search over packed states: completions level by level, in declared order.

A *level* is a cost (the number of units, unless the caller prices them) and a credit. Within a level the
completions come in the lexicographic order of their items, so that the first is the earliest. A state is
given up as soon as some need is out of reach of the items that are left, or of the cost that is left. Where
a level resists, the linear relaxation is asked for prices, which prove most of what is left to prove.
"""

import functools
import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.problem import Item, Problem
from roc._engine.relax import CROWD, UNKNOWN, Extra, Proof, Solution, relax
from roc._engine.totals import Totals, totals_of
from roc.rules import Measure

_QUICK: Final = 300
"""States looked at before prices are asked for."""

_PATIENT: Final = 200
"""Choices looked at after one, before that one is relaxed."""

_CUTS: Final = 3
"""So many proofs are kept, the latest, to be tried on other choices."""

_EPS: Final = 1e-6
_SMALL: Final = 1e-9
_Tree: TypeAlias = tuple[int, list[int], int, list[int] | None, bool, list[int]]
"""A floor: its field, the most for each cost, its parent, the least credit, whether it is of credit, the most."""

_Frame: TypeAlias = tuple[int, tuple[int, ...], int, int, bool]
"""A choice: the next item to try, the states, the cost left, the first item tried, whether it led anywhere."""


class _Cut(NamedTuple):
    """A sum of bounds that shows of many choices that they lead nowhere.

    Attributes:
        plain: Fields and their factors, with the sign with which they add to what is needed.
        waiting: Floors that may arise: field, factor, the bit that tells whether they have, and their latent field.
        cost: The factor of the cost.
        credit: The factor of the credit.
        reach: The most that the items from each on can give.
    """

    plain: list[tuple[int, int]]
    waiting: list[tuple[int, int, int, int]]
    cost: int
    credit: int
    reach: list[int]


_NOTHING: Final[tuple[tuple[int, int], Iterator[tuple[int, ...]]]] = (-1, -1), iter(())


class Search:
    """The completions of one alternative, from a state on, out of some items.

    Attributes:
        problem: The alternative.
        items: The items that may be added, in the order in which they are tried.
        states: What is needed and allowed; several where units can be placed in several ways.
        budget: What may be spent.
    """

    def __init__(
        self, problem: Problem, states: Sequence[int], items: Sequence[Item], budget: Budget
    ) -> None:
        self.problem, self.items, self.states, self.budget = problem, items, tuple(states), budget
        self.most_cost = sum(item.cost for item in items)
        self.cuts: list[_Cut] = []
        self._begun: tuple[tuple[int, int], Iterator[tuple[int, ...]]] = _NOTHING
        self._priced: int | None = None
        self._bound: float | None = None
        self._forget_prices()
        self._read_gains()
        self._read_forest()

    # -- what only a relaxation needs ---------------------------------------------------------------

    @functools.cached_property
    def totals(self) -> Totals:
        """The alternative as totals."""
        return totals_of(self.problem)

    @functools.cached_property
    def numbers(self) -> list[int]:
        """The number of each item in the alternative."""
        return [self.totals.item_of(item.mask & -item.mask) for item in self.items]

    @functools.cached_property
    def credits(self) -> list[int]:
        """The credit of each item of the alternative."""
        return [item.credit for item in self.problem.items]

    # -- bounds -------------------------------------------------------------------------------------

    def _read_gains(self) -> None:
        """Work out what the items from each on, and so much cost, can add at most to each floor."""
        p, items = self.problem, self.items
        reach, most = [p.guard | p.rest_mask], 0
        for item in reversed(items):
            most += item.gain
            reach.append(most | p.guard | p.rest_mask)
        reach.reverse()
        self.reach = reach
        mask = p.field_mask
        needed = 0
        for state in self.states:
            needed |= state
        self.sums: dict[int, list[int]] = {}
        for at in p.floor_fields:
            if at and not (needed >> at & mask) and at not in p.arising_fields:
                continue
            each = [(gain, item.cost) for item in items if (gain := item.gain >> at & mask)]
            self.sums[at] = _sums(each, descending=True)
        self.within: dict[int, int] = {}
        each = [(item.credit, item.cost) for item in items]
        self.cheapest = _sums(each, descending=False)
        self.dearest = _sums(each, descending=True)

    def _within(self, cost: int) -> int:
        """Return the most that so much cost can add to each floor, packed."""
        found = self.within.get(cost)
        if found is None:
            found = self.problem.guard | self.problem.rest_mask
            for at, row in self.sums.items():
                found |= row[min(cost, len(row) - 1)] << at
            self.within[cost] = found
        return found

    def _read_forest(self) -> None:
        """Arrange floors whose items are nested or disjoint, to bound what they need together."""
        p, items = self.problem, self.items
        candidates: list[tuple[int, int, Measure, int]] = []
        for at, measure in p.plain_floors:
            if at in self.sums:
                field = p.field_mask << at
                members = 0
                for i, item in enumerate(items):
                    if item.gain & field:
                        members |= 1 << i
                if members:
                    candidates.append((members.bit_count(), at, measure, members))
        candidates.sort()
        chosen: list[tuple[int, Measure, int]] = []
        for _, at, measure, members in candidates:
            if all(not members & other or other & members == other for _, _, other in chosen):
                chosen.append((at, measure, members))
        self.forest: list[_Tree] = []
        for i, (at, measure, members) in enumerate(chosen):
            parent = next(
                (j for j in range(i + 1, len(chosen)) if chosen[j][2] & members == members), len(chosen)
            )
            each = [(item.credit, item.cost) for k, item in enumerate(items) if members >> k & 1]
            cheap = _sums(each, descending=False) if measure is Measure.UNITS and p.unit_costs else None
            self.forest.append(
                (at, self.sums[at], parent, cheap, measure is Measure.CREDIT, _sums(each, descending=True))
            )

    def fewest(self, needs: int) -> tuple[int, int, int]:
        """Bound the cost of what is still needed from below, and the credit that it brings from both sides."""
        mask = self.problem.field_mask
        size = len(self.forest) + 1
        costs, amounts, gains = [0] * size, [0] * size, [0] * size
        for i, (at, sums, parent, cheap, is_credit, dear) in enumerate(self.forest):
            need = needs >> at & mask
            cost, credit, gain = costs[i], amounts[i], gains[i]
            if need:
                alone = bisect_left(sums, need)
                if alone > cost:
                    gain += dear[min(alone - cost, len(dear) - 1)]
                    cost = alone
                if is_credit:
                    credit = max(credit, need)
                elif cheap is not None and cheap[min(need, len(cheap) - 1)] > credit:
                    credit = cheap[min(need, len(cheap) - 1)]
            if cost:
                costs[parent] += cost
                amounts[parent] += credit
                gains[parent] += gain
        return costs[-1], amounts[-1], gains[-1]

    # -- prices -------------------------------------------------------------------------------------

    def _forget_prices(self) -> None:
        self.row_prices: list[tuple[int, float]] = []
        self.cost_price, self.spare = 0.0, [0.0] * (len(self.items) + 1)

    def _relax(
        self,
        weights: Sequence[int],
        *,
        cost: int | None = None,
        states: Sequence[int] | None = None,
        turn: int = 0,
        proofs: list[Proof] | None = None,
    ) -> Solution | None:
        """Relax what is left to choose from an item on, from some states on; ``None`` where it is impossible.

        Args:
            weights: What each item of the problem weighs.
            cost: What is to be added; ``None``: anything, and the value is a convex function of the bounds.
            states: Where to begin, with bounds of the credit; ``None``: from the beginning, with any credit.
            turn: The first item that is left.
            proofs: Receives the proof, where it is impossible.
        """
        totals, p = self.totals, self.problem
        extra: list[Extra] = []
        if cost is not None:
            extra.append(Extra(cost, cost, totals.costs))
        if states is not None:
            mask = p.field_mask
            low = min(state >> p.credit_floor & mask for state in states)
            high = max(state >> p.credit_ceiling & mask for state in states)
            extra.append(Extra(low, high, self.credits))
        here = states or self.states
        if len(here) > CROWD:
            return UNKNOWN
        each = [self._values(state) for state in here]
        values = {at: max(found[at] for found in each) for at in totals.fields}
        fired = functools.reduce(int.__and__, here) & p.trigger_bits
        given = totals, values, fired, (), self.numbers[turn:], weights, self.budget, extra
        return relax(*given, proofs=proofs, convex=cost is None)

    def _values(self, state: int) -> dict[int, int]:
        """Return by how much each bound is kept in a state, as :class:`Totals` would say it."""
        p, mask = self.problem, self.problem.field_mask
        found = {
            at: -(state >> at & mask) if at < p.floors_end else state >> at & mask
            for at in self.totals.fields
        }
        for bit, latent, active in p.latents:
            if not state & bit:
                found[active] = (p.start >> latent & mask) - (state >> latent & mask)
        return found

    def _ask_prices(self, cost: int) -> float | None:
        """Find prices for completions of *cost*; return the least credit that they allow, ``None`` for none."""
        relaxed = self._relax(self.credits, cost=cost)
        if relaxed is None:
            return None
        p, items = self.problem, self.items
        mask = p.field_mask
        self.row_prices = [
            (at, price if at < p.floors_end else -price)
            for at, price in relaxed.prices.items()
            if price > _SMALL
        ]
        self.cost_price = relaxed.extra[0]
        spare = [0.0]
        for item in reversed(items):
            worth = max(
                sum(price * (p.at_most(option) >> at & mask) for at, price in self.row_prices)
                for option in item.options
            )
            spare.append(spare[-1] + min(0.0, item.credit - worth - self.cost_price * item.cost))
        spare.reverse()
        self.spare = spare
        return relaxed.value

    def _worth(self, state: int, left: int) -> float:
        """Return the least credit that needs and the cost left bring, but for items worth more than theirs."""
        mask = self.problem.field_mask
        found = self.cost_price * left
        for at, price in self.row_prices:
            found += price * (state >> at & mask)
        return found

    # -- levels -------------------------------------------------------------------------------------

    def levels(self) -> Iterator[tuple[int, int]]:
        """Yield every cost and credit at which there are completions, the least first.

        Raises:
            OutOfBudgetError: The budget is spent.
        """
        if not self.states or not self._is_hopeful():
            return
        least, bound = self.least_cost(), 0.0
        for cost in range(least, self.most_cost + 1):
            if cost == least + 1:  # it resists
                bound = self.relaxed_cost()
            if cost > least and cost < bound - _EPS:
                continue
            found = self._next_credit(cost, self._credit_bound(cost))
            while found is not None:
                yield cost, found
                found = self._next_credit(cost, found + 1)

    def least_cost(self) -> int:
        """Return a lower bound of the cost of a completion."""
        mask = self.problem.floor_mask
        return min(self.fewest(state & mask)[0] for state in self.states)

    def relaxed_cost(self) -> float:
        """Return the lower bound of the cost that the linear relaxation gives; infinite where it is impossible."""
        if not self.states or not self._is_hopeful():
            return math.inf
        relaxed = self._relax(self.totals.costs)
        return math.inf if relaxed is None else relaxed.value

    def _credit_bound(self, cost: int) -> int:
        p = self.problem
        needs = [state & p.floor_mask for state in self.states]
        return max(
            self.cheapest[min(cost, len(self.cheapest) - 1)],
            min(self.fewest(each)[1] for each in needs),
            *(
                min(each >> at & p.field_mask for each in needs)
                for at, measure in p.plain_floors
                if measure is Measure.CREDIT
            ),
        )

    def _next_credit(self, cost: int, credit: int) -> int | None:
        """Return the least credit, from *credit* on, of a completion of *cost*."""
        top = self.dearest[min(cost, len(self.dearest) - 1)]
        if credit > top:
            return None
        if self._priced != cost:
            self._forget_prices()
            try:
                if self.first(cost, credit, credit, quick=True) is not None:
                    return credit
            except OutOfBudgetError:
                pass
            self._priced, self._bound = cost, self._ask_prices(cost)
        if self._bound is None:
            return None
        credit = max(credit, math.ceil(self._bound - _EPS))
        found = self.first(cost, credit, credit)
        if found is None:
            found = self.first(cost, credit + 1, top)
        if found is None:
            return None
        best = self.credit_of(found)
        while best > credit + 1 and (found := self.first(cost, credit + 1, best - 1)) is not None:
            best = self.credit_of(found)
        return best

    def _is_hopeful(self) -> bool:
        """Tell whether every need is in reach of all items together."""
        p = self.problem
        return any(
            (self.reach[0] - (state & p.floor_mask)) & p.floor_guard == p.floor_guard for state in self.states
        )

    def credit_of(self, solution: Sequence[int]) -> int:
        """Return the credit of a completion."""
        return sum(self.items[i].credit for i in solution)

    def first(self, cost: int, low: int, high: int, *, quick: bool = False) -> tuple[int, ...] | None:
        """Return the first completion of a cost whose credit lies between bounds, or ``None``.

        Raises:
            OutOfBudgetError: The budget, or with *quick* a small part of it, is spent.
        """
        solutions = self.solutions(cost, low, high)
        if quick:
            with self.budget.part(_QUICK):
                found = next(solutions, None)
        else:
            found = next(solutions, None)
        if low == high and found is not None:
            self._begun = (cost, low), itertools.chain((found,), solutions)
        return found

    def level(self, cost: int, credit: int) -> Iterator[tuple[int, ...]]:
        """Yield the completions of a cost and a credit; see :meth:`solutions`.

        Raises:
            OutOfBudgetError: The budget is spent.
        """
        begun, solutions = self._begun
        self._begun = _NOTHING
        return solutions if begun == (cost, credit) else self.solutions(cost, credit, credit)

    def solutions(self, cost: int, low: int, high: int) -> Iterator[tuple[int, ...]]:
        """Yield the completions of *cost* with credit from *low* to *high*, in lexicographic order.

        Each is the tuple of the indices of its items.

        Raises:
            OutOfBudgetError: The budget is spent.
        """
        p, items, budget = self.problem, self.items, self.budget
        if cost > self.most_cost:
            return
        low, high = min(low, p.field_mask), min(high, p.field_mask)
        states = tuple(p.bounded(state, low, high) for state in self.states)
        states = tuple(state for state in states if self._hopeful(state, cost))
        if not states:
            return
        guard, floor_guard, rest_guard = p.guard, p.floor_guard, p.ceiling_guard
        floor_mask, trigger_bits, shift = p.floor_mask, p.trigger_bits, p.width - 1
        credit_at, field = p.credit_ceiling, p.field_mask
        reach, fewest = self.reach, self.fewest
        cheapest, dearest = self.cheapest, self.dearest
        last_cheap, last_dear = len(cheapest) - 1, len(dearest) - 1
        spare, worth = self.spare, self._worth
        priced = bool(self.row_prices) or self.cost_price != 0
        count = len(items)
        if not cost and any(not state & floor_mask for state in states):
            yield ()
            return
        dead: set[tuple[int, int, tuple[int, ...]]] = set()
        path: list[int] = []
        frames: list[_Frame] = []
        turn, left, first, led = 0, cost, 0, False
        spent = 0
        since = [0]  # what was spent before each choice
        certain = 0  # so many choices on the path are not hopeless
        while True:
            deeper = False
            slack = max((s >> credit_at & field) - worth(s, left) for s in states) + _EPS if priced else 0.0
            while turn < count:
                # what is left out from here on must leave every need within reach
                if priced and spare[turn] > slack:
                    break
                bound = reach[turn]
                if not any((bound - (s & floor_mask)) & floor_guard == floor_guard for s in states):
                    break
                item = items[turn]
                turn += 1
                rest = left - item.cost
                if rest < 0:
                    continue
                budget.left -= len(states)
                if budget.left < 0:
                    budget.more()
                bound, within = reach[turn], self._within(rest)
                cheap, dear = cheapest[min(rest, last_cheap)], last_dear
                found: list[int] = []
                for state in states:
                    for own, triggers in item.options:
                        before, take = state, own
                        for bit, latent, active, more in triggers:
                            if not before & bit:
                                before |= bit
                                take += more
                                if latent >= 0:
                                    before += (before >> latent & field) << active
                        after = (before | guard) - take
                        kept = after & guard
                        if kept & rest_guard != rest_guard:
                            continue
                        after &= kept - (kept >> shift)
                        room = after >> credit_at & field
                        if cheap > room:
                            continue
                        needs = after & floor_mask
                        if needs:
                            if (within - needs) & (bound - needs) & floor_guard != floor_guard:
                                continue
                            needed, credit, gain = fewest(needs)
                            if (
                                needed > rest
                                or credit > room
                                or gain + dearest[min(rest - needed, dear)] < needs & field
                            ):
                                continue
                        if priced and worth(after, rest) + spare[turn] > room + _EPS:
                            continue
                        after |= before & trigger_bits
                        if self.cuts and self._is_cut(after, rest, turn):
                            continue
                        found.append(after)
                if not found:
                    continue
                new = (found[0],) if len(found) == 1 else tuple(sorted(set(found)))
                if not rest:  # and nothing is needed, or it would have been out of reach
                    led = True
                    certain = len(since)
                    yield (*path, turn - 1)
                    continue
                if (turn, rest, new) not in dead:
                    frames.append((turn, states, left, first, led))
                    path.append(turn - 1)
                    states, left, first, led = new, rest, turn, False
                    since.append(spent)
                    deeper = True
                    break
            spent += 1
            # where a choice takes long, the last one that took half as long is relaxed: most of those are hopeless
            if len(since) > certain and (took := spent - since[certain]) > _PATIENT:
                here = [*frames, (turn, states, left, first, led)]
                doubt = bisect_right(since, spent - took // 2) - 1
                certain, cut = self._hopeless(here, certain, doubt)
                if cut is not None:
                    turn, states, left, first, led = here[cut]
                    del frames[cut:], path[cut:], since[cut + 1 :]
                    turn, deeper = count, False
            if deeper:
                continue
            if not led:
                dead.add((first, left, states))
            if not frames:
                return
            was = led
            turn, states, left, first, led = frames.pop()
            led = led or was
            path.pop()
            since.pop()
            certain = min(certain, len(since))

    def _hopeless(self, frames: Sequence[_Frame], certain: int, doubt: int) -> tuple[int, int | None]:
        """Look for the first choice on a path whose relaxation is impossible; so many are known not to be.

        Return how many are known then, and the choice found, if the one in *doubt* is that far.
        """
        cut: int | None = None
        proofs: list[Proof] = []
        nothing = [0] * len(self.credits)
        while certain <= doubt:
            _, states, left, first, _ = frames[doubt]
            if self._relax(nothing, cost=left, states=states, turn=first, proofs=proofs) is not None:
                certain = doubt + 1
                break
            cut = doubt
            doubt -= 1
        for proof in proofs[-1:]:
            self.cuts = [self._cut(proof), *self.cuts[: _CUTS - 1]]
        return certain, cut

    def _cut(self, proof: Proof) -> _Cut:
        """Return what a proof says of any choice: what it sums up, and the most that the items left can give."""
        p, totals = self.problem, self.totals
        cost, credit = proof.extra
        reach = [0]
        for item, number in zip(reversed(self.items), reversed(self.numbers), strict=True):
            most = max(
                sum(proof.fields.get(at, 0) * weight for at, weight in totals.weights(column, 0))
                for column in totals.columns[number]
            )
            reach.append(reach[-1] + max(0, most + cost * item.cost + credit * item.credit))
        reach.reverse()
        arising = {active: (bit, latent) for bit, latent, active in p.latents}
        plain = [
            (at, factor if at < p.floors_end else -factor)
            for at, factor in proof.fields.items()
            if at not in arising
        ]
        waiting = [(at, factor, *arising[at]) for at, factor in proof.fields.items() if at in arising]
        return _Cut(plain, waiting, cost, credit, reach)

    def _is_cut(self, state: int, left: int, turn: int) -> bool:
        """Tell whether a proof that was found elsewhere shows that a state leads nowhere."""
        p, mask = self.problem, self.problem.field_mask
        for plain, waiting, cost, credit, reach in self.cuts:
            need = cost * left + credit * (
                state >> (p.credit_floor if credit > 0 else p.credit_ceiling) & mask
            )
            for at, factor in plain:
                need += factor * (state >> at & mask)
            for at, factor, bit, latent in waiting:
                if state & bit:
                    need += factor * (state >> at & mask)
                else:
                    need -= factor * ((p.start >> latent & mask) - (state >> latent & mask))
            if need > reach[turn]:
                return True
        return False

    def _hopeful(self, state: int, cost: int) -> bool:
        p = self.problem
        needs = state & p.floor_mask
        needed, credit, _ = self.fewest(needs)
        room = state >> p.credit_ceiling & p.field_mask
        return (
            (self._within(cost) - needs) & (self.reach[0] - needs) & p.floor_guard == p.floor_guard
            and needed <= cost
            and credit <= room
            and self.cheapest[min(cost, len(self.cheapest) - 1)] <= room
        )


def _sums(pairs: Sequence[tuple[int, int]], *, descending: bool) -> list[int]:
    """Return the most (or least) that so much cost can bring out of pairs of amount and cost.

    Parts of a pair are allowed, rounded so that the bound holds; the last entry holds for any greater cost.
    """
    if all(cost == 1 for _, cost in pairs):
        total, found = 0, [0]
        for amount, _ in sorted(pairs, reverse=descending):
            total += amount
            found.append(total)
        return found
    whole, found = 0, [0]
    for amount, cost in sorted(pairs, key=lambda pair: pair[0] / pair[1], reverse=descending):
        for part in range(1, cost + 1):
            found.append(whole + (-(-amount * part // cost) if descending else amount * part // cost))
        whole += amount
    return found
