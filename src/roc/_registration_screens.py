"""Screens of catalogues, of registration groups and of their tables."""

from collections.abc import Iterable

from roc._page import (
    Fields,
    Grid,
    Heading,
    Paragraph,
    Screen,
    Tone,
    Words,
    many,
    said,
    verdict,
)
from roc.catalogue import HEADINGS, Catalogue, CatalogueRow
from roc.registration import RegistrationGroup, RegistrationStatus
from roc.selection import Selection
from roc.spreadsheets import SUMMARY_HEADINGS, Table
from roc.status import Status, check
from roc.wordings import PLAIN

_AMOUNTS = 2
"""From this column on the guide's table of qualifications has amounts."""


def catalogue_screen(catalogue: Catalogue) -> Screen:
    """Return the qualifications of a catalogue, without what only the solver knows of each."""
    headings = (Heading(HEADINGS[0]), Heading(HEADINGS[1]), Heading(HEADINGS[2], is_amount=True))
    rows = tuple((_number(row), said(row.title), said(str(row.total_units))) for row in catalogue.search())
    return Screen(blocks=(Paragraph(said(many(len(catalogue), "qualification"))), Grid(headings, rows)))


def rows_screen(rows: Iterable[CatalogueRow]) -> Screen:
    """Return what a search found, as the guide's table of qualifications."""
    headings = tuple(Heading(text, is_amount=i >= _AMOUNTS) for i, text in enumerate(HEADINGS))
    cells = tuple((_number(row), *map(said, row.cells[1:])) for row in rows)
    return Screen(blocks=(Grid(headings, cells),))


def registration_screen(group: RegistrationGroup) -> Screen:
    """Return a registration group with its qualifications, each checked as it stands, dates aside."""
    return Screen(blocks=(_header(group), _qualifications(map(check, group.selections))))


def registration_status_screen(status: RegistrationStatus) -> Screen:
    """Return how a registration group stands, and what there is to say about it."""
    text = "\n".join(message.text(PLAIN) for message in status.messages) or "OK"
    facts = Fields((*_header(status.group).pairs, ("Status", verdict(text, ok=status.ok))))
    return Screen(blocks=(facts, _qualifications(status.statuses)))


def table_screen(table: Table) -> Screen:
    """Return a table of texts as it is, below its name; columns without one row of headings are numbered."""
    if table.header_rows == 1 and table.rows:
        first, *rest = table.rows
    else:
        first, rest = tuple(f"Column {i + 1}" for i in range(len(table.widths))), [*table.rows]
    rows = tuple(tuple(map(said, row)) for row in rest)
    return Screen(blocks=(Paragraph(said(table.name, Tone.STRONG)), Grid(tuple(map(Heading, first)), rows)))


def _number(row: CatalogueRow) -> Words:
    return said(row.number or "-", Tone.NUMBER)  # a row is named by what stands first


def _header(group: RegistrationGroup) -> Fields:
    values = (group.group_number, group.description, group.category)
    return Fields(tuple(zip(SUMMARY_HEADINGS, map(said, values), strict=True)))


def _qualifications(statuses: Iterable[Status]) -> Grid:
    headings = (
        Heading("Status"),
        *(Heading(text) for text in HEADINGS[:2]),
        Heading("Units", is_amount=True),
    )
    return Grid(headings, tuple(_qualification(each.selection, ok=each.ok) for each in statuses))


def _qualification(selection: Selection, *, ok: bool) -> tuple[Words, ...]:
    row = CatalogueRow(qualification=selection.qualification)
    return (
        verdict("OK" if ok else "NOT OK", ok=ok),
        _number(row),
        said(row.title),
        said(str(len(selection))),
    )
