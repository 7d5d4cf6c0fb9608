"""The instances on which other solvers were measured, as qualifications: for tests and benchmarks.

An instance says of every group how many units and credits it needs and allows, and what holds between units. A unit
that several groups list counts in one of them; one that no group lists counts overall only.
"""

import json
from pathlib import Path
from typing import Any, Final

import roc
from roc.rules import Barred, Clause, Linked, Measure, Requires, Scope, Threshold

FOLDER: Final = Path(__file__).parent / "data" / "peers"

NAMES: Final = tuple(f"{family}-{i}" for family in ("imi", "aus", "saqa", "nvq", "hard") for i in range(5))

_ALL: Final = Scope()

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


def _bounds(data: dict[str, Any], low: str, high: str, measure: Measure, scope: Scope = _ALL) -> list[Clause]:
    """Return a floor and a ceiling, each a clause of its own."""
    found: list[Clause] = []
    if data.get(low) is not None:
        found.append(Threshold(measure=measure, minimum=data[low], scope=scope))
    if data.get(high) is not None:
        found.append(Threshold(measure=measure, maximum=data[high], scope=scope))
    return found


def _totals(data: dict[str, Any]) -> list[Clause]:
    """Return what an instance, or a group of it, says about all of its units."""
    return [
        clause for name, measure in _TOTALS for clause in _bounds(data, f"min_{name}", f"max_{name}", measure)
    ]


def _levels(instance: dict[str, Any]) -> list[Clause]:
    """Return the bounds of credit at or above the level of the qualification, and below it."""
    level: int = instance["level"]
    above, below = Scope(level_from=level), Scope(level_to=level - 1 if level > 1 else "E3")
    return [
        *_bounds(instance, "min_credits_at_or_above_level", "", Measure.CREDIT, above),
        *_bounds(instance, "", "max_credits_below_level", Measure.CREDIT, below),
    ]


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
