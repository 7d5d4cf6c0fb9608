"""Levels: Entry 1 to 3, then 1 to 12, in order."""

import functools
import re
from typing import Final, final

import attrs

from roc.errors import DataError

__all__ = ["Level"]


def __dir__() -> list[str]:
    return __all__


_PATTERN: Final = re.compile(
    r"\s*(?:(?P<entry>e|entry(?:\s+level)?)\s*(?P<sub>[1-3])"
    r"|(?:level\s*|l)?(?P<number>[0-9]{1,2}))\s*",
    re.IGNORECASE | re.ASCII,
)
_HIGHEST: Final = 12


def _rank(value: "Level | int | str") -> int:
    if isinstance(value, Level):
        return value.rank
    number = 0
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and (found := _PATTERN.fullmatch(value)) is not None:
        if found["entry"]:
            return int(found["sub"]) - 3
        number = int(found["number"])
    if 1 <= number <= _HIGHEST:
        return number
    msg = f"{value!r} is not a level: write Entry 1 to Entry 3, or 1 to 12"
    raise DataError(msg)


@final
@functools.total_ordering
@attrs.frozen(eq=True, order=False, repr=False)
class Level:
    """A level of a unit or a qualification; ordered: Entry 1 < Entry 2 < Entry 3 < 1 < ... < 12.

    Reads ``"Entry 3"``, ``"E3"``, ``"Level 2"``, ``"L2"``, ``"2"`` and ``2``, in either case.

    >>> Level("Entry 3") < Level(1) < Level("Level 2")
    True
    >>> str(Level("e3")), str(Level(2)), Level("2") == Level(2)
    ('Entry 3', 'Level 2', True)

    Attributes:
        rank: The place in the order: Entry 1 is -2, Entry 3 is 0, Level *n* is *n*.

    Raises:
        DataError: The value is no level.

    Source: the register of levels, https://registers.app/register/11:161; levels 9 to 12 are SCQF's.
    """

    rank: int = attrs.field(converter=_rank)

    @property
    def short(self) -> str:
        """The level as a table shows it, ``2`` or ``E3``.

        >>> Level(2).short, Level("Entry 3").short
        ('2', 'E3')
        """
        return str(self.rank) if self.rank > 0 else f"E{self.rank + 3}"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Level):
            return NotImplemented
        return self.rank < other.rank

    def __str__(self) -> str:
        return f"Level {self.rank}" if self.rank > 0 else f"Entry {self.rank + 3}"

    def __repr__(self) -> str:
        return f"Level({self.rank if self.rank > 0 else str(self)!r})"
