"""Laws of the solver under change: of the selection, of a bound, of names."""

from decimal import Decimal
from typing import cast

import attrs
from hypothesis import assume, event, given
from hypothesis import strategies as st
from tests.strategies_engine import examples, questions

from roc._record import Record
from roc.answers import UnitOption, Verdict
from roc.errors import LimitReachedError
from roc.numbers import UnitNumber
from roc.qualification import Entry, Qualification
from roc.rules import Threshold
from roc.selection import Selection
from roc.solver import Solver
from roc.status import check

_FEW = 30


def _added(selection: Selection) -> list[tuple[int, frozenset[str]]] | None:
    """Return some completions as sets of numbers, in order; ``None`` where the rule has too many alternatives."""
    try:
        found: list[tuple[int, frozenset[str]]] = []
        for each in Solver(selection.qualification).completions(selection):
            found.append((int(each.cost), frozenset(map(str, each.added))))
            if len(found) == _FEW:
                break
    except LimitReachedError:
        event("too many alternatives")
        return None
    return found


@examples(20)
@given(questions())
def test_a_completion_is_minimal_and_what_it_adds_is_open(selection: Selection) -> None:
    """Without any one of its units the smallest completion is none, and with each of them the rest completes."""
    solver = Solver(selection.qualification)
    try:
        best = solver.complete(selection)
    except LimitReachedError:
        return
    assume(best is not None and best.added)
    assert best is not None
    options = solver.options(selection)
    for number in best.added:
        fewer = best.selection.evolve(entries=[e for e in best.selection if e.place != number])
        assert not check(fewer).ok
        if number in options.by_number:
            assert options[number] in {UnitOption.FORCED, UnitOption.OPEN}
    for number in options.where(UnitOption.OPEN):
        grown = selection.evolve(entries=(*selection.entries, Entry(unit=number)))
        assert solver.verdict(grown) in {Verdict.COMPLETE, Verdict.COMPLETABLE}
    for number in options.where(UnitOption.CLOSED):
        grown = selection.evolve(entries=(*selection.entries, Entry(unit=number)))
        assert solver.verdict(grown) is Verdict.BLOCKED


@examples(20)
@given(questions(), st.data())
def test_a_relaxed_bound_loses_no_completion(selection: Selection, data: st.DataObject) -> None:
    """What completes a rule completes it when a minimum is lowered or a maximum raised at the top."""
    q = selection.qualification
    plain = [
        (i, rule)
        for i, rule in enumerate(q.rules)
        if isinstance(rule, Threshold) and not rule.percent and rule.ceiling.value == "taken"
    ]
    assume(plain)
    i, rule = data.draw(st.sampled_from(plain))
    looser = attrs.evolve(
        rule,
        minimum=None if rule.minimum is None else max(Decimal(0), rule.minimum - 1),
        maximum=None if rule.maximum is None else rule.maximum + 1,
    )
    relaxed = q.evolve(rules=[*q.rules[:i], looser, *q.rules[i + 1 :]])
    assume(not q.conditions and not any(group.opening for group in q.all_groups()))
    before = _added(selection)
    assume(before)
    solver = Solver(relaxed)
    for _, added in before or ():
        entries = (*selection.entries, *(Entry(unit=number) for number in sorted(added)))
        grown = selection.evolve(qualification=relaxed, entries=entries)
        assert check(grown).ok
        assert solver.verdict(grown) is Verdict.COMPLETE


def _renamed(q: Qualification) -> tuple[Qualification, dict[str, str]]:
    """Return a rule with other unit numbers, and the new number of each."""
    names = {str(unit.number): f"Z{i:03}" for i, unit in enumerate(q.units)}

    def change(value: object) -> object:
        if isinstance(value, UnitNumber):
            return UnitNumber(names[str(value)])
        if isinstance(value, tuple):
            return tuple(map(change, cast("tuple[object, ...]", value)))
        if isinstance(value, Record):
            fields = [field.name for field in attrs.fields(type(value)) if field.init]
            changed = {name: change(getattr(value, name)) for name in fields}
            return value.evolve(**changed)
        return value

    renamed = change(q)
    assert isinstance(renamed, Qualification)
    return renamed, names


@examples(20)
@given(questions())
def test_names_of_units_change_nothing(selection: Selection) -> None:
    """With other unit numbers in the same places the answers are the same."""
    q = selection.qualification
    assume(all(entry == Entry(unit=entry.place) for entry in selection))
    assume(not any(group.opening for group in q.all_groups()))
    other, names = _renamed(q)
    renamed = selection.evolve(
        qualification=other, entries=[Entry(unit=names[str(number)]) for number in selection.numbers]
    )
    before = _added(selection)
    after = _added(renamed)
    assert (before is None) == (after is None)
    if before is not None:
        assert after == [(cost, frozenset(names[n] for n in added)) for cost, added in before]
        options, others = Solver(q).options(selection), Solver(other).options(renamed)
        assert [option for _, option in options.items] == [option for _, option in others.items]
        assert options.verdict is others.verdict


@examples(20)
@given(questions(), st.data())
def test_the_order_of_choosing_changes_nothing(selection: Selection, data: st.DataObject) -> None:
    """The same units, chosen in another order, are the same question."""
    entries = data.draw(st.permutations(selection.entries))
    assert _added(selection.evolve(entries=entries)) == _added(selection)
