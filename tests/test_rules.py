"""Clauses: what goes together, what is refused, and what a scope admits."""

import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from roc import rules
from roc.errors import DataError
from roc.levels import Level
from roc.rules import (
    AllOf,
    Barred,
    Ceiling,
    Choice,
    Clause,
    Complete,
    Conditional,
    IsMet,
    Linked,
    Measure,
    Requires,
    Scope,
    State,
    Threshold,
    walk,
)
from roc.units import Unit

ONE = Threshold(minimum=1)
TWO = Threshold(minimum=2)


def threshold(**parts: Any) -> Threshold:
    """Return a threshold of parts that the type checker may not like."""
    return Threshold(**parts)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (threshold, "a threshold needs a minimum or a maximum"),
        (lambda: threshold(minimum=3, maximum=2), "the minimum 3 is above the maximum 2"),
        (lambda: threshold(minimum=-1), "is not an amount"),
        (lambda: threshold(maximum="many"), "is not an amount"),
        (
            lambda: threshold(minimum=1, ceiling="counts"),
            "a ceiling on what counts has a maximum and no minimum",
        ),
        (
            lambda: threshold(minimum=1, maximum=2, ceiling="counts"),
            "a ceiling on what counts has a maximum and no minimum",
        ),
        (lambda: threshold(maximum=1, if_used=True), "only a minimum can depend on use"),
        (lambda: threshold(minimum=101, percent=True, measure="credit"), "a percentage is at most 100"),
        (lambda: threshold(maximum=100.5, percent=True), "a percentage is at most 100"),
        (lambda: threshold(minimum=1.5), "1.5 is not a whole number of units"),
        (lambda: threshold(minimum=1, maximum="2.5"), "2.5 is not a whole number of units"),
        (lambda: threshold(minimum=1, distinct="a:b"), "'a:b' is not the key of a tag"),
        (lambda: threshold(minimum=1, each="a:b"), "'a:b' is not the key of a tag"),
        (lambda: threshold(minimum=1, each="two words"), "is not a tag"),
        (lambda: threshold(minimum=1, distinct=5), "5 is not a tag"),
        (
            lambda: threshold(minimum=1, distinct="s", measure="credit"),
            "different words are counted as they are",
        ),
        (lambda: threshold(minimum=1, distinct="s", percent=True), "different words are counted as they are"),
        (lambda: threshold(minimum=1, distinct="s", each="t"), "different words are counted as they are"),
        (
            lambda: threshold(maximum=1, distinct="s", ceiling="counts"),
            "different words are counted as they are",
        ),
        (lambda: threshold(measure="credits", minimum=1), "none of units, credit, glh; did you mean credit"),
        (lambda: threshold(maximum=1, ceiling="hard"), "'hard' is none of taken, counts"),
        (lambda: Scope(level_from=3, level_to=2), "Level 3 is above Level 2"),
        (lambda: Scope(level_from="x"), "is not a level"),
        (lambda: Scope(groups=["A", " A "]), "A stands twice"),
        (lambda: Scope(groups=['A"']), "printable characters without a double quote"),
        (lambda: Scope(groups=["A\u200bB"]), "printable characters"),
        (lambda: Scope(groups=[""]), "is not a name: 1 to 200"),
        (lambda: Scope(groups=["x" * 201]), "is not a name: 1 to 200"),
        (lambda: Scope(groups=[5]), "5 is not a name: write it in quotes"),  # type: ignore[list-item] # wrong on purpose
        (lambda: Scope(groups=5), "5 is not a name"),  # type: ignore[arg-type] # wrong on purpose
        (lambda: Scope(units=["k6016383", "K/601/6383"]), "K/601/6383 stands twice"),
        (lambda: Scope(units=[""]), "is a text of 1 to 60 characters"),
        (lambda: Scope(tags=["two words"]), "is not a tag"),
        (lambda: Scope(states=["passed"]), "'passed' is none of achieved, rpl"),
        (lambda: Scope(size_from=-1), "is not an amount"),
        (lambda: Linked(units=["M1"]), "units needs at least 2, not 1"),
        (lambda: Linked(units="M1"), "units needs at least 2, not 1"),
        (lambda: Linked(units=["M1", "M1"]), "M1 stands twice"),
        (lambda: Barred(units=[]), "units needs at least 2, not 0"),
        (lambda: Barred(units=["M1", "M2"], ceiling="x"), "'x' is none of taken, counts"),
        (lambda: Requires(unit="M1", units=[]), "units needs at least 1, not 0"),
        (lambda: Requires(unit="M1", units=["M2", "M1"]), "M1 cannot require itself"),
        (lambda: Requires(unit="M1", units=["M2"], at_least=0), "0 of 1 units cannot be required"),
        (lambda: Requires(unit="M1", units=["M2"], at_least=2), "2 of 1 units cannot be required"),
        (lambda: Requires(unit="M1", units=["M2"], at_least=True), "True is not a whole number"),
        (lambda: Requires(unit="M1", units=["M2"], at_least=1.0), "not a whole number"),  # type: ignore[arg-type] # wrong on purpose
        (lambda: IsMet(condition=""), "is not a name"),
        (lambda: Complete(group='"'), "is not a name"),
        (lambda: AllOf(clauses=[ONE]), "clauses needs at least 2, not 1"),
        (lambda: AllOf(clauses=[ONE, "M1"]), "'M1' is not a clause"),  # type: ignore[list-item] # wrong on purpose
        (lambda: Choice(options=[ONE]), "options needs at least 2, not 1"),
        (lambda: Choice(options=[ONE, TWO], at_least=3), "3 of 2 options cannot hold"),
        (lambda: Choice(options=[ONE, TWO], at_least=None), "None of 2 options"),  # type: ignore[arg-type] # wrong on purpose
        (lambda: Choice(options=[ONE, TWO], at_least=0), "a choice that asks for nothing needs a maximum"),
        (lambda: Choice(options=[ONE, TWO], at_least=2, at_most=1), "the minimum 2 is above the maximum 1"),
        (lambda: Choice(options=[ONE, TWO], at_most=10_001), "is not a whole number from 0 to 10,000"),
        (lambda: Conditional(when=ONE, then=None), "None is not a clause"),
        (lambda: Conditional(when=5, then=ONE), "5 is not a clause"),
    ],
    ids=map(str, itertools.count()),
)
def test_refuses(make: Callable[[], object], message: str) -> None:
    """What does not go together is an error that says why."""
    with pytest.raises(DataError) as caught:
        make()
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: threshold(minimum=1, scope="everything"),
        lambda: threshold(minimum=1, if_used="yes"),
        lambda: threshold(minimum=1, percent=1),
        lambda: Scope(imported="yes"),  # type: ignore[arg-type] # wrong on purpose
    ],
    ids=map(str, itertools.count()),
)
def test_refuses_what_has_the_wrong_type(make: Callable[[], object]) -> None:
    """Flags are True or False and a scope is a scope: nothing is guessed."""
    with pytest.raises(TypeError):
        make()


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        (Threshold(minimum=1), "at least 1 unit"),
        (Threshold(maximum=2), "at most 2 units"),
        (Threshold(minimum=2, maximum=2), "exactly 2 units"),
        (Threshold(minimum=0, maximum=1), "0 to 1 units"),
        (
            Threshold(measure="credit", minimum=31, scope=Scope(level_from=2)),
            "at least 31 credits at level 2 or above",
        ),
        (Threshold(measure="glh", minimum=10, if_used=True), "at least 10 hours if any"),
        (Threshold(measure="credit", maximum=8, ceiling="counts"), "at most 8 credits count"),
        (Threshold(minimum=2, scope=Scope(units=["M1", "M2"])), "all of M1 and M2"),
        (Threshold(minimum=2, distinct="subject"), "at least 2 different subject"),
        (Threshold(minimum=1, each="subject"), "at least 1 unit for each subject"),
        (Threshold(measure="credit", minimum=50, percent=True), "at least 50% of the credits"),
        (Linked(units=["M1", "M2", "M3"]), "M1, M2 and M3 are linked"),
        (Barred(units=["M1", "M2"]), "M1 and M2 are barred"),
        (Barred(units=["M1", "M2"], ceiling="counts"), "only one of M1 and M2 counts"),
        (Requires(unit="M1", units=["M2"]), "M1 requires M2"),
        (
            Requires(unit="M1", units=["M2", "M3", "M4"], at_least=2),
            "M1 requires at least 2 of M2, M3 and M4",
        ),
        (Requires(unit="M1", units=["M2", "M3"], at_least=1), "M1 requires M2 or M3"),
        (IsMet(condition="first aid"), '"first aid" is met'),
        (Complete(group="A"), "A is complete"),
        (AllOf(clauses=[ONE, TWO]), "(at least 1 unit) and (at least 2 units)"),
        (Choice(options=[ONE, TWO]), "any of (at least 1 unit) or (at least 2 units)"),
        (Choice(options=[ONE, TWO], at_least=2), "at least 2 of (at least 1 unit) or (at least 2 units)"),
        (Choice(options=[ONE, TWO], at_most=1), "exactly 1 of (at least 1 unit) or (at least 2 units)"),
        (
            Choice(options=[ONE, TWO], at_least=0, at_most=1),
            "at most 1 of (at least 1 unit) or (at least 2 units)",
        ),
        (Choice(options=[ONE, TWO], at_most=2), "1 to 2 of (at least 1 unit) or (at least 2 units)"),
        (Conditional(when=IsMet(condition="c"), then=ONE), "if c is met then at least 1 unit"),
        (
            Conditional(when=Choice(options=[ONE, TWO]), then=AllOf(clauses=[ONE, TWO])),
            (
                "if (any of (at least 1 unit) or (at least 2 units)) "
                "then ((at least 1 unit) and (at least 2 units))"
            ),
        ),
    ],
    ids=str,
)
def test_reads_as_a_sentence(clause: Clause, text: str) -> None:
    """Every clause prints as a sentence of the rule language."""
    assert str(clause) == text


