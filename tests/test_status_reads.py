"""What can be read from a status, and what happens at limits."""

import datetime as dt
import pickle
import random

import pytest

import roc
from roc import _allocate, _nodes, status


def _suite() -> roc.Qualification:
    return roc.Qualification(
        title="Suite",
        operational_start="2020-01-01",
        operational_end="2022-04-30",
        certification_end="2025-04-30",
        units=[roc.Unit(number=f"M{i}", credit=3, guided_learning_hours=10) for i in range(1, 4)],
        groups=[roc.UnitGroup(name="B", units=["M1", "M2", "M3"])],
        pathways=[
            roc.Pathway(name="award", kind="award", rules=[roc.parse("at least 3 credits")]),
            roc.Pathway(name="diploma", kind="award", rules=[roc.parse("at least 9 credits")]),
            roc.Pathway(name="aqua", kind="specialisation", rules=[roc.parse("all of M3")]),
        ],
    )


def test_a_status_tells_what_is_earned() -> None:
    """Without a pathway every award is judged, and specialisations go with the one that is shown."""
    q = _suite()
    found = roc.check(roc.Selection.of(q, ["M1", "M3"]))
    assert found
    assert found.pathway == "award"
    assert found.earned == ("award", "aqua")
    assert found.pathways["award"] is found
    assert not found.pathways["diploma"].ok
    assert found.exact
    assert (found.units, found.credit, found.guided_learning_hours) == (2, 6, 20)
    chosen = roc.check(roc.Selection.of(q, ["M1", "M3"], pathway="diploma"))
    assert chosen.earned == ("aqua",) if chosen.pathways["aqua"].ok else not chosen.earned
    alone = roc.check(roc.Selection.of(q, ["M3"], pathway="aqua"))
    assert alone.ok
    assert alone.pathway == "aqua"


def test_dates_are_looked_at_when_given() -> None:
    """Too early, too late to register, too late to claim: each has its code."""
    selection = roc.Selection.of(_suite(), ["M1"])
    assert roc.check(selection).ok
    for date, event, code in (
        ("2019-12-31", "registration", "date.not-yet-open"),
        ("2022-05-01", "registration", "date.registration-closed"),
        (dt.date(2025, 5, 1), "certification", "date.certification-closed"),
    ):
        found = roc.check(selection, date=date, event=event)
        assert not found.ok
        assert [message.code for message in found.messages] == [code]
    assert roc.check(selection, date="2021-01-01").ok
    q = _suite()
    assert roc.version_on([q], dt.date(2021, 1, 1)) is q
    assert roc.version_on([q], dt.date(2023, 1, 1)) is None


def test_records_of_a_status_can_be_copied_with_changes() -> None:
    """Clause and group statuses are records; the combination too."""
    found = roc.check(roc.Selection.of(_suite(), ["M1"]))
    assert found.clauses[0].evolve(ok=False).ok is False
    assert found.groups["B"].evolve(ok=False).ok is False
    best = roc.best_combination(found.selection)
    assert best.evolve(exact=False).exact is False
    assert best.status.ok
    assert found.qualification.title == "Suite"
    assert dir(status) == ["ClauseStatus", "GroupStatus", "Status", "check"]


def _overlapping(units: int, groups: int) -> roc.Qualification:
    rng = random.Random(5)  # noqa: S311 - a rule is made up, nothing is kept secret
    numbers = [f"U{i:02}" for i in range(units)]
    return roc.Qualification(
        title="Overlap",
        units=[roc.Unit(number=n, credit=rng.choice((7, 9, 11, 13, 17))) for n in numbers],
        groups=[
            roc.UnitGroup(
                name=f"G{g}",
                units=[n for n in numbers if rng.random() < 0.6] or numbers[:1],
                rules=[roc.parse(f"{50 + g} to {51 + g} credits")],
            )
            for g in range(groups)
        ],
        rules=[roc.parse("at most 200 credits count")],
    )


