"""A qualification with its rule of combination: one immutable value."""

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import final

import attrs

from roc._record import Record, Word, to_records
from roc.errors import DataError, nearest
from roc.groups import GroupKind, Sharing, UnitGroup, is_plain_bound, to_groups
from roc.levels import Level
from roc.numbers import QualificationNumber, UnitNumber
from roc.rules import Clause, Measure, State, Threshold, to_clauses
from roc.scopes import to_name, to_names
from roc.units import Unit, to_optional_amount, to_optional_level, to_optional_text, to_text, to_unit_number

__all__ = ["Condition", "Entry", "Event", "Example", "Pathway", "PathwayKind", "Qualification", "version_on"]


def __dir__() -> list[str]:
    return __all__


class PathwayKind(Word):
    """What kind of alternative a pathway is.

    ``PATHWAY``: a route, one of which is taken. ``AWARD``: a size of a suite, one of which is aimed at.
    ``SPECIALISATION``: earned if the selection happens to satisfy it; the qualification does not need it.
    """

    PATHWAY = "pathway"
    AWARD = "award"
    SPECIALISATION = "specialisation"


class Event(Word):
    """What a check is made for: registering a learner, or claiming the certificate."""

    REGISTRATION = "registration"
    CERTIFICATION = "certification"


def to_number(value: QualificationNumber | str | int) -> QualificationNumber:
    """Return *value* as a qualification number, without a warning about its check character."""
    if isinstance(value, QualificationNumber):
        return value
    return QualificationNumber.quietly(value if isinstance(value, str) else str(value))


def _to_optional_number(value: QualificationNumber | str | int | None) -> QualificationNumber | None:
    return None if value is None else to_number(value)


def _to_date(value: dt.date | str | None) -> dt.date | None:
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    try:
        return dt.date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        msg = f"{value!r:.60} is not a date: write 2026-08-31"
        raise DataError(msg) from None


@final
@attrs.frozen(kw_only=True)
class Condition(Record):
    """A fact that is not a unit and that a selection may assert: "120 hours of placement".

    A condition binds only where a rule says that it ``is met``.

    Attributes:
        name: What the rule language calls it.
        title: What a person reads; empty: the name.
    """

    name: str = attrs.field(converter=to_name)
    title: str = attrs.field(default="", converter=to_text)

    @property
    def label(self) -> str:
        """What a person reads, the title or else the name."""
        return self.title or self.name


@final
@attrs.frozen(kw_only=True)
class Pathway(Record):
    """A named alternative: a route, an award of a suite, or a specialisation.

    Attributes:
        name: What files and calls use.
        title: What a person reads; empty: the name.
        kind: Route, award or specialisation.
        number: Its own qualification number, as awards of a suite have.
        level: Its own level; ``None``: the qualification's.
        rules: Clauses that apply to it, besides those of the qualification.
    """

    name: str = attrs.field(converter=to_name)
    title: str = attrs.field(default="", converter=to_text)
    kind: PathwayKind = attrs.field(default=PathwayKind.PATHWAY, converter=PathwayKind)
    number: QualificationNumber | None = attrs.field(default=None, converter=_to_optional_number)
    level: Level | None = attrs.field(default=None, converter=to_optional_level)
    rules: tuple[Clause, ...] = attrs.field(default=(), converter=to_clauses)

    @property
    def label(self) -> str:
        """What a person reads, the title or else the name."""
        return self.title or self.name


def _to_unit_or_number(value: Unit | UnitNumber | str | int) -> Unit | UnitNumber:
    return value if isinstance(value, Unit) else to_unit_number(value)


def _to_optional_unit_number(value: UnitNumber | str | int | None) -> UnitNumber | None:
    return None if value is None else to_unit_number(value)


