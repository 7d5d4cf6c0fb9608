"""Selections as files: what is read from data and from pasted text, and every error with its line."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import roc
from roc.errors import DataError
from roc.formats import Format
from roc.formats.selections import load_selection, loads_selection

RULE: Final = roc.loads(
    """
    title: Rule
    number: 500/9810/X
    linked: [[K/601/6383, R/601/6247]]
    units: [{number: D/601/4999, title: Roadside}]
    pathways: {gym: {title: Gym}, water: }
    conditions: {first-aid: First aid, placement: }
    groups:
      - {name: A, title: "Group A: Mandatory Units", kind: mandatory, units: [{number: M1, title: One}]}
      - {name: B, units: [{number: K/601/6383}, {number: R/601/6247}], open: {level_from: 2}}
      - {name: C, units: [{number: Unit 12, title: Twelve}, {number: Unit 1}], pathways: gym}
    """
)


def numbers(selection: roc.Selection) -> list[str]:
    """Return the numbers of the units."""
    return [str(number) for number in selection.numbers]


def errors(text: str, text_format: str = "text", rule: roc.Qualification = RULE) -> list[str]:
    """Return what is wrong with a text, a line each."""
    with pytest.raises(roc.InvalidData) as caught:
        loads_selection(text, rule, text_format)  # type: ignore[arg-type] # one of the formats
    return [str(each) for each in caught.value.exceptions if isinstance(each, DataError)]


# Data


@pytest.mark.parametrize(
    ("text", "text_format"),
    [
        ("{units: [M1, {unit: k6016383, state: rpl}], pathway: gym, conditions: first-aid}", "yaml"),
        (
            '{"units": ["M1", {"unit": "K/601/6383", "state": "rpl"}], "pathway": "gym", "conditions": ["first-aid"]}',
            "json",
        ),
        (
            'pathway = "gym"\nconditions = ["first-aid"]\nunits = ["M1", {unit = "K/601/6383", state = "rpl"}]\n',
            "toml",
        ),
    ],
)
def test_data(text: str, text_format: Format, tmp_path: Path) -> None:
    """All three formats give the same selection, from a text and from a file; no link is followed."""
    expected = roc.Selection.of(
        RULE, ["M1", roc.Entry(unit="K/601/6383", state="rpl")], pathway="gym", conditions=["first-aid"]
    )
    assert loads_selection(text, RULE, text_format) == expected
    path = tmp_path / f"mine.{text_format}"
    path.write_text(text, "utf-8")
    assert load_selection(path, RULE) == expected
    assert load_selection(str(path), RULE, pathway="water").pathway == "water"


def test_a_bare_list() -> None:
    """A list is the list of units."""
    assert numbers(loads_selection("[M1, R/601/6247]", RULE, "yaml")) == ["M1", "R/601/6247"]


def test_entries() -> None:
    """Entries have states, credit and what they stand in for; units from elsewhere are written out."""
    text = """
    units:
      - {unit: M1, credit: 2.5}
      - {number: X1, title: Other, level: 3, credit: 4}
      - {unit: {number: X2}, state: equivalent, in_place_of: K/601/6383}
    """
    first, second, third = loads_selection(text, RULE, "yaml")
    assert (str(first.number), str(first.credit)) == ("M1", "2.5")
    assert (str(second.place), third.unit) == (
        "K/601/6383",
        roc.Unit(number="X1", title="Other", level=3, credit=4),
    )
    assert second.state is roc.State.EQUIVALENT


def test_start() -> None:
    """With start the mandatory units are there, and linked units come along."""
    found = loads_selection("{start: true, units: [K/601/6383]}", RULE, "yaml")
    assert numbers(found) == ["M1", "K/601/6383", "R/601/6247"]
    assert numbers(loads_selection("{start: true, pathway: gym}", RULE, "yaml")) == ["M1"]
    assert numbers(loads_selection("{start: false, units: []}", RULE, "yaml")) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("3", ["$: 3 is neither a list of units nor a mapping with the key units"]),
        ("{}", ["$: the key units is missing"]),
        ("{pathway: gym}", ["$: the key units is missing"]),
        (
            "{unit: [M1]}",
            ["$: the key units is missing", "$.unit (line 1): there is no key unit; did you mean units?"],
        ),
        ("{units: M1}", ["$.units (line 1): 'M1' is not a list"]),
        (
            "{start: yes please}",
            ["$: the key units is missing", "$.start (line 1): 'yes please' is not true or false"],
        ),
        (
            "units:\n  - M1\n  - {unit: M1, state: rlp}",
            [
                "$.units[1].state (line 3): 'rlp' is none of achieved, rpl, credit-transfer, equivalent, exempt",
            ],
        ),
        (
            "- M1\n- K/601/6338\n- M1",
            [
                "$[1] (line 2): there is no unit K/601/6338; did you mean K/601/6383 or R/601/6247?",
                "$[2] (line 3): M1 stands twice",
            ],
        ),
        (
            "units: [M1]\npathway: gim\nconditions: [first]",
            [
                "$.pathway (line 2): there is no pathway gim; did you mean gym?",
                "$.conditions (line 3): there is no condition first; did you mean first-aid?",
            ],
        ),
        ("{start: true, units: [{number: X1}]}", ["$.units (line 1): no group is open to X1"]),
        (
            "{start: true, pathway: water, units: [Unit 1]}",
            ["$.units (line 1): Unit 1 is not part of the pathway water; it belongs to gym"],
        ),
        (
            "{units: [{number: M1, title: Two}]}",
            ["$.units (line 1): M1 is a unit of the qualification and differs from the one that was given"],
        ),
        ("{units: [M1", ["$ (line 1): this is not YAML"]),
    ],
)
def test_errors_in_data(text: str, told: list[str]) -> None:
    """What is wrong is told with its path and line, all of it."""
    found = errors(text, "yaml")
    assert [each[: len(start)] for each, start in zip(found, told, strict=True)] == told
    assert len(found) == len(told)


def test_a_pathway_of_the_call() -> None:
    """A pathway that the call names goes before the file's, and is checked."""
    with pytest.raises(roc.InvalidData) as caught:
        loads_selection("{units: [M1], pathway: 3.5}", RULE, "yaml", pathway="gim")
    assert "there is no pathway gim" in str(caught.value)
    assert loads_selection("{units: [M1], pathway: nonsense}", RULE, "yaml", pathway="gym").pathway == "gym"


