"""Polynomials that count how often each amount occurs, one for each node of a network, each as one integer.

A row holds all coefficients with the same first exponent. Coefficients are as wide as what is counted needs: the
further it goes, the wider.
"""

import itertools
import operator
import random
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.network import NONE, Network
from roc._engine.tables import Form, Plan

MAX_BYTES: Final = 1 << 29
"""The most that the polynomials before and after a step may take."""

_HELD: Final = 4
"""How many times the most that a step takes is held to go back through all steps, about."""

_NODE: Final = 200
"""The bytes of a node without its polynomial."""

_PRICE: Final = 12
"""The binary logarithm of the bytes that cost as much as a state."""

Layer: TypeAlias = dict[int, tuple[int, int]]
"""For each node its polynomial from its first row that is not empty on, after the number of that row."""


class TooLargeError(Exception):
    """There is so many times more than can be held."""

    def __init__(self, times: float) -> None:
        super().__init__(times)
        self.times = times


class Table:
    """A network gone through step by step.

    With *exists*, a coefficient only tells whether there is something to count.

    Attributes:
        masks: The units of each step.
        bytes: What there is before each step, and in the end, takes at most.
        depth: How many times more than can be held going back through all steps takes.

    Raises:
        TooLargeError: The polynomials would be too large to hold.
        OutOfBudgetError: They are, and would take more than may be spent.
    """

    def __init__(self, plan: Plan, masks: Sequence[int], budget: Budget, *, exists: bool = False) -> None:
        self.budget = budget
        self.net = Network(plan, budget)
        self.count, self.forms = plan.count, plan.forms
        self.measured = plan.measured or (0,) * len(plan.axes)
        self.masks = [masks[i] for i in plan.order]
        self.join: Callable[[int, int], int] = int.__or__ if exists else int.__add__
        self.tops = [axis.top for axis in plan.axes]
        self._ends = [top + 1 for top in reversed(self.tops[1:])]
        inner = plan.axes[1:]
        # how many cells it is from one to the next, for each exponent: there is room for the largest step
        strides = [1]
        for axis in reversed(inner):
            strides.insert(0, strides[0] * (axis.top + 1 + max(axis.weights, default=0) // axis.grain))
        self.strides = tuple(strides)
        self.shifts = [
            sum(axis.weights[i] // axis.grain * s for axis, s in zip(inner, strides[1:], strict=True))
            for i in range(self.count)
        ]
        rises, top = self.net.rises, self.net.top
        self.units = [1] * (self.count + 1) if exists else _units(rises, top)
        self.back_units = [1] * (self.count + 1) if exists else _units(rises[::-1], top)[::-1]
        self.bytes = [
            self.net.rows(i) * strides[0] * unit + _NODE * len(self.net.first[i])
            for i, unit in enumerate(self.units)
        ]
        peak = max(map(operator.add, self.bytes, self.bytes[1:]), default=0)
        if peak > MAX_BYTES:
            # parts of it take no less time together
            if sum(self.bytes) >> _PRICE > budget.whole:
                raise OutOfBudgetError
            raise TooLargeError(peak / MAX_BYTES)
        self.depth = peak * _HELD / MAX_BYTES
        self._known: dict[tuple[bool, ...], list[tuple[int, int, int]]] = {}
        self._masks: dict[int, int] = {}
        self._unit = 0

    def _mask(self, unit: int, rows: int) -> int:
        """Return which bits coefficients of so many bytes have in so many rows."""
        if unit != self._unit:
            self._unit = unit
            self._masks.clear()
        found = self._masks.get(rows)
        if found is None:
            size = unit * 8
            found = (1 << size) - 1
            for times, stride in zip((*self._ends, rows), reversed(self.strides), strict=True):
                found = _repeat(found, stride * size, times)
            if len(self._masks) * (found.bit_length() >> 3) > MAX_BYTES >> 3:
                self._masks.clear()
            self._masks[rows] = found
        return found

    # -- forwards -----------------------------------------------------------------------------------

    def last(self) -> Layer:
        """Return what there is after all steps."""
        return self._go(0, self.count, self._start())

    def _start(self) -> Layer:
        return {} if self.net.is_empty else {0: (0, 1)}

    def _go(self, start: int, stop: int, layer: Layer) -> Layer:
        """Return what there is before a step, or after all, from what there is before an earlier one."""
        for i in range(start, stop):
            # what has been gone on from is not held longer than it is needed, but for what was given
            layer = self.next(layer.items() if i == start else _drained(layer), i)
        return layer

    def next(self, layer: Iterable[tuple[int, tuple[int, int]]], i: int) -> Layer:
        """Return what there is after a step."""
        net, old, unit = self.net, self.units[i], self.units[i + 1]
        left, chosen, rise = net.left[i], net.chosen[i], net.rises[i]
        shift = self.shifts[i] * unit * 8
        new: Layer = {}
        for node, (begin, poly) in layer:
            value = poly if old == unit else _widened(poly, old, unit)
            if left[node] != NONE:
                self._put(new, i + 1, left[node], begin, value, 0)
            if chosen[node] != NONE:
                self._put(new, i + 1, chosen[node], begin + rise, value, shift)
        self._spend(len(left) + (self.bytes[i + 1] >> _PRICE))
        return new

    def _put(self, layer: Layer, i: int, node: int, begin: int, poly: int, shift: int) -> None:
        """Add a polynomial to that of a node, moved by so many bits."""
        first, room = self.net.first[i][node], self.net.last[i][node] + 1
        row = self.strides[0] * self.units[i] * 8
        if begin < first:
            shift -= (first - begin) * row
            begin = first
        if begin >= room:
            return
        if shift > 0:
            poly <<= shift
        elif shift:
            poly >>= -shift
        if shift or poly.bit_length() > (room - begin) * row:
            poly &= self._mask(self.units[i], room - begin)
        if not poly:
            return
        old = layer.get(node)
        if old is not None:
            before, other = old
            if before < begin:
                poly <<= (begin - before) * row
                begin = before
            elif begin < before:
                other <<= (before - begin) * row
            poly = self.join(other, poly)
        layer[node] = begin, poly

    def _spend(self, states: int) -> None:
        self.budget.left -= states
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
        tracks = [forms for forms, is_alive in zip(self.forms, alive, strict=True) if is_alive]
        outer = [range(top + 1) for top in self.tops[:-1]]
        if outer:
            outer[0] = range(self.net.least, self.net.top + 1)
        found = self._known[alive] = []
        for place in itertools.product(*outer):
            past = 0
            for first, final in sorted(_interval(forms, place, self.tops[-1]) for forms in tracks):
                begin = max(first, past)
                if begin <= final:
                    whole = (*place, begin)
                    at = sum(map(operator.mul, self.strides, whole))
                    found.append((at, final - begin + 1, sum(map(operator.mul, self.measured, whole))))
                    past = final + 1
        return found

    def _chunks(self, layer: Layer) -> Iterator[tuple[int, int, bytes, int]]:
        """Yield what is in the ranges: node, number of the first coefficient, coefficients, first amount."""
        unit, rise = self.units[-1], self.measured[-1]
        for node, (begin, value) in layer.items():
            data = value.to_bytes((value.bit_length() >> 3) + unit, "little")
            skipped = begin * self.strides[0]
            for at, count, amount in self._ranges(self.net.ends[node]):
                past = max(0, skipped - at)
                chunk = data[(at + past - skipped) * unit : max(0, at + count - skipped) * unit]
                if any(chunk):
                    yield node, at + past, chunk, amount + past * rise

    def _split(self, data: bytes) -> list[int]:
        unit = self.units[-1]
        return [int.from_bytes(data[at : at + unit], "little") for at in range(0, len(data), unit)]

    def total(self, layer: Layer) -> int:
        """Return how many completions there are, from what there is after all steps."""
        modulus = (1 << self.units[-1] * 8) - 1
        return sum(int.from_bytes(chunk, "little") % modulus for _, _, chunk, _ in self._chunks(layer))

    def amounts(self, layer: Layer) -> dict[int, int]:
        """Return how many completions there are of each amount that is measured."""
        found: dict[int, int] = {}
        rise = self.measured[-1]
        for _, _, chunk, amount in self._chunks(layer):
            for i, ways in enumerate(self._split(chunk)):
                if ways:
                    found[amount + i * rise] = found.get(amount + i * rise, 0) + ways
        return found

    # -- backwards ----------------------------------------------------------------------------------

    def _backwards(self, start: int, stop: int, layer: Layer) -> Iterator[tuple[int, Layer]]:
        """Yield what there is before each of some steps, the last first; *layer* is before the first one."""
        if stop - start < 3 or sum(self.bytes[start + 1 : stop]) <= MAX_BYTES >> 1:
            layers = [layer] if start < stop else []
            for i in range(start, stop - 1):
                layers.append(self.next(layers[-1].items(), i))
            while layers:
                yield start + len(layers) - 1, layers.pop()
            return
        quarter = (stop - start) // 4
        middle = min(range(start + 1 + quarter, stop - quarter), key=self.bytes.__getitem__)
        yield from self._backwards(middle, stop, self._go(start, middle, layer))
        yield from self._backwards(start, middle, layer)

    def shares(self) -> list[int]:
        """Return for each step how many completions choose it."""
        unit = self.back_units[-1]
        ways: list[int] = []
        for alive, first, last in zip(self.net.ends, self.net.first[-1], self.net.last[-1], strict=True):
            cells, skipped = max(0, last - first + 1) * self.strides[0], first * self.strides[0]
            ends = bytearray(cells * unit)
            for at, count, _ in self._ranges(alive):
                begin, end = max(0, at - skipped), max(0, min(at + count - skipped, cells))
                ends[begin * unit : end * unit : unit] = b"\1" * (end - begin)
            ways.append(int.from_bytes(ends, "little"))
        found: list[int] = []
        for i, layer in self._backwards(0, self.count, self._start()):
            ways, share = self._back(ways, i, layer)
            found.append(share)
        return found[::-1]

    def _back(self, ways: Sequence[int], i: int, layer: Layer) -> tuple[list[int], int]:
        """Return how many ways there are to end well from before a step on, and how many completions choose it.

        The ways are given and returned for each node, and for each coefficient that it has.
        """
        net, old, unit = self.net, self.back_units[i + 1], self.back_units[i]
        if old != unit:
            ways = [_widened(each, old, unit) for each in ways]
        new: list[int] = []
        share = 0
        row = self.strides[0] * unit * 8
        begins = net.first[i + 1]
        shift = self.shifts[i] * unit * 8 + net.rises[i] * row
        for node, (left, chosen) in enumerate(zip(net.left[i], net.chosen[i], strict=True)):
            first, room = net.first[i][node], net.last[i][node] + 1 - net.first[i][node]
            without = with_it = 0
            if room > 0:
                mask = self._mask(unit, room)
                if left != NONE:
                    without = _moved(ways[left], (begins[left] - first) * row) & mask
                if chosen != NONE:
                    with_it = _moved(ways[chosen], (begins[chosen] - first) * row - shift) & mask
            new.append(without + with_it)
            if with_it and node in layer:
                begin, value = layer[node]
                share += self._product(value, self.units[i], with_it >> (begin - first) * row, unit)
        self._spend(len(new) + (sum(each.bit_length() for each in new) >> _PRICE))
        return new, share

    def _product(self, value: int, unit: int, other: int, other_unit: int) -> int:
        """Return the sum of the products of the coefficients at the same places."""
        cells = min(_cells(value, unit), _cells(other, other_unit))
        self._spend(cells * unit >> _PRICE)
        found = 0
        others = _limbs(other, cells, other_unit)
        for i, limbs in enumerate(_limbs(value, cells, unit)):
            for j, other_limbs in enumerate(others, i):
                found += sum(map(operator.mul, limbs, other_limbs)) << 64 * j
        return found

    def sample(self, rng: random.Random, number: int) -> list[int]:
        """Return the units of completions that are drawn, each with the same probability."""
        masks = [0] * number
        # where each is: its node, and the number of its coefficient
        places = [(NONE, 0)] * number
        for i, layer in self._backwards(0, self.count + 1, self._start()):
            if i < self.count:
                self._step_back(i, layer, places, masks, rng)
                continue
            total = self.total(layer)
            drawn = sorted((rng.randrange(total), i) for i in range(number))
            passed = 0
            for node, at, chunk, _ in self._chunks(layer):
                for cell, ways in enumerate(self._split(chunk), at):
                    passed += ways
                    while drawn and drawn[0][0] < passed:
                        places[drawn.pop(0)[1]] = node, cell
        return masks

    def _step_back(
        self, i: int, layer: Layer, places: list[tuple[int, int]], masks: list[int], rng: random.Random
    ) -> None:
        """Draw for each sample whether a step is in it, and where it was before."""
        net, size = self.net, self.units[i] * 8
        modulus = (1 << size) - 1
        back = net.rises[i] * self.strides[0] + self.shifts[i]
        before: dict[int, list[tuple[int, bool]]] = {after: [] for after, _ in places}
        for node in layer:
            for after, is_in in ((net.left[i][node], False), (net.chosen[i][node], True)):
                if after in before:
                    before[after].append((node, is_in))
        for number, (after, cell) in enumerate(places):
            choices: list[tuple[int, int, bool]] = []
            for node, is_in in before[after]:
                begin, value = layer[node]
                at = (cell - back * is_in - begin * self.strides[0]) * size
                if at >= 0 and (ways := value >> at & modulus):
                    choices.append((ways, node, is_in))
            ends = list(itertools.accumulate(ways for ways, _, _ in choices))
            _, node, is_in = choices[bisect_right(ends, rng.randrange(ends[-1]))]
            places[number] = node, cell - back * is_in
            masks[number] |= self.masks[i] * is_in


def _drained(layer: Layer) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield what there is, and hold it no longer."""
    while layer:
        yield layer.popitem()


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


def _units(rises: Sequence[int], top: int) -> list[int]:
    """Return widths of coefficients after each step, in bytes, in which the sum of all fits."""
    wide = len(rises) + 2
    found, limit = 1, (1 << wide * (top + 1)) - 1
    needs = [1]
    for rise in rises:
        found += found << wide * rise & limit
        needs.append(((found % ((1 << wide) - 1) + 1).bit_length() + 7) // 8)
    # becoming wider takes time, and is done where it is worth it
    units = [needs[-1]]
    for need in reversed(needs[:-1]):
        units.append(need if need + need // 4 <= units[-1] else units[-1])
    return units[::-1]


def _cells(value: int, unit: int) -> int:
    """Return how many coefficients there are up to the last that is not zero."""
    return -(-value.bit_length() // (unit * 8))


def _spread(value: int, cells: int, unit: int, wide: int) -> bytes:
    """Return the first coefficients in more bytes each."""
    size = cells * unit
    data = (value & (1 << size * 8) - 1).to_bytes(size, "little")
    if unit == wide:
        return data
    found = bytearray(cells * wide)
    for i in range(unit):
        found[i::wide] = data[i::unit]
    return bytes(found)


def _widened(value: int, unit: int, wide: int) -> int:
    """Return the same coefficients in more bytes each."""
    return int.from_bytes(_spread(value, _cells(value, unit), unit, wide), "little")


def _limbs(value: int, cells: int, unit: int) -> list[tuple[int, ...]]:
    """Return for each eight bytes of the first coefficients what all of them have there."""
    count = -(-unit // 8)
    flat = struct.unpack(f"<{cells * count}Q", _spread(value, cells, unit, count * 8))
    return [flat[i::count] for i in range(count)]


def _moved(value: int, by: int) -> int:
    """Return a value so many bits up, or down."""
    return value << by if by >= 0 else value >> -by


def _repeat(pattern: int, width: int, times: int) -> int:
    """Return so many copies of a pattern side by side."""
    found, have = pattern, 1
    while have < times:
        more = min(have, times - have)
        found |= (found & ((1 << width * more) - 1)) << width * have
        have += more
    return found
