"""Check: a rule of combination against a selection, as it stands, with every finding."""

import datetime as dt
import functools
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, Self, final

import attrs

from roc._allocate import Allocation, allocate
from roc._compiled import (
    AllNode,
    BarredNode,
    BoundNode,
    ChoiceNode,
    Compiled,
    ConditionalNode,
    DistinctNode,
    GroupNode,
    LinkedNode,
    MandatoryNode,
    MetNode,
    Node,
    OutsideNode,
    RequiresNode,
    compiled,
)
from roc.groups import UnitGroup
from roc.messages import Message, Parameter, Severity
from roc.numbers import UnitNumber
from roc.qualification import Event, Pathway, PathwayKind, Qualification, _to_date
from roc.rules import Clause, Complete, Measure, Threshold
from roc.selection import Selection

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
class ClauseStatus:
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

    def evolve(self, **changes: Any) -> Self:
        """Return a copy with *changes*."""
        return attrs.evolve(self, **changes)


@final
@attrs.frozen(kw_only=True)
class GroupStatus:
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
        groups: Its sub-groups, by name.
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
    groups: "Mapping[str, GroupStatus]" = attrs.field(converter=MappingProxyType, hash=False)
    messages: tuple[Message, ...]

    def walk(self) -> "Iterator[GroupStatus]":
        """Yield this group and every group nested in it, outermost first."""
        yield self
        for group in self.groups.values():
            yield from group.walk()

    def findings(self) -> Iterator[Message]:
        """Yield its messages and those of its sub-groups that bind."""
        yield from self.messages
        for group in self.groups.values():
            if group.binding:
                yield from group.findings()

    def evolve(self, **changes: Any) -> Self:
        """Return a copy with *changes*."""
        return attrs.evolve(self, **changes)


