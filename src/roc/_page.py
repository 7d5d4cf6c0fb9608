"""What screens are made of, whoever shows them: words with a tone, labels with values, tables, progress."""

import enum
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Self, TypeAlias, final

import attrs

from roc._validate import clauses_with_paths
from roc.qualification import Qualification
from roc.rules import Measure, Threshold, walk
from roc.units import Unit

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

MIN_WIDTH: Final = 72
"""A screen is no narrower: nobody could read its columns."""

MEASURES: Final = ((Measure.UNITS, "Units"), (Measure.CREDIT, "Credit"), (Measure.GLH, "GLH"))

_ROWS: Final = 300
"""So many rows a notebook shows of one value."""

_LETTERS: Final = 300
"""So many letters a notebook shows of one text."""

_JOINERS: Final = frozenset("\u200c\u200d")
"""Invisible characters that some scripts need."""


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


# -- words ------------------------------------------------------------------------------------------


class Tone(enum.Flag):
    """How words are said. What a colour says the words say too."""

    PLAIN = 0
    STRONG = enum.auto()
    OK = enum.auto()
    NOT_OK = enum.auto()
    NOTE = enum.auto()
    NUMBER = enum.auto()
    FAINT = enum.auto()


def verdict_tone(*, ok: bool) -> Tone:
    return Tone.OK if ok else Tone.NOT_OK


@attrs.frozen
class Words:
    """A text in parts, each with its tone. A line break is one that was meant."""

    spans: tuple[tuple[str, Tone], ...] = ()

    def __add__(self, other: "Words") -> "Words":
        return Words((*self.spans, *other.spans))

    def __bool__(self) -> bool:
        return any(text for text, _ in self.spans)

    def __str__(self) -> str:
        return "".join(text for text, _ in self.spans)

    def cut(self, letters: int) -> "Words":
        """Return so many of its letters, with an ellipsis where there are more."""
        left = letters
        spans: list[tuple[str, Tone]] = []
        for text, tone in self.spans:
            if len(text) > left:
                return Words((*spans, (f"{text[:left]}…", tone)))
            left -= len(text)
            spans.append((text, tone))
        return self


def said(text: str, tone: Tone = Tone.PLAIN) -> Words:
    """Return *text* as words, every character visible."""
    return Words(((visible(text), tone),))


def lines(each: Iterable[Words]) -> Words:
    """Return words below each other."""
    spans: list[tuple[str, Tone]] = []
    for words in each:
        if spans:
            spans.append(("\n", Tone.PLAIN))
        spans += words.spans
    return Words(tuple(spans))


def verdict(text: str, *, ok: bool) -> Words:
    return lines(said(line, verdict_tone(ok=ok)) for line in text.split("\n"))


def beside(first: str, pairs: Iterable[tuple[str, str | None]]) -> Words:
    """Return a value with more labels and values beside it, those without a value left out."""
    shown = said(first)
    for label, value in pairs:
        if value is not None:
            gap = said("    " if shown else "")
            shown += gap + said(f"{label}:", Tone.STRONG) + said(f" {value}")
    return shown


def written(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount.normalize():f}"


def many(count: int | Decimal, word: str) -> str:
    """Return a number and what is counted: ``1 file``, ``2.5 credits``."""
    return f"{Decimal(count).normalize():f} {word}{'' if count == 1 else 's'}"


# -- units ------------------------------------------------------------------------------------------


@attrs.frozen
class Mark:
    """What became of a unit: as text, as a sign, and in a word."""

    text: str
    sign: str
    word: str


COUNTS: Final = Mark("[x]", "✓", "counts")
IDLE: Final = Mark("[-]", "\N{EN DASH}", "chosen, and does not count here")
OPEN: Final = Mark("[ ]", "", "not chosen")
ADDED: Final = Mark("[+]", "+", "added")
NEITHER: Final = Mark("", "", "not added")
DROPPED: Final = Mark("[-]", "\N{MINUS SIGN}", "dropped")


@attrs.frozen
class Row:
    """A unit in a table."""

    unit: Unit
    mark: Mark | None = None
    credit: Decimal | None = None
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> Words:
        """The title, with what there is to note."""
        words = said(self.unit.title)
        if self.notes:
            words += said(f"{' ' if words else ''}({'; '.join(self.notes)})", Tone.NOTE)
        return words