@final
@attrs.frozen(kw_only=True)
class Entry(Record):
    """One unit of a selection, and how it was achieved.

    >>> str(Entry(unit="K6016383", state="rpl").number)
    'K/601/6383'

    Attributes:
        unit: The number of a unit that the qualification lists, or a whole :class:`~roc.units.Unit` from elsewhere.
        state: How it was achieved.
        credit: Credit that replaces the unit's own, as for a unit whose credit is set at enrolment.
        in_place_of: The unit of the qualification in whose place it stands (an equivalent unit);
            its own credit, level and hours count.
    """

    unit: UnitNumber | Unit = attrs.field(converter=_to_unit_or_number)
    state: State = attrs.field(default=State.ACHIEVED, converter=State)
    credit: Decimal | None = attrs.field(default=None, converter=to_optional_amount)
    in_place_of: UnitNumber | None = attrs.field(default=None, converter=_to_optional_unit_number)

    @property
    def number(self) -> UnitNumber:
        """The number of the unit itself."""
        return self.unit.number if isinstance(self.unit, Unit) else self.unit

    @property
    def place(self) -> UnitNumber:
        """The number under which rules see it, the unit's own or that of the unit in whose place it stands."""
        return self.number if self.in_place_of is None else self.in_place_of


def to_entry(value: "Entry | Unit | UnitNumber | str | int") -> Entry:
    """Return *value* as an entry; a bare unit or number is one that was achieved."""
    return value if isinstance(value, Entry) else Entry(unit=value)


def _to_entries(values: "Iterable[Entry | Unit | UnitNumber | str | int]") -> tuple[Entry, ...]:
    return tuple(to_entry(value) for value in values)


@final
@attrs.frozen(kw_only=True)
class Example(Record):
    """A worked example that a file carries: a selection, its verdict, and why.

    Attributes:
        selection: The units; exactly these, nothing is added.
        ok: The verdict that a check of it must give.
        pathway: The pathway that it is checked for; ``None``: any.
        conditions: The conditions that it asserts.
        why: The reason, for people.
    """

    selection: tuple[Entry, ...] = attrs.field(converter=_to_entries)
    ok: bool = attrs.field(validator=attrs.validators.instance_of(bool))
    pathway: str | None = attrs.field(default=None, converter=attrs.converters.optional(to_name))
    conditions: tuple[str, ...] = attrs.field(default=(), converter=to_names)
    why: str = attrs.field(default="", converter=to_text)


def _to_units(values: Iterable[Unit]) -> tuple[Unit, ...]:
    return to_records(values, Unit, "unit")


def _to_pathways(values: Iterable[Pathway]) -> tuple[Pathway, ...]:
    return to_records(values, Pathway, "pathway")


def _to_conditions(values: Iterable[Condition]) -> tuple[Condition, ...]:
    return to_records(values, Condition, "condition")


def _to_sharings(values: Iterable[Sharing]) -> tuple[Sharing, ...]:
    return to_records(values, Sharing, "sharing")


def _to_examples(values: Iterable[Example]) -> tuple[Example, ...]:
    return to_records(values, Example, "worked example")


def _to_texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(to_text, (values,) if isinstance(values, str) else values))


