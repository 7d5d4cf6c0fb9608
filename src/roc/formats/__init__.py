"""Rules of combination as files: one format, written in YAML, JSON or TOML.

The keys are those of the model (:class:`~roc.qualification.Qualification`), with short forms for what
is common. Reading collects everything that is wrong, each with its path and line; writing is canonical.
JSON and TOML need nothing else; reading YAML needs the extra ``yaml``, writing it does not.
"""

import os
import warnings
from pathlib import Path
from typing import Final

from roc.advice import advise
from roc.errors import CheckCharacterWarning, RocWarning, SizeWarning
from roc.formats._plain import MAX_SIZE, Lines, path_of, path_text
from roc.formats._qualification import read_qualification, to_plain
from roc.formats._read import Format, format_of, known_format, read_plain, read_text
from roc.formats._write import write
from roc.qualification import Qualification

__all__ = ["Format", "Lines", "dump", "dumps", "load", "loads", "read_plain", "schema"]


def __dir__() -> list[str]:
    return __all__


_WARNINGS: Final[dict[str, type[RocWarning]]] = {
    "check-character": CheckCharacterWarning,
    "size": SizeWarning,
}


def load(path: str | os.PathLike[str], *, max_size: int = MAX_SIZE) -> Qualification:
    """Return the qualification that the file *path* holds; the suffix names the format.

    Args:
        path: A file whose name ends in ``.yaml``, ``.yml``, ``.json`` or ``.toml``.
        max_size: Files with more bytes are refused.

    Raises:
        InvalidData: Something is wrong; all of it, each with its path and line.
        MissingExtraError: It is YAML, and the extra ``yaml`` is not installed.
        OSError: The file cannot be opened: there is none, or it is a folder.

    Warns:
        CheckCharacterWarning: A number's check character does not fit; one warning a number.
        SizeWarning: The title's size word does not fit the size, or the credit not the hours.
    """
    return _finished(*read_plain(path, max_size=max_size))


def loads(text: str, format: Format = "yaml", *, max_size: int = MAX_SIZE) -> Qualification:  # noqa: A002 - as in the examples that everybody knows
    r"""Return the qualification that *text* writes.

    >>> loads('title = "Example"\nmin_units = 2', "toml").min_units
    Decimal('2')

    Args:
        text: The text.
        format: ``yaml``, ``json`` or ``toml``.
        max_size: Texts with more characters are refused.

    Raises:
        InvalidData: Something is wrong; all of it, each with its path and line.
        MissingExtraError: It is YAML, and the extra ``yaml`` is not installed.

    Warns:
        CheckCharacterWarning: A number's check character does not fit; one warning a number.
        SizeWarning: The title's size word does not fit the size, or the credit not the hours.
    """
    return _finished(*read_text(text, format, max_size=max_size))


def dump(qualification: Qualification, path: str | os.PathLike[str]) -> None:
    """Write *qualification* to the file *path*, in the format that its suffix names.

    Raises:
        InvalidData: The suffix names no format.
        OSError: The file cannot be written.
    """
    text = dumps(qualification, format_of(path))
    Path(path).write_text(text, encoding="utf-8", newline="\n")


def dumps(qualification: Qualification, format: Format = "yaml") -> str:  # noqa: A002 - as above
    r"""Return *qualification* as text, always the same for equal qualifications.

    >>> print(dumps(loads('title = "Example"\nmin_units = 2', "toml")), end="")
    title: Example
    min_units: 2

    Args:
        qualification: Any qualification.
        format: ``yaml``, ``json`` or ``toml``.

    Raises:
        DataError: There is no such format.
    """
    return write(to_plain(qualification), known_format(format))


def schema() -> dict[str, object]:
    """Return the JSON Schema (2020-12) of files, for editors and for checks outside Python.

    It says what a single value may be; whether names and numbers refer to something, and whether rules
    can be read, only :func:`load` tells. The package holds it as ``roc/formats/qualification.schema.json``.

    >>> schema()["required"]
    ['title']
    """
    from roc.formats._schema import schema as make  # noqa: PLC0415 - reading files does not need it

    return make()


def _finished(data: object, lines: Lines) -> Qualification:
    """Return the qualification that *data* describes, with warnings for what deserves advice."""
    qualification, origin = read_qualification(data, lines)
    for each in advise(qualification):
        place = origin(path_of(each.path))
        line = lines.line(place)
        where = path_text(place) if line is None else f"{path_text(place)} (line {line})"
        warnings.warn(f"{where}: {each.message}", _WARNINGS[each.code], stacklevel=3)
    return qualification
