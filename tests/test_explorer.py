"""The explorer without a browser: what a click does, what is shown, and that it can be set from Python."""

import builtins
import importlib
import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, Final

import pytest

import roc
from roc import explorer as module
from roc.explorer import Explorer

ROOT: Final = Path(__file__).parents[1]
RULES: Final = sorted((ROOT / "examples" / "qualifications").iterdir())

SMALL: Final = """
title: Small <b>
units:
  - {number: M1, title: One <i>, credit: 2, level: 2}
  - {number: M2, title: Two, credit: 3}
  - {number: M3, title: Three, credit: 3}
  - {number: M4, title: Four, credit: 3}
groups:
  - {name: A, kind: mandatory, units: [M1]}
  - {name: B, units: [M2, M3, M4], min_units: 1, max_units: 2}
rules:
  - M2 and M3 are linked
  - M3 and M4 are barred
"""


def click(explorer: Explorer, *what: str) -> dict[str, Any]:
    """Do what the browser does after a click, and return what it shows then."""
    explorer._asked = [explorer._asked[0] + 1, *what]
    view: dict[str, Any] = json.loads(json.dumps(explorer._view))
    return view


def unit(view: dict[str, Any], number: str) -> dict[str, Any]:
    """Return what is shown of a unit, in the first group that has it."""
    return next(each for group in view["groups"] for each in group["units"] if each["number"] == number)


def small(text: str = SMALL, **options: Any) -> Explorer:
    """Return an explorer of a rule written in YAML."""
    return Explorer(roc.loads(text), **options)


def test_it_begins_with_the_mandatory_units() -> None:
    """What is shown first is the selection that a person begins with, and what can become of the rest."""
    explorer = small()
    view = explorer._view
    assert explorer.units == ["M1"]
    assert view["summary"] == "1 unit, 2 credits: NOT OK. Can be finished. There are 2 ways to finish."
    assert not view["ok"]
    assert view["finish"] == "1 unit, 3 credits: M4."
    assert [group["heading"] for group in view["groups"]] == ["A (OK)", "B (NOT OK)"]
    assert unit(view, "M1") == {
        "number": "M1",
        "title": "One <i>",
        "level": "2",
        "credit": "2",
        "chosen": True,
        "closed": False,
        "text": "Chosen",
        "why": False,
    }
    assert unit(view, "M2")["text"] == "Open"
    assert view["pathways"] == view["conditions"] == []


def test_linked_units_come_along_and_others_are_closed() -> None:
    """A click adds a unit with those that are linked to it; what cannot be chosen any more says so."""
    explorer = small()
    view = click(explorer, "unit", "M2")
    assert explorer.units == ["M1", "M2", "M3"]
    assert explorer.selection == roc.Selection.start(explorer.selection.qualification).add("M2")
    assert view["summary"] == "Added M2, M3. 3 units, 8 credits: OK. There is 1 way to go on."
    assert view["ok"]
    assert view["finish"] is None
    assert unit(view, "M4")["closed"]
    assert unit(view, "M4")["why"]
    view = click(explorer, "unit", "M3")
    assert view["summary"].startswith("Removed M2, M3. 1 unit")


def test_a_reason_is_shown_and_hidden() -> None:
    """A reason comes with the first click on it and goes with the second, or with a change."""
    explorer = small()
    click(explorer, "unit", "M2")
    view = click(explorer, "why", "M4")
    assert view["why"]["unit"] == "M4"
    assert "M4 Four cannot be chosen" in view["why"]["html"]
    assert click(explorer, "why", "M4")["why"] is None
    assert click(explorer, "why", "M4")["why"] is not None
    assert click(explorer, "unit", "M2")["why"] is None
    assert click(explorer, "why", "M4")["why"] is not None


def test_finishing() -> None:
    """The shortest way to finish is added by one click."""
    explorer = small()
    view = click(explorer, "finish")
    assert explorer.units == ["M1", "M4"]
    assert explorer.status.ok
    assert view["summary"].startswith("Added M4.")
    assert click(explorer, "finish")["summary"].startswith("Added M4."), "there is nothing more to add"


