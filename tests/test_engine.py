"""Parts of the engine by themselves: budgets, prices, relaxations, searches that resist."""

import itertools
import operator
import random
from collections.abc import Sequence

import pytest

import roc
from roc._engine import relax as relax_module
from roc._engine import search, seek, totals
from roc._engine.bits import each_bit
from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.complete import Completer, problems
from roc._engine.options import options
from roc._engine.parts import TooManyAlternativesError
from roc._engine.prices import prices
from roc._engine.problem import MAX_OPTIONS
from roc._engine.rule import Rule
from roc._engine.seek import Seeker
from roc._engine.totals import totals_of


def _compiled(*rules: str | roc.Clause, sizes: str = "4 3 6 2", groups: Sequence[roc.UnitGroup] = ()) -> Rule:
    """Return the compiled rule over units M1, M2 and so on, in one group B unless groups are given."""
    units = [roc.Unit(number=f"M{i}", credit=int(c)) for i, c in enumerate(sizes.split(), 1)]
    q = roc.Qualification(
        title="Example",
        units=units,
        groups=groups or [roc.UnitGroup(name="B", units=[unit.number for unit in units])],
        rules=[roc.parse(rule) if isinstance(rule, str) else rule for rule in rules],
    )
    return Rule(q, (), (), frozenset())


def test_bits_are_read_lowest_first() -> None:
    """Of a few bits far apart as of many bits in a row."""
    assert each_bit(0) == []
    assert each_bit(0b1011) == [0, 1, 3]
    assert each_bit(1 << 500 | 1 << 3) == [3, 500]


def test_a_budget_is_spent_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a clock, states come in chunks; what a part spends is spent of the whole."""
    budget = Budget(25_000, seconds=1000)
    assert (budget.left, budget.whole) == (10_000, 25_000)
    budget.left -= 10_001
    budget.more()
    assert (budget.left, budget.whole) == (9_999, 14_999)
    with budget.part(300):
        assert budget.left == budget.whole == 300
        budget.left -= 301
        with pytest.raises(OutOfBudgetError):
            budget.more()
    assert budget.whole == 14_698
    with budget.part(12_000):
        assert (budget.left, budget.whole) == (10_000, 12_000)
        budget.left -= 11_000
        budget.more()
        assert (budget.left, budget.whole) == (1_000, 1_000)
    assert budget.whole == 3_698
    monkeypatch.setattr("time.monotonic", lambda: 1e12)
    with pytest.raises(OutOfBudgetError):
        budget.more()


def test_prices_are_a_bound_even_when_cut_short() -> None:
    """With as few pivots as one likes the value is no more than the true one."""
    columns: list[list[tuple[int, float]]] = [
        [(0, 2.0), (1, 1.0)],
        [(0, 1.0), (1, 4.0)],
        [(1, 3.0)],
        [(0, 5.0)],
    ]
    low, high, costs = [4.0, 5.0], [1e12, 1e12], [3.0, 2.0, 4.0, 6.0]
    best = prices(costs, columns, low, high)
    cut = prices(costs, columns, low, high, limit=1)
    assert best is not None
    assert cut is not None

    def value(taken: Sequence[float]) -> float:
        return sum(cost * share for cost, share in zip(costs, taken, strict=True))

    assert value(cut[1]) <= value(best[1])


def test_what_is_impossible_has_a_proof() -> None:
    """Where no column helps, and where all of them together do not suffice."""
    impossible: tuple[list[list[tuple[int, float]]], ...] = ([[(0, 1.0)]], [[]])
    for columns in impossible:
        proof: list[float] = []
        assert prices([1.0], columns, [2.0], [1e12], proof=proof) is None
        assert proof
    assert prices([1.0], [[(0, 1.0)]], [2.0], [1e12]) is None
    assert prices([1.0], [[]], [2.0], [1e12]) is None


def test_a_relaxation_whose_proof_fails_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounding must not close a unit: without a proof in whole numbers the relaxation counts as possible."""
    rule = _compiled("at least 9 credits", "at most 2 units", sizes="4 3 3 2")
    (problem,) = problems(rule)
    found = totals_of(problem)
    domain = found.domain(0)
    assert domain is not None
    assert Seeker(found, Budget(1000)).relax(domain) is None

    def useless(*_arguments: object, proof: list[float]) -> None:
        proof[:] = [0.0] * 9

    monkeypatch.setattr(relax_module, "prices", useless)
    relaxed = Seeker(found, Budget(1000)).relax(domain)
    assert relaxed is not None
    assert relaxed.value < -1e9
    monkeypatch.setattr(totals, "_STEPS", 0)
    assert Seeker(found, Budget(10**6)).seek(domain) is None  # decided unit by unit


