"""Conflicts and completions that can be seen at a glance, without a linear relaxation.

Clauses force units and exclude units, one after another, until one clause cannot be kept any more; each unit
remembers which members did it. What floors need besides is held against each ceiling. Where nothing speaks
against it, the floors are filled one after another, which often is a completion. Whole sets of units are looked at
at once, as integers, one for each weight that units have.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from roc._engine.problem import each_bit
from roc._engine.rule import Alternatives, Atom, Kinds, Part, Row, Rule, Together
from roc.rules import Measure

_FAR: Final = 1 << 60

_WIDE: Final = 2000
"""Sums of whole units are only worked out up to this, in steps of what all of them are multiples of."""

_ROUNDS: Final = 20
"""So often all clauses are looked at, while they still force or exclude units."""


_Families: TypeAlias = dict[int, tuple[int, int]]
"""The units that go with a unit, itself too, and the clauses because of which: by bit, all as masks."""

_Weights: TypeAlias = tuple[tuple[int, int], ...]
"""The units of each weight, as masks, the heaviest first."""


class View(NamedTuple):
    """What was seen: a reason why not, or a completion; and the units that are forced and excluded."""

    reason: int | None
    taken: int | None


class _Hint(NamedTuple):
    """What helps to fill floors.

    Attributes:
        out: Units that may not be taken.
        avoid: Units that are seen by narrow ceilings.
        families: Linked units; ``None``: take few units, rather than come close to what is needed.
    """

    out: int
    avoid: int
    families: _Families | None


class _Trail:
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

    def because_enough(self, weights: _Weights, units: int, spare: int) -> int:
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


def _amount(weights: _Weights, units: int) -> int:
    total = 0
    for weight, mask in weights:
        total += weight * (mask & units).bit_count()
    return total


class _Seen(NamedTuple):
    """The units that a row sees: in some place, wherever they are placed, in their first place, in each place."""

    may: int
    sure: int
    first: int
    each: tuple[int, ...]


class _Layer(NamedTuple):
    """The units that have a first place, or a second: where that is, and whether they count there."""

    units: int
    counting: int
    inside: dict[int, int]

    def seen(self, row: Row) -> int:
        """Return the units that a row sees there."""
        units = self.counting if row.counted else self.units
        if row.groups is None:
            return units
        found = 0
        for group in row.groups:
            found |= self.inside.get(group, 0)
        return units & found


class _Row:
    """A bound on a row."""

    __slots__ = (
        *("each", "first", "heaviest", "high", "is_plain", "low", "may", "measure", "member", "sure"),
        *("used", "used_first", "weights"),
    )

    def __init__(self, member: int, atom: Atom, weights: _Weights, seen: _Seen, used: _Seen | None) -> None:
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

    def push(self, trail: _Trail) -> int | None:
        """Force and exclude units; return the reason where the bound cannot be kept."""
        if self.high is not None:
            slack = self.high - _amount(self.weights, trail.must & self.sure)
            if slack < 0:
                return self.member | trail.because_enough(
                    self.weights, trail.must & self.sure, -slack - 1
                )
            if slack < self.heaviest:
                heavy = _heavier(self.weights, slack) & self.sure & ~(trail.must | trail.out)
                if heavy:
                    trail.exclude(heavy, self.member | trail.because(trail.must & self.sure))
        return None if self.low is None else self._push_low(trail, self.low)

    def _push_low(self, trail: _Trail, low: int) -> int | None:
        spare = _amount(self.weights, ~trail.out) - low
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

    def follows(self, other: "_Row") -> int:
        """Return the units that weigh something here and are seen here wherever the other row sees them."""
        found = self.may
        for here, there in zip(self.each, other.each, strict=True):
            found &= here | ~there
        return found

    def needs(self, trail: _Trail) -> int:
        """Return the members because of which the minimum applies to the units that are left."""
        why = self.member | trail.because(self.may & trail.out)
        return why if self.is_plain else why | trail.because_any(trail.must & self.used)

    def fill(self, taken: int, hint: "_Hint") -> int:
        """Return *taken* with what the bound still needs; -1 where it cannot be kept so."""
        amount = _amount(self.weights, taken & self.first)
        if self.high is not None and amount > self.high:
            return -1
        if self.low is None or amount >= self.low or not (self.is_plain or taken & self.used_first):
            return taken
        need, free = self.low - amount, self.first & ~(taken | hint.out)
        if _amount(self.weights, free & ~hint.avoid) >= need:
            free &= ~hint.avoid
        if hint.families is None:
            return self._heaped(need, free, taken)
        return self._fitted(need, free, taken, hint.families)

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

    def _fitted(self, need: int, free: int, taken: int, families: _Families) -> int:
        """Take units, linked ones together, that come to no more than is needed, or little more."""
        step = math.gcd(*(weight for weight, _ in self.weights))
        need = -(-need // step)
        if need > _WIDE:
            return -1
        sums, each, rest = [1], list[tuple[int, int]](), free
        while rest and not sums[-1] >> need & 1:
            bit = rest & -rest
            family, _ = families.get(bit, (bit, 0))
            rest &= ~family
            size = _amount(self.weights, family & free) // step
            each.append((size, family))
            sums.append(sums[-1] | sums[-1] << size)
        reach = sums.pop() >> need
        if not reach:
            return -1
        left = need + (reach & -reach).bit_length() - 1
        for size, family in reversed(each):
            if not sums.pop() >> left & 1:
                left -= size
                taken |= family
        return taken


def _heavier(weights: _Weights, than: int) -> int:
    """Return the units that weigh more."""
    found = 0
    for weight, mask in weights:
        if weight <= than:
            break
        found |= mask
    return found


class _Joined:
    """Units that go together."""

    __slots__ = ("mask", "member")

    def __init__(self, member: int, mask: int) -> None:
        self.member, self.mask = member, mask

    def push(self, trail: _Trail) -> int | None:
        inside, outside = self.mask & trail.must, self.mask & trail.out
        if inside and outside:
            return self.member | trail.because_any(inside) | trail.because(outside & -outside)
        if inside and (new := self.mask & ~inside):
            trail.force(new, self.member | trail.because_any(inside))
        elif outside and (new := self.mask & ~outside):
            trail.exclude(new, self.member | trail.because(outside & -outside))
        return None

    def fill(self, taken: int, hint: _Hint) -> int:
        if not self.mask & taken:
            return taken
        return -1 if self.mask & hint.out else taken | self.mask


class _Kinds:
    """A bound on how many rows hold anything."""

    __slots__ = ("high", "low", "member", "rows")

    def __init__(self, member: int, part: Kinds, rows: Sequence[_Seen]) -> None:
        self.member, self.low, self.high, self.rows = member, part.lo, part.hi, tuple(rows)

    def push(self, trail: _Trail) -> int | None:
        if self.high is not None:
            held = [row.sure & trail.must for row in self.rows if row.sure & trail.must]
            if len(held) > self.high:
                why = self.member
                for units in held[: self.high + 1]:
                    why |= trail.because_any(units)
                return why
        if self.low is not None and sum(1 for row in self.rows if row.may & ~trail.out) < self.low:
            return self.member | trail.because(_union(row.may for row in self.rows) & trail.out)
        return None

    def fill(self, taken: int, hint: _Hint) -> int:
        held = sum(1 for row in self.rows if row.first & taken)
        for row in self.rows:
            if self.low is not None and held < self.low and not row.first & taken:
                free = row.first & ~hint.out
                taken |= free & -free
                held = sum(1 for each in self.rows if each.first & taken)
        return taken if (self.low or 0) <= held and (self.high is None or held <= self.high) else -1


class _Either:
    """Parts of which those of one alternative must hold."""

    __slots__ = ("alternatives", "member")

    def __init__(self, member: int, alternatives: "Sequence[Sequence[_Check]]") -> None:
        self.member, self.alternatives = member, alternatives

    def push(self, _trail: _Trail) -> int | None:
        return None if self.alternatives else self.member

    def fill(self, taken: int, hint: _Hint) -> int:
        found = -1
        for checks in self.alternatives:
            filled = taken
            for check in checks:
                filled = check.fill(filled, hint) if filled >= 0 else -1
            if filled == taken:
                return taken
            found = filled if found < 0 else found
        return found


_Check: TypeAlias = _Row | _Joined | _Kinds | _Either


def _families(checks: "Sequence[_Check]") -> _Families:
    """Return the units that go together by some clauses."""
    found: _Families = {}
    for check in checks:
        if isinstance(check, _Joined):
            mask, members = check.mask, check.member
            for bit in each_bit(check.mask):
                family, links = found.get(1 << bit, (0, 0))
                mask, members = mask | family, members | links
            found |= dict.fromkeys((1 << bit for bit in each_bit(mask)), (mask, members))
    return found


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


class Glance:
    """The clauses of one rule as what can be looked at quickly.

    Args:
        rule: The rule.
        members: The member of each clause, by its path.
    """

    def __init__(self, rule: Rule, members: dict[str, int]) -> None:
        self.rule, self.half = rule, len(rule.units) // 2
        self._read_places()
        self._seen: dict[Row, _Seen] = {}
        self.weights: dict[Measure, _Weights] = {}
        self.checks = [
            check for source, each in rule.statements for check in self._statement(members[source], each)
        ]
        self.caps = [
            (_union(1 << b for b, places in enumerate(rule.places) if set(pair) <= set(places[0].groups)), most)
            for pair, most in rule.caps.items()
        ]

    # -- reading ------------------------------------------------------------------------------------

    def _read_places(self) -> None:
        """Read where units may be placed: those that have a first place, a second, and so on."""
        places = self.rule.places
        self.layers: list[_Layer] = []
        bits: Iterable[int] = range(len(places))
        while bits := [bit for bit in bits if len(places[bit]) > len(self.layers)]:
            inside: dict[int, int] = {}
            counting = 0
            for bit in bits:
                groups, counts = places[bit][len(self.layers)]
                if counts:
                    counting |= 1 << bit
                for group in groups:
                    inside[group] = inside.get(group, 0) | 1 << bit
            self.layers.append(_Layer(sum(1 << bit for bit in bits), counting, inside))

    def _look(self, row: Row) -> _Seen:
        found = self._seen.get(row)
        if found is None:
            seen = [layer.seen(row) for layer in self.layers]
            first = may = sure = row.mask & seen[0]
            for here, layer in zip(seen[1:], self.layers[1:], strict=True):
                may |= row.mask & here
                sure &= here | ~layer.units
            found = self._seen[row] = _Seen(may, sure, first, tuple(seen))
        return found

    def _weighed(self, measure: Measure) -> _Weights:
        """Return the units of each weight, the heaviest first, without those that weigh nothing."""
        found = self.weights.get(measure)
        if found is None:
            masks: dict[int, int] = {}
            for bit, weight in enumerate(self.rule.weights[measure]):
                masks[weight] = masks.get(weight, 0) | 1 << bit
            masks.pop(0, None)
            found = self.weights[measure] = tuple(sorted(masks.items(), reverse=True))
        return found

    def _statement(self, member: int, alternatives: Alternatives) -> "list[_Check]":
        each = [[self._part(member, part) for part in parts] for parts in alternatives]
        return each[0] if len(each) == 1 else [_Either(member, each)]

    def _part(self, member: int, part: Part) -> "_Check":
        if isinstance(part, Atom):
            used = None if part.used is None else self._look(part.used)
            return _Row(member, part, self._weighed(part.row.measure), self._look(part.row), used)
        if isinstance(part, Together):
            return _Joined(member, part.mask)
        if isinstance(part, Kinds):
            return _Kinds(member, part, [self._look(row) for row in part.rows])
        return _Either(member, ())

    # -- looking ------------------------------------------------------------------------------------

    def look(self, members: int, chosen: int, given: int, out: int, more: Part | None = None) -> View:
        """Return what can be seen of some members, to which a part may be added that is none.

        Args:
            members: The clauses.
            chosen: The units chosen, members of the conflict too.
            given: Units that are assumed to be chosen.
            out: Units that are assumed to be left out; none of those chosen.
            more: The part.
        """
        checks = [check for check in self.checks if check.member & members]
        if more is not None:
            checks.append(self._part(0, more))
        trail = _Trail(chosen, given, out)
        for _ in range(_ROUNDS):
            before = trail.derived
            for check in checks:
                reason = check.push(trail)
                if reason is not None:
                    return View(reason, None)
            if trail.derived == before:
                break
        rows = [check for check in checks if isinstance(check, _Row)]
        narrow = [row.may for row in rows if row.high is not None and row.may.bit_count() <= self.half]
        hint = _Hint(trail.out, _union(narrow), None)
        taken = self._filled(checks, trail.must, hint)
        if taken is not None:
            return View(None, taken)
        bounds = _Bounds(rows, trail)
        reason = bounds.squeezed() or bounds.starved()
        if reason is not None:
            return View(reason, None)
        families = _families(checks)
        taken = self._filled(checks, trail.must, hint._replace(families=families))
        return View(bounds.squeezed(families) if taken is None else None, taken)

    def _filled(self, checks: "Sequence[_Check]", taken: int, hint: _Hint) -> int | None:
        """Return a completion, with every unit in its first place; ``None`` where none is found."""
        before = -1
        for _ in range(_ROUNDS):
            if taken == before:
                return taken if all((mask & taken).bit_count() <= most for mask, most in self.caps) else None
            before = taken
            for check in checks:
                taken = check.fill(taken, hint)
                if taken < 0:
                    return None
        return None


# -- ceilings against floors ----------------------------------------------------------------------------


class _Need(NamedTuple):
    """What a floor still needs, and the units that can be had for it."""

    row: _Row
    need: int
    free: int


class _Claim(NamedTuple):
    """What a floor takes at least of a ceiling, or has at most because of it.

    Attributes:
        row: The floor, or the ceiling.
        units: The units that may be taken for it.
        amount: How much that is.
        members: The clauses that link these units, where that matters.
    """

    row: _Row
    units: int
    amount: int
    members: int


class _Bounds:
    """Holds floors and ceilings against one another, after all that is forced and excluded."""

    def __init__(self, rows: Sequence[_Row], trail: _Trail) -> None:
        self.trail = trail
        ordered = sorted(rows, key=lambda row: row.may.bit_count())
        self.ceilings = [row for row in ordered if row.high is not None]
        self.needs: list[_Need] = []
        for row in ordered:
            if row.low is not None and (row.is_plain or trail.must & row.used):
                need = row.low - _amount(row.weights, trail.must)
                self.needs.append(_Need(row, need, row.may & ~(trail.must | trail.out)))

    def squeezed(self, families: _Families | None = None) -> int | None:
        """Return the reason why a ceiling leaves too little for disjoint floors; ``None`` where none is seen.

        With *families*, units are taken as wholes, and linked ones together.
        """
        for ceiling in self.ceilings:
            held = self.trail.must & ceiling.sure
            slack = (ceiling.high or 0) - _amount(ceiling.weights, held)
            claims = self._claims(ceiling, families)
            excess = sum(claim.amount for claim in claims) - slack
            if excess > 0:
                why = ceiling.member
                for row, _, _, members in claims:
                    why |= row.needs(self.trail) | members
                    if families is None and row.measure is ceiling.measure:
                        held &= ~row.may  # without one of these, as much more is needed
                return why | self.trail.because_enough(ceiling.weights, held, excess - 1)
        return None

    def _claims(self, ceiling: _Row, families: _Families | None) -> list[_Claim]:
        """Return what floors claim of a ceiling: of nested floors either the inner ones or the outer one."""
        found: list[_Claim] = []
        for each in self.needs:
            if each.need > 0 and each.free & ceiling.may:
                if families is None:
                    claim = _Claim(each.row, each.row.may, _least(ceiling, each), 0)
                else:
                    claim = _least_whole(ceiling, each, families)
                apart = [other for other in found if not other.units & claim.units]
                if claim.amount > sum(other.amount for other in found) - sum(other.amount for other in apart):
                    found = [*apart, claim]
        return found

    def starved(self) -> int | None:
        """Return the reason why disjoint ceilings leave too little for a floor; ``None`` where none is seen."""
        trail = self.trail
        for each in self.needs:
            row = each.row
            pool, claims = row.may & ~trail.out, list[_Claim]()
            reach = _amount(row.weights, pool)
            for ceiling in self.ceilings:
                units = pool & ceiling.follows(row)
                if units:
                    apart = [claim for claim in claims if not claim.units & units]
                    apart.append(_Claim(ceiling, units, self._most(ceiling, row, units), 0))
                    rest = pool & ~_union(claim.units for claim in apart)
                    total = _amount(row.weights, rest) + sum(claim.amount for claim in apart)
                    if total < reach:
                        claims, reach = apart, total
            spare = (row.low or 0) - reach - 1
            if spare >= 0:
                why = row.needs(trail)
                for ceiling, units, _, _ in claims:
                    held = trail.must & ceiling.sure & ~units
                    why |= ceiling.member | trail.because_enough(ceiling.weights, held, 0)
                return why
        return None

    def _most(self, ceiling: _Row, row: _Row, units: int) -> int:
        """Return the most that a floor can have of some units, which a ceiling sees, too."""
        left = (ceiling.high or 0) - _amount(ceiling.weights, self.trail.must & ceiling.sure & ~units)
        if ceiling.measure is row.measure:
            return left
        total = 0
        for gain, price, count in _exchanged(row, ceiling, units):
            if left <= count * price:
                return total + left * gain // price
            total, left = total + count * gain, left - count * price
        return total


def _exchanged(row: _Row, ceiling: _Row, units: int) -> list[tuple[int, int, int]]:
    """Return what units bring to a floor, what they take of a ceiling, and how many do; the best bargains first."""
    found = [
        (gain, price, both.bit_count())
        for gain, mask in row.weights
        if mask & units
        for price, other in ceiling.weights
        if (both := mask & other & units)
    ]
    found.sort(key=lambda each: each[1] / each[0])
    return found


def _least(ceiling: _Row, each: _Need) -> int:
    """Return the least that what a floor needs takes of a ceiling, where units can be divided."""
    paid = each.free & ceiling.follows(each.row)
    need = each.need - _amount(each.row.weights, each.free & ~paid)
    if need <= 0 or ceiling.measure is each.row.measure:
        return max(0, need)
    total = 0
    for gain, price, count in _exchanged(each.row, ceiling, paid):
        if need <= count * gain:
            return total - -need * price // gain
        total, need = total + count * price, need - count * gain
    return total


def _least_whole(ceiling: _Row, each: _Need, families: _Families) -> _Claim:
    """Return the least that what a floor needs takes of a ceiling, in whole units, linked ones together."""
    row, units, members, rest = each.row, each.row.may, 0, each.free
    paid = ceiling.follows(row)
    choices: dict[tuple[int, int], int] = {}
    while rest:
        bit = rest & -rest
        family, links = families.get(bit, (bit, 0))
        rest &= ~family
        units |= family
        members |= links
        wanted = family & each.free
        seen = family & ceiling.sure
        if not wanted & wanted - 1:
            seen |= wanted & paid  # of several it may be another that is seen
        choice = (_amount(row.weights, wanted), _amount(ceiling.weights, seen))
        choices[choice] = choices.get(choice, 0) + 1
    step = math.gcd(*(gain for gain, _ in choices))
    need = -(-each.need // step) if step else 0
    if not 0 < need <= _WIDE:
        return _Claim(row, row.may, _least(ceiling, each), 0)
    least = [0, *([_FAR] * need)]
    for (gain, price), count in choices.items():
        size = gain // step
        for _ in range(min(count, -(-need // size))):
            least = [
                min(old, least[max(0, got - size)] + price) if got else 0 for got, old in enumerate(least)
            ]
    return _Claim(row, units, least[-1], members)
