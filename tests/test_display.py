"""Screens: what they show, to the letter where a portal does, and that no file can spoil them."""

import io
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Final

import attrs
import pytest
from rich.cells import cell_len
from rich.console import Console

import roc
from roc import display
from roc.display import MIN_WIDTH, Screen, rule_screen, status_screen, visible

ROOT: Final = Path(__file__).parents[1]
EXAMPLES: Final = sorted((ROOT / "examples" / "qualifications").iterdir())
CORPUS: Final = sorted((ROOT / "tests" / "corpus").glob("*.yaml"))


def shown(selection: roc.Selection, width: int = 80) -> str:
    """Return the screen of a selection as it stands."""
    return status_screen(roc.check(selection)).text(width)


def field(screen: str, label: str) -> str:
    """Return the first value that stands beside a label, on one line."""
    found = re.search(rf"^ *{re.escape(label)}:  (.*(?:\n {{5,}}.*)*)", screen, re.MULTILINE)
    assert found is not None, f"no {label} in\n{screen}"
    return " ".join(found[1].split())


def row(screen: str, number: str) -> str:
    """Return the first row of a unit, on one line."""
    found = re.search(rf"^.*{re.escape(number)}  .*(?:\n {{9,}}.*)*", screen, re.MULTILINE)
    assert found is not None, f"no {number} in\n{screen}"
    return " ".join(found[0].split())


def rule(text: str) -> roc.Qualification:
    """Return a rule written in YAML."""
    return roc.loads(text)


GUIDE: Final = """\
Number:  500/9810/X
Title:   IMI Level 2 Diploma in Vehicle Fitting Competence
Level:   2    Min. Units: 14    Min. Credit: 61
Added:   Units: 12    Credit: 51
Status:  Minimum 14 unit(s) should be added.
         Total 61 credit should be added.
         Total Credit value of units added of the same or above level should be
         minimum of 31
         All Unit groups are not validated.

Unit Group Details:

Group A: Mandatory Units (OK)
  Number:       G0-500/9810/X-A
  Description:  Group A: Mandatory Units
  M/O:          Mandatory    Min. Units: 12
  Added:        Units: 12    Credit: 51
  Status:       OK

                                                        Unit Ref.         Credit
       Number      Title                                No.        Level   Value
  [x]  M01         Mandatory Unit 1                                    2       9
  [x]  M02         Mandatory Unit 2                                    2       9
  [x]  M03         Mandatory Unit 3                                    2       9
  [x]  M04         Mandatory Unit 4                                    1       4
  [x]  M05         Mandatory Unit 5                                    1       4
  [x]  M06         Mandatory Unit 6                                    1       4
  [x]  M07         Mandatory Unit 7                                    1       2
  [x]  M08         Mandatory Unit 8                                    1       2
  [x]  M09         Mandatory Unit 9                                    1       2
  [x]  M10         Mandatory Unit 10                                   1       2
  [x]  M11         Mandatory Unit 11                                   1       2
  [x]  M12         Mandatory Unit 12                                   1       2

Group B: Optional Units (NOT OK)
  Number:       G0-500/9810/X-B
  Description:  Group B: Optional Units
  M/O:          Optional    Min. Units: 2    Min. Credit: 10
  Added:        Units: 0    Credit: 0
  Status:       Minimum units not added.; Minimum credit not added.

                                                        Unit Ref.         Credit
       Number      Title                                No.        Level   Value
  [ ]  K/601/6383  Competency in Identifying and        G8C            3       5
                   Agreeing Motor Vehicle Customer
                   Service Needs
  [ ]  R/601/6247  Knowledge of How to Identify and     G8K            3       5
                   Agree Motor Vehicle Customer
                   Service Needs
  [ ]  D/601/4999  Competency in Assessing and          RR03C          2      10
                   Securing the Roadside Situation
"""

CREDITS: Final = (9, 9, 9, 4, 4, 4, 2, 2, 2, 2, 2, 2)


