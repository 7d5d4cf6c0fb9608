"""A qualification from plain data, with all that is wrong in one error; and back."""

import copy
from collections.abc import Callable, Iterable
from typing import Any, Final

from cattrs.errors import BaseValidationError

from roc.errors import DataError, InvalidData
from roc.formats._converter import converter, errors_of, structure
from roc.formats._plain import Lines, Path, invalid, is_mapping, shown
from roc.formats._short import expanded, shortened
from roc.qualification import Qualification

_REFERRED: Final = frozenset({"units", "groups", "pathways", "conditions"})
"""Keys whose values others refer to."""

_UNREFERRED: Final = frozenset({"examples", "sharing"})
_STAND_INS: Final = {"credit": 0, "glh": 0, "title": ""}


def read_qualification(data: object, lines: Lines) -> tuple[Qualification, Callable[[Path], Path]]:
    """Return the qualification that *data* describes, and what turns its paths into those of the file.

    Raises:
        InvalidData: Something is wrong; all of it.
    """
    if not is_mapping(data):
        problem = DataError(f"{shown(data)} is not a mapping with the keys of a qualification")
        raise InvalidData(invalid(lines.name), [problem])
    source = expanded(data)
    errors = list(source.errors)
    try:
        qualification = structure(source.data, Qualification)
    except BaseValidationError as error:
        found = list(errors_of(error))
        found += _later_errors(source.data, [path for path, _ in found])
        errors += [(source.origin(path), each) for path, each in found]
    else:
        if not errors:
            return qualification, source.origin
    placed = {(path, each.message): lines.place(path, each) for path, each in errors}
    in_order = sorted(placed.values(), key=lambda each: each.line or 0)
    raise InvalidData(invalid(lines.name), in_order)


def to_plain(qualification: Qualification) -> dict[str, object]:
    """Return *qualification* as the plain data of a file."""
    return shortened(converter().unstructure(qualification))


def _later_errors(data: dict[str, object], paths: Iterable[Path]) -> list[tuple[Path, DataError]]:
    """Return what is wrong with the whole besides the values at *paths*.

    The whole can be checked only once it is built. So the wrong values are replaced by ones that say
    nothing; where that is impossible without changing what refers to what, the whole is not looked at.
    """
    data = copy.deepcopy(data)
    if not all(_neutralised(data, path) for path in paths):
        return []
    try:
        structure(data, Qualification)
    except BaseValidationError as error:
        inner = [each for each in error.exceptions if isinstance(each, InvalidData)]
        return [found for each in inner for found in errors_of(each)]
    return []


def _neutralised(data: dict[str, Any], path: Path) -> bool:
    """Put a value that says nothing at *path*; tell whether that can be done."""
    if not path:
        data.setdefault("title", "")
        return True
    if path[0] in _UNREFERRED:
        data.pop(str(path[0]), None)
        return True
    if "rules" in path:
        path = path[: path.index("rules") + 2]
    else:
        while isinstance(path[-1], int):
            path = path[:-1]
    last = path[-1]
    if last in _REFERRED:
        return False
    record: Any = data
    for step in path[:-1]:
        record = record[step]
    if isinstance(last, int):
        record[last] = "at least 0 units"
    elif last in _STAND_INS:
        record[last] = _STAND_INS[last]
    else:
        record.pop(last, None)
    return True
