"""Exact counts of completions, and what follows from them: shares, distributions, samples, extremes.

Step by step, the choices of units that lead to the same state are counted together. A choice of units counts
once, however many ways there are to place them, and however many alternatives of a rule, or pathways, it
satisfies: where there are several, what is called a state here is the set of all that they lead to.
"""

import functools
import itertools
import math
import operator
import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from roc._engine.problem import Item, Problem, each_bit
from roc._engine.search import Budget, OutOfBudgetError
from roc._engine.tables import Axis, Form, Key, Plan
from roc._engine.tracks import Role, Track, settle
from roc.rules import Measure

MAX_CELLS: Final = 1 << 21
"""Polynomials with more coefficients are not made: what would need them stays in the state."""

MAX_BYTES: Final = 1 << 29
"""The most that the states after a step may take."""

_STATE: Final = 300
"""The bytes of a state without its polynomial."""

_PRICE: Final = 12
"""The binary logarithm of the bytes that cost as much as a state."""

Layer: TypeAlias = dict[Key, tuple[int, int]]
"""For each state its polynomial from its first row that is not empty on, after the number of that row."""


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
    def table(self) -> "_Table":
        """What is counted."""
        return _Table(self._plan(MAX_CELLS), self.masks, self.budget)

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
        table = _Table(plan, self.masks, self.budget, exists=exists)
        start = sum(weights[bit] for bit in each_bit(self.added))
        return {start + amount: ways for amount, ways in table.amounts(table.last()).items()}


def _role(alternative: _Open, bit: int) -> Role:
    """Return what a unit is to an alternative."""
    if alternative.added >> bit & 1:
        return True
    return next((item for item in alternative.items if item.mask >> bit & 1), False)