def test_prices_prove_what_the_shares_cost() -> None:
    """Of small programs at random: the shares keep to the rows at a cost that the prices show to be the least."""
    rng = random.Random(3)  # noqa: S311 - no secret
    possible = 0
    for _ in range(400):
        costs = [float(rng.randint(-4, 9)) for _ in range(6)]
        columns = [[(i, float(rng.choice((-2, 1, 2, 3, 5)))) for i in range(4)] for _ in costs]
        low = [float(rng.randint(-3, 6)) for _ in range(4)]
        high = [each + rng.choice((0.0, 1.0, 2.5, 1e12)) for each in low]
        proof: list[float] = []
        found = prices(costs, columns, low, high, proof=proof)
        factors, shares = found or (proof, [])
        worths = [sum(factors[i] * w for i, w in column) for column in columns]
        if found is None:
            asked = (
                sum(
                    sign * f * (lo if sign * f > 0 else hi)
                    for f, lo, hi in zip(factors, low, high, strict=True)
                )
                - sum(max(0.0, sign * worth) for worth in worths)
                for sign in (1, -1)
            )
            assert max(asked) > 0
            continue
        possible += 1
        assert all(-1e-6 < share < 1 + 1e-6 for share in shares)
        for i in range(4):
            taken = sum(dict(column)[i] * share for column, share in zip(columns, shares, strict=True))
            assert low[i] - 1e-5 < taken < high[i] + 1e-5
        least = sum(
            price * (lo if price > 0 else hi)
            for price, lo, hi in zip(factors, low, high, strict=True)
            if price
        )
        least += sum(min(0.0, cost - worth) for cost, worth in zip(costs, worths, strict=True))
        assert sum(map(operator.mul, costs, shares)) == pytest.approx(least, abs=1e-4)
    assert 50 < possible < 350


def test_the_most_may_be_less_than_the_relaxation_says() -> None:
    """Parts of units would come to 29 credits, whole ones come to 25."""
    rule = _compiled("at most 29 credits", sizes="6 10 15")
    start = roc.Selection.of(rule.qualification)
    bounds = roc.Solver(rule.qualification).bounds(start, "credit")
    assert bounds is not None
    assert (bounds.least, bounds.most) == (0, 25)


def test_bounds_are_rounded_to_what_whole_items_make_of_them() -> None:
    """No unit of an even credit makes 31 of 30 credits; the relaxation alone would find parts of units that do."""
    rule = _compiled("exactly 31 credits", sizes=" ".join(map(str, range(2, 42, 2))))
    found = totals_of(problems(rule)[0])
    domain = found.domain(0)
    assert domain is not None
    assert Seeker(found, Budget(10**6)).relax(domain) is None
    budget = Budget(1000)
    assert Seeker(found, budget).seek(domain) is None
    assert budget.left > 0


