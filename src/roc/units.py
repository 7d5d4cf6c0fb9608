"""Units, and the exact amounts that they carry."""

import decimal
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, final

import attrs

from roc._record import Record
from roc.errors import DataError
from roc.levels import Level
from roc.numbers import CONTROL, UnitNumber

__all__ = ["Unit"]


def __dir__() -> list[str]:
    return __all__


MAX_AMOUNT: Final = 1_000_000
"""No credit, hours or bound is larger."""

_MAX_PLACES: Final = 4
_TAG: Final = re.compile(r"[^\W_][\w.+&'-]*(?::[\w.+&'-]+)?", re.UNICODE)
LONGEST_TEXT: Final = 1000


def to_amount(value: Decimal | float | str) -> Decimal:
    """Return *value* as an exact amount: 0 to 1,000,000 with at most four decimals, normalised.

    A float is taken at its shortest decimal text, so ``1.5`` is exactly 1.5.

    >>> to_amount("12.50"), to_amount(1.5), to_amount(30)
    (Decimal('12.5'), Decimal('1.5'), Decimal('30'))

    Raises:
        DataError: It is no such number.
    """
    problem = f"{value!r:.60} is not an amount: 0 to {MAX_AMOUNT:,}, at most {_MAX_PLACES} decimals"
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise DataError(problem)
    if isinstance(value, int) and not 0 <= value <= MAX_AMOUNT:
        raise DataError(problem)
    if isinstance(value, str) and (len(value) > 30 or "_" in value):
        raise DataError(problem)
    try:
        amount = Decimal(str(value))
    except decimal.InvalidOperation:
        raise DataError(problem) from None
    if not amount.is_finite() or not 0 <= amount <= MAX_AMOUNT:
        raise DataError(problem)
    whole = amount.to_integral_value()
    if amount == whole:
        return Decimal(int(whole))
    places = amount.normalize()
    exponent = places.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_MAX_PLACES:
        raise DataError(problem)
    return places


def to_optional_amount(value: Decimal | float | str | None) -> Decimal | None:
    """Return *value* as an amount, or ``None`` as it is."""
    return None if value is None else to_amount(value)


def to_optional_level(value: Level | int | str | None) -> Level | None:
    """Return *value* as a level, or ``None`` as it is."""
    return None if value is None else Level(value)


def to_text(value: str) -> str:
    """Return a text of at most 1,000 characters, none of them control characters, its white space folded.

    Raises:
        DataError: It is no such text.
    """
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        msg = f"{value!r:.60} is not a text of at most {LONGEST_TEXT} characters"
        raise DataError(msg)
    text = " ".join(value.split())
    if CONTROL.search(text):
        msg = f"{value!r:.60} holds control characters"
        raise DataError(msg)
    return text


def to_optional_text(value: str | None) -> str | None:
    """Return *value* as a text, or ``None`` as it is."""
    return None if value is None else to_text(value)


def to_tags(values: Iterable[str]) -> frozenset[str]:
    """Return tags as a set.

    Raises:
        DataError: One is not a word, or a key and a word joined by a colon.
    """
    if isinstance(values, str):
        values = (values,)
    tags = frozenset(values)
    for tag in tags:
        if not isinstance(tag, str) or len(tag) > 100 or not _TAG.fullmatch(tag):
            msg = f"{tag!r:.60} is not a tag: a word such as language, or key:word such as subject:maths"
            raise DataError(msg)
    return tags


def to_unit_number(value: UnitNumber | str | int) -> UnitNumber:
    """Return *value* as a unit number, without a warning about its check character."""
    if isinstance(value, UnitNumber):
        return value
    return UnitNumber.quietly(value if isinstance(value, str) else str(value))


@final
@attrs.frozen(kw_only=True)
class Unit(Record):
    """A unit: the smallest thing that credit is given for.

    >>> unit = Unit(number="K6016383", title="Customer Service Needs", level=3, credit=5)
    >>> str(unit)
    'K/601/6383 Customer Service Needs'
    >>> unit.evolve(credit=6).credit
    Decimal('6')

    Attributes:
        number: The unit number (URN), or another framework's code.
        title: The title; may be empty.
        reference: The awarding organisation's own reference ("Unit Ref. No." in the portal).
        level: The level, where the framework gives units one.
        credit: The credit value, an exact decimal from 0, or ``None`` where units have hours only.
            1 credit is 10 hours of learning time in the QCF and the RQF.
        guided_learning_hours: Hours under guidance; key ``glh`` in files.
        tags: Free words that rules refer to (``knowledge``, ``graded``), or keyed ones (``subject:maths``).

    Raises:
        DataError: A value is out of bounds.

    Source: a unit since 2015 may have no credit (DOMAIN.md, 1.4).
    """

    number: UnitNumber = attrs.field(converter=to_unit_number)
    title: str = attrs.field(default="", converter=to_text)
    reference: str | None = attrs.field(default=None, converter=to_optional_text)
    level: Level | None = attrs.field(default=None, converter=to_optional_level)
    credit: Decimal | None = attrs.field(default=None, converter=to_optional_amount)
    guided_learning_hours: Decimal | None = attrs.field(default=None, converter=to_optional_amount)
    tags: frozenset[str] = attrs.field(default=frozenset(), converter=to_tags)

    def tag_value(self, key: str) -> str | None:
        """Return the word of the keyed tag, the first in order where there are several.

        >>> Unit(number="M1", tags={"subject:maths"}).tag_value("subject")
        'maths'
        """
        prefix = f"{key}:"
        return min((tag[len(prefix) :] for tag in self.tags if tag.startswith(prefix)), default=None)

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()
