"""Screens of a rule, and of how a selection or a group stands."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from roc._page import (
    COUNTS,
    GAP,
    IDLE,
    MEASURES,
    OPEN,
    Block,
    Fields,
    Items,
    Mark,
    Meter,
    Meters,
    Pairs,
    Paragraph,
    Row,
    Screen,
    Section,
    Tone,
    Units,
    Words,
    beside,
    hours_matter,
    lines,
    many,
    said,
    verdict,
    verdict_tone,
    written,
)
from roc.combination import Combination
from roc.describe import describe_lines
from roc.groups import UnitGroup
from roc.messages import Severity
from roc.numbers import UnitNumber
from roc.qualification import Entry, Qualification
from roc.rules import Barred, Choice, Linked, Measure, Requires, State, Threshold
from roc.status import ClauseStatus, GroupStatus, Status
from roc.units import Unit
from roc.wordings import Wording, find

_FEW: Final = 3
"""So many clauses about particular units that hold are shown one by one."""


def _unit_blocks(q: Qualification, sections: Iterable[Section]) -> Iterator[Block]:
    yield Paragraph(said("Unit Group Details:" if q.groups else "Unit Details:", Tone.STRONG))
    yield Units(q, tuple(sections))


# -- a rule -----------------------------------------------------------------------------------------


def rule_screen(qualification: Qualification, *, pathway: str | None = None) -> Screen:
    """Return the screen of a rule: header, the rule in English, then every group with its units.

    Raises:
        SelectionError: There is no such pathway.
    """
    q = qualification
    rule = describe_lines(q, pathway)
    header = list(rule_header(q, pathway))
    if pathway is not None:
        header.append(("Pathway", said(q.pathways_by_name[pathway].label)))
    if q.groups:
        sections = tuple(_rule_sections(q, q.groups, pathway, 0))
    else:
        sections = (Section(rows=tuple(Row(unit, credit=unit.credit) for unit in q.units)),)
    blocks: list[Block] = [Fields(tuple(header)), GAP]
    if rule:
        blocks.append(Paragraph(said("Rule of Combination:", Tone.STRONG)))
        blocks.append(Items(tuple((each.level, each.text) for each in rule)))
        blocks.append(GAP)
    return Screen(blocks=(*blocks, *_unit_blocks(q, sections)))


def rule_header(q: Qualification, pathway: str | None) -> Iterator[tuple[str, Words]]:
    chosen = None if pathway is None else q.pathways_by_name[pathway]
    number = q.number if chosen is None or chosen.number is None else chosen.number
    level = q.level if chosen is None or chosen.level is None else chosen.level
    if number is not None:
        yield "Number", said(str(number))
    yield "Title", said(q.title)
    minima = [(f"Min. {label}", written(q.minimum(measure, pathway))) for measure, label in MEASURES]
    if level is not None:
        top = "" if q.top_level is None or level != q.level else f"/{q.top_level.short}"
        yield "Level", beside(f"{level.short}{top}", minima)
    else:
        stated = [(label, amount) for label, amount in minima if amount is not None]
        for label, amount in stated[:1]:
            yield label, beside(amount, stated[1:])


def group_header(group: UnitGroup, *, described: bool) -> Iterator[tuple[str, Words]]:
    if group.number is not None:
        yield "Number", said(group.number)
    if described:
        yield "Description", said(group.label)
    facts: list[tuple[str, str | None]] = []
    for measure, label in MEASURES:
        bound = group.bound(measure)
        least = group.min_units if measure is Measure.UNITS else bound and bound.minimum
        facts += [
            (f"Min. {label}", written(least or None)),
            (f"Max. {label}", written(bound and bound.maximum)),
        ]
    if group.choose is not None:
        facts.append(("Choose", f"{group.choose} of {len(group.groups)} groups"))
    if not group.counts:
        facts.append(("Counts", "no"))
    yield "M/O", beside(group.kind.value.capitalize(), facts)


def _rule_sections(
    q: Qualification, groups: Iterable[UnitGroup], pathway: str | None, depth: int
) -> Iterator[Section]:
    for group in groups:
        if pathway is not None and group.pathways and pathway not in group.pathways:
            continue
        fields = list(group_header(group, described=False))
        if pathway is None and group.pathways:
            labels = "; ".join(q.pathways_by_name[name].label for name in group.pathways)
            fields.append(("Pathways", said(labels)))
        units = [q.units_by_number[number] for number in group.units]
        yield Section(
            heading=said(group.label, Tone.STRONG),
            fields=tuple(fields),
            rows=tuple(Row(unit, credit=unit.credit) for unit in units),
            depth=depth,
        )
        yield from _rule_sections(q, group.groups, pathway, depth + 1)


def total(q: Qualification, units: Decimal, credit: Decimal, hours: Decimal | None = None) -> Words:
    has_credit = credit > 0 or any(unit.credit is not None for unit in q.units)
    return beside(
        "",
        (
            ("Units", written(units)),
            ("Credit", written(credit) if has_credit else None),
            ("GLH", written(hours) if hours is not None and hours_matter(q) else None),
        ),
    )


# -- a status ---------------------------------------------------------------------------------------


def status_screen(
    status: Status,
    *,
    best: Combination | None = None,
    wording: str | Wording = "portal",
    progress: bool = False,
) -> Screen:
    """Return the portal's screen: header, status lines, then every group with its units.

    A unit that was chosen and counts has the mark ``[x]``, one that was chosen and does not count here ``[-]``.

    Args:
        status: What to show.
        best: The best combination whose status it is, if it is one; its surplus is shown too.
        wording: The wording of the status lines.
        progress: Whether to show every clause with how much of it there is; a notebook does.

    Raises:
        WordingError: There is no such wording.
    """
    return _StatusScreen(status, best, find(wording), progress=progress).screen()


def status_header(status: Status, wording: Wording) -> tuple[tuple[str, Words], ...]:
    """Return the header of a status, with its lines."""
    return tuple(_StatusScreen(status, None, wording)._header())


class _StatusScreen:
    def __init__(
        self, status: Status, best: Combination | None, wording: Wording, *, progress: bool = False
    ) -> None:
        self.status = status
        self.progress = progress
        self.best = best
        self.wording = wording
        self.qualification = status.qualification
        self.entries = {entry.place: entry for entry in status.selection}

    def screen(self) -> Screen:
        q = self.qualification
        if q.groups:
            sections = [*self._groups(self.status.top_groups, 0)]
        else:
            idle = {*self.status.surplus, *self.status.additional}
            counted = set(self.entries) - idle
            sections = [Section(rows=tuple(self._rows([unit.number for unit in q.units], counted, counted)))]
        header = Fields(tuple(self._header()))
        progress: list[Block] = []
        if self.progress and self.status.clauses:
            progress = [GAP, Paragraph(said("Progress:", Tone.STRONG))]
            progress.append(Meters(tuple(clause_meters(self.status.clauses))))
        return Screen(blocks=(header, *progress, GAP, *_unit_blocks(q, (*sections, *self._leftovers()))))

    def _header(self) -> Iterator[tuple[str, Words]]:
        status, q = self.status, self.qualification
        yield from rule_header(q, status.pathway)
        if status.pathway is not None:
            yield "Pathway", self._pathway(status.pathway)
            others = [
                verdict(self._headed(q.pathways_by_name[name].label, ok=each.ok), ok=each.ok)
                for name, each in status.pathways.items()
            ]
            if len(others) > 1:
                yield "Pathways", lines(others)
        if status.date is not None:
            yield "Date", said(f"{status.date.isoformat()} ({status.event.value})")
        met = [each.label for each in q.conditions if each.name in status.selection.conditions]
        if met:
            yield "Conditions", said("; ".join(met))
        if self.best is not None:
            achieved = len(self.best.achieved)
            limit = "" if self.best.exact else " (there may be a better one: a limit was reached)"
            yield "Best of", said(f"{many(achieved, 'unit')} achieved{limit}")
        yield "Added", total(self.qualification, status.units, status.credit, status.guided_learning_hours)
        yield "Status", verdict(status.text(self.wording), ok=status.ok)
        if not self.wording.in_full:
            notes = [each for each in status.messages if each.severity is Severity.WARNING]
            if notes:
                yield "Note", verdict("\n".join(self.wording.lines(notes)), ok=False)

    def _headed(self, label: str, *, ok: bool) -> str:
        return self.wording.phrase("heading.ok" if ok else "heading.not-ok", {"group": label})

    def _pathway(self, name: str) -> Words:
        """Return the pathway, and how it came to be the one that is shown."""
        pathway = self.qualification.pathways_by_name[name]
        asked = self.status.selection if self.best is None else self.best.achieved
        if asked.pathway is not None:
            remark = ""
        elif self.best is not None:
            remark = " (the best)"
        else:
            remark = (
                " (not chosen; the first that is earned)" if self.status.ok else " (not chosen; the nearest)"
            )
        return said(pathway.label) + said(remark, Tone.NOTE)

    def _groups(self, groups: Iterable[GroupStatus], depth: int) -> Iterator[Section]:
        for each in groups:
            heading = said(each.heading(self.wording), Tone.STRONG | verdict_tone(ok=each.ok))
            if not each.binding and not each.ok:
                heading += said(" - not needed", Tone.NOTE)
            added = total(self.qualification, Decimal(each.unit_count), each.credit)
            text = verdict(each.text(self.wording), ok=each.ok)
            here = dict.fromkeys((*each.group.units, *each.units))
            yield Section(
                heading=heading,
                fields=(*group_header(each.group, described=True), ("Added", added), ("Status", text)),
                rows=tuple(self._rows(here, set(each.units), set(each.counted))),
                depth=depth,
                meters=tuple(clause_meters(each.clauses)) if self.progress else (),
            )
            yield from self._groups(each.groups, depth + 1)

    def _rows(
        self, numbers: Iterable[UnitNumber], placed: set[UnitNumber], counted: set[UnitNumber]
    ) -> Iterator[Row]:
        for number in numbers:
            entry = self.entries.get(number)
            if entry is None:
                unit = self.qualification.units_by_number[number]
                yield Row(unit, mark=OPEN, credit=unit.credit)
                continue
            elsewhere = () if number in placed else self._elsewhere(number)
            yield self._row(entry, COUNTS if number in counted else IDLE, elsewhere)

    def _elsewhere(self, number: UnitNumber) -> Iterator[str]:
        for name in self.status.allocation[number]:
            yield f"placed in {self.qualification.groups_by_name[name].label}"

    def _row(self, entry: Entry, mark: Mark, notes: Iterable[str] = ()) -> Row:
        """Return the row of a unit that was chosen; what stands in for another is shown in its place."""
        listed = self.qualification.units_by_number
        own = entry.unit if isinstance(entry.unit, Unit) else listed[entry.unit]
        said = list(notes)
        if entry.state is not State.ACHIEVED:
            said.append(entry.state.value)
        if entry.in_place_of is not None:
            said.append(f"{own.number} in its place")
        elif own.number not in listed:
            said.append("imported")
        credit = own.credit if entry.credit is None else entry.credit
        if entry.state is State.EXEMPT and not self.qualification.exempt_credit_counts:
            credit = Decimal(0)
        return Row(listed.get(entry.place, own), mark=mark, credit=credit, notes=tuple(said))

    def _leftovers(self) -> Iterator[Section]:
        """Yield what was chosen and is in no group of the rule, or counts in none."""
        status = self.status
        surplus, additional = status.surplus, status.additional
        if self.best is not None:
            self.entries = {entry.place: entry for entry in self.best.achieved}
            surplus, additional = self.best.surplus, ()
        allocated = status.allocation
        foreign = tuple(
            number
            for number in allocated
            if self.qualification.groups and not allocated[number] and number not in {*surplus, *additional}
        )
        for heading, numbers in (
            ("Surplus Units", surplus),
            ("Additional Units (in no group)", additional),
            ("Units of Other Pathways", foreign),
        ):
            if numbers:
                rows = tuple(self._row(self.entries[number], IDLE) for number in numbers)
                yield Section(heading=said(heading, Tone.STRONG), rows=rows)


# -- the progress of clauses ------------------------------------------------------------------------


def clause_meters(clauses: Iterable[ClauseStatus], depth: int = 0) -> Iterator[Meter]:
    """Yield how far clauses are met, those inside a clause below it; many that only hold take one line."""
    several = tuple(clauses)
    holding = sum(1 for each in several if _only_holds(each))
    if holding > _FEW:
        several = tuple(each for each in several if not _only_holds(each))
    for each in several:
        amount, share = _progress(each)
        label = "every unit of the group" if each.clause is None else str(each.clause)
        if isinstance(each.clause, Choice):
            label = label.partition(" (")[0] + " these"
        yield Meter(label=label, ok=each.ok, amount=amount, share=share, depth=depth)
        if not isinstance(each.clause, Threshold):  # parts of a threshold are its words of a tag
            yield from clause_meters(each.parts, depth + 1)
    if holding > _FEW:
        yield Meter(label=f"{holding} clauses about particular units", ok=True, depth=depth)


def _only_holds(status: ClauseStatus) -> bool:
    return status.ok and isinstance(status.clause, Barred | Linked | Requires)


def _progress(status: ClauseStatus) -> tuple[str, Fraction | None]:
    """Return how much there is, of how much, and as a part of what is asked for."""
    low, high, actual = status.required, status.allowed, status.actual
    if isinstance(status.clause, Threshold) and status.parts:
        met = sum(1 for each in status.parts if each.ok)
        return f"{met} of {len(status.parts)} met", Fraction(met, len(status.parts))
    if actual is None or _only_holds(status) or isinstance(status.clause, Barred):
        return "", None
    if low is None:
        held = actual if status.taken is None else status.taken
        return f"{written(held)} of at most {written(high)}", None
    most = "" if high is None or high == low else f" to {written(high)}"
    if actual > low and not most:
        return f"{written(actual)}, {written(low)} needed", Fraction(1)
    share = Fraction(actual) / Fraction(low) if actual < low else Fraction(1)
    return f"{written(actual)} of {written(low)}{most}", share


# -- a group or a clause by itself ------------------------------------------------------------------


def group_status_screen(status: GroupStatus) -> Screen:
    """Return how a group stands by itself; its units are told by their numbers."""
    blocks: list[Block] = []
    for each in status.walk():
        label, ok = each.heading(), each.ok
        blocks += [GAP] if blocks else []
        blocks.append(Paragraph(said(label, Tone.STRONG | verdict_tone(ok=ok))))
        blocks.append(Fields(tuple(_group_facts(each))))
        blocks.append(Meters(tuple(clause_meters(each.clauses))))
    return Screen(blocks=tuple(blocks))


def _group_facts(status: GroupStatus) -> Iterator[tuple[str, Words]]:
    yield from group_header(status.group, described=False)
    counted = set(status.counted)
    idle = [number for number in status.units if number not in counted]
    for label, numbers in (("Units that count", status.counted), ("Other units", idle)):
        if numbers:
            yield label, said(", ".join(map(str, numbers)), Tone.NUMBER)
    yield "Status", verdict(status.text(), ok=status.ok)


def clause_status_screen(status: ClauseStatus) -> Screen:
    """Return how a clause stands by itself."""
    facts: Pairs = (
        ("Path", said(status.path)),
        *(("Message", said(each.text("plain"))) for each in status.messages),
    )
    return Screen(blocks=(Meters(tuple(clause_meters([status]))), Fields(facts)))
