"""Files as the command line sees them: rules with the lines of what they hold, and what is wrong with them."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import attrs

from roc._page import visible
from roc.advice import advise
from roc.errors import DataError, InvalidData
from roc.formats import read_plain
from roc.formats._plain import path_of
from roc.formats._qualification import read_qualification
from roc.formats._read import _SUFFIXES
from roc.qualification import Qualification
from roc.report import Plain

MOST_ERRORS: Final = 100
"""So many errors of one file are told; a hostile file can have very many."""


@attrs.frozen
class Problem:
    """One thing that is wrong in a file, or that is probably a slip.

    Attributes:
        error: What, and where.
        code: The code of an advice; ``None``: it is an error.
    """

    error: DataError
    code: str | None = None

    def text(self, file: str) -> str:
        """Return it as editors can follow it, ``FILE:LINE: error: PATH: ...``, more lines indented."""
        error = self.error
        place = file if error.line is None else f"{file}:{error.line}"
        kind = "error" if self.code is None else "warning"
        where = "" if error.path == "$" else f"{error.path}: "
        message = (
            str(error.at("$")).removeprefix("$").removeprefix(f" (line {error.line})").removeprefix(": ")
        )
        first, *more = message.split("\n")
        return "\n".join(map(visible, (f"{place}: {kind}: {where}{first}", *more)))

    def data(self) -> Plain:
        """Return it as plain data: the object ``problem`` or ``advice`` of the schema."""
        error = self.error
        found: dict[str, Plain] = {"message": error.message, "path": error.path, "line": error.line}
        if self.code is None:
            return {**found, "suggestions": [*error.suggestions]}
        return {"code": self.code, **found}


@attrs.frozen
class RuleFile:
    """A file with a rule, or with what is wrong with it.

    Attributes:
        name: The name of the file, as it was given.
        qualification: The rule; ``None`` where there are errors.
        errors: What is wrong.
        warnings: What is probably a slip.
        line: Tells the line on which something stands.
    """

    name: str
    qualification: Qualification | None = None
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    line: Callable[[str], int | None] = lambda _: None


def read_rule(name: str) -> RuleFile:
    """Return the file *name*, read as a rule.

    Raises:
        InvalidData: Something is wrong with it; all of it.
        OSError: It cannot be opened.
    """
    data, lines = read_plain(name)
    qualification, origin = read_qualification(data, lines)
    warnings = [
        Problem(lines.place(origin(path_of(each.path)), DataError(each.message)), each.code)
        for each in advise(qualification)
    ]
    return RuleFile(
        name=name,
        qualification=qualification,
        warnings=tuple(warnings),
        line=lambda path: lines.line(origin(path_of(path))),
    )


def read_rules(names: Iterable[str]) -> Iterator[RuleFile]:
    """Yield the files of these names, those in folders too, whatever is wrong with them."""
    for name in names:
        for each in _inside(name) if os.path.isdir(name) else (name,):  # noqa: PTH112 - a name stays as given
            try:
                yield read_rule(each)
            except InvalidData as error:
                errors = [Problem(part) for part in error.exceptions if isinstance(part, DataError)]
                yield RuleFile(name=each, errors=tuple(errors))
            except OSError as error:
                yield RuleFile(name=each, errors=(Problem(DataError(error.strerror or str(error))),))


def _inside(folder: str) -> Iterator[str]:
    """Yield every file of a format of ours in *folder* and below, in order, hidden ones left out."""
    for path in sorted(Path(folder).rglob("*")):
        parts = path.relative_to(folder).parts
        if path.suffix.lower() in _SUFFIXES and path.is_file() and not any(p.startswith(".") for p in parts):
            yield str(path)


def texts(name: str, problems: Iterable[Problem]) -> Iterator[str]:
    """Yield problems of the file *name* as lines, no more than anybody reads."""
    found = list(problems)
    for each in found[:MOST_ERRORS]:
        yield each.text(name)
    if len(found) > MOST_ERRORS:
        yield f"{visible(name)}: and {len(found) - MOST_ERRORS} more"
