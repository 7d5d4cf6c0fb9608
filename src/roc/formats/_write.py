"""Plain data as text, always the same for the same data: YAML, JSON and TOML.

The writers need no library, so a file can be written in every format without an extra, and the text
does not depend on the version of one.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from roc.formats._plain import is_list, is_mapping, quoted, scalar
from roc.formats._read import Format

WIDTH: Final = 110
"""Lines are no longer where they can be broken."""

_ON_ONE_LINE: Final = frozenset({"units", "unit", "selection", "conditions", "sharing", "open"})
"""Keys whose records are written on one line of YAML where they fit."""

_ONE_A_LINE: Final = frozenset({"rules", "source", "notes"})
"""Keys whose texts are written one a line."""

_TABLES: Final = frozenset({"groups", "pathways", "examples", "qualifications"})
"""Keys whose records are tables of TOML; others are inline."""

_PLAIN: Final = re.compile(r"[^\W_](?:[\w./()&'\"+%;@= ,-]|:(?=[\w/])|[^\x00-\x7f])*", re.ASCII)
_LIKE_NUMBER: Final = re.compile(r"[0-9][0-9a-fxotz_.,:+ -]*", re.ASCII | re.IGNORECASE)
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_GAP: Final = re.compile(r"(?<=\S) (?=\S)")


def write(data: dict[str, object], text_format: Format) -> str:
    """Return *data* as text."""
    return _WRITERS[text_format](data)


def _json(data: dict[str, object]) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, default=_json_value) + "\n"


def _json_value(value: object) -> object:
    # An amount has at most seven digits before and four after the point: as a float it keeps its text.
    return float(value) if isinstance(value, Decimal) else scalar(value)


def _yaml(data: dict[str, object]) -> str:
    return "".join(f"{line}\n" for line in _mapping(data, ""))


def _mapping(data: Mapping[str, object], indent: str) -> Iterator[str]:
    for key, value in data.items():
        head = f"{indent}{_scalar(key, flow=True)}:"
        if is_mapping(value):
            yield from _record(value, key, f"{head} ", [head], indent)
        elif is_list(value) and (key in _ONE_A_LINE or _holds_more(value)):
            yield head
            for each in value:
                yield from _item(each, key, f"{indent}  ")
        else:
            yield from _wrapped(f"{head} ", value, f"{indent}  ")


def _holds_more(values: list[object]) -> bool:
    """Tell whether lists or mappings stand in *values*."""
    return any(is_list(each) or is_mapping(each) for each in values)


def _item(value: object, key: str, indent: str) -> Iterator[str]:
    if is_mapping(value):
        yield from _record(value, key, f"{indent}- ", [], indent)
    else:
        yield from _wrapped(f"{indent}- ", value, f"{indent}  ")


def _record(value: dict[str, object], key: str, start: str, head: list[str], indent: str) -> Iterator[str]:
    """Yield a mapping: on one line where its key allows and it fits, else below *head* or behind a dash."""
    one_line = f"{start}{_flow(value)}"
    if key in _ON_ONE_LINE and len(one_line) <= WIDTH:
        yield one_line
        return
    yield from head
    lines = _mapping(value, f"{indent}  ")
    if not head:
        yield start + next(lines)[len(start) :]
    yield from lines


def _flow(value: object) -> str:
    if is_mapping(value):
        pairs = [f"{_scalar(key, flow=True)}: {_flow(each)}" for key, each in value.items()]
        return f"{{{', '.join(pairs)}}}"
    if is_list(value):
        return f"[{', '.join(map(_flow, value))}]"
    return _scalar(value, flow=True)


def _wrapped(start: str, value: object, indent: str) -> Iterator[str]:
    """Yield a text or a list of scalars, broken over lines at spaces: a break reads as a space."""
    if is_list(value):
        words = [f"{_flow(each)}," for each in value]
        words = [f"[{words[0]}", *words[1:]] if words else ["["]
        words[-1] = words[-1].rstrip(",") + "]"
    else:
        words = _GAP.split(_scalar(value, flow=False))
    line = start + words[0]
    for word in words[1:]:
        if len(line) + 1 + len(word) > WIDTH:
            yield line
            line = indent + word
        else:
            line += f" {word}"
    yield line


def _scalar(value: object, *, flow: bool) -> str:
    if not isinstance(value, str):
        return scalar(value)
    is_plain = (
        _PLAIN.fullmatch(value)
        and not (flow and "," in value)
        and not value.endswith(" ")
        and value.isprintable()
        and value.casefold() not in _WORDS
        and not _LIKE_NUMBER.fullmatch(value)
    )
    return value if is_plain else quoted(value)


def _toml(data: dict[str, object]) -> str:
    return "".join(f"{line}\n" for line in _table(data, ()))


def _table(data: Mapping[str, object], path: tuple[str, ...]) -> Iterator[str]:
    inner: list[tuple[str, str, dict[str, object]]] = []
    for key, value in data.items():
        name = ".".join(map(_key, (*path, key)))
        tables = [each for each in value if is_mapping(each)] if key in _TABLES and is_list(value) else []
        if is_mapping(value):
            inner.append((key, f"[{name}]", value))
        elif tables:
            inner.extend((key, f"[[{name}]]", each) for each in tables)
        else:
            yield from _pair(key, value)
    for key, heading, table in inner:
        yield ""
        yield heading
        yield from _table(table, (*path, key))


def _pair(key: str, value: object) -> Iterator[str]:
    line = f"{_key(key)} = {_inline(value)}"
    if is_list(value) and value and (len(line) > WIDTH or key in _ONE_A_LINE or _holds_more(value)):
        yield f"{_key(key)} = ["
        for each in value:
            yield f"    {_inline(each)},"
        yield "]"
    else:
        yield line


def _inline(value: object) -> str:
    if is_mapping(value):
        pairs = [f"{_key(key)} = {_inline(each)}" for key, each in value.items()]
        return f"{{{', '.join(pairs)}}}"
    if is_list(value):
        return f"[{', '.join(map(_inline, value))}]"
    return quoted(value) if isinstance(value, str) else scalar(value)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else quoted(key)


_WRITERS: Final[dict[Format, Callable[[dict[str, object]], str]]] = {
    "yaml": _yaml,
    "json": _json,
    "toml": _toml,
}
