"""What the solver answers: values that can be compared, stored and shown."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, final

import attrs

from roc._record import Record, Word
from roc.errors import SelectionError, nearest
from roc.numbers import UnitNumber
from roc.rules import Measure
from roc.selection import Selection
from roc.units import to_unit_number

if TYPE_CHECKING:
    from roc.conflicts import Conflict

__all__ = [
    "Bounds",
    "Completion",
    "EngineKind",
    "Limits",
    "Options",
    "Reason",
    "Repair",
    "UnitOption",
    "Verdict",
]


def __dir__() -> list[str]:
    return __all__


class Verdict(Word):
    """Where a selection stands.

    ``COMPLETE``: it satisfies the rule. ``COMPLETABLE``: units can be added so that it does. ``BLOCKED``: none can.
    ``UNDECIDED``: a limit was reached before that was known.
    """

    COMPLETE = "complete"
    COMPLETABLE = "completable"
    BLOCKED = "blocked"
    UNDECIDED = "undecided"


class EngineKind(Word):
    """What works out the answers of a solver.

    ``NATIVE``: the engine of this library. ``CPSAT``: OR-Tools' CP-SAT, for rules that are giant or made to be hard;
    it needs the extra ``cpsat``. Counts are the native engine's in any case.
    """

    NATIVE = "native"
    CPSAT = "cpsat"


class UnitOption(Word):
    """What can become of a unit.

    ``CHOSEN``: it is in the selection. ``FORCED``: it is in every completion. ``OPEN``: it is in some.
    ``CLOSED``: it is in none. ``UNDECIDED``: a limit was reached before that was known.
    """

    CHOSEN = "chosen"
    FORCED = "forced"
    OPEN = "open"
    CLOSED = "closed"
    UNDECIDED = "undecided"


@final
@attrs.frozen(kw_only=True)
class Limits(Record):
    """What one call of the solver may spend.

    Attributes:
        states: How many partial selections may be looked at, some hundred thousand a second; at least 1.
        seconds: How long it may take, above 0; ``None``: as long as the states take, and with CP-SAT, which
            counts no states, a minute.
    """

    states: int = attrs.field(default=2_000_000, validator=attrs.validators.ge(1))
    seconds: float | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.gt(0))
    )


@final
@attrs.frozen(kw_only=True)
class Completion(Record):
    """One way to finish a selection.

    Attributes:
        selection: The selection, finished.
        added: The units that are added, in declared order. Where nothing else completes it, stand-ins for
            units from elsewhere are among them, for a group that is open to such units.
        conditions: The conditions that must still be met.
        cost: What they cost: their number, unless the caller priced them.
        credit: Their credit.
        pathway: The pathway that it is finished for; ``None`` for a qualification without pathways.
        exact: Whether no completion comes before it in the order, for certain; false only where a limit was
            reached.
        bound: The least cost that any completion has, as far as that is proven; with *exact* the cost itself.
    """

    selection: Selection
    added: tuple[UnitNumber, ...]
    conditions: tuple[str, ...]
    cost: Decimal
    credit: Decimal
    pathway: str | None
    exact: bool = True
    bound: Decimal

    def __str__(self) -> str:
        added = ", ".join(map(str, self.added)) or "nothing to add"
        met = f" (to be met: {', '.join(self.conditions)})" if self.conditions else ""
        return f"{added}{met}"


@final
@attrs.frozen(kw_only=True)
class Repair(Record):
    """Edits after which a selection satisfies its rule: units dropped, units added.

    Attributes:
        selection: The selection, repaired.
        dropped: The units that are dropped, in declared order.
        added: The units that are added, in declared order.
        conditions: The conditions that must still be met.
        cost: What the edits cost: their number, unless the caller priced them. A swap is two edits.
        pathway: The pathway that it is repaired for; ``None`` for a qualification without pathways.
    """

    selection: Selection
    dropped: tuple[UnitNumber, ...]
    added: tuple[UnitNumber, ...]
    conditions: tuple[str, ...]
    cost: Decimal
    pathway: str | None

    def __str__(self) -> str:
        edits = [
            f"{verb} {', '.join(map(str, units))}"
            for verb, units in (("drop", self.dropped), ("add", self.added))
            if units
        ]
        met = f" (to be met: {', '.join(self.conditions)})" if self.conditions else ""
        return ("; ".join(edits) or "nothing to change") + met


@final
@attrs.frozen(kw_only=True)
class Options(Record):
    """What can become of each unit of the qualification.

    Attributes:
        selection: The selection that was asked about.
        items: Each unit with what can become of it, in declared order.
        verdict: Where the selection itself stands.
        exact: Whether everything is decided; false only where a limit was reached.
    """

    selection: Selection
    items: tuple[tuple[UnitNumber, UnitOption], ...]
    verdict: Verdict
    exact: bool

    @property
    def by_number(self) -> Mapping[UnitNumber, UnitOption]:
        """What can become of a unit, by its number."""
        return MappingProxyType(dict(self.items))

    def __getitem__(self, number: UnitNumber | str) -> UnitOption:
        wanted, known = to_unit_number(number), self.by_number
        if wanted not in known:
            msg = f"there is no unit {wanted}"
            raise SelectionError(msg, suggestions=nearest(str(wanted), map(str, known)))
        return known[wanted]

    def where(self, option: UnitOption | str) -> tuple[UnitNumber, ...]:
        """Return the units of which this can become, in declared order."""
        wanted = UnitOption(option)
        return tuple(number for number, each in self.items if each is wanted)


@final
@attrs.frozen(kw_only=True)
class Reason(Record):
    """What can become of a unit, and why.

    Attributes:
        unit: The unit.
        option: What can become of it.
        conflict: Why a closed unit cannot be chosen, or a forced one not be left out.
        completion: The smallest completion that contains an open unit, counted from the selection with it.
    """

    unit: UnitNumber
    option: UnitOption
    conflict: "Conflict | None" = None
    completion: Completion | None = None

    def __str__(self) -> str:
        if self.conflict is not None:
            return str(self.conflict)
        if self.completion is not None:
            return f"{self.unit} can be chosen; to finish then: {self.completion}"
        return f"{self.unit} is {self.option}"


@final
@attrs.frozen(kw_only=True)
class Bounds(Record):
    """The least and the most that a finished selection can come to.

    All units of the selection are added up, whether they count or not.

    Attributes:
        measure: What is added up.
        least: The least, over all completions.
        most: The most, over all completions.
    """

    measure: Measure
    least: Decimal
    most: Decimal
