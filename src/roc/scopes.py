"""What a clause sees: measures, states, names, and the scope of a threshold, with their text form."""

import enum
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, final

import attrs

from roc._record import Record, Word
from roc.errors import DataError
from roc.levels import Level
from roc.numbers import UnitNumber
from roc.units import Unit, to_optional_amount, to_optional_level, to_tags, to_unit_number

__all__ = ["Ceiling", "Measure", "Scope", "State"]


def __dir__() -> list[str]:
    return __all__


KEYWORDS: Final = frozenset(
    """
    above all and any are at barred be below between by complete count counts credit credits
    different each exactly except for from glh group groups higher hour hours if imported is least
    level levels linked lower max maximum may met min minimum more most no of only or requires
    tagged taken than the then to unit units
    """.split()  # noqa: SIM905 - words, to be read as words
)
"""Words that the rule language uses: a name that is one of them is written in quotes."""

_BARE: Final = re.compile(r"""[^\s,()"%]*[^\s,()"%.]""")
_NAME_LENGTH: Final = 200


class Measure(Word):
    """What a threshold counts: units, credit, or guided learning hours."""

    UNITS = "units"
    CREDIT = "credit"
    GLH = "glh"

    @property
    def word(self) -> str:
        """The measure's word in the rule language, in the plural."""
        return {"units": "units", "credit": "credits", "glh": "hours"}[self.value]


class Ceiling(Word):
    """The two meanings of a ceiling, which published rules mix up.

    ``TAKEN``: no more may be taken; above it the selection is wrong.
    ``COUNTS``: no more count; the surplus is ignored, whole units at a time.
    """

    TAKEN = "taken"
    COUNTS = "counts"


class State(Word):
    """How a unit was achieved. Every state satisfies a rule that needs the unit.

    Source: DOMAIN.md, 4.4.
    """

    ACHIEVED = "achieved"
    RPL = "rpl"
    CREDIT_TRANSFER = "credit-transfer"
    EQUIVALENT = "equivalent"
    EXEMPT = "exempt"


def to_name(value: str) -> str:
    """Return the name of a group, pathway or condition: 1 to 200 characters, white space folded.

    Raises:
        DataError: It is no such name.
    """
    if not isinstance(value, str):
        msg = f"{value!r:.60} is not a name: write it in quotes"
        raise DataError(msg)
    name = " ".join(value.split())
    if not 0 < len(name) <= _NAME_LENGTH or '"' in name or not name.isprintable():
        msg = f"{value!r:.60} is not a name: 1 to {_NAME_LENGTH} printable characters without a double quote"
        raise DataError(msg)
    return name


def to_names(values: Iterable[str]) -> tuple[str, ...]:
    """Return names as a tuple, in order.

    Raises:
        DataError: One is no name, or stands twice.
    """
    return _distinct(to_name(value) for value in _several(values))


def to_unit_numbers(values: Iterable[UnitNumber | str | int]) -> tuple[UnitNumber, ...]:
    """Return unit numbers as a tuple, in order.

    Raises:
        DataError: One is no unit number, or stands twice.
    """
    return _distinct(to_unit_number(value) for value in _several(values))


def _several(values: Any) -> Iterable[Any]:
    return (values,) if isinstance(values, str | int | UnitNumber | enum.Enum) else values


def _distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    found: dict[Any, None] = {}
    for value in values:
        if value in found:
            msg = f"{value} stands twice"
            raise DataError(msg)
        found[value] = None
    return tuple(found)


def _to_states(values: Iterable[State | str]) -> tuple[State, ...]:
    chosen = {State(value) for value in _several(values)}
    return tuple(state for state in State if state in chosen)


def _to_tag_tuple(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(to_tags(values)))


def to_count(value: int | None) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10_000:
        msg = f"{value!r:.60} is not a whole number from 0 to 10,000"
        raise DataError(msg)
    return value


def fail(message: str) -> None:
    raise DataError(message)


def needs(number: int) -> Callable[[object, "attrs.Attribute[Any]", tuple[object, ...]], None]:
    def check(_instance: object, attribute: "attrs.Attribute[Any]", value: tuple[object, ...]) -> None:
        if len(value) < number:
            fail(f"{attribute.name} needs at least {number}, not {len(value)}")

    return check


