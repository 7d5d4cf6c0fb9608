"""What comes next: completions, options, explanations, repairs and counts of a selection, exactly.

Every answer is confirmed by :func:`roc.status.check`, which shares no code with the engine.
"""

import contextlib
import math
import random
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias, final

import attrs

from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.complete import Completer, Found, problems
from roc._engine.diagram import Diagram
from roc._engine.extremes import extreme
from roc._engine.options import Options as Decided
from roc._engine.options import options as find_options
from roc._engine.problem import each_bit
from roc._engine.repair import repairs as find_repairs
from roc._engine.rule import Rule, TooManyAlternativesError, read
from roc._record import Record
from roc.answers import Bounds, Completion, Limits, Options, Reason, Repair, UnitOption, Verdict
from roc.conflicts import Conflict
from roc.conflicts import explain as find_conflicts
from roc.errors import EngineError, LimitReachedError, SelectionError, nearest
from roc.numbers import UnitNumber
from roc.qualification import Entry, Qualification, ways
from roc.rules import Measure, State
from roc.selection import Selection
from roc.status import check
from roc.units import Unit, to_unit_number

__all__ = ["Solver"]


def __dir__() -> list[str]:
    return __all__


Costs: TypeAlias = Mapping[UnitNumber | str, Decimal | int | str]
"""What units cost."""

_SIZES: Final = 6
"""In so many sizes stand-ins for units from elsewhere are offered."""

_COPIES: Final = 2
"""So many of each size."""

_LAST_RESORT: Final = 20_000
"""What may be spent, once a limit is reached, to find some completion at all."""

_DEFAULT: Final = Limits()


class _Question(NamedTuple):
    """What the engine is asked: the rule of each pathway, what is chosen as bits, and what may be spent."""

    rules: list[Rule]
    chosen: int
    budget: Budget


class _Prices(NamedTuple):
    """What each unit costs as a whole number, and how many make 1; without costs, each unit costs 1."""

    each: dict[int, int] | None
    scale: int

    def of(self, bit: int) -> int:
        """Return what a unit costs."""
        return 1 if self.each is None else self.each[bit]


class _Counted(NamedTuple):
    """What is counted, and for whom."""

    rules: list[Rule]
    chosen: int
    diagram: Diagram