def guide() -> roc.Qualification:
    """Return the rule of the portal's guide."""
    mandatory = [
        roc.Unit(number=f"M{i:02}", title=f"Mandatory Unit {i}", level=2 if i < 4 else 1, credit=credit)
        for i, credit in enumerate(CREDITS, start=1)
    ]
    optional = [
        roc.Unit(
            number="K/601/6383",
            title="Competency in Identifying and Agreeing Motor Vehicle Customer Service Needs",
            reference="G8C",
            level=3,
            credit=5,
        ),
        roc.Unit(
            number="R/601/6247",
            title="Knowledge of How to Identify and Agree Motor Vehicle Customer Service Needs",
            reference="G8K",
            level=3,
            credit=5,
        ),
        roc.Unit(
            number="D/601/4999",
            title="Competency in Assessing and Securing the Roadside Situation",
            reference="RR03C",
            level=2,
            credit=10,
        ),
    ]
    return roc.Qualification(
        number="500/9810/X",
        title="IMI Level 2 Diploma in Vehicle Fitting Competence",
        level=2,
        units=[*mandatory, *optional],
        rules=[
            roc.parse("at least 14 units"),
            roc.parse("at least 61 credits"),
            roc.parse("at least 31 credits at level 2 or above"),
            roc.parse("K/601/6383 and R/601/6247 are linked"),
        ],
        groups=[
            roc.UnitGroup(
                name="A",
                title="Group A: Mandatory Units",
                number="G0-500/9810/X-A",
                kind="mandatory",
                units=[each.number for each in mandatory],
            ),
            roc.UnitGroup(
                name="B",
                title="Group B: Optional Units",
                number="G0-500/9810/X-B",
                units=[each.number for each in optional],
                rules=[roc.parse("at least 2 units"), roc.parse("at least 10 credits")],
            ),
        ],
    )


def test_the_screen_of_the_guide() -> None:
    """The guide's example as it stands is shown to the letter: four lines, A OK, B NOT OK."""
    assert shown(roc.Selection.start(guide())) == GUIDE


def test_the_screen_of_the_guide_when_all_is_chosen() -> None:
    """With the linked pair everything is OK, and nothing else of the screen changes."""
    screen = shown(roc.Selection.start(guide()).add("K/601/6383"))
    before, status, after = re.split(
        r"(?<=^Status:  )(.*?)(?=\n\n)", GUIDE, maxsplit=1, flags=re.DOTALL | re.MULTILINE
    )
    assert status.startswith("Minimum 14")
    expected = f"{before.replace('12    Credit: 51', '14    Credit: 61')}OK{after}"
    expected = expected.replace("(NOT OK)", "(OK)").replace("Units: 0    Credit: 0", "Units: 2    Credit: 10")
    expected = expected.replace("Minimum units not added.; Minimum credit not added.", "OK")
    expected = expected.replace("[ ]  K/", "[x]  K/").replace("[ ]  R/", "[x]  R/")
    assert screen == expected


def test_a_wide_screen_has_headings_on_one_line() -> None:
    """Where there is room, headings and titles are not broken."""
    screen = shown(roc.Selection.start(guide()), 130)
    assert re.search(r"^ +Number +Title +Unit Ref\. No\. +Level +Credit Value$", screen, re.MULTILINE)
    assert re.search(r"Agreeing Motor Vehicle Customer Service Needs +G8C +3 +5$", screen, re.MULTILINE)


@pytest.mark.parametrize(
    ("path", "width"),
    [*((path, 80) for path in CORPUS), *((path, width) for path in EXAMPLES for width in (MIN_WIDTH, 120))],
    ids=lambda value: value.name if isinstance(value, Path) else str(value),
)
def test_every_rule_fits_its_screen(path: Path, width: int) -> None:
    """No line is longer than the screen or ends in a space, and no unit and no column is lost."""
    q = roc.load(path)
    pathway = q.pathways[0].name if q.pathways else None
    for screen in (shown(roc.Selection.start(q, pathway=pathway), width), rule_screen(q).text(width)):
        for line in screen.splitlines():
            assert cell_len(line) <= width
            assert line == line.rstrip()
    screen = rule_screen(q).text(width)
    whole = "".join(screen.split())
    for unit in q.units:
        assert "".join(str(unit.number).split())[:12] in whole
        assert "".join(unit.title.split()[:1])[:5] in whole
    tables = sum(1 for group in q.all_groups() if group.units) if q.groups else bool(q.units)
    headings = re.findall(r"^ *Number +Title.*$", screen, re.MULTILINE)
    assert len(headings) == tables
    if any(unit.credit is not None for unit in q.units):
        assert all("Value" in line for line in headings)


