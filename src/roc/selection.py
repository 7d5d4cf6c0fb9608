"""What a person has chosen: an immutable selection, with links honoured and states kept."""

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Self, final

import attrs

from roc._record import Record
from roc._validate import clauses_with_paths
from roc.errors import DataError, SelectionError, nearest
from roc.groups import UnitGroup
from roc.numbers import UnitNumber
from roc.qualification import Entry, PathwayKind, Qualification, to_entry
from roc.rules import Linked, Measure, State, Threshold, walk
from roc.scopes import to_names
from roc.units import Unit, to_unit_number

__all__ = ["Selection"]


def __dir__() -> list[str]:
    return __all__


class _Book:
    """What selections of one qualification on one pathway look up, worked out once."""

    __slots__ = ("credit_counts", "hours_count", "openings", "order", "outside", "partners", "plain")

    def __init__(self, qualification: Qualification, pathway: str | None) -> None:
        self.order: Final = {unit.number: i for i, unit in enumerate(qualification.units)}
        self.plain: Final = {number: Entry(unit=number) for number in self.order}
        routes = {each.name for each in qualification.pathways if each.kind is not PathwayKind.SPECIALISATION}
        names = None if pathway is None else {pathway} if pathway in routes else {pathway, *routes}
        groups: list[UnitGroup] = []
        others: dict[UnitNumber, tuple[str, ...]] = {}

        def read(inner: Iterable[UnitGroup]) -> None:
            for group in inner:
                if names is None or not group.pathways or not names.isdisjoint(group.pathways):
                    groups.append(group)
                    read(group.groups)
                elif not routes.isdisjoint(group.pathways):
                    others.update((number, group.pathways) for each in group.walk() for number in each.units)

        read(qualification.groups)
        inside = {number for group in groups for number in group.units}
        self.outside: Final = {number: paths for number, paths in others.items() if number not in inside}
        self.openings: Final = tuple(group.opening for group in groups if group.opening is not None)
        clauses = [each for _, top, _ in clauses_with_paths(qualification) for each in walk(top)]
        measures = {each.measure for each in clauses if isinstance(each, Threshold)}
        self.credit_counts: Final = Measure.CREDIT in measures
        self.hours_count: Final = Measure.GLH in measures
        tops: list[object] = [
            *qualification.rules,
            *(rule for group in groups for rule in group.rules),
            *(rule for each in qualification.pathways if each.name == pathway for rule in each.rules),
        ]
        self.partners: Final = _closure([top.units for top in tops if isinstance(top, Linked)])


def _closure(links: Iterable[tuple[UnitNumber, ...]]) -> dict[UnitNumber, tuple[UnitNumber, ...]]:
    """Return for each linked unit all that come with it, itself too, links of links included."""
    family: dict[UnitNumber, dict[UnitNumber, None]] = {}
    for link in links:
        joined: dict[UnitNumber, None] = {}
        for number in link:
            joined |= family.get(number, {number: None})
        for number in joined:
            family[number] = joined
    return {number: tuple(together) for number, together in family.items()}


@functools.lru_cache(maxsize=512)
def _book(qualification: Qualification, pathway: str | None) -> _Book:
    return _Book(qualification, pathway)


def _unknown(number: UnitNumber, known: Mapping[UnitNumber, int]) -> str:
    near = nearest(str(number), map(str, known))
    return f"there is no unit {number}" + (f" (did you mean {' or '.join(near)}?)" if near else "")


def _require_qualification(_instance: object, _attribute: object, value: Qualification) -> None:
    if not isinstance(value, Qualification):
        msg = f"a selection is of a qualification, not of {value!r:.60}: read one with load"
        raise SelectionError(msg)


def _to_conditions(names: Iterable[str]) -> frozenset[str]:
    return frozenset(to_names(names))


def _to_entries(values: Iterable[Entry | Unit | UnitNumber | str | int]) -> tuple[Entry, ...]:
    return tuple(to_entry(value) for value in values)


