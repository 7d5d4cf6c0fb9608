"""The rows behind the plots: plain named tuples, made without any library for plots."""

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from roc._record import Word
from roc.answers import Limits, UnitOption
from roc.errors import LimitReachedError, SelectionError, nearest
from roc.groups import GroupKind, UnitGroup
from roc.numbers import UnitNumber
from roc.qualification import Entry, Qualification
from roc.rules import AllOf, Choice, Clause, Measure, Threshold
from roc.scopes import listed, quoted
from roc.selection import Selection
from roc.solver import Solver
from roc.status import ClauseStatus, Status

WHOLE: Final = "Whole qualification"
"""Where a clause stands that is over everything."""


# -- what a figure is made of -----------------------------------------------------------------------


class Words(NamedTuple):
    """What is written around a plot."""

    title: str
    subtitle: str
    caption: str


class Bar(NamedTuple):
    """One horizontal bar: its label, its length, its kind, what is written beside it, and marks across it."""

    label: str
    length: float
    kind: str
    note: str
    least: float | None = None
    most: float | None = None


# -- progress ---------------------------------------------------------------------------------------


class ProgressRow(NamedTuple):
    """How far one threshold is met.

    Attributes:
        place: The label of the group that it belongs to, or ``Whole qualification``.
        rule: The threshold, as the rule says it.
        measure: What is counted: units, credits, hours, alternatives, or the different words of a tag.
        required: The least that it asks for; ``None``: no least.
        allowed: The most that it allows; ``None``: no most.
        actual: What there is: where more than the most was taken, all that was taken; else what counts.
        ok: Whether it holds.
        binding: Whether the rule needs it; false within an alternative that was not taken.
    """

    place: str
    rule: str
    measure: str
    required: Decimal | None
    allowed: Decimal | None
    actual: Decimal
    ok: bool
    binding: bool


def progress_rows(status: Status) -> tuple[ProgressRow, ...]:
    """Return how far each threshold is met: those over everything, then those of each group.

    A mandatory group is a threshold too, on all of its units, and so is a choice between clauses, on the
    alternatives that hold. Links, bars and other relations have no amounts and are left out.

    >>> import roc
    >>> q = roc.load("examples/qualifications/500-9810-x-vehicle-fitting.yaml")
    >>> for row in progress_rows(roc.check(roc.Selection.start(q))):
    ...     print(f"{row.place}, {row.rule}: {row.actual} {row.measure}")
    Whole qualification, at least 14 units: 12 units
    Whole qualification, at least 61 credits: 51 credits
    Whole qualification, at least 31 credits at level 2 or above: 24 credits
    Group A: Mandatory Units, all 12 units: 12 units
    Group B: Optional Units, at least 2 units: 0 units
    Group B: Optional Units, at least 10 credits: 0 credits
    """
    rows = [row for clause in status.clauses for row in _progress(clause, WHOLE, binding=True)]
    for group in status.groups.values():
        for clause in group.clauses:
            rows += _progress(clause, group.group.label, binding=group.binding)
    return tuple(rows)


def _progress(status: ClauseStatus, place: str, *, binding: bool) -> Iterator[ProgressRow]:
    clause = status.clause
    match clause:
        case None:
            rule, measure = _all_units(int(status.required or 0)), Measure.UNITS.word
        case Threshold(distinct=str(key)):
            rule, measure = str(clause), f"different {quoted(key)}"
        case Threshold():
            rule, measure = str(clause), clause.measure.word
        case Choice():
            rule, measure = _head(clause), "alternatives"
        case _:
            rule = measure = ""
    if isinstance(clause, AllOf) or (isinstance(clause, Threshold) and status.parts):
        for part in status.parts:  # clauses that must all hold, or one for each word of a tag
            yield from _progress(part, place, binding=binding)
    elif rule and status.actual is not None:
        yield ProgressRow(
            place=place,
            rule=rule,
            measure=measure,
            required=status.required,
            allowed=status.allowed,
            actual=status.taken if status.excess and status.taken is not None else status.actual,
            ok=status.ok,
            binding=binding,
        )


def _all_units(number: int) -> str:
    return {1: "its 1 unit", 2: "both units"}.get(number, f"all {number} units")


def _head(choice: Choice) -> str:
    """Return what a choice asks for, without its options."""
    return f"{str(choice).partition(' (')[0]} {len(choice.options)} alternatives"


# -- completions ------------------------------------------------------------------------------------


class TotalRow(NamedTuple):
    """How many completions come to one total.

    Attributes:
        total: The total.
        completions: How many completions come to it, exactly.
    """

    total: Decimal
    completions: int


def total_rows(
    solver: Solver,
    selection: Selection,
    measure: Measure | str | None = None,
    *,
    pathway: str | None = None,
    limits: Limits | None = None,
) -> tuple[TotalRow, ...]:
    """Return how many completions come to each total of a measure, least first.

    Where no measure is named it is the first of credit, hours and units that the units have.

    Raises:
        LimitReachedError: The limits did not suffice.
    """
    measure = usual_measure(solver.qualification) if measure is None else measure
    found = solver.distribution(selection, measure, pathway=pathway, limits=limits)
    return tuple(TotalRow(total, ways) for total, ways in found.items())


