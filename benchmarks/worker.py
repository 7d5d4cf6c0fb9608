"""One contestant in a process of its own, which can be stopped: ``python -m benchmarks.worker NAME PEERS SECONDS``."""

import contextlib
import gc
import itertools
import json
import os
import resource
import select
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.contestants import OWN, QUESTIONS, Contestant, Judge, UndecidedError, contestant
from benchmarks.instances import Data

_MEMORY: Final = 6 * 2**30
"""So many bytes a contestant may take."""

_GRACE: Final = 2.0
"""So many seconds more than its limit a contestant has before its process is stopped."""

_TIMES: Final = 5
_QUICK: Final = 100.0
"""A question is asked so many times in a row, as long as all of it together takes less, in milliseconds."""

Reply = dict[str, Any]


class Worker:
    """The near end: starts a contestant's process, asks it, and stops it where it takes too long."""

    def __init__(self, name: str, peers: Path, seconds: float) -> None:
        self.name, self.seconds = name, seconds
        self._command = [sys.executable, "-m", "benchmarks.worker", name, str(peers), str(seconds)]
        self._environment = dict(os.environ, OMP_NUM_THREADS="1", PYTHONHASHSEED="0")
        self._process: subprocess.Popen[bytes] | None = None
        self._told: list[Reply] = []

    def tell(self, **request: Any) -> Reply:
        """Ask for something that a process must know if it had to be started again, such as the instance."""
        self._told = [
            each for each in self._told if each["do"] != request["do"] and request["do"] != "prepare"
        ]
        self._told.append(request)
        return self._exchange(request)

    def forget(self, what: str) -> None:
        """Do not tell this again."""
        self._told = [each for each in self._told if each["do"] != what]

    def ask(self, **request: Any) -> Reply:
        """Return the reply to a request, or ``{"error": "time"}``, or ``{"error": "crash"}``."""
        return self._exchange(request)

    def _exchange(self, request: Reply) -> Reply:
        if self._process is None:
            self._start()
            for told in self._told:
                if told is not request:
                    self._send(told)
                    self._receive(4 * self.seconds)
        self._send(request)
        return self._receive(self.seconds * request.get("parts", 1) + _GRACE)

    def _start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - it is this interpreter, with code from this file
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=self._environment,
        )
        self._receive(60)

    def _send(self, request: Reply) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write((json.dumps(request) + "\n").encode())

    def _receive(self, seconds: float) -> Reply:
        assert self._process is not None
        assert self._process.stdout is not None
        got, end = b"", time.monotonic() + seconds
        while not got.endswith(b"\n"):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._process.stdout], [], [], left)[0]:
                self.stop()
                return {"error": "time"}
            more = os.read(self._process.stdout.fileno(), 1 << 16)
            if not more:
                self.stop()
                return {"error": "crash"}
            got += more
        reply: Reply = json.loads(got)
        return reply

    def stop(self) -> None:
        """Stop the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    stream.close()
            self._process = None


def answer(contestant: Contestant, data: Data, request: Reply) -> Reply:
    """Carry out a request to ask: ``fresh`` builds first, from nothing; ``kept`` asks what was built before.

    What is quick is asked several times in a row and the median counts, for the sake of a quiet figure.
    """
    question: str = request["question"]
    selection: Sequence[str] = request["selection"]
    is_fresh = request["do"] == "fresh"
    taken: list[float] = []
    found: Any = None
    gc.collect()
    while len(taken) < _TIMES and sum(taken) < _QUICK:
        if is_fresh:
            contestant.prepare(data)
        start = time.perf_counter()
        if is_fresh:
            contestant.build(question)
        found = contestant.ask(question, selection)
        taken.append((time.perf_counter() - start) * 1e3)
    return {"ms": statistics.median(taken), "answer": found}


def warm_up(contestant: Contestant) -> None:
    """Ask everything about a rule of three units, so that no later figure has the first run of any code in it."""
    units = [{"id": f"W{i}", "level": 2, "credit": i, "glh": i} for i in (1, 2, 3)]
    groups = [{"id": "W", "units": ["W1", "W2", "W3"], "min_credits": 3}]
    contestant.prepare({"id": "warm", "level": 2, "units": units, "groups": groups, "max_credits": 3})
    for question, chosen in itertools.product(QUESTIONS, ([], ["W3"], ["W2", "W3"])):
        with contextlib.suppress(Exception):  # not every contestant answers every question
            contestant.build(question)
            contestant.ask(question, chosen)


def main(name: str, peers: str, seconds: float) -> None:
    """Read requests, a line each, and write replies."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # some libraries write there
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    sys.path.insert(0, peers)
    fresh, plain, explaining = (contestant(name, seconds) for _ in range(3))
    warm_up(fresh)
    gc.freeze()
    data: Any = {}
    judge: Judge | None = None

    def reply(value: Reply) -> None:
        out.write(json.dumps(value) + "\n")
        out.flush()

    def carry_out(request: Reply) -> Reply:
        nonlocal data, judge
        match request["do"]:
            case "prepare":
                data, judge = request["data"], None
                return {}
            case "keep" if name in OWN:
                plain.prepare(data)
                plain.build("all")
                return {}
            case "keep":
                start = time.perf_counter()
                plain.prepare(data)
                plain.build("best")
                taken = (time.perf_counter() - start) * 1e3
                if request["explain"]:
                    explaining.prepare(data)
                    explaining.build("conflict")
                return {"ms": taken}
            case "judge":
                judge = judge or Judge(data)
                return {"answer": judge.can_be_completed(request["selection"], request["rules"], seconds)}
            case _:
                if request["do"] == "fresh":
                    return answer(fresh, data, request)
                is_other = name not in OWN and request["question"] == "conflict"
                return answer(explaining if is_other else plain, data, request)

    reply({})
    for line in sys.stdin:
        try:
            reply(carry_out(json.loads(line)))
        except UndecidedError:
            reply({"error": "time"})
        except MemoryError:
            reply({"error": "memory"})
        except Exception as error:  # noqa: BLE001 - whatever a library raises is written down
            reply({"error": f"{type(error).__name__}: {error}"[:200]})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
