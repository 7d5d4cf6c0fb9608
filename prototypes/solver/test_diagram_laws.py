"""Laws of counting, held against every superset of a selection, each judged by the brute force of the tests."""

import itertools
import random
from collections import Counter

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from tests.oracle import TooBigError, solve_for
from tests.strategies_engine import examples, questions


from roc._engine import tables
from roc._engine.complete import problems
from roc._engine.diagram import Diagram
from roc._engine.problem import each_bit
from roc._engine.rule import Rule, TooManyAlternativesError
from roc._engine.search import Budget
from roc.qualification import Entry, Pathway, ways
from roc.rules import Measure, State
from roc.selection import Selection

_LARGEST = 6


def expected(selection: Selection, pathways: tuple[Pathway, ...], rule: Rule, chosen: int) -> list[int]:
    """Return what can be added so that the rule holds, as bits, by brute force."""
    free = [bit for bit in range(rule.listed) if not chosen >> bit & 1]
    assume(len(free) <= _LARGEST)
    found: list[int] = []
    for size in range(len(free) + 1):
        for added in itertools.combinations(free, size):
            entries = (*selection.entries, *(Entry(unit=rule.units[bit].number) for bit in added))
            try:
                answer = solve_for(selection.evolve(entries=entries), pathways)
            except TooBigError:
                assume(False)
                raise
            if answer.ok:
                found.append(sum(1 << bit for bit in added))
    return found


def diagrams(rule: Rule, chosen: int, banned: int = 0) -> list[Diagram]:
    """Return the diagrams of the alternatives of a rule."""
    return [Diagram(problem, chosen, Budget(1_000_000), banned=banned) for problem in problems(rule)]


@examples(200)
@given(questions(), st.sampled_from(["as it is", "exponents", "states"]), st.integers(0, 63))
def test_counts_shares_distributions_and_samples_agree_with_every_superset(
    selection: Selection, how: str, banned: int
) -> None:
    """Counting agrees with enumeration, whatever is an exponent and whatever is part of the state."""
    selection = selection.meet(*(each.name for each in selection.qualification.conditions))
    pathways = ways(selection.qualification, selection.pathway)[0]
    taken, special, _ = selection._bits
    stated = tuple(entry for entry in selection.entries if entry.state is not State.ACHIEVED)
    try:
        rule = Rule(
            selection.qualification, pathways, tuple(dict.fromkeys((*special, *stated))), selection.conditions
        )
    except TooManyAlternativesError:
        return
    banned &= ~taken
    wanted = [added for added in expected(selection, pathways, rule, taken) if not added & banned]
    event("none" if not wanted else "some")
    with pytest.MonkeyPatch.context() as patch:
        if how == "exponents":
            patch.setattr(tables, "_WIDE", 1)
            patch.setattr(tables, "_SHARE", 0)
        elif how == "states":
            patch.setattr(tables, "_WIDE", 1 << 60)
        found = diagrams(rule, taken, banned)
        assert sum(each.count for each in found) == len(wanted)
        shares: Counter[int] = Counter()
        for each in found:
            shares.update(each.frequencies())
        assert +shares == Counter(bit for added in wanted for bit in each_bit(added))
        for measure in Measure:
            weights = rule.weights[measure]
            amounts = Counter(sum(weights[bit] for bit in each_bit(added)) for added in wanted)
            spread: Counter[int] = Counter()
            for each in found:
                distribution = each.distribution(measure)
                spread.update(distribution)
                assert each.extremes(measure) == (
                    (min(distribution), max(distribution)) if distribution else None
                )
            assert spread == amounts
        drawn = {mask for each in found if each.count for mask in each.sample(random.Random(0), 40)}
        assert drawn <= set(wanted)
