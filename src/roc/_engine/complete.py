"""Completions of all alternatives of a rule together, in one order."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from roc._engine.bits import each_bit
from roc._engine.budget import Budget
from roc._engine.problem import Item, Problem
from roc._engine.rule import Rule
from roc._engine.search import Search
from roc._engine.seek import Seeker
from roc._engine.totals import totals_of
from roc.rules import Measure


class Found(NamedTuple):
    """A completion: its level, the units that are added, and the pathways that it is for."""

    cost: int
    credit: int
    added: int
    way: int


class _Branch(NamedTuple):
    search: Search
    cost: int
    credit: int
    extra: int
    way: int
    ranks: Sequence[int]


_Heads: TypeAlias = list[tuple[int, int, int, Iterator[tuple[int, int]]]]


class Completer:
    """All completions of a selection, over the alternatives of one rule or of several pathways.

    The order is total: cost, then credit, then the ranks of the units, lexicographically; ranks are declared
    order unless the caller prefers some units. *packed* are alternatives of each rule to take instead of its own.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        chosen: int,
        budget: Budget,
        *,
        banned: int = 0,
        preferred: int = 0,
        costs: Mapping[int, int] | None = None,
        packed: Sequence[Sequence[Problem]] | None = None,
    ) -> None:
        self.rules, self.chosen, self.banned, self.budget = rules, chosen, banned, budget
        self.preferred, self.costs = preferred, costs
        self._branches: list[_Branch] | None = None
        self.alternatives = [
            (way, problem)
            for way, rule in enumerate(rules)
            for problem in (problems(rule, costs, budget) if packed is None else packed[way])
            if problem.possible
        ]

    @property
    def branches(self) -> list[_Branch]:
        """The search of each alternative.

        Raises:
            OutOfBudgetError: The time is up.
        """
        if self._branches is None:
            found: list[_Branch] = []
            for number, (way, problem) in enumerate(self.alternatives):
                if number:
                    self.budget.look()
                branch = self._branch(problem, way)
                if branch is not None:
                    found.append(branch)
            self._branches = found
        return self._branches

    def _branch(self, problem: Problem, way: int) -> _Branch | None:
        banned, preferred, costs = self.banned, self.preferred, self.costs
        states, extra = problem.after(self.chosen)
        if not states or extra & banned:
            return None
        taken = self.chosen | extra
        items: list[Item] = [item for item in problem.items if not item.mask & (taken | banned)]
        size = len(self.rules[way].units)
        ranks = [bit if preferred >> bit & 1 else bit + size for bit in range(size)]
        if preferred:
            items.sort(key=lambda item: min(ranks[bit] for bit in each_bit(item.mask)))
        weights = self.rules[way].weights[Measure.CREDIT]
        cost = sum(1 if costs is None else costs[bit] for bit in each_bit(extra))
        credit = sum(weights[bit] for bit in each_bit(extra))
        return _Branch(Search(problem, states, items, self.budget), cost, credit, extra, way, ranks)

    def __iter__(self) -> Iterator[Found]:
        heads: _Heads = []
        for i, branch in enumerate(self.branches):
            if i:
                self.budget.look()
            levels = branch.search.levels()
            self._push(heads, i, levels)
        while heads:
            cost, credit, _, _ = heads[0]
            here: list[tuple[int, Iterator[tuple[int, int]]]] = []
            while heads and heads[0][:2] == (cost, credit):
                _, _, i, levels = heapq.heappop(heads)
                here.append((i, levels))
            streams = [self._solutions(self.branches[i], cost, credit) for i, _ in here]
            if len(streams) == 1:
                for _, found in streams[0]:
                    yield found
            else:
                seen: set[int] = set()
                for _, found in heapq.merge(*streams):
                    if found.added not in seen:
                        seen.add(found.added)
                        yield found
            for i, levels in here:
                self._push(heads, i, levels)

    def _push(self, heads: "_Heads", i: int, levels: Iterator[tuple[int, int]]) -> None:
        level = next(levels, None)
        if level is not None:
            branch = self.branches[i]
            heapq.heappush(heads, (level[0] + branch.cost, level[1] + branch.credit, i, levels))

    def _solutions(
        self, branch: _Branch, cost: int, credit: int
    ) -> Iterator[tuple[tuple[list[int], int], Found]]:
        search = branch.search
        at = credit - branch.credit
        for solution in search.level(cost - branch.cost, at):
            added = branch.extra
            for i in solution:
                added |= search.items[i].mask
            key = (sorted(branch.ranks[bit] for bit in each_bit(added)), branch.way)
            yield key, Found(cost, credit, added, branch.way)

    def some(self) -> Found | None:
        """Return some completion, whatever its place in the order; ``None`` where there is none."""
        for way, problem in self.alternatives:
            totals = totals_of(problem)
            inside, outside = totals.items(self.chosen), totals.items(self.banned & ~self.chosen)
            domain = None if inside & outside else totals.domain(inside, outside)
            found = None if domain is None else Seeker(totals, self.budget).begin(domain)
            if found is not None:
                return Found(0, 0, totals.units(totals.held(found)) & ~self.chosen, way)
        return None

    def relaxed_costs(self) -> list[float]:
        """Return for each alternative the lower bound of the cost that its linear relaxation gives."""
        return [branch.cost + branch.search.relaxed_cost() for branch in self.branches]

    def least_cost(self) -> int | None:
        """Return a lower bound of the cost of a completion; ``None`` where there is none, or nothing is begun."""
        branches = self._branches or ()
        return min(
            (branch.cost + branch.search.least_cost() for branch in branches if branch.search.states),
            default=None,
        )


def problems(
    rule: Rule, costs: Mapping[int, int] | None = None, budget: Budget | None = None
) -> list[Problem]:
    """Return the alternatives of a rule, packed; without prices of units they are packed once.

    Raises:
        OutOfBudgetError: The time is up; without prices, what is packed by then is kept.
    """
    each = None if costs is None else [costs[bit] for bit in range(len(rule.units))]
    found: list[Problem] = [*rule.problems] if costs is None else []
    try:
        for number, parts in enumerate(rule.alternatives[len(found) :]):
            if number and budget is not None:
                budget.look()
            found.append(Problem(rule, parts, each))
    finally:
        if costs is None:
            rule.problems = found
    return found
