"""What counts and what was taken: which of the two each kind of clause looks at."""

import itertools

import pytest

import roc

# M1, M2 (3 credits each) and M3 stand in B; of B at most 3 credits count, so M2 is taken and does not count.
_SURPLUS = "at most 3 credits from B count"


def _q(*sentences: str) -> roc.Qualification:
    return roc.Qualification(
        title="Counts",
        units=[
            roc.Unit(number="M1", credit=3, tags=["subject:art"]),
            roc.Unit(number="M2", credit=3, tags=["subject:maths"]),
            roc.Unit(number="M3", credit=0),
            roc.Unit(number="E1", credit=3),
            roc.Unit(number="X1", credit=3),
        ],
        groups=[
            roc.UnitGroup(name="B", units=["M1", "M2", "M3"]),
            roc.UnitGroup(name="C", rules=[roc.parse("at least 2 units from B")]),
            roc.UnitGroup(name="Extra", units=["E1"], counts=False),
        ],
        rules=[roc.parse(each) for each in sentences],
        conditions=[roc.Condition(name="never")],
    )


_CASES = [
    # minima see what counts
    ("at least 2 units from units M1 and M2", False),
    ("at least 4 credits", False),
    ("at least 2 different subject", False),
    ("at least 1 unit from Extra", False),
    ("any of (at least 4 credits) or (at least 2 units from units M1 and M2)", False),
    ("2 to 2 of (all of M1) or (all of M2)", False),
    ("all of M2", True),  # either may be the one that counts
    # maxima, and all that limits or decides, see what was taken
    ("at most 1 unit from units M1 and M2", False),
    ("at most 5 credits from B", False),
    ("at most 1 different subject", False),
    ("at most 3 units", False),  # M1, M2, M3 and E1; X1 is in no group
    ("at most 4 units", True),
    ("at most 0 units from units X1", True),
    ("M1 and M2 are barred", False),
    ("M1 and X1 are barred", False),
    ("M1 and X1 are linked", True),
    ("M1 requires M2", True),
    ("M1 requires E1 and X1", True),
    ("at least 2 units from units M1 and M2 if any", False),
    ("at least 1 unit from Extra if any", False),
    ("if at least 2 units from units M1 and M2 then never is met", False),
    ("if at least 2 different subject then never is met", False),
    ("if at least 1 unit from Extra then never is met", False),
    ("if all of X1 then never is met", True),
    ("at most 1 of (all of M1) or (all of M2)", False),
    ("at most 0 of (at least 4 credits from B) or (at least 1 unit from Extra)", False),
]


@pytest.mark.parametrize(("sentence", "ok"), _CASES, ids=itertools.count())
def test_what_a_clause_looks_at(sentence: str, *, ok: bool) -> None:
    """Minima see what counts; whatever limits or decides sees what was taken."""
    q = _q(_SURPLUS, sentence).evolve(groups=[each for each in _q().groups if each.name != "C"])
    status = roc.check(roc.Selection.of(q, ["M1", "M2", "M3", "E1", "X1"]))
    assert status.units == 2
    assert len(status.surplus) == 1
    assert status.ok is ok
    if not ok:
        assert status.findings()


def test_a_group_is_complete_in_two_senses() -> None:
    """Where a group must be complete what counts decides; in a condition, what was taken does."""
    must = roc.check(roc.Selection.of(_q("at most 1 unit count"), ["M1", "M2"]))
    assert not must.groups["C"].ok
    assert must.surplus == (roc.UnitNumber("M2"),)
    decides = _q("at most 1 unit count", "if C is complete then never is met")
    found = roc.check(roc.Selection.of(decides, ["M1", "M2"]))
    assert [each.ok for each in found.clauses] == [True, False]
    alone = roc.check(roc.Selection.of(decides, ["M1"]))
    assert [each.ok for each in alone.clauses] == [True, True]


def test_a_choice_says_how_many_options_it_saw() -> None:
    """Too few are told by what counts, too many by what was taken."""
    q = _q("at most 1 unit count", "exactly 1 of (all of M1) or (all of M2)")
    found = roc.check(roc.Selection.of(q, ["M1", "M2"])).clauses[1]
    assert (found.actual, found.excess, found.shortfall) == (1, 1, 0)
    assert [each.code for each in found.messages] == ["choice.over"]
    assert found.messages[0].parameters["actual"] == 2
