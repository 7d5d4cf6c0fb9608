"""The short forms of files, and where each thing of the model came from.

:func:`expanded` turns the data of a file into the shape of the model: thresholds written as
``min_units``, relations written as lists, units written inside groups, mappings of pathways. It looks
at shapes only as far as it must; what does not fit is left for the converter to refuse.
:func:`shortened` is the way back.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, TypeAlias

import attrs

from roc.errors import DataError
from roc.formats._plain import Path, exact, is_list, is_mapping, shown
from roc.groups import is_plain_bound
from roc.rules import Barred, Ceiling, Clause, Linked, Measure, Requires, Scope, Threshold

KEYS: Final = {
    "guided_learning_hours": "glh",
    "total_qualification_time": "tqt",
    "opening": "open",
}
"""Attributes whose key in files is another word."""

AT_LEVEL: Final = "min_credit_at_or_above_level"
BOUND_KEYS: Final = {measure: (f"min_{measure}", f"max_{measure}") for measure in Measure}
RULE_KEYS: Final = (
    *(key for keys in BOUND_KEYS.values() for key in keys),
    AT_LEVEL,
    "rules",
    "linked",
    "barred",
    "requires",
)
"""The keys that make clauses, in the order in which they make them."""

_SPAN: Final = re.compile(
    r"\s*(?P<word>[a-z\s]*)(?P<low>[0-9]+)\s*/\s*(?P<high>[a-z\s]*[0-9]+)\s*", re.IGNORECASE
)
_LAST: Final = (
    "exempt_credit_counts",
    "units",
    "groups",
    "pathways",
    "conditions",
    "sharing",
    "examples",
    "source",
    "notes",
)
"""What comes after the rules of a qualification, in this order."""


@attrs.frozen
class Made:
    """A clause that a short form writes: the parts of a *kind* that are still to be read."""

    kind: type[Any]
    parts: dict[str, object]


@attrs.frozen
class Expanded:
    """The data of a file in the shape of the model.

    Attributes:
        data: Keys are those of the file; rules are sentences or :class:`Made`.
        errors: What the short forms themselves get wrong, with its path in the file.
    """

    data: dict[str, object]
    errors: list[tuple[Path, DataError]]
    _origins: dict[Path, Path]

    def origin(self, path: Path) -> Path:
        """Return the path in the file of what stands at *path* in the model."""
        path = tuple(KEYS.get(step, step) if isinstance(step, str) else step for step in path)
        for length in range(len(path), 0, -1):
            found = self._origins.get(path[:length])
            if found is not None:
                return (*found, *path[length:])
        return path


def expanded(plain: dict[str, object]) -> Expanded:
    """Return *plain*, a file's data, in the shape of the model."""
    expander = _Expander(plain)
    return Expanded(expander.data, expander.errors, expander.origins)


_At: TypeAlias = tuple[object, Path]
"""A level as a file writes it, and where."""


