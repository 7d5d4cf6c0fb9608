"""A rule of combination compiled for checking: rows of weights over bits, and nodes that read them.

Every unit is a bit. A *row* is a weighted sum over some of the bits: the units, the credit or the hours of
a scope. A *node* is a clause or a group; it reads row values and says how far they are from what it asks
for, its *gap*: missing (or excessive) units, then credit, then hours, packed into one integer so that gaps
add up and compare in that order. Zero is fulfilled.
"""

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

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

SHIFT: Final = {Measure.UNITS: 128, Measure.CREDIT: 64, Measure.GLH: 0}
"""Where a gap of each measure lies in a packed gap."""

ONE_UNIT: Final = 1 << SHIFT[Measure.UNITS]

Values: TypeAlias = Sequence[int]


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


class Use(NamedTuple):
    """How a node reads a row: where more makes no difference, and whether more can do harm."""

    row: int
    cap: int | None
    harmful: bool


class Node:
    """A clause or a group, compiled."""

    __slots__ = ("path",)

    path: str

    def gap(self, values: Values) -> int:
        """Return how far *values* are from what is asked for; 0 where it is fulfilled."""
        raise NotImplementedError

    def uses(self) -> Iterator[Use]:
        """Yield how the rows are read."""
        raise NotImplementedError

    def parts(self) -> "Iterator[Node]":
        """Yield nodes whose gaps add up to this one's; itself where it can't be taken apart."""
        yield self


class BoundNode(Node):
    """A threshold; ``hi_hard`` marks a ceiling on what counts, which the allocation keeps by itself."""

    __slots__ = ("clause", "hi", "hi_hard", "hi_row", "lo", "lo_row", "shift", "used_row", "word")

    def __init__(
        self,
        path: str,
        clause: Threshold,
        *,
        lo: tuple[int, int] | None,
        hi: tuple[int, int] | None,
        used_row: int | None,
        word: str | None = None,
    ) -> None:
        self.path, self.clause, self.word = path, clause, word
        self.lo_row, self.lo = lo if lo is not None else (-1, 0)
        self.hi_row, self.hi = hi if hi is not None else (-1, 0)
        self.hi_hard = clause.ceiling is Ceiling.COUNTS
        self.used_row = -1 if used_row is None else used_row
        self.shift = SHIFT[clause.measure]

    def gap(self, values: Values) -> int:
        found = 0
        if self.lo_row >= 0 and values[self.lo_row] < self.lo:
            if self.used_row < 0 or values[self.used_row]:
                found = (self.lo - values[self.lo_row]) << self.shift
        if self.hi_row >= 0 and not self.hi_hard and values[self.hi_row] > self.hi:
            found += (values[self.hi_row] - self.hi) << self.shift
        return found

    def uses(self) -> Iterator[Use]:
        if self.lo_row >= 0:
            yield Use(self.lo_row, self.lo, harmful=False)
        if self.hi_row >= 0:
            yield Use(self.hi_row, None, harmful=True)
        if self.used_row >= 0:
            yield Use(self.used_row, 1, harmful=True)


class DistinctNode(Node):
    """A threshold on how many different words of a keyed tag occur."""

    __slots__ = ("clause", "counted_rows", "taken_rows")

    def __init__(
        self, path: str, clause: Threshold, counted_rows: tuple[int, ...], taken_rows: tuple[int, ...]
    ) -> None:
        self.path, self.clause = path, clause
        self.counted_rows, self.taken_rows = counted_rows, taken_rows

    def actual(self, values: Values) -> tuple[int, int]:
        """Return how many words count and how many were taken."""
        return (
            sum(1 for row in self.counted_rows if values[row]),
            sum(1 for row in self.taken_rows if values[row]),
        )

    def gap(self, values: Values) -> int:
        counted, taken = self.actual(values)
        low, high = self.clause.minimum, self.clause.maximum
        found = 0
        if low is not None and counted < low and not (self.clause.if_used and not taken):
            found = int(low) - counted
        if high is not None and taken > high:
            found += taken - int(high)
        return found << SHIFT[Measure.UNITS]

    def uses(self) -> Iterator[Use]:
        harmful = self.clause.maximum is not None or self.clause.if_used
        for row in dict.fromkeys((*self.counted_rows, *self.taken_rows)):
            yield Use(row, 1, harmful=harmful)


class MandatoryNode(Node):
    """Every unit that a mandatory group lists."""

    __slots__ = ("group", "need", "row")

    def __init__(self, path: str, group: int, row: int, need: int) -> None:
        self.path, self.group, self.row, self.need = path, group, row, need

    def gap(self, values: Values) -> int:
        return (self.need - values[self.row]) << SHIFT[Measure.UNITS]

    def uses(self) -> Iterator[Use]:
        yield Use(self.row, self.need, harmful=False)


