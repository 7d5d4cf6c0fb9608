"""Laws of conflicts and repairs, held against every selection, each with every allocation, by brute force."""

import itertools
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from tests.oracle import NOTHING, TooBigError, World, alternatives
from tests.strategies_engine import questions

from roc._engine import refute
from roc._engine.bits import each_bit
from roc._engine.budget import Budget
from roc._engine.explain import conflict, conflicts, facts
from roc._engine.glance import Glance, View
from roc._engine.lines import systems
from roc._engine.parts import TooManyAlternativesError
from roc._engine.repair import repairs
from roc._engine.rule import Rule, read
from roc.groups import GroupKind, UnitGroup
from roc.qualification import Entry, ways
from roc.rules import Barred, Ceiling, Clause, Measure, Threshold, walk
from roc.selection import Selection

_LIMIT = 6000


class Outcome(NamedTuple):
    """One selection, as a mask, in one allocation for one pathway: the paths of the clauses that it violates.

    With each plain threshold comes what it sees: what counts and what is held.
    """

    units: int
    violated: frozenset[str]
    way: int
    amounts: tuple[tuple[str, Decimal, Decimal], ...]


def _is_limit(clause: Clause) -> bool:
    return isinstance(clause, Threshold | Barred) and clause.ceiling is Ceiling.COUNTS


def _statements(world: World) -> Iterator[tuple[str, bool]]:
    """Yield whether the present allocation keeps to each clause, taken by itself."""
    every = world.limits

    def holds(clause: Clause, here: str | None) -> bool:
        if _is_limit(clause):
            world.limits = [(clause, here)]  # type: ignore[list-item] # only what it was asked about
            kept = world.is_allowed()
            world.limits = every
            return kept
        return world.gap(clause, here) == NOTHING

    q = world.q
    for i, clause in enumerate(q.rules):
        yield f"$.rules[{i}]", holds(clause, None)
    for i, pathway in enumerate(q.pathways):
        if pathway in world.pathways:
            for j, clause in enumerate(pathway.rules):
                yield f"$.pathways[{i}].rules[{j}]", holds(clause, None)

    def inside(groups: Iterable[UnitGroup], path: str, is_part: bool) -> Iterator[tuple[str, bool]]:
        for i, group in enumerate(groups):
            if group.name not in world.active:
                continue
            here = f"{path}.groups[{i}]"
            for j, clause in enumerate(group.rules):
                if not is_part or _is_limit(clause):
                    yield f"{here}.rules[{j}]", holds(clause, group.name)
            if not is_part and (group.kind is GroupKind.MANDATORY or group.choose is not None):
                alone = group.evolve(rules=[], groups=group.groups if group.choose is not None else [])
                yield here, world.group(alone) == NOTHING
            yield from inside(group.groups, here, is_part or group.choose is not None)

    yield from inside(q.groups, "$", False)
    yield "$", not any(number in world.elsewhere and not world.ways[number] for number in world.taken)


