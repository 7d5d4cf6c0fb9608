"""Conflicts and completions that can be seen at a glance, without a linear relaxation.

Clauses force units and exclude units, one after another, until one clause cannot be kept any more; each unit
remembers which members did it. What floors need besides is held against each ceiling. Where nothing speaks
against it, the floors are filled one after another, which often is a completion.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from roc._engine.bounds import Bounds
from roc._engine.budget import Budget
from roc._engine.checks import (
    Check,
    EitherCheck,
    Hint,
    KindsCheck,
    LinkCheck,
    RowCheck,
    Seen,
    Trail,
    Weights,
    families_of,
    union,
)
from roc._engine.parts import Alternatives, Atom, Kinds, Part, Place, Row, Together
from roc._engine.rule import Rule
from roc.rules import Measure

_ROUNDS: Final = 20
"""So often all clauses are looked at, while they still force or exclude units."""

_CHECKS: Final = 4
"""So many clauses are looked at in the time in which the search looks at one state."""

_CEILINGS: Final = 3
"""So many tight ceilings are spared, one after another, in the search for a completion."""


class View(NamedTuple):
    """What was seen: a reason why not, or a completion, or neither."""

    reason: int | None
    taken: int | None


class _Layer(NamedTuple):
    """The units that have a first place, or a second: where that is, and whether they count there."""

    units: int
    counting: int
    inside: dict[int, int]

    def seen(self, row: Row) -> int:
        """Return the units that a row sees there."""
        units = self.counting if row.counted else self.units
        if row.groups is None:
            return units
        found = 0
        for group in row.groups:
            found |= self.inside.get(group, 0)
        return units & found


def _width(check: Check) -> int:
    """Return the place of a clause in the order: narrow floors are filled first, for that helps wide ones."""
    return check.may.bit_count() if isinstance(check, RowCheck) else 0


class Glance:
    """The clauses of one rule as what can be looked at quickly.

    Args:
        rule: The rule.
        members: The member of each clause, by its path.
    """

    def __init__(self, rule: Rule, members: dict[str, int]) -> None:
        self.rule, self.half = rule, len(rule.units) // 2
        self._read_places()
        self._seen: dict[Row, Seen] = {}
        self.weights: dict[Measure, Weights] = {}
        self.checks = [
            check for source, each in rule.statements for check in self._statement(members[source], each)
        ]
        self.checks.sort(key=_width)
        inside = self.layers[0].inside
        self.caps = [
            (inside.get(one, 0) & inside.get(other, 0), most) for (one, other), most in rule.caps.items()
        ]

    # -- reading ------------------------------------------------------------------------------------

    def _read_places(self) -> None:
        """Read where units may be placed: those that have a first place, a second, and so on."""
        alike: dict[tuple[Place, ...], int] = {}
        for bit, places in enumerate(self.rule.places):
            alike[places] = alike.get(places, 0) | 1 << bit
        self.layers: list[_Layer] = []
        for i in range(max(map(len, alike), default=1)):
            inside: dict[int, int] = {}
            present = counting = 0
            for places, units in alike.items():
                if len(places) > i:
                    present |= units
                    groups, counts = places[i]
                    if counts:
                        counting |= units
                    for group in groups:
                        inside[group] = inside.get(group, 0) | units
            self.layers.append(_Layer(present, counting, inside))

    def _look(self, row: Row) -> Seen:
        found = self._seen.get(row)
        if found is None:
            seen = [layer.seen(row) for layer in self.layers]
            first = may = sure = row.mask & seen[0]
            for here, layer in zip(seen[1:], self.layers[1:], strict=True):
                may |= row.mask & here
                sure &= here | ~layer.units
            found = self._seen[row] = Seen(may, sure, first, tuple(seen))
        return found

    def _weighed(self, measure: Measure) -> Weights:
        """Return the units of each weight, the heaviest first, without those that weigh nothing."""
        found = self.weights.get(measure)
        if found is None:
            masks: dict[int, int] = {}
            for bit, weight in enumerate(self.rule.weights[measure]):
                masks[weight] = masks.get(weight, 0) | 1 << bit
            masks.pop(0, None)
            found = self.weights[measure] = tuple(sorted(masks.items(), reverse=True))
        return found

    def _statement(self, member: int, alternatives: Alternatives) -> "list[Check]":
        each = [[self._part(member, part) for part in parts] for parts in alternatives]
        return each[0] if len(each) == 1 else [EitherCheck(member, each)]

    def _part(self, member: int, part: Part) -> "Check":
        if isinstance(part, Atom):
            used = None if part.used is None else self._look(part.used)
            return RowCheck(member, part, self._weighed(part.row.measure), self._look(part.row), used)
        if isinstance(part, Together):
            return LinkCheck(member, part.mask)
        if isinstance(part, Kinds):
            return KindsCheck(member, part, [self._look(row) for row in part.rows])
        return EitherCheck(member, ())

    # -- looking ------------------------------------------------------------------------------------

    def look(
        self, members: int, chosen: int, given: int, out: int, budget: Budget, more: Part | None = None
    ) -> View:
        """Return what can be seen of some members, to which a part may be added that is none.

        Args:
            members: The clauses.
            chosen: The units chosen, members of the conflict too.
            given: Units that are assumed to be chosen.
            out: Units that are assumed to be left out; none of those chosen.
            budget: What may be spent; where that is too little, less is seen.
            more: The part.
        """
        budget.left -= 1 + len(self.checks) // _CHECKS
        checks = [check for check in self.checks if check.member & members]
        if more is not None:
            checks.append(self._part(0, more))
        trail = Trail(chosen, given, out)
        for turn in range(_ROUNDS):
            before = trail.derived
            for check in reversed(checks) if turn % 2 else checks:  # a long chain is followed either way
                reason = check.push(trail)
                if reason is not None:
                    return View(reason, None)
            if trail.derived == before:
                break
        rows = [check for check in checks if isinstance(check, RowCheck)]
        narrow = [row.may for row in rows if row.high is not None and row.may.bit_count() <= self.half]
        hint = Hint(budget, trail.out, union(narrow))
        taken = self._filled(checks, trail.must, hint)
        if taken is not None:
            return View(None, taken)
        bounds = Bounds(rows, trail, budget)
        reason = bounds.squeezed() or bounds.starved()
        if reason is not None:
            return View(reason, None)
        hint = hint._replace(families=families_of(checks))
        taken = self._filled(checks, trail.must, hint)
        if taken is None:
            reason = bounds.squeezed(hint.families)
            if reason is not None:
                return View(reason, None)
        for ceiling in bounds.tight[:_CEILINGS]:
            if taken is None:
                taken = self._filled(checks, trail.must, hint._replace(ceiling=ceiling))
        return View(None, taken)

    def _filled(self, checks: "Sequence[Check]", taken: int, hint: Hint) -> int | None:
        """Return a completion, with every unit in its first place; ``None`` where none is found."""
        before = -1
        for turn in range(_ROUNDS):
            if taken == before:
                return taken if all((mask & taken).bit_count() <= most for mask, most in self.caps) else None
            before = taken
            for check in reversed(checks) if turn % 2 else checks:
                taken = check.fill(taken, hint)
                if taken < 0:
                    return None
        return None
