"""Times ``roc`` and the peers on the same instances, in one run, in turn: ``python -m benchmarks.peers --peers DIR``.

To run in an environment with ``roc`` and the peers' requirements, from the project's folder. Every question is asked
twice: *fresh*, where the rule has just been read and nothing is compiled, and *kept*, where the solver is
compiled and the peer's model built. Only one contestant works at a time, and they take turns question by question.
"""

import argparse
import importlib.util
import itertools
import json
import os
import platform
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import attrs
from benchmarks.compare import compare, confirm
from benchmarks.contestants import OWN, QUESTIONS
from benchmarks.instances import Instance, instances
from benchmarks.worker import Worker

FAMILIES: Final = ("imi", "aus", "saqa", "nvq", "hard")
"""The families, in the order of the tables."""

_ANY: Final = "any"

SLATE: Final = {
    "check": {_ANY: "pysat clingo highs pyconstraint", "imi": "sdd bdd", "aus": "bdd"},
    "best": {_ANY: "cpsat highs", "hard": "adapter", "imi": "clingo bdd", "aus": "bdd"},
    "five": {_ANY: "cpsat highs", "hard": "adapter", "imi": "clingo bdd", "aus": "bdd"},
    "options": {_ANY: "clingo cpsat", "imi": "bdd pysat", "aus": "bdd pysat", "hard": "adapter"},
    "count": {
        "imi": "clingo bdd bddres",
        "aus": "bdd bddres",
        "saqa": "bddres clingo",
        "nvq": "bdd bddres",
        "hard": "clingo",
    },
    "conflict": {_ANY: "clingo cpsat pysat highs", "hard": "adapter"},
}
"""Who is asked what: in every family and for every question the best by the peers' own results, and the runners-up."""

_ASKED: Final = {
    "half": ("check", "best", "five", "options", "count"),
    "empty": ("check", "best", "five", "options", "count"),
    "impossible": ("check", "conflict"),
}
"""What is asked about which selection."""

_KNOWN: Final = Path(__file__).parent / "timeouts.json"
_ONCE: Final = 1000.0
"""What takes longer, in milliseconds, is asked once only."""

Key = tuple[str, str, str, str]
"""Who was asked, the instance, the selection and the question."""


