"""How completions are counted: which bounds are exponents, and in which order the units come.

What is bounded over everything (all credit, credit at a level, hours) would make nearly every state distinct.
It is therefore no part of the state, but an exponent of a polynomial that belongs to the state and counts how
often each amount occurs. A polynomial is one integer, so that adding a unit to it is a shift and an addition.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from roc._engine.orders import Axis, Orders
from roc._engine.tracks import Local, States, Track

WIDE: Final = 8
"""The least number of values for which a bound becomes an exponent."""

SHARE: Final = 0.4
"""The least share of the steps that a bound must concern to become an exponent."""

_WORTH: Final = 5e4
"""The estimated cost above which other exponents are tried."""

Row: TypeAlias = tuple[int, ...]
"""A weight for each step."""

Key: TypeAlias = tuple[States, ...]
"""For each track the states in it, none where it has ended badly."""

Memo: TypeAlias = list[tuple[dict[States, tuple[States, States]], dict[int, tuple[States, States]]]]


class Bound(NamedTuple):
    """Bounds on a weighted sum over what is chosen."""

    weights: Row
    low: int
    high: int


class Form(NamedTuple):
    """A weighted sum as a sum of multiples of exponents, with bounds."""

    factors: tuple[int, ...]
    low: int
    high: int


class Plan:
    """Tracks that are followed together, step by step, made ready to be counted.

    Args:
        cells: How many coefficients a polynomial may have.
        measure: A weight of each step whose sum should be an exponent.
        is_quick: Whether the first order found will do.

    Attributes:
        effort: How many estimates were made to find it, each of which costs about as much as a state.
        order: The steps in their turn.
        axes: The exponents, the outermost first, with weights in that order.
        forms: For each track, what must hold for the exponents in the end.
        measured: The sum of the measure in terms of the exponents; ``None`` where it could be none.
        start: The states in the beginning.
    """

    def __init__(
        self,
        tracks: Sequence[Track],
        count: int,
        cells: int,
        measure: Sequence[int] | None = None,
        *,
        is_quick: bool = False,
    ) -> None:
        self.tracks, self.count, self._cells, self._is_quick = tuple(tracks), count, cells, is_quick
        self._measure = None if measure is None else tuple(measure)
        self.effort = 0
        self.axes: list[Axis] = []
        self.forms: list[list[Form]] = []
        self.measured: tuple[int, ...] | None = None
        self._rows: list[Row] = []
        self._order: list[int] = []
        order = self._arrange()
        self.order = tuple(order)
        self.axes = [axis._replace(weights=tuple(axis.weights[i] for i in order)) for axis in self.axes]
        for track in tracks:
            track.arrange(order)
        self.start: Key = tuple(track.start for track in tracks)

    def after(self, key: Key, i: int, memo: Memo) -> tuple[Key, Key]:
        """Return the states after a step is left out, and after it is chosen; none where that cannot end well."""
        if len(key) == 1:
            track = self.tracks[0]
            without, chosen = track.after(key[0], track.steps[i], memo[0][1])
            return (without,) if without else (), (chosen,) if chosen else ()
        both: list[tuple[States, States]] = []
        for track, states, (known, each) in zip(self.tracks, key, memo, strict=True):
            found = known.get(states) if states else ((), ())
            if found is None:
                found = known[states] = track.after(states, track.steps[i], each)
            both.append(found)
        left, right = tuple(pair[0] for pair in both), tuple(pair[1] for pair in both)
        return left if any(left) else (), right if any(right) else ()

    def memo(self) -> Memo:
        """Return what :meth:`after` remembers within a step, empty."""
        return [({}, {}) for _ in self.tracks]

    # -- exponents ----------------------------------------------------------------------------------

    def _arrange(self) -> list[int]:
        """Choose the exponents and the order of the steps for which the estimated cost is least."""
        without: frozenset[Row] = frozenset()
        cost = self._attempt(without)
        while cost > _WORTH:
            rows = [row for row in self._rows if row not in (self.axes[0].weights, self._measure)]
            tried = [(self._attempt(without | {row}), i) for i, row in enumerate(rows)]
            best, i = min(tried, default=(math.inf, 0))
            is_better = best < cost
            if is_better:
                without |= {rows[i]}
            cost = self._attempt(without)
            if not is_better:
                break
        if not self._is_quick:
            before = self._orders.tried
            self._order = self._orders.best(cost, self._order)
            self.effort += self._orders.tried - before
        return [i for number in self._order for i in self._blocks[number]]

    def busiest(self) -> int:
        """Return the step that most is expected to be saved by, once it is known whether it is chosen."""
        return self._blocks[self._orders.busiest(self._order)][0]

    def _attempt(self, without: frozenset[Row]) -> float:
        """Make all wide bounds exponents but those of some weights, and estimate the cost."""
        self.axes = [Axis((0,) * self.count, 1, 0)]
        self.forms = [[] for _ in self.tracks]
        self.measured, self._rows = None, []
        for track in self.tracks:
            track.weights = dict(track.all_weights)
        self._choose(without)
        self._blocks, self._orders = self._read_orders()
        cost, self._order = self._orders.quick()
        self.effort += self._orders.tried
        return cost

    def _choose(self, without: frozenset[Row]) -> None:
        bounds = [_bounds(track) for track in self.tracks]
        large: list[Bound] = []
        for row in dict.fromkeys(row for each in bounds for row in each):
            if sum(map(bool, row)) >= SHARE * self.count:
                each = [found.get(row, (0, sum(row), [])) for found in bounds]
                large.append(Bound(row, min(low for low, _, _ in each), max(high for _, high, _ in each)))
        wanted = [
            bound
            for bound in large
            if bound.weights not in without
            and min(bound.high, sum(bound.weights)) >= WIDE * _grain(bound.weights)
        ]
        if self._measure is not None:
            row = self._measure
            bound = next((each for each in large if each.weights == row), Bound(row, 0, sum(row)))
            wanted = [bound, *(each for each in wanted if each is not bound)]
            large.append(bound)
        if not wanted:
            return
        main = min(
            large,
            key=lambda b: (b.high >= sum(b.weights), -sum(map(bool, b.weights)), b.high / _grain(b.weights)),
        )
        axes = [_axis(main.weights, main.high)]
        if axes[0].top >= self._cells:
            return
        forms = {
            bound.weights: form
            for bound in dict.fromkeys((*wanted, main))
            if (form := _add_axis(axes, main, bound, self._cells)) is not None
        }
        self.axes, self._rows = axes, list(forms)
        for row, form in forms.items():
            factors = tuple(sum(times for j, times in form if j == i) for i in range(len(axes)))
            if row == self._measure:
                self.measured = factors
            for track, found, its_forms in zip(self.tracks, bounds, self.forms, strict=True):
                if row in found:
                    low, high, fields = found[row]
                    its_forms.append(Form(factors, low, high))
                    for at in fields:
                        del track.weights[at]

    # -- order --------------------------------------------------------------------------------------

    def _read_orders(self) -> tuple[list[list[int]], Orders]:
        """Return the steps that concern the same, and the orders of these blocks."""
        main = self.axes[0]
        alike: dict[tuple[tuple[int, int], ...], Local] = {}
        for track in self.tracks:
            for each in track.locals(main.weights, main.grain):
                # bounds on the same, or of several alternatives, know the same value
                key = tuple(sorted(each.weights.items()))
                other = alike.get(key, each)
                alike[key] = Local(each.weights, max(each.value, other.value), max(each.grain, other.grain))
        found = list(alike.values())
        classes: dict[tuple[int, ...], list[int]] = {}
        for i in range(self.count):
            classes.setdefault(tuple(j for j, each in enumerate(found) if i in each.weights), []).append(i)
        return list(classes.values()), Orders(found, self.axes, classes)


def _bounds(track: Track) -> dict[Row, tuple[int, int, list[int]]]:
    """Return the bounds of a track that can be exponents, each with its fields."""
    found: dict[Row, tuple[int, int, list[int]]] = {}
    if len(track.firsts) < len(track.roles):
        return found
    for at, row in track.weights.items():
        if at in track.even and at not in track.held:
            low, high, fields = found.get(row, (0, sum(row), []))
            value = track.value(at)
            if at < track.problem.floors_end:
                found[row] = max(low, value), high, [*fields, at]
            else:
                found[row] = low, min(high, value), [*fields, at]
    return found


def _grain(weights: Sequence[int]) -> int:
    return math.gcd(*weights) or 1


def _axis(weights: Row, high: int) -> Axis:
    grain = _grain(weights)
    return Axis(weights, grain, max(high, 0) // grain)


def _add_axis(axes: list[Axis], main: Bound, bound: Bound, cells: int) -> tuple[tuple[int, int], ...] | None:
    """Make a sum an exponent: as it is, or what it is more, or less, than a multiple of the main one.

    Return the sum as multiples of exponents, ``None`` where there would be too many coefficients.
    """
    pairs = list(zip(bound.weights, main.weights, strict=True))
    choices = [(_axis(bound.weights, bound.high), 0, 1)]
    if all(m or not x for x, m in pairs):
        least = min((x // m for x, m in pairs if m), default=0)
        most = max((-(-x // m) for x, m in pairs if m), default=0)
        over, short = tuple(x - least * m for x, m in pairs), tuple(most * m - x for x, m in pairs)
        choices.append((_axis(over, bound.high - least * main.low), least, 1))
        choices.append((_axis(short, most * main.high - bound.low), most, -1))
    best, times, sign = min(choices, key=lambda choice: choice[0].top if any(choice[0].weights) else -1)
    if not any(best.weights):
        return ((0, times * axes[0].grain),)
    for i, axis in enumerate(axes):
        if axis.weights == best.weights:
            axes[i] = axis._replace(top=min(axis.top, best.top))
            break
    else:
        i = len(axes)
        if math.prod(axis.top + 1 for axis in axes) * (best.top + 1) > cells:
            return None
        axes.append(best)
    return (0, times * axes[0].grain), (i, sign * best.grain)
