"""What a competent developer writes in an afternoon: dictionaries and sums, for comparison.

It answers yes or no for rules without overlap: totals, credit at a level, minima and maxima of groups, all
units of a mandatory group, linked and barred units. It reads the same model, so that both start alike.
"""

import functools
from collections.abc import Callable, Collection

from roc import Barred, GroupKind, Linked, Measure, Qualification, Threshold, Unit, UnitGroup


def compile_naively(qualification: Qualification, pathway: str | None) -> Callable[[Collection[str]], bool]:
    """Return a function that tells whether a set of unit numbers satisfies the rule of *pathway*.

    Raises:
        NotImplementedError: The rule has something that sums over disjoint groups can't say.
    """
    units = {str(unit.number): unit for unit in qualification.units}
    tests: list[Callable[[Collection[str]], bool]] = []
    routes = [each for each in qualification.pathways if each.name == pathway]
    for rule in (*qualification.rules, *(rule for each in routes for rule in each.rules)):
        match rule:
            case Threshold():
                tests.append(_total(rule, units))
            case Linked():
                linked = {str(number) for number in rule.units}
                tests.append(functools.partial(_all_or_none, linked))
            case Barred():
                barred = {str(number) for number in rule.units}
                tests.append(functools.partial(_at_most_one, barred))
            case _:
                raise NotImplementedError(str(rule))
    for group in qualification.groups:
        if not group.pathways or pathway in group.pathways:
            tests += _group(group, units)
    return lambda chosen: all(test(chosen) for test in tests)


def _all_or_none(linked: set[str], chosen: Collection[str]) -> bool:
    return len(linked & set(chosen)) in (0, len(linked))


def _at_most_one(barred: set[str], chosen: Collection[str]) -> bool:
    return len(barred & set(chosen)) < 2


def _within_group(
    members: set[str], test: Callable[[Collection[str]], bool], chosen: Collection[str]
) -> bool:
    return test([number for number in chosen if number in members])


def _weigh(rule: Threshold, unit: Unit) -> float:
    if rule.measure is Measure.UNITS:
        return 1
    value = unit.credit if rule.measure is Measure.CREDIT else unit.guided_learning_hours
    return float(value or 0)


def _within(rule: Threshold, found: float) -> bool:
    return (rule.minimum is None or found >= rule.minimum) and (rule.maximum is None or found <= rule.maximum)


def _total(rule: Threshold, units: dict[str, Unit]) -> Callable[[Collection[str]], bool]:
    def test(chosen: Collection[str]) -> bool:
        found = 0.0
        for number in chosen:
            unit = units[number]
            if rule.scope.admits(unit):
                found += _weigh(rule, unit)
        return _within(rule, found)

    return test


def _group(group: UnitGroup, units: dict[str, Unit]) -> list[Callable[[Collection[str]], bool]]:
    members = {str(number) for each in group.walk() for number in each.units}
    tests: list[Callable[[Collection[str]], bool]] = []
    if group.kind is GroupKind.MANDATORY:
        tests.append(lambda chosen: members <= set(chosen))
    for rule in group.rules:
        if not isinstance(rule, Threshold):
            raise NotImplementedError(str(rule))
        total = _total(rule, units)
        tests.append(functools.partial(_within_group, members, total))
    for inner in group.groups:
        tests += _group(inner, units)
    return tests
