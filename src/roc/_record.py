"""The base of every record, and collections of them."""

import enum
from collections.abc import Iterable
from typing import Any, Self, TypeVar

import attrs

from roc.errors import DataError, nearest


class Word(enum.StrEnum):
    """A choice of words; what is none of them is an error that lists them."""

    @classmethod
    def _missing_(cls, value: object) -> Self:
        words = [str(each) for each in cls]
        msg = f"{value!r:.60} is none of {', '.join(words)}"
        raise DataError(msg, suggestions=nearest(value, words) if isinstance(value, str) else ())


@attrs.frozen(kw_only=True)
class Record:
    """What every record shares: it cannot be changed, only copied with changes."""

    def evolve(self, **changes: Any) -> Self:
        """Return a copy with *changes*, checked like a new one."""
        return attrs.evolve(self, **changes)


RecordT = TypeVar("RecordT", bound=Record)


def to_records(values: Iterable[RecordT], kind: type[RecordT], what: str) -> tuple[RecordT, ...]:
    """Return *values* as a tuple.

    Raises:
        DataError: One is not of *kind*; the message calls it *what*.
    """
    records = tuple(values)
    for each in records:
        if not isinstance(each, kind):
            msg = f"{each!r:.60} is not a {what}"
            raise DataError(msg)
    return records
