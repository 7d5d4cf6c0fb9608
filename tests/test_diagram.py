"""Counting: what is uniform, what a budget stops, and rules that are too large to enumerate."""

import itertools
import math
import random
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

import roc
from roc._engine import halves, network, orders, polynomials, tables
from roc._engine.bits import each_bit
from roc._engine.budget import Budget, OutOfBudgetError
from roc._engine.complete import problems
from roc._engine.diagram import Diagram
from roc._engine.rule import Rule
from roc.qualification import ways
from roc.rules import Measure


def draw(seed: int) -> random.Random:
    """Return a source of numbers that is always the same."""
    return random.Random(seed)  # noqa: S311 - not for secrets


def one_group(count: int, *rules: str, credit: Sequence[int] = (3,)) -> roc.Qualification:
    """A rule over one group of units of such credit, in turn."""
    units = [roc.Unit(number=f"U{i:03}", credit=credit[i % len(credit)]) for i in range(count)]
    return roc.Qualification(
        title="Example",
        units=units,
        groups=[roc.UnitGroup(name="A", units=[unit.number for unit in units])],
        rules=[roc.parse(rule) for rule in rules],
    )


def open_(
    qualification: roc.Qualification, chosen: int = 0, *, budget: int = 1_000_000, banned: int = 0
) -> Diagram:
    """Return the diagram of all pathways of a qualification."""
    each = [
        problem
        for pathways in ways(qualification, None)
        for problem in problems(Rule(qualification, pathways, (), frozenset()))
    ]
    return Diagram(each, chosen, Budget(budget), banned=banned)


def test_a_window_of_units_counts_binomials() -> None:
    """Between 40 and 42 of 100 equal units: three binomials, far beyond enumeration."""
    found = open_(one_group(100, "at least 40 units", "at most 42 units"))
    assert found.count == sum(math.comb(100, k) for k in (40, 41, 42))
    assert found.distribution(Measure.UNITS) == {k: math.comb(100, k) for k in (40, 41, 42)}
    assert found.extremes(Measure.CREDIT) == (120, 126)
    assert found.frequencies() == dict.fromkeys(range(100), sum(math.comb(99, k - 1) for k in (40, 41, 42)))
    for mask in found.sample(draw(1), 20):
        assert 40 <= mask.bit_count() <= 42


def test_chosen_units_are_no_part_of_what_is_added() -> None:
    """What is chosen already is neither counted, nor weighed, nor drawn; what is banned is never added."""
    found = open_(one_group(5, "at least 3 units", "at most 3 units"), 0b1, banned=0b10)
    assert found.count == 3
    assert found.distribution(Measure.UNITS) == {2: 3}
    assert found.frequencies() == {2: 2, 3: 2, 4: 2}
    assert set(found.sample(draw(0), 50)) == {0b01100, 0b10100, 0b11000}


def test_units_that_come_along_are_added() -> None:
    """A unit linked with a chosen one is in every completion; where it is banned, there is none."""
    q = one_group(4, "at least 3 units").evolve(
        rules=[roc.parse("at least 3 units"), roc.Linked(units=["U000", "U001"])]
    )
    found = open_(q, 0b1)
    assert found.frequencies() == {1: 3, 2: 2, 3: 2}
    assert found.distribution(Measure.CREDIT) == {6: 2, 9: 1}
    blocked = open_(q, 0b1, banned=0b10)
    assert (blocked.count, blocked.frequencies(), blocked.extremes(Measure.UNITS)) == (0, {}, None)


def test_nothing_can_be_drawn_where_there_is_no_completion() -> None:
    """Drawing from nothing is the caller's mistake."""
    found = open_(one_group(2, "at least 3 units"))
    assert found.count == 0
    with pytest.raises(ValueError, match="no completion"):
        found.sample(draw(0))


