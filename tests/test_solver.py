"""The solver on real rules, on rules made to be hard, and at its limits."""

import itertools
import random
from decimal import Decimal
from pathlib import Path

import pytest

import roc
from roc import (
    Completion,
    EngineError,
    LimitReachedError,
    Limits,
    Options,
    Solver,
    UnitOption,
    Verdict,
)
from roc._engine.prices import prices

_ROOT = Path(__file__).parent
_FILES = sorted(
    [*(_ROOT / "corpus").glob("*.yaml"), *(_ROOT.parent / "examples" / "qualifications").iterdir()]
)


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_every_part_of_a_worked_example_can_be_finished(path: Path) -> None:
    """A part of a valid example is completable, by no more units than the example adds, none of them closed."""
    q = roc.load(path)
    solver = Solver(q)
    rng = random.Random(path.stem)  # noqa: S311 - no secret
    for example in q.examples:
        if not example.ok:
            continue
        whole = roc.Selection.of(q, example.selection, pathway=example.pathway, conditions=example.conditions)
        for share in (1.0, 0.5, 0.0):
            part = whole.evolve(
                entries=[each for each in whole if rng.random() < share or isinstance(each.unit, roc.Unit)]
            )
            assert solver.verdict(part) is not Verdict.BLOCKED
            best = solver.complete(part)
            assert best is not None
            assert best.cost <= len(whole) - len(part)
            options = solver.options(part)
            assert options.exact
            for number in whole.numbers:
                if number in q.units_by_number:
                    assert options[number] is not UnitOption.CLOSED