def usual_measure(qualification: Qualification) -> Measure:
    """Return what people add up for a qualification: credit, or else hours, or else units."""
    if any(unit.credit is not None for unit in qualification.units):
        return Measure.CREDIT
    if any(unit.guided_learning_hours is not None for unit in qualification.units):
        return Measure.GLH
    return Measure.UNITS


class FrequencyRow(NamedTuple):
    """How often one unit occurs in completions.

    Attributes:
        unit: The number of the unit.
        title: Its title.
        option: What can become of it.
        share: The share of completions that contain it, 0 to 1, exactly. ``None``: it is not known, for a limit was
            reached, or every completion needs units from elsewhere, and these are not counted.
    """

    unit: UnitNumber
    title: str
    option: UnitOption
    share: Fraction | None


def frequency_rows(
    solver: Solver,
    selection: Selection,
    *,
    pathway: str | None = None,
    limits: Limits | None = None,
) -> tuple[FrequencyRow, ...]:
    """Return how often each unit that is not chosen occurs in completions, the most frequent first.

    Which units are forced or closed may be known where shares are not.

    >>> import roc
    >>> q = roc.load("examples/qualifications/601-3457-4-customer-service.yaml")
    >>> first, *others = frequency_rows(roc.Solver(q), roc.Selection.start(q))
    >>> print(first.unit, first.option, first.share)
    F/649/9105 open 48/59
    """
    options = solver.options(selection, pathway=pathway, limits=limits)
    sure = {UnitOption.FORCED: Fraction(1), UnitOption.CLOSED: Fraction(0)}
    counted: Mapping[UnitNumber, Fraction] = {}
    with contextlib.suppress(LimitReachedError):
        counted = solver.frequencies(selection, pathway=pathway, limits=limits)
    titles = solver.qualification.units_by_number
    rows = [
        FrequencyRow(number, titles[number].title, option, counted.get(number, sure.get(option)))
        for number, option in options.items
        if option is not UnitOption.CHOSEN
    ]
    rows.sort(key=lambda row: -1 if row.share is None else row.share, reverse=True)  # stable: declared order
    return tuple(rows)


# -- relations between units ------------------------------------------------------------------------


class RelationRow(NamedTuple):
    """What choosing one unit does to another, by the whole rule.

    Attributes:
        unit: The unit that is chosen.
        other: The unit that it does something to.
        effect: ``CLOSED``: it can be chosen no longer. ``FORCED``: it must be chosen then. ``UNDECIDED``: a limit was
            reached.
    """

    unit: UnitNumber
    other: UnitNumber
    effect: UnitOption


def relation_rows(
    solver: Solver,
    selection: Selection,
    *,
    pathway: str | None = None,
    limits: Limits | None = None,
) -> tuple[RelationRow, ...]:
    """Return which units close or force which, once chosen on top of a selection.

    Each unit that is open is added in turn, and the solver asked what becomes of the other open units. So this is
    what follows from the whole rule, bars and links as well as totals; units that are forced or closed already
    are in no row. The limits are for all questions together, each of which has the same share of the states.

    >>> import roc
    >>> q = roc.load("examples/qualifications/fitness-instructing-pairs.toml")
    >>> for row in relation_rows(roc.Solver(q), roc.Selection.start(q))[:2]:
    ...     print(row.unit, row.effect, row.other)
    5 forced 6
    5 closed 7
    """
    limits = limits or solver.limits
    spend = _Spend(limits, 1 + len(solver.qualification.units))
    before = solver.options(selection, pathway=pathway, limits=spend.share() or limits)
    free = (*before.where(UnitOption.OPEN), *before.where(UnitOption.UNDECIDED))
    rows: list[RelationRow] = []
    for number in free:
        share = spend.share()
        after: Mapping[UnitNumber, UnitOption] = {}
        if share is not None:
            grown = selection.evolve(entries=(*selection.entries, Entry(unit=number)))
            after = solver.options(grown, pathway=pathway, limits=share).by_number
        effects = ((other, after.get(other, UnitOption.UNDECIDED)) for other in free if other != number)
        rows += [
            RelationRow(number, other, effect) for other, effect in effects if effect is not UnitOption.OPEN
        ]
    return tuple(rows)


