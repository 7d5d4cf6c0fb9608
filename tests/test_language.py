"""The rule language: forms, variants of published sentences, and errors that point."""

import re
from pathlib import Path
from typing import Any

import attrs
import pytest

from roc import language
from roc.errors import DataError, RuleSyntaxError
from roc.language import parse
from roc.rules import (
    AllOf,
    Barred,
    Choice,
    Clause,
    Complete,
    Conditional,
    IsMet,
    Linked,
    Requires,
    Scope,
    Threshold,
)

SCOPE = {field.name for field in attrs.fields(Scope)}


def units(**parts: Any) -> Threshold:
    """Return a threshold on units; scope parts are given beside the others."""
    return _threshold("units", parts)


def credit(**parts: Any) -> Threshold:
    """Return a threshold on credit."""
    return _threshold("credit", parts)


def hours(**parts: Any) -> Threshold:
    """Return a threshold on guided learning hours."""
    return _threshold("glh", parts)


def _threshold(measure: str, parts: dict[str, Any]) -> Threshold:
    scope = {key: parts.pop(key) for key in list(parts) if key in SCOPE}
    return Threshold(measure=measure, scope=Scope(**scope), **parts)


PAIR = [units(minimum=2, units=["M1", "M2"]), units(minimum=1, groups=["B"])]
IN_PARENTHESES = "(all of M1 and M2) or (at least 1 unit from B)"

CANONICAL: list[tuple[str, Clause]] = [
    ("at least 31 credits at level 2 or above", credit(minimum=31, level_from=2)),
    ("at least 12 credits from B", credit(minimum=12, groups=["B"])),
    ("at most 8 credits from D count", credit(maximum=8, groups=["D"], ceiling="counts")),
    ("at most 1 unit from D counts", units(maximum=1, groups=["D"], ceiling="counts")),
    ("at most 1% of the units count", units(maximum=1, percent=True, ceiling="counts")),
    ("exactly 15 units", units(minimum=15, maximum=15)),
    ("exactly 1 unit", units(minimum=1, maximum=1)),
    ("1 to 2 units", units(minimum=1, maximum=2)),
    ("0 to 1 units", units(minimum=0, maximum=1)),
    ("at most 1 hour", hours(maximum=1)),
    ("at least 1 unit tagged language", units(minimum=1, tags=["language"])),
    ("2 to 7 credits", credit(minimum=2, maximum=7)),
    ("at least 12.5 credits", credit(minimum="12.50")),
    (
        "at least 50% of the credits by rpl or exempt",
        credit(minimum=50, percent=True, states=["exempt", "rpl"]),
    ),
    ("at most 20% of the units imported", units(maximum=20, percent=True, imported=True)),
    ("50% to 60% of the hours", hours(minimum=50, maximum=60, percent=True)),
    ("at least 4 different subject", units(minimum=4, distinct="subject")),
    ("at least 2 different subject imported", units(minimum=2, distinct="subject", imported=True)),
    ("at most 1 unit for each subject", units(maximum=1, each="subject")),
    ('at least 5 credits from "Open units" if any', credit(minimum=5, groups=["Open units"], if_used=True)),
    ("all of A", units(minimum=1, units=["A"])),
    ("all of A, B and C", units(minimum=3, units=["A", "B", "C"])),
    ("at least 2 units from units A, B and C", units(minimum=2, units=["A", "B", "C"])),
    ("at least 2 units from unit A", units(minimum=2, units=["A"])),
    ("at most 2 imported units", units(maximum=2, imported=True)),
    ("at least 3 credits at Entry 3", credit(minimum=3, level_from="E3", level_to="E3")),
    ("at least 3 credits at Entry 3 to level 2", credit(minimum=3, level_from="E3", level_to=2)),
    ("at least 3 credits at levels 3 to 5", credit(minimum=3, level_from=3, level_to=5)),
    ("at most 3 credits at level 1 or below", credit(maximum=3, level_to=1)),
    ("at least 2 units of 20 credits or more", units(minimum=2, size_from=20)),
    ("at least 2 units of 1 credit or more", units(minimum=2, size_from=1)),
    ("at most 9 units except unit A", units(maximum=9, except_units=["A"])),
    (
        (
            "at most 9 imported credits at level 2 of 5 credits or more tagged a or b by rpl from B and C"
            " from units M1 and M2 except units M3 and M4 for each subject count"
        ),
        credit(
            maximum=9,
            imported=True,
            level_from=2,
            level_to=2,
            size_from=5,
            tags=["a", "b"],
            states=["rpl"],
            groups=["B", "C"],
            units=["M1", "M2"],
            except_units=["M3", "M4"],
            each="subject",
            ceiling="counts",
        ),
    ),
    ("A and B are linked", Linked(units=["A", "B"])),
    ("A, B and C are barred", Barred(units=["A", "B", "C"])),
    ("only one of A and B counts", Barred(units=["A", "B"], ceiling="counts")),
    ("A requires B", Requires(unit="A", units=["B"])),
    ("A requires B and C", Requires(unit="A", units=["B", "C"])),
    ("A requires B or C", Requires(unit="A", units=["B", "C"], at_least=1)),
    ("A requires at least 2 of B, C and D", Requires(unit="A", units=["B", "C", "D"], at_least=2)),
    ("placement is met", IsMet(condition="placement")),
    ("Core is complete", Complete(group="Core")),
    (f"any of {IN_PARENTHESES}", Choice(options=PAIR)),
    (f"at least 2 of {IN_PARENTHESES}", Choice(options=PAIR, at_least=2)),
    (f"exactly 1 of {IN_PARENTHESES}", Choice(options=PAIR, at_most=1)),
    (f"at most 1 of {IN_PARENTHESES}", Choice(options=PAIR, at_least=0, at_most=1)),
    (f"1 to 2 of {IN_PARENTHESES}", Choice(options=PAIR, at_most=2)),
    ("(all of M1 and M2) and (at least 1 unit from B)", AllOf(clauses=PAIR)),
    ("if all of M1 and M2 then at least 1 unit from B", Conditional(when=PAIR[0], then=PAIR[1])),
    (
        f"if (any of {IN_PARENTHESES}) then (if A is met then B is complete)",
        Conditional(
            when=Choice(options=PAIR),
            then=Conditional(when=IsMet(condition="A"), then=Complete(group="B")),
        ),
    ),
]

