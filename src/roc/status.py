"""Check: a rule of combination against a selection, as it stands, with every finding."""

import datetime as dt
import functools
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, final

import attrs

from roc._allocate import Allocation, allocate, settled
from roc._compiled import Compiled, compiled
from roc._record import Shown, Value
from roc.errors import SelectionError
from roc.groups import UnitGroup
from roc.messages import Message
from roc.numbers import UnitNumber
from roc.qualification import Event, Pathway, PathwayKind, Qualification, _to_date, ways
from roc.rules import Clause, Measure
from roc.selection import Selection

if TYPE_CHECKING:
    from roc._view import View
    from roc.wordings import Wording

__all__ = ["ClauseStatus", "GroupStatus", "Status", "check"]


def __dir__() -> list[str]:
    return __all__


_ZERO: Final = Decimal(0)

_FIRST: Final = {
    code: i
    for i, code in enumerate(
        (
            "qualification.units-short",
            "qualification.credit-short",
            "qualification.glh-short",
            "qualification.credit-at-level-short",
            "qualification.groups-not-ok",
        )
    )
}
"""The portal's order of its lines; what the portal does not know comes after them."""


@final
@attrs.frozen(kw_only=True)
class ClauseStatus(Value):
    """How one clause stands.

    Attributes:
        clause: The clause; ``None`` for "every unit of a mandatory group".
        path: Where it stands, as ``$.groups[1].rules[0]``.
        ok: Whether it holds.
        required: The least that it asks for, where it is a matter of amounts.
        allowed: The most that it allows.
        actual: What counts towards it.
        taken: What was taken, which a ceiling looks at.
        shortfall: How much is missing.
        excess: How much is too much.
        messages: What it has to say; empty where it is ok.
        parts: The clauses inside it, or one part for each word where it applies to each.
    """

    clause: Clause | None
    path: str
    ok: bool
    required: Decimal | None = None
    allowed: Decimal | None = None
    actual: Decimal | None = None
    taken: Decimal | None = None
    shortfall: Decimal = _ZERO
    excess: Decimal = _ZERO
    messages: tuple[Message, ...] = ()
    parts: "tuple[ClauseStatus, ...]" = ()


@final
@attrs.frozen(kw_only=True)
class GroupStatus(Value):
    """How one group stands.

    Attributes:
        group: The group.
        path: Where it stands, as ``$.groups[1]``.
        ok: Whether its own clauses hold and its sub-groups are as they should be.
        binding: Whether the rule needs it to be OK; false for an alternative that was not taken.
        units: The units placed in it itself, in declared order.
        counted: Those of them that count.
        credit: The credit that counts in it and in its sub-groups.
        unit_count: The number of units that count in it and in its sub-groups.
        clauses: Its own clauses.
        groups: Its sub-groups, in declared order.
        messages: What it has to say itself, sub-groups not included.
    """

    group: UnitGroup
    path: str
    ok: bool
    binding: bool
    units: tuple[UnitNumber, ...]
    counted: tuple[UnitNumber, ...]
    credit: Decimal
    unit_count: int
    clauses: tuple[ClauseStatus, ...]
    groups: "tuple[GroupStatus, ...]"
    messages: tuple[Message, ...]

    def walk(self) -> "Iterator[GroupStatus]":
        """Yield this group and every group nested in it, outermost first."""
        yield self
        for group in self.groups:
            yield from group.walk()

    def findings(self) -> Iterator[Message]:
        """Yield its messages and those of its sub-groups that bind."""
        yield from self.messages
        for group in self.groups:
            if group.binding:
                yield from group.findings()

    def text(self, wording: "str | Wording" = "portal") -> str:
        """Return what the group lacks in a wording: ``portal``, ``plain``, ``plain-cy``, or your own.

        Raises:
            WordingError: There is no such wording.
        """
        from roc.wordings import find  # noqa: PLC0415 - a verdict needs no wording

        return find(wording).group(self)

    def heading(self, wording: "str | Wording" = "portal") -> str:
        """Return the group's label with its verdict: ``Group A: Mandatory Units (OK)``."""
        from roc.wordings import find  # noqa: PLC0415 - a verdict needs no wording

        return find(wording).heading(self)


