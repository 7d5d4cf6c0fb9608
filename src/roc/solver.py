"""What comes next: completions, options, explanations, repairs and counts of a selection, exactly.

Every answer is confirmed by :func:`roc.status.check`, which shares no code with the engine.
"""

import contextlib
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final, final

import attrs

from roc._engine.bits import each_bit
from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.complete import Found, problems
from roc._engine.diagram import Diagram
from roc._engine.engine import Native
from roc._engine.explain import own_choices
from roc._engine.options import Options as Decided
from roc._engine.rule import Rule
from roc._question import (
    Costs,
    Maker,
    Prices,
    Question,
    ask,
    ask_openly,
    bits_of,
    edited,
    prices_of,
    to_be_met,
)
from roc._record import Record
from roc.answers import Bounds, Completion, EngineKind, Limits, Options, Reason, Repair, UnitOption, Verdict
from roc.conflicts import Conflict
from roc.conflicts import explain as find_conflicts
from roc.errors import EngineError, LimitReachedError, SelectionError
from roc.numbers import UnitNumber
from roc.qualification import Entry, Qualification
from roc.rules import Measure
from roc.selection import Selection
from roc.status import check
from roc.units import Unit, to_unit_number

__all__ = ["Solver"]


def __dir__() -> list[str]:
    return __all__


_DEFAULT: Final = Limits()

