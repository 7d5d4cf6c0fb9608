"""What screens are made of: labels with values, sections, and tables whose columns stand below each other."""

import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, Literal, TypeAlias, final

import attrs

from roc._validate import clauses_with_paths
from roc.describe import Line
from roc.errors import MissingExtraError
from roc.qualification import Qualification
from roc.rules import Measure, Threshold, walk
from roc.units import Unit

try:
    from rich.cells import cell_len
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.padding import Padding
    from rich.segment import Segment
    from rich.table import Table
    from rich.text import Text as Text  # noqa: PLC0414 - the screens take it from here
except ImportError:
    _what = "a screen"
    raise MissingExtraError(_what, "cli") from None

MIN_WIDTH: Final = 72
"""A screen is no narrower: nobody could read its columns."""

_WIDE: Final = 100
"""From this width on the headings of columns stand on one line."""

_DEEPEST: Final = 5
"""Groups that are nested deeper are indented no further."""

_GAP: Final = 2
"""Spaces between columns."""

_ENOUGH: Final = 20
"""Where less is left for titles, long numbers and references are broken, too."""

_JOINERS: Final = frozenset("\u200c\u200d")
"""Invisible characters that some scripts need."""

COUNTS: Final = "[x]"
IDLE: Final = "[-]"
OPEN: Final = "[ ]"

BLANK: Final = Text("\n", end="")
MEASURES: Final = ((Measure.UNITS, "Units"), (Measure.CREDIT, "Credit"), (Measure.GLH, "GLH"))


