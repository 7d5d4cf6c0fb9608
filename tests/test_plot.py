"""Plots: the rows behind them are right, and the figures draw without a warning whatever a rule says."""

import io
import itertools
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import pytest

import roc
from roc import _figures, plot
from roc.plot import NodeKind

RULES: Final = sorted((Path(__file__).parents[1] / "examples" / "qualifications").iterdir())
PNG: Final = b"\x89PNG"
NO_STATES: Final = roc.Limits(states=1)


def load(start: str) -> roc.Qualification:
    """Return the example qualification whose file begins like this."""
    (path,) = (each for each in RULES if each.name.startswith(start))
    return roc.load(path)


def drawn(figure: Any) -> bytes:
    """Return a figure as PNG, drawn in full; warnings are errors here."""
    file = io.BytesIO()
    figure.save(file, format="png", dpi=40, verbose=False, limitsize=False)
    return file.getvalue()


def small(*rules: str, groups: list[roc.UnitGroup] | None = None, **header: Any) -> roc.Qualification:
    """Return a rule of six units, of 1 to 6 credits."""
    units = [roc.Unit(number=f"M{i}", title=f"Unit {i}", credit=i) for i in range(1, 7)]
    header.setdefault("title", "Small")
    return roc.Qualification(units=units, groups=groups or [], rules=list(map(roc.parse, rules)), **header)


def completions(q: roc.Qualification, selection: roc.Selection) -> list[frozenset[str]]:
    """Return every set of units whose addition satisfies the rule, by trying all."""
    numbers = [str(unit.number) for unit in q.units if unit.number not in selection.numbers]
    sets = itertools.chain.from_iterable(itertools.combinations(numbers, k) for k in range(len(numbers) + 1))
    return [
        frozenset(added)
        for added in sets
        if roc.check(roc.Selection.of(q, [*map(str, selection.numbers), *added])).ok
    ]


SMALL: Final = (
    small("at least 9 credits", "at most 3 units"),
    small("exactly 3 units", "M1 and M2 are barred", "M3 and M4 are linked", "M5 requires M6"),
    small("at least 17 credits", "M6 and M5 are barred"),
    small("any of (all of M1 and M2) or (all of M3 and M4)", "at most 2 units"),
)


@pytest.mark.parametrize("chosen", [[], ["M3"]])
@pytest.mark.parametrize("q", SMALL, ids=range(len(SMALL)))
def test_rows_of_completions_agree_with_brute_force(q: roc.Qualification, chosen: list[str]) -> None:
    """Totals, shares, and what closes or forces what are those that trying every set of units gives."""
    selection, solver = roc.Selection.of(q, chosen), roc.Solver(q)
    every = completions(q, selection)
    start = sum(q.unit(number).credit or 0 for number in chosen)
    credits_ = Counter(start + sum(q.unit(number).credit or 0 for number in each) for each in every)
    assert dict(plot.total_rows(solver, selection)) == credits_

    rows = plot.frequency_rows(solver, selection)
    assert {str(row.unit) for row in rows} == {str(unit.number) for unit in q.units} - set(chosen)
    shares = [row.share or Fraction(0) for row in rows]
    assert shares == sorted(shares, reverse=True)
    for row in rows:
        held = sum(str(row.unit) in each for each in every)
        assert row.share == (Fraction(held, len(every)) if every else 0)
        assert row.title == q.unit(row.unit).title

    free = [str(row.unit) for row in rows if row.option is roc.UnitOption.OPEN]
    expected: set[tuple[str, str, str]] = set()
    for unit, other in itertools.permutations(free, 2):
        with_it = [each for each in every if unit in each]
        held = sum(other in each for each in with_it)
        if held in {0, len(with_it)}:
            expected.add((unit, other, "forced" if held else "closed"))
    assert {
        (str(a), str(b), str(effect)) for a, b, effect in plot.relation_rows(solver, selection)
    } == expected


