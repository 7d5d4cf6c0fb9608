"""Every question to the solver on small rules that can be worked out by hand."""

import itertools
import pickle
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import roc
from roc import LimitReachedError, Limits, Measure, Solver, UnitOption, Verdict
from roc._engine.budget import OutOfBudgetError
from roc._engine.engine import Native
from roc._engine.explain import Core

_TIGHT = Limits(states=1)
_ROOT = Path(__file__).parents[1]


def _rule(*rules: str, sizes: str = "4 3 6 2", **more: object) -> roc.Qualification:
    """Return a rule over units M1, M2 and so on in one group B."""
    units = [roc.Unit(number=f"M{i}", credit=int(c)) for i, c in enumerate(sizes.split(), 1)]
    return roc.Qualification(
        title="Example",
        units=units,
        groups=[roc.UnitGroup(name="B", units=[unit.number for unit in units])],
        rules=[roc.parse(rule) for rule in rules],
    ).evolve(**more)


def _numbers(units: object) -> str:
    return " ".join(map(str, units))  # type: ignore[call-overload] # any collection


def test_the_verdict_says_where_a_selection_stands() -> None:
    """Complete, completable, blocked, or not decided within the limits."""
    q = _rule("at least 7 credits", "at most 2 units")
    solver = Solver(q)
    assert solver.verdict(roc.Selection.of(q, ["M1", "M2"])) is Verdict.COMPLETE
    assert solver.verdict(roc.Selection.of(q, ["M1"])) is Verdict.COMPLETABLE
    assert solver.verdict(roc.Selection.of(q, ["M2", "M4"])) is Verdict.BLOCKED
    assert solver.verdict(roc.Selection.of(q), limits=_TIGHT) is Verdict.UNDECIDED


def test_a_solver_is_a_value() -> None:
    """Solvers compare, hash and pickle by what they are for, and so do their answers."""
    q = _rule("at least 7 credits")
    solver = Solver(q, limits=Limits(seconds=5))
    assert pickle.loads(pickle.dumps(solver)) == solver
    assert hash(solver) == hash(Solver(q).evolve(limits=Limits(seconds=5)))
    completion = solver.complete(roc.Selection.of(q))
    assert completion is not None
    assert pickle.loads(pickle.dumps(completion)) == completion
    assert completion.evolve(pathway=None) == completion
    options = solver.options(roc.Selection.of(q))
    assert pickle.loads(pickle.dumps(options)) == options
    with pytest.raises(ValueError, match="must be >= 1"):
        Limits(states=0)
    with pytest.raises(ValueError, match="must be > 0"):
        Limits(seconds=0)


def test_the_best_completion_comes_first_and_says_what_it_costs() -> None:
    """Fewest units, then least credit, then declared order; costs change the order."""
    q = _rule("at least 7 credits")
    solver = Solver(q)
    empty = roc.Selection.of(q)
    found = list(solver.completions(empty))
    assert [_numbers(each.added) for each in found[:4]] == ["M1 M2", "M3 M4", "M2 M3", "M1 M3"]
    assert len(found) == solver.count(empty)
    first = found[0]
    assert (first.cost, first.credit, first.bound, first.exact) == (2, 7, 2, True)
    dear = solver.complete(empty, costs={"M1": "2.5", "M2": 1})
    assert dear is not None
    assert (_numbers(dear.added), dear.cost) == ("M3 M4", 2)
    half = solver.complete(empty, costs={"M1": "0.5", "M2": "0.5"})
    assert half is not None
    assert (_numbers(half.added), half.cost) == ("M1 M2", 1)
    without = solver.complete(empty, avoid=["M1"], prefer=["M4"])
    assert without is not None
    assert _numbers(without.added) == "M3 M4"
    done = solver.complete(roc.Selection.of(q, ["M1", "M3"]))
    assert done is not None
    assert (str(done), done.cost) == ("nothing to add", 0)


def test_preferred_units_come_first_among_equals() -> None:
    """A preference decides between completions of equal cost and credit only."""
    q = _rule("at least 8 credits", sizes="4 4 4 5")
    solver = Solver(q)
    empty = roc.Selection.of(q)
    assert _numbers(solver.complete(empty).added) == "M1 M2"  # type: ignore[union-attr] # there is one
    assert _numbers(solver.complete(empty, prefer=["M3"]).added) == "M1 M3"  # type: ignore[union-attr] # there is one
    assert _numbers(solver.complete(empty, prefer=["M4"]).added) == "M1 M2"  # type: ignore[union-attr] # there is one