@final
@attrs.frozen(kw_only=True, cache_hash=True)
class Status:
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
        """The allocation; for a selection without choices of place it is made when it is asked for."""
        if self._allocation is not None:
            return self._allocation
        taken, _, states = self.selection._bits
        return allocate(self._compiled, taken, states, self.selection.conditions)

    @property
    def exact(self) -> bool:
        """Whether no allocation of the units does better; false only where a limit was reached."""
        return self._placed.exact

    @functools.cached_property
    def _view(self) -> "_View":
        return _View(self)

    @functools.cached_property
    def groups(self) -> Mapping[str, GroupStatus]:
        """Every group by its name, nested ones too, outermost first."""
        return MappingProxyType(
            {each.group.name: each for top in self._view.tops() for each in top.walk()}
        )

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
            labels = tuple(
                each.label for each in self.qualification.pathways if each.name in self._earned
            )
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
        """Units that no group takes, and that belong to no other pathway: recorded, never counted."""
        return self._view.numbers(
            self._placed.taken & self._compiled.homeless & ~self._compiled.outside
        )

    @functools.cached_property
    def pathways(self) -> "Mapping[str, Status]":
        """The status for each pathway: the chosen one, or every one, and every specialisation."""
        names = [
            each.name
            for each in self.qualification.pathways
            if each.name in self._earned or each.kind is PathwayKind.SPECIALISATION
        ]
        return MappingProxyType({name: self._for(name) for name in names})

    def _for(self, name: str) -> "Status":
        q = self.qualification
        pathway = q.pathways_by_name[name]
        if name == self.pathway:
            return self
        rules: tuple[Pathway, ...] = (pathway,)
        if pathway.kind is PathwayKind.SPECIALISATION and self.pathway is not None:
            rules = (q.pathways_by_name[self.pathway], pathway)
        return _status(self.selection, rules, name, self.date, self.event, {})

    @property
    def earned(self) -> tuple[str, ...]:
        """The names of the pathways, awards and specialisations that the selection earns."""
        return tuple(name for name, status in self.pathways.items() if status.ok)

    def text(self, wording: str = "portal") -> str:
        """Return the lines of the qualification in a wording: ``portal``, ``plain``, ``plain-cy``, or your own."""
        raise NotImplementedError

    def __bool__(self) -> bool:
        return self.ok


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
    """
    q = selection.qualification
    day = _to_date(date)
    event = Event(event)
    if selection.pathway is not None:
        chosen = q.pathways_by_name[selection.pathway]
        return _status(selection, (chosen,), chosen.name, day, event, {})
    mains = [each for each in q.pathways if each.kind is not PathwayKind.SPECIALISATION]
    if not mains:
        return _status(selection, (), None, day, event, {})
    outcomes = [(each, *_outcome(selection, (each,))) for each in mains]
    best = min(outcomes, key=lambda outcome: outcome[3])
    earned = {each.name: not gap for each, _, _, gap in outcomes}
    return _status(selection, (best[0],), best[0].name, day, event, earned)


def _outcome(
    selection: Selection, pathways: tuple[Pathway, ...]
) -> tuple[Compiled, Allocation | None, int]:
    """Return the compiled rule, the allocation where one had to be searched, and the gap."""
    taken, special, states = selection._bits
    rule = compiled(selection.qualification, pathways, special)
    if not taken & rule.free:
        if rule.is_simple:
            values = rule.static_values(taken)
        else:
            values = rule.values(
                taken, taken & ~rule.never_counts, rule.static, states, selection.conditions
            )
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


class _View:
    """Reads the compiled rule and the row values of a status back into the words of the model."""

    __slots__ = ("_chosen", "placed", "rule", "status", "values")

    def __init__(self, status: Status) -> None:
        self.status, self.rule = status, status._compiled
        self.placed = status._placed
        self.values = self.placed.values

    def amount(self, measure: Measure, value: int) -> Decimal:
        """Return a row value as an exact amount."""
        return Decimal(value) if measure is Measure.UNITS else Decimal(value) / self.rule.scale

    def numbers(self, bits: int) -> tuple[UnitNumber, ...]:
        """Return the numbers of the units that are set."""
        return tuple(
            self.rule.units[bit].number for bit in range(bits.bit_length()) if bits >> bit & 1
        )

    def names(self, numbers: tuple[UnitNumber, ...]) -> tuple[str, ...]:
        """Return units as a person reads them: number and title."""
        return tuple(str(self.rule.units[self.rule.bits[number]]) for number in numbers)

    # -- groups -------------------------------------------------------------------------------------

    def tops(self) -> Iterator[GroupStatus]:
        """Yield the outermost groups."""
        for node in self.rule.tops:
            yield self.group(node, binding=True)

    def group(self, node: GroupNode, *, binding: bool) -> GroupStatus:
        """Return how a group stands."""
        clauses = tuple(self.clause(rule, node) for rule in node.rules)
        gaps = [child.gap(self.values) for child in node.groups]
        chosen = self._chosen_groups(node, gaps)
        groups = {
            child.group.name: self.group(child, binding=binding and i in chosen)
            for i, child in enumerate(node.groups)
        }
        bits = self.placed.where[node.index]
        below = 0
        for index in self.rule.below[node.index]:
            below |= self.placed.where[index]
        below &= self.placed.counted
        credit = sum(
            self.rule.weights[Measure.CREDIT][bit]
            for bit in range(below.bit_length())
            if below >> bit & 1
        )
        messages = [message for clause in clauses for message in clause.messages]
        messages += self._group_messages(node, gaps)
        return GroupStatus(
            group=node.group,
            path=node.path,
            ok=not node.gap(self.values),
            binding=binding,
            units=self.numbers(bits),
            counted=self.numbers(bits & self.placed.counted),
            credit=self.amount(Measure.CREDIT, credit),
            unit_count=below.bit_count(),
            clauses=clauses,
            groups=groups,
            messages=tuple(messages),
        )

    def _chosen_groups(self, node: GroupNode, gaps: list[int]) -> set[int]:
        """Return which sub-groups bind: all, or the nearest of a choice, those in use first."""
        if node.choose is None:
            return set(range(len(gaps)))
        ranked = sorted(
            range(len(gaps)), key=lambda i: (gaps[i], not self.values[node.used_rows[i]], i)
        )
        return set(ranked[: node.choose])

    def _group_messages(self, node: GroupNode, gaps: list[int]) -> Iterator[Message]:
        label = node.group.label
        if node.choose is None:
            failed = tuple(
                child.group.label for child, gap in zip(node.groups, gaps, strict=True) if gap
            )
            if failed:
                yield Message.of("group.groups-not-ok", path=node.path, group=label, groups=failed)
            return
        complete = sum(1 for gap in gaps if not gap)
        labels = tuple(child.group.label for child in node.groups)
        if complete < node.choose:
            yield Message.of(
                "group.choice-short",
                path=node.path,
                group=label,
                groups=labels,
                required=Decimal(node.choose),
                actual=Decimal(complete),
            )
        used = node.used(self.values)
        if not node.mixing and used > node.choose:
            yield Message.of(
                "group.mixed",
                path=node.path,
                group=label,
                groups=tuple(
                    child.group.label
                    for child, row in zip(node.groups, node.used_rows, strict=True)
                    if self.values[row]
                ),
                allowed=Decimal(node.choose),
            )

    # -- clauses ------------------------------------------------------------------------------------

    def clause(self, node: Node, group: GroupNode | None) -> ClauseStatus:
        """Return how a clause stands that is written in *group*, or over everything."""
        ok = not node.gap(self.values)
        match node:
            case BoundNode():
                return self._bound(node, group)
            case DistinctNode():
                return self._distinct(node, group)
            case MandatoryNode():
                return self._mandatory(node, ok=ok)
            case AllNode():
                return self._all(node, group, ok=ok)
            case ChoiceNode():
                return self._choice(node, group, ok=ok)
            case ConditionalNode():
                parts = (self.clause(node.when, group), self.clause(node.then, group))
                when, then = str(node.clause.when), str(node.clause.then)
                message = Message.of("conditional.not-met", path=node.path, when=when, then=then)
                return ClauseStatus(
                    clause=node.clause,
                    path=node.path,
                    ok=ok,
                    shortfall=parts[1].shortfall if not ok else _ZERO,
                    excess=parts[1].excess if not ok else _ZERO,
                    messages=() if ok else (message,),
                    parts=parts,
                )
            case _:
                return self._relation(node, ok=ok)

    def _relation(self, node: Node, *, ok: bool) -> ClauseStatus:
        """Return how a clause about particular units, or a condition, stands."""
        taken = self.placed.taken
        match node:
            case LinkedNode(clause=clause):
                chosen, missing = self._split(clause.units, taken)
                message = Message.of(
                    "linked.incomplete",
                    path=node.path,
                    units=self.names(chosen),
                    missing=self.names(missing),
                )
                required, actual = Decimal(len(clause.units)), Decimal(len(chosen))
                short = _ZERO if ok else required - actual
                return self._simple(clause, node.path, message, ok, required, actual, shortfall=short)
            case BarredNode(clause=clause):
                chosen, _ = self._split(clause.units, taken)
                message = Message.of("barred.together", path=node.path, units=self.names(chosen))
                held = Decimal(len(chosen))
                over = _ZERO if ok else held - 1
                return ClauseStatus(
                    clause=clause,
                    path=node.path,
                    ok=ok,
                    allowed=Decimal(1),
                    actual=Decimal(self.values[node.hi_row]),
                    taken=held,
                    excess=over,
                    messages=() if ok else (message,),
                )
            case RequiresNode(clause=clause):
                chosen, missing = self._split(clause.units, taken)
                message = Message.of(
                    "requires.missing",
                    path=node.path,
                    unit=self.names((clause.unit,))[0],
                    units=self.names(missing),
                    required=Decimal(clause.needed),
                    actual=Decimal(len(chosen)),
                    shortfall=Decimal(max(0, clause.needed - len(chosen))),
                )
                required, actual = Decimal(clause.needed), Decimal(len(chosen))
                short = _ZERO if ok else required - actual
                return self._simple(clause, node.path, message, ok, required, actual, shortfall=short)
            case MetNode(clause=clause):
                title = next(
                    each.label
                    for each in self.status.qualification.conditions
                    if each.name == clause.condition
                )
                message = Message.of("condition.not-met", path=node.path, condition=title)
                return ClauseStatus(
                    clause=clause, path=node.path, ok=ok, messages=() if ok else (message,)
                )
            case _:
                raise NotImplementedError

    def _simple(
        self,
        clause: Clause,
        path: str,
        message: Message,
        ok: bool,  # noqa: FBT001
        required: Decimal,
        actual: Decimal,
        *,
        shortfall: Decimal,
    ) -> ClauseStatus:
        return ClauseStatus(
            clause=clause,
            path=path,
            ok=ok,
            required=required,
            actual=actual,
            shortfall=shortfall,
            messages=() if ok else (message,),
        )

    def _split(
        self, numbers: tuple[UnitNumber, ...], taken: int
    ) -> tuple[tuple[UnitNumber, ...], tuple[UnitNumber, ...]]:
        """Return which of these units were taken, and which not."""
        bits = self.rule.bits
        return (
            tuple(number for number in numbers if taken >> bits[number] & 1),
            tuple(number for number in numbers if not taken >> bits[number] & 1),
        )

    def _bound(self, node: BoundNode, group: GroupNode | None) -> ClauseStatus:
        clause, measure, values = node.clause, node.clause.measure, self.values
        low, high = self.rule.resolved(clause)
        actual = self.amount(measure, values[node.lo_row if node.lo_row >= 0 else node.hi_row])
        taken = None if node.hi_row < 0 else self.amount(measure, values[node.hi_row])
        idle = node.used_row >= 0 and not values[node.used_row]
        short = max(_ZERO, low - actual) if low is not None and not idle else _ZERO
        over = (
            max(_ZERO, taken - high) if taken is not None and high is not None and not node.hi_hard else _ZERO
        )
        common: dict[str, Parameter] = {"rule": str(clause), "measure": measure.value, "actual": actual}
        if node.word is not None:
            common["word"] = node.word
        messages = []
        if short and low is not None:
            messages.append(
                self._bound_message(node, group, "short", common, required=low, shortfall=short)
            )
        if over and high is not None and taken is not None:
            common["actual"] = taken
            messages.append(
                self._bound_message(node, group, "over", common, allowed=high, excess=over)
            )
        return ClauseStatus(
            clause=clause,
            path=node.path,
            ok=not messages,
            required=low,
            allowed=high,
            actual=actual,
            taken=taken,
            shortfall=short,
            excess=over,
            messages=tuple(messages),
        )

    def _bound_message(
        self,
        node: BoundNode,
        group: GroupNode | None,
        what: str,
        common: Mapping[str, Parameter],
        **amounts: Decimal,
    ) -> Message:
        """Return the message of a threshold; the plain ones have codes of their own."""
        clause, scope = node.clause, node.clause.scope
        parameters: dict[str, Parameter] = {**common, **amounts}
        if group is not None:
            parameters["group"] = group.group.label
        code = f"threshold.{what}"
        if clause.each is None and scope.is_plain:
            code = f"{'qualification' if group is None else 'group'}.{clause.measure.value}-{what}"
        elif (
            group is None
            and what == "short"
            and clause.measure is Measure.CREDIT
            and scope.level_from is not None
            and scope.evolve(level_from=None).is_plain
        ):
            code = "qualification.credit-at-level-short"
            parameters["level"] = str(scope.level_from)
        else:
            parameters["scope"] = str(scope)
            if scope.groups:
                by_name = self.status.qualification.groups_by_name
                parameters["groups"] = tuple(by_name[name].label for name in scope.groups)
        return Message.of(code, path=node.path, **parameters)

    def _distinct(self, node: DistinctNode, group: GroupNode | None) -> ClauseStatus:
        clause = node.clause
        counted, taken = node.actual(self.values)
        low, high = clause.minimum, clause.maximum
        short = over = _ZERO
        if low is not None and not (clause.if_used and not taken):
            short = max(_ZERO, low - counted)
        if high is not None:
            over = max(_ZERO, taken - high)
        common: dict[str, Parameter] = {"rule": str(clause), "key": str(clause.distinct)}
        if group is not None:
            common["group"] = group.group.label
        messages = []
        if short and low is not None:
            messages.append(
                Message.of(
                    "threshold.kinds-short",
                    path=node.path,
                    required=low,
                    actual=Decimal(counted),
                    shortfall=short,
                    **common,
                )
            )
        if over and high is not None:
            messages.append(
                Message.of(
                    "threshold.kinds-over",
                    path=node.path,
                    allowed=high,
                    actual=Decimal(taken),
                    excess=over,
                    **common,
                )
            )
        return ClauseStatus(
            clause=clause,
            path=node.path,
            ok=not messages,
            required=low,
            allowed=high,
            actual=Decimal(counted),
            taken=Decimal(taken),
            shortfall=short,
            excess=over,
            messages=tuple(messages),
        )

    def _mandatory(self, node: MandatoryNode, *, ok: bool) -> ClauseStatus:
        group = self.rule.groups[node.group]
        placed = self.placed.where[node.group]
        _, missing = self._split(group.units, placed)
        message = Message.of(
            "group.mandatory-missing",
            path=node.path,
            group=group.label,
            units=self.names(missing),
            required=Decimal(node.need),
            actual=Decimal(self.values[node.row]),
            shortfall=Decimal(len(missing)),
        )
        return ClauseStatus(
            clause=None,
            path=node.path,
            ok=ok,
            required=Decimal(node.need),
            actual=Decimal(self.values[node.row]),
            shortfall=Decimal(len(missing)),
            messages=() if ok else (message,),
        )

    def _all(self, node: AllNode, group: GroupNode | None, *, ok: bool) -> ClauseStatus:
        clause = node.clause
        if isinstance(clause, Complete):
            label = self.status.qualification.groups_by_name[clause.group].label
            message = Message.of("group.incomplete", path=node.path, group=label)
            return ClauseStatus(
                clause=clause, path=node.path, ok=ok, messages=() if ok else (message,)
            )
        parts = tuple(self.clause(each, group) for each in node.nodes)
        amounts = isinstance(clause, Threshold)
        return ClauseStatus(
            clause=clause,
            path=node.path,
            ok=ok,
            shortfall=sum((part.shortfall for part in parts), _ZERO) if amounts else _ZERO,
            excess=sum((part.excess for part in parts), _ZERO) if amounts else _ZERO,
            messages=tuple(message for part in parts for message in part.messages),
            parts=parts,
        )

    def _choice(self, node: ChoiceNode, group: GroupNode | None, *, ok: bool) -> ClauseStatus:
        clause = node.clause
        parts = tuple(self.clause(each, group) for each in node.nodes)
        held = sum(1 for part in parts if part.ok)
        low, high = clause.at_least, clause.at_most
        common: dict[str, Parameter] = {
            "rule": str(clause),
            "options": tuple(str(option) for option in clause.options),
            "actual": Decimal(held),
        }
        messages = []
        if held < low:
            messages.append(
                Message.of("choice.short", path=node.path, required=Decimal(low), **common)
            )
        if high is not None and held > high:
            messages.append(
                Message.of("choice.over", path=node.path, allowed=Decimal(high), **common)
            )
        return ClauseStatus(
            clause=clause,
            path=node.path,
            ok=ok,
            required=Decimal(low),
            allowed=None if high is None else Decimal(high),
            actual=Decimal(held),
            shortfall=Decimal(max(0, low - held)),
            excess=_ZERO if high is None else Decimal(max(0, held - high)),
            messages=tuple(messages),
            parts=parts,
        )

    # -- units --------------------------------------------------------------------------------------

    def outside(self) -> Iterator[Message]:
        """Yield a message for each unit that belongs to other pathways only."""
        pathway = self.status.pathway
        labels = {each.name: each.label for each in self.status.qualification.pathways}
        for number in self.numbers(self.placed.taken & self.rule.outside):
            yield Message.of(
                "unit.outside-pathway",
                unit=self.names((number,))[0],
                pathway="" if pathway is None else labels[pathway],
            )

    def notes(self) -> Iterator[Message]:
        """Yield what is good to know: surplus and additional units, a limit that was reached."""
        for code, numbers in (
            ("unit.surplus", self.status.surplus),
            ("unit.additional", self.status.additional),
        ):
            for name in self.names(numbers):
                yield Message.of(code, severity=Severity.INFO, unit=name)
        if not self.placed.exact:
            yield Message.of("allocation.limit", severity=Severity.WARNING)
