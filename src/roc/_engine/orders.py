"""In which order units are counted: estimates of how many states an order has, and a search for a good one.

What a state must remember lasts from the first unit that has to do with it to the last. How many states there
are after some units depends on which they are, not on the order in which they came. A unit that moves
therefore changes one estimate at each place that it passes, and trying all places for it is cheap.
"""

import heapq
import itertools
import math
import random
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from roc._engine.tracks import Local

_CELLS: Final = 400
"""How many coefficients are added in the time that a state takes."""

_EFFORT: Final = 100
"""How many states cost as much as an estimate that is worth making for them."""

MOST_BLOCKS: Final = 300
"""Where there are more blocks, they stay in declared order."""

_MOST: Final = 400_000
"""How many estimates are made at most."""

_SPREAD: Final = 1.5
"""By how much the cost may grow from an order to the next one that is tried from there."""


class Axis(NamedTuple):
    """One exponent: a weighted sum in units of its grain, at most *top* of them."""

    weights: tuple[int, ...]
    grain: int
    top: int


class _Block(NamedTuple):
    """Units that concern the same: how much of what they do, and how many more than one they are."""

    rows: tuple[tuple[int, int], ...]
    sizes: tuple[int, ...]
    more: int


_Done: TypeAlias = tuple[list[int], float, list[int], float]
"""Some blocks: the sums of what they do, the logarithm of the states, the exponents, the cost of a unit."""


