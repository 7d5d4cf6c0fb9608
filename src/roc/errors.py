"""What ``roc`` raises and warns, all in one place.

A verdict is a value; these are for bad data and misuse only. Everything raised derives from
:class:`RocError`, every warning from :class:`RocWarning`. Errors hold the facts as attributes and
put the sentence together only when it is asked for.
"""

import difflib
from collections.abc import Iterable, Sequence
from typing import Self

__all__ = [
    "CheckCharacterWarning",
    "DataError",
    "EngineError",
    "InvalidData",
    "LimitReachedError",
    "MissingExtraError",
    "RocError",
    "RocWarning",
    "RuleSyntaxError",
    "SelectionError",
    "SizeWarning",
]


def __dir__() -> list[str]:
    return __all__


def nearest(word: str, known: Iterable[str], *, limit: int = 3) -> tuple[str, ...]:
    """Return the known words that *word* was probably meant to be, nearest first.

    Case does not matter. *known* is cut to its first 5,000 words, so that hostile data costs little.
    """
    folded: dict[str, str] = {}
    for count, each in enumerate(known):
        if count == 5000:
            break
        folded.setdefault(each.casefold(), each)
    found = difflib.get_close_matches(word.casefold()[:200], folded, n=limit, cutoff=0.6)
    return tuple(folded[each] for each in found)


def _did_you_mean(suggestions: Sequence[str]) -> str:
    if not suggestions:
        return ""
    if len(suggestions) == 1:
        return f"; did you mean {suggestions[0]}?"
    return f"; did you mean {', '.join(suggestions[:-1])} or {suggestions[-1]}?"


class RocError(Exception):
    """The base of everything that ``roc`` raises."""


class DataError(RocError, ValueError):
    """One thing that is wrong in data, and where.

    Attributes:
        message: What is wrong, a sentence.
        path: Where, as ``$.groups[2].units[4].credit``; ``$`` is the whole.
        line: The line of the file, counted from 1, where the format has lines; else ``None``.
        suggestions: What was probably meant, nearest first.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str = "$",
        line: int | None = None,
        suggestions: Iterable[str] = (),
    ) -> None:
        self.message = message
        self.path = path
        self.line = line
        self.suggestions = tuple(suggestions)
        super().__init__(message)

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path} (line {self.line})"
        return f"{where}: {self.message}{_did_you_mean(self.suggestions)}"

    def at(self, path: str, line: int | None = None) -> Self:
        """Return this error placed at *path* and *line* (``None`` keeps the line)."""
        other = self._copy()
        other.path = path
        other.line = self.line if line is None else line
        return other

    def _copy(self) -> Self:
        make, arguments, state = self.__reduce__()
        other: Self = make(*arguments)
        other.__dict__.update(state)
        return other

    def __reduce__(self) -> tuple[type[Self], tuple[str], dict[str, object]]:
        return type(self), (self.message,), dict(self.__dict__)


class RuleSyntaxError(DataError):
    """A rule's text that cannot be read.

    Attributes:
        text: The whole text.
        position: The index in *text* of the word that is wrong; ``len(text)`` at its end.
        expected: What could have stood there.
    """

    text: str = ""
    position: int = 0
    expected: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        text: str,
        position: int,
        message: str,
        *,
        expected: Iterable[str] = (),
        suggestions: Iterable[str] = (),
    ) -> Self:
        """Build the error that points at *position* of *text*."""
        error = cls(message, suggestions=suggestions)
        error.text, error.position, error.expected = text, position, tuple(expected)
        return error

    def __str__(self) -> str:
        start = max(self.position - 60, 0)
        shown = "".join(each if each.isprintable() else " " for each in self.text[start : start + 100])
        return f"{super().__str__()}\n  {shown}\n  {' ' * (self.position - start)}^"


class InvalidData(RocError, ExceptionGroup[DataError]):  # noqa: N818 - a group of errors, read as one
    """Everything that is wrong in one piece of data, collected.

    The members are :class:`DataError`, each with its path. ``str()`` lists them, one a line.
    """

    def __new__(cls, message: str, exceptions: Sequence[DataError], /) -> Self:
        """Make a group of *exceptions*, at least one."""
        return super().__new__(cls, message, exceptions)

    def derive(self, excs: Sequence[DataError]) -> "InvalidData":  # type: ignore[override] # of one kind of error, where the group takes any
        """Return a group of *excs* under the same heading (``except*`` asks for it)."""
        return InvalidData(self.message, excs)

    def __str__(self) -> str:
        return "\n".join([f"{self.message}:", *(f"- {each}" for each in self.exceptions)])

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        return type(self), (self.message, list(self.exceptions))


class SelectionError(RocError, ValueError):
    """A call on a selection that cannot be carried out: an unknown unit, say.

    Attributes:
        message: What is wrong, a sentence.
        suggestions: What was probably meant, nearest first.
    """

    def __init__(self, message: str, *, suggestions: Iterable[str] = ()) -> None:
        self.message = message
        self.suggestions = tuple(suggestions)
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message}{_did_you_mean(self.suggestions)}"

    def __reduce__(self) -> tuple[type[Self], tuple[str], dict[str, object]]:
        return type(self), (self.message,), dict(self.__dict__)


class LimitReachedError(RocError):
    """A question to the solver was not answered within its limits.

    Attributes:
        found: The best answer found so far, ``None`` for none.
        bound: What is proven nevertheless, ``None`` for nothing: the least that any completion costs, say.
        reason: What the limit was, where it is not the one that the caller set.
    """

    def __init__(self, found: object = None, bound: object = None, reason: str = "") -> None:
        self.found, self.bound, self.reason = found, bound, reason
        super().__init__(found, bound, reason)

    def __str__(self) -> str:
        if self.reason:
            return self.reason
        found = "nothing was found" if self.found is None else f"the best found is {self.found}"
        proven = "nothing is proven" if self.bound is None else f"the proven bound is {self.bound}"
        return f"the limit was reached before the answer was certain: {found}, {proven}"


class EngineError(RocError):
    """The check does not confirm an answer of the solver: a defect of this library; please report it."""


class MissingExtraError(RocError, ImportError):
    """An optional part is used whose library is not installed; the message says what to install."""

    def __init__(self, what: str, extra: str) -> None:
        self.what = what
        self.extra = extra
        super().__init__(what, extra)

    def __str__(self) -> str:
        return f"{self.what} needs the extra '{self.extra}': pip install 'rules-of-combination[{self.extra}]'"


class RocWarning(UserWarning):
    """The base of every warning of ``roc``."""


class CheckCharacterWarning(RocWarning):
    """A number has the shape of a regulated number, but its check character does not fit."""


class SizeWarning(RocWarning):
    """A title's size word (Award, Certificate, Diploma) does not fit the rule's credit or hours."""