@final
@attrs.frozen(kw_only=True, cache_hash=True)
class Qualification(Record):
    """A qualification: its header, its units, its groups and its rule of combination.

    Everything in the rule must hold: every group's rule, every clause of *rules*, and the rules of
    the pathway. Construction checks the whole: names and numbers that clauses refer to, credit where
    credit is counted.

    >>> from roc.rules import Threshold
    >>> q = Qualification(
    ...     title="Example",
    ...     units=[Unit(number="M1", credit=3), Unit(number="M2", credit=4)],
    ...     groups=[UnitGroup(name="B", units=["M1", "M2"])],
    ...     rules=[Threshold(measure="credit", minimum=3)],
    ... )
    >>> q.min_credit, q.unit("M2").credit
    (Decimal('3'), Decimal('4'))

    Attributes:
        title: The title.
        number: The qualification number, or another framework's code.
        level: The level; for one that spans two levels (Level 1/2) the lower.
        top_level: The higher level of a span.
        awarding_organisation: Who awards it.
        framework: The framework or family that it belongs to.
        version: The version of the rule, as its author numbers it.
        total_qualification_time: Hours, of the qualification as a whole; key ``tqt`` in files.
        operational_start: The first day of registration.
        operational_end: The last day of registration.
        certification_end: The last day of certification.
        review_date: The day on which the rule is reviewed.
        units: Every unit that it lists, in declared order.
        groups: The unit groups, in declared order.
        rules: Clauses over all that counts.
        pathways: The named alternatives.
        conditions: The facts that rules may ask for.
        sharing: Which groups may count the same unit.
        exempt_credit_counts: Whether units met by exemption bring their credit.
        examples: Worked examples.
        source: Where the rule is published.
        notes: Remarks for people.

    Raises:
        InvalidData: Anything does not fit, all of it collected, each with its path.
    """

    title: str = attrs.field(converter=to_text)
    number: QualificationNumber | None = attrs.field(default=None, converter=_to_optional_number)
    level: Level | None = attrs.field(default=None, converter=to_optional_level)
    top_level: Level | None = attrs.field(default=None, converter=to_optional_level)
    awarding_organisation: str = attrs.field(default="", converter=to_text)
    framework: str = attrs.field(default="", converter=to_text)
    version: str | None = attrs.field(default=None, converter=to_optional_text)
    total_qualification_time: Decimal | None = attrs.field(default=None, converter=to_optional_amount)
    operational_start: dt.date | None = attrs.field(default=None, converter=_to_date)
    operational_end: dt.date | None = attrs.field(default=None, converter=_to_date)
    certification_end: dt.date | None = attrs.field(default=None, converter=_to_date)
    review_date: dt.date | None = attrs.field(default=None, converter=_to_date)
    units: tuple[Unit, ...] = attrs.field(default=(), converter=_to_units)
    groups: tuple[UnitGroup, ...] = attrs.field(default=(), converter=to_groups)
    rules: tuple[Clause, ...] = attrs.field(default=(), converter=to_clauses)
    pathways: tuple[Pathway, ...] = attrs.field(default=(), converter=_to_pathways)
    conditions: tuple[Condition, ...] = attrs.field(default=(), converter=_to_conditions)
    sharing: tuple[Sharing, ...] = attrs.field(default=(), converter=_to_sharings)
    exempt_credit_counts: bool = attrs.field(default=True, validator=attrs.validators.instance_of(bool))
    examples: tuple[Example, ...] = attrs.field(default=(), converter=_to_examples)
    source: tuple[str, ...] = attrs.field(default=(), converter=_to_texts)
    notes: tuple[str, ...] = attrs.field(default=(), converter=_to_texts)

    def __attrs_post_init__(self) -> None:
        from roc._validate import validate  # noqa: PLC0415 - it needs this class

        validate(self)

    @functools.cached_property
    def units_by_number(self) -> Mapping[UnitNumber, Unit]:
        """The units by their number."""
        return MappingProxyType({unit.number: unit for unit in self.units})

    @functools.cached_property
    def groups_by_name(self) -> Mapping[str, UnitGroup]:
        """Every group, nested ones too, by its name, outermost first."""
        return MappingProxyType({group.name: group for group in self.all_groups()})

    @functools.cached_property
    def pathways_by_name(self) -> Mapping[str, Pathway]:
        """The pathways by their name."""
        return MappingProxyType({pathway.name: pathway for pathway in self.pathways})

    def all_groups(self) -> Iterator[UnitGroup]:
        """Yield every group, nested ones too, outermost first."""
        for group in self.groups:
            yield from group.walk()

    def unit(self, number: UnitNumber | str | int) -> Unit:
        """Return the unit with this number.

        Raises:
            KeyError: It lists none; the message names the nearest.
        """
        wanted = to_unit_number(number)
        try:
            return self.units_by_number[wanted]
        except KeyError:
            near = nearest(str(wanted), map(str, self.units_by_number))
            msg = f"no unit {wanted}; nearest: {', '.join(near) or 'none'}"
            raise KeyError(msg) from None

    def _bound(self, measure: Measure, pathway: Pathway | None) -> Decimal | None:
        for rule in (*(() if pathway is None else pathway.rules), *self.rules):
            if (
                isinstance(rule, Threshold)
                and is_plain_bound(rule)
                and rule.measure is measure
                and rule.minimum is not None
            ):
                return rule.minimum
        return None

    def minimum(self, measure: Measure, pathway: str | None = None) -> Decimal | None:
        """Return what the rule (of *pathway*) asks for in total of *measure*, where it says so plainly."""
        return self._bound(measure, None if pathway is None else self.pathways_by_name[pathway])

    @property
    def min_units(self) -> Decimal | None:
        """The least number of units in total, where the rule says so plainly."""
        return self.minimum(Measure.UNITS)

    @property
    def min_credit(self) -> Decimal | None:
        """The least credit in total, where the rule says so plainly."""
        return self.minimum(Measure.CREDIT)

    def refusals(self, date: dt.date, event: Event | str = Event.REGISTRATION) -> tuple[str, ...]:
        """Return why *event* is not possible on *date*: codes of messages, empty where it is.

        >>> q = Qualification(title="Old", operational_end="2022-04-30")
        >>> q.refusals(dt.date(2022, 5, 1))
        ('date.registration-closed',)
        """
        found: list[str] = []
        if self.operational_start is not None and date < self.operational_start:
            found.append("date.not-yet-open")
        if Event(event) is Event.REGISTRATION:
            if self.operational_end is not None and date > self.operational_end:
                found.append("date.registration-closed")
        elif self.certification_end is not None and date > self.certification_end:
            found.append("date.certification-closed")
        return tuple(found)

    @property
    def mandatory_units(self) -> tuple[UnitNumber, ...]:
        """The units of the mandatory groups that belong to every pathway and are no alternatives."""
        return tuple(dict.fromkeys(_mandatory(self.groups, None)))

    def mandatory_units_of(self, pathway: str | None) -> tuple[UnitNumber, ...]:
        """Return the units that are chosen beforehand on *pathway*."""
        return tuple(dict.fromkeys(_mandatory(self.groups, pathway)))

    def __str__(self) -> str:
        return f"{self.number or ''} {self.title}".strip()


