"""Laws of the model: equality, hash, order, text and pickle agree for every kind of value."""

import itertools
import pickle
import warnings
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, cast

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.strategies_engine import examples, qualifications, questions, units

from roc.errors import CheckCharacterWarning, DataError
from roc.levels import Level
from roc.numbers import QualificationNumber, UnitNumber
from roc.qualification import Qualification
from roc.rules import Scope
from roc.selection import Selection
from roc.units import MAX_AMOUNT, Unit

SETTINGS = examples(200)

LEVELS = [Level(text) for text in ("Entry 1", "Entry 2", "Entry 3", *range(1, 13))]
_DIGITS = st.text("0123456789", min_size=7, max_size=7)
_UNIT_TEXTS = st.builds("{}{}".format, st.sampled_from("ADFHJKLMRTY"), _DIGITS)
_QUALIFICATION_TEXTS = st.builds("{}{}".format, _DIGITS, st.sampled_from("0123456789X"))
_OTHER_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)


def _fields(value: object) -> "tuple[attrs.Attribute[Any], ...]":
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(cast("type[attrs.AttrsInstance]", type(value)))
    return fields


def values_in(value: object) -> Iterator[Any]:
    """Yield every record inside *value*, itself too."""
    if attrs.has(type(value)):
        yield value
        for field in _fields(value):
            yield from values_in(getattr(value, field.name))
    elif isinstance(value, tuple | frozenset):
        for each in cast("Iterable[object]", value):
            yield from values_in(each)


# -- every record --------------------------------------------------------------------------------------


@given(selection=questions())
@SETTINGS
def test_records_agree_with_their_copies(selection: Selection) -> None:
    """A pickled, evolved or rebuilt copy of any value is equal, hashes alike and has the same text."""
    for value in values_in(selection):
        for copy in (pickle.loads(pickle.dumps(value)), _rebuilt(value)):
            assert copy == value
            assert not copy != value  # noqa: SIM202 - the other operator is what is tested
            assert hash(copy) == hash(value)
            if type(value).__str__ is not object.__str__:
                assert str(copy) == str(value)
        if not isinstance(value, Level | UnitNumber | QualificationNumber):
            assert value.evolve() == value


def _rebuilt(value: Any) -> Any:
    if isinstance(value, Level | UnitNumber | QualificationNumber):
        return type(value)(str(value))
    return type(value)(**{field.name: getattr(value, field.name) for field in _fields(value) if field.init})


@given(q=qualifications())
@SETTINGS
def test_records_cannot_be_changed(q: Qualification) -> None:
    """No attribute of any value can be set, and no record has a place for more."""
    for value in values_in(q):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(value, _fields(value)[0].name, None)
        assert not hasattr(value, "__dict__")


@given(q=qualifications(), other=qualifications())
@SETTINGS
def test_different_values_are_not_equal(q: Qualification, other: Qualification) -> None:
    """Two clauses are equal exactly if they read alike, and equal values hash alike."""
    clauses = [*q.rules, *other.rules]
    for one, two in itertools.combinations(clauses, 2):
        assert (one == two) is (str(one) == str(two))
        if one == two:
            assert hash(one) == hash(two)


# -- levels --------------------------------------------------------------------------------------------


@given(one=st.sampled_from(LEVELS), two=st.sampled_from(LEVELS))
@SETTINGS
def test_levels_are_ordered_as_they_are_listed(one: Level, two: Level) -> None:
    """Entry levels come before level 1, and every comparison follows from that one order."""
    place = LEVELS.index
    assert (one < two) is (place(one) < place(two))
    assert (one <= two) is (place(one) <= place(two))
    assert (one > two) is (place(one) > place(two))
    assert (one >= two) is (place(one) >= place(two))
    assert (one == two) is (place(one) == place(two))


