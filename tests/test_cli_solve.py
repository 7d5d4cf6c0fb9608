"""The commands that tell what comes next: words for a person, JSON for programs, limits, and an end on Ctrl-C."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
from rich.console import Console
from tests.test_cli import GUIDE, ROOT, fits, process, run

from roc import LimitReachedError, Limits, Solver, _answer_screens, cli
from roc.cli import _progress
from roc.display import MIN_WIDTH
from roc.report import report_schema, to_json

FILES: Final = sorted(str(path) for path in (ROOT / "examples" / "qualifications").iterdir())
PAIRS: Final = str(ROOT / "examples" / "qualifications" / "fitness-instructing-pairs.toml")
MATHEMATICS: Final = str(ROOT / "examples" / "qualifications" / "stolaf-mathematics-major.yaml")
VEHICLES: Final = str(ROOT / "examples" / "qualifications" / "fi-vehicle-technology-2017.yaml")

SMALL: Final = """
title: Small
groups:
  - {name: A, kind: mandatory, units: [{number: M1, title: One, credit: 2}]}
  - name: B
    title: Choice
    min_units: 1
    max_units: 2
    units:
      - {number: M2, title: Two, credit: 3}
      - {number: M3, title: Three, credit: 4}
      - {number: M4, title: Four, credit: 2.5}
rules:
  - M2 and M4 are barred
"""

WAYS: Final = """
title: Ways
units: [{number: M1}, {number: M2}, {number: M3}]
conditions: {first-aid: A certificate}
rules: [first-aid is met]
pathways:
  gym: {title: "[bold]Gym\\u202e", rules: [all of M1]}
  pool: {title: Pool, rules: ["all of M2 and M3"]}
"""


@pytest.fixture
def small(tmp_path: Path) -> str:
    """Return the name of a file with a rule of which all is known: five ways to finish it."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, "utf-8")
    return str(path)


@pytest.fixture
def ways(tmp_path: Path) -> str:
    """Return the name of a file with pathways and a condition, and with a title that is up to no good."""
    path = tmp_path / "ways.yaml"
    path.write_text(WAYS, "utf-8")
    return str(path)


def asked(name: str, *arguments: str, status: int = 0, definition: str = "") -> Any:
    """Return the JSON of a command, held against its schema."""
    result = run(name, *arguments, "--format", "json")
    assert (result.exit_code, result.stderr) == (status, "")
    return fits(definition or name, result.stdout)


# all rules


@pytest.mark.parametrize("file", FILES, ids=lambda name: Path(name).name)
def test_every_rule(file: str) -> None:
    """On every curated rule each command tells text and JSON of one schema, with the same exit status."""
    whole: Any = jsonschema.Draft202012Validator(report_schema())
    for call in (
        ["complete", "-n", "2", "--diverse"],
        ["options"],
        ["explain", "--all"],
        ["repair"],
        ["count"],
        ["sample"],
    ):
        name, *rest = call
        text = run(name, file, *rest, "--states", "2000", columns=40)
        data = run(name, file, *rest, "--states", "2000", "--format", "json")
        assert text.exit_code == data.exit_code
        found = fits(name, data.stdout)
        whole.validate(found)
        assert text.exit_code in ({1, 0} if found["exact"] else {3})
        if found["exact"]:
            assert found["ok"] is (text.exit_code == 0)
        if name != "sample":
            assert max(map(len, text.stdout.splitlines())) <= MIN_WIDTH
            assert not any(line.endswith(" ") for line in text.stdout.splitlines())


# complete


def test_the_shortest_way(small: str) -> None:
    """One completion: what it takes and its units; status 0."""
    result = run("complete", small)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "Title:   Small",
        "Added:   Units: 1    Credit: 2",
        "Status:  Can be finished",
        "",
        "Shortest way to finish: 1 unit, 2.5 credits",
        "",
        "  Number  Title  Credit Value",
        "  M4      Four            2.5",
    ]
    data = asked("complete", small)
    assert (data["ok"], data["exact"], data["verdict"], data["bound"]) == (True, True, "completable", None)
    (found,) = data["completions"]
    assert (found["added"], found["cost"], found["credit"], found["exact"]) == (
        ["M4"],
        1,
        Decimal("2.5"),
        True,
    )
    assert [each["unit"] for each in found["selection"]] == ["M1", "M4"]


