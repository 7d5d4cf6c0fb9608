"""What can become of each unit: forced, open or closed."""

from collections.abc import Sequence
from typing import NamedTuple

from roc._engine.complete import Completer, Found, problems
from roc._engine.rule import Rule
from roc._engine.search import Budget, OutOfBudgetError


class Options(NamedTuple):
    """Which units are in every completion, in some, in none; masks of bits that are not chosen.

    ``undecided`` is what the budget did not suffice for; ``possible`` is whether there is a completion.
    """

    possible: bool
    forced: int
    open: int
    closed: int
    undecided: int


def options(rules: Sequence[Rule], chosen: int, budget: Budget) -> Options:
    """Find out what can become of each unit that is not chosen.

    A completion is a witness for every unit in it, and for every unit that may be added to it. Only units
    without a witness need a search of their own.
    """
    everything = 0
    for rule in rules:
        everything |= rule.all
    free = everything & ~chosen
    first = next(iter(Completer(rules, chosen, budget)), None)
    if first is None:
        return Options(False, 0, 0, free, 0)
    seen, common = first.added, first.added

    def witness(found: Found, bit: int = 0) -> None:
        nonlocal seen, common
        seen |= found.added | bit
        common &= found.added | bit
        near, spared = _neighbours(rules[found.way], chosen, chosen | found.added | bit, free & ~seen, common)
        seen |= near
        common &= ~spared

    witness(first)
    closed = free & ~seen & ~_startable(rules, chosen)
    try:
        while left := free & ~seen & ~closed:
            bit = left & -left
            found = Completer(rules, chosen | bit, budget).some(left)
            if found is None:
                closed |= bit
            else:
                witness(found, bit)
        forced = 0
        while left := common & ~forced:
            bit = left & -left
            found = Completer(rules, chosen, budget, banned=bit).some(free & ~common)
            if found is None:
                forced |= bit
            else:
                witness(found)
    except OutOfBudgetError:
        undecided = (free & ~seen & ~closed) | common
        return Options(True, 0, seen & ~undecided, closed, undecided)
    return Options(True, forced, seen & ~forced, closed, 0)


def _neighbours(rule: Rule, chosen: int, complete: int, wanted: int, common: int) -> tuple[int, int]:
    """Look at what one unit more, or one exchanged, makes of something complete.

    Return which of the *wanted* units occur in some such completion, and which of the *common* ones are
    missing in some.
    """
    seen = spared = 0
    for problem in problems(rule):
        if not problem.possible:
            continue
        states, extra = problem.after(complete)
        if extra or not any(problem.is_done(state) for state in states):
            continue
        outside = [item for item in problem.items if not item.mask & complete]
        full = [problem.open_credit(state) for state in states]
        for item in outside:
            if any(problem.is_done(state) for state in problem.add(full, item)):
                seen |= item.mask
        inside = [item for item in problem.items if item.mask & complete & ~chosen and not item.mask & chosen]
        for item in inside:
            needs_exchange = item.mask & common & ~spared
            if not needs_exchange and not wanted & ~seen:
                break
            without, _ = problem.after(complete & ~item.mask)
            if any(problem.is_done(state) for state in without):
                spared |= item.mask
                needs_exchange = 0
            without = tuple(problem.open_credit(state) for state in without)
            for other in outside:
                if not (needs_exchange or other.mask & wanted & ~seen):
                    continue
                if any(problem.is_done(state) for state in problem.add(without, other)):
                    seen |= other.mask
                    spared |= item.mask
                    needs_exchange = 0
    return seen, spared


def _startable(rules: Sequence[Rule], chosen: int) -> int:
    """Return which units can be added at all without breaking a ceiling."""
    found = 0
    for rule in rules:
        for problem in problems(rule):
            if not problem.possible:
                continue
            states, extra = problem.after(chosen)
            states = tuple(problem.open_credit(state) for state in states)
            found |= extra
            for item in problem.items:
                if not item.mask & (chosen | extra) and problem.add(states, item):
                    found |= item.mask
    return found
