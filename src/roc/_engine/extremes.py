"""The least and the most that completions can come to."""

import math
from collections.abc import Sequence
from typing import Final

from roc._engine.bits import each_bit
from roc._engine.budget import Budget
from roc._engine.complete import problems
from roc._engine.parts import Atom, Row
from roc._engine.problem import Problem
from roc._engine.rule import Rule
from roc._engine.seek import Seeker
from roc._engine.totals import totals_of
from roc.rules import Measure

_EPS: Final = 1e-6


def extreme(
    rules: Sequence[Rule], chosen: int, measure: Measure, budget: Budget, *, largest: bool
) -> int | None:
    """Return the least or the most of a measure that a finished selection has, ``None`` where there is none.

    All units are added up, those chosen too, as scaled integers.

    Raises:
        OutOfBudgetError: The budget is spent.
    """
    best: int | None = None
    for rule in rules:
        for problem in problems(rule):
            if problem.possible:
                best = _Climb(problem, chosen, measure, budget, 1 if largest else -1).best(best)
    return best


class _Climb:
    """Better and better completions of one alternative; *sign* says whether more is better or less."""

    def __init__(self, problem: Problem, chosen: int, measure: Measure, budget: Budget, sign: int) -> None:
        self.problem, self.chosen, self.budget, self.sign = problem, chosen, budget, sign
        self.row = Row(measure, counted=False, groups=None, mask=problem.rule.all)
        weights = problem.rule.weights[measure]
        self.weights = [sum(weights[bit] for bit in each_bit(item.mask)) for item in problem.items]

    def best(self, known: int | None) -> int | None:
        """Return the best value, at least as good as the one that is known."""
        sign = self.sign
        found = self._reach(None if known is None else sign * known + 1)
        if found is None:
            return known
        low, high = found, self._bound()
        target = high  # nearly always in reach
        while low < high:
            found = self._reach(target)
            if found is None:
                high = target - 1
            else:
                low = found
            target = (low + high + 1) // 2
        return sign * low

    def _bound(self) -> int:
        """Return what no completion goes beyond, by the relaxation."""
        totals = totals_of(self.problem)
        domain = totals.domain(totals.items(self.chosen))
        weights = [-self.sign * each for each in self.weights]
        relaxed = domain and Seeker(totals, self.budget).relax(domain, weights)
        top = sum(self.weights) if self.sign > 0 else 0
        return top if relaxed is None else min(top, math.floor(_EPS - relaxed.value))

    def _reach(self, target: int | None) -> int | None:
        """Return the value of some completion that is at least as good as the target."""
        problem = self.problem
        if target is not None:
            low, high = (target, None) if self.sign > 0 else (None, -target)
            problem = Problem(problem.rule, (*problem.parts, Atom("", self.row, low, high)))
        totals = totals_of(problem)
        domain = totals.domain(totals.items(self.chosen)) if problem.possible else None
        found = None if domain is None else Seeker(totals, self.budget).seek(domain)
        return None if found is None else self.sign * sum(self.weights[i] for i in found.held)
