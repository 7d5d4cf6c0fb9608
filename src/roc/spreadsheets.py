"""The spreadsheets of registration groups: as plain tables, as ``.xlsx`` and as CSV."""

import csv
import datetime as dt
import importlib
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, final

import attrs

from roc._record import Record
from roc.errors import DataError, InvalidData, MissingExtraError
from roc.numbers import UnitNumber
from roc.registration import RegistrationGroup
from roc.selection import Selection
from roc.status import GroupStatus, check
from roc.units import to_text

__all__ = [
    "SUMMARY_HEADINGS",
    "UNIT_HEADINGS",
    "Table",
    "basic_summary",
    "full_information",
    "sheet_names",
    "to_csv",
    "write_csv",
    "write_xlsx",
]


def __dir__() -> list[str]:
    return __all__


SUMMARY_HEADINGS: Final = ("Group Number", "Group Description", "Category")
"""The headings of the guide's Basic Summary."""

UNIT_HEADINGS: Final = ("Unit Number", "Unit Title", "Unit Reference Number")
"""The headings of the units in the guide's Full Information."""

_LONGEST_CELL: Final = 32_767
_MOST_ROWS: Final = 1_048_576
_MOST_COLUMNS: Final = 16_384
"""What a sheet of a spreadsheet program holds."""

_NARROWEST, _WIDEST = 8, 80
_LONGEST_NAME: Final = 31
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\]")
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FORMULA: Final = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_CREATED: Final = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a file of this kind has no time zone
"""When every workbook says that it was made, so that the same tables make the same bytes."""


