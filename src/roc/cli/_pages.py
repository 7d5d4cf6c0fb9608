"""Answers of the solver as text for a person: headings, tables of units, conflicts with their places."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table

from roc._screen import (
    BLANK,
    Columns,
    Row,
    Section,
    Text,
    grid,
    hanging,
    hours_matter,
    indented,
    trimmed,
    verdict,
    visible,
    written,
)
from roc.answers import Bounds, Completion, Options, Reason, Repair, UnitOption, Verdict
from roc.cli._asking import Asked, many
from roc.display import _rule_header, _total
from roc.errors import LimitReachedError
from roc.numbers import UnitNumber
from roc.qualification import Qualification
from roc.rules import Measure
from roc.selection import Selection
from roc.status import check
from roc.units import Unit
from roc.wordings import Wording

if TYPE_CHECKING:
    from roc.conflicts import Conflict

_VERDICTS: Final = {
    Verdict.COMPLETE: "Complete",
    Verdict.COMPLETABLE: "Can be finished",
    Verdict.BLOCKED: "Blocked: it cannot be finished, whatever is added",
    Verdict.UNDECIDED: "Not known: a limit was reached",
}

_OPTIONS: Final = {
    UnitOption.FORCED: "Needed: in every way to finish",
    UnitOption.OPEN: "Open: can be chosen",
    UnitOption.CLOSED: "Closed: cannot be chosen any more",
    UnitOption.UNDECIDED: "Not known: a limit was reached",
    UnitOption.CHOSEN: "Chosen",
}
"""What can become of units, in the order in which a person wants to know."""

_REASONS: Final = {
    UnitOption.FORCED: "needed",
    UnitOption.OPEN: "open, it can be chosen",
    UnitOption.CLOSED: "closed",
    UnitOption.CHOSEN: "chosen already",
}

_LABELS: Final = {Measure.UNITS: "Units", Measure.CREDIT: "Credit", Measure.GLH: "GLH"}

_BAR: Final = 24
"""So wide is the longest bar."""

_NUMBER: Final = 20
"""So much of a unit's number stands on a line."""

ADDED: Final = "[+]"
DROPPED: Final = "[-]"