def _amounts(world: World) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Yield for each plain threshold what it sees: what counts and what is held."""
    thresholds = [(f"$.rules[{i}]", clause, None) for i, clause in enumerate(world.q.rules)]
    found: list[tuple[str, Clause, str | None]] = [*thresholds]
    found += [
        (f"$.groups[{i}].rules[{j}]", clause, group.name)
        for i, group in enumerate(world.q.groups)
        if group.name in world.active
        for j, clause in enumerate(group.rules)
    ]
    for path, clause, here in found:
        if isinstance(clause, Threshold) and clause.each is None and clause.distinct is None:
            held, counted = (
                world.measure(clause.measure, world.seen(clause.scope, here, counted=counted))
                for counted in (False, True)
            )
            yield path, counted, held


def outcomes(selection: Selection, rule: Rule) -> list[Outcome]:
    """Return what every selection of the listed units and the entries violates, in every allocation."""
    entries = {entry.place: entry for entry in selection.entries}
    universe = [entries.get(unit.number) or Entry(unit=unit.number) for unit in rule.units]
    found: dict[Outcome, None] = {}
    size = 0
    for units in range(1 << len(universe)):
        part = selection.evolve(entries=[universe[bit] for bit in each_bit(units)])
        for way, pathways in enumerate(alternatives(part)):
            world = World(part, pathways)
            each = [world.options(number, may_drop=False) for number in world.held]
            for options in itertools.product(*each):
                size += 1
                if size > _LIMIT:
                    raise TooBigError
                world.place(dict(zip(world.held, options, strict=True)))
                every, world.limits = world.limits, []
                may_be = world.is_allowed()
                world.limits = every
                if may_be:
                    broken = frozenset(source for source, is_kept in _statements(world) if not is_kept)
                    found[Outcome(units, broken, way, tuple(_amounts(world)))] = None
    return list(found)


def compiled(selection: Selection) -> list[Rule]:
    """Return the rule of each pathway in question."""
    unusual = tuple(
        entry
        for entry in selection.entries
        if isinstance(entry.unit, str) or entry != Entry(unit=entry.number)
    )
    foreign = tuple(
        entry for entry in selection.entries if entry.number not in selection.qualification.units_by_number
    )
    return [
        read(
            selection.qualification,
            pathways,
            tuple(dict.fromkeys((*unusual, *foreign))),
            selection.conditions,
        )
        for pathways in ways(selection.qualification, selection.pathway)
    ]


Members = frozenset[str | int]


def _members(sources: Iterable[str], units: int) -> Members:
    return frozenset((*sources, *each_bit(units)))


def _smallest(sets: Iterable[Members]) -> list[Members]:
    """Return the sets that contain no other."""
    found: list[Members] = []
    for each in sorted(set(sets), key=len):
        if not any(other <= each for other in found):
            found.append(each)
    return found


def _hitting(sets: Iterable[Members]) -> set[Members]:
    """Return the minimal sets that have a member in common with each of *sets*."""
    found: list[Members] = [frozenset()]
    for each in sets:
        found = _smallest(
            wider for one in found for wider in ([one] if one & each else [one | {member} for member in each])
        )
    return set(found)


class Case(NamedTuple):
    """A selection, its rules, the chosen units as a mask, and what every selection violates."""

    selection: Selection
    rules: list[Rule]
    chosen: int
    outcomes: list[Outcome]


def _case(selection: Selection) -> Case:
    q = selection.qualification
    selection = selection.meet(*(each.name for each in q.conditions))
    clauses = [
        inner
        for clause in (
            *q.rules,
            *(rule for group in q.all_groups() for rule in group.rules),
            *(rule for pathway in q.pathways for rule in pathway.rules),
        )
        for inner in walk(clause)
    ]
    # words that only a unit from elsewhere has: what they ask for depends on whether it is there
    plain = all(isinstance(entry.unit, type(entry.number)) for entry in selection.entries)
    assume(plain or not any(isinstance(each, Threshold) and each.each for each in clauses))
    try:
        rules = compiled(selection)
        found = outcomes(selection, rules[0])
    except (TooBigError, TooManyAlternativesError):
        assume(False)
        raise
    chosen = sum(1 << rules[0].bits[entry.place] for entry in selection.entries)
    return Case(selection, rules, chosen, found)


def _nothing_seen(*_: object) -> View:
    return View(None, None)


def _impatient(patch: pytest.MonkeyPatch, how: int) -> None:
    """Let proofs do without a glance, or stop early besides: at once, or after a decision or two, without a walk."""
    if how:
        patch.setattr(Glance, "look", _nothing_seen)
    if how > 1:
        patch.setattr(refute, "_STEPS", 1)
        patch.setattr(refute, "_QUICK", 0)
        patch.setattr(refute, "_NODES", 8 * (how - 2))


@given(questions(largest=4), st.data(), st.sampled_from([0, 0, 0, 1, 2, 3]))
def test_conflicts_are_all_minimal_conflicts(selection: Selection, data: st.DataObject, how: int) -> None:
    """The conflicts are exactly the minimal sets of clauses and choices that no selection keeps to."""
    case = _case(selection)
    size = len(case.rules[0].units)
    must = banned = 0
    for bit in each_bit(((1 << size) - 1) & ~case.chosen):
        what = data.draw(st.sampled_from(["free", "free", "free", "must", "banned"]))
        must |= (what == "must") << bit
        banned |= (what == "banned") << bit
    resolving = [
        _members(each.violated, case.chosen & ~each.units)
        for each in case.outcomes
        if not must & ~each.units and not banned & each.units
    ]
    expected = _hitting(_smallest(resolving))
    if frozenset() in resolving:
        expected.clear()
    event(f"{min(len(expected), 3)} conflicts")
    with pytest.MonkeyPatch.context() as patch:
        _impatient(patch, how)
        budget = Budget(10**7)
        found = list(conflicts(case.rules, case.chosen, budget, must=must, banned=banned))
        assert found[:1] == [
            each for each in [conflict(case.rules, case.chosen, budget, must=must, banned=banned)] if each
        ]
    members = [_members(core.sources, core.choices) for core in found]
    assert len(set(members)) == len(members)
    assert set(members) == expected
    assert all(not core.choices & ~case.chosen for core in found)
    for core in found:
        event("several choices" if core.choices.bit_count() > 1 else "at most one choice")
        order = systems(tuple(case.rules)).sources
        assert list(core.sources) == sorted(core.sources, key=order.index)


@given(questions(largest=4), st.integers(0, 1))
def test_facts_are_what_the_other_members_allow(selection: Selection, how: int) -> None:
    """The most for a floor, the least for a ceiling, is what brute force finds where the other members hold."""
    case = _case(selection)
    budget = Budget(10**7)
    scale = case.rules[0].scale
    for core in itertools.islice(conflicts(case.rules, case.chosen, budget), 3):
        with pytest.MonkeyPatch.context() as patch:
            _impatient(patch, how)
            found = facts(case.rules, case.chosen, core, budget)
        for fact in found:
            event(f"{'floor' if fact.is_floor else 'ceiling'} of {fact.measure}")
            assert fact.source in core.sources
            assert fact.reachable < fact.bound if fact.is_floor else fact.reachable > fact.bound
            others = frozenset(core.sources) - {fact.source}
            amounts = {
                (counted, held)
                for each in case.outcomes
                if each.way == fact.way and not core.choices & ~each.units and not others & each.violated
                for path, counted, held in each.amounts
                if path == fact.source
            }
            if not amounts:
                continue
            unit = 1 if fact.measure is Measure.UNITS else scale
            clause = _clause(case.selection, fact.source)
            is_limit = _is_limit(clause)
            seen = [counted if fact.is_floor or is_limit else held for counted, held in amounts]
            assert Decimal(fact.reachable) / unit == (max(seen) if fact.is_floor else min(seen))


def _clause(selection: Selection, path: str) -> Clause:
    group, _, rule = path.rpartition(".rules[")
    holder = selection.qualification if group == "$" else selection.qualification.groups[int(group[9:-1])]
    return holder.rules[int(rule[:-1])]


@given(questions(largest=4), st.data())
def test_repairs_are_all_selections_that_are_ok_the_nearest_first(
    selection: Selection, data: st.DataObject
) -> None:
    """Repairs lead to every selection that satisfies the rule, in the order of what the edits cost."""
    case = _case(selection)
    rule = case.rules[0]
    size = len(rule.units)
    costs = data.draw(
        st.none()
        | st.lists(st.integers(1, 3), min_size=size, max_size=size).map(lambda each: dict(enumerate(each)))
    )
    banned = data.draw(st.integers(0, (1 << size) - 1)) & data.draw(st.integers(0, (1 << size) - 1))
    good = {each.units for each in case.outcomes if not each.violated}
    good = {units for units in good if not units & banned & ~case.chosen}
    entries = {entry.place: entry for entry in case.selection.entries}

    def credit(units: int) -> Decimal:
        part = case.selection.evolve(
            entries=[
                entries.get(rule.units[bit].number) or Entry(unit=rule.units[bit].number)
                for bit in each_bit(units)
            ]
        )
        held = World(part, alternatives(part)[0]).held
        return sum((each.unit.credit or Decimal(0) for each in held.values()), Decimal(0))

    def key(units: int) -> tuple[int, int, Decimal]:
        edits = units ^ case.chosen
        cost = sum(1 if costs is None else costs[bit] for bit in each_bit(edits))
        return cost, (case.chosen & ~units).bit_count(), credit(units)

    found = list(repairs(case.rules, case.chosen, Budget(10**9), banned=banned, costs=costs))
    results = [case.chosen & ~each.dropped | each.added for each in found]
    event("already OK" if case.chosen in good else "blocked or not")
    assert sorted(results) == sorted(good)
    assert [(each.cost, each.drops, Decimal(each.credit) / rule.scale) for each in found] == sorted(
        map(key, good)
    )
    assert [key(units) for units in results] == sorted(map(key, good))
    assert all(not each.dropped & ~case.chosen and not each.added & case.chosen for each in found)
    again = repairs(case.rules, case.chosen, Budget(10**9), banned=banned, costs=costs)
    assert list(again) == found