class Column(enum.Enum):
    """A column of a table of units, by its heading."""

    MARK = ""
    NUMBER = "Number"
    TITLE = "Title"
    REFERENCE = "Unit Ref. No."
    LEVEL = "Level"
    CREDIT = "Credit Value"
    HOURS = "GLH"

    @property
    def is_amount(self) -> bool:
        """Whether its values stand on the right."""
        return self in {Column.LEVEL, Column.CREDIT, Column.HOURS}

    def of(self, row: Row) -> Words:
        """Return the value of a row; the mark as text."""
        unit = row.unit
        match self:
            case Column.MARK:
                mark = row.mark
                return Words() if mark is None else said(mark.text, Tone.OK if mark is COUNTS else Tone.PLAIN)
            case Column.NUMBER:
                return said(str(unit.number), Tone.NUMBER)
            case Column.TITLE:
                return row.title
            case Column.REFERENCE:
                return said(unit.reference or "")
            case Column.LEVEL:
                return said("" if unit.level is None else unit.level.short)
            case Column.CREDIT:
                return said(written(row.credit) or "")
            case _:
                return said(written(unit.guided_learning_hours) or "")


def hours_matter(qualification: Qualification) -> bool:
    return any(
        isinstance(each, Threshold) and each.measure is Measure.GLH
        for _, clause, _ in clauses_with_paths(qualification)
        for each in walk(clause)
    )


@attrs.frozen
class Meter:
    """How far a clause is met: a verdict, what it asks for, and where it is a matter of amounts how much there is.

    Attributes:
        label: What is asked for.
        ok: Whether it holds.
        amount: How much there is, of how much.
        share: The part of what is asked for that there is, at most 1; ``None``: it is no matter of amounts.
        depth: How deep it is nested.
    """

    label: str
    ok: bool
    amount: str = ""
    share: Fraction | None = None
    depth: int = 0


@attrs.frozen
class Meters:
    """Clauses below each other, with their progress."""

    meters: tuple[Meter, ...]
    more: int = 0


@attrs.frozen
class Section:
    """A heading, labels with their values, the progress of clauses, and a table of units."""

    heading: Words = Words()
    fields: "Pairs" = ()
    rows: tuple[Row, ...] = ()
    depth: int = 0
    meters: tuple[Meter, ...] = ()
    more: int = 0


# -- blocks -----------------------------------------------------------------------------------------


Pairs: TypeAlias = tuple[tuple[str, Words], ...]
"""Labels with their values."""


class Gap(enum.Enum):
    """What stands between blocks."""

    LINE = enum.auto()


GAP: Final = Gap.LINE


@attrs.frozen
class Paragraph:
    """Words by themselves; so many columns from the left."""

    words: Words
    margin: int = 0


@attrs.frozen
class Fields:
    """Labels with their values, below each other."""

    pairs: Pairs


@attrs.frozen
class Items:
    """Sentences below each other, each with how deep it is nested."""

    items: tuple[tuple[int, str], ...]
    more: int = 0


@attrs.frozen
class Units:
    """Sections with tables of units, whose columns stand below each other; *whole*: below those of all units."""

    qualification: Qualification
    sections: tuple[Section, ...]
    whole: bool = False
    more: int = 0

    def columns(self) -> tuple[Column, ...]:
        """Return the columns that hold anything."""
        rows = [row for section in (*self.sections, *self.all()) for row in section.rows]
        has_credit = any(row.credit is not None for row in rows)
        is_shown = {
            Column.MARK: any(row.mark is not None for row in rows),
            Column.REFERENCE: any(row.unit.reference for row in rows),
            Column.LEVEL: any(row.unit.level is not None for row in rows),
            Column.CREDIT: has_credit,
            Column.HOURS: any(row.unit.guided_learning_hours is not None for row in rows)
            and (not has_credit or hours_matter(self.qualification)),
        }
        return tuple(column for column in Column if is_shown.get(column, True))

    def all(self) -> Iterator[Section]:
        """Yield a section with every unit, where the columns are to fit them all."""
        if self.whole:
            deepest = max((each.depth for each in self.sections), default=0)
            rows = tuple(Row(unit, credit=unit.credit) for unit in self.qualification.units)
            yield Section(rows=rows, depth=deepest + 1)


@attrs.frozen
class Bar:
    """A bar, so long a part of the longest."""

    share: Fraction


Cell: TypeAlias = Words | Bar | Mark


@attrs.frozen
class Heading:
    """The heading of a column of a table, and whether its values are amounts, which stand on the right."""

    text: str
    is_amount: bool = False