def test_a_selection_that_cannot_be_finished() -> None:
    """Where nothing finishes the selection it says so, and a click on what would finish it does nothing."""
    explorer = small()
    blocked = roc.Selection.of(explorer.selection.qualification, ["M1", "M3", "M4"])
    explorer.selection = blocked
    view = explorer._view
    assert "Blocked: it cannot be finished" in view["summary"]
    assert "way" not in view["summary"].replace("whatever", "")
    assert view["finish"] is None
    assert unit(view, "M2")["closed"]
    click(explorer, "finish")
    assert explorer.selection == blocked


def test_it_is_set_from_python() -> None:
    """A selection that is set is shown; one of another rule, or what is none, is refused and changes nothing."""
    explorer = small()
    seen: list[Any] = []

    def look(change: Any) -> None:
        seen.append(change["new"])

    explorer.observe(look, "selection")
    wanted = explorer.selection.add("M4")
    explorer.selection = wanted
    assert explorer.units == ["M1", "M4"]
    assert seen == [wanted]
    assert explorer._view["summary"].startswith("Added M4.")
    other = roc.Selection.start(roc.loads("title: Other"))
    for wrong in (other, None, "M1"):
        with pytest.raises(roc.SelectionError, match="of its own qualification"):
            explorer.set_trait("selection", wrong)
    assert explorer.selection == wanted
    with pytest.raises(roc.SelectionError):
        Explorer(wanted.qualification, other)
    assert Explorer(wanted.qualification, wanted).units == ["M1", "M4"]


def test_what_is_refused_is_said() -> None:
    """A click that the library refuses is told in its words; what nobody can have clicked is ignored."""
    explorer = small()
    before = explorer.selection
    view = click(explorer, "unit", "M9")
    assert view["summary"].startswith("there is no unit M9")
    assert not view["ok"]
    assert click(explorer, "nonsense")["summary"] == view["summary"]
    assert explorer.selection == before


ROUTES: Final = """
title: Routes
conditions: {first-aid: A first-aid certificate}
units: [{number: M1}, {number: M2}, {number: M3}, {number: M4}]
groups:
  - {name: A, kind: mandatory, units: [M1], pathways: gym}
  - {name: W, units: [M2, M3], min_units: 1, pathways: water}
  - {name: C, choose: 1, groups: [{name: C1, units: [M4], min_units: 1}, {name: C2, kind: mandatory, units: [M3]}]}
pathways: {gym: {title: Gym}, water: {title: Water}}
rules: [first-aid is met]
"""


def test_pathways_and_conditions() -> None:
    """A pathway is chosen, its mandatory units come with it; conditions are asserted and taken back."""
    explorer = small(ROUTES)
    view = explorer._view
    assert view["pathways"] == [["", "any"], ["gym", "Gym"], ["water", "Water"]]
    assert view["pathway"] == ""
    assert view["conditions"] == [["first-aid", "A first-aid certificate", False]]
    assert view["finish"].endswith("(to be met: A first-aid certificate).")
    view = click(explorer, "pathway", "gym")
    assert view["pathway"] == "gym"
    assert explorer.units == ["M1"]
    view = click(explorer, "condition", "first-aid")
    assert view["conditions"][0][2]
    assert not click(explorer, "condition", "first-aid")["conditions"][0][2]
    view = click(explorer, "unit", "M4")
    assert [(group["name"], group["depth"]) for group in view["groups"]] == [
        ("A", 0),
        ("C", 0),
        ("C1", 1),
        ("C2", 1),
    ]
    assert view["groups"][3]["heading"] == "C2 (NOT OK) - not needed"
    view = click(explorer, "pathway", "")
    assert explorer.selection.pathway is None
    assert "there is no pathway pool" in click(explorer, "pathway", "pool")["summary"]


def test_units_of_other_pathways() -> None:
    """What is chosen and belongs to no group of the pathway is shown by itself."""
    q = roc.loads(ROUTES)
    explorer = Explorer(q, roc.Selection.of(q, ["M1", "M2"], pathway="gym"))
    other = explorer._view["groups"][-1]
    assert other["heading"] == "Other Units"
    assert [each["number"] for each in other["units"]] == ["M2"]
    assert other["units"][0]["text"] == "Chosen, and does not count here"


