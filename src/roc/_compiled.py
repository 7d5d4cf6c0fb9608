"""A rule of combination compiled for checking: rows of weights over bits, and nodes that read them.

Every unit is a bit. A *row* is a weighted sum over some of the bits: the units, the credit or the hours of
a scope. A *node* (:mod:`roc._nodes`) is a clause or a group; it reads row values.
"""

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

from roc._nodes import (
    AllNode,
    BarredNode,
    BoundNode,
    ChoiceNode,
    ConditionalNode,
    DistinctNode,
    GroupNode,
    LinkedNode,
    MandatoryNode,
    MetNode,
    Node,
    OutsideNode,
    RequiresNode,
    Values,
)
from roc._validate import clauses_with_paths
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


class Row(NamedTuple):
    """A weighted sum over bits.

    ``groups`` are the groups in which a unit must be placed to be seen; ``None``: wherever it is.
    ``counted`` rows see what counts, the others all that was taken.
    """

    measure: Measure
    counted: bool
    groups: tuple[int, ...] | None
    mask: int
    states: tuple[State, ...]
    condition: str | None = None


class Cap(NamedTuple):
    """A limit that the allocation keeps: how many units two groups may share."""

    first: int
    second: int
    at_most: int


def to_int(amount: Decimal, scale: int) -> int:
    """Return *amount* in units of 1/*scale*, rounded up (bounds of per cent may not be whole)."""
    scaled = amount * scale
    return -int(-scaled // 1)


class Compiled:
    """One rule, for one pathway and one set of unusual entries, ready to be checked.

    Attributes:
        units: The unit of each bit; imported ones come after the qualification's.
        bits: The bit number of each unit number.
        groups: The group of each group index, outermost first; one nameless group where there is none.
        placements: For each bit, the ways to place the unit: tuples of group indices.
        rules: The nodes of the clauses over everything, those of the pathway last.
        tops: The nodes of the outermost groups.
    """

    def __init__(
        self, qualification: Qualification, pathways: tuple[Pathway, ...], special: tuple[Entry, ...]
    ) -> None:
        self.qualification = qualification
        self.pathways = pathways
        self._read_units(special)
        self._read_groups()
        self._read_placements()
        self.all_counts = all(self.counting) and not any(
            isinstance(clause, Threshold | Barred) and clause.ceiling is Ceiling.COUNTS
            for clause in self._clauses()
        )
        self.hard: list[BoundNode | BarredNode] = []
        self.rows: list[Row] = []
        self._row_ids: dict[Row, int] = {}
        self._masks: dict[Scope, int] = {}
        self.total_units = self._row(Measure.UNITS, Scope(), None, counted=True)
        self.total_credit = self._row(Measure.CREDIT, Scope(), None, counted=True)
        self.total_glh = self._row(Measure.GLH, Scope(), None, counted=True)
        self._nodes: dict[tuple[str, bool], GroupNode] = {}
        self._build()
        self._finish_rows()

    # -- reading ------------------------------------------------------------------------------------

    def _read_units(self, special: tuple[Entry, ...]) -> None:
        q = self.qualification
        units = list(q.units)
        bits = {unit.number: i for i, unit in enumerate(units)}
        for entry in special:
            unit = entry.unit if isinstance(entry.unit, Unit) else q.units_by_number[entry.unit]
            if entry.credit is not None:
                unit = unit.evolve(credit=entry.credit)
            if entry.state is State.EXEMPT and not q.exempt_credit_counts and unit.credit is not None:
                unit = unit.evolve(credit=0)
            place = entry.place
            if place in bits:
                units[bits[place]] = unit.evolve(number=place)
            else:
                bits[place] = len(units)
                units.append(unit)
        self.units, self.bits = tuple(units), bits
        self.listed = (1 << len(q.units)) - 1
        self.everything = (1 << len(units)) - 1
        exponents = [
            -int(amount.as_tuple().exponent)
            for unit in units
            for amount in (unit.credit, unit.guided_learning_hours)
            if amount is not None
        ]
        self.scale = 10 ** max((0, *exponents, *self._bound_places()))
        self.weights: dict[Measure, tuple[int, ...]] = {
            Measure.UNITS: tuple(1 for _ in units),
            Measure.CREDIT: tuple(to_int(unit.credit or Decimal(0), self.scale) for unit in units),
            Measure.GLH: tuple(
                to_int(unit.guided_learning_hours or Decimal(0), self.scale) for unit in units
            ),
        }

    def _bound_places(self) -> Iterator[int]:
        """Yield how many decimals the bounds have, so that shortfalls are exact too."""
        for clause in self._clauses():
            if isinstance(clause, Threshold):
                for bound in (clause.minimum, clause.maximum):
                    if bound is not None:
                        yield -int(bound.as_tuple().exponent)
                if clause.percent:
                    yield 4

    def _clauses(self) -> Iterator[Clause]:
        """Yield every clause of the qualification, inner ones too."""
        for _, top, _ in clauses_with_paths(self.qualification):
            yield from walk(top)

    def _read_groups(self) -> None:
        q = self.qualification
        names = {pathway.name for pathway in self.pathways}
        routes = {each.name for each in q.pathways if each.kind is not PathwayKind.SPECIALISATION}
        self.elsewhere: set[UnitNumber] = set()
        self.groups: list[UnitGroup] = []
        self.parents: list[int] = []
        self.group_paths: list[str] = []
        self._index: dict[str, int] = {}

        def read(groups: Iterable[UnitGroup], parent: int, path: str) -> None:
            for i, group in enumerate(groups):
                if group.pathways and names.isdisjoint(group.pathways):
                    if not routes.isdisjoint(group.pathways):
                        self.elsewhere.update(number for each in group.walk() for number in each.units)
                    continue
                index = len(self.groups)
                self._index[group.name] = index
                self.groups.append(group)
                self.parents.append(parent)
                self.group_paths.append(f"{path}.groups[{i}]")
                read(group.groups, index, self.group_paths[-1])

        read(q.groups, -1, "$")
        self.is_flat = not q.groups
        if self.is_flat:  # a rule without groups sees every unit that is listed
            self.groups.append(UnitGroup(name="units", units=[unit.number for unit in q.units]))
            self.parents.append(-1)
            self.group_paths.append("$")
        self.below: list[list[int]] = [[] for _ in self.groups]
        for index in range(len(self.groups)):
            for top in self._upwards(index):
                self.below[top].append(index)
        self.counting = tuple(
            all(self.groups[j].counts for j in self._upwards(i)) for i in range(len(self.groups))
        )

    def _upwards(self, index: int) -> Iterator[int]:
        while index >= 0:
            yield index
            index = self.parents[index]

    def _read_placements(self) -> None:
        places: list[list[int]] = [[] for _ in self.units]
        for index, group in enumerate(self.groups):
            takes = dict.fromkeys(self.bits[number] for number in group.units)
            if group.opening is not None:
                first = 0 if group.opening.listed else len(self.qualification.units)
                for bit in range(first, len(self.units)):
                    if group.opening.admits(self.units[bit]):
                        takes[bit] = None
            for bit in takes:
                places[bit].append(index)
        self.caps: list[Cap] = []
        shares: set[tuple[int, int]] = set()
        capped: set[tuple[int, int]] = set()
        for sharing in self.qualification.sharing:
            inside = [self._index[name] for name in sharing.groups if name in self._index]
            for pair in itertools.combinations(sorted(inside), 2):
                shares.add(pair)
                if sharing.at_most is not None:
                    capped.add(pair)
                    self.caps.append(Cap(*pair, sharing.at_most))
        self.placements: list[tuple[tuple[int, ...], ...]] = [
            tuple(_cliques(each, shares, capped)) for each in places
        ]
        self.homeless = self._bits_where(lambda bit: not self.placements[bit])
        self.free = self._bits_where(lambda bit: len(self.placements[bit]) > 1)
        self.static = [0] * len(self.groups)
        for bit, ways in enumerate(self.placements):
            if len(ways) == 1:
                for index in ways[0]:
                    self.static[index] |= 1 << bit
        self.outside = self._bits_where(
            lambda bit: not self.placements[bit] and self.units[bit].number in self.elsewhere
        )
        idle = self._bits_where(
            lambda bit: (
                bool(self.placements[bit])
                and not any(self.counting[index] for way in self.placements[bit] for index in way)
            )
        )
        self.never_counts = self.homeless | idle

    def _bits_where(self, test: Callable[[int], bool]) -> int:
        return sum(1 << bit for bit in range(len(self.units)) if test(bit))

    # -- rows ---------------------------------------------------------------------------------------

    def _mask(self, scope: Scope) -> int:
        found = self._masks.get(scope)
        if found is None:
            found = self.everything & ~self.listed if scope.imported else self.everything
            if not scope.is_plain:
                found &= self._bits_where(lambda bit: scope.admits(self.units[bit]))
            self._masks[scope] = found
        return found

    def _units_mask(self, numbers: Iterable[UnitNumber]) -> int:
        return sum({1 << self.bits[number] for number in numbers})

    def _row_id(self, row: Row) -> int:
        if self.all_counts:
            row = row._replace(counted=False)
        if row not in self._row_ids:
            self._row_ids[row] = len(self.rows)
            self.rows.append(row)
        return self._row_ids[row]

    def _inside(self, scope: Scope, here: int | None) -> set[int]:
        """Return the groups that *scope* sees, standing in the group *here*."""
        if not scope.groups:
            return set(range(len(self.groups)) if here is None else self.below[here])
        return {
            index for name in scope.groups if name in self._index for index in self.below[self._index[name]]
        }

    def _row(
        self, measure: Measure, scope: Scope, here: int | None, *, counted: bool, mask: int | None = None
    ) -> int:
        """Return the row of *measure* over *scope*, standing in the group *here*."""
        inside = self._inside(scope, here)
        found = self._mask(scope)
        return self._row_id(
            Row(
                measure,
                counted,
                tuple(sorted(inside)),
                found if mask is None else found & mask,
                scope.states,
            )
        )

    def _relation_row(self, numbers: Iterable[UnitNumber], *, counted: bool = False) -> int:
        """Return the row that counts these units wherever they are."""
        return self._row_id(Row(Measure.UNITS, counted, None, self._units_mask(numbers), ()))

    def _finish_rows(self) -> None:
        self.row_weights: list[tuple[tuple[int, int], ...]] = []
        self.static_masks: list[int] = []
        classes: dict[Measure, dict[int, int]] = {}  # for each weight the units that have it
        for row in self.rows:
            if row.measure not in classes:
                found = classes[row.measure] = {}
                for bit, weight in enumerate(self.weights[row.measure]):
                    if weight:
                        found[weight] = found.get(weight, 0) | 1 << bit
            seen = ((weight, bits & row.mask) for weight, bits in classes[row.measure].items())
            self.row_weights.append(tuple((weight, bits) for weight, bits in seen if bits))
            self.static_masks.append(row.mask & self._placed(self.static, row))
        self._plan = tuple(
            (row.counted, mask, weights)
            for row, mask, weights in zip(self.rows, self.static_masks, self.row_weights, strict=True)
        )
        self.has_states = any(row.states for row in self.rows)
        self.has_conditions = any(row.condition is not None for row in self.rows)
        self.is_simple = not self.has_states and not self.has_conditions

    def _placed(self, where: Sequence[int], row: Row) -> int:
        if row.groups is None:
            return self.everything
        found = 0
        for index in row.groups:
            found |= where[index]
        return found

    def settled_values(self, taken: int, states: Mapping[State, int], asserted: frozenset[str]) -> list[int]:
        """Return the row values of *taken*, every unit of which has one place, all that may count counting."""
        counted = taken & ~self.never_counts
        if not self.is_simple:
            return self.values(taken, counted, self.static, states, asserted)
        return [
            sum(
                [
                    weight * ((counted if is_counted else taken) & mask & bits).bit_count()
                    for weight, bits in weights
                ]
            )
            for is_counted, mask, weights in self._plan
        ]

    def values(
        self,
        taken: int,
        counted: int,
        where: Sequence[int],
        states: Mapping[State, int],
        asserted: frozenset[str],
    ) -> list[int]:
        """Return the row values of *taken* where each group holds the bits of *where*."""
        found: list[int] = []
        for row, weights in zip(self.rows, self.row_weights, strict=True):
            if row.condition is not None:
                found.append(int(row.condition in asserted))
                continue
            seen = (counted if row.counted else taken) & row.mask & self._placed(where, row)
            if row.states:
                allowed = 0
                for state in row.states:
                    allowed |= states.get(state, 0)
                seen &= allowed
            found.append(sum(weight * (seen & bits).bit_count() for weight, bits in weights))
        return found

    # -- nodes --------------------------------------------------------------------------------------

    def _build(self) -> None:
        q = self.qualification
        rules = [self._clause(rule, f"$.rules[{i}]", None) for i, rule in enumerate(q.rules)]
        for i, pathway in enumerate(q.pathways):
            if pathway in self.pathways:
                rules += [
                    self._clause(rule, f"$.pathways[{i}].rules[{j}]", None)
                    for j, rule in enumerate(pathway.rules)
                ]
        tops = [self._group(i) for i, parent in enumerate(self.parents) if parent < 0]
        if self.is_flat:
            tops = []
        self.outside_node = None
        if self.outside:
            row = self._row_id(Row(Measure.UNITS, counted=False, groups=None, mask=self.outside, states=()))
            self.outside_node = OutsideNode("$", row)
        self.rules, self.tops = tuple(rules), tuple(tops)

    def all_parts(self) -> Iterator[Node]:
        """Yield the nodes whose gaps add up to the gap of the whole."""
        for node in (*self.rules, *self.tops):
            yield from node.parts()
        if self.outside_node is not None:
            yield self.outside_node

    def gap(self, values: Values) -> int:
        """Return how far *values* are from the whole rule; 0 is OK."""
        found = 0
        for rule in self.rules:
            found += rule.gap(values)
        for top in self.tops:
            found += top.gap(values)
        if self.outside_node is not None:
            found += self.outside_node.gap(values)
        return found

    def _group(self, index: int, *, taken: bool = False) -> GroupNode:
        group = self.groups[index]
        known = self._nodes.get((group.name, taken))
        if known is not None:
            return known
        path = self.group_paths[index]
        rules: list[Node] = []
        if group.kind is GroupKind.MANDATORY and group.units:
            mask = self._units_mask(group.units)
            row = self._row_id(Row(Measure.UNITS, counted=False, groups=(index,), mask=mask, states=()))
            rules.append(MandatoryNode(path, index, row, len(group.units)))
        rules += [
            self._clause(rule, f"{path}.rules[{i}]", index, taken=taken) for i, rule in enumerate(group.rules)
        ]
        children = [self._group(i, taken=taken) for i, parent in enumerate(self.parents) if parent == index]
        used = [self._row(Measure.UNITS, Scope(), child.index, counted=False) for child in children]
        node = GroupNode(path, group, index, rules, children, used)
        self._nodes[group.name, taken] = node
        return node

    def _clause(self, clause: Clause, path: str, here: int | None, *, taken: bool = False) -> Node:
        """Compile *clause*, standing in the group *here*.

        *taken*: it limits or decides something, and so sees all that was taken, counted or not.
        """
        match clause:
            case Threshold():
                return self._threshold(clause, path, here, taken=taken)
            case Linked():
                return LinkedNode(path, clause, self._relation_row(clause.units))
            case Barred():
                row = self._relation_row(clause.units, counted=clause.ceiling is Ceiling.COUNTS)
                barred = BarredNode(path, clause, row)
                if barred.hi_hard and not taken:
                    self.hard.append(barred)
                return barred
            case Requires():
                return RequiresNode(
                    path, clause, self._relation_row((clause.unit,)), self._relation_row(clause.units)
                )
            case IsMet():
                fact = Row(
                    Measure.UNITS, counted=False, groups=(), mask=0, states=(), condition=clause.condition
                )
                return MetNode(path, clause, self._row_id(fact))
            case Complete():
                if clause.group not in self._index:  # of another pathway: nothing to complete here
                    return AllNode(path, clause, ())
                return AllNode(path, clause, [self._group(self._index[clause.group], taken=taken)])
            case AllOf():
                return AllNode(
                    path, clause, [self._clause(each, path, here, taken=taken) for each in clause.clauses]
                )
            case Choice():
                nodes = [self._clause(each, path, here, taken=taken) for each in clause.options]
                held: list[Node] = []
                if clause.at_most is not None:
                    held = [self._clause(each, path, here, taken=True) for each in clause.options]
                return ChoiceNode(path, clause, nodes, held)
            case _:
                return ConditionalNode(
                    path,
                    clause,
                    self._clause(clause.when, path, here, taken=True),
                    self._clause(clause.then, path, here, taken=taken),
                )

    def _threshold(self, clause: Threshold, path: str, here: int | None, *, taken: bool) -> Node:
        key = clause.distinct or clause.each
        if key is None:
            return self._bound(clause, path, here, taken=taken)
        masks: dict[str, int] = {}
        for bit, unit in enumerate(self.units):
            word = unit.tag_value(key)
            if word is not None:
                masks[word] = masks.get(word, 0) | 1 << bit
        if clause.each is not None:
            return AllNode(
                path,
                clause,
                [
                    self._bound(
                        clause, path, here, taken=taken, mask=masks.get(word, 0), word=word, native=native
                    )
                    for word, native in self._words(clause.each, clause.scope, here)
                ],
            )
        rows = [
            tuple(
                self._row(Measure.UNITS, clause.scope, here, counted=counted, mask=mask)
                for mask in masks.values()
            )
            for counted in (not taken, False)
        ]
        return DistinctNode(path, clause, rows[0], rows[1])

    def _words(self, key: str, scope: Scope, here: int | None) -> list[tuple[str, bool]]:
        """Return the words of *key* among the units that *scope* could see, also of those that others stand for.

        With each comes whether the qualification's own units have it; other words ask for something only
        once a unit with the word is there.
        """
        inside = self._inside(scope, here)
        reach = self._bits_where(lambda bit: any(not inside.isdisjoint(way) for way in self.placements[bit]))
        if scope.imported:
            reach &= ~self.listed
        found: dict[str, bool] = {}
        for own, units in ((True, self.qualification.units), (False, self.units)):
            for unit in units:
                word = unit.tag_value(key)
                if word is not None and reach >> self.bits[unit.number] & 1 and scope.admits(unit):
                    found.setdefault(word, own)
        return sorted(found.items())

    def _bound(
        self,
        clause: Threshold,
        path: str,
        here: int | None,
        *,
        taken: bool,
        mask: int | None = None,
        word: str | None = None,
        native: bool = True,
    ) -> BoundNode:
        measure, scope = clause.measure, clause.scope
        low, high = self.resolved(clause)
        scale = 1 if measure is Measure.UNITS else self.scale
        hard = clause.ceiling is Ceiling.COUNTS
        node = BoundNode(
            path,
            clause,
            lo=None
            if low is None
            else (self._row(measure, scope, here, counted=not taken, mask=mask), to_int(low, scale)),
            hi=None
            if high is None
            else (self._row(measure, scope, here, counted=hard, mask=mask), int(high * scale // 1)),
            used_row=self._row(Measure.UNITS, scope, here, counted=False, mask=mask)
            if clause.if_used or not native
            else None,
            word=word,
        )
        if hard and not taken:
            self.hard.append(node)
        return node

    def resolved(self, clause: Threshold) -> tuple[Decimal | None, Decimal | None]:
        """Return the bounds of *clause* as amounts, a share worked out against the rule's own minimum."""
        if not clause.percent:
            return clause.minimum, clause.maximum
        name = next(
            (each.name for each in self.pathways if each.kind is not PathwayKind.SPECIALISATION), None
        )
        basis = self.qualification.minimum(clause.measure, name) or Decimal(0)
        low, high = (
            None if bound is None else basis * bound / 100 for bound in (clause.minimum, clause.maximum)
        )
        if clause.measure is Measure.UNITS:  # a share of whole units is whole units
            low = None if low is None else low.to_integral_value(ROUND_CEILING)
            high = None if high is None else high.to_integral_value(ROUND_FLOOR)
        return low, high


def _cliques(
    places: list[int], shares: set[tuple[int, int]], capped: set[tuple[int, int]]
) -> Iterator[tuple[int, ...]]:
    """Yield the ways to place a unit: the largest sets of groups that may share it, in declared order.

    Where a shared pair has a cap, the smaller sets are ways too. At most 12 groups are combined.
    """
    if len(places) < 2 or not shares:
        yield from ((place,) for place in places)
        return
    is_capped = any(pair in capped for pair in itertools.combinations(places, 2))
    found: list[tuple[int, ...]] = []
    for size in range(min(len(places), 12), 0, -1):
        for way in itertools.combinations(places, size):
            if all(pair in shares for pair in itertools.combinations(way, 2)) and (
                is_capped or not any(set(way) < set(larger) for larger in found)
            ):
                found.append(way)
    yield from sorted(found, key=lambda way: (way[0], -len(way), way))


@functools.lru_cache(maxsize=512)
def compiled(
    qualification: Qualification, pathways: tuple[Pathway, ...], special: tuple[Entry, ...]
) -> Compiled:
    """Return the compiled rule; the most recent ones are kept."""
    return Compiled(qualification, pathways, special)
