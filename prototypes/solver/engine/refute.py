"""Proofs that some clauses and some choices exclude one another, and which of them a proof needs.

Every statement of a rule becomes linear bounds over *columns*: one for each way to place each unit, and one
for each word or group of which it matters whether anything of it is chosen. Where the linear relaxation is
impossible, the simplex leaves factors for a sum of lines that shows it; the sum is checked in whole numbers.
The clauses with a factor, and the choices without which the sum shows nothing, are the reason. Where the
relaxation is possible but no whole solution is in sight, both sides of a decision are refuted, and the reason
is that of both; a decision that one side does not need is dropped. Where even that takes too long, the search
for completions decides.
"""

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from roc._engine.complete import Completer
from roc._engine.prices import prices
from roc._engine.problem import Problem, each_bit, sees
from roc._engine.rule import Atom, Kinds, Never, Part, Row, Rule, Together
from roc._engine.search import Budget, OutOfBudgetError
from roc.rules import Measure

_NODES: Final = 24
"""Relaxations that are solved before the search for completions is asked."""

_RELAXING: Final = 100
"""What solving a relaxation costs, in states."""

_SCALE: Final = 1 << 24
"""Factors of a proof are whole numbers up to this."""

_FAR: Final = 1e12
_EPS: Final = 1e-6


class Line(NamedTuple):
    """A linear bound that one member of a conflict asks for.

    Attributes:
        member: The bit of the member; 0 for what is true of every selection.
        low: The least, or ``None``.
        high: The most, or ``None``.
        weights: What each column adds.
        units: The units that have columns in it.
        spans: What each of those units adds at least and at most if it is chosen.
        bottom: What everything adds at least.
        top: What everything adds at most.
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
    """A floor or a ceiling as a person reads it, and the lines that say what its line sees."""

    measure: Measure | None
    line: Line
    meaning: tuple[Line, ...]


class Way(NamedTuple):
    """One way in which a statement can hold."""

    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    bounds: tuple[Bound, ...]


class Statement(NamedTuple):
    """Something that must hold, in one of several ways; with none it cannot hold."""

    member: int
    ways: tuple[Way, ...]


Taken: TypeAlias = dict[int, int]
"""The units that a solution takes, each with the column that says how it is placed."""


class _Domain(NamedTuple):
    """What is decided: units chosen by the person, units taken or left out besides, columns that remain."""

    chosen: int
    given: int
    out: int
    allowed: dict[int, tuple[int, ...]]


class _Outcome(NamedTuple):
    """What a relaxation tells: a reason why not, a whole solution, or a column to decide."""

    reason: int | None = None
    taken: Taken | None = None
    split: tuple[int, tuple[int, ...], tuple[int, ...]] | None = None


class _Variable(NamedTuple):
    unit: int
    columns: tuple[int, ...]
    others: tuple[int, ...]


class System:
    """One rule as statements over columns."""

    def __init__(self, rule: Rule, members: dict[str, int]) -> None:
        self.rule = rule
        sizes = [len(places) for places in rule.places]
        self.first = [0, *itertools.accumulate(sizes)]
        self.owner = [bit for bit, size in enumerate(sizes) for _ in range(size)]
        self.columns = [tuple(range(a, b)) for a, b in itertools.pairwise(self.first)]
        self.extra: dict[int, tuple[int, ...]] = {}
        self.caps = tuple(
            self._line(0, None, most, {c: 1 for c, place in self._placed() if set(pair) <= set(place)})
            for pair, most in rule.caps.items()
        )
        self.statements = tuple(
            Statement(
                members[source],
                tuple(
                    self._way(members[source], parts)
                    for alternative in alternatives
                    if not any(isinstance(part, Never) for part in alternative)
                    for parts in itertools.product(*map(_halves, alternative))
                ),
            )
            for source, alternatives in rule.statements
        )

    def _placed(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        for bit, places in enumerate(self.rule.places):
            for i, place in enumerate(places):
                yield self.first[bit] + i, place.groups

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
                spans[bit] = min(each), max(each)
                bottom, top = bottom + min(0, *each), top + max(0, *each)
        return Line(member, low, high, weights, units, spans, bottom, top)

    def _way(self, member: int, parts: Sequence[Part]) -> Way:
        lines: list[Line] = []
        bounds: list[Bound] = []
        for part in parts:
            for measure, line, meaning in self._bounds(member, part):
                lines += (line, *meaning)
                if not (isinstance(part, Atom) and part.used) and not isinstance(part, Together):
                    bounds.append(Bound(measure, line, meaning))
        return Way(tuple(parts), tuple(dict.fromkeys_by_identity(lines)) if False else tuple(lines), tuple(bounds))

    def _bounds(self, member: int, part: Part) -> Iterator[tuple[Measure | None, Line, tuple[Line, ...]]]:
        match part:
            case Atom(row=row, lo=low, hi=high, used=used):
                weights = self._weights(row)
                if used is not None and low is not None:
                    for column, weight in self._weights(used).items():
                        weights[column] = weights.get(column, 0) - low * weight
                    low = 0
                yield row.measure, self._line(member, low, high, weights), ()
            case Kinds(rows=rows, lo=low, hi=high):
                kinds: dict[int, int] = {}
                meaning: list[Line] = []
                for row in rows:
                    column = len(self.owner)
                    self.owner.append(-1)
                    kinds[column] = 1
                    weights = self._weights(row)
                    self.extra[column] = tuple(weights)
                    if low is not None:
                        meaning.append(self._line(member, 0, None, {**weights, column: -1}))
                    if high is not None:
                        owners = {self.owner[each] for each in weights}
                        meaning += (
                            self._line(
                                member,
                                0,
                                None,
                                {column: 1, **{c: -1 for c in self.columns[bit] if c in weights}},
                            )
                            for bit in sorted(owners)
                        )
                yield None, self._line(member, low, high, kinds), tuple(meaning)
            case Together(mask=mask):
                for one, other in itertools.pairwise(each_bit(mask)):
                    weights = dict.fromkeys(self.columns[one], 1) | dict.fromkeys(self.columns[other], -1)
                    yield None, self._line(member, 0, 0, weights), ()
            case Never():  # pragma: no cover - ways with it are left out
                pass

    def _weights(self, row: Row) -> dict[int, int]:
        weights = self.rule.weights[row.measure]
        return {
            self.first[bit] + i: weights[bit]
            for bit in each_bit(row.mask)
            if weights[bit]
            for i, place in enumerate(self.rule.places[bit])
            if sees(row, place)
        }


def _halves(part: Part) -> list[Part]:
    """Return the ways in which a part can hold: what depends on the use of several units is either or."""
    if isinstance(part, Atom) and part.used is not None and part.used.mask.bit_count() != 1:
        return [Atom(part.source, part.row, part.lo), Atom(part.source, part.used, None, 0)]
    return [part]


class Systems:
    """The rules of all pathways in question, and the members that a conflict may have.

    Attributes:
        sources: The path of each clause; its member is the bit after those of the units.
        clauses: The members of all clauses.
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


