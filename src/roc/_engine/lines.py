"""A rule as linear bounds over columns, for proofs.

There is a *column* for each way to place each unit, and one for each word or group of which it matters whether
anything of it is chosen. A statement of the rule that can hold in several ways has the lines of each way.
"""

import functools
import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from roc._engine.bits import each_bit
from roc._engine.glance import Glance
from roc._engine.parts import Alternatives, Atom, Kinds, Part, Row, Together, sees
from roc._engine.rule import Rule

Taken: TypeAlias = dict[int, int]
"""The units that a solution takes, each with the column that says how it is placed."""


class Line(NamedTuple):
    """A linear bound.

    Attributes:
        member: The bit of the clause that asks for it; 0 for what is true of every selection.
        low: The least, or ``None``.
        high: The most, or ``None``.
        weights: What each column adds.
        units: The units that have columns in it.
        spans: What each of those units adds at least and at most once it is chosen.
        bottom: What all units together add at least.
        top: What all units together add at most.
    """

    member: int
    low: int | None
    high: int | None
    weights: dict[int, int]
    units: int
    spans: dict[int, tuple[int, int]]
    bottom: int
    top: int


class Bound(NamedTuple):
    """A floor or a ceiling as a person reads it, its line, and the lines that say what its columns mean."""

    part: Atom | Kinds
    line: Line
    meaning: tuple[Line, ...]


class Way(NamedTuple):
    """One way in which a statement can hold."""

    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    bounds: tuple[Bound, ...]


class Statement:
    """Something that must hold, in one of several ways; without any it cannot hold.

    Attributes:
        member: The bit of the clause that asks for it.
        source: The path of the clause.
    """

    def __init__(self, system: "System", member: int, source: str, alternatives: Alternatives) -> None:
        self.member, self.source = member, source
        self._system, self._alternatives = system, alternatives

    @functools.cached_property
    def ways(self) -> tuple[Way, ...]:
        """The ways in which it holds; they are worked out when they are first asked for."""
        return tuple(
            self._system.way(self.member, parts)
            for alternative in self._alternatives
            for parts in itertools.product(*map(_either, alternative))
        )