@attrs.frozen(kw_only=True)
class Run:
    """One run and what it has found so far.

    Attributes:
        instances: The rules.
        questions: What is asked.
        rounds: How often.
        seconds: The limit of a question.
        known: Time-outs of an earlier run that are not waited for again.
        fresh: For each contestant the process that is asked from nothing.
        kept: For each contestant the process that keeps what was built.
        times: By mode and key the milliseconds of each round.
        failed: By mode and key why there is no answer.
        answers: By instance, selection and question the answer of each contestant.
        clicks: The milliseconds of each click, by instance and by what was clicked.
        builds: The milliseconds to build each peer's model, by peer and instance.
        unbuilt: Peers that did not build an instance within the limit.
    """

    instances: Sequence[Instance]
    questions: Sequence[str]
    rounds: int
    seconds: float
    known: frozenset[Key]
    fresh: dict[str, Worker]
    kept: dict[str, Worker]
    times: dict[tuple[str, Key], list[float]] = attrs.Factory(lambda: defaultdict(list))
    failed: dict[tuple[str, Key], str] = attrs.Factory(dict[tuple[str, Key], str])
    answers: dict[tuple[str, str, str], dict[str, Any]] = attrs.Factory(lambda: defaultdict(dict))
    clicks: dict[tuple[str, str], list[float]] = attrs.Factory(lambda: defaultdict(list))
    builds: dict[tuple[str, str], list[float]] = attrs.Factory(lambda: defaultdict(list))
    unbuilt: set[tuple[str, str]] = attrs.Factory(set[tuple[str, str]])

    def names(self, family: str, question: str) -> list[str]:
        """Return who is asked a question about a family."""
        slate = SLATE[question]
        wanted = f"{slate.get(_ANY, '')} {slate.get(family, '')}".split()
        return [name for name in ("roc", *wanted) if name in self.fresh]

    def carry_out(self) -> None:
        """Ask everything, in rounds."""
        turn = itertools.count()
        for number in range(self.rounds):
            for instance in self.instances:
                start = time.monotonic()
                self._prepare(instance)
                for selection, question in self._plan(instance):
                    names = self.names(instance.family, question)
                    first = next(turn) % len(names)
                    for name in names[first:] + names[:first]:
                        self._ask(name, instance, selection, question, number)
                self._click(instance, number)
                print(
                    f"round {number + 1} {instance.name} {time.monotonic() - start:.1f} s",
                    file=sys.stderr,
                    flush=True,
                )

    def _plan(self, instance: Instance) -> Iterator[tuple[str, str]]:
        for selection, questions in _ASKED.items():
            for question in questions:
                if not self.names(instance.family, question):
                    continue
                if selection in instance.selections and question in self.questions:
                    yield selection, question

    def _prepare(self, instance: Instance) -> None:
        """Tell every contestant the instance, and let it build what is kept."""
        asked = {name for question in self.questions for name in self.names(instance.family, question)}
        asked = {name for name in asked if name in OWN or not self._is_hopeless(name, instance)}
        for name in sorted(asked):
            for worker in (self.fresh[name], self.kept[name]):
                worker.tell(do="prepare", data=instance.data)
            explains = name in self.names(instance.family, "conflict") and "conflict" in self.questions
            reply = self.kept[name].tell(do="keep", explain=explains)
            if "error" in reply:
                self.kept[name].forget("keep")
                self.unbuilt.add((name, instance.name))
            elif "ms" in reply:
                self.builds[name, instance.name].append(reply["ms"])

    def _is_hopeless(self, name: str, instance: Instance) -> bool:
        """Tell whether nothing that this contestant is asked about the instance will be answered."""
        keys = [
            (name, instance.name, selection, question)
            for selection, question in self._plan(instance)
            if name in self.names(instance.family, question)
        ]
        return all(key in self.known or ("fresh", key) in self.failed for key in keys)

    def _ask(self, name: str, instance: Instance, selection: str, question: str, number: int) -> None:
        key = (name, instance.name, selection, question)
        for mode, worker in (("fresh", self.fresh[name]), ("kept", self.kept[name])):
            at = (mode, key)
            if number and (not self.times[at] or self.times[at][0] > _ONCE):
                continue
            inferred = self._inferred(mode, key)
            if inferred:
                self.failed[at] = inferred
                continue
            if mode == "kept" and self._is_same(key):
                self.times[at].append(self.times["fresh", key][0])
                continue
            reply = worker.ask(do=mode, question=question, selection=instance.selections[selection])
            if "error" in reply or reply["ms"] > self.seconds * 1e3:
                self.failed[at] = reply.get("error", "time")
            else:
                self.times[at].append(reply["ms"])
                self.answers[instance.name, selection, question][name] = reply["answer"]

    def _inferred(self, mode: str, key: Key) -> str | None:
        """Return why a question need not be asked: no answer is expected within the limit."""
        name, instance, selection, question = key
        if key in self.known:
            return "known"
        if mode == "kept" and (("fresh", key) in self.failed or (name, instance) in self.unbuilt):
            return "as fresh"
        if question == "five" and (mode, (name, instance, selection, "best")) in self.failed:
            return "as best"
        if question == "count" and (mode, (name, instance, "half", "count")) in self.failed:
            return "as half"
        return None

    def _is_same(self, key: Key) -> bool:
        """Tell whether it took so long from nothing that it does not matter what was built before."""
        fresh = self.times["fresh", key]
        return fresh[0] > _ONCE and sum(self.builds[key[0], key[1]][:1]) < fresh[0] / 50

    def _click(self, instance: Instance, number: int) -> None:
        """Click: on each selection, and through a session in which the planted units are chosen one by one."""
        if "roc" not in self.kept:
            return
        limit = self.seconds * 1e3
        hopeless = {
            name
            for name in instance.selections
            for part in ("best", "options")
            if ("fresh", ("roc", instance.name, name, part)) in self.failed
        }
        for name, units in instance.selections.items():
            at = self.clicks[instance.name, name]
            if not number or at[0] < _ONCE:
                at.append(limit if name in hopeless else self._milliseconds(units))
        for step in range(1, len(instance.planted) + 1):
            at = self.clicks[instance.name, f"step {step}"]
            if not number and not hopeless:
                at.append(self._milliseconds(instance.planted[:step]))
                if at[-1] >= limit:
                    break

    def _milliseconds(self, units: Sequence[str]) -> float:
        """Return what a click takes, the limit where it takes longer."""
        limit = self.seconds * 1e3
        reply = self.kept["roc"].ask(do="kept", question="click", selection=units)
        return min(float(reply.get("ms", limit)), limit)

    def stop(self) -> None:
        """Stop all processes."""
        for worker in (*self.fresh.values(), *self.kept.values()):
            worker.stop()


