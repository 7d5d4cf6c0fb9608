"""Clauses: what a rule of combination is made of, as values with a text form.

Every clause prints as a sentence (``str(clause)``) and :func:`roc.language.parse` reads that
sentence back to an equal value. Equality, hash and text agree.
"""

import enum
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, TypeAlias, final

import attrs

from roc._record import Record, Word
from roc.errors import DataError
from roc.levels import Level
from roc.numbers import UnitNumber
from roc.units import Unit, to_optional_amount, to_optional_level, to_tags, to_unit_number

__all__ = [
    "AllOf",
    "Barred",
    "Ceiling",
    "Choice",
    "Clause",
    "Complete",
    "Conditional",
    "IsMet",
    "Linked",
    "Measure",
    "Requires",
    "Scope",
    "State",
    "Threshold",
]


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


def _fail(message: str) -> None:
    raise DataError(message)


def _at_least(number: int) -> Callable[[object, "attrs.Attribute[Any]", tuple[object, ...]], None]:
    def check(_instance: object, attribute: "attrs.Attribute[Any]", value: tuple[object, ...]) -> None:
        if len(value) < number:
            _fail(f"{attribute.name} needs at least {number}, not {len(value)}")

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
            _fail(f"{low} is above {high}")

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
        return self == _EVERYTHING

    def __str__(self) -> str:
        return " ".join([*(["imported"] if self.imported else []), *_narrowing(self)])


_EVERYTHING: Final = Scope()


def _narrowing(scope: Scope) -> Iterator[str]:
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


@final
@attrs.frozen(kw_only=True)
class Threshold(Record):
    """A bound on a measure over a scope, from below, from above or both.

    >>> str(Threshold(measure="credit", minimum=31, scope=Scope(level_from=2)))
    'at least 31 credits at level 2 or above'
    >>> str(Threshold(measure="credit", maximum=8, ceiling="counts", scope=Scope(groups=["D"])))
    'at most 8 credits from D count'

    Attributes:
        measure: Units, credit or guided learning hours.
        minimum: The least, inclusive; it sees what *counts*.
        maximum: The most, inclusive.
        ceiling: What the maximum means: ``taken`` sees every unit that was chosen, ``counts`` says
            how much of it counts (then there is no minimum).
        scope: Which units are seen.
        if_used: The minimum applies only once something of the scope is chosen.
        percent: The bounds are per cent (0 to 100) of the qualification's own minimum of the measure.
        distinct: Count the different words of this keyed tag instead of units (``subject`` counts subjects).
        each: The bounds apply for each word of this keyed tag by itself.

    Raises:
        DataError: No bound is given, the bounds cross, or parts do not go together.
    """

    measure: Measure = attrs.field(default=Measure.UNITS, converter=Measure)
    minimum: Decimal | None = attrs.field(default=None, converter=to_optional_amount)
    maximum: Decimal | None = attrs.field(default=None, converter=to_optional_amount)
    ceiling: Ceiling = attrs.field(default=Ceiling.TAKEN, converter=Ceiling)
    scope: Scope = attrs.field(default=_EVERYTHING, validator=attrs.validators.instance_of(Scope))
    if_used: bool = attrs.field(default=False, validator=attrs.validators.instance_of(bool))
    percent: bool = attrs.field(default=False, validator=attrs.validators.instance_of(bool))
    distinct: str | None = attrs.field(default=None)
    each: str | None = attrs.field(default=None)

    def __attrs_post_init__(self) -> None:
        low, high = self.minimum, self.maximum
        if low is None and high is None:
            _fail("a threshold needs a minimum or a maximum")
        if low is not None and high is not None and high < low:
            _fail(f"the minimum {low} is above the maximum {high}")
        if self.ceiling is Ceiling.COUNTS and (high is None or low is not None):
            _fail("a ceiling on what counts has a maximum and no minimum")
        if self.if_used and low is None:
            _fail("only a minimum can depend on use")
        if self.percent and max(low or 0, high or 0) > 100:
            _fail("a percentage is at most 100")
        for bound in (low, high):
            if bound is not None and self.measure is Measure.UNITS and not self.percent and bound % 1:
                _fail(f"{bound} is not a whole number of units")
        for key in (self.distinct, self.each):
            if key is not None and (not to_tags((key,)) or ":" in key):
                _fail(f"{key!r} is not the key of a tag")
        if self.distinct is not None and (
            self.measure is not Measure.UNITS
            or self.percent
            or self.each is not None
            or self.ceiling is Ceiling.COUNTS
        ):
            _fail("different words are counted as they are: no other measure, share, ceiling or grouping")

    def __str__(self) -> str:
        scope = self.scope
        if (
            scope.units
            and self.minimum == len(scope.units)
            and self == Threshold(minimum=self.minimum, scope=Scope(units=scope.units))
        ):
            return f"all of {listed(scope.units)}"
        return " ".join(self._words())

    def _words(self) -> Iterator[str]:
        low, high = self.minimum, self.maximum
        share = "%" if self.percent else ""
        if low is not None and low == high:
            yield f"exactly {low}{share}"
        elif low is not None and high is not None:
            yield f"{low}{share} to {high}{share}"
        elif low is not None:
            yield f"at least {low}{share}"
        else:
            yield f"at most {high}{share}"
        if self.percent:
            yield "of the"
        one = not self.percent and {low, high} <= {None, 1}
        if self.distinct is not None:
            what = f"different {quoted(self.distinct)}"
        else:
            what = self.measure.word[:-1] if one else self.measure.word
        if not self.scope.imported:
            yield what
        elif self.percent or self.distinct is not None:
            # A share of the qualification's minimum, not of the imported units.
            yield f"{what} imported"
        else:
            yield f"imported {what}"
        yield from _narrowing(self.scope)
        if self.each is not None:
            yield f"for each {quoted(self.each)}"
        if self.ceiling is Ceiling.COUNTS:
            yield "counts" if one else "count"
        if self.if_used:
            yield "if any"


