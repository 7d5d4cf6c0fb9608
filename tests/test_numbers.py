"""Qualification and unit numbers: real ones, mistyped ones, and other codes."""

import pickle
import warnings

import pytest

from roc.errors import CheckCharacterWarning, DataError
from roc.numbers import QualificationNumber, UnitNumber

# Real numbers of the IMI, City & Guilds, NCFE and others, as published.
QUALIFICATIONS = [
    *("500/9810/X", "500/6771/0", "500/9679/5", "500/9680/1", "500/9682/5", "500/9684/9", "500/9685/0"),
    *("601/3457/4", "501/0322/2", "603/2618/9", "610/0498/4", "610/0069/6"),
    *("610/0045/0", "610/0088/7", "610/0134/X"),
]
UNITS = ["K/601/6383", "R/601/6247", "D/601/4999", "D/601/6171", "K/651/9605"]


@pytest.fixture(autouse=True)
def _loud() -> None:
    """Turn warnings into errors, whatever the configuration says."""
    warnings.simplefilter("error")


@pytest.mark.parametrize("text", QUALIFICATIONS)
def test_real_qualification_numbers_pass(text: str) -> None:
    """Published numbers fit their check characters under one rule or the other."""
    number = QualificationNumber(text)
    assert str(number) == text
    assert number.check_passes
    assert number.is_regulated
    assert number.nearest() == ()


@pytest.mark.parametrize("text", UNITS)
def test_real_unit_numbers_pass(text: str) -> None:
    """Units of the guide, of other handbooks and of the system of 2021 fit theirs."""
    number = UnitNumber(text.replace("/", "").lower())
    assert str(number) == text
    assert number.check_passes
    assert number.nearest() == ()


@pytest.mark.parametrize(
    ("digits", "passes"),
    [
        ("6100000", "A"),
        ("6100001", "B"),
        ("6100133", "B"),
        ("6100134", "AB"),
        ("6100135", "A"),
    ],
)
def test_the_second_rule_holds_for_one_block_of_qualifications(digits: str, passes: str) -> None:
    """610/0001 to 610/0133 follow the second rule, their neighbours the first."""
    weighted = sum(w * int(d) for w, d in zip(range(8, 1, -1), digits, strict=True)) % 11
    plain = (sum(map(int, digits)) + 6) % 11
    fits = {
        rule
        for rule, value in (("A", weighted), ("B", plain))
        if QualificationNumber.quietly(f"{digits}{'0123456789X'[value]}").check_passes
    }
    assert fits == set(passes)


@pytest.mark.parametrize(("prefix", "rules"), [(617, "A"), (618, "AB"), (649, "AB"), (650, "B")])
def test_the_second_rule_holds_for_units_from_650_on(prefix: int, rules: str) -> None:
    """Units up to 617 follow the first rule, from 650 on the second, between them either will do."""
    digits = f"{prefix}1234"
    weighted = sum(w * int(d) for w, d in zip(range(8, 1, -1), digits, strict=True)) % 11
    plain = (sum(map(int, digits)) + 6) % 11
    assert weighted != plain
    fits = {
        rule
        for rule, value in (("A", weighted), ("B", plain))
        if UnitNumber.quietly(f"{'ADFHJKLMRTY'[value]}{digits}").check_passes
    }
    assert fits == set(rules)


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("K/601/6384", "M/601/6384"), ("K/601/6338", "K/601/6383"), ("K/601/6363", "K/601/6383")],
)
def test_a_mistyped_unit_number_warns_with_what_was_meant(wrong: str, near: str) -> None:
    """A failed check is a warning that names the nearest valid numbers, and never a refusal."""
    with pytest.warns(CheckCharacterWarning, match=f"{wrong} fails its check character; nearest") as caught:
        number = UnitNumber(wrong)
    assert caught[0].filename == __file__
    assert str(number) == wrong
    assert UnitNumber(near) in number.nearest(limit=30)
    assert str(number.nearest()[0]) == f"{'ADFHJKLMRTY'[_weighted(wrong[2:])]}{wrong[1:]}"


def _weighted(text: str) -> int:
    digits = text.replace("/", "")
    return sum(w * int(d) for w, d in zip(range(8, 1, -1), digits, strict=True)) % 11