def test_more_ways(small: str) -> None:
    """There are as many as there are, in order; what is liked comes first, what is avoided does not come."""
    data = asked("complete", small, "-n", "9")
    assert [each["added"] for each in data["completions"]] == [
        ["M4"],
        ["M2"],
        ["M3"],
        ["M3", "M4"],
        ["M2", "M3"],
    ]
    result = run("complete", small, "-n", "9")
    assert "Way to finish 5: 2 units, 7 credits" in result.stdout
    assert result.stdout.endswith("\nThere are no others.\n")
    data = asked("complete", small, "-n", "9", "--avoid", "M4, M2")
    assert [each["added"] for each in data["completions"]] == [["M3"]]
    data = asked("complete", PAIRS, "--prefer", "11,12")
    assert data["completions"][0]["added"] == ["11", "12"]


def test_costs(small: str) -> None:
    """A price changes the order, and is told."""
    data = asked("complete", small, "--cost", "M3=0.5", "--cost", "M4 = 3")
    assert (data["completions"][0]["added"], data["completions"][0]["cost"]) == (["M3"], Decimal("0.5"))
    assert "  Cost:  0.5\n" in run("complete", small, "--cost", "M3=0.5").stdout


def test_ways_that_differ(small: str) -> None:
    """Asked for completions that differ, they have no unit in common before they must."""
    data = asked("complete", small, "-n", "3", "--diverse")
    assert sorted(each["added"] for each in data["completions"]) == [["M2"], ["M3"], ["M4"]]


def test_nothing_to_add(small: str) -> None:
    """A selection that is complete is its own first completion."""
    result = run("complete", small, "--select", "M2")
    assert result.exit_code == 0
    assert "Status:  Complete\n" in result.stdout
    assert result.stdout.endswith("\nShortest way to finish: nothing to add\n")


def test_no_way(small: str) -> None:
    """Where nothing can be added that finishes it, that is said, with what may help; status 1."""
    result = run("complete", small, "--select", "M2,M4")
    assert result.exit_code == 1
    assert "Status:  Blocked: it cannot be finished, whatever is added\n" in result.stdout
    assert result.stdout.endswith("\nroc explain tells why, roc repair what to change.\n")
    data = asked("complete", small, "--select", "M2,M4", status=1)
    assert (data["ok"], data["verdict"], data["completions"]) == (False, "blocked", [])


def test_no_way_without_what_is_avoided(small: str) -> None:
    """Where only what is avoided would finish it, it is not said to be blocked."""
    result = run("complete", small, "--avoid", "M2,M3,M4")
    assert result.exit_code == 1
    assert "Status:  Can be finished\n" in result.stdout
    assert result.stdout.endswith("\nIt cannot be finished without the units of --avoid.\n")
    assert asked("complete", small, "--avoid", "M2,M3,M4", status=1)["verdict"] == "completable"
    result = run("complete", small, "--select", "M2,M4", "--avoid", "M3")
    assert "Blocked" in result.stdout
    assert result.stdout.endswith("what to change.\n")


def test_pathways_and_conditions(ways: str) -> None:
    """Which pathway it is for and what must still be met is told, and nothing that a file holds is obeyed."""
    result = run("complete", ways, "-n", "2")
    assert "  Pathway:    [bold]Gym\\u202e\n  To be met:  A certificate\n" in result.stdout
    result = run("complete", ways, "--pathway", "gym", "--condition", "first-aid")
    assert "Pathway:     [bold]Gym\\u202e\nConditions:  A certificate\n" in result.stdout
    assert "To be met" not in result.stdout
    assert result.stdout.endswith("Shortest way to finish: 1 unit\n\n  Number  Title\n  M1\n")
    data = asked("complete", ways, "--pathway", "pool")
    assert (data["pathway"], data["conditions"]) == ("pool", [])
    found = data["completions"][0]
    assert (found["added"], found["conditions"], found["pathway"]) == (["M2", "M3"], ["first-aid"], "pool")


