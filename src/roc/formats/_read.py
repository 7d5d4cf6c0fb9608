"""Text in one of the formats into plain data."""

import json
import os
import re
import tomllib
from collections.abc import Callable
from pathlib import PurePath
from typing import Final, Literal, TypeAlias

from roc.errors import DataError, InvalidData, MissingExtraError, nearest
from roc.formats._locate import Locator
from roc.formats._plain import (
    MAX_DEPTH,
    MAX_SIZE,
    Lines,
    Path,
    Unreadable,
    checked_text,
    decoded,
    invalid,
    number,
    problems,
)

Format: TypeAlias = Literal["yaml", "json", "toml"]

_SUFFIXES: Final[dict[str, Format]] = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml"}
_TOML_PLACE: Final = re.compile(r" *\(at (?:line ([0-9]+)|end of document)[^)]*\)")

_TOO_DEEP: Final = f"nested deeper than {MAX_DEPTH}"
_LONG_KEY: Final = re.compile(
    r"""(?<![\w"'\\-])(?:(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+)"""
    f"{{{MAX_DEPTH}}}"
)
"""A dotted key of TOML with so many parts that reading it would take all the memory there is."""


def format_of(path: str | os.PathLike[str]) -> Format:
    """Return the format that the suffix of *path* names.

    Raises:
        InvalidData: It names none.
    """
    suffix = PurePath(path).suffix
    try:
        return _SUFFIXES[suffix.lower()]
    except KeyError:
        problem = DataError(
            f"the suffix {suffix!r} names no format: {', '.join(_SUFFIXES)}",
            suggestions=nearest(suffix, _SUFFIXES),
        )
        raise InvalidData(invalid(PurePath(path).name), [problem]) from None


def known_format(text_format: str) -> Format:
    """Return *text_format*, which a caller may have mistyped.

    Raises:
        DataError: It names no format.
    """
    for each in _SUFFIXES.values():
        if each == text_format:
            return each
    message = f"{text_format!r:.60} is no format: yaml, json or toml"
    raise DataError(message, suggestions=nearest(str(text_format), _SUFFIXES.values()))


def read_plain(path: str | os.PathLike[str], *, max_size: int = MAX_SIZE) -> tuple[object, Lines]:
    """Return the plain data of the file *path*, and the lines where its values stand.

    The format is that of the suffix. What the data means is not looked at; the limits of
    :doc:`/file-format` and all that makes a text unreadable are.

    Raises:
        InvalidData: It cannot be read.
        OSError: There is no such file.
    """
    file_format = format_of(path)
    name = PurePath(path).name
    with open(path, "rb") as file:  # noqa: PTH123 - any path-like object will do
        content = file.read(max_size + 1)
    return read_text(decoded(content, name, max_size), file_format, name=name, max_size=max_size)


def read_text(
    text: str, text_format: Format, *, name: str = "the text", max_size: int = MAX_SIZE
) -> tuple[object, Lines]:
    """Return the plain data that *text* writes, and the lines where its values stand.

    Raises:
        InvalidData: It cannot be read.
    """
    text = checked_text(text, name, max_size)
    try:
        data, find = _READERS[known_format(text_format)](text)
    except DataError as error:
        raise InvalidData(invalid(name), [error]) from None
    lines = Lines(name, find)
    errors = [lines.place(path, error) for path, error in problems(data)]
    if errors:
        raise InvalidData(invalid(name), errors)
    return data, lines


_Find: TypeAlias = Callable[[], dict[Path, int]]


def _read_yaml(text: str) -> tuple[object, _Find]:
    try:
        from roc.formats import _yaml  # noqa: PLC0415 - the extra may be missing
    except ImportError:
        what = "reading YAML"
        raise MissingExtraError(what, "yaml") from None
    data, lines = _yaml.read(text)
    return data, lambda: lines


def _read_json(text: str) -> tuple[object, _Find]:
    try:
        data: object = json.loads(
            text,
            parse_int=number,
            parse_float=number,
            parse_constant=lambda word: Unreadable(f"{word} is no number"),
            object_pairs_hook=_mapping,
        )
    except json.JSONDecodeError as error:
        message = f"this is not JSON: {error.msg}"
        raise DataError(message, line=error.lineno) from None
    except RecursionError:
        raise DataError(_TOO_DEEP) from None
    return data, Locator(text, json.loads).values


def _mapping(pairs: list[tuple[str, object]]) -> dict[str, object]:
    mapping: dict[str, object] = {}
    for key, value in pairs:
        mapping[key] = Unreadable("the key stands twice") if key in mapping else value
    return mapping


def _read_toml(text: str) -> tuple[object, _Find]:
    found = _LONG_KEY.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        raise DataError(_TOO_DEEP, line=line)
    try:
        data: object = tomllib.loads(text, parse_float=number)
    except ValueError as error:
        found = _TOML_PLACE.search(str(error))
        line = text.count("\n") + 1 if found is None or found[1] is None else int(found[1])
        message = f"this is not TOML: {_TOML_PLACE.sub('', str(error))}"
        raise DataError(message, line=line) from None
    except RecursionError:
        raise DataError(_TOO_DEEP) from None
    return data, Locator(text, _unquoted).tables


def _unquoted(text: str) -> str:
    return str(tomllib.loads(f"key = {text}")["key"])


_READERS: Final[dict[Format, Callable[[str], tuple[object, _Find]]]] = {
    "yaml": _read_yaml,
    "json": _read_json,
    "toml": _read_toml,
}
