"""The instances that the solver is measured on: read from the peers' form, and said as rules of ``roc``."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs

import roc

Data: TypeAlias = Mapping[str, Any]
"""An instance as its file has it."""

_BOUNDS: Final = (
    ("min_units", "units"),
    ("max_units", "units"),
    ("min_credits", "credit"),
    ("max_credits", "credit"),
)
"""The bounds of a group, by the peers' name, with what they measure."""


@attrs.frozen
class Translation:
    """An instance said as a rule of ``roc``.

    Attributes:
        qualification: The rule.
        names: The peers' name of each clause, by its path.
    """

    qualification: roc.Qualification
    names: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Instance:
    """One rule of the peers' folder, with the selections that it is asked about.

    Attributes:
        name: Its name, family and number.
        family: The family that it is of.
        data: The instance as its file has it.
        selections: The selections by name: ``half``, ``empty`` and ``impossible``.
        planted: A selection that satisfies the rule.
    """

    name: str
    family: str
    data: Data = attrs.field(repr=False)
    selections: Mapping[str, Sequence[str]] = attrs.field(repr=False)
    planted: Sequence[str] = attrs.field(repr=False)

    @classmethod
    def read(cls, file: Path) -> "Instance":
        """Read one file."""
        data = json.loads(file.read_text())
        return cls(
            name=data["id"],
            family=data.get("family", "real"),
            data=data,
            selections=data["selections"],
            planted=data.get("planted", ()),
        )

    @property
    def size(self) -> int:
        """How many units it has."""
        return len(self.data["units"])


def instances(folder: Path, families: Sequence[str]) -> list[Instance]:
    """Return the instances of these families, in the order of the families."""
    read = [Instance.read(file) for file in sorted((folder / "instances").glob("*.json"))]
    return [each for family in families for each in read if each.family == family]


def translate(data: Data) -> Translation:
    """Return an instance as a rule: nothing is left out and nothing is added.

    Mandatory groups become a bound on their units, since the peers ask about selections without them.
    """
    level = data.get("level")
    names: dict[str, str] = {}
    rules: list[roc.Clause] = []
    for name, clause in (*_overall(data, level), *_relations(data)):
        names[f"$.rules[{len(rules)}]"] = name
        rules.append(clause)
    inside: set[str] = set()

    def group(of: Data, path: str) -> roc.UnitGroup:
        bounds: list[roc.Clause] = []
        for name, measure in _BOUNDS:
            if of.get(name) is not None:
                names[f"{path}.rules[{len(bounds)}]"] = f"group:{of['id']}:{name}"
                bounds.append(_bound(name, measure, of[name]))
        if of.get("mandatory") and of["units"]:
            names[f"$.rules[{len(rules)}]"] = f"mandatory:{of['id']}"
            rules.append(roc.Threshold(minimum=len(of["units"]), scope=roc.Scope(units=of["units"])))
        inside.update(of["units"])
        nested = [group(each, f"{path}.groups[{i}]") for i, each in enumerate(of.get("groups", ()))]
        return roc.UnitGroup(name=of["id"], units=of["units"], rules=bounds, groups=nested)

    groups = [group(each, f"$.groups[{i}]") for i, each in enumerate(data.get("groups", ()))]
    rest = [unit["id"] for unit in data["units"] if unit["id"] not in inside]
    if rest:
        groups.append(roc.UnitGroup(name="others", units=rest))
    units = [
        roc.Unit(
            number=unit["id"],
            level=unit["level"] or None,
            credit=unit["credit"],
            guided_learning_hours=unit["glh"],
        )
        for unit in data["units"]
    ]
    made = roc.Qualification(title=data["id"], level=level, units=units, groups=groups, rules=rules)
    return Translation(made, names)


def _bound(name: str, measure: str, amount: int, scope: roc.Scope | None = None) -> roc.Threshold:
    scope = scope or roc.Scope()
    if name.startswith("min"):
        return roc.Threshold(measure=measure, minimum=amount, scope=scope)
    return roc.Threshold(measure=measure, maximum=amount, scope=scope)


def _overall(data: Data, level: int | None) -> Iterator[tuple[str, roc.Clause]]:
    """Yield the bounds on everything, by name."""
    for name, measure in (*_BOUNDS, ("min_glh", "glh"), ("max_glh", "glh")):
        if data.get(name) is not None:
            yield name, _bound(name, measure, data[name])
    name = "min_credits_at_or_above_level"
    if data.get(name) is not None:
        yield name, _bound(name, "credit", data[name], roc.Scope(level_from=level))
    name = "max_credits_below_level"
    if data.get(name) is not None:
        below = level - 1 if level is not None and level > 1 else "E3"
        yield name, _bound(name, "credit", data[name], roc.Scope(level_to=below))


def _relations(data: Data) -> Iterator[tuple[str, roc.Clause]]:
    """Yield the relations between units, by name."""
    for i, pair in enumerate(data.get("linked", ())):
        yield f"linked:{i}", roc.Linked(units=pair)
    for i, (unit, needed) in enumerate(data.get("requires", ())):
        yield f"requires:{i}", roc.Requires(unit=unit, units=[needed])
    for i, units in enumerate(data.get("barred", ())):
        yield f"barred:{i}", roc.Barred(units=units)
