"""The engine against a brute force, and the laws of a check."""

import itertools
import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from random import Random
from typing import Any, TypeVar, cast

import attrs
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from tests.oracle import NOTHING, Answer, Gap, TooBigError, World, best_part, solve, solve_for, world_of
from tests.strategies_engine import examples, qualifications, questions, selections

from roc._allocate import allocate
from roc._compiled import compiled
from roc._validate import clauses_with_paths
from roc.combination import best_combination
from roc.groups import GroupKind, Sharing, UnitGroup
from roc.messages import Severity
from roc.numbers import UnitNumber
from roc.qualification import PathwayKind, Qualification
from roc.rules import (
    Barred,
    Ceiling,
    Choice,
    Clause,
    Complete,
    Conditional,
    Measure,
    Scope,
    State,
    Threshold,
    walk,
)
from roc.selection import Selection
from roc.status import ClauseStatus, GroupStatus, Status, check

T = TypeVar("T")


def gap_of(status: Status) -> Gap:
    """Return the engine's packed gap as amounts of units, credit and hours."""
    packed, mask, scale = status._placed.gap, (1 << 64) - 1, status._compiled.scale
    return (
        Decimal(packed >> 128),
        Decimal(packed >> 64 & mask) / scale,
        Decimal(packed & mask) / scale,
    )


def expected_of(selection: Selection) -> Answer:
    """Return the brute force's answer for the nearest route."""
    try:
        answers = solve(selection)
    except TooBigError:
        assume(False)
        raise
    return min(answers.values(), key=lambda answer: answer.gap)


def errors_of(status: Status) -> list[str]:
    """Return the codes of the errors among the findings."""
    return [each.code for each in status.findings() if each.severity is Severity.ERROR]


def clauses_of(selection: Selection) -> list[Clause]:
    """Return every clause of the rule, inner ones too."""
    return [each for _, top, _ in clauses_with_paths(selection.qualification) for each in walk(top)]


# -- against the brute force ------------------------------------------------------------------------


@given(selection=questions())
@examples(600)
def test_check_agrees_with_the_brute_force(selection: Selection) -> None:
    """Verdict, gap, credit, units, allocation and surplus are those of the best of all allocations."""
    expected = expected_of(selection)
    status = check(selection)
    assert gap_of(status) == expected.gap
    assert status.ok is expected.ok
    assert status.exact
    assert status.credit == expected.credit
    assert status.units == expected.units
    assert dict(status.allocation) == {
        number: tuple(name for name in option.groups if name) for number, option in expected.options.items()
    }
    world = world_of(selection, expected)
    assert status.guided_learning_hours == world.measure(Measure.GLH, world.counted)
    idle = [number for number in world.held if number not in world.counted]
    assert status.additional == tuple(
        number for number in idle if not world.ways[number] and number not in world.elsewhere
    )
    assert status.surplus == tuple(
        number
        for number in idle
        if any(world.counting.get(name, True) for way in world.ways[number] for name in way)
    )


@given(selection=questions())
@examples(300)
def test_every_clause_and_group_agrees_with_the_brute_force(selection: Selection) -> None:
    """The tree behind the verdict says of each clause and group what sets and sums say of it."""
    expected = expected_of(selection)
    status = check(selection)
    world = world_of(selection, expected)
    assert [each.clause for each in status.clauses] == world.clauses
    for each in status.clauses:
        _compare(each, world, None)
    assert list(status.groups) == list(world.active)
    for name, found in status.groups.items():
        assert found.ok is (world.group(found.group) == NOTHING)
        placed = world.placed.get(name, set())
        assert set(found.units) == placed
        assert set(found.counted) == placed & world.counted
        below = {n for each in world.inside[name] for n in world.placed.get(each, set())} & world.counted
        assert found.unit_count == len(below)
        assert found.credit == world.measure(Measure.CREDIT, below)
        own = [each for each in found.clauses if each.clause is not None]
        assert [each.clause for each in own] == list(found.group.rules)
        for each in own:
            _compare(each, world, name)