@attrs.frozen
class Page:
    """Blocks below each other."""

    blocks: tuple[RenderableType, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from trimmed(self.blocks, console, options)


@attrs.frozen
class Units:
    """A section with a table of units, whose columns stand below those of all units of the rule."""

    qualification: Qualification
    sections: tuple[Section, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        q = self.qualification
        deepest = max((each.depth for each in self.sections), default=0)
        whole = Section(rows=tuple(Row(unit, credit=unit.credit) for unit in q.units), depth=deepest + 1)
        columns = Columns(q, (*self.sections, whole))
        for each in self.sections:
            yield from each.parts(columns, options.max_width)


# -- what all pages have ----------------------------------------------------------------------------


def header(selection: Selection, status: tuple[str, bool]) -> RenderableType:
    """Return the header: the qualification, what is chosen, and how that stands."""
    return grid(tuple(_header(selection, status)))


def _header(selection: Selection, status: tuple[str, bool]) -> Iterator[tuple[str, Text]]:
    q = selection.qualification
    yield from _rule_header(q, selection.pathway)
    if selection.pathway is not None:
        yield "Pathway", Text(visible(q.pathways_by_name[selection.pathway].label))
    if selection.conditions:
        yield "Conditions", _conditions(q, selection.conditions)
    counted = check(selection)
    yield "Added", _total(q, counted.units, counted.credit, counted.guided_learning_hours)
    text, ok = status
    yield "Status", verdict(text, ok=ok)


def verdict_page(selection: Selection, found: Verdict) -> Page:
    """Return the header, with the verdict."""
    ok = found in {Verdict.COMPLETE, Verdict.COMPLETABLE}
    return Page((header(selection, (_VERDICTS[found], ok)),))


def check_page(selection: Selection) -> Page:
    """Return the header, with what the check says."""
    ok = check(selection).ok
    return Page((header(selection, ("Complete" if ok else "Not complete", ok)),))


def note(text: str) -> Page:
    """Return a sentence by itself."""
    return Page((BLANK, Text(visible(text))))


def _conditions(q: Qualification, names: Iterable[str]) -> Text:
    wanted = set(names)
    return Text(visible("; ".join(each.label for each in q.conditions if each.name in wanted)))


def has_credit(q: Qualification) -> bool:
    """Tell whether units of the qualification have credit."""
    return any(unit.credit is not None for unit in q.units)


def _rows(selection: Selection, units: Iterable[UnitNumber], mark: str = "") -> Iterator[Row]:
    """Yield units as rows; for a stand-in for a unit from elsewhere, what it stands in for."""
    q = selection.qualification
    entries = {entry.place: entry for entry in selection}
    for number in units:
        unit = q.units_by_number.get(number)
        if unit is None:
            own = entries[number].unit if number in entries else number
            unit = own if isinstance(own, Unit) else Unit(number=number)
        yield Row(unit, mark=mark, credit=unit.credit)


def _with_stand_ins(selection: Selection, added: Iterable[UnitNumber], mark: str = "") -> Iterator[Row]:
    """Yield added units as rows; a stand-in for a unit from elsewhere says where it goes."""
    q = selection.qualification
    places = None
    for row in _rows(selection, added, mark):
        if row.unit.number in q.units_by_number:
            yield row
            continue
        places = places or check(selection).allocation
        groups = " and ".join(q.groups_by_name[name].label for name in places[row.unit.number])
        title = f"any unit from elsewhere that fits {groups}"
        yield attrs.evolve(row, unit=row.unit.evolve(number="(elsewhere)", title=title))


def _facts(
    asked: Selection, q: Qualification, pathway: str | None, conditions: Sequence[str]
) -> Iterator[tuple[str, Text]]:
    if pathway is not None and asked.pathway is None:
        yield "Pathway", Text(visible(q.pathways_by_name[pathway].label))
    if conditions:
        yield "To be met", _conditions(q, conditions)


# -- complete, repair -------------------------------------------------------------------------------


def completion_page(asked: Asked, found: Completion, name: str, *, priced: bool) -> Page:
    """Return a completion: what it takes, and the units that are added."""
    q = asked.qualification
    heading = f"{name}: nothing to add"
    if found.added:
        credit = f", {many(found.credit, 'credit')}" if has_credit(q) else ""
        heading = f"{name}: {many(len(found.added), 'unit')}{credit}"
    fields = [*_facts(asked.selection, q, found.pathway, found.conditions)]
    if priced:
        fields.append(("Cost", Text(written(found.cost) or "")))
    rows = tuple(_with_stand_ins(found.selection, found.added))
    return _units_page(q, Section(heading=Text(heading, style="bold"), fields=tuple(fields), rows=rows))


def repair_page(asked: Asked, found: Repair, name: str, *, priced: bool) -> Page:
    """Return a repair: the units that are dropped and added."""
    q = asked.qualification
    edits = [
        f"{verb} {many(len(units), 'unit')}"
        for verb, units in (("drop", found.dropped), ("add", found.added))
        if units
    ]
    heading = f"{name}: {', '.join(edits) or 'nothing to change'}"
    fields = [*_facts(asked.selection, q, found.pathway, found.conditions)]
    if priced:
        fields.append(("Cost", Text(written(found.cost) or "")))
    rows = (*_rows(asked.selection, found.dropped, DROPPED), *_rows(found.selection, found.added, ADDED))
    return _units_page(q, Section(heading=Text(heading, style="bold"), fields=tuple(fields), rows=rows))


def _units_page(q: Qualification, *sections: Section) -> Page:
    return Page((Units(q, sections),))


# -- options ----------------------------------------------------------------------------------------


def options_page(found: Options) -> Page:
    """Return what can become of each unit, group by group."""
    return _units_page(found.selection.qualification, *_option_sections(found))


def _option_sections(found: Options) -> Iterator[Section]:
    q = found.selection.qualification
    for option, heading in _OPTIONS.items():
        numbers = found.where(option)
        if not numbers:
            continue
        head = Text(f"{heading} ({len(numbers)})", style="bold")
        places = [(label, units) for label, units in _by_group(q, numbers) if units]
        if [label for label, _ in places] == [""]:
            yield Section(heading=head, rows=tuple(_rows(found.selection, numbers)))
            continue
        yield Section(heading=head)
        for label, units in places:
            under = Text(label or "In no group", style="italic")
            yield Section(heading=under, rows=tuple(_rows(found.selection, units)), depth=1)


def _by_group(q: Qualification, numbers: Iterable[UnitNumber]) -> Iterator[tuple[str, list[UnitNumber]]]:
    """Yield the labels of groups with those of the units that they are the first to list."""
    left = dict.fromkeys(numbers)
    for group in q.all_groups():
        units = [number for number in group.units if number in left]
        for number in units:
            del left[number]
        yield visible(group.label), units
    yield "", list(left)


def reason_page(asked: Asked, reason: Reason, words: Wording) -> Page:
    """Return what can become of a unit, and why."""
    unit = asked.qualification.units_by_number[reason.unit]
    if reason.conflict is not None:
        return conflict_page(asked, reason.conflict, words)
    blocks: list[RenderableType] = [
        BLANK,
        Text(f"{visible(str(unit))}: {_REASONS[reason.option]}", style="bold"),
    ]
    if reason.completion is not None:
        name = "With it, the shortest way to finish"
        blocks += completion_page(asked, reason.completion, name, priced=False).blocks
    return Page(tuple(blocks))


# -- explain ----------------------------------------------------------------------------------------


def conflict_page(asked: Asked, conflict: "Conflict", words: Wording, name: str = "") -> Page:
    """Return a conflict in words, each clause with its place in the file."""
    blocks = [BLANK, Text(name, style="bold")] if name else []
    return Page((*blocks, *conflict_blocks(asked, conflict, words)))


def conflict_blocks(asked: Asked, conflict: "Conflict", words: Wording) -> Iterator[RenderableType]:
    """Yield what a conflict is about, then its clauses with their places, then the choices."""
    said = 0
    yield BLANK
    yield Text(visible(conflict.head.text(words)))
    for clause in conflict.clauses:
        for message in clause.messages:
            yield hanging(message.text(words))
        said += len(clause.messages)
        if clause.path != "$":
            line = asked.file.line(clause.path)
            place = asked.file.name if line is None else f"{asked.file.name}:{line}"
            yield indented(Text(f"{visible(place)}: {clause.path}", style="dim", overflow="fold"), 4)
    for message in conflict.messages[said:]:
        yield hanging(message.text(words))


# -- count ------------------------------------------------------------------------------------------


def whole(number: int) -> str:
    """Return a number with thousands separators, however long it is."""
    return f"{Decimal(number):,f}"


def percent(share: Fraction) -> str:
    """Return a share, such that only all is 100 % and only none is 0 %."""
    if share.denominator == 1:
        return f"{share * 100} %"
    shown = f"{float(share * 100):.1f}"
    return {"0.0": "<0.1", "100.0": ">99.9"}.get(shown, shown) + " %"


def count_page(selection: Selection, count: int | None, bounds: Iterable[Bounds]) -> Page:
    """Return the header with the number of completions, and what a finished selection comes to."""
    said = "not known: a limit was reached" if count is None else whole(count) if count else "none"
    fields: list[tuple[str, Text]] = [("Completions", Text(said, style="" if count else "red"))]
    for each in bounds:
        least, most = written(each.least), written(each.most)
        text = f"{least}" if least == most else f"{least} to {most}"
        fields.append((_LABELS[each.measure], Text(f"{text} when finished")))
    ok = check(selection).ok
    head = _header(selection, ("Complete" if ok else "Not complete", ok))
    return Page((grid(tuple(head)), BLANK, grid(tuple(fields))))


def measures(q: Qualification) -> tuple[Measure, ...]:
    """Return what can be told of a finished selection."""
    found = [Measure.UNITS]
    found += [Measure.CREDIT] if has_credit(q) else []
    found += [Measure.GLH] if hours_matter(q) else []
    return tuple(found)


def _table(*headings: str) -> Table:
    """Return a table whose columns are of numbers."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading, justify="right", overflow="fold")
    return table


def distribution_page(measure: Measure, found: Mapping[Decimal, int]) -> Page:
    """Return how many completions come to each total, with bars."""
    table = _table(_LABELS[measure], "Completions", "Share")
    table.add_column("", no_wrap=True)
    total, most = sum(found.values()), max(found.values(), default=1)
    for amount, number in found.items():
        bar = "#" * -(-_BAR * number // most)
        table.add_row(written(amount), whole(number), percent(Fraction(number, total)), bar)
    return Page((BLANK, indented(table, 2)))


def frequencies_page(q: Qualification, found: Mapping[UnitNumber, Fraction]) -> Page:
    """Return for each unit the share of completions that contain it, the greatest first."""
    table = _table("Share")
    table.add_column("Number", style="cyan", overflow="fold", max_width=_NUMBER)
    table.add_column("Title", overflow="fold")
    for number, share in sorted(found.items(), key=lambda each: -each[1]):
        title = q.units_by_number[number].title
        table.add_row(percent(share), Text(visible(str(number))), Text(visible(title)))
    return Page((BLANK, indented(table, 2)))


# -- sample -----------------------------------------------------------------------------------------


def sample_line(asked: Selection, drawn: Selection) -> str:
    """Return a finished selection on one line, as ``--select`` takes it; with a pathway that was not chosen."""
    numbers = ", ".join(map(str, drawn.numbers))
    name = drawn.pathway if asked.pathway is None else None
    label = "" if name is None else f"  ({asked.qualification.pathways_by_name[name].label})"
    return visible(f"{numbers}{label}")


# -- limits -----------------------------------------------------------------------------------------


def limit_text(error: LimitReachedError, said: str) -> str:
    """Return that a limit was reached, with what that means for the answer, and what can be done."""
    if error.reason:  # no limit that could be raised
        return f"A limit was reached: {error.reason}."
    return f"A limit was reached: {said}. Allow more with --states or --seconds."


def least_text(bound: object, *, priced: bool) -> str:
    """Return the least that a completion takes, as far as that is proven."""
    if not isinstance(bound, Decimal) or not bound:
        return ""
    least = written(bound)
    return f"; it costs at least {least}" if priced else f"; it takes at least {many(bound, 'unit')}"
