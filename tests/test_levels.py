"""Levels: what is read, what is refused, and how they print."""

import pytest

from roc.errors import DataError
from roc.levels import Level


@pytest.mark.parametrize(
    ("value", "rank", "text"),
    [
        ("Entry 1", -2, "Entry 1"),
        ("Entry 3", 0, "Entry 3"),
        ("entry level 2", -1, "Entry 2"),
        ("ENTRY  LEVEL 2", -1, "Entry 2"),
        ("E3", 0, "Entry 3"),
        ("e1", -2, "Entry 1"),
        ("e 1", -2, "Entry 1"),
        ("entry3", 0, "Entry 3"),
        (" Level 2 ", 2, "Level 2"),
        ("level2", 2, "Level 2"),
        ("L2", 2, "Level 2"),
        ("l12", 12, "Level 12"),
        ("02", 2, "Level 2"),
        ("2", 2, "Level 2"),
        (2, 2, "Level 2"),
        (12, 12, "Level 12"),
        (Level("Entry 3"), 0, "Entry 3"),
    ],
    ids=repr,
)
def test_reads(value: Level | int | str, rank: int, text: str) -> None:
    """Every usual way of writing a level is read, in either case and with spaces."""
    level = Level(value)
    assert (level.rank, str(level)) == (rank, text)


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", "0", "00", "13", "99", "100", "-1", "1.0", "2nd", "1/2", "two", "Level", "E", "E0", "E4"),
        *("Entry", "Entry 0", "Entry 4", "Entry 12", "Lvl 2", "Level Entry 1", "٣", "²", "level 2 or above"),
        *(0, -1, 13, 10**30, True, False, 2.0, 1.5, float("nan"), None, b"2", [2], ("2",)),
    ],
    ids=repr,
)
def test_refuses(value: object) -> None:
    """Anything else is an error that says what to write."""
    with pytest.raises(DataError, match="is not a level: write Entry 1 to Entry 3, or 1 to 12"):
        Level(value)  # type: ignore[arg-type] # wrong on purpose


def test_orders_only_levels() -> None:
    """A level is compared with levels only, and equals no number."""
    assert Level(2) != 2
    assert Level(1) < Level(2)
    with pytest.raises(TypeError):
        assert Level(1) < 2


@pytest.mark.parametrize(
    ("level", "short", "shown"),
    [
        (Level(2), "2", "Level(2)"),
        (Level("E3"), "E3", "Level('Entry 3')"),
        (Level("Entry 1"), "E1", "Level('Entry 1')"),
        (Level(12), "12", "Level(12)"),
    ],
)
def test_prints(level: Level, short: str, shown: str) -> None:
    """The short form is for tables, the representation can be evaluated."""
    assert level.short == short
    assert repr(level) == shown
    assert eval(shown, {"Level": Level}) == level  # noqa: S307 - it is our own text
