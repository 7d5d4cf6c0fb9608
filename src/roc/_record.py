"""The base of every record, and collections of them."""

import datetime as dt
import enum
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

import attrs

from roc.errors import DataError, nearest
from roc.numbers import _Number

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


@attrs.frozen(kw_only=True, repr=False)
class Value(Shown):
    """What records and outcomes share: they cannot be changed, only copied with changes."""

    def evolve(self, **changes: Any) -> Self:
        """Return a copy with *changes*, checked like a new one."""
        return attrs.evolve(self, **changes)


@attrs.frozen(kw_only=True, repr=False)
class Record(Value):
    """What every record shares: it prints as code, too."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "__repr__" not in cls.__dict__:
            cls.__repr__ = Record.__repr__  # type: ignore[method-assign] # attrs keeps what a class has itself

    def __repr__(self) -> str:
        """Return the call that makes an equal record, without what goes without saying."""
        return f"{type(self).__name__}({', '.join(f'{name}={_code(value)}' for name, value in self._told())})"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Print that call over several lines, for those who print that way: Hypothesis, IPython."""
        with printer.group(4, f"{type(self).__name__}(", ")"):
            for place, (name, value) in enumerate(self._told()):
                if place:
                    printer.text(",")
                    printer.breakable()
                printer.text(f"{name}=")
                _print(printer, value)

    def _told(self) -> Iterator[tuple[str, object]]:
        """Yield the arguments that differ from their defaults."""
        for field in attrs.fields(type(self)):
            value: object = getattr(self, field.name)
            if field.init and field.repr and value != field.default:
                yield field.alias or field.name, value


def _code(value: object) -> str:
    """Return *value* as a record takes it: numbers, levels, choices and dates as they are written."""
    if isinstance(value, tuple | frozenset):
        texts = [_code(each) for each in cast("Iterable[object]", value)]
        if isinstance(value, tuple):
            return f"[{', '.join(texts)}]"
        return f"{{{', '.join(sorted(texts))}}}" if texts else "()"
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Word | _Number | dt.date):
        return repr(str(value))
    return repr(value)


def _several(value: object) -> tuple[object, ...]:
    return cast("tuple[object, ...]", value) if isinstance(value, tuple) else ()


def _print(printer: Any, value: object) -> None:
    """Print *value* as :func:`_code` writes it, lists of records over several lines."""
    several = _several(value)
    if several:
        with printer.group(1, "[", "]"):
            for place, each in enumerate(several):
                if place:
                    printer.text(",")
                    printer.breakable()
                _print(printer, each)
    elif isinstance(value, Record):
        printer.pretty(value)
    else:
        printer.text(_code(value))


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
