"""Selections as files: a list of unit numbers, or the units with their states, the pathway, the conditions.

A file in YAML, JSON or TOML has the key ``units``, and may have ``pathway``, ``conditions`` and ``start``;
what stands under ``units`` is written as in a worked example of a qualification. Any other file is text with
one unit a line, as it is pasted from a portal or a table.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path as FilePath
from pathlib import PurePath
from typing import Final, Literal, TypeAlias

from cattrs.errors import BaseValidationError

from roc._validate import MAX_SUGGESTED
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
_BULLET: Final = re.compile(r"^(?:[-*\u2022\u00b7]|\[[xX-]\]|[0-9]{1,4}[.)])\s+")
_SPLIT: Final = re.compile(r"[\s,;|]+")
_VERDICT: Final = re.compile(r"\s*\((?:not )?ok\)$")
_COLUMNS: Final = frozenset(
    "add code credit glh level no number ref reference remove state status title unit units urn value".split()  # noqa: SIM905 - words, to be read as words
)
"""Words of which the headings of columns are made."""

_WORDS: Final = re.compile(r"[^\W_]+")
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
    units: Path = ("units",)
    if is_list(data):
        data, units = {"units": data}, ()
    if not is_mapping(data):
        problem = DataError(f"{shown(data)} is neither a list of units nor a mapping with the key units")
        raise InvalidData(invalid(lines.name), [problem])
    found, errors = read_selection(data, q, pathway=pathway, units=units)
    if found is not None:
        return found
    placed = [lines.place(path, each) for path, each in errors]
    raise InvalidData(invalid(lines.name), sorted(placed, key=lambda each: each.line or 0))


def read_selection(
    data: Mapping[str, object],
    q: Qualification,
    *,
    pathway: str | None = None,
    units: Path = ("units",),
    more_keys: Collection[str] = (),
) -> tuple[Selection | None, list[tuple[Path, DataError]]]:
    """Read a selection as a worked example that does not tell its verdict: what may stand there is the same.

    Args:
        data: The mapping.
        q: What it is a selection for.
        pathway: The pathway, instead of the file's.
        units: Where the units stand.
        more_keys: Keys besides those of a selection that belong to the caller.

    Returns:
        The selection, or ``None`` and what is wrong, each with its path.
    """
    start = data.get("start", False)
    errors = [*_key_errors(data, more_keys)]
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
            return _selection(q, read, start=start is True), []
        except SelectionError as error:
            errors.append((units, DataError(error.message, suggestions=error.suggestions)))
    return None, [
        ((*units, *path[1:]) if path[:1] == ("selection",) else path, each) for path, each in errors
    ]


def _key_errors(data: Mapping[str, object], more: Collection[str]) -> Iterator[tuple[Path, DataError]]:
    keys = (*more, *_KEYS)
    for key in data:
        if key not in keys:
            yield (key,), DataError(f"there is no key {key:.100}", suggestions=nearest(key, keys))
    if "units" not in data and data.get("start") is not True:
        yield (), DataError("the key units is missing")


def _selection(q: Qualification, read: Example, *, start: bool) -> Selection:
    if start:
        begun = Selection.start(q, pathway=read.pathway, conditions=read.conditions)
        return begun.add(*read.selection)
    return Selection.of(q, read.selection, pathway=read.pathway, conditions=read.conditions)


# -- text -------------------------------------------------------------------------------------------


def _from_text(text: str, name: str, q: Qualification, pathway: str | None) -> Selection:
    reader = _Reader(q)
    for i, line in enumerate(text.splitlines(), start=1):
        reader.read(line, i)
    if reader.errors:
        raise InvalidData(invalid(name), reader.errors)
    try:
        return Selection.of(q, reader.found, pathway=pathway)
    except SelectionError as error:
        problem = DataError(error.message, suggestions=error.suggestions)
        raise InvalidData(invalid(name), [problem]) from None


class _Reader:
    """Finds the units that lines name."""

    def __init__(self, q: Qualification) -> None:
        self.known: Final = q.units_by_number
        self.shapes: Final = {_shape(number) for number in self.known}
        texts = [q.title, str(q.number), str(q)]
        texts += [text for group in q.all_groups() for text in (group.label, group.name)]
        self.headings: Final = {text.casefold() for text in texts}
        self.found: dict[UnitNumber, int] = {}
        self.errors: list[DataError] = []

    def read(self, line: str, at: int) -> None:
        """Take the units of one line, or note what is wrong with it."""
        words = " ".join(line.split())
        if not words or words.startswith(("#", _NOT_CHOSEN)):
            return
        if _number(words) not in self.known and self._is_heading(words):
            return
        numbers = self._numbers(_BULLET.sub("", words, count=1))
        if not numbers:
            self._fail("no unit of the qualification stands here", words[:60], at)
        for number in numbers:
            if number not in self.known:
                self._fail(f"there is no unit {number}", str(number), at)
            elif number in self.found:
                self._fail(f"{number} stands on line {self.found[number]} already", "", at)
            else:
                self.found[number] = at

    def _fail(self, message: str, word: str, at: int) -> None:
        wanted = word and len(self.errors) < MAX_SUGGESTED
        suggestions = nearest(word, map(str, self.known)) if wanted else ()
        self.errors.append(DataError(message, line=at, suggestions=suggestions))

    def _is_heading(self, words: str) -> bool:
        """Tell whether a line is the heading of the qualification, of a group or of columns."""
        folded = words.casefold()
        return _VERDICT.sub("", folded) in self.headings or _COLUMNS.issuperset(_WORDS.findall(folded))

    def _numbers(self, words: str) -> list[UnitNumber]:
        """Return the units of a line: several where it holds nothing else, or one and what belongs to it."""
        parts = [part for part in _SPLIT.split(words) if part]
        several = [number for part in parts if (number := _number(part)) is not None]
        if len(several) == len(parts) > 1 and self.shapes.issuperset(map(_shape, several)):
            return several
        for length in range(min(len(parts), _LONGEST_PREFIX), 0, -1):
            number = _number(" ".join(parts[:length]))
            if number is not None and number in self.known:
                return [number]
        regulated = _REGULATED.search(words)
        return [] if regulated is None else [UnitNumber.quietly(regulated[0])]


def _number(text: str) -> UnitNumber | None:
    try:
        return UnitNumber.quietly(text)
    except DataError:
        return None


def _shape(number: UnitNumber) -> str:
    """Return what a number looks like: a title in the same line looks otherwise."""
    return "".join("9" if each.isdigit() else "A" if each.isalpha() else each for each in number.text)
