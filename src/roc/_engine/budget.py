"""What a question may spend: states, and time."""

import contextlib
import time
from collections.abc import Generator
from typing import Final

_CHUNK: Final = 10_000
"""States after which the clock is looked at."""


class OutOfBudgetError(Exception):
    """As many states were looked at as may be, or the time is up.

    Attributes:
        best: The best answer found by then, as the engine has it; ``None`` for none.
        bound: What the cost of any answer is at least, as proven by then; ``None``: nothing is proven.
    """

    def __init__(self, best: object = None, bound: int | None = None) -> None:
        self.best, self.bound = best, bound
        super().__init__(best, bound)


class Budget:
    """How much may still be spent, by all parts of a question together.

    Whoever looks at a state takes it from ``left`` and, once that is below 0, asks for :meth:`more`.

    Args:
        states: How many states may be looked at.
        seconds: How long that may take; ``None``: as long as it takes.
    """

    __slots__ = ("_deadline", "_reserve", "left")

    def __init__(self, states: int, seconds: float | None = None) -> None:
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self.left = states if seconds is None else min(states, _CHUNK)
        self._reserve = states - self.left

    @property
    def whole(self) -> int:
        """How many states may still be looked at, if there is time."""
        return self.left + self._reserve

    def more(self) -> None:
        """Allow more states, now that those at hand are spent.

        Raises:
            OutOfBudgetError: There are none, or the time is up.
        """
        self.look()
        if self.whole < 0:
            raise OutOfBudgetError
        step = min(self._reserve, _CHUNK)
        self.left, self._reserve = self.left + step, self._reserve - step

    def look(self) -> None:
        """Look at the clock, however many states are left.

        Raises:
            OutOfBudgetError: The time is up.
        """
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise OutOfBudgetError

    @contextlib.contextmanager
    def part(self, states: int) -> Generator[None]:
        """Allow no more than so many states for what is done within ``with``."""
        left, reserve = self.left, self._reserve
        given = min(states, self.whole)
        self.left = given if self._deadline is None else min(given, _CHUNK)
        self._reserve = given - self.left
        try:
            yield
        finally:
            self.left, self._reserve = left - given + self.whole, reserve
