"""Laws of conditions that a person may still meet: a completion is there exactly if units and conditions make one."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies_engine import examples

from roc.answers import Verdict
from roc.errors import LimitReachedError
from roc.groups import UnitGroup
from roc.numbers import UnitNumber
from roc.qualification import Condition, Qualification
from roc.rules import AllOf, Choice, Clause, Conditional, IsMet, Measure, Requires, Threshold
from roc.selection import Selection
from roc.solver import Solver
from roc.status import check
from roc.units import Unit

UNITS = ["M1", "M2", "M3"]
CONDITIONS = ["first aid", "placement", "age"]

_simple: st.SearchStrategy[Clause] = st.one_of(
    st.sampled_from(CONDITIONS).map(lambda name: IsMet(condition=name)),
    st.sampled_from(CONDITIONS).map(lambda name: IsMet(condition=name)),
    st.integers(1, 4).map(lambda n: Threshold(minimum=n)),
    st.integers(0, 2).map(lambda n: Threshold(maximum=n)),
    st.integers(1, 6).map(lambda n: Threshold(measure=Measure.CREDIT, minimum=n)),
    st.permutations(UNITS).map(lambda units: Requires(unit=units[0], units=[units[1]])),
)


def _nested(inner: st.SearchStrategy[Clause]) -> st.SearchStrategy[Clause]:
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        st.builds(Conditional, when=inner, then=inner),
        st.builds(AllOf, clauses=several),
        st.builds(Choice, at_least=st.integers(1, 2), options=several),
        st.builds(Choice, at_least=st.just(0), at_most=st.integers(0, 1), options=several),
    )


_clauses = st.recursive(_simple, _nested, max_leaves=4)


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    """Draw a rule with conditions in every place, and a selection with some of them met."""
    q = Qualification(
        title="Example",
        units=[Unit(number=number, credit=i + 1) for i, number in enumerate(UNITS)],
        groups=[UnitGroup(name="A", units=UNITS, rules=draw(st.lists(_clauses, max_size=2)))],
        conditions=[Condition(name=name) for name in CONDITIONS],
        rules=draw(st.lists(_clauses, min_size=1, max_size=3)),
    )
    units = draw(st.sets(st.sampled_from(UNITS), max_size=2))
    return Selection.of(q, sorted(units), conditions=draw(st.sets(st.sampled_from(CONDITIONS), max_size=2)))


def _larger(selection: Selection) -> list[Selection]:
    """Return every selection with more units and conditions that satisfies the rule, the smallest first."""
    units = [each for each in UNITS if each not in selection]
    conditions = [each for each in CONDITIONS if each not in selection.conditions]
    every = (
        Selection.of(
            selection.qualification,
            [*selection.numbers, *more],
            conditions=[*selection.conditions, *met],
        )
        for size in range(len(units) + 1)
        for more in itertools.combinations(units, size)
        for count in range(len(conditions) + 1)
        for met in itertools.combinations(conditions, count)
    )
    return [each for each in every if check(each).ok]


def _is_minimal(selection: Selection, solver: Solver) -> None:
    """Fail where the first conflict is none, or where it is one without a member, too."""
    conflict = solver.explain(selection)
    assert conflict is not None
    paths = set(conflict.paths)

    def can_be(paths: set[str], units: set[UnitNumber]) -> bool:
        q = selection.qualification
        rules = [each for i, each in enumerate(q.rules) if f"$.rules[{i}]" in paths]
        (group,) = q.groups
        inner = [each for i, each in enumerate(group.rules) if f"$.groups[0].rules[{i}]" in paths]
        part = q.evolve(rules=rules, groups=[group.evolve(rules=inner)])
        return bool(_larger(Selection.of(part, sorted(units), conditions=selection.conditions)))

    units = set(conflict.choices)
    assert not can_be(paths, units)
    for path in paths:
        assert can_be(paths - {path}, units)
    for unit in units:
        assert can_be(paths, units - {unit})


@examples(400)
@given(selections())
def test_a_completion_is_there_exactly_if_units_and_conditions_make_one(selection: Selection) -> None:
    """Every answer says of the units what is true of all selections with more units and conditions."""
    solver = Solver(selection.qualification)
    every = _larger(selection)
    found = solver.complete(selection)
    if not every:
        assert solver.verdict(selection) is Verdict.BLOCKED
        assert found is None
        _is_minimal(selection, solver)
        return
    assert found is not None
    assert check(found.selection).ok
    assert len(found.selection) == min(map(len, every))
    sets = {frozenset(each.numbers) for each in every}
    assert {frozenset(each.selection.numbers) for each in solver.completions(selection)} == sets
    assert solver.count(selection) == len(sets)
    options = solver.options(selection)
    for number in UNITS:
        in_some = any(number in each for each in every)
        in_all = all(number in each for each in every)
        if number not in selection:
            assert str(options[number].value) == ("forced" if in_all else "open" if in_some else "closed")


def test_a_condition_may_help_in_one_place_and_hinder_in_another() -> None:
    """It is looked at both ways: meeting it brings the second unit along."""
    q = Qualification(
        title="Example",
        units=[Unit(number=number) for number in UNITS],
        groups=[UnitGroup(name="A", units=UNITS, rules=[IsMet(condition="age")])],
        conditions=[Condition(name="age")],
        rules=[Conditional(when=IsMet(condition="age"), then=Threshold(minimum=2))],
    )
    found = Solver(q).complete(Selection.of(q))
    assert found is not None
    assert [str(each) for each in found.selection.numbers] == ["M1", "M2"]
    assert found.conditions == ("age",)


def test_too_many_such_conditions_are_a_limit() -> None:
    """Each of seven conditions is asked for and has a consequence."""
    names = [f"condition {i}" for i in range(7)]
    q = Qualification(
        title="Example",
        units=[Unit(number=number) for number in UNITS],
        conditions=[Condition(name=name) for name in names],
        rules=[
            *(IsMet(condition=name) for name in names),
            *(Conditional(when=IsMet(condition=name), then=Threshold(minimum=1)) for name in names),
        ],
    )
    with pytest.raises(LimitReachedError, match="more than 64 ways"):
        Solver(q).complete(Selection.of(q))
    assert Solver(q).verdict(Selection.of(q)) is Verdict.UNDECIDED


def test_no_more_conditions_are_named_than_are_needed() -> None:
    """Where either of two would do, one is named."""
    q = Qualification(
        title="Example",
        units=[Unit(number=number) for number in UNITS],
        conditions=[Condition(name="age"), Condition(name="placement")],
        rules=[
            Threshold(minimum=1),
            Choice(at_least=1, options=[IsMet(condition="age"), IsMet(condition="placement")]),
        ],
    )
    found = Solver(q).complete(Selection.of(q))
    assert found is not None
    assert found.conditions == ("placement",)
