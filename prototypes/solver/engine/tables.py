"""How completions are counted: which bounds are exponents, in which order the items come, how states merge.

What is bounded over everything (all credit, credit at a level, hours) would make nearly every state distinct.
It is therefore no part of the state, but an exponent of a polynomial that belongs to the state and counts how
often each amount occurs. A polynomial is one integer, so that adding an item to it is a shift and an addition.
All other bounds stay in the state, for as long as there are items to come that matter for them.
"""

import heapq
import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from roc._engine.problem import Item, Option, Problem, Trigger

_WIDE: Final = 8
"""The least number of values for which a bound becomes an exponent."""

_SHARE: Final = 0.4
"""The least share of the items that a bound must concern to become an exponent."""

_BEAMS: Final = ((2, 5e4), (12, 1e6), (40, 2e7), (160, math.inf))
"""How many orders are tried side by side, and the estimated cost below which no more are."""

_TRIES: Final = 300_000
"""How many steps of an order are tried at most."""

_WORTH: Final = 5e4
"""The estimated cost above which other exponents are tried."""

_CELLS: Final = 400
"""How many coefficients are added in the time that a state takes."""

Key: TypeAlias = tuple[int, ...]
"""The states in which some choice of units can be, by where they are placed; nearly always one."""


class Bound(NamedTuple):
    """Bounds on a weighted sum over the items, and the sum as a sum of multiples of exponents."""

    weights: tuple[int, ...]
    low: int
    high: int
    form: tuple[tuple[int, int], ...] = ()


class Axis(NamedTuple):
    """One exponent: a weighted sum over the items, in units of a grain, at most *top* of them."""

    weights: tuple[int, ...]
    grain: int
    top: int


class Local(NamedTuple):
    """What a state remembers from the first of some items to the last of them, at most so many values.

    Where it is a part of the main exponent, it says little more than the exponent does.
    """

    weights: dict[int, int]
    value: int
    grain: int = 0


class Step(NamedTuple):
    """An item in its turn: what choosing it does to a state, and what states are reduced by after it.

    ``touches`` are the latent needs that it may fulfil, each with the trigger that then has nothing to do.
    """

    options: tuple[Option, ...]
    touches: tuple[tuple[int, int], ...]
    reach: int
    room: int
    keep: int
    live: int


def settle(
    problem: Problem, states: Sequence[int], items: Sequence[Item]
) -> tuple[Key, list[Item], list[Item]]:
    """Take the items without which a need is out of reach, leave out those that break a ceiling.

    Return the states, the items that are still open and those that were taken.
    """
    p = problem
    mask = p.field_mask
    left, taken = list(items), list[Item]()
    states = tuple(p.open_credit(state) for state in states)
    while True:
        left = [item for item in left if p.add(states, item)]
        gains = {at: [item.gain >> at & mask for item in left] for at in p.floor_fields}
        reach = {at: sum(each) for at, each in gains.items()}
        states = tuple(s for s in states if all(s >> at & mask <= most for at, most in reach.items()))
        forced = {
            i
            for at, each in gains.items()
            if states and (need := min(state >> at & mask for state in states))
            for i, gain in enumerate(each)
            if gain > reach[at] - need
        }
        if not forced:
            return tuple(dict.fromkeys(state & ~p.credit_fields for state in states)), left, taken
        for i in sorted(forced):
            states = p.add(states, left[i])
            taken.append(left[i])
        left = [item for i, item in enumerate(left) if i not in forced]


