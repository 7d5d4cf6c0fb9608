"""Conflicts: why a selection cannot be finished, or a unit not be chosen or left out, as data and as text.

A conflict is minimal: whichever of its clauses is lifted, or of its choices dropped, the others agree.
"""

import contextlib
import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias, final

import attrs

from roc._engine.bits import each_bit
from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.explain import Core, Fact, facts, families
from roc._engine.parts import TooManyAlternativesError
from roc._engine.rule import Rule
from roc._record import Record
from roc.groups import GroupKind, UnitGroup
from roc.messages import Message, Parameter
from roc.numbers import UnitNumber
from roc.qualification import Pathway, Qualification
from roc.rules import Barred, Clause, Measure, Threshold, walk
from roc.scopes import quoted
from roc.selection import Selection
from roc.wordings import find

if TYPE_CHECKING:
    from roc.wordings import Wording

__all__ = ["Arithmetic", "Conflict", "ConflictClause", "explain", "line_finder", "read_conflict"]


def __dir__() -> list[str]:
    return __all__


@final
@attrs.frozen(kw_only=True)
class Arithmetic(Record):
    """The numbers of one bound in a conflict.

    Attributes:
        measure: What is counted; ``None``: different words of a tag, or sub-groups in use.
        is_floor: Whether it is a minimum out of reach, or a maximum that cannot be kept.
        bound: The minimum, or the maximum.
        present: What the units of the selection bring: the most that may count towards a minimum, the
            least that a maximum must see.
        reachable: The most that a selection can come to, or the least that it must come to, if it keeps to
            everything else in the conflict.
        pathways: The pathways for which these are the numbers; empty: all that are in question.
    """

    measure: Measure | None
    is_floor: bool
    bound: Decimal
    present: Decimal
    reachable: Decimal
    pathways: tuple[str, ...] = ()

    @property
    def needed(self) -> Decimal:
        """What a minimum still needs."""
        return max(Decimal(0), self.bound - self.present) if self.is_floor else Decimal(0)

    @property
    def addable(self) -> Decimal:
        """What can still be added towards a minimum."""
        return max(Decimal(0), self.reachable - self.present) if self.is_floor else Decimal(0)

    @property
    def gap(self) -> Decimal:
        """By how much the bound is missed at least."""
        return abs(self.bound - self.reachable)


@final
@attrs.frozen(kw_only=True)
class ConflictClause(Record):
    """A clause that takes part in a conflict.

    Attributes:
        path: Its place, as ``$.groups[2].rules[0]``; a group that is mandatory, or that is chosen from,
            has the place of the group, and units that belong to other pathways only have ``$``.
        clause: The clause; ``None``: what a group asks for by itself, or the whole.
        text: The clause in the rule language, or what the group asks for.
        scope: The name of the group or pathway that it stands in; ``None``: the qualification.
        facts: The arithmetic, where it is a plain bound.
        messages: What it says in this conflict, as messages.
    """

    path: str
    clause: Clause | None
    text: str
    scope: str | None
    facts: tuple[Arithmetic, ...]
    messages: tuple[Message, ...]