def test_samples_are_uniform() -> None:
    """Chi-square over all completions stays below the 0.999 quantile, also where two groups list a unit."""
    units = [roc.Unit(number=f"U{i}", credit=1 + i % 3) for i in range(7)]
    q = roc.Qualification(
        title="Example",
        units=units,
        groups=[
            roc.UnitGroup(name="A", units=[f"U{i}" for i in range(5)], rules=[roc.parse("at least 2 units")]),
            roc.UnitGroup(
                name="B", units=[f"U{i}" for i in range(3, 7)], rules=[roc.parse("at least 1 unit")]
            ),
        ],
        rules=[roc.parse("at most 9 credits")],
    )
    found = open_(q)
    number = 200 * found.count
    drawn = Counter(found.sample(draw(7), number))
    assert len(drawn) == found.count
    expected = number / found.count
    statistic = sum((each - expected) ** 2 / expected for each in drawn.values())
    freedom = found.count - 1
    # Wilson and Hilferty's approximation of the quantile
    limit = freedom * (1 - 2 / (9 * freedom) + 3.09 * math.sqrt(2 / (9 * freedom))) ** 3
    assert statistic < limit


def test_a_set_counts_once_however_many_pathways_it_is_for() -> None:
    """Completions of two pathways that overlap are counted, weighed and drawn once each."""
    q = one_group(4).evolve(
        pathways=[
            roc.Pathway(name="P", rules=[roc.parse("at least 2 units")]),
            roc.Pathway(name="Q", rules=[roc.parse("at least 9 credits")]),
            roc.Pathway(name="R", rules=[roc.parse("at least 5 units")]),
        ]
    )
    found = open_(q)
    wanted = [sum(1 << i for i in each) for k in range(2, 5) for each in itertools.combinations(range(4), k)]
    assert found.count == len(wanted)
    assert found.frequencies() == Counter(bit for mask in wanted for bit in each_bit(mask))
    assert found.distribution(Measure.UNITS) == {2: 6, 3: 4, 4: 1}
    assert set(found.sample(draw(3), 300)) == set(wanted)


def test_links_that_only_one_pathway_has() -> None:
    """A unit is decided once, whatever it is linked with in one pathway and not in another."""
    q = one_group(5).evolve(
        pathways=[
            roc.Pathway(
                name="P", rules=[roc.parse("at least 3 units"), roc.Linked(units=["U000", "U002", "U004"])]
            ),
            roc.Pathway(name="Q", rules=[roc.parse("at most 1 unit"), roc.Linked(units=["U001", "U003"])]),
        ]
    )
    first = {m for m in range(32) if m.bit_count() >= 3 and m & 0b10101 in {0, 0b10101}}
    second = {m for m in range(32) if m.bit_count() <= 1 and m & 0b01010 in {0, 0b01010}}
    found = open_(q)
    assert found.count == len(first | second)
    assert set(found.sample(draw(5), 500)) == first | second


def test_a_budget_stops_every_question() -> None:
    """A question raises as soon as it has cost too much, and counting again does not hang."""
    q = one_group(60, "at least 100 credits", "at most 120 credits", credit=(2, 3, 5, 7))
    asks: list[Callable[[Diagram], object]] = [
        lambda d: d.count,
        lambda d: d.frequencies(),
        lambda d: d.distribution(Measure.UNITS),
        lambda d: d.sample(draw(0)),
    ]
    for ask, budget in itertools.product(asks, (1, 5, 100)):
        with pytest.raises(OutOfBudgetError):
            ask(open_(q, budget=budget))


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes too much is given up; steps that are too large to be held together are gone through again."""
    q = one_group(60, "at least 100 credits", "at most 120 credits", credit=(2, 3, 5, 7))
    found = open_(q)
    whole, shares, drawn = found.count, found.frequencies(), found.sample(draw(1), 5)
    again = open_(q)
    assert again.count == whole
    monkeypatch.setattr(polynomials, "MAX_BYTES", 6000)
    assert again.frequencies() == shares
    assert again.sample(draw(1), 5) == drawn
    assert again.budget.left < found.budget.left
    monkeypatch.setattr(polynomials, "MAX_BYTES", 600)
    with pytest.raises(OutOfBudgetError):
        assert open_(q, budget=10_000).count


def test_where_coefficients_are_too_many_bounds_stay_in_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same count comes out without exponents; an amount that cannot be one is refused."""
    q = one_group(24, "at least 30 credits", "at most 40 credits", credit=(2, 3, 5))
    whole = open_(q).count
    monkeypatch.setattr(halves, "MAX_CELLS", 30)
    assert open_(q).count == whole
    monkeypatch.setattr(halves, "MAX_CELLS", 0)
    with pytest.raises(OutOfBudgetError):
        open_(q).distribution(Measure.CREDIT)