class Plan:
    """A problem with some items open, made ready to be gone through item by item.

    Args:
        cells: How many coefficients a polynomial may have; 0: all bounds stay in the state.
        measure: A weight of each item whose sum should be an exponent.

    Attributes:
        items: The items in their turn.
        axes: The exponents, the outermost first.
        bounds: What must hold for them in the end; the first is that of the measure.
        steps: What each item does.
        start: The states in the beginning.
    """

    def __init__(
        self,
        problem: Problem,
        states: Key,
        items: Sequence[Item],
        cells: int,
        measure: Sequence[int] | None = None,
    ) -> None:
        self.problem, self.states, self.items = problem, states, tuple(items)
        self._read_fields()
        self._find_implied()
        row = None if measure is None else tuple(measure)
        order = self._best_axes(cells, row)
        self.is_measured = row is not None and self.bounds[:1] == tuple(
            b for b in self.bounds if b.weights == row
        )
        self.items = tuple(self.items[i] for i in order)
        self.axes = tuple(axis._replace(weights=tuple(axis.weights[i] for i in order)) for axis in self.axes)
        self._read_steps()

    def _best_axes(self, cells: int, measure: tuple[int, ...] | None) -> list[int]:
        """Choose the exponents and the order of the items for which the estimated cost is least."""
        weights = self.weights
        without: frozenset[tuple[int, ...]] = frozenset()
        cost, order = self._attempt(weights, cells, measure, without)
        while cost > _WORTH:
            tried = [
                (self._attempt(weights, cells, measure, each)[0], number, each)
                for number, each in enumerate(
                    without | {bound.weights}
                    for bound in self.bounds
                    if bound.weights not in (self.axes[0].weights, measure)
                )
            ]
            best = min(tried, default=(math.inf, 0, without))
            if best[0] < cost:
                without = best[2]
            cost, order = self._attempt(weights, cells, measure, without)
            if best[2] is not without:
                cost, order = self._order()
                break
        return order

    def _attempt(
        self,
        weights: dict[int, tuple[int, ...]],
        cells: int,
        measure: tuple[int, ...] | None,
        without: frozenset[tuple[int, ...]],
    ) -> tuple[float, list[int]]:
        """Make all wide bounds exponents but those of some weights, and find an order."""
        self.weights = dict(weights)
        self.axes, self.bounds = (Axis((0,) * len(self.items), 1, 0),), ()
        self._choose_axes(cells, measure, without)
        return self._order(1)

    # -- bounds -------------------------------------------------------------------------------------

    def _read_fields(self) -> None:
        """Read what each item weighs, at most, on each field that still matters, and what it triggers."""
        p = self.problem
        mask = p.field_mask
        self.firing: dict[Trigger, set[int]] = {}
        for i, item in enumerate(self.items):
            for option in item.options:
                for trigger in option.triggers:
                    self.firing.setdefault(trigger, set()).add(i)
        special = {at for t in self.firing for at in (t.latent, t.active, t.take.bit_length() - 1)}
        self.weights: dict[int, tuple[int, ...]] = {}
        self.even: set[int] = set()  # where an item weighs the same wherever it is placed
        for at in (*p.floor_fields, *p.ceiling_fields):
            values = [state >> at & mask for state in self.states]
            if at in special or at == p.credit_floor or (at < p.floors_end and not any(values)):
                continue
            rows = [[option.take >> at & mask for option in item.options] for item in self.items]
            most = tuple(map(max, rows))
            if at > p.floors_end and min(values) >= sum(most):
                continue
            self.weights[at] = most
            if len(set(values)) == 1 and all(len(set(row)) == 1 for row in rows):
                self.even.add(at)

    def _value(self, at: int) -> int:
        """Return the most that is needed or allowed in the beginning."""
        return max((state >> at & self.problem.field_mask for state in self.states), default=0)

    def _find_implied(self) -> None:
        """Find floors that other floors imply, wholly or but for a few."""
        mask = self.problem.field_mask
        size = {at: sum(map(bool, row)) for at, row in self.weights.items() if at < self.problem.floors_end}
        floors = sorted(size, key=lambda at: (-size[at], at))
        takes = [option.take for item in self.items for option in item.options]
        self.raised: list[tuple[int, tuple[int, ...]]] = []
        self.excess: dict[int, int] = {}
        self.held: set[int] = set()
        for at in floors:
            if at in self.held:
                continue
            spare = [take >> at & mask for take in takes]
            under: list[int] = []
            for other in floors:
                if other != at and other in self.weights and size[other] <= size[at]:
                    left = [have - (take >> other & mask) for have, take in zip(spare, takes, strict=True)]
                    if min(left, default=0) >= 0:
                        spare = left
                        under.append(other)
            excess = max(
                (state >> at & mask) - sum(state >> other & mask for other in under) for state in self.states
            )
            if excess <= 0:
                del self.weights[at]
            elif under and excess <= _WIDE:
                self.raised.append((at, tuple(under)))
                self.excess[at] = excess
                self.held.update((at, *under))

    def _choose_axes(
        self, cells: int, measure: tuple[int, ...] | None, without: frozenset[tuple[int, ...]]
    ) -> None:
        """Choose the bounds that become exponents."""
        found: dict[tuple[int, ...], Bound] = {}
        fields: dict[tuple[int, ...], list[int]] = {}
        for at, row in self.weights.items():
            if at in self.even and at not in self.held:
                _, low, high, _ = found.get(row, Bound(row, 0, sum(row)))
                value = self._value(at)
                if at < self.problem.floors_end:
                    found[row] = Bound(row, max(low, value), high)
                else:
                    found[row] = Bound(row, low, min(high, value))
                fields.setdefault(row, []).append(at)
        large = [
            bound for bound in found.values() if sum(map(bool, bound.weights)) >= _SHARE * len(self.items)
        ]
        wanted = [
            bound
            for bound in large
            if bound.weights not in without
            and min(bound.high, sum(bound.weights)) >= _WIDE * _grain(bound.weights)
        ]
        if measure is not None:
            bound = found.get(measure, Bound(measure, 0, sum(measure)))
            large.append(bound)
            wanted = [bound, *(each for each in wanted if each is not bound)]
        if not wanted:
            return
        main = min(
            large,
            key=lambda b: (
                b.high >= sum(b.weights),
                -sum(map(bool, b.weights)),
                b.high / _grain(b.weights),
            ),
        )
        axes = [_axis(main.weights, main.high)]
        if axes[0].top >= cells:
            return
        for bound in dict.fromkeys((*wanted, main)):
            form = _add_axis(axes, main, bound, cells)
            if form is not None:
                self.bounds = (*self.bounds, bound._replace(form=form))
                for at in fields.get(bound.weights, ()):
                    del self.weights[at]
        self.axes = tuple(axes)

    # -- order --------------------------------------------------------------------------------------

    def _locals(self) -> list[Local]:
        mask = self.problem.field_mask
        found: list[Local] = []
        for at, row in self.weights.items():
            weights = {i: w for i, w in enumerate(row) if w}
            main = self.axes[0]
            is_part = all(w == main.weights[i] for i, w in weights.items())
            found.append(Local(weights, self.excess.get(at, self._value(at)), main.grain * is_part))
        kinds: dict[int, dict[int, int]] = {}
        for trigger, firing in self.firing.items():
            weights = dict.fromkeys(firing, 1)
            value = 1
            if trigger.latent >= 0:
                value = self._value(trigger.latent)
                for i, item in enumerate(self.items):
                    most = max(option.take >> trigger.latent & mask for option in item.options)
                    if most:
                        weights[i] = max(most, weights.get(i, 0))
            else:
                row_of = kinds.setdefault(trigger.take.bit_length() - 1, {})
                for i in firing:
                    row_of[i] = row_of.get(i, 0) + 1
            if value and not all(state & trigger.bit for state in self.states):
                found.append(Local(weights, value))
        return found + [Local(row, self._value(at)) for at, row in kinds.items()]

    def _order(self, rounds: int = len(_BEAMS)) -> tuple[float, list[int]]:
        """Return an order of the items in which few states are distinct, after its estimated cost."""
        locals_ = self._locals()
        classes: dict[tuple[int, ...], list[int]] = {}
        for i in range(len(self.items)):
            classes.setdefault(tuple(j for j, each in enumerate(locals_) if i in each.weights), []).append(i)
        order = list(range(len(classes)))
        cost = math.inf
        for width, enough in _BEAMS[:rounds]:
            if width * len(classes) ** 2 > _TRIES:
                break
            cost, order = _Orders(locals_, self.axes, classes).best(width)
            if cost <= enough:
                break
        blocks = list(classes.values())
        return cost, [i for block in order for i in blocks[block]]

    # -- steps --------------------------------------------------------------------------------------

    def _read_steps(self) -> None:
        p = self.problem
        mask, width = p.field_mask, p.width
        keep = sum(mask << at for at in self.weights)
        latents: dict[int, int] = {}
        kinds: dict[int, int] = {}
        for trigger in self.firing:
            keep |= trigger.bit
            if trigger.latent >= 0:
                keep |= mask << trigger.latent | mask << trigger.active
                latents[trigger.latent] = trigger.bit
            else:
                at = trigger.take.bit_length() - 1
                keep |= mask << at
                kinds[at] = kinds.get(at, 0) | trigger.bit
        self.kinds = tuple((at, at < p.floors_end, bits) for at, bits in kinds.items())
        sums = {at: 0 for at in range(0, p.fields_end, width) if keep >> at & 1}
        live = 0
        steps: list[Step] = []
        for item in reversed(self.items):
            reach = room = 0
            for at, total in sums.items():
                most = (live & kinds[at]).bit_count() if at in kinds else min(total, mask)
                if at < p.floors_end:
                    reach |= most << at
                elif p.ceiling_mask >> at & 1:
                    room |= most << at
            forget = sum(trigger.bit for trigger in self.firing if not live & trigger.bit)
            forget |= sum(mask << at for at, bit in latents.items() if not live & bit)
            touches = tuple(
                (mask << at, bit)
                for at, bit in latents.items()
                if any(option.take >> at & mask for option in item.options)
            )
            options = tuple(
                dict.fromkeys(option._replace(take=option.take & keep) for option in item.options)
            )
            steps.append(Step(options, touches, reach | p.floor_guard, room, keep & ~forget, live))
            for at in sums:
                sums[at] += max(option.take >> at & mask for option in item.options)
            for option in options:
                for trigger in option.triggers:
                    live |= trigger.bit
        steps.reverse()
        self.steps = tuple(steps)
        states: list[int] = []
        for state in self.states:
            for at, bit in latents.items():
                if state & bit:
                    state &= ~(mask << at)  # noqa: PLW2901 - the same state, written otherwise
                elif not state >> at & mask:
                    state |= bit  # noqa: PLW2901
            states.append(state & keep)
        self.start: Key = _best(states, p)

    def after(self, key: Key, step: Step, memo: dict[int, tuple[Key, Key]]) -> tuple[Key, Key]:
        """Return the states after the item of a step is left out, and after it is chosen; none where it ends badly."""
        if len(key) == 1:
            return self._reduced(key, step), self._reduced(self._chosen(key[0], step), step)
        without: list[int] = []
        chosen: list[int] = []
        for state in key:
            found = memo.get(state)
            if found is None:
                found = memo[state] = (
                    self._reduced((state,), step),
                    self._reduced(self._chosen(state, step), step),
                )
            without += found[0]
            chosen += found[1]
        return _best(without, self.problem), _best(chosen, self.problem)

    def _reduced(self, states: Iterable[int], step: Step) -> Key:
        """Return what of some states can still matter, for those that can still end well."""
        p = self.problem
        mask, guard, ceiling_guard, shift = p.field_mask, p.floor_guard, p.ceiling_guard, p.width - 1
        floor_mask, (_, _, reach, room, keep, live) = p.floor_mask, step
        found: list[int] = []
        for state in states:
            after = state
            for at, under in self.raised:
                lack = sum(after >> other & mask for other in under) - (after >> at & mask)
                if lack > 0:
                    after += lack << at
            if (reach - (after & floor_mask)) & guard != guard:
                continue
            ample = ((after | ceiling_guard) - room) & ceiling_guard
            ample -= ample >> shift
            after = after & ~ample | room & ample
            for at, is_floor, bits in self.kinds:
                to_come = bits & live & ~after
                value = after >> at & mask
                if is_floor:
                    if value > to_come.bit_count():
                        break
                    if not value:
                        after |= to_come
                elif value >= to_come.bit_count():
                    after = after & ~(mask << at) | to_come
            else:
                found.append(after & keep)
        return _best(found, p)

    def _chosen(self, state: int, step: Step) -> list[int]:
        """Return the states after the item of a step is chosen, not yet reduced."""
        p = self.problem
        guard, ceiling_guard, shift = p.guard, p.ceiling_guard, p.width - 1
        mask, trigger_bits = p.field_mask, p.trigger_bits
        found: list[int] = []
        for own, triggers in step.options:
            before, take = state, own
            for bit, latent, active, more in triggers:
                if not before & bit:
                    before |= bit
                    take += more
                    if latent >= 0:  # what was latent is active, and latent no more
                        value = before >> latent & mask
                        before += (value << active) - (value << latent)
            after = (before | guard) - take
            kept = after & guard
            if kept & ceiling_guard == ceiling_guard:
                after = after & (kept - (kept >> shift)) | before & trigger_bits
                for field, bit in step.touches:
                    if not after & field:
                        after |= bit
                found.append(after)
        return found