@final
@attrs.frozen(kw_only=True)
class Linked(Record):
    """Units that go together: choosing one brings the others; some without the others is wrong.

    >>> str(Linked(units=["K/601/6383", "R/601/6247"]))
    'K/601/6383 and R/601/6247 are linked'

    Attributes:
        units: Two or more units.
    """

    units: tuple[UnitNumber, ...] = attrs.field(
        converter=to_unit_numbers, validator=_at_least(2)
    )

    def __str__(self) -> str:
        return f"{listed(self.units)} are linked"


@final
@attrs.frozen(kw_only=True)
class Barred(Record):
    """Units of which at most one may be taken, or at most one counts.

    >>> str(Barred(units=["M92", "530"]))
    'M92 and 530 are barred'
    >>> str(Barred(units=["M92", "530"], ceiling="counts"))
    'only one of M92 and 530 counts'

    Attributes:
        units: Two or more units.
        ceiling: ``taken``: taking two is wrong. ``counts``: two may be held, one counts.
    """

    units: tuple[UnitNumber, ...] = attrs.field(
        converter=to_unit_numbers, validator=_at_least(2)
    )
    ceiling: Ceiling = attrs.field(default=Ceiling.TAKEN, converter=Ceiling)

    def __str__(self) -> str:
        if self.ceiling is Ceiling.TAKEN:
            return f"{listed(self.units)} are barred"
        return f"only one of {listed(self.units)} counts"


@final
@attrs.frozen(kw_only=True)
class Requires(Record):
    """A unit that needs others in the selection: a prerequisite or a co-requisite.

    >>> str(Requires(unit="III.15", units=["II.15"]))
    'III.15 requires II.15'
    >>> str(Requires(unit="C", units=["A", "B"], at_least=1))
    'C requires A or B'

    Attributes:
        unit: The unit that needs them.
        units: The units that it needs.
        at_least: How many of them; ``None``: all.
    """

    unit: UnitNumber = attrs.field(converter=to_unit_number)
    units: tuple[UnitNumber, ...] = attrs.field(
        converter=to_unit_numbers, validator=_at_least(1)
    )
    at_least: int | None = attrs.field(default=None, converter=to_count)

    def __attrs_post_init__(self) -> None:
        if self.unit in self.units:
            _fail(f"{self.unit} cannot require itself")
        if self.at_least is not None and not 1 <= self.at_least <= len(self.units):
            _fail(f"{self.at_least} of {len(self.units)} units cannot be required")
        if self.at_least == len(self.units):
            object.__setattr__(self, "at_least", None)

    @property
    def needed(self) -> int:
        """How many of the units are needed."""
        return len(self.units) if self.at_least is None else self.at_least

    def __str__(self) -> str:
        if self.at_least is None:
            needs = listed(self.units)
        elif self.at_least == 1:
            needs = listed(self.units, "or")
        else:
            needs = f"at least {self.at_least} of {listed(self.units)}"
        return f"{quoted(str(self.unit))} requires {needs}"