def test_orders_that_are_too_many_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no time for orders, declared order does."""
    q = one_group(12, "at least 4 units", "at most 6 units")
    monkeypatch.setattr(orders, "MOST_BLOCKS", 0)
    assert open_(q).count == sum(math.comb(12, k) for k in (4, 5, 6))


def test_other_exponents_are_tried_where_it_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever bounds are exponents, the count is the same."""
    units = [
        roc.Unit(number=f"U{i:02}", credit=1 + i % 5, level=2 + i % 2, guided_learning_hours=10 + 7 * (i % 3))
        for i in range(24)
    ]
    rules = (
        "at least 25 credits",
        "at most 40 credits",
        "at most 200 glh",
        "at least 12 credits at level 3 or above",
        "at most 20 credits at level 2 or below",
    )
    q = roc.Qualification(
        title="Example",
        units=units,
        groups=[
            roc.UnitGroup(
                name="A", units=[u.number for u in units[:18]], rules=[roc.parse("at least 12 credits")]
            ),
            roc.UnitGroup(
                name="B", units=[u.number for u in units[18:]], rules=[roc.parse("at least 4 credits")]
            ),
        ],
        rules=[roc.parse(rule) for rule in rules],
    )
    whole = open_(q).count
    assert whole
    monkeypatch.setattr(tables, "_WORTH", 0)
    monkeypatch.setattr(orders, "_EFFORT", 20)
    monkeypatch.setattr(orders, "_MOST", 3000)
    assert open_(q).count == whole
    monkeypatch.setattr(tables, "SHARE", 0)
    monkeypatch.setattr(tables, "WIDE", 1)
    assert open_(q).count == whole
    monkeypatch.setattr(tables, "WIDE", 1 << 60)
    assert open_(q).count == whole


def by_check(qualification: roc.Qualification) -> set[int]:
    """Return every set of units that the check finds OK, as bits."""
    numbers = [unit.number for unit in qualification.units]
    found: set[int] = set()
    for mask in range(1 << len(numbers)):
        chosen = [str(number) for i, number in enumerate(numbers) if mask >> i & 1]
        if roc.check(roc.Selection.of(qualification, chosen)).ok:
            found.add(mask)
    return found


