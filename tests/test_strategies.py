"""The strategies: what they reach, how they shrink and print, and that they keep their word."""

import importlib
import itertools
import os
import re
import subprocess
import sys
import tomllib
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from hypothesis.vendor.pretty import pretty

import roc
from roc import formats, strategies
from roc._hypothesis import _TYPES, _Watch
from roc._validate import clauses_with_paths
from roc.rules import walk
from roc.strategies._wholes import satisfiable_part

T = TypeVar("T")

_ROOT = Path(__file__).parent.parent
_SLOW: Final[list[HealthCheck]] = [
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
]
_EXACT = settings(
    max_examples=300,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=_SLOW,
)
"""The same examples in every run: what is counted does not vary."""

_CODE: Final = {name: getattr(roc, name) for name in roc.__all__}


def drawn(strategy: st.SearchStrategy[T], number: int = 300) -> list[T]:
    """Return so many examples of a strategy, the same in every run."""
    found: list[T] = []

    @settings(_EXACT, max_examples=number)
    @given(strategy)
    def collect(value: T) -> None:
        found.append(value)

    collect()
    return found


def smallest(strategy: st.SearchStrategy[T], fits: Callable[[T], bool]) -> T:
    """Return what a failing example ends as."""
    quick = settings(max_examples=1000, database=None, derandomize=True, suppress_health_check=_SLOW)
    return find(strategy, fits, settings=quick)


def simple(number: int, *rules: str) -> roc.Qualification:
    """Return a rule of so many units and these sentences."""
    units = [roc.Unit(number=f"M{place}") for place in range(1, number + 1)]
    return roc.Qualification(title="A", units=units, rules=list(map(roc.parse, rules)))


def clauses_of(q: roc.Qualification) -> Iterator[tuple[roc.Clause, bool]]:
    """Yield every clause, and whether it stands inside another."""
    for _, top, _ in clauses_with_paths(q):
        for each in walk(top):
            yield each, each is not top


def features(q: roc.Qualification) -> Iterator[str]:
    """Yield the features of the model that a rule has."""
    for clause, is_inner in clauses_of(q):
        yield type(clause).__name__
        if is_inner:
            yield f"{type(clause).__name__} inside"
        match clause:
            case roc.Threshold():
                yield f"measure {clause.measure}"
                for name in ("if_used", "percent", "distinct", "each"):
                    if getattr(clause, name):
                        yield name
                if clause.minimum is not None and clause.maximum is not None:
                    yield "floor and ceiling"
                if clause.maximum is not None:
                    yield f"ceiling {clause.ceiling}"
                for name in ("groups", "units", "except_units", "tags", "states", "imported", "size_from"):
                    if getattr(clause.scope, name):
                        yield f"scope {name}"
                if clause.scope.level_from is not None or clause.scope.level_to is not None:
                    yield "scope level"
            case roc.Barred():
                yield f"barred {clause.ceiling}"
            case roc.Requires() if clause.at_least is not None:
                yield "requires some"
            case roc.Choice() if clause.at_most is not None:
                yield "choice with a maximum"
            case _:
                pass
    groups = list(q.all_groups())
    lists = Counter(number for group in groups for number in group.units)
    if max(lists.values(), default=0) > 1:
        yield "overlap"
    for group in groups:
        yield f"group {group.kind}"
        if group.groups:
            yield "nesting"
            yield from ("nesting twice" for each in group.groups if each.groups)
        if group.choose is not None:
            yield "choose" if group.mixing else "choose without mixing"
        if not group.counts:
            yield "group that does not count"
        if group.pathways:
            yield "group of a pathway"
        if group.opening is not None:
            yield "opening to listed units" if group.opening.listed else "opening"
    yield from (f"pathway {each.kind}" for each in q.pathways)
    yield from ("sharing" if each.at_most is None else "capped sharing" for each in q.sharing)
    if q.conditions:
        yield "conditions"
    if not q.exempt_credit_counts:
        yield "exemptions without credit"


