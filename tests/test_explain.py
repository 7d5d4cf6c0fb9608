"""Minimal conflicts by example: what is a member, the arithmetic, assumptions, and the limits."""

import itertools
from collections.abc import Iterable

import pytest

import roc
from roc._engine import refute
from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.explain import Core, Fact, conflict, conflicts, facts, families, own_choices
from roc._engine.glance import Glance, View
from roc._engine.rule import Rule
from roc.qualification import ways
from roc.rules import Clause, Measure

_PLENTY = 1_000_000


def _nothing_seen(*_: object) -> View:
    return View(None, None)


@pytest.fixture(params=["glance", "relaxation"], autouse=True)
def _sight(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every example be explained as it is, and by relaxations alone."""
    if request.param == "relaxation":
        monkeypatch.setattr(Glance, "look", _nothing_seen)


def _qualification(
    rules: Iterable[Clause | str] = (),
    *,
    groups: Iterable[roc.UnitGroup] = (),
    pathways: Iterable[roc.Pathway] = (),
    credit: Iterable[int | str] = (4, 4, 4, 6, 6, 8),
) -> roc.Qualification:
    units = [roc.Unit(number=f"M{i}", credit=each) for i, each in enumerate(credit, 1)]
    return roc.Qualification(
        title="Example",
        units=units,
        groups=list(groups) or [roc.UnitGroup(name="All", units=[unit.number for unit in units])],
        rules=[roc.parse(each) if isinstance(each, str) else each for each in rules],
        pathways=list(pathways),
        conditions=[roc.Condition(name="placement")],
    )


def _rules(q: roc.Qualification, *met: str) -> list[Rule]:
    return [Rule(q, pathways, (), frozenset(met)) for pathways in ways(q, None)]


def _facts(rules: list[Rule], chosen: int, core: Core | None) -> tuple[Fact, ...]:
    assert core is not None
    return facts(rules, chosen, core, Budget(_PLENTY))


def _mask(*numbers: int) -> int:
    """Return the units M1, M2 ... as a mask."""
    return sum(1 << number - 1 for number in numbers)


def test_a_barred_pair_that_is_chosen_is_the_conflict() -> None:
    """Only the clause and the two choices are named, not what else is chosen or asked for."""
    q = _qualification(["at least 12 credits", "M1 and M2 are barred", "M1 and M3 are linked"])
    assert conflict(_rules(q), _mask(1, 2, 4), Budget(_PLENTY)) == Core(("$.rules[1]",), _mask(1, 2))


def test_what_can_be_completed_has_no_conflict() -> None:
    """Then there is nothing to explain."""
    rules = _rules(_qualification(["at least 12 credits", "M1 and M2 are barred"]))
    assert conflict(rules, _mask(1), Budget(_PLENTY)) is None
    assert list(conflicts(rules, 0, Budget(_PLENTY))) == []


def test_the_arithmetic_of_a_floor_out_of_reach() -> None:
    """Needed 24 credits, 8 are there, at most 16 can be come to: D can add at most 8 of the 16 still needed."""
    q = _qualification(
        ["at least 24 credits from D", "at most 3 units"],
        groups=[
            roc.UnitGroup(name="C", units=["M1", "M2", "M3"]),
            roc.UnitGroup(name="D", units=["M4", "M5", "M6"]),
        ],
        credit=(4, 4, 4, 8, 8, 8),
    )
    rules = _rules(q)
    core = conflict(rules, _mask(1, 4), Budget(_PLENTY))
    assert core == Core(("$.rules[0]", "$.rules[1]"), _mask(1))
    assert _facts(rules, _mask(1, 4), core) == (
        Fact("$.rules[0]", 0, True, Measure.CREDIT, 24, 8, 16),
        Fact("$.rules[1]", 0, False, Measure.UNITS, 3, 2, 4),
    )


def test_facts_count_words_and_name_no_measure() -> None:
    """A bound on different words has its arithmetic, too; links and what depends on use have none."""
    q = roc.Qualification(
        title="Words",
        units=[roc.Unit(number=f"M{i}", tags=[f"subject:{'ab'[i % 2]}"]) for i in range(4)],
        groups=[roc.UnitGroup(name="All", units=[f"M{i}" for i in range(4)])],
        rules=[
            roc.parse("at least 2 different subject"),
            roc.parse("M0 and M1 are barred"),
            roc.parse("M3 and M1 are linked"),
            roc.parse("at most 1 unit"),
        ],
    )
    rules = _rules(q)
    found = list(conflicts(rules, 1, Budget(_PLENTY)))
    assert Core(("$.rules[0]", "$.rules[3]"), 0) in found
    assert _facts(rules, 1, Core(("$.rules[0]", "$.rules[3]"), 0)) == (
        Fact("$.rules[0]", 0, True, None, 2, 1, 1),
        Fact("$.rules[3]", 0, False, Measure.UNITS, 1, 1, 2),
    )
    linked = Core(("$.rules[2]", "$.rules[3]"), 2)
    assert _facts(rules, 2, linked) == (Fact("$.rules[3]", 0, False, Measure.UNITS, 1, 1, 2),)


def test_a_bound_that_leaves_a_gap_has_no_arithmetic() -> None:
    """Where less and more are possible but not what is asked for, neither bound by itself is out of reach."""
    q = _qualification(["exactly 5 credits from D"], groups=[roc.UnitGroup(name="D", units=["M1", "M2"])])
    rules = _rules(q)
    core = conflict(rules, 0, Budget(_PLENTY))
    assert core == Core(("$.rules[0]",), 0)
    assert _facts(rules, 0, core) == ()


def test_units_that_only_came_along_are_not_named() -> None:
    """The link is a member, and the one unit that the person chose; its partner is not."""
    q = _qualification(["M1 and M2 are linked", "M2 and M3 are barred"])
    assert conflict(_rules(q), _mask(1, 3), Budget(_PLENTY)) == Core(
        ("$.rules[0]", "$.rules[1]"), _mask(1, 3)
    )


def test_all_bounds_and_all_alternatives_of_a_clause_are_one_member() -> None:
    """A choice is dropped as a whole, and so is a mandatory group or a group that is chosen from."""
    q = _qualification(
        ["any of (at least 1 unit from A) or (at least 2 units from B)", "at most 0 units from A and B"],
        groups=[
            roc.UnitGroup(name="A", kind="mandatory", units=["M1"]),
            roc.UnitGroup(
                name="B",
                choose=1,
                mixing=False,
                groups=[
                    roc.UnitGroup(name="B1", units=["M2", "M3"], rules=[roc.parse("at least 1 unit")]),
                    roc.UnitGroup(name="B2", units=["M4"], rules=[roc.parse("at least 1 unit")]),
                ],
            ),
        ],
    )
    found = set(conflicts(_rules(q), _mask(2, 4), Budget(_PLENTY)))
    assert found == {
        Core(("$.rules[0]", "$.rules[1]"), 0),
        Core(("$.rules[1]", "$.groups[0]"), 0),
        Core(("$.rules[1]", "$.groups[1]"), 0),
        Core(("$.rules[1]",), _mask(2)),
        Core(("$.rules[1]",), _mask(4)),
        Core(("$.groups[1]",), _mask(2, 4)),
    }


def test_what_depends_on_use_is_either_unused_or_fulfilled() -> None:
    """A minimum that applies if anything is chosen is explained with the choice that makes it apply."""
    q = _qualification(
        ["at least 12 credits from A if any", "at most 2 units"],
        groups=[
            roc.UnitGroup(name="A", units=["M1", "M2", "M3"]),
            roc.UnitGroup(name="B", units=["M4", "M5", "M6"]),
        ],
    )
    assert conflict(_rules(q), _mask(1), Budget(_PLENTY)) == Core(("$.rules[0]", "$.rules[1]"), _mask(1))
    assert conflict(_rules(q), _mask(4), Budget(_PLENTY)) is None


def test_a_clause_that_nothing_can_satisfy_is_a_conflict_by_itself() -> None:
    """Asserted facts that a rule forbids cannot be undone by any choice of units."""
    rules = _rules(_qualification(["exactly 0 of (placement is met) or (at least 9 units)"]), "placement")
    assert list(conflicts(rules, _mask(1), Budget(_PLENTY))) == [Core(("$.rules[0]",), 0)]
    rules = _rules(_qualification(['exactly 0 of ("All" is complete) or (at least 9 units)']))
    assert list(conflicts(rules, _mask(1), Budget(_PLENTY))) == [Core(("$.rules[0]",), 0)]


def test_a_conflict_holds_for_every_pathway() -> None:
    """With several pathways in question it takes what blocks each of them, and facts say of which they are."""
    q = _qualification(
        ["at most 1 unit"],
        pathways=[
            roc.Pathway(name="P1", rules=[roc.parse("at least 3 units")]),
            roc.Pathway(name="P2", rules=[roc.parse("at least 2 units")]),
        ],
    )
    rules = _rules(q)
    core = conflict(rules, 0, Budget(_PLENTY))
    assert core == Core(("$.rules[0]", "$.pathways[0].rules[0]", "$.pathways[1].rules[0]"), 0)
    assert {(each.source, each.way) for each in _facts(rules, 0, core)} == {
        ("$.rules[0]", 0),
        ("$.rules[0]", 1),
        ("$.pathways[0].rules[0]", 0),
        ("$.pathways[1].rules[0]", 1),
    }


def test_no_arithmetic_on_a_pathway_that_something_else_blocks() -> None:
    """Where the other members exclude one another on a pathway, there is nothing to come to."""
    q = _qualification(
        ["at most 1 unit"],
        pathways=[
            roc.Pathway(name="P1", rules=[roc.parse("at least 7 units")]),
            roc.Pathway(name="P2", rules=[roc.parse("at least 2 units")]),
        ],
    )
    rules = _rules(q)
    core = Core(("$.rules[0]", "$.pathways[0].rules[0]", "$.pathways[1].rules[0]"), 0)
    assert [core] == list(conflicts(rules, 0, Budget(_PLENTY)))
    assert ("$.rules[0]", 0) not in {(each.source, each.way) for each in _facts(rules, 0, core)}


def test_units_of_other_pathways_are_the_rule_of_the_whole() -> None:
    """A unit that only another pathway lists is wrong by the rule as a whole, ``$``."""
    q = _qualification(
        groups=[
            roc.UnitGroup(name="A", units=["M1"], pathways=["P1"]),
            roc.UnitGroup(name="B", units=["M2"], pathways=["P2"]),
        ],
        pathways=[roc.Pathway(name="P1"), roc.Pathway(name="P2")],
    )
    assert conflict(_rules(q), _mask(1, 2), Budget(_PLENTY)) == Core(("$",), _mask(1, 2))
    only = _rules(q)[:1]
    core = conflict(only, _mask(2), Budget(_PLENTY))
    assert core == Core(("$",), _mask(2))
    assert _facts(only, _mask(2), core) == (Fact("$", 0, False, Measure.UNITS, 0, 1, 1),)


def test_why_a_unit_is_closed_or_forced() -> None:
    """What is assumed for the question is no member of the answer."""
    rules = _rules(_qualification(["M1 and M2 are barred", "M3 requires M4"]))
    assert conflict(rules, _mask(1), Budget(_PLENTY), must=_mask(2)) == Core(("$.rules[0]",), _mask(1))
    assert conflict(rules, _mask(3), Budget(_PLENTY), banned=_mask(4)) == Core(("$.rules[1]",), _mask(3))
    assert conflict(rules, 0, Budget(_PLENTY), must=_mask(3), banned=_mask(4)) == Core(("$.rules[1]",), 0)


def test_assumptions_that_exclude_one_another_need_no_member() -> None:
    """A unit that is both chosen and left out is the conflict."""
    rules = _rules(_qualification())
    assert list(conflicts(rules, 0, Budget(_PLENTY), must=1, banned=1)) == [Core((), 0)]
    assert list(conflicts(rules, _mask(1, 2), Budget(_PLENTY), banned=_mask(2))) == [Core((), _mask(2))]


def _crowded(units: int = 12) -> list[Rule]:
    """Return a rule whose relaxation is possible but which no selection satisfies: an even sum that is to be odd."""
    return _rules(
        _qualification(
            [f"exactly {units // 2} units", f"exactly {units + 1} credits", "M1 and M2 are barred"],
            credit=[1 + 2 * (i % 2) for i in range(units)],
        )
    )


@pytest.mark.parametrize(("nodes", "quick"), [(0, 0), (8, 0), (24, 1), (1000, 100_000)])
def test_what_the_relaxation_cannot_refute_is_searched(
    monkeypatch: pytest.MonkeyPatch, nodes: int, quick: int
) -> None:
    """However early the proof turns to the search, the conflict is the same."""
    monkeypatch.setattr(refute, "_NODES", nodes)
    monkeypatch.setattr(refute, "_QUICK", quick)
    assert conflict(_crowded(), 0, Budget(_PLENTY)) == Core(("$.rules[0]", "$.rules[1]"), 0)


@pytest.mark.parametrize(("nodes", "quick"), [(0, 0), (1000, 0), (0, 100_000)])
def test_what_the_relaxation_leaves_open_may_be_possible(
    monkeypatch: pytest.MonkeyPatch, nodes: int, quick: int
) -> None:
    """Decisions and the search find what the walk does not."""
    monkeypatch.setattr(refute, "_STEPS", 1)
    monkeypatch.setattr(refute, "_NODES", nodes)
    monkeypatch.setattr(refute, "_QUICK", quick)
    rules = _rules(_qualification(["exactly 35 credits"], credit=(6, 10, 15, 14, 21, 22)))
    assert conflict(rules, 0, Budget(_PLENTY)) is None


@pytest.mark.parametrize("left", [0, 30, 60, 100, 200, 400, 800])
def test_a_budget_that_is_spent_is_an_error(left: int) -> None:
    """Neither a wrong conflict nor a wrong all-clear is given."""
    with pytest.raises(OutOfBudgetError):
        conflict(_crowded(40), 0, Budget(left))


def test_listing_conflicts_spends_the_budget_too() -> None:
    """The number of conflicts may be large; those found before are given."""
    q = _qualification([f"M{i} and M{j} are barred" for i, j in itertools.combinations(range(1, 7), 2)])
    rules, chosen = _rules(q), _mask(1, 2, 3, 4, 5, 6)
    budget = Budget(_PLENTY)
    every = list(conflicts(rules, chosen, budget))
    assert len(set(every)) == len(every) == 15
    found: list[Core] = []
    short = Budget((_PLENTY - budget.left) * 2 // 3)
    with pytest.raises(OutOfBudgetError):
        found.extend(conflicts(rules, chosen, short))
    pair, clash = _rules(_qualification(["M1 and M2 are barred"])), Core(("$.rules[0]",), _mask(1, 2))
    budget = Budget(_PLENTY)
    stream = conflicts(pair, _mask(1, 2), budget)
    assert next(stream) == clash
    budget.left = 0
    with pytest.raises(OutOfBudgetError):
        next(stream)
    stream = conflicts(rules, chosen, Budget(_PLENTY))
    assert [next(stream) for _ in range(3)] == every[:3]


def test_a_proof_that_does_not_hold_in_whole_numbers_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the simplex claims, the search decides; only what is named becomes less apt at first."""

    def claim(*_: object, proof: list[float]) -> None:
        proof[:] = [0.0, 0.0]

    monkeypatch.setattr(refute, "prices", claim)
    rules = _rules(_qualification(["at least 20 credits", "at most 3 units", "M1 and M2 are barred"]))
    assert conflict(rules, 0, Budget(_PLENTY)) is None
    rules = _rules(_qualification(["at least 21 credits", "at most 3 units", "M1 and M2 are barred"]))
    assert conflict(rules, _mask(6), Budget(_PLENTY)) == Core(("$.rules[0]", "$.rules[1]"), 0)


def test_caps_on_sharing_are_part_of_every_selection() -> None:
    """How many units two groups may share is no member: it is true of every allocation."""
    units = [roc.Unit(number=f"M{i}") for i in range(1, 4)]
    numbers = [unit.number for unit in units]
    q = roc.Qualification(
        title="Shared",
        units=units,
        groups=[
            roc.UnitGroup(name=name, units=numbers, rules=[roc.parse("at least 2 units")])
            for name in ("A", "B")
        ],
        rules=[roc.parse("M2 and M3 are barred")],
        sharing=[roc.Sharing(groups=["A", "B"], at_most=1)],
    )
    both = ("$.groups[0].rules[0]", "$.groups[1].rules[0]")
    assert conflict(_rules(q), 0, Budget(_PLENTY)) == Core(("$.rules[0]", *both), 0)


@pytest.mark.parametrize("order", ["there", "back", "to and fro"])
def test_a_long_chain_of_needs(order: str) -> None:
    """Where one unit brings another, and so on, the whole chain is the conflict, however the clauses are ordered."""
    links = [*range(1, 60)]
    if order == "back":
        links.reverse()
    elif order == "to and fro":
        links = [*links[::-2], *links[1::2]]
    chain = [f"M{i} requires M{i + 1}" for i in links]
    rules = _rules(_qualification(["at most 59 units", *chain], credit=[1] * 60))
    core = conflict(rules, _mask(1), Budget(_PLENTY))
    assert core == Core(tuple(f"$.rules[{i}]" for i in range(60)), _mask(1))
    assert conflict(rules, _mask(7), Budget(_PLENTY)) is None


def test_floors_that_lie_apart_are_added_up() -> None:
    """What each group needs, in whole linked units, is more than the total allows: nobody has to choose anything."""
    groups = [
        roc.UnitGroup(name="A", units=["M1", "M2", "M3"], rules=[roc.parse("at least 2 units")]),
        roc.UnitGroup(name="B", units=["M4", "M5", "M6"], rules=[roc.parse("at least 9 credits")]),
    ]
    floors = ("$.groups[0].rules[0]", "$.groups[1].rules[0]")
    rules = _rules(_qualification(["at most 16 credits"], groups=groups))
    assert conflict(rules, 0, Budget(_PLENTY)) == Core(("$.rules[0]", *floors), 0)
    rules = _rules(_qualification(["at most 21 credits", "M4 and M6 are linked"], groups=groups))
    assert conflict(rules, 0, Budget(_PLENTY)) == Core(("$.rules[0]", "$.rules[1]", *floors), 0)
    rules = _rules(_qualification(["at most 22 credits", "M4 and M6 are linked"], groups=groups))
    assert conflict(rules, 0, Budget(_PLENTY)) is None
    rules = _rules(_qualification(["at most 2 units", "M4 and M6 are linked"], groups=groups))
    assert conflict(rules, 0, Budget(_PLENTY)) == Core(("$.rules[0]", *floors), 0)


def test_ceilings_that_lie_apart_leave_too_little() -> None:
    """Each group may add so much; together that is less than the total, with what was chosen besides."""
    groups = [
        roc.UnitGroup(name="A", units=["M1", "M2", "M3"], rules=[roc.parse("at most 1 unit")]),
        roc.UnitGroup(name="B", units=["M4", "M5"], rules=[roc.parse("at most 6 credits count")]),
        roc.UnitGroup(name="C", units=["M6"]),
    ]
    rules = _rules(_qualification(["at least 17 credits", "M1 and M6 are barred"], groups=groups))
    ceilings = ("$.groups[0].rules[0]", "$.groups[1].rules[0]")
    assert conflict(rules, _mask(1, 4), Budget(_PLENTY)) == Core(
        ("$.rules[0]", "$.rules[1]", ceilings[0]), _mask(1)
    )
    rules = _rules(_qualification(["at least 19 credits"], groups=groups))
    assert conflict(rules, 0, Budget(_PLENTY)) == Core(("$.rules[0]", *ceilings), 0)


def test_sums_in_small_steps() -> None:
    """Amounts with many places are explained like others."""
    q = _qualification(
        ["exactly 50 credits", "M1 and M2 are barred"], credit=["20.01", "20.01", "10.01", "19.99"]
    )
    assert conflict(_rules(q), 0, Budget(_PLENTY)) == Core(("$.rules[0]",), 0)
    q = _qualification(["exactly 50.01 credits"], credit=["20.01", "20.01", "10.01", "19.99"])
    assert conflict(_rules(q), _mask(1), Budget(_PLENTY)) is None


def test_linked_units_are_a_family_on_every_pathway() -> None:
    """A link of one pathway joins units there only; links of links join all."""
    q = _qualification(
        ["M1 and M2 are linked", "any of (M4 and M5 are linked) or (at least 6 units)"],
        pathways=[
            roc.Pathway(
                name="P1", rules=[roc.parse("M2 and M3 are linked"), roc.parse("M5 and M6 are linked")]
            ),
            roc.Pathway(name="P2", rules=[roc.parse("M3 and M2 are linked")]),
        ],
    )
    rules = _rules(q)
    assert families(rules) == [7, 7, 7, 8, 16, 32]
    assert families(rules[:1]) == [7, 7, 7, 8, 48, 48]
    assert own_choices(rules, _mask(2, 3, 5, 6)) == _mask(2, 5, 6)
    assert own_choices(rules[:1], _mask(2, 3, 5, 6)) == _mask(2, 5)


def test_what_the_rule_needs_anyway_is_nobodys_choice() -> None:
    """A mandatory unit, one that a clause names, and what is linked to it; not what only one pathway needs."""
    q = _qualification(
        ["all of M3", "M3 and M4 are linked", "at least 1 unit from A"],
        groups=[
            roc.UnitGroup(name="M", kind="mandatory", units=["M1", "M2"]),
            roc.UnitGroup(name="A", units=["M3", "M4", "M5", "M6"]),
        ],
        pathways=[roc.Pathway(name="P1", rules=[roc.parse("all of M5")]), roc.Pathway(name="P2")],
    )
    rules = _rules(q)
    assert own_choices(rules, _mask(1, 2, 3, 4, 5, 6)) == _mask(5, 6)
    assert own_choices(rules[:1], _mask(1, 2, 3, 4, 5, 6)) == _mask(6)


def test_a_rule_without_units() -> None:
    """What asks for a unit is the conflict where there is none."""
    q = roc.Qualification(title="Empty", rules=[roc.parse("at least 1 unit"), roc.parse("at most 3 units")])
    assert conflict(_rules(q), 0, Budget(_PLENTY)) == Core(("$.rules[0]",), 0)
