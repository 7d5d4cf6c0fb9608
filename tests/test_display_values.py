"""Displays of values in notebooks and on terminals: what is shown of each, and how much."""

import io
import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

import attrs
import pytest
from rich.console import Console
from tests.html_check import text_of, valid

import roc
from roc import _html
from roc._page import Screen
from roc.answers import Completion
from roc.display import completions_screen, distribution_screen, frequencies_screen, screen

ROOT: Final = Path(__file__).parents[1]
RULES: Final = ROOT / "examples" / "qualifications"
EVERY: Final = [*sorted(RULES.iterdir()), *sorted((ROOT / "tests" / "corpus").glob("*.yaml"))]

SMALL: Final = """
title: Small
units:
  - {number: M1, title: One, credit: 2}
  - {number: M2, title: Two, credit: 3}
  - {number: M3, title: Three, credit: 4}
groups:
  - {name: A, kind: mandatory, units: [M1]}
  - {name: B, units: [M2, M3], min_units: 1}
"""


def small() -> tuple[roc.Solver, roc.Selection]:
    """Return the solver of a small rule, and the selection with which one begins."""
    q = roc.loads(SMALL)
    return roc.Solver(q), roc.Selection.start(q)


def test_a_notebook_shows_html_and_text() -> None:
    """A value gives both, the text as wide as a terminal; a repr is code as ever."""
    _, chosen = small()
    unit = chosen.qualification.units[0]
    bundle = unit._repr_mimebundle_(include=None, exclude=None)
    assert bundle["text/plain"] == "Number:  M1\nTitle:   One\nCredit:  2\n"
    assert text_of(valid(bundle["text/html"])) == "NumberM1TitleOneCredit2"
    assert repr(unit).startswith("Unit(number=")
    assert repr(screen(unit)) == "<Screen of 1 block>"
    assert screen(unit)._repr_mimebundle_() == bundle


def test_a_terminal_shows_a_value() -> None:
    """A console of rich prints a value as its screen."""
    _, chosen = small()
    out = io.StringIO()
    Console(file=out, width=80).print(roc.check(chosen), end="")
    assert out.getvalue() == screen(roc.check(chosen)).text()