# Text


def test_a_unit_a_line(tmp_path: Path) -> None:
    """A file of any other suffix is text; obliques, case, spaces, bullets and comments do not matter."""
    path = tmp_path / "mine.txt"
    path.write_text("\ufeff# mine\nM1\n\n- k/601/6383\n* R 601 6247\n  2) Unit 12\n1. d6014999\n", "utf-8")
    assert numbers(load_selection(path, RULE, pathway="gym")) == [
        "D/601/4999",
        "M1",
        "K/601/6383",
        "R/601/6247",
        "Unit 12",
    ]
    bare = tmp_path / "units"
    bare.write_bytes(path.read_bytes())
    assert load_selection(bare, RULE) == load_selection(path, RULE)


def test_several_on_a_line() -> None:
    """A line that holds nothing but numbers names all of them."""
    found = loads_selection("K/601/6383, R/601/6247;M1 | d6014999", RULE)
    assert numbers(found) == ["D/601/4999", "M1", "K/601/6383", "R/601/6247"]


PASTED: Final = """\
500/9810/X Rule
Group A: Mandatory Units (OK)
Unit Number\tUnit Title\tUnit Reference Number\tLevel\tCredit Value
M1\tOne\tG8C\t3\t5
b (NOT OK)
Add\tRemove\tNumber\tTitle\tUnit Ref. No.\tLevel\tCredit Value
Add\tRemove\tK/601/6383\tCompetency in\t"B"\t3\t5
unit_number,title
Unit 1,First of two
Unit 12 Twelve units
  [x]  R/601/6247  Knowledge of
  [ ]  D/601/4999  Roadside
"""


def test_pasted_tables() -> None:
    """Of rows the unit is read and nothing else; headings are passed over, and rows that are not marked."""
    found = loads_selection(PASTED, RULE)
    assert numbers(found) == ["M1", "K/601/6383", "R/601/6247", "Unit 12", "Unit 1"]


def test_a_screen_of_our_own_is_read_back() -> None:
    """The rows of a screen without wrapped titles give the units that are marked."""
    from roc.display import status_screen  # noqa: PLC0415 - the screen is an extra

    selection = roc.Selection.start(RULE, pathway="gym").add("K/601/6383", "Unit 12")
    rows = [
        line for line in status_screen(roc.check(selection)).text().splitlines() if line.startswith("  [")
    ]
    assert loads_selection("\n".join(rows), RULE, pathway="gym") == selection