class _Spend:
    """Limits that several questions share."""

    def __init__(self, limits: Limits, questions: int) -> None:
        self.states = max(1, limits.states // questions)
        self.end = None if limits.seconds is None else time.monotonic() + limits.seconds

    def share(self) -> Limits | None:
        """Return what the next question may spend; ``None``: the time is over."""
        if self.end is None:
            return Limits(states=self.states)
        left = self.end - time.monotonic()
        return Limits(states=self.states, seconds=left) if left > 0 else None


# -- the rule as a tree -----------------------------------------------------------------------------


class NodeKind(Word):
    """What a node of the tree of a rule is."""

    QUALIFICATION = "qualification"
    PATHWAY = "pathway"
    MANDATORY_GROUP = "mandatory group"
    OPTIONAL_GROUP = "optional group"
    THRESHOLD = "threshold"
    RELATION = "relation"


class TreeRow(NamedTuple):
    """One node of the tree of a rule.

    Attributes:
        parent: The index of the row that it hangs from; ``None`` for the root.
        depth: How deep it is nested, from 0.
        kind: What it is.
        text: What it says, in the rule's own words.
    """

    parent: int | None
    depth: int
    kind: NodeKind
    text: str


def tree_rows(qualification: Qualification, *, pathway: str | None = None) -> tuple[TreeRow, ...]:
    """Return the rule as a tree, top down: thresholds, groups with their own, relations, pathways.

    Units are counted and not listed.

    >>> import roc
    >>> q = roc.load("examples/qualifications/500-9810-x-vehicle-fitting.yaml")
    >>> for row in tree_rows(q)[1:6]:
    ...     print("  " * (row.depth - 1) + row.text)
    at least 14 units
    at least 61 credits
    at least 31 credits at level 2 or above
    Group A: Mandatory Units: all 12 units
    Group B: Optional Units: 3 units listed

    Raises:
        SelectionError: There is no such pathway.
    """
    if pathway is not None and pathway not in qualification.pathways_by_name:
        msg = f"there is no pathway {pathway}"
        raise SelectionError(msg, suggestions=nearest(pathway, qualification.pathways_by_name))
    tree = _Tree(qualification, pathway)
    tree.grow()
    return tuple(tree.rows)


class _Tree:
    def __init__(self, qualification: Qualification, pathway: str | None) -> None:
        self.qualification = qualification
        self.pathway = pathway
        self.rows: list[TreeRow] = []

    def grow(self) -> None:
        q = self.qualification
        root = self.add(None, NodeKind.QUALIFICATION, str(q))
        self.clauses(root, [rule for rule in q.rules if isinstance(rule, Threshold)])
        self.groups(root, q.groups)
        self.clauses(root, [rule for rule in q.rules if not isinstance(rule, Threshold)])
        for sharing in q.sharing:
            most = "" if sharing.at_most is None else f", at most {sharing.at_most} between any two"
            names = listed(map(quoted, sharing.groups))
            self.add(root, NodeKind.RELATION, f"{names} may count the same units{most}")
        for each in q.pathways:
            if self.pathway in {None, each.name}:
                self.clauses(self.add(root, NodeKind.PATHWAY, f"{each.kind}: {each.label}"), each.rules)

    def add(self, parent: int | None, kind: NodeKind, text: str) -> int:
        depth = 0 if parent is None else self.rows[parent].depth + 1
        self.rows.append(TreeRow(parent, depth, kind, text))
        return len(self.rows) - 1

    def groups(self, parent: int, groups: Iterable[UnitGroup]) -> None:
        for group in groups:
            if self.pathway is None or not group.pathways or self.pathway in group.pathways:
                mandatory = group.kind is GroupKind.MANDATORY
                kind = NodeKind.MANDATORY_GROUP if mandatory else NodeKind.OPTIONAL_GROUP
                here = self.add(parent, kind, f"{group.label}: {'; '.join(_facts(group))}")
                self.clauses(here, group.rules)
                self.groups(here, group.groups)

    def clauses(self, parent: int, clauses: Iterable[Clause]) -> None:
        for clause in clauses:
            match clause:
                case Threshold():
                    self.add(parent, NodeKind.THRESHOLD, str(clause))
                case AllOf(clauses=inner):
                    self.clauses(self.add(parent, NodeKind.THRESHOLD, "all of these"), inner)
                case Choice(options=inner):
                    self.clauses(self.add(parent, NodeKind.THRESHOLD, _head(clause)), inner)
                case _:
                    self.add(parent, NodeKind.RELATION, str(clause))


def _facts(group: UnitGroup) -> Iterator[str]:
    """Yield what there is to say about a group besides its clauses, at least one thing."""
    number = len(group.units)
    if group.kind is GroupKind.MANDATORY:
        yield _all_units(number)
    elif group.choose is not None:
        only = "" if group.mixing else ", from no more than these"
        yield f"at least {group.choose} of its {len(group.groups)} groups{only}"
    elif number:
        yield f"{number} unit{'' if number == 1 else 's'} listed"
    elif group.groups:
        yield f"{len(group.groups)} group{'' if len(group.groups) == 1 else 's'}"
    else:
        yield "no units listed"
    if group.opening is not None:
        yield "open to other units"
    if not group.counts:
        yield "does not count"
    if group.pathways:
        yield f"only for {listed(map(quoted, group.pathways), 'or')}"