@pytest.mark.parametrize(
    ("rules", "forced", "closed"),
    [
        (("at least 6 units", "at most 60 credits"), 0, 0b1111 << 9),
        (("at least 6 units", "at least 81 credits"), 0, 0),
        (("at most 6 units", "at least 81 credits"), 0b1111 << 9, 0),
    ],
)
def test_one_proof_settles_many_units(
    rules: tuple[str, str], forced: int, closed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What shows of one unit that it is closed, or forced, shows it of all that are at least as far off."""
    rule = _compiled(*rules, sizes="10 10 10 10 10 10 10 10 10 12 13 18 19")
    asked: list[object] = []
    relax = seek.Seeker.relax

    def noted(self: Seeker, domain: totals.Domain, weights: Sequence[int] | None = None) -> object:
        asked.append(domain)
        return relax(self, domain, weights)

    monkeypatch.setattr(seek.Seeker, "relax", noted)
    found = options([rule], 0, Budget(10**6))
    assert (found.forced, found.closed) == (forced, closed)
    assert len(asked) <= 2


def test_what_is_learnt_is_paid_for() -> None:
    """Trying a proof elsewhere costs something, too."""
    rule = _compiled("at least 9 credits", "at most 2 units", sizes="4 3 3 2")
    found = totals_of(problems(rule)[0])
    domain = found.domain(0)
    assert domain is not None
    seeker = Seeker(found, Budget(1000))
    assert seeker.relax(domain) is None
    assert len(seeker.proofs) == 1
    seeker.budget = Budget(0)
    with pytest.raises(OutOfBudgetError):
        seeker.learn(domain)


def test_what_is_remembered_counts_as_if_it_were_looked_for() -> None:
    """What a question may spend does not depend on what was asked before."""
    rule = _window([6, 8, 9, 12, 14, 15], 29, 3)
    spent: list[int] = []
    for _ in range(2):
        budget = Budget(10**6)
        assert Completer([rule], 0, budget).some() == Completer([rule], 0, Budget(10**6)).some()
        spent.append(10**6 - budget.left)
    assert spent[0] == spent[1] > 1
    with pytest.raises(OutOfBudgetError):
        Completer([rule], 0, Budget(spent[0] - 1)).some()
    assert Completer([rule], 1, Budget(10**6)).some() != Completer([rule], 0, Budget(spent[0])).some()
    budget = Budget(10**6, seconds=1000)
    budget.left = 0
    assert Completer([rule], 0, budget).some() is not None


def test_time_is_up_while_a_rule_of_many_alternatives_is_compiled() -> None:
    """What is compiled by then is kept, so that a call that is repeated gets there."""
    choices = [
        roc.Choice(options=[roc.parse(f"at least 1 unit from unit M{i}"), roc.parse(f"at least {i} credits")])
        for i in (1, 2, 3)
    ]
    rule = _compiled(*choices)
    late = Budget(1000, seconds=0)
    for made in range(1, 8):
        with pytest.raises(OutOfBudgetError):
            problems(rule, budget=late)
        assert len(rule.problems) == made
    with pytest.raises(OutOfBudgetError):
        problems(rule, dict.fromkeys(range(4), 1), late)
    with pytest.raises(OutOfBudgetError):
        options([rule], 0, late)
    with pytest.raises(OutOfBudgetError):
        next(iter(Completer([rule], 0, late)))
    assert len(problems(rule)) == 8
    solver = roc.Solver(rule.qualification, limits=roc.Limits(seconds=1e-9))
    start = roc.Selection.of(rule.qualification)
    assert solver.verdict(start) is roc.Verdict.UNDECIDED
    assert not solver.options(start).exact
    for _ in range(5):
        with pytest.raises(roc.LimitReachedError):
            solver.complete(start)
    found = solver.complete(start)
    assert found is not None
    assert not found.exact
    with pytest.raises(roc.LimitReachedError):
        solver.count(start)
    assert not solver.options(start).exact
    assert roc.Solver(rule.qualification).verdict(start) is roc.Verdict.COMPLETABLE


def test_where_decisions_settle_nothing_the_search_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """With little patience it is not answered either, and decisions go on; a budget that is spent is spent."""
    monkeypatch.setattr(totals, "_STEPS", 0)
    monkeypatch.setattr(seek, "_NODES", 0)
    for searching in (1, 100_000):
        monkeypatch.setattr(seek, "_SEARCHING", searching)
        possible = _window([6, 8, 9, 12, 14, 15], 29, 3)
        assert Completer([possible], 0, Budget(10**6)).some() is not None
        impossible = _window(_THREES, 31, 3)
        assert Completer([impossible], 0, Budget(10**6)).some() is None
    with pytest.raises(OutOfBudgetError):
        Completer([_window(_THREES, 31, 3)], 0, Budget(2)).some()


def test_what_is_decided_wholly_is_placed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is left to choose, a way to place the units is all that can be looked for."""
    monkeypatch.setattr(totals, "_STEPS", 0)
    groups = [
        roc.UnitGroup(name="A", units=["M1", "M2", "M3"]),
        roc.UnitGroup(name="B", units=["M1", "M2"]),
    ]
    for more, is_possible in (("at least 2 units", True), ("at least 6 credits from A", False)):
        rule = _compiled(more, "at least 2 credits from B", sizes="3 4 1", groups=groups)
        (problem,) = problems(rule)
        found = totals_of(problem)
        domain = found.domain(0b111)
        assert domain is not None
        assert (Seeker(found, Budget(10**6)).seek(domain) is not None) == is_possible
        assert (found.place((0, 1, 2)) is not None) == is_possible
    plain = totals_of(problems(_compiled("at least 9 credits"))[0])
    assert plain.place((0, 2)) is not None
    assert plain.place((0, 1)) is None


def test_effects_of_triggers_are_remembered_within_bounds() -> None:
    """What many combinations of triggers add up to is forgotten again."""
    rules = [roc.Requires(unit=f"M{i}", units=[f"M{i + 1}"]) for i in range(1, 15)]
    rule = _compiled(*rules, sizes="1 " * 15)
    (problem,) = problems(rule)
    found = totals_of(problem)
    expected = {bits: found.effect(bits << found.problem.fields_end) for bits in range(1, 6000)}
    assert len(found._effects) <= 4097
    assert all(found.effect(bits << found.problem.fields_end) == each for bits, each in expected.items())


def test_walks_spend_the_budget() -> None:
    """A walk that may not take a step stops."""
    rule = _compiled("at least 9 credits", "at most 2 units", sizes="4 3 6 2 " * 3)
    (problem,) = problems(rule)
    found = totals_of(problem)
    domain = found.domain(0)
    assert domain is not None
    with pytest.raises(OutOfBudgetError):
        found.walk({}, domain, Budget(2))


def test_options_at_the_limit_keep_what_is_known() -> None:
    """What was found before the limit stays, the rest is undecided."""
    rule = _compiled("at least 20 credits", "at most 9 units", sizes="4 3 6 2 7 1 8 5 " * 4)
    for states in range(100, 4000, 50):
        found = options([rule], 0, Budget(states))
        full = options([rule], 0, Budget(10**7))
        assert not found.open & ~full.open & ~full.forced
        assert not found.closed & ~full.closed
        assert not found.forced & ~full.forced
        assert found.open | found.forced | found.closed | found.undecided == rule.all


def test_too_many_ways_to_place_linked_units_are_refused() -> None:
    """Units that go together multiply their places; that has a limit, and it is said."""
    numbers = [f"M{i}" for i in range(1, 15)]
    groups = [
        roc.UnitGroup(name=name, units=numbers, rules=[roc.parse(f"at least {n} credits")])
        for n, name in enumerate("ABC", 1)
    ]
    rule = _compiled(roc.Linked(units=numbers), sizes=" ".join(str(2**i) for i in range(14)), groups=groups)
    with pytest.raises(TooManyAlternativesError, match=str(MAX_OPTIONS)):
        problems(rule)


_THREES = (6, 9, 12, 15, 18, 20)
"""No three of these come to 31, which parts of them do."""


def _window(sizes: Sequence[int], low: int, units: int) -> Rule:
    return _compiled(f"exactly {low} credits", f"exactly {units} units", sizes=" ".join(map(str, sizes)))


@pytest.mark.parametrize("patience", [1, 2, 10**6])
def test_proofs_hold_where_needs_arise(patience: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof that was found before a unit asked for others is right after it did, and the other way round."""
    monkeypatch.setattr(search, "_PATIENT", patience)
    monkeypatch.setattr(search, "_QUICK", 1)
    sizes = [3, 8, 5, 9, 4, 7, 6, 10, 2, 11]
    for low in range(20, 41):
        relations = [
            roc.Requires(unit=f"M{a}", units=[f"M{b}"]) for a, b in ((1, 8), (2, 10), (5, 9), (3, 7))
        ]
        window = (
            f"exactly {low} credits",
            f"at least {low // 2 + 5} credits from units M6, M7, M8, M9 and M10",
        )
        rule = _compiled(*relations, *window, sizes=" ".join(map(str, sizes)))
        found = {each.added for each in Completer([rule], 0, Budget(10**7))}
        expected = {
            mask
            for mask in range(1 << len(sizes))
            if sum(sizes[i] for i in each_bit(mask)) == low
            and sum(sizes[i] for i in each_bit(mask) if i >= 5) >= low // 2 + 5
            and all(not mask >> a - 1 & 1 or mask >> b - 1 & 1 for a, b in ((1, 8), (2, 10), (5, 9), (3, 7)))
        }
        assert found == expected


@pytest.mark.parametrize("patience", [1, 5, 10**6])
def test_searches_that_resist_are_relaxed(patience: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However soon a choice is doubted, the completions and their order are the same."""
    monkeypatch.setattr(search, "_PATIENT", patience)
    monkeypatch.setattr(search, "_QUICK", 3)
    sizes = [7, 9, 12, 14, 15, 18, 20, 21, 24, 25, 27, 30]
    rule = _window(sizes, 93, 5)
    found = [each.added for each in Completer([rule], 0, Budget(10**7))]
    expected = [
        sum(1 << i for i in each)
        for each in itertools.combinations(range(len(sizes)), 5)
        if sum(sizes[i] for i in each) == 93
    ]
    assert found == expected
    assert not list(Completer([_window(sizes, 29, 5)], 0, Budget(10**7)))
    assert not list(Completer([_window(_THREES, 31, 3)], 0, Budget(10**7)))
    sizes = [11, 8, 12, 11, 28, 13, 7, 11]
    rule = _compiled("at least 48 credits", "exactly 5 units", sizes=" ".join(map(str, sizes)))
    found = [each.added for each in Completer([rule], 0, Budget(10**7))]
    each_five = itertools.combinations(range(len(sizes)), 5)
    by_credit = sorted((sum(sizes[i] for i in each), each) for each in each_five)
    assert found == [sum(1 << i for i in each) for credit, each in by_credit if credit >= 48]


def test_from_a_crowd_of_states_nothing_is_relaxed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the search does without prices, and its answers are the same."""
    monkeypatch.setattr(search, "_PATIENT", 1)
    monkeypatch.setattr(search, "_QUICK", 1)
    sizes = [7, 9, 12, 14, 15, 18, 20, 21]
    expected = [each.added for each in Completer([_window(sizes, 57, 4)], 0, Budget(10**6))]
    monkeypatch.setattr(search, "CROWD", 0)
    assert [each.added for each in Completer([_window(sizes, 57, 4)], 0, Budget(10**6))] == expected
    assert expected


def test_no_more_is_added_than_there_is() -> None:
    """A cost beyond that of all items has no completion."""
    rule = _compiled("at least 1 unit", sizes="1 1")
    (branch,) = Completer([rule], 0, Budget(1000)).branches
    assert not list(branch.search.solutions(5, 0, 9))


def test_a_part_that_cannot_hold_makes_an_alternative_impossible() -> None:
    """A group that is not part of the pathway cannot be complete, whatever is chosen."""
    groups = [
        roc.UnitGroup(name=name, units=[unit], rules=[roc.parse("at least 1 unit")], pathways=["one"])
        for name, unit in (("A", "M1"), ("C", "M3"))
    ]
    q = roc.Qualification(
        title="Two ways",
        units=[roc.Unit(number="M1"), roc.Unit(number="M2"), roc.Unit(number="M3")],
        groups=[*groups, roc.UnitGroup(name="B", units=["M2"])],
        rules=[roc.Choice(options=[roc.Complete(group="A"), roc.Complete(group="C")], at_most=1)],
        pathways=[roc.Pathway(name="one"), roc.Pathway(name="two")],
    )
    two = Rule(q, (q.pathways[1],), (), frozenset())
    assert [problem.possible for problem in problems(two)] == [False]
    assert not list(Completer([two], 0, Budget(1000)))
    assert options([two], 0, Budget(1000)).possible is False
    solver = roc.Solver(q)
    assert solver.verdict(roc.Selection.of(q), pathway="two") is roc.Verdict.BLOCKED
    assert not any(
        roc.check(roc.Selection.of(q, units, pathway="two")).ok
        for units in ([], ["M1"], ["M2"], ["M1", "M2"])
    )
    assert solver.bounds(roc.Selection.of(q), "units", pathway="two") is None


def test_some_completion_leaves_out_what_it_must() -> None:
    """A unit that must not be added is in no completion, however it is looked for."""
    rule = _compiled("at least 1 unit", sizes="1 1")
    found = Completer([rule], 0, Budget(1000), banned=0b01).some()
    assert found is not None
    assert found.added == 0b10
    assert Completer([rule], 0, Budget(1000), banned=0b11).some() is None


def test_two_units_make_room_only_if_what_they_alone_brought_is_not_needed() -> None:
    """A large unit that takes the place of two is no way out if a second subject goes with them."""
    q = roc.Qualification(
        title="Subjects",
        units=[
            roc.Unit(number="M1", credit=3, tags=["subject:art"]),
            roc.Unit(number="M2", credit=3, tags=["subject:maths"]),
            roc.Unit(number="M3", credit=6, tags=["subject:art"]),
        ],
        groups=[roc.UnitGroup(name="B", units=["M1", "M2", "M3"])],
        rules=[roc.parse("at most 6 credits"), roc.Threshold(distinct="subject", minimum=2)],
    )
    options = roc.Solver(q).options(roc.Selection.of(q))
    assert [str(option) for _, option in options.items] == ["forced", "forced", "closed"]
