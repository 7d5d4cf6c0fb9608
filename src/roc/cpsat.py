"""The questions of the solver put to CP-SAT, for rules that are too large or too hard for the engine.

It needs the extra ``cpsat``: ``pip install rules-of-combination[cpsat]``. A rule is read at the same door as the
engine's, from its statements: their choices are not multiplied out with one another. The answers are those of the
engine, in the same order; only of several minimal conflicts another one may come first. CP-SAT runs with one worker
and a fixed seed, so an answer that is given within its time is always the same.
"""

import functools
import itertools
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from roc._engine.complete import Found
from roc._engine.explain import Core
from roc._engine.options import Options
from roc._engine.problem import each_bit, sees
from roc._engine.repair import Repair
from roc._engine.rule import Atom, Kinds, Part, Row, Rule, Together
from roc._engine.search import OutOfBudgetError
from roc.errors import MissingExtraError
from roc.rules import Measure

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["CpSat", "TimeLimitError"]


def __dir__() -> list[str]:
    return __all__


_CHUNK: Final = 24
"""So many units are put in order at a time, as the digits of one number."""

_LARGEST: Final = 1 << 40
"""Goals are minimised together while their numbers stay below this."""

Goal: TypeAlias = Mapping[int, int]
"""A weighted sum of literals that is to be small."""

Solution: TypeAlias = Sequence[int]
"""The value of each variable, 0 or 1."""


class TimeLimitError(OutOfBudgetError):
    """The time was up before the answer was certain.

    Attributes:
        best: The best answer found by then; ``None`` for none.
        bound: What the cost of an answer is at least, as proven by then; ``None``: nothing is proven.
    """

    def __init__(self, best: Found | Repair | None = None, bound: int | None = None) -> None:
        self.best, self.bound = best, bound
        super().__init__(best, bound)


class _UnfinishedError(OutOfBudgetError):
    """The time was up within one call of CP-SAT: what was found until then, and the least that a goal comes to."""

    def __init__(self, found: Solution | None, bound: int | None) -> None:
        self.found, self.bound = found, bound
        super().__init__(found, bound)


