"""What comes next: completions, options, explanations, repairs and counts of a selection, exactly.

Every answer is confirmed by :func:`roc.check`, which shares no code with the engine.
"""

import enum
import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, NamedTuple, final

import attrs

from roc.qualification import ways
from roc._engine.complete import Completer, Found
from roc._engine.options import options as find_options
from roc._engine.problem import each_bit
from roc._engine.rule import Rule, TooManyAlternativesError, read
from roc._engine.search import Budget, OutOfBudgetError
from roc._record import Record
from roc.errors import RocError, SelectionError, nearest
from roc.numbers import UnitNumber
from roc.qualification import Entry, Qualification
from roc.rules import State
from roc.selection import Selection
from roc.status import check
from roc.units import Unit, to_unit_number

__all__ = [
    "Completion",
    "EngineError",
    "LimitReachedError",
    "Limits",
    "Options",
    "Solver",
    "UnitOption",
    "Verdict",
]


def __dir__() -> list[str]:
    return __all__


class Verdict(enum.StrEnum):
    """Where a selection stands: it satisfies the rule, units can be added so that it does, or none can."""

    COMPLETE = "complete"
    COMPLETABLE = "completable"
    BLOCKED = "blocked"


class UnitOption(enum.StrEnum):
    """What can become of a unit.

    ``CHOSEN``: it is in the selection. ``FORCED``: it is in every completion. ``OPEN``: it is in some.
    ``CLOSED``: it is in none. ``UNDECIDED``: a limit was reached before that was known.
    """

    CHOSEN = "chosen"
    FORCED = "forced"
    OPEN = "open"
    CLOSED = "closed"
    UNDECIDED = "undecided"


class LimitReachedError(RocError):
    """A question could not be answered within its limits.

    Attributes:
        found: The best answer found so far, ``None`` for none.
        bound: What is proven nevertheless: for completions the least number of units that must be added.
    """

    def __init__(self, found: object = None, bound: object = None) -> None:
        self.found, self.bound = found, bound
        super().__init__(found, bound)

    def __str__(self) -> str:
        found = "nothing was found" if self.found is None else f"best found: {self.found}"
        proven = "" if self.bound is None else f"; proven bound: {self.bound}"
        return f"the limit was reached before the answer was certain; {found}{proven}"


class EngineError(RocError):
    """The check does not confirm an answer of the engine: a defect of this library; please report it."""


@final
@attrs.frozen(kw_only=True)
class Limits(Record):
    """What one call may spend.

    Attributes:
        states: How many partial selections are looked at, some hundred thousand a second.
        seconds: How long it may take; ``None``: as long as the states take.
    """

    states: int = attrs.field(default=2_000_000, validator=attrs.validators.ge(1))
    seconds: float | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.gt(0))
    )


_SIZES: Final = 6
_COPIES: Final = 2


class _Question(NamedTuple):
    """What the engine is asked."""

    rules: list[Rule]
    chosen: int
    budget: Budget


_DEFAULT: Final = Limits()


@final
@attrs.frozen(kw_only=True)
class Completion(Record):
    """One way to finish a selection.

    Attributes:
        selection: The selection, finished.
        added: The units that are added, in declared order. Where nothing else completes it, stand-ins for
            units from elsewhere are among them, for a group that is open to such units.
        conditions: The conditions that must still be met.
        cost: What they cost: their number, unless the caller priced them.
        credit: Their credit.
        pathway: The pathway that it is finished for.
    """

    selection: Selection
    added: tuple[UnitNumber, ...]
    conditions: tuple[str, ...]
    cost: Decimal
    credit: Decimal
    pathway: str | None

    def __str__(self) -> str:
        return ", ".join(map(str, self.added)) or "nothing to add"


@final
@attrs.frozen(kw_only=True)
class Options(Record):
    """What can become of each unit of the qualification, in declared order.

    Attributes:
        selection: The selection that was asked about.
        items: Each unit with what can become of it.
        possible: Whether there is a completion at all.
        exact: Whether everything is decided; false only where a limit was reached.
    """

    selection: Selection
    items: tuple[tuple[UnitNumber, UnitOption], ...]
    possible: bool
    exact: bool

    @property
    def by_number(self) -> Mapping[UnitNumber, UnitOption]:
        """What can become of a unit, by its number."""
        return MappingProxyType(dict(self.items))

    def __getitem__(self, number: UnitNumber | str) -> UnitOption:
        return self.by_number[to_unit_number(number)]

    def where(self, option: UnitOption | str) -> tuple[UnitNumber, ...]:
        """Return the units of which this can become."""
        wanted = UnitOption(option)
        return tuple(number for number, each in self.items if each is wanted)