def test_relations_are_for_the_rule_beyond_what_is_chosen() -> None:
    """A unit that is chosen, forced or closed already stands in no row of relations."""
    q = SMALL[1]
    selection = roc.Selection.of(q, ["M3"])
    named = {number for row in plot.relation_rows(roc.Solver(q), selection) for number in row[:2]}
    assert named
    options = roc.Solver(q).options(selection)
    assert {options[number] for number in named} == {roc.UnitOption.OPEN}


def progress(q: roc.Qualification, *chosen: str, pathway: str | None = None) -> list[tuple[Any, ...]]:
    """Return place, rule and amounts of each threshold."""
    rows = plot.progress_rows(roc.check(roc.Selection.of(q, chosen, pathway=pathway)))
    return [(row.place, row.rule, row.required, row.allowed, row.actual, row.ok) for row in rows]


def test_progress_tells_each_threshold_once() -> None:
    """Minima, maxima, both, ceilings that only don't count, different words, and each word have their amounts."""
    whole = "Whole qualification"
    q = small(
        "at least 2 units",
        "at most 6 credits",
        "3 to 4 units",
        "at most 5 credits count",
        "M1 and M2 are linked",
    )
    assert progress(q, "M1", "M2", "M4") == [
        (whole, "at least 2 units", 2, None, 2, True),
        (whole, "at most 6 credits", None, 6, 7, False),
        (whole, "3 to 4 units", 3, 4, 2, False),
        (whole, "at most 5 credits count", None, 5, 5, True),
    ]


def test_progress_counts_words_and_alternatives() -> None:
    """A choice counts the alternatives that hold; different words are counted; a bound for each word has rows of its own."""
    q = roc.Qualification(
        title="Words",
        units=[
            roc.Unit(number="M1", tags={"subject:maths"}),
            roc.Unit(number="M2", tags={"subject:art"}),
            roc.Unit(number="M3", tags={"subject:art"}),
        ],
        rules=[
            roc.parse("at least 2 different subject"),
            roc.parse("at most 1 unit for each subject"),
            roc.parse("any of (all of M1 and M2) or (all of M3)"),
        ],
    )
    rows = plot.progress_rows(roc.check(roc.Selection.of(q, ["M2", "M3"])))
    assert [(row.measure, row.actual, row.ok) for row in rows] == [
        ("different subject", 1, False),
        ("units", 2, False),
        ("units", 0, True),
        ("alternatives", 1, True),
    ]


def test_progress_goes_into_clauses_that_must_all_hold() -> None:
    """Thresholds joined by "and" are told one by one; a fact that is met has no amount and no row."""
    both = roc.AllOf(clauses=[roc.parse("at least 1 unit"), roc.parse("placement is met")])
    q = small(conditions=[roc.Condition(name="placement")]).evolve(rules=[both])
    assert progress(q) == [("Whole qualification", "at least 1 unit", 1, None, 0, False)]


def test_progress_of_groups_and_alternatives() -> None:
    """Rows of groups carry their label; those of an alternative that was not taken are not binding."""
    q = load("shb50121")
    status = roc.check(roc.Selection.start(q).add("SHBBHRS013"))
    rows = {row.place: row for row in plot.progress_rows(status)}
    assert rows["Core"].rule == "all 20 units"
    assert rows["Core"].required == rows["Core"].actual == Decimal(20)
    assert rows["Group B: electrolysis and diathermy"].binding
    assert not rows["Group C: relaxation massage"].binding


def test_rows_say_where_a_limit_was_reached() -> None:
    """Shares are unknown, effects undecided, and totals an error: nothing is guessed."""
    q = load("cmi")
    solver, nothing = roc.Solver(q), roc.Selection.of(q)
    shares = plot.frequency_rows(solver, nothing, limits=NO_STATES)
    assert {row.share for row in shares} == {None}
    effects = plot.relation_rows(solver, nothing, limits=NO_STATES)
    assert {row.effect for row in effects} == {roc.UnitOption.UNDECIDED}
    assert len(effects) == 27 * 26
    with pytest.raises(roc.LimitReachedError):
        plot.total_rows(solver, nothing, limits=NO_STATES)