def header_features(q: roc.Qualification) -> Iterator[str]:
    """Yield the features of the header that a rule has."""
    names = ("number", "level", "top_level", "operational_start", "operational_end", "certification_end")
    for name in (*names, "review_date", "total_qualification_time", "examples", "version"):
        if getattr(q, name):
            yield name
    yield from (f"example {each.ok}" for each in q.examples)
    yield from ("without credit" for unit in q.units if unit.credit is None)
    yield from ("without hours" for unit in q.units if unit.guided_learning_hours is None)


def selection_features(selection: roc.Selection) -> Iterator[str]:
    """Yield the features that a selection has."""
    for entry in selection:
        yield f"state {entry.state}"
        if entry.credit is not None:
            yield "credit of its own"
        if isinstance(entry.unit, roc.Unit):
            yield "imported" if entry.in_place_of is None else "in place of another"
    if selection.pathway is not None:
        yield "pathway"
    if selection.conditions:
        yield "conditions"


_CLAUSES = ["Threshold", "Linked", "Barred", "Requires", "IsMet", "Complete", "Choice", "Conditional"]
_FEATURES = [
    *_CLAUSES,
    *(f"{name} inside" for name in _CLAUSES),
    *("AllOf", "measure units", "measure credit", "measure glh", "if_used", "percent", "distinct", "each"),
    *("floor and ceiling", "ceiling taken", "ceiling counts", "barred taken", "barred counts"),
    *("scope groups", "scope units", "scope except_units", "scope tags", "scope states", "scope imported"),
    *("scope size_from", "scope level", "requires some", "choice with a maximum", "overlap"),
    *("group mandatory", "group optional", "nesting", "nesting twice", "choose", "choose without mixing"),
    *("group that does not count", "group of a pathway", "opening", "opening to listed units"),
    *("pathway pathway", "pathway award", "pathway specialisation", "sharing", "capped sharing"),
    *("conditions", "exemptions without credit"),
]


def test_rules_reach_every_feature_of_the_model() -> None:
    """Within 400 rules every construct occurs, each in several of them."""
    found = Counter(name for q in drawn(strategies.qualifications(), 400) for name in set(features(q)))
    assert {name: found[name] for name in _FEATURES if found[name] < 3} == {}
    assert set(found) - set(_FEATURES) <= {"AllOf inside"}


def test_headers_and_selections_reach_every_feature() -> None:
    """Numbers, dates, worked examples of both verdicts; every state, imports, stand-ins, pathways, conditions."""
    rules = drawn(strategies.qualifications(headers=True, measured=False), 200)
    names = {name for q in rules for name in header_features(q)}
    assert len(names) == 8 + 2 + 2, (
        names
    )  # versions are texts, and empty; hours are drawn with odd rules only
    chosen = drawn(strategies.selections(), 400)
    found = {name for each in chosen for name in selection_features(each)}
    others = {"credit of its own", "imported", "in place of another", "pathway", "conditions"}
    assert found == {*(f"state {each}" for each in roc.State), *others}


@pytest.mark.parametrize(
    ("dials", "absent"),
    [
        ({"relations": False}, {"Linked", "Barred", "Requires"}),
        ({"ceilings": False}, {"ceiling taken", "ceiling counts", "choice with a maximum"}),
        ({"nested": False}, {"Choice", "Conditional", "AllOf"}),
        ({"overlap": False}, {"overlap"}),
        ({"sharing": False}, {"sharing", "capped sharing"}),
        ({"openings": False}, {"opening", "opening to listed units"}),
        ({"pathways": False}, {"pathway pathway", "pathway award", "group of a pathway"}),
        ({"conditions": False}, {"conditions", "IsMet"}),
        ({"max_depth": 0}, {"nesting", "choose"}),
        ({"max_depth": 1}, {"nesting twice"}),
        ({"max_groups": 0}, {"group optional", "Complete", "sharing"}),
        ({"minima": True}, {"ceiling taken", "Linked", "Barred", "if_used", "Conditional", "IsMet"}),
    ],
)
def test_a_dial_turns_its_constructs_off(dials: dict[str, Any], absent: set[str]) -> None:
    """What a dial excludes never occurs."""
    rules = drawn(strategies.qualifications(**dials), 50)
    found = {name for q in rules for name in features(q)}
    assert found & absent == set()
    assert "Threshold" in found


