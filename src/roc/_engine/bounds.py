"""Ceilings against floors: what floors take of a ceiling, and what ceilings leave to a floor."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from roc._engine.budget import Budget
from roc._engine.checks import STEPS, WIDE, Families, Offers, RowCheck, Trail, bargain, union, weigh

_PRECISE: Final = 128

_PAIR: Final = 4
"""Holding one ceiling against one floor takes so many steps."""


class _Need(NamedTuple):
    """What a floor still needs, and the units that can be had for it."""

    row: RowCheck
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

    row: RowCheck
    units: int
    amount: int
    members: int


class Bounds:
    """Holds floors and ceilings against one another, after all that is forced and excluded."""

    def __init__(self, rows: Sequence[RowCheck], trail: Trail, budget: Budget) -> None:
        self.trail, self.budget = trail, budget
        ordered = sorted(rows, key=lambda row: row.may.bit_count())
        self.ceilings = [row for row in ordered if row.high is not None]
        self.tight: list[RowCheck] = []
        self.needs: list[_Need] = []
        for row in ordered:
            if row.low is not None and (row.is_plain or trail.must & row.used):
                need = row.low - weigh(row.weights, trail.must)
                self.needs.append(_Need(row, need, row.may & ~(trail.must | trail.out)))

    def squeezed(self, families: Families | None = None) -> int | None:
        """Return the reason why a ceiling leaves too little for disjoint floors; ``None`` where none is seen.

        With *families*, units are taken as wholes, and linked ones together; then it is noted which ceilings are
        tight.
        """
        if self._is_spent():
            return None
        tight: list[tuple[int, int]] = []
        for i, ceiling in enumerate(self.ceilings):
            held = self.trail.must & ceiling.sure
            slack = (ceiling.high or 0) - weigh(ceiling.weights, held)
            claims = self._claims(ceiling, families)
            excess = sum(claim.amount for claim in claims) - slack
            if excess > 0:
                why = ceiling.member
                for row, _, _, members in claims:
                    why |= row.needs(self.trail) | members
                    if families is None and row.measure is ceiling.measure:
                        held &= ~row.may  # without one of these, as much more is needed
                return why | self.trail.because_enough(ceiling.weights, held, excess - 1)
            if claims:
                tight.append((-excess, i))
        self.tight = [self.ceilings[i] for _, i in sorted(tight)]
        return None

    def _is_spent(self) -> bool:
        """Pay for holding every ceiling against every floor; tell whether that is too much."""
        self.budget.left -= len(self.ceilings) * len(self.needs) * _PAIR // STEPS
        return self.budget.left < 0

    def _claims(self, ceiling: RowCheck, families: Families | None) -> list[_Claim]:
        """Return what floors claim of a ceiling: of nested floors either the inner ones or the outer one."""
        found: list[_Claim] = []
        for each in self.needs:
            if each.need > 0 and each.free & ceiling.may:
                if families is None:
                    claim = _Claim(each.row, each.row.may, _least(ceiling, each), 0)
                else:
                    claim = _least_whole(ceiling, each, families, self.budget)
                apart = [other for other in found if not other.units & claim.units]
                if claim.amount > sum(other.amount for other in found) - sum(other.amount for other in apart):
                    found = [*apart, claim]
        return found

    def starved(self) -> int | None:
        """Return the reason why disjoint ceilings leave too little for a floor; ``None`` where none is seen."""
        if self._is_spent():
            return None
        trail = self.trail
        for each in self.needs:
            row = each.row
            pool, claims = row.may & ~trail.out, list[_Claim]()
            reach = weigh(row.weights, pool)
            for ceiling in self.ceilings:
                units = pool & ceiling.follows(row)
                if units:
                    apart = [claim for claim in claims if not claim.units & units]
                    apart.append(_Claim(ceiling, units, self._most(ceiling, row, units), 0))
                    rest = pool & ~union(claim.units for claim in apart)
                    total = weigh(row.weights, rest) + sum(claim.amount for claim in apart)
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

    def _most(self, ceiling: RowCheck, row: RowCheck, units: int) -> int:
        """Return the most that a floor can have of some units, which a ceiling sees, too."""
        left = (ceiling.high or 0) - weigh(ceiling.weights, self.trail.must & ceiling.sure & ~units)
        if ceiling.measure is row.measure:
            return left
        total = 0
        for gain, price, count in _exchanged(row, ceiling, units):
            spent = min(left, count * price)
            total, left = total + spent * gain // price, left - spent
        return total


def _exchanged(row: RowCheck, ceiling: RowCheck, units: int) -> list[tuple[int, int, int]]:
    """Return what units bring to a floor, what they take of a ceiling, and how many do; the best bargains first."""
    found = [
        (gain, price, both.bit_count())
        for gain, mask in row.weights
        if mask & units
        for price, other in ceiling.weights
        if (both := mask & other & units)
    ]
    found.sort(key=lambda each: (each[1] << _PRECISE) // each[0])
    return found


def _least(ceiling: RowCheck, each: _Need) -> int:
    """Return the least that what a floor needs takes of a ceiling, where units can be divided."""
    paid = each.free & ceiling.follows(each.row)
    need = each.need - weigh(each.row.weights, each.free & ~paid)
    if need <= 0 or ceiling.measure is each.row.measure:
        return max(0, need)
    total = 0
    for gain, price, count in _exchanged(each.row, ceiling, paid):
        had = min(need, count * gain)
        total, need = total - -had * price // gain, need - had
    return total


def _least_whole(ceiling: RowCheck, each: _Need, families: Families, budget: Budget) -> _Claim:
    """Return the least that what a floor needs takes of a ceiling, in whole units, linked ones together."""
    row, units, members, rest = each.row, each.row.may, 0, each.free
    paid = ceiling.follows(row)
    step = math.gcd(*(weight for weight, _ in row.weights))
    offers: Offers = {}
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
        offer = (weigh(row.weights, wanted) // step, weigh(ceiling.weights, seen))
        offers.setdefault(offer, []).append(family)
    need = -(-each.need // step)
    found = bargain(need, offers, budget) if need <= WIDE else None
    return (
        _Claim(row, row.may, _least(ceiling, each), 0)
        if found is None
        else _Claim(row, units, found[0], members)
    )
