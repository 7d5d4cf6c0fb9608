"""The checks of a whole qualification: everything that is wrong, each with its path."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from roc.errors import DataError, InvalidData, nearest
from roc.groups import UnitGroup
from roc.numbers import UnitNumber
from roc.rules import (
    Barred,
    Ceiling,
    Clause,
    Complete,
    IsMet,
    Linked,
    Measure,
    Requires,
    Threshold,
    walk,
)
from roc.units import Unit

if TYPE_CHECKING:
    from roc.qualification import Qualification

MAX_DEPTH: Final = 20
"""Groups are nested no deeper."""

MAX_UNITS: Final = 5_000
MAX_GROUPS: Final = 2_000

MAX_SUGGESTED: Final = 50
"""So many errors get suggestions: looking for one takes time, and hostile data can hold many errors."""


def validate(qualification: "Qualification") -> None:
    """Check *qualification* as a whole.

    Raises:
        InvalidData: Anything does not fit; it holds every error.
    """
    errors = list(_Checker(qualification).errors())
    if errors:
        heading = f"{qualification.number or qualification.title or 'qualification'} is not valid"
        raise InvalidData(heading, errors)


def clauses_with_paths(qualification: "Qualification") -> Iterator[tuple[str, Clause, UnitGroup | None]]:
    """Yield every top clause with its path and the group that it stands in."""
    for i, rule in enumerate(qualification.rules):
        yield f"$.rules[{i}]", rule, None
    for path, group in groups_with_paths(qualification.groups, "$"):
        for i, rule in enumerate(group.rules):
            yield f"{path}.rules[{i}]", rule, group
    for i, pathway in enumerate(qualification.pathways):
        for j, rule in enumerate(pathway.rules):
            yield f"$.pathways[{i}].rules[{j}]", rule, None


def groups_with_paths(groups: Iterable[UnitGroup], path: str) -> Iterator[tuple[str, UnitGroup]]:
    """Yield every group, nested ones too, with its path, outermost first."""
    for i, group in enumerate(groups):
        here = f"{path}.groups[{i}]"
        yield here, group
        yield from groups_with_paths(group.groups, here)


class _Checker:
    def __init__(self, qualification: "Qualification") -> None:
        self.qualification = qualification
        self.units: Mapping[str, Unit] = {str(unit.number): unit for unit in qualification.units}
        self.groups = {group.name: group for _, group in groups_with_paths(qualification.groups, "$")}
        self.conditions = {condition.name for condition in qualification.conditions}
        self.pathways = {pathway.name for pathway in qualification.pathways}
        self.unknown = 0

    def errors(self) -> Iterator[DataError]:
        q = self.qualification
        yield from self._sizes()
        yield from _twice("$.units", "unit", (unit.number for unit in q.units))
        paths = list(groups_with_paths(q.groups, "$"))
        yield from _twice("groups", "group", (group.name for _, group in paths), [p for p, _ in paths])
        yield from _twice("$.pathways", "pathway", (each.name for each in q.pathways))
        yield from _twice("$.conditions", "condition", (each.name for each in q.conditions))
        for path, group in paths:
            yield from self._group(path, group)
        for path, clause, here in clauses_with_paths(q):
            for each in walk(clause):
                yield from self._clause(path, each, here)
                if each is not clause and getattr(each, "ceiling", None) is Ceiling.COUNTS:
                    yield DataError(
                        "a ceiling on what counts cannot stand inside a choice or a condition", path=path
                    )
        for i, sharing in enumerate(q.sharing):
            for name in sharing.groups:
                yield from self._known(f"$.sharing[{i}].groups", "group", name, self.groups)
        if q.level is not None and q.top_level is not None and q.top_level < q.level:
            yield DataError(f"{q.top_level} is below {q.level}", path="$.top_level")
        for i, example in enumerate(q.examples):
            yield from self._example(f"$.examples[{i}]", i)
            for name in example.conditions:
                yield from self._known(f"$.examples[{i}].conditions", "condition", name, self.conditions)
        start = q.operational_start
        for name in ("operational_end", "certification_end"):
            end = getattr(q, name)
            if start is not None and end is not None and end < start:
                yield DataError(f"{end} is before the start, {start}", path=f"$.{name}")

    def _sizes(self) -> Iterator[DataError]:
        if len(self.units) > MAX_UNITS:
            yield DataError(f"{len(self.units)} units are more than {MAX_UNITS}", path="$.units")
        if len(self.groups) > MAX_GROUPS:
            yield DataError(f"{len(self.groups)} groups are more than {MAX_GROUPS}", path="$.groups")

    def _group(self, path: str, group: UnitGroup) -> Iterator[DataError]:
        if path.count(".groups[") > MAX_DEPTH:
            yield DataError(f"groups are nested deeper than {MAX_DEPTH}", path=path)
        for i, number in enumerate(group.units):
            yield from self._known(f"{path}.units[{i}]", "unit", str(number), self.units)
        for name in group.pathways:
            yield from self._known(f"{path}.pathways", "pathway", name, self.pathways)

    def _known(self, path: str, what: str, name: str, known: Collection[str]) -> Iterator[DataError]:
        if name not in known:
            self.unknown += 1
            suggestions = nearest(name, known) if self.unknown <= MAX_SUGGESTED else ()
            yield DataError(f"there is no {what} {name}", path=path, suggestions=suggestions)

    def _clause(self, path: str, clause: Clause, group: UnitGroup | None) -> Iterator[DataError]:
        numbers: tuple[UnitNumber, ...] = ()
        match clause:
            case Threshold():
                numbers = (*clause.scope.units, *clause.scope.except_units)
                for name in clause.scope.groups:
                    yield from self._known(path, "group", name, self.groups)
                yield from self._measurable(path, clause, group)
                if clause.percent and self.qualification.minimum(clause.measure) is None:
                    yield DataError(
                        f"a share of the {clause.measure.word} needs the rule's own minimum of "
                        f"{clause.measure.word}",
                        path=path,
                    )
            case Linked() | Barred():
                numbers = clause.units
            case Requires():
                numbers = (clause.unit, *clause.units)
            case IsMet():
                yield from self._known(path, "condition", clause.condition, self.conditions)
            case Complete():
                yield from self._known(path, "group", clause.group, self.groups)
                if group is not None and self._leads_to(clause.group, group.name):
                    yield DataError(f"whether {group.name} is complete depends on itself", path=path)
            case _:  # made of clauses that are looked at themselves
                pass
        for number in numbers:
            yield from self._known(path, "unit", str(number), self.units)

    def _leads_to(self, start: str, goal: str) -> bool:
        """Tell whether completing the group *start* involves the rules of the group *goal*."""
        seen: set[str] = set()
        open_names = [start]
        while open_names:
            name = open_names.pop()
            if name == goal:
                return True
            found = self.groups.get(name)
            if found is None or name in seen:
                continue
            seen.add(name)
            open_names.extend(each.name for each in found.groups)
            open_names.extend(
                each.group for rule in found.rules for each in walk(rule) if isinstance(each, Complete)
            )
        return False

    def _measurable(self, path: str, clause: Threshold, group: UnitGroup | None) -> Iterator[DataError]:
        """Yield the units in the scope that lack what the threshold adds up."""
        if clause.measure is Measure.UNITS:
            return
        q = self.qualification
        names = clause.scope.groups or (() if group is None else (group.name,))
        tops = [self.groups[name] for name in names if name in self.groups] if names else q.groups
        # a ceiling on what is taken sees groups that do not count, too
        sees_all = bool(names) or (clause.maximum is not None and clause.ceiling is Ceiling.TAKEN)
        found = [each for top in tops for each in _seen(top, sees_all=sees_all)]
        numbers = {number for each in found for number in each.units}
        openings = [each.opening for each in found if each.opening is not None and each.opening.listed]
        lacking = [
            unit
            for unit in q.units
            if (not q.groups or unit.number in numbers or any(each.admits(unit) for each in openings))
            and clause.scope.admits(unit)
            and (unit.credit if clause.measure is Measure.CREDIT else unit.guided_learning_hours) is None
        ]
        if lacking:
            some = ", ".join(str(unit.number) for unit in lacking[:5])
            more = f" and {len(lacking) - 5} more" if len(lacking) > 5 else ""
            what = "credit" if clause.measure is Measure.CREDIT else "guided learning hours"
            yield DataError(f"{what} is counted here, but {some}{more} has none", path=path)

    def _example(self, path: str, index: int) -> Iterator[DataError]:
        example = self.qualification.examples[index]
        if example.pathway is not None:
            yield from self._known(f"{path}.pathway", "pathway", example.pathway, self.pathways)
        seen: Counter[UnitNumber] = Counter()
        for i, entry in enumerate(example.selection):
            where = f"{path}.selection[{i}]"
            if not isinstance(entry.unit, Unit):
                yield from self._known(where, "unit", str(entry.unit), self.units)
            if entry.in_place_of is not None:
                yield from self._known(where, "unit", str(entry.in_place_of), self.units)
            seen[entry.place] += 1
            if seen[entry.place] == 2:
                yield DataError(f"{entry.place} stands twice", path=where)


def _seen(group: UnitGroup, *, sees_all: bool) -> Iterator[UnitGroup]:
    """Yield *group* and those nested in it, all of them or those that count."""
    if group.counts or sees_all:
        yield group
        for each in group.groups:
            yield from _seen(each, sees_all=sees_all)


def _twice(
    path: str, what: str, names: Iterable[object], paths: list[str] | None = None
) -> Iterator[DataError]:
    seen: set[object] = set()
    for i, name in enumerate(names):
        if name in seen:
            where = f"{path}[{i}]" if paths is None else paths[i]
            yield DataError(f"the {what} {name} stands twice", path=where)
        seen.add(name)