def _compare(status: ClauseStatus, world: World, here: str | None) -> None:
    clause = status.clause
    assert clause is not None
    gap = world.gap(clause, here)
    assert status.ok is (gap == NOTHING)
    if isinstance(clause, Threshold) and clause.each is None:
        low, high = world.bounds(clause)
        assert (status.required, status.allowed) == (low, high)
        assert status.shortfall + status.excess == sum(gap)
        if clause.distinct is None:
            counted = world.measure(clause.measure, world.seen(clause.scope, here, counted=True))
            taken = world.measure(clause.measure, world.seen(clause.scope, here, counted=False))
            if low is not None or clause.ceiling is Ceiling.COUNTS:
                assert status.actual == counted
            if high is not None and clause.ceiling is Ceiling.TAKEN:
                assert status.taken == taken


@given(selection=questions(largest=4))
@examples(200)
def test_every_pathway_agrees_with_the_brute_force(selection: Selection) -> None:
    """Which routes and specialisations are earned is what a brute force on each of them finds."""
    q = selection.qualification
    assume(q.pathways)
    status = check(selection)
    routes = [each for each in q.pathways if each.kind is not PathwayKind.SPECIALISATION]
    chosen = [each for each in routes if each.name == status.pathway] or [
        each for each in status._compiled.pathways if each in routes
    ]
    try:
        for pathway in q.pathways:
            if pathway.name not in status.pathways:
                assert pathway in routes
                assert selection.pathway is not None
                continue
            rules = (pathway,) if pathway in routes else (*chosen, pathway)
            expected = solve_for(selection, rules)
            assert status.pathways[pathway.name].ok is expected.ok
            assert (pathway.name in status.earned) is expected.ok
    except TooBigError:
        assume(False)


@given(achieved=questions(largest=4))
@examples(300)
def test_best_combination_agrees_with_the_brute_force(achieved: Selection) -> None:
    """It satisfies the rule exactly if some part of what was achieved does, and is the best such part."""
    try:
        expected = best_part(achieved)
    except TooBigError:
        assume(False)
        raise
    found = best_combination(achieved)
    assert found.exact
    assert found.ok is expected.ok
    assert found.selection.numbers == expected.taken
    assert gap_of(found.status) <= expected.gap  # a check may break a ceiling, the best part keeps to it
    if found.ok:
        assert found.status.credit == expected.credit
        assert found.status.units == expected.units
    counted = [number for number, option in expected.options.items() if option.counts]
    assert not found.ok or {*found.surplus} <= {*achieved.numbers} - {*counted}


# -- the two views of the engine --------------------------------------------------------------------


def _tree(status: Status) -> Iterator[ClauseStatus]:
    pending = [*status.clauses]
    pending += [clause for group in status.groups.values() for clause in group.clauses]
    while pending:
        each = pending.pop()
        pending += each.parts
        yield each


@given(selection=questions())
@examples(300)
def test_not_ok_always_says_why(selection: Selection) -> None:
    """A clause, a group and a whole are OK exactly where they have no error to report."""
    status = check(selection)
    for clause in _tree(status):
        assert clause.ok is (not clause.messages)
    for group in status.groups.values():
        assert group.ok is (not group.messages)
    assert status.ok is (not errors_of(status))
    for each in status.pathways.values():
        assert each.ok is (not errors_of(each))
    assert bool(status) is status.ok


@given(selection=questions())
@examples(200)
def test_groups_that_do_not_bind_have_no_say(selection: Selection) -> None:
    """A verdict is that of the clauses over everything and of the groups that bind."""
    status = check(selection)

    def binding(groups: Iterable[GroupStatus]) -> Iterator[GroupStatus]:
        for group in groups:
            if group.binding:
                yield group
                yield from binding(group.groups)

    held = all(each.ok for each in status.clauses) and all(
        clause.ok for group in binding(status.top_groups) for clause in group.clauses
    )
    outside = any(each.code in {"unit.outside-pathway", "group.mixed"} for each in status.findings())
    assert status.ok is (held and not outside)


# -- laws --------------------------------------------------------------------------------------------


@given(selection=questions())
@examples(100)
def test_check_is_deterministic(selection: Selection) -> None:
    """The same question gives the same answer, from a copy of everything as well."""
    status = check(selection)
    again = check(pickle.loads(pickle.dumps(selection)))
    assert again == status
    assert hash(again) == hash(status)
    assert again.findings() == status.findings()
    assert again.groups == status.groups
    assert again.clauses == status.clauses
    copy = pickle.loads(pickle.dumps(status))
    assert copy == status
    assert copy.findings() == status.findings()
    assert copy.earned == status.earned


