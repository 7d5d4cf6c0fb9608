"""Qualification and unit numbers: one canonical form, and their check characters."""

import functools
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Final, Self, final

import attrs

from roc.errors import CheckCharacterWarning, DataError

__all__ = ["QualificationNumber", "UnitNumber"]


def __dir__() -> list[str]:
    return __all__


_LONGEST: Final = 60
_SEPARATORS: Final = re.compile(r"[\s/]+")
_SPACE: Final = re.compile(r"\s+")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""Characters that no number and no text has: no file could hold them."""

_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2)


def _rule_a(digits: str) -> int:
    return sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=True)) % 11


def _rule_b(digits: str) -> int:
    return (sum(map(int, digits)) + 6) % 11


def _corrections(digits: str) -> Iterator[str]:
    """Yield what *digits* becomes with one digit changed or two neighbours swapped."""
    for i, digit in enumerate(digits):
        for other in "0123456789":
            if other != digit:
                yield f"{digits[:i]}{other}{digits[i + 1 :]}"
        if i and digits[i - 1] != digit:
            yield f"{digits[: i - 1]}{digit}{digits[i - 1]}{digits[i + 1 :]}"


@functools.total_ordering
@attrs.frozen(order=False, repr=False, init=False)
class _Number:
    """What the two kinds of number share: reading, order and the check character."""

    text: str = attrs.field()

    _what: ClassVar[str]
    _shape: ClassVar[re.Pattern[str]]
    _alphabet: ClassVar[str]

    @classmethod
    @functools.lru_cache(maxsize=16384)
    def quietly(cls, text: str) -> Self:
        """Return the number that *text* names, without a warning about its check character.

        For code that reports failed checks in its own way, as the loaders do.
        """
        self = object.__new__(cls)
        object.__setattr__(self, "text", cls._canonical(text))
        return self

    def __init__(self, text: "str | int | Self") -> None:
        object.__setattr__(self, "text", self._canonical(text))
        if not self.check_passes:
            near = ", ".join(each.text for each in self.nearest())
            warnings.warn(
                f"{self.text} fails its check character; nearest valid numbers: {near}",
                CheckCharacterWarning,
                stacklevel=2,
            )

    @classmethod
    def _canonical(cls, value: object) -> str:
        if isinstance(value, cls):
            return value.text
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value) if abs(value) < 10**_LONGEST else None
        if not isinstance(value, str) or len(value) > 4 * _LONGEST:
            msg = f"a {cls._what} is a text of 1 to {_LONGEST} characters"
            raise DataError(msg)
        found = cls._shape.fullmatch(_SEPARATORS.sub("", value).upper())
        if found is not None:
            return "/".join(found.groups())
        text = _SPACE.sub(" ", value).strip()
        if not text or len(text) > _LONGEST or CONTROL.search(text):
            msg = f"a {cls._what} is a text of 1 to {_LONGEST} characters"
            raise DataError(msg)
        return text

    def _parts(self) -> tuple[str, str] | None:
        """Return the seven digits and the check character, where the number has that shape."""
        raise NotImplementedError

    def _with_digits(self, digits: str, check: str) -> str:
        raise NotImplementedError

    def _rules(self, digits: str) -> tuple[Callable[[str], int], ...]:
        """Return the check rules that a number with these digits may follow."""
        raise NotImplementedError

    @property
    def is_regulated(self) -> bool:
        """Whether the number has the shape that the regulators of England, Wales and NI give."""
        return self._parts() is not None

    @property
    def check_passes(self) -> bool:
        """Whether the check character fits; true where the number has none.

        Source: worked out from 8,220 qualification and 78 unit numbers (DOMAIN.md, 1.6); published nowhere.
        """
        parts = self._parts()
        if parts is None:
            return True
        digits, check = parts
        return any(self._alphabet[rule(digits)] == check for rule in self._rules(digits))

    def nearest(self, limit: int = 5) -> tuple[Self, ...]:
        """Return the valid numbers that this one was probably meant to be, at most *limit*.

        First the same digits with their right check character, then one digit changed or two
        neighbours swapped with the check character as it is. Empty where the check passes.
        """
        parts = self._parts()
        if parts is None or self.check_passes:
            return ()
        digits, check = parts
        texts = {
            self._with_digits(digits, self._alphabet[rule(digits)]): None for rule in self._rules(digits)
        }
        for each in _corrections(digits):
            if any(self._alphabet[rule(each)] == check for rule in self._rules(each)):
                texts[self._with_digits(each, check)] = None
        return tuple(self.quietly(each) for each in list(texts)[:limit])

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self.text < other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).quietly, (self.text,)


@final
@attrs.frozen(eq=False, order=False, repr=False, init=False)
class QualificationNumber(_Number):
    """The number of a qualification: ``NNN/NNNN/C``, or another framework's code as it is.

    Obliques, spaces and case do not matter for a regulated number. A failed check character is a
    :class:`~roc.errors.CheckCharacterWarning`, never a refusal.

    >>> QualificationNumber("5009810x")
    QualificationNumber('500/9810/X')
    >>> str(QualificationNumber("CHC33021"))
    'CHC33021'

    Attributes:
        text: Its one canonical form.

    Raises:
        DataError: The text is empty, longer than 60 characters or holds control characters.
    """

    _what = "qualification number"
    _shape = re.compile(r"([0-9]{3})([0-9]{4})([0-9X])", re.ASCII)
    _alphabet = "0123456789X"

    def _parts(self) -> tuple[str, str] | None:
        found = self._shape.fullmatch(self.text.replace("/", ""))
        return None if found is None else (found[1] + found[2], found[3])

    def _with_digits(self, digits: str, check: str) -> str:
        return f"{digits[:3]}/{digits[3:]}/{check}"

    def _rules(self, digits: str) -> tuple[Callable[[str], int], ...]:
        # The first numbers of the regulator's system of 2021 follow the second rule.
        return (_rule_b,) if "6100001" <= digits <= "6100133" else (_rule_a,)


@final
@attrs.frozen(eq=False, order=False, repr=False, init=False)
class UnitNumber(_Number):
    """The number of a unit: ``L/NNN/NNNN`` (the URN), or another framework's code as it is.

    Obliques, spaces and case do not matter for a regulated number. A failed check character is a
    :class:`~roc.errors.CheckCharacterWarning`, never a refusal.

    >>> UnitNumber("k6016383")
    UnitNumber('K/601/6383')
    >>> UnitNumber.quietly("K/601/6384").nearest()[0]
    UnitNumber('M/601/6384')

    Attributes:
        text: Its one canonical form.

    Raises:
        DataError: The text is empty, longer than 60 characters or holds control characters.
    """

    _what = "unit number"
    _shape = re.compile(r"([ADFHJKLMRTY])([0-9]{3})([0-9]{4})", re.ASCII)
    _alphabet = "ADFHJKLMRTY"

    def _parts(self) -> tuple[str, str] | None:
        found = self._shape.fullmatch(self.text.replace("/", ""))
        return None if found is None else (found[2] + found[3], found[1])

    def _with_digits(self, digits: str, check: str) -> str:
        return f"{check}/{digits[:3]}/{digits[3:]}"

    def _rules(self, digits: str) -> tuple[Callable[[str], int], ...]:
        prefix = int(digits[:3])
        if prefix >= 650:
            return (_rule_b,)
        return (_rule_a,) if prefix <= 617 else (_rule_a, _rule_b)
