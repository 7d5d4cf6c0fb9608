"""Units, and the exact amounts, texts and tags that they carry."""

from decimal import Decimal
from fractions import Fraction

import pytest

from roc import units
from roc.errors import DataError
from roc.levels import Level
from roc.numbers import UnitNumber
from roc.units import MAX_AMOUNT, Unit


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        ("5", "5"),
        (" 5 ", "5"),
        ("5.00", "5"),
        ("+5", "5"),
        ("1E2", "100"),
        (Decimal("1E+2"), "100"),
        (Decimal("-0"), "0"),
        ("2.50", "2.5"),
        (0.1, "0.1"),
        (0.0001, "0.0001"),
        ("0.12340", "0.1234"),
        (Decimal("7.2500"), "7.25"),
        (MAX_AMOUNT, "1000000"),
        ("999999.9999", "999999.9999"),
        (0, "0"),
        ("٣", "3"),
    ],
    ids=repr,
)
def test_reads_amounts(value: str | float | Decimal, text: str) -> None:
    """Whole numbers, decimals, texts and floats are exact, in one form without an exponent."""
    credit = Unit(number="M1", credit=value).credit
    assert str(credit) == text
    assert isinstance(credit, Decimal)


@pytest.mark.parametrize(
    "value",
    [
        *(-1, MAX_AMOUNT + 1, 10**400, -0.5, 1.00001, float("nan"), float("inf"), True, False, 1e-7, 1e300),
        *("", "x", "1,5", "1_000", "NaN", "-Infinity", "0.00001", "1000000.1", "1" * 31, "1e999999999"),
        *(Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal(-1), Decimal("1E-5")),
        *([5], (5,), b"5", Fraction(1, 2), 1j),
    ],
    ids=repr,
)
def test_refuses_amounts(value: object) -> None:
    """Anything else is an error that says what an amount is, and never takes long."""
    with pytest.raises(DataError, match="is not an amount: 0 to 1,000,000, at most 4 decimals"):
        Unit(number="M1", credit=value)  # type: ignore[arg-type] # wrong on purpose
    with pytest.raises(DataError, match="is not an amount"):
        Unit(number="M1", guided_learning_hours=value)  # type: ignore[arg-type] # wrong on purpose


def test_a_unit_needs_only_a_number() -> None:
    """Everything else may be absent, and absent credit is not zero."""
    unit = Unit(number="K6016383")
    assert unit.number == UnitNumber("K/601/6383")
    assert (unit.title, unit.reference, unit.level, unit.credit) == ("", None, None, None)
    assert (unit.guided_learning_hours, unit.tags) == (None, frozenset())
    assert str(unit) == "K/601/6383"
    assert str(unit.evolve(title="  Customer\n Service ")) == "K/601/6383 Customer Service"
    with pytest.raises(TypeError):
        Unit("K6016383")  # type: ignore[call-arg] # wrong on purpose
    with pytest.raises(TypeError):
        Unit()  # type: ignore[call-arg] # wrong on purpose


def test_a_unit_reads_its_parts() -> None:
    """Levels, references, hours and tags are read as they are written elsewhere."""
    unit = Unit(
        number=530, title="T", reference=" G0102C ", level="E3", guided_learning_hours="37", tags=["graded"]
    )
    assert str(unit.number) == "530"
    assert unit.reference == "G0102C"
    assert unit.level == Level("Entry 3")
    assert unit.guided_learning_hours == 37
    assert unit.tags == {"graded"}
    assert Unit(number="M1", tags="language").tags == {"language"}


def test_a_number_with_a_wrong_check_character_is_quiet() -> None:
    """A unit is made by loaders too, which report failed checks in their own way."""
    assert not Unit(number="K/601/6384").number.check_passes


@pytest.mark.parametrize("field", ["title", "reference"])
@pytest.mark.parametrize("value", [5, b"x", ["x"], "x" * 1001], ids=lambda value: repr(value)[:20])
def test_refuses_texts(field: str, value: object) -> None:
    """A text is a text of at most 1,000 characters."""
    with pytest.raises(DataError, match="is not a text of at most 1000 characters"):
        Unit(number="M1", **{field: value})  # type: ignore[arg-type] # wrong on purpose


@pytest.mark.parametrize(
    "tag",
    ["knowledge", "subject:maths", "K1", "a.b", "c++", "c-d", "R&D", "o'clock", "é", "week:2.5", "x" * 100],
)
def test_reads_tags(tag: str) -> None:
    """A tag is a word, or a key and a word joined by a colon."""
    assert Unit(number="M1", tags={tag}).tags == {tag}


@pytest.mark.parametrize(
    "tag",
    ["", " ", "two words", ":x", "x:", "a:b:c", "_x", "-x", "a,b", "x" * 101, "a\n", '"x"', 5, None],
    ids=repr,
)
def test_refuses_tags(tag: object) -> None:
    """Anything that the rule language could not tell from its own words is no tag."""
    with pytest.raises(DataError, match="is not a tag: a word such as language"):
        Unit(number="M1", tags=[tag])  # type: ignore[list-item] # wrong on purpose


def test_tag_value_is_the_first_in_order() -> None:
    """Of several words of a key the first in the alphabet is the unit's word."""
    unit = Unit(number="M1", tags={"subject:maths", "subject:art", "subjects:zoo", "subject"})
    assert unit.tag_value("subject") == "art"
    assert unit.tag_value("subjects") == "zoo"
    assert unit.tag_value("sub") is None


def test_evolve_checks_again() -> None:
    """A copy with changes is checked like a new value, and the original is as it was."""
    unit = Unit(number="M1", credit=3)
    assert unit.evolve(credit="4.50").credit == Decimal("4.5")
    assert unit.credit == 3
    with pytest.raises(DataError):
        unit.evolve(credit=-1)
    with pytest.raises(TypeError):
        unit.evolve(credits=1)


def test_the_module_shows_only_what_is_public() -> None:
    """What is not public is not offered for completion."""
    assert dir(units) == ["Unit"]
