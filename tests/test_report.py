"""Reports: stable keys, held against their schema and their page, and exact JSON."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import roc
from roc.report import Plain, report_schema, status_report, to_json

ROOT: Final = Path(__file__).parents[1]
FILES: Final = sorted((ROOT / "examples" / "qualifications").iterdir())
PAGE: Final = (ROOT / "docs" / "json-output.md").read_text("utf-8")
DEFINITIONS: Final[Any] = report_schema()["$defs"]
NAMES: Final = tuple(name for name in DEFINITIONS if name not in {"amount", "number"})


def validator(name: str) -> Any:
    """Return what holds data against one of the definitions."""
    schema = {"$ref": f"#/$defs/{name}", "$defs": DEFINITIONS}
    return jsonschema.Draft202012Validator(schema)


def read(report: dict[str, Plain]) -> Any:
    """Return a report as a reader of its JSON has it, numbers exact."""
    return json.loads(to_json(report), parse_float=Decimal)


def objects() -> Iterator[Any]:
    """Yield every object with keys in the schema, nested ones too."""
    waiting: list[Any] = [report_schema()]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if "properties" in each:
                yield each
            waiting += each.values()  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - JSON
        elif isinstance(each, list):
            waiting += each  # pyright: ignore[reportUnknownArgumentType] - JSON


def test_the_schema_is_one() -> None:
    """It is a valid schema in which every key is needed, no other is allowed, and all are described."""
    jsonschema.Draft202012Validator.check_schema(report_schema())
    found = list(objects())
    assert len(found) > len(NAMES)
    for each in found:
        assert each["required"] == list(each["properties"])
        assert each["additionalProperties"] is False
        assert all(value.get("description") for value in each["properties"].values())


@pytest.mark.parametrize("name", NAMES)
def test_the_page_lists_the_keys(name: str) -> None:
    """The table of a definition has its keys, in order, with what the schema says of them."""
    section = PAGE.split(f"\n### {name}\n")[1].split("\n### ")[0]
    told = re.findall(r"^\| `(\w+)` \| .+ \| (.+) \|$", section, re.MULTILINE)
    properties = DEFINITIONS[name]["properties"]
    assert told == [(key, value["description"]) for key, value in properties.items()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_reports_fit_the_schema(path: Path) -> None:
    """Every worked example, as it stands and at its best, in every wording, gives a report of this schema."""
    rule = roc.load(path)
    for example in rule.examples:
        selection = roc.Selection.of(
            rule, example.selection, pathway=example.pathway, conditions=example.conditions
        )
        best = roc.best_combination(selection, limit=5_000)
        for wording in ("portal", "plain", "plain-cy"):
            report = read(status_report(roc.check(selection), wording=wording))
            validator("check").validate(report)
            assert report["ok"] is example.ok
            report = read(status_report(best.status, best=best, wording=wording))
            validator("check").validate(report)
            assert report["best"]["achieved"] == [str(number) for number in selection.numbers]


def test_a_report_has_everything() -> None:
    """Pathways, states, units from elsewhere, amounts with decimals, dates and conditions stand in it."""
    rule = roc.loads(
        """
        {"title": "A", "number": "500/9810/X", "level": 2, "operational_end": "2030-08-31", "min_credit": 10,
         "units": [{"number": "M1", "credit": 2.5}, {"number": "M2", "credit": 3}],
         "groups": [{"name": "B", "units": ["M1", "M2"], "open": true, "rules": ["at most 6 credits count"]}],
         "pathways": {"gym": {"title": "Gym"}}, "conditions": {"first": "First aid"}}
        """,
        "json",
    )
    other = roc.Unit(number="X1", title="Yoga", level=3, credit=3, tags={"b", "a"})
    selection = roc.Selection.of(
        rule,
        [roc.Entry(unit="M1", state="rpl"), roc.Entry(unit=other), "M2"],
        conditions=["first"],
    )
    report = read(
        status_report(roc.check(selection, date="2031-01-01", event="certification"), wording="plain")
    )
    assert report["qualification"] == {
        "number": "500/9810/X",
        "title": "A",
        "level": "Level 2",
        "min_units": None,
        "min_credit": 10,
        "min_glh": None,
    }
    assert (report["pathway"], report["pathways"]) == ("gym", {"gym": False})
    assert (report["date"], report["event"], report["exact"]) == ("2031-01-01", "certification", True)
    assert report["totals"] == {"units": 2, "credit": 6, "glh": 0}
    assert report["conditions"] == ["first"]
    assert report["allocation"] == {"M1": ["B"], "M2": ["B"], "X1": ["B"]}
    assert (report["surplus"], report["additional"], report["best"]) == (["M1"], [], None)
    assert report["selection"][0] == {
        "unit": "M1",
        "state": "rpl",
        "credit": None,
        "in_place_of": None,
        "own": None,
    }
    assert report["selection"][2]["own"] == {
        "title": "Yoga",
        "reference": None,
        "level": "Level 3",
        "credit": 3,
        "glh": None,
        "tags": ["a", "b"],
    }
    group = report["groups"][0]
    assert (group["units"], group["counted"]) == (["M1", "M2", "X1"], ["M2", "X1"])
    assert (group["unit_count"], group["credit"], group["ok"]) == (2, 6, True)
    assert group["clauses"][0]["rule"] == "at most 6 credits count"
    short = report["messages"][0]
    assert short["code"] == "qualification.credit-short"
    assert short["parameters"]["shortfall"] == 4
    assert short["text"] == "Add 4 more credits in total."


def test_unknown_wording() -> None:
    """A wording that there is not is refused."""
    status = roc.check(roc.Selection.start(roc.Qualification(title="A")))
    with pytest.raises(roc.WordingError):
        status_report(status, wording="plane")


_SCALARS: Final = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4)
)
_DATA: Final[st.SearchStrategy[Any]] = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)


@given(_DATA)
def test_json_is_exact(data: Plain) -> None:
    """What is written is ASCII, and a reader gets the same values back, decimals to the last place."""
    text = to_json(data)
    assert text.isascii()
    assert json.loads(text, parse_float=Decimal) == data


def test_json_is_laid_out() -> None:
    """Objects have a line for each key, lists of plain values stand on one, and nothing is empty over lines."""
    data: Plain = {"a": [], "b": {}, "c": [1, "x"], "d": [{"e": None}, [Decimal("1.50")]], "é": True}
    assert to_json(data) == (
        '{\n  "a": [],\n  "b": {},\n  "c": [1, "x"],\n  "d": [\n    {\n      "e": null\n    },\n    [1.5]\n  ],\n'
        '  "\\u00e9": true\n}'
    )