@final
@attrs.frozen(kw_only=True, cache_hash=True)
class Status(Shown):
    """The outcome of a check: a verdict, and on demand the whole tree behind it.

    Nothing but the verdict is worked out before somebody reads it.

    Attributes:
        selection: What was checked.
        pathway: The pathway that the tree is about: the selection's own, else the first that it earns,
            else the nearest; ``None`` where the rule has none.
        ok: The verdict.
        date: The day of the check; ``None``: dates were not looked at.
        event: Registration or certification.
    """

    selection: Selection
    pathway: str | None
    ok: bool
    date: dt.date | None = None
    event: Event = Event.REGISTRATION
    _compiled: Compiled = attrs.field(eq=False, repr=False, alias="compiled")
    _allocation: Allocation | None = attrs.field(eq=False, repr=False, alias="allocation")
    _earned: Mapping[str, bool] = attrs.field(eq=False, repr=False, alias="earned")

    @property
    def qualification(self) -> Qualification:
        """The qualification."""
        return self.selection.qualification

    @functools.cached_property
    def _placed(self) -> Allocation:
        """The allocation; where no unit has a choice of place it is made when it is asked for."""
        if self._allocation is not None:
            return self._allocation
        taken, _, states = self.selection._bits
        return settled(self._compiled, taken, states, self.selection.conditions)

    @property
    def exact(self) -> bool:
        """Whether no allocation of the units does better; false only where a limit was reached."""
        return self._placed.exact

    @functools.cached_property
    def _view(self) -> "View":
        from roc._view import View  # noqa: PLC0415 - it makes the values below, and only on demand

        return View(self)

    @functools.cached_property
    def groups(self) -> Mapping[str, GroupStatus]:
        """Every group by its name, nested ones too, outermost first."""
        return MappingProxyType({each.group.name: each for top in self._view.tops() for each in top.walk()})

    @functools.cached_property
    def top_groups(self) -> tuple[GroupStatus, ...]:
        """The outermost groups, in declared order."""
        return tuple(self.groups[node.group.name] for node in self._compiled.tops)

    @functools.cached_property
    def clauses(self) -> tuple[ClauseStatus, ...]:
        """The clauses over everything: the qualification's, then the pathway's."""
        return tuple(self._view.clause(node, None) for node in self._compiled.rules)

    @functools.cached_property
    def messages(self) -> tuple[Message, ...]:
        """What there is to say about the qualification, the portal's lines first; groups have their own."""
        found = [message for clause in self.clauses for message in clause.messages]
        failed = tuple(each.group.label for each in self.top_groups if not each.ok)
        if failed:
            found.append(Message.of("qualification.groups-not-ok", groups=failed))
        found += self._view.outside()
        if self._earned and not any(self._earned.values()):
            labels = tuple(each.label for each in self.qualification.pathways if each.name in self._earned)
            found.append(Message.of("pathway.none-earned", path="$.pathways", pathways=labels))
        found += self._dates()
        found += self._view.notes()
        last = len(_FIRST)
        return tuple(sorted(found, key=lambda message: _FIRST.get(message.code, last)))

    def _dates(self) -> Iterator[Message]:
        q = self.qualification
        if self.date is None:
            return
        limits = {
            "date.not-yet-open": q.operational_start,
            "date.registration-closed": q.operational_end,
            "date.certification-closed": q.certification_end,
        }
        for code in q.refusals(self.date, self.event):
            yield Message.of(code, date=self.date.isoformat(), limit=str(limits[code]))

    def findings(self) -> tuple[Message, ...]:
        """Return every message: the qualification's, then those of each group that binds."""
        return (
            *self.messages,
            *(message for group in self.top_groups for message in group.findings()),
        )

    @property
    def units(self) -> Decimal:
        """How many units count."""
        return Decimal(self._placed.values[self._compiled.total_units])

    @property
    def credit(self) -> Decimal:
        """The credit that counts."""
        return self._view.amount(Measure.CREDIT, self._placed.values[self._compiled.total_credit])

    @property
    def guided_learning_hours(self) -> Decimal:
        """The guided learning hours that count."""
        return self._view.amount(Measure.GLH, self._placed.values[self._compiled.total_glh])

    @functools.cached_property
    def allocation(self) -> Mapping[UnitNumber, tuple[str, ...]]:
        """For each unit the groups in which it is placed; none for one that no group takes."""
        where = self._placed.where
        compiled_ = self._compiled
        return MappingProxyType(
            {
                number: tuple(
                    compiled_.groups[i].name
                    for i, bits in enumerate(where)
                    if bits >> compiled_.bits[number] & 1 and not compiled_.is_flat
                )
                for number in self.selection.numbers
            }
        )

    @property
    def surplus(self) -> tuple[UnitNumber, ...]:
        """Units in a group that counts, beyond what counts."""
        bits = self._placed.taken & ~self._placed.counted & ~self._compiled.never_counts
        return self._view.numbers(bits)

    @property
    def additional(self) -> tuple[UnitNumber, ...]:
        """Units that no group takes and that belong to no other pathway; recorded, never counted."""
        return self._view.numbers(self._placed.taken & self._compiled.homeless & ~self._compiled.outside)

    @functools.cached_property
    def pathways(self) -> "Mapping[str, Status]":
        """The status for each pathway: the chosen one, or every one, and every specialisation."""
        return MappingProxyType(
            {
                each.name: self._for(each)
                for each in self.qualification.pathways
                if each.name in self._earned
                or each.name == self.pathway
                or each.kind is PathwayKind.SPECIALISATION
            }
        )

    def _for(self, pathway: Pathway) -> "Status":
        if pathway.name == self.pathway:
            return self
        rules: tuple[Pathway, ...] = (pathway,)
        if pathway.kind is PathwayKind.SPECIALISATION:
            rules = (*(each for each in self._compiled.pathways if each.kind is not pathway.kind), pathway)
        return _status(self.selection, rules, pathway.name, self.date, self.event, {})

    @property
    def earned(self) -> tuple[str, ...]:
        """The names of the pathways, awards and specialisations that the selection earns."""
        return tuple(name for name, status in self.pathways.items() if status.ok)

    def text(self, wording: "str | Wording" = "portal") -> str:
        """Return the lines of the qualification in a wording: ``portal``, ``plain``, ``plain-cy``, or your own.

        Raises:
            WordingError: There is no such wording.
        """
        from roc.wordings import find  # noqa: PLC0415 - a verdict needs no wording

        return find(wording).status(self)

    def __bool__(self) -> bool:
        return self.ok

    def __reduce__(self) -> tuple[Any, ...]:
        rules = self._compiled.pathways
        return _status, (self.selection, rules, self.pathway, self.date, self.event, dict(self._earned))