@given(level=st.sampled_from(LEVELS), data=st.data())
@SETTINGS
def test_levels_read_their_own_text(level: Level, data: st.DataObject) -> None:
    """The long and the short text are read back, in either case and with spaces around."""
    text = data.draw(st.sampled_from([str(level), level.short, str(level).upper(), level.short.lower()]))
    assert Level(f" {text} ") == level
    assert Level(level) == level


# -- numbers -------------------------------------------------------------------------------------------


@given(text=_UNIT_TEXTS, data=st.data())
@SETTINGS
def test_unit_numbers_are_the_same_however_they_are_spaced(text: str, data: st.DataObject) -> None:
    """Obliques, spaces and case make no difference to a regulated unit number."""
    number = UnitNumber.quietly(text)
    gaps = [data.draw(st.sampled_from(["", "/", " ", " / ", "//"])) for _ in range(2)]
    spaced = f"{text[0]}{gaps[0]}{text[1:4]}{gaps[1]}{text[4:]}"
    for each in (spaced, spaced.lower(), f"  {spaced} ", str(number)):
        assert UnitNumber.quietly(each) == number
        assert hash(UnitNumber.quietly(each)) == hash(number)
    assert number.is_regulated
    assert str(number) == f"{text[0]}/{text[1:4]}/{text[4:]}"


@given(text=_QUALIFICATION_TEXTS, data=st.data())
@SETTINGS
def test_qualification_numbers_are_the_same_however_they_are_spaced(text: str, data: st.DataObject) -> None:
    """Obliques, spaces and case make no difference to a qualification number."""
    number = QualificationNumber.quietly(text)
    gaps = [data.draw(st.sampled_from(["", "/", " ", " / ", "//"])) for _ in range(2)]
    spaced = f"{text[:3]}{gaps[0]}{text[3:7]}{gaps[1]}{text[7]}"
    for each in (spaced, spaced.lower(), f"  {spaced} ", str(number)):
        assert QualificationNumber.quietly(each) == number
    assert number.is_regulated


@given(text=_OTHER_TEXTS)
@SETTINGS
def test_other_codes_are_kept_as_they_are(text: str) -> None:
    """A number is canonical after it was read once, whatever it is."""
    for kind in (UnitNumber, QualificationNumber):
        number = kind.quietly(text)
        assert kind.quietly(str(number)) == number
        assert number.is_regulated or str(number) == text


@given(one=_UNIT_TEXTS | _OTHER_TEXTS, two=_UNIT_TEXTS | _OTHER_TEXTS)
@SETTINGS
def test_numbers_are_ordered_by_their_text(one: str, two: str) -> None:
    """Order, equality and text agree."""
    first, second = UnitNumber.quietly(one), UnitNumber.quietly(two)
    assert (first < second) is (str(first) < str(second))
    assert (first == second) is (str(first) == str(second))
    assert (first >= second) is (str(first) >= str(second))


@given(digits=_DIGITS)
@SETTINGS
def test_every_number_has_a_check_character(digits: str) -> None:
    """For any seven digits there is one that fits, two where either rule may be meant."""
    units_ = [UnitNumber.quietly(f"{letter}{digits}") for letter in "ADFHJKLMRTY"]
    fits = [each for each in units_ if each.check_passes]
    assert len(fits) in ({1, 2} if 618 <= int(digits[:3]) <= 649 else {1})
    numbers = [QualificationNumber.quietly(f"{digits}{each}") for each in "0123456789X"]
    assert sum(each.check_passes for each in numbers) == 1


@given(digits=_DIGITS, data=st.data())
@SETTINGS
def test_a_wrong_digit_is_found_and_put_right(digits: str, data: st.DataObject) -> None:
    """One digit changed fails the check, and the number that was meant is among the nearest."""
    letter = next(each for each in "ADFHJKLMRTY" if UnitNumber.quietly(f"{each}{digits}").check_passes)
    at = data.draw(st.integers(0, 6))
    digit = data.draw(st.sampled_from([each for each in "0123456789" if each != digits[at]]))
    wrong = UnitNumber.quietly(f"{letter}{digits[:at]}{digit}{digits[at + 1 :]}")
    meant = UnitNumber.quietly(f"{letter}{digits}")
    prefixes = {int(str(each)[2:5]) for each in (wrong, meant)}
    assume(all(p <= 617 for p in prefixes) or all(p >= 650 for p in prefixes))
    assert not wrong.check_passes
    near = wrong.nearest(limit=100)
    assert meant in near
    assert all(each.check_passes for each in near)
    assert wrong not in near
    assert len(set(near)) == len(near)
    with pytest.warns(CheckCharacterWarning, match=str(wrong)):
        assert UnitNumber(str(wrong)) == wrong