AWKWARD: list[tuple[str, Clause]] = [
    ('"Count" is complete', Complete(group="Count")),
    ('"is" is met', IsMet(condition="is")),
    ('at least 1 unit from "count" and "if"', units(minimum=1, groups=["count", "if"])),
    ('at least 1 unit tagged "or"', units(minimum=1, tags=["or"])),
    ('at least 1 unit for each "each"', units(minimum=1, each="each")),
    ('"and" and "AT" are linked', Linked(units=["and", "AT"])),
    ("530 and 531 are barred", Barred(units=["530", "531"])),
    ("530 requires 2 and 3", Requires(unit="530", units=["2", "3"])),
    ("two requires one", Requires(unit="two", units=["one"])),
    ("a and up are linked", Linked(units=["a", "up"])),
    ("A is met", IsMet(condition="A")),
    ("up is met", IsMet(condition="up")),
    ("at least 3 credits from 3 and 4", credit(minimum=3, groups=["3", "4"])),
    ('III.15 requires "II."', Requires(unit="III.15", units=["II."])),
    ('"say ""A""" and "50%" are linked', Linked(units=['say "A"', "50%"])),
    ('"." is met', IsMet(condition=".")),
    ('"B, C" is complete', Complete(group="B, C")),
    ('at least 1 unit from "Unit (1)"', units(minimum=1, groups=["Unit (1)"])),
]