def test_units_from_elsewhere(tmp_path: Path) -> None:
    """Where only units from elsewhere finish it, the table says which group they are for."""
    result = run("complete", VEHICLES)
    assert result.exit_code == 0
    assert "(elsewhere)  any unit from elsewhere that fits Optional units " in result.stdout
    assert "imported" not in result.stdout
    path = tmp_path / "open.yaml"
    path.write_text(
        "{title: A, groups: [{name: B, min_units: 2, open: true, units: [{number: M1}]}]}", "utf-8"
    )
    result = run("options", str(path))
    assert result.stdout.endswith(
        "Units from elsewhere are thought of only where nothing else finishes the selection.\n"
    )
    result = run("repair", str(path))
    assert result.exit_code == 1
    assert (
        "With the rule's own units alone nothing satisfies the rule; units from elsewhere may."
        in result.stdout
    )
    result = run("count", str(path))
    assert result.exit_code == 1
    assert "Completions:  none\n\nWays with units from elsewhere are not counted.\n" in result.stdout
    result = run("sample", str(path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        "roc: there is nothing to draw: the selection cannot be finished with the rule's"
    )


# options


def test_options(small: str) -> None:
    """What must, can and cannot be chosen, each under the group that lists it; then what is chosen."""
    result = run("options", small, "--select", "M2")
    assert result.exit_code == 0
    told = [line.strip() for line in result.stdout.splitlines() if line and "  M" not in line]
    assert [line for line in told if "(" in line or line in {"A", "Choice"}] == [
        "Open: can be chosen (1)",
        "Choice",
        "Closed: cannot be chosen any more (1)",
        "Choice",
        "Chosen (2)",
        "A",
        "Choice",
    ]
    data = asked("options", small, "--select", "M2")
    assert data["options"] == [
        {"unit": "M1", "title": "One", "option": "chosen"},
        {"unit": "M2", "title": "Two", "option": "chosen"},
        {"unit": "M3", "title": "Three", "option": "open"},
        {"unit": "M4", "title": "Four", "option": "closed"},
    ]
    assert (data["verdict"], data["ok"], data["exact"]) == ("complete", True, True)


def test_options_without_groups(ways: str) -> None:
    """Units of a rule without groups stand below the headings themselves."""
    result = run("options", ways, "--pathway", "pool")
    assert "Needed: in every way to finish (2)\n\n  Number  Title\n  M2\n  M3\n" in result.stdout
    assert "In no group" not in result.stdout


def test_options_in_no_group(tmp_path: Path) -> None:
    """A unit that no group lists is told apart from those of groups."""
    path = tmp_path / "a.yaml"
    path.write_text("{title: A, units: [{number: M1}], groups: [{name: B, units: [{number: M2}]}]}", "utf-8")
    assert "\n  In no group\n" in run("options", str(path)).stdout


def test_options_of_what_is_blocked(small: str) -> None:
    """Where it cannot be finished nothing can be chosen, and what may help is told; status 1."""
    result = run("options", small, "--select", "M2,M4")
    assert result.exit_code == 1
    assert result.stdout.endswith("\nroc explain tells why, roc repair what to change.\n")
    assert asked("options", small, "--select", "M2,M4", status=1)["ok"] is False


def test_why(small: str) -> None:
    """The reason of a unit: a conflict with the place of each clause, the shortest way with it, or one line."""
    result = run("options", small, "--select", "M2", "--why", "M4")
    assert result.exit_code == 1
    assert (
        "M4 Four cannot be chosen as long as all of this holds:\n- “M2 and M4 are barred”.\n" in result.stdout
    )
    assert f"    {small}:14: $.rules[0]\n- Chosen: M2 Two.\n" in result.stdout
    result = run("options", small, "--why", "M2")
    assert result.exit_code == 0
    assert (
        "\nM2 Two: open, it can be chosen\n\nWith it, the shortest way to finish: nothing to add\n"
        in result.stdout
    )
    result = run("options", small, "--why", "M1")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "M1 One: chosen already")
    result = run("options", GUIDE, "--why", "K/601/6383")
    assert result.exit_code == 0
    assert "cannot be left out as long as all of this holds:" in " ".join(result.stdout.split())


def test_why_as_json(small: str) -> None:
    """A reason comes with its conflict or its completion, the lines of the file with it."""
    data = asked("options", small, "--select", "M2", "--why", "M4", definition="why", status=1)
    conflict = data["reason"]["conflict"]
    assert (conflict["unit"], conflict["wanted"], conflict["choices"]) == ("M4", True, ["M2"])
    assert [(each["path"], each["line"], each["rule"]) for each in conflict["clauses"]] == [
        ("$.rules[0]", 14, "M2 and M4 are barred")
    ]
    assert (data["ok"], data["reason"]["completion"]) == (False, None)
    data = asked("options", small, "--why", "M2", definition="why")
    assert (data["reason"]["option"], data["reason"]["completion"]["added"]) == ("open", [])


# explain


def test_explain(small: str) -> None:
    """A conflict in words, each clause with its place; status 1."""
    result = run("explain", small, "--select", "M2,M4")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-4:] == [
        "No selection can do all of this:",
        "- “M2 and M4 are barred”.",
        f"    {small}:14: $.rules[0]",
        "- Chosen: M2 Two and M4 Four.",
    ]
    data = asked("explain", small, "--select", "M2,M4", "--wording", "plain-cy", status=1)
    (conflict,) = data["conflicts"]
    assert conflict["text"].startswith("Ni all unrhyw ddewis")
    assert (conflict["choices"], conflict["families"]) == (["M2", "M4"], [["M2"], ["M4"]])
    assert (data["ok"], data["verdict"]) == (False, "blocked")


