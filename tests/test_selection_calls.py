"""Calls on selections: what each does, and what it says when it can't be done."""

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest

import roc


def _q() -> roc.Qualification:
    return roc.Qualification(
        title="Calls",
        units=[roc.Unit(number=f"M{i}", credit=2, guided_learning_hours=9) for i in range(1, 6)],
        groups=[
            roc.UnitGroup(name="A", kind="mandatory", units=["M1"]),
            roc.UnitGroup(name="B", units=["M2", "M3"], opening=roc.Opening(level_from=3)),
            roc.UnitGroup(name="C", units=["M4"], pathways=["gym"]),
            roc.UnitGroup(name="D", units=["M5"], pathways=["pool"]),
        ],
        rules=[
            roc.parse("M2 and M3 are linked"),
            roc.parse("at least 4 credits"),
            roc.parse("0 to 900 hours"),
        ],
        pathways=[
            roc.Pathway(name="gym", title="Gym", rules=[roc.parse("M4 and M1 are linked")]),
            roc.Pathway(name="pool"),
        ],
        conditions=[roc.Condition(name="placement")],
    )


def _elsewhere(**changes: Any) -> roc.Unit:
    return roc.Unit(number="X1", level=3, credit=2, guided_learning_hours=3).evolve(**changes)


_CALLS: tuple[tuple[Callable[[roc.Selection], object], str], ...] = (
    (lambda s: s.add("M9"), "there is no unit M9"),
    (lambda s: s.add("zzzz"), "there is no unit zzzz"),
    (lambda s: s.with_pathway("gim"), "there is no pathway gim; did you mean gym?"),
    (lambda s: s.meet("placment"), "there is no condition placment; did you mean placement?"),
    (lambda s: s.remove("M2"), "M2 is not in the selection"),
    (lambda s: s.with_pathway("gym").add("M5"), "M5 is not part of the pathway gym; it belongs to pool"),
    (lambda s: s.add(_elsewhere(level=2)), "no group is open to X1"),
    (lambda s: s.add(_elsewhere(credit=None)), "credit is counted, but X1 has none"),
    (
        lambda s: s.add(_elsewhere(guided_learning_hours=None)),
        "guided learning hours are counted, but X1 has none",
    ),
    (
        lambda s: s.add(_elsewhere(number="M2")),
        "M2 is a unit of the qualification and differs from the one that was given",
    ),
    (lambda s: s.add(_elsewhere(), in_place_of="M8"), "there is no unit M8"),
    (
        lambda s: s.evolve(entries=[roc.Entry(unit=_elsewhere(), in_place_of="M8")]),
        "there is no unit M8",
    ),
    (lambda s: s.evolve(entries=["M1", "M1"]), "M1 stands twice"),
    (
        lambda s: s.evolve(entries=[_elsewhere(), roc.Entry(unit=_elsewhere(), in_place_of="M2")]),
        "X1 stands twice, once in place of M2",
    ),
    (lambda s: s.evolve(entries=["M8", "M7"]), "there is no unit M8; there is no unit M7"),
)


@pytest.mark.parametrize(("call", "message"), _CALLS, ids=itertools.count())
def test_a_call_that_cannot_be_carried_out_says_why(
    call: Callable[[roc.Selection], object], message: str
) -> None:
    """Unknown units, pathways and conditions, and units that may not be there, are errors with suggestions."""
    with pytest.raises(roc.SelectionError, match=re.escape(message)):
        call(roc.Selection.start(_q()))


def test_adding_keeps_what_is_there_and_changes_states() -> None:
    """A unit that is there takes the new state; a listed unit may be given as a whole."""
    q = _q()
    start = roc.Selection.start(q)
    again = start.add("M1", state="rpl")
    assert [(str(each.place), each.state) for each in again] == [("M1", roc.State.RPL)]
    assert start.add(q.unit("M2")) == start.add("M2") == start.add(roc.Entry(unit="M2")) == start.add("M3")
    assert start.add(q.unit("M2"), state="rpl").entries[1].unit == roc.UnitNumber("M2")
    imported = start.add(_elsewhere(), credit=5)
    assert imported.entries[-1].credit == 5
    assert roc.check(imported).credit == 7


def test_an_equivalent_unit_stands_in_for_another() -> None:
    """It is seen under the other's number, with its own credit."""
    selection = roc.Selection.start(_q()).add(_elsewhere(credit=7), state="equivalent", in_place_of="M4")
    assert "M4" in selection
    assert "X1" not in selection
    assert roc.check(selection.with_pathway("gym")).credit == 9


def test_a_listed_unit_may_stand_in_for_another() -> None:
    """A unit of the qualification takes another's place, once."""
    selection = roc.Selection.of(_q(), [roc.Entry(unit="M5", in_place_of="M4")])
    assert [str(n) for n in selection.numbers] == ["M4"]


def test_a_selection_is_a_collection() -> None:
    """It has a length, is iterated in order, and tells what it holds."""
    selection = roc.Selection.start(_q()).add("M3")
    assert len(selection) == 3
    assert [str(each.place) for each in selection] == ["M1", "M2", "M3"]
    assert _q().unit("M1") in selection
    assert "M9" not in selection
    assert "" not in selection


def test_links_of_a_pathway_hold_on_it() -> None:
    """A link that a pathway states brings its units there only."""
    q = _q()
    assert [str(n) for n in roc.Selection.of(q).with_pathway("gym").add("M4").numbers] == ["M1", "M4"]
    assert [str(n) for n in roc.Selection.of(q).add("M4").numbers] == ["M4"]
    assert [str(n) for n in roc.Selection.start(q).remove(q.unit("M1")).numbers] == []


def test_exempt_units_may_bring_no_credit() -> None:
    """Whether an exemption brings its credit is a flag of the rule."""
    q = _q().evolve(exempt_credit_counts=False)
    assert roc.check(roc.Selection.of(q).add("M1", state="exempt")).credit == 0
    assert roc.check(roc.Selection.of(_q()).add("M1", state="exempt")).credit == 2
