"""Registration groups as files in YAML, JSON and TOML.

A file has the keys ``group_number``, ``description``, ``category`` and ``qualifications``. Each of these has the
``number`` of the qualification (without one, its ``title``), its ``version`` where it has one (else its
``operational_start``), and the keys of a selection: ``units``, ``pathway``, ``conditions``, ``start``. The
qualifications themselves are in a catalogue.
"""

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any, Final

from roc.catalogue import Catalogue, identity
from roc.errors import DataError, InvalidData, nearest
from roc.formats._converter import converter, structure
from roc.formats._plain import MAX_SIZE, Lines, Path, invalid, is_list, is_mapping, shown
from roc.formats._read import Format, format_of, known_format, read_plain, read_text
from roc.formats._write import write
from roc.formats.selections import read_selection
from roc.qualification import Entry, Qualification, _to_date
from roc.registration import RegistrationGroup, to_category, to_description, to_group_number
from roc.selection import Selection

__all__ = ["dump_registration", "dumps_registration", "load_registration", "loads_registration"]


def __dir__() -> list[str]:
    return __all__


_TEXTS: Final = {"group_number": to_group_number, "description": to_description, "category": to_category}
_KEYS: Final = (*_TEXTS, "qualifications")
_NAMES: Final = ("number", "title", "version", "operational_start")
"""Keys that say which qualification is meant."""

_Errors = list[tuple[Path, DataError]]


def dump_registration(group: RegistrationGroup, path: str | os.PathLike[str]) -> None:
    """Write *group* to the file *path*, in the format that its suffix names.

    Raises:
        InvalidData: The suffix names no format.
        OSError: The file cannot be written.
    """
    text = dumps_registration(group, format_of(path))
    FilePath(path).write_text(text, encoding="utf-8", newline="\n")


def dumps_registration(group: RegistrationGroup, format: Format = "yaml") -> str:  # noqa: A002 - as in dumps
    r"""Return *group* as text, always the same for equal groups.

    >>> print(dumps_registration(RegistrationGroup(group_number="Fansha-1", description="Test")), end="")
    group_number: Fansha-1
    description: Test
    category: Qualifications
    qualifications: []

    Args:
        group: Any registration group.
        format: ``yaml``, ``json`` or ``toml``.

    Raises:
        DataError: There is no such format.
    """
    data: dict[str, object] = {name: getattr(group, name) for name in _TEXTS}
    data["qualifications"] = [_plain(each) for each in group.selections]
    return write(data, known_format(format))


def _plain(selection: Selection) -> dict[str, object]:
    q = selection.qualification
    data: dict[str, object] = {"title" if q.number is None else "number": identity(q)}
    if q.version is not None:
        data["version"] = q.version
    elif q.operational_start is not None:
        data["operational_start"] = q.operational_start
    if selection.pathway is not None:
        data["pathway"] = selection.pathway
    if selection.conditions:
        data["conditions"] = sorted(selection.conditions)
    data["units"] = converter().unstructure(selection.entries, tuple[Entry, ...])
    return data


def load_registration(
    path: str | os.PathLike[str], catalogue: Catalogue, *, max_size: int = MAX_SIZE
) -> RegistrationGroup:
    """Return the registration group that the file *path* holds; the suffix names the format.

    Args:
        path: A file whose name ends in ``.yaml``, ``.yml``, ``.json`` or ``.toml``.
        catalogue: Where its qualifications are found.
        max_size: Files with more bytes are refused.

    Raises:
        InvalidData: Something is wrong; all of it, each with its path and line.
        MissingExtraError: It is YAML, and the extra ``yaml`` is not installed.
        OSError: The file cannot be opened.
    """
    return _from_plain(*read_plain(path, max_size=max_size), catalogue)


