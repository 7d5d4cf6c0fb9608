"""A brute force for checks: every allocation, every counted or uncounted choice, every part left out.

Written from the documented semantics (``docs/semantics.md``) over sets of unit numbers and exact decimals.
It uses the classes of the model as data and shares no code with the engine. For a handful of units only.
"""

import itertools
from collections.abc import Iterable, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple, TypeAlias

from roc.groups import GroupKind, Opening, UnitGroup
from roc.levels import Level
from roc.numbers import UnitNumber
from roc.qualification import Entry, Pathway, PathwayKind, Qualification
from roc.rules import (
    AllOf,
    Barred,
    Ceiling,
    Choice,
    Clause,
    Complete,
    Conditional,
    IsMet,
    Linked,
    Measure,
    Requires,
    Scope,
    State,
    Threshold,
)
from roc.selection import Selection
from roc.units import Unit

Gap: TypeAlias = tuple[Decimal, Decimal, Decimal]
"""What is missing or too much: units, credit, hours; compared in that order."""

ZERO = Decimal(0)
NOTHING: Gap = (ZERO, ZERO, ZERO)
_PLACE = {Measure.UNITS: 0, Measure.CREDIT: 1, Measure.GLH: 2}


class TooBigError(Exception):
    """The question has too many answers to try them all."""


class Held(NamedTuple):
    """A unit of the selection as the rule sees it."""

    unit: Unit
    state: State
    imported: bool


class Option(NamedTuple):
    """One way to treat a unit: the groups that it is placed in, and whether it counts."""

    groups: tuple[str, ...]
    counts: bool
    taken: bool


class Answer(NamedTuple):
    """The best that can be done with a selection.

    ``pathway`` is the route that it was found for.
    """

    gap: Gap
    credit: Decimal
    units: int
    options: dict[UnitNumber, Option]
    pathway: str | None

    @property
    def ok(self) -> bool:
        """Whether the rule holds."""
        return self.gap == NOTHING

    @property
    def taken(self) -> tuple[UnitNumber, ...]:
        """The units that were not left out."""
        return tuple(number for number, option in self.options.items() if option.taken)


def amount(measure: Measure, value: Decimal) -> Gap:
    """Return a gap of one measure."""
    gap = [ZERO, ZERO, ZERO]
    gap[_PLACE[measure]] = value
    return gap[0], gap[1], gap[2]


def total(gaps: Iterable[Gap]) -> Gap:
    """Add gaps up."""
    found = NOTHING
    for gap in gaps:
        found = (found[0] + gap[0], found[1] + gap[1], found[2] + gap[2])
    return found


def tag_word(unit: Unit, key: str) -> str | None:
    """Return the first word of a keyed tag in alphabetical order."""
    words = sorted(tag.split(":", 1)[1] for tag in unit.tags if tag.startswith(f"{key}:"))
    return words[0] if words else None


def _level_fits(unit: Unit, low: Level | None, high: Level | None) -> bool:
    if low is None and high is None:
        return True
    if unit.level is None:
        return False
    return (low is None or low.rank <= unit.level.rank) and (high is None or unit.level.rank <= high.rank)


def fits(unit: Unit, scope: Scope) -> bool:
    """Tell whether a unit itself is in a scope, whatever its group and state."""
    return (
        (unit.number in scope.units if scope.units else True)
        and unit.number not in scope.except_units
        and _level_fits(unit, scope.level_from, scope.level_to)
        and (bool(set(scope.tags) & unit.tags) if scope.tags else True)
        and (scope.size_from is None or (unit.credit is not None and unit.credit >= scope.size_from))
    )


def takes(opening: Opening, unit: Unit) -> bool:
    """Tell whether an open group takes a unit."""
    return (
        unit.number not in opening.except_units
        and _level_fits(unit, opening.level_from, opening.level_to)
        and (bool(opening.tags & unit.tags) if opening.tags else True)
    )


def _is_route(pathway: Pathway) -> bool:
    return pathway.kind is not PathwayKind.SPECIALISATION


def alternatives(selection: Selection) -> list[tuple[Pathway, ...]]:
    """Return the sets of pathways whose rules may apply together."""
    pathways = selection.qualification.pathways
    routes = [each for each in pathways if _is_route(each)]
    chosen = [each for each in pathways if each.name == selection.pathway]
    if chosen and (_is_route(chosen[0]) or not routes):
        return [(chosen[0],)]
    return [(route, *chosen) for route in routes] or [()]