VARIANTS: list[tuple[str, Clause]] = [
    ("No units from B", units(maximum=0, groups=["B"])),
    ("no imported units", units(maximum=0, imported=True)),
    ("no more than two units", units(maximum=2)),
    ("up to 8 credits from D count", credit(maximum=8, groups=["D"], ceiling="counts")),
    ("min 3 units", units(minimum=3)),
    ("Max 3 units", units(maximum=3)),
    ("minimum of 3 units", units(minimum=3)),
    ("A minimum of 3 units.", units(minimum=3)),
    ("a maximum of 10 glh", hours(maximum=10)),
    ("at least 120 guided learning hours", hours(minimum=120)),
    ("at least one hour", hours(minimum=1)),
    ("between 2 and 7 credits", credit(minimum=2, maximum=7)),
    ("between 20 and 30% of credits", credit(minimum=20, maximum=30, percent=True)),
    ("20 to 30% of the credits", credit(minimum=20, maximum=30, percent=True)),
    ("one of A, B or C", units(minimum=1, units=["A", "B", "C"])),
    ("any of A or B", units(minimum=1, units=["A", "B"])),
    ("at least two of the units A, B and C", units(minimum=2, units=["A", "B", "C"])),
    ("exactly 1 of A or B", units(minimum=1, maximum=1, units=["A", "B"])),
    ("at most one of A and B counts", units(maximum=1, units=["A", "B"], ceiling="counts")),
    ("all of units A and B", units(minimum=2, units=["A", "B"])),
    ("at most 8 credits from D may be taken", credit(maximum=8, groups=["D"])),
    ("at most 8 credits from D may count", credit(maximum=8, groups=["D"], ceiling="counts")),
    ("at most 8 credits count from D", credit(maximum=8, groups=["D"], ceiling="counts")),
    ("at least 8 credits if any from D", credit(minimum=8, groups=["D"], if_used=True)),
    ("only one of A and B may be taken", Barred(units=["A", "B"])),
    ("only 1 of units A or B may count", Barred(units=["A", "B"], ceiling="counts")),
    ("at least 3 credits from group B", credit(minimum=3, groups=["B"])),
    ("at least 3 credits from groups B, C or D", credit(minimum=3, groups=["B", "C", "D"])),
    ("at least 3 credits from B, C, and D", credit(minimum=3, groups=["B", "C", "D"])),
    ("at least 3 credits from B,C", credit(minimum=3, groups=["B", "C"])),
    ("at least 3 credits from B and C and D", credit(minimum=3, groups=["B", "C", "D"])),
    ("at least 3 credits from units X or Y", credit(minimum=3, units=["X", "Y"])),
    ("at least 3 credits from unit X from B", credit(minimum=3, units=["X"], groups=["B"])),
    ("at least 3 credits level 3", credit(minimum=3, level_from=3, level_to=3)),
    ("at least 3 credits at level two or higher", credit(minimum=3, level_from=2)),
    ("at least 3 credits at level 2 and above", credit(minimum=3, level_from=2)),
    ("at least 3 credits at level 2 or lower", credit(minimum=3, level_to=2)),
    ("at least 3 credits at E3 to L2", credit(minimum=3, level_from="E3", level_to=2)),
    ("at least 3 units at level 2 or above at level 4 or below", units(minimum=3, level_from=2, level_to=4)),
    ("at least 3 credits from B at level 2", credit(minimum=3, groups=["B"], level_from=2, level_to=2)),
    ("at most 2 units imported", units(maximum=2, imported=True)),
    ("at most 2 imported different subject", units(maximum=2, distinct="subject", imported=True)),
    ("at least 3 units by RPL and Credit-Transfer", units(minimum=3, states=["rpl", "credit-transfer"])),
    ("AT LEAST 3\n\tUNITS  FROM B .", units(minimum=3, groups=["B"])),
    ("k6016383 and R/601/6247 are linked", Linked(units=["K/601/6383", "R/601/6247"])),
    ("units A, B are barred", Barred(units=["A", "B"])),
    ("unit A requires unit B", Requires(unit="A", units=["B"])),
    ("A requires all of B and C", Requires(unit="A", units=["B", "C"])),
    ("A requires any of B, C and D", Requires(unit="A", units=["B", "C", "D"], at_least=1)),
    ("A requires two of B, C and D", Requires(unit="A", units=["B", "C", "D"], at_least=2)),
    ("A requires a minimum of 2 of B, C and D", Requires(unit="A", units=["B", "C", "D"], at_least=2)),
    (IN_PARENTHESES, Choice(options=PAIR)),
    (f"one of {IN_PARENTHESES}", Choice(options=PAIR)),
    ("any of (all of M1 and M2), or (at least 1 unit from B)", Choice(options=PAIR)),
    ("(all of M1 and M2), and (at least 1 unit from B)", AllOf(clauses=PAIR)),
    ("((A is met))", IsMet(condition="A")),
    ("If all of M1 and M2, then at least 1 unit from B.", Conditional(when=PAIR[0], then=PAIR[1])),
    (
        "if (A is met) and (B is met) then C is met",
        Conditional(
            when=AllOf(clauses=[IsMet(condition="A"), IsMet(condition="B")]), then=IsMet(condition="C")
        ),
    ),
]


@pytest.mark.parametrize(("text", "clause"), CANONICAL + AWKWARD)
def test_printed_sentences(text: str, clause: Clause) -> None:
    """The canonical sentence is what a clause prints, and it is read as that clause."""
    assert str(clause) == text
    assert parse(text) == clause


@pytest.mark.parametrize(("text", "clause"), VARIANTS)
def test_variants_of_published_sentences(text: str, clause: Clause) -> None:
    """What published rules write in other words is read as the same clause."""
    assert parse(text) == clause
    assert str(clause) != text


