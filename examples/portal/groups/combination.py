"""Rules of combination in the portal: everything that it asks of the library stands here."""

import datetime as dt
import functools
import itertools
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from roc.catalogue import Catalogue, CatalogueRow
from roc.formats.registrations import dumps_registration, loads_registration
from roc.registration import RegistrationGroup, RegistrationStatus, check_registration

from roc.answers import Completion, Limits, Options, Repair, Verdict
from roc.combination import Combination, best_combination
from roc.conflicts import Conflict
from roc.errors import LimitReachedError
from roc.formats.selections import loads_selection
from roc.qualification import Qualification
from roc.selection import Selection
from roc.solver import Solver
from roc.status import Status, check
from roc.units import Unit

LIMITS = Limits(seconds=0.5)
HOW_MANY = 5
_spent: ContextVar[float] = ContextVar("_spent", default=0.0)
_is_timed: ContextVar[bool] = ContextVar("_is_timed", default=False)


@contextmanager
def timed() -> Iterator[None]:
    """Add the time that is spent inside to that of the request; what is timed already is not timed twice."""
    if _is_timed.get():
        yield
        return
    _is_timed.set(True)
    began = time.perf_counter()
    try:
        yield
    finally:
        _spent.set(_spent.get() + time.perf_counter() - began)
        _is_timed.set(False)


def take_time() -> float:
    """Return how many seconds the library took since this was last asked."""
    spent = _spent.get()
    _spent.set(0.0)
    return spent


@functools.cache
def catalogue() -> Catalogue:
    """Return every qualification that the portal knows, read once."""
    return Catalogue.load(settings.RULES_DIR)


@functools.cache
def solver(qualification: Qualification) -> Solver:
    """Return what answers questions about a qualification; it is compiled once."""
    return Solver(qualification, limits=LIMITS)


@timed()
def search(text: str, day: dt.date) -> tuple[CatalogueRow, ...]:
    """Return the qualifications that can be registered on a day and fit the text."""
    return catalogue().on(day).search(text)


@timed()
def read_group(document: Any) -> RegistrationGroup:
    """Return a registration group as it was stored."""
    return loads_registration(json.dumps(document), catalogue(), format="json")


@timed()
def written(group: RegistrationGroup) -> Any:
    """Return a registration group as it is stored: plain data."""
    return json.loads(dumps_registration(group, format="json"))


@timed()
def check_group(group: RegistrationGroup, day: dt.date, others: Iterable[str]) -> RegistrationStatus:
    """Say whether a group can be saved, beside the others of its centre."""
    return check_registration(group, date=day, others=others)


@timed()
def start(qualification: Qualification) -> Selection:
    """Return the selection with which a person begins: the mandatory units."""
    return Selection.start(qualification)


@timed()
def added(selection: Selection, unit: Unit | str) -> Selection:
    """Return a selection with a unit and those that are linked to it.

    Raises:
        SelectionError: The unit does not belong to it.
    """
    return selection.add(unit)


@timed()
def removed(selection: Selection, unit: str) -> Selection:
    """Return a selection without a unit and those that are linked to it.

    Raises:
        SelectionError: The unit is not in it.
    """
    return selection.remove(unit)


@timed()
def reselected(selection: Selection, pathway: str | None, conditions: Iterable[str]) -> Selection:
    """Return a selection on a pathway, with the conditions that are met; a new pathway brings its mandatory units."""
    changed = selection.evolve(pathway=pathway, conditions=conditions)
    if pathway == selection.pathway:
        return changed
    mandatory = selection.qualification.mandatory_units_of(pathway)
    return changed.add(*(number for number in mandatory if number not in changed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a selection stands, and what can become of it."""

    status: Status
    options: Options
    completions: tuple[Completion, ...] = ()
    conflict: Conflict | None = None
    repairs: tuple[Repair, ...] = ()
    is_limited: bool = False

    @property
    def suggestions(self) -> tuple[Completion | Repair, ...]:
        """What one click may apply."""
        return self.completions or self.repairs


@functools.lru_cache(maxsize=2048)
def _standing(selection: Selection, day: dt.date) -> Standing:
    asked = solver(selection.qualification)
    options = asked.options(selection)
    found: dict[str, Any] = {}
    try:
        if options.verdict is Verdict.COMPLETABLE:
            found["completions"] = _several(asked.completions(selection, diverse=True))
        elif options.verdict is Verdict.BLOCKED:
            found["conflict"] = asked.explain(selection)
            found["repairs"] = _several(asked.repairs(selection))
    except LimitReachedError:
        found["is_limited"] = True
    is_limited = found.pop("is_limited", False) or not options.exact
    return Standing(status=check(selection, date=day), options=options, is_limited=is_limited, **found)


def _several(answers: Iterator[Any]) -> tuple[Any, ...]:
    """Return the first answers; those that were there before a limit was reached are answers too."""
    found: list[Any] = []
    try:
        found.extend(itertools.islice(answers, HOW_MANY))
    except LimitReachedError as error:
        if not found and isinstance(error.found, Completion):
            found.append(error.found)
        if not found:
            raise
    return tuple(found)


@timed()
def standing(selection: Selection, day: dt.date) -> Standing:
    """Return the verdict and the suggestions; asked again, they are remembered."""
    return _standing(selection, day)


@timed()
def why(selection: Selection, number: str) -> tuple[str, ...]:
    """Return in words what can become of a unit, and why.

    Raises:
        LimitReachedError: That would take too long.
    """
    return tuple(str(solver(selection.qualification).why(selection, number)).splitlines())


@timed()
def read_units(text: str, form: Any, qualification: Qualification) -> Selection:
    """Return the units that a text names: one a line, or as the library writes them in YAML, JSON or TOML.

    Raises:
        InvalidData: The text cannot be read; each problem has its line.
    """
    return loads_selection(text, qualification, form)


@timed()
def best(achieved: Selection) -> Combination:
    """Return the best combination of what was achieved."""
    return best_combination(achieved, limit=200_000)
