"""Errors and warnings: where, what, and what was probably meant."""

import pickle

import pytest

from roc import errors
from roc.errors import (
    CheckCharacterWarning,
    DataError,
    InvalidData,
    MissingExtraError,
    RocError,
    RocWarning,
    RuleSyntaxError,
    SelectionError,
    SizeWarning,
    nearest,
)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (DataError("It is wrong"), "$: It is wrong"),
        (DataError("It is wrong", path="$.units[3].credit"), "$.units[3].credit: It is wrong"),
        (DataError("It is wrong", path="$.a", line=7), "$.a (line 7): It is wrong"),
        (DataError("No B", suggestions=["A"]), "$: No B; did you mean A?"),
        (DataError("No B", suggestions=["A", "C", "D"]), "$: No B; did you mean A, C or D?"),
        (SelectionError("No M1"), "No M1"),
        (SelectionError("No M1", suggestions=["M2", "M3"]), "No M1; did you mean M2 or M3?"),
        (RuleSyntaxError.of("all off", 4, "no word"), "$: no word\n  all off\n      ^"),
        (
            MissingExtraError("Reading YAML", "yaml"),
            "Reading YAML needs the extra 'yaml': pip install 'rules-of-combination[yaml]'",
        ),
    ],
    ids=str,
)
def test_text(error: RocError, text: str) -> None:
    """Every error reads as one sentence, with its place before and suggestions after it."""
    assert str(error) == text


@pytest.mark.parametrize(
    "error",
    [
        DataError("wrong", path="$.x", line=3, suggestions=["a", "b"]),
        SelectionError("wrong", suggestions=["a"]),
        RuleSyntaxError.of("of", 2, "wrong", expected=["any"], suggestions=["if"]).at("$.rules[0]", 4),
        MissingExtraError("It", "cli"),
        InvalidData("Not valid", [DataError("one", path="$.a"), DataError("two", line=1)]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_pickle(error: RocError) -> None:
    """Errors survive a process boundary with everything that they hold."""
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    if not isinstance(error, InvalidData):
        assert vars(copy) == vars(error)


def test_at_moves_a_copy() -> None:
    """An error is placed as it bubbles up; the original stays where it was."""
    error = RuleSyntaxError.of("if", 2, "ends too soon", expected=["any"])
    error.line = 3
    moved = error.at("$.rules[1]")
    assert (moved.path, moved.line, moved.text, moved.expected) == ("$.rules[1]", 3, "if", ("any",))
    assert (error.path, type(moved)) == ("$", RuleSyntaxError)
    assert error.at("$.x", 9).line == 9
    assert (error.position, error.suggestions) == (2, ())


def test_invalid_data_lists_and_splits() -> None:
    """A group of errors lists each on a line and stays a group of the same kind when it is split."""
    group = InvalidData("q is not valid", [DataError("one", path="$.a"), RuleSyntaxError.of("x", 0, "two")])
    assert str(group) == "q is not valid:\n- $.a: one\n- $: two\n  x\n  ^"
    syntax, rest = group.split(RuleSyntaxError)
    assert isinstance(syntax, InvalidData)
    assert isinstance(rest, InvalidData)
    assert [each.message for each in rest.exceptions] == ["one"]
    assert (syntax.message, isinstance(group, RocError)) == ("q is not valid", True)
    with pytest.raises(ValueError, match="non-empty"):
        InvalidData("nothing", [])


def test_the_family() -> None:
    """One base for what is raised and one for what is warned, and the builtin that each one is."""
    assert issubclass(DataError, RocError)
    assert issubclass(DataError, ValueError)
    assert issubclass(RuleSyntaxError, DataError)
    assert issubclass(SelectionError, ValueError)
    assert issubclass(MissingExtraError, ImportError)
    for each in (CheckCharacterWarning, SizeWarning):
        assert issubclass(each, RocWarning)
        assert issubclass(each, UserWarning)
    assert dir(errors) == sorted(errors.__all__)


def test_nearest_is_kind_and_cheap() -> None:
    """Case does not matter, the nearest comes first, and hostile data costs little."""
    assert nearest("optional a", ["Optional A", "Optional B", "Mandatory"])[0] == "Optional A"
    assert nearest("zzz", ["Optional A"]) == ()
    assert len(nearest("unit1", [f"unit{n}" for n in range(9)], limit=2)) == 2
    assert nearest("a" * 10_000, ["b"]) == ()
    words = [f"word{n}" for n in range(5_000)]
    assert nearest("wantedword", [*words, "wantedword"]) == nearest("wantedword", words)
    assert nearest("M1", ["m1", "M1"]) == ("m1",)