# The mark "^" stands before the word that the error points at.
WRONG: list[tuple[str, str, list[str]]] = [
    ("at ^laest 3 units", "'laest' stands where 'least' or 'most' is expected", ["least"]),
    ("^atleast 3 units", "'atleast' begins no clause", ["at least"]),
    ("^att least 3 units", "'att' begins no clause", ["at least"]),
    ("^exactlly 3 units", "'exactlly' begins no clause", ["exactly"]),
    ("^", "the text ends where a clause is expected", []),
    ("^ . ", "the text ends where a clause is expected", []),
    ("^) is met", "')' stands where a clause is expected", []),
    ("^credits", "'credits' stands where a clause is expected; a name that is a word", []),
    ('A and "^B are linked', "this quotation mark is never closed", []),
    ("at least ^some units", "'some' stands where a number is expected", []),
    ("at least ^1234567890 units", "'1234567890' stands where a number is expected", []),
    ("at least 3 ^unitts", "'unitts' stands where 'unit', 'units'", ["units", "unit"]),
    ("at least 3^", "the text ends where 'unit', 'units'", []),
    ("at least 3 units ^form B", "'form' stands where 'at', 'of'", ["from"]),
    ("at least 3 units from Optional ^Units", "a name of several words is put in quotes", []),
    ("at least 3 units from Business ^Skills", "a name of several words is put in quotes", []),
    ("at least 3 units from ^count", "'count' stands where a name is expected; a name that is a word", []),
    ("at least 3 units from A and ^at least 3 units from B", "a clause in parentheses", []),
    ("at least 3 units ^(A is met)", "'(' stands where 'at', 'of'", []),
    ("at least 3 units^, units", "',' stands where the end is expected", []),
    ("at least 3 units from B ^from C", "'from' is said twice", []),
    ("at most 3 imported units ^imported", "'imported' is said twice", []),
    ("at least 3 units except ^B", "'B' stands where 'unit' or 'units' is expected", []),
    ("at least 3 units for ^every subject", "'every' stands where 'each' is expected", []),
    ("at least 3 units ^counts", "only a maximum says how much counts", []),
    ("at least 3 units ^may be taken", "only a maximum says how much counts", []),
    ("at most 3 units may be ^used", "'used' stands where 'taken' is expected", []),
    ("at least 3 units tagged a ^and b", "'and' stands where the end is expected", []),
    ("at least 3 units by ^rlp", "'rlp' stands where 'achieved', 'rpl'", ["rpl"]),
    ("at least 3 units at level ^13", "'13' is not a level", []),
    ("at least 3 units at ^Entry 4", "'Entry 4' is not a level", []),
    ("at least 3 units at level^", "the text ends where a level is expected", []),
    ("at least 3 units at level 2 or ^bellow", "'bellow' stands where 'above'", ["below"]),
    ("at least 3 units of 20^% or more", "'%' stands where 'credit' or 'credits' is expected", []),
    ("at least 50% of ^(A is met)", "'(' stands where 'unit', 'units'", []),
    ("^3 units from B", "'at least', 'at most' or 'exactly' is expected before 3", []),
    ("20% ^of the credits", "'of' stands where 'to' is expected", []),
    ("all of A and B ^or C", "'or' stands where the end is expected", []),
    ("at least 1 of A and B ^or C", "one list is joined by 'and' or by 'or', not by both", []),
    ("(A is met) and (B is met) ^or (C is met)", "one list is joined by", []),
    ("(A is met), (B is met)^", "the text ends where 'and' or 'or' is expected", []),
    ("(A is met^", "the text ends where ')' is expected", []),
    ("any of (A is met) or ^B", "'B' stands where '(' is expected", []),
    ("if A is met ^B is met", "'B' stands where 'then' is expected", []),
    ("if ^if A is met then B is met then C is met", "'if' stands where a clause is expected", []),
    ("only one of A and B^", "the text ends where 'counts' or 'may be taken' is expected", []),
    ("only ^two of A and B", "'two' stands where 'one' or '1' is expected", []),
    ("A and B are ^lnked", "'lnked' stands where 'linked' or 'barred' is expected", ["linked"]),
    ("A and B ^or C are linked", "'or' stands where 'are' is expected", []),
    ("A and B ^requires C", "'requires' stands where 'are' is expected", []),
    ("A ^are linked", "'are' stands where 'requires' or 'is' is expected", []),
    ("unit A ^is met", "'is' stands where 'requires' is expected", []),
    ("unit Abc ^reqires B", "'reqires' stands where 'requires' is expected", ["requires"]),
    ("A is ^meet", "'meet' stands where 'met' or 'complete' is expected", ["met"]),
    ("A requires ^at most 2 of B and C", "what is required is a least number of units", []),
    ("A requires ^exactly 2 of B and C", "what is required is a least number of units", []),
    ("A requires ^at least 2% of B and C", "what is required is a least number of units", []),
    ("A requires at least 2 ^units", "'units' stands where 'of' is expected", []),
    # What the values themselves refuse: at the start of the innermost clause.
    ("^between 7 and 2 credits", "the minimum 7 is above the maximum 2", []),
    ("if A is met then (^at least 1.5 units)", "1.5 is not a whole number of units", []),
    ("^at least 1.5 of (A is met) or (B is met)", "1.5 is not a whole number", []),
    ("^A requires 1.5 of B and C", "1.5 is not a whole number", []),
    ("^at least 3 of (A is met) or (B is met)", "3 of 2 options cannot hold", []),
    ("^at least 99999 of (A is met) or (B is met)", "99999 is not a whole number", []),
    ("^at least 1 of (A is met)", "options needs at least 2, not 1", []),
    ("^at least 9999999 units", "is not an amount", []),
    ("^at least 3 units from B and B", "B stands twice", []),
    ("^at least 3 units tagged a/b", "'a/b' is not a tag", []),
    ('^"" is met', "'' is not a name", []),
    ("^A requires A", "A cannot require itself", []),
    ("^at most 3 units if any", "only a minimum can depend on use", []),
]