def _to_rows(values: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    rows = [tuple(row) for row in values]
    errors = [
        DataError(problem, path=f"$.rows[{i}][{j}]")
        for i, row in enumerate(rows)
        for j, cell in enumerate(row)
        if (problem := _problem(cell))
    ]
    width = max(map(len, rows), default=0)
    if len(rows) > _MOST_ROWS or width > _MOST_COLUMNS:
        errors.append(
            DataError(f"a table has at most {_MOST_ROWS:,} rows and {_MOST_COLUMNS:,} columns", path="$.rows")
        )
    if errors:
        heading = "the table is not valid"
        raise InvalidData(heading, errors)
    return tuple((*row, *[""] * (width - len(row))) for row in rows)


def _problem(cell: object) -> str:
    """Return why *cell* cannot stand in a spreadsheet; empty where it can."""
    if not isinstance(cell, str):
        return f"{cell!r:.60} is not a text"
    if _length(cell) > _LONGEST_CELL:
        return f"a cell has at most {_LONGEST_CELL:,} characters"
    return f"{cell!r:.60} holds control characters" if _UNWRITABLE.search(cell) else ""


def _length(text: str) -> int:
    """Return the length of *text* as spreadsheet programs count it: in units of UTF-16."""
    return len(text) + sum(each > "\uffff" for each in text)


def _to_indexes(values: Iterable[int]) -> frozenset[int]:
    return frozenset(values)


@final
@attrs.frozen(kw_only=True)
class Table(Record):
    """Rows of texts with a name: one sheet, or any use of your own.

    >>> table = Table(name="Units", rows=[("Number", "Title"), ("M1", "Tyres")])
    >>> table.to_dicts()
    [{'Number': 'M1', 'Title': 'Tyres'}]
    >>> table.widths
    (8, 8)

    Attributes:
        name: What the sheet is called.
        rows: The rows, headings included; shorter ones are filled up with empty cells.
        header_rows: How many rows at the top are headings, and stay in sight.
        headings: Further rows that are headings, as indexes.

    Raises:
        InvalidData: A cell is no text, too long for a spreadsheet, or holds control characters; all of them.
    """

    name: str = attrs.field(converter=to_text)
    rows: tuple[tuple[str, ...], ...] = attrs.field(converter=_to_rows)
    header_rows: int = attrs.field(default=1, validator=attrs.validators.ge(0))
    headings: frozenset[int] = attrs.field(default=frozenset(), converter=_to_indexes)

    @property
    def widths(self) -> tuple[int, ...]:
        """How wide each column is best, from 8 to 80 characters.

        A heading that stands alone in its row runs on over the empty cells beside it, and is not counted.
        """
        counted = [row for row in self.rows if any(row[1:])] or self.rows
        return tuple(
            min(max(_NARROWEST, *(len(row[i]) + 2 for row in counted)), _WIDEST)
            for i in range(len(counted[0]) if counted else 0)
        )

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def to_dicts(self) -> list[dict[str, str]]:
        """Return the rows below one row of headings as mappings, as ``pandas.DataFrame`` takes them.

        Raises:
            DataError: There is not one row of headings, or a heading stands twice.
        """
        if self.header_rows != 1 or not self.rows or len(set(self.rows[0])) < len(self.rows[0]):
            msg = "the table has not one row of different headings"
            raise DataError(msg)
        return [dict(zip(self.rows[0], row, strict=True)) for row in self.rows[1:]]


def basic_summary(groups: Iterable[RegistrationGroup]) -> Table:
    """Return the guide's Basic Summary: number, description and category of each group.

    >>> basic_summary([RegistrationGroup(group_number="Fansha-1", description="Test")]).rows[1]
    ('Fansha-1', 'Test', 'Qualifications')
    """
    rows = [(each.group_number, each.description, each.category) for each in groups]
    return Table(name="Basic Summary", rows=[SUMMARY_HEADINGS, *rows])


def full_information(groups: Iterable[RegistrationGroup]) -> tuple[Table, ...]:
    """Return the guide's Full Information: a table for each group, with its qualifications and their units.

    Each unit stands below the unit group in which a check places it, nested groups named after the outer ones
    (``Optional Units: Tyres``), groups without a unit left out. Units that no group takes come last, below "Other
    Units"; where the rule has no groups at all, below "Units". Where a pathway was chosen, its line follows the
    title.
    """
    return tuple(_full(each) for each in groups)


def _full(group: RegistrationGroup) -> Table:
    rows: list[tuple[str, ...]] = list(
        zip(SUMMARY_HEADINGS, (group.group_number, group.description, group.category), strict=True)
    )
    headings: list[int] = []
    for selection in group.selections:
        q = selection.qualification
        rows += [("Qualification Number", str(q.number or "")), ("Qualification Title", q.title)]
        if selection.pathway is not None:
            rows.append(("Pathway", q.pathways_by_name[selection.pathway].label))
        for label, units in _sections(selection):
            headings += [len(rows), len(rows) + 1]
            rows += [(label,), UNIT_HEADINGS, *units]
    return Table(name=group.group_number, rows=rows, header_rows=len(SUMMARY_HEADINGS), headings=headings)


def _sections(selection: Selection) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Yield the label of each unit group that has units chosen, with those units as rows."""
    units: dict[UnitNumber, tuple[str, ...]] = {}
    for entry in selection:
        unit = entry.unit
        if isinstance(unit, UnitNumber):
            unit = selection.qualification.units_by_number[unit]
        units[entry.place] = (str(unit.number), unit.title, unit.reference or "")
    status = check(selection)
    placed: set[UnitNumber] = set()
    for label, group in _labelled(status.top_groups, ""):
        if group.units:
            placed.update(group.units)
            yield label, [units[number] for number in group.units]
    rest = [row for number, row in units.items() if number not in placed]
    if rest:
        yield "Other Units" if selection.qualification.groups else "Units", rest


def _labelled(groups: Sequence[GroupStatus], outer: str) -> Iterator[tuple[str, GroupStatus]]:
    for each in groups:
        label = f"{outer}{each.group.label}"
        yield label, each
        yield from _labelled(each.groups, f"{label}: ")


# -- .xlsx ------------------------------------------------------------------------------------------


def sheet_names(names: Iterable[str]) -> tuple[str, ...]:
    r"""Return names that spreadsheet programs take for sheets, one for each of *names*.

    The characters ``[ ] : * ? / \`` and control characters are left out, and apostrophes at either end; 31
    characters remain. Where a name is taken already, case aside, or is reserved ("History"), a number follows;
    one of which nothing remains is called "Sheet".

    >>> sheet_names(["A/B", "ab", "history", "?"])
    ('AB', 'ab (2)', 'history (2)', 'Sheet')
    """
    taken = {"history"}
    found: list[str] = []
    for each in names:
        base = _NOT_IN_NAMES.sub("", _UNWRITABLE.sub("", " ".join(each.split())))
        name, n = _cut(base, _LONGEST_NAME) or "Sheet", 1
        start = name
        while name.casefold() in taken:
            n += 1
            suffix = f" ({n})"
            name = _cut(start, _LONGEST_NAME - len(suffix)) + suffix
        taken.add(name.casefold())
        found.append(name)
    return tuple(found)


def _cut(text: str, most: int) -> str:
    """Return the beginning of *text* that fits, without apostrophes and spaces at its ends."""
    text = text.strip(" '")
    while _length(text) > most:
        text = text[:most].rstrip(" '") if len(text) > most else text[:-1].rstrip(" '")
    return text


def _is_risky(cell: str) -> bool:
    """Tell whether a spreadsheet program could take a text for a formula when it reads it from CSV."""
    return _FORMULA.match(cell) is not None


def write_xlsx(tables: Iterable[Table], target: str | os.PathLike[str] | BinaryIO) -> None:
    """Write *tables* as one workbook, a sheet each; the same tables make the same bytes.

    Every cell is a text: no number, link or formula is made of one, whatever it looks like. A text that a
    program could take for a formula after the sheet was saved as CSV has the mark of a quoted text. Headings are
    bold and stay in sight; columns are as wide as :attr:`Table.widths` says; names are :func:`sheet_names`.

    Args:
        tables: The tables.
        target: A path, or a file opened for bytes.

    Raises:
        MissingExtraError: The extra ``xlsx`` is not installed.
        OSError: The file cannot be written.
    """
    try:
        xlsxwriter: Any = importlib.import_module("xlsxwriter")  # the extra may be missing; it has no types
    except ImportError:
        what = "writing .xlsx"
        raise MissingExtraError(what, "xlsx") from None
    every = tuple(tables)
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": _CREATED})
        formats = {
            (bold, risky): book.add_format({"bold": bold, "quote_prefix": risky})
            for bold in (False, True)
            for risky in (False, True)
        }
        for table, name in zip(every, sheet_names(each.name for each in every), strict=True):
            _fill(book.add_worksheet(name), table, formats)
    _save(content.getvalue(), target)


def _fill(sheet: Any, table: Table, formats: dict[tuple[bool, bool], Any]) -> None:
    for i, width in enumerate(table.widths):
        sheet.set_column(i, i, width)
    sheet.freeze_panes(table.header_rows, 0)
    for i, row in enumerate(table.rows):
        bold = i < table.header_rows or i in table.headings
        for j, cell in enumerate(row):
            look = formats[bold, _is_risky(cell)]
            if cell.startswith("<r>") and cell.endswith("</r>"):
                # The writer would take the whole text for its own mark-up; two parts it escapes.
                sheet.write_rich_string(i, j, look, cell[:1], look, cell[1:], look)
            elif cell:
                sheet.write_string(i, j, cell, look)


def _save(content: bytes, target: str | os.PathLike[str] | BinaryIO) -> None:
    if isinstance(target, str | os.PathLike):
        Path(target).write_bytes(content)
    else:
        target.write(content)


# -- CSV --------------------------------------------------------------------------------------------


def to_csv(table: Table) -> str:
    r"""Return a table as comma-separated values (RFC 4180).

    As the Open Worldwide Application Security Project (OWASP) advises, an apostrophe is put before a text that
    a spreadsheet program could take for a formula: one that begins with ``=``, ``+``, ``-`` or ``@``, also as wide
    characters or after spaces, or with a tab or a line break.

    >>> to_csv(Table(name="A", rows=[("Number", "Title"), ("1", "=1+1")]))
    "Number,Title\r\n1,'=1+1\r\n"
    """
    text = io.StringIO(newline="")
    rows = (tuple(f"'{cell}" if _is_risky(cell) else cell for cell in row) for row in table)
    csv.writer(text).writerows(rows)
    return text.getvalue()


def write_csv(table: Table, target: str | os.PathLike[str] | BinaryIO) -> None:
    """Write a table as :func:`to_csv` does, in UTF-8 with a byte order mark: spreadsheet programs ask for it.

    Args:
        table: The table.
        target: A path, or a file opened for bytes.

    Raises:
        OSError: The file cannot be written.
    """
    _save(to_csv(table).encode("utf-8-sig"), target)
