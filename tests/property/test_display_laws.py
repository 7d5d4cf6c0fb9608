"""Laws of displays: every value has one, safe, valid and of bounded size, and text and HTML say the same."""

import html as escaping
import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import strategies_model as model
from tests.html_check import text_of, valid
from tests.strategies_engine import examples, questions

import roc
from roc import _screen, strategies
from roc._page import (
    Bar,
    Column,
    Fields,
    Gap,
    Grid,
    Items,
    Mark,
    Meter,
    Meters,
    Paragraph,
    Screen,
    Section,
    Units,
    Words,
    visible,
)
from roc._record import Shown
from roc.display import completions_screen, distribution_screen, frequencies_screen, screen
from roc.rules import Measure

_MOST = 400_000
"""No display has more letters of HTML, whatever the value."""

_BROKEN = {Column.NUMBER, Column.REFERENCE}
"""In text these are broken where they are long."""

_KEPT = 12
"""So many letters of them stand together in any case."""

_LIMITS = roc.Limits(states=5_000)


def _shown(value: object) -> None:
    """Fail where a value has no display, or one that is not as it should be."""
    whole = screen(value)
    root = valid(whole.html())
    text = text_of(root)
    plain = _screen.text_of(whole, 20_000)
    at = place = 0
    for atom in _atoms(whole):
        at = text.find(atom, at)
        assert at >= 0, (atom, "is not in the HTML, or not in its place")
        at += len(atom)
        place = plain.find(atom, place)
        assert place >= 0, (atom, "is not in the text, or not in its place")
        place += len(atom)
    shown = value if isinstance(value, Shown) else whole
    bundle = shown._repr_mimebundle_(include=None, exclude=None)
    assert set(bundle) == {"text/html", "text/plain"}
    assert len(bundle["text/html"]) < _MOST
    valid(bundle["text/html"])
    assert max(map(len, bundle["text/plain"].splitlines()), default=0) <= 80


def _atoms(whole: Screen) -> Iterator[str]:
    """Yield each text of a screen, in order."""
    for text in _texts(whole):
        for line in text.split("\n"):
            if line.strip():
                yield line.strip()


def _texts(whole: Screen) -> Iterator[str]:
    for block in whole._blocks:
        match block:
            case Gap():
                pass
            case Paragraph(words=words):
                yield from _spans(words)
            case Fields(pairs=pairs):
                yield from _pairs(pairs)
            case Items(items=items):
                yield from (visible(text) for _, text in items)
            case Meters(meters=meters):
                yield from _meters(meters)
            case Grid():
                yield from (heading.text for heading in block.headings)
                for cell in itertools.chain.from_iterable(block.rows):
                    if not isinstance(cell, Bar | Mark):
                        yield from (text[:_KEPT] for text in _spans(cell))
            case Units():
                for section in block.sections:
                    yield from _section(section, block.columns())


def _section(section: Section, columns: tuple[Column, ...]) -> Iterator[str]:
    yield from _spans(section.heading)
    yield from _pairs(section.fields)
    yield from _meters(section.meters)
    for row in section.rows:
        for column in columns:
            if column in _BROKEN:
                yield str(column.of(row))[:_KEPT]
            elif column is not Column.MARK:
                yield from _spans(column.of(row))


def _spans(words: Words) -> Iterator[str]:
    yield from (text for text, _ in words.spans)


def _pairs(pairs: tuple[tuple[str, Words], ...]) -> Iterator[str]:
    for label, words in pairs:
        yield label
        yield from _spans(words)


def _meters(meters: tuple[Meter, ...]) -> Iterator[str]:
    for each in meters:
        yield "OK" if each.ok else "NOT OK"
        yield visible(each.label)
        yield each.amount


@given(value=model.qualifications() | strategies.units(odd=True) | st.lists(strategies.clauses(), max_size=4))
@examples(60)
def test_every_part_of_the_model_has_a_display(value: object) -> None:
    """A rule, its units, groups and clauses are shown, with hostile texts as with others."""
    _shown(value)
    if isinstance(value, roc.Qualification):
        for part in (*value.units, *value.groups, *value.rules, *value.pathways, *value.examples):
            _shown(part)


@given(selection=questions())
@examples(60)
def test_every_answer_about_a_selection_has_a_display(selection: roc.Selection) -> None:
    """A selection, its status and all that a check tells of it are shown."""
    status = roc.check(selection)
    _shown(selection)
    _shown(status)
    for group in status.top_groups:
        _shown(group)
    for clause in status.clauses:
        _shown(clause)
    _shown(status.findings())
    for message in status.findings():
        _shown(message)
    _shown(roc.best_combination(selection, limit=5_000))
    _shown(roc.advise(selection.qualification))


@given(group=strategies.registration_groups())
@examples(40)
def test_everything_of_registration_has_a_display(group: roc.RegistrationGroup) -> None:
    """A group, its check, its tables, and the catalogue of its qualifications are shown."""
    catalogue = roc.Catalogue(qualifications=[each.qualification for each in group.selections])
    status = roc.check_registration(group, date="2026-08-31")
    for value in (group, status, catalogue, roc.basic_summary([group]), *roc.full_information([group])):
        _shown(value)


@given(selection=questions(), data=st.data())
@examples(60)
def test_every_answer_of_the_solver_has_a_display(selection: roc.Selection, data: st.DataObject) -> None:
    """Completions, options, reasons, conflicts, repairs and counts are shown."""
    solver = roc.Solver(selection.qualification, limits=_LIMITS)
    try:
        _shown(solver.options(selection))
        found = list(itertools.islice(solver.completions(selection), 3))
        for each in found:
            _shown(each)
        _shown(completions_screen(found))
        for conflict in itertools.islice(solver.conflicts(selection), 2):
            _shown(conflict)
        for repair in itertools.islice(solver.repairs(selection), 2):
            _shown(repair)
        if selection.qualification.units:
            unit = data.draw(st.sampled_from(selection.qualification.units))
            _shown(solver.why(selection, unit))
        _shown(solver.bounds(selection, Measure.UNITS) or ())
        _shown(distribution_screen("units", solver.distribution(selection, "units")))
        _shown(frequencies_screen(selection.qualification, solver.frequencies(selection)))
    except roc.LimitReachedError:
        pass


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "&lt;b&gt;", "\u202e]]>-->"]
)
def test_hostile_texts_are_only_shown(text: str) -> None:
    """What a file says is never read as HTML, wherever it stands."""
    name = text.replace('"', "'").replace("\u202e", "")
    q = roc.Qualification(
        title=text,
        units=[
            roc.Unit(number="M1", title=text, reference=text),
            roc.Unit(number=text.replace(" ", ""), title="x"),
        ],
        groups=[roc.UnitGroup(name=name, title=text, number=text, units=["M1"])],
        pathways=[roc.Pathway(name=name, title=text)],
        conditions=[roc.Condition(name=name, title=text)],
        rules=[roc.IsMet(condition=name)],
    )
    for value in (
        q,
        q.units[0],
        q.groups[0],
        roc.check(roc.Selection.start(q)),
        roc.Solver(q).options(roc.Selection.start(q)),
    ):
        _shown(value)
        html = screen(value).html()
        assert "<script" not in html
        assert "<img" not in html
        assert visible(text) in escaping.unescape(html)