def machine() -> dict[str, Any]:
    """Return what the figures were taken on."""
    versions = {}
    for name in ("ortools", "clingo", "highspy", "python-sat", "dd", "PySDD", "python-constraint2"):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "versions": versions,
    }


def results(run: Run, wall: float, peers: Path) -> dict[str, Any]:
    """Compare and confirm the answers, and return everything as JSON has it."""
    found = compare(run.answers)
    other, judge = Worker("clingo", peers, run.seconds), Worker("cpsat", peers, 2 * run.seconds)
    try:
        confirm(run.answers, run.instances, other, judge, found)
    finally:
        other.stop()
        judge.stop()
    asked: dict[tuple[str, Key], dict[str, Any]] = {
        at: {"ms": statistics.median(ms)} for at, ms in run.times.items() if ms
    }
    asked |= {at: {"error": why} for at, why in run.failed.items()}
    records = [
        {"mode": mode, "name": key[0], "instance": key[1], "selection": key[2], "question": key[3], **value}
        for (mode, key), value in asked.items()
    ]
    clicks = [
        {"instance": instance, "what": what, "ms": statistics.median(ms)}
        for (instance, what), ms in run.clicks.items()
        if ms
    ]
    builds = [
        {"name": name, "instance": instance, "ms": statistics.median(ms)}
        for (name, instance), ms in run.builds.items()
        if name not in OWN
    ]
    return {
        "machine": machine(),
        "rounds": run.rounds,
        "seconds": run.seconds,
        "wall": round(wall),
        "instances": {each.name: {"family": each.family, "units": each.size} for each in run.instances},
        "asked": records,
        "builds": builds,
        "clicks": clicks,
        "verdicts": attrs.asdict(found),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, write the results, and print the table."""
    from benchmarks.page import peers_tables  # noqa: PLC0415 - it needs the constants above

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--peers", type=Path, required=True, help="the folder with the peers and their instances"
    )
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--questions", default=",".join(QUESTIONS))
    parser.add_argument("--only", default="", help="instances, by name; else all of the families")
    parser.add_argument(
        "--contestants", default="", help="who is asked; else roc and the best of each family"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10, help="the limit of a question")
    parser.add_argument("--out", type=Path, default=Path("peers.json"), help="where the results are written")
    parser.add_argument(
        "--wait",
        action="store_true",
        help="wait for time-outs of peers that are known from an earlier run, too",
    )
    options = parser.parse_args(arguments)
    questions = options.questions.split(",")
    rules = instances(options.peers, options.families.split(","))
    if options.only:
        rules = [each for each in rules if each.name in options.only.split(",")]
    on_slate = {
        name for question in questions for names in SLATE[question].values() for name in names.split()
    }
    if importlib.util.find_spec("ortools") is None:
        on_slate.discard("adapter")
    names = options.contestants.split(",") if options.contestants else ["roc", *sorted(on_slate)]
    known: frozenset[Key] = frozenset()
    if _KNOWN.exists() and not options.wait:
        known = frozenset((a, b, c, d) for a, b, c, d in json.loads(_KNOWN.read_text()))
    run = Run(
        instances=rules,
        questions=questions,
        rounds=options.rounds,
        seconds=options.seconds,
        known=known,
        fresh={name: Worker(name, options.peers, options.seconds) for name in names},
        kept={name: Worker(name, options.peers, options.seconds) for name in names},
    )
    start = time.monotonic()
    try:
        run.carry_out()
    finally:
        run.stop()
    found = results(run, time.monotonic() - start, options.peers)
    options.out.write_text(json.dumps(found, indent=1) + "\n")
    if options.wait:
        asked = {each.name for each in rules}
        before = (
            {(a, b, c, d) for a, b, c, d in json.loads(_KNOWN.read_text())} if _KNOWN.exists() else set[Key]()
        )
        kept = {
            key for key in before if key[1] not in asked or key[0] not in names or key[3] not in questions
        }
        late = sorted(kept | {key for mode, key in run.failed if mode == "fresh" and key[0] not in OWN})
        _KNOWN.write_text("[\n" + ",\n".join(map(json.dumps, late)) + "\n]\n")
    print(peers_tables(found))


if __name__ == "__main__":
    main()