def _brings_words(selection: Selection) -> bool:
    """Tell whether a unit that is not listed may bring a word that a minimum then asks for."""
    listed = selection.qualification.units_by_number
    return any(each.number not in listed for each in selection) and any(
        isinstance(each, Threshold) and each.each is not None for each in clauses_of(selection)
    )


@given(data=st.data())
@examples(300)
def test_adding_a_unit_never_breaks_a_rule_of_minima(data: st.DataObject) -> None:
    """With floors only, more is never worse, and the gap never grows."""
    q = data.draw(qualifications(minima=True, routes=False))
    selection = data.draw(selections(q))
    missing = [unit.number for unit in q.units if unit.number not in selection]
    assume(missing)
    more = selection.add(data.draw(st.sampled_from(missing)))
    before, after = check(selection), check(more)
    assert gap_of(after) <= gap_of(before)
    assert after.ok or not before.ok


@given(data=st.data())
@examples(300)
def test_both_readings_of_a_rule_of_minima_agree(data: st.DataObject) -> None:
    """With floors only, a selection is OK as it stands exactly if some part of it is."""
    selection = data.draw(selections(data.draw(qualifications(minima=True, routes=False))))
    assume(not _brings_words(selection))
    best = best_combination(selection)
    assert best.ok is check(selection).ok
    assert best.selection == selection


@given(achieved=questions(largest=4))
@examples(200)
def test_a_best_combination_exists_exactly_if_some_part_is_ok(achieved: Selection) -> None:
    """Best combination and check, the two faces of the engine, agree on every part."""
    found = best_combination(achieved)
    entries = found.selection.entries
    assert set(entries) <= set(achieved.entries)
    parts = [
        achieved.evolve(entries=part)
        for size in range(len(achieved) + 1)
        for part in itertools.combinations(achieved.entries, size)
    ]
    assert found.ok is any(check(part).ok for part in parts)
    assert found.ok is check(found.selection).ok
    if found.ok:
        assert best_combination(found.selection).selection == found.selection
        assert found.status.credit == max(check(part).credit for part in parts if check(part).ok)


_RELAXABLE = (Conditional, Complete)


@given(data=st.data())
@examples(300)
def test_relaxing_a_bound_never_breaks_a_rule(data: st.DataObject) -> None:
    """A smaller minimum and a larger maximum keep OK what was OK, where nothing asks for failure."""
    selection = data.draw(questions())
    for each in clauses_of(selection):
        assume(not isinstance(each, _RELAXABLE))
        assume(not (isinstance(each, Choice) and each.at_most is not None))
        assume(not (isinstance(each, Threshold) and each.percent))
    q = selection.qualification
    paths = [path for path, clause, _ in clauses_with_paths(q) if isinstance(clause, Threshold)]
    assume(paths)
    path = data.draw(st.sampled_from(paths))

    def relaxed(here: str, clause: Clause) -> Clause:
        if here != path or not isinstance(clause, Threshold):
            return clause
        low, high = clause.minimum, clause.maximum
        return clause.evolve(
            minimum=None if low is None else max(Decimal(0), low - 1),
            maximum=None if high is None else high + 1,
        )

    assert check(selection.evolve(qualification=_with_rules(q, relaxed))).ok or not check(selection).ok


def _with_rules(q: Qualification, change: Callable[[str, Clause], Clause]) -> Qualification:
    def rules(path: str, clauses: Iterable[Clause]) -> list[Clause]:
        return [change(f"{path}.rules[{i}]", each) for i, each in enumerate(clauses)]

    def groups(path: str, inner: Iterable[UnitGroup]) -> list[UnitGroup]:
        return [
            each.evolve(
                rules=rules(f"{path}.groups[{i}]", each.rules),
                groups=groups(f"{path}.groups[{i}]", each.groups),
            )
            for i, each in enumerate(inner)
        ]

    return q.evolve(
        rules=rules("$", q.rules),
        groups=groups("$", q.groups),
        pathways=[
            each.evolve(rules=rules(f"$.pathways[{i}]", each.rules)) for i, each in enumerate(q.pathways)
        ],
    )