def test_only_who_looks_waits() -> None:
    """Neither displays nor HTML are imported before a value is looked at, and then HTML needs no extra."""
    code = (
        "import sys; sys.modules['rich'] = None; import roc; q = roc.Qualification(title='T'); "
        "s = roc.check(roc.Selection.start(q)); "
        "print({'roc.display', 'roc._page', 'roc._html'} & {*sys.modules}); "
        "print(s._repr_mimebundle_()['text/html'][:24])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - the code is ours
    assert done.stdout == 'set()\n<div class="roc-screen">\n'


# -- progress ---------------------------------------------------------------------------------------

PROGRESS: Final = """
title: Progress
units:
  - {number: M1, tags: [subject:art]}
  - {number: M2, tags: [subject:maths]}
  - {number: M3}
  - {number: M4}
  - {number: M5}
groups: [{name: A, units: [M1, M2, M3, M4, M5]}]
rules:
  - at least 2 units
  - 1 to 3 units
  - at most 4 units
  - at least 1 unit for each subject
  - any of (at least 4 units) or ((at least 5 units) and (at least 1 unit))
  - if all of M1 then all of M3
  - M2 and M3 are linked
  - at least 0 units
"""


def test_progress_is_told_clause_by_clause() -> None:
    """Each clause has its verdict, and how much there is of what it asks for; inner clauses stand below."""
    q = roc.loads(PROGRESS)
    text = screen(roc.check(roc.Selection.of(q, ["M1", "M4", "M5"]))).text(100)
    start = text.index("Progress:\n") + len("Progress:\n")
    lines = [" ".join(line.split()) for line in text[start : text.index("\n\nUnit")].splitlines()]
    assert lines == [
        "OK at least 2 units 3, 2 needed [##########]",
        "OK 1 to 3 units 3 of 1 to 3 [##########]",
        "OK at most 4 units 3 of at most 4",
        "NOT OK at least 1 unit for each subject 1 of 2 met [#####.....]",
        "NOT OK any of these 0 of 1 [..........]",
        "NOT OK at least 4 units 3 of 4 [#######...]",
        "NOT OK (at least 5 units) and (at least 1 unit)",
        "NOT OK at least 5 units 3 of 5 [######....]",
        "OK at least 1 unit 3, 1 needed [##########]",
        "NOT OK if all of M1 then all of M3",
        "OK all of M1 1 of 1 [##########]",
        "NOT OK all of M3 0 of 1 [..........]",
        "OK M2 and M3 are linked",
        "OK at least 0 units 3, 0 needed [##########]",
    ]


def test_a_bar_is_a_meter_with_words() -> None:
    """A bar says in words what it is about and how far it is; only what is met is full."""
    q = roc.load(RULES / "500-9810-x-vehicle-fitting.yaml")
    root = valid(screen(roc.check(roc.Selection.start(q))).html())
    meters = [each for each in root.iter("span") if each.get("role") == "meter"]
    assert meters[0].attrib == {
        "class": "roc-bar",
        "role": "meter",
        "aria-label": "at least 14 units: 12 of 14",
        "aria-valuemin": "0",
        "aria-valuemax": "100",
        "aria-valuenow": "85.71",
    }
    full = [each.attrib["aria-label"] for each in meters if "roc-full" in each.attrib["class"]]
    assert full == ["every unit of the group: 12 of 12"]


def test_a_status_says_ok_in_words() -> None:
    """What is OK and what is not is said in words, not by a colour alone."""
    _, chosen = small()
    before, after = (text_of(valid(screen(roc.check(each)).html())) for each in (chosen, chosen.add("M2")))
    assert "NOT OK" in before
    assert "B (NOT OK)" in before
    assert "NOT OK" not in after
    assert "✓countsM2" in after


def test_many_clauses_that_only_hold_take_one_line() -> None:
    """Links and the like that hold are counted where there are many; one that is broken is told."""
    q = roc.loads(
        """
        title: Many
        units: [{number: M1}, {number: M2}, {number: M3}, {number: M4}, {number: M5}, {number: M6}]
        groups: [{name: A, units: [M1, M2, M3, M4, M5, M6]}]
        rules:
          - M1 and M2 are barred
          - M2 and M3 are barred
          - M3 requires M4
          - M4 and M5 are linked
          - M6 requires M1
        """
    )
    text = screen(roc.check(roc.Selection.of(q, ["M6"]))).text()
    assert "OK      4 clauses about particular units" in text
    assert "NOT OK  M6 requires M1                    0 of 1  [..........]" in text
    assert "barred" not in text


def test_a_group_and_a_clause_by_themselves() -> None:
    """What stands for itself says what it is about, with the numbers of its units."""
    inner = "{name: B, units: [M1, M2], rules: [at most 1 unit counts], groups: [{name: C}]}"
    q = roc.loads(f"{{title: Two, units: [{{number: M1}}, {{number: M2}}], groups: [{inner}]}}")
    status = roc.check(roc.Selection.of(q, ["M1", "M2"]))
    text = screen(status.groups["B"]).text()
    assert "Units that count:  M1\n" in text
    assert "Other units:       M2\n" in text
    assert "\nC (OK)\n" in text
    clause = screen(roc.check(small()[1]).groups["B"].clauses[0]).text()
    assert clause.splitlines()[-1] == "Message:  Add 1 more unit from B."


# -- answers ----------------------------------------------------------------------------------------


def test_completions_are_compared() -> None:
    """A table tells what each completion comes to and which units it adds; no more are asked for than shown."""
    solver, chosen = small()
    text = screen(list(solver.completions(chosen))).text()
    assert text.splitlines() == [
        "  Unit          Way 1  Way 2  Way 3",
        "  Units added       1      1      2",
        "  Credit added      3      4      7",
        "  M2 Two          [+]           [+]",
        "  M3 Three               [+]    [+]",
    ]
    ways = solver.completions(chosen)
    assert "Way 2" not in completions_screen(ways, most=1).text()
    assert next(ways).added == (roc.UnitNumber("M3"),)
    assert "M2 Two+added" in text_of(valid(completions_screen(solver.completions(chosen)).html()))


def test_what_else_completions_differ_in() -> None:
    """Costs, pathways, conditions, stand-ins and limits have a row where they say anything."""
    q = roc.loads(
        """
        title: Ways
        conditions: {first-aid: A certificate}
        units: [{number: M1}, {number: M2}]
        groups:
          - {name: A, units: [M1], min_units: 1, pathways: gym}
          - {name: B, units: [M2], open: true, min_units: 2, pathways: pool}
        pathways: {gym: {title: Gym, rules: [first-aid is met]}, pool: {title: Pool}}
        """
    )
    solver, empty = roc.Solver(q), roc.Selection.start(q)
    first = next(solver.completions(empty, costs={"M1": 2}, pathway="gym"))
    second = next(solver.completions(empty, pathway="pool")).evolve(exact=False)
    lines = [" ".join(line.split()) for line in screen([first, second]).text(100).splitlines()]
    assert lines[1:] == [
        "Units added 1 2",
        "Cost 2 2",
        "Pathway Gym Pool",
        "To be met A certificate",
        "Proven yes no: a limit was reached",
        "M1 [+]",
        "M2 [+]",
        "(elsewhere) any unit from elsewhere that fits B [+]",
    ]


def test_completions_that_stop_at_a_limit() -> None:
    """What was found before a limit is shown, with what was found at last, and the limit is told."""
    solver, chosen = small()
    found = list(solver.completions(chosen))

    def stopped(best: Completion | None) -> Iterator[Completion]:
        yield found[0]
        raise roc.LimitReachedError(best)

    for best, last in ((None, "Way to finish"), (found[1], "Way 2")):
        text = completions_screen(stopped(best)).text()
        assert last in text
        assert "There may be others." in text
    assert completions_screen(()).text() == "There is no way to finish.\n"
    assert "There is no way to finish." in distribution_screen("units", {}).text()
    assert "There is no way to finish." in frequencies_screen(chosen.qualification, {}).text()


def test_reasons() -> None:
    """A reason says the unit with its title, where it knows one, and why, or how to go on."""
    q = roc.loads(SMALL.replace("min_units: 1}", "min_units: 1, max_units: 1}"))
    solver, chosen = roc.Solver(q), roc.Selection.start(q)
    assert screen(solver.why(chosen, "M1")).text() == "\nM1: chosen already\n"
    assert "M2 Two: open, it can be chosen" in screen(solver.why(chosen, "M2")).text()
    assert "M3 Three cannot be chosen" in screen(solver.why(chosen.add("M2"), "M3")).text()
    conflict = solver.explain(chosen.add("M2", "M3"))
    assert screen(conflict).text().startswith("\nNo selection can do all of this:\n- ")


def test_what_is_shown_of_a_repair() -> None:
    """A repair tells what is dropped and what is added, in signs and in words."""
    q = roc.loads(SMALL.replace("min_units: 1}", "min_units: 1, max_units: 1}"))
    (repair,) = itertools.islice(roc.Solver(q).repairs(roc.Selection.of(q, ["M2", "M3"])), 1)
    text = text_of(valid(screen(repair).html()))
    assert "Repair: drop 1 unit, add 1 unit" in text
    assert "\N{MINUS SIGN}dropped" in text
    assert "+addedM1" in text


# -- findings, parts, and what is none ----------------------------------------------------------------


def test_findings() -> None:
    """Messages and advice stand in one table, in plain words; one that nobody has words for is told as data."""
    _, chosen = small()
    text = screen(roc.check(chosen).findings()).text(100)
    assert "error     Complete B." in text
    odd = roc.Message.of("mine.odd", {"group": "B"}, path="$.x")
    assert screen(odd).text().splitlines()[1] == "  error     group: B  mine.odd  $.x"
    (slip,) = roc.advise(roc.Qualification(title="Award", total_qualification_time=370))
    assert "advice" in screen([slip]).text()


def test_every_record_is_shown() -> None:
    """A record without a screen of its own shows its fields, those that hold nothing left out."""
    entry = roc.Entry(unit="M1", credit="2.50")
    assert screen(entry).text() == "Unit:    M1\nState:   achieved\nCredit:  2.5\n"
    text = screen(roc.Example(selection=["M1", "M2"], ok=True, conditions=["a"])).text()
    assert "Ok:          yes\n" in text
    opening = roc.Opening(tags={"b", "a"}, listed=False)
    assert screen(opening).text() == "Tags:    a, b\nListed:  no\n"
    assert screen(roc.Limits(states=5)).text() == "States:  5\n"
    assert screen(roc.parse("(at least 2 units) and (M1 and M2 are linked)")).text().count("- ") == 2
    assert roc.parse("at least 2 units")._repr_mimebundle_()["text/plain"] == "- At least 2 units.\n"
    group = roc.UnitGroup(name="A", groups=[roc.UnitGroup(name="B", units=["M1"])])
    assert "\n  B\n" in screen(group).text()


def test_several_values() -> None:
    """Values of different kinds stand below each other; none is said to be none."""
    _, chosen = small()
    units = chosen.qualification.units
    assert screen(units[:2]).text() == f"{screen(units[0]).text()}\n{screen(units[1]).text()}"
    assert screen([]).text() == "Nothing.\n"


@pytest.mark.parametrize("value", [None, 1, "M1", object(), roc, attrs.make_class("Other", ["a"])(1)])
def test_what_is_no_value_of_ours(value: object) -> None:
    """What belongs to somebody else is refused."""
    with pytest.raises(roc.DataError, match="is no value of roc"):
        screen(value)


# -- how much ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name)
def test_every_published_rule_has_a_small_display(path: Path) -> None:
    """The display of a published rule and of a status is valid and smaller than a picture of it would be."""
    q = roc.load(path)
    for value in (q, roc.check(roc.Selection.start(q))):
        html = value._repr_mimebundle_()["text/html"]
        valid(html)
        assert len(html) < 120_000


def _large(number: int) -> roc.Qualification:
    units = [
        roc.Unit(number=f"M{i}", title=f"Unit {i} " + "long " * 150, reference="R" * 900)
        for i in range(number)
    ]
    halves = ([each.number for each in units[: number // 2]], [each.number for each in units[number // 2 :]])
    groups = [
        roc.UnitGroup(name=f"G{i}", units=half, rules=[roc.parse(f"at least {i + 1} units")])
        for i, half in enumerate(halves)
    ]
    return roc.Qualification(title="Large " * 150, units=units, groups=groups)


def test_large_rules_are_folded_and_cut() -> None:
    """A rule of 1,000 units is folded, shows some hundred units with short titles, and counts the others."""
    q = _large(1000)
    bundle = q._repr_mimebundle_()
    html = bundle["text/html"]
    assert len(html) < 250_000
    root = valid(html)
    assert not [each for each in root.iter("details") if each.get("open")]
    assert "… and 203 more" in text_of(root)
    assert "… and 203 more" in bundle["text/plain"]
    assert "… and 1 more" in text_of(root), "a whole group is left out"
    assert "Large Large" in text_of(root)
    assert len(screen(q).html()) > len(html), "whoever asks for the whole gets it"
    few = valid(_large(20)._repr_mimebundle_()["text/html"])
    assert all(each.get("open") for each in few.iter("details"))


def test_everything_that_is_left_out_is_counted() -> None:
    """Whatever a screen is made of, it says how much of it is missing."""
    solver, chosen = small()
    values: list[Screen] = [
        screen(chosen.qualification),
        screen(roc.check(chosen)),
        screen(roc.check(chosen).groups["B"]),
        screen(list(solver.completions(chosen))),
        frequencies_screen(chosen.qualification, solver.frequencies(chosen)),
    ]
    for each in values:
        short = each.shortened(rows=0, letters=3)
        root = valid(short.html())
        assert "more" in text_of(root)
        assert "more" in short.text()
        assert max(map(len, short.text().split())) < 40
    row = roc.Selection.of(chosen.qualification, [roc.Entry(unit="M1", state="rpl")])
    short = screen(roc.check(row)).shortened(letters=2)
    assert "rp…" in short.text()
    assert Decimal(2) == chosen.qualification.units[0].credit


def test_every_kind_of_value_has_its_display() -> None:
    """What a value is about is told first, in a notebook and as text; a screen shows itself."""
    solver, chosen = small()
    status = roc.check(chosen)
    seen = {
        "Title Small Added": chosen,
        "Title Small Rule of Combination:": chosen.qualification,
        "Title Small Added Units: 1 Credit: 2 Status All": status,
        "B (NOT OK)": status.groups["B"],
        "Status Clause Progress NOT OK at least 1 unit": status.groups["B"].clauses[0],
        "Title Small Best of 1 unit achieved": roc.best_combination(chosen),
        "Way to finish: 1 unit, 3 credits": solver.complete(chosen),
        "Repair: add 1 unit": solver.repair(chosen),
        "Title Small Added Units: 1 Credit: 2 Status Can be finished Open: can be chosen (2)": solver.options(
            chosen
        ),
        "M2 Two: open": solver.why(chosen, "M2"),
        "Credit 5 to 9 when finished": solver.bounds(chosen),
        "Severity What Code Path error": status.messages[0],
        "B M/O Optional Min. Units: 1": chosen.qualification.groups[1],
        "Units Completions Share": distribution_screen("units", solver.distribution(chosen, "units")),
        "Number M1": screen(chosen.qualification.units[0]),
        "Share Number Title": frequencies_screen(chosen.qualification, solver.frequencies(chosen)),
    }
    for start, value in seen.items():
        root = valid(screen(value).html())
        for hidden in root.iter():
            hidden.tail = f" {hidden.tail or ''} "
        assert " ".join(text_of(root).split()).startswith(start)
        assert start.split()[-1] in screen(value).text()


def _light(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG defines it."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("page", ["#ffffff", "#1e1e1e", "#000000"])
def test_signs_and_bars_stand_out(page: str) -> None:
    """Every colour of our own has a contrast of 3 to 1 at least on light pages and on dark ones."""
    colours = set(re.findall(r"#[0-9a-f]{6}", _html.STYLE))
    assert len(colours) == 3
    for colour in colours:
        low, high = sorted((_light(colour), _light(page)))
        assert (high + 0.05) / (low + 0.05) >= 3, colour
