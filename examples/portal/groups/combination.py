"""Rules of combination in the portal: everything that it asks of the library stands here."""

import datetime as dt
import functools
import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings

from groups.timing import timed
from roc.answers import Completion, Limits, Options, Repair, Verdict
from roc.catalogue import Catalogue, CatalogueRow
from roc.combination import Combination, best_combination
from roc.conflicts import Conflict
from roc.errors import LimitReachedError
from roc.formats.registrations import dumps_registration, loads_registration
from roc.formats.selections import loads_selection
from roc.qualification import Qualification
from roc.registration import RegistrationGroup, RegistrationStatus, check_registration
from roc.selection import Selection
from roc.solver import Solver
from roc.status import Status, check
from roc.units import Unit

LIMITS = Limits(seconds=0.5)
QUICK = Limits(seconds=0.1)
HOW_MANY = 5
Answer = TypeVar("Answer")


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

    @property
    def is_limited(self) -> bool:
        """Whether there was not enough time to work everything out."""
        is_silent = self.options.verdict is not Verdict.COMPLETE and not self.suggestions
        return not self.options.exact or is_silent

    @property
    def suggestions(self) -> tuple[Completion | Repair, ...]:
        """What one click may apply."""
        return self.completions or self.repairs


@functools.lru_cache(maxsize=2048)
def _standing(selection: Selection, day: dt.date) -> Standing:
    asked = solver(selection.qualification)
    options = asked.options(selection)
    completions: tuple[Completion, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    repairs: tuple[Repair, ...] = ()
    if options.verdict is Verdict.COMPLETABLE:
        completions = _first(asked.completions, selection, diverse=True)
        if len(completions) < HOW_MANY:  # what differs most can take long to find; what comes next does not
            more = _first(asked.completions, selection)
            completions = tuple(dict.fromkeys((*completions, *more)))[:HOW_MANY]
    elif options.verdict is Verdict.BLOCKED:
        conflicts = _first(asked.conflicts, selection, count=1)
        repairs = _first(asked.repairs, selection)
    return Standing(
        status=check(selection, date=day),
        options=options,
        completions=completions,
        conflict=next(iter(conflicts), None),
        repairs=repairs,
    )


def _first(
    answers: Callable[..., Iterator[Answer]], *args: Any, count: int = HOW_MANY, **kwargs: Any
) -> tuple[Answer, ...]:
    """Return the first answers, as far as the limits allow; the best one found where none is certain."""
    found: list[Any] = []
    try:
        found.extend(itertools.islice(answers(*args, limits=QUICK, **kwargs), count))
    except LimitReachedError as error:
        if not found and error.found is not None:
            found.append(error.found)
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
    reason = str(solver(selection.qualification).why(selection, number))
    return tuple(line.removeprefix("- ") for line in reason.splitlines())


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