def test_a_screen_is_not_too_narrow() -> None:
    """Below the least width nothing changes, and a table with every column at its longest still fits."""
    unit = roc.Unit(
        number="N" * 40,
        title="Title " * 20,
        reference="R" * 40,
        level="Entry 3",
        credit=Decimal("123456.1234"),
        guided_learning_hours=Decimal("999999.1234"),
    )
    group = roc.UnitGroup(name="G9", units=[unit.number], rules=[roc.parse("at least 1 hour")])
    for i in range(8, 0, -1):
        group = roc.UnitGroup(name=f"G{i}", groups=[group])
    q = roc.Qualification(title="Deep", units=[unit], groups=[group])
    screen = shown(roc.Selection.start(q).add(unit.number), 1)
    assert screen == shown(roc.Selection.start(q).add(unit.number), MIN_WIDTH)
    assert all(len(line) <= MIN_WIDTH for line in screen.splitlines())
    assert all(each in screen for each in ("123456.1234", "999999.1234", "E3", "[x]", "Title"))
    assert screen.count("N") >= 40
    assert screen.count("R") >= 40


def test_deep_groups_are_indented_only_so_far() -> None:
    """Sub-groups stand below their group, two columns in; very deep ones no further than the fifth."""
    group = roc.UnitGroup(name="G9")
    for i in range(8, 0, -1):
        group = roc.UnitGroup(name=f"G{i}", groups=[group])
    screen = rule_screen(roc.Qualification(title="Deep", groups=[group])).text()
    indents = [len(found[1]) for found in re.finditer(r"^( *)G[0-9]$", screen, re.MULTILINE)]
    assert indents == [0, 2, 4, 6, 8, 10, 10, 10, 10]


HOSTILE: Final = "[red]red[/red] [link=x]:smile: \\[/] \u202eevil\u2066"


def test_files_cannot_spoil_a_screen() -> None:
    """Markup and emoji codes are shown as they stand, characters that cannot be seen are written out."""
    q = roc.Qualification(
        title=HOSTILE,
        number="[b]1",
        units=[roc.Unit(number="[b]2", title=HOSTILE, reference="[b]3", credit=1)],
        groups=[roc.UnitGroup(name="[b]4", title=HOSTILE, number="[b]5", kind="mandatory", units=["[b]2"])],
        rules=[roc.parse('at least 9 credits from "[b]4"')],
    )
    safe = "[red]red[/red] [link=x]:smile: \\[/] \\u202eevil\\u2066"
    for screen in (shown(roc.Selection.start(q), 120), rule_screen(q).text(120)):
        assert screen.isascii()
        assert field(screen, "Title") == safe
        assert safe in row(screen, "[b]2")
        assert all(f"[b]{i}" in screen for i in range(1, 6))
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", width=80)
    console.print(status_screen(roc.check(roc.Selection.start(q))))
    assert set(re.findall(r"\x1b[^m]*m", out.getvalue())) <= {
        f"\x1b[{code}m" for code in ("0", "1", "31", "32", "36", "1;31", "1;32")
    }


def test_visible() -> None:
    """Control characters, line breaks and characters that turn text are written out; joiners of scripts stay."""
    assert visible("Café, 東京") == "Café, 東京"
    assert visible("a\x1b[2J\n\u202e\u200d\ud800") == "a\\x1b[2J\\n\\u202e\u200d\\ud800"


def test_wide_characters_take_two_columns() -> None:
    """Columns stand below each other where titles are in a script of wide characters."""
    q = roc.Qualification(
        title="東京",
        units=[
            roc.Unit(number="M1", title="自動車" * 20, credit=5),
            roc.Unit(number="M2", title="A", credit=6),
        ],
    )
    lines = rule_screen(q).text().splitlines()
    assert {cell_len(line) for line in lines if line.endswith(("5", "6"))} == {80}


def test_colours_say_what_the_text_says() -> None:
    """On a terminal what is OK is green, and what is not is red."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", width=80)
    console.print(status_screen(roc.check(roc.Selection.start(guide()))))
    text = out.getvalue()
    assert "\x1b[1;32mGroup A: Mandatory Units (OK)" in text
    assert "\x1b[1;31mGroup B: Optional Units (NOT OK)" in text
    assert "\x1b[31mMinimum 14 unit(s) should be added." in text
    assert "\x1b[32m[x]" in text


def test_wordings() -> None:
    """The lines are those of the wording: portals tell groups by themselves, others all in one place."""
    status = roc.check(roc.Selection.start(guide()))
    plain = status_screen(status, wording="plain").text()
    assert field(plain, "Status").startswith("Add 2 more units and 10 more credits in total.")
    with pytest.raises(roc.WordingError):
        status_screen(status, wording="plane")


FLAT: Final = """
title: Flat
min_units: 1
units:
  - {number: M1, title: One}
  - {number: M2, title: Two}
