"""What the pages show: plain values, so that the templates need no logic."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.text import slugify

from groups.combination import Standing
from roc.answers import Completion, Repair, UnitOption, Verdict
from roc.combination import Combination
from roc.errors import DataError
from roc.groups import Opening
from roc.levels import Level
from roc.numbers import UnitNumber
from roc.qualification import Entry, Qualification
from roc.rules import Measure, State
from roc.selection import Selection
from roc.status import GroupStatus, Status
from roc.units import Unit

_LONGEST_SLUG = 80


def slug(qualification: Qualification) -> str:
    """Return what a qualification is called in addresses and forms; what a title loses, its checksum tells apart."""
    words = f"{qualification.number or qualification.title} {qualification.version or ''}"
    text = slugify(words.replace("/", "-"))
    if qualification.number is not None and len(text) <= _LONGEST_SLUG:
        return text
    return f"{text[: _LONGEST_SLUG - 9]}-{zlib.crc32(words.encode()):08x}"


def amount(value: Decimal | None) -> str:
    """Return an amount as it is shown; empty where there is none."""
    return "" if value is None else f"{value:f}"


def short(level: Level | None) -> str:
    """Return a level as it is shown in a table."""
    return "" if level is None else level.short


def counted(status: Status) -> str:
    """Return in words what counts."""
    units = f"{amount(status.units)} unit{'' if status.units == 1 else 's'}"
    return f"{units} and {amount(status.credit)} credits" if status.credit else units


def problem(found: DataError) -> str:
    """Return in words what is wrong with a line."""
    meant = f" Did you mean {' or '.join(found.suggestions)}?" if found.suggestions else ""
    words = f"{found.message[:1].upper()}{found.message[1:]}.{meant}"
    return words if found.line is None else f"Line {found.line}: {words}"


def sentence(words: Iterable[object]) -> str:
    """Return things joined as in a sentence."""
    *first, last = map(str, words)
    return f"{', '.join(first)} and {last}" if first else last


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A unit in a table."""

    id: str
    number: str
    title: str
    reference: str
    level: str
    credit: str
    is_chosen: bool = False
    is_needed: bool = False
    is_closed: bool = False
    notes: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A unit group."""

    id: str
    label: str
    ok: bool
    is_needed: bool
    number: str
    kind: str
    min_units: str
    min_credit: str
    status: str
    opening: str
    rows: tuple[Row, ...]
    groups: "tuple[Group, ...]"
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A way to finish, or to repair, that one click applies."""

    value: str
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    conditions: str
    pathway: str
    size: str
    needs_others: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A pathway or a condition that can be chosen."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A qualification of a draft with everything that belongs to it."""

    slug: str
    number: str
    title: str
    level: str
    min_units: str
    min_credit: str
    ok: bool
    lines: tuple[str, ...]
    progress: str
    missing: tuple[str, ...]
    groups: tuple[Group, ...]
    others: tuple[Row, ...]
    pathways: tuple[Choice, ...]
    conditions: tuple[Choice, ...]
    suggestions: tuple[Suggestion, ...]
    conflict: tuple[str, ...]
    is_blocked: bool
    is_limited: bool
    takes_others: bool

    @property
    def has_advice(self) -> bool:
        """Whether there is more to say than what is missing."""
        return self.is_blocked or self.is_limited or bool(self.suggestions)