class _Clock:
    """The time that is left for all calls of CP-SAT together."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds


class _Program:
    """A program over Booleans. A literal is the number of a variable, or its complement for the opposite."""

    def __init__(self) -> None:
        try:
            from ortools.sat.python import cp_model  # noqa: PLC0415 - the extra may be missing
        except ImportError:
            what = "solving with CP-SAT"
            raise MissingExtraError(what, "cpsat") from None
        self.library = cp_model
        self.model = cp_model.CpModel()
        self.variables: list[cp_model.IntVar] = []

    def copy(self) -> "_Program":
        """Return a program that goes on from here by itself."""
        found = _Program()
        found.model = self.model.clone()
        found.variables = list(self.variables)
        return found

    def boolean(self) -> int:
        """Return a new variable."""
        self.variables.append(self.model.new_bool_var(""))
        return len(self.variables) - 1

    def _all(self, literals: Iterable[int]) -> "list[cp_model.LiteralT]":
        return [self.variables[each] if each >= 0 else ~self.variables[~each] for each in literals]

    def clause(self, literals: Iterable[int], when: Iterable[int] = ()) -> None:
        """Ask for one of some literals, when all others hold."""
        self.model.add_bool_or(self._all((*literals, *(~each for each in when))))

    def linear(self, goal: Goal, low: int | None, high: int | None, when: Iterable[int] = ()) -> None:
        """Ask for a sum from *low* to *high*, when some literals hold."""
        low = sum(min(0, weight) for weight in goal.values()) if low is None else low
        high = sum(max(0, weight) for weight in goal.values()) if high is None else high
        bound = self.model.add_linear_constraint(self._sum(goal), low, high)
        bound.only_enforce_if(self._all(when))

    def _sum(self, goal: Goal) -> "cp_model.LinearExpr":
        return self.library.LinearExpr.weighted_sum(self._all(goal), list(goal.values()))

    def solve(self, clock: _Clock, hint: Solution | None = None, **parameters: float) -> Solution | None:
        """Return the best solution, ``None`` where there is none.

        Raises:
            _UnfinishedError: The time was up.
        """
        solver = self._solver(clock, parameters)
        self.model.clear_hints()
        for variable, value in zip(self.variables, hint or (), strict=False):
            self.model.add_hint(variable, value)
        return self._run(solver, clock)

    def _solver(self, clock: _Clock, parameters: Mapping[str, float]) -> "cp_model.CpSolver":
        solver = self.library.CpSolver()
        settings = {
            "num_workers": 1,
            "random_seed": 0,
            "symmetry_level": 0,
            "linearization_level": 2,
            "cp_model_probing_level": 0,
            "max_time_in_seconds": max(clock.left, 0.0),
            **parameters,
        }
        for name, value in settings.items():
            setattr(solver.parameters, name, value)
        return solver

    def _run(self, solver: "cp_model.CpSolver", clock: _Clock) -> Solution | None:
        start = time.monotonic()
        status = solver.solve(self.model)
        clock.left -= time.monotonic() - start
        if status == self.library.INFEASIBLE:
            return None
        found = None if status == self.library.UNKNOWN else list(solver.response_proto.solution)
        if status == self.library.OPTIMAL:
            return found
        bound = math.ceil(solver.best_objective_bound - 1e-6) if self.model.has_objective() else None
        raise _UnfinishedError(found, bound)

    def least(
        self, clock: _Clock, goal: Goal, hint: Solution | None = None, **parameters: float
    ) -> Solution | None:
        """Return a solution with the least sum."""
        self.model.minimize(self._sum(goal))
        return self.solve(clock, hint, **parameters)

    def core(self, clock: _Clock, assumed: Sequence[int]) -> list[int] | None:
        """Return those of some literals that exclude one another, ``None`` where they do not."""
        self.model.clear_assumptions()
        self.model.add_assumptions(self._all(assumed))
        solver = self._solver(clock, {"cp_model_presolve": False})
        if self._run(solver, clock) is not None:
            return None
        found = set(solver.sufficient_assumptions_for_infeasibility())
        return [each for each in assumed if each in found]


def _amount(goal: Goal, solution: Solution) -> int:
    return sum(weight * _holds(literal, solution) for literal, weight in goal.items())


def _holds(literal: int, solution: Solution) -> int:
    return solution[literal] if literal >= 0 else 1 - solution[~literal]


class _Way:
    """One rule, written into a program."""

    def __init__(self, program: _Program, rule: Rule, units: Sequence[int], when: tuple[int, ...]) -> None:
        self.program, self.rule, self.when = program, rule, when
        self.places: list[list[int]] = []
        for unit, places in zip(units, rule.places, strict=True):
            literals = [unit] if len(places) == 1 else [program.boolean() for _ in places]
            if len(places) > 1:
                program.linear({**dict.fromkeys(literals, 1), unit: -1}, 0, 0)
            self.places.append(literals)
        self.units = units
        self.used: dict[Row, int | None] = {}
        for (first, second), most in rule.caps.items():
            shared = {
                literal: 1
                for literals, places in zip(self.places, rule.places, strict=True)
                for literal, place in zip(literals, places, strict=True)
                if first in place.groups and second in place.groups
            }
            program.linear(shared, None, most, when)

    def state(self, alternatives: Sequence[Sequence[Part]], when: tuple[int, ...]) -> None:
        """Ask for one of several alternatives."""
        if len(alternatives) == 1:
            self._all(alternatives[0], when)
            return
        either = [self.program.boolean() for _ in alternatives]
        self.program.clause(either, when)
        for literal, parts in zip(either, alternatives, strict=True):
            self._all(parts, (literal,))

    def _all(self, parts: Sequence[Part], when: tuple[int, ...]) -> None:
        for part in parts:
            match part:
                case Atom(row=row, lo=low, hi=high, used=used):
                    self._atom(row, low, high, used, when)
                case Kinds(rows=rows, lo=low, hi=high):
                    literals = [each for each in map(self._used, rows) if each is not None]
                    self.program.linear(_counted(literals), low, high, when)
                case Together(mask=mask):
                    bits = list(each_bit(mask))
                    for one, other in itertools.pairwise((*bits, *bits[:1])):
                        self.program.clause((~self.units[one], self.units[other]), when)
                case _:
                    self.program.clause((), when)

    def _atom(
        self, row: Row, low: int | None, high: int | None, used: Row | None, when: tuple[int, ...]
    ) -> None:
        weights = self.rule.weights[row.measure]
        goal = {
            literal: weights[bit] for bit in each_bit(row.mask) if weights[bit] for literal in self._seen(row, bit)
        }
        if high is not None:
            self.program.linear(goal, None, high, when)
        if low is not None:
            if used is not None:
                some = self._used(used)
                if some is None:
                    return
                when = (*when, some)
            self.program.linear(goal, low, None, when)

    def _seen(self, row: Row, bit: int) -> Iterator[int]:
        for literal, place in zip(self.places[bit], self.rule.places[bit], strict=True):
            if sees(row, place):
                yield literal

    def _used(self, row: Row) -> int | None:
        """Return the literal that says whether anything of a row is chosen; ``None``: nothing ever is."""
        if row not in self.used:
            literals = [literal for bit in each_bit(row.mask) for literal in self._seen(row, bit)]
            self.used[row] = self._either(literals)
        return self.used[row]

    def _either(self, literals: Sequence[int]) -> int | None:
        if len(literals) < 2:
            return literals[0] if literals else None
        found = self.program.boolean()
        self.program.clause(literals, (found,))
        for each in literals:
            self.program.clause((found,), (each,))
        return found


def _counted(literals: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for each in literals:
        found[each] = found.get(each, 0) + 1
    return found


class _Written(NamedTuple):
    """Rules as a program: the variable of each unit, of each way, and of each clause where those are members."""

    program: _Program
    units: tuple[int, ...]
    ways: tuple[int, ...]
    clauses: dict[str, int]

    def copy(self) -> "_Written":
        return self._replace(program=self.program.copy())

    def units_of(self, solution: Solution) -> int:
        """Return the units that a solution takes, as a mask."""
        return sum(1 << bit for bit, literal in enumerate(self.units) if solution[literal])

    def fix(self, mask: int, *, value: bool) -> None:
        """Ask for some units, or leave them out."""
        for bit in each_bit(mask):
            literal = self.units[bit]
            self.program.clause((literal if value else ~literal,))


@functools.lru_cache(maxsize=16)
def _written(rules: tuple[Rule, ...], has_members: bool) -> _Written:
    """Write rules into a program; a solution satisfies one of them."""
    program = _Program()
    units = tuple(program.boolean() for _ in rules[0].units)
    ways = tuple(program.boolean() for _ in rules)
    program.clause(ways)
    clauses: dict[str, int] = {}
    for literal, rule in zip(ways, rules, strict=True):
        when = (literal,) if len(ways) > 1 else ()
        way = _Way(program, rule, units, when)
        for source, alternatives in rule.statements:
            if has_members and source not in clauses:
                clauses[source] = program.boolean()
            way.state(alternatives, (*when, clauses[source]) if has_members else when)
    return _Written(program, units, ways, clauses)


class CpSat:
    """What can become of a selection, found out by CP-SAT.

    Args:
        rules: The rule of each pathway in question.
        chosen: The units that the person chose, as a mask.
        seconds: How long all questions to this object may take together.
    """

    def __init__(self, rules: Sequence[Rule], chosen: int, seconds: float = 10.0) -> None:
        self.rules, self.chosen, self.clock = tuple(rules), chosen, _Clock(seconds)
        self.free = rules[0].all & ~chosen

    def _open(self, chosen: int, banned: int = 0, *, has_members: bool = False) -> _Written:
        found = _written(self.rules, has_members).copy()
        found.fix(chosen, value=True)
        found.fix(banned & ~chosen, value=False)
        return found

    def _way(self, written: _Written, program: _Program, solution: Solution) -> int:
        """Return the first way in which the units of a solution satisfy a rule."""
        if len(written.ways) == 1:
            return 0
        goal = {literal: i for i, literal in enumerate(written.ways)}
        best = program.copy().least(self.clock, goal, solution) or solution
        return next(i for i, literal in enumerate(written.ways) if best[literal])

    def _ordered(
        self, program: _Program, goals: Sequence[Goal], hint: Solution | None = None
    ) -> Iterator[tuple[_Program, Solution]]:
        """Yield a solution for each combination of the amounts of *goals*, in the order of those amounts."""
        first, *rest = goals
        while True:
            solution = program.least(self.clock, first, hint)
            if solution is None:
                return
            amount = _amount(first, solution)
            level = program.copy()
            level.linear(first, amount, amount)
            if rest:
                try:
                    yield from self._ordered(level, rest, solution)
                except _UnfinishedError as error:
                    raise _UnfinishedError(error.found or solution, amount) from None
            else:
                yield level, solution
            program.linear(first, amount + 1, None)
            hint = None

    def _goals(self, goals: Sequence[Goal], order: Sequence[int]) -> list[Goal]:
        """Return goals that are minimised one after another: those given, then the first units in order."""
        found = [goals[0]]
        for goal in goals[1:]:
            width = 1 + sum(map(abs, goal.values()))
            joined = {literal: weight * width for literal, weight in found[-1].items()}
            for literal, weight in goal.items():
                joined[literal] = joined.get(literal, 0) + weight
            if sum(map(abs, joined.values())) < _LARGEST:
                found[-1] = joined
            else:
                found.append(goal)
        for start in range(0, len(order), _CHUNK):
            part = order[start : start + _CHUNK]
            found.append({literal: -(1 << len(part) - 1 - i) for i, literal in enumerate(part)})
        return found

    def completions(
        self, *, banned: int = 0, preferred: int = 0, costs: Mapping[int, int] | None = None
    ) -> Iterator[Found]:
        """Yield the completions in the order of the engine: cost, credit, then the units in declared order.

        Args:
            banned: Units that may not be added.
            preferred: Units that come first among completions of equal cost and credit.
            costs: What each unit costs, at least 1; ``None``: 1 each.

        Raises:
            TimeLimitError: The time was up before the next one was certain.
        """
        written = self._open(self.chosen, banned)
        price = {written.units[bit]: 1 if costs is None else costs[bit] for bit in each_bit(self.free)}
        weights = self.rules[0].weights[Measure.CREDIT]
        credit = {written.units[bit]: weights[bit] for bit in each_bit(self.free)}
        order = [written.units[bit] for bit in (*each_bit(self.free & preferred), *each_bit(self.free & ~preferred))]

        def found(solution: Solution, way: int) -> Found:
            added = written.units_of(solution) & self.free
            return Found(_amount(price, solution), _amount(credit, solution), added, way)

        goals = self._goals([price, credit], order)
        try:
            for program, solution in self._ordered(written.program, goals):
                yield found(solution, self._way(written, program, solution))
        except _UnfinishedError as error:
            raise error