class LinkedNode(Node):
    """Linked units: none of them, or all."""

    __slots__ = ("clause", "row", "size")

    def __init__(self, path: str, clause: Linked, row: int) -> None:
        self.path, self.clause, self.row, self.size = path, clause, row, len(clause.units)

    def gap(self, values: Values) -> int:
        return (self.size - values[self.row]) << SHIFT[Measure.UNITS] if values[self.row] else 0

    def uses(self) -> Iterator[Use]:
        yield Use(self.row, None, harmful=True)


class BarredNode(Node):
    """Barred units: at most one is taken, or at most one counts (which the allocation keeps by itself)."""

    __slots__ = ("clause", "hi", "hi_hard", "hi_row")

    def __init__(self, path: str, clause: Barred, row: int) -> None:
        self.path, self.clause, self.hi_row, self.hi = path, clause, row, 1
        self.hi_hard = clause.ceiling is Ceiling.COUNTS

    def gap(self, values: Values) -> int:
        if self.hi_hard or values[self.hi_row] < 2:
            return 0
        return (values[self.hi_row] - 1) << SHIFT[Measure.UNITS]

    def uses(self) -> Iterator[Use]:
        yield Use(self.hi_row, None, harmful=True)


class RequiresNode(Node):
    """A unit that needs others."""

    __slots__ = ("clause", "need", "needs_row", "row")

    def __init__(self, path: str, clause: Requires, row: int, needs_row: int) -> None:
        self.path, self.clause, self.row, self.needs_row = path, clause, row, needs_row
        self.need = clause.needed

    def gap(self, values: Values) -> int:
        if not values[self.row] or values[self.needs_row] >= self.need:
            return 0
        return (self.need - values[self.needs_row]) << SHIFT[Measure.UNITS]

    def uses(self) -> Iterator[Use]:
        yield Use(self.row, 1, harmful=True)
        yield Use(self.needs_row, self.need, harmful=False)


class MetNode(Node):
    """A condition that must be asserted."""

    __slots__ = ("clause", "row")

    def __init__(self, path: str, clause: IsMet, row: int) -> None:
        self.path, self.clause, self.row = path, clause, row

    def gap(self, values: Values) -> int:
        return 0 if values[self.row] else ONE_UNIT

    def uses(self) -> Iterator[Use]:
        yield Use(self.row, 1, harmful=False)


class OutsideNode(Node):
    """Units that belong to other pathways only."""

    __slots__ = ("row",)

    def __init__(self, path: str, row: int) -> None:
        self.path, self.row = path, row

    def gap(self, values: Values) -> int:
        return values[self.row] << SHIFT[Measure.UNITS]

    def uses(self) -> Iterator[Use]:
        yield Use(self.row, None, harmful=True)


class AllNode(Node):
    """Several nodes, all of which must hold."""

    __slots__ = ("clause", "nodes")

    def __init__(self, path: str, clause: "AllOf | Complete | Threshold", nodes: Sequence[Node]) -> None:
        self.path, self.clause, self.nodes = path, clause, tuple(nodes)

    def gap(self, values: Values) -> int:
        return sum(node.gap(values) for node in self.nodes)

    def uses(self) -> Iterator[Use]:
        for node in self.nodes:
            yield from node.uses()

    def parts(self) -> Iterator[Node]:
        for node in self.nodes:
            yield from node.parts()


class ChoiceNode(Node):
    """Options of which some must hold; the nearest ones tell the gap."""

    __slots__ = ("clause", "nodes")

    def __init__(self, path: str, clause: Choice, nodes: Sequence[Node]) -> None:
        self.path, self.clause, self.nodes = path, clause, tuple(nodes)

    def gap(self, values: Values) -> int:
        gaps = sorted(node.gap(values) for node in self.nodes)
        found = sum(gaps[: self.clause.at_least])
        if self.clause.at_most is not None:
            held = sum(1 for gap in gaps if not gap)
            found += max(0, held - self.clause.at_most) << SHIFT[Measure.UNITS]
        return found

    def uses(self) -> Iterator[Use]:
        harmful = self.clause.at_most is not None
        for node in self.nodes:
            for use in node.uses():
                yield use._replace(harmful=harmful or use.harmful)


class ConditionalNode(Node):
    """A node that applies only when another is fulfilled."""

    __slots__ = ("clause", "then", "when")

    def __init__(self, path: str, clause: Conditional, when: Node, then: Node) -> None:
        self.path, self.clause, self.when, self.then = path, clause, when, then

    def gap(self, values: Values) -> int:
        return 0 if self.when.gap(values) else self.then.gap(values)

    def uses(self) -> Iterator[Use]:
        for use in self.when.uses():
            yield use._replace(harmful=True)
        yield from self.then.uses()