def visible(text: str) -> str:
    r"""Return *text* with every character that cannot be seen written out, line breaks too.

    >>> print(visible("a\x1b[2Jb\u202ec"))
    a\x1b[2Jb\u202ec
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() or each in _JOINERS else each.encode("unicode_escape").decode("ascii")
        for each in text
    )


# -- what a screen is made of -----------------------------------------------------------------------


def labelled(text: str) -> Text:
    return Text(f"{text}:", style="bold")


def verdict(text: str, *, ok: bool) -> Text:
    return Text("\n".join(map(visible, text.split("\n"))), style="green" if ok else "red")


def beside(first: str, pairs: Iterable[tuple[str, str | None]]) -> Text:
    """Return a value with more labels and values beside it, those without a value left out."""
    shown = Text(first)
    for label, value in pairs:
        if value is not None:
            shown.append("    " if shown else "").append_text(labelled(label)).append(f" {value}")
    return shown


def written(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount.normalize():f}"


Fields: TypeAlias = tuple[tuple[str, Text], ...]
"""Labels with their values."""


def grid(fields: Fields) -> Table:
    shown = Table.grid(padding=(0, 2, 0, 0))
    shown.add_column(no_wrap=True)
    shown.add_column(overflow="fold")
    for label, value in fields:
        shown.add_row(labelled(label), value)
    return shown


def hanging(text: str) -> Table:
    """Return a sentence behind a dash; where it is wrapped, it goes on below its beginning."""
    shown = Table.grid()
    shown.add_column(no_wrap=True)
    shown.add_column(overflow="fold")
    shown.add_row("- ", Text(visible(text)))
    return shown


def _margin(depth: int) -> int:
    return 2 * min(depth, _DEEPEST)


def indented(block: RenderableType, margin: int) -> RenderableType:
    return Padding(block, (0, 0, 0, margin))


@attrs.frozen
class Row:
    """A unit in a table."""

    unit: Unit
    mark: str = ""
    credit: Decimal | None = None
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> Text:
        text = Text(visible(self.unit.title))
        if self.notes:
            notes = visible("; ".join(self.notes))
            text.append(f"{' ' if text else ''}({notes})", style="italic")
        return text


@attrs.frozen
class Section:
    """A heading, labels with their values, and a table of units."""

    heading: Text = attrs.field(factory=Text)
    fields: Fields = ()
    rows: tuple[Row, ...] = ()
    depth: int = 0

    @property
    def margin(self) -> int:
        """How far what stands below the heading is indented."""
        return _margin(self.depth + 1 if self.heading else self.depth)

    def parts(self, columns: "Columns", width: int) -> Iterator[RenderableType]:
        """Yield what it is made of, from top to bottom."""
        yield BLANK
        if self.heading:
            yield indented(self.heading, _margin(self.depth))
        if self.fields:
            yield indented(grid(self.fields), self.margin)
        if self.heading and self.rows:
            yield BLANK
        if self.rows:
            yield columns.table(self, width)


_Column: TypeAlias = tuple[str, int, Literal["left", "right"]]
"""The heading of a column, its width, and the side on which its values stand."""


class Columns:
    """The columns that all tables of a screen share, so that they stand below each other."""

    def __init__(self, qualification: Qualification, sections: Iterable[Section]) -> None:
        self.number = self.title = self.reference = self.credit = self.hours = 0
        self.marks = self.level = False
        for section in sections:
            for row in section.rows:
                unit = row.unit
                self.number = max(self.number, cell_len(visible(str(unit.number))))
                self.title = max(self.title, section.margin + row.title.cell_len)
                self.reference = max(self.reference, cell_len(visible(unit.reference or "")))
                self.marks |= bool(row.mark)
                self.level |= unit.level is not None
                self.credit = max(self.credit, len(written(row.credit) or ""))
                self.hours = max(self.hours, len(written(unit.guided_learning_hours) or ""))
        if self.credit and not hours_matter(qualification):
            self.hours = 0

    def table(self, section: Section, width: int) -> RenderableType:
        """Return the table of a section; where it is narrow, titles give way, and then margins."""
        wanted = max(self.title - section.margin, len("Title"))
        columns, room = self._fitted(width, 20)
        if room - section.margin < min(wanted, _ENOUGH):
            columns, room = self._fitted(width, 12)
        margin = max(0, min(section.margin, room - min(wanted, _ENOUGH)))
        title = min(wanted, room - margin)
        table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
        for heading, wide, justify in columns:
            table.add_column(heading, width=wide, justify=justify, overflow="fold")
            if heading == "Number":
                table.add_column("Title", width=title, overflow="fold")
        for row in section.rows:
            table.add_row(*self._cells(row))
        return indented(table, margin)

    def _fitted(self, width: int, longest: int) -> tuple[list[_Column], int]:
        """Return the columns besides the titles, and the room that is left."""
        columns = list(self._columns(width, longest))
        return columns, width - sum(wide + _GAP for _, wide, _ in columns)

    def _columns(self, width: int, longest: int) -> Iterator[_Column]:
        space = " " if width >= _WIDE else "\n"
        if self.marks:
            yield "", len(OPEN), "left"
        yield "Number", max(min(self.number, longest), len("Number")), "left"
        if self.reference:
            heading = f"Unit Ref.{space}No."
            yield heading, max(min(self.reference, longest), *map(len, heading.split("\n"))), "left"
        if self.level:
            yield "Level", len("Level"), "right"
        if self.credit:
            heading = f"Credit{space}Value"
            yield heading, max(self.credit, *map(len, heading.split("\n"))), "right"
        if self.hours:
            yield "GLH", max(self.hours, len("GLH")), "right"

    def _cells(self, row: Row) -> Iterator[Text]:
        unit = row.unit
        if self.marks:
            yield Text(row.mark, style="green" if row.mark == COUNTS else "")
        yield Text(visible(str(unit.number)), style="cyan")
        yield row.title
        if self.reference:
            yield Text(visible(unit.reference or ""))
        if self.level:
            yield Text("" if unit.level is None else unit.level.short)
        if self.credit:
            yield Text(written(row.credit) or "")
        if self.hours:
            yield Text(written(unit.guided_learning_hours) or "")


def hours_matter(qualification: Qualification) -> bool:
    return any(
        isinstance(each, Threshold) and each.measure is Measure.GLH
        for _, clause, _ in clauses_with_paths(qualification)
        for each in walk(clause)
    )


@final
@attrs.frozen(kw_only=True)
class Screen:
    """Something to look at: print it with a console of *rich*, or take its text.

    >>> from roc.display import rule_screen
    >>> from roc.rules import Threshold
    >>> q = Qualification(
    ...     title="Example", rules=[Threshold(minimum=1)], units=[Unit(number="M1", title="One")]
    ... )
    >>> print(rule_screen(q).text(), end="")
    Title:       Example
    Min. Units:  1
    <BLANKLINE>
    Rule of Combination:
    - At least 1 unit.
    <BLANKLINE>
    Unit Details:
    <BLANKLINE>
    Number  Title
    M1      One
    """

    _qualification: Qualification = attrs.field(alias="qualification")
    _header: Fields = attrs.field(alias="header")
    _sections: tuple[Section, ...] = attrs.field(alias="sections")
    _lines: tuple[Line, ...] = attrs.field(default=(), alias="lines")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from trimmed(self._blocks(options.max_width), console, options)

    def _blocks(self, width: int) -> Iterator[RenderableType]:
        yield grid(self._header)
        yield BLANK
        if self._lines:
            yield Text("Rule of Combination:", style="bold")
            for each in self._lines:
                yield indented(hanging(each.text), _margin(each.level))
            yield BLANK
        grouped = bool(self._qualification.groups)
        yield Text("Unit Group Details:" if grouped else "Unit Details:", style="bold")
        columns = Columns(self._qualification, self._sections)
        for section in self._sections:
            yield from section.parts(columns, width)
        if any(row.mark == IDLE for section in self._sections for row in section.rows):
            yield BLANK
            yield Text(f"{IDLE} chosen, and does not count here")

    def text(self, width: int = 80) -> str:
        """Return it as plain text: no line is longer than *width* (at least 60) or ends in a space."""
        file = io.StringIO()
        width = max(width, MIN_WIDTH)
        console = Console(
            file=file,
            width=width,
            color_system=None,
            legacy_windows=False,
            force_terminal=False,
            force_jupyter=False,
        )
        console.print(self, end="")
        return file.getvalue()


def trimmed(blocks: Iterable[RenderableType], console: Console, options: ConsoleOptions) -> Iterator[Segment]:
    """Yield blocks below each other, no line with a space at its end."""
    for block in blocks:
        for line in console.render_lines(block, options, pad=False):
            yield from _trimmed(line)
            yield Segment.line()


def _trimmed(line: list[Segment]) -> list[Segment]:
    """Return *line* without the spaces at its end, with which columns are filled up."""
    while line:
        text, style, control = line.pop()
        if text := text.rstrip():
            return [*line, Segment(text, style, control)]
    return []
