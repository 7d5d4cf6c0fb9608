"""Exact counts of completions, and what follows from them: shares, distributions, samples, extremes.

Item by item, the choices of units that lead to the same state are counted together. A choice of units counts
once, however many ways there are to place them: where there are several, what is called a state here is the
set of all that they lead to.
"""

import functools
import itertools
import math
import operator
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from roc._engine.problem import Problem, each_bit
from roc._engine.search import Budget, OutOfBudgetError
from roc._engine.tables import Axis, Key, Plan, settle
from roc.rules import Measure

MAX_CELLS: Final = 1 << 21
"""Polynomials with more coefficients are not made: what would need them stays in the state."""

MAX_BYTES: Final = 1 << 29
"""The most that the states after an item may take."""

_STATE: Final = 300
"""The bytes of a state without its polynomial."""

_PRICE: Final = 12
"""The binary logarithm of the bytes that cost as much as a state."""

Layer: TypeAlias = dict[Key, tuple[int, int]]
"""For each state its polynomial from its first row that is not empty on, after the number of that row."""


class Diagram:
    """All completions of a selection for one alternative of a rule.

    Completions are sets of units that are added to those that are chosen.

    Args:
        chosen: The units that are chosen, as bits.
        budget: What may be spent; a state costs one, and so do some thousand bytes of polynomials.
        banned: Units that must not be added.
    """

    def __init__(self, problem: Problem, chosen: int, budget: Budget, *, banned: int = 0) -> None:
        self.problem, self.budget = problem, budget
        states, self.added = problem.after(chosen) if problem.possible else ((), 0)
        if self.added & banned:
            states = ()
        out = chosen | self.added | banned
        items = [item for item in problem.items if not item.mask & out]
        self.states, self.items, taken = settle(problem, states, items)
        for item in taken:
            self.added |= item.mask

    @functools.cached_property
    def count(self) -> int:
        """How many completions there are.

        Raises:
            OutOfBudgetError: The budget is spent, or there are too many states to hold.
        """
        if not self.states:
            return 0
        table = self._table
        return table.total(table.last())

    @functools.cached_property
    def _table(self) -> "_Table":
        return _Table(Plan(self.problem, self.states, self.items, MAX_CELLS), self.budget)

    def frequencies(self) -> dict[int, int]:
        """Return for each unit that can be added, by its bit, how many completions contain it.

        Raises:
            OutOfBudgetError: See :attr:`count`.
        """
        if not self.count:
            return {}
        found = dict.fromkeys(each_bit(self.added), self.count)
        table = self._table
        for item, with_it in zip(table.plan.items, table.shares(), strict=True):
            if with_it:
                found.update(dict.fromkeys(each_bit(item.mask), with_it))
        return found

    def distribution(self, measure: Measure) -> dict[int, int]:
        """Return how many completions add so many units, or so much credit or hours as scaled integers.

        Raises:
            OutOfBudgetError: See :attr:`count`.
        """
        return self._amounts(measure, exists=False)

    def extremes(self, measure: Measure) -> tuple[int, int] | None:
        """Return the least and the most that a completion adds, ``None`` where there is none.

        Raises:
            OutOfBudgetError: See :attr:`count`.
        """
        found = self._amounts(measure, exists=True)
        return (min(found), max(found)) if found else None

    def _amounts(self, measure: Measure, *, exists: bool) -> dict[int, int]:
        if not self.states:
            return {}
        weights = self.problem.rule.weights[measure]
        row = tuple(sum(weights[bit] for bit in each_bit(item.mask)) for item in self.items)
        plan = Plan(self.problem, self.states, self.items, MAX_CELLS * (8 if exists else 1), row)
        if not plan.is_measured:
            raise OutOfBudgetError
        table = _Table(plan, self.budget, exists=exists)
        start = sum(weights[bit] for bit in each_bit(self.added))
        return {start + amount: ways for amount, ways in sorted(table.amounts(table.last()).items())}

    def sample(self, rng: random.Random, number: int = 1) -> list[int]:
        """Return completions, each drawn from all with the same probability, as the bits that are added.

        Raises:
            OutOfBudgetError: See :attr:`count`.
            ValueError: There is no completion.
        """
        if not self.count:
            msg = "there is no completion to draw"
            raise ValueError(msg)
        return [self.added | mask for mask in self._table.sample(rng, number)]


