"""Clauses as what can be looked at quickly: what they force, what they exclude, and how they can be filled.

Sets of units are integers, one for each weight that units have.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from roc._engine.bits import each_bit
from roc._engine.budget import Budget
from roc._engine.parts import Atom, Kinds

WIDE: Final = 2000
"""Sums of whole units are only worked out up to this, in steps of what all of them are multiples of."""

STEPS: Final = 16
"""So many steps take the time in which the search looks at one state."""

_MOST: Final = 50_000
"""Bargains are only looked for in so many steps."""

_FAR: Final = 1 << 60

Families: TypeAlias = dict[int, tuple[int, int]]
"""The units that go with a unit, itself too, and the clauses because of which: by bit, all as masks."""

Offers: TypeAlias = dict[tuple[int, int], list[int]]
"""Units, linked ones together as one mask, by what they bring and what they take."""

Weights: TypeAlias = tuple[tuple[int, int], ...]
"""The units of each weight, as masks, the heaviest first."""


class Hint(NamedTuple):
    """What helps to fill floors.

    Attributes:
        budget: What may be spent.
        out: Units that may not be taken.
        avoid: Units that are seen by narrow ceilings.
        families: Linked units; ``None``: take few units, rather than come close to what is needed.
        ceiling: The row of which to take little; ``None``: of those that are filled themselves.
    """

    budget: Budget
    out: int
    avoid: int
    families: Families | None = None
    ceiling: "RowCheck | None" = None


class Trail:
    """The units that are forced and excluded so far, and the members that did it."""

    __slots__ = ("chosen", "derived", "must", "out", "why")

    def __init__(self, chosen: int, given: int, out: int) -> None:
        self.chosen, self.must, self.out = chosen & ~given, chosen | given, out
        self.derived = 0
        self.why: dict[int, int] = {}

    def because(self, units: int) -> int:
        """Return the members that force or exclude all of *units*."""
        found = units & self.chosen & self.must
        for bit in each_bit(units & self.derived):
            found |= self.why[bit]
        return found

    def because_any(self, units: int) -> int:
        """Return the members that force one of *units*, few of them."""
        if units & self.must & ~(self.chosen | self.derived):
            return 0
        units = units & self.chosen or units
        return self.because(units & -units)

    def because_enough(self, weights: Weights, units: int, spare: int) -> int:
        """Return the members that force *units*, up to *spare* of their weight left out."""
        found, units = 0, units & (self.chosen | self.derived)
        for weight, mask in reversed(weights):
            here = units & mask
            while here:
                bit = here & -here
                here ^= bit
                if weight <= spare:
                    spare -= weight
                else:
                    found |= self.because(bit)
        return found

    def force(self, units: int, why: int) -> None:
        """Note that *units* are in, none of which is yet in or out."""
        self.must |= units
        self._note(units, why)

    def exclude(self, units: int, why: int) -> None:
        """Note that *units* are out, none of which is yet in or out."""
        self.out |= units
        self._note(units, why)

    def _note(self, units: int, why: int) -> None:
        self.derived |= units
        for bit in each_bit(units):
            self.why[bit] = why


def weigh(weights: Weights, units: int) -> int:
    total = 0
    for weight, mask in weights:
        total += weight * (mask & units).bit_count()
    return total


class Seen(NamedTuple):
    """The units that a row sees: in some place, wherever they are placed, in their first place, in each place."""

    may: int
    sure: int
    first: int
    each: tuple[int, ...]


class RowCheck:
    """A bound on a row."""

    __slots__ = (
        *("each", "first", "heaviest", "high", "is_plain", "low", "may", "measure", "member", "sure"),
        *("used", "used_first", "weights"),
    )

    def __init__(self, member: int, atom: Atom, weights: Weights, seen: Seen, used: Seen | None) -> None:
        self.member, self.measure = member, atom.row.measure
        self.low, self.high = atom.lo, atom.hi
        self.weights = tuple((weight, mask & seen.may) for weight, mask in weights if mask & seen.may)
        self.may = 0
        for _, mask in self.weights:
            self.may |= mask
        self.sure, self.first, self.each = self.may & seen.sure, self.may & seen.first, seen.each
        self.heaviest = self.weights[0][0] if self.weights else 0
        self.is_plain = used is None
        self.used = 0 if used is None else used.sure
        self.used_first = 0 if used is None else used.first

    def push(self, trail: Trail) -> int | None:
        """Force and exclude units; return the reason where the bound cannot be kept."""
        if self.high is not None:
            slack = self.high - weigh(self.weights, trail.must & self.sure)
            if slack < 0:
                return self.member | trail.because_enough(self.weights, trail.must & self.sure, -slack - 1)
            if slack < self.heaviest:
                heavy = _heavier(self.weights, slack) & self.sure & ~(trail.must | trail.out)
                if heavy:
                    trail.exclude(heavy, self.member | trail.because(trail.must & self.sure))
        return None if self.low is None else self._push_low(trail, self.low)

    def _push_low(self, trail: Trail, low: int) -> int | None:
        spare = weigh(self.weights, ~trail.out) - low
        if spare >= self.heaviest:
            return None
        applies = self.is_plain or bool(trail.must & self.used)
        if applies:
            heavy = _heavier(self.weights, spare) & ~(trail.must | trail.out) if spare >= 0 else 0
            if heavy or spare < 0:
                why = self.needs(trail)
                if spare < 0:
                    return why
                trail.force(heavy, why)
        elif spare < 0 and (unused := self.used & ~trail.out):
            trail.exclude(unused, self.member | trail.because(self.may & trail.out))
        return None

    def follows(self, other: "RowCheck") -> int:
        """Return the units that weigh something here and are seen here wherever the other row sees them."""
        found = self.may
        for here, there in zip(self.each, other.each, strict=True):
            found &= here | ~there
        return found

    def needs(self, trail: Trail) -> int:
        """Return the members because of which the minimum applies to the units that are left."""
        why = self.member | trail.because(self.may & trail.out)
        return why if self.is_plain else why | trail.because_any(trail.must & self.used)

    def fill(self, taken: int, hint: "Hint") -> int:
        """Return *taken* with what the bound still needs; -1 where it cannot be kept so."""
        amount = weigh(self.weights, taken & self.first)
        if self.high is not None and amount > self.high:
            return -1
        if self.low is None or amount >= self.low or not (self.is_plain or taken & self.used_first):
            return taken
        need, free = self.low - amount, self.first & ~(taken | hint.out)
        if weigh(self.weights, free & ~hint.avoid) >= need:
            free &= ~hint.avoid
        if hint.families is None:
            return self._heaped(need, free, taken)
        step = math.gcd(*(weight for weight, _ in self.weights)) or 1
        need = -(-need // step)
        if need > WIDE:
            return -1
        each: list[tuple[int, int]] = []
        while free:
            bit = free & -free
            family, _ = hint.families.get(bit, (bit, 0))
            each.append((weigh(self.weights, family & free) // step, family))
            free &= ~family
        if hint.ceiling is None:
            return taken | _fitted(need, each)
        return taken | _had(need, each, hint.ceiling, hint.budget)

    def _heaped(self, need: int, free: int, taken: int) -> int:
        """Take heavy units as long as they fit, then a light one."""
        for weight, mask in self.weights:
            here = free & mask
            while here and weight <= need:
                bit = here & -here
                here ^= bit
                taken |= bit
                need -= weight
        if not need:
            return taken
        free &= ~taken
        for _, mask in reversed(self.weights):
            if here := free & mask:
                return taken | here & -here
        return -1


def _fitted(need: int, each: Sequence[tuple[int, int]]) -> int:
    """Return units, given with what they bring, that come to no more than is needed, or little more; -1 for none."""
    sums = [1]
    for size, _ in each:
        if sums[-1] >> need & 1:
            break
        sums.append(sums[-1] | sums[-1] << size)
    reach = sums.pop() >> need
    if not reach:
        return -1
    left, taken = need + (reach & -reach).bit_length() - 1, 0
    for size, family in reversed(each[: len(sums)]):
        if not sums.pop() >> left & 1:
            left -= size
            taken |= family
    return taken


def _had(need: int, each: Sequence[tuple[int, int]], ceiling: RowCheck, budget: Budget) -> int:
    """Return units, given with what they bring, that take little of a ceiling; -1 for none."""
    offers: Offers = {}
    for size, family in each:
        offers.setdefault((size, weigh(ceiling.weights, family & ceiling.first)), []).append(family)
    found = bargain(need, offers, budget)
    return -1 if found is None else found[1]


def bargain(need: int, offers: Offers, budget: Budget) -> tuple[int, int] | None:
    """Return the least price for so much, and the units; ``None`` where there is not so much, or too much to try."""
    sizes = {offer: min(len(families), -(-need // offer[0])) for offer, families in offers.items()}
    steps = need * sum(sizes.values())
    budget.left -= steps // STEPS
    if steps > _MOST or budget.left < 0:
        return None
    best = [(0, 0), *([(_FAR, 0)] * need)]
    for (size, price), families in offers.items():
        for family in families[: sizes[size, price]]:
            ahead = [best[0]] * size + best
            best = [
                old if old[0] <= other[0] + price else (other[0] + price, other[1] | family)
                for old, other in zip(best, ahead, strict=False)
            ]
    return best[need] if best[need][0] < _FAR else None


def _heavier(weights: Weights, than: int) -> int:
    """Return the units that weigh more."""
    found = 0
    for weight, mask in weights:
        if weight <= than:
            break
        found |= mask
    return found


class LinkCheck:
    """Units that go together."""

    __slots__ = ("mask", "member")

    def __init__(self, member: int, mask: int) -> None:
        self.member, self.mask = member, mask

    def push(self, trail: Trail) -> int | None:
        inside, outside = self.mask & trail.must, self.mask & trail.out
        if inside and outside:
            return self.member | trail.because_any(inside) | trail.because(outside & -outside)
        if inside and (new := self.mask & ~inside):
            trail.force(new, self.member | trail.because_any(inside))
        elif outside and (new := self.mask & ~outside):
            trail.exclude(new, self.member | trail.because(outside & -outside))
        return None

    def fill(self, taken: int, hint: Hint) -> int:
        if not self.mask & taken:
            return taken
        return -1 if self.mask & hint.out else taken | self.mask


class KindsCheck:
    """A bound on how many rows hold anything."""

    __slots__ = ("high", "low", "member", "rows")

    def __init__(self, member: int, part: Kinds, rows: Sequence[Seen]) -> None:
        self.member, self.low, self.high, self.rows = member, part.lo, part.hi, tuple(rows)

    def push(self, trail: Trail) -> int | None:
        if self.high is not None:
            held = [row.sure & trail.must for row in self.rows if row.sure & trail.must]
            if len(held) > self.high:
                why = self.member
                for units in held[: self.high + 1]:
                    why |= trail.because_any(units)
                return why
        if self.low is not None and sum(1 for row in self.rows if row.may & ~trail.out) < self.low:
            return self.member | trail.because(union(row.may for row in self.rows) & trail.out)
        return None

    def fill(self, taken: int, hint: Hint) -> int:
        held = sum(1 for row in self.rows if row.first & taken)
        for row in self.rows:
            if self.low is not None and held < self.low and not row.first & taken:
                free = row.first & ~hint.out
                taken |= free & -free
                held = sum(1 for each in self.rows if each.first & taken)
        return taken if (self.low or 0) <= held and (self.high is None or held <= self.high) else -1


class EitherCheck:
    """Parts of which those of one alternative must hold."""

    __slots__ = ("alternatives", "member")

    def __init__(self, member: int, alternatives: "Sequence[Sequence[Check]]") -> None:
        self.member, self.alternatives = member, alternatives

    def push(self, _trail: Trail) -> int | None:
        return None if self.alternatives else self.member

    def fill(self, taken: int, hint: Hint) -> int:
        found = -1
        for checks in self.alternatives:
            filled = taken
            for check in checks:
                filled = check.fill(filled, hint) if filled >= 0 else -1
            if filled == taken:
                return taken
            found = filled if found < 0 else found
        return found


Check: TypeAlias = RowCheck | LinkCheck | KindsCheck | EitherCheck


def families_of(checks: "Sequence[Check]") -> Families:
    """Return the units that go together by some clauses."""
    found: Families = {}
    for check in checks:
        if isinstance(check, LinkCheck):
            mask, members = check.mask, check.member
            for bit in each_bit(check.mask):
                family, links = found.get(1 << bit, (0, 0))
                mask, members = mask | family, members | links
            found |= dict.fromkeys((1 << bit for bit in each_bit(mask)), (mask, members))
    return found


def union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found
