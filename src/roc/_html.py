"""Screens as HTML, for notebooks and pages: no script, nothing fetched, and at home on light and on dark.

Text has the colour of the page around it; colours only decorate what the text says, and stand out from either.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from html import escape
from typing import Final

from roc._page import (
    Bar,
    Block,
    Cell,
    Column,
    Fields,
    Gap,
    Grid,
    Items,
    Mark,
    Meter,
    Paragraph,
    Row,
    Screen,
    Section,
    Tone,
    Units,
    Words,
    cut_text,
    visible,
)
from roc.errors import MissingExtraError

_FEW: Final = 40
"""Where there are no more rows, groups of units are not folded."""

_CODE: Final = 2000
"""So many letters of code stand in for text."""

_DEEPEST: Final = 8
"""Clauses that are nested deeper are indented no further."""

_OK: Final = "#2b8a57"
_NOT_OK: Final = "#c8553d"
_BAR: Final = "#3b7dbd"
# each has a contrast of 3 to 1 at least to white and to the dark of the usual editors

_STYLE: Final = f"""
R {{ max-width: 62rem; line-height: 1.45; font-size: .9rem; overflow-wrap: break-word; }}
R td, R dd, R li, R p {{ overflow-wrap: anywhere; }}
R p, R ul {{ margin: .4rem 0; }}
R ul {{ padding-inline-start: 1.4rem; }}
R dl {{ margin: .4rem 0; display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem; }}
R dl > div {{ display: contents; }}
R dt, R dd {{ margin: 0; padding: 0; float: none; width: auto; display: block; }}
R dt {{ font-weight: 600; white-space: nowrap; }}
R dd {{ white-space: pre-wrap; }}
R table {{ border-collapse: collapse; margin: .4rem 0 .8rem; table-layout: auto; width: auto; font-size: inherit; }}
R th, R td {{ text-align: start; vertical-align: top; padding: .2rem .8rem .2rem 0; border: 0; }}
R tr {{ background: none; border-bottom: 1px solid rgb(128 128 128 / .35); }}
R th {{ font-weight: 600; }}
R tbody th {{ font-weight: 400; }}
R thead th {{ vertical-align: bottom; }}
R td.roc-amount, R td.roc-short {{ overflow-wrap: normal; }}
R .roc-amount {{ text-align: end; font-variant-numeric: tabular-nums; }}
R .roc-number {{ font-family: ui-monospace, monospace; font-size: .95em; }}
R .roc-verdict, R tbody th .roc-number {{ white-space: nowrap; }}
R .roc-clause {{ min-width: 8rem; }}
R details {{ margin: .3rem 0; }}
R details > :not(summary) {{ margin-inline-start: 1.1rem; }}
R summary {{ cursor: pointer; padding: .2rem 0; }}
R .roc-ok::before, R .roc-not-ok::before {{
  content: ""; display: inline-block; width: .6em; height: .6em; margin-inline-end: .4em; background: {_OK};
  border-radius: 50%; }}
R .roc-not-ok::before {{ background: {_NOT_OK}; border-radius: 0; }}
R .roc-so-far {{ display: inline-block; min-width: 6rem; }}
R .roc-bar {{ display: inline-block; width: 6rem; height: .6rem; border-radius: .3rem;
  background: rgb(128 128 128 / .3); overflow: hidden; }}
R .roc-bar > span {{ display: block; height: 100%; background: {_BAR}; }}
R .roc-bar.roc-full > span {{ background: {_OK}; }}
R .roc-hidden {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }}
R {{ position: relative; }}
@media (max-width: 40rem) {{
  R {{ font-size: .8rem; }}
  R th, R td {{ padding-inline-end: .45rem; }}
  R details > :not(summary) {{ margin-inline-start: .2rem; }}
  R .roc-clause {{ min-width: 6rem; }}
  R .roc-so-far, R .roc-bar {{ min-width: 0; width: 5rem; }}
}}
"""

STYLE: Final = re.sub(r"\s+", " ", re.sub(r"\bR\b", ".roc-screen" * 3, _STYLE)).strip()
"""The style of screens, and of nothing else on a page: it outweighs the styles that notebooks have for tables."""

_CLASSES: Final = {
    Tone.OK: "roc-ok",
    Tone.NOT_OK: "roc-not-ok",
    Tone.NUMBER: "roc-number",
}
_ELEMENTS: Final = {Tone.STRONG: "strong", Tone.NOTE: "em", Tone.FAINT: "small"}


def html_of(blocks: Iterable[Block]) -> str:
    """Return blocks as one element, with its style."""
    return f'<div class="roc-screen"><style>{STYLE}</style>{"".join(pieces(blocks))}</div>'


def pieces(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield blocks one by one, without the style."""
    for block in blocks:
        yield from _block(block)


def bundle(screen: Screen, code: str) -> dict[str, str]:
    """Return what a notebook is given: HTML, and text, which without *rich* is code, or the beginning of it."""
    short = screen.shortened()
    try:
        text = short.text()
    except MissingExtraError:
        text = cut_text(code, _CODE)
    return {"text/html": short.html(), "text/plain": text}


# -- words ------------------------------------------------------------------------------------------


def _text(text: str) -> str:
    return escape(visible(text), quote=True)


def _span(text: str, tone: Tone) -> str:
    if text == "\n":
        return "<br/>"
    shown = _text(text)
    for each, element in _ELEMENTS.items():
        if each in tone:
            shown = f"<{element}>{shown}</{element}>"
    classes = " ".join(name for each, name in _CLASSES.items() if each in tone)
    return f'<span class="{classes}">{shown}</span>' if classes else shown


def _words(words: Words) -> str:
    return "".join(_span(text, tone) for text, tone in words.spans if text)