class World:
    """A selection read for one set of pathways."""

    def __init__(self, selection: Selection, pathways: tuple[Pathway, ...]) -> None:
        self.selection = selection
        self.q: Qualification = selection.qualification
        self.pathways = pathways
        self.route = next((each.name for each in pathways if _is_route(each)), None)
        self.active: dict[str, UnitGroup] = {}
        self.inside: dict[str, list[str]] = {}
        self.counting: dict[str, bool] = {}
        self.elsewhere: set[UnitNumber] = set()
        names = {each.name for each in pathways}
        for group in self.q.groups:
            self._read(group, [], names, True)
        self.held: dict[UnitNumber, Held] = {}
        for entry in selection.entries:
            self.held[entry.place] = self._held(entry)
        self.ways = {number: self._ways(number) for number in self.held}
        self.clauses = [
            *self.q.rules,
            *(rule for pathway in self.q.pathways if pathway in pathways for rule in pathway.rules),
        ]
        here: list[tuple[Clause, str | None]] = [(rule, None) for rule in self.clauses]
        here += [(rule, group.name) for group in self.active.values() for rule in group.rules]
        self.limits = [
            (rule, name)
            for rule, name in here
            if isinstance(rule, Threshold | Barred) and rule.ceiling is Ceiling.COUNTS
        ]
        # what the present allocation is
        self.placed: dict[str, set[UnitNumber]] = {}
        self.taken: set[UnitNumber] = set()
        self.counted: set[UnitNumber] = set()

    def _read(self, group: UnitGroup, above: list[str], names: set[str], counts: bool) -> None:
        if group.pathways and not names & set(group.pathways):
            routes = {each.name for each in self.q.pathways if _is_route(each)}
            if routes & set(group.pathways):
                self.elsewhere |= {number for each in group.walk() for number in each.units}
            return
        counts = counts and group.counts
        self.active[group.name] = group
        self.counting[group.name] = counts
        for name in (*above, group.name):
            self.inside.setdefault(name, []).append(group.name)
        for child in group.groups:
            self._read(child, [*above, group.name], names, counts)

    def _held(self, entry: Entry) -> Held:
        listed = {unit.number: unit for unit in self.q.units}
        unit = entry.unit if isinstance(entry.unit, Unit) else listed[entry.unit]
        credit = unit.credit if entry.credit is None else entry.credit
        if entry.state is State.EXEMPT and not self.q.exempt_credit_counts and credit is not None:
            credit = ZERO
        return Held(unit.evolve(number=entry.place, credit=credit), entry.state, entry.place not in listed)

    # -- where units may go -------------------------------------------------------------------------

    def _ways(self, number: UnitNumber) -> list[tuple[str, ...]]:
        held = self.held[number]
        if not self.q.groups:
            return [] if held.imported else [("",)]
        places = [
            name
            for name, group in self.active.items()
            if number in group.units
            or (
                group.opening is not None
                and (held.imported or group.opening.listed)
                and takes(group.opening, held.unit)
            )
        ]
        order = {name: i for i, name in enumerate(places)}

        def share(one: str, other: str) -> bool:
            return any({one, other} <= set(each.groups) for each in self.q.sharing)

        def is_capped(one: str, other: str) -> bool:
            return any(
                {one, other} <= set(each.groups) and each.at_most is not None for each in self.q.sharing
            )

        sets = [
            way
            for size in range(1, len(places) + 1)
            for way in itertools.combinations(places, size)
            if all(share(*pair) for pair in itertools.combinations(way, 2))
        ]
        if not any(is_capped(*pair) for pair in itertools.combinations(places, 2)):
            sets = [way for way in sets if not any(set(way) < set(other) for other in sets)]
        return sorted(sets, key=lambda way: (order[way[0]], -len(way), [order[name] for name in way]))

    def options(self, number: UnitNumber, *, may_drop: bool) -> list[Option]:
        """Return what may become of a unit, in the order in which ties are decided."""
        limited = any(self._limits(rule, here, number) for rule, here in self.limits)
        found: list[Option] = []
        for way in self.ways[number] or [()]:
            counts = any(self.counting.get(name, name == "") for name in way)
            if counts:
                found.append(Option(way, counts=True, taken=True))
            if limited or not counts:
                found.append(Option(way, counts=False, taken=True))
        if may_drop:
            found.append(Option((), counts=False, taken=False))
        return found

    def _limits(self, rule: Threshold | Barred, here: str | None, number: UnitNumber) -> bool:
        """Tell whether a ceiling on what counts may leave a unit over."""
        if isinstance(rule, Barred):
            return number in rule.units
        unit, scope = self.held[number].unit, rule.scope
        return (
            fits(unit, scope)
            and (not scope.imported or self.held[number].imported)
            and (rule.each is None or tag_word(unit, rule.each) in self.words(rule, here))
        )

    # -- what a clause sees -------------------------------------------------------------------------

    def seen(self, scope: Scope, here: str | None, *, counted: bool) -> set[UnitNumber]:
        """Return the units that a clause standing in group *here* sees."""
        if scope.groups:
            names = {name for group in scope.groups for name in self.inside.get(group, [])}
        elif here is not None:
            names = set(self.inside[here])
        else:
            names = {"", *self.active}
        found: set[UnitNumber] = set()
        for name in names:
            found |= self.placed.get(name, set())
        found &= self.counted if counted else self.taken
        return {
            number
            for number in found
            if fits(self.held[number].unit, scope)
            and (not scope.states or self.held[number].state in scope.states)
            and (not scope.imported or self.held[number].imported)
        }

    def measure(self, measure: Measure, numbers: Iterable[UnitNumber]) -> Decimal:
        """Add units, credit or hours up."""
        found = ZERO
        for number in numbers:
            unit = self.held[number].unit
            match measure:
                case Measure.UNITS:
                    found += 1
                case Measure.CREDIT:
                    found += unit.credit or ZERO
                case Measure.GLH:
                    found += unit.guided_learning_hours or ZERO
        return found

    def bounds(self, clause: Threshold) -> tuple[Decimal | None, Decimal | None]:
        """Return the bounds as amounts, a share worked out."""
        if not clause.percent:
            return clause.minimum, clause.maximum
        route = [each for each in self.pathways if _is_route(each)]
        basis = next(
            rule.minimum
            for rule in (*(rule for each in route for rule in each.rules), *self.q.rules)
            if isinstance(rule, Threshold)
            and rule.minimum is not None
            and rule.measure is clause.measure
            and rule == Threshold(measure=clause.measure, minimum=rule.minimum, maximum=rule.maximum)
        )
        low, high = (
            None if share is None else basis * share / 100 for share in (clause.minimum, clause.maximum)
        )
        if clause.measure is Measure.UNITS:
            low = None if low is None else low.to_integral_value(ROUND_CEILING)
            high = None if high is None else high.to_integral_value(ROUND_FLOOR)
        return low, high

    def words(self, clause: Threshold, here: str | None) -> dict[str, bool]:
        """Return the words for each of which *clause* applies: those of the units that it could see.

        With each comes whether the qualification's own units have it.
        """
        key = clause.each or ""
        listed = {unit.number: unit for unit in self.q.units}
        names: set[str] = {*self.active} if here is None else {*self.inside[here]}
        if clause.scope.groups:
            names = {name for group in clause.scope.groups for name in self.inside.get(group, [])}
        found: dict[str, bool] = {}
        for number in {**listed, **self.held}:
            if clause.scope.imported and number in listed:
                continue
            actual = self.held[number].unit if number in self.held else listed[number]
            if not self._reaches(actual, names, imported=number not in listed):
                continue
            for unit, own in ((actual, False), (listed.get(number, actual), number in listed)):
                word = tag_word(unit, key)
                if word is not None and fits(unit, clause.scope):
                    found[word] = found.get(word, False) or own
        return found

    def _reaches(self, unit: Unit, names: set[str], *, imported: bool) -> bool:
        if not self.q.groups:
            return not imported
        return any(
            unit.number in self.active[name].units
            or (
                (opening := self.active[name].opening) is not None
                and (imported or opening.listed)
                and takes(opening, unit)
            )
            for name in names
        )

    # -- how far it is ------------------------------------------------------------------------------

    def gap(self, clause: Clause, here: str | None, *, taken: bool = False) -> Gap:
        """Return how far the allocation is from a clause; *taken*: it is a condition."""
        match clause:
            case Threshold():
                return self._threshold(clause, here, taken=taken)
            case Linked(units=units):
                there = self.taken & set(units)
                return amount(Measure.UNITS, Decimal(len(units) - len(there)) if there else ZERO)
            case Barred(units=units):
                both = self.taken & set(units)
                over = max(0, len(both) - 1) if clause.ceiling is Ceiling.TAKEN else 0
                return amount(Measure.UNITS, Decimal(over))
            case Requires():
                missing = clause.needed - len(self.taken & set(clause.units))
                return amount(Measure.UNITS, Decimal(max(0, missing)) if clause.unit in self.taken else ZERO)
            case IsMet(condition=name):
                return amount(Measure.UNITS, Decimal(name not in self.selection.conditions))
            case Complete(group=name):
                return self.group(self.active[name], taken=taken) if name in self.active else NOTHING
            case AllOf(clauses=clauses):
                return total(self.gap(each, here, taken=taken) for each in clauses)
            case Choice():
                gaps = sorted(self.gap(each, here, taken=taken) for each in clause.options)
                found = total(gaps[: clause.at_least])
                over = 0
                if clause.at_most is not None:
                    held = [self.gap(each, here, taken=True) for each in clause.options].count(NOTHING)
                    over = max(0, held - clause.at_most)
                return total([found, amount(Measure.UNITS, Decimal(over))])
            case Conditional(when=when, then=then):
                applies = self.gap(when, here, taken=True) == NOTHING
                return self.gap(then, here, taken=taken) if applies else NOTHING

    def _threshold(self, clause: Threshold, here: str | None, *, taken: bool) -> Gap:
        low, high = self.bounds(clause)
        counted = self.seen(clause.scope, here, counted=not taken)
        held = self.seen(clause.scope, here, counted=False)
        if clause.distinct is not None:
            kinds = [
                {word for number in numbers if (word := tag_word(self.held[number].unit, clause.distinct))}
                for numbers in (counted, held)
            ]
            return self._distance(
                clause,
                low,
                high,
                Decimal(len(kinds[0])),
                Decimal(len(kinds[1])),
                used=bool(kinds[1]),
                only_if_used=clause.if_used,
            )
        if clause.each is None:
            return self._distance(
                clause,
                low,
                high,
                self.measure(clause.measure, counted),
                self.measure(clause.measure, held),
                used=bool(held),
                only_if_used=clause.if_used,
            )
        found: list[Gap] = []
        for word, own in self.words(clause, here).items():
            of_word = {number for number in held if tag_word(self.held[number].unit, clause.each) == word}
            found.append(
                self._distance(
                    clause,
                    low,
                    high,
                    self.measure(clause.measure, counted & of_word),
                    self.measure(clause.measure, of_word),
                    used=bool(of_word),
                    only_if_used=clause.if_used or not own,
                )
            )
        return total(found)

    def _distance(
        self,
        clause: Threshold,
        low: Decimal | None,
        high: Decimal | None,
        counted: Decimal,
        held: Decimal,
        *,
        used: bool,
        only_if_used: bool,
    ) -> Gap:
        found = ZERO
        if low is not None and (used or not only_if_used):
            found += max(ZERO, low - counted)
        if high is not None and clause.ceiling is Ceiling.TAKEN:
            found += max(ZERO, held - high)
        return amount(clause.measure, found)

    def group(self, group: UnitGroup, *, taken: bool = False) -> Gap:
        """Return how far the allocation is from a group's own rule and those of its sub-groups."""
        found = [self.gap(rule, group.name, taken=taken) for rule in group.rules]
        if group.kind is GroupKind.MANDATORY:
            missing = set(group.units) - self.placed.get(group.name, set())
            found.append(amount(Measure.UNITS, Decimal(len(missing))))
        children = [each for each in group.groups if each.name in self.active]
        gaps = [self.group(child, taken=taken) for child in children]
        if group.choose is None:
            return total([*found, *gaps])
        found += sorted(gaps)[: group.choose]
        if not group.mixing:
            used = sum(any(self.placed.get(name) for name in self.inside[child.name]) for child in children)
            found.append(amount(Measure.UNITS, Decimal(max(0, used - group.choose))))
        return total(found)

    def whole(self) -> Gap:
        """Return how far the allocation is from the whole rule."""
        outside = sum(1 for number in self.taken if number in self.elsewhere and not self.ways[number])
        return total(
            [
                *(self.gap(clause, None) for clause in self.clauses),
                *(self.group(group) for group in self.q.groups if group.name in self.active),
                amount(Measure.UNITS, Decimal(outside)),
            ]
        )

    # -- what an allocation must keep to --------------------------------------------------------------

    def is_allowed(self) -> bool:
        """Tell whether no more counts, and no more is shared, than may."""
        for sharing in self.q.sharing:
            if sharing.at_most is not None:
                for one, other in itertools.combinations(sharing.groups, 2):
                    both = self.placed.get(one, set()) & self.placed.get(other, set())
                    if len(both) > sharing.at_most:
                        return False
        for rule, here in self.limits:
            if isinstance(rule, Barred):
                if len(self.counted & set(rule.units)) > 1:
                    return False
                continue
            _, high = self.bounds(rule)
            seen = self.seen(rule.scope, here, counted=True)
            parts = [seen]
            if rule.each is not None:
                words = {tag_word(self.held[number].unit, rule.each) for number in seen} - {None}
                parts = [
                    {n for n in seen if tag_word(self.held[n].unit, rule.each) == word} for word in words
                ]
            if any(high is not None and self.measure(rule.measure, part) > high for part in parts):
                return False
        return True

    def keeps_to_relations(self) -> bool:
        """Tell whether a part of what was achieved breaks no ceiling, bar, link or need by itself."""
        pending: list[tuple[Clause, str | None]] = [(clause, None) for clause in self.clauses]
        for group in self.q.groups:
            if group.name in self.active:
                pending += self._binding(group)
        while pending:
            clause, here = pending.pop()
            match clause:
                case AllOf(clauses=clauses):
                    pending += [(each, here) for each in clauses]
                case Complete(group=name) if name in self.active:
                    pending += self._binding(self.active[name])
                case Linked() | Requires() | Barred() if self.gap(clause, here) != NOTHING:
                    return False
                case Threshold() if clause.distinct is None and clause.maximum is not None:
                    # the ceiling alone: without the minimum that may stand beside it
                    ceiling = clause.evolve(minimum=None, if_used=False)
                    if self.gap(ceiling, here) != NOTHING:
                        return False
                case _:
                    pass
        return not any(number in self.elsewhere and not self.ways[number] for number in self.taken)

    def _binding(self, group: UnitGroup) -> Iterator[tuple[Clause, str | None]]:
        yield from ((rule, group.name) for rule in group.rules)
        if group.choose is None:
            for child in group.groups:
                if child.name in self.active:
                    yield from self._binding(child)

    # -- the search -----------------------------------------------------------------------------------

    def place(self, options: dict[UnitNumber, Option]) -> None:
        """Make *options* the present allocation."""
        self.placed, self.taken, self.counted = {}, set(), set()
        for number, option in options.items():
            if option.taken:
                self.taken.add(number)
            if option.counts:
                self.counted.add(number)
            for name in option.groups:
                self.placed.setdefault(name, set()).add(number)

    def answers(self, *, may_drop: bool, limit: int) -> Iterator[Answer]:
        """Yield what every allowed allocation gives, in the order in which ties are decided."""
        each = [self.options(number, may_drop=may_drop) for number in self.held]
        size = 1
        for found in each:
            size *= len(found)
        if size > limit:
            raise TooBigError
        for chosen in itertools.product(*each):
            options = dict(zip(self.held, chosen, strict=True))
            self.place(options)
            if not self.is_allowed() or (may_drop and not self.keeps_to_relations()):
                continue
            yield Answer(
                self.whole(),
                self.measure(Measure.CREDIT, self.counted),
                len(self.counted),
                options,
                self.route,
            )


