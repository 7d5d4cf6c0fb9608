"""One alternative of a rule as packed integers: all rows of a state are one integer.

Every bound is a *field* of the integer: what a floor still needs, or what a ceiling still allows. The top
bit of a field is its guard. Adding a unit subtracts its weights from all fields at once; a guard that is
lost shows a floor that is fulfilled (the field becomes zero) or a ceiling that is broken.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from roc._engine.bits import each_bit
from roc._engine.parts import Atom, Kinds, Never, Part, Row, Together, TooManyAlternativesError
from roc._engine.rule import Rule
from roc.rules import Measure

if TYPE_CHECKING:
    from roc._engine.totals import Totals

MAX_OPTIONS: Final = 4096


class Trigger(NamedTuple):
    """What the first unit of a row does: a latent need becomes active, or one more kind is there.

    ``bit`` remembers that it happened; ``latent`` and ``active`` are the places of two fields, or -1.
    """

    bit: int
    latent: int
    active: int
    take: int


class Option(NamedTuple):
    """One way to choose an item: its weights on the fields, and what it triggers."""

    take: int
    triggers: tuple[Trigger, ...]


class Item(NamedTuple):
    """Units that are chosen together, nearly always one.

    Attributes:
        rank: Its place in declared order: that of its first unit.
        mask: The units.
        cost: How many they are, unless the caller prices them.
        credit: Their credit, as a scaled integer.
        gain: The most that they can do for each floor, packed.
        options: The ways to choose them.
    """

    rank: int
    mask: int
    cost: int
    credit: int
    gain: int
    options: tuple[Option, ...]


_Way: TypeAlias = tuple[int, tuple[Trigger, ...]]


class Problem:
    """One alternative of a rule, packed."""

    def __init__(self, rule: Rule, parts: Sequence[Part], costs: Sequence[int] | None = None) -> None:
        self.rule = rule
        self.unit_costs = costs is None
        self.parts = parts
        self.totals: Totals | None = None
        self.possible = not any(isinstance(part, Never) for part in parts)
        self._floors: dict[Row, int] = {}
        self._ceilings: dict[Row, int] = {}
        self._when_used: list[tuple[Row, int, Row]] = []
        self._kinds: list[Kinds] = []
        self._family = [1 << bit for bit in range(len(rule.units))]
        self._sort(parts)
        self._lay_out()
        self._place()
        self._make_items(costs)

    def _sort(self, parts: Sequence[Part]) -> None:
        """Put together what is said of the same row, and the units that go together."""
        floors, ceilings, family = self._floors, self._ceilings, self._family
        for part in parts:
            match part:
                case Atom(row=row, lo=low, hi=high, used=used):
                    if low is not None and used is not None:
                        self._when_used.append((row, low, used))
                    elif low is not None and low > 0:
                        floors[row] = max(low, floors.get(row, 0))
                    if high is not None:
                        ceilings[row] = min(high, ceilings.get(row, high))
                case Kinds():
                    self._kinds.append(part)
                case Together(mask=mask):
                    joined = mask
                    for bit in each_bit(mask):
                        joined |= family[bit]
                    for bit in each_bit(joined):
                        family[bit] = joined
                case Never():
                    pass

    def _lay_out(self) -> None:
        """Give every bound its field: floors first, then ceilings; the first of each is the credit that is added."""
        rule, kinds = self.rule, self._kinds
        largest = [len(rule.units), *(sum(weights) for weights in rule.weights.values())]
        largest += [*self._floors.values(), *self._ceilings.values(), *rule.caps.values()]
        largest += [low for _, low, _ in self._when_used]
        largest += [bound for each in kinds for bound in (each.lo, each.hi) if bound is not None]
        # one unit may be of several kinds: what all units together could add must fit
        largest += [2 * sum(row.mask.bit_count() for row in each.rows) for each in kinds]
        self.width = width = (max(largest) + 1).bit_length() + 1
        self.field_mask = mask = (1 << width - 1) - 1
        self.start = position = 0

        def field(value: int) -> int:
            nonlocal position
            at, position = position, position + width
            self.start |= value << at
            return at

        self.credit_floor = field(0)
        # what a floor on credit leaves for all other credit, once the credit that is added is bounded, is a field
        # too: those fields are where these floors are, shifted
        floors = sorted(self._floors.items(), key=lambda each: each[0].measure is not Measure.CREDIT)
        self._fields: dict[Row, int] = {}  # for each row, 1 in every field that it adds to
        self.floor_rows: list[tuple[int, Row, bool]] = []
        for row, low in floors:
            self.floor_rows.append((self._field(row, field(low)), row, True))
        for row, _, _ in self._when_used:
            self.floor_rows.append((self._field(row, field(0)), row, False))
        counted_kinds = [(field(each.lo), each.rows) for each in kinds if each.lo]
        self.floors_end = position
        actives = [at for at, _, plain in self.floor_rows if not plain]
        arising = [
            (self._field(row, field(low)), active, used)
            for (row, low, used), active in zip(self._when_used, actives, strict=True)
        ]
        latent_end = position
        self.credit_ceiling = field(0)
        for row, high in self._ceilings.items():
            self.possible = self.possible and high >= 0
            self._field(row, field(max(high, 0)))
        for each in kinds:
            if each.hi is not None:
                self.possible = self.possible and each.hi >= 0
                counted_kinds.append((field(max(0, each.hi)), each.rows))
        self._caps = [(field(most), pair) for pair, most in rule.caps.items()]
        self.ceiling_fields = list(range(self.credit_ceiling + width, position, width))
        credit_floors = [at for at, row, plain in self.floor_rows if plain and row.measure is Measure.CREDIT]
        self.others = [(field(0), at) for at in credit_floors]
        self.fields_end = position
        self._others_shift = self.others[0][0] - self.others[0][1] if self.others else 0
        self._other_floors = sum(mask << at for at in credit_floors)
        self._other_fields = self._other_floors << self._others_shift
        self._one_credit = 1 << self.credit_floor | 1 << self.credit_ceiling
        self._one_credit |= sum(1 << at for at, _ in self.others)
        # -- masks
        one = ((1 << position) - 1) // ((1 << width) - 1)  # 1 in every field
        self.guard = one << width - 1
        self.floor_guard = self.guard & ((1 << self.floors_end) - 1)
        self.ceiling_guard = self.guard & ~((1 << latent_end) - 1)
        self.floor_mask = self.floor_guard - (self.floor_guard >> width - 1)
        self.ceiling_mask = self.ceiling_guard - (self.ceiling_guard >> width - 1)
        self.rest_mask = self.guard - one & ~self.floor_mask
        self.latent_mask = self.rest_mask & ~self.ceiling_mask
        self.credit_fields = self._one_credit * mask
        self.floor_fields = list(range(0, self.floors_end, width))
        self.arising_fields = set(actives)
        self.plain_floors = [(at, row.measure) for at, row, plain in self.floor_rows if plain]
        # -- triggers
        self.trigger_bits = 0
        self._triggers: list[tuple[Row, Trigger]] = []
        self.latents: list[tuple[int, int, int]] = []  # of each need that may arise: its bit, and where it is
        for latent, active, used in arising:
            self.latents.append((1 << position, latent, active))
            self._triggers.append((used, Trigger(1 << position, latent, active, 0)))
            position += 1
        for at, rows in counted_kinds:
            for row in rows:
                self._triggers.append((row, Trigger(1 << position, -1, -1, 1 << at)))
                position += 1
        for _, trigger in self._triggers:
            self.trigger_bits |= trigger.bit

    def _field(self, row: Row, at: int) -> int:
        self._fields[row] = self._fields.get(row, 0) | 1 << at
        return at

    def _place(self) -> None:
        """Work out what each unit does in each place."""
        rule = self.rule
        self._takes = takes = [[0] * len(places) for places in rule.places]
        for row, fields in self._fields.items():
            weights = rule.weights[row.measure]
            for bit, i in rule.seen(row):
                takes[bit][i] += weights[bit] * fields
        for at, (first, second) in self._caps:
            for bit, places in enumerate(rule.places):
                for i, place in enumerate(places):
                    if first in place.groups and second in place.groups:
                        takes[bit][i] += 1 << at
        self._fires: dict[tuple[int, int], tuple[Trigger, ...]] = {}
        for row, trigger in self._triggers:
            for where in rule.seen(row):
                self._fires[where] = (*self._fires.get(where, ()), trigger)

    def _make_items(self, costs: Sequence[int] | None) -> None:
        self.items: list[Item] = []
        self.item_of: dict[int, int] = {}
        credit = self.rule.weights[Measure.CREDIT]
        for bit, mask in enumerate(self._family):
            if mask & -mask != 1 << bit:
                continue
            bits = each_bit(mask)
            amount = sum(credit[b] for b in bits)
            ways: dict[_Way, None] = {(amount * self._one_credit, ()): None}
            for b in bits:
                self.item_of[b] = len(self.items)
                ways = self._joined(ways, b)
            options: list[Option] = []
            for take, fired in ways:
                # credit that such a floor sees is no other credit
                options.append(Option(take - ((take & self._other_floors) << self._others_shift), fired))
            cost = len(bits) if costs is None else sum(costs[b] for b in bits)
            made = tuple(dict.fromkeys(options)) if len(options) > 1 else tuple(options)
            self.items.append(Item(bit, mask, cost, amount, self._gain(made), made))

    def _joined(self, ways: dict[_Way, None], bit: int) -> dict[_Way, None]:
        """Return the ways to choose some units and one more.

        Raises:
            TooManyAlternativesError: There are more than :data:`MAX_OPTIONS`.
        """
        fires = self._fires
        found = {
            (before + take, tuple(dict.fromkeys((*fired, *fires.get((bit, i), ()))))): None
            for before, fired in ways
            for i, take in enumerate(self._takes[bit])
        }
        if len(found) > MAX_OPTIONS:
            msg = f"units that go together can be placed in more than {MAX_OPTIONS} ways"
            raise TooManyAlternativesError(msg)
        return found

    def _gain(self, options: tuple[Option, ...]) -> int:
        """Return the most that any of *options* does for each floor."""
        first, *others = options
        if not others:
            return (first.take & self.floor_mask) + sum(t.take & self.floor_mask for t in first.triggers)
        found = 0
        for at in self.floor_fields:
            field = self.field_mask << at
            found |= max((o.take & field) + sum(t.take & field for t in o.triggers) for o in options)
        return found

    def at_most(self, option: Option) -> int:
        """Return what an option takes at most from floors and at least from ceilings, packed."""
        found = option.take
        for trigger in option.triggers:
            found += trigger.take & self.floor_mask
        return found

    def bounded(self, state: int, low: int, high: int) -> int:
        """Return a state that also needs credit of at least *low*, and allows at most *high*."""
        found = state + (low << self.credit_floor) + (high << self.credit_ceiling)
        for at, floor in self.others:
            found += max(0, high - (state >> floor & self.field_mask)) << at
        return found

    def after(self, bits: int) -> tuple[tuple[int, ...], int]:
        """Return the states after some units are chosen, and those units that come along with them."""
        states: tuple[int, ...] = (self.open_credit(self.start),)
        chosen = 0
        for bit in each_bit(bits):
            if not chosen >> bit & 1:
                item = self.items[self.item_of[bit]]
                chosen |= item.mask
                states = self.add(states, item)
        return tuple(dict.fromkeys(s & ~self.credit_fields for s in states)), chosen & ~bits

    def open_credit(self, state: int) -> int:
        """Return a state that allows any credit."""
        return state | self.credit_fields & ~(self.field_mask << self.credit_floor)

    def add(self, states: Iterable[int], item: Item) -> tuple[int, ...]:
        """Return the states after an item is chosen; none where every way breaks a ceiling."""
        guard, ceiling_guard, shift = self.guard, self.ceiling_guard, self.width - 1
        found: list[int] = []
        for state in states:
            for own, triggers in item.options:
                before, take = state, own
                for bit, latent, active, more in triggers:
                    if not before & bit:
                        before |= bit
                        take += more
                        if latent >= 0:
                            before += (before >> latent & self.field_mask) << active
                after = (before | guard) - take
                kept = after & guard
                if kept & ceiling_guard == ceiling_guard:
                    found.append(after & (kept - (kept >> shift)) | before & self.trigger_bits)
        return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)

    def is_done(self, state: int) -> bool:
        """Tell whether nothing is needed any more."""
        return not state & self.floor_mask
