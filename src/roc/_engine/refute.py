"""Proofs that some clauses and some choices exclude one another, and which of them a proof needs.

Most is seen at a glance. Where that leaves it open, the linear relaxation is asked. Where that is impossible, the
simplex leaves factors for a sum of lines that shows it; the sum is checked in whole numbers. The clauses with a
factor, and the choices without which the sum shows nothing, are the reason. Where the relaxation is possible, a walk
from its solution nearly always leads to a whole one. Where it does not, both sides of a decision are refuted, and
the reason is that of both. Where even that takes too long, the search for completions decides.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from roc._engine.bits import each_bit
from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.complete import Completer
from roc._engine.lines import Line, Statement, System, Systems, Taken, Way
from roc._engine.parts import Part
from roc._engine.prices import prices
from roc._engine.problem import Problem

_NODES: Final = 24
"""Relaxations of one question that are solved before the search for completions is asked."""

_QUICK: Final = 2000
"""States that the search for completions looks at before decisions are refuted."""

_RELAXING: Final = 20
"""What solving a relaxation costs at least, in states."""

_PIVOTING: Final = 40
"""A relaxation costs the third power of its rows besides, divided by this; it is not solved where that is much."""

_SCALE: Final = 1 << 24
"""Factors of a proof are whole numbers up to this."""

_STEPS: Final = 40
"""Steps from a fractional solution to a whole one."""

_REST: Final = 6
"""For so many steps a decision is not taken back."""

_FAR: Final = 1e12
_EPS: Final = 1e-6


class _Domain(NamedTuple):
    """What is decided: units chosen, units taken or left out besides, and the columns that remain for some."""

    chosen: int
    given: int
    out: int
    allowed: dict[int, tuple[int, ...]]


class _Split(NamedTuple):
    """A decision: the unit is taken in one of some columns, or in another, or not."""

    unit: int
    columns: tuple[int, ...]
    others: tuple[int, ...]


class _Outcome(NamedTuple):
    """What a relaxation tells: a reason why not, or a solution, or what to decide next."""

    reason: int | None = None
    taken: Taken | None = None
    split: _Split | None = None


class _UndecidedError(Exception):
    """Neither a reason nor a solution was found in as many relaxations as are allowed."""


def _walk(
    columns: Sequence[Sequence[tuple[int, float]]], low: list[float], high: list[float], shares: list[float]
) -> list[bool]:
    """Return a whole solution near that of a relaxation: one decision after another is turned round.

    Each time it is the one that leaves least broken, of those not turned a short while ago.
    """
    taken = [share > 0.5 for share in shares]
    amounts = [0.0] * len(low)
    largest = [1.0] * len(low)
    for column, is_taken in zip(columns, taken, strict=True):
        for i, weight in column:
            largest[i] = max(largest[i], abs(weight))
            if is_taken:
                amounts[i] += weight
    rested = [0] * len(columns)
    for turn in range(1, _STEPS):
        short = [max(0.0, a - x, x - b) for a, x, b in zip(low, amounts, high, strict=True)]
        if not any(short) or len(columns) <= _REST:
            break
        best, choice = math.inf, -1
        for j, column in enumerate(columns):
            if rested[j] >= turn:
                continue
            change = 0.0
            for i, weight in column:
                amount = amounts[i] - weight if taken[j] else amounts[i] + weight
                change += (max(0.0, low[i] - amount, amount - high[i]) - short[i]) / largest[i]
            if change < best:
                best, choice = change, j
        rested[choice] = turn + _REST
        for i, weight in columns[choice]:
            amounts[i] += -weight if taken[choice] else weight
        taken[choice] = not taken[choice]
    return taken


class Refuter:
    """Finds out which members exclude one another.

    Args:
        systems: The rules.
        must: Units that are assumed to be chosen; they are no members.
        banned: Units that are assumed to be left out.
        budget: What may be spent.

    Attributes:
        taken: The last solution found where nothing could be refuted, if its places are known.
    """

    def __init__(self, systems: Systems, must: int, banned: int, budget: Budget) -> None:
        self.systems, self.must, self.banned, self.budget = systems, must, banned, budget
        self.taken: Taken | None = None

    def refute(self, members: int) -> int | None:
        """Return those of *members* that exclude one another, ``None`` where they do not.

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

    def refute_one(self, system: System, members: int, more: Way | None = None) -> int | None:
        """Return the same for one rule alone, to which something may be added that is no member."""
        chosen = members & ~self.systems.clauses
        if self.must & self.banned:
            return 0
        if clash := chosen & self.banned:
            return clash & -clash
        part = None if more is None else more.parts[0]
        view = system.glance.look(members, chosen, self.must, self.banned, self.budget, part)
        if self.budget.left < 0:
            raise OutOfBudgetError
        if view.reason is not None:
            return view.reason
        if view.taken is not None:
            self.taken = {bit: system.columns[bit][0] for bit in each_bit(view.taken)}
            return None
        several: list[Statement] = []
        lines: list[Line] = list(system.caps)
        parts: list[Part] = []
        if more is not None:
            lines += more.lines
            parts += more.parts
        for statement in system.statements:
            if not statement.member & members:
                continue
            match statement.ways:
                case ():
                    return statement.member
                case (way,):
                    lines += way.lines
                    parts += way.parts
                case _:
                    several.append(statement)
        domain = _Domain(chosen & ~self.must, self.must, self.banned, {})
        return self._decide(system, members, lines, parts, several, domain)

    def _decide(
        self,
        system: System,
        members: int,
        lines: list[Line],
        parts: list[Part],
        several: list[Statement],
        domain: _Domain,
    ) -> int | None:
        """Refute lines together with statements that hold in one of several ways."""
        outcome = self._relax(system, lines, domain, walk=True)
        if outcome.reason is not None:
            return outcome.reason
        taken, unmet = outcome.taken, several
        if taken is not None:
            unmet = [each for each in several if not any(system.holds(w.lines, taken) for w in each.ways)]
        if not unmet:
            return self._conclude(system, members, lines, parts, domain, outcome)
        statement = unmet[0]
        rest = [each for each in several if each is not statement]
        reason = statement.member
        for way in statement.ways:
            found = self._decide(system, members, [*lines, *way.lines], [*parts, *way.parts], rest, domain)
            if found is None or not found & statement.member:
                return found
            reason |= found
        return reason

    def _conclude(
        self,
        system: System,
        members: int,
        lines: list[Line],
        parts: list[Part],
        domain: _Domain,
        outcome: _Outcome,
    ) -> int | None:
        """Refute lines whose relaxation is possible, first with little patience."""
        is_refuted = False
        if outcome.taken is None:
            try:
                is_refuted = not self._is_possible(system, parts, domain, _QUICK)
                if not is_refuted:
                    return None
            except OutOfBudgetError:
                if self.budget.left < 0:
                    raise
        try:
            return self._branch(system, lines, domain, outcome, [_NODES])
        except _UndecidedError:
            if is_refuted or not self._is_possible(system, parts, domain, self.budget.left):
                return members
            return None

    def _branch(
        self, system: System, lines: list[Line], domain: _Domain, outcome: _Outcome, left: list[int]
    ) -> int | None:
        """Refute lines whose relaxation is possible: both sides of a decision."""
        if outcome.reason is not None:
            return outcome.reason
        if outcome.taken is not None:
            self.taken = outcome.taken
            return None
        left[0] -= 2
        if outcome.split is None or left[0] < 0:
            raise _UndecidedError
        unit, columns, others = outcome.split
        bit = 1 << unit
        inside = domain._replace(given=domain.given | bit, allowed={**domain.allowed, unit: columns})
        outside = (
            domain._replace(allowed={**domain.allowed, unit: others})
            if others
            else domain._replace(out=domain.out | bit)
        )
        reason = 0
        for side in (inside, outside):
            found = self._branch(system, lines, side, self._relax(system, lines, side, walk=False), left)
            if found is None:
                return None
            reason |= found
        return reason

    def _is_possible(self, system: System, parts: list[Part], domain: _Domain, part: int) -> bool:
        """Let the search for completions decide, with a part of the budget."""
        budget = Budget(min(part, self.budget.left))
        before = budget.left
        packed = [[Problem(system.rule, parts)]]
        chosen = domain.chosen | domain.given
        try:
            found = Completer([system.rule], chosen, budget, banned=domain.out, packed=packed).some()
        finally:
            self.budget.left -= before - budget.left
        self.taken = None
        return found is not None

    # -- one relaxation -----------------------------------------------------------------------------

    def _relax(self, system: System, lines: list[Line], domain: _Domain, *, walk: bool) -> _Outcome:
        must, out = domain.chosen | domain.given, domain.out
        tight: list[Line] = []
        for line in lines:
            bottom, top, low, high = line.bottom, line.top, line.low, line.high
            for bit in each_bit(line.units & (must | out)):
                least, most = line.spans[bit]
                if must >> bit & 1:
                    bottom, top = bottom + max(0, least), top + min(0, most)
                else:
                    bottom, top = bottom - min(0, least), top - max(0, most)
            if low is not None and top < low:
                return _Outcome(self._reason(system, [(line, 1)], domain))
            if high is not None and bottom > high:
                return _Outcome(self._reason(system, [(line, -1)], domain))
            if (low is not None and bottom < low) or (high is not None and top > high):
                tight.append(line)
        variables, single, columns, low_, high_ = self._tableau(system, tight, domain)
        rows = len(low_)
        price = _RELAXING + len(columns) * rows // 16 + rows**3 // _PIVOTING
        if price > self.budget.left // 8:
            return _Outcome()
        self.budget.left -= price
        proof: list[float] = []
        found = prices([0.0] * len(columns), columns, low_, high_, proof=proof)
        if found is None:
            return self._proven(system, tight, proof, domain)
        shares = found[1]
        whole = _walk(columns, low_, high_, shares) if walk else [share > 0.5 for share in shares]
        taken, unsure = single, _EPS
        split: _Split | None = None
        for variable, share, is_taken in zip(variables, shares, whole, strict=True):
            if variable.unit >= 0:
                if is_taken:
                    taken[variable.unit] = variable.columns[0]
                if min(share, 1.0 - share) > unsure:
                    split, unsure = variable, min(share, 1.0 - share)
        return _Outcome(taken=taken) if system.holds(lines, taken) else _Outcome(split=split)

    def _tableau(
        self, system: System, tight: list[Line], domain: _Domain
    ) -> tuple[list[_Split], Taken, list[list[tuple[int, float]]], list[float], list[float]]:
        """Return the relaxation: what each variable decides, what is decided, columns, and bounds of rows."""
        entries: dict[int, list[tuple[int, int]]] = {}
        for i, line in enumerate(tight):
            for column, weight in line.weights.items():
                entries.setdefault(column, []).append((i, weight))
        must = domain.chosen | domain.given
        low = [-_FAR if line.low is None else float(line.low) for line in tight]
        high = [_FAR if line.high is None else float(line.high) for line in tight]
        variables: list[_Split] = []
        columns: list[list[tuple[int, float]]] = []
        single: Taken = {bit: (domain.allowed.get(bit) or system.columns[bit])[0] for bit in each_bit(must)}
        seen = domain.out
        for column, entry in entries.items():
            unit = system.owner[column]
            if unit < 0:
                variables.append(_Split(-1, (column,), ()))
                columns.append([(i, float(weight)) for i, weight in entry])
                continue
            if seen >> unit & 1:
                continue
            seen |= 1 << unit
            options: dict[tuple[tuple[int, int], ...], list[int]] = {}
            for each in domain.allowed.get(unit) or system.columns[unit]:
                options.setdefault(tuple(entries.get(each, ())), []).append(each)
            is_must = must >> unit & 1
            if is_must and len(options) == 1:
                for i, amount in next(iter(options)):
                    low[i] -= amount
                    high[i] -= amount
                continue
            effective = [key for key in options if key or is_must]
            for key in effective:
                others = tuple(each for other, found in options.items() if other != key for each in found)
                variables.append(_Split(unit, tuple(options[key]), others))
                columns.append([(i, float(weight)) for i, weight in key])
            if len(effective) > 1:
                for made in columns[-len(effective) :]:
                    made.append((len(low), 1.0))
                low.append(float(is_must))
                high.append(1.0)
        return variables, single, columns, low, high

    def _proven(self, system: System, tight: list[Line], proof: list[float], domain: _Domain) -> _Outcome:
        """Check a proof in whole numbers."""
        largest = max(map(abs, proof[: len(tight)]), default=0.0) or 1.0
        for sign in (1, -1):
            factors = [
                (line, factor)
                for line, each in zip(tight, proof, strict=False)
                if (factor := sign * round(each / largest * _SCALE))
            ]
            reason = self._reason(system, factors, domain)
            if reason is not None:
                return _Outcome(reason)
        return _Outcome()

    def _reason(self, system: System, factors: list[tuple[Line, int]], domain: _Domain) -> int | None:
        """Return the members that a sum of lines needs to be impossible; ``None`` where it is not."""
        members = need = reach = 0
        sums: dict[int, int] = {}
        for line, factor in factors:
            bound = line.low if factor > 0 else line.high
            if bound is None:
                continue
            members |= line.member
            need += factor * bound
            for column, weight in line.weights.items():
                sums[column] = sums.get(column, 0) + factor * weight
        harms: list[tuple[int, int]] = []
        seen = domain.out
        for column, total in sums.items():
            unit = system.owner[column]
            if unit < 0:
                reach += max(0, total)
            elif not seen >> unit & 1:
                bit = 1 << unit
                seen |= bit
                most = max(sums.get(each, 0) for each in domain.allowed.get(unit) or system.columns[unit])
                if most < 0 and domain.chosen & ~domain.given & bit:
                    harms.append((-most, unit))
                if most > 0 or (domain.chosen | domain.given) & bit:
                    reach += most
        slack = need - reach
        if slack <= 0:
            return None
        for harm, unit in sorted(harms):
            if harm < slack:
                slack -= harm
            else:
                members |= 1 << unit
        return members