def _more(count: int) -> Iterator[str]:
    if count:
        yield f"<p><em>… and {count:,} more</em></p>"


# -- blocks -----------------------------------------------------------------------------------------


def _block(block: Block) -> Iterator[str]:
    match block:
        case Gap():
            pass
        case Paragraph(words=words):
            yield f"<p>{_words(words)}</p>"
        case Fields():
            yield from _fields(block)
        case Items(items=items, more=more):
            yield from _items(items)
            yield from _more(more)
        case Units():
            yield from _units(block)
        case Grid():
            yield from _grid(block)
        case _:
            yield from _meters(block.meters)
            yield from _more(block.more)


def _fields(fields: Fields) -> Iterator[str]:
    if fields.pairs:
        pairs = (
            f"<div><dt>{_text(label)}</dt><dd>{_words(value)}</dd></div>" for label, value in fields.pairs
        )
        yield f"<dl>{''.join(pairs)}</dl>"


def _items(items: Sequence[tuple[int, str]]) -> Iterator[str]:
    """Yield nested lists; an item that is nested deeper stands within the one before it."""
    depths: list[int] = []
    for level, text in items:
        while depths and level < depths[-1]:
            depths.pop()
            yield "</li></ul>"
        if depths and level == depths[-1]:
            yield "</li>"
        else:
            depths.append(level)
            yield "<ul>"
        yield f"<li>{_text(text)}"
    for _ in depths:
        yield "</li></ul>"


def _bar(share: Fraction, label: str = "") -> str:
    """Return a bar; without a label it only repeats what stands beside it."""
    full = " roc-full" if label and share == 1 else ""
    percent = f"{float(share * 100):.4g}"
    role = 'aria-hidden="true"'
    if label:
        role = (
            f'role="meter" aria-label="{_text(label)}" aria-valuemin="0" aria-valuemax="100"'
            f' aria-valuenow="{percent}"'
        )
    return f'<span class="roc-bar{full}" {role}><span style="width: {percent}%"></span></span>'


def _meters(meters: Sequence[Meter]) -> Iterator[str]:
    if not meters:
        return
    yield '<table><thead><tr><th scope="col">Status</th><th scope="col">Clause</th>'
    yield '<th scope="col">Progress</th></tr></thead><tbody>'
    for each in meters:
        verdict, tone = ("OK", Tone.OK) if each.ok else ("NOT OK", Tone.NOT_OK)
        bar = "" if each.share is None else _bar(each.share, f"{each.label}: {each.amount}")
        indent = f' style="padding-inline-start: {min(each.depth, _DEEPEST)}rem"' if each.depth else ""
        yield f'<tr><td class="roc-verdict">{_span(verdict, tone)}</td><th scope="row" class="roc-clause"{indent}>'
        yield f'{_text(each.label)}</th><td><span class="roc-so-far">{_text(each.amount)}</span>{bar}</td></tr>'
    yield "</tbody></table>"


def _shown(cell: Cell) -> str:
    match cell:
        case Bar(share=share):
            return _bar(share)
        case Mark():
            return _mark(cell)
        case _:
            return _words(cell)


def _grid(grid: Grid) -> Iterator[str]:
    if grid.rows:
        yield from _table(grid)
    yield from _more(grid.more)


def _table(grid: Grid) -> Iterator[str]:
    yield "<table><thead><tr>"
    for heading in grid.headings:
        kind = ' class="roc-amount"' if heading.is_amount else ""
        yield f'<th scope="col"{kind}>{_text(heading.text)}</th>' if heading.text else "<td></td>"
    yield "</tr></thead><tbody>"
    for row in grid.rows:
        yield "<tr>"
        for i, (cell, heading) in enumerate(zip(row, grid.headings, strict=True)):
            kind = ' class="roc-amount"' if heading.is_amount else ""
            yield f"<td{kind}>{_shown(cell)}</td>" if i else f'<th scope="row"{kind}>{_shown(cell)}</th>'
        yield "</tr>"
    yield "</tbody></table>"


# -- units ------------------------------------------------------------------------------------------


def _units(units: Units) -> Iterator[str]:
    rows = sum(len(each.rows) + each.more for each in units.sections)
    state = ' open="open"' if rows <= _FEW else ""
    columns = units.columns()
    depths: list[int] = []
    for section in units.sections:
        while depths and section.depth <= depths[-1]:
            depths.pop()
            yield "</details>"
        if section.heading:
            depths.append(section.depth)
            yield f"<details{state}><summary>{_words(section.heading)}</summary>"
        yield from _section(section, columns)
    for _ in depths:
        yield "</details>"
    yield from _more(units.more)


def _section(section: Section, columns: Sequence[Column]) -> Iterator[str]:
    yield from _fields(Fields(section.fields))
    yield from _meters(section.meters)
    if section.rows:
        yield "<table><thead><tr>"
        for column in columns:
            kind = ' class="roc-amount"' if column.is_amount else ""
            name = column.value or '<span class="roc-hidden">Chosen</span>'
            yield f'<th scope="col"{kind}>{name}</th>'
        yield "</tr></thead><tbody>"
        for row in section.rows:
            yield f"<tr>{''.join(_cell(row, column) for column in columns)}</tr>"
        yield "</tbody></table>"
    yield from _more(section.more)


def _mark(mark: Mark) -> str:
    return f'{mark.sign}<span class="roc-hidden">{mark.word}</span>'


def _cell(row: Row, column: Column) -> str:
    if column is Column.MARK:
        return f"<td>{'' if row.mark is None else _mark(row.mark)}</td>"
    shown = _words(column.of(row))
    if column is Column.NUMBER:
        return f'<th scope="row">{shown}</th>'
    return f'<td class="roc-amount">{shown}</td>' if column.is_amount else f"<td>{shown}</td>"