def test_a_limit_that_is_reached_is_said() -> None:
    """Rules made to be hard end at a limit: the status is marked, and says so in a message."""
    q = _overlapping(40, 6)
    everything = roc.Selection.of(q, [unit.number for unit in q.units])
    found = roc.check(everything)
    assert not found.ok
    assert not found.exact
    assert found.messages[-1].code == "allocation.limit"
    best = roc.best_combination(everything, limit=2000)
    assert not best.exact
    assert roc.check(best.selection).ok == best.ok


def test_a_limit_leaves_what_can_be_left_out() -> None:
    """However small the limit, the best combination keeps to every ceiling."""
    q = _overlapping(14, 3).evolve(
        rules=[
            roc.parse("at most 30 credits"),
            roc.parse("U00 requires U01"),
            roc.parse("U02 and U03 are linked"),
        ]
    )
    best = roc.best_combination(roc.Selection.of(q, [unit.number for unit in q.units]), limit=1)
    assert not best.exact
    assert roc.check(best.selection).credit <= 30


def test_too_many_different_words_are_too_many() -> None:
    """A bound from above on different words looks at all that was taken."""
    q = roc.Qualification(
        title="Subjects",
        units=[roc.Unit(number=f"M{i}", tags={f"subject:s{i}"}) for i in range(3)],
        groups=[roc.UnitGroup(name="B", units=["M0", "M1", "M2"])],
        rules=[roc.parse("at most 1 different subject")],
    )
    found = roc.check(roc.Selection.of(q, ["M0", "M1", "M2"]))
    assert [(message.code, message.parameters["excess"]) for message in found.messages] == [
        ("threshold.kinds-over", 2)
    ]
    assert found.clauses[0].excess == 2


def test_a_status_comes_back_from_a_pickle() -> None:
    """It is worked out again from what it is about, and equals itself."""
    found = roc.check(roc.Selection.of(_suite(), ["M1"]), date="2021-01-01")
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert hash(again) == hash(found)
    assert again.earned == found.earned


def test_what_is_no_selection_is_told_so() -> None:
    """A qualification is not a selection, and a number is not a qualification."""
    with pytest.raises(roc.SelectionError, match="begin one with Selection"):
        roc.check(_suite())  # type: ignore[arg-type] # wrong on purpose
    with pytest.raises(roc.SelectionError, match="read one with load"):
        roc.Selection.start("500/9810/X")  # type: ignore[arg-type] # wrong on purpose


def test_something_is_left_where_everything_was_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a limit cut off all that could be kept, what can be left out is left out."""

    def nothing(*_arguments: object) -> dict[object, object]:
        return {}

    monkeypatch.setattr(_allocate._Component, "_thin", nothing)
    q = _overlapping(14, 3).evolve(rules=[roc.parse("at most 30 credits")])
    best = roc.best_combination(roc.Selection.of(q, [unit.number for unit in q.units]), limit=1)
    assert not best.exact
    assert roc.check(best.selection).credit <= 30


def test_capped_sharing_is_kept() -> None:
    """No more units than the cap count in both groups."""
    q = roc.Qualification(
        title="Shared",
        units=[roc.Unit(number=f"M{i}") for i in range(1, 4)],
        groups=[
            roc.UnitGroup(name="A", units=["M1", "M2", "M3"], rules=[roc.parse("at least 2 units")]),
            roc.UnitGroup(name="B", units=["M1", "M2", "M3"], rules=[roc.parse("at least 2 units")]),
        ],
        sharing=[roc.Sharing(groups=["A", "B"], at_most=1)],
    )
    found = roc.check(roc.Selection.of(q, ["M1", "M2", "M3"]))
    assert found.ok
    assert sum(len(groups) == 2 for groups in found.allocation.values()) == 1
    assert not roc.check(roc.Selection.of(q, ["M1", "M2"])).ok


def test_a_node_is_an_interface() -> None:
    """Every node says its own gap and uses; the base says none."""
    node = _nodes.Node()
    with pytest.raises(NotImplementedError):
        node.gap([])
    with pytest.raises(NotImplementedError):
        node.uses()
    assert _allocate.LIMIT > 0
