"""Exact counts of completions, and what follows from them: shares, distributions, samples, extremes.

Step by step, the choices of units that lead to the same state are counted together. A choice of units counts
once, however many ways there are to place them, and however many alternatives of a rule, or pathways, it
satisfies: where there are several, what is called a state here is the set of all that they lead to.
"""

import functools
import itertools
import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from roc._engine.polynomials import Table
from roc._engine.problem import Item, Problem, each_bit
from roc._engine.search import Budget, OutOfBudgetError
from roc._engine.tables import Plan
from roc._engine.tracks import Role, Track, settle
from roc.rules import Measure

MAX_CELLS: Final = 1 << 21
"""Polynomials with more coefficients are not made: what would need them stays in the state."""


class _Open(NamedTuple):
    """An alternative with what is chosen: its states, its open items, and units that are in or out for certain."""

    problem: Problem
    states: tuple[int, ...]
    items: tuple[Item, ...]
    added: int


class Diagram:
    """All completions of a selection for any of some alternatives, of one rule or of several pathways.

    Completions are sets of units that are added to those that are chosen.

    Args:
        problems: The alternatives.
        chosen: The units that are chosen, as bits.
        budget: What may be spent; a state costs one, and so do some thousand bytes of polynomials.
        banned: Units that must not be added.

    Raises:
        OutOfBudgetError: By any question: the budget is spent, or there are too many states to hold.
    """

    def __init__(self, problems: Sequence[Problem], chosen: int, budget: Budget, *, banned: int = 0) -> None:
        self.budget = budget
        alone: list[_Part] = []
        together: list[_Open] = []
        is_one_rule = len({id(problem.rule) for problem in problems}) < 2
        for problem in problems:
            found = _open(problem, chosen, banned)
            if found is None:
                continue
            # alternatives of a rule exclude each other, but for units that can be placed in several ways
            if is_one_rule and all(
                len(item.options) == 1 for item in problem.items if not item.mask & banned
            ):
                alone.append(_Part([found], budget))
            else:
                together.append(found)
        self.parts = [*alone, _Part(together, budget)] if together else alone

    @functools.cached_property
    def count(self) -> int:
        """How many completions there are."""
        return sum(part.count for part in self.parts)

    def frequencies(self) -> dict[int, int]:
        """Return for each unit that some completion adds, by its bit, how many completions contain it."""
        found: dict[int, int] = {}
        for part in self.parts:
            for bit, ways in part.frequencies():
                found[bit] = found.get(bit, 0) + ways
        return found

    def distribution(self, measure: Measure) -> dict[int, int]:
        """Return how many completions add so many units, or so much credit or hours as scaled integers."""
        found: dict[int, int] = {}
        for part in self.parts:
            for amount, ways in part.amounts(measure, exists=False).items():
                found[amount] = found.get(amount, 0) + ways
        return dict(sorted(found.items()))

    def extremes(self, measure: Measure) -> tuple[int, int] | None:
        """Return the least and the most that a completion adds, ``None`` where there is none."""
        found = [amount for part in self.parts for amount in part.amounts(measure, exists=True)]
        return (min(found), max(found)) if found else None

    def sample(self, rng: random.Random, number: int = 1) -> list[int]:
        """Return completions, each drawn from all with the same probability, as the bits that are added.

        Raises:
            ValueError: There is no completion.
        """
        if not self.count:
            msg = "there is no completion to draw"
            raise ValueError(msg)
        ends = list(itertools.accumulate(part.count for part in self.parts))
        drawn = [bisect_right(ends, rng.randrange(self.count)) for _ in range(number)]
        each = {
            i: iter(part.table.sample(rng, drawn.count(i))) for i, part in enumerate(self.parts) if i in drawn
        }
        return [self.parts[i].added | next(each[i]) for i in drawn]


def _open(problem: Problem, chosen: int, banned: int) -> _Open | None:
    """Return an alternative with what is chosen, ``None`` where it has no completion for a plain reason."""
    states, added = problem.after(chosen) if problem.possible else ((), 0)
    if added & banned:
        return None
    out = chosen | added | banned
    items = tuple(item for item in problem.items if not item.mask & out)
    return _Open(problem, states, items, added) if settle(problem, states, items)[0] else None


class _Part:
    """Alternatives that are counted together.

    Attributes:
        masks: The units of each step.
        added: The units that are in every completion for a plain reason.
    """

    def __init__(self, alternatives: Sequence[_Open], budget: Budget) -> None:
        self.budget = budget
        self.added = 0
        self.rule = alternatives[0].problem.rule
        # units are one step where every alternative has them together
        steps: dict[tuple[Role, ...], int] = {}
        if len(alternatives) == 1:
            problem, states, items, self.added = alternatives[0]
            states, left, taken = settle(problem, states, items)
            self.added |= sum(item.mask for item in taken)
            self.starts = [(problem, states)]
            steps = {(item,): item.mask for item in left}
        else:
            self.starts = [(problem, states) for problem, states, _, _ in alternatives]
            for bit in range(len(self.rule.units)):
                roles = tuple(_role(each, bit) for each in alternatives)
                if any(roles):
                    steps[roles] = steps.get(roles, 0) | 1 << bit
        self.roles, self.masks = list(steps), list(steps.values())

    def _plan(self, cells: int, measure: Sequence[int] | None = None) -> Plan:
        tracks = [
            Track(problem, states, [roles[i] for roles in self.roles])
            for i, (problem, states) in enumerate(self.starts)
        ]
        return Plan(tracks, len(self.masks), cells, measure)

    @functools.cached_property
    def table(self) -> Table:
        """What is counted."""
        return Table(self._plan(MAX_CELLS), self.masks, self.budget)

    @functools.cached_property
    def count(self) -> int:
        """How many completions there are."""
        return self.table.total(self.table.last())

    def frequencies(self) -> Iterator[tuple[int, int]]:
        """Yield units with the number of completions that contain them."""
        for bit in each_bit(self.added):
            yield bit, self.count
        if self.count:
            for mask, ways in zip(self.table.masks, self.table.shares(), strict=True):
                for bit in each_bit(mask if ways else 0):
                    yield bit, ways

    def amounts(self, measure: Measure, *, exists: bool) -> dict[int, int]:
        """Return how many completions add how much; with *exists*, only what is possible is right."""
        weights = self.rule.weights[measure]
        row = [sum(weights[bit] for bit in each_bit(mask)) for mask in self.masks]
        plan = self._plan(MAX_CELLS << 3 * exists, row)
        if plan.measured is None:
            raise OutOfBudgetError
        table = Table(plan, self.masks, self.budget, exists=exists)
        start = sum(weights[bit] for bit in each_bit(self.added))
        return {start + amount: ways for amount, ways in table.amounts(table.last()).items()}


def _role(alternative: _Open, bit: int) -> Role:
    """Return what a unit is to an alternative."""
    if alternative.added >> bit & 1:
        return True
    return next((item for item in alternative.items if item.mask >> bit & 1), False)
