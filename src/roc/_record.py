"""The base of every record, and collections of them."""

import enum
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, TypeVar

import attrs

from roc.errors import DataError, nearest

if TYPE_CHECKING:
    from roc._page import Screen


class Word(enum.StrEnum):
    """A choice of words; what is none of them is an error that lists them."""

    @classmethod
    def _missing_(cls, value: object) -> Self:
        words = [str(each) for each in cls]
        msg = f"{value!r:.60} is none of {', '.join(words)}"
        raise DataError(msg, suggestions=nearest(value, words) if isinstance(value, str) else ())


class Shown:
    """What every value shares that a person may look at: a notebook and a terminal show it as a screen."""

    __slots__ = ()

    def __rich__(self) -> "Screen":
        """Return what a console of *rich* shows."""
        from roc.display import screen  # noqa: PLC0415 - only who looks at a value waits for it

        return screen(self)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Return what a notebook shows."""
        from roc._html import bundle  # noqa: PLC0415 - only who looks at a value waits for it

        return bundle(self.__rich__(), repr(self))


@attrs.frozen(kw_only=True)
class Record(Shown):
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