def quoted(name: str) -> str:
    """Return *name* as the rule language writes it: in quotes where it needs them.

    A quotation mark inside is doubled; a word that ends in a full stop is quoted, for a sentence may
    end there.

    >>> quoted("B"), quoted("Optional A"), quoted("units")
    ('B', '"Optional A"', '"units"')
    """
    if _BARE.fullmatch(name) and name.casefold() not in KEYWORDS:
        return name
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def listed(words: Iterable[object], joint: str = "and") -> str:
    """Return words as a list in English: ``A, B and C``.

    >>> listed(["A", "B", "C"]), listed(["A", "B"], "or")
    ('A, B and C', 'A or B')
    """
    texts = [each if isinstance(each, str) else quoted(str(each)) for each in words]
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {joint} {texts[-1]}"


@final
@attrs.frozen(kw_only=True)
class Scope(Record):
    """Which units a threshold sees; every part that is given narrows it.

    >>> str(Scope(groups=["B", "C"], level_from=2))
    'at level 2 or above from B and C'

    Attributes:
        groups: From these groups (any of them); empty: from wherever the clause stands.
        units: Only these units.
        except_units: Not these units.
        level_from: At this level or above. A unit without a level is never in.
        level_to: At this level or below.
        tags: With at least one of these tags.
        states: Achieved in one of these ways.
        imported: Only units that the qualification does not list.
        size_from: Only units of at least this much credit.
    """

    groups: tuple[str, ...] = attrs.field(default=(), converter=to_names)
    units: tuple[UnitNumber, ...] = attrs.field(default=(), converter=to_unit_numbers)
    except_units: tuple[UnitNumber, ...] = attrs.field(default=(), converter=to_unit_numbers)
    level_from: Level | None = attrs.field(default=None, converter=to_optional_level)
    level_to: Level | None = attrs.field(default=None, converter=to_optional_level)
    tags: tuple[str, ...] = attrs.field(default=(), converter=_to_tag_tuple)
    states: tuple[State, ...] = attrs.field(default=(), converter=_to_states)
    imported: bool = attrs.field(default=False, validator=attrs.validators.instance_of(bool))
    size_from: Decimal | None = attrs.field(default=None, converter=to_optional_amount)

    def __attrs_post_init__(self) -> None:
        low, high = self.level_from, self.level_to
        if low is not None and high is not None and high < low:
            fail(f"{low} is above {high}")

    def admits(self, unit: Unit) -> bool:
        """Tell whether *unit* itself fits: its number, level, tags and size.

        Groups, states and imports are not facts of a unit and are not looked at.

        >>> Scope(level_from=2).admits(Unit(number="M1", level=3))
        True
        """
        return (
            (not self.units or unit.number in self.units)
            and unit.number not in self.except_units
            and (
                (self.level_from is None and self.level_to is None)
                or (
                    unit.level is not None
                    and (self.level_from is None or unit.level >= self.level_from)
                    and (self.level_to is None or unit.level <= self.level_to)
                )
            )
            and (not self.tags or not unit.tags.isdisjoint(self.tags))
            and (self.size_from is None or (unit.credit is not None and unit.credit >= self.size_from))
        )

    @property
    def is_plain(self) -> bool:
        """Whether nothing is narrowed, so that everything is seen where the clause stands."""
        return self == EVERYTHING

    def __str__(self) -> str:
        return " ".join([*(["imported"] if self.imported else []), *narrowing(self)])


EVERYTHING: Final = Scope()


def narrowing(scope: Scope) -> Iterator[str]:
    """Yield the phrases of *scope*, all but ``imported``, which has no fixed place in a sentence."""
    low, high = scope.level_from, scope.level_to
    if low is not None and low == high:
        yield f"at {_level(low)}"
    elif low is not None and high is not None:
        yield f"at levels {low.rank} to {high.rank}" if low.rank > 0 else f"at {low} to {_level(high)}"
    elif low is not None:
        yield f"at {_level(low)} or above"
    elif high is not None:
        yield f"at {_level(high)} or below"
    if scope.size_from is not None:
        yield f"of {scope.size_from} {'credit' if scope.size_from == 1 else 'credits'} or more"
    if scope.tags:
        yield f"tagged {listed(map(quoted, scope.tags), 'or')}"
    if scope.states:
        yield f"by {listed((state.value for state in scope.states), 'or')}"
    if scope.groups:
        yield f"from {listed(map(quoted, scope.groups))}"
    if scope.units:
        yield f"from {_units(scope.units)}"
    if scope.except_units:
        yield f"except {_units(scope.except_units)}"


def _level(level: Level) -> str:
    return str(level) if level.rank < 1 else f"level {level.rank}"


def _units(units: tuple[UnitNumber, ...]) -> str:
    return f"{'unit' if len(units) == 1 else 'units'} {listed(units)}"