class _Table:
    """A plan gone through item by item, with the polynomial of each state as one integer.

    A row holds all coefficients with the same first exponent. With *exists*, a coefficient only tells whether
    there is something to count.
    """

    def __init__(self, plan: Plan, masks: Sequence[int], budget: Budget, *, exists: bool = False) -> None:
        self.plan, self.budget = plan, budget
        self.masks = [masks[i] for i in plan.order]
        self.join: Callable[[int, int], int] = int.__or__ if exists else int.__add__
        main, inner = plan.axes[0], plan.axes[1:]
        steps = range(plan.count)
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
        least = min(
            max(
                (-(-low // each) for (each, *others), low, _ in forms if low and not any(others)),
                default=0,
            )
            for forms in plan.forms
        )
        self._known: dict[tuple[bool, ...], list[tuple[int, int, int]]] = {}
        # the first row that can still end well, before each item and in the end
        self.lows = [max(0, least - sum(self.rises[i:])) for i in range(len(steps) + 1)]

    # -- forwards -----------------------------------------------------------------------------------

    def last(self) -> Layer:
        """Return what there is after all items."""
        return functools.reduce(self.next, range(self.plan.count), {self.plan.start: (0, 1)})

    def next(self, layer: Layer, i: int) -> Layer:
        """Return what there is after an item."""
        plan, row, low = self.plan, self.row, self.lows[i + 1]
        rise, shift, full, top = self.rises[i], self.shifts[i], self.full, self.top + 1
        memo = plan.memo()
        new: Layer = {}
        size = 0
        for key, (begin, value) in layer.items():
            without, chosen = plan.after(key, i, memo)
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
            self.budget.more()

    # -- the end ------------------------------------------------------------------------------------

    def _ranges(self, alive: tuple[bool, ...]) -> list[tuple[int, int, int]]:
        """Return where the coefficients are that satisfy all bounds of a track that is alive.

        Each range is the number of its first coefficient, how many there are, and the first amount measured.
        """
        found = self._known.get(alive)
        if found is not None:
            return found
        axes = self.plan.axes
        tracks = [forms for forms, is_alive in zip(self.plan.forms, alive, strict=True) if is_alive]
        outer = [range(axis.top + 1) for axis in axes[:-1]]
        if outer:
            outer[0] = range(self.lows[-1], self.top + 1)
        measured = self.plan.measured or (0,) * len(axes)
        found = self._known[alive] = []
        for place in itertools.product(*outer):
            past = 0
            for first, final in sorted(_interval(forms, place, axes[-1].top) for forms in tracks):
                begin = max(first, past)
                if begin <= final:
                    whole = (*place, begin)
                    at = sum(map(operator.mul, self.strides, whole)) // self.size
                    found.append((at, final - begin + 1, sum(map(operator.mul, measured, whole))))
                    past = final + 1
        return found

    def _chunks(self, layer: Layer) -> Iterator[tuple[Key, int, bytes, int]]:
        """Yield what is in the ranges: state, number of the first coefficient, coefficients, first amount."""
        unit = self.size // 8
        rise = self.plan.measured[-1] if self.plan.measured else 0
        for key, (begin, value) in layer.items():
            data = value.to_bytes((value.bit_length() >> 3) + unit, "little")
            skipped = begin * self.row // self.size
            for at, count, amount in self._ranges(tuple(map(bool, key))):
                past = max(0, skipped - at)
                chunk = data[(at + past - skipped) * unit : max(0, at + count - skipped) * unit]
                if any(chunk):
                    yield key, at + past, chunk, amount + past * rise

    def _split(self, data: bytes) -> list[int]:
        unit = self.size // 8
        return [int.from_bytes(data[at : at + unit], "little") for at in range(0, len(data), unit)]

    def total(self, layer: Layer) -> int:
        """Return how many completions there are, from what there is after all items."""
        return sum(int.from_bytes(chunk, "little") % self.modulus for _, _, chunk, _ in self._chunks(layer))

    def amounts(self, layer: Layer) -> dict[int, int]:
        """Return how many completions there are of each amount that is measured."""
        found: dict[int, int] = {}
        rise = self.plan.measured[-1] if self.plan.measured else 0
        for _, _, chunk, amount in self._chunks(layer):
            for i, ways in enumerate(self._split(chunk)):
                if ways:
                    found[amount + i * rise] = found.get(amount + i * rise, 0) + ways
        return found

    # -- backwards ----------------------------------------------------------------------------------

    def _held(self) -> tuple[dict[int, Layer], Layer]:
        """Return what there is before some of the items, evenly spread, and after all."""
        count = self.plan.count
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
        count = self.plan.count
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
        # how many ways there are to end well, for each state and each coefficient that it has
        ways: dict[Key, int] = {}
        for key in last:
            ends = bytearray((self.top + 1) * self.row // 8)
            for at, count, _ in self._ranges(tuple(map(bool, key))):
                ends[at * unit : (at + count) * unit] = one * count
            ways[key] = int.from_bytes(ends, "little")
        found: list[int] = []
        for i, layer in self._backwards(held):
            new: dict[Key, int] = {}
            memo = plan.memo()
            back = self.rises[i] * self.row + self.shifts[i]
            share = 0
            for key, (begin, value) in layer.items():
                without, chosen = plan.after(key, i, memo)
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
        for key, at, chunk, _ in self._chunks(last):
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
        memo = plan.memo()
        for key in layer:
            without, chosen = plan.after(key, i, memo)
            before.setdefault(without, []).append((key, False))
            before.setdefault(chosen, []).append((key, True))
        for number, (after, cell) in enumerate(places):
            choices: list[tuple[int, Key, bool]] = []
            for key, is_in in before[after]:
                begin, value = layer[key]
                at = (cell - back * is_in) * self.size - begin * self.row
                if at >= 0 and (ways := value >> at & self.modulus):
                    choices.append((ways, key, is_in))
            ends = list(itertools.accumulate(ways for ways, _, _ in choices))
            _, key, is_in = choices[bisect_right(ends, rng.randrange(ends[-1]))]
            places[number] = key, cell - back * is_in
            masks[number] |= self.masks[i] * is_in


def _interval(forms: Sequence[Form], place: Sequence[int], top: int) -> tuple[int, int]:
    """Return the least and the greatest last exponent with which all bounds hold, where the others are given."""
    first, final = 0, top
    for factors, low, high in forms:
        part, each = sum(map(operator.mul, factors, place)), factors[-1]
        if each > 0:
            first, final = max(first, -((part - low) // each)), min(final, (high - part) // each)
        elif each < 0:
            first, final = max(first, -((high - part) // -each)), min(final, (part - low) // -each)
        elif not low <= part <= high:
            final = -1
    return first, final


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