class Orders:
    """Orders of blocks of units.

    Args:
        found: What is remembered.
        axes: The exponents.
        classes: For each block the numbers of what it concerns, and its units.

    Attributes:
        tried: How many estimates were made.
    """

    def __init__(
        self, found: Sequence[Local], axes: Sequence[Axis], classes: dict[tuple[int, ...], list[int]]
    ) -> None:
        self.found, self.axes, self.classes = found, axes, classes
        self.totals = [sum(each.weights.values()) for each in found]
        self.tops = [axis.top for axis in axes]
        self.blocks = [
            _Block(
                tuple((j, sum(found[j].weights[i] for i in members)) for j in touched),
                tuple(sum(axis.weights[i] for i in members) // axis.grain for axis in axes),
                len(members) - 1,
            )
            for touched, members in classes.items()
        ]
        self.parts = [(j, each.grain) for j, each in enumerate(found) if each.grain]
        self.terms: list[dict[int, float]] = [{0: 0.0, total: 0.0} for total in self.totals]
        self.tried = 0

    def _term(self, j: int, done: int) -> float:
        """Return the logarithm of how many values something can have when so much of it is done."""
        value = self.terms[j].get(done)
        if value is None:
            left, bound = self.totals[j] - done, self.found[j].value
            value = math.log(1 + max(0, min(bound, left) - max(0, bound - done)))
            self.terms[j][done] = value
        return value

    def _turn(self, done: _Done, block: _Block, sign: int) -> _Done:
        """Return what it is with a block more, or less."""
        self.tried += 1
        sums, states = done[0].copy(), done[1]
        for j, weight in block.rows:
            before = sums[j]
            sums[j] = after = before + sign * weight
            states += self._term(j, after) - self._term(j, before)
        sizes = [size + sign * more for size, more in zip(done[2], block.sizes, strict=True)]
        cells = 1.0
        for top, size in zip(self.tops, sizes, strict=True):
            cells *= 1 + min(top, size)
        # where all that has been counted is part of one bound, its value is no news
        rows = 1 + min(self.tops[0], sizes[0])
        news = states
        for j, grain in self.parts:
            apart = self._term(j, sums[j])
            if apart:
                beside = 1 + min(self.tops[0], max(0, sizes[0] - sums[j] // grain))
                news += math.log(1 + math.exp(apart) * beside / rows) - apart
        return sums, states, sizes, math.exp(min(news, 600)) * (1 + cells / _CELLS)

    def _follow(self, order: Sequence[int]) -> list[_Done]:
        """Return what it is before each block of an order, and after all."""
        done: _Done = [0] * len(self.found), 0.0, [0] * len(self.tops), 1.0
        found = [done]
        for number in order:
            done = self._turn(done, self.blocks[number], 1)
            found.append(done)
        return found

    def _greedy(self) -> list[int]:
        """Return an order in which each block is the one that costs least there."""
        done: _Done = [0] * len(self.found), 0.0, [0] * len(self.tops), 1.0
        left = dict(enumerate(self.blocks))
        order: list[int] = []
        while left:
            tried = ((self._turn(done, block, 1), number) for number, block in left.items())
            done, number = heapq.nsmallest(1, tried, key=lambda each: (each[0][3], each[1]))[0]
            del left[number]
            order.append(number)
        return order

    def _better_place(self, order: Sequence[int], done: Sequence[_Done], at: int) -> tuple[float, int]:
        """Return what is saved at the best other place of a block, and that place; nothing where it is best."""
        block = self.blocks[order[at]]
        own = _steps(block.more, done[at + 1][3], done[at][3])
        best, place = 0.0, at
        old, new, last = own, 0.0, done[at][3]
        for i in range(at + 1, len(order)):
            more = self.blocks[order[i]].more
            cost = self._turn(done[i + 1], block, -1)[3]
            new += _steps(more, cost, last)
            old += _steps(more, done[i + 1][3], done[i][3])
            last = cost
            saved = old - new - _steps(block.more, done[i + 1][3], cost)
            if saved > best:
                best, place = saved, i
            if new > old:
                break
        old, new, last = own, 0.0, done[at + 1][3]
        for i in range(at - 1, -1, -1):
            more = self.blocks[order[i]].more
            cost = self._turn(done[i], block, 1)[3]
            new += _steps(more, last, cost)
            old += _steps(more, done[i + 1][3], done[i][3])
            last = cost
            saved = old - new - _steps(block.more, cost, done[i][3])
            if saved > best:
                best, place = saved, i
            if new > old:
                break
        return best, place

    def _descend(self, order: list[int]) -> tuple[float, list[int]]:
        """Move blocks to better places while there are any; return the cost and the order."""
        done = self._follow(order)
        is_better = True
        while is_better:
            is_better = False
            for number in order.copy():
                at = order.index(number)
                saved, place = self._better_place(order, done, at)
                if saved > 1e-6 * done[at + 1][3]:
                    order.insert(place, order.pop(at))
                    first, last = min(at, place), max(at, place)
                    for i in range(first, last):
                        done[i + 1] = self._turn(done[i], self.blocks[order[i]], 1)
                    is_better = True
        return self._cost(order, done), order

    def _cost(self, order: Sequence[int], done: Sequence[_Done]) -> float:
        return sum(
            _steps(self.blocks[number].more, after[3], before[3])
            for number, (before, after) in zip(order, itertools.pairwise(done), strict=True)
        )

    def busiest(self, order: Sequence[int]) -> int:
        """Return the block that most is saved by, in an order, once it is known whether one of it is chosen."""

        def left(gone: set[int]) -> float:
            found = [each._replace(value=0) if j in gone else each for j, each in enumerate(self.found)]
            orders = Orders(found, self.axes, self.classes)
            return orders._cost(order, orders._follow(order))

        costs: list[float] = []
        for block in self.blocks:
            # what only asks for one unit has nothing to ask for any more where that is chosen
            once = {j for j, _ in block.rows if self.found[j].value == 1}
            costs.append(left(once) + left({j for j in once if len(self.found[j].weights) < 3}))
        return costs.index(min(costs))

    def quick(self) -> tuple[float, list[int]]:
        """Return the estimated cost of an order found at once, in states, and the order.

        The cost is 0 where there are too many blocks.
        """
        if len(self.blocks) > MOST_BLOCKS:
            return 0.0, list(range(len(self.blocks)))
        return self._descend(self._greedy())

    def best(self, cost: float, order: list[int]) -> list[int]:
        """Return the best order found, from one on that is found at once, with its estimated cost."""
        best = here = cost, order
        rng = random.Random(0)  # noqa: S311 - not for secrets
        begun = self.tried
        while self.tried - begun < min(_MOST, best[0] / _EFFORT):
            new = self._descend(_shaken(here[1], rng))
            if new[0] < here[0] * (1 + (_SPREAD - 1) * rng.random() ** 2):
                here = new
            best = min(best, new)
        return best[1]


def _steps(more: int, after: float, before: float) -> float:
    """Return the cost of a block: of its last unit, and of those before."""
    return after + more * max(after, before)


def _shaken(order: Sequence[int], rng: random.Random) -> list[int]:
    """Return an order with a run of blocks moved or turned round, or with a few blocks moved."""
    new = list(order)
    first, last = sorted(rng.sample(range(len(new) + 1), 2))
    how = rng.randrange(3)
    if how == 0:
        run = new[first:last]
        del new[first:last]
        at = rng.randrange(len(new) + 1)
        new[at:at] = run
    elif how == 1:
        new[first:last] = new[first:last][::-1]
    else:
        for _ in range(rng.randint(2, 6)):
            new.insert(rng.randrange(len(new)), new.pop(rng.randrange(len(new))))
    return new