class Refuter:
    """Finds out which members exclude one another.

    Args:
        systems: The rules.
        must: Units that are assumed to be chosen; they are no members.
        banned: Units that are assumed to be left out.
        budget: What may be spent.
    """

    def __init__(self, systems: Systems, must: int, banned: int, budget: Budget) -> None:
        self.systems, self.must, self.banned, self.budget = systems, must, banned, budget
        self.taken: Taken = {}

    def refute(self, members: int) -> int | None:
        """Return members out of *members* that exclude one another, ``None`` where they do not.

        Raises:
            OutOfBudgetError: The budget is spent.
        """
        reason = 0
        for system in self.systems.each:
            found = self.refute_one(system, members)
            if found is None:
                return None
            reason |= found
        return reason

    def refute_one(self, system: System, members: int, more: Iterable[Line] = ()) -> int | None:
        """Return what :meth:`refute` does, for one rule, with some lines more that are no members."""
        chosen = members & ~self.systems.clauses
        if self.must & self.banned:
            return 0
        if clash := chosen & self.banned:
            return clash & -clash
        lines: list[Line] = [*system.caps, *more]
        parts: list[Part] = []
        several: list[Statement] = []
        for statement in system.statements:
            if statement.member & members:
                if not statement.ways:
                    return statement.member
                if len(statement.ways) > 1:
                    several.append(statement)
                else:
                    lines += statement.ways[0].lines
                    parts += statement.ways[0].parts
        domain = _Domain(chosen & ~self.must, self.must, self.banned, {})
        return self._decide(system, lines, parts, several, domain, bool(more))

    def _decide(
        self,
        system: System,
        lines: list[Line],
        parts: list[Part],
        several: Sequence[Statement],
        domain: _Domain,
        more: bool,
    ) -> int | None:
        """Refute lines together with statements that hold in one of several ways."""
        outcome = self._relax(system, lines, domain)
        if outcome.reason is not None:
            return outcome.reason
        if outcome.taken is not None:
            taken = outcome.taken
            several = [each for each in several if not any(_holds(system, way, taken) for way in each.ways)] 
            ...
        return None
