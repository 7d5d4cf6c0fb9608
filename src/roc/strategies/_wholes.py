"""Whole qualifications, drawn in parts that refer to each other, and made satisfiable or not."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from roc._validate import clauses_with_paths
from roc.answers import Limits
from roc.conflicts import Conflict
from roc.errors import DataError, InvalidData, LimitReachedError
from roc.groups import GroupKind, Sharing, UnitGroup
from roc.numbers import UnitNumber
from roc.qualification import Condition, Pathway, PathwayKind, Qualification
from roc.rules import AllOf, Barred, Choice, Clause, Complete, Conditional, Measure, Scope, Threshold
from roc.selection import Selection
from roc.solver import Solver
from roc.strategies._asked import refuse, unfit
from roc.strategies._clauses import Clauses, chance, some
from roc.strategies._palette import Palette, palette_of
from roc.strategies._records import opening_of, unit_of
from roc.strategies._selections import finished
from roc.units import Unit

_OWN: Final = (Measure.UNITS, Measure.CREDIT)
_FIRST: Final = UnitNumber.quietly("M1")
_GROUPS: Final = ("A", "B", "C", "D", "E", "F", "G", "H")
_LEAST: Final = {
    **dict.fromkeys(("min_units", "max_units"), 1),
    **dict.fromkeys(("min_groups", "max_groups", "max_depth", "max_rules"), 0),
}
"""The sizes that can be asked for, with the least that each can be."""
_LIMITS: Final = Limits(states=50_000)
_COMPOUND: Final = (AllOf, Choice, Conditional, Complete)
_DAYS: Final = st.dates(dt.date(2010, 1, 1), dt.date(2040, 12, 31))


@attrs.frozen(kw_only=True)
class Dials:
    """What :func:`roc.strategies.qualifications` was asked for; its docstring says what each means."""

    min_units: int
    max_units: int
    min_groups: int
    max_groups: int
    max_depth: int
    max_rules: int
    overlap: bool
    relations: bool
    ceilings: bool
    nested: bool
    sharing: bool
    openings: bool
    pathways: bool
    conditions: bool
    minima: bool
    measured: bool
    headers: bool
    odd: bool
    satisfiable: bool | None

    def __attrs_post_init__(self) -> None:
        problems = [
            each for name, least in _LEAST.items() for each in unfit(name, getattr(self, name), least)
        ]
        wrong = {each.path for each in problems}
        for few, many in (("min_units", "max_units"), ("min_groups", "max_groups")):
            if wrong.isdisjoint({f"$.{few}", f"$.{many}"}):
                problems += unfit(many, getattr(self, many), getattr(self, few))
        refuse(problems)


@st.composite
def drawn_qualifications(draw: st.DrawFn, dials: Dials) -> Qualification:
    """Draw a qualification as *dials* says."""
    parts = _Parts(draw, dials).parts()
    if dials.satisfiable is False:
        parts = _spoiled(draw, parts, dials)
    qualification = _whole(parts)
    return satisfiable_part(qualification) if dials.satisfiable else qualification


class _Parts:
    """Draws the parts of one qualification."""

    def __init__(self, draw: st.DrawFn, dials: Dials) -> None:
        self.draw: Final = draw
        self.dials: Final = dials
        self.palette: Final[Palette] = palette_of(odd=dials.odd)
        self.units: Final = self._units()
        self.numbers: Final = [unit.number for unit in self.units]
        self.paths: Final = self._names("P", [0, 0, 1, 2, 2, 3] if dials.pathways else [0])
        self.conditions: Final = self._names("c", [0, 1, 2] if dials.conditions else [0])
        self.names: Final = self._names("", range(dials.min_groups, dials.max_groups + 1))
        # in one piece or not at all: shares are of these minima
        minima = draw(st.lists(st.builds(self._minima), max_size=1))
        self.top: Final = [each for pair in minima for each in pair]
        self.clauses: Final = Clauses(
            draw=draw,
            palette=self.palette,
            units=self.numbers,
            groups=self.names,
            conditions=self.conditions,
            ceilings=dials.ceilings,
            relations=dials.relations,
            nested=dials.nested,
            minima=dials.minima,
            shares=bool(minima),
        )

    def _minima(self) -> list[Clause]:
        bounds = self.palette.bounds
        return [Threshold(measure=each, minimum=self.draw(bounds[each])) for each in _OWN]

    def _units(self) -> list[Unit]:
        dials, palette = self.dials, self.palette
        measured = dials.measured or chance(self.draw, 2)
        odd = palette.unit_numbers

        def unit() -> Unit:
            number = _FIRST if odd is None else self.draw(odd)
            return unit_of(self.draw, number, palette, measured=measured)

        few, many = dials.min_units, dials.max_units
        if odd is not None:
            key = attrgetter("number")
            return self.draw(st.lists(st.builds(unit), unique_by=key, min_size=few, max_size=many))
        found = self.draw(st.lists(st.builds(unit), min_size=few, max_size=many))
        return [each.evolve(number=f"M{place}") for place, each in enumerate(found, 1)]

    def _names(self, prefix: str, counts: Sequence[int]) -> list[str]:
        number = self.draw(st.sampled_from(counts))
        odd = self.palette.names
        if odd is not None:
            return self.draw(st.lists(odd, unique=True, min_size=number, max_size=number))
        if prefix:
            return [f"{prefix}{place}" for place in range(1, number + 1)]
        return [*_GROUPS, *(f"G{place}" for place in range(len(_GROUPS) + 1, number + 1))][:number]

    def parts(self) -> dict[str, Any]:
        """Draw everything that a qualification is made of."""
        draw, dials, clauses = self.draw, self.dials, self.clauses
        rules = [*self.top, *clauses.rules(dials.max_rules)]
        parts: dict[str, Any] = {
            "title": draw(self.palette.titles) if dials.odd else "Example",
            "units": self.units,
            "groups": self._groups(),
            "rules": rules,
            "pathways": [self._pathway(name) for name in self.paths],
            "conditions": [Condition(name=name, title=draw(self.palette.titles)) for name in self.conditions],
            "sharing": self._sharing(),
            "exempt_credit_counts": not chance(draw, 3),
        }
        return {**parts, **(self._headers() if dials.headers else {})}

    def _groups(self) -> list[UnitGroup]:
        """Draw the groups, each below one that was drawn before it or at the top."""
        roots: list[str] = []
        below: dict[str, list[str]] = {name: [] for name in self.names}
        depth = dict.fromkeys(self.names, 0)
        for place, name in enumerate(self.names):
            deep = [each for each in self.names[:place] if depth[each] < self.dials.max_depth]
            parent = self.draw(st.sampled_from([None, *deep[:1], *deep]))
            if parent is None:
                roots.append(name)
            else:
                below[parent].append(name)
                depth[name] = depth[parent] + 1
        free = list(self.numbers)
        return [self._group(name, below, free) for name in roots]

    def _group(self, name: str, below: Mapping[str, Sequence[str]], free: list[UnitNumber]) -> UnitGroup:
        draw, dials, titles = self.draw, self.dials, self.palette.titles
        inner = [self._group(each, below, free) for each in below[name]]
        choose, mixing = None, True
        if inner and chance(draw, 2):
            choose = draw(st.integers(1, max(1, len(inner) - 1)))
            mixing = dials.minima or draw(st.integers(0, 3)) == 0
        units = [number for number in free if draw(st.booleans())]
        if not dials.overlap:
            free[:] = [number for number in free if number not in units]
        opening = opening_of(draw, self.palette, self.numbers) if dials.openings and chance(draw, 4) else None
        return UnitGroup(
            name=name,
            title=draw(titles),
            number=draw(st.none() | titles) if dials.odd else None,
            kind=GroupKind.MANDATORY if chance(draw, 5) else GroupKind.OPTIONAL,
            units=units,
            groups=inner,
            rules=self.clauses.rules(2),
            choose=choose,
            mixing=mixing,
            opening=opening,
            counts=not chance(draw, 8),
            pathways=some(draw, self.paths, least=1, most=2) if self.paths and chance(draw, 2) else (),
        )

    def _pathway(self, name: str) -> Pathway:
        draw, has_header = self.draw, self.dials.headers
        return Pathway(
            name=name,
            title=draw(self.palette.titles),
            kind=draw(st.sampled_from([PathwayKind.PATHWAY, PathwayKind.PATHWAY, *PathwayKind])),
            number=draw(st.none() | self.palette.qualification_numbers) if has_header else None,
            level=draw(st.none() | self.palette.levels) if has_header else None,
            rules=self.clauses.rules(1),
        )

    def _sharing(self) -> list[Sharing]:
        found: list[Sharing] = []
        while self.dials.sharing and len(self.names) > 1 and len(found) < 2 and chance(self.draw, 2):
            groups = some(self.draw, self.names, least=2, most=3)
            found.append(Sharing(groups=groups, at_most=self.draw(st.sampled_from([None, None, 0, 1]))))
        return found

    def _headers(self) -> dict[str, Any]:
        draw, palette = self.draw, self.palette
        texts = palette.titles
        low, high = sorted(draw(st.tuples(palette.levels, palette.levels)))
        days = sorted(draw(st.tuples(_DAYS, _DAYS, _DAYS)))
        level = draw(st.sampled_from([low, low, None]))
        return {
            "number": draw(st.none() | palette.qualification_numbers),
            "level": level,
            "top_level": None if level is None else draw(st.sampled_from([None, high])),
            "awarding_organisation": draw(texts),
            "framework": draw(texts),
            "version": draw(st.none() | texts),
            # readers warn where hours and credit do not go together
            "total_qualification_time": draw(st.none() | palette.hours) if self.dials.odd else None,
            "operational_start": draw(st.sampled_from([None, days[0]])),
            "operational_end": draw(st.sampled_from([None, days[1]])),
            "certification_end": draw(st.sampled_from([None, days[2]])),
            "review_date": draw(st.none() | _DAYS),
            "source": draw(st.lists(texts, max_size=2)),
            "notes": draw(st.lists(texts, max_size=2)),
        }


# -- wholes of parts --------------------------------------------------------------------------------


def _whole(parts: Mapping[str, Any]) -> Qualification:
    """Return the qualification of *parts*, without the clauses that do not go with the rest.

    A group that waits for itself, or credit that is counted where a unit has none: such clauses are taken out
    again instead of being drawn anew.
    """
    while True:
        try:
            return Qualification(**parts)
        except InvalidData as error:
            parts = _lifted(parts, {each.path for each in error.exceptions if isinstance(each, DataError)})


def _lifted(parts: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """Return *parts* without the clauses at these paths, and with groups there that ask for nothing by themselves."""
    gone = set(paths)

    def rules(clauses: Sequence[Clause], here: str) -> list[Clause]:
        return [each for i, each in enumerate(clauses) if f"{here}.rules[{i}]" not in gone]

    def groups(each: Sequence[UnitGroup], here: str) -> list[UnitGroup]:
        return [group(one, f"{here}.groups[{i}]") for i, one in enumerate(each)]

    def group(one: UnitGroup, here: str) -> UnitGroup:
        inner = groups(one.groups, here)
        eased: dict[str, Any] = {}
        if here in gone:
            eased = {"kind": GroupKind.OPTIONAL, "choose": one.choose and 1, "mixing": True}
            if one.choose == 1:  # none of them can be complete
                inner = [_bare(each) for each in inner]
        return one.evolve(rules=rules(one.rules, here), groups=inner, **eased)

    return {
        **parts,
        "rules": rules(parts["rules"], "$"),
        "groups": groups(parts["groups"], "$"),
        "pathways": [
            each.evolve(rules=rules(each.rules, f"$.pathways[{i}]"))
            for i, each in enumerate(parts["pathways"])
        ],
    }


def _bare(group: UnitGroup) -> UnitGroup:
    """Return a group that asks for nothing, with its units and those nested in it."""
    inner = [_bare(each) for each in group.groups]
    return group.evolve(
        kind=GroupKind.OPTIONAL, rules=(), choose=None, mixing=True, pathways=(), groups=inner
    )


def satisfiable_part(qualification: Qualification) -> Qualification:
    """Return the rule, without clauses that keep its own units from satisfying it.

    As long as nothing satisfies it, the last clause of a minimal conflict is lifted, so most of it stays.
    """
    while True:
        every = [each.name for each in qualification.conditions]
        start = Selection.of(qualification, conditions=every)
        parts = {each.name: getattr(qualification, each.name) for each in attrs.fields(Qualification)}
        try:
            if finished(Solver(qualification, limits=_LIMITS), start) is not None:
                return qualification
            if any(group.opening is not None for group in qualification.all_groups()):
                parts["groups"] = [_closed(group) for group in qualification.groups]
            else:
                parts = _eased(parts, Solver(qualification, limits=_LIMITS).explain(start))
        except LimitReachedError:
            tops = clauses_with_paths(qualification)
            parts = _lifted(parts, [path for path, clause, _ in tops if isinstance(clause, _COMPOUND)])
        qualification = _whole(parts)


def _eased(parts: Mapping[str, Any], conflict: Conflict | None) -> dict[str, Any]:
    """Return *parts* without the last clause of *conflict* that can be lifted."""
    paths = () if conflict is None else conflict.paths
    as_it_is = _lifted(parts, ())
    return next(eased for path in reversed(paths) if (eased := _lifted(parts, [path])) != as_it_is)


def _closed(group: UnitGroup) -> UnitGroup:
    return group.evolve(opening=None, groups=[_closed(each) for each in group.groups])


# -- rules that nothing satisfies -------------------------------------------------------------------


def _spoiled(draw: st.DrawFn, parts: dict[str, Any], dials: Dials) -> dict[str, Any]:
    """Return *parts* with one or two more clauses, such that nothing satisfies the rule."""
    numbers = [unit.number for unit in parts["units"]]
    most = draw(st.sampled_from([1, 2, 3]))
    crossed: list[Clause] = [Threshold(minimum=most + 1), Threshold(maximum=most)]
    few = some(draw, numbers, least=1, most=3)
    out_of_reach: list[Clause] = [Threshold(minimum=len(few) + 1, scope=Scope(units=few))]
    kinds = [out_of_reach] if dials.minima else [out_of_reach, crossed]
    if len(numbers) > 1 and dials.relations and not dials.minima:
        pair = numbers[:2]
        kinds.append([Threshold(minimum=2, scope=Scope(units=pair)), Barred(units=pair)])
    return {**parts, "rules": [*parts["rules"], *draw(st.sampled_from(kinds))]}