class _Expander:
    def __init__(self, plain: dict[str, object]) -> None:
        self.origins: dict[Path, Path] = {}
        self.errors: list[tuple[Path, DataError]] = []
        data = self.data = dict(plain)
        self._span(data)
        level: _At = (data.get("level"), ("level",))
        self._rules(data, (), (), level)
        self._pathways(data, level)
        self._conditions(data)
        listed = data.get("units", [])
        self._units: list[object] = list(listed) if is_list(listed) else []
        self._groups(data, (), level)
        if self._units and is_list(listed):
            data["units"] = self._units

    def _fail(self, path: Path, message: str) -> None:
        self.errors.append((path, DataError(message)))

    def _span(self, data: dict[str, object]) -> None:
        """Read ``level: 1/2`` as two levels."""
        level = data.get("level")
        found = _SPAN.fullmatch(level) if isinstance(level, str) else None
        if found is None:
            return
        if data.get("top_level") is not None:
            self._fail(("top_level",), f"the level {level} names the top level already")
        high = found["high"]
        data["level"] = found["word"] + found["low"]
        data["top_level"] = found["word"] + high if high.isdigit() else high
        self.origins["top_level",] = ("level",)

    def _rules(self, data: dict[str, object], model: Path, file: Path, level: _At) -> None:
        """Replace the keys that make clauses by one list of rules, in the order of the keys."""
        made: list[object] = []
        for clause, source, parts in self._clauses(data, file, level):
            here = (*model, "rules", len(made))
            self.origins[here] = (*file, *source)
            for part, path in parts.items():
                self.origins[*here, *part] = path
            made.append(clause)
        if made:
            data["rules"] = made

    def _clauses(
        self, data: dict[str, object], file: Path, level: _At
    ) -> Iterator[tuple[object, Path, dict[Path, Path]]]:
        """Take out the keys that make clauses; yield the clauses, with their places and those of their parts."""
        for measure, (low, high) in BOUND_KEYS.items():
            bounds = {"minimum": (low, data.pop(low, None)), "maximum": (high, data.pop(high, None))}
            given = {name: (key, bound) for name, (key, bound) in bounds.items() if bound is not None}
            if given:
                clause = {"measure": measure.value, **{name: bound for name, (_, bound) in given.items()}}
                keys = [key for key, _ in given.values()]
                parts: dict[Path, Path] = {(name,): (*file, key) for name, (key, _) in given.items()}
                yield Made(Threshold, clause), (keys[0],), parts
        at_level = data.pop(AT_LEVEL, None)
        if at_level is not None and level[0] is None:
            self._fail((*file, AT_LEVEL), "this needs the key level: at or above which level?")
        elif at_level is not None:
            clause = {"measure": "credit", "minimum": at_level, "scope": {"level_from": level[0]}}
            parts = {("minimum",): (*file, AT_LEVEL), ("scope", "level_from"): level[1]}
            yield Made(Threshold, clause), (AT_LEVEL,), parts
        for i, sentence in enumerate(self._items(data, "rules", file, "of sentences")):
            yield sentence, ("rules", i), {}
        yield from self._relations(data, file)

    def _relations(
        self, data: dict[str, object], file: Path
    ) -> Iterator[tuple[object, Path, dict[Path, Path]]]:
        for key, kind in (("linked", Linked), ("barred", Barred)):
            for i, units in enumerate(self._items(data, key, file, "of lists of units")):
                if is_list(units):
                    yield Made(kind, {"units": units}), (key, i), {("units",): (*file, key, i)}
                else:
                    message = f"{shown(units)} is not a list of units: write {key}: [[M1, M2]]"
                    self._fail((*file, key, i), message)
        requires = data.pop("requires", None)
        if is_mapping(requires):
            for unit, units in requires.items():
                source: Path = ("requires", unit)
                place = (*file, *source)
                yield (
                    Made(Requires, {"unit": unit, "units": units}),
                    source,
                    {("unit",): place, ("units",): place},
                )
        elif requires is not None:
            message = f"{shown(requires)} is not a mapping from a unit to the units that it requires"
            self._fail((*file, "requires"), message)

    def _items(self, data: dict[str, object], key: str, file: Path, what: str) -> list[object]:
        value = data.pop(key, None)
        if is_list(value):
            return value
        if isinstance(value, str) and key == "rules":
            return [value]
        if value is not None:
            self._fail((*file, key), f"{shown(value)} is not a list {what}")
        return []

    def _groups(self, data: dict[str, object], path: Path, level: _At) -> None:
        groups = data.get("groups")
        if is_list(groups):
            data["groups"] = [
                self._group(each, (*path, "groups", i), level) if is_mapping(each) else each
                for i, each in enumerate(groups)
            ]

    def _group(self, plain: dict[str, object], path: Path, level: _At) -> dict[str, object]:
        data = dict(plain)
        self._rules(data, path, path, level)
        units = data.get("units")
        if is_list(units):
            data["units"] = list(self._numbers(units, (*path, "units")))
        self._groups(data, path, level)
        return data

    def _numbers(self, units: Iterable[object], path: Path) -> Iterator[object]:
        """Yield the numbers of a group's units; the units written out go to the qualification's."""
        index = 0
        for i, unit in enumerate(units):
            source: Path = (*path, i)
            each = unit
            if is_mapping(unit):
                self.origins["units", len(self._units)] = source
                self._units.append(unit)
                if unit.get("number") is None:
                    continue
                each = unit["number"]
                source = (*source, "number")
            self.origins[*path, index] = source
            index += 1
            yield each

    def _pathways(self, data: dict[str, object], level: _At) -> None:
        value = data.get("pathways")
        pathways: list[object] = []
        if is_list(value):
            for i, each in enumerate(value):
                pathways.append(self._pathway(each, ("pathways", i), ("pathways", i), level))
        elif is_mapping(value):
            for i, (name, each) in enumerate(value.items()):
                model, file = ("pathways", i), ("pathways", name)
                self.origins[model] = self.origins[*model, "name"] = file
                named: object = {} if each is None else each
                if is_mapping(named):
                    if "name" in named:
                        self._fail((*file, "name"), f"the key {name} is the name already")
                    named = {**named, "name": name}
                pathways.append(self._pathway(named, model, file, level))
        else:
            return
        data["pathways"] = pathways

    def _pathway(self, plain: object, model: Path, file: Path, level: _At) -> object:
        if not is_mapping(plain):
            return plain
        data = dict(plain)
        own = data.get("level")
        self._rules(data, model, file, level if own is None else (own, (*file, "level")))
        return data

    def _conditions(self, data: dict[str, object]) -> None:
        value = data.get("conditions")
        if not is_mapping(value):
            return
        conditions: list[object] = []
        for i, (name, title) in enumerate(value.items()):
            for part in ((), ("name",), ("title",)):
                self.origins["conditions", i, *part] = ("conditions", name)
            conditions.append({"name": name} if title is None else {"name": name, "title": title})
        data["conditions"] = conditions


