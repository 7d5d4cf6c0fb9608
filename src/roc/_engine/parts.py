"""What must hold, as bounds on rows, and how such parts make up alternatives.

What holds in one of several ways is a list of alternatives, each a list of parts that must all hold. Disjunctions
are multiplied out, with the earlier options negated, so that alternatives do not overlap.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from roc.rules import Measure

MAX_ALTERNATIVES: Final = 4096
"""A rule whose choices multiply out to more is not compiled."""


class TooManyAlternativesError(Exception):
    """A rule's choices multiply out to too many alternatives."""


class Row(NamedTuple):
    """A weighted sum over the units chosen: of a measure, in some groups, of what counts or of all."""

    measure: Measure
    counted: bool
    groups: frozenset[int] | None
    mask: int


class Atom(NamedTuple):
    """A bound on a row; with *used*, it holds too where nothing of that row is chosen.

    ``hi`` and ``lo`` are in scaled integers; ``None`` is no bound. ``source`` is the path of the clause.
    """

    source: str
    row: Row
    lo: int | None = None
    hi: int | None = None
    used: Row | None = None


class Kinds(NamedTuple):
    """A bound on how many of several rows hold anything: different words, groups in use."""

    source: str
    rows: tuple[Row, ...]
    lo: int | None = None
    hi: int | None = None


class Together(NamedTuple):
    """Units that go together: none of them, or all."""

    source: str
    mask: int


class Never(NamedTuple):
    """Something that no choice of units can make hold."""

    source: str


Part: TypeAlias = Atom | Kinds | Together | Never
Alternatives: TypeAlias = list[tuple[Part, ...]]


class Place(NamedTuple):
    """One way to choose a unit: the groups in which it is placed, and whether it counts."""

    groups: tuple[int, ...]
    counts: bool


def sees(row: Row, place: Place) -> bool:
    """Tell whether a row sees a unit that is placed there."""
    return (place.counts or not row.counted) and (
        row.groups is None or any(group in row.groups for group in place.groups)
    )


Wanted: TypeAlias = Callable[[bool], Alternatives]
"""What makes something hold, or not."""


def union_of(rows: Iterable[Row]) -> int:
    found = 0
    for row in rows:
        found |= row.mask
    return found


def all_of(parts: Iterable[Alternatives]) -> Alternatives:
    """Return the alternatives in which all of *parts* hold; those that cannot hold are left out, but one."""
    found: Alternatives = [()]
    for each in parts:
        if len(found) * len(each) > MAX_ALTERNATIVES:
            msg = f"the choices of the rule multiply out to more than {MAX_ALTERNATIVES} alternatives"
            raise TooManyAlternativesError(msg)
        found = [(*left, *right) for left in found for right in each]
        able = [each for each in found if not any(isinstance(part, Never) for part in each)]
        found = able or found[:1]
    return found


def every(parts: Sequence[Wanted], want: bool) -> Alternatives:
    """Return what makes all of *parts* hold, or not all of them: the first that does not, each in turn."""
    if want:
        return all_of(part(True) for part in parts)
    return [
        each
        for i, part in enumerate(parts)
        for each in all_of([*(before(True) for before in parts[:i]), part(False)])
    ]


def some_of(parts: Sequence[Wanted], low: int, high: int | None, want: bool) -> Alternatives:
    """Return what makes from *low* to *high* of *parts* hold, or fewer or more."""
    if not want:
        fewer = some_of(parts, 0, low - 1, True) if low else []
        return fewer + (some_of(parts, high + 1, None, True) if high is not None else [])
    if low > len(parts) or (high is not None and high < 0):
        return []
    if not parts or (low <= 0 and high is None):
        return [()]
    first, rest = parts[0], parts[1:]
    found: Alternatives = []
    for is_on in (True, False):
        others = some_of(rest, max(0, low - is_on), None if high is None else high - is_on, True)
        if others:
            found += all_of([first(is_on), others])
    return found


def implies(when: Wanted, then: Wanted, want: bool) -> Alternatives:
    if want:
        return when(False) + all_of([when(True), then(True)])
    return all_of([when(True), then(False)])


def bounded(source: str, row: Row, low: int | None, high: int | None, want: bool) -> Alternatives:
    if want:
        return [(Atom(source, row, low, high),)]
    found: Alternatives = []
    if low is not None:
        found.append((Atom(source, row, None, low - 1),))
    if high is not None:
        found.append((Atom(source, row, high + 1),))
    return found


def kinds_of(
    source: str, rows: tuple[Row, ...], low: int | None, high: int | None, want: bool
) -> Alternatives:
    if want:
        return [(Kinds(source, rows, low, high),)]
    found: Alternatives = []
    if low is not None:
        found.append((Kinds(source, rows, None, low - 1),))
    if high is not None:
        found.append((Kinds(source, rows, high + 1),))
    return found
