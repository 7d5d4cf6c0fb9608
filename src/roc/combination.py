"""Best combination: the best part of what was achieved that satisfies the rule, for certification."""

from typing import final

import attrs

from roc._allocate import Allocation, allocate
from roc._compiled import Compiled, compiled
from roc._record import Value
from roc.numbers import UnitNumber
from roc.qualification import Pathway, ways
from roc.selection import Selection
from roc.status import Status, check

__all__ = ["Combination", "best_combination"]


def __dir__() -> list[str]:
    return __all__


@final
@attrs.frozen(kw_only=True)
class Combination(Value):
    """The best combination of what was achieved.

    Attributes:
        achieved: What was achieved.
        selection: The part of it that is put forward, on the pathway that it serves best.
        exact: Whether it is proven that no part does better; false only where a limit was reached.
    """

    achieved: Selection
    selection: Selection
    exact: bool

    @property
    def status(self) -> Status:
        """How the part that is put forward stands, checked as it is."""
        return check(self.selection)

    @property
    def ok(self) -> bool:
        """Whether the rule is satisfied by some part of what was achieved."""
        return self.status.ok

    @property
    def surplus(self) -> tuple[UnitNumber, ...]:
        """Units that were achieved and do not count, left out, beyond what counts, or outside every group."""
        status = self.status
        idle = {*status.surplus, *status.additional}
        return tuple(
            number for number in self.achieved.numbers if number not in self.selection or number in idle
        )


def best_combination(achieved: Selection, *, limit: int = 2_000_000) -> Combination:
    """Return the best part of *achieved*: one that satisfies the rule if there is any.

    Of those, the one in which most credit counts, then most units; ties by declared order. Where none
    satisfies it, the one that lacks least while it keeps to every ceiling. Without a pathway chosen, the
    pathway is chosen too.

    Args:
        achieved: All that was achieved; its pathway, or where it has none the best, is used.
        limit: How many partial combinations are looked at for each pathway, about a million a second.
            Where that does not suffice, the best found is returned and ``exact`` is false.

    Source: certification claims the best valid combination, surplus is information (DOMAIN.md, 4.1).
    """
    taken, special, states = achieved._bits
    found: list[tuple[tuple[Pathway, ...], Compiled, Allocation]] = []
    for pathways in ways(achieved.qualification, achieved.pathway):
        rule = compiled(achieved.qualification, pathways, special)
        best = allocate(rule, taken, states, achieved.conditions, may_drop=True, limit=limit)
        found.append((pathways, rule, best))
    pathways, rule, best = min(found, key=lambda each: _rank(each[1], each[2]))
    entries = tuple(entry for entry in achieved.entries if best.taken >> rule.bits[entry.place] & 1)
    name = pathways[0].name if achieved.pathway is None and pathways else achieved.pathway
    return Combination(
        achieved=achieved,
        selection=achieved.evolve(entries=entries, pathway=name),
        exact=all(each.exact for _, _, each in found),
    )


def _rank(rule: Compiled, found: Allocation) -> tuple[int, int, int]:
    values = found.values
    return found.gap, -values[rule.total_credit], -values[rule.total_units]
