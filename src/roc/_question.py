"""What the engine is asked about a selection: rules as they are compiled for it, bits, prices."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from roc._engine.bits import each_bit
from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.engine import Engine
from roc._engine.parts import TooManyAlternativesError
from roc._engine.rule import Rule, cases, read
from roc._validate import clauses_with_paths
from roc.answers import Limits
from roc.errors import EngineError, LimitReachedError, SelectionError, nearest
from roc.numbers import UnitNumber
from roc.qualification import Entry, Qualification, ways
from roc.rules import Measure, State, Threshold, walk
from roc.selection import Selection
from roc.status import check
from roc.units import Unit, to_unit_number

Costs: TypeAlias = Mapping[UnitNumber | str, Decimal | int | str]
"""What units cost."""

Maker: TypeAlias = Callable[[Sequence[Rule], int, Budget], Engine]
"""Makes what answers, for the rules of all pathways in question, the units chosen, and a budget."""

_SIZES: Final = 6
"""In so many sizes stand-ins for units from elsewhere are offered."""

_COPIES: Final = 2
"""So many of each size."""


class Question(NamedTuple):
    """What the engine is asked.

    Attributes:
        selection: The selection.
        pathway: The pathway in question; ``None``: any.
        rules: The compiled rule of each pathway in question.
        chosen: The units of the selection, as bits.
        engine: What answers.
        budget: What this library's own engine may spend.
    """

    selection: Selection
    pathway: str | None
    rules: list[Rule]
    chosen: int
    engine: Engine
    budget: Budget

    def pathway_of(self, rule: Rule) -> str | None:
        """Return the pathway that an answer by a rule is for."""
        if self.pathway is None and rule.pathways:
            return rule.pathways[0].name
        return self.pathway


class Prices(NamedTuple):
    """What each unit costs as a whole number, and how many make 1; without costs, each unit costs 1."""

    each: dict[int, int] | None
    scale: int

    def of(self, bit: int) -> int:
        """Return what a unit costs."""
        return 1 if self.each is None else self.each[bit]


def ask(
    qualification: Qualification,
    selection: Selection,
    pathway: str | None,
    limits: Limits,
    make: Maker,
    imports: tuple[Unit, ...] = (),
) -> Question:
    """Return a question about a selection, with units from elsewhere that may be added, too.

    Raises:
        SelectionError: The selection is of another qualification, or there is no such pathway.
        LimitReachedError: The rule has too many alternatives, or the time was up before it was compiled.
    """
    if selection.qualification is not qualification and selection.qualification != qualification:
        msg = f"the selection is of {selection.qualification}, not of {qualification}"
        raise SelectionError(msg)
    taken, special, _ = selection._bits
    stated = tuple(entry for entry in selection.entries if entry.state is not State.ACHIEVED)
    unusual = tuple(dict.fromkeys((*special, *stated)))
    offered = tuple(Entry(unit=unit) for unit in imports if unit.number not in selection.numbers)
    name = selection.pathway if pathway is None else pathway
    if name is not None and name not in qualification.pathways_by_name:
        msg = f"there is no pathway {name}"
        raise SelectionError(msg, suggestions=nearest(name, qualification.pathways_by_name))
    budget = Budget(limits.states, limits.seconds)
    try:
        rules = [
            rule
            for pathways in ways(qualification, name)
            for rule in cases(read(qualification, pathways, unusual + offered, selection.conditions))
        ]
        return Question(selection, name, rules, taken, make(rules, taken, budget), budget)
    except TooManyAlternativesError as error:
        raise LimitReachedError(reason=str(error)) from None
    except OutOfBudgetError:
        raise LimitReachedError from None


def ask_openly(
    qualification: Qualification,
    selection: Selection,
    pathway: str | None,
    limits: Limits,
    make: Maker,
) -> Question:
    """Return a question: with stand-ins for units from elsewhere, but only where nothing else completes.

    Raises:
        SelectionError: As :func:`ask`.
        LimitReachedError: As :func:`ask`.
        OutOfBudgetError: The budget is spent.
    """
    asked = ask(qualification, selection, pathway, limits, make)
    is_open = any(group.opening is not None for group in qualification.all_groups())
    if is_open and asked.engine.some() is None:
        return ask(qualification, selection, pathway, limits, make, _stand_ins(qualification))
    return asked


def _stand_ins(q: Qualification) -> tuple[Unit, ...]:
    """Return stand-ins for units from elsewhere, for the groups that are open to them.

    They come in the sizes that the qualification's own units have, some of each for every open group.
    """
    credits_ = _sizes(q, Measure.CREDIT, (unit.credit for unit in q.units))
    sizes: list[Decimal | None] = [*credits_[:_SIZES]] or [None]
    hours = _sizes(q, Measure.GLH, (unit.guided_learning_hours or None for unit in q.units))
    found: list[Unit] = []
    for group in q.all_groups():
        if group.opening is None:
            continue
        level = group.opening.level_from or group.opening.level_to or q.level
        for size in sizes:
            for copy in range(1, _COPIES + 1 if size is not None else _SIZES + 1):
                what = "" if size is None else f" of {size} credits"
                found.append(
                    Unit(
                        number=f"imported {group.name[:30]}{what} {copy}",
                        title="any unit from elsewhere that the group admits",
                        level=level,
                        credit=size,
                        guided_learning_hours=hours[0] if hours else None,
                        tags=group.opening.tags,
                    )
                )
    return tuple(found)


def _sizes(q: Qualification, measure: Measure, own: Iterable[Decimal | None]) -> list[Decimal]:
    """Return the sizes of units, the smallest first; where none has one, what clauses ask for.

    What is counted has a size in any case, if only 0.
    """
    found = sorted({size for size in own if size is not None})
    if found:
        return found
    clauses = [each for _, top, _ in clauses_with_paths(q) for each in walk(top)]
    counting = [each for each in clauses if isinstance(each, Threshold) and each.measure is measure]
    asked = {each.minimum for each in counting if each.minimum is not None and not each.percent}
    return sorted(asked) or [Decimal(0)] * bool(counting)


def bits_of(qualification: Qualification, units: Iterable[UnitNumber | str | Unit]) -> int:
    """Return some units of a qualification as bits.

    Raises:
        SelectionError: One of them is not known.
    """
    order = {unit.number: i for i, unit in enumerate(qualification.units)}
    found = 0
    for unit in units:
        number = unit.number if isinstance(unit, Unit) else to_unit_number(unit)
        if number not in order:
            msg = f"there is no unit {number}"
            raise SelectionError(msg, suggestions=nearest(str(number), map(str, order)))
        found |= 1 << order[number]
    return found


def prices_of(qualification: Qualification, rules: list[Rule], costs: Costs | None) -> Prices:
    """Return what units cost, as whole numbers.

    Raises:
        SelectionError: A unit is not known, or costs nothing.
    """
    if costs is None:
        return Prices(None, 1)
    bits_of(qualification, costs)
    given = {to_unit_number(number): _price(cost) for number, cost in costs.items()}
    if not all(cost.is_finite() and cost > 0 for cost in given.values()):
        msg = "a unit costs an amount above 0; to leave it out, avoid it"
        raise SelectionError(msg)
    scale = math.lcm(*(cost.as_integer_ratio()[1] for cost in given.values()), 1)
    units = max((rule.units for rule in rules), key=len)
    each = {bit: int(given.get(unit.number, Decimal(1)) * scale) for bit, unit in enumerate(units)}
    return Prices(each, scale)


def _price(cost: Decimal | int | str) -> Decimal:
    try:
        return Decimal(str(cost))
    except ArithmeticError:
        return Decimal("NaN")


def edited(asked: Question, rule: Rule, *, dropped: int = 0, added: int = 0) -> Selection:
    """Return the selection with some units dropped and added, and with the conditions that must still be met.

    Raises:
        EngineError: The check does not confirm that it satisfies the rule.
    """
    selection = asked.selection
    qualification = selection.qualification
    listed = qualification.units_by_number
    kept = selection.entries
    if dropped:
        gone = {rule.units[bit].number for bit in each_bit(dropped)}
        kept = tuple(entry for entry in kept if entry.place not in gone)
    more = (rule.units[bit] for bit in each_bit(added))
    entries = (*kept, *(Entry(unit=unit.number if unit.number in listed else unit) for unit in more))
    whole = selection.evolve(entries=entries, pathway=asked.pathway_of(rule))
    if check(whole).ok:
        return whole
    names = [each.name for each in qualification.conditions if each.name in rule.met - whole.conditions]
    whole = whole.meet(*names)
    if not check(whole).ok:
        msg = f"{', '.join(map(str, whole.numbers))} does not pass the check"
        raise EngineError(msg)
    for name in names:
        without = whole.evolve(conditions=whole.conditions - {name})
        if check(without).ok:
            whole = without
    return whole


def to_be_met(before: Selection, after: Selection) -> tuple[str, ...]:
    """Return the conditions that were not asserted before, in declared order."""
    more = after.conditions - before.conditions
    return tuple(each.name for each in before.qualification.conditions if each.name in more)
