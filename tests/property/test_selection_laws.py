"""Laws of selections: sets of units with links honoured, whatever the order of the calls."""

import pickle
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.strategies_engine import examples, qualifications, questions

from roc.errors import SelectionError
from roc.numbers import UnitNumber
from roc.qualification import Qualification
from roc.rules import Linked, State
from roc.selection import Selection

SETTINGS = examples(150)


@st.composite
def linked(draw: st.DrawFn) -> Qualification:
    """A qualification of a few units, some of them linked, with a mandatory one at times."""
    q = draw(qualifications(routes=False))
    numbers = [unit.number for unit in q.units]
    pairs = draw(
        st.lists(st.lists(st.sampled_from(numbers), min_size=2, max_size=3, unique=True), max_size=3)
    )
    return q.evolve(rules=[*q.rules, *(Linked(units=pair) for pair in pairs)])


def _links(q: Qualification) -> list[tuple[UnitNumber, ...]]:
    rules = [*q.rules, *(rule for group in q.all_groups() for rule in group.rules)]
    return [rule.units for rule in rules if isinstance(rule, Linked)]


def _is_closed(selection: Selection) -> bool:
    return all(len({unit in selection for unit in units}) == 1 for units in _links(selection.qualification))


@given(selection=questions(), random=st.randoms(use_true_random=False))
@SETTINGS
def test_the_order_of_units_makes_no_difference(selection: Selection, random: Random) -> None:
    """Selections of the same entries are equal, hash alike and list their units alike."""
    entries = [*selection.entries]
    random.shuffle(entries)
    other = selection.evolve(entries=entries)
    assert other == selection
    assert hash(other) == hash(selection)
    assert other.numbers == selection.numbers
    assert {other, selection} == {selection}


@given(selection=questions())
@SETTINGS
def test_a_selection_is_a_container_of_its_units(selection: Selection) -> None:
    """Length, iteration, membership and numbers tell of the same units, listed ones in declared order."""
    assert len(selection) == len(selection.numbers) == len([*selection])
    assert all(number in selection and str(number) in selection for number in selection.numbers)
    order = [unit.number for unit in selection.qualification.units]
    listed = [number for number in selection.numbers if number in order]
    assert listed == [number for number in order if number in selection]
    assert selection.numbers[: len(listed)] == tuple(listed)
    copy = pickle.loads(pickle.dumps(selection))
    assert (copy, hash(copy)) == (selection, hash(selection))


@given(q=linked(), data=st.data())
@SETTINGS
def test_links_are_kept_by_add_and_remove(q: Qualification, data: st.DataObject) -> None:
    """However units are added and removed, of linked units all are there or none."""
    selection = Selection.start(q)
    assert _is_closed(selection)
    for _ in range(data.draw(st.integers(1, 6))):
        number = data.draw(st.sampled_from([unit.number for unit in q.units]))
        before = selection
        selection = selection.remove(number) if number in selection else selection.add(number)
        assert (number in selection) is not (number in before)
        assert _is_closed(selection)


@given(q=linked(), data=st.data())
@SETTINGS
def test_removing_what_was_added_leads_back(q: Qualification, data: st.DataObject) -> None:
    """Adding a unit and removing it again gives the selection that there was."""
    chosen = data.draw(st.lists(st.sampled_from([unit.number for unit in q.units]), unique=True))
    selection = Selection.start(q).add(*chosen)
    missing = [unit.number for unit in q.units if unit.number not in selection]
    assume(missing)
    number = data.draw(st.sampled_from(missing))
    added = selection.add(number)
    assert added.remove(number) == selection
    assert added.add(number) == added
    assert set(selection.entries) < set(added.entries)


@given(q=linked(), data=st.data(), random=st.randoms(use_true_random=False))
@SETTINGS
def test_adding_does_not_depend_on_order(q: Qualification, data: st.DataObject, random: Random) -> None:
    """Units added at once, one by one or in another order give the same selection."""
    chosen = data.draw(st.lists(st.sampled_from([unit.number for unit in q.units]), unique=True))
    at_once = Selection.start(q).add(*chosen)
    one_by_one = Selection.start(q)
    random.shuffle(chosen)
    for number in chosen:
        one_by_one = one_by_one.add(number)
    assert one_by_one == at_once


@given(selection=questions(), data=st.data())
@SETTINGS
def test_a_state_given_later_is_the_state(selection: Selection, data: st.DataObject) -> None:
    """Adding a unit that is there changes its state and nothing else."""
    listed = [entry.place for entry in selection if entry.place in selection.qualification.units_by_number]
    inside = selection.with_pathway(None)
    assume(listed)
    number = data.draw(st.sampled_from(listed))
    state = data.draw(st.sampled_from(list(State)))
    changed = inside.add(number, state=state)
    assert next(entry.state for entry in changed if entry.place == number) is state
    assert {*inside.numbers} <= {*changed.numbers}
    assert {e for e in inside if e.place != number} <= {*changed.entries}


@given(selection=questions(), number=st.sampled_from(["M9", "Q", "m99"]))
@SETTINGS
def test_unknown_units_change_nothing(selection: Selection, number: str) -> None:
    """A unit that is not known is refused by add, remove and of."""
    with pytest.raises(SelectionError):
        selection.add(number)
    with pytest.raises(SelectionError):
        selection.remove(number)
    with pytest.raises(SelectionError):
        Selection.of(selection.qualification, [number])
    assert number not in selection


@given(selection=questions())
@SETTINGS
def test_conditions_and_pathways_are_kept_apart_from_units(selection: Selection) -> None:
    """Asserting every condition and leaving the pathway touch no unit."""
    names = [each.name for each in selection.qualification.conditions]
    met = selection.meet(*names)
    assert met.conditions == {*names}
    assert met.entries == selection.entries
    assert met.meet(*names) == met
    assert met.with_pathway(None).with_pathway(selection.pathway) == met
