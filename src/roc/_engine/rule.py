"""The one door between the model and the engine: a rule of combination as atoms over bits.

A rule becomes *alternatives*, exactly one of which holds for any outcome; each is a list of *atoms* that must all hold.
An atom bounds a *row*, a weighted sum over the units chosen. Disjunctions (choices, conditions) are
multiplied out, with the earlier options negated, so that alternatives do not overlap.
"""

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

import attrs

from roc._engine.bits import each_bit
from roc._engine.parts import (
    Alternatives,
    Atom,
    Never,
    Place,
    Row,
    Together,
    TooManyAlternativesError,
    Wanted,
    all_of,
    bounded,
    every,
    implies,
    kinds_of,
    sees,
    some_of,
    union_of,
)
from roc.groups import GroupKind, UnitGroup
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
    walk,
)
from roc.units import Unit

MAX_CASES: Final = 64
"""A rule is read in at most so many ways to meet its conditions."""


class Rule:
    """One rule on one pathway, read once.

    Args:
        entries: The units that are not simply achieved units of the qualification.
        asserted: The conditions that are met.
        more: Conditions that are taken as met, of those that help in one place and hinder in another.

    Attributes:
        units: The unit of each bit.
        bits: The bit of each unit number.
        places: For each bit, the ways to choose it.
        statements: Everything that must hold, each with the path of its clause and its own alternatives.
        caps: Pairs of groups that may share at most so many units.
        scale: Amounts of credit and hours are integers in units of 1/scale.
        met: The conditions that are met or taken as met: those that can only help are.
        torn: The conditions that help in one place and hinder in another, and are not met.
    """

    def __init__(
        self,
        qualification: Qualification,
        pathways: tuple[Pathway, ...],
        entries: tuple[Entry, ...],
        asserted: frozenset[str],
        more: frozenset[str] = frozenset(),
    ) -> None:
        self.qualification, self.pathways, self.entries, self.asserted = (
            qualification,
            pathways,
            entries,
            asserted,
        )
        self._admitted: dict[Scope, int] = {}
        self._read_units(entries)
        self._read_groups()
        self._read_places()
        helping, hindering = self._conditions()
        self.torn = (helping & hindering) - asserted
        self.met = asserted | (helping - hindering) | more
        self.statements = tuple(self._read_rule())
        self.problems: list[Any] = []

    @functools.cached_property
    def alternatives(self) -> Alternatives:
        """The lists of parts, one of which must hold: those of all statements, multiplied out if not too many."""
        return all_of(alternatives for _, alternatives in self.statements)

    def _conditions(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return the conditions that help where they are met, and those that hinder; some do both."""
        found: dict[bool, set[str]] = {True: set(), False: set()}
        seen: set[tuple[int, bool]] = set()

        def see(clause: Clause, helps: bool) -> None:
            match clause:
                case IsMet():
                    found[helps].add(clause.condition)
                case Complete() if clause.group in self.index:
                    enter(self.index[clause.group], helps)
                case AllOf():
                    for each in clause.clauses:
                        see(each, helps)
                case Choice():
                    for each in clause.options:
                        if clause.at_least:
                            see(each, helps)
                        if clause.at_most is not None:
                            see(each, not helps)
                case Conditional():
                    see(clause.when, not helps)
                    see(clause.then, helps)
                case _:
                    pass

        def enter(group: int, helps: bool) -> None:
            if (group, helps) not in seen:
                seen.add((group, helps))
                for rule in self.groups[group].rules:
                    see(rule, helps)
                for child in self.children[group]:
                    enter(child, helps)

        rules = [*self.qualification.rules, *(rule for pathway in self.pathways for rule in pathway.rules)]
        for rule in rules:
            see(rule, True)
        for top in self.children[-1]:
            enter(top, True)
        return frozenset(found[True]), frozenset(found[False])

    # -- units and groups ---------------------------------------------------------------------------

    def _read_units(self, entries: tuple[Entry, ...]) -> None:
        q = self.qualification
        units, self.bits = list(q.units), {unit.number: i for i, unit in enumerate(q.units)}
        self.states: dict[int, State] = {}
        for entry in entries:
            unit = entry.unit if isinstance(entry.unit, Unit) else q.units_by_number[entry.unit]
            credit = unit.credit if entry.credit is None else entry.credit
            if entry.state is State.EXEMPT and not q.exempt_credit_counts and credit is not None:
                credit = Decimal(0)
            bit = self.bits.setdefault(entry.place, len(units))
            self.states[bit] = entry.state
            units[bit : bit + 1] = [attrs.evolve(unit, number=entry.place, credit=credit)]
        self.units = tuple(units)
        self.all = (1 << len(units)) - 1
        self.listed = len(q.units)
        clauses = [inner for clause in self._all_clauses() for inner in walk(clause)]
        amounts = {a for u in units for a in (u.credit, u.guided_learning_hours) if a is not None}
        amounts.update(
            bound
            for clause in clauses
            if isinstance(clause, Threshold)
            for bound in self._bounds(clause)
            if bound is not None
        )
        self.scale = 10 ** max((0, *(-int(amount.as_tuple().exponent) for amount in amounts)))
        self.weights = {
            Measure.UNITS: [1] * len(units),
            Measure.CREDIT: [int((u.credit or 0) * self.scale) for u in units],
            Measure.GLH: [int((u.guided_learning_hours or 0) * self.scale) for u in units],
        }
        self.has_surplus = any(map(_limits, clauses))

    def _all_clauses(self) -> Iterator[Clause]:
        q = self.qualification
        yield from q.rules
        for group in q.all_groups():
            yield from group.rules
        for pathway in q.pathways:
            yield from pathway.rules

    def _bounds(self, clause: Threshold) -> tuple[Decimal | None, Decimal | None]:
        """Return the bounds as amounts, a share worked out against the rule's own minimum."""
        if not clause.percent:
            return clause.minimum, clause.maximum
        routes = [p.name for p in self.pathways if p.kind is not PathwayKind.SPECIALISATION]
        basis = self.qualification.minimum(clause.measure, routes[0] if routes else None) or Decimal(0)
        return (
            None if clause.minimum is None else basis * clause.minimum / 100,
            None if clause.maximum is None else basis * clause.maximum / 100,
        )

    def _read_groups(self) -> None:
        names = {pathway.name for pathway in self.pathways}
        routes = {p.name for p in self.qualification.pathways if p.kind is not PathwayKind.SPECIALISATION}
        self.elsewhere: set[UnitNumber] = set()
        self.groups: list[UnitGroup] = []
        self.paths: list[str] = []
        self.above: list[tuple[int, ...]] = []  # itself and what it is nested in
        self.index: dict[str, int] = {}
        self.children: dict[int, list[int]] = {-1: []}

        def read(groups: Iterable[UnitGroup], parent: int, path: str) -> None:
            for i, group in enumerate(groups):
                if group.pathways and names.isdisjoint(group.pathways):
                    if not routes.isdisjoint(group.pathways):
                        self.elsewhere.update(unit for each in group.walk() for unit in each.units)
                    continue
                number = len(self.groups)
                self.groups.append(group)
                self.paths.append(f"{path}.groups[{i}]")
                self.above.append((number, *(self.above[parent] if parent >= 0 else ())))
                self.index[group.name] = number
                self.children[parent].append(number)
                self.children[number] = []
                read(group.groups, number, self.paths[number])

        read(self.qualification.groups, -1, "$")
        self.counting = [all(self.groups[i].counts for i in above) for above in self.above]

    def below(self, group: int) -> frozenset[int]:
        """Return a group and those nested in it."""
        return frozenset(i for i, above in enumerate(self.above) if group in above)

    def _read_places(self) -> None:
        taking: list[list[int]] = [[] for _ in self.units]
        for number, group in enumerate(self.groups):
            bits = {self.bits[unit] for unit in group.units}
            if group.opening is not None:
                start = 0 if group.opening.listed else self.listed
                bits |= {b for b in range(start, len(self.units)) if group.opening.admits(self.units[b])}
            for bit in bits:
                taking[bit].append(number)
        shared: dict[tuple[int, int], int | None] = {}
        for sharing in self.qualification.sharing:
            inside = sorted(self.index[name] for name in sharing.groups if name in self.index)
            for pair in itertools.combinations(inside, 2):
                caps = [c for c in (shared.get(pair), sharing.at_most) if c is not None]
                shared[pair] = min(caps, default=None)
        self.caps = {pair: most for pair, most in shared.items() if most is not None}
        flat = not self.qualification.groups
        self.places: list[tuple[Place, ...]] = []
        for bit, groups in enumerate(taking):
            seen = flat and bit < self.listed  # a rule without groups sees every unit that it lists
            ways = [tuple(groups)] if len(groups) < 2 else list(_largest(groups, shared))
            places: list[Place] = []
            for way in ways:
                counts = seen or any(self.counting[g] for g in way)
                if counts:
                    places.append(Place(way, counts=True))
                if not counts or self.has_surplus:
                    places.append(Place(way, counts=False))
            self.places.append(tuple(places))
        self._read_seen()
        self.homeless = 0
        self.outside = 0
        for bit, groups in enumerate(taking):
            if not groups and not (flat and bit < self.listed):
                self.homeless |= 1 << bit
                if self.units[bit].number in self.elsewhere:
                    self.outside |= 1 << bit

    def _read_seen(self) -> None:
        """Sort the units that have but one place by what sees them."""
        self._single = self._countable = 0
        self._members = [0] * len(self.groups)
        for bit, (place, *others) in enumerate(self.places):
            if not others:
                self._single |= 1 << bit
                if place.counts:
                    self._countable |= 1 << bit
                for group in place.groups:
                    self._members[group] |= 1 << bit
        self._seen: dict[tuple[bool, frozenset[int] | None, int], list[tuple[int, int]]] = {}

    def seen(self, row: Row) -> list[tuple[int, int]]:
        """Return the units and the places of each that a row sees, as bits and numbers of places."""
        key = row.counted, row.groups, row.mask
        found = self._seen.get(key)
        if found is None:
            within = row.mask & self._single
            if row.counted:
                within &= self._countable
            if row.groups is not None:
                inside = 0
                for group in row.groups:
                    inside |= self._members[group]
                within &= inside
            found = [(bit, 0) for bit in each_bit(within)]
            found += (
                (bit, i)
                for bit in each_bit(row.mask & ~self._single)
                for i, place in enumerate(self.places[bit])
                if sees(row, place)
            )
            self._seen[key] = found
        return found

    # -- the rule -----------------------------------------------------------------------------------

    def row(
        self, measure: Measure, scope: Scope, here: int | None, *, counted: bool, mask: int | None = None
    ) -> Row:
        """Return the row of *measure* over *scope*, standing in the group *here*."""
        groups: frozenset[int] | None = None
        if scope.groups:
            groups = frozenset[int]().union(
                *(self.below(self.index[n]) for n in scope.groups if n in self.index)
            )
        elif here is not None:
            groups = self.below(here)
        elif self.qualification.groups:
            groups = frozenset(range(len(self.groups)))
        found = self._admitted.get(scope)
        if found is None:
            found = self._admitted[scope] = self._admits(scope)
        if groups is None:
            found &= (1 << self.listed) - 1
        return Row(measure, counted, groups, found if mask is None else found & mask)

    def _admits(self, scope: Scope) -> int:
        if scope.is_plain:
            return self.all
        found = 0
        for bit, unit in enumerate(self.units):
            if (
                scope.admits(unit)
                and not (scope.imported and bit < self.listed)
                and (not scope.states or self.states.get(bit, State.ACHIEVED) in scope.states)
            ):
                found |= 1 << bit
        return found

    def relation(self, numbers: Iterable[UnitNumber], *, counted: bool = False) -> Row:
        """Return the row that counts these units wherever they are."""
        mask = 0
        for number in numbers:
            mask |= 1 << self.bits[number]
        return Row(Measure.UNITS, counted, None, mask)

    def _read_rule(self) -> Iterator[tuple[str, Alternatives]]:
        """Yield everything that must hold, each with the path of the clause that says so."""
        q = self.qualification
        for i, rule in enumerate(q.rules):
            path = f"$.rules[{i}]"
            yield path, self.clause(rule, path, None, False, True)
        for i, pathway in enumerate(q.pathways):
            if pathway in self.pathways:
                for j, rule in enumerate(pathway.rules):
                    path = f"$.pathways[{i}].rules[{j}]"
                    yield path, self.clause(rule, path, None, False, True)
        for number, above in enumerate(self.above):
            # what is chosen from is part of the clause that chooses
            if all(self.groups[each].choose is None for each in above[1:]):
                yield from ((path, wanted(True)) for path, wanted in self._demands(number))
            for i, rule in enumerate(self.groups[number].rules):
                if _limits(rule):
                    where = f"{self.paths[number]}.rules[{i}]"
                    yield where, self.clause(rule, where, number, False, True)
        if self.outside:
            row = Row(Measure.UNITS, counted=False, groups=None, mask=self.outside)
            yield "$", [(Atom("$", row, hi=0),)]

    def group(self, number: int, taken: bool, want: bool) -> Alternatives:
        """Return what makes a group complete, or not."""
        parts = [wanted for _, wanted in self._demands(number, taken)]
        if self.groups[number].choose is None:
            parts += [functools.partial(self.group, child, taken) for child in self.children[number]]
        return every(parts, want)

    def _demands(self, number: int, taken: bool = False) -> "Iterator[tuple[str, Wanted]]":
        """Yield what a group itself asks for, each with the path of the clause that says so."""
        group, path = self.groups[number], self.paths[number]
        if group.kind is GroupKind.MANDATORY and group.units:
            mask = self.relation(group.units).mask
            row = Row(Measure.UNITS, counted=False, groups=frozenset((number,)), mask=mask)
            yield path, functools.partial(bounded, path, row, len(group.units), None)
        for i, rule in enumerate(group.rules):
            if not _limits(rule):
                where = f"{path}.rules[{i}]"
                yield where, functools.partial(self.clause, rule, where, number, taken)
        if group.choose is not None:
            children: list[Wanted] = [
                functools.partial(self.group, child, taken) for child in self.children[number]
            ]
            yield path, functools.partial(some_of, children, min(group.choose, len(children)), None)
            if not group.mixing:
                rows = tuple(
                    self.row(Measure.UNITS, Scope(), child, counted=False) for child in self.children[number]
                )
                yield path, functools.partial(kinds_of, path, rows, None, group.choose)

    def clause(self, clause: Clause, path: str, here: int | None, taken: bool, want: bool) -> Alternatives:
        """Return the alternatives in which *clause* holds, or with *want* false, in which it does not."""
        match clause:
            case Threshold():
                return self._threshold(clause, path, here, taken, want)
            case Linked():
                row = self.relation(clause.units)
                return (
                    [(Together(path, row.mask),)] if want else [(Atom(path, row, 1, len(clause.units) - 1),)]
                )
            case Barred():
                row = self.relation(clause.units, counted=clause.ceiling is Ceiling.COUNTS)
                return bounded(path, row, None, 1, want)
            case Requires():
                row, used = self.relation(clause.units), self.relation((clause.unit,))
                if want:
                    return [(Atom(path, row, clause.needed, None, used),)]
                return [(Atom(path, used, 1), Atom(path, row, None, clause.needed - 1))]
            case IsMet():
                return [()] if want == (clause.condition in self.met) else [(Never(path),)]
            case Complete():
                if clause.group not in self.index:
                    return [()] if want else [(Never(path),)]
                return self.group(self.index[clause.group], taken, want)
            case AllOf():
                return every([self._inner(each, path, here, taken) for each in clause.clauses], want)
            case Choice():
                options, held = (
                    [self._inner(each, path, here, seen) for each in clause.options] for seen in (taken, True)
                )
                if taken or clause.at_most is None:
                    return some_of(options, clause.at_least, clause.at_most, want)
                return every(
                    [
                        functools.partial(some_of, options, clause.at_least, None),
                        functools.partial(some_of, held, 0, clause.at_most),
                    ],
                    want,
                )
            case _:
                when = self._inner(clause.when, path, here, True)
                then = self._inner(clause.then, path, here, taken)
                if want:
                    return when(False) + all_of([when(True), then(True)])
                return all_of([when(True), then(False)])

    def _inner(self, clause: Clause, path: str, here: int | None, taken: bool) -> "Wanted":
        return functools.partial(self.clause, clause, path, here, taken)

    def _threshold(
        self, clause: Threshold, path: str, here: int | None, taken: bool, want: bool
    ) -> Alternatives:
        key = clause.distinct or clause.each
        if key is None:
            return self._amount(clause, path, here, taken, None, want)
        masks: dict[str, int] = {}
        for bit, unit in enumerate(self.units):
            word = unit.tag_value(key)
            if word is not None:
                masks[word] = masks.get(word, 0) | 1 << bit
        if clause.each is not None:
            return every(
                [
                    functools.partial(self._amount, clause, path, here, taken, masks.get(word, 0))
                    for word in self._words(key, clause.scope, here)
                ],
                want,
            )
        lows, highs = (
            tuple(
                self.row(Measure.UNITS, clause.scope, here, counted=counted, mask=m) for m in masks.values()
            )
            for counted in (not taken, False)
        )
        low = None if clause.minimum is None else int(clause.minimum)
        high = None if clause.maximum is None else int(clause.maximum)
        used: Wanted = functools.partial(
            bounded,
            path,
            self.row(Measure.UNITS, clause.scope, here, counted=False, mask=union_of(highs)),
            1,
            None,
        )
        parts: list[Wanted] = []
        if low is not None:
            floor: Wanted = functools.partial(kinds_of, path, lows, low, None)
            parts.append(functools.partial(implies, used, floor) if clause.if_used else floor)
        if high is not None:
            parts.append(functools.partial(kinds_of, path, highs, None, high))
        return every(parts, want)

    def _words(self, key: str, scope: Scope, here: int | None) -> list[str]:
        """Return the words of *key* among the units that *scope* could see, also of those that others stand for."""
        groups = self.row(Measure.UNITS, scope, here, counted=False).groups
        found: set[str | None] = set()
        for unit in (*self.qualification.units, *self.units):
            bit = self.bits[unit.number]
            seen = (
                bit < self.listed
                if groups is None
                else any(group in groups for place in self.places[bit] for group in place.groups)
            )
            if seen and scope.admits(unit) and not (scope.imported and bit < self.listed):
                found.add(unit.tag_value(key))
        return sorted(word for word in found if word is not None)

    def _amount(
        self,
        clause: Threshold,
        path: str,
        here: int | None,
        taken: bool,
        mask: int | None,
        want: bool,
    ) -> Alternatives:
        measure, scope = clause.measure, clause.scope
        low, high = self._bounds(clause)
        scale = 1 if measure is Measure.UNITS else self.scale
        hard = clause.ceiling is Ceiling.COUNTS
        parts: list[Wanted] = []
        if low is not None:
            row = self.row(measure, scope, here, counted=not taken, mask=mask)
            least = int((low * scale).to_integral_value(ROUND_CEILING))
            if clause.if_used and want:
                used = self.row(Measure.UNITS, scope, here, counted=False, mask=mask)
                parts.append(lambda _want: [(Atom(path, row, least, None, used),)])
            elif clause.if_used:
                used = self.row(Measure.UNITS, scope, here, counted=False, mask=mask)
                some: Wanted = functools.partial(bounded, path, used, 1, None)
                parts.append(
                    functools.partial(implies, some, functools.partial(bounded, path, row, least, None))
                )
            else:
                parts.append(functools.partial(bounded, path, row, least, None))
        if high is not None:
            row_high = self.row(measure, scope, here, counted=hard, mask=mask)
            most = int((high * scale).to_integral_value(ROUND_FLOOR))
            parts.append(functools.partial(bounded, path, row_high, None, most))
        return every(parts, want)


def _limits(clause: Clause) -> bool:
    """Tell whether a clause says how much counts: that holds in any case, and asks for nothing."""
    return isinstance(clause, Threshold | Barred) and clause.ceiling is Ceiling.COUNTS


def _largest(groups: Sequence[int], shared: dict[tuple[int, int], int | None]) -> Iterator[tuple[int, ...]]:
    """Yield the largest sets of groups that may share a unit; smaller ones too where a cap may bind."""
    capped = any(shared.get(pair) is not None for pair in itertools.combinations(groups, 2))
    found: list[frozenset[int]] = []
    for size in range(len(groups), 0, -1):
        for way in itertools.combinations(sorted(groups), size):
            chosen = frozenset(way)
            if all(pair in shared for pair in itertools.combinations(way, 2)) and (
                capped or not any(chosen < larger for larger in found)
            ):
                found.append(chosen)
    yield from (tuple(sorted(way)) for way in found)


@functools.lru_cache(maxsize=256)
def read(
    qualification: Qualification,
    pathways: tuple[Pathway, ...],
    entries: tuple[Entry, ...],
    asserted: frozenset[str],
    more: frozenset[str] = frozenset(),
) -> Rule:
    """Return the rule, read; the most recent ones are kept."""
    return Rule(qualification, pathways, entries, asserted, more)


def cases(rule: Rule) -> list[Rule]:
    """Return the rule for each set of its torn conditions that may be met, the smallest first.

    Raises:
        TooManyAlternativesError: There are more than :data:`MAX_CASES`.
    """
    if not rule.torn:
        return [rule]
    if 1 << len(rule.torn) > MAX_CASES:
        msg = f"the conditions of the rule can be met in more than {MAX_CASES} ways that differ"
        raise TooManyAlternativesError(msg)
    return [
        read(rule.qualification, rule.pathways, rule.entries, rule.asserted, frozenset(more))
        for size in range(len(rule.torn) + 1)
        for more in itertools.combinations(sorted(rule.torn), size)
    ]