def loads_registration(
    text: str,
    catalogue: Catalogue,
    format: Format = "yaml",  # noqa: A002 - as in loads
    *,
    max_size: int = MAX_SIZE,
) -> RegistrationGroup:
    """Return the registration group that *text* writes.

    >>> loads_registration('{"group_number": "Fansha-1"}', Catalogue(), "json").category
    'Qualifications'

    Args:
        text: The text.
        catalogue: Where its qualifications are found.
        format: ``yaml``, ``json`` or ``toml``.
        max_size: Texts with more characters are refused.

    Raises:
        InvalidData: Something is wrong, a qualification that the catalogue does not have included; all of it,
            each with its path and line.
        MissingExtraError: It is YAML, and the extra ``yaml`` is not installed.
    """
    return _from_plain(*read_text(text, format, max_size=max_size), catalogue)


def _from_plain(data: object, lines: Lines, catalogue: Catalogue) -> RegistrationGroup:
    if not is_mapping(data):
        problem = DataError(f"{shown(data)} is not a mapping with the keys of a registration group")
        raise InvalidData(invalid(lines.name), [problem])
    errors: _Errors = [
        ((key,), DataError(f"there is no key {key:.100}", suggestions=nearest(key, _KEYS)))
        for key in data
        if key not in _KEYS
    ]
    if "group_number" not in data:
        errors.append(((), DataError("the key group_number is missing")))
    header = dict(_header(data, errors))
    selections = list(_selections(data.get("qualifications", []), catalogue, errors))
    if errors:
        placed = [lines.place(path, each) for path, each in errors]
        raise InvalidData(invalid(lines.name), sorted(placed, key=lambda each: each.line or 0))
    return RegistrationGroup(selections=selections, **header)


def _header(data: Mapping[str, object], errors: _Errors) -> Iterator[tuple[str, str]]:
    for key, convert in _TEXTS.items():
        if key in data:
            try:
                yield key, convert(structure(data[key], str))
            except DataError as error:
                errors.append(((key,), error))


def _selections(data: object, catalogue: Catalogue, errors: _Errors) -> Iterator[Selection]:
    if not is_list(data):
        errors.append((("qualifications",), DataError(f"{shown(data)} is not a list")))
        return
    for i, each in enumerate(data):
        path: Path = ("qualifications", i)
        if not is_mapping(each):
            errors.append(
                (path, DataError(f"{shown(each)} is not a mapping with the keys number, units ..."))
            )
            continue
        found, problems = _selection(each, catalogue)
        errors += [((*path, *inner), error) for inner, error in problems]
        if found is not None:
            yield found


def _selection(data: Mapping[str, object], catalogue: Catalogue) -> tuple[Selection | None, _Errors]:
    errors: _Errors = []
    values: dict[str, Any] = {}
    for key in _NAMES:
        if key in data:
            try:
                values[key] = (
                    _to_date(structure(data[key], dt.date))
                    if key == "operational_start"
                    else structure(data[key], str)
                )
            except DataError as error:
                errors.append(((key,), error))
    if "number" not in data and "title" not in data:
        errors.append(((), DataError("the key number is missing")))
    if errors:
        return None, errors
    qualification = _qualification(values, catalogue, errors)
    if qualification is None:
        return None, errors
    return read_selection(data, qualification, more_keys=_NAMES)


def _qualification(values: Mapping[str, Any], catalogue: Catalogue, errors: _Errors) -> Qualification | None:
    """Return the qualification that is meant: the one just so, else the latest that fits."""
    key = "number" if "number" in values else "title"
    version, start = values.get("version"), values.get("operational_start")
    every = catalogue.versions(values[key])
    if not every:
        message = f"the catalogue has no qualification {values[key]:.100}"
        errors.append(((key,), DataError(message, suggestions=catalogue.nearest(values[key]))))
        return None
    fitting = [
        each
        for each in every
        if (version is None or each.version == version) and (start is None or each.operational_start == start)
    ]
    if not fitting:
        wanted = "version" if version is not None else "operational_start"
        known = [str(getattr(each, wanted)) for each in every if getattr(each, wanted) is not None]
        message = f"the catalogue has no {identity(every[0]):.100} with the {wanted} {values[wanted]!s:.60}"
        errors.append(((wanted,), DataError(message, suggestions=known[-3:])))
        return None
    exact = [each for each in fitting if each.version == version and each.operational_start == start]
    return (exact or fitting)[-1]
