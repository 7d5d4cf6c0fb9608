"""Conflicts and completions that can be seen at a glance, without a linear relaxation.

Clauses force units and exclude units, one after another, until one clause cannot be kept any more; each unit
remembers which members did it. What floors need besides is held against each ceiling. Where nothing speaks
against it, the floors are filled one after another, which often is a completion. Whole sets of units are looked at
at once, as integers, one for each weight that units have.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from roc._engine.problem import each_bit, sees
from roc._engine.rule import Alternatives, Atom, Kinds, Part, Row, Rule, Together
from roc.rules import Measure

_ROUNDS: Final = 20
"""So often all clauses are looked at, while they still force or exclude units."""


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
        families: The units that go with a unit, by bit, both as masks.
        is_exact: Whether to come close to what is needed, rather than to take few units.
    """

    out: int
    avoid: int
    families: dict[int, int]
    is_exact: bool


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
    """The units that a row sees: wherever they are placed, in some place, and in their first place."""

    may: int
    sure: int
    first: int


class _Row:
    """A bound on a row."""

    __slots__ = (
        *("first", "heaviest", "high", "is_plain", "low", "may", "measure", "member", "sure"),
        *("used", "used_first", "weights"),
    )

    def __init__(self, member: int, atom: Atom, weights: _Weights, seen: _Seen, used: _Seen | None) -> None:
        self.member, self.measure = member, atom.row.measure
        self.low, self.high = atom.lo, atom.hi
        self.weights = tuple((weight, mask & seen.may) for weight, mask in weights if mask & seen.may)
        self.may = 0
        for _, mask in self.weights:
            self.may |= mask
        self.sure, self.first = self.may & seen.sure, self.may & seen.first
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
        return self._fitted(need, free, taken, hint) if hint.is_exact else self._heaped(need, free, taken)

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

    def _fitted(self, need: int, free: int, taken: int, hint: "_Hint") -> int:
        """Take units, linked ones together, that come to no more than is needed, or little more."""
        sums, each, rest = [1], [], free
        while rest and not sums[-1] >> need & 1:
            bit = rest & -rest
            family = hint.families.get(bit, bit)
            rest &= ~(family | bit)
            if gain := _amount(self.weights, family & free):
                each.append((gain, family))
                sums.append(sums[-1] | sums[-1] << gain)
        reach = sums.pop() >> need
        if not reach:
            return -1
        left = need + (reach & -reach).bit_length() - 1
        for gain, family in reversed(each):
            if not sums.pop() >> left & 1:
                left -= gain
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
        self.rule = rule
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
        """Read where units are placed first, and which can be placed in several ways."""
        self.several = self.counting = 0
        self.inside = [0] * len(self.rule.groups)
        for bit, places in enumerate(self.rule.places):
            unit, first = 1 << bit, places[0]
            if len(places) > 1:
                self.several |= unit
            if first.counts:
                self.counting |= unit
            for group in first.groups:
                self.inside[group] |= unit

    def _look(self, row: Row) -> _Seen:
        found = self._seen.get(row)
        if found is None:
            first = row.mask & self.counting if row.counted else row.mask
            if row.groups is not None:
                first &= _union(self.inside[group] for group in row.groups)
            may = sure = first & ~self.several
            for bit in each_bit(row.mask & self.several):
                seen = [sees(row, place) for place in self.rule.places[bit]]
                may |= any(seen) << bit
                sure |= all(seen) << bit
            found = self._seen[row] = _Seen(may, sure, first)
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
        reason = _squeezed(rows, trail)
        return View(reason, None) if reason is not None else View(None, self._completed(checks, trail))

    def _completed(self, checks: "Sequence[_Check]", trail: _Trail) -> int | None:
        """Return a completion, with every unit in its first place; ``None`` where none is found."""
        half = len(self.rule.units) // 2
        avoid = _union(
            check.may
            for check in checks
            if isinstance(check, _Row) and check.high is not None and check.may.bit_count() <= half
        )
        hint = _Hint(trail.out, avoid, {}, is_exact=False)
        taken = self._filled(checks, trail.must, hint)
        if taken is None:
            families: dict[int, int] = {}
            for check in checks:
                if isinstance(check, _Joined):
                    mask = check.mask | _union(families.get(1 << bit, 0) for bit in each_bit(check.mask))
                    families |= dict.fromkeys((1 << bit for bit in each_bit(mask)), mask)
            hint = _Hint(trail.out, avoid, families, is_exact=True)
            taken = self._filled(checks, trail.must, hint)
        return taken

    def _filled(self, checks: "Sequence[_Check]", taken: int, hint: _Hint) -> int | None:
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
    """What a floor takes at least of a ceiling."""

    row: _Row
    least: int


def _squeezed(rows: Sequence[_Row], trail: _Trail) -> int | None:
    """Return the reason why a ceiling leaves too little for the floors; ``None`` where none is seen."""
    needs: list[_Need] = []
    for row in rows:
        if row.low is not None and (row.is_plain or trail.must & row.used):
            need = row.low - _amount(row.weights, trail.must)
            if need > 0:
                needs.append(_Need(row, need, row.may & ~(trail.must | trail.out)))
    needs.sort(key=lambda each: each.row.may.bit_count())
    for ceiling in rows:
        if ceiling.high is not None:
            slack = ceiling.high - _amount(ceiling.weights, trail.must & ceiling.sure)
            claims = _claims(ceiling, needs)
            excess = sum(claim.least for claim in claims) - slack
            if excess > 0:
                return _reason(ceiling, claims, excess - 1, trail)
    return None


def _claims(ceiling: _Row, needs: Sequence[_Need]) -> list[_Claim]:
    """Return what floors claim of a ceiling: of nested floors either the inner ones or the outer one."""
    found: list[_Claim] = []
    for each in needs:
        if each.free & ceiling.sure:
            least = _least(ceiling, each)
            apart = [claim for claim in found if not claim.row.may & each.row.may]
            if least > sum(claim.least for claim in found) - sum(claim.least for claim in apart):
                found = [*apart, _Claim(each.row, least)]
    return found


def _least(ceiling: _Row, each: _Need) -> int:
    """Return the least that what a floor needs takes of a ceiling."""
    need = each.need - _amount(each.row.weights, each.free & ~ceiling.sure)
    paid = each.free & ceiling.sure
    if need <= 0 or ceiling.measure is each.row.measure:
        return max(0, need)
    pairs = sorted(
        (price / gain, price, gain, both.bit_count())
        for gain, mask in each.row.weights
        if mask & paid
        for price, other in ceiling.weights
        if (both := mask & other & paid)
    )
    total = 0
    for _, price, gain, count in pairs:
        if need <= count * gain:
            return total - -need * price // gain
        total, need = total + count * price, need - count * gain
    return total


def _reason(ceiling: _Row, claims: Sequence[_Claim], spare: int, trail: _Trail) -> int:
    """Return the members because of which a ceiling leaves too little."""
    why, inside = ceiling.member, 0
    for row, _ in claims:
        why |= row.needs(trail)
        if row.measure is ceiling.measure:
            inside |= row.may
    return why | trail.because_enough(ceiling.weights, trail.must & ceiling.sure & ~inside, spare)
