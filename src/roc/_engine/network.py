"""All that can happen on the way through some units, step by step, before anything is counted.

A *node* is a state after some units; states from which the same can still happen are one node. What can end
well at all is known of each node before a polynomial is made: so polynomials have only the rows that matter, and
what they will take is known beforehand.
"""

from collections.abc import Sequence
from typing import Final

from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.tables import Key, Plan

MAX_NODES: Final = 4_000_000
"""The most states that are looked at."""

NONE: Final = -1
"""The node of what cannot end well."""


class _Front:
    """The states after a step, with the rows between which they come about.

    Args:
        top: The last row.
        least: The first row from which the end can still be reached.
    """

    def __init__(self, top: int, least: int) -> None:
        self.top, self.least = top, least
        self.nodes: dict[Key, int] = {}
        self.low: list[int] = []
        self.high: list[int] = []

    def enter(self, key: Key, least: int, most: int) -> int:
        """Return the node of a state that comes about between these rows."""
        if not key or least > self.top or most < self.least:
            return NONE
        found = self.nodes.get(key)
        if found is None:
            found = self.nodes[key] = len(self.low)
            self.low.append(least)
            self.high.append(most)
        else:
            self.low[found] = min(self.low[found], least)
            self.high[found] = max(self.high[found], most)
        return found


class Network:
    """What can happen.

    Attributes:
        rises: For each step how many rows it goes up.
        left: For each step, and each node before it, the node after it where it is left out.
        chosen: The same where it is chosen.
        first: For each number of steps, and each node, the first row that matters.
        last: The last one.
        ends: For each node in the end, which tracks are alive.
    """

    def __init__(self, plan: Plan, budget: Budget) -> None:
        self.budget = budget
        self.count = plan.count
        main = plan.axes[0]
        self.top = main.top
        self.rises = [weight // main.grain for weight in main.weights]
        self.least = min(
            max(
                (-(-low // each) for (each, *others), low, _ in forms if low and not any(others)),
                default=0,
            )
            for forms in plan.forms
        )
        self.left: list[list[int]] = []
        self.chosen: list[list[int]] = []
        ways = self._forwards(plan)
        self._merge(ways)
        self._read_rows()

    def _forwards(self, plan: Plan) -> list[Key]:
        """Find the states after each step; return those in the end."""
        states: dict[Key, int] = {plan.start: 0}
        low, high = [0], [0]
        rest = sum(self.rises)
        seen = 0
        for i, rise in enumerate(self.rises):
            rest -= rise
            front = _Front(self.top, self.least - rest)
            memo = plan.memo()
            left: list[int] = []
            chosen: list[int] = []
            for key, least, most in zip(states, low, high, strict=True):
                without, with_it = plan.after(key, i, memo)
                left.append(front.enter(without, least, most))
                chosen.append(front.enter(with_it, least + rise, most + rise))
            self.left.append(left)
            self.chosen.append(chosen)
            self.budget.left -= len(states)
            seen += len(states)
            if self.budget.left < 0:
                self.budget.more()
            if seen > MAX_NODES:
                raise OutOfBudgetError
            states, low, high = front.nodes, front.low, front.high
        return list(states)

    def _merge(self, last: Sequence[Key]) -> None:
        """Make states from which the same can still happen one node, from the end on."""
        ends: dict[tuple[bool, ...], int] = {}
        nodes = [ends.setdefault(tuple(map(bool, key)), len(ends)) for key in last]
        self.ends = list(ends)
        for i in range(self.count - 1, -1, -1):
            alike: dict[tuple[int, int], int] = {(NONE, NONE): NONE}
            before: list[int] = []
            for left, chosen in zip(self.left[i], self.chosen[i], strict=True):
                after = (
                    nodes[left] if left != NONE else NONE,
                    nodes[chosen] if chosen != NONE else NONE,
                )
                before.append(alike.setdefault(after, len(alike) - 1))
            del alike[NONE, NONE]
            self.left[i] = [left for left, _ in alike]
            self.chosen[i] = [chosen for _, chosen in alike]
            nodes = before
        self.is_empty = nodes[0] == NONE

    def _read_rows(self) -> None:
        """Work out which rows of each node can come about and can still end well."""
        need: list[list[int]] = [[0] * len(self.ends)]
        gain: list[list[int]] = [[0] * len(self.ends)]
        for left, chosen, rise in zip(
            reversed(self.left), reversed(self.chosen), reversed(self.rises), strict=True
        ):
            least, most = need[-1], gain[-1]
            need.append([])
            gain.append([])
            for without, with_it in zip(left, chosen, strict=True):
                if with_it == NONE:
                    need[-1].append(least[without])
                    gain[-1].append(most[without])
                elif without == NONE:
                    need[-1].append(least[with_it] + rise)
                    gain[-1].append(most[with_it] + rise)
                else:
                    need[-1].append(min(least[without], least[with_it] + rise))
                    gain[-1].append(max(most[without], most[with_it] + rise))
        need.reverse()
        gain.reverse()
        self.first: list[list[int]] = []
        self.last: list[list[int]] = []
        low, high = [0] * len(need[0]), [0] * len(need[0])
        for i in range(self.count + 1):
            if i:
                size, rise = len(need[i]), self.rises[i - 1]
                before = list(zip(self.first[-1], self.last[-1], strict=True))
                low, high = [self.top + 1] * size, [0] * size
                for nodes, more in ((self.left[i - 1], 0), (self.chosen[i - 1], rise)):
                    for node, (begin, end) in zip(nodes, before, strict=True):
                        if node != NONE and begin <= end:
                            low[node] = min(low[node], begin + more)
                            high[node] = max(high[node], end + more)
            self.first.append([max(a, self.least - b) for a, b in zip(low, gain[i], strict=True)])
            self.last.append([min(a, self.top - b) for a, b in zip(high, need[i], strict=True)])

    def rows(self, i: int) -> int:
        """Return how many rows there are at most before a step, or in the end."""
        return sum(max(0, b - a + 1) for a, b in zip(self.first[i], self.last[i], strict=True))