@final
@attrs.frozen(kw_only=True)
class IsMet(Record):
    """A fact that is not a unit, which a selection asserts: a placement, a certificate.

    >>> str(IsMet(condition="placement"))
    'placement is met'

    Attributes:
        condition: The name of one of the qualification's conditions.
    """

    condition: str = attrs.field(converter=to_name)

    def __str__(self) -> str:
        return f"{quoted(self.condition)} is met"


@final
@attrs.frozen(kw_only=True)
class Complete(Record):
    """A group is OK: everything that its own rule and its sub-groups ask for is there.

    >>> str(Complete(group="Core"))
    'Core is complete'

    Attributes:
        group: The name of a group.
    """

    group: str = attrs.field(converter=to_name)

    def __str__(self) -> str:
        return f"{quoted(self.group)} is complete"


def to_clauses(values: "Iterable[Clause]") -> "tuple[Clause, ...]":
    clauses = tuple(values)
    for clause in clauses:
        _require_clause(clause)
    return clauses


def _require_clause(value: object) -> "Clause":
    if not isinstance(value, Clause):
        msg = f"{value!r:.60} is not a clause"
        raise DataError(msg)
    return value


def _nested(clause: "Clause") -> str:
    return f"({clause})"


@final
@attrs.frozen(kw_only=True)
class AllOf(Record):
    """Several clauses, all of which must hold: for use inside a choice or a condition.

    Attributes:
        clauses: Two or more clauses.
    """

    clauses: "tuple[Clause, ...]" = attrs.field(
        converter=to_clauses, validator=_at_least(2)
    )

    def __str__(self) -> str:
        return " and ".join(map(_nested, self.clauses))


@final
@attrs.frozen(kw_only=True)
class Choice(Record):
    """Several sub-rules of which some must hold: any of, n of, exactly n of.

    >>> one = Threshold(minimum=2, scope=Scope(units=["M1", "M2"]))
    >>> other = Threshold(minimum=2, scope=Scope(units=["M3", "M4"]))
    >>> str(Choice(options=[one, other]))
    'any of (all of M1 and M2) or (all of M3 and M4)'

    Attributes:
        at_least: How many options must hold.
        at_most: How many may hold; ``None``: any number.
        options: Two or more clauses.
    """

    at_least: int = attrs.field(default=1)
    at_most: int | None = attrs.field(default=None, converter=to_count)
    options: "tuple[Clause, ...]" = attrs.field(
        converter=to_clauses, validator=_at_least(2)
    )

    def __attrs_post_init__(self) -> None:
        low, high = to_count(self.at_least), self.at_most
        if low is None or low > len(self.options):
            _fail(f"{low} of {len(self.options)} options cannot hold")
        elif high is None and low == 0:
            _fail("a choice that asks for nothing needs a maximum")
        elif high is not None and high < low:
            _fail(f"the minimum {low} is above the maximum {high}")

    def __str__(self) -> str:
        low, high = self.at_least, self.at_most
        if high is None:
            head = "any of" if low == 1 else f"at least {low} of"
        elif low == high:
            head = f"exactly {low} of"
        elif low == 0:
            head = f"at most {high} of"
        else:
            head = f"{low} to {high} of"
        return f"{head} {' or '.join(map(_nested, self.options))}"


@final
@attrs.frozen(kw_only=True)
class Conditional(Record):
    """A clause that applies only when another holds.

    >>> when = Threshold(minimum=1, scope=Scope(units=["M1"]))
    >>> then = Threshold(measure="credit", minimum=3, scope=Scope(groups=["C"]))
    >>> str(Conditional(when=when, then=then))
    'if all of M1 then at least 3 credits from C'

    Attributes:
        when: The condition; it sees every unit that was taken, counted or not.
        then: What must hold then.
    """

    when: "Clause" = attrs.field(converter=_require_clause)
    then: "Clause" = attrs.field(converter=_require_clause)

    def __str__(self) -> str:
        parts = [
            _nested(each) if isinstance(each, AllOf | Choice | Conditional) else str(each)
            for each in (self.when, self.then)
        ]
        return f"if {parts[0]} then {parts[1]}"


Clause: TypeAlias = (
    Threshold | Linked | Barred | Requires | IsMet | Complete | AllOf | Choice | Conditional
)
"""Any clause of a rule of combination."""


def walk(clause: Clause) -> Iterator[Clause]:
    """Yield *clause* and every clause inside it, outermost first."""
    yield clause
    match clause:
        case AllOf(clauses=inner) | Choice(options=inner):
            for each in inner:
                yield from walk(each)
        case Conditional(when=when, then=then):
            yield from walk(when)
            yield from walk(then)
        case _:
            pass


