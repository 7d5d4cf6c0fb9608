"""Who answers the questions: ``roc``, and each of the peers, behind the same face."""

import contextlib
import functools
import importlib
import itertools
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, TypeAlias

from benchmarks.instances import Data, translate

import roc

Answer: TypeAlias = Any
"""An answer as JSON has it; its form depends on the question."""

QUESTIONS: Final = {
    "check": "q1",
    "best": "q2",
    "five": "q3",
    "options": "q4",
    "count": "q5",
    "conflict": "q6",
}
"""What all are asked, with the peers' name of it."""

OWN: Final = ("roc", "adapter")
"""The contestants that are this library."""

_OPTIONS: Final = {"forced": "all", "closed": "none", "open": "some"}
"""The peers' word for each."""


_COMPILE: Final = roc.Limits(seconds=1)
"""What a question may take that is asked only so that the solver is compiled."""


class UndecidedError(Exception):
    """The contestant itself says that its limit was reached."""


class Contestant(Protocol):
    """Who answers.

    A contestant is prepared with an instance (not timed), built (timed) and then asked (timed).
    """

    def prepare(self, data: Data) -> None:
        """Take an instance; nothing of earlier instances is remembered."""

    def build(self, question: str) -> None:
        """Make what is asked later, as far as it can be made without a selection."""

    def ask(self, question: str, selection: Sequence[str]) -> Answer:
        """Answer a question about a selection."""


class Peer:
    """One of the peers, by the name of its module."""

    def __init__(self, name: str) -> None:
        self._module: Any = importlib.import_module(f"peer_{name}")
        self._data: Data = {}
        self._peer: Any = None

    def prepare(self, data: Data) -> None:
        """Take an instance."""
        self._data = data
        self._peer = self._module.Peer()

    def build(self, question: str) -> None:
        """Build the model for a question."""
        if question == "conflict":
            self._peer.build_explain(self._data)
        else:
            self._peer.build(self._data)

    def ask(self, question: str, selection: Sequence[str]) -> Answer:
        """Answer; of a conflict the names of its rules, the whole selection being taken for granted."""
        found = getattr(self._peer, QUESTIONS[question])(list(selection))
        return {"rules": found, "choices": None} if question == "conflict" else found


class Roc:
    """This library, by its public face.

    Args:
        seconds: What a question may take.
    """

    def __init__(self, seconds: float) -> None:
        self._limits = roc.Limits(states=10**12, seconds=seconds)
        self._names: Mapping[str, str] = {}

    def prepare(self, data: Data) -> None:
        """Make the rule anew and forget all that was compiled."""
        forget()
        made = translate(data)
        self._qualification, self._names = made.qualification, made.names
        self._planted = data.get("planted", ())

    def build(self, question: str) -> None:
        """Make a solver; it is compiled when it is first asked. ``all``: compile it now, with another selection."""
        self._solver = roc.Solver(self._qualification, limits=_COMPILE if question == "all" else self._limits)
        if question == "all":
            for each in (roc.check, self._options, self._conflict):
                with contextlib.suppress(UndecidedError, roc.LimitReachedError):
                    each(roc.Selection.of(self._qualification, self._planted[:1]))
            self._solver = self._solver.evolve(limits=self._limits)

    def ask(self, question: str, selection: Sequence[str]) -> Answer:
        """Answer a question, from the units' numbers to the finished value."""
        chosen = roc.Selection.of(self._qualification, selection)
        try:
            return getattr(self, f"_{question}")(chosen)
        except roc.LimitReachedError as error:
            raise UndecidedError from error

    def _check(self, selection: roc.Selection) -> bool:
        return roc.check(selection).ok

    def _best(self, selection: roc.Selection) -> Answer:
        found = self._solver.complete(selection)
        if found is None:
            return None
        if not found.exact:
            raise UndecidedError
        return _completion(found)

    def _five(self, selection: roc.Selection) -> Answer:
        return [_completion(each) for each in itertools.islice(self._solver.completions(selection), 5)]

    def _options(self, selection: roc.Selection) -> Answer:
        found = self._solver.options(selection)
        if not found.exact:
            raise UndecidedError
        if found.verdict is roc.Verdict.BLOCKED:
            return None
        return {str(number): _OPTIONS[each] for number, each in found.items if each in _OPTIONS}

    def _count(self, selection: roc.Selection) -> int:
        return self._solver.count(selection)

    def _conflict(self, selection: roc.Selection) -> Answer:
        found = self._solver.explain(selection)
        if found is None:
            return {"rules": None, "choices": []}
        rules = sorted(self._names[path] for path in found.paths)
        return {"rules": rules, "choices": list(map(str, found.choices))}

    def _click(self, selection: roc.Selection) -> None:
        """Answer what a portal asks after every click: where it stands, how to finish, what can still be chosen."""
        if self._solver.verdict(selection) is roc.Verdict.UNDECIDED:
            raise UndecidedError
        self._best(selection)
        self._options(selection)


class Adapter(Roc):
    """This library with CP-SAT as its engine."""

    def build(self, question: str) -> None:
        """Make a solver with the other engine."""
        super().build(question)
        self._solver = self._solver.evolve(engine="cpsat")


def _completion(found: roc.Completion) -> tuple[int, int, list[str]]:
    return int(found.cost), int(found.credit), sorted(map(str, found.selection.numbers))


def forget() -> None:
    """Empty every memory of compiled rules."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "roc":
            for value in vars(module).values():
                if isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()


def contestant(name: str, seconds: float) -> Contestant:
    """Return the contestant of this name."""
    return Roc(seconds) if name == "roc" else Adapter(seconds) if name == "adapter" else Peer(name)


class Judge:
    """Tells by CP-SAT whether a selection, kept to some rules only, can be completed."""

    def __init__(self, data: Data) -> None:
        self._peer = Peer("cpsat")._module.Peer()
        self._peer.build(data)
        self._all: list[Any] = list(self._peer.m.rules)

    def can_be_completed(self, selection: Sequence[str], rules: Sequence[str], seconds: float) -> bool | None:
        """Tell it; ``None`` where that takes too long."""
        peer = self._peer
        peer.m.rules = [rule for rule in self._all if rule.name in rules]
        peer.model, peer.v, _ = peer._make(guarded=False)
        found: bool | None = peer.completable(list(selection), seconds)
        return found
