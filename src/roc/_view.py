"""Reads the compiled rule and the row values of a status back into the words of the model."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from roc._allocate import each_bit
from roc._nodes import (
    AllNode,
    BarredNode,
    BoundNode,
    ChoiceNode,
    ConditionalNode,
    DistinctNode,
    GroupNode,
    LinkedNode,
    MandatoryNode,
    MetNode,
    Node,
    RequiresNode,
)
from roc.levels import Level
from roc.messages import Message, Parameter, Severity
from roc.numbers import UnitNumber
from roc.rules import Complete, Measure, Threshold
from roc.status import ClauseStatus, GroupStatus, Status

_ZERO: Final = Decimal(0)


class View:
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
        units = self.rule.units
        return tuple([units[bit].number for bit in each_bit(bits)])

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
        groups = tuple(
            self.group(child, binding=binding and i in chosen) for i, child in enumerate(node.groups)
        )
        bits = self.placed.where[node.index]
        below = 0
        for index in self.rule.below[node.index]:
            below |= self.placed.where[index]
        below &= self.placed.counted
        weights = self.rule.weights[Measure.CREDIT]
        credit = sum([weights[bit] for bit in each_bit(below)])
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
        ranked = sorted(range(len(gaps)), key=lambda i: (gaps[i], not self.values[node.used_rows[i]], i))
        return set(ranked[: node.choose])

    def _group_messages(self, node: GroupNode, gaps: list[int]) -> Iterator[Message]:
        label = node.group.label
        if node.choose is None:
            failed = tuple(child.group.label for child, gap in zip(node.groups, gaps, strict=True) if gap)
            if failed:
                yield Message.of("group.groups-not-ok", path=node.path, group=label, groups=failed)
            return
        complete = sum(1 for gap in gaps if not gap)
        labels = tuple(child.group.label for child in node.groups)
        required = min(node.choose, len(gaps))  # a pathway may have fewer of them
        if complete < required:
            yield Message.of(
                "group.choice-short",
                path=node.path,
                group=label,
                groups=labels,
                required=Decimal(required),
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
        match node:
            case LinkedNode(clause=clause):
                chosen, missing = self._split(clause.units, self.placed.taken)
                required, actual = Decimal(len(clause.units)), Decimal(len(chosen))
                return ClauseStatus(
                    clause=clause,
                    path=node.path,
                    ok=ok,
                    required=required,
                    actual=actual,
                    shortfall=_ZERO if ok else required - actual,
                    messages=()
                    if ok
                    else self._message(
                        "linked.incomplete",
                        node,
                        units=self.names(chosen),
                        missing=self.names(missing),
                    ),
                )
            case BarredNode(clause=clause):
                chosen, _ = self._split(clause.units, self.placed.taken)
                held = Decimal(len(chosen))
                return ClauseStatus(
                    clause=clause,
                    path=node.path,
                    ok=ok,
                    allowed=Decimal(1),
                    actual=Decimal(self.values[node.hi_row]),
                    taken=held,
                    excess=_ZERO if ok else held - 1,
                    messages=() if ok else self._message("barred.together", node, units=self.names(chosen)),
                )
            case RequiresNode(clause=clause):
                chosen, missing = self._split(clause.units, self.placed.taken)
                required, actual = Decimal(clause.needed), Decimal(len(chosen))
                short = _ZERO if ok else required - actual
                return ClauseStatus(
                    clause=clause,
                    path=node.path,
                    ok=ok,
                    required=required,
                    actual=actual,
                    shortfall=short,
                    messages=()
                    if ok
                    else self._message(
                        "requires.missing",
                        node,
                        unit=self.names((clause.unit,))[0],
                        units=self.names(missing),
                        required=required,
                        actual=actual,
                        shortfall=short,
                    ),
                )
            case MetNode(clause=clause):
                titles = {each.name: each.label for each in self.status.qualification.conditions}
                return ClauseStatus(
                    clause=clause,
                    path=node.path,
                    ok=ok,
                    messages=()
                    if ok
                    else self._message("condition.not-met", node, condition=titles[clause.condition]),
                )
            case _:
                raise NotImplementedError

    @staticmethod
    def _message(code: str, node: Node, **parameters: Parameter) -> tuple[Message, ...]:
        return (Message.of(code, parameters, path=node.path),)

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
        measure, values = node.clause.measure, self.values
        low, high = self.rule.resolved(node.clause)
        actual = self.amount(measure, values[node.lo_row if node.lo_row >= 0 else node.hi_row])
        taken = None if node.hi_row < 0 else self.amount(measure, values[node.hi_row])
        idle = node.used_row >= 0 and not values[node.used_row]
        short = over = _ZERO
        messages: tuple[Message, ...] = ()
        if low is not None and actual < low and not idle:
            short = low - actual
            amounts = {"required": low, "actual": actual, "shortfall": short}
            messages = self._bound_message(node, group, "short", amounts)
        if high is not None and taken is not None and taken > high and not node.hi_hard:
            over = taken - high
            amounts = {"allowed": high, "actual": taken, "excess": over}
            messages += self._bound_message(node, group, "over", amounts)
        return ClauseStatus(
            clause=node.clause,
            path=node.path,
            ok=not messages,
            required=low,
            allowed=high,
            actual=actual,
            taken=taken,
            shortfall=short,
            excess=over,
            messages=messages,
        )

    def _bound_message(
        self, node: BoundNode, group: GroupNode | None, what: str, amounts: Mapping[str, Decimal]
    ) -> tuple[Message, ...]:
        """Return the message of a threshold; the plain ones have codes of their own."""
        if what not in node.facts:
            node.facts[what] = self._bound_facts(node.clause, group, what)
        code, facts = node.facts[what]
        if node.word is not None:
            facts = {**facts, "word": node.word}
        return self._message(code, node, **facts, **amounts)

    def _bound_facts(
        self, clause: Threshold, group: GroupNode | None, what: str
    ) -> tuple[str, Mapping[str, Parameter]]:
        """Return the code and the unchanging parameters of a threshold's message."""
        scope = clause.scope
        facts: dict[str, Parameter] = {"rule": str(clause), "measure": clause.measure.value}
        if group is not None:
            facts["group"] = group.group.label
        if clause.each is None and scope.is_plain:
            return f"{'qualification' if group is None else 'group'}.{clause.measure.value}-{what}", facts
        if (
            group is None
            and what == "short"
            and clause.measure is Measure.CREDIT
            and scope.level_from is not None
            and scope.level_from == self._own_level()
            and scope.evolve(level_from=None).is_plain
        ):
            return "qualification.credit-at-level-short", {**facts, "level": str(scope.level_from)}
        facts["scope"] = str(scope)
        if clause.each is not None:
            facts["key"] = clause.each
        if scope.groups:
            by_name = self.status.qualification.groups_by_name
            facts["groups"] = tuple(by_name[name].label for name in scope.groups)
        return f"threshold.{what}", facts

    def _own_level(self) -> Level | None:
        """Return the level of the pathway, or of the qualification: "the same level" in a portal's words."""
        q, name = self.status.qualification, self.status.pathway
        own = None if name is None else q.pathways_by_name[name].level
        return q.level if own is None else own

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
        messages: list[Message] = []
        if short and low is not None:
            messages.append(
                Message.of(
                    "threshold.kinds-short",
                    common,
                    path=node.path,
                    required=low,
                    actual=Decimal(counted),
                    shortfall=short,
                )
            )
        if over and high is not None:
            messages.append(
                Message.of(
                    "threshold.kinds-over",
                    common,
                    path=node.path,
                    allowed=high,
                    actual=Decimal(taken),
                    excess=over,
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
        required, actual = Decimal(node.need), Decimal(self.values[node.row])
        short = required - actual
        messages: tuple[Message, ...] = ()
        if not ok:
            group = self.rule.groups[node.group]
            _, missing = self._split(group.units, self.placed.where[node.group])
            messages = self._message(
                "group.mandatory-missing",
                node,
                group=group.label,
                units=self.names(missing),
                required=required,
                actual=actual,
                shortfall=short,
            )
        return ClauseStatus(
            clause=None,
            path=node.path,
            ok=ok,
            required=required,
            actual=actual,
            shortfall=short,
            messages=messages,
        )

    def _all(self, node: AllNode, group: GroupNode | None, *, ok: bool) -> ClauseStatus:
        clause = node.clause
        if isinstance(clause, Complete):
            label = self.status.qualification.groups_by_name[clause.group].label
            message = Message.of("group.incomplete", path=node.path, group=label)
            return ClauseStatus(clause=clause, path=node.path, ok=ok, messages=() if ok else (message,))
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
        low, high, over = clause.at_least, clause.at_most, node.over(self.values)
        common: dict[str, Parameter] = {
            "rule": str(clause),
            "options": tuple(str(option) for option in clause.options),
        }
        messages: list[Message] = []
        if held < low:
            short = {**common, "required": Decimal(low), "actual": Decimal(held)}
            messages.append(Message.of("choice.short", short, path=node.path))
        if high is not None and over:
            excess = {**common, "allowed": Decimal(high), "actual": Decimal(high + over)}
            messages.append(Message.of("choice.over", excess, path=node.path))
        return ClauseStatus(
            clause=clause,
            path=node.path,
            ok=ok,
            required=Decimal(low),
            allowed=None if high is None else Decimal(high),
            actual=Decimal(held),
            shortfall=Decimal(max(0, low - held)),
            excess=Decimal(over),
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