def test_sizes_are_as_asked() -> None:
    """All sizes within the dials occur, and no others."""
    rules = drawn(strategies.qualifications(min_units=2, max_units=6, min_groups=1, max_groups=8), 250)
    assert {len(q.units) for q in rules} == {2, 3, 4, 5, 6}
    assert {len(q.groups_by_name) for q in rules} == set(range(1, 9))
    assert {unit.level for q in rules for unit in q.units} == {
        None,
        *(roc.Level(each) for each in (1, 2, 3, "Entry 3")),
    }


def test_there_can_be_more_groups_than_letters() -> None:
    """After H the names of groups go on with G9, and none occurs twice."""
    (q,) = drawn(strategies.qualifications(min_groups=10, max_groups=10, max_depth=0, max_rules=0), 1)
    assert [each.name for each in q.groups] == [*"ABCDEFGH", "G9", "G10"]


@pytest.mark.parametrize(
    ("dials", "problems"),
    [
        ({"min_units": 0}, ["$.min_units: 0 is not a whole number from 1"]),
        ({"min_units": 4, "max_units": 3}, ["$.max_units: 3 is not a whole number from 4"]),
        ({"min_groups": 5}, ["$.max_groups: 4 is not a whole number from 5"]),
        ({"max_groups": True}, ["$.max_groups: True is not a whole number from 0"]),
        (
            {"min_units": "2", "max_depth": -1, "max_rules": 0.5},
            [
                "$.min_units: '2' is not a whole number from 1",
                "$.max_depth: -1 is not a whole number from 0",
                "$.max_rules: 0.5 is not a whole number from 0",
            ],
        ),
    ],
)
def test_dials_that_make_no_sense_are_refused(dials: dict[str, Any], problems: list[str]) -> None:
    """Sizes that no rule has are errors when they are asked for, all of them at once."""
    with pytest.raises(roc.InvalidData) as caught:
        strategies.qualifications(**dials)
    assert list(map(str, caught.value.exceptions)) == problems