@final
@attrs.frozen(kw_only=True)
class Solver(Record):
    """Answers about selections of one qualification. It is compiled when it is first asked, and once.

    Immutable and safe to share between threads. A selection may only grow, unless a call says otherwise.

    >>> import roc
    >>> q = roc.Qualification(
    ...     title="Example",
    ...     units=[roc.Unit(number=n, credit=c) for n, c in (("M1", 4), ("M2", 3), ("M3", 6))],
    ...     groups=[roc.UnitGroup(name="B", units=["M1", "M2", "M3"])],
    ...     rules=[roc.parse("at least 7 credits")],
    ... )
    >>> solver = roc.Solver(qualification=q)
    >>> str(solver.complete(roc.Selection.of(q, ["M1"])))
    'M2'

    Attributes:
        qualification: The qualification.
        limits: What each call may spend, unless it says otherwise.
    """

    qualification: Qualification
    limits: Limits = _DEFAULT

    # -- reading ------------------------------------------------------------------------------------

    def _rules(
        self, selection: Selection, pathway: str | None, imports: tuple[Unit, ...] = ()
    ) -> tuple[list[Rule], int]:
        """Return the compiled rule of each pathway in question, and the selection as bits."""
        if selection.qualification != self.qualification:
            msg = f"the selection is of {selection.qualification}, not of {self.qualification}"
            raise SelectionError(msg)
        taken, special, _ = selection._bits
        stated = tuple(entry for entry in selection.entries if entry.state is not State.ACHIEVED)
        unusual = tuple(dict.fromkeys((*special, *stated)))
        offered = tuple(Entry(unit=unit) for unit in imports if unit.number not in selection.numbers)
        name = selection.pathway if pathway is None else pathway
        try:
            rules = [
                read(self.qualification, pathways, unusual + offered, selection.conditions)
                for pathways in ways(self.qualification, name)
            ]
        except TooManyAlternativesError as error:
            raise LimitReachedError(bound=str(error)) from None
        return rules, taken

    def _placeholders(self) -> tuple[Unit, ...]:
        """Return stand-ins for units from elsewhere, for the groups that are open to them.

        They come in the sizes that the qualification's own units have, two of each for every open group.
        """
        q = self.qualification
        sizes: list[Decimal | None] = [*sorted({unit.credit for unit in q.units if unit.credit is not None})]
        sizes = sizes[:_SIZES] or [None]
        hours = sorted({unit.guided_learning_hours for unit in q.units if unit.guided_learning_hours})
        found = []
        for group in q.all_groups():
            if group.opening is not None:
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

    def _mask(self, units: Iterable[UnitNumber | str | Unit]) -> int:
        order = {unit.number: i for i, unit in enumerate(self.qualification.units)}
        found = 0
        for unit in units:
            number = unit.number if isinstance(unit, Unit) else to_unit_number(unit)
            if number not in order:
                msg = f"there is no unit {number}"
                raise SelectionError(msg, suggestions=nearest(str(number), map(str, order)))
            found |= 1 << order[number]
        return found

    def _completion(self, selection: Selection, rule: Rule, found: Found, scale: int) -> Completion:
        """Return a completion, confirmed by the check; it says which conditions must still be met."""
        units = [rule.units[bit] for bit in each_bit(found.added)]
        listed = self.qualification.units_by_number
        pathway = rule.pathways[0].name if rule.pathways else None
        entries = [Entry(unit=unit.number if unit.number in listed else unit) for unit in units]
        whole = selection.evolve(
            entries=(*selection.entries, *entries),
            pathway=selection.pathway if selection.pathway is not None else pathway,
        )
        names = [each.name for each in self.qualification.conditions if each.name not in whole.conditions]
        if not check(whole).ok and names:
            whole = whole.meet(*names)
            for name in names:
                without = whole.evolve(conditions=whole.conditions - {name})
                if check(without).ok:
                    whole = without
        if not check(whole).ok:
            msg = f"{', '.join(map(str, whole.numbers))} does not pass the check"
            raise EngineError(msg)
        return Completion(
            selection=whole,
            added=tuple(unit.number for unit in units),
            conditions=tuple(name for name in names if name in whole.conditions),
            cost=Decimal(found.cost) / scale,
            credit=Decimal(found.credit) / rule.scale,
            pathway=whole.pathway,
        )

    def _open(self, selection: Selection, pathway: str | None, limits: Limits | None) -> "_Question":
        """Return the rules to ask: with stand-ins for units from elsewhere only where nothing else completes."""
        budget = Budget((limits or self.limits).states)
        rules, chosen = self._rules(selection, pathway)
        is_open = any(group.opening is not None for group in self.qualification.all_groups())
        if is_open and Completer(rules, chosen, budget).some() is None:
            rules, chosen = self._rules(selection, pathway, self._placeholders())
        return _Question(rules, chosen, budget)

    # -- questions ----------------------------------------------------------------------------------

    def verdict(self, selection: Selection, *, limits: Limits | None = None) -> Verdict:
        """Tell whether a selection is complete, completable or blocked.

        Raises:
            LimitReachedError: That could not be decided within the limits.
        """
        if check(selection).ok:
            return Verdict.COMPLETE
        try:
            found = Completer(*self._open(selection, None, limits)).some()
        except OutOfBudgetError:
            raise LimitReachedError from None
        return Verdict.BLOCKED if found is None else Verdict.COMPLETABLE

    def complete(self, selection: Selection, **options: Any) -> Completion | None:
        """Return the smallest completion, ``None`` where there is none; see :meth:`completions`.

        Raises:
            LimitReachedError: The smallest could not be proven within the limits; it carries the best found.
        """
        return next(self.completions(selection, **options), None)

    def completions(
        self,
        selection: Selection,
        *,
        costs: Mapping[UnitNumber | str, Decimal | int | str] | None = None,
        avoid: Iterable[UnitNumber | str] = (),
        prefer: Iterable[UnitNumber | str] = (),
        pathway: str | None = None,
        diverse: bool = False,
        limits: Limits | None = None,
    ) -> Iterator[Completion]:
        """Yield the completions of a selection, the smallest first, lazily and without repetition.

        The order is total: least cost (fewest units), then least credit, then declared order. A selection that
        is complete is its own first completion.

        Args:
            selection: What is there already.
            costs: What a unit costs, above 0, where it is not 1.
            avoid: Units that must not be added.
            prefer: Units that come first among completions of equal cost and credit.
            pathway: The pathway or award to finish for; else the selection's own, else any.
            diverse: Whether each completion should differ from those before it: a unit costs as much again for
                every earlier completion that it is in.
            limits: What the call may spend.

        Raises:
            LimitReachedError: The next one could not be proven within the limits.
        """
        rules, chosen, budget = self._open(selection, pathway, limits)
        banned, preferred = self._mask(avoid), self._mask(prefer)
        priced, scale = self._prices(rules, costs)
        seen: list[int] = []
        while True:
            each = dict(priced) if priced is not None else None
            if diverse and seen:
                each = each or dict.fromkeys(range(max(len(rule.units) for rule in rules)), 1)
                each = {
                    bit: cost * (1 + sum(added >> bit & 1 for added in seen)) for bit, cost in each.items()
                }
            found = None
            try:
                for found in Completer(rules, chosen, budget, banned=banned, preferred=preferred, costs=each):
                    if found.added not in seen:
                        if diverse:
                            break
                        yield self._completion(selection, rules[found.way], found, scale)
                else:
                    return
            except OutOfBudgetError:
                raise self._limit(selection, rules, chosen, scale) from None
            seen.append(found.added)
            actual = sum((priced or {}).get(bit, 1) for bit in each_bit(found.added))
            yield self._completion(selection, rules[found.way], found._replace(cost=actual), scale)

    def _prices(
        self, rules: list[Rule], costs: Mapping[UnitNumber | str, Decimal | int | str] | None
    ) -> tuple[dict[int, int] | None, int]:
        """Return prices as integers, and the scale that makes them so."""
        if costs is None:
            return None, 1
        given = {to_unit_number(number): Decimal(str(cost)) for number, cost in costs.items()}
        if any(cost <= 0 for cost in given.values()):
            msg = "a unit costs more than 0; to leave it out, avoid it"
            raise SelectionError(msg)
        scale = math.lcm(*(cost.as_integer_ratio()[1] for cost in given.values()), 1)
        units = max((rule.units for rule in rules), key=len)
        return {bit: int(given.get(unit.number, Decimal(1)) * scale) for bit, unit in enumerate(units)}, scale

    def _limit(self, selection: Selection, rules: list[Rule], chosen: int, scale: int) -> LimitReachedError:
        """Return what is known when the limit was reached: some completion, and the bound of the smallest."""
        best = None
        completer = Completer(rules, chosen, Budget(100_000))
        bound = completer.least_cost()
        try:
            found = completer.some()
        except OutOfBudgetError:
            found = None
        if found is not None:
            best = self._completion(
                selection, rules[found.way], found._replace(cost=found.added.bit_count() * scale), scale
            )
        return LimitReachedError(best, bound)

    def options(self, selection: Selection, *, limits: Limits | None = None) -> Options:
        """Tell for each unit whether it is chosen, forced, open or closed."""
        rules, chosen, budget = self._open(selection, None, limits)
        found = find_options(rules, chosen, budget)
        items = []
        for bit, unit in enumerate(self.qualification.units):
            if chosen >> bit & 1:
                option = UnitOption.CHOSEN
            elif found.forced >> bit & 1:
                option = UnitOption.FORCED
            elif found.open >> bit & 1:
                option = UnitOption.OPEN
            elif found.closed >> bit & 1:
                option = UnitOption.CLOSED
            else:
                option = UnitOption.UNDECIDED
            items.append((unit.number, option))
        return Options(
            selection=selection, items=tuple(items), possible=found.possible, exact=not found.undecided
        )
