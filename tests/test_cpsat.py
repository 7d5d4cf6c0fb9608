"""CP-SAT by example: what it needs, what it answers, its limits, and that it agrees on the curated examples."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import pytest
from tests.cpsat_comparison import PLENTY, SECONDS, compare, compiled
from tests.test_examples_qualifications import FILES, load
from tests.test_peers import asked

import roc
from roc import cpsat
from roc._engine.budget import OutOfBudgetError
from roc._engine.complete import Found
from roc._engine.explain import Core
from roc._engine.options import Options
from roc._engine.parts import TooManyAlternativesError
from roc._engine.repair import Repair
from roc._engine.rule import Rule, read
from roc.cpsat import CpSat, TimeLimitError
from roc.rules import Choice, Conditional, IsMet, Linked, Measure, Requires, Scope, Threshold

IS_THOROUGH = bool(os.environ.get("ROC_THOROUGH"))


def _rules(*clauses: str | roc.Clause, credit: tuple[int, ...] = (4, 4, 4, 6, 6, 8)) -> list[Rule]:
    units = [roc.Unit(number=f"M{i}", credit=each) for i, each in enumerate(credit, 1)]
    q = roc.Qualification(
        title="Example",
        units=units,
        groups=[roc.UnitGroup(name="All", units=[unit.number for unit in units])],
        rules=[roc.parse(each) if isinstance(each, str) else each for each in clauses],
    )
    return [Rule(q, (), (), frozenset())]


def _mask(*numbers: int) -> int:
    """Return the units M1, M2 ... as a mask."""
    return sum(1 << number - 1 for number in numbers)


# What it needs


def test_without_its_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra, at the first question."""
    monkeypatch.setitem(sys.modules, "ortools.sat.python", None)
    solver = CpSat(_rules("at least 1 unit"), 0)
    with pytest.raises(roc.MissingExtraError, match=r"rules-of-combination\[cpsat\]"):
        solver.some()


def test_its_library_is_imported_when_a_question_is_asked() -> None:
    """The import of the module does without."""
    code = "import roc.cpsat, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - the code is ours
    assert "ortools" not in done.stdout.split()


# What it answers


def test_one_question_of_each_kind() -> None:
    """Completions come by cost, credit and declared order; the rest says what they say."""
    rules = _rules("at least 14 credits", "M1 and M2 are barred", "at most 3 units")
    solver = CpSat(rules, _mask(1))
    assert list(solver.completions())[:3] == [
        Found(2, 10, _mask(3, 4), 0),
        Found(2, 10, _mask(3, 5), 0),
        Found(2, 12, _mask(3, 6), 0),
    ]
    assert next(solver.completions(preferred=_mask(5))) == Found(2, 10, _mask(3, 5), 0)
    assert next(solver.completions(banned=_mask(3))) == Found(2, 12, _mask(4, 5), 0)
    assert next(solver.completions(costs={1: 1, 2: 9, 3: 1, 4: 2, 5: 1})) == Found(2, 14, _mask(4, 6), 0)
    assert solver.options() == Options(True, 0, _mask(3, 4, 5, 6), _mask(2), 0)
    assert not solver.is_complete()
    assert solver.bounds(Measure.UNITS) == (2, 2)
    assert solver.bounds(Measure.CREDIT) == (10, 14)
    assert solver.conflict() is None
    assert CpSat(rules, _mask(1, 3, 4)).is_complete()


def test_a_blocked_selection() -> None:
    """Nothing completes it; it says why, and what would."""
    rules = _rules("at least 14 credits", "M1 and M2 are barred")
    solver = CpSat(rules, _mask(1, 2, 3))
    assert list(solver.completions()) == []
    assert solver.some() is None
    assert solver.bounds(Measure.UNITS) is None
    assert solver.options() == Options(False, 0, 0, _mask(4, 5, 6), 0)
    assert list(solver.conflicts()) == [Core(("$.rules[1]",), _mask(1, 2))]
    assert next(solver.repairs()) == Repair(2, 1, 14, _mask(2), _mask(4), 0)


def test_why_not_and_why() -> None:
    """A unit that is assumed is no member of the conflict."""
    either = Choice(options=[Threshold(minimum=6), Threshold(measure="credit", minimum=26)], at_least=1)
    solver = CpSat(_rules("M1 and M2 are barred", either), _mask(1))
    assert solver.conflict(must=_mask(2)) == Core(("$.rules[0]",), _mask(1))
    assert solver.conflict(banned=_mask(6)) == Core(("$.rules[1]",), 0)


