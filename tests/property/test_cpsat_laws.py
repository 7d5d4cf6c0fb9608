"""CP-SAT and the engine give the same answers on small rules of every construct, each an oracle for the other."""

import itertools
from collections.abc import Callable

from hypothesis import event, given
from hypothesis import strategies as st
from tests.cpsat_comparison import PLENTY, SECONDS, compiled
from tests.strategies_engine import examples, questions

from roc._engine.bits import each_bit
from roc._engine.budget import Budget
from roc._engine.complete import Completer, problems
from roc._engine.diagram import Diagram
from roc._engine.explain import conflicts
from roc._engine.options import options
from roc._engine.parts import TooManyAlternativesError
from roc._engine.repair import repairs
from roc._engine.rule import Rule
from roc.cpsat import CpSat
from roc.rules import Measure
from roc.selection import Selection

_FEW = 4
"""So many answers of each stream are compared: every one takes CP-SAT some milliseconds."""


def asked(selection: Selection, question: Callable[[list[Rule], int], None]) -> None:
    """Put a question, unless the rule is too large for the engine."""
    try:
        rules, chosen = compiled(selection)
    except TooManyAlternativesError:
        event("too many alternatives")
        return
    question(rules, chosen)


@examples(15)
@given(questions(), st.data())
def test_completions_are_the_same_in_the_same_order(selection: Selection, data: st.DataObject) -> None:
    """Cost, credit, units, pathway and place in the order agree, with prices, bans and preferences too."""

    def question(rules: list[Rule], chosen: int) -> None:
        size = len(rules[0].units)
        masks = st.integers(0, (1 << size) - 1)
        banned = data.draw(masks) & data.draw(masks) & data.draw(masks)
        preferred = data.draw(masks)
        costs = data.draw(
            st.none()
            | st.lists(st.integers(1, 3), min_size=size, max_size=size).map(
                lambda each: dict(enumerate(each))
            )
        )
        completer = Completer(rules, chosen, Budget(PLENTY), banned=banned, preferred=preferred, costs=costs)
        expected = list(itertools.islice(completer, _FEW))
        solver = CpSat(rules, chosen, SECONDS)
        completions = solver.completions(banned=banned, preferred=preferred, costs=costs)
        found = list(itertools.islice(completions, _FEW))
        event(f"{min(len(found), 3)} completions")
        assert found == expected

    asked(selection, question)


@examples(15)
@given(questions())
def test_options_verdict_and_bounds_are_the_same(selection: Selection) -> None:
    """What can become of each unit, and the least and most that can be added, are what the engine says."""

    def question(rules: list[Rule], chosen: int) -> None:
        expected = options(rules, chosen, Budget(PLENTY))
        event("possible" if expected.possible else "blocked")
        solver = CpSat(rules, chosen, SECONDS)
        assert solver.options() == expected
        some = solver.some()
        assert (some is not None) == expected.possible
        least = next(iter(Completer(rules, chosen, Budget(PLENTY))), None)
        assert solver.is_complete() == (least is not None and not least.added)
        packed = [problem for rule in rules for problem in problems(rule)]
        for measure in Measure:
            diagram = Diagram(packed, chosen, Budget(PLENTY))
            assert solver.bounds(measure) == diagram.extremes(measure)

    asked(selection, question)


@examples(15)
@given(questions(largest=4), st.data())
def test_conflicts_are_the_same(selection: Selection, data: st.DataObject) -> None:
    """The minimal conflicts are those that the engine finds, in another order, under any assumptions."""

    def question(rules: list[Rule], chosen: int) -> None:
        must = banned = 0
        for bit in each_bit(rules[0].all & ~chosen):
            what = data.draw(st.sampled_from(["free", "free", "free", "must", "banned"]))
            must |= (what == "must") << bit
            banned |= (what == "banned") << bit
        expected = list(conflicts(rules, chosen, Budget(PLENTY), must=must, banned=banned))
        event(f"{min(len(expected), 3)} conflicts")
        solver = CpSat(rules, chosen, SECONDS)
        found = list(itertools.islice(solver.conflicts(must=must, banned=banned), _FEW))
        assert len(set(found)) == len(found) == min(len(expected), _FEW)
        assert set(found) <= set(expected)
        assert solver.conflict(must=must, banned=banned) == (found[0] if found else None)

    asked(selection, question)


@examples(15)
@given(questions(), st.data())
def test_repairs_are_the_same_in_the_same_order(selection: Selection, data: st.DataObject) -> None:
    """The nearest selections that satisfy the rule agree, with prices and bans too."""

    def question(rules: list[Rule], chosen: int) -> None:
        size = len(rules[0].units)
        banned = data.draw(st.integers(0, (1 << size) - 1)) & data.draw(st.integers(0, (1 << size) - 1))
        costs = data.draw(
            st.none()
            | st.lists(st.integers(1, 3), min_size=size, max_size=size).map(
                lambda each: dict(enumerate(each))
            )
        )
        engine = repairs(rules, chosen, Budget(PLENTY), banned=banned, costs=costs)
        expected = list(itertools.islice(engine, _FEW))
        event(f"{min(len(expected), 3)} repairs")
        found = CpSat(rules, chosen, SECONDS).repairs(banned=banned, costs=costs)
        assert list(itertools.islice(found, _FEW)) == expected

    asked(selection, question)