@pytest.mark.parametrize(
    ("ask", "problem"),
    [
        (lambda: strategies.edits(roc.Selection.of(simple(1)), max_size=-1), r"\$.max_size: -1 is not"),
        (lambda: strategies.catalogues(min_size=-1), r"\$.min_size: -1 is not a whole number from 0"),
        (lambda: strategies.catalogues(min_size=4), r"\$.max_size: 3 is not a whole number from 4"),
        (
            lambda: strategies.broken_files("no titel"),
            r"\$.faults\[0\]: there is no fault 'no titel'; did you mean no title",
        ),
        (
            lambda: drawn(strategies.clauses(roc.Threshold, roc.Linked, units=["M1"])),
            r"\$.kinds\[1\]: there is no Linked over these units, groups and conditions",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(ask: Callable[[], object], problem: str) -> None:
    """Sizes, kinds and faults that there are not are errors in words."""
    with pytest.raises(roc.InvalidData) as caught:
        ask()
    assert re.search(f"^this cannot be drawn:\n- {problem}", str(caught.value))


@pytest.mark.parametrize("kind", [roc.Linked, roc.Choice, roc.Complete, roc.IsMet])
def test_clauses_are_of_the_kinds_asked_for(kind: type[roc.Clause]) -> None:
    """Asked for one kind or two, no other is drawn."""
    found = {type(each) for each in drawn(strategies.clauses(kind, roc.Threshold), 30)}
    assert found == {kind, roc.Threshold}


# -- satisfiable or not -----------------------------------------------------------------------------


def some_selection_is_ok(q: roc.Qualification) -> bool:
    """Tell by brute force whether listed units satisfy a rule, on any pathway, whatever conditions are met."""
    numbers = list(q.units_by_number)
    names = [each.name for each in q.conditions]
    return any(
        roc.check(roc.Selection.of(q, units, conditions=met)).ok
        for size in range(len(numbers) + 1)
        for units in itertools.combinations(numbers, size)
        for met in (names, (), *itertools.combinations(names, 1))
    )


@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize("wanted", [True, False])
def test_a_rule_is_as_satisfiable_as_asked(wanted: bool, odd: bool) -> None:
    """The brute force says what the dial says, and where nothing fits, the solver finds no unit from elsewhere."""
    dials: dict[str, Any] = {"measured": False, "headers": True, "odd": True} if odd else {}
    rules = drawn(strategies.qualifications(max_units=4, satisfiable=wanted, **dials), 25 if odd else 80)
    for q in rules:
        assert some_selection_is_ok(q) is wanted
        if not wanted:
            assert roc.Solver(q).verdict(roc.Selection.of(q)) in {"blocked", "undecided"}
    assert "minimum" in repr(rules)


def test_unsatisfiable_rules_of_minima_have_minima_only() -> None:
    """Two dials together hold what each of them promises."""
    rules = drawn(strategies.qualifications(max_units=4, minima=True, satisfiable=False), 25)
    assert not any(some_selection_is_ok(q) for q in rules)
    assert not {"ceiling taken", "Barred"} & {name for q in rules for name in features(q)}


def test_either_is_both() -> None:
    """Without a wish a good part of the rules is satisfiable, and a good part is not."""
    share = sum(map(some_selection_is_ok, drawn(strategies.qualifications(max_units=4), 100))) / 100
    assert 0.25 < share < 0.75


def test_satisfiable_rules_keep_what_makes_them_rules() -> None:
    """Nearly every feature is left in rules that are made satisfiable."""
    rules = drawn(strategies.qualifications(satisfiable=True), 150)
    found = {name for q in rules for name in features(q)}
    assert len(set(_FEATURES) - found) <= 4, set(_FEATURES) - found


def test_a_choice_between_groups_that_cannot_be_complete_is_eased() -> None:
    """A group whose sub-groups are all impossible asks for nothing in the end."""
    q = roc.loads(
        """
        {"title": "A", "units": [{"number": "M1"}], "groups": [{"name": "A", "choose": 1, "groups": [
        {"name": "B", "rules": ["at least 1 unit"]}, {"name": "C", "rules": ["at least 2 units"]}]}]}
        """,
        "json",
    )
    eased = satisfiable_part(q)
    assert roc.check(roc.Selection.of(eased)).ok
    assert [each.rules for each in eased.all_groups()] == [(), (), ()]


def test_a_rule_with_too_many_alternatives_is_eased() -> None:
    """What the solver can't look through keeps its plain clauses."""
    pairs = [roc.parse(f"any of (all of M{n}) or (all of M{n + 1})") for n in range(1, 14)]
    q = roc.Qualification(
        title="A",
        units=[roc.Unit(number=f"M{n}") for n in range(1, 15)],
        groups=[roc.UnitGroup(name="A", units=[f"M{n}" for n in range(1, 15)])],
        rules=[roc.parse("at least 2 units"), *pairs],
    )
    assert satisfiable_part(q).rules == (roc.parse("at least 2 units"),)
    assert drawn(strategies.blocked_selections(q) | st.just(None), 5) == [None]
    assert drawn(strategies.complete_selections(q) | st.just(None), 5) == [None]


# -- selections -------------------------------------------------------------------------------------


def _with(
    make: Callable[[roc.Qualification], st.SearchStrategy[roc.Selection]], **dials: Any
) -> st.SearchStrategy[roc.Selection]:
    return strategies.qualifications(**dials).flatmap(make)


def test_complete_selections_are_complete() -> None:
    """Each satisfies its rule; there are small and large ones."""
    found = drawn(_with(strategies.complete_selections, satisfiable=True), 50)
    assert all(roc.check(each).ok for each in found)
    assert {len(each) for each in found} >= {0, 1, 2, 3}
    assert {each.pathway is None for each in found} == {True, False}


def test_every_complete_selection_can_be_drawn() -> None:
    """Of a small rule each complete selection occurs."""
    q = simple(4, "at least 2 units")
    assert len(set(drawn(strategies.complete_selections(q), 150))) == 6 + 4 + 1


def test_completable_selections_can_be_finished_and_are_not() -> None:
    """The solver's verdict is what the name says."""
    for each in drawn(_with(strategies.completable_selections, satisfiable=True), 50):
        assert roc.Solver(each.qualification).verdict(each) is roc.Verdict.COMPLETABLE


def test_blocked_selections_are_blocked() -> None:
    """The solver's verdict is what the name says."""
    for each in drawn(_with(strategies.blocked_selections), 50):
        assert roc.Solver(each.qualification).verdict(each) is roc.Verdict.BLOCKED


def test_where_there_is_none_none_is_drawn() -> None:
    """No blocked selection of minima, no complete one of a rule that nothing satisfies."""
    q = simple(1, "at least 1 unit")
    assert drawn(strategies.blocked_selections(q) | st.just(None), 5) == [None]
    q = q.evolve(rules=[roc.parse("at least 2 units")])
    assert drawn(strategies.complete_selections(q) | st.just(None), 5) == [None]
    assert set(drawn(strategies.completable_selections(simple(2)) | st.just(None), 5)) == {None}


def test_a_part_that_lacks_something_is_looked_for() -> None:
    """Where the empty selection is complete, and only one with the second unit alone is not, that is drawn."""
    q = simple(3, "M2 requires M1")
    found = set(drawn(strategies.completable_selections(q), 20))
    assert {tuple(map(str, each.numbers)) for each in found} == {("M2",), ("M2", "M3")}


def test_the_share_of_ok_selections_is_not_degenerate() -> None:
    """A good part of drawn selections is OK, of rules that can be satisfied."""
    found = drawn(_with(strategies.selections, satisfiable=True), 80)
    assert 0.1 < sum(roc.check(each).ok for each in found) / len(found) < 0.9


@given(st.data())
def test_edits_are_possible(data: st.DataObject) -> None:
    """Each step is possible after those before it, and changes something."""
    selection = data.draw(strategies.selections(imported=False))
    for step in data.draw(strategies.edits(selection)):
        after = step.apply(selection)
        assert (step.unit in after) is (step.verb == "add")
        assert after != selection
        selection = after


def test_units_of_other_pathways_are_not_added() -> None:
    """What a selection refuses is no step; what it holds, however it came there, can be removed."""
    q = roc.Qualification(
        title="A",
        units=[roc.Unit(number=number) for number in ("M1", "M2", "M3")],
        groups=[
            roc.UnitGroup(name="A", units=["M1"], pathways=["P1"]),
            roc.UnitGroup(name="B", units=["M2", "M3"], pathways=["P2"]),
        ],
        pathways=[roc.Pathway(name="P1"), roc.Pathway(name="P2")],
    )
    selection = roc.Selection.of(q, ["M3"], pathway="P1")
    found = {each[0] for each in drawn(strategies.edits(selection, max_size=1), 30) if each}
    assert {(each.verb, str(each.unit)) for each in found} == {("add", "M1"), ("remove", "M3")}


def test_where_nothing_can_be_edited_nothing_is() -> None:
    """A rule without units has no edits."""
    empty = roc.Selection.of(roc.Qualification(title="A"))
    assert set(map(tuple, drawn(strategies.edits(empty), 20))) == {()}


# -- catalogues, registrations ---------------------------------------------------------------------


def test_catalogues_have_the_sizes_asked_for() -> None:
    """Every number of qualifications that was asked for occurs, each with a number of its own."""
    found = drawn(strategies.catalogues(min_size=0, max_size=2), 30)
    assert {len(each.qualifications) for each in found} == {0, 1, 2}
    assert all(q.number is not None and q.number.check_passes for each in found for q in each.qualifications)


@settings(max_examples=20, deadline=None, suppress_health_check=_SLOW)
@given(st.data())
def test_registration_groups_are_of_a_catalogue(data: st.DataObject) -> None:
    """Each selection is of another qualification of the catalogue, and the group survives being written."""
    catalogue = data.draw(strategies.catalogues(), label="catalogue")
    group = data.draw(strategies.registration_groups(catalogue), label="group")
    chosen = [each.qualification for each in group.selections]
    assert 1 <= len(chosen) == len(set(chosen))
    assert all(each in catalogue.qualifications for each in chosen)
    assert roc.loads_registration(roc.dumps_registration(group, "json"), catalogue, "json") == group


def test_complete_registration_groups_can_be_saved() -> None:
    """Where each selection is complete the whole group is OK; else some are, and some are not."""
    day = "2026-08-31"
    for group in drawn(strategies.registration_groups(complete=True), 15):
        assert roc.check_registration(group, date=day).messages == ()
    others = drawn(strategies.registration_groups(), 60)
    assert {roc.check_registration(each, date=day).ok for each in others} == {True, False}


# -- numbers, files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("numbers", [strategies.unit_numbers, strategies.qualification_numbers])
def test_check_characters_fit_or_fail(numbers: Callable[..., st.SearchStrategy[Any]]) -> None:
    """Numbers are regulated ones that pass, or on request ones that fail."""
    for failing in (False, True):
        found = drawn(numbers(failing=failing), 100)
        assert {(each.is_regulated, each.check_passes) for each in found} == {(True, not failing)}
        assert len(set(found)) > 50


@given(strategies.files())
def test_a_file_says_what_it_was_made_of(file: strategies.QualificationFile) -> None:
    """A valid file is read back as its qualification."""
    assert file.fault is None
    assert formats.loads(file.text, file.format) == file.qualification


@pytest.mark.parametrize("fault", strategies.FAULTS)
def test_a_broken_file_has_one_error(fault: str) -> None:
    """Each named fault is one error, and the only one."""
    for file in drawn(strategies.broken_files(fault), 10):
        assert file.fault == fault
        with pytest.raises(roc.InvalidData) as caught:
            formats.loads(file.text, file.format)
        assert len(caught.value.exceptions) == 1, caught.value


def test_every_fault_occurs() -> None:
    """Without a wish any fault is drawn, in any format."""
    found = {(file.fault, file.format) for file in drawn(strategies.broken_files(), 300)}
    assert {fault for fault, _ in found} == set(strategies.FAULTS)
    assert {each for _, each in found} == {"json", "yaml", "toml"}


# -- printing and shrinking -------------------------------------------------------------------------


@given(strategies.selections(), strategies.qualifications(odd=True, headers=True, measured=False))
def test_what_is_drawn_prints_as_code(selection: roc.Selection, q: roc.Qualification) -> None:
    """Printed on one line or as Hypothesis prints it, a value is code that makes an equal one."""
    for value in (selection, q):
        for text in (repr(value), pretty(value)):
            assert eval(text, dict(_CODE)) == value  # noqa: S307 - this is what is tested


_UNIT = "Unit(number='M1', credit=1, guided_learning_hours=5)"
_SECOND = "Unit(number='M2', credit=1, guided_learning_hours=5)"
_SINGLE = f"Qualification(title='Example', units=[{_UNIT}]"
_PAIR = f"title='Example', units=[{_UNIT}, {_SECOND}]"
_RELATION = "Qualification(" + _PAIR + ", rules=[{}])"


_SHRUNK: Final[list[tuple[Callable[[roc.Qualification], bool], str]]] = [
    (lambda _: True, f"{_SINGLE})"),
    (
        lambda q: q.min_credit is not None,
        f"{_SINGLE}, rules=[Threshold(minimum=1), Threshold(measure='credit', minimum=1)])",
    ),
    (
        lambda q: any(isinstance(each, roc.Linked) for each in q.rules),
        _RELATION.format("Linked(units=['M1', 'M2'])"),
    ),
    (
        lambda q: any(isinstance(each, roc.Barred) for each in q.rules),
        _RELATION.format("Barred(units=['M1', 'M2'])"),
    ),
    (
        lambda q: any(group.groups for group in q.groups),
        f"{_SINGLE}, groups=[UnitGroup(name='A', groups=[UnitGroup(name='B')])])",
    ),
]


@pytest.mark.parametrize(
    ("fits", "expected"), _SHRUNK, ids=["anything", "credit", "linked", "barred", "nested"]
)
def test_a_rule_shrinks_to_what_matters(fits: Callable[[roc.Qualification], bool], expected: str) -> None:
    """A failing example ends as the smallest rule that a person would write for it."""
    assert repr(smallest(strategies.qualifications(), fits)) == expected


def test_a_rule_with_a_choice_shrinks_to_little_more() -> None:
    """A choice ends as one between two plain bounds, over one unit, without groups."""
    rules = strategies.qualifications(max_groups=2)
    q = smallest(rules, lambda q: any(isinstance(each, roc.Choice) for each in q.rules))
    (choice,) = (each for each in q.rules if isinstance(each, roc.Choice))
    assert [type(each) for each in choice.options] == [roc.Threshold] * 2
    assert (len(q.units), q.groups, q.pathways) == (1, (), ())


def test_selections_shrink_to_what_matters() -> None:
    """A complete selection ends as the smallest, a blocked one as the two units that exclude each other."""
    q = simple(3, "at least 1 unit", "M2 and M3 are barred")
    complete = smallest(strategies.complete_selections(q), lambda _: True)
    blocked = smallest(strategies.blocked_selections(q), lambda _: True)
    assert [str(each) for each in complete.numbers] == ["M1"]
    assert [str(each) for each in blocked.numbers] == ["M2", "M3"]


# -- names -----------------------------------------------------------------------------------------


def test_its_names_are_those_that_it_documents() -> None:
    """A person who asks what there is sees the strategies and nothing else."""
    assert dir(strategies) == sorted(strategies.__all__)


# -- types ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", _TYPES)
def test_a_strategy_is_known_for_each_type(module: str) -> None:
    """Asked for by its type, a value is drawn."""
    code = f"""
import hypothesis
from roc._hypothesis import register
from hypothesis import strategies as st, settings, HealthCheck, Phase, given
register()
import {module} as module
import sys
for name in {list(_TYPES[module])}:
    kind = getattr(module, name)
    @settings(max_examples=3, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    @given(st.from_type(kind))
    def test(value):
        assert type(value) is kind
    test()
assert type(sys.modules["{module}"].__loader__).__name__ == "SourceFileLoader"
"""
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, cwd=_ROOT)  # noqa: S603 - the code is ours


def test_types_that_are_there_already_are_learned_at_once() -> None:
    """Where the library was imported first, its types are known as well."""
    from roc._hypothesis import register  # noqa: PLC0415 - what it does to this process is undone below

    before = list(sys.meta_path)
    register()
    try:
        assert isinstance(drawn(st.from_type(roc.Level), 2)[0], roc.Level)
        assert isinstance(drawn(st.from_type(roc.Linked), 2)[0], roc.Linked)
    finally:
        sys.meta_path[:] = before


def test_the_hook_is_an_entry_point_and_is_light() -> None:
    """Hypothesis finds the hook by its entry point; calling it imports nothing of the library but itself."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, name = project["entry-points"]["hypothesis"]["roc"].partition(":")
    assert callable(getattr(importlib.import_module(module), name))
    code = (
        f"import hypothesis, sys; from {module} import {name}; {name}()\n"
        "print(*(name for name in sys.modules if name.startswith('roc')))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - the code is ours
    assert sorted(done.stdout.split()) == ["roc", module]


def test_the_hook_leaves_other_modules_alone() -> None:
    """Modules without types, and ones that are not there, are found as ever."""
    watch = _Watch()
    assert watch.find_spec("roc.errors", None) is None
    assert watch.find_spec("roc.levels", ["/nowhere"]) is None


def test_without_the_extra_it_says_what_to_install() -> None:
    """Where Hypothesis is not installed the error names the extra."""
    code = "import sys; sys.modules['hypothesis'] = None; import roc.strategies"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)  # noqa: S603 - the code is ours
    assert "pip install 'rules-of-combination[hypothesis]'" in done.stderr


# -- baskets ----------------------------------------------------------------------------------------


class Sound(strategies.QualificationMachine):
    """An application that is right: it asks the library."""

    qualifications = strategies.qualifications(max_units=3)
    basket: roc.Selection

    def start(self, qualification: roc.Qualification, pathway: str | None) -> None:
        """Begin."""
        self.basket = roc.Selection.start(qualification, pathway=pathway)

    def add(self, number: str) -> None:
        """Add a unit."""
        self.basket = self.basket.add(number)

    def remove(self, number: str) -> None:
        """Remove a unit."""
        self.basket = self.basket.remove(number)

    def numbers(self) -> list[str]:
        """Return what is there."""
        return list(map(str, self.basket.numbers))

    def ok(self) -> bool | None:
        """Return the verdict."""
        return roc.check(self.basket).ok


class Optimist(Sound):
    """An application to which everything is complete."""

    def ok(self) -> bool | None:
        """Return that it is."""
        return True


class Silent(Sound):
    """An application that has no verdict."""

    ok = strategies.QualificationMachine.ok


_SHORT = settings(_EXACT, max_examples=15, stateful_step_count=6)


@pytest.mark.parametrize("machine", [Sound, Silent])
def test_an_application_that_agrees_passes(machine: type[Sound]) -> None:
    """Right contents with the right verdict, or with none, are no failure."""
    run_state_machine_as_test(machine, settings=_SHORT)


def test_an_application_that_is_wrong_fails() -> None:
    """A verdict that differs is a failure that says what the rule lacks."""
    with pytest.raises(AssertionError, match="the application says True, the rule False: "):
        run_state_machine_as_test(Optimist, settings=_SHORT)


@pytest.mark.parametrize("name", ["start", "add", "remove", "numbers"])
def test_a_machine_must_be_told_what_its_application_does(name: str) -> None:
    """What a sub-class leaves out is an error, not a silent pass."""
    machine = strategies.QualificationMachine()
    arguments = {"start": (roc.Qualification(title="A"), None), "numbers": ()}.get(name, ("M1",))
    with pytest.raises(NotImplementedError):
        getattr(machine, name)(*arguments)


def _example(basket: str) -> subprocess.CompletedProcess[str]:
    folder = _ROOT / "examples" / "test_suite"
    return subprocess.run(  # noqa: S603 - the command is ours
        [
            sys.executable,
            *["-m", "pytest", "-q", "-p", "no:cacheprovider", "-c"],
            os.devnull,
            "--rootdir=.",
            "test_basket.py",
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "BASKET": basket, "COLUMNS": "200"},
    )


def test_the_example_finds_both_bugs() -> None:
    """The property tests of the example end in the smallest rule for each of its two bugs."""
    done = _example("Basket")
    assert done.returncode == 1
    text = " ".join(done.stdout.replace("\nE  ", "\n").split())
    assert (
        "rules=[Threshold(minimum=0), Threshold(measure='credit', minimum=1)]), entries=[Entry(unit='M1')])"
        in text
    )
    assert re.search(r"the basket holds \['M[12]'\], and should hold \['M1', 'M2'\]", text)
    assert "Linked(units=['M1', 'M2'])])" in text
    assert "2 failed" in text


def test_the_example_without_its_bugs_passes() -> None:
    """The same tests pass where the bugs are mended."""
    done = _example("FixedBasket")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_warnings_are_not_needed_for_odd_numbers() -> None:
    """Numbers that fail their check are drawn without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert drawn(strategies.units(odd=True), 50)