def test_diverse_completions_differ_as_long_as_they_can() -> None:
    """Each one avoids what those before it used, and none comes twice."""
    q = _rule("at least 2 units", "at most 2 units", sizes="1 1 1 1")
    solver = Solver(q)
    found = list(solver.completions(roc.Selection.of(q), diverse=True))
    assert [_numbers(each.added) for each in found[:2]] == ["M1 M2", "M3 M4"]
    assert {each.cost for each in found} == {2}
    assert len({each.added for each in found}) == len(found) == 6


def test_at_the_limit_the_best_found_is_returned_with_the_bound() -> None:
    """An answer that is not proven says so; where nothing was found, that is said, too."""
    rng = random.Random(5)  # noqa: S311 - no secret
    sizes = " ".join(str(rng.randint(7, 19)) for _ in range(40))
    q = _rule("exactly 301 credits", "at least 151 credits from B", sizes=sizes)
    solver = Solver(q)
    found = solver.complete(roc.Selection.of(q), limits=Limits(states=20))
    assert found is not None
    assert not found.exact
    assert found.bound <= found.cost
    assert roc.check(found.selection).ok
    exact = solver.complete(roc.Selection.of(q))
    assert exact is not None
    assert exact.exact
    assert found.bound <= exact.cost <= found.cost
    blocked = _rule("exactly 301 credits", sizes="200 200 102 7")
    opened = blocked.evolve(groups=[_open_group(blocked)])
    with pytest.raises(LimitReachedError, match="nothing was found"):
        Solver(opened).complete(roc.Selection.of(opened), limits=_TIGHT)


def test_at_the_limit_nothing_may_be_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not even some completion is found the error says so; where there is none for certain, that is known."""
    hard = _hard()
    assert Solver(hard, limits=_TIGHT).complete(roc.Selection.of(hard)) is None
    monkeypatch.setattr("roc._engine.engine._LAST_RESORT", 1)
    with pytest.raises(LimitReachedError, match="nothing was found"):
        Solver(hard, limits=_TIGHT).complete(roc.Selection.of(hard))


def test_what_a_diverse_stream_proves_at_the_limit_is_the_first_cost() -> None:
    """Raised prices are nobody's cost: what is known of all completions is what the smallest one costs."""
    q = _rule("exactly 4 units", sizes="1 " * 12)
    for states in range(20, 400, 20):
        stream = Solver(q, limits=Limits(states=states)).completions(roc.Selection.of(q), diverse=True)
        try:
            assert len(list(itertools.islice(stream, 40))) == 40
        except LimitReachedError as error:
            assert error.bound in {Decimal(0), Decimal(4)}
    assert len(list(Solver(q).completions(roc.Selection.of(q), diverse=True))) == 495