@final
@attrs.frozen
class Solver(Record):
    """Answers about selections of one qualification. It is compiled when it is first asked, and once.

    Immutable and safe to share between threads. A selection may only grow, unless a call says otherwise. Without a
    pathway chosen, by the call or the selection, any pathway will do.

    >>> import roc
    >>> q = roc.Qualification(
    ...     title="Example",
    ...     units=[roc.Unit(number=n, credit=c) for n, c in (("M1", 4), ("M2", 3), ("M3", 6))],
    ...     groups=[roc.UnitGroup(name="B", units=["M1", "M2", "M3"])],
    ...     rules=[roc.parse("at least 7 credits")],
    ... )
    >>> solver = roc.Solver(q)
    >>> str(solver.complete(roc.Selection.of(q, ["M1"])))
    'M2'

    Attributes:
        qualification: The qualification.
        limits: What each call may spend, unless it says otherwise.

    Raises:
        SelectionError: By every question: the selection is of another qualification, or a unit or pathway is
            not known.
        LimitReachedError: By every question whose answer has no way to say so: the limits did not suffice.
    """

    qualification: Qualification
    limits: Limits = attrs.field(default=_DEFAULT, kw_only=True)

    # -- reading ------------------------------------------------------------------------------------

    def _ask(
        self,
        selection: Selection,
        pathway: str | None,
        limits: Limits | None,
        imports: tuple[Unit, ...] = (),
    ) -> _Question:
        """Return the compiled rule of each pathway in question, and the selection as bits."""
        if (
            selection.qualification is not self.qualification
            and selection.qualification != self.qualification
        ):
            msg = f"the selection is of {selection.qualification}, not of {self.qualification}"
            raise SelectionError(msg)
        taken, special, _ = selection._bits
        stated = tuple(entry for entry in selection.entries if entry.state is not State.ACHIEVED)
        unusual = tuple(dict.fromkeys((*special, *stated)))
        offered = tuple(Entry(unit=unit) for unit in imports if unit.number not in selection.numbers)
        name = selection.pathway if pathway is None else pathway
        if name is not None and name not in self.qualification.pathways_by_name:
            msg = f"there is no pathway {name}"
            raise SelectionError(msg, suggestions=nearest(name, self.qualification.pathways_by_name))
        limits = limits or self.limits
        try:
            rules = [
                read(self.qualification, pathways, unusual + offered, selection.conditions)
                for pathways in ways(self.qualification, name)
            ]
            for rule in rules:
                problems(rule)
        except TooManyAlternativesError as error:
            raise LimitReachedError(None, str(error)) from None
        return _Question(rules, taken, Budget(limits.states, limits.seconds))

    def _open(self, selection: Selection, pathway: str | None, limits: Limits | None) -> _Question:
        """Return the rules to ask: with stand-ins for units from elsewhere only where nothing else completes."""
        asked = self._ask(selection, pathway, limits)
        is_open = any(group.opening is not None for group in self.qualification.all_groups())
        if is_open and Completer(*asked).some() is None:
            more = self._ask(selection, pathway, limits, self._stand_ins())
            return more._replace(budget=asked.budget)
        return asked

    def _stand_ins(self) -> tuple[Unit, ...]:
        """Return stand-ins for units from elsewhere, for the groups that are open to them.

        They come in the sizes that the qualification's own units have, some of each for every open group.
        """
        q = self.qualification
        sizes: list[Decimal | None] = [*sorted({unit.credit for unit in q.units if unit.credit is not None})]
        sizes = sizes[:_SIZES] or [None]
        hours = sorted({unit.guided_learning_hours for unit in q.units if unit.guided_learning_hours})
        found = []
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

    def _prices(self, rules: list[Rule], costs: Costs | None) -> _Prices:
        """Return prices as whole numbers."""
        if costs is None:
            return _Prices(None, 1)
        self._mask(costs)
        given = {to_unit_number(number): Decimal(str(cost)) for number, cost in costs.items()}
        if not all(cost.is_finite() and cost > 0 for cost in given.values()):
            msg = "a unit costs more than 0; to leave it out, avoid it"
            raise SelectionError(msg)
        scale = math.lcm(*(cost.as_integer_ratio()[1] for cost in given.values()), 1)
        units = max((rule.units for rule in rules), key=len)
        each = {bit: int(given.get(unit.number, Decimal(1)) * scale) for bit, unit in enumerate(units)}
        return _Prices(each, scale)

    # -- answers, confirmed by the check ------------------------------------------------------------

    def _selection(self, selection: Selection, rule: Rule, dropped: int, added: int) -> Selection:
        """Return a selection as edited, confirmed by the check, with the conditions that must still be met."""
        listed = self.qualification.units_by_number
        kept = selection.entries
        if dropped:
            gone = {rule.units[bit].number for bit in each_bit(dropped)}
            kept = tuple(entry for entry in kept if entry.place not in gone)
        more = (rule.units[bit] for bit in each_bit(added))
        entries = (*kept, *(Entry(unit=unit.number if unit.number in listed else unit) for unit in more))
        pathway = rule.pathways[0].name if rule.pathways and selection.pathway is None else selection.pathway
        whole = selection.evolve(entries=entries, pathway=pathway)
        if check(whole).ok:
            return whole
        names = [each.name for each in self.qualification.conditions if each.name not in whole.conditions]
        whole = whole.meet(*names)
        if not check(whole).ok:
            msg = f"{', '.join(map(str, whole.numbers))} does not pass the check"
            raise EngineError(msg)
        for name in names:
            without = whole.evolve(conditions=whole.conditions - {name})
            if check(without).ok:
                whole = without
        return whole

    def _to_be_met(self, before: Selection, after: Selection) -> tuple[str, ...]:
        more = after.conditions - before.conditions
        return tuple(each.name for each in self.qualification.conditions if each.name in more)

    def _completion(
        self, selection: Selection, rule: Rule, found: Found, prices: _Prices, bound: int | None = None
    ) -> Completion:
        whole = self._selection(selection, rule, 0, found.added)
        cost = Decimal(found.cost) / prices.scale
        return Completion(
            selection=whole,
            added=tuple(rule.units[bit].number for bit in each_bit(found.added)),
            conditions=self._to_be_met(selection, whole),
            cost=cost,
            credit=Decimal(found.credit) / rule.scale,
            pathway=whole.pathway,
            exact=bound is None,
            bound=cost if bound is None else Decimal(bound) / prices.scale,
        )

    # -- completions --------------------------------------------------------------------------------

    def verdict(
        self, selection: Selection, *, pathway: str | None = None, limits: Limits | None = None
    ) -> Verdict:
        """Tell whether a selection is complete, completable or blocked, or that a limit was reached."""
        wanted = selection if pathway is None else selection.with_pathway(pathway)
        if check(wanted).ok:
            return Verdict.COMPLETE
        try:
            found = Completer(*self._open(selection, pathway, limits)).some()
        except (OutOfBudgetError, LimitReachedError):
            return Verdict.UNDECIDED
        return Verdict.BLOCKED if found is None else Verdict.COMPLETABLE

    def complete(
        self,
        selection: Selection,
        *,
        costs: Costs | None = None,
        avoid: Iterable[UnitNumber | str | Unit] = (),
        prefer: Iterable[UnitNumber | str | Unit] = (),
        pathway: str | None = None,
        limits: Limits | None = None,
    ) -> Completion | None:
        """Return the smallest completion, ``None`` where there is none; see :meth:`completions`.

        Where a limit was reached it is the best one found, and says so: ``exact`` is false, and ``bound`` is the
        least that any completion costs.

        Raises:
            LimitReachedError: None was found within the limits.
        """
        found = self.completions(
            selection, costs=costs, avoid=avoid, prefer=prefer, pathway=pathway, limits=limits
        )
        try:
            return next(found, None)
        except LimitReachedError as error:
            if isinstance(error.found, Completion):
                return error.found
            raise

    def completions(
        self,
        selection: Selection,
        *,
        costs: Costs | None = None,
        avoid: Iterable[UnitNumber | str | Unit] = (),
        prefer: Iterable[UnitNumber | str | Unit] = (),
        pathway: str | None = None,
        diverse: bool = False,
        limits: Limits | None = None,
    ) -> Iterator[Completion]:
        """Yield the completions of a selection, the smallest first, lazily and without repetition.

        The order is total: least cost (fewest units), then least credit, then declared order. A selection that
        is complete is its own first completion. Take as many as you like with :func:`itertools.islice`.

        Args:
            selection: What is there already.
            costs: What a unit costs, above 0, where it is not 1.
            avoid: Units that must not be added.
            prefer: Units that come first among completions of equal cost and credit.
            pathway: The pathway or award to finish for; else the selection's own, else any.
            diverse: Whether each completion should differ from those before it: a unit costs as much again for
                every earlier completion that it is in.
            limits: What all of them together may spend.

        Raises:
            LimitReachedError: The next one could not be proven within the limits; it carries the best found.
        """
        asked = self._open_within(selection, pathway, limits)
        return self._completions(
            selection,
            asked,
            self._prices(asked.rules, costs),
            self._mask(avoid),
            self._mask(prefer),
            diverse=diverse,
        )

    def _open_within(self, selection: Selection, pathway: str | None, limits: Limits | None) -> _Question:
        try:
            return self._open(selection, pathway, limits)
        except OutOfBudgetError:
            raise LimitReachedError from None

    def _completions(
        self,
        selection: Selection,
        asked: _Question,
        prices: _Prices,
        banned: int,
        preferred: int,
        *,
        diverse: bool,
    ) -> Iterator[Completion]:
        rules, chosen, budget = asked
        earlier: list[int] = []
        is_more = True
        while is_more:
            costs = prices.each
            if earlier:
                costs = {
                    bit: prices.of(bit) * (1 + sum(added >> bit & 1 for added in earlier))
                    for bit in range(max(len(rule.units) for rule in rules))
                }
            completer = Completer(rules, chosen, budget, banned=banned, preferred=preferred, costs=costs)
            is_more = False
            for found in self._stream(completer, selection, prices):
                if found.added in earlier:
                    continue
                actual = sum(map(prices.of, each_bit(found.added)))
                yield self._completion(selection, rules[found.way], found._replace(cost=actual), prices)
                if diverse:
                    earlier.append(found.added)
                    is_more = True
                    break

    def _stream(self, completer: Completer, selection: Selection, prices: _Prices) -> Iterator[Found]:
        """Yield what the engine finds; at the limit, say what is known."""
        try:
            yield from completer
        except OutOfBudgetError:
            best: Completion | None = None
            bound = completer.least_cost()
            completer.budget = Budget(_LAST_RESORT)
            with contextlib.suppress(OutOfBudgetError):
                found = completer.some()
                if found is not None:
                    cost = sum(map(prices.of, each_bit(found.added)))
                    rule = completer.rules[found.way]
                    best = self._completion(selection, rule, found._replace(cost=cost), prices, bound)
            raise LimitReachedError(best, None if bound is None else Decimal(bound) / prices.scale) from None

    # -- options ------------------------------------------------------------------------------------

    def options(
        self, selection: Selection, *, pathway: str | None = None, limits: Limits | None = None
    ) -> Options:
        """Tell for each unit whether it is chosen, forced, open or closed."""
        wanted = selection if pathway is None else selection.with_pathway(pathway)
        is_complete = check(wanted).ok
        try:
            rules, chosen, budget = self._open(selection, pathway, limits)
            found = find_options(rules, chosen, budget)
        except OutOfBudgetError:
            chosen = selection._bits[0]
            found = Decided(None, 0, 0, 0, 0)
        items = []
        for bit, unit in enumerate(self.qualification.units):
            option = UnitOption.UNDECIDED
            for mask, each in (
                (chosen, UnitOption.CHOSEN),
                (found.forced, UnitOption.FORCED),
                (found.open, UnitOption.OPEN),
                (found.closed, UnitOption.CLOSED),
            ):
                if mask >> bit & 1:
                    option = each
                    break
            items.append((unit.number, option))
        verdict = (
            Verdict.COMPLETE
            if is_complete
            else Verdict.UNDECIDED
            if found.possible is None
            else Verdict.COMPLETABLE
            if found.possible
            else Verdict.BLOCKED
        )
        exact = found.possible is not None and not found.undecided
        return Options(selection=selection, items=tuple(items), verdict=verdict, exact=exact)

    # -- reasons ------------------------------------------------------------------------------------

    def explain(
        self, selection: Selection, *, pathway: str | None = None, limits: Limits | None = None
    ) -> Conflict | None:
        """Return why a selection is blocked: a minimal conflict; ``None`` where it can be finished.

        Its members are clauses of the rule and units that the person chose. Whichever of them is dropped, the
        others agree. Units that came by a link, units that the rule needs anyway and deductions are no members.

        Raises:
            LimitReachedError: The limits did not suffice.
        """
        return next(self.conflicts(selection, pathway=pathway, limits=limits), None)

    def conflicts(
        self, selection: Selection, *, pathway: str | None = None, limits: Limits | None = None
    ) -> Iterator[Conflict]:
        """Yield all minimal conflicts of a selection, lazily and in a fixed order; none where it can be finished.

        Raises:
            LimitReachedError: The next one could not be proven within the limits.
        """
        asked = self._open_within(selection, pathway, limits)
        return self._conflicts(selection, asked, None, wanted=True)

    @staticmethod
    def _conflicts(
        selection: Selection, asked: _Question, unit: UnitNumber | None, *, wanted: bool
    ) -> Iterator[Conflict]:
        rules, chosen, budget = asked
        try:
            yield from find_conflicts(selection, rules, chosen, budget, unit=unit, wanted=wanted)
        except OutOfBudgetError:
            raise LimitReachedError from None

    def why(
        self,
        selection: Selection,
        unit: UnitNumber | str | Unit,
        *,
        pathway: str | None = None,
        limits: Limits | None = None,
    ) -> Reason:
        """Tell what can become of a unit, and why.

        A forced or closed unit comes with a minimal conflict, an open one with the smallest completion that
        contains it.

        Raises:
            LimitReachedError: The limits did not suffice.
        """
        number = unit.number if isinstance(unit, Unit) else to_unit_number(unit)
        self._mask([number])
        option = self.options(selection, pathway=pathway, limits=limits)[number]
        conflict: Conflict | None = None
        completion: Completion | None = None
        if option is UnitOption.OPEN:
            grown = selection.evolve(entries=(*selection.entries, Entry(unit=number)))
            completion = self.complete(grown, pathway=pathway, limits=limits)
        elif option in {UnitOption.FORCED, UnitOption.CLOSED}:
            asked = self._open_within(selection, pathway, limits)
            wanted = option is UnitOption.CLOSED
            conflict = next(self._conflicts(selection, asked, number, wanted=wanted), None)
        elif option is UnitOption.UNDECIDED:
            raise LimitReachedError
        return Reason(unit=number, option=option, conflict=conflict, completion=completion)

    # -- repairs ------------------------------------------------------------------------------------

    def repair(
        self,
        selection: Selection,
        *,
        costs: Costs | None = None,
        avoid: Iterable[UnitNumber | str | Unit] = (),
        pathway: str | None = None,
        limits: Limits | None = None,
    ) -> Repair | None:
        """Return the smallest repair, ``None`` where no selection satisfies the rule; see :meth:`repairs`."""
        return next(self.repairs(selection, costs=costs, avoid=avoid, pathway=pathway, limits=limits), None)

    def repairs(
        self,
        selection: Selection,
        *,
        costs: Costs | None = None,
        avoid: Iterable[UnitNumber | str | Unit] = (),
        pathway: str | None = None,
        limits: Limits | None = None,
    ) -> Iterator[Repair]:
        """Yield the edits after which a selection satisfies its rule, the smallest first, without repetition.

        Units may be dropped as well as added. The order is total: least cost (fewest edits), then fewest units
        dropped, then least credit of the selection as repaired, then declared order. A selection that is complete
        is its own first repair, without edits.

        Args:
            selection: What is there.
            costs: What it costs to drop or to add a unit, above 0, where it is not 1.
            avoid: Units that must not be added.
            pathway: The pathway or award to repair for; else the selection's own, else any.
            limits: What all of them together may spend.

        Raises:
            LimitReachedError: The next one could not be proven within the limits.
        """
        rules, chosen, budget = self._ask(selection, pathway, limits)
        prices = self._prices(rules, costs)
        banned = self._mask(avoid)
        return self._repairs(selection, _Question(rules, chosen, budget), prices, banned)

    def _repairs(
        self, selection: Selection, asked: _Question, prices: _Prices, banned: int
    ) -> Iterator[Repair]:
        rules, chosen, budget = asked
        try:
            for found in find_repairs(rules, chosen, budget, banned=banned, costs=prices.each):
                rule = rules[found.way]
                whole = self._selection(selection, rule, found.dropped, found.added)
                yield Repair(
                    selection=whole,
                    dropped=tuple(rule.units[bit].number for bit in each_bit(found.dropped)),
                    added=tuple(rule.units[bit].number for bit in each_bit(found.added)),
                    conditions=self._to_be_met(selection, whole),
                    cost=Decimal(found.cost) / prices.scale,
                    pathway=whole.pathway,
                )
        except OutOfBudgetError:
            raise LimitReachedError from None

    # -- counts -------------------------------------------------------------------------------------

    def _diagram(self, selection: Selection, pathway: str | None, limits: Limits | None) -> _Counted:
        rules, chosen, budget = self._ask(selection, pathway, limits)
        packed = [problem for rule in rules for problem in problems(rule)]
        return _Counted(rules, chosen, Diagram(packed, chosen, budget))

    def count(self, selection: Selection, *, pathway: str | None = None, limits: Limits | None = None) -> int:
        """Return how many completions a selection has: sets of the qualification's own units to add.

        A set counts once, however many ways there are to place its units. Units from elsewhere are not thought
        of. Conditions that are not met yet are taken as met.

        Raises:
            LimitReachedError: The limits did not suffice.
        """
        try:
            return self._diagram(selection, pathway, limits).diagram.count
        except OutOfBudgetError:
            raise LimitReachedError from None

    def frequencies(
        self, selection: Selection, *, pathway: str | None = None, limits: Limits | None = None
    ) -> Mapping[UnitNumber, Fraction]:
        """Return for each unit that is not chosen the share of completions that contain it.

        A forced unit has 1, a closed one 0. Without any completion there are no shares.

        Raises:
            LimitReachedError: The limits did not suffice.
        """
        try:
            rules, chosen, diagram = self._diagram(selection, pathway, limits)
            found = diagram.frequencies()
        except OutOfBudgetError:
            raise LimitReachedError from None
        units = enumerate(self.qualification.units)
        shares = {
            unit.number: Fraction(found.get(bit, 0), diagram.count)
            for bit, unit in units
            if diagram.count and not chosen >> bit & 1
        }
        return MappingProxyType(shares)

    def distribution(
        self,
        selection: Selection,
        measure: Measure | str,
        *,
        pathway: str | None = None,
        limits: Limits | None = None,
    ) -> Mapping[Decimal, int]:
        """Return how many completions come to each total of a measure, least first.

        The total is that of all units of the finished selection, whether they count or not.

        Raises:
            LimitReachedError: The limits did not suffice.
        """
        measure = Measure(measure)
        try:
            rules, chosen, diagram = self._diagram(selection, pathway, limits)
            found = diagram.distribution(measure)
        except OutOfBudgetError:
            raise LimitReachedError from None
        rule = rules[0]
        start = sum(rule.weights[measure][bit] for bit in each_bit(chosen))
        scale = 1 if measure is Measure.UNITS else rule.scale
        return MappingProxyType({Decimal(start + amount) / scale: ways for amount, ways in found.items()})

    def sample(
        self,
        selection: Selection,
        number: int = 1,
        *,
        seed: int,
        pathway: str | None = None,
        limits: Limits | None = None,
    ) -> tuple[Selection, ...]:
        """Return finished selections, each drawn from all with the same probability; the same seed draws the same.

        Where there is no completion, none is returned.

        Raises:
            LimitReachedError: The limits did not suffice.
        """
        try:
            rules, _, diagram = self._diagram(selection, pathway, limits)
            drawn = diagram.sample(random.Random(seed), number) if diagram.count else []  # noqa: S311 - no secret
        except OutOfBudgetError:
            raise LimitReachedError from None
        return tuple(self._finished(selection, rules, added) for added in drawn)

    def _finished(self, selection: Selection, rules: list[Rule], added: int) -> Selection:
        """Return a finished selection, for the first pathway that it satisfies."""
        for rule in rules[:-1]:
            with contextlib.suppress(EngineError):
                return self._selection(selection, rule, 0, added)
        return self._selection(selection, rules[-1], 0, added)

    def bounds(
        self,
        selection: Selection,
        measure: Measure | str = Measure.CREDIT,
        *,
        pathway: str | None = None,
        limits: Limits | None = None,
    ) -> Bounds | None:
        """Return the least and the most that a finished selection can come to, ``None`` where it is blocked.

        All units of the selection are added up, whether they count or not; units from elsewhere are not thought
        of.

        Raises:
            LimitReachedError: The limits did not suffice.
        """
        measure = Measure(measure)
        rules, chosen, budget = self._ask(selection, pathway, limits)
        try:
            least, most = (
                extreme(rules, chosen, measure, budget, largest=largest) for largest in (False, True)
            )
        except OutOfBudgetError:
            raise LimitReachedError from None
        if least is None or most is None:
            return None
        scale = 1 if measure is Measure.UNITS else rules[0].scale
        return Bounds(measure=measure, least=Decimal(least) / scale, most=Decimal(most) / scale)