def test_what_means_the_same_is_the_same() -> None:
    """Forms that mean the same are one value: all of the units, tags and states in any order."""
    assert Requires(unit="M1", units=["M2"], at_least=1) == Requires(unit="M1", units=["M2"])
    assert Requires(unit="M1", units=["M2", "M3"], at_least=1).needed == 1
    assert Requires(unit="M1", units=["M2", "M3"]).needed == 2
    assert Scope(tags=["b", "a"]) == Scope(tags=["a", "b", "a"])
    assert Scope(tags="a") == Scope(tags=["a"])
    assert Scope(states=["rpl", "achieved"]).states == (State.ACHIEVED, State.RPL)
    assert Scope(states="rpl") == Scope(states=[State.RPL, "rpl"])
    assert Scope(units="m1") == Scope(units=["m1"])
    assert Scope(units=530) == Scope(units=["530"])  # type: ignore[arg-type] # a number stands for its text
    assert Threshold(minimum="2.0") == Threshold(minimum=Decimal(2))
    assert Scope(groups="A") == Scope(groups=[" A "])
    assert Scope().is_plain
    assert not Scope(imported=True).is_plain


@pytest.mark.parametrize(
    ("scope", "unit", "admitted"),
    [
        (Scope(), Unit(number="M1"), True),
        (Scope(level_from=2), Unit(number="M1"), False),
        (Scope(level_to=2), Unit(number="M1"), False),
        (Scope(level_from=2), Unit(number="M1", level=2), True),
        (Scope(level_from=2), Unit(number="M1", level="E3"), False),
        (Scope(level_to="E3"), Unit(number="M1", level="E1"), True),
        (Scope(level_from=1, level_to=2), Unit(number="M1", level=3), False),
        (Scope(units=["M1"]), Unit(number="M1"), True),
        (Scope(units=["M1"]), Unit(number="M2"), False),
        (Scope(except_units=["M1"]), Unit(number="M1"), False),
        (Scope(tags=["a", "b"]), Unit(number="M1", tags={"b"}), True),
        (Scope(tags=["a", "b"]), Unit(number="M1", tags={"c"}), False),
        (Scope(size_from=5), Unit(number="M1", credit=5), True),
        (Scope(size_from=5), Unit(number="M1", credit=4.5), False),
        (Scope(size_from=0), Unit(number="M1"), False),
        (Scope(groups=["A"], states=["rpl"], imported=True), Unit(number="M1"), True),
    ],
    ids=map(str, itertools.count()),
)
def test_a_scope_admits(scope: Scope, unit: Unit, *, admitted: bool) -> None:
    """Every part narrows, bounds are inclusive, and what is absent is never in."""
    assert scope.admits(unit) is admitted


def test_walk_goes_inside() -> None:
    """Every clause inside another is found, outermost first."""
    choice = Choice(options=[ONE, TWO])
    both = AllOf(clauses=[choice, ONE])
    outer = Conditional(when=both, then=Complete(group="A"))
    assert [*walk(outer)] == [outer, both, choice, ONE, TWO, ONE, Complete(group="A")]
    assert [*walk(ONE)] == [ONE]


def test_words() -> None:
    """Enumerations are the words of the file format."""
    assert [each.value for each in Measure] == ["units", "credit", "glh"]
    assert [each.word for each in Measure] == ["units", "credits", "hours"]
    assert [str(each) for each in Ceiling] == ["taken", "counts"]
    assert Level(1) == Scope(level_from=1).level_from
    assert dir(rules) == sorted(rules.__all__)