def test_a_conflict_may_cost_more_than_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the limit lies between the two, blocked is known and the reason is not."""

    def spent(*_arguments: object, **_options: object) -> Iterator[Core]:
        raise OutOfBudgetError

    q = _rule("at least 9 credits", "at most 2 units")
    blocked = roc.Selection.of(q, ["M2", "M4"])
    monkeypatch.setattr(Native, "conflicts", spent)
    assert Solver(q).verdict(blocked) is Verdict.BLOCKED
    with pytest.raises(LimitReachedError):
        Solver(q).explain(blocked)


def test_what_makes_no_sense_is_refused() -> None:
    """A price that is no number, a unit that is not there, fewer samples than none."""
    q = _rule("at least 7 credits")
    solver = Solver(q)
    empty = roc.Selection.of(q)
    with pytest.raises(roc.SelectionError, match="an amount above 0"):
        solver.complete(empty, costs={"M1": "dear"})
    with pytest.raises(roc.SelectionError, match="no unit M9"):
        solver.options(empty)["M9"]
    with pytest.raises(roc.SelectionError, match="-1 selections"):
        solver.sample(empty, -1, seed=1)


def _open_group(q: roc.Qualification) -> roc.UnitGroup:
    return q.groups[0].evolve(opening=roc.Opening())


def test_time_is_a_limit_too() -> None:
    """A call that may take no time at all stops at the first look at the clock."""
    rng = random.Random(5)  # noqa: S311 - no secret
    sizes = " ".join(str(rng.randint(70, 190)) for _ in range(60))
    q = _rule("exactly 3001 credits", sizes=sizes)
    stream = Solver(q, limits=Limits(seconds=1e-9)).completions(roc.Selection.of(q))
    with pytest.raises(LimitReachedError):
        list(itertools.islice(stream, 100_000))


def test_options_say_what_can_become_of_each_unit() -> None:
    """Chosen, forced, open, closed; and why."""
    q = _rule("at least 9 credits", "at most 2 units", sizes="4 3 6 2 1")
    solver = Solver(q)
    selection = roc.Selection.of(q, ["M2"])
    options = solver.options(selection)
    assert [str(option) for _, option in options.items] == ["closed", "chosen", "forced", "closed", "closed"]
    assert options.verdict is Verdict.COMPLETABLE
    assert options.exact
    assert options["M3"] is options.by_number[roc.UnitNumber("M3")] is UnitOption.FORCED
    assert _numbers(options.where("closed")) == "M1 M4 M5"
    assert str(solver.why(selection, "M2")) == "M2 is chosen"
    closed = solver.why(selection, "M1")
    assert closed.option is UnitOption.CLOSED
    assert closed.conflict is not None
    assert closed.conflict.paths == ("$.rules[0]", "$.rules[1]")
    assert "M1 cannot be chosen" in str(closed)
    forced = solver.why(selection, q.unit("M3"))
    assert forced.conflict is not None
    assert "cannot be left out" in str(forced)
    opened = solver.why(roc.Selection.of(q), "M1")
    assert opened.completion is not None
    assert str(opened) == "M1 can be chosen; to finish then: M3"


def test_options_of_what_is_complete_or_blocked() -> None:
    """The verdict is part of the answer."""
    q = _rule("at least 9 credits", "at most 2 units")
    solver = Solver(q)
    assert solver.options(roc.Selection.of(q, ["M2", "M3"])).verdict is Verdict.COMPLETE
    blocked = solver.options(roc.Selection.of(q, ["M2", "M4"]))
    assert blocked.verdict is Verdict.BLOCKED
    assert _numbers(blocked.where(UnitOption.CLOSED)) == "M1 M3"


def test_options_at_the_limit_are_not_guessed() -> None:
    """What is not decided is called so, and the reason for it is not given."""
    q = _rule("at least 9 credits", "at most 2 units")
    solver = Solver(q, limits=_TIGHT)
    options = solver.options(roc.Selection.of(q, ["M2"]))
    assert not options.exact
    assert options.verdict is Verdict.UNDECIDED
    assert _numbers(options.where("undecided")) == "M1 M3 M4"
    assert options["M2"] is UnitOption.CHOSEN
    with pytest.raises(LimitReachedError):
        solver.why(roc.Selection.of(q, ["M2"]), "M1")
    opened = q.evolve(groups=[_open_group(q)])
    assert not Solver(opened, limits=_TIGHT).options(roc.Selection.of(opened)).exact


def test_repairs_are_the_smallest_edits() -> None:
    """A swap is two edits; costs decide which; what is complete needs none."""
    q = _rule("at least 9 credits", "at most 2 units")
    solver = Solver(q)
    blocked = roc.Selection.of(q, ["M2", "M4"])
    repair = solver.repair(blocked)
    assert repair is not None
    assert str(repair) == "drop M4; add M3"
    assert (repair.cost, repair.conditions, repair.pathway) == (2, (), None)
    assert roc.check(repair.selection).ok
    either = roc.Selection.of(q, ["M1", "M2"])
    assert str(solver.repair(either)) == "drop M1; add M3"
    dear = solver.repair(either, costs={"M1": "2.5"})
    assert dear is not None
    assert (str(dear), dear.cost) == ("drop M2; add M3", 2)
    other = solver.repair(blocked, avoid=["M3"])
    assert other is None
    assert str(solver.repair(roc.Selection.of(q, ["M2", "M3"]))) == "nothing to change"
    assert len(list(solver.repairs(blocked))) == solver.count(roc.Selection.of(q))
    with pytest.raises(LimitReachedError):
        list(solver.repairs(blocked, limits=_TIGHT))


def test_counts_shares_and_distributions() -> None:
    """All completions of 2 of 4 units with at least 7 credits, worked out by hand."""
    q = _rule("exactly 2 units", "at least 7 credits")
    solver = Solver(q)
    empty = roc.Selection.of(q)
    assert solver.count(empty) == 4  # M1 M2, M1 M3, M2 M3, M3 M4
    assert dict(solver.distribution(empty, "credit")) == {7: 1, 8: 1, 9: 1, 10: 1}
    assert dict(solver.distribution(roc.Selection.of(q, ["M3"]), Measure.UNITS)) == {2: 3}
    shares = solver.frequencies(roc.Selection.of(q, ["M3"]))
    assert {str(number): share for number, share in shares.items()} == dict.fromkeys(
        ("M1", "M2", "M4"), Fraction(1, 3)
    )
    assert solver.count(roc.Selection.of(q, ["M2", "M4"])) == 0
    assert not solver.frequencies(roc.Selection.of(q, ["M2", "M4"]))
    for call in (
        lambda: solver.count(empty, limits=_TIGHT),
        lambda: solver.frequencies(empty, limits=_TIGHT),
        lambda: solver.distribution(empty, "units", limits=_TIGHT),
        lambda: solver.sample(empty, seed=1, limits=_TIGHT),
        lambda: solver.bounds(empty, limits=_TIGHT),
    ):
        with pytest.raises(LimitReachedError):
            call()


def test_bounds_are_those_of_the_finished_selection() -> None:
    """The least and the most that all its units together can come to."""
    q = _rule("at least 2 units", "at most 3 units")
    solver = Solver(q)
    bounds = solver.bounds(roc.Selection.of(q))
    assert bounds is not None
    assert (bounds.measure, bounds.least, bounds.most) == (Measure.CREDIT, 5, 13)
    units = solver.bounds(roc.Selection.of(q, ["M1"]), "units")
    assert units is not None
    assert (units.least, units.most) == (2, 3)
    assert solver.bounds(roc.Selection.of(q, ["M1", "M2", "M3", "M4"])) is None
    even = _rule("at most 9 credits", sizes="4 4 6 8")
    assert Solver(even).bounds(roc.Selection.of(even)).most == 8  # type: ignore[union-attr] # there is one


def test_samples_are_drawn_evenly() -> None:
    """Each completion is drawn about as often as any other: the chi-squared statistic is not remarkable."""
    q = _rule("exactly 3 units", sizes="1 1 1 1 1 1")
    solver = Solver(q)
    drawn = solver.sample(roc.Selection.of(q), 4000, seed=2)
    seen = Counter(_numbers(each.numbers) for each in drawn)
    assert len(seen) == 20
    expected = 4000 / 20
    # with 19 degrees of freedom it is above 43.8 once in a thousand times
    assert sum((times - expected) ** 2 / expected for times in seen.values()) < 43.8
    assert solver.sample(roc.Selection.of(q), 4000, seed=2) == drawn
    assert solver.sample(roc.Selection.of(q), 4000, seed=3) != drawn


def _suite() -> roc.Qualification:
    return _rule(
        sizes="4 3 6 2",
        pathways=[
            roc.Pathway(name="large", kind="award", rules=[roc.parse("at least 12 credits")]),
            roc.Pathway(name="small", kind="award", rules=[roc.parse("3 to 5 credits")]),
        ],
    )


def test_answers_are_for_a_pathway() -> None:
    """Any pathway will do unless one is asked for, and the answer says for which it is."""
    q = _suite()
    solver = Solver(q)
    empty = roc.Selection.of(q)
    smallest = solver.complete(empty)
    assert smallest is not None
    assert (str(smallest), smallest.pathway, smallest.selection.pathway) == ("M2", "small", "small")
    large = solver.complete(empty, pathway="large")
    assert large is not None
    assert (_numbers(large.added), large.pathway) == ("M1 M3 M4", "large")
    moved = solver.complete(roc.Selection.of(q, ["M1"], pathway="small"), pathway="large")
    assert moved is not None
    assert moved.pathway == "large"
    assert solver.verdict(roc.Selection.of(q, ["M1"]), pathway="large") is Verdict.COMPLETABLE
    assert solver.options(roc.Selection.of(q, ["M3"]), pathway="small").verdict is Verdict.BLOCKED
    assert solver.count(empty) == solver.count(empty, pathway="large") + solver.count(empty, pathway="small")
    drawn = {each.pathway for each in solver.sample(empty, 30, seed=1)}
    assert drawn == {"large", "small"}
    repair = solver.repair(roc.Selection.of(q, ["M3"]), pathway="small")
    assert repair is not None
    assert repair.pathway == "small"
    with pytest.raises(roc.SelectionError, match="did you mean small"):
        solver.complete(empty, pathway="smal")


def test_conditions_that_must_still_be_met_are_part_of_the_answer() -> None:
    """What is not a unit can be met later; the answer says which."""
    q = _rule("at least 4 credits").evolve(
        conditions=[
            roc.Condition(name="first aid"),
            roc.Condition(name="other"),
        ]
    )
    q = q.evolve(rules=[*q.rules, roc.IsMet(condition="first aid")])
    solver = Solver(q)
    found = solver.complete(roc.Selection.of(q))
    assert found is not None
    assert str(found) == "M1 (to be met: first aid)"
    repair = solver.repair(roc.Selection.of(q, ["M2"]))
    assert repair is not None
    assert repair.conditions == ("first aid",)
    assert str(repair).endswith("(to be met: first aid)")


def test_a_unit_from_elsewhere_stands_in_where_nothing_else_completes() -> None:
    """An open group is filled with a stand-in only if the qualification's own units do not suffice."""
    q = _rule("at least 16 credits", sizes="4 3 6 2")
    q = q.evolve(groups=[q.groups[0].evolve(opening=roc.Opening(level_from=3, tags=["x"]))])
    solver = Solver(q)
    found = solver.complete(roc.Selection.of(q, ["M1", "M2", "M3"]))
    assert found is not None
    assert [number.text for number in found.added] == ["imported B of 3 credits 1"]
    own = _rule("at least 15 credits").evolve(groups=q.groups)
    assert _numbers(Solver(own).complete(roc.Selection.of(own)).added) == "M1 M2 M3 M4"  # type: ignore[union-attr] # there is one
    assert Solver(q).count(roc.Selection.of(q)) == 0


