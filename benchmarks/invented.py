"""Invented rules of any size, with the character of the peers' families. They are nobody's qualifications.

Each is made around a selection that satisfies it, so that its bounds bind and can be kept.
"""

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

import attrs

import roc


@attrs.frozen(kw_only=True)
class Invented:
    """A rule with a selection that satisfies it, and one half of that.

    Attributes:
        qualification: The rule.
        planted: The selection.
        half: Half of it.
    """

    qualification: roc.Qualification
    planted: Sequence[str]
    half: Sequence[str]


@attrs.define(kw_only=True)
class _Draft:
    """A rule in the making.

    Attributes:
        level: The level of the qualification.
        units: The units.
        groups: The units of each group, by its name; the first group is mandatory.
        within: The group that each nested group is in.
        borrowed: The units that a group lists besides its own.
        linked: Pairs of units that go together.
        requires: Pairs: the first needs the second.
        barred: Sets of which at most one may be chosen.
        share: The share of the units that is planted.
    """

    level: int
    units: list[roc.Unit]
    groups: dict[str, list[str]]
    within: dict[str, str] = attrs.Factory(dict[str, str])
    borrowed: dict[str, list[str]] = attrs.Factory(dict[str, list[str]])
    linked: list[tuple[str, str]] = attrs.Factory(list[tuple[str, str]])
    requires: list[tuple[str, str]] = attrs.Factory(list[tuple[str, str]])
    barred: list[tuple[str, ...]] = attrs.Factory(list[tuple[str, ...]])
    share: float

    @property
    def home(self) -> Mapping[str, str]:
        """The group of each unit."""
        return {unit: name for name, units in self.groups.items() for unit in units}


def _draw(chance: random.Random, size: int, levels: Sequence[int], credits_: Sequence[int]) -> list[roc.Unit]:
    """Return units with levels and credits drawn from these."""
    found: list[roc.Unit] = []
    for i in range(size):
        credit = chance.choice(credits_)
        found.append(
            roc.Unit(
                number=f"U{i:03}",
                level=chance.choice(levels),
                credit=credit,
                guided_learning_hours=credit * chance.randint(6, 9),
            )
        )
    return found


def _cut(units: Sequence[roc.Unit], shares: Sequence[float]) -> dict[str, list[str]]:
    """Return groups that have these shares of the units, in order."""
    numbers = [str(unit.number) for unit in units]
    ends = [round(end * len(numbers) / sum(shares)) for end in itertools.accumulate(shares)]
    cuts = itertools.pairwise([0, *ends])
    return {f"G{i}": numbers[start:end] for i, (start, end) in enumerate(cuts)}


def _relate(chance: random.Random, draft: _Draft, requires: int, barred: int, largest: int = 2) -> None:
    """Add relations between units that are not mandatory; what is needed stands earlier, so there is no circle."""
    free = [unit for name, units in draft.groups.items() if name != "G0" for unit in units]
    draft.requires = [(b, a) for a, b in (sorted(chance.sample(free, 2)) for _ in range(requires))]
    bars = (tuple(chance.sample(free, chance.randint(2, largest))) for _ in range(barred))
    together = [set(pair) for pair in (*draft.requires, *draft.linked)]
    draft.barred = [bar for bar in bars if not any(pair <= set(bar) for pair in together)]