def test_several_pathways() -> None:
    """Each answer says for which pathway it is; one that is for both, the first; it comes once."""
    q = roc.Qualification(
        title="Two ways",
        units=[roc.Unit(number=f"M{i}") for i in range(4)],
        groups=[roc.UnitGroup(name="All", units=[f"M{i}" for i in range(4)])],
        pathways=[
            roc.Pathway(name="P1", rules=[roc.parse("all of M0 and M1 and M2")]),
            roc.Pathway(name="P2", rules=[roc.parse("all of M3")]),
        ],
    )
    rules = [Rule(q, (pathway,), (), frozenset()) for pathway in q.pathways]
    found = list(CpSat(rules, 1).completions())
    assert [(each.added, each.way) for each in found] == [(8, 1), (6, 0), (10, 1), (12, 1), (14, 0)]
    assert next(CpSat(rules, 1).repairs()) == Repair(1, 0, 0, 0, 8, 1)


def test_nothing_is_left_to_add() -> None:
    """A selection of every unit is its own completion, once."""
    rules = _rules("at least 1 unit", credit=(1, 1))
    assert list(CpSat(rules, 3).completions()) == [Found(0, 0, 0, 0)]
    assert list(CpSat(_rules("at least 3 units", credit=(1, 1)), 3).completions()) == []


def test_clauses_about_what_nothing_can_be() -> None:
    """A scope that sees no unit, a floor that needs one only if it is used, and a clause that never holds."""
    nowhere = Scope(level_from=7)
    rules = _rules(
        Threshold(minimum=2, scope=nowhere, if_used=True),
        Threshold(minimum=1, scope=Scope(units=["M1", "M2"]), if_used=True),
        Requires(unit="M1", units=["M3"]),
        "at least 2 units",
    )
    assert CpSat(rules, 0).bounds(Measure.UNITS) == (2, 6)
    assert [each.added for each in CpSat(rules, 0).completions(banned=_mask(4, 5, 6))] == [
        _mask(1, 3),
        _mask(2, 3),
        _mask(1, 2, 3),
    ]
    impossible = _rules(Threshold(minimum=1, scope=nowhere))
    assert CpSat(impossible, 0).conflict() == Core(("$.rules[0]",), 0)


def test_units_that_two_groups_share() -> None:
    """So many as the cap says count in both; the others in one of the two."""
    units = [roc.Unit(number=f"M{i}", credit=i) for i in range(1, 5)]
    numbers = [unit.number for unit in units]
    two = [Threshold(minimum=2)]
    q = roc.Qualification(
        title="Shared",
        units=units,
        groups=[
            roc.UnitGroup(name="A", units=numbers, rules=two),
            roc.UnitGroup(name="B", units=numbers, rules=two),
        ],
        sharing=[roc.Sharing(groups=["A", "B"], at_most=1)],
    )
    rules = [Rule(q, (), (), frozenset())]
    assert [each.added for each in CpSat(rules, 0).completions()] == [7, 11, 13, 14, 15]


def test_what_waits_for_a_condition() -> None:
    """A consequence of a condition is asked for once the condition is met, and the other way round is impossible."""
    q = roc.Qualification(
        title="Conditional",
        units=[roc.Unit(number="M1"), roc.Unit(number="M2")],
        groups=[roc.UnitGroup(name="All", units=["M1", "M2"])],
        rules=[Conditional(when=IsMet(condition="c"), then=Threshold(minimum=2))],
        conditions=[roc.Condition(name="c")],
    )
    for asserted, least in ((set[str](), 0), ({"c"}, 3)):
        rules = [Rule(q, (), (), frozenset(asserted))]
        best = CpSat(rules, 0).completions()
        assert next(best).added == least


def test_different_words_and_what_applies_only_if_used() -> None:
    """A word counts however many units have it, and a floor asks for nothing until a unit of its scope is there."""
    words = ("art", "art", "maths", "music")
    units = [roc.Unit(number=f"M{i}", credit=1, tags={f"subject:{word}"}) for i, word in enumerate(words, 1)]
    science = Scope(units=["M3", "M4"])
    q = roc.Qualification(
        title="Words",
        units=units,
        groups=[roc.UnitGroup(name="All", units=[unit.number for unit in units])],
        rules=[
            Threshold(minimum=2, maximum=2, distinct="subject"),
            Threshold(minimum=2, scope=science, if_used=True),
            Threshold(measure="credit", minimum=2, scope=science, if_used=True),
        ],
    )
    solver = CpSat([Rule(q, (), (), frozenset())], 0)
    assert [each.added for each in solver.completions()] == [_mask(3, 4)]
    assert CpSat(solver.rules, _mask(1)).conflict() is not None