class GroupNode(Node):
    """A group: its own clauses, and its sub-groups or a choice of them."""

    __slots__ = ("choose", "group", "groups", "index", "mixing", "rules", "used_rows")

    def __init__(
        self,
        path: str,
        group: UnitGroup,
        index: int,
        rules: Sequence[Node],
        groups: "Sequence[GroupNode]",
        used_rows: Sequence[int],
    ) -> None:
        self.path, self.group, self.index = path, group, index
        self.rules, self.groups, self.used_rows = tuple(rules), tuple(groups), tuple(used_rows)
        self.choose = group.choose
        self.mixing = group.mixing

    def used(self, values: Values) -> int:
        """Return from how many sub-groups something was taken."""
        return sum(1 for row in self.used_rows if values[row])

    def choice_gap(self, values: Values) -> int:
        """Return the gap of the choice of sub-groups, 0 where there is none to make."""
        if self.choose is None:
            return 0
        gaps = sorted(group.gap(values) for group in self.groups)
        found = sum(gaps[: self.choose])
        if not self.mixing:
            found += max(0, self.used(values) - self.choose) << SHIFT[Measure.UNITS]
        return found

    def gap(self, values: Values) -> int:
        found = 0
        for node in self.rules:
            found += node.gap(values)
        if self.choose is not None:
            return found + self.choice_gap(values)
        for group in self.groups:
            found += group.gap(values)
        return found

    def uses(self) -> Iterator[Use]:
        for node in (*self.rules, *self.groups):
            yield from node.uses()
        if not self.mixing:
            for row in self.used_rows:
                yield Use(row, 1, harmful=True)

    def parts(self) -> Iterator[Node]:
        if self.choose is None:
            for node in (*self.rules, *self.groups):
                yield from node.parts()
        else:
            for rule in self.rules:
                yield from rule.parts()
            yield _ChosenPart(self)