"""


def test_a_rule_without_groups() -> None:
    """The units stand in one table; without a level the minima stand by themselves, without credit none is told."""
    q = rule(FLAT)
    other = roc.Unit(number="X1", title="Other")
    screen = shown(roc.Selection.of(q, ["M1", other]))
    assert field(screen, "Min. Units") == "1"
    assert field(screen, "Added") == "Units: 1"
    assert "Unit Details:" in screen
    assert "Credit" not in screen
    assert row(screen, "M1") == "[x] M1 One"
    assert row(screen, "M2") == "[ ] M2 Two"
    assert "Additional Units (in no group)" in screen
    assert row(screen, "X1") == "[-] X1 Other (imported)"
    assert screen.endswith("\n[-] chosen, and does not count here\n")


def test_a_rule_with_nothing_to_say() -> None:
    """A rule that holds nothing but a title has a screen, too."""
    assert rule_screen(rule("title: Empty")).text() == "Title:  Empty\n\nUnit Details:\n\n"


HOURS: Final = """
title: Hours
level: 1/2
units:
  - {number: M1, title: One, credit: 1.5, glh: 120}
  - {number: M2, title: Two, credit: 2}
groups:
  - {name: B, units: [M1], MORE}
  - {name: H, title: Held, units: [M2], counts: false}
"""


def test_hours() -> None:
    """Hours have a column, a minimum and a total where the rule counts them."""
    screen = shown(roc.Selection.of(rule(HOURS.replace("MORE", "min_glh: 100, max_glh: 200")), ["M1"]))
    assert field(screen, "Level") == "1/2"
    assert field(screen, "Added") == "Units: 1 Credit: 1.5 GLH: 120"
    assert field(screen, "M/O") == "Optional Min. GLH: 100 Max. GLH: 200"
    assert row(screen, "M1") == "[x] M1 One 1.5 120"


def test_hours_that_do_not_matter() -> None:
    """Where credit is counted and hours are not, they are left out; without credit they are shown."""
    text = HOURS.replace("MORE", "min_credit: 1")
    assert "GLH" not in shown(roc.Selection.of(rule(text), ["M1"]))
    text = HOURS.replace("MORE", "min_units: 1").replace(" credit: 1.5,", "").replace(", credit: 2", "")
    assert row(rule_screen(rule(text)).text(), "M1") == "M1 One 120"


def test_a_group_that_counts_nothing() -> None:
    """A group whose units may be held and don't count says so, and marks them."""
    screen = shown(roc.Selection.of(rule(HOURS.replace("MORE", "min_units: 1")), ["M1", "M2"]))
    held = screen[screen.index("Held") :]
    assert field(held, "M/O") == "Optional Counts: no"
    assert row(held, "M2") == "[-] M2 Two 2"


STATES: Final = """
title: States
exempt_credit_counts: false
min_credit: 3
units:
  - {number: M1, title: One, credit: 1}
  - {number: M2, title: Two, credit: 2}
  - {number: M3, credit: 3}
  - {number: M4, title: Four, credit: 4}
groups:
  - {name: B, units: [M1, M2, M3, M4], open: true}
"""


def test_states() -> None:
    """States, credit set by hand, units from elsewhere and those that stand in for others are told."""
    other = roc.Unit(number="X1", title="Other", credit=7)
    selection = roc.Selection.of(
        rule(STATES),
        [
            roc.Entry(unit="M1", state="rpl"),
            roc.Entry(unit="M2", credit="2.5"),
            roc.Entry(unit="M3", state="exempt"),
            roc.Entry(unit=other, state="equivalent", in_place_of="M4"),
            roc.Unit(number="X2", title="Yoga", credit=1),
        ],
    )
    screen = shown(selection)
    assert row(screen, "M1") == "[x] M1 One (rpl) 1"
    assert row(screen, "M2") == "[x] M2 Two 2.5"
    assert row(screen, "M3") == "[x] M3 (exempt) 0"
    assert row(screen, "M4") == "[x] M4 Four (equivalent; X1 in its place) 7"
    assert row(screen, "X2") == "[x] X2 Yoga (imported) 1"


