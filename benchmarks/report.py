"""Writes the figures of ``docs/benchmarks.md``: ``python -m benchmarks.report``, from the project's folder.

Each figure is the best of several rounds of many calls, in one process; they are for comparison with each
other, on one machine in one run, not for comparison with other machines.
"""

import platform
import statistics
import subprocess
import sys
import timeit
from collections.abc import Callable
from typing import Final

from benchmarks.cases import CASES

_STEPS: Final = {
    "verdict": "verdict only, selection already built",
    "naive_verdict": "the same, dictionaries and sums",
    "findings": "check and all findings, one unit short",
    "add_check_findings": "add a unit, check, all findings",
    "compile_and_verdict": "verdict with nothing compiled yet",
}


def microseconds(function: Callable[[], object]) -> float:
    """Return the time of a call, in microseconds: the median of seven rounds of at least 20 ms."""
    timer = timeit.Timer(function)
    calls, taken = timer.autorange()
    calls = max(1, int(calls * 0.02 / taken))
    return statistics.median(timer.repeat(7, calls)) / calls * 1e6


def milliseconds_to_import(*modules: str) -> float:
    """Return how long a fresh interpreter takes to import *modules*, the median of nine runs."""
    code = (
        "import time; start = time.perf_counter(); "
        f"import {', '.join(modules)}; print(time.perf_counter() - start)"
    )
    runs = [
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)  # noqa: S603 - it is this interpreter, with code from this file
        for _ in range(9)
    ]
    return statistics.median(runs) * 1e3


def main() -> None:
    """Print the tables."""
    print(f"Python {platform.python_version()}, {platform.machine()}; microseconds a call.\n")
    print(f"| | {' | '.join(case.name for case in CASES)} |")
    print(f"|---|{'---:|' * len(CASES)}")
    figures = [case.steps() for case in CASES]
    for step, title in _STEPS.items():
        cells = [
            "not possible" if function is None else f"{microseconds(function):,.1f}"
            for function in (each[step] for each in figures)
        ]
        print(f"| {title} | {' | '.join(cells)} |")
    attrs_alone = milliseconds_to_import("attrs")
    with_roc = milliseconds_to_import("attrs", "roc")
    in_use = milliseconds_to_import("attrs", "roc.status", "roc.messages")
    print(
        f"\n`import attrs` takes {attrs_alone:.1f} ms; `import roc` adds {with_roc - attrs_alone:.1f} ms, "
        f"and the first check {in_use - with_roc:.1f} ms more."
    )


if __name__ == "__main__":
    main()