class _ChosenPart(Node):
    """The choice of sub-groups of a group, without the group's own clauses."""

    __slots__ = ("node",)

    def __init__(self, node: GroupNode) -> None:
        self.path, self.node = node.path, node

    def gap(self, values: Values) -> int:
        return self.node.choice_gap(values)

    def uses(self) -> Iterator[Use]:
        for group in self.node.groups:
            yield from group.uses()
        if not self.node.mixing:
            for row in self.node.used_rows:
                yield Use(row, 1, harmful=True)


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
        self.total_units = self._row(Measure.UNITS, Scope(), None, counted=True)
        self.total_credit = self._row(Measure.CREDIT, Scope(), None, counted=True)
        self.total_glh = self._row(Measure.GLH, Scope(), None, counted=True)
        self._nodes: dict[str, GroupNode] = {}
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
        self.groups: list[UnitGroup] = []
        self.parents: list[int] = []
        self.group_paths: list[str] = []
        self._index: dict[str, int] = {}

        def read(groups: Iterable[UnitGroup], parent: int, path: str) -> None:
            for i, group in enumerate(groups):
                if group.pathways and names.isdisjoint(group.pathways):
                    continue
                index = len(self.groups)
                self._index[group.name] = index
                self.groups.append(group)
                self.parents.append(parent)
                self.group_paths.append(f"{path}.groups[{i}]")
                read(group.groups, index, self.group_paths[-1])

        read(q.groups, -1, "$")
        self.is_flat = not q.groups
        if self.is_flat:  # a rule without groups sees every unit
            self.groups.append(UnitGroup(name="units", units=[unit.number for unit in self.units]))
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
        elsewhere = {
            number
            for group in self.qualification.all_groups()
            if group.name not in self._index
            for number in group.units
        }
        self.outside = self._bits_where(
            lambda bit: not self.placements[bit] and self.units[bit].number in elsewhere
        )
        idle = self._bits_where(
            lambda bit: bool(self.placements[bit])
            and not any(self.counting[index] for way in self.placements[bit] for index in way)
        )
        self.never_counts = self.homeless | idle

    def _bits_where(self, test: Callable[[int], bool]) -> int:
        found = 0
        for bit in range(len(self.units)):
            if test(bit):
                found |= 1 << bit
        return found

    # -- rows ---------------------------------------------------------------------------------------

    def _mask(self, scope: Scope) -> int:
        imported = self.everything & ~self.listed if scope.imported else self.everything
        return imported & self._bits_where(lambda bit: scope.admits(self.units[bit]))

    def _units_mask(self, numbers: Iterable[UnitNumber]) -> int:
        found = 0
        for number in numbers:
            found |= 1 << self.bits[number]
        return found

    def _row_id(self, row: Row) -> int:
        if self.all_counts:
            row = row._replace(counted=False)
        if row not in self._row_ids:
            self._row_ids[row] = len(self.rows)
            self.rows.append(row)
        return self._row_ids[row]

    def _row(
        self, measure: Measure, scope: Scope, here: int | None, *, counted: bool, mask: int | None = None
    ) -> int:
        """Return the row of *measure* over *scope*, standing in the group *here*."""
        if scope.groups:
            inside = {
                index for name in scope.groups if name in self._index for index in self.below[self._index[name]]
            }
        else:
            inside = set(range(len(self.groups)) if here is None else self.below[here])
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
        for row in self.rows:
            by_weight: dict[int, int] = {}
            for bit, weight in enumerate(self.weights[row.measure]):
                if weight and row.mask >> bit & 1:
                    by_weight[weight] = by_weight.get(weight, 0) | 1 << bit
            self.row_weights.append(tuple(by_weight.items()))
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

    def static_values(self, taken: int) -> list[int]:
        """Return the row values of *taken*, every unit of which has one place, all that may count counting."""
        counted = taken & ~self.never_counts
        return [
            sum([weight * ((counted if is_counted else taken) & mask & bits).bit_count() for weight, bits in weights])
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
        found = []
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

    def _group(self, index: int) -> GroupNode:
        group = self.groups[index]
        known = self._nodes.get(group.name)
        if known is not None:
            return known
        path = self.group_paths[index]
        rules: list[Node] = []
        if group.kind is GroupKind.MANDATORY and group.units:
            mask = self._units_mask(group.units)
            row = self._row_id(Row(Measure.UNITS, counted=False, groups=(index,), mask=mask, states=()))
            rules.append(MandatoryNode(path, index, row, len(group.units)))
        rules += [self._clause(rule, f"{path}.rules[{i}]", index) for i, rule in enumerate(group.rules)]
        children = [self._group(i) for i, parent in enumerate(self.parents) if parent == index]
        used = [self._row(Measure.UNITS, Scope(), child.index, counted=False) for child in children]
        node = GroupNode(path, group, index, rules, children, used)
        self._nodes[group.name] = node
        return node

    def _clause(self, clause: Clause, path: str, here: int | None, *, taken: bool = False) -> Node:
        """Compile *clause*, standing in the group *here*; *taken*: it is a condition, which sees all taken."""
        match clause:
            case Threshold():
                return self._threshold(clause, path, here, taken=taken)
            case Linked():
                return LinkedNode(path, clause, self._relation_row(clause.units))
            case Barred():
                row = self._relation_row(clause.units, counted=clause.ceiling is Ceiling.COUNTS)
                barred = BarredNode(path, clause, row)
                if barred.hi_hard:
                    self.hard.append(barred)
                return barred
            case Requires():
                return RequiresNode(
                    path, clause, self._relation_row((clause.unit,)), self._relation_row(clause.units)
                )
            case IsMet():
                row = Row(Measure.UNITS, False, (), 0, (), clause.condition)
                return MetNode(path, clause, self._row_id(row))
            case Complete():
                if clause.group not in self._index:  # of another pathway: nothing to complete here
                    return AllNode(path, clause, ())
                return AllNode(path, clause, [self._group(self._index[clause.group])])
            case AllOf():
                return AllNode(
                    path, clause, [self._clause(each, path, here, taken=taken) for each in clause.clauses]
                )
            case Choice():
                return ChoiceNode(
                    path, clause, [self._clause(each, path, here, taken=taken) for each in clause.options]
                )
            case Conditional():
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
                    self._bound(clause, path, here, taken=taken, mask=mask, word=word)
                    for word, mask in sorted(masks.items())
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

    def _bound(
        self,
        clause: Threshold,
        path: str,
        here: int | None,
        *,
        taken: bool,
        mask: int | None = None,
        word: str | None = None,
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
            if clause.if_used
            else None,
            word=word,
        )
        if hard:
            self.hard.append(node)
        return node

    def resolved(self, clause: Threshold) -> tuple[Decimal | None, Decimal | None]:
        """Return the bounds of *clause* as amounts, a share worked out against the rule's own minimum."""
        if not clause.percent:
            return clause.minimum, clause.maximum
        name = next((each.name for each in self.pathways if each.kind is not PathwayKind.SPECIALISATION), None)
        basis = self.qualification.minimum(clause.measure, name) or Decimal(0)
        low, high = (
            None if bound is None else basis * bound / 100 for bound in (clause.minimum, clause.maximum)
        )
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