class Reader:
    """Makes the values of one qualification."""

    def __init__(
        self,
        status: Status,
        standing: Standing | None = None,
        *,
        opened: str = "",
        reason: tuple[str, tuple[str, ...]] = ("", ()),
    ) -> None:
        self.status = status
        self.standing = standing
        self.opened = opened
        self.reason = reason
        self.q = status.qualification
        self.slug = slug(self.q)
        self.entries = {entry.place: entry for entry in status.selection}
        self.options = {} if standing is None else dict(standing.options.items)
        self.shown: set[UnitNumber] = set()
        self.count = 0

    def panel(self, standing: Standing) -> Panel:
        """Return all of it."""
        status, q, selection = self.status, self.q, self.status.selection
        groups = self.groups()
        pathway = None if selection.pathway is None else q.pathways_by_name[selection.pathway]
        number, level = q.number, q.level
        if pathway is not None:
            number, level = pathway.number or number, pathway.level or level
        verdict = standing.options.verdict
        return Panel(
            slug=self.slug,
            number=str(number or ""),
            title=q.title,
            level=short(level),
            min_units=amount(q.minimum(Measure.UNITS, selection.pathway)),
            min_credit=amount(q.minimum(Measure.CREDIT, selection.pathway)),
            ok=status.ok,
            lines=tuple(status.text("portal").splitlines()),
            progress=f"{counted(status)} count so far",
            missing=() if status.ok else tuple(status.text("plain").splitlines()),
            groups=groups,
            others=self.others(),
            pathways=tuple(self._pathways(selection)),
            conditions=tuple(
                Choice(value=each.name, label=each.label, is_chosen=each.name in selection.conditions)
                for each in q.conditions
            ),
            suggestions=tuple(suggestion(q, each, self.slug) for each in standing.suggestions),
            conflict=() if standing.conflict is None else standing.conflict.lines(),
            is_blocked=verdict is Verdict.BLOCKED,
            is_limited=standing.is_limited,
            takes_others=any(group.opening is not None for group in q.all_groups()),
        )

    def groups(self) -> tuple[Group, ...]:
        """Return the unit groups; units of a qualification without groups are one."""
        if self.q.groups:
            return tuple(self._group(each) for each in self.status.top_groups)
        return (self._plain(),)

    def others(self) -> tuple[Row, ...]:
        """Return the units that were chosen and stand in no group."""
        left = [number for number in self.entries if number not in self.shown]
        return tuple(self._rows(left, f"q-{self.slug}-others", ()))

    @staticmethod
    def _pathways(selection: Selection) -> Iterator[Choice]:
        if selection.qualification.pathways:
            yield Choice(value="", label="Not chosen yet", is_chosen=selection.pathway is None)
        for each in selection.qualification.pathways:
            yield Choice(value=each.name, label=each.label, is_chosen=each.name == selection.pathway)

    def _next_id(self) -> str:
        self.count += 1
        return f"q-{self.slug}-g{self.count}"

    def _plain(self) -> Group:
        status, name = self.status, self._next_id()
        rows = tuple(self._rows([unit.number for unit in self.q.units], name, tuple(self.entries)))
        return Group(
            id=name,
            label="Units",
            ok=status.ok,
            is_needed=True,
            number="",
            kind="",
            min_units=amount(self.q.min_units),
            min_credit=amount(self.q.min_credit),
            status="",
            opening="",
            rows=rows,
            groups=(),
            is_open=True,
        )

    def _group(self, found: GroupStatus) -> Group:
        group, name = found.group, self._next_id()
        rows = tuple(self._rows(dict.fromkeys((*group.units, *found.units)), name, found.units))
        inner = tuple(self._group(each) for each in found.groups)
        return Group(
            id=name,
            label=group.label,
            ok=found.ok,
            is_needed=found.binding or found.ok,
            number=group.number or "",
            kind=group.kind.value.capitalize(),
            min_units=amount(group.min_units),
            min_credit=amount(group.min_credit),
            status=found.text("portal"),
            opening="" if group.opening is None else opening(group.opening),
            rows=rows,
            groups=inner,
            is_open=name == self.opened or any(each.is_open for each in inner),
        )

    def _rows(
        self, numbers: Iterable[UnitNumber], group: str, placed: tuple[UnitNumber, ...]
    ) -> Iterator[Row]:
        for i, number in enumerate(numbers):
            self.shown.add(number)
            name = f"{group}-u{i}"
            entry = self.entries.get(number)
            unit = self.q.units_by_number.get(number)
            if unit is None and entry is not None and isinstance(entry.unit, Unit):
                unit = entry.unit
            option = self.options.get(number)
            yield Row(
                id=name,
                number=str(number),
                title="" if unit is None else unit.title,
                reference="" if unit is None else unit.reference or "",
                level=short(None if unit is None else unit.level),
                credit=amount(None if unit is None else unit.credit),
                is_chosen=entry is not None,
                is_needed=option is UnitOption.FORCED,
                is_closed=option is UnitOption.CLOSED,
                notes=() if entry is None else tuple(self._notes(entry, is_here=number in placed)),
                reason=self.reason[1] if name == self.reason[0] else (),
            )

    def _notes(self, entry: Entry, *, is_here: bool) -> Iterator[str]:
        if not is_here:
            for name in self.status.allocation.get(entry.place, ()):
                yield f"Counts in {self.q.groups_by_name[name].label}."
        if entry.state is not State.ACHIEVED:
            yield f"{entry.state.value.upper() if entry.state is State.RPL else entry.state.value.capitalize()}."
        if isinstance(entry.unit, Unit):
            yield "From elsewhere."


