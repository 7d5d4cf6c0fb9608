"""Whole selections as packed totals: whether one satisfies an alternative is told by one look at the guard bits.

Where :mod:`roc._engine.search` subtracts from needs and clips them, here nothing is clipped: every bound of the
alternative is a field that holds by how much it is kept, above a guard bit that is lost where it is broken. Units
are taken out as easily as they are added, which is what it takes to walk from one completion to others. The same
fields, with the most that each item can do for floors and the least that it takes from ceilings, tell what
follows at once from a decision.
"""

import math
import operator
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from roc._engine.bits import each_bit
from roc._engine.budget import Budget
from roc._engine.problem import Option, Problem

if TYPE_CHECKING:
    from roc._engine.seek import Latest

_STEPS: Final = 16
"""Steps of a walk from a broken selection to a completion."""

_REST: Final = 10
"""For so many steps a change is not taken back."""


class Column(NamedTuple):
    """One way to choose an item.

    Attributes:
        item: Its place among the items.
        delta: What it adds to a total.
        fires: The triggers that it fires.
        touches: The guard bits of the fields that it changes.
    """

    item: int
    delta: int
    fires: int
    touches: int


class Domain(NamedTuple):
    """What follows at once from some items being in and others out.

    Attributes:
        inside: The items that are in, as bits of their numbers.
        outside: Those that are out.
        total: What floors and ceilings come to at best.
        fired: The triggers that are fired for certain.
    """

    inside: int
    outside: int
    total: int
    fired: int


class Base:
    """A completion, with what it takes to look at its neighbours.

    Attributes:
        held: The column of each item that it holds.
        core: The total of these columns, without what they trigger.
        fired: The triggers that they fire.
        drops: Once it is asked for, each item with the total without it, and the triggers that the others fire.
    """

    __slots__ = ("_twice", "core", "drops", "fired", "held")

    def __init__(self, nothing: int, held: dict[int, Column]) -> None:
        self.held = held
        core, fired, twice = nothing, 0, 0
        for column in held.values():
            core += column.delta
            if column.fires:
                twice |= fired & column.fires
                fired |= column.fires
        self.core, self.fired, self._twice = core, fired, twice
        self.drops: list[tuple[int, int, int]] | None = None

    def without(self, column: Column) -> tuple[int, int]:
        """Return the total without a column, and the triggers that the others fire."""
        fires = column.fires
        return self.core - column.delta, self.fired & ~fires | self._twice & fires if fires else self.fired


