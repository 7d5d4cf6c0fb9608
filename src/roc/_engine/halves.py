"""Alternatives that are counted together, and what becomes of them where that would take too much.

What is too large to be counted at once is halved: what contains a unit, and what does not. The unit is one that
much has to do with, so that each half is a good deal smaller.
"""

import functools
import itertools
import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

from roc._engine.bits import each_bit
from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.polynomials import Table, TooLargeError
from roc._engine.problem import Item, Problem
from roc._engine.tables import Plan
from roc._engine.tracks import Role, Track, settle
from roc.rules import Measure

MAX_CELLS: Final = 1 << 21
"""Polynomials with more coefficients are not made: what would need them stays in the state."""


_SHRINKS: Final = 3
"""How many times less there is to hold of a half, about."""


class Way(NamedTuple):
    """Units that are chosen, that are added to them for certain, and that are not."""

    chosen: int
    added: int
    banned: int


class _Open(NamedTuple):
    """An alternative on the way: its states, its open items, and the units that are added for certain."""

    problem: Problem
    states: tuple[int, ...]
    items: tuple[Item, ...]
    added: int


class Part:
    """Alternatives that are counted together, on the way.

    Args:
        halvings: How often it is halved before anything is counted, as far as is known.
        is_half: Whether it is one of many, which hold nothing that can be worked out again.

    Attributes:
        alternatives: Those that have a completion as far as is plain.
        masks: The units of each step.
        added: The units that are in every completion for a plain reason.
    """

    def __init__(
        self,
        problems: Sequence[Problem],
        way: Way,
        budget: Budget,
        halvings: int = 0,
        *,
        is_half: bool = False,
    ) -> None:
        self.problems, self.way, self.budget, self.halvings = problems, way, budget, halvings
        self.is_half = is_half
        self.halves: list[Part] = []
        found = [_open(problem, way) for problem in problems]
        self.alternatives = [each for each in found if each is not None]
        self.added = 0
        self.starts = [(each.problem, each.states) for each in self.alternatives]
        # units are one step where every alternative has them together
        steps: dict[tuple[Role, ...], int] = {}
        if len(self.alternatives) == 1:
            problem, states, items, self.added = self.alternatives[0]
            states, left, taken = settle(problem, states, items)
            self.added |= sum(item.mask for item in taken)
            self.starts = [(problem, states)]
            steps = {(item,): item.mask for item in left}
        elif self.alternatives:
            for bit in range(len(problems[0].rule.units)):
                roles = tuple(_role(each, bit) for each in self.alternatives)
                if all(role is True for role in roles):
                    self.added |= 1 << bit
                elif any(roles):
                    steps[roles] = steps.get(roles, 0) | 1 << bit
        self.roles, self.masks = list(steps), list(steps.values())

    def _plan(self, cells: int, measure: Sequence[int] | None = None, *, is_quick: bool = False) -> Plan:
        tracks = [
            Track(problem, states, [roles[i] for roles in self.roles])
            for i, (problem, states) in enumerate(self.starts)
        ]
        plan = Plan(tracks, len(self.masks), cells, measure, is_quick=is_quick)
        self.budget.left -= plan.effort
        if self.budget.left < 0:
            self.budget.more()
        return plan

    @functools.cached_property
    def table(self) -> Table | None:
        """What is counted, ``None`` where it would be too large: then the halves are counted."""
        plan = self._plan(MAX_CELLS, is_quick=self.halvings > 0)
        try:
            return self._table(plan)
        except TooLargeError as error:
            self.halves = self._halved(plan, error)
            return None

    def _table(self, plan: Plan, *, exists: bool = False) -> Table:
        if self.halvings and self.masks:
            raise TooLargeError(_SHRINKS**self.halvings)
        return Table(plan, self.masks, self.budget, exists=exists)

    def _halved(self, plan: Plan, error: TooLargeError) -> "list[Part]":
        """Return what contains a unit, and what does not."""
        chosen, added, banned = self.way
        mask = self.masks[plan.busiest()]
        halvings = max(0, round(math.log(error.times, _SHRINKS) + 0.4) - 1)
        halves = [
            Part(self.problems, way, self.budget, halvings, is_half=True)
            for way in (Way(chosen, added | mask, banned), Way(chosen, added, banned | mask))
        ]
        return [half for half in halves if half.alternatives]

    def _returning(self) -> Table | None:
        """Return what is counted and gone back through, ``None`` where the halves are."""
        table = self.table
        if table is not None and table.depth > 1:
            if not self.halves:
                plan = self._plan(MAX_CELLS, is_quick=True)
                self.halves = self._halved(plan, TooLargeError(table.depth))
            self._forget()
            return None
        return table

    def _forget(self) -> None:
        if self.is_half:
            del self.table

    @functools.cached_property
    def count(self) -> int:
        """How many completions there are."""
        if self.table is None:
            return sum(half.count for half in self.halves)
        found = self.table.total(self.table.last())
        self._forget()
        return found

    def frequencies(self) -> dict[int, int]:
        """Return units with the number of completions that contain them."""
        found: dict[int, int] = {}
        if not self.count:
            return found
        table = self._returning()
        if table is None:
            for half in self.halves:
                for bit, ways in half.frequencies().items():
                    found[bit] = found.get(bit, 0) + ways
            return found
        found = dict.fromkeys(each_bit(self.added), self.count)
        for mask, ways in zip(table.masks, table.shares(), strict=True):
            found |= dict.fromkeys(each_bit(mask if ways else 0), ways)
        self._forget()
        return found

    def amounts(self, measure: Measure, *, exists: bool) -> dict[int, int]:
        """Return how many completions add how much; with *exists*, only what is possible is right."""
        weights = self.problems[0].rule.weights[measure]
        row = [sum(weights[bit] for bit in each_bit(mask)) for mask in self.masks]
        plan = self._plan(MAX_CELLS << 3 * exists, row, is_quick=self.halvings > 0)
        if plan.measured is None:
            raise OutOfBudgetError
        try:
            table = self._table(plan, exists=exists)
        except TooLargeError as error:
            found: dict[int, int] = {}
            for half in self._halved(plan, error):
                for amount, ways in half.amounts(measure, exists=exists).items():
                    found[amount] = found.get(amount, 0) + ways
            return found
        start = sum(weights[bit] for bit in each_bit(self.added))
        return {start + amount: ways for amount, ways in table.amounts(table.last()).items()}

    def sample(self, rng: random.Random, number: int) -> list[int]:
        """Return completions, each drawn with the same probability, as the bits that are added."""
        table = self._returning()
        if table is None:
            return sample(self.halves, rng, number)
        found = [self.added | drawn for drawn in table.sample(rng, number)]
        self._forget()
        return found


def sample(parts: Sequence[Part], rng: random.Random, number: int) -> list[int]:
    """Return completions of parts, each drawn from all with the same probability, as the bits that are added."""
    ends = list(itertools.accumulate(part.count for part in parts))
    drawn = [bisect_right(ends, rng.randrange(ends[-1])) for _ in range(number)]
    each = {i: iter(part.sample(rng, drawn.count(i))) for i, part in enumerate(parts) if i in drawn}
    return [next(each[i]) for i in drawn]


def _open(problem: Problem, way: Way) -> _Open | None:
    """Return an alternative on the way, ``None`` where it has no completion for a plain reason."""
    chosen = way.chosen | way.added
    states, more = problem.after(chosen) if problem.possible else ((), 0)
    if more & way.banned:
        return None
    out = chosen | more | way.banned
    items = tuple(item for item in problem.items if not item.mask & out)
    added = way.added | more
    return _Open(problem, states, items, added) if settle(problem, states, items)[0] else None


def _role(alternative: _Open, bit: int) -> Role:
    """Return what a unit is to an alternative."""
    if alternative.added >> bit & 1:
        return True
    return next((item for item in alternative.items if item.mask >> bit & 1), False)