@pytest.mark.parametrize("is_even", [True, False], ids=["one place each", "several places"])
@pytest.mark.parametrize(
    "rules",
    [
        [roc.Requires(unit="U0", units=["U5"]), roc.Requires(unit="U1", units=["U6", "U7"], at_least=1)],
        [roc.Threshold(minimum=3, distinct="subject")],
        [
            roc.Threshold(maximum=2, distinct="subject"),
            roc.Threshold(minimum=2, scope=roc.Scope(groups=["B"])),
        ],
        [roc.Threshold(minimum=2, distinct="subject"), roc.Threshold(maximum=3, distinct="subject")],
        [roc.Threshold(measure="credit", minimum=7, if_used=True, scope=roc.Scope(groups=["B"]))],
        [
            roc.Threshold(minimum=3, if_used=True, scope=roc.Scope(groups=["A"])),
            roc.Threshold(maximum=1, distinct="subject", scope=roc.Scope(groups=["B"])),
        ],
        [roc.Threshold(minimum=4), roc.Threshold(minimum=2, scope=roc.Scope(groups=["A"]))],
        [roc.Threshold(minimum=3, scope=roc.Scope(groups=[name])) for name in "AB"],
        [
            roc.Threshold(minimum=4),
            *(roc.Threshold(minimum=2, scope=roc.Scope(groups=[name])) for name in "AB"),
        ],
    ],
    ids=[
        "requires",
        "kinds",
        "kinds at most",
        "kinds both",
        "if used",
        "if used and kinds",
        "excess",
        "two",
        "implied",
    ],
)
@pytest.mark.parametrize("chosen", [0, 0b1, 0b100000], ids=["nothing", "U0", "U5"])
def test_every_construct_agrees_with_the_check(
    rules: list[roc.Threshold], is_even: bool, chosen: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the check finds OK among all sets of units is what is counted, shared out, weighed and drawn."""
    units = [roc.Unit(number=f"U{i}", credit=1 + i % 3, tags=[f"subject:{'abcd'[i % 4]}"]) for i in range(8)]
    numbers = [unit.number for unit in units]
    q = roc.Qualification(
        title="Example",
        units=units,
        groups=[
            roc.UnitGroup(name="A", units=numbers[: 5 if is_even else 6]),
            roc.UnitGroup(name="B", units=numbers[5 if is_even else 3 :]),
        ],
        rules=rules,
    )
    wanted = {mask & ~chosen for mask in by_check(q) if mask & chosen == chosen}
    if chosen:
        monkeypatch.setattr(orders, "MOST_BLOCKS", 0)  # in declared order, with more to remember
    found = open_(q, chosen)
    assert found.count == len(wanted)
    assert found.frequencies() == Counter(bit for mask in wanted for bit in each_bit(mask))
    assert found.distribution(Measure.UNITS) == Counter(mask.bit_count() for mask in wanted)
    if wanted:
        assert set(found.sample(draw(2), 60)) <= wanted


def test_units_without_credit_weigh_nothing() -> None:
    """Amounts of one measure come out where the bound is on another, which some units do not have."""
    q = one_group(12, "at most 9 credits", credit=(0, 1, 2))
    found = open_(q)
    wanted = Counter(
        mask.bit_count() for mask in range(1 << 12) if sum((0, 1, 2)[bit % 3] for bit in each_bit(mask)) <= 9
    )
    assert found.distribution(Measure.UNITS) == wanted


def crossed(count: int = 9) -> roc.Qualification:
    """A rule of two groups in which each unit of one bars one of the other."""
    units = [roc.Unit(number=f"U{i:02}", credit=(2, 3, 5, 7)[i % 4]) for i in range(2 * count)]
    return roc.Qualification(
        title="Example",
        units=units,
        groups=[
            roc.UnitGroup(
                name=name,
                units=[unit.number for unit in units[start : start + count]],
                rules=[roc.parse("at least 3 units"), roc.parse("at most 5 units")],
            )
            for name, start in (("A", 0), ("B", count))
        ],
        rules=[
            roc.parse("at least 30 credits"),
            roc.parse("at most 40 credits"),
            *(roc.Barred(units=[f"U{i:02}", f"U{count + (5 * i) % count:02}"]) for i in range(count - 2)),
            roc.Requires(unit=f"U{count - 2:02}", units=[f"U{count + 1:02}"]),
        ],
    )


def test_what_is_too_large_is_halved_as_often_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Halves answer every question as the whole does, and hold nothing when they have."""
    found = open_(crossed())
    amounts, count, shares = found.distribution(Measure.UNITS), found.count, found.frequencies()
    extremes = [found.extremes(measure) for measure in Measure]
    halved = open_(crossed())
    monkeypatch.setattr(polynomials, "MAX_BYTES", 12_000)
    assert halved.distribution(Measure.UNITS) == amounts
    assert [halved.extremes(measure) for measure in Measure] == extremes
    deep = open_(crossed())
    monkeypatch.setattr(polynomials, "MAX_BYTES", 20_000)
    assert deep.count == count
    assert not deep.parts[0].halves
    assert deep.frequencies() == shares
    assert deep.parts[0].halves
    assert len(set(deep.sample(draw(2), 50))) > 25
    monkeypatch.setattr(polynomials, "MAX_BYTES", 5_000)
    assert halved.count == count
    assert halved.frequencies() == shares
    halves = halved.parts[0].halves
    assert len(halves) == 2
    assert sum(half.count for half in halves) == count
    assert not any(vars(each).get("table") for half in halves for each in (half, *half.halves))
    drawn = Counter(mask.bit_count() for mask in halved.sample(draw(4), 2000))
    for number, wanted in amounts.items():
        assert drawn[number] / 2000 == pytest.approx(wanted / count, abs=0.05)


def test_several_pathways_are_halved_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pathways are counted together, halves agree with the whole, too."""
    q = crossed(7).evolve(
        pathways=[
            roc.Pathway(name="P", rules=[roc.parse("at least 7 units"), roc.Linked(units=["U00", "U01"])]),
            roc.Pathway(name="Q", rules=[roc.parse("at most 8 units"), roc.Linked(units=["U00", "U12"])]),
        ]
    )
    found = open_(q, 0b1)
    amounts, count, shares = found.distribution(Measure.CREDIT), found.count, found.frequencies()
    halved = open_(q, 0b1)
    monkeypatch.setattr(polynomials, "MAX_BYTES", 3_000)
    assert halved.count == count
    assert halved.parts[0].halves
    assert halved.frequencies() == shares
    assert halved.distribution(Measure.CREDIT) == amounts


def test_little_is_halved_down_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where hardly anything may be held, what is left is without a choice."""
    monkeypatch.setattr(polynomials, "MAX_BYTES", 1)
    assert open_(one_group(4, "at least 2 units")).count == 11


def test_what_would_take_more_than_may_be_spent_is_given_up_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is halved, or gone through, where it is known that it takes too much."""
    monkeypatch.setattr(polynomials, "MAX_BYTES", 3_000)
    monkeypatch.setattr(polynomials, "_PRICE", 0)
    found = open_(crossed(), budget=50_000)
    with pytest.raises(OutOfBudgetError):
        assert found.count
    assert not found.parts[0].halves
    monkeypatch.setattr(network, "MAX_NODES", 3)
    found = open_(crossed())
    with pytest.raises(OutOfBudgetError):
        assert found.count
    assert found.budget.left > 900_000


def test_what_cannot_end_well_is_not_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """States that have too much already for what is still needed are left."""
    monkeypatch.setattr(orders, "MOST_BLOCKS", 0)
    units = [roc.Unit(number=f"U{i:02}", credit=5) for i in range(13)]
    numbers = [unit.number for unit in units]
    q = roc.Qualification(
        title="Example",
        units=units,
        groups=[
            roc.UnitGroup(name="A", units=numbers[:9], rules=[roc.parse("at most 7 units")]),
            roc.UnitGroup(name="B", units=numbers[9:], rules=[roc.parse("at least 3 units")]),
        ],
        rules=[roc.parse("at most 40 credits")],
    )
    wanted = {
        mask
        for mask in range(1 << 13)
        if mask.bit_count() <= 8 and (mask & 0x1FF).bit_count() <= 7 and (mask >> 9).bit_count() >= 3
    }
    found = open_(q)
    assert found.count == len(wanted)
    assert found.frequencies() == Counter(bit for mask in wanted for bit in each_bit(mask))


def test_units_that_are_in_or_out_in_one_pathway_only() -> None:
    """A unit that one pathway adds for certain, or never has, is open in the other."""
    q = one_group(6).evolve(
        pathways=[
            roc.Pathway(
                name="P",
                rules=[
                    roc.parse("at least 3 units"),
                    roc.Linked(units=["U000", "U001"]),
                    roc.Linked(units=["U002", "U003"]),
                ],
            ),
            roc.Pathway(name="Q", rules=[roc.parse("at most 3 units")]),
        ]
    )
    found = open_(q, 0b1, banned=0b1000)
    first = {m for m in range(64) if m & 0b1111 == 0b0010 and m.bit_count() >= 2}
    second = {m for m in range(64) if not m & 0b1001 and m.bit_count() <= 2}
    assert found.count == len(first | second)
    assert found.frequencies() == Counter(bit for mask in first | second for bit in each_bit(mask))


def test_a_total_that_is_fulfilled_before_one_of_its_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a group still needs, the total needs too, whatever came before."""
    monkeypatch.setattr(orders, "MOST_BLOCKS", 0)
    units = [roc.Unit(number=f"U{i}", credit=1) for i in range(9)]
    q = roc.Qualification(
        title="Example",
        units=units,
        groups=[
            roc.UnitGroup(name="A", units=[f"U{i}" for i in range(5)]),
            roc.UnitGroup(
                name="B", units=[f"U{i}" for i in range(5, 9)], rules=[roc.parse("at least 2 units")]
            ),
        ],
        rules=[roc.parse("at least 4 units")],
    )
    assert open_(q).count == len(by_check(q))