class Totals:
    """The columns of one alternative, and what can be told from their sums.

    Attributes:
        problem: The alternative.
        columns: For each item of the problem, its columns.
        masks: For each item, its units.
        costs: For each item, its cost.
        all: A bit for each item.
        fields: Where the bounds are.
        guard: The guard bits: a total that has them all keeps to every bound.
        nothing: The total of nothing.
        latest: What was found last, and where.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = p = problem
        self.latest: Latest | None = None
        shift = p.width - 1
        self.floor_guard = p.floor_guard & ~(1 << p.credit_floor + shift)
        self.ceiling_guard = sum(1 << at + shift for at in p.ceiling_fields)
        self.guard = self.floor_guard | self.ceiling_guard
        self._floors = self.floor_guard - (self.floor_guard >> shift)
        self._ceilings = self.ceiling_guard - (self.ceiling_guard >> shift)
        self.nothing = self.guard - (p.start & self._floors) + (p.start & self._ceilings)
        self._effect: dict[int, int] = {}
        self._effects: dict[int, int] = {0: 0}
        self.all = (1 << len(p.items)) - 1
        self.masks = [item.mask for item in p.items]
        self.costs = [item.cost for item in p.items]
        self.fields = [at for at in [*p.floor_fields, *p.ceiling_fields] if self.guard >> at + shift & 1]
        self._weights: dict[int, tuple[tuple[int, int], ...]] = {}
        self.columns = [
            tuple(self._column(i, option) for option in item.options) for i, item in enumerate(p.items)
        ]
        self._gains = [item.gain & self._floors for item in p.items]
        self._uses: list[int] = []
        self._fires: list[int] = []
        for item, columns in zip(p.items, self.columns, strict=True):
            first, *others = item.options
            use, fires = first.take & self._ceilings, columns[0].fires
            if others:
                use = sum(
                    min(option.take >> at & p.field_mask for option in item.options) << at
                    for at in p.ceiling_fields
                )
            for column in columns:
                fires &= column.fires
            self._uses.append(use)
            self._fires.append(fires)
        # triggers of one item alone, or that help
        once = twice = 0
        for columns in self.columns:
            fires = 0
            for column in columns:
                fires |= column.fires
            twice |= once & fires
            once |= fires
        self._own = once & ~twice
        for bit, effect in self._effect.items():
            if effect > 0:
                self._own |= bit
        self._half = 1 << shift
        self._scales: dict[int, float] = {}

    def _column(self, item: int, option: Option) -> Column:
        p, shift = self.problem, self.problem.width - 1
        own = option.take & (self._floors | self._ceilings)
        # a field that is not empty carries into its guard bit
        touches = own + (self._floors | self._ceilings) & self.guard
        fires = 0
        for trigger in option.triggers:
            fires |= trigger.bit
            if trigger.latent < 0:
                effect = (trigger.take & self._floors) - (trigger.take & self._ceilings)
                touches |= 1 << trigger.take.bit_length() - 1 + shift
            else:
                effect = -((p.start >> trigger.latent & p.field_mask) << trigger.active)
                touches |= 1 << trigger.active + shift
            self._effect[trigger.bit] = effect
        return Column(item, (own & self._floors) - (own & self._ceilings), fires, touches)

    def items(self, units: int) -> int:
        """Return the items of some units, as bits of their numbers."""
        found = 0
        for bit in each_bit(units):
            found |= 1 << self.problem.item_of[bit]
        return found

    def item_of(self, bit: int) -> int:
        """Return the number of the item of a unit."""
        return self.problem.item_of[bit.bit_length() - 1]

    def units(self, items: int) -> int:
        """Return the units of some items."""
        found = 0
        for i in each_bit(items):
            found |= self.masks[i]
        return found

    def held(self, base: Base) -> int:
        """Return the items of a selection, as bits of their numbers."""
        found = 0
        for i in base.held:
            found |= 1 << i
        return found

    def effect(self, fired: int) -> int:
        """Return what some triggers together add to a total."""
        found = self._effects.get(fired)
        if found is None:
            if len(self._effects) > 4096:
                self._effects = {0: 0}
            found = self._effects[fired] = sum(self._effect[1 << bit] for bit in each_bit(fired))
        return found

    def place(self, inside: Iterable[int]) -> Base | None:
        """Return some items, placed so that every bound is kept; ``None`` where they cannot be."""
        p, items = self.problem, self.problem.items
        held: dict[int, Column] = {}
        several: list[int] = []
        for i in inside:
            if len(self.columns[i]) == 1:
                held[i] = self.columns[i][0]
            else:
                several.append(i)
        if several:
            states: tuple[int, ...] = (p.open_credit(p.start),)
            for i in held:
                states = p.add(states, items[i])
            layers: list[dict[int, tuple[int, Column]]] = []
            for i in several:
                layer: dict[int, tuple[int, Column]] = {}
                for option, column in zip(items[i].options, self.columns[i], strict=True):
                    single = items[i]._replace(options=(option,))
                    for state in states:
                        for after in p.add((state,), single):
                            layer.setdefault(after, (state, column))
                states = tuple(layer)
                layers.append(layer)
            end = next((state for state in states if p.is_done(state)), None)
            if end is None:
                return None
            for layer in reversed(layers):
                end, column = layer[end]
                held[column.item] = column
        base = self.base(held)
        return base if self.is_kept(base.core, base.fired) else None

    def is_kept(self, core: int, fired: int) -> bool:
        """Tell whether a total, with what the triggers add to it, keeps to every bound."""
        return (core + self.effect(fired)) & self.guard == self.guard

    def values(self, total: int) -> dict[int, int]:
        """Return by how much each bound is kept, or if below 0 broken, by its field."""
        p = self.problem
        half, whole = 1 << p.width - 1, (1 << p.width) - 1
        return {at: (total >> at & whole) - half for at in self.fields}

    def weights(self, column: Column, fired: int) -> tuple[tuple[int, int], ...]:
        """Return what a column adds to each bound in a relaxation in which some triggers are fired already.

        What only this item triggers is part of it. What others trigger too is left out where it hinders, and counts
        for each of them where it helps.
        """
        more = column.fires & ~fired & self._own
        delta = column.delta + self.effect(more) if more else column.delta
        found = self._weights.get(delta)
        if found is None:
            values = self.values(delta + self.guard)
            found = self._weights[delta] = tuple((at, value) for at, value in values.items() if value)
        return found

    # -- what follows at once -----------------------------------------------------------------------

    def domain(self, inside: int, outside: int = 0) -> Domain | None:
        """Return what follows from some items being in and others out, ``None`` where that cannot be."""
        total, fired = self.nothing, 0
        for i, (gain, use, fires) in enumerate(zip(self._gains, self._uses, self._fires, strict=True)):
            if not outside >> i & 1:
                total += gain
            if inside >> i & 1:
                total -= use
                fired |= fires
        return self._settle(Domain(inside, outside, total + self.effect(fired), fired))

    def include(self, domain: Domain, item: int) -> Domain | None:
        """Return what follows from an item more being in."""
        inside, outside, total, fired = domain
        more = self._fires[item] & ~fired
        total += self.effect(more) - self._uses[item]
        return self._settle(Domain(inside | 1 << item, outside, total, fired | more))

    def exclude(self, domain: Domain, item: int) -> Domain | None:
        """Return what follows from an item more being out."""
        inside, outside, total, fired = domain
        return self._settle(Domain(inside, outside | 1 << item, total - self._gains[item], fired))

    def _settle(self, domain: Domain) -> Domain | None:
        guard, gains, uses, fires = self.guard, self._gains, self._uses, self._fires
        inside, outside, total, fired = domain
        open_ = list(each_bit((1 << len(gains)) - 1 & ~(inside | outside)))
        while total & guard == guard:
            left: list[int] = []
            for i in open_:
                after = total - uses[i]
                more = fires[i] & ~fired
                if more:
                    after += self.effect(more)
                if after & guard != guard:
                    outside |= 1 << i
                    total -= gains[i]
                elif total - gains[i] & guard != guard:
                    inside |= 1 << i
                    total, fired = after, fired | more
                else:
                    left.append(i)
            if len(left) == len(open_):
                return Domain(inside, outside, total, fired)
            open_ = left
        return None

    # -- neighbours ---------------------------------------------------------------------------------

    def base(self, held: Mapping[int, Column]) -> Base:
        """Return a selection with what it takes to look at its neighbours."""
        return Base(self.nothing, dict(held))

    def admitted(self, base: Base, items: Iterable[int]) -> int:
        """Return those of some items with each of which a completion is one, too."""
        guard, fired = self.guard, base.fired
        total, found = base.core + self.effect(fired), 0
        for i in items:
            for column in self.columns[i]:
                fires = column.fires & ~fired
                if (total + column.delta + (self.effect(fires) if fires else 0)) & guard == guard:
                    found |= 1 << i
                    break
        return found

    def spares(self, base: Base, item: int) -> bool:
        """Tell whether a completion is one without one of its items, too."""
        return self.is_kept(*base.without(base.held[item]))

    def exchange(self, base: Base, item: int, domain: Domain) -> Base | None:
        """Return a completion in which an item takes the place of one or two others, ``None`` if none does."""
        guard, effect, floor_guard = self.guard, self.effect, self.floor_guard
        loose = [drop for drop in self._drops(base) if not domain.inside >> drop[0] & 1]
        for column in self.columns[item]:
            delta, fires = column.delta, column.fires
            totals = [total + delta for _, total, _ in loose]
            if fires:
                more = (effect(fires & ~fired) for _, _, fired in loose)
                totals = list(map(operator.add, totals, more))
            for turn, total in enumerate(totals):
                if total & guard == guard:
                    return self._changed(base, column, loose[turn][0])
            if (base.core + delta + effect(base.fired | fires)) & floor_guard == floor_guard:
                for turn, (i, _, _) in enumerate(loose):
                    lost = base.held[i].delta
                    for place, total in enumerate(totals[:turn]):
                        if (total - lost) & guard == guard:
                            changed = self._changed(base, column, i, loose[place][0])
                            # what the first of the two triggers is looked at only now
                            if self.is_kept(changed.core, changed.fired):
                                return changed
        return None

    def _drops(self, base: Base) -> list[tuple[int, int, int]]:
        """Return each item of a selection with the total without it, and the triggers that the others fire."""
        if base.drops is None:
            each = ((i, *base.without(column)) for i, column in base.held.items())
            base.drops = [(i, core + self.effect(fired), fired) for i, core, fired in each]
        return base.drops

    def replace(self, base: Base, item: int, domain: Domain) -> Base | None:
        """Return a completion in which another item takes the place of one, ``None`` if none does."""
        core, fired = base.without(base.held[item])
        closed = domain.inside | domain.outside
        for i, columns in enumerate(self.columns):
            if not closed >> i & 1 and i not in base.held:
                for column in columns:
                    if self.is_kept(core + column.delta, fired | column.fires):
                        return self._changed(base, column, item)
        return None

    def _changed(self, base: Base, added: Column, *dropped: int) -> Base:
        held = {i: column for i, column in base.held.items() if i not in dropped}
        held[added.item] = added
        return self.base(held)

    # -- walks --------------------------------------------------------------------------------------

    def walk(self, start: Mapping[int, Column], domain: Domain, budget: Budget) -> Base | None:
        """Return a completion near some selection, ``None`` if none is near.

        One item after another is added, taken out or placed otherwise. Each time it is the one that leaves least
        broken, of those not changed a short while ago.

        Raises:
            OutOfBudgetError: The budget is spent.
        """
        columns, inside = self.columns, domain.inside
        held = {i: column for i, column in start.items() if not domain.outside >> i & 1}
        for i in each_bit(inside):
            if i not in held:
                held[i] = columns[i][0]
        base = self.base(held)
        loose = [
            (i, each)
            for i, each in enumerate(columns)
            if not domain.outside >> i & 1 and (len(each) > 1 or not inside >> i & 1)
        ]
        rested: dict[int, int] = {}
        for turn in range(_STEPS):
            core, fired, held = base.core, base.fired, base.held
            lost = self.guard & ~(core + self.effect(fired))
            if not lost:
                return base
            floors, ceilings = lost & self.floor_guard, lost & self.ceiling_guard
            best, choice, put = math.inf, -1, None
            for i, each in loose:
                own = held.get(i)
                if own is None:
                    for column in each:
                        if column.touches & floors and rested.get(i, 0) <= turn:
                            score = self._broken(core + column.delta, fired | column.fires)
                            if score < best:
                                best, choice, put = score, i, column
                    continue
                if own.touches & (lost if own.fires else ceilings) and rested.get(i, 0) <= turn:
                    without, others = base.without(own)
                    if not inside >> i & 1:
                        score = self._broken(without, others)
                        if score < best:
                            best, choice, put = score, i, None
                if len(each) > 1 and rested.get(i, 0) <= turn:
                    without, others = base.without(own)
                    for column in each:
                        if column is not own:
                            score = self._broken(without + column.delta, others | column.fires)
                            if score < best:
                                best, choice, put = score, i, column
            budget.left -= 1 + len(loose) // 4
            if budget.left < 0:
                budget.more()
            if choice < 0:
                break
            rested[choice] = turn + _REST
            held.pop(choice, None)
            if put is not None:
                held[choice] = put
            base = self.base(held)
        return None

    def _broken(self, core: int, fired: int) -> float:
        """Return by how much bounds are broken, each in terms of the most that one item does for it."""
        total = core + self.effect(fired) if fired else core
        lost = self.guard & ~total
        if not lost:
            return 0.0
        found, width, half, scales = 0.0, self.problem.width, self._half, self._scales
        while lost:
            at = lost.bit_length() - width
            lost ^= half << at
            scale = scales.get(at)
            found += (half - (total >> at & half - 1)) * (self._scale(at) if scale is None else scale)
        return found

    def _scale(self, at: int) -> float:
        p = self.problem
        most = max(option.take >> at & p.field_mask for item in p.items for option in item.options)
        found = self._scales[at] = 1.0 / max(1, most)
        return found


def totals_of(problem: Problem) -> Totals:
    """Return the totals of an alternative, worked out once."""
    if problem.totals is None:
        problem.totals = Totals(problem)
    return problem.totals