def test_exempt_credit_that_counts() -> None:
    """An exempt unit brings its credit where the rule says so."""
    q = rule(STATES.replace("exempt_credit_counts: false", "exempt_credit_counts: true"))
    screen = shown(roc.Selection.of(q, [roc.Entry(unit="M3", state="exempt")]))
    assert row(screen, "M3") == "[x] M3 (exempt) 3"


def test_a_unit_in_two_groups_counts_in_one() -> None:
    """Where a unit is placed in another group, the table says in which."""
    q = rule(
        """
        title: Two
        units: [{number: M1, title: One}]
        groups:
          - {name: B, title: Bee, units: [M1]}
          - {name: C, title: Cee, units: [M1], min_units: 1}
        """
    )
    screen = shown(roc.Selection.of(q, ["M1"]))
    assert row(screen, "M1") == "[-] M1 One (placed in Cee)"
    assert row(screen[screen.index("Cee (OK)") :], "M1") == "[x] M1 One"


ROUTES: Final = """
title: Routes
level: 2
min_credit: 4
conditions: {first-aid: A first-aid certificate, placement: }
units:
  - {number: M1, title: One, credit: 2}
  - {number: M2, title: Two, credit: 2}
  - {number: M3, title: Three, credit: 2}
  - {number: M4, title: Four, credit: 9}
groups:
  - {name: A, units: [M1], kind: mandatory}
  - {name: G, title: Gym Units, units: [M2], pathways: gym, rules: [at most 1 unit count]}
  - {name: W, title: Water Units, units: [M3], pathways: [water, pool]}
pathways:
  gym: {title: Gym, number: 500/9810/X, level: 3, min_units: 2}
  water: {title: Water}
  pool:
"""


def test_pathways() -> None:
    """The screen says which pathway it is about, why, and how each of them stands."""
    q = rule(ROUTES)
    screen = shown(roc.Selection.of(q, ["M1"]))
    assert field(screen, "Pathway") == "Water (not chosen; the nearest)"
    assert field(screen, "Pathways") == "Gym (NOT OK) Water (NOT OK) pool (NOT OK)"
    screen = shown(roc.Selection.of(q, ["M1", "M3"]))
    assert field(screen, "Pathway") == "Water (not chosen; the first that is earned)"
    assert field(screen, "Pathways") == "Gym (NOT OK) Water (OK) pool (OK)"
    assert "Number:" not in screen
    assert field(screen, "Level") == "2 Min. Credit: 4"
    screen = shown(roc.Selection.of(q, ["M1", "M3", "M4"], pathway="gym", conditions=["first-aid"]))
    assert field(screen, "Pathway") == "Gym"
    assert "Pathways:" not in screen
    assert field(screen, "Number") == "500/9810/X"
    assert field(screen, "Level") == "3 Min. Units: 2 Min. Credit: 4"
    assert field(screen, "Conditions") == "A first-aid certificate"
    assert "Units of Other Pathways" in screen
    assert row(screen, "M3") == "[-] M3 Three 2"
    assert "Additional Units (in no group)" in screen
    assert row(screen, "M4") == "[-] M4 Four 9"


def test_pathways_of_a_rule() -> None:
    """A rule is shown with all its pathways, or with what belongs to one."""
    q = rule(ROUTES)
    screen = rule_screen(q).text()
    assert field(screen, "Pathways") == "Gym"
    assert field(screen[screen.index("\nWater Units") :], "Pathways") == "Water; pool"
    screen = rule_screen(q, pathway="gym").text()
    assert field(screen, "Pathway") == "Gym"
    assert field(screen, "Number") == "500/9810/X"
    assert "Gym Units" in screen
    assert "Water" not in screen
    assert "Pathways:" not in screen
    with pytest.raises(roc.SelectionError, match="did you mean gym"):
        rule_screen(q, pathway="gim")


def test_one_specialisation_is_told() -> None:
    """What is earned besides is told, also where it is the only other."""
    q = rule(
        """
        title: Special
        units: [{number: M1}]
        groups: [{name: A, units: [M1]}]
        pathways: {main: , extra: {kind: specialisation, min_units: 1}}
        """
    )
    screen = shown(roc.Selection.of(q, ["M1"]))
    assert field(screen, "Pathways") == "main (OK) extra (OK)"