def _imi(chance: random.Random, size: int) -> _Draft:
    """Pairs of knowledge and competence, credit, and credit at the level."""
    units = _draw(chance, size, (2, 2, 3, 3, 4), range(2, 9))
    groups = _cut(units, (2, 4, 5))
    pairs = [tuple(each[i : i + 2]) for each in groups.values() for i in range(0, len(each) * 4 // 5 - 1, 2)]
    draft = _Draft(level=3, units=units, groups=groups, linked=[(a, b) for a, b in pairs], share=0.45)
    _relate(chance, draft, 0, size // 12)
    return draft


def _aus(chance: random.Random, size: int) -> _Draft:
    """A core and electives out of groups that overlap, so many units in all."""
    groups = min(5, 2 + size // 40)
    units = _draw(chance, size, (2, 3, 3, 4), range(2, 7))
    draft = _Draft(level=3, units=units, groups=_cut(units, (1, *[6 / groups] * groups)), share=0.2)
    _borrow(chance, draft, 8)
    _relate(chance, draft, size // 15, size // 20)
    return draft


def _saqa(chance: random.Random, size: int) -> _Draft:
    """Credit at the level out of many units, and a window of hours."""
    units = _draw(chance, size, (4, 4, 4, 3, 3, 2), (4, 5, 6, 8, 10, 12, 15))
    draft = _Draft(level=4, units=units, groups=_cut(units, (1, 2, 7)), share=0.25)
    _relate(chance, draft, size // 15, size // 30)
    return draft


def _nvq(chance: random.Random, size: int) -> _Draft:
    """Many nested groups with bounds on units and credit, barred sets, units that need others."""
    units = _draw(chance, size, (2, 2, 3, 3, 4), range(2, 14))
    parts = 4 + min(4, size // 40)
    groups = _cut(units, (0.8, *[10 / parts] * parts))
    within = {f"G{i}": f"G{(i + 1) // 2}" for i in range(3, parts + 1)}
    draft = _Draft(level=3, units=units, groups=groups, within=within, share=0.26)
    _relate(chance, draft, size // 8, size // 12, 4)
    return draft


def _hard(chance: random.Random, size: int) -> _Draft:
    """Exact credit out of odd values, overlap and barred sets everywhere."""
    parts = 4 + min(6, size // 50)
    units = _draw(chance, size, (2, 3, 3, 4), (7, 9, 11, 13, 17, 19, 23, 29, 31, 37))
    draft = _Draft(level=3, units=units, groups=_cut(units, (0.4, *[9.6 / parts] * parts)), share=0.15)
    _borrow(chance, draft, 6)
    _relate(chance, draft, size // 8, size // 5, 6)
    return draft


def _borrow(chance: random.Random, draft: _Draft, part: int) -> None:
    """Let every group but the first list units of the others besides its own."""
    free = [unit for name, units in draft.groups.items() if name != "G0" for unit in units]
    for name, units in list(draft.groups.items())[1:]:
        others = [unit for unit in free if unit not in units]
        draft.borrowed[name] = sorted(chance.sample(others, min(len(others), len(free) // part)))


def _plant(chance: random.Random, draft: _Draft) -> set[str]:
    """Return a selection that keeps to all relations, with units from every group."""
    needs: dict[str, set[str]] = {}
    for a, b in (*draft.requires, *draft.linked, *((b, a) for a, b in draft.linked)):
        needs.setdefault(a, set()).add(b)
    planted: set[str] = set()

    def add(unit: str) -> None:
        together, waiting = set[str](), [unit]
        while waiting:
            unit = waiting.pop()
            if unit not in together:
                together.add(unit)
                waiting += sorted(needs.get(unit, ()))
        grown = planted | together
        if all(len(grown.intersection(bar)) < 2 for bar in draft.barred):
            planted.update(together)

    for unit in draft.groups["G0"]:
        add(unit)
    rest = [chance.sample(units, len(units)) for name, units in draft.groups.items() if name != "G0"]
    for unit in itertools.chain.from_iterable(itertools.zip_longest(*rest)):
        if unit is not None and len(planted) < draft.share * len(draft.units):
            add(unit)
    return planted


Limits: TypeAlias = Mapping[str, tuple[int | None, int | None]]
"""By measure the least and the most."""

Bounds: TypeAlias = Callable[[random.Random, str, int, int], Limits]
"""From chance, a group, and the planted units and credit in it."""


def _group_bounds(family: str) -> Bounds:
    """Return how the groups of a family are bounded."""

    def imi(chance: random.Random, _: str, units: int, credit: int) -> Limits:
        if chance.random() < 0.5:
            return {"credit": (max(1, credit - chance.randint(0, 3)), None)}
        return {"units": (max(1, units - 1), None)}

    def aus(chance: random.Random, name: str, units: int, _: int) -> Limits:
        most = units + chance.randint(0, 1) if name != "G1" and chance.random() < 0.8 else None
        return {"units": (units if name == "G1" else max(0, units - 1), most)}

    def saqa(chance: random.Random, _: str, __: int, credit: int) -> Limits:
        return {"credit": (max(1, credit - chance.randint(0, 8)), None)}

    def nvq(chance: random.Random, _: str, units: int, credit: int) -> Limits:
        most = units + chance.randint(0, 3) if chance.random() < 0.5 else None
        least = max(0, credit - chance.randint(0, 5)) if chance.random() < 0.4 else None
        return {"units": (max(0, units - chance.randint(0, 2)), most), "credit": (least, None)}

    def hard(chance: random.Random, _: str, units: int, credit: int) -> Limits:
        kind = chance.random()
        if kind < 0.45:
            return {"credit": (max(0, credit - chance.randint(0, 1)), credit + chance.randint(0, 1))}
        if kind < 0.75:
            return {"units": (units, units + 1)}
        return {"credit": (max(0, credit - 2), None)}

    return {"imi": imi, "aus": aus, "saqa": saqa, "nvq": nvq, "hard": hard}[family]


def _bound(
    measure: str, least: int | None, most: int | None, scope: roc.Scope | None = None
) -> list[roc.Threshold]:
    """Return the bounds as clauses, a floor and a ceiling apart, as the peers have them."""
    scope = scope or roc.Scope()
    found: list[roc.Threshold] = []
    if least:
        found.append(roc.Threshold(measure=measure, minimum=least, scope=scope))
    if most is not None:
        found.append(roc.Threshold(measure=measure, maximum=most, scope=scope))
    return found


def _overall(family: str, chance: random.Random, draft: _Draft, planted: set[str]) -> list[roc.Clause]:
    """Return the bounds on everything."""
    chosen = [unit for unit in draft.units if str(unit.number) in planted]
    credit = sum(int(unit.credit or 0) for unit in chosen)
    hours = sum(int(unit.guided_learning_hours or 0) for unit in chosen)
    level = roc.Level(draft.level)
    high = sum(int(unit.credit or 0) for unit in chosen if unit.level and unit.level >= level)
    at_level, below = roc.Scope(level_from=draft.level), roc.Scope(level_to=draft.level - 1)
    found: list[roc.Clause] = []
    match family:
        case "imi":
            found += _bound("credit", credit - chance.randint(0, 2), credit + chance.randint(3, 10))
            found += _bound("credit", high - chance.randint(0, 4), None, at_level)
        case "aus":
            found += _bound("units", len(planted), len(planted))
            found += _bound("credit", high - chance.randint(1, 6), None, at_level)
        case "saqa":
            found += _bound("credit", credit - credit % 5, credit - credit % 5 + 15)
            found += _bound("credit", high, None, at_level) + _bound("credit", None, credit - high + 5, below)
            found += _bound("glh", hours - hours % 10 - 10, hours + 60)
        case "nvq":
            found += _bound("credit", credit - chance.randint(0, 3), credit + chance.randint(4, 15))
            found += _bound("units", len(planted) - chance.randint(0, 2), None)
            found += _bound("credit", high - chance.randint(0, 6), None, at_level)
        case _:
            found += _bound("credit", credit, credit) + _bound("credit", None, credit - high, below)
    return found


_DRAFTS: Final = {"imi": _imi, "aus": _aus, "saqa": _saqa, "nvq": _nvq, "hard": _hard}


def invent(family: str, size: int, seed: int, *, related: bool) -> Invented:
    """Return a rule with *size* units.

    Args:
        family: Whose character it has.
        size: How many units it has.
        seed: The same seed makes the same rule.
        related: Whether units are related across groups: units that bar or need those of another group, and units
            that several groups list. Without, the rule is the same but for these.
    """
    chance = random.Random(f"{family} {size} {seed}")  # noqa: S311 - no secret
    draft = _DRAFTS[family](chance, size)
    planted = _plant(chance, draft)
    home = draft.home
    bounds = _group_bounds(family)
    nested: dict[str, list[roc.UnitGroup]] = {}
    top: list[roc.UnitGroup] = []
    rules = _overall(family, chance, draft, planted)
    inside = {name: set(units) for name, units in draft.groups.items()}
    for name in reversed(draft.groups):
        if name in draft.within:
            inside[draft.within[name]] |= inside[name]
    for name, units in reversed(draft.groups.items()):
        here = [unit for unit in draft.units if str(unit.number) in inside[name] & planted]
        limits: Limits = {}
        if name == "G0":
            rules.append(roc.Threshold(minimum=len(units), scope=roc.Scope(units=units)))
        else:
            limits = bounds(chance, name, len(here), sum(int(unit.credit or 0) for unit in here))
        clauses = [each for measure, (low, high) in limits.items() for each in _bound(measure, low, high)]
        borrowed = draft.borrowed.get(name, ()) if related else ()
        group = roc.UnitGroup(
            name=name, units=[*units, *borrowed], rules=clauses, groups=list(reversed(nested.get(name, ())))
        )
        (nested.setdefault(draft.within[name], []) if name in draft.within else top).append(group)

    def stays(units: Sequence[str]) -> bool:
        return related or len({home[unit] for unit in units}) == 1

    rules += [roc.Linked(units=pair) for pair in draft.linked]
    rules += [roc.Requires(unit=a, units=[b]) for a, b in draft.requires if stays((a, b))]
    rules += [roc.Barred(units=bar) for bar in draft.barred if stays(bar)]
    qualification = roc.Qualification(
        title=f"{family}, {size} units, {seed}",
        level=draft.level,
        units=draft.units,
        groups=list(reversed(top)),
        rules=rules,
    )
    half = chance.sample(sorted(planted), len(planted) // 2)
    return Invented(qualification=qualification, planted=sorted(planted), half=sorted(half))