def _mandatory(groups: Iterable[UnitGroup], pathway: str | None) -> Iterator[UnitNumber]:
    for group in groups:
        if group.pathways and pathway not in group.pathways:
            continue
        if group.kind is GroupKind.MANDATORY:
            yield from group.units
        if group.choose is None or group.choose == len(group.groups):
            yield from _mandatory(group.groups, pathway)


def ways(qualification: Qualification, pathway: str | None) -> list[tuple[Pathway, ...]]:
    """Return the alternatives that a check looks at: tuples of pathways whose rules apply together.

    With a route or award chosen there is one. With none chosen there is one for each; a specialisation
    goes with each of them. A rule without pathways has one alternative, the empty one.
    """
    routes = [each for each in qualification.pathways if each.kind is not PathwayKind.SPECIALISATION]
    if pathway is None:
        return [(route,) for route in routes] or [()]
    chosen = qualification.pathways_by_name[pathway]
    if chosen.kind is PathwayKind.SPECIALISATION and routes:
        return [(route, chosen) for route in routes]
    return [(chosen,)]


def version_on(
    versions: Iterable[Qualification], date: dt.date, event: Event | str = Event.REGISTRATION
) -> Qualification | None:
    """Return the version of a rule that is in force on *date*, the latest to start where several are.

    For registration the day lies between the operational start and end; for certification it is not
    after the certification end.
    """
    event = Event(event)
    found = [each for each in versions if not each.refusals(date, event)]
    return max(found, key=lambda each: each.operational_start or dt.date.min, default=None)
