"""The instances on which other solvers were measured, as qualifications: for tests and benchmarks.

An instance says of every group how many units and credits it needs and allows, and what holds between units. A unit
that several groups list counts in one of them; one that no group lists counts overall only.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import roc
from roc.rules import Barred, Clause, Linked, Measure, Requires, Scope, Threshold

FOLDER: Final = Path(__file__).parent / "data" / "peers"

NAMES: Final = tuple(f"{family}-{i}" for family in ("imi", "aus", "saqa", "nvq", "hard") for i in range(5))

_TOTALS: Final = (
    ("units", Measure.UNITS),
    ("credits", Measure.CREDIT),
    ("glh", Measure.GLH),
)


def load(name: str) -> dict[str, Any]:
    """Return the instance called *name*, as it is in its file."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def convert(instance: dict[str, Any]) -> roc.Qualification:
    """Return an instance as a qualification."""
    inside: set[str] = set()
    rules = [*_totals(instance), *_levels(instance)]
    groups = [_group(each, rules, inside) for each in instance.get("groups", ())]
    rules += [Linked(units=units) for units in instance.get("linked", ())]
    rules += [Requires(unit=unit, units=[other]) for unit, other in instance.get("requires", ())]
    rules += [Barred(units=units) for units in instance.get("barred", ())]
    rest = [each["id"] for each in instance["units"] if each["id"] not in inside]
    if rest:
        groups.append(roc.UnitGroup(name="elsewhere in no group", units=rest))
    return roc.Qualification(
        title=instance["id"],
        level=instance.get("level"),
        units=[
            roc.Unit(
                number=each["id"],
                level=each["level"] or None,
                credit=each["credit"],
                guided_learning_hours=each["glh"],
            )
            for each in instance["units"]
        ],
        groups=groups,
        rules=rules,
    )


def _totals(data: dict[str, Any]) -> list[Clause]:
    """Return the bounds of an instance or of a group, each a clause of its own."""
    return [
        Threshold(measure=measure, **{bound: Decimal(data[f"{short}_{name}"])})
        for name, measure in _TOTALS
        for short, bound in (("min", "minimum"), ("max", "maximum"))
        if data.get(f"{short}_{name}") is not None
    ]


def _levels(instance: dict[str, Any]) -> list[Clause]:
    """Return the bounds of credit at or above the level of the qualification, and below it."""
    level = instance.get("level")
    found: list[Clause] = []
    least = instance.get("min_credits_at_or_above_level")
    if least is not None:
        found.append(Threshold(measure=Measure.CREDIT, minimum=least, scope=Scope(level_from=level)))
    most = instance.get("max_credits_below_level")
    if most is not None:
        below = roc.Level(level - 1) if level > 1 else roc.Level("E3")
        found.append(Threshold(measure=Measure.CREDIT, maximum=most, scope=Scope(level_to=below)))
    return found


def _group(data: dict[str, Any], rules: list[Clause], inside: set[str]) -> roc.UnitGroup:
    """Return a group; that its units must be chosen, wherever they count, is one of the *rules*."""
    inside.update(data["units"])
    if data.get("mandatory") and data["units"]:
        rules.append(Threshold(minimum=len(data["units"]), scope=Scope(units=data["units"])))
    return roc.UnitGroup(
        name=data["id"],
        units=data["units"],
        rules=_totals(data),
        groups=[_group(each, rules, inside) for each in data.get("groups", ())],
    )