def _packed(seed: int, units: int) -> roc.Qualification:
    """Return an invented rule with nested groups, relations across them, and a window for the credit."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    made = [
        roc.Unit(number=f"U{i:03}", level=rng.choice((2, 3, 3, 4)), credit=rng.randint(2, 13))
        for i in range(units)
    ]
    numbers = [unit.number for unit in made]
    third = units // 3
    groups = [
        roc.UnitGroup(name="M", kind="mandatory", units=numbers[:3]),
        roc.UnitGroup(
            name="G0",
            units=numbers[3:third],
            rules=[roc.parse("at least 3 units")],
            groups=[
                roc.UnitGroup(
                    name="G1",
                    units=numbers[third : 2 * third],
                    rules=[roc.parse("2 to 5 units"), roc.parse("at least 15 credits")],
                )
            ],
        ),
        roc.UnitGroup(
            name="G2",
            units=numbers[2 * third - 4 :],
            rules=[roc.parse("at least 2 units"), roc.parse("at most 40 credits")],
        ),
    ]
    picked = rng.sample(numbers[3:], 12)
    rules: list[roc.Clause] = [
        *(roc.Barred(units=picked[i : i + 2]) for i in (0, 2, 4)),
        *(roc.Requires(unit=picked[i], units=[picked[i + 1]]) for i in (6, 8)),
        roc.Linked(units=picked[10:12]),
    ]
    credit = sum(unit.credit or 0 for unit in made[: third + 4])
    low = int(credit * Decimal("0.8"))
    rules += [
        roc.parse(f"{low} to {low + 9} credits"),
        roc.parse(f"at least {low // 2 + 1} credits at level 3 or above"),
    ]
    return roc.Qualification(title="Invented", level=3, units=made, groups=groups, rules=rules)


@pytest.mark.parametrize("seed", range(12))
def test_mid_sized_rules_are_answered_alike_by_different_questions(seed: int) -> None:
    """Completions are ordered, distinct and OK; units in them are open or forced; closed ones block."""
    q = _packed(seed, 30 + 3 * seed)
    solver = Solver(q)
    selection = roc.Selection.start(q)
    found = list(itertools.islice(solver.completions(selection), 30))
    levels = [(each.cost, each.credit) for each in found]
    assert levels == sorted(levels)
    assert len({each.added for each in found}) == len(found)
    options = solver.options(selection)
    assert options.exact
    assert (options.verdict is Verdict.BLOCKED) == (not found)
    for completion in found:
        assert roc.check(completion.selection).ok
        assert all(options[n] in {UnitOption.OPEN, UnitOption.FORCED} for n in completion.added)
        assert set(options.where("forced")) <= set(completion.added)
    for number in options.where("closed")[:5]:
        grown = selection.evolve(entries=(*selection.entries, roc.Entry(unit=number)))
        assert solver.verdict(grown) is Verdict.BLOCKED


def _simple() -> roc.Qualification:
    return roc.Qualification(
        title="Simple",
        units=[roc.Unit(number=n, credit=c) for n, c in (("M1", 4), ("M2", 3), ("M3", 3), ("M4", "2.5"))],
        groups=[roc.UnitGroup(name="B", units=["M1", "M2", "M3", "M4"])],
        rules=[roc.parse("at least 7 credits")],
    )


def _added(solver: Solver, selection: roc.Selection, **options: object) -> list[str]:
    return [str(each) for each in itertools.islice(solver.completions(selection, **options), 3)]  # type: ignore[arg-type] # any of the options


def test_the_order_follows_cost_credit_and_declared_order() -> None:
    """Fewest units first, then least credit, then declared order; prices, preferences and bans change it."""
    q = _simple()
    solver = Solver(q)
    empty = roc.Selection.of(q)
    assert _added(solver, empty) == ["M1, M2", "M1, M3", "M2, M3, M4"]
    assert _added(solver, empty, prefer=["M3"]) == ["M1, M3", "M1, M2", "M2, M3, M4"]
    assert _added(solver, empty, avoid=["M1"]) == ["M2, M3, M4"]
    assert _added(solver, empty, costs={"M1": "2.5"})[0] == "M2, M3, M4"
    cheap = solver.complete(empty, costs={"M2": "0.5", "M1": 1})
    assert cheap is not None
    assert (str(cheap), cheap.cost) == ("M1, M2", Decimal("1.5"))


def test_diverse_completions_differ() -> None:
    """A unit that was suggested costs more, so that the next suggestion is another one."""
    q = roc.Qualification(
        title="Wide",
        units=[roc.Unit(number=f"M{i}") for i in range(6)],
        groups=[roc.UnitGroup(name="B", units=[f"M{i}" for i in range(6)])],
        rules=[roc.parse("at least 2 units")],
    )
    found = itertools.islice(Solver(q).completions(roc.Selection.of(q), diverse=True), 3)
    assert [str(each) for each in found] == ["M0, M1", "M2, M3", "M4, M5"]


def test_diverse_completions_end_where_there_are_no_more() -> None:
    """Every completion comes once, then no more."""
    q = _simple()
    found = list(Solver(q).completions(roc.Selection.of(q), diverse=True))
    assert len({each.added for each in found}) == len(found) == 7


def test_a_complete_selection_is_its_own_first_completion() -> None:
    """Nothing has to be added to what is complete."""
    q = _simple()
    selection = roc.Selection.of(q, ["M1", "M2"])
    solver = Solver(q)
    first = solver.complete(selection)
    assert first is not None
    assert str(first) == "nothing to add"
    assert solver.verdict(selection) is Verdict.COMPLETE


def test_a_blocked_selection_has_no_completion() -> None:
    """Where a ceiling is exceeded nothing can be added that helps, and every unit is closed."""
    q = _simple().evolve(rules=[roc.parse("at least 7 credits"), roc.parse("at most 1 unit")])
    solver = Solver(q)
    selection = roc.Selection.of(q, ["M1"])
    assert solver.complete(selection) is None
    assert solver.verdict(selection) is Verdict.BLOCKED
    options = solver.options(selection)
    assert options.verdict is Verdict.BLOCKED
    assert options.where("chosen") == (roc.UnitNumber("M1"),)
    assert len(options.where(UnitOption.CLOSED)) == 3


def test_conditions_that_may_still_be_met_do_not_block() -> None:
    """A completion says which conditions must be met, and only those."""
    q = _simple().evolve(
        conditions=[roc.Condition(name="placement"), roc.Condition(name="other")],
        rules=[roc.parse("at least 7 credits"), roc.parse("placement is met")],
    )
    best = Solver(q).complete(roc.Selection.of(q))
    assert best is not None
    assert best.conditions == ("placement",)
    assert best.selection.conditions == {"placement"}


def test_open_groups_get_stand_ins_only_where_nothing_else_helps() -> None:
    """A unit from elsewhere is suggested as a stand-in, of a size that the qualification's units have."""
    q = roc.Qualification(
        title="Open",
        units=[roc.Unit(number="M1", credit=4)],
        groups=[roc.UnitGroup(name="B", units=["M1"], opening=roc.Opening(level_from=3))],
        rules=[roc.parse("at least 8 credits")],
    )
    best = Solver(q).complete(roc.Selection.of(q))
    assert best is not None
    assert [str(number) for number in best.added] == ["M1", "imported B of 4 credits 1"]
    assert Solver(q).options(roc.Selection.of(q))["M1"] is UnitOption.OPEN
    closed = q.evolve(rules=[roc.parse("at least 4 credits")])
    best = Solver(qualification=closed).complete(roc.Selection.of(closed))
    assert best is not None
    assert str(best) == "M1"


def test_stand_ins_of_rules_without_credit_have_none() -> None:
    """Where units are counted a stand-in is one unit."""
    q = roc.Qualification(
        title="Open",
        units=[roc.Unit(number="M1", guided_learning_hours=3)],
        groups=[roc.UnitGroup(name="B", units=["M1"], opening=roc.Opening())],
        rules=[roc.parse("at least 3 units")],
    )
    best = Solver(q).complete(roc.Selection.of(q))
    assert best is not None
    assert [str(number) for number in best.added] == ["M1", "imported B 1", "imported B 2"]