def test_a_unit_with_the_name_of_a_group() -> None:
    """A line that is both a unit's number and a group's name is the unit."""
    q = roc.loads("{title: T, groups: [{name: A, units: [{number: A}, {number: Level}]}]}")
    assert numbers(loads_selection("A\nLevel\n", q)) == ["A", "Level"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("M1\nSomething else\n", ["$ (line 2): no unit of the qualification stands here"]),
        ("K601 683\n", ["$ (line 1): no unit of the qualification stands here; did you mean K/601/6383?"]),
        ("M1, M2\n", ["$ (line 1): there is no unit M2"]),
        (
            "Unit K/601/6338\n\nH/999/9999\n",
            [
                "$ (line 1): there is no unit K/601/6338; did you mean K/601/6383 or R/601/6247?",
                "$ (line 3): there is no unit H/999/9999",
            ],
        ),
        ("M1\nk6016383\nM1 again\n", ["$ (line 3): M1 stands on line 1 already"]),
        (
            "M1\nM1\nM1\n",
            ["$ (line 2): M1 stands on line 1 already", "$ (line 3): M1 stands on line 1 already"],
        ),
        (f"{'x' * 300}\n", ["$ (line 1): no unit of the qualification stands here"]),
        ("M1\x00", ["$ (line 1): the character U+0000 cannot stand in a file"]),
    ],
)
def test_errors_in_text(text: str, told: list[str]) -> None:
    """A line without a unit is an error, never passed over: a slip must not lose a unit."""
    assert errors(text) == told


def test_a_selection_that_cannot_be(tmp_path: Path) -> None:
    """A pathway that there is not is told as the files' other errors are; so are size and encoding."""
    path = tmp_path / "mine.txt"
    path.write_bytes(b"M1 \xff")
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: loads_selection("M1", RULE, pathway="gim"), "there is no pathway gim; did you mean gym?"),
        (lambda: loads_selection("M1, M1", RULE, max_size=3), "more than 3 characters"),
        (lambda: load_selection(path, RULE), "mine.txt is not valid:\n- $ (line 1): byte 0xff is not UTF-8"),
        (lambda: load_selection(path, RULE, max_size=3), "more than 3 characters"),
    ]
    for call, told in calls:
        with pytest.raises(roc.InvalidData) as caught:
            call()
        assert told in str(caught.value)
    with pytest.raises(FileNotFoundError):
        load_selection(tmp_path / "nosuch.txt", RULE)


def test_large_texts_take_little_time() -> None:
    """Thousands of lines are read at once, and so are thousands of wrong ones."""
    q = roc.Qualification(title="Large", units=[roc.Unit(number=f"M{i}") for i in range(4000)])
    start = time.perf_counter()
    assert len(loads_selection("".join(f"M{i}\tUnit {i}\n" for i in range(4000)), q)) == 4000
    assert len(errors("".join(f"N{i} Unit\n" for i in range(20_000)), rule=q)) == 20_000
    assert time.perf_counter() - start < 10


_LINES: Final = st.lists(
    st.sampled_from(
        [*map(str, RULE.units_by_number), "M2", "-", "[ ]", "#", ",", "\t", "Group A", "K/601/6338"]
    )
    | st.text(max_size=20),
    max_size=6,
).map(" ".join)


@given(st.lists(_LINES, max_size=6).map("\n".join))
def test_any_text_is_a_selection_or_told_wrong(text: str) -> None:
    """Whatever is pasted gives units of the rule, or errors; nothing else is raised."""
    try:
        found = loads_selection(text, RULE)
    except roc.InvalidData as error:
        assert error.exceptions
    else:
        assert set(found.numbers) <= set(RULE.units_by_number)


_KEYS: Final = st.sampled_from(
    ["units", "pathway", "conditions", "start", "unit", "state", "number", "credit"]
)
_DATA: Final = st.recursive(
    st.sampled_from(["M1", "K/601/6383", "gym", "first-aid", "rpl", True, None, 1, 2.5, ""])
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=8,
)


@given(_DATA)
def test_any_data_is_a_selection_or_told_wrong(data: object) -> None:
    """Whatever a file holds gives a selection, or errors; nothing else is raised."""
    try:
        found = loads_selection(json.dumps(data), RULE, "json")
    except roc.InvalidData as error:
        assert error.exceptions
    else:
        assert found.qualification == RULE
