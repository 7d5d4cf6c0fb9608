"""Laws of the rule language: what is printed is read back, and nothing else ever goes wrong."""

import re
from random import Random
from typing import TypeVar

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.strategies_engine import examples

from roc.errors import RuleSyntaxError
from roc.language import parse
from roc.levels import Level
from roc.numbers import UnitNumber
from roc.rules import (
    AllOf,
    Barred,
    Ceiling,
    Choice,
    Clause,
    Complete,
    Conditional,
    IsMet,
    Linked,
    Measure,
    Requires,
    Scope,
    State,
    Threshold,
)
from roc.scopes import KEYWORDS

T = TypeVar("T")

SETTINGS = examples(300)

_KEYWORDS = sorted(KEYWORDS)
_HARD_NAMES = [
    *_KEYWORDS,
    *(each.upper() for each in _KEYWORDS),
    *["A", "a", "up", "one", "TWO", "530", "7", "0.5", "Entry", "E3", "guided", "learning", "rpl"],
    *[
        "A.",
        ".",
        "...",
        "III.15",
        "a,b",
        "(x)",
        "50%",
        "Optional Units",
        "credit-transfer",
        "unit\N{LATIN SMALL LETTER LONG S}",
    ],
    *["B and C", "if any", "K/601/6383", "'", "+", "-", "x:y", "Größe"],
]
_printable = st.characters(exclude_categories=["C", "Z"], exclude_characters='"')
names = st.sampled_from(_HARD_NAMES) | st.lists(
    st.text(_printable, min_size=1, max_size=8), min_size=1, max_size=3
).map(" ".join)

_number_text = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=12)
unit_numbers = (
    (st.sampled_from([*_HARD_NAMES, '"', '""', 'a"b', '"quoted"', "k 601 6383"]) | _number_text)
    .filter(lambda text: bool(text.strip()))
    .map(UnitNumber.quietly)
)
tags = st.sampled_from([*_KEYWORDS, "language", "subject:maths", "a.", "R&D", "x'y-z+w"]) | st.from_regex(
    r"[a-zA-Z0-9é][\w.+&'-]{0,5}(:[\w.+&'-]{1,5})?", fullmatch=True
)
keys = tags.map(lambda tag: tag.partition(":")[0])

amounts = st.integers(0, 1_000_000) | st.decimals(0, 1_000, places=4, allow_nan=False)
small = st.integers(0, 12)


def several(items: st.SearchStrategy[T], low: int = 0, high: int = 4) -> st.SearchStrategy[list[T]]:
    """Return lists of different items."""
    return st.lists(items, min_size=low, max_size=high, unique=True)


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    """Draw a scope, often a plain one."""
    levels = sorted(
        draw(st.lists(st.integers(-2, 12), max_size=2).map(lambda ranks: [_level(rank) for rank in ranks]))
    )
    bounds = draw(st.sampled_from(["from", "to"]))
    level_from = levels[0] if levels and (len(levels) == 2 or bounds == "from") else None
    level_to = levels[-1] if levels and (len(levels) == 2 or bounds == "to") else None
    return Scope(
        groups=draw(several(names, high=3)),
        units=draw(several(unit_numbers, high=3)),
        except_units=draw(several(unit_numbers, high=2)),
        level_from=level_from,
        level_to=level_to,
        tags=draw(several(tags, high=3)),
        states=draw(several(st.sampled_from(State), high=3)),
        imported=draw(st.booleans()),
        size_from=draw(st.none() | amounts),
    )


def _level(rank: int) -> Level:
    return Level(rank) if rank > 0 else Level(f"Entry {rank + 3}")


@st.composite
def thresholds(draw: st.DrawFn) -> Threshold:
    """Draw a threshold of any kind."""
    scope = draw(st.just(Scope()) | several(unit_numbers, 1).map(lambda units: Scope(units=units)) | scopes())
    distinct = draw(st.none() | keys)
    percent = distinct is None and draw(st.booleans())
    measure = Measure.UNITS if distinct is not None else draw(st.sampled_from(Measure))
    values = st.integers(0, 100) if percent else small if measure is Measure.UNITS else small | amounts
    low, high = sorted(draw(st.tuples(values, values)))
    bounds = draw(st.sampled_from(["both", "same", "low", "high"]))
    minimum = None if bounds == "high" else low
    maximum = None if bounds == "low" else low if bounds == "same" else high
    ceilings = [Ceiling.TAKEN, Ceiling.COUNTS] if minimum is None and distinct is None else [Ceiling.TAKEN]
    return Threshold(
        measure=measure,
        minimum=minimum,
        maximum=maximum,
        ceiling=draw(st.sampled_from(ceilings)),
        scope=scope,
        if_used=minimum is not None and draw(st.booleans()),
        percent=percent,
        distinct=distinct,
        each=None if distinct is not None else draw(st.none() | keys),
    )


