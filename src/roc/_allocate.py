"""Where each unit counts: the exact allocation of a selection to the groups that list its units.

Units with one place are settled. For the others the possible placements are gone through unit by unit,
in declared order; partial allocations with equal row values are merged, the first of them (in declared
order) standing for all. Parts of the rule that share no row are solved by themselves. The result has the
least gap, then the most credit and the most units that count, then the earliest placements.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from roc._compiled import Compiled
from roc._nodes import (
    BarredNode,
    BoundNode,
    LinkedNode,
    MandatoryNode,
    Node,
    OutsideNode,
    RequiresNode,
)
from roc.rules import Measure, State

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
    if not gap and (not may_drop or (kept == taken and counted == taken & ~compiled.never_counts)):
        exact = True  # nothing is missing, and nothing is left out: there is no better
    return Allocation(kept, counted, tuple(where), values, gap, exact)


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
            first, *others = options
            if others:
                self.options[bit] = options
            else:
                self._fix(bit, first)
        self.base = compiled.values(self.fixed_taken, self.fixed_counted, self.fixed_where, states, asserted)
        self.scratch = list(self.base)

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
        for each in deltas.values():
            self._settle_common(each)
        for bits, parts in self._components(deltas):
            # First only allocations that leave nothing to be wished for: that prunes most of them.
            found, is_exact = _Component(self, bits, parts, deltas, strict=True).solve()
            if found is None:
                found, is_exact = _Component(self, bits, parts, deltas, strict=False).solve()
            chosen.update(found or {})
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

    def _settle_common(self, deltas: Sequence[dict[int, int]]) -> None:
        """Move what every option of a unit adds alike to the base."""
        first, *others = deltas
        for row, amount in list(first.items()):
            if all(delta.get(row) == amount for delta in others):
                self.base[row] += amount
                self.scratch[row] += amount
                for delta in deltas:
                    del delta[row]

    def _components(
        self, deltas: Mapping[int, Sequence[Mapping[int, int]]]
    ) -> Iterator[tuple[list[int], list[int]]]:
        """Yield the sets of units whose placements bear on each other, with the parts that they bear on."""
        varying: dict[int, set[int]] = {}
        for bit, each in deltas.items():
            for row in {row for delta in each for row in delta}:
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

    A state is what the placements so far add to each row that still matters, cut where more makes no
    difference; a part of the rule is settled, and its rows forgotten, with the last unit that touches it.
    The cost of a state is one integer: the gap of the settled parts, then what does not count, then the
    options chosen, as digits in declared order. Costs add up, and the least cost of a state is all that
    has to be kept: its digits are the allocation.
    """

    def __init__(
        self,
        search: _Search,
        bits: list[int],
        parts: list[int],
        deltas: Mapping[int, Sequence[Mapping[int, int]]],
        *,
        strict: bool,
    ) -> None:
        self.search, self.strict = search, strict
        compiled = search.compiled
        self.digit = max(len(search.options[bit]) for bit in bits).bit_length()
        self.shifts = {bit: self.digit * i for i, bit in enumerate(reversed(bits))}
        self.loss_at = self.digit * len(bits)
        self.gap_at = self.loss_at + 128
        caps: dict[int, int | None] = {}
        for use in (use for number in parts for use in search.uses[number]):
            known = caps.get(use.row, 0)
            caps[use.row] = None if known is None or use.cap is None else max(known, use.cap)
        touched: dict[int, set[int]] = {}
        for bit in bits:
            for delta in deltas[bit]:
                for row in delta:
                    if row in caps:
                        touched.setdefault(row, set()).add(bit)
        for i, limit in enumerate(compiled.caps):
            sharing = {
                bit
                for bit in bits
                if any(limit.first in o.way and limit.second in o.way for o in search.options[bit])
            }
            if sharing:
                touched[~i] = sharing
                caps[~i] = None
        self.rows = list(touched)
        self.order = _order(bits, touched)
        self.base = [search.base[row] if row >= 0 else 0 for row in self.rows]
        self.caps = [
            None if (cap := caps[row]) is None else max(0, cap - before)
            for row, before in zip(self.rows, self.base, strict=True)
        ]
        self.deltas = deltas
        self._plan([search.parts[number] for number in parts], parts, touched)

    def _plan(self, nodes: list[Node], parts: list[int], touched: Mapping[int, set[int]]) -> None:
        """Work out which ceilings bind, and after which unit each part is settled and each row forgotten."""
        search, compiled = self.search, self.search.compiled
        position = {row: i for i, row in enumerate(self.rows)}
        turn = {bit: i for i, bit in enumerate(self.order)}
        last = {row: max(turn[bit] for bit in bits) for row, bits in touched.items()}
        ceilings = {~i: cap.at_most for i, cap in enumerate(compiled.caps)}
        kept = list(compiled.hard)
        if search.may_drop or self.strict:
            kept += [
                node
                for node in nodes
                if isinstance(node, BoundNode | BarredNode) and node.hi_row >= 0 and not node.hi_hard
            ]
        for each in kept:
            ceilings[each.hi_row] = min(ceilings.get(each.hi_row, each.hi), each.hi)
        self.ceilings = [
            None if (most := ceilings.get(row)) is None else most - before
            for row, before in zip(self.rows, self.base, strict=True)
        ]
        self.settled: list[list[tuple[Node, bool, list[tuple[int, int]]]]] = [[] for _ in self.order]
        live = dict(last)
        for node, number in zip(nodes, parts, strict=True):
            rows = {use.row for use in search.uses[number]} & position.keys()
            at = max(last[row] for row in rows)
            must = self.strict or (
                search.may_drop and isinstance(node, LinkedNode | RequiresNode | OutsideNode)
            )
            self.settled[at].append((node, must, [(row, position[row]) for row in rows]))
            for row in rows:
                live[row] = max(live[row], at)
        self.forgotten: list[list[int]] = [[] for _ in self.order]
        for row, at in live.items():
            self.forgotten[at].append(position[row])
        self.steps = [
            [
                (self._cost(bit, i, option), self._moves(bit, i, option, position))
                for i, option in enumerate(search.options[bit])
            ]
            for bit in self.order
        ]

        self.floors = self._floors(nodes, position)

    def _floors(self, nodes: Iterable[Node], position: Mapping[int, int]) -> list[list[tuple[int, int]]]:
        """Return for each turn how much some rows must hold by then for their minimum to be in reach."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.order]
        if not self.strict:
            return found
        needs: dict[int, int] = {}
        for node in nodes:
            match node:
                case BoundNode(lo_row=row, lo=low) if row >= 0 and node.used_row < 0:
                    pass
                case MandatoryNode(row=row, need=low):
                    pass
                case _:
                    continue
            if row in position:
                needs[row] = max(needs.get(row, 0), low - self.search.base[row])
        for row, need in needs.items():
            missing = need
            for turn in range(len(self.order) - 1, -1, -1):
                most = max(delta.get(row, 0) for delta in self.deltas[self.order[turn]])
                if most:
                    found[turn].append((position[row], missing))
                    missing -= most
        return found

    def _cost(self, bit: int, digit: int, option: Option) -> int:
        weights = self.search.compiled.weights[Measure.CREDIT]
        gain = (weights[bit] << 24) + 1 if option.counts else 0
        return (digit << self.shifts[bit]) - (gain << self.loss_at)

    def _moves(
        self, bit: int, number: int, option: Option, position: Mapping[int, int]
    ) -> list[tuple[int, int]]:
        """Return what an option adds to which rows of the state."""
        moves = [
            (position[row], amount) for row, amount in self.deltas[bit][number].items() if row in position
        ]
        for i, cap in enumerate(self.search.compiled.caps):
            if cap.first in option.way and cap.second in option.way:
                moves.append((position[~i], 1))
        return moves

    def solve(self) -> tuple[dict[int, Option] | None, bool]:
        """Return the option of every unit, and whether none is better; ``None`` where a strict search fails."""
        width = max(16, self.search.limit // sum(map(len, self.steps)))
        exact = True
        start = {(0,) * len(self.rows): 0}
        layer = start
        for turn, step in enumerate(self.steps):
            if len(layer) > width:
                exact = False
                layer = self._thin(layer, turn, width)
            layer = self._advance(layer, turn, step)
        if self.strict and not layer:
            return None, exact
        if not layer:  # what was cut off is what could be kept: leave out all that can be left out
            layer = start
            for turn, step in enumerate(self.steps):
                layer = self._advance(layer, turn, step[-1:])
        cost = min(layer.values())
        mask = (1 << self.digit) - 1
        return {bit: self.search.options[bit][cost >> self.shifts[bit] & mask] for bit in self.order}, exact

    @functools.cached_property
    def _most(self) -> list[list[int]]:
        """For each turn, the most that it can add to each row."""
        return [
            [
                max((amount for _, moves in step for j, amount in moves if j == i), default=0)
                for i in range(len(self.rows))
            ]
            for step in self.steps
        ]

    def _thin(
        self, layer: Mapping[tuple[int, ...], int], turn: int, width: int
    ) -> dict[tuple[int, ...], int]:
        """Keep the most promising states, for a limit that was reached: nothing missing, rows filling evenly."""
        pace: list[tuple[int, float, float]] = []
        for i, (cap, most) in enumerate(zip(self.caps, self.ceilings, strict=True)):
            goal = (cap + most) / 2 if cap is not None and most is not None else cap or most
            done, total = (sum(each[i] for each in self._most[:end]) for end in (turn, None))
            if goal and done and total:
                pace.append((i, goal * done / total, goal))

        def strain(item: tuple[tuple[int, ...], int]) -> tuple[int, float]:
            state, cost = item
            return cost >> self.gap_at, sum(((state[i] - at) / goal) ** 2 for i, at, goal in pace)

        return dict(sorted(layer.items(), key=strain)[:width])

    def _advance(
        self,
        layer: Mapping[tuple[int, ...], int],
        turn: int,
        step: Iterable[tuple[int, list[tuple[int, int]]]],
    ) -> dict[tuple[int, ...], int]:
        """Return the states after one more unit, each with its least cost."""
        caps, ceilings, forgotten = self.caps, self.ceilings, self.forgotten[turn]
        settled, floors = self.settled[turn], self.floors[turn]
        following: dict[tuple[int, ...], int] = {}
        for cost, moves in step:
            for state, before in layer.items():
                reached = list(state)
                for i, amount in moves:
                    value = state[i] + amount
                    most = ceilings[i]
                    if most is not None and value > most:
                        break
                    cap = caps[i]
                    reached[i] = value if cap is None or value < cap else cap
                else:
                    if floors and any(reached[i] < least for i, least in floors):
                        continue
                    total = before + cost
                    if settled:
                        gap = self._settle(settled, reached)
                        if gap < 0:
                            continue
                        total += gap << self.gap_at
                    for i in forgotten:
                        reached[i] = 0
                    key = tuple(reached)
                    known = following.get(key)
                    if known is None or total < known:
                        following[key] = total
        return following

    def _settle(
        self, settled: Iterable[tuple[Node, bool, list[tuple[int, int]]]], state: Sequence[int]
    ) -> int:
        """Return the gap of the parts that are settled now; -1 where one must hold and does not."""
        values = self.search.scratch
        base = self.search.base
        found = 0
        for node, must, rows in settled:
            for row, i in rows:
                values[row] = base[row] + state[i]
            gap = node.gap(values)
            if gap and must:
                return -1
            found += gap
        return found


def _order(bits: Sequence[int], touched: Mapping[int, set[int]]) -> list[int]:
    """Return the units in an order in which narrow rows are settled early: neighbours in them stand together."""
    cluster = {bit: [bit] for bit in bits}
    for row in sorted(touched, key=lambda row: (len(touched[row]), row)):
        joined: dict[int, list[int]] = {}
        for bit in sorted(touched[row]):
            joined.setdefault(id(cluster[bit]), cluster[bit])
        if len(joined) > 1:
            merged = [bit for each in joined.values() for bit in each]
            for bit in merged:
                cluster[bit] = merged
    return [bit for each in {id(c): c for c in cluster.values()}.values() for bit in each]


def each_bit(mask: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
