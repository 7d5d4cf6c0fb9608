"""What a count remembers of the choices so far, for one alternative of a rule.

A *track* follows one alternative through the units, as the packed states of :mod:`roc._engine.problem`. It
forgets what no unit to come has to do with, and more than enough room is as good as enough: so that as many
choices as possible lead to the same.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from roc._engine.problem import Item, Option, Problem, Trigger

FEW: Final = 8
"""A floor that others imply but for at most so much follows them."""

States: TypeAlias = tuple[int, ...]
"""The states in which some choice of units can be, by where they are placed; nearly always one."""

Role: TypeAlias = Item | bool
"""What some units are to an alternative: an item, or part of one; or always in, or always out."""


class Local(NamedTuple):
    """What is remembered from the first of some units to the last of them.

    ``value`` is how much of their weights matters. With a grain, it is part of what the main exponent counts,
    and says little more than that.
    """

    weights: dict[int, int]
    value: int
    grain: int


class Step(NamedTuple):
    """Units in their turn: what choosing them does to a state, and what states are reduced by after that.

    ``touches`` are the latent needs that they may fulfil, each with the trigger that then has nothing to do.
    Without options, they are always in or always out; or, with a bit, in if the first of their item were,
    which the bit tells.
    """

    options: tuple[Option, ...] = ()
    touches: tuple[tuple[int, int], ...] = ()
    reach: int = 0
    room: int = 0
    keep: int = -1
    live: int = 0
    bit: int = 0
    is_in: bool = False


def settle(
    problem: Problem, states: Sequence[int], items: Sequence[Item]
) -> tuple[States, list[Item], list[Item]]:
    """Take the items without which a need is out of reach, leave out those that break a ceiling.

    Return the states, the items that are still open and those that were taken.
    """
    p = problem
    mask = p.field_mask
    left: list[Item] = list(items)
    taken: list[Item] = []
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


class Track:
    """One alternative, from some states on.

    Attributes:
        roles: What the units of each step are to it.
        weights: For each field that is part of the state, how much the units of each step weigh at most.
        even: The fields on which they weigh the same wherever they are placed.
        held: The fields that must stay part of the state.
        start: The states in the beginning, once the steps are known.
    """

    def __init__(self, problem: Problem, states: Sequence[int], roles: Sequence[Role]) -> None:
        self.problem, self.roles = problem, tuple(roles)
        self.states: States = tuple(states)
        # units that are one item here, and several steps, weigh at the first of them
        self.firsts: dict[Item, int] = {}
        for i, role in enumerate(roles):
            if isinstance(role, Item):
                self.firsts.setdefault(role, i)
        self.start: States = ()
        self.steps: tuple[Step, ...] = ()
        self._read_fields()
        self._find_implied()
        self.all_weights = self.weights

    def value(self, at: int) -> int:
        """Return the most that is needed or allowed in the beginning."""
        return max(state >> at & self.problem.field_mask for state in self.states)

    def _read_fields(self) -> None:
        """Read what weighs on each field that still matters, and what is triggered."""
        p = self.problem
        mask = p.field_mask
        self.firing: dict[Trigger, set[int]] = {}
        for item, i in self.firsts.items():
            for option in item.options:
                for trigger in option.triggers:
                    self.firing.setdefault(trigger, set()).add(i)
        special = {at for t in self.firing for at in (t.latent, t.active, t.take.bit_length() - 1)}
        self.weights: dict[int, tuple[int, ...]] = {}
        self.even: set[int] = set()
        for at in (*p.floor_fields, *p.ceiling_fields):
            values = [state >> at & mask for state in self.states]
            is_floor = at < p.floors_end
            if at in special or at == p.credit_floor or (is_floor and not any(values)):
                continue
            rows = {
                i: [option.take >> at & mask for option in item.options] for item, i in self.firsts.items()
            }
            most = tuple(max(rows.get(i, (0,))) for i in range(len(self.roles)))
            if not is_floor and min(values) >= sum(most):
                continue
            self.weights[at] = most
            if len(set(values)) == 1 and all(len(set(row)) == 1 for row in rows.values()):
                self.even.add(at)

    def _find_implied(self) -> None:
        """Find floors that other floors imply, wholly or but for a few."""
        mask = self.problem.field_mask
        size = {at: sum(map(bool, row)) for at, row in self.weights.items() if at < self.problem.floors_end}
        floors = sorted(size, key=lambda at: (-size[at], at))
        takes = [option.take for item in self.firsts for option in item.options]
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
            elif under and excess <= FEW:
                self.raised.append((at, tuple(under)))
                self.excess[at] = excess
                self.held.update((at, *under))

    def locals(self, main: Sequence[int], grain: int) -> list[Local]:
        """Return what is remembered, beside a main exponent with such weights."""
        mask = self.problem.field_mask
        found: list[Local] = []
        for at, row in self.weights.items():
            weights = {i: weight for i, weight in enumerate(row) if weight}
            is_part = all(weight == main[i] for i, weight in weights.items())
            found.append(Local(weights, self.excess.get(at, self.value(at)), grain * is_part))
        kinds: dict[int, dict[int, int]] = {}
        for trigger, firing in self.firing.items():
            weights = dict.fromkeys(firing, 1)
            value = 1
            if trigger.latent >= 0:
                value = self.value(trigger.latent)
                for item, i in self.firsts.items():
                    most = max(option.take >> trigger.latent & mask for option in item.options)
                    if most:
                        weights[i] = max(most, weights.get(i, 0))
            else:
                row_of = kinds.setdefault(trigger.take.bit_length() - 1, {})
                for i in firing:
                    row_of[i] = row_of.get(i, 0) + 1
            if not all(state & trigger.bit for state in self.states):
                found.append(Local(weights, value, 0))
        return found + [Local(row, self.value(at), 0) for at, row in kinds.items()]

    # -- steps --------------------------------------------------------------------------------------

    def arrange(self, order: Sequence[int]) -> None:
        """Work out the steps in an order."""
        p = self.problem
        mask = p.field_mask
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
        sums = {at: 0 for at in range(0, p.fields_end, p.width) if keep >> at & 1}
        top = (p.guard | p.trigger_bits).bit_length()
        live = 0
        steps: list[Step] = []
        places: dict[Item, list[int]] = {}
        for i in order:
            role = self.roles[i]
            if isinstance(role, Item):
                places.setdefault(role, []).append(i)
        waiting: dict[Item, int] = {}  # items of which later steps are known, with the bit that they look at
        for i in reversed(order):
            role = self.roles[i]
            if not isinstance(role, Item):
                steps.append(Step(is_in=role))
                continue
            bit = waiting.get(role, 0)
            if i != places[role][0]:
                if not bit:
                    bit = waiting[role] = 1 << top
                    top += 1
                steps.append(Step(keep=~bit if i == places[role][-1] else -1, bit=bit))
                continue
            waiting.pop(role, None)
            reach = room = 0
            for at, total in sums.items():
                most = (live & kinds[at]).bit_count() if at in kinds else min(total, mask)
                if at < p.floors_end:
                    reach |= most << at
                elif p.ceiling_mask >> at & 1:
                    room |= most << at
            kept = keep | sum(waiting.values())
            for trigger in self.firing:
                if not live & trigger.bit:
                    kept &= ~trigger.bit
                    if trigger.latent >= 0:
                        kept &= ~(mask << trigger.latent)
            touches = tuple(
                (mask << at, first)
                for at, first in latents.items()
                if any(option.take >> at & mask for option in role.options)
            )
            options = tuple(
                dict.fromkeys(option._replace(take=option.take & keep) for option in role.options)
            )
            steps.append(Step(options, touches, reach | p.floor_guard, room, kept, live, bit))
            for at in sums:
                sums[at] += max(option.take >> at & mask for option in role.options)
            for option in options:
                for trigger in option.triggers:
                    live |= trigger.bit
        self.steps = tuple(reversed(steps))
        states: list[int] = []
        for state in self.states:
            first = state & keep
            for at, bit in latents.items():
                if first & bit:
                    first &= ~(mask << at)
                elif not first >> at & mask:
                    first |= bit
            states.append(first)
        self.start = _best(states, p)

    def after(
        self, states: States, step: Step, memo: dict[int, tuple[States, States]]
    ) -> tuple[States, States]:
        """Return the states after the units of a step are left out, and after they are chosen.

        There are none where that cannot end well.
        """
        if not step.options:
            is_in = bool(states[0] & step.bit) if step.bit else step.is_in
            rest = tuple(state & step.keep for state in states)
            return ((), rest) if is_in else (rest, ())
        if len(states) == 1:
            return self._reduced(states, step), self._reduced(self._chosen(states[0], step), step, step.bit)
        without: list[int] = []
        chosen: list[int] = []
        for state in states:
            found = memo.get(state)
            if found is None:
                found = memo[state] = (
                    self._reduced((state,), step),
                    self._reduced(self._chosen(state, step), step, step.bit),
                )
            without += found[0]
            chosen += found[1]
        return _best(without, self.problem), _best(chosen, self.problem)

    def _reduced(self, states: Iterable[int], step: Step, bit: int = 0) -> States:
        """Return what of some states can still matter, for those that can still end well."""
        p = self.problem
        mask, guard, ceiling_guard, shift = p.field_mask, p.floor_guard, p.ceiling_guard, p.width - 1
        floor_mask, reach, room, keep, live = p.floor_mask, step.reach, step.room, step.keep, step.live
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
                found.append(after & keep | bit)
        return _best(found, p)

    def _chosen(self, state: int, step: Step) -> list[int]:
        """Return the states after the units of a step are chosen, not yet reduced."""
        p = self.problem
        guard, ceiling_guard, shift = p.guard, p.ceiling_guard, p.width - 1
        mask, fields = p.field_mask, p.guard - (p.guard >> shift)
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
                after = after & (kept - (kept >> shift)) | before & ~(fields | guard)
                for field, bit in step.touches:
                    if not after & field:
                        after |= bit
                found.append(after)
        return found


def _best(states: Sequence[int], problem: Problem) -> States:
    """Return the states that no other one is at least as good as in every respect."""
    if len(states) < 2:
        return tuple(states)
    guard = problem.floor_guard | problem.ceiling_guard
    floors, ceilings = problem.floor_mask, problem.ceiling_mask
    found: list[tuple[int, int]] = []
    for state in sorted(set(states)):
        needs = state & floors | ceilings & ~state  # what is allowed, turned round
        rest = state & ~(floors | ceilings)
        kept: list[tuple[int, int]] = []
        for other, its_needs in found:
            if not (other ^ rest) & ~(floors | ceilings):
                if ((needs | guard) - its_needs) & guard == guard:
                    break
                if ((its_needs | guard) - needs) & guard == guard:
                    continue
            kept.append((other, its_needs))
        else:
            found = [*kept, (state, needs)]
    return tuple(state for state, _ in found)