def test_explain_arithmetic(small: str) -> None:
    """The numbers of a bound are in the JSON, and a group's own demand has no clause."""
    data = asked("explain", small, "--select", "M2,M3,M4", "--all", status=1)
    assert len(data["conflicts"]) == 2
    over = [clause for each in data["conflicts"] for clause in each["clauses"] if clause["arithmetic"]]
    assert [(each["scope"], each["arithmetic"][0]["reachable"]) for each in over] == [(None, 2), ("B", 3)]
    assert over[1]["arithmetic"][0]["floor"] is False
    text = run("explain", small, "--select", "M2,M3,M4", "--all").stdout
    assert "\nConflict 1\n\nNo selection" in text
    assert "\nConflict 2\n\nNo selection" in text
    data = asked("explain", PAIRS, "--select", "5,7", status=1)
    assert data["conflicts"][0]["clauses"][0]["rule"] is None


def test_nothing_in_the_way(small: str) -> None:
    """Where it can be finished there is no conflict; status 0."""
    result = run("explain", small)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "Nothing is in the way.")
    assert "Status:  Can be finished" in result.stdout
    assert "Status:  Complete" in run("explain", small, "--select", "M2").stdout


def test_a_conflict_without_a_place(ways: str, tmp_path: Path) -> None:
    """That units belong to other pathways stands nowhere in a file; a line that is not known is left out."""
    path = tmp_path / "pool.json"
    path.write_text(
        json.dumps(
            {
                "title": "A",
                "pathways": {"gym": {}, "pool": {}},
                "groups": [
                    {"name": "G", "pathways": "gym", "units": [{"number": "M1"}]},
                    {"name": "P", "pathways": "pool", "units": [{"number": "M2"}]},
                ],
            }
        ),
        "utf-8",
    )
    result = run("explain", str(path), "--select", "M1,M2")
    assert result.exit_code in {0, 1}
    assert " $\n" not in result.stdout
    assert run("explain", ways).exit_code == 0


# repair


def test_repair(small: str) -> None:
    """What is dropped and what is added stands in one table, marked; status 0."""
    result = run("repair", small, "--select", "M2,M4", "-n", "3")
    assert result.exit_code == 0
    assert "\nRepair 1: drop 1 unit\n" in result.stdout
    assert "  [-]  M" in result.stdout
    assert "Repair 3: drop 1 unit, add 1 unit" in result.stdout
    assert "  [+]  M3" in result.stdout
    data = asked("repair", small, "--select", "M2,M4", "--cost", "M4=5")
    (found,) = data["repairs"]
    assert (found["dropped"], found["added"], found["cost"]) == (["M2"], [], 1)
    assert "  Cost:  1\n" in run("repair", small, "--select", "M2,M4", "--cost", "M4=5").stdout


def test_nothing_to_change(small: str) -> None:
    """A complete selection needs no repair; a rule that nothing satisfies has none; status 0 and 1."""
    result = run("repair", small, "--select", "M2")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "Smallest repair: nothing to change")
    result = run("repair", small, "--avoid", "M2,M3,M4")
    assert result.exit_code == 1
    assert result.stdout.endswith("\nNothing satisfies the rule without the units of --avoid.\n")
    assert asked("repair", small, "--avoid", "M2,M3,M4", status=1)["repairs"] == []
    assert run("repair", small, "-n", "99").stdout.endswith("\nThere are no others.\n")


def test_units_that_are_dropped_from_elsewhere(tmp_path: Path) -> None:
    """A unit of the person's own that is dropped is told with its title."""
    path = tmp_path / "closed.yaml"
    path.write_text(
        "{title: A, groups: [{name: B, max_units: 1, open: true, units: [{number: M1}]}]}", "utf-8"
    )
    record = tmp_path / "mine.yaml"
    record.write_text("[{number: X1, title: Yoga}, M1]", "utf-8")
    result = run("repair", str(path), "--selection", str(record), "--cost", "M1=3")
    assert result.exit_code == 0
    assert "  [-]  X1      Yoga\n" in result.stdout


# count