class _Table:
    """A plan gone through item by item, with the polynomial of each state as one integer.

    A row holds all coefficients with the same first exponent. With *exists*, a coefficient only tells whether
    there is something to count.
    """

    def __init__(self, plan: Plan, budget: Budget, *, exists: bool = False) -> None:
        self.plan, self.budget = plan, budget
        self.join: Callable[[int, int], int] = operator.or_ if exists else operator.add
        main, inner = plan.axes[0], plan.axes[1:]
        steps = range(len(plan.items))
        self.top = main.top
        self.size = 8 if exists else _width(main)
        self.modulus = (1 << self.size) - 1
        strides: list[int] = []
        at, full = self.size, self.modulus
        for axis in reversed(inner):
            strides.insert(0, at)
            full = _repeat(full, at, axis.top + 1)
            at *= axis.top + 1 + max(axis.weights, default=0) // axis.grain
        self.row = at
        self.full = _repeat(full, at, main.top + 1)
        self.strides = (at, *strides)
        self.rises = [main.weights[i] // main.grain for i in steps]
        self.shifts = [
            sum(axis.weights[i] // axis.grain * s for axis, s in zip(inner, strides, strict=True))
            for i in steps
        ]
        least = max(
            (
                -(-bound.low // sum(times for _, times in bound.form))
                for bound in plan.bounds
                if bound.low and not any(j for j, _ in bound.form)
            ),
            default=0,
        )
        # the first row that can still end well, before each item and in the end
        self.lows = [max(0, least - sum(self.rises[i:])) for i in range(len(steps) + 1)]

    # -- forwards -----------------------------------------------------------------------------------

    def last(self) -> Layer:
        """Return what there is after all items."""
        return functools.reduce(self.next, range(len(self.plan.steps)), {self.plan.start: (0, 1)})

    def next(self, layer: Layer, i: int) -> Layer:
        """Return what there is after an item."""
        plan, step, row, low = self.plan, self.plan.steps[i], self.row, self.lows[i + 1]
        rise, shift, full, top = self.rises[i], self.shifts[i], self.full, self.top + 1
        memo: dict[int, tuple[Key, Key]] = {}
        new: Layer = {}
        size = 0
        for key, (begin, value) in layer.items():
            without, chosen = plan.after(key, step, memo)
            if without:
                size += self._put(new, without, begin, value, low)
            if chosen and begin + rise < top:
                poly = value << shift & full if shift else value
                over = (top - begin - rise) * row
                if poly.bit_length() > over:
                    poly &= (1 << over) - 1
                size += self._put(new, chosen, begin + rise, poly, low)
            if size > MAX_BYTES:
                raise OutOfBudgetError
        self._spend(len(layer), size)
        return new

    def _put(self, layer: Layer, key: Key, begin: int, poly: int, low: int) -> int:
        """Add a polynomial to that of a state; return by how many bytes the layer grows, about."""
        if begin < low:
            begin, poly = low, poly >> (low - begin) * self.row
        if not poly:
            return 0
        old = layer.get(key)
        if old is None:
            layer[key] = begin, poly
            return _STATE + (poly.bit_length() >> 3)
        first, other = old
        if first < begin:
            poly <<= (begin - first) * self.row
        elif begin < first:
            other <<= (first - begin) * self.row
        poly = self.join(other, poly)
        layer[key] = min(first, begin), poly
        return (poly.bit_length() - old[1].bit_length()) >> 3

    def _spend(self, states: int, size: int) -> None:
        self.budget.left -= states + (size >> _PRICE)
        if self.budget.left < 0:
            raise OutOfBudgetError

    # -- the end ------------------------------------------------------------------------------------

    @functools.cached_property
    def _ranges(self) -> list[tuple[int, int, int, int]]:
        """Where the coefficients are that satisfy all bounds.

        Each range is the number of its first coefficient, how many there are, and of the amount that is
        measured the first and by how much it rises.
        """
        axes, bounds = self.plan.axes, self.plan.bounds
        last = len(axes) - 1
        forms = [[sum(t for j, t in bound.form if j == axis) for axis in range(last + 1)] for bound in bounds]
        limits = [(form, bound.low, bound.high) for form, bound in zip(forms, bounds, strict=True)]
        measured = forms[0] if forms else [0]
        outer = [range(axis.top + 1) for axis in axes[:-1]]
        if outer:
            outer[0] = range(self.lows[-1], self.top + 1)
        found: list[tuple[int, int, int, int]] = []
        for place in itertools.product(*outer):
            first, final = 0, axes[last].top
            for form, low, high in limits:
                part = sum(map(operator.mul, form, place))
                each = form[last]
                if each > 0:
                    first, final = max(first, -((part - low) // each)), min(final, (high - part) // each)
                elif each < 0:
                    first, final = max(first, -((high - part) // -each)), min(final, (part - low) // -each)
                elif not low <= part <= high:
                    final = -1
            if first <= final:
                whole = (*place, first)
                at = sum(map(operator.mul, self.strides, whole)) // self.size
                found.append((at, final - first + 1, sum(map(operator.mul, measured, whole)), measured[last]))
        return found

    def _chunks(self, layer: Layer) -> Iterator[tuple[Key, int, bytes, int, int]]:
        """Yield what is in the ranges: state, number of the first coefficient, coefficients, amount, rise."""
        unit = self.size // 8
        for key, (begin, value) in layer.items():
            data = value.to_bytes((value.bit_length() >> 3) + unit, "little")
            skipped = begin * self.row // self.size
            for at, count, amount, rise in self._ranges:
                past = max(0, skipped - at)
                chunk = data[(at + past - skipped) * unit : max(0, at + count - skipped) * unit]
                if any(chunk):
                    yield key, at + past, chunk, amount + past * rise, rise

    def _split(self, data: bytes) -> list[int]:
        unit = self.size // 8
        return [int.from_bytes(data[at : at + unit], "little") for at in range(0, len(data), unit)]

    def total(self, layer: Layer) -> int:
        """Return how many completions there are, from what there is after all items."""
        return sum(
            int.from_bytes(chunk, "little") % self.modulus for _, _, chunk, _, _ in self._chunks(layer)
        )

    def amounts(self, layer: Layer) -> dict[int, int]:
        """Return how many completions there are of each amount that is measured."""
        found: dict[int, int] = {}
        for _, _, chunk, amount, rise in self._chunks(layer):
            for i, ways in enumerate(self._split(chunk)):
                if ways:
                    found[amount + i * rise] = found.get(amount + i * rise, 0) + ways
        return found

    # -- backwards ----------------------------------------------------------------------------------

    def _held(self) -> tuple[dict[int, Layer], Layer]:
        """Return what there is before some of the items, evenly spread, and after all."""
        count = len(self.plan.steps)
        held: dict[int, Layer] = {}
        layer: Layer = {self.plan.start: (0, 1)}
        size = 0
        for i in range(count):
            if i % _stride(count) == 0:
                held[i] = layer
                size += sum(_STATE + (value.bit_length() >> 3) for _, value in layer.values())
                if size > MAX_BYTES:
                    raise OutOfBudgetError
            layer = self.next(layer, i)
        return held, layer

    def _backwards(self, held: dict[int, Layer]) -> Iterator[tuple[int, Layer]]:
        """Yield each item with what there is before it, the last first."""
        count = len(self.plan.steps)
        for start in sorted(held, reverse=True):
            layers = [held[start]]
            for i in range(start, min(start + _stride(count), count) - 1):
                layers.append(self.next(layers[-1], i))
            while layers:
                yield start + len(layers) - 1, layers.pop()

    def shares(self) -> list[int]:
        """Return for each item how many completions contain it."""
        plan, unit = self.plan, self.size // 8
        held, last = self._held()
        one = (1).to_bytes(unit, "little")
        ends = bytearray((self.top + 1) * self.row // 8)
        for at, count, _, _ in self._ranges:
            ends[at * unit : (at + count) * unit] = one * count
        # how many ways there are to end well, for each state and each coefficient that it has
        ways = dict.fromkeys(last, int.from_bytes(ends, "little"))
        found: list[int] = []
        for i, layer in self._backwards(held):
            new: dict[Key, int] = {}
            memo: dict[int, tuple[Key, Key]] = {}
            back = self.rises[i] * self.row + self.shifts[i]
            share = 0
            for key, (begin, value) in layer.items():
                without, chosen = plan.after(key, plan.steps[i], memo)
                with_it = ways.get(chosen, 0) >> back & self.full
                new[key] = ways.get(without, 0) + with_it
                with_it >>= begin * self.row
                if with_it:
                    size = min(value.bit_length(), with_it.bit_length()) // 8 // unit * unit + unit
                    share += sum(
                        map(
                            operator.mul,
                            self._split((value & (1 << size * 8) - 1).to_bytes(size, "little")),
                            self._split((with_it & (1 << size * 8) - 1).to_bytes(size, "little")),
                        )
                    )
                    self._spend(0, size)
            ways = new
            found.append(share)
        return found[::-1]

    def sample(self, rng: random.Random, number: int) -> list[int]:
        """Return the units of completions that are drawn, each with the same probability."""
        held, last = self._held()
        total = self.total(last)
        drawn = sorted((rng.randrange(total), i) for i in range(number))
        masks = [0] * number
        # where each is: its state, and the number of its coefficient
        places: list[tuple[Key, int]] = [((), 0)] * number
        passed = 0
        for key, at, chunk, _, _ in self._chunks(last):
            for cell, ways in enumerate(self._split(chunk), at):
                passed += ways
                while drawn and drawn[0][0] < passed:
                    places[drawn.pop(0)[1]] = key, cell
        for i, layer in self._backwards(held):
            self._step_back(i, layer, places, masks, rng)
        return masks

    def _step_back(
        self, i: int, layer: Layer, places: list[tuple[Key, int]], masks: list[int], rng: random.Random
    ) -> None:
        """Draw for each sample whether an item is in it, and where it was before."""
        plan = self.plan
        back = (self.rises[i] * self.row + self.shifts[i]) // self.size
        before: dict[Key, list[tuple[Key, bool]]] = {}
        memo: dict[int, tuple[Key, Key]] = {}
        for key in layer:
            without, chosen = plan.after(key, plan.steps[i], memo)
            before.setdefault(without, []).append((key, False))
            before.setdefault(chosen, []).append((key, True))
        for number, (after, cell) in enumerate(places):
            choices: list[tuple[int, Key, bool]] = []
            for key, is_in in before[after]:
                begin, value = layer[key]
                at = (cell - back * is_in) * self.size - begin * self.row
                if at >= 0 and (ways := value >> at & self.modulus):
                    choices.append((ways, key, is_in))
            point = rng.randrange(sum(ways for ways, _, _ in choices))
            for ways, key, is_in in choices:
                point -= ways
                if point < 0:
                    places[number] = key, cell - back * is_in
                    masks[number] |= plan.items[i].mask * is_in
                    break


def _stride(count: int) -> int:
    return math.isqrt(count) + 1


def _width(axis: Axis) -> int:
    """Return a width for coefficients in which the sum of all fits, in whole bytes."""
    wide = len(axis.weights) + 2
    found, limit = 1, (1 << wide * (axis.top + 1)) - 1
    for weight in axis.weights:
        found += found << wide * (weight // axis.grain) & limit
    most = found % ((1 << wide) - 1)
    return ((most + 1).bit_length() + 7) // 8 * 8


def _repeat(pattern: int, width: int, times: int) -> int:
    """Return so many copies of a pattern side by side."""
    found, have = pattern, 1
    while have < times:
        more = min(have, times - have)
        found |= (found & ((1 << width * more) - 1)) << width * have
        have += more
    return found
