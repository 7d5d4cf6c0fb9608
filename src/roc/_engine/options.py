"""What can become of each unit: forced, open or closed."""

from collections.abc import Sequence
from typing import NamedTuple

from roc._engine.bits import each_bit
from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.complete import problems
from roc._engine.rule import Rule
from roc._engine.seek import Seeker
from roc._engine.totals import Base, Domain, Totals, totals_of


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
    """One alternative: what is decided in it at once, and a completion.

    Attributes:
        inside: The units that are in every completion, as far as can be told at once.
        outside: Those that are in none.
        base: The last completion found; ``None``: none was looked for yet.
        unseen: The items that were in no completion when that was found.
    """

    def __init__(self, totals: Totals, domain: Domain, budget: Budget) -> None:
        self.totals, self.domain = totals, domain
        self.seeker = Seeker(totals, budget)
        self.inside, self.outside = totals.units(domain.inside), totals.units(domain.outside)
        self.base: Base | None = None
        self.unseen = each_bit(totals.all & ~domain.outside)


class _Witnesses:
    """What completions tell: the units that are in some, and those that are in all; below 0: there is none yet."""

    def __init__(self, rules: Sequence[Rule], chosen: int, budget: Budget) -> None:
        self.seen = 0
        self.common = -1
        self.alive: list[_Alternative] = []
        for rule in rules:
            for problem in problems(rule):
                totals = totals_of(problem)
                domain = totals.domain(totals.items(chosen)) if problem.possible else None
                if domain is not None:
                    self.alive.append(_Alternative(totals, domain, budget))

    def begin(self, free: int) -> None:
        """Look for a completion of each alternative that can tell something new."""
        for each in tuple(self.alive):
            if self.common < 0 or free & (~(self.seen | each.outside) | self.common & ~each.inside):
                self._has_begun(each)

    def _has_begun(self, each: _Alternative) -> bool:
        """Tell whether an alternative has a completion; one that has none is given up."""
        if each.base is None:
            found = each.seeker.seek(each.domain)
            if found is None:
                self.alive.remove(each)
                return False
            self._note(each, found)
        return True

    def _note(self, each: _Alternative, found: Base) -> None:
        totals, each.base = each.totals, found
        units = totals.units(totals.held(found))
        self.seen |= units
        self.common &= units
        unseen = [i for i in each.unseen if totals.masks[i] & ~self.seen]
        admitted = totals.admitted(found, unseen)
        self.seen |= totals.units(admitted)
        each.unseen = [i for i in unseen if not admitted >> i & 1]

    def includes(self, bit: int) -> bool:
        """Tell whether some completion includes a unit."""
        for each in tuple(self.alive):
            if each.outside & bit or not self._has_begun(each) or each.base is None:
                continue
            totals, item = each.totals, each.totals.item_of(bit)
            found = totals.exchange(each.base, item, each.domain)
            if found is None:
                domain = totals.include(each.domain, item)
                if domain is not None:
                    found = each.seeker.seek(domain, each.base.held)
            if found is not None:
                self._note(each, found)
                return True
        return False

    def spares(self, bit: int) -> bool:
        """Tell whether some completion does without a unit."""
        for each in tuple(self.alive):
            if each.inside & bit or not self._has_begun(each) or each.base is None:
                continue
            totals, item = each.totals, each.totals.item_of(bit)
            if item not in each.base.held or totals.spares(each.base, item):
                self.common &= ~totals.masks[item]
                return True
            found = totals.replace(each.base, item, each.domain)
            if found is None:
                domain = totals.exclude(each.domain, item)
                if domain is not None:
                    found = each.seeker.seek(domain, each.base.held)
            if found is not None:
                self._note(each, found)
                return True
        return False


def options(rules: Sequence[Rule], chosen: int, budget: Budget) -> Options:
    """Find out what can become of each unit that is not chosen.

    A completion is a witness for every unit in it, and so are its neighbours, in which one unit is added or takes
    the place of one or two others. Only units without a witness need a search of their own.
    """
    free = ~chosen
    everything = 0
    for rule in rules:
        everything |= rule.all
    free &= everything
    forced = closed = 0
    found = _Witnesses(rules, chosen, budget)
    try:
        found.begin(free)
        while left := free & ~(found.seen | closed):
            bit = left & -left
            if not found.includes(bit):
                closed |= bit
        if not found.alive:
            return Options(False, 0, 0, free, 0)
        while left := free & found.common & ~forced:
            bit = left & -left
            if not found.spares(bit):
                forced |= bit
    except OutOfBudgetError:
        undecided = free & ~(found.seen | closed) | free & found.common & ~forced
        possible = None if found.common < 0 else True
        return Options(possible, forced, free & found.seen & ~(forced | undecided), closed, undecided)
    return Options(True, forced, free & found.seen & ~forced, closed, 0)