def test_stand_ins_without_credit() -> None:
    """Where units have no credit, stand-ins have none."""
    q = roc.Qualification(
        title="Hours",
        units=[roc.Unit(number="M1", guided_learning_hours=5)],
        groups=[roc.UnitGroup(name="A"), roc.UnitGroup(name="B", units=["M1"], opening=roc.Opening())],
        rules=[roc.parse("at least 3 units")],
    )
    found = Solver(q).complete(roc.Selection.of(q))
    assert found is not None
    assert len(found.added) == 3


def test_a_rule_that_multiplies_out_is_refused_by_name() -> None:
    """Too many alternatives are a limit, and every question says so in its way."""
    q = _rule(sizes="1 " * 20)
    choices = [
        roc.Choice(
            options=[
                roc.parse(f"at least {n} credits"),
                roc.parse(f"at least {n} units from units M1, M2 and M{n}"),
            ]
        )
        for n in range(3, 18)
    ]
    q = q.evolve(rules=choices)
    solver = Solver(q)
    empty = roc.Selection.of(q)
    with pytest.raises(LimitReachedError, match="alternatives"):
        solver.complete(empty)
    assert solver.verdict(empty) is Verdict.UNDECIDED
    assert not solver.options(empty).exact


def test_a_clause_that_multiplies_out_is_refused_too() -> None:
    """It makes no difference whether the clauses together have too many alternatives, or one of them alone."""
    pairs = [roc.parse(f"any of (all of M{n}) or (all of M{n + 1})") for n in range(1, 14)]
    q = _rule(sizes="1 " * 14).evolve(rules=[roc.AllOf(clauses=pairs)])
    solver = Solver(q)
    empty = roc.Selection.of(q)
    with pytest.raises(LimitReachedError, match="alternatives"):
        solver.complete(empty)
    assert solver.verdict(empty) is Verdict.UNDECIDED


