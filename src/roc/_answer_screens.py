"""Screens of the solver's answers: completions, options, reasons, conflicts, repairs and counts."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

import attrs

from roc._page import (
    ADDED,
    DROPPED,
    GAP,
    MEASURES,
    NEITHER,
    Bar,
    Block,
    Cell,
    Fields,
    Grid,
    Heading,
    Items,
    Mark,
    Pairs,
    Paragraph,
    Row,
    Screen,
    Section,
    Tone,
    Units,
    Words,
    hours_matter,
    many,
    said,
    verdict,
    written,
)
from roc._status_screens import rule_header, total
from roc.answers import Bounds, Completion, Options, Reason, Repair, UnitOption, Verdict
from roc.conflicts import Conflict
from roc.errors import LimitReachedError
from roc.numbers import UnitNumber
from roc.qualification import Qualification
from roc.rules import Measure
from roc.selection import Selection
from roc.status import check
from roc.units import Unit
from roc.wordings import Wording, find

VERDICTS: Final = {
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

_LABELS: Final = dict(MEASURES)


_MOST: Final = 8
"""So many ways to finish are compared, unless a call says otherwise: more columns nobody could read."""

_NONE: Final = "There is no way to finish."

Places = Callable[[str], str | None]
"""Tells where in a file a clause stands, by its path."""


# -- what many screens have -------------------------------------------------------------------------


def _header(selection: Selection, text: str, *, ok: bool) -> Fields:
    return Fields(tuple(_header_pairs(selection, text, ok=ok)))


def _header_pairs(selection: Selection, text: str, *, ok: bool) -> Iterator[tuple[str, Words]]:
    q = selection.qualification
    yield from rule_header(q, selection.pathway)
    if selection.pathway is not None:
        yield "Pathway", said(q.pathways_by_name[selection.pathway].label)
    if selection.conditions:
        yield "Conditions", _conditions(q, selection.conditions)
    counted = check(selection)
    yield "Added", total(q, counted.units, counted.credit, counted.guided_learning_hours)
    yield "Status", verdict(text, ok=ok)


def verdict_screen(selection: Selection, found: Verdict) -> Screen:
    """Return the header, with the verdict."""
    ok = found in {Verdict.COMPLETE, Verdict.COMPLETABLE}
    return Screen(blocks=(_header(selection, VERDICTS[found], ok=ok),))


def check_screen(selection: Selection) -> Screen:
    """Return the header, with what the check says."""
    ok = check(selection).ok
    return Screen(blocks=(_header(selection, "Complete" if ok else "Not complete", ok=ok),))


def selection_screen(selection: Selection) -> Screen:
    """Return the header, and the units that are chosen."""
    q = selection.qualification
    rows = tuple(_rows(selection, selection.numbers))
    return joined(check_screen(selection), _units_screen(q, Section(rows=rows)))


def note(text: str) -> Screen:
    """Return a sentence by itself."""
    return Screen(blocks=(GAP, Paragraph(said(text))))


def joined(*screens: Screen) -> Screen:
    """Return screens below each other as one."""
    return Screen(blocks=tuple(itertools.chain.from_iterable(each._blocks for each in screens)))


def _conditions(q: Qualification, names: Iterable[str]) -> Words:
    wanted = set(names)
    return said("; ".join(each.label for each in q.conditions if each.name in wanted))


def _has_credit(q: Qualification) -> bool:
    return any(unit.credit is not None for unit in q.units)


def _rows(selection: Selection, units: Iterable[UnitNumber], mark: Mark | None = None) -> Iterator[Row]:
    """Yield units as rows; for a stand-in for a unit from elsewhere, what it stands in for."""
    q = selection.qualification
    entries = {entry.place: entry for entry in selection}
    for number in units:
        unit = q.units_by_number.get(number)
        if unit is None:
            own = entries[number].unit if number in entries else number
            unit = own if isinstance(own, Unit) else Unit(number=number)
        yield Row(unit, mark=mark, credit=unit.credit)


def _with_stand_ins(
    selection: Selection, added: Iterable[UnitNumber], mark: Mark | None = None
) -> Iterator[Row]:
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
    q: Qualification, pathway: str | None, conditions: Sequence[str], cost: Decimal | None
) -> Iterator[tuple[str, Words]]:
    if pathway is not None:
        yield "Pathway", said(q.pathways_by_name[pathway].label)
    if conditions:
        yield "To be met", _conditions(q, conditions)
    if cost is not None:
        yield "Cost", said(written(cost) or "")


def _units_screen(q: Qualification, *sections: Section) -> Screen:
    return Screen(blocks=(Units(q, sections, whole=True),))


# -- complete, repair -------------------------------------------------------------------------------


def _new_pathway(asked: Selection | None, found: Completion | Repair) -> str | None:
    """Return the pathway of an answer, where it is not the one that was asked for."""
    return found.pathway if asked is None or asked.pathway is None else None


def completion_screen(
    found: Completion, name: str = "Way to finish", *, asked: Selection | None = None, priced: bool = False
) -> Screen:
    """Return a completion: what it takes, and the units that are added."""
    q = found.selection.qualification
    heading = f"{name}: {completion_size(found)}"
    cost = found.cost if priced else None
    fields = tuple(_facts(q, _new_pathway(asked, found), found.conditions, cost))
    rows = tuple(_with_stand_ins(found.selection, found.added))
    return _units_screen(q, Section(heading=said(heading, Tone.STRONG), fields=fields, rows=rows))


def completion_size(found: Completion) -> str:
    """Return how much a completion adds."""
    if not found.added:
        return "nothing to add"
    credit = f", {many(found.credit, 'credit')}" if _has_credit(found.selection.qualification) else ""
    return f"{many(len(found.added), 'unit')}{credit}"


def repair_screen(
    found: Repair, name: str = "Repair", *, asked: Selection | None = None, priced: bool = False
) -> Screen:
    """Return a repair: the units that are dropped and added."""
    q = found.selection.qualification
    edits = [
        f"{verb} {many(len(units), 'unit')}"
        for verb, units in (("drop", found.dropped), ("add", found.added))
        if units
    ]
    heading = f"{name}: {', '.join(edits) or 'nothing to change'}"
    cost = found.cost if priced else None
    fields = tuple(_facts(q, _new_pathway(asked, found), found.conditions, cost))
    before = found.selection if asked is None else asked
    rows = (*_rows(before, found.dropped, DROPPED), *_rows(found.selection, found.added, ADDED))
    return _units_screen(q, Section(heading=said(heading, Tone.STRONG), fields=fields, rows=rows))


def completions_screen(completions: Iterable[Completion], *, most: int = _MOST) -> Screen:
    """Return a table that compares completions: what each comes to, and which units it adds.

    Only as many are asked for as are shown, so that what :meth:`roc.solver.Solver.completions` returns may be
    given as it is.

    Args:
        completions: Completions of one selection.
        most: So many of them are compared.
    """
    found: list[Completion] = []
    notes: list[Block] = []
    try:
        found += itertools.islice(completions, most)
    except LimitReachedError as error:
        notes = list(note(f"{error} There may be others.")._blocks)
        if isinstance(error.found, Completion):
            found.append(error.found)
    if not found:
        return Screen(blocks=(Paragraph(said(_NONE)), *notes))
    return Screen(blocks=(_compared(found), *notes))


def _compared(found: Sequence[Completion]) -> Grid:
    names = [f"Way {i}" for i in range(1, len(found) + 1)] if len(found) > 1 else ["Way to finish"]
    headings = (Heading("Unit"), *(Heading(name, is_amount=True) for name in names))
    rows: list[tuple[Cell, ...]] = [
        (said(label, Tone.STRONG), *map(said, values)) for label, values in _sizes(found)
    ]
    added = [dict.fromkeys(_with_stand_ins(each.selection, each.added)) for each in found]
    for row in dict.fromkeys(itertools.chain.from_iterable(added)):
        label = said(str(row.unit.number), Tone.NUMBER) + said(" " if row.title else "") + row.title
        rows.append((label, *(ADDED if row in each else NEITHER for each in added)))
    return Grid(headings, tuple(rows))


def _sizes(found: Sequence[Completion]) -> Iterator[tuple[str, list[str]]]:
    """Yield what completions come to, and where they end."""
    q = found[0].selection.qualification
    yield "Units added", [str(len(each.added)) for each in found]
    if _has_credit(q):
        yield "Credit added", [written(each.credit) or "" for each in found]
    if any(each.cost != len(each.added) for each in found):
        yield "Cost", [written(each.cost) or "" for each in found]
    if any(each.pathway is not None for each in found):
        labels = {each.name: each.label for each in q.pathways}
        yield "Pathway", ["" if each.pathway is None else labels[each.pathway] for each in found]
    if any(each.conditions for each in found):
        yield "To be met", [str(_conditions(q, each.conditions)) for each in found]
    if not all(each.exact for each in found):
        yield "Proven", ["yes" if each.exact else "no: a limit was reached" for each in found]


# -- options ----------------------------------------------------------------------------------------


def options_screen(found: Options) -> Screen:
    """Return what can become of each unit, group by group."""
    return _units_screen(found.selection.qualification, *_option_sections(found))


def _option_sections(found: Options) -> Iterator[Section]:
    q = found.selection.qualification
    for option, heading in _OPTIONS.items():
        numbers = found.where(option)
        if not numbers:
            continue
        head = said(f"{heading} ({len(numbers)})", Tone.STRONG)
        places = [(label, units) for label, units in _by_group(q, numbers) if units]
        if [label for label, _ in places] == [""]:
            yield Section(heading=head, rows=tuple(_rows(found.selection, numbers)))
            continue
        yield Section(heading=head)
        for label, units in places:
            under = said(label or "In no group", Tone.NOTE)
            yield Section(heading=under, rows=tuple(_rows(found.selection, units)), depth=1)


def _by_group(q: Qualification, numbers: Iterable[UnitNumber]) -> Iterator[tuple[str, list[UnitNumber]]]:
    """Yield the labels of groups with those of the units that they are the first to list."""
    left = dict.fromkeys(numbers)
    for group in q.all_groups():
        units = [number for number in group.units if number in left]
        for number in units:
            del left[number]
        yield group.label, units
    yield "", list(left)


def reason_screen(
    reason: Reason,
    *,
    qualification: Qualification | None = None,
    wording: str | Wording = "plain",
    places: Places | None = None,
) -> Screen:
    """Return what can become of a unit, and why; the qualification knows its title."""
    if reason.conflict is not None:
        return conflict_screen(reason.conflict, wording=wording, places=places)
    if reason.completion is not None:
        qualification = reason.completion.selection.qualification
    unit = str(reason.unit if qualification is None else qualification.units_by_number[reason.unit])
    head = Screen(blocks=(GAP, Paragraph(said(f"{unit}: {_REASONS[reason.option]}", Tone.STRONG))))
    if reason.completion is None:
        return head
    name = "With it, the shortest way to finish"
    return joined(head, completion_screen(reason.completion, name))


# -- explain ----------------------------------------------------------------------------------------


def conflict_screen(
    conflict: Conflict, *, name: str = "", wording: str | Wording = "plain", places: Places | None = None
) -> Screen:
    """Return what a conflict is about, then its clauses with their places, then the choices."""
    words = find(wording)
    blocks: list[Block] = [GAP, Paragraph(said(name, Tone.STRONG))] if name else []
    blocks += [GAP, Paragraph(said(conflict.head.text(words)))]
    items: list[tuple[int, str]] = []
    count = 0
    for clause in conflict.clauses:
        items += [(0, message.text(words)) for message in clause.messages]
        count += len(clause.messages)
        place = None if places is None else places(clause.path)
        if place is not None:
            blocks += [Items(tuple(items)), Paragraph(said(place, Tone.FAINT), 4)]
            items = []
    items += [(0, message.text(words)) for message in conflict.messages[count:]]
    return Screen(blocks=(*blocks, Items(tuple(items))))


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


def count_screen(selection: Selection, count: int | None, bounds: Iterable[Bounds]) -> Screen:
    """Return the header with the number of completions, and what a finished selection comes to."""
    text = "not known: a limit was reached" if count is None else whole(count) if count else "none"
    tone = Tone.PLAIN if count else Tone.NOT_OK
    fields: Pairs = (("Completions", said(text, tone)), *map(_range, bounds))
    return joined(check_screen(selection), Screen(blocks=(GAP, Fields(fields))))


def _range(bounds: Bounds) -> tuple[str, Words]:
    least, most = written(bounds.least), written(bounds.most)
    text = f"{least}" if least == most else f"{least} to {most}"
    return _LABELS[bounds.measure], said(f"{text} when finished")


def bounds_screen(bounds: Bounds) -> Screen:
    """Return what a finished selection comes to."""
    return Screen(blocks=(Fields((_range(bounds),)),))


def measures(q: Qualification) -> tuple[Measure, ...]:
    """Return what can be told of a finished selection."""
    found = [Measure.UNITS]
    found += [Measure.CREDIT] if _has_credit(q) else []
    found += [Measure.GLH] if hours_matter(q) else []
    return tuple(found)


def distribution_screen(measure: Measure | str, distribution: Mapping[Decimal, int]) -> Screen:
    """Return how many completions come to each total, with bars.

    Args:
        measure: What was added up.
        distribution: What :meth:`roc.solver.Solver.distribution` returned.
    """
    if not distribution:
        return note(_NONE)
    headings = (_LABELS[Measure(measure)], "Completions", "Share")
    total_, most = sum(distribution.values()), max(distribution.values())
    rows = tuple(
        (
            said(written(amount) or ""),
            said(whole(number)),
            said(percent(Fraction(number, total_))),
            Bar(Fraction(number, most)),
        )
        for amount, number in distribution.items()
    )
    columns = (*(Heading(text, is_amount=True) for text in headings), Heading(""))
    return Screen(blocks=(GAP, Grid(columns, rows)))


def frequencies_screen(qualification: Qualification, frequencies: Mapping[UnitNumber, Fraction]) -> Screen:
    """Return for each unit the share of completions that contain it, the greatest first.

    Args:
        qualification: The qualification.
        frequencies: What :meth:`roc.solver.Solver.frequencies` returned.
    """
    if not frequencies:
        return note(_NONE)
    rows = tuple(
        (
            said(percent(share)),
            said(str(number), Tone.NUMBER),
            said(qualification.units_by_number[number].title),
        )
        for number, share in sorted(frequencies.items(), key=lambda each: -each[1])
    )
    columns = (Heading("Share", is_amount=True), Heading("Number"), Heading("Title"))
    return Screen(blocks=(GAP, Grid(columns, rows)))
