"""Selections as files: a list of unit numbers, or the units with their states, the pathway, the conditions.

A file in YAML, JSON or TOML has the key ``units``, and may have ``pathway``, ``conditions`` and ``start``;
what stands under ``units`` is written as in a worked example of a qualification. Any other file is text with
one unit a line, as it is pasted from a portal or a table.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from pathlib import PurePath
from typing import Final, Literal, TypeAlias

from cattrs.errors import BaseValidationError

from roc.errors import DataError, InvalidData, SelectionError, nearest
from roc.formats._converter import errors_of, structure
from roc.formats._plain import (
    MAX_SIZE,
    Lines,
    Path,
    checked_text,
    decoded,
    invalid,
    is_list,
    is_mapping,
    shown,
)
from roc.formats._read import _SUFFIXES, Format, read_plain, read_text
from roc.numbers import UnitNumber
from roc.qualification import Example, Qualification
from roc.selection import Selection

__all__ = ["load_selection", "loads_selection"]


def __dir__() -> list[str]:
    return __all__


_Source: TypeAlias = Literal["text"] | Format

_KEYS: Final = ("units", "pathway", "conditions", "start")

_REGULATED: Final = re.compile(
    r"(?<![A-Z0-9/])[ADFHJKLMRTY] ?/? ?[0-9]{3} ?/? ?[0-9]{4}(?![A-Z0-9/])", re.IGNORECASE | re.ASCII
)
_BULLET: Final = re.compile(r"(?:[-*\u2022\u00b7]|\[[xX-]\]|[0-9]{1,4}[.)])\s+")
_SPLIT: Final = re.compile(r"[\s,;|]+")
_VERDICT: Final = re.compile(r"\s*\((?:not )?ok\)$")
_COLUMNS: Final = frozenset(
    "add code credit glh level no number ref reference remove state status title unit units urn value".split()  # noqa: SIM905 - words, to be read as words
)
"""Words of which the headings of columns are made."""

_NOT_CHOSEN: Final = "[ ]"
_LONGEST_PREFIX: Final = 6
"""A unit number of another framework is looked for in so many words at the beginning of a line."""


def load_selection(
    path: str | os.PathLike[str],
    qualification: Qualification,
    *,
    pathway: str | None = None,
    max_size: int = MAX_SIZE,
) -> Selection:
    """Return the selection that the file *path* holds; the suffix names the format, any other is text.

    Args:
        path: A file; one whose name does not end in a suffix of YAML, JSON or TOML is text.
        qualification: What it is a selection for.
        pathway: The pathway, instead of the file's.
        max_size: Files with more bytes are refused.

    Raises:
        InvalidData: Something is wrong; all of it, each with its path and line.
        MissingExtraError: It is YAML, and the extra ``yaml`` is not installed.
        OSError: The file cannot be opened.
    """
    if PurePath(path).suffix.lower() in _SUFFIXES:
        data, lines = read_plain(path, max_size=max_size)
        return _from_plain(data, lines, qualification, pathway)
    name = PurePath(path).name
    with FilePath(path).open("rb") as file:
        content = file.read(max_size + 1)
    text = checked_text(decoded(content, name, max_size), name, max_size)
    return _from_text(text, name, qualification, pathway)


def loads_selection(
    text: str,
    qualification: Qualification,
    format: _Source = "text",  # noqa: A002 - as in loads
    *,
    pathway: str | None = None,
    max_size: int = MAX_SIZE,
) -> Selection:
    r"""Return the selection that *text* writes.

    >>> from roc.formats import loads
    >>> q = loads('{"title": "Example", "units": [{"number": "M1"}, {"number": "M2"}]}', "json")
    >>> [str(n) for n in loads_selection("Unit Number\tTitle\nM2\tTwo\n", q).numbers]
    ['M2']
    >>> [
    ...     str(each.state)
    ...     for each in loads_selection('{"units": [{"unit": "M1", "state": "rpl"}]}', q, "json")
    ... ]
    ['rpl']

    Args:
        text: The text.
        qualification: What it is a selection for.
        format: ``text``: one unit a line; or ``yaml``, ``json`` or ``toml``.
        pathway: The pathway, instead of the file's.
        max_size: Texts with more characters are refused.

    Raises:
        InvalidData: Something is wrong; all of it, each with its path and line.
        MissingExtraError: It is YAML, and the extra ``yaml`` is not installed.
    """
    if format == "text":
        name = "the text"
        return _from_text(checked_text(text, name, max_size), name, qualification, pathway)
    data, lines = read_text(text, format, max_size=max_size)
    return _from_plain(data, lines, qualification, pathway)


# -- YAML, JSON, TOML -------------------------------------------------------------------------------


def _from_plain(data: object, lines: Lines, q: Qualification, pathway: str | None) -> Selection:
    """Read a selection as a worked example that does not tell its verdict: what may stand there is the same."""
    units: Path = ("units",)
    if is_list(data):
        data, units = {"units": data}, ()
    if not is_mapping(data):
        problem = DataError(f"{shown(data)} is neither a list of units nor a mapping with the key units")
        raise InvalidData(invalid(lines.name), [problem])
    start = data.get("start", False)
    errors = [*_key_errors(data)]
    if not isinstance(start, bool):
        errors.append((("start",), DataError(f"{shown(start)} is not true or false")))
    example = {"selection": data.get("units", []), "ok": True}
    if pathway is None and "pathway" in data:
        example["pathway"] = data["pathway"]
    if "conditions" in data:
        example["conditions"] = data["conditions"]
    read: Example | None = None
    try:
        read = structure(example, Example)
        if pathway is not None:
            read = read.evolve(pathway=pathway)
        q.evolve(examples=(read,))
    except BaseValidationError as error:
        errors += errors_of(error)
    except InvalidData as error:
        errors += [(path[2:], each) for path, each in errors_of(error)]
    if read is not None and not errors:
        try:
            return _selection(q, read, start=start is True)
        except SelectionError as error:
            errors.append((units, DataError(error.message, suggestions=error.suggestions)))
    placed = [
        lines.place((*units, *path[1:]) if path[:1] == ("selection",) else path, each)
        for path, each in errors
    ]
    raise InvalidData(invalid(lines.name), sorted(placed, key=lambda each: each.line or 0))


def _key_errors(data: Mapping[str, object]) -> Iterator[tuple[Path, DataError]]:
    for key in data:
        if key not in _KEYS:
            yield (key,), DataError(f"there is no key {key:.100}", suggestions=nearest(key, _KEYS))
    if "units" not in data and data.get("start") is not True:
        yield (), DataError("the key units is missing")


def _selection(q: Qualification, read: Example, *, start: bool) -> Selection:
    if start:
        begun = Selection.start(q, pathway=read.pathway, conditions=read.conditions)
        return begun.add(*read.selection)
    return Selection.of(q, read.selection, pathway=read.pathway, conditions=read.conditions)


# -- text -------------------------------------------------------------------------------------------


def _from_text(text: str, name: str, q: Qualification, pathway: str | None) -> Selection:
    found: dict[UnitNumber, int] = {}
    errors: list[DataError] = []
    headings = _headings(q)
    for i, line in enumerate(text.splitlines(), start=1):
        words = " ".join(line.split())
        if not words or words.startswith(("#", _NOT_CHOSEN)):
            continue
        if _number(words) not in q.units_by_number and _is_heading(words, headings):
            continue
        try:
            numbers = _numbers_in(words, q)
        except DataError as error:
            errors.append(error.at("$", i))
            continue
        for number in numbers:
            if number in found:
                errors.append(DataError(f"{number} stands on line {found[number]} already", line=i))
            found.setdefault(number, i)
    if errors:
        raise InvalidData(invalid(name), errors)
    try:
        return Selection.of(q, found, pathway=pathway)
    except SelectionError as error:
        problem = DataError(error.message, suggestions=error.suggestions)
        raise InvalidData(invalid(name), [problem]) from None


def _headings(q: Qualification) -> frozenset[str]:
    texts = [
        q.title,
        str(q.number),
        str(q),
        *(text for group in q.all_groups() for text in (group.label, group.name)),
    ]
    return frozenset(text.casefold() for text in texts)


def _is_heading(words: str, headings: frozenset[str]) -> bool:
    """Tell whether a line is the heading of a qualification, of a group or of columns."""
    folded = words.casefold()
    return _VERDICT.sub("", folded) in headings or _COLUMNS.issuperset(re.findall(r"[^\W_]+", folded))


def _numbers_in(words: str, q: Qualification) -> tuple[UnitNumber, ...]:
    """Return the units that a line names: several where it holds nothing else, or one and what belongs to it."""
    known = q.units_by_number
    words = _BULLET.sub("", words, count=1) if _BULLET.match(words) else words
    parts = [part for part in _SPLIT.split(words) if part]
    several = [_number(part) for part in parts]
    if all(each in known for each in several):
        return tuple(each for each in several if each is not None)
    spaced = words.split(" ")
    for length in range(min(len(spaced), _LONGEST_PREFIX), 0, -1):
        number = _number(" ".join(spaced[:length]).rstrip(",;|:"))
        if number in known and number is not None:
            return (number,)
    regulated = _REGULATED.search(words)
    if regulated is None:
        msg = "no unit of the qualification stands here"
        raise DataError(msg, suggestions=nearest(spaced[0], map(str, known)))
    number = UnitNumber.quietly(regulated[0])
    if number not in known:
        msg = f"there is no unit {number}"
        raise DataError(msg, suggestions=nearest(str(number), map(str, known)))
    return (number,)


def _number(text: str) -> UnitNumber | None:
    try:
        return UnitNumber.quietly(text)
    except DataError:
        return None