def test_limits_of_relations_are_for_all_questions_together() -> None:
    """When the time is over the rest is undecided, soon."""
    q = load("stolaf")
    start = roc.Selection.start(q)
    hasty = roc.Limits(seconds=0.000_001)
    rows = plot.relation_rows(roc.Solver(q), start, limits=hasty)
    assert {row.effect for row in rows} == {roc.UnitOption.UNDECIDED}
    assert plot.relation_rows(roc.Solver(q), start, limits=roc.Limits(seconds=600)) == plot.relation_rows(
        roc.Solver(q), start
    )


def test_shares_are_not_known_where_units_from_elsewhere_are_needed() -> None:
    """Completions that all need imported units are not counted, so no share is told for what is open."""
    q = load("fi-business")
    rows = plot.frequency_rows(roc.Solver(q), roc.Selection.start(q))
    assert {row.share for row in rows if row.option is roc.UnitOption.OPEN} == {None}


def test_the_tree_has_every_clause_and_every_group() -> None:
    """Each node hangs from one above it, one level deeper; groups, clauses and pathways are all there."""
    for path in RULES:
        q = roc.load(path)
        rows = plot.tree_rows(q)
        for i, row in enumerate(rows):
            assert (row.parent is None) is (i == 0)
            if row.parent is not None:
                assert row.parent < i
                assert row.depth == rows[row.parent].depth + 1
        kinds = Counter(row.kind for row in rows)
        assert kinds[NodeKind.MANDATORY_GROUP] + kinds[NodeKind.OPTIONAL_GROUP] == len(list(q.all_groups()))
        assert kinds[NodeKind.PATHWAY] == len(q.pathways)
        said = {row.text for row in rows}
        for group in q.all_groups():
            assert any(text.startswith(f"{group.label}: ") for text in said)
        for rule in q.rules:
            assert isinstance(rule, roc.Choice | roc.AllOf) or str(rule) in said


def test_the_tree_of_a_pathway_has_only_what_belongs_to_it() -> None:
    """Groups and clauses of other pathways are left out."""
    q = load("cmi")
    texts = [row.text for row in plot.tree_rows(q, pathway="award")]
    assert "award: Award" in texts
    assert "award: Diploma" not in texts
    assert not [text for text in texts if "Diploma only" in text]
    assert [text for text in [row.text for row in plot.tree_rows(q)] if "Diploma only" in text]
    with pytest.raises(roc.SelectionError, match="did you mean award"):
        plot.tree_rows(q, pathway="awards")


def test_the_tree_says_what_there_is_to_say_about_a_group() -> None:
    """Openings, groups that do not count, mixing, joined clauses and sharing are told."""
    groups = [
        roc.UnitGroup(name="A", units=["M1"], counts=False),
        roc.UnitGroup(
            name="B",
            choose=1,
            mixing=False,
            groups=[
                roc.UnitGroup(name="C", units=["M2"], kind="mandatory"),
                roc.UnitGroup(name="D", units=["M3", "M4"]),
            ],
        ),
        roc.UnitGroup(name="E", opening=roc.Opening()),
        roc.UnitGroup(name="F", groups=[roc.UnitGroup(name="G", units=["M5", "M6"], kind="mandatory")]),
    ]
    both = roc.AllOf(clauses=[roc.parse("at least 1 unit"), roc.parse("M1 and M2 are linked")])
    q = small(groups=groups, sharing=[roc.Sharing(groups=["A", "D"], at_most=1)]).evolve(
        rules=[roc.Choice(options=[both, roc.parse("at least 3 units")], at_least=1)]
    )
    assert [f"{'  ' * row.depth}{row.text}" for row in plot.tree_rows(q)] == [
        "Small",
        "  A: 1 unit listed; does not count",
        "  B: at least 1 of its 2 groups, from no more than these",
        "    C: its 1 unit",
        "    D: 2 units listed",
        "  E: no units listed; open to other units",
        "  F: 1 group",
        "    G: both units",
        "  any of 2 alternatives",
        "    all of these",
        "      at least 1 unit",
        "      M1 and M2 are linked",
        "    at least 3 units",
        "  A and D may count the same units, at most 1 between any two",
    ]


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_status_and_rule_of_every_example_are_drawn(path: Path) -> None:
    """They draw without a warning."""
    q = roc.load(path)
    assert drawn(plot.progress(roc.check(roc.Selection.start(q)))).startswith(PNG)
    assert drawn(plot.tree(q, dark=True)).startswith(PNG)


