"""What drawn values are made of: small and readable by default, or odd, as files can hold them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import attrs
from hypothesis import strategies as st

from roc.levels import Level
from roc.numbers import QualificationNumber, UnitNumber
from roc.rules import Measure

_HARD_TEXTS: Final = (
    *("yes", "No", "on", "off", "y", "true", "null", "~", "010", "1e5", "0x1F", "12:30", "1_000", ".5", "-3"),
    *("2022-04-30", "5.10", "Group A: Mandatory Units", "a #b", "# a", "- a", "a: b", "a:b", "a:", "[a]"),
    *("{a}", "'a'", "a'b", "50% of it", "&a", "*a", "!a", "|", ">", "a, b", "?", "? a", "@a", "`a`", "="),
    *("<<", "...", "back\\slash", "Größe", "Ελληνικά", "\N{GRINNING FACE}", "https://example.org/a?b=c#d"),
    *("--- a", "a ---", "word " * 60 + "end", "x" * 150, "a - b - c # d : e " * 12 + "f", "A", "units"),
    *("B and C", "K/601/6383"),
)
"""Texts that readers of files and of rules like to misread."""

ALL_LEVELS: Final = (*map(Level, range(1, 13)), Level("Entry 1"), Level("Entry 2"), Level("Entry 3"))


def regulated_unit_numbers(*, failing: bool | None) -> st.SearchStrategy[UnitNumber]:
    """Unit numbers whose check character fits, fails, or either (``None``)."""

    @st.composite
    def drawn(draw: st.DrawFn) -> UnitNumber:
        digits = draw(st.integers(5_000_001, 6_999_999))
        every = [UnitNumber.quietly(f"{letter}{digits}") for letter in UnitNumber._alphabet]
        return draw(st.sampled_from([each for each in every if failing in {None, not each.check_passes}]))

    return drawn()


def regulated_qualification_numbers(*, failing: bool | None) -> st.SearchStrategy[QualificationNumber]:
    """Qualification numbers whose check character fits, fails, or either (``None``)."""

    @st.composite
    def drawn(draw: st.DrawFn) -> QualificationNumber:
        digits = draw(st.integers(5_000_001, 6_999_999))
        every = [QualificationNumber.quietly(f"{digits}{mark}") for mark in QualificationNumber._alphabet]
        # rule (a) makes an eleventh remainder X: every number has exactly one mark that fits
        return draw(st.sampled_from([each for each in every if failing in {None, not each.check_passes}]))

    return drawn()


@attrs.frozen(kw_only=True)
class Palette:
    """Where the parts of drawn values come from.

    Attributes:
        titles: Titles, notes and other texts.
        names: Names of groups, pathways and conditions; ``None``: A, B, P1, c1 and so on.
        unit_numbers: Numbers of units; ``None``: M1, M2 and so on.
        qualification_numbers: Numbers of qualifications.
        levels: Levels.
        credits: Credit of units.
        hours: Guided learning hours of units.
        tags: Tags of units.
        bounds: Bounds of thresholds, by what they measure.
        kinds: Bounds of how many values of a tag there are.
        shares: Bounds in per cent.
        narrowings: In how many ways at once a scope may be narrowed.
    """

    titles: st.SearchStrategy[str]
    names: st.SearchStrategy[str] | None
    unit_numbers: st.SearchStrategy[UnitNumber] | None
    qualification_numbers: st.SearchStrategy[QualificationNumber]
    levels: st.SearchStrategy[Level]
    credits: st.SearchStrategy[Decimal]
    hours: st.SearchStrategy[Decimal]
    tags: Sequence[str]
    bounds: Mapping[Measure, st.SearchStrategy[Decimal]]
    kinds: st.SearchStrategy[Decimal]
    shares: st.SearchStrategy[Decimal]
    narrowings: int


def _of(*numbers: int | str) -> st.SearchStrategy[Decimal]:
    return st.sampled_from([Decimal(each) for each in numbers])


def _amounts(maximum: int) -> st.SearchStrategy[Decimal]:
    """Exact amounts, most of them whole."""
    whole = st.integers(0, maximum).map(Decimal)
    return whole | whole | st.decimals(0, maximum, places=4, allow_nan=False)


def _odd_texts(longest: int, more: Sequence[str] = ()) -> st.SearchStrategy[str]:
    hard = [*(each for each in _HARD_TEXTS if len(each) <= longest), *more]
    return st.sampled_from(hard)


SMALL: Final = Palette(
    titles=st.just(""),
    names=None,
    unit_numbers=None,
    qualification_numbers=regulated_qualification_numbers(failing=False),
    levels=st.sampled_from([Level(1), Level(2), Level(3), Level("Entry 3")]),
    credits=_of(1, 2, 3, 0, "2.5", "0.25", 10),
    hours=_of(5, 10, "7.5", 0),
    tags=("k", "c", "subject:art", "subject:maths"),
    bounds={
        Measure.UNITS: _of(1, 1, 2, 2, 3, 4, 0),
        Measure.CREDIT: _of(1, 2, 3, "4.5", 5, "7.25", 10, 0),
        Measure.GLH: _of(5, 10, "12.5", 20, 0),
    },
    kinds=_of(1, 0, 2, 3),
    shares=_of(50, 0, 25, 75, 100),
    narrowings=1,
)
"""Small values, so that rules bite and are easily read."""

ODD: Final = Palette(
    titles=(
        _odd_texts(1000, ['"', '"a"', 'a "b" c', "a\N{ZERO WIDTH NO-BREAK SPACE}b"])
        | st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=20)
    ),
    names=(
        _odd_texts(200)
        | st.text(
            st.characters(exclude_categories=["C", "Z"], exclude_characters='"'), min_size=1, max_size=9
        )
    ),
    unit_numbers=(
        regulated_unit_numbers(failing=None)
        | st.from_regex(r"[A-Z]{0,3}[0-9]{1,5}([.][0-9]{1,2})?", fullmatch=True).map(UnitNumber.quietly)
        | st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8).map(
            UnitNumber.quietly
        )
        | _odd_texts(60, ['a "b"', '"']).map(UnitNumber.quietly)
    ),
    qualification_numbers=(
        regulated_qualification_numbers(failing=None)
        | st.sampled_from(["CHC33021", "010", "no"]).map(QualificationNumber.quietly)
    ),
    levels=st.sampled_from(ALL_LEVELS),
    credits=_amounts(60),
    hours=_amounts(60),
    tags=(
        *("language", "graded", "subject:maths", "subject:art", "yes", "on", "2024", "1e5", "R&D"),
        *("x'y", "a+b"),
    ),
    bounds={
        Measure.UNITS: st.integers(0, 20).map(Decimal),
        Measure.CREDIT: _amounts(60),
        Measure.GLH: _amounts(60),
    },
    kinds=st.integers(0, 20).map(Decimal),
    shares=_amounts(100),
    narrowings=9,
)
"""Any value that a rule may hold, and many that are easily misread."""


def palette_of(*, odd: bool) -> Palette:
    """Return the palette for the dial *odd*."""
    return ODD if odd else SMALL