def test_a_mistyped_qualification_number_warns() -> None:
    """The sample number of a directory fails; the first candidate keeps its digits."""
    with pytest.warns(CheckCharacterWarning, match="603/2476/0 fails"):
        number = QualificationNumber("603/2476/0")
    first = number.nearest(limit=1)
    assert len(first) == 1
    assert str(first[0]).startswith("603/2476/")
    assert len(number.nearest(limit=3)) == 3
    assert number.nearest(limit=0) == ()


def test_quietly_reports_nothing() -> None:
    """For those who report failed checks in their own way."""
    assert not UnitNumber.quietly("K/601/6384").check_passes
    assert not QualificationNumber.quietly("500/9810/1").check_passes


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("chc33021", "chc33021"),
        ("CHC33021", "CHC33021"),
        (" GA  0102\t", "GA 0102"),
        ("C00/0397/2", "C00/0397/2"),
        ("4270-52", "4270-52"),
        (530, "530"),
        (0, "0"),
        ("B/601/6383", "B/601/6383"),  # B is no check letter
        ("K/601/638", "K/601/638"),
        ("K/601/63833", "K/601/63833"),
        ("K/٦٠١/6383", "K/٦٠١/6383"),  # other digits are not the regulator's
        ("K/abc/6383", "K/abc/6383"),
        ("line\nbreak\x85", "line break"),
        ("Ünit", "Ünit"),
        ("x" * 60, "x" * 60),
    ],
    ids=repr,
)
def test_other_codes_are_taken_as_they_are(value: str | int, text: str) -> None:
    """Codes of other frameworks keep their case and obliques; white space is folded."""
    number = UnitNumber(value)
    assert str(number) == text
    assert not number.is_regulated
    assert number.check_passes
    assert number.nearest() == ()


@pytest.mark.parametrize("length", [8, 10])
def test_text_of_the_right_length_is_not_yet_regulated(length: int) -> None:
    """Only the shape makes a number a regulated one, not how long it is."""
    assert not UnitNumber("1" * length).is_regulated
    assert not QualificationNumber("A" * length).is_regulated
    assert not QualificationNumber("500/9810Z/").is_regulated
    assert not UnitNumber("K/601-6383").is_regulated


def test_a_qualification_number_may_be_given_as_a_whole_number() -> None:
    """A spreadsheet gives 50067710 for 500/6771/0."""
    assert str(QualificationNumber(50067710)) == "500/6771/0"


@pytest.mark.parametrize("kind", [UnitNumber, QualificationNumber])
@pytest.mark.parametrize(
    "value",
    [
        *("", " ", "\n", "x" * 61, " " * 300, "a\x00b", "a\x7fb", "a\u2028b\x01", True, 10**60, -(10**60)),
        *(1.5, None, b"M1", ["M1"], ("M", 1)),
    ],
    ids=repr,
)
def test_refuses(kind: type[UnitNumber] | type[QualificationNumber], value: object) -> None:
    """Empty, overlong and unprintable texts, and what is no text at all, are errors."""
    with pytest.raises(DataError, match=r"number is a text of 1 to 60 characters"):
        kind(value)  # type: ignore[arg-type] # wrong on purpose


def test_kinds_of_number_do_not_mix() -> None:
    """A unit number equals no qualification number and is not compared with one."""
    unit, qualification = UnitNumber("530"), QualificationNumber("530")
    assert unit != qualification
    assert unit != "530"
    with pytest.raises(TypeError):
        assert unit < qualification
    with pytest.raises(DataError):
        UnitNumber(qualification)  # type: ignore[arg-type] # wrong on purpose


def test_numbers_are_copied_and_printed() -> None:
    """A number of a number is that number; the representation can be evaluated; a copy does not warn."""
    number = UnitNumber.quietly("K/601/6384")
    assert UnitNumber.quietly(number) == number
    assert repr(number) == "UnitNumber('K/601/6384')"
    assert pickle.loads(pickle.dumps(number)) == number
    assert sorted([UnitNumber("b"), UnitNumber("a")]) == [UnitNumber("a"), UnitNumber("b")]
    assert {UnitNumber("k6016383"), UnitNumber("K/601/6383")} == {UnitNumber("K 601 6383")}