@pytest.mark.parametrize(
    "start", ["500", "601-3457", "btec", "unsw", "fitness", "scqf", "cmi", "de-lab", "fi-bus"]
)
def test_completions_of_examples_are_drawn(start: str) -> None:
    """They draw without a warning: few and many, forced and closed, with pathways, hours, units from elsewhere."""
    q = load(start)
    solver, begun = roc.Solver(q, limits=roc.Limits(states=100_000)), roc.Selection.start(q)
    assert drawn(plot.totals(solver, begun, "glh" if start == "btec" else "units")).startswith(PNG)
    assert drawn(plot.frequencies(solver, begun, dark=True)).startswith(PNG)
    if len(q.units) < 40:  # larger ones are drawn the same, and take seconds
        assert drawn(plot.relations(solver, begun)).startswith(PNG)


def test_a_figure_is_the_same_each_time() -> None:
    """The same question gives the same picture, byte for byte."""
    q = load("500-9810")
    status = roc.check(roc.Selection.start(q))
    assert drawn(plot.progress(status)) == drawn(plot.progress(status))
    assert drawn(plot.progress(status)) != drawn(plot.progress(status, dark=True))


HOSTILE: Final = r"$\frac{1}{0}$ costs $5 or $9 <b>&amp; {x} %s _i^2 \alpha"


def test_titles_are_drawn_as_they_stand() -> None:
    """Dollar signs make no formula, in titles, labels and captions; the alternative text has the title back."""
    q = roc.Qualification(
        title=HOSTILE,
        units=[roc.Unit(number=f"M{i}", title=HOSTILE) for i in range(4)],
        groups=[
            roc.UnitGroup(
                name="B", title=HOSTILE, units=["M0", "M1", "M2", "M3"], rules=[roc.parse("exactly 1 unit")]
            )
        ],
    )
    nothing = roc.Selection.of(q)
    solver = roc.Solver(q)
    for figure in (
        plot.progress(roc.check(nothing)),
        plot.totals(solver, nothing, "units"),
        plot.frequencies(solver, nothing),
        plot.relations(solver, nothing),
        plot.tree(q),
    ):
        assert drawn(figure)
        assert HOSTILE in plot.alt(figure)


def test_a_long_title_is_cut_where_it_labels_a_unit() -> None:
    """Labels of units are cut with an ellipsis, and captions wrap."""
    q = roc.Qualification(
        title="long " * 150,
        units=[roc.Unit(number="M1", title="word " * 60)],
        rules=[roc.parse("at least 1 unit")],
    )
    figure = plot.frequencies(roc.Solver(q), roc.Selection.of(q))
    (label,) = bars(figure)
    assert label.endswith("…")
    assert len(label) <= 100
    assert drawn(figure)


