"""Clauses of every kind over given units, groups and conditions."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

import attrs
from hypothesis import strategies as st

from roc.levels import Level
from roc.numbers import UnitNumber
from roc.rules import (
    AllOf,
    Barred,
    Ceiling,
    Choice,
    Clause,
    Complete,
    Conditional,
    IsMet,
    Linked,
    Measure,
    Requires,
    Scope,
    State,
    Threshold,
)
from roc.strategies._palette import SMALL, Palette

T = TypeVar("T")

_MEASURES = (Measure.UNITS, Measure.UNITS, Measure.CREDIT, Measure.CREDIT, Measure.GLH)


def chance(draw: st.DrawFn, one_in: int) -> bool:
    """Draw true once in so many times."""
    return draw(st.integers(0, one_in - 1)) == one_in - 1


def some(draw: st.DrawFn, values: Sequence[T], *, least: int = 0, most: int | None = None) -> list[T]:
    """Draw different members of *values*, in any order."""
    rest = list(values)
    number = draw(st.integers(min(least, len(rest)), len(rest) if most is None else min(most, len(rest))))
    # one after the other from what is left, in order: a unit that is not needed can be taken away
    return [rest.pop(draw(st.integers(0, len(rest) - 1))) for _ in range(number)]


def level_range(draw: st.DrawFn, palette: Palette) -> tuple[Level | None, Level | None]:
    """Draw the ends of a range of levels, of which one may be open."""
    low, high = sorted(draw(st.tuples(palette.levels, palette.levels)))
    return draw(st.sampled_from([(low, None), (None, high), (low, high)]))


@attrs.frozen(kw_only=True)
class Clauses:
    """Draws clauses that may stand in a rule with these units, groups and conditions.

    Attributes:
        draw: What draws.
        palette: Where bounds, levels and tags come from.
        units: The units that clauses may name.
        groups: The groups that they may name.
        conditions: The conditions that they may ask for.
        ceilings: Whether there may be maxima.
        relations: Whether units may be linked, barred, or require others.
        nested: Whether clauses may hold others: choices, conditions, "all of them".
        minima: Only what more units never break.
        shares: Whether thresholds may be shares of the rule's own minimum.
    """

    draw: st.DrawFn
    palette: Palette = SMALL
    units: Sequence[UnitNumber]
    groups: Sequence[str]
    conditions: Sequence[str]
    ceilings: bool = True
    relations: bool = True
    nested: bool = True
    minima: bool = False
    shares: bool = True

    def scope(self) -> Scope:
        """Draw a scope, a plain one often."""
        draw = self.draw
        if draw(st.booleans()):
            return Scope()
        parts = ["groups", "units", "except_units", "level", "tags", "states", "imported", "size_from"]
        found: dict[str, object] = {}
        for part in some(draw, parts, least=1, most=min(self.palette.narrowings, len(parts))):
            match part:
                case "groups":
                    found[part] = some(draw, self.groups, most=2)
                case "units":
                    found[part] = some(draw, self.units, least=1, most=4)
                case "except_units":
                    found[part] = some(draw, self.units, most=2)
                case "level":
                    found["level_from"], found["level_to"] = level_range(draw, self.palette)
                case "tags":
                    found[part] = some(draw, self.palette.tags, least=1, most=2)
                case "states":
                    found[part] = some(draw, list(State), least=1, most=3)
                case "imported":
                    found[part] = True
                case _:
                    found[part] = draw(self.palette.credits)
        return Scope(**found)  # type: ignore[arg-type] # each part has its own type

    def threshold(self, *, inner: bool = False) -> Threshold:
        """Draw a threshold; an *inner* one does not say what counts."""
        draw, palette = self.draw, self.palette
        measure = draw(st.sampled_from(_MEASURES))
        scope = self.scope()
        has_ceiling = self.ceilings and not self.minima
        kinds = ["least", "least", "least", "most", "most", "both", "most" if inner else "counts"]
        kind = draw(st.sampled_from(kinds)) if has_ceiling else "least"
        each = "subject" if chance(draw, 8) else None
        distinct = None
        percent = False
        if kind != "counts" and each is None and chance(draw, 5):
            measure, distinct = Measure.UNITS, "subject"
        else:
            percent = self.shares and measure is not Measure.GLH and chance(draw, 8)
        bounds = palette.shares if percent else palette.kinds if distinct else palette.bounds[measure]
        low: Decimal | None = draw(bounds)
        high = low
        if kind == "both":
            low, high = sorted(draw(st.tuples(bounds, bounds)))
        return Threshold(
            measure=measure,
            minimum=low if kind in {"least", "both"} else None,
            maximum=None if kind == "least" else high,
            ceiling=Ceiling.COUNTS if kind == "counts" else Ceiling.TAKEN,
            scope=scope,
            if_used=not self.minima and kind in {"least", "both"} and chance(draw, 4),
            percent=percent,
            distinct=distinct,
            each=each,
        )

    def linked(self) -> Linked:
        """Draw a link between two or three units."""
        return Linked(units=some(self.draw, self.units, least=2, most=3))

    def barred(self, *, inner: bool = False) -> Barred:
        """Draw a bar on two or three units, of either meaning."""
        counts = not inner and chance(self.draw, 2)
        return Barred(
            units=some(self.draw, self.units, least=2, most=3),
            ceiling=Ceiling.COUNTS if counts else Ceiling.TAKEN,
        )

    def requires(self) -> Requires:
        """Draw a unit that requires one or two others: all of them, or one."""
        unit, *others = some(self.draw, self.units, least=2, most=3)
        at_least = self.draw(st.sampled_from([None, *range(1, len(others) + 1)]))
        return Requires(unit=unit, units=others, at_least=at_least)

    def is_met(self) -> IsMet:
        """Draw a condition that is asked for."""
        return IsMet(condition=self.draw(st.sampled_from(self.conditions)))

    def complete(self) -> Complete:
        """Draw a group that must be complete."""
        return Complete(group=self.draw(st.sampled_from(self.groups)))

    def choice(self, depth: int = 0) -> Choice:
        """Draw a choice between two or three clauses."""
        draw = self.draw
        options = draw(st.lists(st.builds(self.clause, st.just(depth + 1)), min_size=2, max_size=3))
        low, high = draw(st.integers(1, 2)), None
        if self.ceilings and not self.minima and chance(draw, 3):
            low = draw(st.integers(0, 2))
            high = draw(st.integers(low, 2))
        return Choice(options=options, at_least=low, at_most=high)

    def all_of(self, depth: int = 0) -> AllOf:
        """Draw clauses that stand together."""
        return AllOf(clauses=[self.clause(depth + 1) for _ in range(2)])

    def conditional(self, depth: int = 0) -> Conditional:
        """Draw a clause that applies only when another holds."""
        return Conditional(when=self.clause(depth + 1), then=self.clause(depth + 1))

    def makers(self, depth: int = 0) -> dict[type[Clause], Callable[[], Clause]]:
        """Return what draws each kind of clause that may stand *depth* deep inside others."""
        inner = depth > 0
        found: dict[type[Clause], Callable[[], Clause]] = {
            Threshold: lambda: self.threshold(inner=inner),
        }
        if not self.minima:
            if self.relations and len(self.units) > 1:
                found[Linked] = self.linked
                found[Barred] = lambda: self.barred(inner=inner)
                found[Requires] = self.requires
            if self.conditions:
                found[IsMet] = self.is_met
            if self.groups:
                found[Complete] = self.complete
        if self.nested and depth < 2:
            found[Choice] = lambda: self.choice(depth)
            if not self.minima:
                found[Conditional] = lambda: self.conditional(depth)
            found[AllOf] = lambda: self.all_of(depth)
        return found

    def clause(self, depth: int = 0) -> Clause:
        """Draw any clause; half of them are thresholds."""
        makers = self.makers(depth)
        weights: dict[type[Clause], int] = {Threshold: 5, Choice: 2}
        if not depth:
            weights[AllOf] = 0  # a rule is "all of them" already
        kinds = [kind for kind in makers for _ in range(weights.get(kind, 1))]
        return makers[self.draw(st.sampled_from(kinds))]()

    def rules(self, most: int) -> list[Clause]:
        """Draw at most so many clauses."""
        return self.draw(st.lists(st.builds(self.clause), max_size=most))
