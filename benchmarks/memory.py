"""What the solver takes of memory on the largest rules: ``python -m benchmarks.memory --peers DIR``.

Each figure is of a process of its own, by ``tracemalloc``, which sees what Python allocates and makes everything slower.
"""

import argparse
import gc
import json
import multiprocessing
import sys
import time
import tracemalloc
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from benchmarks.contestants import forget
from benchmarks.instances import Instance, instances, translate
from benchmarks.page import table
from benchmarks.peers import FAMILIES

import roc

_MIB: Final = 2**20
_SELECTIONS: Final = ("half", "empty")

_COMPILE: Final = roc.Limits(states=200_000, seconds=5)
"""What options may spend while their memory is traced."""

Figures = dict[str, Any]


def _compiled(instance: Instance, _selection: str, _seconds: float) -> Figures:
    """Return what a solver keeps once it has answered, and what the rule itself takes."""
    rule = translate(instance.data).qualification
    roc.Solver(rule).options(roc.Selection.of(rule, instance.planted[:1]), limits=_COMPILE)
    forget()
    gc.collect()
    tracemalloc.start()
    again = translate(instance.data).qualification
    gc.collect()
    of_rule = tracemalloc.get_traced_memory()[0]
    solver = roc.Solver(again, limits=_COMPILE)
    roc.check(roc.Selection.of(again, instance.planted))
    solver.options(roc.Selection.of(again, instance.planted[:1]))
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0] - of_rule
    tracemalloc.reset_peak()
    at = tracemalloc.get_traced_memory()[0]
    solver.options(roc.Selection.of(again, instance.selections["empty"]))
    return {"rule": of_rule, "kept": kept, "peak": tracemalloc.get_traced_memory()[1] - at}


def _count(instance: Instance, selection: str, seconds: float) -> Figures:
    """Return what a count takes at its peak; ``None``: it was not finished."""
    rule = translate(instance.data).qualification
    solver = roc.Solver(rule, limits=roc.Limits(states=10**12, seconds=seconds))
    chosen = roc.Selection.of(rule, instance.selections[selection])
    solver.verdict(roc.Selection.of(rule, instance.planted[:1]), limits=_COMPILE)
    gc.collect()
    tracemalloc.start()
    finished = True
    try:
        solver.count(chosen)
    except roc.LimitReachedError:
        finished = False
    return {"finished": finished, "peak": tracemalloc.get_traced_memory()[1]}


def _send(to: Connection, what: str, instance: Instance, selection: str, seconds: float) -> None:
    to.send({"compiled": _compiled, "count": _count}[what](instance, selection, seconds))


def apart(what: str, instance: Instance, selection: str, seconds: float) -> Figures:
    """Measure in a process of its own; empty where that was broken off."""
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(
        target=_send, args=(there, what, instance, selection, seconds)
    )
    process.start()
    there.close()
    found: Figures = {}
    if here.poll(2 * seconds + 10):
        try:
            found = here.recv()
        except EOFError:
            found = {}
    process.kill()
    process.join()
    return found


def run(rules: Sequence[Instance], seconds: float) -> Figures:
    """Measure the largest instance of each family."""
    start = time.monotonic()
    largest = {each.family: each for each in sorted(rules, key=lambda each: each.size)}
    rows: list[Figures] = []
    for family in dict.fromkeys(each.family for each in rules):
        instance = largest[family]
        counts = {name: apart("count", instance, name, seconds) for name in _SELECTIONS}
        rows.append(
            {
                "instance": instance.name,
                "units": instance.size,
                "compiled": apart("compiled", instance, "half", seconds),
                "counts": counts,
            }
        )
        print(f"{instance.name} {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    return {"seconds": seconds, "wall": round(time.monotonic() - start), "rows": rows}


def _mib(size: float | None) -> str:
    if size is None:
        return "n/a"
    return f"{size / _MIB:,.0f}" if size >= 10 * _MIB else f"{size / _MIB:.2f}"


def tables(found: Figures) -> str:
    """Return the part of the page about memory."""
    rows: list[list[str]] = []
    for row in found["rows"]:
        compiled = row["compiled"]
        cells: list[str] = [
            row["instance"],
            str(row["units"]),
            *(_mib(compiled.get(key)) for key in ("rule", "kept", "peak")),
        ]
        for name in _SELECTIONS:
            got = row["counts"][name]
            unfinished = "" if got.get("finished") else ", not finished"
            cells.append("broken off" if not got else _mib(got["peak"]) + unfinished)
        rows.append(cells)
    head = (
        "instance",
        "units",
        "the rule itself",
        "kept by a compiled solver",
        "options, peak",
        "count of half, peak",
        "count of empty, peak",
    )
    return "\n\n".join(
        (
            (
                f"MiB, the largest instance of each family; a count has {found['seconds']:g} s, and runs several times "
                "slower while its memory is traced."
            ),
            table(head, rows),
        )
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, write the results, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--peers", type=Path, required=True, help="the folder with the peers and their instances"
    )
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--seconds", type=float, default=10, help="the limit of a count")
    parser.add_argument("--out", type=Path, default=Path("memory.json"), help="where the results are written")
    options = parser.parse_args(arguments)
    found = run(instances(options.peers, options.families.split(",")), options.seconds)
    options.out.write_text(json.dumps(found, indent=1) + "\n")
    print(tables(found))


if __name__ == "__main__":
    main()