@given(digits=_DIGITS, at=st.integers(0, 5))
@SETTINGS
def test_swapped_neighbours_are_found_under_the_first_rule(digits: str, at: int) -> None:
    """The first rule sees two neighbouring digits change places."""
    swapped = f"{digits[:at]}{digits[at + 1]}{digits[at]}{digits[at + 2 :]}"
    assume(swapped != digits)
    assume(all(int(each[:3]) <= 617 and not "6100001" <= each <= "6100133" for each in (digits, swapped)))
    check = next(c for c in "0123456789X" if QualificationNumber.quietly(f"{digits}{c}").check_passes)
    wrong = QualificationNumber.quietly(f"{swapped}{check}")
    assert not wrong.check_passes
    assert QualificationNumber.quietly(f"{digits}{check}") in wrong.nearest(limit=100)


@given(text=_UNIT_TEXTS)
@SETTINGS
def test_a_warning_is_given_exactly_where_the_check_fails(text: str) -> None:
    """A number that passes has no nearest ones and warns of nothing; one that fails has and does."""
    quiet = UnitNumber.quietly(text)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        UnitNumber(text)
    assert bool(caught) is (not quiet.check_passes)
    assert bool(quiet.nearest()) is (not quiet.check_passes)
    assert len(quiet.nearest()) <= 5


# -- amounts -------------------------------------------------------------------------------------------


@given(amount=st.decimals(0, MAX_AMOUNT, places=4, allow_nan=False, allow_infinity=False))
@SETTINGS
def test_amounts_are_exact(amount: Decimal) -> None:
    """An amount with four decimals is kept exactly, however it is given, in one form."""
    for given_as in (amount, str(amount), amount + Decimal("0.0000")):
        unit = Unit(number="M1", credit=given_as)
        assert unit.credit == amount
        assert str(unit.credit) == str(Unit(number="M1", credit=amount).credit)
        assert hash(unit) == hash(Unit(number="M1", credit=amount))
    assert "E" not in str(Unit(number="M1", credit=amount).credit)


@given(number=st.floats(allow_nan=True, allow_infinity=True))
@SETTINGS
def test_floats_are_read_as_they_are_written_or_refused(number: float) -> None:
    """A float is its shortest decimal text, or no amount at all."""
    try:
        unit = Unit(number="M1", credit=number)
    except DataError:
        assert not 0 <= number <= MAX_AMOUNT or Decimal(repr(number)) % Decimal("0.0001")
    else:
        assert unit.credit == Decimal(repr(number))


# -- scopes --------------------------------------------------------------------------------------------


@given(unit=units("M1"), data=st.data())
@SETTINGS
def test_narrowing_a_scope_never_lets_more_in(unit: Unit, data: st.DataObject) -> None:
    """A scope with two parts admits what each part alone admits."""
    parts: list[dict[str, Any]] = [
        {"level_from": 2},
        {"level_to": 2},
        {"tags": ["k"]},
        {"units": ["M1", "M2"]},
        {"except_units": ["M2"]},
        {"size_from": 2},
    ]
    one = data.draw(st.sampled_from(parts))
    two = data.draw(st.sampled_from(parts))
    both = Scope(**one, **{key: value for key, value in two.items() if key not in one})
    assert both.admits(unit) is (Scope(**one).admits(unit) and Scope(**two).admits(unit))
    assert Scope().admits(unit)