def test_every_unit_may_be_open() -> None:
    """Where all units are in some completion, and none in every one, nothing is left to ask."""
    assert CpSat(_rules("at least 1 unit"), 0).options() == Options(True, 0, _mask(1, 2, 3, 4, 5, 6), 0, 0)


def test_a_rule_that_the_engine_refuses() -> None:
    """Its choices multiply out to 3 ** 12 alternatives; nothing is multiplied out here."""
    units = [roc.Unit(number=f"M{i:02}", credit=i % 5 + 1) for i in range(36)]
    q = roc.Qualification(
        title="Many choices",
        units=units,
        groups=[roc.UnitGroup(name="All", units=[unit.number for unit in units])],
        rules=[
            Choice(
                options=[
                    Threshold(minimum=1, scope=Scope(units=[units[i].number]))
                    for i in range(start, start + 3)
                ],
                at_least=1,
                at_most=2,
            )
            for start in range(0, 36, 3)
        ],
    )
    with pytest.raises(TooManyAlternativesError):
        read(q, (), (), frozenset[str]())
    rules = [Rule(q, (), (), frozenset())]
    best = next(CpSat(rules, 0, SECONDS).completions())
    least = sum(min(i % 5 + 1 for i in range(start, start + 3)) for start in range(0, 36, 3))
    assert (best.cost, best.credit) == (12, least)
    assert CpSat(rules, 7, SECONDS).conflict() == Core(("$.rules[0]",), 7)


# Its order


def test_units_that_go_together_are_ordered_as_any_units() -> None:
    """Declared order is that of the units added, whatever links them, in some alternatives or in all."""
    one = (1,) * 5
    some = Threshold(minimum=1, scope=Scope(units=["M3", "M4"]))
    either = Choice(options=[Linked(units=["M2", "M5"]), some], at_least=1)
    rules = _rules("exactly 3 units", either, credit=one)
    found = [each.added for each in CpSat(rules, 0, SECONDS).completions()]
    expected = [(1, 2, 3), (1, 2, 4), (1, 2, 5), (1, 3, 4), (1, 3, 5)]
    assert found[:5] == [_mask(*each) for each in expected]
    rules = _rules("exactly 3 units", "M2 and M4 are linked", credit=one)
    found = [each.added for each in CpSat(rules, 0, SECONDS).completions(preferred=_mask(3, 4))]
    assert found == [_mask(*each) for each in ((2, 3, 4), (1, 3, 5), (1, 2, 4), (2, 4, 5))]


def test_many_units_are_put_in_order_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The order is the same, however many units are the digits of one number."""
    rules = _rules("exactly 14 credits")
    expected = list(CpSat(rules, 0, SECONDS).completions())
    assert [each.added for each in expected][:2] == [_mask(4, 6), _mask(5, 6)]
    monkeypatch.setattr(cpsat, "_CHUNK", 2)
    assert list(CpSat(rules, 0, SECONDS).completions()) == expected


# Its limits

_QUESTIONS: dict[str, Callable[[CpSat], object]] = {
    "completions": lambda solver: next(solver.completions()),
    "repairs": lambda solver: next(solver.repairs()),
    "some": lambda solver: solver.some(),
    "is_complete": lambda solver: solver.is_complete(),
    "options": lambda solver: solver.options(),
    "conflict": lambda solver: solver.conflict(),
    "bounds": lambda solver: solver.bounds(Measure.UNITS),
}


@pytest.mark.parametrize("question", _QUESTIONS)
def test_no_time_is_an_error(question: str) -> None:
    """Every question says that the time was up, as the engine says of its budget."""
    solver = CpSat(_rules("exactly 22 credits", "at least 3 units"), 1, 0.0)
    with pytest.raises(OutOfBudgetError) as caught:
        _QUESTIONS[question](solver)
    assert isinstance(caught.value, TimeLimitError)
    assert caught.value.best is None


def test_the_best_found_in_time_and_what_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is not certain is none, but the error carries it, and the bound of its cost."""
    monkeypatch.setattr(cpsat, "_SETTINGS", {**cpsat._SETTINGS, "stop_after_first_solution": True})
    rules = _rules("at least 21 credits", "M1 and M2 are barred", credit=(4, 3, 4, 6, 7, 8, 9, 5, 3, 2))
    with pytest.raises(TimeLimitError) as caught:
        next(CpSat(rules, 1, SECONDS).completions())
    best, bound = caught.value.best, caught.value.bound
    assert isinstance(best, Found)
    assert bound is not None
    assert bound <= 2 <= best.cost
    assert CpSat(rules, 1 | best.added, SECONDS).is_complete()
    with pytest.raises(TimeLimitError) as caught:
        next(CpSat(rules, 3, SECONDS).repairs())
    assert isinstance(caught.value.best, Repair)
    assert caught.value.best.dropped & 3