def test_what_blocks_a_selection_is_explained() -> None:
    """A conflict names clauses and choices; all of them come one after another."""
    q = _rule("at least 9 credits", "at most 2 units", "M1 and M2 are barred")
    solver = Solver(q)
    blocked = roc.Selection.of(q, ["M1", "M2"])
    found = list(solver.conflicts(blocked))
    assert found[0] == solver.explain(blocked)
    assert len(found) == len(set(found)) >= 2
    assert solver.explain(roc.Selection.of(q, ["M3"])) is None
    hard = _hard()
    solver = Solver(hard, limits=_TIGHT)
    with pytest.raises(LimitReachedError):
        solver.explain(roc.Selection.of(hard))


def _hard() -> roc.Qualification:
    """Return a rule that only a search can tell to be impossible: an odd sum of even numbers."""
    return _rule("exactly 51 credits", sizes=" ".join(str(2 * n) for n in range(1, 12)))


def test_threads_may_share_a_solver() -> None:
    """Asked by many threads at once, and compiled by whichever comes first, it answers as when asked by one."""
    q = roc.load(_ROOT / "examples" / "qualifications" / "601-3457-4-customer-service.yaml")
    q = q.evolve(title="Never compiled before")
    solver = Solver(q)
    selection = roc.Selection.start(q)

    def ask(_turn: int) -> tuple[object, ...]:
        return (
            solver.verdict(selection),
            solver.complete(selection),
            solver.options(selection),
            solver.count(selection),
            solver.sample(selection, 2, seed=1),
        )

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(16)))
    assert answers == [ask(0)] * 16