def test_count(small: str) -> None:
    """The number; on demand how it is distributed, how often each unit is in, and what can be reached."""
    result = run("count", small, "--by", "credit", "--frequencies", "--bounds")
    assert result.exit_code == 0
    assert (
        "\nCompletions:  5\nUnits:        2 to 3 when finished\nCredit:       4.5 to 9 when finished\n"
        in (result.stdout)
    )
    assert "     4.5            1  20.0 %  ########################\n" in result.stdout
    assert "  60.0 %  M3      Three\n" in result.stdout
    assert "elsewhere" not in result.stdout
    data = asked("count", small, "--by", "units", "--frequencies", "--bounds")
    assert (data["count"], data["measure"]) == (5, "units")
    assert data["distribution"] == [{"total": 2, "completions": 3}, {"total": 3, "completions": 2}]
    assert data["frequencies"][1] == {"unit": "M3", "completions": 3, "share": Decimal("0.6")}
    assert data["bounds"][1] == {"measure": "credit", "least": Decimal("4.5"), "most": 9}
    data = asked("count", small)
    assert [data[key] for key in ("count", "measure", "distribution", "frequencies", "bounds")] == [
        5,
        *[None] * 4,
    ]


def test_count_of_nothing(small: str, ways: str) -> None:
    """Where it cannot be finished there are no ways, no shares and no bounds; status 1."""
    chosen = ("--select", "M2,M4", "--by", "units", "--frequencies", "--bounds")
    result = run("count", small, *chosen)
    assert result.exit_code == 1
    assert result.stdout.endswith("\nStatus:  Not complete\n\nCompletions:  none\n")
    data = asked("count", small, *chosen, status=1)
    assert [data[key] for key in ("ok", "count", "distribution", "frequencies", "bounds")] == [
        False,
        0,
        [],
        [],
        [],
    ]
    result = run("count", ways, "--bounds")
    assert result.stdout.endswith("\nConditions that are not met yet are taken as met.\n")
    assert "Units:        1 to 3 when finished" in result.stdout
    assert "Credit" not in result.stdout
    hours = run("count", str(ROOT / "examples" / "qualifications" / "btec-esports-hours.yaml"), "--bounds")
    assert "\nGLH:          5" in hours.stdout


def test_shares_and_large_numbers() -> None:
    """Only all is 100 % and only none is 0 %; a number with more digits than Python writes is written."""
    shown = [(0, 1), (1, 10**9), (1, 1000), (1, 3), (999_999, 10**6), (1, 1)]
    assert [_answer_screens.percent(Fraction(*each)) for each in shown] == [
        "0 %",
        "<0.1 %",
        "0.1 %",
        "33.3 %",
        ">99.9 %",
        "100 %",
    ]
    assert _answer_screens.whole(1234567) == "1,234,567"
    assert _answer_screens.whole(10**5000).replace(",", "") == "1" + "0" * 5000
    assert to_json({"count": 10**5000, "other": -7}) == '{\n  "count": 1' + "0" * 5000 + ',\n  "other": -7\n}'


# sample


def test_sample(small: str, ways: str) -> None:
    """A selection a line, the same for the same seed; it passes the check."""
    result = run("sample", small, "-n", "20", "--seed", "3")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert len(lines) == 20
    assert set(lines) <= {"M1, M2", "M1, M3", "M1, M4", "M1, M2, M3", "M1, M3, M4"}
    assert len(set(lines)) > 1
    assert run("sample", small, "-n", "20", "--seed", "3").stdout == result.stdout
    assert run("sample", small, "-n", "20", "--seed", "0").stdout == run("sample", small, "-n", "20").stdout
    for line in set(lines):
        assert run("check", small, "--select", line).exit_code == 0
    data = asked("sample", small, "-n", "20", "--seed", "3")
    assert data["seed"] == 3
    assert [", ".join(each["units"]) for each in data["drawn"]] == lines
    assert data["drawn"][0]["added"] == data["drawn"][0]["units"][1:]
    text = run("sample", ways, "-n", "30").stdout
    assert "M1  ([bold]Gym\\u202e)\n" in text
    drawn = asked("sample", ways, "--pathway", "pool")["drawn"][0]
    assert (drawn["pathway"], drawn["conditions"]) == ("pool", ["first-aid"])
    assert "(" not in run("sample", ways, "--pathway", "pool").stdout


def test_nothing_to_draw(small: str) -> None:
    """Where it cannot be finished nothing is drawn, and that is said where it disturbs no program; status 1."""
    result = run("sample", small, "--select", "M2,M4")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "roc: there is nothing to draw: the selection cannot be finished\n"
    assert asked("sample", small, "--select", "M2,M4", status=1)["drawn"] == []