def _grain(weights: Sequence[int]) -> int:
    return math.gcd(*weights) or 1


def _axis(weights: tuple[int, ...], high: int) -> Axis:
    grain = _grain(weights)
    return Axis(weights, grain, max(high, 0) // grain)


def _add_axis(axes: list[Axis], main: Bound, bound: Bound, cells: int) -> tuple[tuple[int, int], ...] | None:
    """Make a bound an exponent: its sum, or what it is more, or less, than a multiple of the main one.

    Return the sum as multiples of exponents, ``None`` where there would be too many coefficients.
    """
    row = bound.weights
    choices = [(_axis(row, bound.high), 0, 1)]
    if all(m or not x for x, m in zip(row, main.weights, strict=True)):
        pairs = [(x, m) for x, m in zip(row, main.weights, strict=True) if m]
        least = min((x // m for x, m in pairs), default=0)
        most = max((-(-x // m) for x, m in pairs), default=0)
        over = tuple(x - least * m for x, m in zip(row, main.weights, strict=True))
        short = tuple(most * m - x for x, m in zip(row, main.weights, strict=True))
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


def _best(states: Sequence[int], problem: Problem) -> Key:
    """Return the states that no other one is at least as good as in every respect."""
    if len(states) < 2:
        return tuple(states)
    guard = problem.floor_guard | problem.ceiling_guard
    floors, ceilings = problem.floor_mask, problem.ceiling_mask
    found: list[tuple[int, int]] = []
    for state in sorted(set(states)):
        # as a state to compare: what is needed stays, what is allowed is turned round
        turned = state & floors | ceilings & ~state
        rest = state & ~(floors | ceilings)
        kept: list[tuple[int, int]] = []
        for other, its in found:
            if not (other ^ rest) & ~(floors | ceilings):
                if ((turned | guard) - its) & guard == guard:
                    break
                if ((its | guard) - turned) & guard == guard:
                    continue
            kept.append((other, its))
        else:
            found = [*kept, (state, turned)]
    return tuple(state for state, _ in found)


class _Orders:
    """Orders of blocks of items that concern the same, and estimates of what they cost."""

    def __init__(
        self, found: list[Local], axes: Sequence[Axis], classes: dict[tuple[int, ...], list[int]]
    ) -> None:
        self.found, self.axes = found, axes
        self.totals = [sum(each.weights.values()) for each in found]
        self.rows = [
            [(j, sum(found[j].weights[i] for i in members)) for j in touched]
            for touched, members in classes.items()
        ]
        self.counts = [len(members) for members in classes.values()]
        self.sizes = [
            [sum(axis.weights[i] for i in members) // axis.grain for axis in axes]
            for members in classes.values()
        ]
        self.parts = [j for j, each in enumerate(found) if each.grain]
        self.terms: list[dict[int, float]] = [{} for _ in found]

    def _term(self, j: int, done: int) -> float:
        """Return the logarithm of how many values something can have when so much of it is done."""
        value = self.terms[j].get(done)
        if value is None:
            left, bound = self.totals[j] - done, self.found[j].value
            value = 0.0
            if done and left:
                value = math.log(1 + max(0, min(bound, left) - max(0, bound - done)))
            self.terms[j][done] = value
        return value

    def _cells(self, sums: Sequence[int], sizes: Sequence[int]) -> tuple[float, float]:
        """Return how many coefficients a state has, and how much of the states are parts of the main exponent."""
        cells = 1.0
        for axis, size in zip(self.axes, sizes, strict=True):
            cells *= 1 + min(axis.top, size)
        shared = 0.0
        if self.parts:
            rows = 1 + min(self.axes[0].top, sizes[0])
            for j in self.parts:
                apart = self._term(j, sums[j])
                if apart:
                    beside = 1 + min(self.axes[0].top, max(0, sizes[0] - sums[j] // self.found[j].grain))
                    shared += apart - math.log(1 + math.exp(apart) * beside / rows)
        return cells, shared

    def best(self, width: int) -> tuple[float, list[int]]:
        """Return the estimated cost of the best order found, in states, and the order."""
        start = [0] * len(self.found)
        beam = [(0.0, 0, start, 0.0, [0] * len(self.axes), 1.0, ())]
        beam_type = list[tuple[float, int, list[int], float, list[int], float, tuple[int, ...]]]
        for _ in self.rows:
            seen: dict[int, tuple[float, float, int, int]] = {}
            for number, (cost, done, sums, states, sizes, last, _) in enumerate(beam):
                for block, row in enumerate(self.rows):
                    if done >> block & 1:
                        continue
                    after = states
                    now = sums.copy() if self.parts else sums
                    for j, weight in row:
                        after += self._term(j, sums[j] + weight) - self._term(j, sums[j])
                        if self.parts:
                            now[j] += weight
                    cells, shared = self._cells(
                        now, [a + b for a, b in zip(sizes, self.sizes[block], strict=True)]
                    )
                    each = math.exp(after - shared) * (1 + cells / _CELLS)
                    total = cost + each + (self.counts[block] - 1) * max(each, last)
                    key = done | 1 << block
                    if key not in seen or seen[key][0] > total:
                        seen[key] = total, each, number, block
            kept = heapq.nsmallest(width, seen.items(), key=lambda entry: entry[1][0] + 20 * entry[1][1])
            new: beam_type = []
            for key, (total, each, number, block) in kept:
                _, _, sums, states, sizes, _, order = beam[number]
                sums = sums.copy()
                for j, weight in self.rows[block]:
                    states += self._term(j, sums[j] + weight) - self._term(j, sums[j])
                    sums[j] += weight
                sizes = [a + b for a, b in zip(sizes, self.sizes[block], strict=True)]
                new.append((total, key, sums, states, sizes, each, (*order, block)))
            beam = new
        return beam[0][0], list(beam[0][6])
