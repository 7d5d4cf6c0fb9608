"""How long a check takes, next to dictionaries and sums. Run: ``pytest benchmarks --benchmark-only``.

The figures on ``docs/benchmarks.md`` come from ``python -m benchmarks.report``, which runs the same functions.
"""

from collections.abc import Callable

import pytest
from benchmarks.cases import CASES, Case


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    """Each of the rules that are measured."""
    case: Case = request.param
    return case


@pytest.mark.parametrize(
    "step", ["verdict", "findings", "add_check_findings", "naive_verdict", "compile_and_verdict"]
)
def test_step(benchmark: Callable[[Callable[[], object]], object], case: Case, step: str) -> None:
    """Measure one step on one rule."""
    function = case.steps()[step]
    if function is None:
        pytest.skip("dictionaries and sums cannot say this rule")
    benchmark(function)