def opening(found: Opening) -> str:
    """Return in words what a group takes besides its own units."""
    limits = []
    if found.level_from is not None:
        limits.append(f"at {found.level_from} or above")
    if found.level_to is not None:
        limits.append(f"at {found.level_to} or below")
    if found.tags:
        limits.append(f"marked {' or '.join(sorted(found.tags))}")
    whose = (
        "units of this qualification’s other groups and from elsewhere"
        if found.listed
        else "units from elsewhere"
    )
    return f"This group also takes {', '.join((whose, *limits))}."


def suggestion(q: Qualification, found: Completion | Repair, of: str) -> Suggestion:
    """Return a completion or a repair as it is shown."""
    dropped = found.dropped if isinstance(found, Repair) else ()
    count = len(found.added)
    size = f"{count} unit{'' if count == 1 else 's'}"
    if isinstance(found, Completion):
        size += f", {amount(found.credit)} credits" if found.credit else ""
    chosen = "" if found.pathway is None else q.pathways_by_name[found.pathway].label
    labels = {each.name: each.label for each in q.conditions}
    return Suggestion(
        value=f"{of}|{key(found)}",
        added=tuple(_names(q, found, found.added)),
        dropped=tuple(_names(q, found, dropped)),
        conditions=sentence(labels[name] for name in found.conditions) if found.conditions else "",
        pathway=chosen if found.pathway != found.selection.pathway or len(q.pathways) > 1 else "",
        size=size,
        needs_others=any(each not in q.units_by_number for each in found.added),
    )


def _names(q: Qualification, found: Completion | Repair, numbers: Iterable[UnitNumber]) -> Iterator[str]:
    """Yield units as they are suggested; what stands in for a unit from elsewhere is no unit yet."""
    entries = {entry.place: entry for entry in found.selection}
    for number in numbers:
        unit = q.units_by_number.get(number)
        if unit is not None:
            yield str(unit)
            continue
        other = entries[number].unit if number in entries else None
        credit = other.credit if isinstance(other, Unit) else None
        yield "a unit from elsewhere" + (f" with {amount(credit)} credits" if credit else "")


def listed(found: Completion | Repair, before: Selection) -> Selection:
    """Return what a suggestion leads to, without what stands in for units from elsewhere."""
    entries = [each for each in found.selection if not isinstance(each.unit, Unit) or each in before.entries]
    return found.selection.evolve(entries=entries)


def key(found: Completion | Repair) -> str:
    """Return what tells one suggestion from the others."""
    dropped = found.dropped if isinstance(found, Repair) else ()
    return "|".join((found.pathway or "", ",".join(map(str, dropped)), ",".join(map(str, found.added))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the ROC Checker found."""

    ok: bool
    panel_title: str
    lines: tuple[str, ...]
    missing: tuple[str, ...]
    pathway: str
    progress: str
    groups: tuple[Group, ...]
    surplus: tuple[str, ...]
    exact: bool


def result(found: Combination) -> Result:
    """Return the best combination as it is shown."""
    status = found.status
    q = status.qualification
    reader = Reader(status)
    units = q.units_by_number
    return Result(
        ok=status.ok,
        panel_title=str(q),
        lines=tuple(status.text("portal").splitlines()),
        missing=() if status.ok else tuple(status.text("plain").splitlines()),
        pathway="" if status.pathway is None else q.pathways_by_name[status.pathway].label,
        progress=f"{counted(status)} count",
        groups=reader.groups(),
        surplus=tuple(
            f"{each} {units[each].title}" if each in units else str(each) for each in found.surplus
        ),
        exact=found.exact,
    )
