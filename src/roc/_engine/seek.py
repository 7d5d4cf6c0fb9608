"""Some completion, whatever its place in the order, or the proof that there is none.

What follows at once from a decision is worked out bound by bound. Then the linear relaxation says where a
completion may be, and a walk from there nearly always finds one; where the relaxation is impossible, there is none.
Only what resists both is decided item by item.
"""

import contextlib
import itertools
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from roc._engine.bits import each_bit
from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.relax import Proof, decided, relax
from roc._engine.search import Search
from roc._engine.totals import Base, Column, Domain, Totals

_WHOLE: Final = 1e-6

_NODES: Final = 15
"""After so many decisions that settled nothing the search is asked."""

_SEARCHING: Final = 200_000
"""So many states it may look at, before decisions go on."""


_PROOFS: Final = 3
"""So many proofs, the latest, are kept and tried on what else there is to decide."""


class _UndecidedError(Exception):
    """The search did not get far enough."""


class Relaxed(NamedTuple):
    """A solution of the linear relaxation.

    Attributes:
        start: The selection that is nearest to it.
        unsure: The open item that it takes least wholly, ``None`` where it takes all of them or nothing.
        value: What it comes to; no selection comes to less.
    """

    start: dict[int, Column]
    unsure: int | None
    value: float


class Latest(NamedTuple):
    """What was found last of an alternative: where, what, what was proven on the way, and what that took."""

    domain: Domain
    found: Base | None
    proofs: Sequence[Proof]
    spent: int


class Seeker:
    """Completions of one alternative, found one at a time.

    Args:
        totals: The alternative.
        budget: What may be spent.

    Attributes:
        proofs: The latest proofs that something cannot be.
    """

    def __init__(self, totals: Totals, budget: Budget) -> None:
        self.totals, self.budget = totals, budget
        self.proofs: list[Proof] = []

    def begin(self, domain: Domain) -> Base | None:
        """Return what :meth:`seek` finds: the latest find is remembered, for one question follows another.

        It counts as if it were looked for again, so that what a question may spend does not depend on earlier ones.

        Raises:
            OutOfBudgetError: The budget is spent.
        """
        budget, latest = self.budget, self.totals.latest
        if latest is None or latest.domain != domain:
            before = budget.whole
            found = self.seek(domain)
            self.totals.latest = Latest(domain, found, tuple(self.proofs), before - budget.whole)
            return found
        self.proofs += latest.proofs
        budget.left -= latest.spent
        while budget.left < 0:
            budget.more()
        return latest.found

    def seek(self, domain: Domain, near: Mapping[int, Column] | None = None) -> Base | None:
        """Return a completion that holds and leaves out what it must, ``None`` where there is none.

        Args:
            domain: What must be in and what must be out.
            near: A completion from which this one may not be far.

        Raises:
            OutOfBudgetError: The budget is spent.
        """
        totals = self.totals
        pending = [domain]
        for nodes in itertools.count():
            if nodes == _NODES:
                with contextlib.suppress(_UndecidedError):
                    return self._search(domain)
            if not pending:
                return None
            here = pending.pop()
            if near is not None:
                found = totals.walk(near, here, self.budget)
                if found is not None:
                    return found
                near = None
            relaxed = self.relax(here)
            if relaxed is None:
                continue
            found = totals.walk(relaxed.start, here, self.budget)
            if found is not None:
                return found
            item = relaxed.unsure
            if item is None:
                left = totals.all & ~(here.inside | here.outside)
                if not left:
                    found = totals.place(each_bit(here.inside))
                    if found is not None:
                        return found
                    continue
                item = (left & -left).bit_length() - 1
            sides = totals.exclude(here, item), totals.include(here, item)
            pending += [side for side in sides if side is not None]
        raise AssertionError  # pragma: no cover - the loop has no end of its own

    def _search(self, domain: Domain) -> Base | None:
        """Let the search decide, which remembers states: many items that are alike do not confuse it.

        Raises:
            _UndecidedError: A part of the budget did not suffice.
        """
        totals = self.totals
        problem = totals.problem
        states, _ = problem.after(totals.units(domain.inside))
        decided = domain.inside | domain.outside
        items = [item for i, item in enumerate(problem.items) if not decided >> i & 1]
        search = Search(problem, states, items, self.budget)
        try:
            with self.budget.part(_SEARCHING):
                level = next(search.levels(), None)
                if level is None:
                    return None
                found = next(search.level(*level))
        except OutOfBudgetError:
            if self.budget.whole < 0:
                raise
            raise _UndecidedError from None
        return totals.place((*each_bit(domain.inside), *(search.numbers[i] for i in found)))

    def relax(self, domain: Domain, weights: Sequence[int] | None = None) -> Relaxed | None:
        """Solve the linear relaxation; return ``None`` where it is impossible.

        Args:
            domain: What must be in and what must be out.
            weights: What each item weighs, so that the solution weighs least; ``None``: its cost.

        Raises:
            OutOfBudgetError: The budget is spent.
        """
        totals = self.totals
        weighing = totals.costs if weights is None else weights
        start = {i: totals.columns[i][0] for i in each_bit(domain.inside)}
        values, several, may = self._left(domain)
        found = relax(totals, values, domain.fired, several, may, weighing, self.budget, proofs=self.proofs)
        del self.proofs[:-_PROOFS]
        if found is None:
            return None
        taken: dict[int, float] = {}
        largest: dict[int, float] = {}
        for column, share in zip(found.columns, found.shares, strict=True):
            i = column.item
            taken[i] = taken.get(i, 0.0) + share
            if share > largest.get(i, 0.0):
                largest[i], start[i] = share, column
        unsure, doubt = None, _WHOLE
        for i in may:
            share = taken[i]
            if share <= 0.5:
                start.pop(i, None)
            if min(share, 1.0 - share) > doubt:
                unsure, doubt = i, min(share, 1.0 - share)
        value = sum(weighing[i] for i in each_bit(domain.inside) if len(totals.columns[i]) == 1)
        return Relaxed(start, unsure, value + found.value)

    def _left(self, domain: Domain) -> tuple[dict[int, int], list[int], list[int]]:
        """Return by how much bounds are kept, the items that are in and not placed yet, and those to decide."""
        totals = self.totals
        several: list[int] = []
        fixed = totals.nothing + totals.effect(domain.fired)
        for i in each_bit(domain.inside):
            if len(totals.columns[i]) > 1:
                several.append(i)
            else:
                fixed += totals.columns[i][0].delta
        may = each_bit(totals.all & ~(domain.inside | domain.outside))
        return totals.values(fixed), several, may

    def learn(self, domain: Domain) -> Domain:
        """Return a domain that has completions with what the latest proofs decide in it; they are forgotten.

        Raises:
            OutOfBudgetError: The budget is spent.
        """
        totals = self.totals
        proofs, self.proofs = self.proofs, []
        for proof in proofs:
            values, several, may = self._left(domain)
            self.budget.left -= 1 + len(may) // 4
            if self.budget.left < 0:
                self.budget.more()
            inside, outside = decided(proof, totals, values, domain.fired, several, may)
            if inside | outside:
                domain = totals.domain(domain.inside | inside, domain.outside | outside) or domain
        return domain
