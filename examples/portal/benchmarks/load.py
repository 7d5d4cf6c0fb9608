"""How the portal answers under load.

``python benchmarks/load.py``, or with PostgreSQL ``python tests/with_postgresql.py python benchmarks/load.py``.
Starts the portal with gunicorn (two workers, four threads each) on this computer, lets 1, 10 and 50 people work at
once, each logged in with a draft of their own, and prints for opening a saved group and for a click on Add (with the
verdict and the suggestions in its answer): how many there were in a second, how long they took, and what share of
that was spent in ``roc``. The people run on the same computer and take their part of it.
"""

import argparse
import itertools
import os
import re
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.serving import LINDQVIST, OKAFOR, Person, Portal

OPEN = re.compile(r'action="(/centre/groups/\d+/open/)"')
RULE = re.compile(r'<button class="button small" name="add" value="([^"]+)"')
UNIT = re.compile(r'value="((?:add|remove)\|[^"]+)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: how long it took, and what of that was spent in roc, in milliseconds."""

    total: float
    roc: float


class Worker:
    """A person who is at it until told to stop."""

    def __init__(self, port: int, seed: int, rule: str = "500-9810-x") -> None:
        """Log in, and begin a draft of a qualification, 500/9810/X if nothing else is said."""
        self.person = Person(port)
        self.rule = rule
        self.person.log_in(LINDQVIST if seed % 2 else OKAFOR)  # of one person the portal keeps 50 drafts
        self.turn = itertools.count(seed)
        self.person.get("/centre/groups/create/")
        self.draft = self.person.post("/centre/groups/create/", do="keep", group_type="Qualifications")
        self.person.get(f"{self.draft}search/")
        self.person.post(f"{self.draft}search/", add=rule)
        self.person.get("/centre/groups/")
        self.groups = OPEN.findall(self.person.page)

    def open_group(self) -> Answer:
        """Open a saved group: the click and the page to which it leads."""
        self.person.get("/centre/groups/")
        began = time.perf_counter()
        self.person.post(self.groups[next(self.turn) % len(self.groups)])
        return Answer((time.perf_counter() - began) * 1000, self.person.roc)

    def click(self) -> Answer:
        """Add a unit that is not there, or take out one that is: another one at every click."""
        if f'method="post" action="{self.draft}"' not in self.person.page:
            self.person.get(self.draft)
        buttons = UNIT.findall(self.person.page)
        button = buttons[next(self.turn) % len(buttons)]
        began = time.perf_counter()
        self.person.post(self.draft, swaps=True, do=button, shown=self.rule)
        return Answer((time.perf_counter() - began) * 1000, self.person.roc)


def measured(workers: list[Worker], what: str, seconds: float) -> tuple[float, list[Answer]]:
    """Let everybody do one thing for some seconds; return how many answers there were in a second, and the answers."""
    answers: list[Answer] = []
    end = time.perf_counter() + seconds

    def work(worker: Worker) -> None:
        act = getattr(worker, what)
        while time.perf_counter() < end:
            answers.append(act())

    busy = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    began = time.perf_counter()
    for each in busy:
        each.start()
    for each in busy:
        each.join()
    return len(answers) / (time.perf_counter() - began), answers


def every_rule(port: int, clicks: int) -> None:
    """Click on each qualification of the catalogue, and print what of that was spent in roc."""
    first = Worker(port, 0)
    first.person.get(f"{first.draft}search/?q=")
    rules = [first.rule, *dict.fromkeys(RULE.findall(first.person.page))]
    print("| rule | clicks | in roc, median ms | most |\n|---|---|---|---|")
    times: list[float] = []
    for rule in rules:
        worker = Worker(port, 0, rule)
        each = [worker.click().roc for _ in range(clicks)]
        times += each
        print(f"| {rule} | {clicks} | {statistics.median(each):.1f} | {max(each):.0f} |", flush=True)
    print(f"| all {len(rules)} | {len(times)} | {statistics.median(times):.1f} | {max(times):.0f} |")


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument(
        "--every-rule", action="store_true", help="a few clicks on each qualification instead"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("wb") as log:
        database = os.environ.get("PORTAL_DATABASE", f"sqlite:///{folder}/portal.sqlite3")
        with Portal(database, log) as portal:
            if options.every_rule:
                every_rule(portal.port, clicks=8)
                return
            print("PostgreSQL" if database.startswith("postgresql") else "SQLite")
            print(
                "| people at once | what | a second | median ms | p95 ms | in roc, median ms | share of roc |"
            )
            print("|---|---|---|---|---|---|---|")
            workers: list[Worker] = []
            for people in (1, 10, 50):
                workers += [Worker(portal.port, seed) for seed in range(len(workers), people)]
                for what, name in (("open_group", "open a group"), ("click", "Add or Remove")):
                    rate, answers = measured(workers, what, options.seconds)
                    times = sorted(each.total for each in answers)
                    roc = statistics.median(each.roc for each in answers)
                    share = sum(each.roc for each in answers) / sum(times)
                    p95 = times[int(0.95 * (len(times) - 1))]
                    print(
                        f"| {people} | {name} | {rate:.0f} | {statistics.median(times):.0f} | {p95:.0f} "
                        f"| {roc:.1f} | {share:.0%} |",
                        flush=True,
                    )
            for worker in workers:
                worker.person.connection.close()


if __name__ == "__main__":
    main()
