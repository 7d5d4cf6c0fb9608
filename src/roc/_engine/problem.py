"""One alternative of a rule as packed integers: all rows of a state are one integer.

Every bound is a *field* of the integer: what a floor still needs, or what a ceiling still allows. The top
bit of a field is its guard. Adding a unit subtracts its weights from all fields at once; a guard that is
lost shows a floor that is fulfilled (the field becomes zero) or a ceiling that is broken.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from roc._engine.rule import Atom, Kinds, Never, Part, Place, Row, Rule, Together, TooManyAlternativesError
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


class Problem:
    """One alternative of a rule, packed."""

    def __init__(self, rule: Rule, parts: Sequence[Part], costs: Sequence[int] | None = None) -> None:
        self.rule = rule
        self.unit_costs = costs is None
        self.parts = parts
        self.totals: Totals | None = None
        self.possible = not any(isinstance(part, Never) for part in parts)
        self._read(parts, costs)

    def _read(self, parts: Sequence[Part], costs: Sequence[int] | None) -> None:
        rule = self.rule
        floors: dict[Row, int] = {}
        ceilings: dict[Row, int] = {}
        when_used: list[tuple[Row, int, Row]] = []
        kinds: list[Kinds] = []
        family = [1 << bit for bit in range(len(rule.units))]
        for part in parts:
            match part:
                case Atom(row=row, lo=low, hi=high, used=used):
                    if low is not None and used is not None:
                        when_used.append((row, low, used))
                    elif low is not None and low > 0:
                        floors[row] = max(low, floors.get(row, 0))
                    if high is not None:
                        ceilings[row] = min(high, ceilings.get(row, high))
                case Kinds():
                    kinds.append(part)
                case Together(mask=mask):
                    joined = mask
                    for bit in each_bit(mask):
                        joined |= family[bit]
                    for bit in each_bit(joined):
                        family[bit] = joined
                case Never():
                    pass
        totals = [
            sum(rule.weights[row.measure][bit] for bit in each_bit(row.mask))
            for row in (*floors, *ceilings, *(row for row, _, _ in when_used))
        ]
        bounds = [*floors.values(), *ceilings.values(), *(low for _, low, _ in when_used)]
        bounds += [bound for each in kinds for bound in (each.lo, each.hi) if bound is not None]
        # one unit may be of several kinds: what all units together could add must fit
        totals += [2 * sum(row.mask.bit_count() for row in each.rows) for each in kinds]
        self.total_credit = sum(rule.weights[Measure.CREDIT])
        self.width = (
            max([*totals, *bounds, *rule.caps.values(), self.total_credit, len(rule.units)]) + 1
        ).bit_length() + 1
        # -- fields: floors first, then ceilings; the first of each is the credit that is added
        weigh: list[tuple[int, Row]] = []
        start = 0
        position = 0

        def field(value: int) -> int:
            nonlocal start, position
            at = position
            start |= value << at
            position += self.width
            return at

        self.credit_floor = field(0)
        self.floor_rows: list[tuple[int, Row, bool]] = []
        for row, low in floors.items():
            at = field(low)
            weigh.append((at, row))
            self.floor_rows.append((at, row, True))
        actives = [field(0) for _ in when_used]
        for active, (row, _, _) in zip(actives, when_used, strict=True):
            weigh.append((active, row))
            self.floor_rows.append((active, row, False))
        counted_kinds: list[tuple[int, tuple[Row, ...]]] = []
        counted_kinds += [(field(each.lo), each.rows) for each in kinds if each.lo]
        self.floors_end = position
        arising: list[tuple[int, int, Row]] = []
        for active, (row, low, used) in zip(actives, when_used, strict=True):
            latent = field(low)
            weigh.append((latent, row))
            arising.append((latent, active, used))
        latent_end = position
        self.credit_ceiling = field(0)
        for row, high in ceilings.items():
            if high < 0:
                self.possible = False
            weigh.append((field(max(high, 0)), row))
        for each in kinds:
            if each.hi is not None:
                self.possible = self.possible and each.hi >= 0
                counted_kinds.append((field(max(0, each.hi)), each.rows))
        # what a floor on credit leaves for all other credit, once the credit that is added is bounded
        self.others = [
            (field(0), at) for at, row, plain in self.floor_rows if plain and row.measure is Measure.CREDIT
        ]
        caps = [(field(most), pair) for pair, most in rule.caps.items()]
        self.fields_end = position
        one = sum(1 << at for at in range(0, position, self.width))
        self.guard = one << (self.width - 1)
        self.floor_guard = self.guard & ((1 << self.floors_end) - 1)
        self.ceiling_guard = self.guard & ~((1 << latent_end) - 1)
        self.field_mask = (1 << (self.width - 1)) - 1
        self.floor_mask = self.floor_guard - (self.floor_guard >> (self.width - 1))
        self.ceiling_mask = self.ceiling_guard - (self.ceiling_guard >> (self.width - 1))
        self.start = start
        self.credit_fields = self.field_mask << self.credit_floor | self.field_mask << self.credit_ceiling
        for at, _ in self.others:
            self.credit_fields |= self.field_mask << at
        whole = self.guard - (self.guard >> (self.width - 1))
        self.latent_mask = whole & ~(self.floor_mask | self.ceiling_mask)
        self.rest_mask = whole & ~self.floor_mask
        self.floor_fields = list(range(0, self.floors_end, self.width))
        self.arising_fields = {at for at, _, plain in self.floor_rows if not plain}
        self.plain_floors = [(at, row.measure) for at, row, plain in self.floor_rows if plain]
        others = {at for at, _ in self.others}
        self.ceiling_fields = [
            at
            for at in range(self.credit_ceiling + self.width, self.fields_end, self.width)
            if at not in others
        ]
        # -- weights of each unit and place
        takes: list[list[int]] = [[0] * len(places) for places in rule.places]
        for at, row in weigh:
            weights = rule.weights[row.measure]
            for bit in each_bit(row.mask):
                if weights[bit]:
                    for i, place in enumerate(rule.places[bit]):
                        if sees(row, place):
                            takes[bit][i] += weights[bit] << at
        for at, (first, second) in caps:
            for bit, places in enumerate(rule.places):
                for i, place in enumerate(places):
                    if first in place.groups and second in place.groups:
                        takes[bit][i] += 1 << at
        triggers: list[list[list[Trigger]]] = [[[] for _ in places] for places in rule.places]
        self.trigger_bits = 0

        def trigger(row: Row, latent: int, active: int, take: int) -> None:
            nonlocal position
            new = Trigger(1 << position, latent, active, take)
            self.trigger_bits |= new.bit
            position += 1
            for bit in each_bit(row.mask):
                for i, place in enumerate(rule.places[bit]):
                    if sees(row, place):
                        triggers[bit][i].append(new)

        self.latents: list[tuple[int, int, int]] = []  # of each need that may arise: its bit, and where it is
        for latent, active, used in arising:
            self.latents.append((1 << position, latent, active))
            trigger(used, latent, active, 0)
        for at, rows in counted_kinds:
            for row in rows:
                trigger(row, -1, -1, 1 << at)
        # -- items
        self.items: list[Item] = []
        self.item_of: dict[int, int] = {}
        credit = rule.weights[Measure.CREDIT]
        for bit in range(len(rule.units)):
            mask = family[bit]
            if mask & -mask != 1 << bit:
                continue
            bits = list(each_bit(mask))
            options: dict[Option, None] = {}
            amount = sum(credit[b] for b in bits)
            own = (amount << self.credit_floor) + (amount << self.credit_ceiling)
            own += sum(amount << at for at, _ in self.others)
            ways: dict[tuple[int, tuple[Trigger, ...]], None] = {(0, ()): None}
            for b in bits:
                ways = dict.fromkeys(
                    (before + take, tuple(dict.fromkeys((*fired, *more))))
                    for before, fired in ways
                    for take, more in zip(takes[b], triggers[b], strict=True)
                )
                if len(ways) > MAX_OPTIONS:
                    msg = f"units that go together can be placed in more than {MAX_OPTIONS} ways"
                    raise TooManyAlternativesError(msg)
            for before, fired in ways:
                take = own + before
                for at, floor in self.others:
                    take -= (take >> floor & self.field_mask) << at
                options[Option(take, fired)] = None
            for b in bits:
                self.item_of[b] = len(self.items)
            cost = len(bits) if costs is None else sum(costs[b] for b in bits)
            self.items.append(Item(bit, mask, cost, amount, self._gain(tuple(options)), tuple(options)))

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
        found = []
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


def sees(row: Row, place: Place) -> bool:
    """Tell whether a row sees a unit that is placed there."""
    return (place.counts or not row.counted) and (
        row.groups is None or any(group in row.groups for group in place.groups)
    )


def each_bit(mask: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