def test_dates() -> None:
    """A check for a day says for which."""
    q = rule("{title: Old, operational_end: 2020-08-31}")
    status = roc.check(roc.Selection.start(q), date="2020-09-01")
    screen = status_screen(status).text()
    assert field(screen, "Date") == "2020-09-01 (registration)"
    assert field(screen, "Status") == "Last registration date was 2020-08-31."


ALTERNATIVES: Final = """
title: Alternatives
units: [{number: M1}, {number: M2}]
groups:
  - name: B
    choose: 1
    groups:
      - {name: B1, title: First, kind: mandatory, units: [M1]}
      - {name: B2, title: Second, kind: mandatory, units: [M2]}
"""


def test_alternatives() -> None:
    """Of sub-groups to choose from, those that need not be OK are told apart."""
    screen = shown(roc.Selection.of(rule(ALTERNATIVES), ["M1"]))
    assert field(screen, "M/O") == "Optional Choose: 1 of 2 groups"
    assert "\n  First (OK)\n" in screen
    assert "\n  Second (NOT OK) - not needed\n" in screen


SURPLUS: Final = """
title: Too much
min_credit: 2
units:
  - {number: M1, title: One, credit: 2}
  - {number: M2, title: Two, credit: 1}
  - {number: M3, title: Three, credit: 1}
groups:
  - {name: B, units: [M1, M2], rules: [at most 2 credits count]}
"""


def test_surplus() -> None:
    """What is beyond what counts is marked, and listed at the end."""
    screen = shown(roc.Selection.of(rule(SURPLUS), ["M1", "M2"]))
    assert row(screen, "M1") == "[x] M1 One 2"
    assert row(screen, "M2") == "[-] M2 Two 1"
    assert screen.index("\nSurplus Units\n") > screen.index("\nB (OK)\n")
    assert "chosen, and does not count" not in shown(roc.Selection.of(rule(SURPLUS), ["M1"]))


def test_best_combination() -> None:
    """The best combination says of how many it is, and lists what is left over, once."""
    q = rule(SURPLUS)
    best = roc.best_combination(roc.Selection.of(q, ["M1", "M2", "M3"]))
    screen = status_screen(best.status, best=best).text()
    assert field(screen, "Best of") == "3 units achieved"
    leftover = screen[screen.index("Surplus Units") :]
    assert row(leftover, "M2") == "[-] M2 Two 1"
    assert row(leftover, "M3") == "[-] M3 Three 1"
    assert "Additional" not in screen
    best = roc.best_combination(roc.Selection.of(q, ["M1"])).evolve(exact=False)
    screen = status_screen(best.status, best=best).text()
    assert field(screen, "Best of") == "1 unit achieved (there may be a better one: a limit was reached)"
    assert "Surplus" not in screen


def test_the_best_pathway() -> None:
    """A best combination chooses its pathway, and says so unless it was chosen before."""
    q = rule(ROUTES)
    for pathway, told in ((None, "Water (the best)"), ("water", "Water")):
        best = roc.best_combination(roc.Selection.of(q, ["M1", "M3"], pathway=pathway))
        assert field(status_screen(best.status, best=best).text(), "Pathway") == told


def test_a_limit_that_was_reached() -> None:
    """Where not all placements of units were tried, the portal's screen says so; plain words say it themselves."""
    status = roc.check(roc.Selection.start(guide()))
    status = attrs.evolve(status, allocation=status._placed._replace(exact=False))
    screen = status_screen(status).text()
    assert field(screen, "Note") == "All placements of units could not be validated."
    assert "Note:" not in status_screen(status, wording="plain").text()


def test_without_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the library is missing, the error says what to install."""
    monkeypatch.delitem(sys.modules, "roc._screen", raising=False)
    monkeypatch.setitem(sys.modules, "rich.cells", None)
    screen = rule_screen(guide())
    with pytest.raises(roc.MissingExtraError, match=r"rules-of-combination\[cli\]"):
        screen.text()
    assert "IMI Level 2 Diploma" in screen.html()
    unit = roc.Unit(number="M1")
    assert unit._repr_mimebundle_()["text/plain"] == repr(unit)
    assert len(repr(guide())) > 2001 == len(guide()._repr_mimebundle_()["text/plain"])


def test_screens_are_values() -> None:
    """A screen can be printed more than once, and is the same every time."""
    screen = rule_screen(guide())
    assert isinstance(screen, Screen)
    assert screen.text() == screen.text()
    assert dir(display) == sorted(display.__all__)
