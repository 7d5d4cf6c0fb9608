"""Exact counts of completions, and what follows from them: shares, distributions, samples, extremes.

Step by step, the choices of units that lead to the same state are counted together. A choice of units counts
once, however many ways there are to place them, and however many alternatives of a rule, or pathways, it
satisfies: where there are several, what is called a state here is the set of all that they lead to.
"""

import functools
import random
from collections.abc import Sequence

from roc._engine.budget import Budget
from roc._engine.halves import Part, Way, sample
from roc._engine.problem import Problem
from roc.rules import Measure


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
        is_one_rule = len({id(problem.rule) for problem in problems}) < 2
        # alternatives of a rule exclude each other, but for units that can be placed in several ways
        alone: list[Problem] = []
        together: list[Problem] = []
        for problem in problems:
            is_alone = is_one_rule and all(
                len(item.options) == 1 for item in problem.items if not item.mask & banned
            )
            (alone if is_alone else together).append(problem)
        self.parts: list[Part] = []
        for number, each in enumerate([*([problem] for problem in alone), together]):
            if number > 1:
                budget.look()
            part = Part(each, Way(chosen, 0, banned), budget)
            if part.alternatives:
                self.parts.append(part)

    @functools.cached_property
    def count(self) -> int:
        """How many completions there are."""
        return sum(part.count for part in self.parts)

    def frequencies(self) -> dict[int, int]:
        """Return for each unit that some completion adds, by its bit, how many completions contain it."""
        found: dict[int, int] = {}
        for part in self.parts:
            for bit, ways in part.frequencies().items():
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
        return sample(self.parts, rng, number)
