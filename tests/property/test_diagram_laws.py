"""Laws of counting, held against every superset of a selection, each judged by adding its units one after the other."""

import itertools
import random
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from tests.strategies_engine import examples, questions

from roc._engine import tables
from roc._engine.complete import problems
from roc._engine.diagram import Diagram
from roc._engine.parts import TooManyAlternativesError
from roc._engine.problem import Problem, each_bit
from roc._engine.rule import Rule
from roc._engine.search import Budget
from roc.qualification import ways
from roc.rules import Measure, State
from roc.selection import Selection


def expected(rules: Sequence[Rule], chosen: int) -> list[int]:
    """Return what can be added so that some alternative of some rule holds, as bits, by brute force."""
    free = [bit for bit in range(rules[0].listed) if not chosen >> bit & 1]
    found: list[int] = []
    for size in range(len(free) + 1):
        for each in itertools.combinations(free, size):
            added = sum(1 << bit for bit in each)
            if any(_holds(problem, chosen | added) for rule in rules for problem in problems(rule)):
                found.append(added)
    return found


def _holds(problem: Problem, units: int) -> bool:
    """Tell whether units satisfy an alternative, by adding them one after the other."""
    if not problem.possible:
        return False
    states, more = problem.after(units)
    return not more and any(problem.is_done(state) for state in states)


@examples(200)
@given(questions(), st.sampled_from(["as it is", "exponents", "states"]), st.integers(0, 63))
def test_counts_shares_amounts_and_samples_agree_with_every_superset(
    selection: Selection, how: str, banned: int
) -> None:
    """Counting agrees with enumeration, whatever is an exponent and whatever is part of the state."""
    selection = selection.meet(*(each.name for each in selection.qualification.conditions))
    each = ways(selection.qualification, selection.pathway)
    taken, special, _ = selection._bits
    stated = tuple(entry for entry in selection.entries if entry.state is not State.ACHIEVED)
    unusual = tuple(dict.fromkeys((*special, *stated)))
    try:
        rules = [Rule(selection.qualification, pathways, unusual, selection.conditions) for pathways in each]
        packed = [problem for rule in rules for problem in problems(rule)]
    except TooManyAlternativesError:
        return
    banned &= ~taken
    wanted = {added for added in expected(rules, taken) if not added & banned}
    with pytest.MonkeyPatch.context() as patch:
        if how == "exponents":
            patch.setattr(tables, "WIDE", 1)
            patch.setattr(tables, "SHARE", 0)
        elif how == "states":
            patch.setattr(tables, "WIDE", 1 << 60)
        found = Diagram(packed, taken, Budget(1_000_000), banned=banned)
        event("none" if not wanted else f"some, {min(len(found.parts), 2)} parts")
        assert found.count == len(wanted)
        assert found.frequencies() == Counter(bit for added in wanted for bit in each_bit(added))
        for measure in Measure:
            weights = rules[0].weights[measure]
            amounts = Counter(sum(weights[bit] for bit in each_bit(added)) for added in wanted)
            assert found.distribution(measure) == amounts
            assert found.extremes(measure) == ((min(amounts), max(amounts)) if amounts else None)
        if wanted:
            assert set(found.sample(random.Random(0), 40)) <= wanted  # noqa: S311 - not for secrets
