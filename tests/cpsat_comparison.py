"""The same question put to the engine and to CP-SAT, and the answers compared."""

import itertools
from typing import Final

from roc._engine.bits import each_bit
from roc._engine.budget import Budget
from roc._engine.complete import Completer, Found, problems
from roc._engine.explain import Core, conflict
from roc._engine.lines import systems
from roc._engine.options import options
from roc._engine.refute import Refuter
from roc._engine.repair import repairs
from roc._engine.rule import Rule, read
from roc.cpsat import CpSat, _Clock, _written
from roc.qualification import ways
from roc.rules import State
from roc.selection import Selection

PLENTY: Final = 10**7
SECONDS: Final = 60.0


def compiled(selection: Selection) -> tuple[list[Rule], int]:
    """Return the rule of each pathway in question, and the selection as a mask."""
    taken, special, _ = selection._bits
    stated = tuple(entry for entry in selection.entries if entry.state is not State.ACHIEVED)
    unusual = tuple(dict.fromkeys((*special, *stated)))
    rules = [
        read(selection.qualification, pathways, unusual, selection.conditions)
        for pathways in ways(selection.qualification, selection.pathway)
    ]
    for rule in rules:
        problems(rule)  # a rule that is too large for the engine is refused here
    return rules, taken


def first_completions(rules: list[Rule], chosen: int, number: int, states: int = PLENTY) -> list[Found]:
    """Return so many completions, the same by both."""
    expected = list(itertools.islice(Completer(rules, chosen, Budget(states)), number))
    found = list(itertools.islice(CpSat(rules, chosen, SECONDS).completions(), number))
    assert found == expected
    return found


def compare(rules: list[Rule], chosen: int, states: int = PLENTY) -> str:
    """Put every question to both; return the verdict.

    Raises:
        OutOfBudgetError: The engine gave up.
    """
    completions = first_completions(rules, chosen, 3, states)
    solver = CpSat(rules, chosen, SECONDS)
    assert solver.options() == options(rules, chosen, Budget(states))
    assert (solver.some() is None) == (not completions)
    assert solver.is_complete() == any(not each.added for each in completions)
    repair = next(repairs(rules, chosen, Budget(states)), None)
    assert next(CpSat(rules, chosen, SECONDS).repairs(), None) == repair
    core = solver.conflict()
    if completions:
        assert core is None
        return "complete" if not completions[0].added else "completable"
    for each in (conflict(rules, chosen, Budget(states)), core):
        assert each is not None
        assert is_minimal(rules, each)
        assert is_minimal_by_cpsat(rules, each)
    return "blocked"


def is_minimal(rules: list[Rule], core: Core, states: int = PLENTY) -> bool:
    """Tell by the engine's proofs whether members exclude one another, but not without any one of them.

    Raises:
        OutOfBudgetError: The engine gave up.
    """
    found = systems(tuple(rules))
    refuter = Refuter(found, 0, 0, Budget(states))
    members = core.choices
    for i, source in enumerate(found.sources):
        members |= (source in core.sources) << found.size + i
    return refuter.refute(members) is not None and all(
        refuter.refute(members & ~(1 << bit)) is None for bit in each_bit(members)
    )


def is_minimal_by_cpsat(rules: list[Rule], core: Core) -> bool:
    """Tell the same by CP-SAT."""
    written = _written(tuple(rules), has_members=True).copy()
    members = [written.clauses[source] for source in core.sources]
    members += [written.units[bit] for bit in each_bit(core.choices)]
    clock = _Clock(SECONDS)
    return written.program.core(clock, members) is not None and all(
        written.program.core(clock, [each for each in members if each != member]) is None
        for member in members
    )