@final
@attrs.frozen(kw_only=True, cache_hash=True)
class Selection(Record):
    """Units of one qualification that a person has chosen or achieved.

    Immutable: ``add`` and ``remove`` return another selection. Two selections of the same units are
    equal, in whatever order they were chosen.

    >>> import roc
    >>> q = roc.Qualification(
    ...     title="Example",
    ...     units=[roc.Unit(number=n) for n in ("M1", "M2", "M3")],
    ...     groups=[
    ...         roc.UnitGroup(name="A", kind="mandatory", units=["M1"]),
    ...         roc.UnitGroup(name="B", units=["M2", "M3"]),
    ...     ],
    ...     rules=[roc.Linked(units=["M2", "M3"])],
    ... )
    >>> chosen = roc.Selection.start(q)
    >>> [str(number) for number in chosen.add("M2").numbers]
    ['M1', 'M2', 'M3']
    >>> chosen.add("M2").remove("M3") == chosen
    True

    Attributes:
        qualification: What it is a selection for.
        entries: The units with their states: those that it lists in declared order, then the others.
        pathway: The pathway chosen; ``None``: not chosen, a check tells which are earned.
        conditions: The conditions that are asserted.

    Raises:
        SelectionError: A unit, pathway or condition is not known, or a unit stands twice.
    """

    qualification: Qualification = attrs.field(validator=_require_qualification)
    entries: tuple[Entry, ...] = attrs.field(default=(), converter=_to_entries)
    pathway: str | None = None
    conditions: frozenset[str] = attrs.field(default=frozenset(), converter=_to_conditions)

    def __attrs_post_init__(self) -> None:
        q = self.qualification
        if self.pathway is not None and self.pathway not in q.pathways_by_name:
            msg = f"there is no pathway {self.pathway}"
            raise SelectionError(msg, suggestions=nearest(str(self.pathway), q.pathways_by_name))
        if self.conditions:
            known = [condition.name for condition in q.conditions]
            for name in sorted(self.conditions - set(known)):
                msg = f"there is no condition {name}"
                raise SelectionError(msg, suggestions=nearest(name, known))
        order = self._book.order
        entries = self.entries
        places = {entry.place: entry for entry in entries}
        if len(places) < len(entries):
            twice = sorted({str(e.place) for e in entries if places[e.place] is not e})
            msg = f"{', '.join(twice)} stands twice"
            raise SelectionError(msg)
        problems = [
            problem
            for entry in entries
            if type(entry.unit) is not UnitNumber or entry.unit not in order or entry.in_place_of is not None
            for problem in self._problems(entry)
        ]
        if problems:
            raise SelectionError("; ".join(problems))
        last = len(order)
        ordered = tuple(sorted(entries, key=lambda entry: (order.get(entry.place, last), entry.place.text)))
        object.__setattr__(self, "entries", ordered)

    def _problems(self, entry: Entry) -> Iterator[str]:
        """Yield what is wrong with an entry that is not simply a unit of the qualification."""
        book, unit = self._book, entry.unit
        if entry.in_place_of is not None and entry.in_place_of not in book.order:
            yield _unknown(entry.in_place_of, book.order)
        if entry.in_place_of is not None and any(
            other is not entry and other.number == entry.number for other in self.entries
        ):
            yield f"{entry.number} stands twice, once in place of {entry.in_place_of}"
        if not isinstance(unit, Unit):
            if unit not in book.order:
                yield _unknown(unit, book.order)
                return
            unit = self.qualification.units_by_number[unit]
        elif unit.number in book.order and unit != self.qualification.units_by_number[unit.number]:
            yield f"{unit.number} is a unit of the qualification and differs from the one that was given"
        if book.credit_counts and unit.credit is None and entry.credit is None:
            yield f"credit is counted, but {unit.number} has none"
        if book.hours_count and unit.guided_learning_hours is None:
            yield f"guided learning hours are counted, but {unit.number} has none"

    @property
    def _book(self) -> _Book:
        return _book(self.qualification, self.pathway)

    @classmethod
    def start(
        cls, qualification: Qualification, *, pathway: str | None = None, conditions: Iterable[str] = ()
    ) -> Self:
        """Return the selection with which a person begins: the mandatory units, and what is linked to them."""
        empty = cls(qualification=qualification, pathway=pathway, conditions=conditions)
        return empty.add(*qualification.mandatory_units_of(pathway))

    @classmethod
    def of(
        cls,
        qualification: Qualification,
        units: Iterable[Entry | Unit | UnitNumber | str | int] = (),
        *,
        pathway: str | None = None,
        conditions: Iterable[str] = (),
    ) -> Self:
        """Return a selection of exactly these units: a record as it is, no link followed.

        Units of other pathways and units from elsewhere are taken as they are; a check says what
        becomes of them.

        Raises:
            SelectionError: A number is not known, or stands twice; every such number is named.
        """
        return cls(
            qualification=qualification,
            entries=_to_entries(units),
            pathway=pathway,
            conditions=conditions,
        )

    def add(
        self,
        *units: Entry | Unit | UnitNumber | str | int,
        state: State | str = State.ACHIEVED,
        credit: Any = None,
        in_place_of: UnitNumber | str | int | None = None,
    ) -> Self:
        """Return the selection with these units, and those that are linked to them.

        A unit that is there already stays, with the new state. A whole :class:`~roc.units.Unit` that the
        qualification does not list is imported, where a group is open to it.

        Args:
            units: Numbers, whole units from elsewhere, or entries.
            state: How the units were achieved.
            credit: Credit that replaces the unit's own.
            in_place_of: The unit in whose place it stands, for an equivalent unit.

        Raises:
            SelectionError: A unit is not known, belongs to other pathways only, or no group is open to it.
        """
        book = self._book
        found = {entry.place: entry for entry in self.entries}
        is_plain = state == State.ACHIEVED and credit is None and in_place_of is None
        for unit in units:
            if isinstance(unit, Entry):
                entry = unit
            elif is_plain and not isinstance(unit, Unit):
                number = to_unit_number(unit)
                entry = book.plain.get(number) or Entry(unit=number)
            else:
                if isinstance(unit, Unit) and self.qualification.units_by_number.get(unit.number) == unit:
                    unit = unit.number  # noqa: PLW2901 - a listed unit given as a whole is that unit
                entry = Entry(unit=unit, state=state, credit=credit, in_place_of=in_place_of)
            self._refuse_outside(entry)
            found[entry.place] = entry
            for partner in book.partners.get(entry.place, ()):
                found.setdefault(partner, book.plain[partner])
        return attrs.evolve(self, entries=tuple(found.values()))

    def _refuse_outside(self, entry: Entry) -> None:
        book, place = self._book, entry.place
        if place in book.order:
            if place in book.outside:
                others = ", ".join(book.outside[place])
                msg = f"{place} is not part of the pathway {self.pathway}; it belongs to {others}"
                raise SelectionError(msg)
            return
        unit = entry.unit
        if not isinstance(unit, Unit) or entry.in_place_of is not None:
            raise SelectionError(_unknown(place, book.order))
        if not any(opening.admits(unit) for opening in book.openings):
            msg = f"no group is open to {unit}"
            raise SelectionError(msg, suggestions=nearest(str(unit.number), map(str, book.order)))

    def remove(self, *units: Unit | UnitNumber | str | int) -> Self:
        """Return the selection without these units, and without those that are linked to them.

        Raises:
            SelectionError: A unit is not in the selection.
        """
        book = self._book
        found = {entry.place: entry for entry in self.entries}
        gone: set[UnitNumber] = set()
        for unit in units:
            number = unit.number if isinstance(unit, Unit) else to_unit_number(unit)
            if number not in found:
                msg = f"{number} is not in the selection"
                raise SelectionError(msg, suggestions=nearest(str(number), map(str, found)))
            gone.update(book.partners.get(number, (number,)))
        return attrs.evolve(self, entries=tuple(entry for place, entry in found.items() if place not in gone))

    def meet(self, *conditions: str) -> Self:
        """Return the selection with these conditions asserted.

        Raises:
            SelectionError: The qualification has no such condition.
        """
        return attrs.evolve(self, conditions=self.conditions | set(conditions))

    def with_pathway(self, pathway: str | None) -> Self:
        """Return the selection on another pathway, its units as they are.

        Raises:
            SelectionError: There is no such pathway.
        """
        return attrs.evolve(self, pathway=pathway)

    @functools.cached_property
    def numbers(self) -> tuple[UnitNumber, ...]:
        """The numbers under which rules see the units, in order."""
        return tuple(entry.place for entry in self.entries)

    def __contains__(self, unit: object) -> bool:
        """Tell whether a unit is in it, given by number or as a whole."""
        try:
            number = unit.number if isinstance(unit, Unit) else to_unit_number(unit)  # type: ignore[arg-type] # anything may be asked for
        except DataError:
            return False
        return number in self.numbers

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    @functools.cached_property
    def _bits(self) -> tuple[int, tuple[Entry, ...], Mapping[State, int]]:
        """The listed units as bits, the entries that need bits of their own, and the bits of each state."""
        order = self._book.order
        plain = self._book.plain
        taken = 0
        special: list[Entry] = []
        states: dict[State, int] = {}
        extra = len(order)
        exempt_is_special = not self.qualification.exempt_credit_counts
        for entry in self.entries:
            bit = order.get(entry.place, -1)
            if bit < 0:
                bit, extra = extra, extra + 1
            taken |= 1 << bit
            if entry is plain.get(entry.place):
                continue
            states[entry.state] = states.get(entry.state, 0) | 1 << bit
            if (
                isinstance(entry.unit, Unit)
                or entry.credit is not None
                or entry.in_place_of is not None
                or (exempt_is_special and entry.state is State.EXEMPT)
            ):
                special.append(entry)
        achieved = taken
        for state, bits in states.items():
            if state is not State.ACHIEVED:
                achieved &= ~bits
        states[State.ACHIEVED] = achieved
        return taken, tuple(special), states