@final
@attrs.frozen(kw_only=True)
class Conflict(Record):
    """A minimal conflict: clauses and choices that no selection unites; without any one of them some does.

    Attributes:
        selection: What was asked about.
        clauses: The clauses, in the rule's order.
        choices: The units that the person chose; of linked units the first, and none that the rule needs anyway.
        families: For each choice the units of the selection that go with it, itself too.
        unit: The unit that was asked about; ``None``: the selection as it is.
        wanted: Whether that unit is taken to be chosen ("why is it closed?") or left out ("why is it forced?").
        head: What the conflict is about, as a message.
        messages: What is in conflict, as messages: the clauses, then the choices.
    """

    selection: Selection
    clauses: tuple[ConflictClause, ...]
    choices: tuple[UnitNumber, ...]
    families: tuple[tuple[UnitNumber, ...], ...]
    unit: UnitNumber | None
    wanted: bool
    head: Message
    messages: tuple[Message, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The places of the clauses."""
        return tuple(each.path for each in self.clauses)

    def lines(self, wording: "str | Wording" = "plain") -> tuple[str, ...]:
        """Return the conflict in a wording that has conflicts: what it is about, and a line for each part.

        Raises:
            WordingError: There is no such wording, or it has no templates for conflicts.
        """
        words = find(wording)
        return words.lines((self.head, *self.messages))

    def text(self, wording: "str | Wording" = "plain") -> str:
        """Return the conflict in a wording, the parts as a list.

        Raises:
            WordingError: There is no such wording, or it has no templates for conflicts.
        """
        head, *parts = self.lines(wording)
        return "\n".join([head, *(f"- {part}" for part in parts)])

    def __str__(self) -> str:
        return self.text()


def explain(
    selection: Selection,
    rules: Sequence[Rule],
    cores: Iterable[Core],
    budget: Budget,
    *,
    unit: UnitNumber | None = None,
    wanted: bool = True,
) -> Iterator[Conflict]:
    """Yield conflicts as an engine finds them, in the words of the model, with their arithmetic.

    Where the budget does not suffice for the arithmetic, it is left out.

    Args:
        selection: The selection.
        rules: The rule of each pathway in question, compiled.
        cores: What the engine finds.
        budget: What may be spent on the arithmetic.
        unit: A unit that was asked about.
        wanted: Whether it was taken to be chosen, or left out.
    """
    asked = 0 if unit is None else 1 << rules[0].bits[unit]
    must, banned = (asked, 0) if wanted else (0, asked)
    chosen = selection._bits[0]
    for core in cores:
        found: tuple[Fact, ...] = ()
        with contextlib.suppress(OutOfBudgetError, TooManyAlternativesError):
            found = facts(rules, chosen, core, budget, must=must, banned=banned)
        yield read_conflict(selection, rules, core, found, unit=unit, wanted=wanted)


def read_conflict(
    selection: Selection,
    rules: Sequence[Rule],
    core: Core,
    facts: Iterable[Fact] = (),
    *,
    unit: UnitNumber | None = None,
    wanted: bool = True,
) -> Conflict:
    """Return what the engine found, in the words of the model.

    Args:
        selection: The selection that was asked about.
        rules: The rules that the engine was asked about.
        core: The conflict.
        facts: Its arithmetic.
        unit: The unit that was asked about.
        wanted: Whether it was taken to be chosen, or left out.
    """
    return _Reader(selection, rules).conflict(core, tuple(facts), unit, wanted)


def line_finder(path: str | os.PathLike[str]) -> Callable[[str], int | None]:
    """Return what tells the line of a file on which a clause stands, by the clause's path.

    The file is read again; the model does not remember lines. For the whole the answer is ``None``.

    Raises:
        InvalidData: The file is not valid.
        OSError: The file cannot be opened.
    """
    from roc.formats._plain import path_of  # noqa: PLC0415 - only who reads a file needs the formats
    from roc.formats._qualification import read_qualification  # noqa: PLC0415 - as above
    from roc.formats._read import read_plain  # noqa: PLC0415 - as above

    data, lines = read_plain(path)
    _, origin = read_qualification(data, lines)
    return lambda place: lines.line(origin(path_of(place)))


_STEP: Final = re.compile(r"\.(groups|pathways|rules)\[([0-9]+)\]")

_Holder: TypeAlias = Qualification | UnitGroup | Pathway


def _place(qualification: Qualification, path: str) -> tuple[_Holder, Clause | None]:
    """Return what a clause stands in, and the clause."""
    holder: _Holder = qualification
    for name, index in _STEP.findall(path):
        found = getattr(holder, name)[int(index)]
        if name == "rules":
            return holder, found
        holder = found
    return holder, None


class _Reader:
    """Puts conflicts of one selection into the words of the model."""

    def __init__(self, selection: Selection, rules: Sequence[Rule]) -> None:
        self.selection, self.rules = selection, rules
        self.qualification = selection.qualification

    def conflict(
        self, core: Core, facts: tuple[Fact, ...], unit: UnitNumber | None, wanted: bool
    ) -> Conflict:
        if unit is None:
            head = Message.of("conflict.blocked")
        else:
            named = self._names([unit])[0]
            head = Message.of("conflict.closed" if wanted else "conflict.forced", unit=named)
        held = set(self.selection.numbers)
        rule = self.rules[0]
        family = families(self.rules)
        groups = tuple(
            tuple(number for number in self._numbers(family[bit]) if number in held)
            for bit in each_bit(core.choices)
        )
        clauses = tuple(
            self._clause(path, [fact for fact in facts if fact.source == path]) for path in core.sources
        )
        return Conflict(
            selection=self.selection,
            clauses=clauses,
            choices=tuple(rule.units[bit].number for bit in each_bit(core.choices)),
            families=groups,
            unit=unit,
            wanted=wanted,
            head=head,
            messages=(*(message for each in clauses for message in each.messages), *self._chosen(groups)),
        )

    def _numbers(self, mask: int) -> list[UnitNumber]:
        return [self.rules[0].units[bit].number for bit in each_bit(mask)]

    def _names(self, numbers: Iterable[UnitNumber]) -> tuple[str, ...]:
        rule = self.rules[0]
        return tuple(str(rule.units[rule.bits[number]]) for number in numbers)

    def _chosen(self, groups: Sequence[tuple[UnitNumber, ...]]) -> Iterator[Message]:
        alone = [number for numbers in groups if len(numbers) == 1 for number in numbers]
        if alone:
            yield Message.of("conflict.chosen", units=self._names(alone))
        for numbers in groups:
            if len(numbers) > 1:
                yield Message.of("conflict.chosen-together", units=self._names(numbers))

    # -- clauses ------------------------------------------------------------------------------------

    def _clause(self, path: str, facts: Sequence[Fact]) -> ConflictClause:
        holder, clause = _place(self.qualification, path)
        found = tuple(self._arithmetic(facts))
        if clause is not None:
            text = str(clause)
            messages = tuple(self._of_clause(path, holder, clause, found))
        elif isinstance(holder, UnitGroup):
            said = list(self._of_group(path, holder, found))
            text = "; ".join(each for each, _ in said)
            messages = tuple(message for _, message in said)
        else:
            text = "units that belong to other pathways only are not taken"
            messages = (Message.of("conflict.outside", path=path),)
        return ConflictClause(
            path=path,
            clause=clause,
            text=text,
            scope=holder.name if isinstance(holder, UnitGroup | Pathway) else None,
            facts=found,
            messages=messages,
        )

    def _arithmetic(self, facts: Sequence[Fact]) -> Iterator[Arithmetic]:
        """Yield the arithmetic, that of several pathways together where it is the same."""
        same: dict[Fact, list[int]] = {}
        for fact in facts:
            same.setdefault(fact._replace(way=0), []).append(fact.way)
        differ = len({(each.is_floor, each.measure) for each in same}) < len(same)
        for fact, each in same.items():
            scale = 1 if fact.measure in {None, Measure.UNITS} else self.rules[0].scale
            bound, present, reachable = (
                Decimal(amount) / scale for amount in (fact.bound, fact.present, fact.reachable)
            )
            routes = [self.rules[way].pathways[0].name for way in each if self.rules[way].pathways]
            yield Arithmetic(
                measure=fact.measure,
                is_floor=fact.is_floor,
                bound=bound,
                present=present,
                reachable=reachable,
                pathways=tuple(routes) if differ and len(self.rules) > 1 else (),
            )

    def _of_clause(
        self, path: str, holder: _Holder, clause: Clause, facts: Sequence[Arithmetic]
    ) -> Iterator[Message]:
        common: dict[str, Parameter] = {"rule": str(clause)}
        if isinstance(holder, UnitGroup):
            common["group"] = holder.label
        elif isinstance(holder, Pathway):
            common["pathways"] = (holder.label,)
        if not facts or isinstance(clause, Barred):
            yield Message.of("conflict.clause", common, path=path)
            return
        sees = self._sees(holder, clause)
        key = next((c.distinct for c in walk(clause) if isinstance(c, Threshold) and c.distinct), None)
        for fact in facts:
            values = {**common, **self._amounts(fact)}
            if fact.pathways:
                by_name = self.qualification.pathways_by_name
                values["pathways"] = tuple(by_name[name].label for name in fact.pathways)
            if fact.measure is None:
                code = "conflict.kinds-short" if fact.is_floor else "conflict.kinds-over"
                values["key"] = key or ""
            else:
                values["measure"] = fact.measure.value
                code = "conflict.over"
                if fact.is_floor:
                    code = "conflict.out-of-reach"
                    if fact.reachable >= fact.present:
                        code = "conflict.short" if fact.addable else "conflict.none-left"
                    values["groups"] = sees
            yield Message.of(code, values, path=path)

    def _sees(self, holder: _Holder, clause: Clause) -> tuple[str, ...]:
        """Return the labels of the groups that a threshold sees, unless it is all of them."""
        if isinstance(clause, Threshold) and clause.scope.groups:
            by_name = self.qualification.groups_by_name
            return tuple(by_name[name].label for name in clause.scope.groups)
        return (holder.label,) if isinstance(holder, UnitGroup) else ()

    @staticmethod
    def _amounts(fact: Arithmetic) -> dict[str, Parameter]:
        values: dict[str, Parameter] = {"actual": fact.present, "reachable": fact.reachable}
        if fact.is_floor:
            return {**values, "required": fact.bound, "shortfall": fact.needed, "addable": fact.addable}
        return {**values, "allowed": fact.bound, "excess": fact.gap}

    def _of_group(
        self, path: str, group: UnitGroup, facts: Sequence[Arithmetic]
    ) -> Iterator[tuple[str, Message]]:
        """Yield what a group asks for by itself, in words and as a message."""
        name = quoted(group.name)
        if group.kind is GroupKind.MANDATORY and group.units:
            need = len(group.units)
            text = f"all {need} units of {name}" if need > 1 else f"the unit of {name}"
            values: dict[str, Parameter] = {"group": group.label, "required": Decimal(need)}
            values.update(("reachable", fact.reachable) for fact in facts if fact.is_floor)
            yield text, Message.of("conflict.mandatory", values, path=path)
        labels = self._parts(group)
        if group.choose is not None and labels:
            need = min(group.choose, len(labels))
            values = {"group": group.label, "groups": labels, "required": Decimal(need)}
            text = f"at least {need} of the {len(labels)} groups of {name} complete"
            yield text, Message.of("conflict.group-choice", values, path=path)
            if not group.mixing:
                values = {"group": group.label, "groups": labels, "allowed": Decimal(group.choose)}
                text = f"units from at most {group.choose} of the groups of {name}"
                yield text, Message.of("conflict.group-mixed", values, path=path)

    def _parts(self, group: UnitGroup) -> tuple[str, ...]:
        """Return the labels of the sub-groups that are there on any of the pathways in question."""
        there = set(itertools.chain.from_iterable(rule.index for rule in self.rules))
        return tuple(each.label for each in group.groups if each.name in there)