@pytest.mark.parametrize(("marked", "message", "suggestions"), WRONG)
def test_errors_point_at_the_word(marked: str, message: str, suggestions: list[str]) -> None:
    """An error says what was expected, points at the word that is wrong and suggests what was meant."""
    text = marked.replace("^", "", 1)
    with pytest.raises(RuleSyntaxError) as caught:
        parse(text)
    error = caught.value
    place = len(text) if error.message.startswith("the text ends") else marked.index("^")
    if "quotation mark" in message:
        place -= 1
    assert message in error.message
    assert (error.position, list(error.suggestions)) == (place, suggestions)
    assert isinstance(error, DataError)


def test_expected_words_are_told_apart() -> None:
    """What could have stood there is a value, not only a sentence."""
    with pytest.raises(RuleSyntaxError) as caught:
        parse("at laest 3 units")
    assert caught.value.expected == ("least", "most")
    assert str(caught.value).endswith("\n  at laest 3 units\n     ^")


def test_an_error_in_a_long_text_shows_the_place_only() -> None:
    """The caret stands under the word, however long the text is and whatever lines it has."""
    with pytest.raises(RuleSyntaxError) as caught:
        parse("at least 3 units\nfrom " + "A,\n" * 1000 + "B form C" + " " * 1000)
    shown, caret = str(caught.value).splitlines()[-2:]
    assert shown[caret.index("^") :].startswith("form C")
    assert len(shown) < 110


def test_nesting_is_limited() -> None:
    """Twenty pairs of parentheses are read, the twenty-first is an error at its place."""
    assert parse("(" * 20 + "A is met" + ")" * 20) == IsMet(condition="A")
    with pytest.raises(RuleSyntaxError, match="nested at most 20 deep") as caught:
        parse("(" * 21 + "A is met" + ")" * 21)
    assert caught.value.position == 20


def test_length_is_limited() -> None:
    """A text of 10,000 characters is read, a longer one is refused before it is looked at."""
    assert parse("A is met".ljust(10_000)) == IsMet(condition="A")
    with pytest.raises(RuleSyntaxError, match="at most 10,000 characters") as caught:
        parse("A is met".ljust(10_001))
    assert caught.value.position == 10_000


@pytest.mark.parametrize("filler", [*'(%9."', '""', '"" ', ", ", "a, ", "a and ", "if ", "at ", "1 "])
@pytest.mark.parametrize("start", ["", "A", "at least 1 unit from ", '"'])
def test_hostile_texts_are_answered(start: str, filler: str) -> None:
    """Long texts of one kind end in an error that has a place, never in anything else."""
    text = (start + filler * 10_000)[:10_000]
    with pytest.raises(RuleSyntaxError) as caught:
        parse(text)
    assert 0 <= caught.value.position <= len(text)


def test_sentences_of_the_documentation() -> None:
    """Every sentence in the tables of the page is read; printed forms are printed so."""
    page = Path(__file__).parents[1] / "docs" / "rule-language.md"
    rows = re.findall(r"^\| `(.+?)` \| (?:`(.+?)`|.*) \|$", page.read_text("utf-8"), re.MULTILINE)
    assert len(rows) > 40
    for sentence, printed in rows:
        assert str(parse(sentence)) == (printed or sentence)


def test_only_the_parser_is_public() -> None:
    """The module shows one noun."""
    assert dir(language) == ["parse"]
