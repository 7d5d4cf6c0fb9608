"""Screens on a terminal and as plain text: tables whose columns stand below each other."""

import io
import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from roc._page import (
    IDLE,
    Bar,
    Block,
    Cell,
    Column,
    Fields,
    Gap,
    Grid,
    Items,
    Mark,
    Meters,
    Paragraph,
    Section,
    Tone,
    Units,
    Words,
    said,
    visible,
)
from roc.errors import MissingExtraError

if TYPE_CHECKING:
    from roc._page import Screen

try:
    from rich.cells import cell_len
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.padding import Padding
    from rich.segment import Segment
    from rich.table import Table
    from rich.text import Text
except ImportError:
    _what = "a screen"
    raise MissingExtraError(_what, "cli") from None

_WIDE: Final = 100
"""From this width on the headings of columns stand on one line."""

_DEEPEST: Final = 5
"""Groups that are nested deeper are indented no further."""

_GAP: Final = 2
"""Spaces between columns."""

_ENOUGH: Final = 20
"""Where less is left for titles, long numbers and references are broken, too."""

_BAR: Final = 24
"""So wide is the longest bar."""

_METER: Final = 10
"""So wide is the bar of a clause."""

_NUMBER: Final = 20
"""So much of a unit's number stands on a line of a table of anything else."""

_STYLES: Final = {
    Tone.STRONG: "bold",
    Tone.OK: "green",
    Tone.NOT_OK: "red",
    Tone.NOTE: "italic",
    Tone.NUMBER: "cyan",
    Tone.FAINT: "dim",
}

_BLANK: Final = Text("\n", end="")


def _text(words: Words) -> Text:
    shown = Text()
    for text, tone in words.spans:
        shown.append(text, " ".join(style for each, style in _STYLES.items() if each in tone))
    return shown


def _strong(text: str) -> Text:
    return _text(said(text, Tone.STRONG))


def _margin(depth: int) -> int:
    return 2 * min(depth, _DEEPEST)


def _indented(block: RenderableType, margin: int) -> RenderableType:
    return Padding(block, (0, 0, 0, margin))


def _more(count: int, margin: int = 0) -> Iterator[RenderableType]:
    if count:
        yield _indented(Text(f"… and {count} more", style="italic"), margin)


# -- blocks -----------------------------------------------------------------------------------------


def _rendered(block: Block, width: int) -> Iterator[RenderableType]:
    match block:
        case Gap():
            yield _BLANK
        case Paragraph(words=words, margin=margin):
            yield _indented(_text(words), margin)
        case Fields():
            yield _fields(block)
        case Items(items=items, more=more):
            for level, text in items:
                yield _indented(_hanging(text), _margin(level))
            yield from _more(more)
        case Units():
            yield from _units(block, width)
        case Grid():
            yield _indented(_grid(block), 2)
            yield from _more(block.more, 2)
        case _:
            yield _meters(block)
            yield from _more(block.more)


def _fields(fields: Fields) -> Table:
    shown = Table.grid(padding=(0, 2, 0, 0))
    shown.add_column(no_wrap=True)
    shown.add_column(overflow="fold")
    for label, value in fields.pairs:
        shown.add_row(_strong(f"{label}:"), _text(value))
    return shown


def _hanging(text: str) -> Table:
    """Return a sentence behind a dash; where it is wrapped, it goes on below its beginning."""
    shown = Table.grid()
    shown.add_column(no_wrap=True)
    shown.add_column(overflow="fold")
    shown.add_row("- ", Text(visible(text)))
    return shown


def _cell(cell: Cell) -> Text:
    match cell:
        case Bar(share=share):
            return Text("#" * math.ceil(_BAR * share))
        case Mark(text=text):
            return Text(text)
        case _:
            return _text(cell)


def _grid(grid: Grid) -> Table:
    table = _table()
    for heading in grid.headings:
        wide = _NUMBER if heading.text == "Number" else None
        justify: _Side = "right" if heading.is_amount else "left"
        table.add_column(heading.text, justify=justify, overflow="fold", max_width=wide)
    for row in grid.rows:
        table.add_row(*map(_cell, row))
    return table