def test_figures_where_there_is_nothing_to_draw() -> None:
    """Without thresholds, completions, relations or units left the figure says so."""
    q = small("M1 and M2 are linked")
    nothing, everything = roc.Selection.of(q), roc.Selection.of(q, [unit.number for unit in q.units])
    blocked = small("at least 7 units")
    for figure, said in (
        (plot.progress(roc.check(nothing)), "The rule has no thresholds."),
        (plot.frequencies(roc.Solver(q), everything), "No unit is left to choose."),
        (plot.relations(roc.Solver(q), everything), "No unit that is open closes or forces another."),
        (plot.totals(roc.Solver(blocked), roc.Selection.of(blocked)), "No completion can be counted"),
    ):
        assert said in plot.alt(figure)
        assert drawn(figure)


def test_figures_say_where_a_limit_was_reached() -> None:
    """The line below the title tells it, and what is not known is marked."""
    q = load("cmi")
    solver, nothing = roc.Solver(q, limits=NO_STATES), roc.Selection.of(q, pathway="diploma")
    shares, effects, totals = (
        make(solver, nothing) for make in (plot.frequencies, plot.relations, plot.totals)
    )
    assert "Shares are not known: a limit was reached" in plot.alt(shares)
    assert "A limit was reached: what is marked with a circle is not known." in plot.alt(effects)
    assert "A limit was reached before they were counted." in plot.alt(totals)
    for figure in (shares, effects, totals):
        assert drawn(figure)


def bars(figure: Any) -> dict[str, tuple[float, str, str]]:
    """Return length, kind and note of each bar by its label."""
    labels = figure.scales[-1].labels
    table = figure.data
    rows = zip(labels, table["length"], table["kind"], table["note"], strict=True)
    return {" ".join(label.split()): (length, kind, note) for label, length, kind, note in rows}


def test_bars_of_progress_say_what_they_are() -> None:
    """Met, not met yet, too much and not needed are told apart; a bar that is far too long is cropped."""
    q = small(
        "at least 2 units",
        "at most 2 credits",
        "3 to 4 units",
        "exactly 5 units",
        "exactly 0 units at level 3 or above",
    )
    found = bars(plot.progress(roc.check(roc.Selection.of(q, ["M5", "M6"]))))
    assert found == {
        "at least 2 units": (1.0, "met", "2 of 2 units"),
        "at most 2 credits": (1.25, "too much", "11 of at most 2 credits"),
        "3 to 4 units": (0.5, "not met yet", "2 of 3 to 4 units"),
        "exactly 5 units": (0.4, "not met yet", "2 of 5 units"),
        "exactly 0 units at level 3 or above": (0.0, "met", "0 of 0 units"),
    }
    beauty = plot.progress(roc.check(roc.Selection.start(load("shb50121"))))
    assert bars(beauty)["Group C: relaxation massage: all 3 units"] == (0.0, "not needed", "0 of 3 units")


def test_bars_of_shares_say_what_they_are() -> None:
    """Forced, closed, hardly ever and nearly always are said in words, the rest in per cent."""
    q = roc.Qualification(
        title="Shares",
        units=[
            roc.Unit(number="M0"),
            roc.Unit(number="M1", tags={"never"}),
            *(roc.Unit(number=f"M{i}") for i in range(2, 12)),
        ],
        rules=[roc.parse("all of M0"), roc.parse("at most 0 units tagged never")],
    )
    notes = {
        label: note
        for label, (_, _, note) in bars(plot.frequencies(roc.Solver(q), roc.Selection.of(q))).items()
    }
    assert notes == {"M0": "forced", "M1": "closed"} | {f"M{i}": "50%" for i in range(2, 12)}
    rare = roc.Qualification(
        title="Rare",
        units=[roc.Unit(number=f"M{i}", credit=1) for i in range(14)],
        rules=[*(roc.parse(f"M0 and M{i} are barred") for i in range(2, 14)), roc.parse("at least 1 unit")],
    )
    found = bars(plot.frequencies(roc.Solver(rare), roc.Selection.of(rare)))
    assert found["M0"][2] == "under 0.5%"
    often = rare.evolve(rules=[roc.parse("any of (all of M0) or (exactly 1 unit)")])
    assert bars(plot.frequencies(roc.Solver(often), roc.Selection.of(often)))["M0"][2] == "over 99.5%"