class System:
    """One rule as statements over columns.

    Attributes:
        rule: The rule.
        glance: The rule as what can be looked at without columns.
        statements: What must hold.
    """

    def __init__(self, rule: Rule, members: dict[str, int]) -> None:
        self.rule = rule
        self.glance = Glance(rule, members)
        self.statements = tuple(
            Statement(self, members[source], source, alternatives) for source, alternatives in rule.statements
        )
        self.kinds: dict[int, tuple[int, ...]] = {}
        self._more = itertools.count(sum(map(len, rule.places)))

    @functools.cached_property
    def columns(self) -> list[tuple[int, ...]]:
        """The columns of each unit, one for each of its places."""
        sizes = [len(places) for places in self.rule.places]
        ends = itertools.accumulate(sizes)
        return [tuple(range(end - size, end)) for size, end in zip(sizes, ends, strict=True)]

    @functools.cached_property
    def owner(self) -> dict[int, int]:
        """The unit of each column; -1 for what says whether anything of a word or group is chosen."""
        return {column: bit for bit, columns in enumerate(self.columns) for column in columns}

    @functools.cached_property
    def caps(self) -> tuple[Line, ...]:
        """What pairs of groups may share."""
        return tuple(
            self._line(0, None, most, self._shared(first, second))
            for (first, second), most in self.rule.caps.items()
        )

    def _shared(self, first: int, second: int) -> dict[int, int]:
        return {
            column: 1
            for bit, places in enumerate(self.rule.places)
            for column, place in zip(self.columns[bit], places, strict=True)
            if first in place.groups and second in place.groups
        }

    def _weights(self, row: Row) -> dict[int, int]:
        weights = self.rule.weights[row.measure]
        return {
            column: weights[bit]
            for bit in each_bit(row.mask)
            if weights[bit]
            for column, place in zip(self.columns[bit], self.rule.places[bit], strict=True)
            if sees(row, place)
        }

    def _line(self, member: int, low: int | None, high: int | None, weights: dict[int, int]) -> Line:
        units = bottom = top = 0
        spans: dict[int, tuple[int, int]] = {}
        for column, weight in weights.items():
            bit = self.owner[column]
            if bit < 0:
                bottom, top = bottom + min(0, weight), top + max(0, weight)
            elif not units >> bit & 1:
                units |= 1 << bit
                each = [weights.get(other, 0) for other in self.columns[bit]]
                spans[bit] = least, most = min(each), max(each)
                bottom, top = bottom + min(0, least), top + max(0, most)
        step = math.gcd(*weights.values())
        if step > 1:
            low, high = low and -(-low // step) * step, high and high // step * step
        return Line(member, low, high, weights, units, spans, bottom, top)

    def way(self, member: int, parts: tuple[Part, ...]) -> Way:
        """Return one way in which a statement holds, as lines."""
        lines: list[Line] = []
        bounds: list[Bound] = []
        for part in parts:
            if isinstance(part, Atom):
                line = self._atom(member, part)
                lines.append(line)
                if part.used is None:
                    bounds.append(Bound(part, line, ()))
            elif isinstance(part, Kinds):
                bound = self._kinds(member, part)
                lines += (bound.line, *bound.meaning)
                bounds.append(bound)
            elif isinstance(part, Together):
                for one, other in itertools.pairwise(each_bit(part.mask)):
                    weights = dict.fromkeys(self.columns[one], 1) | dict.fromkeys(self.columns[other], -1)
                    lines.append(self._line(member, 0, 0, weights))
            else:
                lines.append(self._line(member, 1, None, {}))
        return Way(parts, tuple(lines), tuple(bounds))

    def _atom(self, member: int, atom: Atom) -> Line:
        weights, low = self._weights(atom.row), atom.lo
        if atom.used is not None and low is not None:
            for column, weight in self._weights(atom.used).items():
                weights[column] = weights.get(column, 0) - low * weight
            low = 0
        return self._line(member, low, atom.hi, weights)

    def _kinds(self, member: int, part: Kinds) -> Bound:
        found: dict[int, int] = {}
        meaning: list[Line] = []
        for row in part.rows:
            weights = self._weights(row)
            column = next(self._more)
            self.kinds[column] = tuple(weights)
            self.owner[column] = -1
            found[column] = 1
            if part.lo is not None:
                meaning.append(self._line(member, 0, None, {**weights, column: -1}))
            if part.hi is not None:
                for bit in dict.fromkeys(self.owner[each] for each in weights):
                    own = {each: -1 for each in self.columns[bit] if each in weights}
                    meaning.append(self._line(member, 0, None, {**own, column: 1}))
        return Bound(part, self._line(member, part.lo, part.hi, found), tuple(meaning))

    def amount(self, line: Line, taken: Taken) -> int:
        """Return what a solution adds up to."""
        held = set(taken.values())
        return sum(
            weight
            for column, weight in line.weights.items()
            if (column in held if self.owner[column] >= 0 else not held.isdisjoint(self.kinds[column]))
        )

    def holds(self, lines: Sequence[Line], taken: Taken) -> bool:
        """Tell whether a solution keeps to all of *lines*."""
        for line in lines:
            amount = self.amount(line, taken)
            if (line.low is not None and amount < line.low) or (line.high is not None and amount > line.high):
                return False
        return True


def _either(part: Part) -> list[Part]:
    """Return the ways in which a part holds: what depends on the use of several units is either, or."""
    if isinstance(part, Atom) and part.used is not None and part.used.mask.bit_count() != 1:
        return [Atom(part.source, part.used, None, 0), Atom(part.source, part.row, part.lo)]
    return [part]


class Systems:
    """The rules of all pathways in question, and the members that a conflict may have.

    Attributes:
        size: The number of units; the members of units are their bits.
        sources: The path of each clause; the members of clauses are the bits that follow.
        clauses: The members of all clauses.
        each: The rules as statements over columns.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.size = len(rules[0].units)
        found = dict.fromkeys(source for rule in rules for source, _ in rule.statements)
        self.sources = tuple(found)
        members = {source: 1 << self.size + i for i, source in enumerate(found)}
        self.clauses = sum(members.values())
        self.each = tuple(System(rule, members) for rule in rules)


@functools.lru_cache(maxsize=64)
def systems(rules: tuple[Rule, ...]) -> Systems:
    """Return the rules as statements over columns; the most recent ones are kept."""
    return Systems(rules)