def test_a_rule_without_groups() -> None:
    """The units stand together; those from elsewhere are among them."""
    q = roc.loads("{title: Flat, min_units: 1, units: [{number: M1}, {number: M2}]}")
    other = roc.Unit(number="X1", title="Other")
    view = Explorer(q, roc.Selection.of(q, ["M1", other]))._view
    (group,) = view["groups"]
    assert group["heading"] == "Units"
    assert [each["number"] for each in group["units"]] == ["M1", "M2", "X1"]
    assert unit(view, "M1")["text"] == "Chosen"
    assert unit(view, "X1")["text"] == "Chosen, and does not count here"


def test_units_from_elsewhere() -> None:
    """Where only units from elsewhere finish it, that is said, and there is nothing to add by a click."""
    view = small(
        "{title: Open, units: [{number: M1}], groups: [{name: B, units: [M1], open: true, min_units: 2}]}"
    )._view
    assert "Units from elsewhere are needed to finish." in view["summary"]
    assert view["finish"] is None


def test_limits() -> None:
    """What is not known within the limits is said to be not known."""
    rule = next(path for path in RULES if "8605" in path.name)
    q = roc.load(rule)
    explorer = Explorer(q, roc.Selection.of(q, pathway="diploma"), limits=roc.Limits(states=30))
    view = explorer._view
    assert "more ways to go on than could be counted here" in view["summary"]
    assert view["finish"] is None
    texts = {each["text"] for group in view["groups"] for each in group["units"]}
    assert "Not known: a limit was reached" in texts


def test_limits_of_the_way_to_finish(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the shortest way is not found within the limits, none is offered."""

    def stopped(*_: object, **__: object) -> None:
        raise roc.LimitReachedError

    monkeypatch.setattr(roc.Solver, "complete", stopped)
    explorer = small()
    assert explorer._view["finish"] is None
    assert "limit was reached" in click(explorer, "finish")["summary"]


def test_much_news_is_told_in_short() -> None:
    """Of many units that are added at once the first are named, and the others counted."""
    numbers = [f"N{i}" for i in range(50)]
    units = ", ".join(f"{{number: {number}}}" for number in numbers)
    explorer = small(
        f"{{title: Many, units: [{units}], groups: [{{name: B, units: [{', '.join(numbers)}]}}]}}"
    )
    assert not explorer._view["groups"][0]["open"], "many units are folded"
    explorer.selection = explorer.selection.add(*numbers)
    assert explorer._view["summary"].startswith("Added N0, N1, N2, N3, N4, N5, 44 more. 50 units: OK.")


def test_the_wording() -> None:
    """The lines are those of the wording that is asked for."""
    assert "Add 1 more unit from B." in small(wording="plain")._view["groups"][1]["about"]
    with pytest.raises(roc.WordingError):
        small(wording="plane")


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_every_rule(path: Path) -> None:
    """Every rule is shown: its pieces of HTML are safe, and the whole is plain data."""
    explorer = Explorer(roc.load(path))
    view = json.loads(json.dumps(explorer._view))
    for html in (view["head"], *(group["about"] for group in view["groups"])):
        ET.fromstring(f"<div>{html}</div>")  # noqa: S314 - it is our own
    assert view["groups"]


def test_the_script_fetches_nothing() -> None:
    """The script and the style are small, and name no other place."""
    folder = Path(module.__file__).parent
    for name, most in (("explorer.js", 8000), ("explorer.css", 2000)):
        text = (folder / name).read_text("utf-8")
        assert len(text) < most
        assert "http" not in text
        assert "import" not in text
        assert "url(" not in text


def test_without_anywidget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the library is missing, the error says what to install."""
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "anywidget":
            raise ImportError
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, "roc.explorer", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(roc.MissingExtraError, match=r"rules-of-combination\[notebook\]"):
        importlib.import_module("roc.explorer")