def _rank(answer: Answer) -> tuple[Gap, Decimal, int]:
    return answer.gap, -answer.credit, -answer.units


def solve_for(selection: Selection, pathways: tuple[Pathway, ...], *, limit: int = 2000) -> Answer:
    """Return the best allocation of a selection where the rules of these pathways apply."""
    return min(World(selection, pathways).answers(may_drop=False, limit=limit), key=_rank)


def solve(selection: Selection, *, limit: int = 2000) -> dict[str | None, Answer]:
    """Return the best allocation of a selection for every route that it may be meant for."""
    return {
        found.pathway: found
        for pathways in alternatives(selection)
        for found in [solve_for(selection, pathways, limit=limit)]
    }


def world_of(selection: Selection, answer: Answer) -> World:
    """Return the world in which *answer* was found, its units in their places."""
    world = next(
        world
        for pathways in alternatives(selection)
        for world in [World(selection, pathways)]
        if world.route == answer.pathway
    )
    world.place(answer.options)
    return world


def best_part(achieved: Selection, *, limit: int = 2000) -> Answer:
    """Return the best part of what was achieved."""
    return min(
        (
            min(World(achieved, pathways).answers(may_drop=True, limit=limit), key=_rank)
            for pathways in alternatives(achieved)
        ),
        key=_rank,
    )
