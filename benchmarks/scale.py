"""What the solver costs as rules grow: ``python -m benchmarks.scale``, from the project's folder.

The rules are invented (``benchmarks/invented.py``): of each family several of every size, with and without relations
across groups, each asked with nothing chosen and with half of a finished selection.
"""

import argparse
import contextlib
import gc
import json
import signal
import statistics
import sys
import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Final

from benchmarks.chart import Panels
from benchmarks.contestants import forget
from benchmarks.invented import Invented, invent
from benchmarks.page import PAGE, milliseconds, table
from benchmarks.peers import FAMILIES

import roc

SIZES: Final = (20, 50, 100, 200, 400)
PICTURE: Final = PAGE.parent / "scale.svg"

_INTERACTIVE: Final = 100.0
"""What a click may take, in milliseconds, to be felt as at once."""

_GRACE: Final = 1.5
"""So many times its limit a question may take before it is broken off."""

Figures = dict[str, Any]


class _TooLateError(BaseException):
    """A question is broken off; no part of the library may catch it."""


@contextlib.contextmanager
def _broken_off(seconds: float) -> Generator[None]:
    """Break off what takes longer, whatever it does."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise _TooLateError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def taken(function: Callable[[], object], seconds: float, times: int = 1) -> float | None:
    """Return the milliseconds that a call takes, the median of several where it is quick; ``None``: too many."""
    found: list[float] = []
    try:
        while len(found) < times and sum(found) < _INTERACTIVE:
            gc.collect()
            with _broken_off(seconds):
                start = time.perf_counter()
                function()
                found.append((time.perf_counter() - start) * 1e3)
    except (_TooLateError, roc.LimitReachedError, roc.EngineError):
        return None
    return statistics.median(found)


def click(solver: roc.Solver, numbers: Sequence[str]) -> None:
    """Ask what a portal asks after every click.

    Raises:
        LimitReachedError: An answer is not certain.
    """
    selection = roc.Selection.of(solver.qualification, numbers)
    verdict = solver.verdict(selection)
    completion = solver.complete(selection)
    options = solver.options(selection)
    if verdict is roc.Verdict.UNDECIDED or not options.exact or (completion and not completion.exact):
        raise roc.LimitReachedError


def measure(rule: Invented, seconds: float, hopeless: Collection[str]) -> Figures:
    """Return the milliseconds of one rule: compiling with the first click, clicks, and counts.

    What is *hopeless* is not asked.
    """
    solver = roc.Solver(rule.qualification, limits=roc.Limits(states=10**12, seconds=seconds))
    forget()

    def timed(key: str, function: Callable[[Sequence[str]], object], chosen: Sequence[str]) -> float | None:
        limit = seconds * _GRACE * (1 if key == "count" else 3)
        times = 1 if key == "first" else 3
        return None if key in hopeless else taken(lambda: function(chosen), limit, times)

    def clicked(chosen: Sequence[str]) -> None:
        click(solver, chosen)

    def counted(chosen: Sequence[str]) -> None:
        solver.count(roc.Selection.of(rule.qualification, chosen))

    return {
        "first": [timed("first", clicked, ())],
        "click": [timed("click", clicked, chosen) for chosen in ((), rule.half)],
        "count": [timed("count", counted, chosen) for chosen in ((), rule.half)],
    }


def run(families: Sequence[str], sizes: Sequence[int], seeds: int, seconds: float) -> Figures:
    """Measure all sizes of all families."""
    start = time.monotonic()
    rows: list[Figures] = []
    for family in families:
        for related in (True, False):
            hopeless: set[str] = set()
            for size in sizes:
                found: Figures = {"first": [], "click": [], "count": []}
                for seed in range(1, seeds + 1):
                    rule = invent(family, size, seed, related=related)
                    for key, times in measure(rule, seconds, hopeless).items():
                        found[key] += times
                hopeless |= {key for key, times in found.items() if not any(times)}
                rows.append({"family": family, "related": related, "size": size, **found})
                print(
                    f"{family} {related} {size} {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True
                )
    return {"seconds": seconds, "seeds": seeds, "wall": round(time.monotonic() - start), "rows": rows}


def _middle(times: Sequence[float | None], limit: float) -> float:
    """Return the median; of two that are nearest the middle, the worse one."""
    return statistics.median_high(limit if each is None else each for each in times)


def _lines(found: Figures, key: str) -> Iterator[tuple[str, bool, list[list[float | None]]]]:
    """Yield the times of every family, with and without relations, by size."""
    for family in dict.fromkeys(row["family"] for row in found["rows"]):
        for related in (True, False):
            rows = [row for row in found["rows"] if row["family"] == family and row["related"] == related]
            yield family, related, [row[key] for row in rows]


def _table(found: Figures, key: str) -> str:
    limit = found["seconds"] * 1e3 * (1 if key == "count" else 3)
    sizes = list(dict.fromkeys(row["size"] for row in found["rows"]))
    rows: list[list[str]] = []
    for family, related, all_times in _lines(found, key):
        row = [f"{family}{'' if related else ', unrelated'}"]
        for times in all_times:
            missing = sum(each is None for each in times)
            text = milliseconds(_middle(times, limit), limit)
            row.append(text + (f" ({len(times) - missing} of {len(times)})" if missing else ""))
        rows.append(row)
    return table(("units", *map(str, sizes)), rows)


def _interactive(found: Figures) -> str:
    """Say for each family up to which size a click is felt as at once."""
    limit = found["seconds"] * 3e3
    sizes = list(dict.fromkeys(row["size"] for row in found["rows"]))
    rows: list[list[str]] = []
    for family, related, all_times in _lines(found, "click"):
        row = [f"{family}{'' if related else ', unrelated'}"]
        for middle in (True, False):
            far = 0
            for size, times in zip(sizes, all_times, strict=True):
                worst = max(limit if each is None else each for each in times)
                if (_middle(times, limit) if middle else worst) > _INTERACTIVE:
                    break
                far = size
            row.append("not at all" if not far else f"all, to {far}" if far == sizes[-1] else str(far))
        rows.append(row)
    return table(("family", "median within 100 ms up to", "every one up to"), rows)


def tables(found: Figures) -> str:
    """Return the part of the page about size."""
    return "\n\n".join(
        (
            (
                f"{found['seeds']} rules of each size, each asked twice; limit {found['seconds']:g} s a question, the whole "
                f"in {found['wall'] / 60:.0f} minutes. In brackets how many were answered; where none was, larger rules "
                "were not asked."
            ),
            "A click, compiled, in milliseconds (median):",
            _table(found, "click"),
            "Compiling and the first click:",
            _table(found, "first"),
            "An exact count:",
            _table(found, "count"),
            "Where a click stops being interactive (over 100 ms):",
            _interactive(found),
        )
    )


def picture(found: Figures) -> str:
    """Return the picture."""
    limit = found["seconds"] * 3e3
    panels: dict[str, dict[str, list[float | None]]] = {}
    names: Mapping[tuple[str, bool], str] = {
        ("click", True): "click",
        ("click", False): "click, unrelated",
        ("count", True): "count",
        ("count", False): "count, unrelated",
    }
    for key in ("click", "count"):
        for family, related, all_times in _lines(found, key):
            middles = [_middle(times, limit) for times in all_times]
            panels.setdefault(family, {})[names[key, related]] = [
                None if middle >= limit else middle for middle in middles
            ]
    return str(
        Panels(
            title="Milliseconds of a click and of a count, by the number of units",
            x="units (logarithmic)",
            y="milliseconds (logarithmic)",
            xs=list(dict.fromkeys(row["size"] for row in found["rows"])),
            low=0.1,
            high=10_000,
            marks={_INTERACTIVE: "100 ms"},
            panels=panels,
        )
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, write the results, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1, help="the limit of a question")
    parser.add_argument("--out", type=Path, default=Path("scale.json"), help="where the results are written")
    options = parser.parse_args(arguments)
    sizes = [int(size) for size in options.sizes.split(",")]
    found = run(options.families.split(","), sizes, options.seeds, options.seconds)
    options.out.write_text(json.dumps(found, indent=1) + "\n")
    print(tables(found))


if __name__ == "__main__":
    main()