@st.composite
def requirements(draw: st.DrawFn) -> Requires:
    """Draw a unit that needs others."""
    first, *others = draw(several(unit_numbers, 2, 5))
    at_least = draw(st.none() | st.integers(1, len(others)))
    return Requires(unit=first, units=others, at_least=at_least)


@st.composite
def choices(draw: st.DrawFn, options: st.SearchStrategy[Clause]) -> Choice:
    """Draw a choice between *options*."""
    chosen = draw(st.lists(options, min_size=2, max_size=3))
    low = draw(st.integers(0, len(chosen)))
    highest = st.integers(low, 5)
    return Choice(at_least=low, at_most=draw(highest if low == 0 else st.none() | highest), options=chosen)


def _inside(clauses: st.SearchStrategy[Clause]) -> st.SearchStrategy[Clause]:
    return (
        st.lists(clauses, min_size=2, max_size=3).map(lambda inner: AllOf(clauses=inner))
        | choices(clauses)
        | st.builds(Conditional, when=clauses, then=clauses)
    )


simple = (
    thresholds()
    | st.builds(Linked, units=several(unit_numbers, 2))
    | st.builds(Barred, units=several(unit_numbers, 2), ceiling=st.sampled_from(Ceiling))
    | requirements()
    | st.builds(IsMet, condition=names)
    | st.builds(Complete, group=names)
)
clauses = (simple | st.recursive(simple, _inside, max_leaves=6)).filter(lambda each: len(str(each)) <= 9_000)

_words = st.sampled_from(
    [*_KEYWORDS, *"(),%.17aB", "50", "two", "Entry", "up", "guided", "M1", "rpl", 'x"y', '"B C"']
)
sentences = st.lists(_words, max_size=25).map(" ".join)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Draw a printed clause with some words lost, doubled, replaced or out of place."""
    words = str(draw(clauses)).split(" ")
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(words)))
        words[place : place + draw(st.integers(0, 2))] = draw(st.lists(_words, max_size=2))
    return " ".join(words)


@given(clauses)
@SETTINGS
def test_what_is_printed_is_read_back(clause: Clause) -> None:
    """Every clause that can be made is read back from its text, equal to itself."""
    assert parse(str(clause)) == clause


@given(clauses, st.randoms(use_true_random=False), st.sampled_from(["", ".", " . ", "\n"]))
@SETTINGS
def test_case_white_space_and_full_stop_do_not_matter(clause: Clause, random: Random, ending: str) -> None:
    """Capital letters of keywords, white space between words and a last full stop change nothing."""

    def rewritten(found: re.Match[str]) -> str:
        text = found[0]
        if text.isspace():
            return random.choice([" ", "\n\t ", "\N{NO-BREAK SPACE}"])
        if text in KEYWORDS:
            return random.choice([text, text.upper(), text.title()])
        return text

    text = re.sub(r'"[^"]*"|\s+|[^\s,()"%]+', rewritten, str(clause))
    assert parse(f" {text}{ending}") == clause


@given(sentences | damaged() | st.text(max_size=60))
@SETTINGS
def test_any_text_is_a_clause_or_an_error_with_a_place(text: str) -> None:
    """Whatever text is given, the answer is a clause that prints and reads back, or a syntax error."""
    answer = _answer(text)
    if isinstance(answer, RuleSyntaxError):
        assert answer.text == text
        assert 0 <= answer.position <= len(text)
        assert answer.message in str(answer)
    else:
        assert parse(str(answer)) == answer


def _answer(text: str) -> Clause | RuleSyntaxError:
    try:
        return parse(text)
    except RuleSyntaxError as error:
        return error


@given(simple, st.integers(0, 20))
@SETTINGS
def test_parentheses_group_and_mean_nothing_else(clause: Clause, depth: int) -> None:
    """A clause in parentheses, up to twenty pairs, is the clause itself."""
    assume(len(str(clause)) <= 9_000)
    assert parse("(" * depth + str(clause) + ")" * depth) == clause
