"""Where each unit counts: the exact allocation of a selection to the groups that list its units.

Units with one place are settled. For the others the possible placements are gone through unit by unit,
in declared order; partial allocations with equal row values are merged, the first of them (in declared
order) standing for all. Parts of the rule that share no row are solved by themselves. The result has the
least gap, then the most credit and the most units that count, then the earliest placements.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from roc._compiled import Compiled
from roc._nodes import BarredNode, BoundNode, Node
from roc.rules import State

LIMIT: Final = 400_000
"""How many partial allocations are looked at before the search gives up proving."""


class Option(NamedTuple):
    """One way to place a unit: in which groups, and whether it counts; in none: it is left out."""

    way: tuple[int, ...]
    counts: bool
    taken: bool


class Allocation(NamedTuple):
    """A selection with every unit in its place.

    Attributes:
        taken: The bits that are part of it; in a best combination some may be left out.
        counted: The bits that count.
        where: For each group, the bits placed in it.
        values: The row values.
        gap: How far it is from the rule; 0 is OK.
        exact: Whether no allocation has a smaller gap; false only where the limit was reached.
    """

    taken: int
    counted: int
    where: tuple[int, ...]
    values: list[int]
    gap: int
    exact: bool


def allocate(
    compiled: Compiled,
    taken: int,
    states: Mapping[State, int],
    asserted: frozenset[str],
    *,
    may_drop: bool = False,
    limit: int = LIMIT,
) -> Allocation:
    """Place the units of *taken* where they help most.

    With *may_drop*, units may also be left out, and ceilings are kept by leaving units out: the best
    combination of what was achieved.
    """
    search = _Search(compiled, taken, states, asserted, may_drop=may_drop, limit=limit)
    chosen, exact = search.run()
    where = list(search.fixed_where)
    counted = search.fixed_counted
    kept = search.fixed_taken
    for bit, option in chosen.items():
        if option.taken:
            kept |= 1 << bit
        if option.counts:
            counted |= 1 << bit
        for index in option.way:
            where[index] |= 1 << bit
    values = compiled.values(kept, counted, where, states, asserted)
    gap = compiled.gap(values)
    return Allocation(kept, counted, tuple(where), values, gap, exact or not gap)


def settled(
    compiled: Compiled, taken: int, states: Mapping[State, int], asserted: frozenset[str]
) -> Allocation:
    """Return the allocation of a selection in which no unit has a choice and no ceiling leaves any over."""
    where = tuple(taken & bits for bits in compiled.static)
    values = compiled.settled_values(taken, states, asserted)
    counted = taken & ~compiled.never_counts
    return Allocation(taken, counted, where, values, compiled.gap(values), exact=True)


class _Search:
    def __init__(
        self,
        compiled: Compiled,
        taken: int,
        states: Mapping[State, int],
        asserted: frozenset[str],
        *,
        may_drop: bool,
        limit: int,
    ) -> None:
        self.compiled, self.states, self.asserted = compiled, states, asserted
        self.may_drop, self.limit = may_drop, limit
        self.parts = tuple(compiled.all_parts())
        self.uses = [tuple(part.uses()) for part in self.parts]
        self.options: dict[int, tuple[Option, ...]] = {}
        self.fixed_taken = self.fixed_counted = 0
        self.fixed_where = [0] * len(compiled.groups)
        harmful = self._harmful_mask() if may_drop else 0
        surplus = 0
        for node in compiled.hard:
            surplus |= compiled.rows[node.hi_row].mask
        for bit in each_bit(taken):
            options = tuple(
                self._options(bit, droppable=bool(harmful >> bit & 1), hard=bool(surplus >> bit & 1))
            )
            if len(options) > 1:
                self.options[bit] = options
            else:
                self._fix(bit, options[0])
        self.base = compiled.values(self.fixed_taken, self.fixed_counted, self.fixed_where, states, asserted)

    def _fix(self, bit: int, option: Option) -> None:
        self.fixed_taken |= 1 << bit
        if option.counts:
            self.fixed_counted |= 1 << bit
        for index in option.way:
            self.fixed_where[index] |= 1 << bit

    def _harmful_mask(self) -> int:
        found = 0
        for uses in self.uses:
            for use in uses:
                if use.harmful:
                    found |= self.compiled.rows[use.row].mask
        return found

    def _options(self, bit: int, *, droppable: bool, hard: bool) -> Iterator[Option]:
        compiled = self.compiled
        ways = compiled.placements[bit] or ((),)
        for way in ways:
            may_count = any(compiled.counting[index] for index in way)
            if may_count:
                yield Option(way, counts=True, taken=True)
            if hard or not may_count:
                yield Option(way, counts=False, taken=True)
        if droppable:
            yield Option((), counts=False, taken=False)

    def run(self) -> tuple[dict[int, Option], bool]:
        """Return the option of every unit that has several, and whether the result is proven."""
        chosen: dict[int, Option] = {}
        exact = True
        deltas = {
            bit: [self._delta(bit, option) for option in options] for bit, options in self.options.items()
        }
        for bits, parts in self._components(deltas):
            found, is_exact = _Component(self, bits, parts, deltas).solve()
            chosen.update(found)
            exact = exact and is_exact
        return chosen, exact

    def _delta(self, bit: int, option: Option) -> dict[int, int]:
        """Return what *option* adds to each row."""
        found: dict[int, int] = {}
        if not option.taken:
            return found
        compiled = self.compiled
        for index, row in enumerate(compiled.rows):
            if not row.mask >> bit & 1 or (row.counted and not option.counts):
                continue
            if row.groups is not None and not any(group in row.groups for group in option.way):
                continue
            if row.states and not any(self.states.get(state, 0) >> bit & 1 for state in row.states):
                continue
            weight = compiled.weights[row.measure][bit]
            if weight:
                found[index] = weight
        return found

    def _components(
        self, deltas: Mapping[int, Sequence[Mapping[int, int]]]
    ) -> Iterator[tuple[list[int], list[int]]]:
        """Yield the sets of units whose placements bear on each other, with the parts that they bear on."""
        varying: dict[int, set[int]] = {}
        for bit, each in deltas.items():
            for row in set().union(*each):
                if len({delta.get(row, 0) for delta in each}) > 1:
                    varying.setdefault(row, set()).add(bit)
        leader = {bit: bit for bit in deltas}

        def find(bit: int) -> int:
            while leader[bit] != bit:
                leader[bit] = leader[leader[bit]]
                bit = leader[bit]
            return bit

        def join(bits: Iterable[int]) -> None:
            first = None
            for bit in bits:
                if first is None:
                    first = find(bit)
                else:
                    leader[find(bit)] = first

        touched: list[tuple[int, int]] = []
        for number, uses in enumerate(self.uses):
            bits = sorted({bit for use in uses for bit in varying.get(use.row, ())})
            join(bits)
            if bits:
                touched.append((number, bits[0]))
        for cap in self.compiled.caps:
            join(
                bit
                for bit, options in self.options.items()
                if any(cap.first in option.way and cap.second in option.way for option in options)
            )
        members: dict[int, list[int]] = {}
        for bit in deltas:
            members.setdefault(find(bit), []).append(bit)
        parts: dict[int, list[int]] = {root: [] for root in members}
        for number, bit in touched:
            parts[find(bit)].append(number)
        for root, bits in members.items():
            yield bits, parts[root]


class _Component:
    """Units whose placements bear on each other, solved layer by layer.

    A state is what the placements so far add to each row, cut where more makes no difference.
    """

    def __init__(
        self,
        search: _Search,
        bits: list[int],
        parts: list[int],
        deltas: Mapping[int, Sequence[Mapping[int, int]]],
    ) -> None:
        self.search, self.bits = search, bits
        self.parts: list[Node] = [search.parts[number] for number in parts]
        compiled = search.compiled
        totals = (compiled.total_credit, compiled.total_units)
        caps: dict[int, int | None] = {}
        for use in (use for number in parts for use in search.uses[number]):
            known = caps.get(use.row, 0)
            caps[use.row] = None if known is None or use.cap is None else max(known, use.cap)
        caps |= dict.fromkeys(totals)
        touched = {row for bit in bits for delta in deltas[bit] for row in delta}
        self.rows = [row for row in caps if row in touched]
        position = {row: i for i, row in enumerate(self.rows)}
        self.caps = [
            None if (cap := caps[row]) is None else max(0, cap - search.base[row]) for row in self.rows
        ]
        self.totals = [position[row] for row in totals if row in position]
        self.ceilings = [
            (position[node.hi_row], node.hi - search.base[node.hi_row])
            for node in self._ceiling_nodes()
            if node.hi_row in position
        ]
        self.steps = [
            [
                (
                    option,
                    [(position[row], amount) for row, amount in delta.items() if row in position],
                    [
                        i
                        for i, cap in enumerate(compiled.caps, start=len(self.rows))
                        if cap.first in option.way and cap.second in option.way
                    ],
                )
                for option, delta in zip(search.options[bit], deltas[bit], strict=True)
            ]
            for bit in bits
        ]
        self.ceilings += [(i, cap.at_most) for i, cap in enumerate(compiled.caps, start=len(self.rows))]

    def _ceiling_nodes(self) -> Iterator[BoundNode | BarredNode]:
        """Yield the ceilings that the search itself keeps."""
        yield from self.search.compiled.hard
        if self.search.may_drop:
            for part in self.parts:
                if isinstance(part, BoundNode | BarredNode) and part.hi_row >= 0 and not part.hi_hard:
                    yield part

    def _values(self, state: Sequence[int]) -> list[int]:
        values = list(self.search.base)
        for row, amount in zip(self.rows, state, strict=False):
            values[row] += amount
        return values

    def _rank(self, state: Sequence[int]) -> tuple[int, ...]:
        """Return what is least for the best state: its gap, then the credit and the units that count."""
        values = self._values(state)
        gap = sum(part.gap(values) for part in self.parts)
        return (gap, *(-state[i] for i in self.totals))

    def solve(self) -> tuple[dict[int, Option], bool]:
        """Return the option of every unit, and whether none is better."""
        # A dictionary keeps the order of arrival, and arrivals are in declared order: the first path to
        # a state is the earliest of those that lead to it, and so the one to keep.
        width = max(16, self.search.limit // sum(map(len, self.steps)))
        exact = True
        start = (0,) * (len(self.rows) + len(self.search.compiled.caps))
        layer: dict[tuple[int, ...], _Path | None] = {start: None}
        for step in self.steps:
            if len(layer) > width:
                exact = False
                layer = {state: layer[state] for state in sorted(layer, key=self._rank)[:width]}
            following: dict[tuple[int, ...], _Path | None] = {}
            for state, path in layer.items():
                for option, delta, shared in step:
                    reached = self._reach(state, delta, shared)
                    if reached is not None and reached not in following:
                        following[reached] = _Path(option, path)
            layer = following
        best = min(layer, key=self._rank)
        found: dict[int, Option] = {}
        path = layer[best]
        for bit in reversed(self.bits):
            if path is not None:
                found[bit] = path.option
                path = path.before
        return found, exact

    def _reach(
        self, state: tuple[int, ...], delta: Iterable[tuple[int, int]], shared: Iterable[int]
    ) -> tuple[int, ...] | None:
        """Return the state after an option, or ``None`` where it breaks a ceiling."""
        reached = list(state)
        for i, amount in delta:
            cap = self.caps[i]
            reached[i] = state[i] + amount if cap is None else min(cap, state[i] + amount)
        for i in shared:
            reached[i] += 1
        for i, most in self.ceilings:
            if reached[i] > most:
                return None
        return tuple(reached)


class _Path(NamedTuple):
    """The options chosen so far, the last one first."""

    option: Option
    before: "_Path | None"


def each_bit(mask: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
