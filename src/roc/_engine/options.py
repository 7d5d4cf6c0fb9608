"""What can become of each unit: forced, open or closed."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from roc._engine.bits import each_bit
from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.complete import problems
from roc._engine.rule import Rule
from roc._engine.seek import Seeker
from roc._engine.totals import Base, Domain, Totals, totals_of

_RECENT: Final = 8
"""So many completions, the latest, are looked at for one near which there is another."""


class Options(NamedTuple):
    """Which units are in every completion, in some, in none; masks of bits that are not chosen.

    ``undecided`` is what the budget did not suffice for; ``possible`` is whether there is a completion, if that
    is known.
    """

    possible: bool | None
    forced: int
    open: int
    closed: int
    undecided: int


class _Alternative:
    """One alternative: what is decided in it at once, and completions.

    Attributes:
        inside: The units that are in every completion, as far as can be told at once.
        outside: Those that are in none.
        recent: The latest completions that were looked for, the last one first.
        unseen: The items that were in no completion when the last one was found.
    """

    def __init__(self, totals: Totals, domain: Domain, budget: Budget) -> None:
        self.totals = totals
        self.seeker = Seeker(totals, budget)
        self.settle(domain)
        self.recent: tuple[Base, ...] = ()
        self.unseen = each_bit(totals.all & ~domain.outside)

    def remember(self, found: Base) -> None:
        """Keep a completion to look near it; those near others have hardly any neighbours of their own."""
        self.recent = (found, *self.recent[: _RECENT - 1])

    def settle(self, domain: Domain) -> None:
        """Note what is decided."""
        self.domain = domain
        self.inside, self.outside = self.totals.units(domain.inside), self.totals.units(domain.outside)


class _Witnesses:
    """What completions tell: the units that are in some, and those that are in all; below 0: there is none yet."""

    def __init__(self, rules: Sequence[Rule], chosen: int, budget: Budget) -> None:
        self.seen = 0
        self.common = -1
        self.alive: list[_Alternative] = []
        for rule in rules:
            for problem in problems(rule):
                if self.alive:
                    budget.look()
                totals = totals_of(problem)
                domain = totals.domain(totals.items(chosen)) if problem.possible else None
                if domain is not None:
                    self.alive.append(_Alternative(totals, domain, budget))
        self.every = tuple(self.alive)

    def begin(self, free: int) -> None:
        """Look for a completion of each alternative that can tell something new."""
        for each in tuple(self.alive):
            if self.common < 0 or free & (~(self.seen | each.outside) | self.common & ~each.inside):
                self._base_of(each)

    def _base_of(self, each: _Alternative) -> Base | None:
        """Return a completion of an alternative; one that has none is given up."""
        if not each.recent:
            found = each.seeker.begin(each.domain)
            if found is None:
                self.alive.remove(each)
            else:
                each.remember(found)
                self._note(each, found)
        return each.recent[0] if each.recent else None

    def _note(self, each: _Alternative, found: Base) -> None:
        totals = each.totals
        units = totals.units(totals.held(found))
        self.seen |= units
        self.common &= units
        unseen = [i for i in each.unseen if totals.masks[i] & ~self.seen]
        admitted = totals.admitted(found, unseen)
        self.seen |= totals.units(admitted)
        each.unseen = [i for i in unseen if not admitted >> i & 1]

    def alike(self, bit: int) -> int:
        """Return the units that no alternative tells apart from one, itself too."""
        found = -1
        for each in self.every:
            items = each.totals.problem.items
            item = items[each.totals.item_of(bit)]
            same = 0
            for other in items:
                if other.options == item.options and other.mask.bit_count() == item.mask.bit_count():
                    same |= other.mask
            found &= same
        return found | bit

    def includes(self, bit: int) -> bool:
        """Tell whether some completion includes a unit."""
        for each in tuple(self.alive):
            base = None if each.outside & bit else self._base_of(each)
            if base is not None:
                totals, item = each.totals, each.totals.item_of(bit)
                near = (totals.exchange(other, item, each.domain) for other in each.recent)
                found = next((other for other in near if other is not None), None)
                found = found or _seek(each, base, totals.include(each.domain, item))
                if found is not None:
                    self._note(each, found)
                    return True
        return False

    def spares(self, bit: int) -> bool:
        """Tell whether some completion does without a unit."""
        for each in tuple(self.alive):
            base = None if each.inside & bit else self._base_of(each)
            if base is not None:
                totals, item = each.totals, each.totals.item_of(bit)
                if item not in base.held or totals.spares(base, item):
                    self.common &= ~totals.masks[item]
                    return True
                found = totals.replace(base, item, each.domain)
                found = found or _seek(each, base, totals.exclude(each.domain, item))
                if found is not None:
                    self._note(each, found)
                    return True
        return False


def _seek(each: _Alternative, near: Base, domain: Domain | None) -> Base | None:
    if domain is None:
        return None
    found = each.seeker.seek(domain, near.held)
    each.settle(each.seeker.learn(each.domain))
    if found is not None:
        each.remember(found)
    return found


def options(rules: Sequence[Rule], chosen: int, budget: Budget) -> Options:
    """Find out what can become of each unit of the qualification that is not chosen.

    A completion is a witness for every unit in it, and so are its neighbours, in which one unit is added or takes
    the place of one or two others. Only units without a witness need a search of their own.
    """
    free = (1 << rules[0].listed) - 1 & ~chosen
    forced = closed = 0
    found = _Witnesses(rules, chosen, budget)
    try:
        found.begin(free)
        while left := free & ~(found.seen | closed):
            bit = left & -left
            if not found.includes(bit):
                closed |= found.alike(bit) & left
        if not found.alive:
            return Options(False, 0, 0, free, 0)
        while left := free & found.common & ~forced:
            bit = left & -left
            if not found.spares(bit):
                forced |= found.alike(bit) & left
    except OutOfBudgetError:
        undecided = free & ~(found.seen | closed) | free & found.common & ~forced
        possible = None if found.common < 0 else True
        return Options(possible, forced, free & found.seen & ~(forced | undecided), closed, undecided)
    return Options(True, forced, free & found.seen & ~forced, closed, 0)