def _kind(value: object) -> Any:
    return type(value)


def _mapped(value: T, names: Callable[[str], str], numbers: Callable[[UnitNumber], UnitNumber]) -> T:
    """Return *value* with its groups and units renamed, however deep they stand."""

    def go(each: Any, name: str, owner: object) -> Any:
        if isinstance(each, UnitNumber):
            return numbers(each)
        if isinstance(each, str):
            is_group = (name == "name" and isinstance(owner, UnitGroup)) or (
                name in {"groups", "group"} and isinstance(owner, Scope | Sharing | Complete)
            )
            return names(each) if is_group else each
        if isinstance(each, tuple):
            return tuple(go(inner, name, owner) for inner in cast("tuple[Any, ...]", each))  # type: ignore[redundant-cast] # the other checker needs it
        kind = _kind(each)
        if attrs.has(kind) and hasattr(each, "evolve"):
            changes = {
                field.name: go(getattr(each, field.name), field.name, each) for field in attrs.fields(kind)
            }
            return kind(**changes)
        return each

    return go(value, "", None)  # type: ignore[no-any-return] # any value goes in and comes out


@given(selection=questions())
@examples(150)
def test_names_do_not_matter(selection: Selection) -> None:
    """Renaming every group and unit changes no verdict, no gap and no amount."""
    renamed = _mapped(
        selection, lambda name: f"Group ({name}), so to say", lambda number: UnitNumber(f"Z{number}z")
    )
    before, after = check(selection), check(renamed)
    assert (after.ok, gap_of(after), after.credit, after.units) == (
        before.ok,
        gap_of(before),
        before.credit,
        before.units,
    )
    assert len(after.surplus) == len(before.surplus)


def _shuffled(value: T, random: Random) -> T:
    """Return *value* with everything that has no meaning by its order in another order."""

    def mixed(values: Iterable[Any]) -> list[Any]:
        found = [go(each) for each in values]
        random.shuffle(found)
        return found

    def go(each: Any) -> Any:
        match each:
            case Qualification():
                return each.evolve(
                    units=mixed(each.units),
                    groups=mixed(each.groups),
                    rules=_bounds_first(mixed(each.rules)),
                    sharing=mixed(each.sharing),
                    pathways=mixed(each.pathways),
                )
            case UnitGroup():
                return each.evolve(
                    units=mixed(each.units), groups=mixed(each.groups), rules=mixed(each.rules)
                )
            case Choice():
                return each.evolve(options=mixed(each.options))
            case Sharing():
                return each.evolve(groups=mixed(each.groups))
            case _:
                return each

    return go(value)  # type: ignore[no-any-return] # any value goes in and comes out


def _bounds_first(rules: list[Clause]) -> list[Clause]:
    """Put the larger of several plain totals first: a share is one of the first total."""
    return sorted(rules, key=str)


@given(selection=questions(), random=st.randoms(use_true_random=False))
@examples(200)
def test_order_does_not_matter(selection: Selection, random: Random) -> None:
    """Declaring units, groups, clauses and options in another order changes no verdict and no gap."""
    plain = [
        each.measure
        for each in clauses_of(selection)
        if isinstance(each, Threshold) and each.scope == Scope() and each.minimum is not None
    ]
    has_shares = any(isinstance(each, Threshold) and each.percent for each in clauses_of(selection))
    assume(not has_shares or len(plain) == len(set(plain)))
    other = selection.evolve(qualification=_shuffled(selection.qualification, random))
    before, after = check(selection), check(other)
    assert after.ok is before.ok
    assert gap_of(after) == gap_of(before)
    assert {*after.earned} >= {*before.earned} or selection.pathway is None


@given(selection=questions(), limit=st.sampled_from([1, 40, 200]))
@examples(150)
def test_a_limit_is_never_a_guess(selection: Selection, limit: int) -> None:
    """Under any limit the allocation keeps the rules of places, and OK is OK."""
    taken, special, states = selection._bits
    status = check(selection)
    rule = compiled(selection.qualification, status._compiled.pathways, special)
    found = allocate(rule, taken, states, selection.conditions, limit=limit)
    assert found.taken == taken
    assert found.gap >= status._placed.gap
    assert found.exact or found.gap
    if found.exact:
        assert found.gap == status._placed.gap