# limits


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (["options", GUIDE, "--states", "1"], "not all is known"),
        (["options", GUIDE, "--states", "1", "--why", "K6016383"], "the reason is not known"),
        (["explain", GUIDE, "--states", "1"], "it is not known whether anything is in the way"),
        (["repair", GUIDE, "--states", "1"], "no repair was found so far"),
        (["count", GUIDE, "--states", "1", "--by", "units", "--frequencies", "--bounds"], "not all is known"),
        (["count", GUIDE, "--states", "1", "--frequencies"], "not all is known"),
    ],
)
def test_limits(call: Sequence[str], told: str) -> None:
    """A limit that is reached is said, with what can be done; nothing is claimed; status 3."""
    result = run(*call)
    assert result.exit_code == 3
    end = " ".join(result.stdout.split())
    assert end.endswith(f"A limit was reached: {told}. Allow more with --states or --seconds.") or (
        f"A limit was reached: {told}; it takes at least" in end
    )
    name = "why" if "--why" in call else call[0]
    data = asked(*call, definition=name, status=3)
    assert (data["ok"], data["exact"]) == (True if data.get("count") else None, False)


def test_the_best_that_was_found() -> None:
    """With a completion at the limit, it is told as the best found, with the bound that is proven."""
    chosen = ("complete", MATHEMATICS, "--states", "100")
    result = run(*chosen)
    assert result.exit_code == 3
    assert "\nBest way to finish that was found: " in result.stdout
    assert "A limit was reached: there may be a shorter one; it takes at least 7 units." in " ".join(
        result.stdout.split()
    )
    data = asked(*chosen, status=3)
    assert (data["ok"], data["exact"], data["verdict"], data["bound"]) == (True, False, "completable", 7)
    (found,) = data["completions"]
    assert (found["exact"], found["bound"]) == (False, 7)
    assert found["cost"] >= 7
    priced = run(*chosen, "--cost", "MATH 220=2").stdout
    assert "it costs at least" in " ".join(priced.split())


def test_limits_after_the_first(monkeypatch: pytest.MonkeyPatch, small: str) -> None:
    """What was found before the limit stands, and what comes after it is not claimed."""

    def stopping(name: str, error: LimitReachedError) -> None:
        whole: Callable[..., Any] = getattr(Solver, name)

        def some(*arguments: Any, **options: Any) -> Any:
            yield next(whole(*arguments, **options))
            raise error

        monkeypatch.setattr(Solver, name, some)

    stopping("completions", LimitReachedError(None, Decimal(1)))
    stopping("repairs", LimitReachedError())
    stopping("conflicts", LimitReachedError())
    result = run("complete", small, "-n", "3")
    assert result.exit_code == 3
    assert "A limit was reached: there may be others; it takes at least 1 unit." in " ".join(
        result.stdout.split()
    )
    data = asked("complete", small, "-n", "3", status=3)
    assert (data["ok"], len(data["completions"]), data["bound"]) == (True, 1, 1)
    data = asked("complete", small, "-n", "3", "--diverse", status=3)
    assert data["bound"] is None  # units cost more once they were told
    text = run("complete", small, "-n", "3", "--diverse").stdout
    assert "A limit was reached: there may be others. Allow more" in text
    result = run("repair", small, "--select", "M2,M4", "-n", "3")
    assert (result.exit_code, "the next repair is not known" in result.stdout) == (3, True)
    result = run("explain", small, "--select", "M2,M4", "--all")
    assert (result.exit_code, "there may be more conflicts" in result.stdout) == (3, True)
    data = asked("explain", small, "--select", "M2,M4", "--all", status=3)
    assert (data["ok"], data["exact"], len(data["conflicts"])) == (False, False, 1)


def test_no_way_was_found(monkeypatch: pytest.MonkeyPatch, small: str) -> None:
    """Where no completion was found before the limit, what is proven is still told; status 3."""

    def none(*_: Any, **__: Any) -> Any:
        raise LimitReachedError(None, Decimal(2))

    monkeypatch.setattr(Solver, "completions", none)
    result = run("complete", small)
    assert (result.exit_code, "Status:  Not known: a limit was reached\n" in result.stdout) == (3, True)
    assert "A limit was reached: no completion was found so far; it takes at least 2 units." in result.stdout
    data = asked("complete", small, status=3)
    assert (data["ok"], data["exact"], data["verdict"], data["bound"]) == (None, False, "undecided", 2)
    assert data["completions"] == []