def test_an_interrupt_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends a question that would take long, and is not swallowed."""

    def interrupted(job: Future[Any], timeout: float | None = None) -> None:
        del job, timeout
        time.sleep(0.3)  # CP-SAT has begun
        raise KeyboardInterrupt

    rules, chosen = asked("hard-4", "empty")
    monkeypatch.setattr(Future, "result", interrupted)
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        next(CpSat(rules, chosen, SECONDS).completions())
    assert time.monotonic() - start < SECONDS / 4


def test_options_that_are_not_decided_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found is told, and which units the time did not suffice for."""
    rules = _rules("at least 12 credits", "M1 and M2 are barred")
    solver = CpSat(rules, 1, SECONDS)
    first = solver.some()

    def some() -> Found | None:
        solver.clock.left = 0.0
        return first

    monkeypatch.setattr(solver, "some", some)
    found = solver.options()
    assert first is not None
    assert found == Options(True, 0, 0, 0, solver.free)


def test_a_step_of_the_options_that_is_cut_short_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a step found by the time it was over is as good a witness as the best."""
    rules = _rules("at least 12 credits", "M1 and M2 are barred")
    whole = CpSat(rules, 1, SECONDS).options()
    assert not whole.undecided
    least = cpsat._Program.least

    def cut_short(*arguments: Any, **parameters: Any) -> Sequence[int] | None:
        found = least(*arguments, **parameters)
        if found is not None:
            raise cpsat._UnfinishedError(found, None)
        return found

    monkeypatch.setattr(cpsat._Program, "least", cut_short)
    assert CpSat(rules, 1, SECONDS).options() == whole


def test_a_conflict_is_minimal_whatever_is_proven_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Members that a proof did not need, but named, are dropped one after another."""
    rules = _rules("at least 14 credits", "M1 and M2 are barred", "at most 5 units", "at least 1 unit")
    core = cpsat._Program.core

    def careless(program: Any, clock: Any, assumed: list[int]) -> list[int] | None:
        return None if core(program, clock, assumed) is None else list(assumed)

    monkeypatch.setattr(cpsat._Program, "core", careless)
    assert CpSat(rules, _mask(1, 2, 3, 6), SECONDS).conflict() == Core(("$.rules[1]",), _mask(1, 2))


def test_an_answer_is_always_the_same() -> None:
    """Where several would do, it gives the same each time."""
    rules = _rules("at least 14 credits", "at most 3 units", "M1 and M2 are barred")
    assert len({CpSat(rules, 0, SECONDS).some() for _ in range(5)}) == 1
    assert len({tuple(CpSat(rules, 3, SECONDS).conflicts()) for _ in range(5)}) == 1


# The curated examples


def _selections(rule: roc.Qualification) -> list[roc.Selection]:
    """Return what a person may have: nothing, the start, and all, or every other unit, of each worked example."""
    found = [roc.Selection.of(rule, []), roc.Selection.start(rule)]
    for example in rule.examples:
        found += [
            roc.Selection.of(rule, entries, pathway=example.pathway, conditions=example.conditions)
            for entries in (example.selection, example.selection[::2])
        ]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("name", FILES)
def test_cpsat_and_the_engine_agree_on_an_example(name: str) -> None:
    """Completions, options, repairs and conflicts of what a person may have are the same."""
    for selection in _selections(load(name))[: None if IS_THOROUGH else 3]:
        compare(*compiled(selection), states=PLENTY)