# -- the generator itself ------------------------------------------------------------------------------


def _features(selection: Selection) -> Iterator[str]:
    q = selection.qualification
    status = check(selection)
    yield f"ok {status.ok}"
    yield f"best ok {best_combination(selection).ok}"
    groups = list(q.all_groups())
    listed = Counter(number for group in groups for number in group.units)
    yield from (type(each).__name__ for each in clauses_of(selection))
    for each in clauses_of(selection):
        if isinstance(each, Threshold):
            yield f"{each.measure.value} {each.ceiling.value}"
            yield from (name for name in ("if_used", "percent", "distinct", "each") if getattr(each, name))
            yield from (
                name
                for name in attrs.asdict(each.scope)
                if getattr(each.scope, name) != getattr(Scope(), name)
            )
        if isinstance(each, Barred):
            yield f"barred {each.ceiling.value}"
        if isinstance(each, Choice) and each.at_most is not None:
            yield "choice with a ceiling"
    if any(count > 1 for count in listed.values()):
        yield "overlap"
    for group in groups:
        yield f"kind {group.kind.value}"
        yield from ["nested"] * bool(group.groups)
        yield from ["choose"] * (group.choose is not None)
        yield from ["not mixed"] * (not group.mixing)
        yield from ["no counting"] * (not group.counts)
        if group.opening is not None:
            yield f"open to listed {group.opening.listed}"
        yield from ["of a pathway"] * bool(group.pathways)
    for sharing in q.sharing:
        yield f"sharing capped {sharing.at_most is not None}"
    for pathway in q.pathways:
        yield pathway.kind.value
    yield f"exempt counts {q.exempt_credit_counts}"
    for entry in selection:
        yield f"state {entry.state.value}"
        yield from ["in place of"] * (entry.in_place_of is not None)
        yield from ["imported"] * (entry.place not in q.units_by_number)
        yield from ["own credit"] * (entry.credit is not None)
    yield from ["surplus"] * bool(status.surplus)
    yield from ["additional"] * bool(status.additional)
    yield from ["shared"] * any(len(names) > 1 for names in status.allocation.values())
    yield from (message.code for message in status.findings())
    yield from ["free"] * bool(selection._bits[0] & status._compiled.free)


_CONSTRUCTS = [
    *("Threshold", "Linked", "Barred", "Requires", "IsMet", "Complete", "AllOf", "Choice", "Conditional"),
    *(f"{measure.value} {ceiling.value}" for measure in Measure for ceiling in Ceiling),
    *("if_used", "percent", "distinct", "each", "barred taken", "barred counts", "choice with a ceiling"),
    *(field.name for field in attrs.fields(Scope)),
    *(f"kind {kind.value}" for kind in GroupKind),
    *("overlap", "nested", "choose", "not mixed", "no counting", "of a pathway", "free", "shared"),
    *("open to listed True", "open to listed False", "sharing capped True", "sharing capped False"),
    *(kind.value for kind in PathwayKind),
    *("exempt counts True", "exempt counts False"),
    *(f"state {state.value}" for state in State),
    *("in place of", "imported", "own credit", "surplus", "additional"),
    *("ok True", "ok False", "best ok True", "best ok False"),
    *("group.mandatory-missing", "group.choice-short", "group.mixed", "group.groups-not-ok"),
    *("unit.outside-pathway", "pathway.none-earned", "linked.incomplete", "barred.together"),
    *("requires.missing", "condition.not-met", "conditional.not-met", "choice.short", "choice.over"),
    *("threshold.short", "threshold.over", "threshold.kinds-short", "threshold.kinds-over"),
    *("qualification.units-short", "qualification.credit-over", "group.units-short", "group.credit-over"),
]


def test_the_generator_makes_every_construct() -> None:
    """Every construct, message and verdict occurs in the first few hundred generated questions."""
    seen: Counter[str] = Counter()

    @given(selection=questions())
    @settings(
        max_examples=1200,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    def collect(selection: Selection) -> None:
        seen.update(set(_features(selection)))

    collect()
    missing = [each for each in _CONSTRUCTS if not seen[each]]
    assert not missing, missing
    assert min(seen["ok True"], seen["ok False"], seen["free"]) >= 20
