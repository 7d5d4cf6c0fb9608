"""Threads that share a rule: each gets the answers that it would get alone."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

import roc

_RULES = Path(__file__).parent.parent / "examples/qualifications"
_THREADS = 8


@pytest.fixture(autouse=True)
def _hasty_turns() -> Iterator[None]:
    """Let threads take turns as often as the interpreter can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def _answers(solver: roc.Solver, selection: roc.Selection) -> tuple[object, ...]:
    found = solver.complete(selection)
    options = solver.options(selection)
    return (
        roc.check(selection).findings(),
        options.verdict,
        options.items,
        found and (found.added, found.cost, found.exact),
        solver.bounds(selection),
    )


@pytest.mark.parametrize(
    "name",
    [
        "500-9810-x-vehicle-fitting.yaml",
        "cmi-level-5-management-leadership.yaml",
        "fitness-instructing-pairs.toml",
        "shb50121-beauty-therapy.yaml",
    ],
)
def test_threads_that_begin_with_a_rule_together_agree(name: str) -> None:
    """A rule that nothing is compiled for yet is asked the same by all threads at once, again and again."""
    rule = roc.load(_RULES / name)

    def questions(title: str) -> tuple[roc.Solver, list[roc.Selection]]:
        q = rule.evolve(title=title)  # another rule: nothing is remembered of it
        start = roc.Selection.start(q)
        return roc.Solver(q), [start, *(start.add(unit.number) for unit in q.units[-8:])]

    shared, selections = questions("Shared")
    together = Barrier(_THREADS)

    def ask(_: int) -> list[tuple[object, ...]]:
        found: list[tuple[object, ...]] = []
        for each in selections:
            together.wait()  # so that the same is worked out at the same time
            found.append(_answers(shared, each))
        return found

    with ThreadPoolExecutor(_THREADS) as pool:
        found = list(pool.map(ask, range(_THREADS)))
    alone, same = questions("Alone")
    expected = [_answers(alone, each) for each in same]
    assert all(each == expected for each in found)