def shortened(data: dict[str, Any]) -> dict[str, Any]:
    """Return *data*, a qualification as the converter writes it out, as files write it.

    A short form is used only where reading it gives the same clauses in the same order, and units are
    written inside groups only where that keeps their order.
    """
    level = data.get("level")
    groups = [_short_group(group, level) for group in data.get("groups", ())]
    pathways = [_short_rules(pathway, pathway.get("level", level)) for pathway in data.get("pathways", ())]
    data = _short_rules(data, level)
    if groups:
        data["groups"] = groups
    if pathways:
        data["pathways"] = pathways
    _put_units_inside(data)
    return {
        **{key: data[key] for key in ("number", "title") if key in data},
        **{key: value for key, value in data.items() if key not in _LAST},
        **{key: data[key] for key in _LAST if key in data},
    }


def _short_group(data: dict[str, Any], level: int | str | None) -> dict[str, Any]:
    short = _short_rules(data, level)
    units, groups = short.pop("units", ()), short.pop("groups", ())
    if units:
        short["units"] = units
    if groups:
        short["groups"] = [_short_group(group, level) for group in groups]
    return short


def _short_rules(data: dict[str, Any], level: int | str | None) -> dict[str, Any]:
    """Return *data* with its clauses as the keys that make them."""
    data = dict(data)
    rules: list[Clause] = list(data.pop("rules", ()))
    for measure, (low, high) in BOUND_KEYS.items():
        match rules:
            case [Threshold() as first, *rest] if first.measure is measure and is_plain_bound(first):
                data |= {
                    key: exact(bound)
                    for key, bound in ((low, first.minimum), (high, first.maximum))
                    if bound is not None
                }
                rules = rest
            case _:
                pass
    match rules:
        case [Threshold(minimum=Decimal() as minimum) as first, *rest] if level is not None and (
            first == Threshold(measure="credit", minimum=minimum, scope=Scope(level_from=level))
        ):
            data[AT_LEVEL] = exact(minimum)
            rules = rest
        case _:
            pass
    seen: set[object] = set()
    requires = _tail(rules, lambda rule: isinstance(rule, Requires) and _is_short(rule, seen))
    barred = _tail(rules, lambda rule: isinstance(rule, Barred) and rule.ceiling is Ceiling.TAKEN)
    linked = _tail(rules, lambda rule: isinstance(rule, Linked))
    data |= {"rules": [str(rule) for rule in rules]} if rules else {}
    for key, relations in (("linked", linked), ("barred", barred)):
        if relations:
            data[key] = [list(map(str, relation.units)) for relation in relations]
    if requires:
        data["requires"] = {str(rule.unit): list(map(str, rule.units)) for rule in requires}
    return data


def _is_short(rule: Requires, seen: set[object]) -> bool:
    """Tell whether *rule* fits into a mapping from units to all the units that they require."""
    fits = rule.at_least is None and rule.unit not in seen
    seen.add(rule.unit)
    return fits


def _tail(rules: list[Clause], fits: Callable[[Clause], bool]) -> list[Any]:
    """Take the clauses at the end of *rules* that fit."""
    start = len(rules)
    while start and fits(rules[start - 1]):
        start -= 1
    tail = rules[start:]
    del rules[start:]
    return tail


def _put_units_inside(data: dict[str, Any]) -> None:
    """Write units into the first group that lists them, where reading keeps their order."""
    units: dict[str, object] = {unit["number"]: unit for unit in data.get("units", ())}
    lists = [group["units"] for group in _walk(data) if group is not data and "units" in group]
    listed = dict.fromkeys(number for numbers in lists for number in numbers)
    outside = [number for number in units if number not in listed]
    if [*outside, *listed] != list(units):
        return
    data["units"] = [units.pop(number) for number in outside]
    if not outside:
        del data["units"]
    for numbers in lists:
        numbers[:] = [units.pop(number, number) for number in numbers]


def _walk(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield data
    for each in data.get("groups", ()):
        yield from _walk(each)
