"""Text into plain data: what all formats share, with its limits, and the lines where things stand."""

import datetime as dt
import decimal
import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final, TypeAlias, TypeGuard

import attrs

from roc.errors import DataError, InvalidData

MAX_SIZE: Final = 1 << 20
"""A text has no more characters (a file: bytes) unless the caller allows more."""

MAX_DEPTH: Final = 50
MAX_VALUES: Final = 200_000
_LONGEST_NUMBER: Final = 40
_LARGEST: Final = 10**18

Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands: the keys and indexes that lead to it."""

_WHOLE: Final = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", re.ASCII)
"""What is read as a number: JSON's grammar, in YAML too, so that ``010`` and ``12:30`` stay texts."""

_STEP: Final = re.compile(r"\.(\w+)|\[([0-9]+)\]")
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def is_mapping(value: object) -> TypeGuard[dict[str, object]]:
    """Tell whether *value* is a mapping; the readers make texts of all keys."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Tell whether *value* is a list."""
    return isinstance(value, list)


def path_text(path: Path) -> str:
    """Return *path* as errors show it.

    >>> path_text(("groups", 2, "units", 4, "credit")), path_text(("requires", "III.15", 0))
    ('$.groups[2].units[4].credit', '$.requires["III.15"][0]')
    """
    return "$" + "".join(
        f"[{step}]"
        if isinstance(step, int)
        else (f".{step}" if _PLAIN_KEY.fullmatch(step) else f"[{json.dumps(step[:80])}]")
        for step in path
    )


def path_of(text: str) -> Path:
    """Return the path that the model's own errors write, ``$.groups[1].rules[0]``."""
    return tuple(key or int(index) for key, index in _STEP.findall(text))


@attrs.frozen
class Unreadable:
    """What a reader leaves in the place of a value that cannot be taken."""

    reason: str


def number(text: str) -> int | Decimal | Unreadable:
    """Return the exact number that *text* writes."""
    if len(text) > _LONGEST_NUMBER:
        return Unreadable(f"a number of {len(text)} characters is too long")
    if _WHOLE.fullmatch(text):
        return int(text)
    try:
        return Decimal(text)
    except decimal.InvalidOperation:
        return Unreadable(f"{text} is no number of a sensible size")


class Lines:
    """The lines on which values stand, counted from 1; worked out only when somebody asks.

    Attributes:
        name: What the text is called in messages: the file's name, or "the text".
    """

    def __init__(self, name: str, find: Callable[[], Mapping[Path, int]]) -> None:
        self.name = name
        self._find = find

    @functools.cached_property
    def _lines(self) -> Mapping[Path, int]:
        return self._find()

    def line(self, path: Path) -> int | None:
        """Return the line of *path*, or of the nearest value around it; ``None`` for the whole.

        What stands under a key stands on the line of the key.
        """
        for length in range(len(path), 0, -1):
            found = self._lines.get(path[:length])
            if found is not None:
                return found
        return None

    def place(self, path: Path, error: DataError) -> DataError:
        """Return *error* placed at *path* of this text."""
        placed = error.at(path_text(path), self.line(path))
        vars(placed).pop("__notes__", None)  # of cattrs; the path says it better
        return placed


def checked_text(text: str, name: str, max_size: int) -> str:
    """Return *text* without its byte order mark.

    Raises:
        InvalidData: It is too long or holds characters that no text has.
    """
    if len(text) > max_size:
        raise too_large(name, max_size)
    text = text.removeprefix("\ufeff")
    found = _FORBIDDEN.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        error = DataError(f"the character U+{ord(found[0]):04X} cannot stand in a file", line=line)
        raise InvalidData(invalid(name), [error])
    return text


def decoded(content: bytes, name: str, max_size: int) -> str:
    """Return the text that *content* encodes.

    Raises:
        InvalidData: It is too large, or not UTF-8.
    """
    if len(content) > max_size:
        raise too_large(name, max_size)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = DataError(
            f"byte {content[error.start]:#04x} is not UTF-8: save the file with that encoding", line=line
        )
        raise InvalidData(invalid(name), [problem]) from None


def too_large(name: str, max_size: int) -> InvalidData:
    """Return the error that says that *name* is larger than *max_size*."""
    return InvalidData(invalid(name), [DataError(f"more than {max_size:,} characters; max_size allows more")])


def invalid(name: str) -> str:
    """Return the heading of the errors of *name*."""
    return f"{name} is not valid"


def problems(data: object) -> Iterator[tuple[Path, DataError]]:
    """Yield what is wrong with *data* whatever it means, in the order of the text.

    Nothing here recurses, so no depth can harm it; a limit that is passed ends the walk.
    """
    waiting: list[tuple[Path, object]] = [((), data)]
    count = 0
    while waiting:
        path, value = waiting.pop()
        count += 1
        if count > MAX_VALUES:
            yield (), DataError(f"there are more than {MAX_VALUES:,} values")
            return
        if len(path) > MAX_DEPTH:
            yield path, DataError(f"nested deeper than {MAX_DEPTH}")
            return
        if is_mapping(value):
            waiting.extend(((*path, key), each) for key, each in reversed(value.items()))
            yield from (
                ((*path, key), DataError("a control character stands in the key"))
                for key in value
                if _FORBIDDEN.search(key)
            )
        elif is_list(value):
            waiting.extend(((*path, i), value[i]) for i in reversed(range(len(value))))
        else:
            reason = _reason(value)
            if reason is not None:
                yield path, DataError(reason)


def _reason(value: object) -> str | None:
    """Return why the scalar *value* cannot be taken, whatever it means."""
    if isinstance(value, Unreadable):
        return value.reason
    if isinstance(value, str) and _FORBIDDEN.search(value):
        return "a control character stands in the text"
    if isinstance(value, int) and abs(value) > _LARGEST:
        return "the number is too large"
    return None


def shown(value: object) -> str:
    """Return *value* as a message shows it: short, and in the words of a file.

    >>> shown(True), shown(None), shown({}), shown("A")
    ('true', 'nothing', 'a mapping', "'A'")
    """
    if is_mapping(value):
        return "a mapping"
    if is_list(value):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value!r:.60}" if isinstance(value, str) else f"{value!s:.60}"


def exact(amount: Decimal) -> int | Decimal:
    """Return *amount* as a whole number where it is one."""
    return int(amount) if amount == amount.to_integral_value() else amount


_ESCAPED: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def quoted(text: str) -> str:
    """Return *text* in double quotes, as YAML, JSON and TOML all read it."""
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def scalar(value: object) -> str:
    """Return a number, a date or a truth value as YAML, JSON and TOML all write it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, dt.date) else str(value)