def test_closed_units_of_large_rules_are_counted_only() -> None:
    """They would bury the others: the figure says how many there are."""
    q = load("ilm")
    figure = plot.frequencies(roc.Solver(q), roc.Selection.of(q, pathway="award"))
    assert "Of 100 units: 27 open, 73 closed (not shown)." in plot.alt(figure)
    assert len(bars(figure)) == 27
    everything = roc.Qualification(
        title="Full",
        units=[roc.Unit(number=f"M{i}") for i in range(50)],
        rules=[roc.parse("at most 0 units")],
    )
    nothing = plot.frequencies(roc.Solver(everything), roc.Selection.of(everything))
    assert "Of 50 units: 50 closed (not shown)." in plot.alt(nothing)
    assert drawn(nothing)


def test_giant_counts_are_drawn() -> None:
    """Counts that no float holds are scaled exactly, and written by their size."""
    q = roc.Qualification(
        title="Giant",
        units=[roc.Unit(number=f"M{i}", credit=0) for i in range(1100)],
        rules=[roc.parse("at least 1 unit")],
    )
    figure: Any = plot.totals(roc.Solver(q), roc.Selection.of(q))
    assert "about 1.4 \N{MULTIPLICATION SIGN} 10³³¹ ways to finish" in plot.alt(figure)
    assert figure.scales[-1].name.startswith("completions (\N{MULTIPLICATION SIGN} 10³³⁰")
    assert drawn(figure)


@pytest.mark.parametrize(
    ("top", "places"),
    [(0.5, [0, 1]), (1.1, [0, 1]), (7, [0, 2, 4, 6]), (59, [0, 10, 20, 30, 40, 50]), (130, [0, 50, 100])],
)
def test_places_on_an_axis_of_counts_are_whole(top: float, places: list[int]) -> None:
    """No axis has half a completion."""
    assert _figures._whole((0, top)) == places


@pytest.mark.parametrize(
    ("start", "said"), [("500", "credits"), ("btec", "guided learning hours"), ("bsb", "units")]
)
def test_totals_are_of_what_people_add_up(start: str, said: str) -> None:
    """Without a measure named it is credit, or else hours, or else units, in rows and figures alike."""
    q = load(start)
    solver, begun = roc.Solver(q), roc.Selection.start(q)
    assert plot.alt(plot.totals(solver, begun)).startswith(f"Completions by their total of {said}.")
    measure = {"credits": "credit", "units": "units"}.get(said, "glh")
    assert plot.total_rows(solver, begun) == plot.total_rows(solver, begun, measure)


def test_a_pathway_is_named() -> None:
    """The caption says for which pathway a plot was drawn, whether it was asked for or chosen."""
    q = load("cmi")
    solver = roc.Solver(q)
    asked = plot.totals(solver, roc.Selection.of(q), pathway="award")
    chosen = plot.totals(solver, roc.Selection.of(q, pathway="award"))
    assert plot.alt(asked) == plot.alt(chosen)
    assert plot.alt(asked).endswith(" · Award · 0 units chosen already.")


def test_the_extra_is_asked_for_when_something_is_drawn() -> None:
    """Without plotnine rows are made as ever, and a figure says what to install."""
    code = (
        "import sys; sys.modules['plotnine'] = None\n"
        "import roc.plot\n"
        "status = roc.check(roc.Selection.of(roc.Qualification(title='T', rules=[roc.parse('at least 1 unit')])))\n"
        "print(len(roc.plot.progress_rows(status)))\n"
        "try:\n    roc.plot.progress(status)\n"
        "except roc.MissingExtraError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - the code is ours
    assert done.stdout.splitlines() == [
        "1",
        "a plot needs the extra 'plot': pip install 'rules-of-combination[plot]'",
    ]
