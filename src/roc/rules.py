"""Clauses: what a rule of combination is made of, as values with a text form.

Every clause prints as a sentence (``str(clause)``) and :func:`roc.language.parse` reads that
sentence back to an equal value. Equality, hash and text agree.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TypeAlias, final

import attrs

from roc._record import Record
from roc.errors import DataError
from roc.numbers import UnitNumber
from roc.scopes import (
    EVERYTHING,
    Ceiling,
    Measure,
    Scope,
    State,
    fail,
    listed,
    narrowing,
    needs,
    quoted,
    to_count,
    to_name,
    to_unit_numbers,
)
from roc.units import to_optional_amount, to_tags, to_unit_number

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
    scope: Scope = attrs.field(default=EVERYTHING, validator=attrs.validators.instance_of(Scope))
    if_used: bool = attrs.field(default=False, validator=attrs.validators.instance_of(bool))
    percent: bool = attrs.field(default=False, validator=attrs.validators.instance_of(bool))
    distinct: str | None = attrs.field(default=None)
    each: str | None = attrs.field(default=None)

    def __attrs_post_init__(self) -> None:
        low, high = self.minimum, self.maximum
        if low is None and high is None:
            fail("a threshold needs a minimum or a maximum")
        if low is not None and high is not None and high < low:
            fail(f"the minimum {low} is above the maximum {high}")
        if self.ceiling is Ceiling.COUNTS and (high is None or low is not None):
            fail("a ceiling on what counts has a maximum and no minimum")
        if self.if_used and low is None:
            fail("only a minimum can depend on use")
        if self.percent and max(low or 0, high or 0) > 100:
            fail("a percentage is at most 100")
        for bound in (low, high):
            if bound is not None and self.measure is Measure.UNITS and not self.percent and bound % 1:
                fail(f"{bound} is not a whole number of units")
        for key in (self.distinct, self.each):
            if key is not None and (not to_tags((key,)) or ":" in key):
                fail(f"{key!r} is not the key of a tag")
        if self.distinct is not None and (
            self.measure is not Measure.UNITS
            or self.percent
            or self.each is not None
            or self.ceiling is Ceiling.COUNTS
        ):
            fail("different words are counted as they are: no other measure, share, ceiling or grouping")

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
        yield from narrowing(self.scope)
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

    units: tuple[UnitNumber, ...] = attrs.field(converter=to_unit_numbers, validator=needs(2))

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

    units: tuple[UnitNumber, ...] = attrs.field(converter=to_unit_numbers, validator=needs(2))
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
    units: tuple[UnitNumber, ...] = attrs.field(converter=to_unit_numbers, validator=needs(1))
    at_least: int | None = attrs.field(default=None, converter=to_count)

    def __attrs_post_init__(self) -> None:
        if self.unit in self.units:
            fail(f"{self.unit} cannot require itself")
        if self.at_least is not None and not 1 <= self.at_least <= len(self.units):
            fail(f"{self.at_least} of {len(self.units)} units cannot be required")
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

    clauses: "tuple[Clause, ...]" = attrs.field(converter=to_clauses, validator=needs(2))

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
        at_most: How many may hold, by what was taken, counted or not; ``None``: any number.
        options: Two or more clauses.
    """

    at_least: int = attrs.field(default=1)
    at_most: int | None = attrs.field(default=None, converter=to_count)
    options: "tuple[Clause, ...]" = attrs.field(converter=to_clauses, validator=needs(2))

    def __attrs_post_init__(self) -> None:
        low, high = to_count(self.at_least), self.at_most
        if low is None or low > len(self.options):
            fail(f"{low} of {len(self.options)} options cannot hold")
        elif high is None and low == 0:
            fail("a choice that asks for nothing needs a maximum")
        elif high is not None and high < low:
            fail(f"the minimum {low} is above the maximum {high}")

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


Clause: TypeAlias = Threshold | Linked | Barred | Requires | IsMet | Complete | AllOf | Choice | Conditional
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