def check(
    selection: Selection,
    *,
    date: dt.date | str | None = None,
    event: Event | str = Event.REGISTRATION,
) -> Status:
    """Check a selection as it stands.

    The time grows with the number of clauses and, for units that several groups list, with the number of
    different partial allocations; that number is limited, and a status tells whether the limit was reached.

    Args:
        selection: What to check; its pathway, or where it has none the nearest, is used.
        date: The day, to have the dates of the rule looked at.
        event: What happens on that day.

    Raises:
        SelectionError: What is given is no selection.
        DataError: The date or the event is none.
    """
    if not isinstance(selection, Selection):
        msg = f"a check is of a selection, not of {selection!r:.60}: begin one with Selection.start"
        raise SelectionError(msg)
    day = _to_date(date)
    event = Event(event)
    candidates = ways(selection.qualification, selection.pathway)
    if len(candidates) == 1 and (selection.pathway is not None or not candidates[0]):
        return _status(selection, candidates[0], selection.pathway, day, event, {})
    gaps = [_outcome(selection, pathways)[2] for pathways in candidates]
    best = candidates[gaps.index(min(gaps))]
    if selection.pathway is not None:
        return _status(selection, best, selection.pathway, day, event, {})
    earned = {way[0].name: not gap for way, gap in zip(candidates, gaps, strict=True)}
    return _status(selection, best, best[0].name, day, event, earned)


def _outcome(selection: Selection, pathways: tuple[Pathway, ...]) -> tuple[Compiled, Allocation | None, int]:
    """Return the compiled rule, the allocation where one had to be searched, and the gap."""
    taken, special, states = selection._bits
    rule = compiled(selection.qualification, pathways, special)
    if not taken & rule.free:
        values = rule.settled_values(taken, states, selection.conditions)
        if not any(values[node.hi_row] > node.hi for node in rule.hard):
            return rule, None, rule.gap(values)
    found = allocate(rule, taken, states, selection.conditions)
    return rule, found, found.gap


def _status(
    selection: Selection,
    pathways: tuple[Pathway, ...],
    name: str | None,
    date: dt.date | None,
    event: Event,
    earned: Mapping[str, bool],
) -> Status:
    rule, allocation, gap = _outcome(selection, pathways)
    in_date = date is None or not selection.qualification.refusals(date, event)
    return Status(
        selection=selection,
        pathway=name,
        ok=not gap and in_date,
        date=date,
        event=event,
        compiled=rule,
        allocation=allocation,
        earned=earned,
    )