@attrs.frozen
class Grid:
    """A table of anything but units."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: int = 0


Block: TypeAlias = Gap | Paragraph | Fields | Items | Units | Grid | Meters


class _Room:
    """How many rows there is still room for."""

    def __init__(self, rows: int) -> None:
        self.left = rows

    def take(self, wanted: int) -> int:
        """Return how many of these rows there is room for."""
        taken = min(wanted, self.left)
        self.left -= taken
        return taken


@final
@attrs.frozen(kw_only=True)
class Screen:
    """Something to look at: a notebook shows it, a console of *rich* prints it; or take its text, or its HTML.

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

    _blocks: tuple[Block, ...] = attrs.field(alias="blocks")

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        from roc._screen import rendered  # noqa: PLC0415 - it needs an extra

        yield from rendered(self._blocks, console, options)

    def text(self, width: int = 80) -> str:
        """Return it as plain text: no line is longer than *width* (at least 72) or ends in a space.

        Raises:
            MissingExtraError: The extra ``cli`` is not installed.
        """
        from roc._screen import text_of  # noqa: PLC0415 - it needs an extra

        return text_of(self, max(width, MIN_WIDTH))

    def html(self) -> str:
        """Return it as a piece of HTML, with its style; there is no script in it, and nothing is fetched."""
        from roc._html import html_of  # noqa: PLC0415 - only who wants HTML waits for it

        return html_of(self._blocks)

    def shortened(self, rows: int = _ROWS, letters: int = _LETTERS) -> Self:
        """Return what of it a notebook shows: so many rows in all, and of each text so many letters.

        What is left out is counted.
        """
        room = _Room(rows)
        return attrs.evolve(self, blocks=tuple(_short(each, room, letters) for each in self._blocks))

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Return it for a notebook: HTML, and text where *rich* is there."""
        from roc._html import bundle  # noqa: PLC0415 - only notebooks ask for it

        return bundle(self, repr(self))

    def __repr__(self) -> str:
        return f"<Screen of {many(len(self._blocks), 'block')}>"


def _short(block: Block, room: _Room, letters: int) -> Block:
    match block:
        case Gap():
            return block
        case Paragraph(words=words, margin=margin):
            return Paragraph(words.cut(letters), margin)
        case Fields(pairs=pairs):
            return Fields(_short_pairs(pairs, letters))
        case Items(items=items):
            kept = room.take(len(items))
            cut = tuple((level, cut_text(text, letters)) for level, text in items[:kept])
            return Items(cut, len(items) - kept)
        case Meters(meters=meters):
            kept_meters = _short_meters(meters, room, letters)
            return Meters(kept_meters, len(meters) - len(kept_meters))
        case Grid(rows=rows):
            kept_rows = rows[: room.take(len(rows))]
            cells = tuple(
                tuple(each.cut(letters) if isinstance(each, Words) else each for each in row)
                for row in kept_rows
            )
            return attrs.evolve(block, rows=cells, more=len(rows) - len(kept_rows))
        case _:
            found: list[Section] = []
            for each in block.sections:
                if not room.take(1):
                    break
                found.append(_short_section(each, room, letters))
            return attrs.evolve(block, sections=tuple(found), more=len(block.sections) - len(found))


def cut_text(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[:letters]}…"


def _short_pairs(pairs: Pairs, letters: int) -> Pairs:
    return tuple((label, words.cut(letters)) for label, words in pairs)


def _short_meters(meters: tuple[Meter, ...], room: _Room, letters: int) -> tuple[Meter, ...]:
    kept = meters[: room.take(len(meters))]
    return tuple(attrs.evolve(each, label=cut_text(each.label, letters)) for each in kept)


def _short_section(section: Section, room: _Room, letters: int) -> Section:
    meters = _short_meters(section.meters, room, letters)
    rows = section.rows[: room.take(len(section.rows))]
    return attrs.evolve(
        section,
        heading=section.heading.cut(letters),
        fields=_short_pairs(section.fields, letters),
        rows=tuple(_short_row(row, letters) for row in rows),
        meters=meters,
        more=len(section.rows) - len(rows) + len(section.meters) - len(meters),
    )


def _short_row(row: Row, letters: int) -> Row:
    unit, notes = row.unit, "; ".join(row.notes)
    if max(len(unit.title), len(unit.reference or ""), len(notes)) <= letters:
        return row
    short = unit.evolve(
        title=cut_text(unit.title, letters), reference=unit.reference and cut_text(unit.reference, letters)
    )
    return attrs.evolve(row, unit=short, notes=(cut_text(notes, letters),) if notes else ())
