"""How long the solver's questions take. Run: ``pytest benchmarks/test_solver.py --benchmark-only``.

Against other solvers, and by size: ``docs/benchmarks-solver.md``.
"""

import itertools
from collections.abc import Callable, Mapping
from typing import Final

import pytest
from benchmarks.invented import Invented, invent
from benchmarks.scale import click

import roc

QUESTIONS: Final[Mapping[str, Callable[[roc.Solver, roc.Selection], object]]] = {
    "verdict": roc.Solver.verdict,
    "complete": roc.Solver.complete,
    "five": lambda solver, selection: list(itertools.islice(solver.completions(selection), 5)),
    "options": roc.Solver.options,
    "explain": roc.Solver.explain,
    "repair": roc.Solver.repair,
    "click": lambda solver, selection: click(solver, list(map(str, selection.numbers))),
}


@pytest.fixture(params=["imi", "aus", "saqa", "nvq"])
def rule(request: pytest.FixtureRequest) -> Invented:
    """A rule of 60 units of each family."""
    return invent(request.param, 60, 1, related=True)


@pytest.mark.parametrize("question", QUESTIONS)
def test_question(benchmark: Callable[[Callable[[], object]], object], rule: Invented, question: str) -> None:
    """Ask about half of a finished selection; the solver is compiled in the first round."""
    solver = roc.Solver(rule.qualification)
    selection = roc.Selection.of(rule.qualification, rule.half)
    benchmark(lambda: QUESTIONS[question](solver, selection))


@pytest.mark.parametrize("related", [True, False], ids=["related", "unrelated"])
@pytest.mark.parametrize("family", ["imi", "aus", "saqa", "nvq", "hard"])
def test_an_invented_rule_is_satisfied_by_what_it_was_made_around(family: str, related: bool) -> None:
    """What is measured by size are rules that can be kept, with half of a way to keep them."""
    rule = invent(family, 40, 3, related=related)
    planted = roc.Selection.of(rule.qualification, rule.planted)
    assert roc.check(planted).ok
    assert set(rule.half) < set(rule.planted)
    assert rule == invent(family, 40, 3, related=related)