@pytest.mark.parametrize(
    ("rules", "added"),
    [
        (["at least 5 hours"], ["imported B 1"]),
        (["at least 5 credits"], ["imported B of 5 credits 1"]),
        (["at least 2 units", "at most 10 hours"], ["imported B 1", "imported B 2"]),
        (["at least 1 unit", "at most 10 credits"], ["imported B of 0 credits 1"]),
    ],
)
def test_stand_ins_have_what_the_rule_counts(rules: list[str], added: list[str]) -> None:
    """Where no unit of the qualification has a size to go by, the clauses say what would do."""
    q = roc.Qualification(
        title="Open",
        groups=[roc.UnitGroup(name="B", opening=roc.Opening())],
        rules=map(roc.parse, rules),
    )
    best = Solver(q).complete(roc.Selection.of(q))
    assert best is not None
    assert [str(number) for number in best.added] == added


def test_every_pathway_is_looked_at() -> None:
    """The smallest completion over the awards comes first, and once, and says for which it is."""
    q = roc.Qualification(
        title="Suite",
        units=[roc.Unit(number=f"M{i}") for i in range(3)],
        groups=[roc.UnitGroup(name="B", units=["M0", "M1", "M2"])],
        pathways=[
            roc.Pathway(name="large", kind="award", rules=[roc.parse("at least 2 units")]),
            roc.Pathway(name="small", kind="award", rules=[roc.parse("at least 1 unit")]),
        ],
    )
    solver = Solver(q)
    empty = roc.Selection.of(q)
    found = list(solver.completions(empty))
    assert (str(found[0]), found[0].pathway) == ("M0", "small")
    assert len({each.added for each in found}) == len(found) == 7
    large = solver.complete(empty, pathway="large")
    assert large is not None
    assert str(large) == "M0, M1"


def test_limits_are_said_with_the_best_found() -> None:
    """A limit that was reached carries some completion and a proven bound."""
    q = _packed(3, 60)
    solver = Solver(q, limits=Limits(states=40))
    with pytest.raises(LimitReachedError) as caught:
        list(itertools.islice(solver.completions(roc.Selection.of(q)), 50))
    assert isinstance(caught.value.found, Completion)
    assert isinstance(caught.value.bound, Decimal)
    assert "the best found is U" in str(caught.value)
    assert "the proven bound is" in str(caught.value)
    assert str(LimitReachedError()).endswith("nothing was found, nothing is proven")


def test_calls_that_make_no_sense_are_errors() -> None:
    """Another qualification's selection, an unknown unit or a price of nothing are refused."""
    q = _simple()
    solver = Solver(q)
    other = roc.Selection.of(q.evolve(title="Other"))
    with pytest.raises(roc.SelectionError, match="not of Simple"):
        solver.verdict(other)
    with pytest.raises(roc.SelectionError, match="did you mean M1"):
        solver.complete(roc.Selection.of(q), avoid=["M11"])
    with pytest.raises(roc.SelectionError, match="above 0"):
        solver.complete(roc.Selection.of(q), costs={"M1": 0})


def test_an_answer_that_the_check_does_not_confirm_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's answers are checked by code of their own; a difference is not passed on."""
    q = _simple()
    solver = Solver(q)
    empty = roc.check(roc.Selection.of(q))

    def never(_selection: roc.Selection) -> roc.Status:
        return empty

    monkeypatch.setattr("roc._question.check", never)
    with pytest.raises(EngineError, match="does not pass"):
        solver.complete(roc.Selection.of(q))


def test_options_are_a_record_that_can_be_asked() -> None:
    """Options by number, and the numbers of each option."""
    q = _simple()
    options = Solver(q).options(roc.Selection.of(q, ["M1"]))
    assert isinstance(options, Options)
    assert options["M1"] is UnitOption.CHOSEN
    assert options.by_number[roc.UnitNumber("M2")] is UnitOption.OPEN


def test_prices_bound_the_relaxation() -> None:
    """The prices of a small program give its value, and a program without solution has none."""
    columns = [[(0, 2.0), (1, 1.0)], [(0, 1.0)], [(1, 3.0)]]
    found = prices([3.0, 2.0, 4.0], columns, [2.0, 1.0], [3.0, 9.0])
    assert found is not None
    duals, taken = found
    bound = sum(p * (low if p > 0 else high) for p, low, high in zip(duals, [2, 1], [3, 9], strict=True))
    for cost, column in zip([3.0, 2.0, 4.0], columns, strict=True):
        bound += min(0.0, cost - sum(duals[i] * w for i, w in column))
    assert bound == pytest.approx(sum(c * x for c, x in zip([3.0, 2.0, 4.0], taken, strict=True)))
    assert prices([1.0], [[(0, 1.0)]], [2.0], [3.0]) is None
    assert prices([1.0], [[]], [2.0], [3.0]) is None
    assert prices([-1.0, 1.0], [[(0, 1.0)], [(0, 1.0)]], [0.0], [0.5]) is not None
