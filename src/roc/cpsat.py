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
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from roc._engine.bits import each_bit
from roc._engine.budget import OutOfBudgetError
from roc._engine.complete import Found
from roc._engine.explain import Core
from roc._engine.options import Options
from roc._engine.parts import Atom, Kinds, Part, Row, Together, sees
from roc._engine.repair import Repair
from roc._engine.rule import Rule
from roc.errors import MissingExtraError
from roc.rules import Measure

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["CpSat", "TimeLimitError"]


def __dir__() -> list[str]:
    return __all__


_CHUNK: Final = 24
"""So many units are put in order at a time, as the digits of one number."""

_SETTINGS: Final[Mapping[str, float]] = {
    "num_workers": 1,
    "random_seed": 0,
    "symmetry_level": 0,
    "linearization_level": 2,
    "cp_model_probing_level": 0,
    "catch_sigint_signal": False,
}
"""One worker and one seed make answers repeatable; the others were fastest on rules of all kinds."""

_EPS: Final = 1e-6

_GENEROUS: Final = 0.5
"""A step of the options that tells at least so much of what the best step could is good enough."""

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


class _UnfinishedError(TimeLimitError):
    """The time was up within one call of CP-SAT: what was found until then, and the least that a goal comes to."""

    def __init__(self, found: Solution | None, proven: int | None) -> None:
        self.found, self.proven = found, proven
        super().__init__()


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
        bottom = sum(min(0, weight) for weight in goal.values())
        top = sum(max(0, weight) for weight in goal.values())
        low = bottom if low is None else max(low, bottom)
        high = top if high is None else min(high, top)
        if low > high:  # CP-SAT takes a bound over nothing for one that holds
            self.clause((), when)
        elif (low, high) != (bottom, top):
            bound = self.model.add_linear_constraint(self._sum(goal), low, high)
            bound.only_enforce_if(self._all(when))  # pyright: ignore[reportUnknownMemberType] - open in its stubs

    def _sum(self, goal: Goal) -> "cp_model.LinearExpr":
        terms = self._all(goal), list(goal.values())
        return self.library.LinearExpr.weighted_sum(*terms)  # pyright: ignore[reportUnknownMemberType] - as above

    def solve(self, clock: _Clock) -> Solution | None:
        """Return some solution, ``None`` where there is none.

        Raises:
            _UnfinishedError: The time was up.
        """
        self.model.proto.clear_objective()
        return self._run(self._solver(clock), clock)

    def least(
        self, clock: _Clock, goal: Goal, hint: Solution | None = None, **parameters: float
    ) -> Solution | None:
        """Return a solution with the least sum, ``None`` where there is none.

        Args:
            clock: The time that is left.
            goal: The sum.
            hint: A solution, or one that nearly is.
            parameters: Settings of CP-SAT.

        Raises:
            _UnfinishedError: The time was up.
        """
        self.model.minimize(self._sum(goal))
        self.model.proto.clear_solution_hint()
        for variable, value in zip(self.variables, hint or (), strict=False):
            self.model.add_hint(variable, value)
        return self._run(self._solver(clock, **parameters), clock)

    def core(self, clock: _Clock, assumed: Sequence[int]) -> list[int] | None:
        """Return those of some variables that cannot all be true, ``None`` where they can.

        Raises:
            _UnfinishedError: The time was up.
        """
        self.model.clear_assumptions()
        self.model.add_assumptions(self._all(assumed))
        solver = self._solver(clock, cp_model_presolve=False)
        if self._run(solver, clock) is not None:
            return None
        found = set(solver.sufficient_assumptions_for_infeasibility())
        return [each for each in assumed if each in found]

    def _solver(self, clock: _Clock, **parameters: float) -> "cp_model.CpSolver":
        solver = self.library.CpSolver()
        settings = {**_SETTINGS, "max_time_in_seconds": clock.left, **parameters}
        for name, value in settings.items():
            setattr(solver.parameters, name, value)
        return solver

    def _run(self, solver: "cp_model.CpSolver", clock: _Clock) -> Solution | None:
        if clock.left <= 0:
            raise _UnfinishedError(None, None)
        start = time.monotonic()
        with ThreadPoolExecutor(1) as pool:  # so that Ctrl-C is heard while CP-SAT runs
            job = pool.submit(solver.solve, self.model)
            try:
                status = job.result()
            except KeyboardInterrupt:
                solver.stop_search()
                raise
        clock.left -= time.monotonic() - start
        if status == self.library.INFEASIBLE:
            return None
        found = None if status == self.library.UNKNOWN else list(map(solver.value, self.variables))
        if found is not None and (status == self.library.OPTIMAL or not self.model.has_objective()):
            return found
        bound = solver.best_objective_bound
        raise _UnfinishedError(found, math.ceil(bound - _EPS) if math.isfinite(bound) else None)


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
            literal: weights[bit]
            for bit in each_bit(row.mask)
            if weights[bit]
            for literal in self._seen(row, bit)
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

    def way_of(self, solution: Solution) -> int:
        """Return the first of the ways that a solution says it takes."""
        return next(i for i, literal in enumerate(self.ways) if solution[literal])

    def digits(self, *masks: int) -> Iterator[Goal]:
        """Yield goals that, one after another, take the first units, those of the first mask before others."""
        order = [self.units[bit] for mask in masks for bit in each_bit(mask)]
        for start in range(0, len(order), _CHUNK):
            part = order[start : start + _CHUNK]
            yield {literal: -(1 << len(part) - 1 - i) for i, literal in enumerate(part)}

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
        self.credit = rules[0].weights[Measure.CREDIT]

    def _open(self, must: int, banned: int = 0, *, has_members: bool = False) -> _Written:
        found = _written(self.rules, has_members).copy()
        found.fix(must, value=True)
        found.fix(banned, value=False)
        return found

    def _ordered(
        self, written: _Written, program: _Program, goals: Sequence[Goal], hint: Solution | None = None
    ) -> Iterator[Solution]:
        """Yield a solution for each combination of the amounts of *goals*, in the order of those amounts."""
        goal, *rest = goals
        while True:
            solution = program.least(self.clock, goal, hint)
            if solution is None:
                return
            amount = _amount(goal, solution)
            level = program.copy()
            level.linear(goal, amount, amount)
            try:
                if rest:
                    yield from self._ordered(written, level, rest, solution)
                else:
                    yield self._first_way(written, level, solution)
            except _UnfinishedError as error:
                raise _UnfinishedError(error.found or solution, amount) from None
            program.linear(goal, amount + 1, None)
            hint = None

    def _first_way(self, written: _Written, program: _Program, solution: Solution) -> Solution:
        """Return a solution with the same units for the first rule that they satisfy."""
        goal = {literal: i for i, literal in enumerate(written.ways)}
        return (len(goal) > 1 and program.least(self.clock, goal, solution)) or solution

    # -- completions --------------------------------------------------------------------------------

    def completions(
        self, *, banned: int = 0, preferred: int = 0, costs: Mapping[int, int] | None = None
    ) -> Iterator[Found]:
        """Yield the completions: the least cost first, then the least credit, then the first units in declared order.

        Args:
            banned: Units that may not be added.
            preferred: Units that come first among completions of equal cost and credit.
            costs: What each unit costs, at least 1; ``None``: 1 each.

        Raises:
            TimeLimitError: The time was up before the next one was certain.
        """
        written = self._open(self.chosen, banned & self.free)
        price = {written.units[bit]: 1 if costs is None else costs[bit] for bit in each_bit(self.free)}
        credit = {written.units[bit]: self.credit[bit] for bit in each_bit(self.free)}
        goals = (price, credit, *written.digits(self.free & preferred, self.free & ~preferred))

        def found(solution: Solution) -> Found:
            added = written.units_of(solution) & self.free
            return Found(_amount(price, solution), _amount(credit, solution), added, written.way_of(solution))

        try:
            yield from map(found, self._ordered(written, written.program, goals))
        except _UnfinishedError as error:
            best = None if error.found is None else found(error.found)
            raise TimeLimitError(best, error.proven) from None

    def some(self) -> Found | None:
        """Return some completion, whatever its place in the order; ``None`` where there is none.

        Raises:
            TimeLimitError: The time was up.
        """
        written = self._open(self.chosen)
        solution = written.program.solve(self.clock)
        if solution is None:
            return None
        return Found(0, 0, written.units_of(solution) & self.free, written.way_of(solution))

    def is_complete(self) -> bool:
        """Tell whether nothing needs to be added.

        Raises:
            TimeLimitError: The time was up.
        """
        return self._open(self.chosen, self.free).program.solve(self.clock) is not None

    def bounds(self, measure: Measure) -> tuple[int, int] | None:
        """Return the least and the most that a completion adds, scaled; ``None`` where there is none.

        Raises:
            TimeLimitError: The time was up.
        """
        written = self._open(self.chosen)
        weights = self.rules[0].weights[measure]
        goal = {written.units[bit]: weights[bit] for bit in each_bit(self.free)}
        least = written.program.least(self.clock, goal)
        if least is None:
            return None
        most = written.program.least(self.clock, {literal: -weight for literal, weight in goal.items()})
        return _amount(goal, least), _amount(goal, most or least)

    # -- options ------------------------------------------------------------------------------------

    def options(self) -> Options:
        """Find out what can become of each unit that is not chosen.

        Raises:
            TimeLimitError: The time was up before it was certain that there is a completion, or none.
        """
        written = self._open(self.chosen)
        program = written.program
        found = self.some()
        if found is None:
            return Options(False, 0, 0, self.free, 0)
        seen, common = found.added, found.added
        while unsure := self.free & ~seen | common:
            news = {written.units[bit]: -1 for bit in each_bit(self.free & ~seen)}
            news |= {~written.units[bit]: -1 for bit in each_bit(common)}
            step = program.copy()
            step.linear(news, None, -1)
            try:
                solution = step.least(self.clock, news, relative_gap_limit=_GENEROUS)
            except _UnfinishedError as error:
                if error.found is None:
                    return Options(True, 0, seen & ~common, 0, unsure)
                solution = error.found
            if solution is None:
                break
            added = written.units_of(solution) & self.free
            seen |= added
            common &= added
        return Options(True, common, seen & ~common, self.free & ~seen, 0)

    # -- conflicts ----------------------------------------------------------------------------------

    def conflict(self, *, must: int = 0, banned: int = 0) -> Core | None:
        """Return a minimal conflict, ``None`` where the selection can be completed; see :meth:`conflicts`.

        Raises:
            TimeLimitError: The time was up.
        """
        return next(self.conflicts(must=must, banned=banned), None)

    def conflicts(self, *, must: int = 0, banned: int = 0) -> Iterator[Core]:
        """Yield all minimal conflicts, each once, in a fixed order.

        A second program, of which members to keep, is asked for as many as can be kept by all that is known: they
        exclude one another, which is the next conflict, or do not, and then one more has to be kept.

        Args:
            must: Units assumed to be chosen too; they are no members.
            banned: Units assumed to be left out.

        Raises:
            TimeLimitError: The time was up.
        """
        written = self._open(must, banned, has_members=True)
        members = [*written.clauses.values(), *(written.units[bit] for bit in each_bit(self.chosen))]
        keeping = _Program()
        kept = {member: keeping.boolean() for member in members}
        while True:
            wanted = keeping.least(self.clock, dict.fromkeys(kept.values(), -1))
            if wanted is None:
                return
            core = written.program.core(self.clock, [each for each in members if wanted[kept[each]]])
            if core is None:
                keeping.clause(kept[each] for each in members if not wanted[kept[each]])
                continue
            found = self._minimal(written.program, core)
            keeping.clause(~kept[each] for each in found)
            sources = tuple(source for source, literal in written.clauses.items() if literal in found)
            yield Core(sources, sum(1 << bit for bit in each_bit(self.chosen) if written.units[bit] in found))

    def _minimal(self, program: _Program, core: list[int]) -> set[int]:
        """Return a minimal conflict inside of one; choices are given up before clauses, the last ones first."""
        needed: list[int] = []
        while core:
            last = core.pop()
            smaller = program.core(self.clock, [*needed, *core])
            if smaller is None:
                needed.append(last)
            else:
                core = [each for each in core if each in smaller]
        return set(needed)

    # -- repairs ------------------------------------------------------------------------------------

    def repairs(self, *, banned: int = 0, costs: Mapping[int, int] | None = None) -> Iterator[Repair]:
        """Yield all repairs: by cost, drops, credit, then the units held in declared order, chosen ones first.

        Args:
            banned: Units that may not be added.
            costs: What it costs to drop or to add each unit, at least 1; ``None``: 1 each.

        Raises:
            TimeLimitError: The time was up before the next one was certain.
        """
        written = self._open(0, banned & self.free)
        edits = {
            ~literal if self.chosen >> bit & 1 else literal: 1 if costs is None else costs[bit]
            for bit, literal in enumerate(written.units)
        }
        drops = {~written.units[bit]: 1 for bit in each_bit(self.chosen)}
        credit = dict(zip(written.units, self.credit, strict=True))
        goals = (edits, drops, credit, *written.digits(self.chosen, self.free))

        def repair(solution: Solution) -> Repair:
            held = written.units_of(solution)
            cost, dropped, amount = (_amount(goal, solution) for goal in (edits, drops, credit))
            return Repair(
                cost, dropped, amount, self.chosen & ~held, held & self.free, written.way_of(solution)
            )

        try:
            yield from map(repair, self._ordered(written, written.program, goals))
        except _UnfinishedError as error:
            best = None if error.found is None else repair(error.found)
            raise TimeLimitError(best, error.proven) from None
