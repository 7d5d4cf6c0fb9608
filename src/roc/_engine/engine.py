"""What an engine answers, and the engine of this library behind that face."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from roc._engine.bits import each_bit
from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.complete import Completer, Found, problems
from roc._engine.explain import Core, conflicts
from roc._engine.extremes import extreme
from roc._engine.options import Options, options
from roc._engine.repair import Repair, repairs
from roc._engine.rule import Rule
from roc.rules import Measure

_QUICK: Final = 20_000
"""What may be spent to find some completion before conflicts are looked for."""

_LAST_RESORT: Final = 20_000
"""What may be spent, once the budget is, to find some completion at all."""


class Engine(Protocol):
    """What can become of a selection.

    Every question raises ``OutOfBudgetError`` where what may be spent does not suffice.
    """

    def some(self) -> Found | None:
        """Return some completion, whatever its place in the order; ``None`` where there is none."""
        ...

    def completions(
        self, *, banned: int = 0, preferred: int = 0, costs: Mapping[int, int] | None = None
    ) -> Iterator[Found]:
        """Yield the completions: the least cost first, then the least credit, then the first units in declared order."""
        ...

    def options(self) -> Options:
        """Find out what can become of each unit that is not chosen."""
        ...

    def conflicts(self, *, must: int = 0, banned: int = 0) -> Iterator[Core]:
        """Yield all minimal conflicts, each once."""
        ...

    def repairs(self, *, banned: int = 0, costs: Mapping[int, int] | None = None) -> Iterator[Repair]:
        """Yield all repairs, the smallest first."""
        ...

    def bounds(self, measure: Measure) -> tuple[int, int] | None:
        """Return the least and the most that a completion adds, scaled; ``None`` where there is none."""
        ...


class Native:
    """What can become of a selection, found out by the engine of this library.

    Args:
        rules: The rule of each pathway in question.
        chosen: The units that the person chose, as a mask.
        budget: What all questions to this object may spend together.

    Raises:
        TooManyAlternativesError: The choices of a rule multiply out to too many.
        OutOfBudgetError: The time is up.
    """

    def __init__(self, rules: Sequence[Rule], chosen: int, budget: Budget) -> None:
        self.rules, self.chosen, self.budget = rules, chosen, budget
        for rule in rules:
            problems(rule, budget=budget)

    def some(self) -> Found | None:
        """Return some completion, whatever its place in the order; ``None`` where there is none."""
        return Completer(self.rules, self.chosen, self.budget).some()

    def completions(
        self, *, banned: int = 0, preferred: int = 0, costs: Mapping[int, int] | None = None
    ) -> Iterator[Found]:
        """Yield the completions in order.

        Raises:
            OutOfBudgetError: The next one was not certain; it carries some completion and a bound of the cost.
        """
        completer = Completer(
            self.rules, self.chosen, self.budget, banned=banned, preferred=preferred, costs=costs
        )
        try:
            yield from completer
        except OutOfBudgetError:
            bound, best = completer.least_cost(), None
            completer.budget = Budget(_LAST_RESORT)
            with contextlib.suppress(OutOfBudgetError):
                best = completer.some()
                if best is None:
                    return
            raise OutOfBudgetError(best, bound) from None

    def options(self) -> Options:
        """Find out what can become of each unit that is not chosen."""
        return options(self.rules, self.chosen, self.budget)

    def conflicts(self, *, must: int = 0, banned: int = 0) -> Iterator[Core]:
        """Yield all minimal conflicts, each once."""
        if not must | banned:  # mostly a completion is found at once where there is one
            with contextlib.suppress(OutOfBudgetError), self.budget.part(_QUICK):
                if self.some() is not None:
                    return iter(())
        return conflicts(self.rules, self.chosen, self.budget, must=must, banned=banned)

    def repairs(self, *, banned: int = 0, costs: Mapping[int, int] | None = None) -> Iterator[Repair]:
        """Yield all repairs, the smallest first."""
        return repairs(self.rules, self.chosen, self.budget, banned=banned, costs=costs)

    def bounds(self, measure: Measure) -> tuple[int, int] | None:
        """Return the least and the most that a completion adds, scaled; ``None`` where there is none."""
        least, most = (
            extreme(self.rules, self.chosen, measure, self.budget, largest=largest)
            for largest in (False, True)
        )
        if least is None or most is None:
            return None
        weights = self.rules[0].weights[measure]
        chosen = sum(weights[bit] for bit in each_bit(self.chosen))
        return least - chosen, most - chosen
