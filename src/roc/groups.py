"""Groups of units: mandatory, optional, open to other units, nested to any depth."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, final

import attrs

from roc._record import Record, Word, to_records
from roc.errors import DataError
from roc.levels import Level
from roc.numbers import UnitNumber
from roc.rules import Ceiling, Clause, Measure, Scope, Threshold, to_clauses
from roc.scopes import to_count, to_name, to_names, to_unit_numbers
from roc.units import Unit, to_optional_level, to_optional_text, to_tags, to_text

__all__ = ["GroupKind", "Opening", "Sharing", "UnitGroup"]


def __dir__() -> list[str]:
    return __all__


class GroupKind(Word):
    """``MANDATORY``: every unit listed is needed and chosen beforehand. ``OPTIONAL``: what its rule says."""

    MANDATORY = "mandatory"
    OPTIONAL = "optional"


@final
@attrs.frozen(kw_only=True)
class Opening(Record):
    """What a group takes besides the units that it lists: imported units, or units by a property.

    How many it takes is said by the group's rules.

    >>> Opening(level_from=2).admits(Unit(number="SIT30821", level=3))
    True

    Attributes:
        level_from: Only units at this level or above.
        level_to: Only units at this level or below.
        tags: Only units with at least one of these tags.
        except_units: Not these units.
        listed: Also units that the qualification lists elsewhere; else only imported ones.
    """

    level_from: Level | None = attrs.field(default=None, converter=to_optional_level)
    level_to: Level | None = attrs.field(default=None, converter=to_optional_level)
    tags: frozenset[str] = attrs.field(default=frozenset(), converter=to_tags)
    except_units: tuple[UnitNumber, ...] = attrs.field(default=(), converter=to_unit_numbers)
    listed: bool = attrs.field(default=False, validator=attrs.validators.instance_of(bool))

    def __attrs_post_init__(self) -> None:
        self._scope()

    def _scope(self) -> Scope:
        return Scope(
            level_from=self.level_from,
            level_to=self.level_to,
            tags=self.tags,
            except_units=self.except_units,
        )

    def admits(self, unit: Unit) -> bool:
        """Tell whether *unit* has the level and the tags that are asked for."""
        return self._scope().admits(unit)


@final
@attrs.frozen(kw_only=True)
class Sharing(Record):
    """Groups that may count the same unit; without it a unit counts in one group only.

    >>> Sharing(groups=["Major", "Minor"], at_most=2).at_most
    2

    Attributes:
        groups: Two or more groups, any two of which may share.
        at_most: How many units any two of them may share; ``None``: any number.
    """

    groups: tuple[str, ...] = attrs.field(converter=to_names)
    at_most: int | None = attrs.field(default=None, converter=to_count)

    def __attrs_post_init__(self) -> None:
        if len(self.groups) < 2:
            msg = "sharing needs at least two groups"
            raise DataError(msg)


def to_groups(values: "Iterable[UnitGroup]") -> "tuple[UnitGroup, ...]":
    return to_records(values, UnitGroup, "unit group")


@final
@attrs.frozen(kw_only=True)
class UnitGroup(Record):
    """A group of units with its rule.

    >>> group = UnitGroup(name="B", units=["M1", "M2"], rules=[Threshold(minimum=1)])
    >>> group.min_units, group.min_credit
    (Decimal('1'), None)

    Attributes:
        name: What the rule language calls it, unique in the qualification.
        title: What a person reads, "Group B: Optional Units"; empty: the name.
        number: The portal's own number of the group, ``G0-500/9810/X-B``.
        kind: Mandatory or optional.
        units: The numbers of the units that it lists, in order.
        groups: The groups nested in it; their units are also its own.
        rules: Clauses; a threshold that names no groups sees this group.
        choose: At least so many of its sub-groups must be complete; the others need not be.
            ``None``: all of them.
        mixing: With *choose*: whether units may be taken from more than *choose* sub-groups.
        opening: What it takes besides its own units; ``None``: nothing. Key ``open`` in files.
        counts: Whether its units count; units of a group that does not count may be held.
        pathways: The pathways that it belongs to; empty: all.
    """

    name: str = attrs.field(converter=to_name)
    title: str = attrs.field(default="", converter=to_text)
    number: str | None = attrs.field(default=None, converter=to_optional_text)
    kind: GroupKind = attrs.field(default=GroupKind.OPTIONAL, converter=GroupKind)
    units: tuple[UnitNumber, ...] = attrs.field(default=(), converter=to_unit_numbers)
    groups: "tuple[UnitGroup, ...]" = attrs.field(default=(), converter=to_groups)
    rules: tuple[Clause, ...] = attrs.field(default=(), converter=to_clauses)
    choose: int | None = attrs.field(default=None, converter=to_count)
    mixing: bool = attrs.field(default=True, validator=attrs.validators.instance_of(bool))
    opening: Opening | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.instance_of(Opening))
    )
    counts: bool = attrs.field(default=True, validator=attrs.validators.instance_of(bool))
    pathways: tuple[str, ...] = attrs.field(default=(), converter=to_names)

    def __attrs_post_init__(self) -> None:
        if self.choose is not None and not 1 <= self.choose <= len(self.groups):
            msg = f"{self.choose} of {len(self.groups)} sub-groups cannot be chosen"
            raise DataError(msg)
        if not self.mixing and self.choose is None:
            msg = "mixing can only be forbidden where sub-groups are chosen from"
            raise DataError(msg)

    @property
    def label(self) -> str:
        """What a person reads, the title or else the name."""
        return self.title or self.name

    def walk(self) -> "Iterator[UnitGroup]":
        """Yield this group and every group nested in it, outermost first."""
        yield self
        for group in self.groups:
            yield from group.walk()

    def bound(self, measure: Measure) -> Threshold | None:
        """Return the group's plain threshold on *measure*: the first that narrows nothing."""
        for rule in self.rules:
            if isinstance(rule, Threshold) and is_plain_bound(rule) and rule.measure is measure:
                return rule
        return None

    def _minimum(self, measure: Measure) -> Decimal | None:
        rule = self.bound(measure)
        return None if rule is None else rule.minimum

    @property
    def min_units(self) -> Decimal | None:
        """The number of units that the group asks for, by its bound or as all of a mandatory group."""
        stated = self._minimum(Measure.UNITS)
        if stated is None and self.kind is GroupKind.MANDATORY:
            return Decimal(len(self.units))
        return stated

    @property
    def min_credit(self) -> Decimal | None:
        """The credit that the group's plain threshold asks for."""
        return self._minimum(Measure.CREDIT)


_PLAIN_FIELDS: Final = ("if_used", "percent", "distinct", "each")


def is_plain_bound(rule: Threshold) -> bool:
    """Tell whether *rule* is a bound on everything where it stands, with the usual ceiling."""
    return (
        rule.scope.is_plain
        and rule.ceiling is Ceiling.TAKEN
        and not any(getattr(rule, name) for name in _PLAIN_FIELDS)
    )
