"""Nodes: the clauses and groups of a compiled rule, each telling how far row values are from it.

A *gap* is missing (or excessive) units, then credit, then hours, packed into one integer, so that gaps
add up and compare in that order. Zero is fulfilled.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from roc.groups import UnitGroup
from roc.messages import Parameter
from roc.rules import (
    AllOf,
    Barred,
    Ceiling,
    Choice,
    Complete,
    Conditional,
    IsMet,
    Linked,
    Measure,
    Requires,
    Threshold,
)

SHIFT: Final = {Measure.UNITS: 128, Measure.CREDIT: 64, Measure.GLH: 0}
"""Where a gap of each measure lies in a packed gap."""

ONE_UNIT: Final = 1 << SHIFT[Measure.UNITS]

Values: TypeAlias = Sequence[int]


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

    __slots__ = ("clause", "facts", "hi", "hi_hard", "hi_row", "lo", "lo_row", "shift", "used_row", "word")

    facts: dict[str, tuple[str, Mapping[str, Parameter]]]
    """What its messages say whatever the selection, kept once it was put together."""

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
        self.facts = {}
        self.lo_row, self.lo = lo if lo is not None else (-1, 0)
        self.hi_row, self.hi = hi if hi is not None else (-1, 0)
        self.hi_hard = clause.ceiling is Ceiling.COUNTS
        self.used_row = -1 if used_row is None else used_row
        self.shift = SHIFT[clause.measure]

    def gap(self, values: Values) -> int:
        found = 0
        is_short = self.lo_row >= 0 and values[self.lo_row] < self.lo
        if is_short and (self.used_row < 0 or values[self.used_row]):
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
    """Options of which some must hold; the nearest ones tell the gap.

    ``held`` are the options as a maximum sees them: over all that was taken.
    """

    __slots__ = ("clause", "held", "nodes")

    def __init__(self, path: str, clause: Choice, nodes: Sequence[Node], held: Sequence[Node]) -> None:
        self.path, self.clause, self.nodes, self.held = path, clause, tuple(nodes), tuple(held)

    def over(self, values: Values) -> int:
        """Return how many options hold beyond the maximum."""
        if self.clause.at_most is None:
            return 0
        return max(0, sum(1 for node in self.held if not node.gap(values)) - self.clause.at_most)

    def gap(self, values: Values) -> int:
        gaps = sorted(node.gap(values) for node in self.nodes)
        return sum(gaps[: self.clause.at_least]) + (self.over(values) << SHIFT[Measure.UNITS])

    def uses(self) -> Iterator[Use]:
        for node in self.nodes:
            yield from node.uses()
        for node in self.held:
            for use in node.uses():
                yield use._replace(harmful=True)


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
        """Return the gap of the choice of sub-groups."""
        gaps = sorted(group.gap(values) for group in self.groups)
        found = sum(gaps[: self.choose])
        if not self.mixing:
            found += max(0, self.used(values) - (self.choose or 0)) << SHIFT[Measure.UNITS]
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