def _meters(meters: Meters) -> Table:
    table = Table.grid(padding=(0, _GAP, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True)
    for each in meters.meters:
        tone = Tone.OK if each.ok else Tone.NOT_OK
        bar = Text()
        if each.share is not None:
            full = math.floor(_METER * each.share)  # only what is met has a full bar
            bar = Text(f"[{'#' * full}{'.' * (_METER - full)}]")
        table.add_row(
            _text(said("OK" if each.ok else "NOT OK", tone)),
            Text(" " * _margin(each.depth) + visible(each.label)),
            Text(visible(each.amount)),
            bar,
        )
    return table


_Side: TypeAlias = Literal["left", "right"]


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")


# -- units ------------------------------------------------------------------------------------------


def _units(units: Units, width: int) -> Iterator[RenderableType]:
    columns = _Columns(units)
    for section in units.sections:
        yield from _section(section, columns, width)
    yield from _more(units.more)
    if any(row.mark is IDLE for section in units.sections for row in section.rows):
        yield _BLANK
        yield Text(f"{IDLE.text} {IDLE.word}")


def _inset(section: Section) -> int:
    """Return how far what stands below the heading is indented."""
    return _margin(section.depth + 1 if section.heading else section.depth)


def _section(section: Section, columns: "_Columns", width: int) -> Iterator[RenderableType]:
    """Yield what it is made of, from top to bottom."""
    inset = _inset(section)
    yield _BLANK
    if section.heading:
        yield _indented(_text(section.heading), _margin(section.depth))
    if section.fields:
        yield _indented(_fields(Fields(section.fields)), inset)
    if section.meters:
        yield _BLANK
        yield _indented(_meters(Meters(section.meters)), inset)
    if section.heading and section.rows:
        yield _BLANK
    if section.rows:
        yield columns.table(section, width)
    yield from _more(section.more, inset)


_Column: TypeAlias = tuple[Column, str, int]
"""A column, its heading, and its width."""


class _Columns:
    """The columns that all tables of a screen share, so that they stand below each other."""

    def __init__(self, units: Units) -> None:
        self.columns = units.columns()
        self.widths = dict.fromkeys(Column, 0)
        for section in (*units.sections, *units.all()):
            inset = _inset(section)
            for row in section.rows:
                for column in self.columns:
                    wide = cell_len(str(column.of(row)))
                    wide += inset if column is Column.TITLE else 0
                    self.widths[column] = max(self.widths[column], wide)

    def table(self, section: Section, width: int) -> RenderableType:
        """Return the table of a section; where it is narrow, titles give way, and then margins."""
        wanted = max(self.widths[Column.TITLE] - _inset(section), len("Title"))
        columns, room = self._fitted(width, 20)
        if room - _inset(section) < min(wanted, _ENOUGH):
            columns, room = self._fitted(width, 12)
        margin = max(0, min(_inset(section), room - min(wanted, _ENOUGH)))
        title = min(wanted, room - margin)
        table = _table()
        for column, heading, wide in columns:
            justify: _Side = "right" if column.is_amount else "left"
            wide = title if column is Column.TITLE else wide  # noqa: PLW2901 - it is known only now
            table.add_column(heading, width=wide, justify=justify, overflow="fold")
        for row in section.rows:
            table.add_row(*(_text(column.of(row)) for column in self.columns))
        return _indented(table, margin)

    def _fitted(self, width: int, longest: int) -> tuple[list[_Column], int]:
        """Return the columns, and the room that is left for titles."""
        columns = list(self._columns(width, longest))
        others = sum(wide + _GAP for column, _, wide in columns if column is not Column.TITLE)
        return columns, width - others

    def _columns(self, width: int, longest: int) -> Iterator[_Column]:
        for column in self.columns:
            heading = column.value
            if width < _WIDE:
                heading = "\n".join(heading.rsplit(" ", 1))
            wide = self.widths[column]
            if column in {Column.NUMBER, Column.REFERENCE}:
                wide = min(wide, longest)
            yield column, heading, max(wide, *map(len, heading.split("\n")), 0)


# -- all of it --------------------------------------------------------------------------------------


def rendered(blocks: Iterable[Block], console: Console, options: ConsoleOptions) -> Iterator[Segment]:
    """Yield blocks below each other, no line with a space at its end."""
    for block in blocks:
        for part in _rendered(block, options.max_width):
            for line in console.render_lines(part, options, pad=False):
                yield from _trimmed(line)
                yield Segment.line()


def _trimmed(line: list[Segment]) -> list[Segment]:
    """Return *line* without the spaces at its end, with which columns are filled up."""
    while line:
        text, style, control = line.pop()
        if text := text.rstrip():
            return [*line, Segment(text, style, control)]
    return []


def text_of(screen: "Screen", width: int) -> str:
    """Return a screen as plain text of this width."""
    file = io.StringIO()
    console = Console(
        file=file,
        width=width,
        color_system=None,
        legacy_windows=False,
        force_terminal=False,
        force_jupyter=False,
    )
    console.print(screen, end="")
    return file.getvalue()