def test_a_rule_that_is_too_large(monkeypatch: pytest.MonkeyPatch, small: str) -> None:
    """Where the rule itself is beyond what can be read, no limit is blamed that could be raised."""

    def beyond(*_: Any, **__: Any) -> Any:
        raise LimitReachedError(reason="the choices multiply out to more than 7 alternatives")

    monkeypatch.setattr(Solver, "sample", beyond)
    monkeypatch.setattr(Solver, "options", beyond)
    result = run("options", small)
    assert result.exit_code == 3
    assert result.stdout.endswith(
        "\nA limit was reached: the choices multiply out to more than 7 alternatives.\n"
    )
    data = asked("options", small, status=3)
    assert [each["option"] for each in data["options"]] == ["chosen", *["undecided"] * 3]
    assert (data["ok"], data["exact"], data["verdict"]) == (None, False, "undecided")
    result = run("sample", small)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == "A limit was reached: the choices multiply out to more than 7 alternatives.\n"
    data = asked("sample", small, status=3)
    assert (data["ok"], data["exact"], data["drawn"]) == (None, False, [])


def test_limits_reach_the_solver(monkeypatch: pytest.MonkeyPatch, small: str) -> None:
    """--states and --seconds are what the solver is told; a minute unless it is said otherwise."""
    told: list[Limits] = []

    def count(*_: Any, limits: Limits) -> int:
        told.append(limits)
        return 1

    monkeypatch.setattr(Solver, "count", count)
    assert run("count", small).exit_code == 0
    assert run("count", small, "--states", "7", "--seconds", "0.5").exit_code == 0
    assert told == [Limits(seconds=60), Limits(states=7, seconds=0.5)]


# bad input


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["complete", "--avoid", "M9,M22"], ["roc: there is no unit M9", "roc: there is no unit M22"]),
        (["complete", "--prefer", "x" * 61], ["roc: a unit number is a text of 1 to 60 characters"]),
        (["complete", "--cost", "M9=2"], ["roc: there is no unit M9"]),
        (["complete", "--select", "M9"], ["roc: there is no unit M9"]),
        (["options", "--why", "M9"], ["roc: there is no unit M9"]),
        (["options", "--why", "M1,M2"], ["roc: --why takes one unit"]),
        (["options", "--why", ","], ["roc: --why takes one unit"]),
        (["count", "--pathway", "gym"], ["roc: there is no pathway gym"]),
        *(
            (["repair", "--cost", value], ["roc: --cost takes a unit and an amount above 0, as M1=2.5"])
            for value in (
                "M2",
                "M2=",
                "=1",
                "M2=0",
                "M2=-1",
                "M2=nan",
                "M2=1e999999",
                "M2=0.0000001",
                "M2=\x1b[2J",
            )
        ),
    ],
)
def test_bad_units(small: str, arguments: Sequence[str], told: Sequence[str]) -> None:
    """Units and amounts that there are not are all told, on the standard error; status 2."""
    name, *rest = arguments
    result = run(name, small, *rest)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == len(told)
    assert all(line.startswith(each) for line, each in zip(result.stderr.splitlines(), told, strict=True))
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["complete", "-n", "0"],
        ["complete", "-n", "99999999999"],
        ["sample", "-n", "-1"],
        ["sample", "--seed", "x"],
        ["count", "--by", "glh"],
        ["count", "--states", "0"],
        ["count", "--seconds", "0"],
        ["count", "--seconds", "-1"],
        ["count", "--seconds", "nan"],
        ["count", "--seconds", "inf"],
        ["explain", "--wording", "portal"],
        ["options", "--format", "xml"],
    ],
)
def test_bad_options(small: str, arguments: Sequence[str]) -> None:
    """Values that make no sense are refused before anything is worked out; status 2."""
    name, *rest = arguments
    result = run(name, small, *rest)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: Invalid value for" in result.stderr