_CPSAT_SECONDS: Final = 60.0
"""How long CP-SAT may take where no limit of time is set."""


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
        engine: What works out the answers; they are the same, but for which of several conflicts comes first.

    Raises:
        SelectionError: By every question: the selection is of another qualification, or a unit or pathway is
            not known.
        LimitReachedError: By every question whose answer has no way to say so: the limits did not suffice.
    """

    qualification: Qualification
    limits: Limits = attrs.field(default=_DEFAULT, kw_only=True)
    engine: EngineKind = attrs.field(default=EngineKind.NATIVE, kw_only=True, converter=EngineKind)

    def _maker(self, limits: Limits) -> Maker:
        if self.engine is EngineKind.NATIVE:
            return Native
        from roc._engine.cpsat import CpSat  # noqa: PLC0415 - it needs an extra

        seconds = limits.seconds or _CPSAT_SECONDS

        def make(rules: Sequence[Rule], chosen: int, _budget: Budget) -> CpSat:
            return CpSat(rules, chosen, seconds)

        return make

    def _ask(self, selection: Selection, pathway: str | None, limits: Limits | None) -> Question:
        limits = limits or self.limits
        return ask(self.qualification, selection, pathway, limits, self._maker(limits))

    def _ask_openly(self, selection: Selection, pathway: str | None, limits: Limits | None) -> Question:
        limits = limits or self.limits
        try:
            return ask_openly(self.qualification, selection, pathway, limits, self._maker(limits))
        except OutOfBudgetError:
            raise LimitReachedError from None

    # -- completions --------------------------------------------------------------------------------

    def verdict(
        self, selection: Selection, *, pathway: str | None = None, limits: Limits | None = None
    ) -> Verdict:
        """Tell whether a selection is complete, completable or blocked, or that a limit was reached."""
        wanted = selection if pathway is None else selection.with_pathway(pathway)
        if check(wanted).ok:
            return Verdict.COMPLETE
        try:
            asked = self._ask_openly(selection, pathway, limits)
            found = asked.engine.some()
        except (OutOfBudgetError, LimitReachedError):
            return Verdict.UNDECIDED
        if found is None:
            return Verdict.BLOCKED
        edited(asked, asked.rules[found.way], added=found.added)  # confirmed, or it raises
        return Verdict.COMPLETABLE

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
        asked = self._ask_openly(selection, pathway, limits)
        prices = prices_of(self.qualification, asked.rules, costs)
        banned, preferred = bits_of(self.qualification, avoid), bits_of(self.qualification, prefer)
        return self._completions(asked, prices, banned, preferred, diverse=diverse)

    def _completions(
        self, asked: Question, prices: Prices, banned: int, preferred: int, *, diverse: bool
    ) -> Iterator[Completion]:
        earlier: list[int] = []
        least = Decimal(0)  # no completion that is still to come costs less, for certain
        is_more = True
        while is_more:
            costs = prices.each
            if earlier:
                costs = {
                    bit: prices.of(bit) * (1 + sum(added >> bit & 1 for added in earlier))
                    for bit in range(max(len(rule.units) for rule in asked.rules))
                }
            is_more = False
            try:
                for found in asked.engine.completions(banned=banned, preferred=preferred, costs=costs):
                    if found.added not in earlier:
                        completion = self._completion(asked, found, prices)
                        if not earlier:
                            least = completion.cost
                        yield completion
                        if diverse:
                            earlier.append(found.added)
                            is_more = True
                            break
            except OutOfBudgetError as error:
                if not earlier:  # else it is a bound of raised prices
                    least = max(least, Decimal(error.bound or 0) / prices.scale)
                best: Completion | None = None
                if isinstance(error.best, Found):
                    best = self._completion(asked, error.best, prices).evolve(exact=False, bound=least)
                raise LimitReachedError(best, least) from None

    @staticmethod
    def _completion(asked: Question, found: Found, prices: Prices) -> Completion:
        rule = asked.rules[found.way]
        whole = edited(asked, rule, added=found.added)
        bits = each_bit(found.added)
        cost = Decimal(sum(map(prices.of, bits))) / prices.scale
        return Completion(
            selection=whole,
            added=tuple(rule.units[bit].number for bit in bits),
            conditions=to_be_met(asked.selection, whole),
            cost=cost,
            credit=Decimal(sum(rule.weights[Measure.CREDIT][bit] for bit in bits)) / rule.scale,
            pathway=whole.pathway,
            bound=cost,
        )

    # -- options ------------------------------------------------------------------------------------

    def options(
        self, selection: Selection, *, pathway: str | None = None, limits: Limits | None = None
    ) -> Options:
        """Tell for each unit whether it is chosen, forced, open or closed."""
        wanted = selection if pathway is None else selection.with_pathway(pathway)
        is_complete = check(wanted).ok
        try:
            asked = self._ask_openly(selection, pathway, limits)
            found = asked.engine.options()
        except (OutOfBudgetError, LimitReachedError):
            found = Decided(None, 0, 0, 0, 0)
        chosen = selection._bits[0]
        items: list[tuple[UnitNumber, UnitOption]] = []
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
        return self._conflicts(self._ask_openly(selection, pathway, limits), limits or self.limits)

    def _conflicts(
        self, asked: Question, limits: Limits, unit: UnitNumber | None = None, *, wanted: bool = True
    ) -> Iterator[Conflict]:
        bit = 0 if unit is None else 1 << asked.rules[0].bits[unit]
        must, banned = (bit, 0) if wanted else (0, bit)
        own = own_choices(asked.rules, asked.chosen)
        engine = self._maker(limits)(asked.rules, own, asked.budget)
        try:
            cores = engine.conflicts(must=must, banned=banned)
            yield from find_conflicts(
                asked.selection, asked.rules, cores, asked.budget, unit=unit, wanted=wanted
            )
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
        bits_of(self.qualification, [number])
        option = self.options(selection, pathway=pathway, limits=limits)[number]
        conflict: Conflict | None = None
        completion: Completion | None = None
        if option is UnitOption.OPEN:
            grown = selection.evolve(entries=(*selection.entries, Entry(unit=number)))
            completion = self.complete(grown, pathway=pathway, limits=limits)
        elif option in {UnitOption.FORCED, UnitOption.CLOSED}:
            asked = self._ask_openly(selection, pathway, limits)
            wanted = option is UnitOption.CLOSED
            found = self._conflicts(asked, limits or self.limits, number, wanted=wanted)
            conflict = next(found, None)
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
        asked = self._ask(selection, pathway, limits)
        prices = prices_of(self.qualification, asked.rules, costs)
        return self._repairs(asked, prices, bits_of(self.qualification, avoid))

    @staticmethod
    def _repairs(asked: Question, prices: Prices, banned: int) -> Iterator[Repair]:
        try:
            for found in asked.engine.repairs(banned=banned, costs=prices.each):
                rule = asked.rules[found.way]
                whole = edited(asked, rule, dropped=found.dropped, added=found.added)
                yield Repair(
                    selection=whole,
                    dropped=tuple(rule.units[bit].number for bit in each_bit(found.dropped)),
                    added=tuple(rule.units[bit].number for bit in each_bit(found.added)),
                    conditions=to_be_met(asked.selection, whole),
                    cost=Decimal(found.cost) / prices.scale,
                    pathway=whole.pathway,
                )
        except OutOfBudgetError:
            raise LimitReachedError from None

    # -- counts -------------------------------------------------------------------------------------

    def _counted(
        self, selection: Selection, pathway: str | None, limits: Limits | None
    ) -> tuple[Question, Diagram]:
        asked = self._ask(selection, pathway, limits)
        packed = [problem for rule in asked.rules for problem in problems(rule)]
        return asked, Diagram(packed, asked.chosen, asked.budget)

    def count(self, selection: Selection, *, pathway: str | None = None, limits: Limits | None = None) -> int:
        """Return how many completions a selection has: sets of the qualification's own units to add.

        A set counts once, however many ways there are to place its units. Units from elsewhere are not thought
        of. Conditions that are not met yet are taken as met.

        Raises:
            LimitReachedError: The limits did not suffice.
        """
        try:
            return self._counted(selection, pathway, limits)[1].count
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
            asked, diagram = self._counted(selection, pathway, limits)
            found = diagram.frequencies()
        except OutOfBudgetError:
            raise LimitReachedError from None
        units = enumerate(self.qualification.units)
        shares = {
            unit.number: Fraction(found.get(bit, 0), diagram.count)
            for bit, unit in units
            if diagram.count and not asked.chosen >> bit & 1
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
            asked, diagram = self._counted(selection, pathway, limits)
            found = diagram.distribution(measure)
        except OutOfBudgetError:
            raise LimitReachedError from None
        rule = asked.rules[0]
        start = sum(rule.weights[measure][bit] for bit in each_bit(asked.chosen))
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
        if number < 0:
            msg = f"{number} selections cannot be drawn"
            raise SelectionError(msg)
        try:
            asked, diagram = self._counted(selection, pathway, limits)
            drawn = diagram.sample(random.Random(seed), number) if diagram.count else []  # noqa: S311 - no secret
        except OutOfBudgetError:
            raise LimitReachedError from None
        return tuple(self._finished(asked, added) for added in drawn)

    @staticmethod
    def _finished(asked: Question, added: int) -> Selection:
        """Return a finished selection, for the first pathway that it satisfies."""
        *others, last = asked.rules
        for rule in others:
            with contextlib.suppress(EngineError):
                return edited(asked, rule, added=added)
        return edited(asked, last, added=added)

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
        asked = self._ask(selection, pathway, limits)
        try:
            found = asked.engine.bounds(measure)
        except OutOfBudgetError:
            raise LimitReachedError from None
        if found is None:
            return None
        rule = asked.rules[0]
        start = sum(rule.weights[measure][bit] for bit in each_bit(asked.chosen))
        scale = 1 if measure is Measure.UNITS else rule.scale
        least, most = (Decimal(start + amount) / scale for amount in found)
        return Bounds(measure=measure, least=least, most=most)