@pytest.mark.parametrize("name", ["complete", "options", "explain", "repair", "count", "sample"])
def test_bad_files(name: str, tmp_path: Path) -> None:
    """A file that cannot be read as a rule is told as validate tells it; status 2, and no JSON."""
    path = tmp_path / "a.yaml"
    path.write_text("titel: A\n", "utf-8")
    result = run(name, str(path), "--format", "json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{path}:1: error: $.titel: there is no key titel" in result.stderr
    assert run(name, str(tmp_path / "none.yaml")).exit_code == 2


def test_hostile_titles(tmp_path: Path) -> None:
    """What a file holds reaches the terminal neither as control characters nor as markup."""
    evil = "[red]\u202e"
    path = tmp_path / "a\u001b.yaml"
    rule = {
        "title": evil,
        "groups": [
            {
                "name": "B",
                "title": evil,
                "max_units": 1,
                "units": [{"number": f"M{i}", "title": evil} for i in (1, 2)],
            }
        ],
        "conditions": {"one": evil},
        "rules": ["one is met"],
    }
    path.write_text(json.dumps(rule), "utf-8")
    for call in (
        ["complete"],
        ["options"],
        ["explain", "--select", "M1,M2"],
        ["options", "--select", "M1", "--why", "M2"],
        ["options", "--why", "M2"],
        ["repair", "--select", "M1,M2"],
        ["count", "--frequencies"],
        ["sample"],
    ):
        name, *rest = call
        result = run(name, str(path), *rest, "--condition", "one")
        assert result.exit_code in {0, 1}
        assert "\x1b" not in result.output
        assert "\u202e" not in result.output
        if name != "sample":
            assert "[red]\\u202e" in result.output
        data = run(name, str(path), *rest, "--format", "json")
        assert data.output.isascii()


# what is shown meanwhile, and Ctrl-C


def terminal(monkeypatch: pytest.MonkeyPatch, *, output: bool = True) -> io.StringIO:
    """Let the standard error be a terminal, and perhaps the standard output; return what is shown there."""
    shown = io.StringIO()

    def console(*, stderr: bool) -> Console:
        assert stderr
        return Console(file=shown, force_terminal=True, width=80, legacy_windows=False)

    monkeypatch.setattr(_progress, "Console", console)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: output, raising=False)
    return shown


def test_what_takes_long_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being done and for how long is shown on a terminal, and wiped when it is done."""
    monkeypatch.setattr(_progress, "PATIENCE", 0.0)
    shown = terminal(monkeypatch)
    with _progress.working("Counting [red]", quiet=False):
        threading.Event().wait(0.3)
    text = shown.getvalue()
    assert "Counting [red]" in text
    assert "0:00:0" in text
    assert text.isascii()
    assert text.endswith(("\x1b[2K", "\x1b[?25h", "\x1b[1A\x1b[2K", "\r\x1b[1A\x1b[2K"))


@pytest.mark.parametrize(
    ("patience", "quiet", "output"), [(60.0, False, True), (0.0, True, True), (0.0, False, False)]
)
def test_nothing_is_shown(
    monkeypatch: pytest.MonkeyPatch, patience: float, quiet: bool, output: bool
) -> None:
    """Nothing is shown of what is answered at once, nor where a program reads the answer."""
    monkeypatch.setattr(_progress, "PATIENCE", patience)
    shown = terminal(monkeypatch, output=output)
    with _progress.working("Counting", quiet=quiet):
        threading.Event().wait(0.05)
    assert "Counting" not in shown.getvalue()


def test_nothing_is_shown_in_a_pipe(small: str) -> None:
    """Piped, nothing but the answer is written, whatever it takes."""
    done = process("complete", small)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\x1b" not in done.stdout


def test_stopped(monkeypatch: pytest.MonkeyPatch, small: str) -> None:
    """Ctrl-C is told in a line, never as a traceback; status 130."""

    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(Solver, "completions", interrupted)
    result = run("complete", small, "--format", "json")
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "roc: stopped\n")


def test_stopped_at_the_start(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C is told in the same way while the program is still being loaded."""

    def interrupted(_: str) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("roc.cli.importlib.import_module", interrupted)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert (caught.value.code, capsys.readouterr().err) == (130, "roc: stopped\n")


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
def test_stopped_by_a_signal(tmp_path: Path) -> None:
    """A program that counts what cannot be counted stops when it is told to."""
    path = tmp_path / "large.json"
    units = [{"number": f"M{i}", "credit": i * i % 97 + 1} for i in range(300)]
    groups = [
        {
            "name": f"G{j}",
            "units": [units[i]["number"] for i in range(300) if (i * (j + 3)) % 7 < 3],
            "min_credit": 500,
        }
        for j in range(6)
    ]
    rules = [f"M{i} and M{(i * 7 + 1) % 300} are barred" for i in range(1, 300, 2)]
    path.write_text(json.dumps({"title": "A", "units": units, "groups": groups, "rules": rules}), "utf-8")
    call = [sys.executable, "-m", "roc", "count", str(path), "--states", "999999999", "--seconds", "900"]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(call, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:  # noqa: S603 - our own
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(4)
        running.send_signal(signal.SIGINT)
        try:
            _, told = running.communicate(timeout=60)
        finally:
            running.kill()
    assert (running.returncode, told) == (130, b"roc: stopped\n")
