"""Files: what is read, what is written, and everything that the two pages about them say."""

import json
import re
import sys
import time
import warnings
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml

from roc import _validate, formats
from roc.errors import (
    CheckCharacterWarning,
    DataError,
    InvalidData,
    MissingExtraError,
    RuleSyntaxError,
    SizeWarning,
)
from roc.formats import Format, _plain
from roc.formats._converter import RECORDS, keys_of
from roc.formats._plain import path_of, path_text
from roc.formats._read import read_text
from roc.formats._short import RULE_KEYS
from roc.groups import Opening, UnitGroup
from roc.numbers import UnitNumber
from roc.qualification import Condition, Example, Qualification
from roc.rules import Barred, Linked, Measure, Requires, Scope, Threshold
from roc.units import Unit

ROOT: Final = Path(__file__).parents[1]
FORMATS: Final[tuple[Format, ...]] = ("yaml", "json", "toml")
PAGE: Final = (ROOT / "docs" / "file-format.md").read_text("utf-8")
ERRORS: Final = (ROOT / "docs" / "errors-files.md").read_text("utf-8")
BLOCKS: Final = re.findall(r"^```(yaml|json|toml)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
FILES: Final = sorted((ROOT / "tests" / "corpus").glob("*.*")) + sorted(
    (ROOT / "examples" / "qualifications").glob("*.*")
)
DEFINITIONS: Final[Any] = formats.schema()["$defs"]
SCHEMA: Final[Any] = jsonschema.Draft202012Validator(formats.schema())


def errors_of(text: str, text_format: Format = "yaml") -> list[DataError]:
    """Return what is wrong with *text*."""
    with pytest.raises(InvalidData) as caught:
        formats.loads(text, text_format)
    return [each for each in caught.value.exceptions if isinstance(each, DataError)]


def told(text: str, text_format: Format = "yaml") -> list[str]:
    """Return what is wrong with *text*, as the errors say it."""
    return [str(each) for each in errors_of(text, text_format)]


def jsonable(data: object) -> Any:
    """Return plain data as a JSON reader would give it."""
    return json.loads(
        json.dumps(data, default=lambda each: float(each) if isinstance(each, Decimal) else str(each))
    )


# The page about the format


def test_the_page_has_examples_of_every_format() -> None:
    """The tests below see the examples of the page."""
    assert {name for name, _ in BLOCKS} == set(FORMATS)


@pytest.mark.parametrize(("text_format", "text"), BLOCKS)
def test_examples_of_the_page(text_format: Format, text: str) -> None:
    """Every example of the page is read, fits the schema, and survives every format."""
    qualification = formats.loads(text, text_format)
    SCHEMA.validate(jsonable(read_text(text, text_format)[0]))
    for each in FORMATS:
        written = formats.dumps(qualification, each)
        assert formats.loads(written, each) == qualification
        assert formats.dumps(formats.loads(written, each), each) == written
        SCHEMA.validate(jsonable(read_text(written, each)[0]))


@pytest.mark.parametrize("record", RECORDS)
def test_tables_of_keys(record: type[Any]) -> None:
    """The table of a record lists its keys, all of them and no others, in order."""
    heading = "Group" if record is UnitGroup else record.__name__
    section = PAGE.split(f"### {heading}\n")[1].split("\n## ")[0].split("\n### ")[0]
    listed = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    short = set(RULE_KEYS) - {"rules"}
    assert sorted(listed) == sorted(set(keys_of(record)) - short)
    needed = re.findall(r"^\| `(\w+)` \|.*needed", section, re.MULTILINE)
    schema: Any = formats.schema() if record is Qualification else DEFINITIONS[record.__name__]
    assert sorted(needed) == sorted(schema["required"])


def test_every_key_stands_in_an_example() -> None:
    """The example that promises every key has every key."""
    text = next(text for _, text in BLOCKS if "title: Every key" in text)
    words = set(re.findall(r"\w+(?=:)", text))
    keys = {key for record in RECORDS for key in keys_of(record)} - set(RULE_KEYS)
    assert keys <= words


SHORT_FORMS: Final = re.findall(r"^\| `(\{.+\})` \| `(\{.+\})` \|$", PAGE, re.MULTILINE)


def test_the_page_has_short_forms() -> None:
    """The test below sees the table, and every key that makes clauses stands in it."""
    assert len(SHORT_FORMS) > 15
    words = " ".join(short for short, _ in SHORT_FORMS)
    assert all(key in words for key in ("min_units", "max_glh", *RULE_KEYS[-5:]))


@pytest.mark.parametrize(("short", "long"), SHORT_FORMS)
def test_short_forms_of_the_page(short: str, long: str) -> None:
    """A short form and what the page calls the same are the same."""
    listed = [{"number": f"M{i}", "credit": 1, "glh": 1} for i in range(1, 5)]
    read: list[Qualification] = []
    for text in (short, long):
        data = jsonable(read_text(text, "yaml")[0])
        data |= {"title": "A", "units": [*listed, *data.get("units", [])]}
        read.append(formats.loads(json.dumps(data), "json"))
    assert read[0] == read[1]


def test_values_of_the_page() -> None:
    """Numbers, levels and dates are read as the table of values says."""
    unit = formats.loads(
        '{title: A, units: [{number: 501, reference: 1234, credit: "2.5", level: E3}]}'
    ).units[0]
    assert (str(unit.number), unit.reference, unit.credit) == ("501", "1234", Decimal("2.5"))
    assert str(unit.level) == "Entry 3"
    assert formats.loads("{title: A, units: [{number: M1, credit: }]}").units[0].credit is None


def test_limits_of_the_page() -> None:
    """The page tells the limits that hold."""
    for limit in (_plain.MAX_SIZE, _plain.MAX_DEPTH, _plain.MAX_VALUES):
        assert f"| {limit:,}" in PAGE
    assert f"| {_validate.MAX_UNITS:,}, {_validate.MAX_GROUPS:,}, {_validate.MAX_DEPTH} |" in PAGE
    assert f"| {_validate.MAX_SUGGESTED} |" in PAGE


# The page about errors


ROWS: Final = [
    (name.lower(), text, said)
    for name, section in re.findall(
        r"^### (YAML|JSON|TOML)\n(.*?)(?=^### )", ERRORS, re.MULTILINE | re.DOTALL
    )
    for text, said in re.findall(r"^\| `(.+?)` \| (`.+`) \|$", section, re.MULTILINE)
]


def test_the_page_has_errors_of_every_format() -> None:
    """The test below sees the tables of the page."""
    assert {name for name, _, _ in ROWS} == set(FORMATS)
    assert len(ROWS) > 80


@pytest.mark.parametrize(("text_format", "text", "said"), ROWS)
def test_errors_of_the_page(text_format: Format, text: str, said: str) -> None:
    """A wrong file gives the errors that the page lists, all of them and no others."""
    expected = said.strip("`").split("`<br>`")
    found = [each.split("\n")[0] for each in told(text, text_format)]
    assert len(found) == len(expected)
    for each, pattern in zip(found, expected, strict=True):
        assert each.startswith(pattern.removesuffix("...")) if pattern.endswith("...") else each == pattern


def test_the_long_example_of_errors() -> None:
    """The example at the top of the page says what the page shows."""
    (text,) = re.findall(r"^```yaml\n(.*?)^```", ERRORS, re.MULTILINE | re.DOTALL)
    (said,) = re.findall(r"^```text\n(.*?)^```", ERRORS, re.MULTILINE | re.DOTALL)
    with pytest.raises(InvalidData) as caught:
        formats.loads(text)
    assert f"{caught.value}\n" == said


def write(path: Path, content: str | bytes) -> Path:
    """Write *content* to *path* and return it."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def make_folder(path: Path) -> Path:
    """Make the folder *path* and return it."""
    path.mkdir()
    return path


def without_extra(folder: Path) -> Any:
    """Read YAML where PyYAML cannot be imported."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "yaml", None)
        patch.delitem(sys.modules, "roc.formats._yaml", raising=False)
        patch.delattr(formats, "_yaml", raising=False)
        return formats.load(write(folder / "a.yaml", "title: A"))


CASES: Final[dict[str, Callable[[Path], Any]]] = {
    "a file larger than 1 MiB": lambda folder: formats.load(write(folder / "a.json", " " * (1 << 20) + "{}")),
    "a file that is not UTF-8": lambda folder: formats.load(write(folder / "a.toml", b"# a\n\xff")),
    "a NUL in the text": lambda _: formats.loads("title: A\nversion: \0"),
    "60 lists in each other, in YAML": lambda _: formats.loads(f"title: {'[' * 60}{']' * 60}"),
    "60 lists in each other, in JSON": lambda _: formats.loads(f'{{"title": {"[" * 60}{"]" * 60}}}', "json"),
    "100,000 lists in each other, in JSON": lambda _: formats.loads("[" * 100_000, "json"),
    "a key of 60 parts, in TOML": lambda _: formats.loads(f"{'a.' * 59}a = 1", "toml"),
    "300,000 values": lambda _: formats.loads(f"[{'1,' * 299_999}1]", "json"),
    "a whole number of 25 digits": lambda _: formats.loads(f"title: {'1' * 25}"),
    "a whole number of 5,000 digits, in TOML": lambda _: formats.loads(f"title = {'1' * 5000}", "toml"),
    "a second document": lambda _: formats.loads("title: A\n---\ntitle: B"),
    "a name that ends in `.txt`": lambda folder: formats.load(folder / "a.txt"),
    "a format that there is not": lambda _: formats.loads("", "yam"),  # type: ignore[arg-type] # wrong on purpose
    "no such file": lambda folder: formats.load(folder / "a.yaml"),
    "a folder": lambda folder: formats.load(make_folder(folder / "a.yaml")),
    "YAML without the extra": without_extra,
}


def test_the_page_has_files_as_such() -> None:
    """Every line of the last table has its case below, and every case its line."""
    section = ERRORS.split("### Files as such")[1]
    assert re.findall(r"^\| (.+?) \| `", section, re.MULTILINE) == list(CASES)


@pytest.mark.parametrize("what", CASES)
def test_files_as_such(what: str, tmp_path: Path) -> None:
    """What is wrong with a file as such gives the error that the page tells."""
    found = re.search(rf"^\| {re.escape(what)} \| `(.+)` \|$", ERRORS, re.MULTILINE)
    assert found is not None
    with pytest.raises((InvalidData, OSError, MissingExtraError)) as caught:
        CASES[what](tmp_path)
    error: BaseException = caught.value
    if isinstance(error, InvalidData):
        (error,) = error.exceptions
    start, dots, end = found[1].partition("...")
    assert (str(error).startswith(start) and str(error).endswith(end)) or type(error).__name__ == start
    assert dots or str(error) == start or type(error).__name__ == start


# Errors: paths, lines, kinds


LONG: Final = """\
title: A
level: 2
min_credit: 4
linked:
  - [M1, M2]
  - [M1, M7]
requires:
  M1:
    - M8
units:
  - number: M1
    credit: 3
groups:
  - name: A
    min_glh: 5
    units:
      - M1
      - {number: M2, title: B}
      - M3
    groups:
      - name: B
        rules:
          - at least 2 units from Bee
        units:
          - title: no number
          - M4
pathways:
  gym:
    rules: [at least 1 unit from C]
    min_credit_at_or_above_level: 3
examples:
  - selection:
      - M1
      - M9
    ok: true
"""


def test_what_the_model_finds_lies_in_the_file() -> None:
    """Errors of the whole have the path and the line of the file, not those of the model."""
    text = LONG.replace("          - title: no number\n", "")
    assert [(each.path, each.line) for each in errors_of(text)] == [
        ("$.min_credit", 3),
        ("$.linked[1]", 6),
        ("$.requires.M1", 8),
        ("$.groups[0].min_glh", 15),
        ("$.groups[0].units[2]", 19),
        ("$.groups[0].groups[0].rules[0]", 23),
        ("$.groups[0].groups[0].units[0]", 25),
        ("$.pathways.gym.rules[0]", 28),
        ("$.examples[0].selection[1]", 33),
    ]


def test_what_stands_in_the_way_is_told_alone() -> None:
    """A unit without a number could be any unit, so what refers to units is not judged."""
    assert told(LONG) == ["$.groups[0].groups[0].units[0] (line 25): the key number is missing"]


def test_what_does_not_stand_in_the_way() -> None:
    """The whole is judged along with wrong values that say nothing about it, and only then."""
    known = "units: [{number: M1, credit: x}], min_credit: 3, groups: [{name: B, units: [M1, M2]}]"
    first = "$.units[0].credit (line 1): 'x' is not an amount: write a number such as 2 or 2.5"
    second = "$.groups[0].units[1] (line 1): there is no unit M2"
    assert told(f"{{title: A, {known}}}") == [first, second], "a stand-in for the credit is no lack of it"
    assert told(f"{{{known}}}") == ["$: the key title is missing", first, second]
    assert {first, second} < set(told(f"{{title: [], level: 99, rules: [x], {known}}}"))
    assert {first, second} < set(told(f"{{title: A, sharing: [{{groups: [B], at_most: x}}], {known}}}"))
    assert {first, second} < set(told(f"{{title: A, examples: [{{ok: 3}}], {known}}}"))
    numbered = "groups: [{name: B, units: [5]}], units: [{number: 5.0}]"
    assert told(f"{{title: A, {numbered}}}") == [
        "$.units[0].number (line 1): 5.0 is not a text: write it in quotes"
    ]
    named = "groups: [{name: [B]}], rules: [at least 1 unit from B]"
    assert told(f"{{title: A, {named}}}") == ["$.groups[0].name (line 1): a list is not a text"]


def test_units_that_follow_one_without_a_number() -> None:
    """The places of the numbers that follow a unit that has none are those of the file."""
    text = "{title: A, groups: [{name: B, units: [{title: C}, 5.10, {number: M1}, M1]}]}"
    assert told(text) == [
        "$.groups[0].units[0] (line 1): the key number is missing",
        "$.groups[0].units[1] (line 1): 5.10 is not a text: write it in quotes",
    ]
    text = "{title: A, groups: [{name: B, units: [{title: C}, M1, {number: M1}, M1]}]}"
    assert [each.path for each in errors_of(text)] == [
        "$.groups[0].units[0]",
        "$.groups[0].units[2].number",
        "$.groups[0].units[3]",
    ]


@pytest.mark.parametrize("text_format", FORMATS)
def test_lines_in_every_format(text_format: Format) -> None:
    """The line of an error is that of its key, or of its item, in every format."""
    q = Qualification(
        title="A",
        units=[Unit(number="M1", title="\N{GRINNING FACE}"), Unit(number="M2")],
        groups=[
            UnitGroup(name="A", groups=[UnitGroup(name="B", units=["M2"])]),
            UnitGroup(name="C", units=["M1"]),
        ],
        conditions=[Condition(name="x.y")],
    )
    text = formats.dumps(q, text_format).replace("C", "B")
    for each in errors_of(text, text_format):
        assert each.path == "$.groups[1]"
        assert each.line is not None
        assert "B" in "".join(text.split("\n")[each.line - 1 : each.line + 1])


def test_lines_in_unusual_toml() -> None:
    """Dotted keys, quoted keys, texts over several lines and inline tables do not confuse the lines."""
    text = """
# a comment with [brackets] and "quotes
'title' = \'\'\'A
= [[groups]] \'\'\'
notes = [ # a list
  "a", "b ] # no comment",
  \"\"\"c \\\"\"\"
d\"\"\"\"\", 1.5 ]
tqt = "x"
operational_start = 07:32:00
[requires]
  "III.15" = [ "II.15" ]
[pathways.gym] # dotted
"\\u0074itle" = 2.5
[[ groups ]]
  name = "A"
  [groups.open]
    level = 3
  [[groups.groups]]
    name = "B"
    open.level_from = "x"
  [[groups.groups]]
    units = [ {number = "M1", credit = "y"},
      {number = "M1"} ]
"""
    assert [(each.path, each.line) for each in errors_of(text, "toml")] == [
        ("$.notes[3]", 8),
        ("$.tqt", 9),
        ("$.operational_start", 10),
        ("$.pathways.gym.title", 14),
        ("$.groups[0].open.level", 18),
        ("$.groups[0].groups[0].open.level_from", 21),
        ("$.groups[0].groups[1]", 22),
        ("$.groups[0].groups[1].units[0].credit", 23),
        ("$.groups[0].groups[1].units[1].number", 24),
    ]


def test_lines_in_json() -> None:
    """JSON tells lines too, however it is laid out."""
    text = '\n{\n"title":\n"A", "rules": [\n\n"at lest 1 unit"], "levle"\n: {"a\\n": [2]}}'
    assert [(each.path, each.line) for each in errors_of(text, "json")] == [("$.rules[0]", 6), ("$.levle", 6)]


def test_a_wrong_sentence_keeps_its_kind() -> None:
    """A rule that cannot be read is the parser's own error, with text and position, placed in the file."""
    (error,) = errors_of("title: A\nrules:\n  - at lest 2 units")
    assert isinstance(error, RuleSyntaxError)
    assert (error.path, error.line, error.text, error.position) == ("$.rules[0]", 3, "at lest 2 units", 3)
    assert not hasattr(error, "__notes__")


def test_the_heading_names_the_file(tmp_path: Path) -> None:
    """The error of a file says which file."""
    with pytest.raises(InvalidData, match=r"^odd\.yml is not valid") as caught:
        formats.load(write(tmp_path / "odd.yml", "titel: A"))
    assert "did you mean title?" in str(caught.value)


def test_keys_that_are_no_words_are_quoted_in_paths() -> None:
    """A path is text that any terminal shows, whatever the keys are."""
    assert path_text(("a b", 0, "\ud800", "c")) == '$["a b"][0]["\\ud800"].c'
    assert path_of("$.groups[1].rules[0]") == ("groups", 1, "rules", 0)
    assert [each.path for each in errors_of('{"title": "A", "\\u0000": "\\u0000"}', "json")] == [
        '$["\\u0000"]'
    ] * 2


def test_short_forms_find_their_own_errors() -> None:
    """Wrong shapes of short forms are told where they stand, in pathways and groups too."""
    text = (
        "{title: A, pathways: [{name: a, linked: {}}, 3], groups: [3, {name: b, barred: [M1], requires: 3}]}"
    )
    assert told(text) == [
        "$.pathways[0].linked (line 1): a mapping is not a list of lists of units",
        "$.groups[1].barred[0] (line 1): 'M1' is not a list of units: write barred: [[M1, M2]]",
        "$.groups[1].requires (line 1): 3 is not a mapping from a unit to the units that it requires",
        "$.groups[0] (line 1): 3 is not a mapping with the keys name, title, number ...",
        "$.pathways[1] (line 1): 3 is not a mapping with the keys name, title, kind ...",
    ]


def test_a_level_that_is_wrong_is_told_once() -> None:
    """The bound at the level does not repeat that the level is wrong."""
    text = "{title: A, level: [], min_credit_at_or_above_level: 3}"
    assert told(text) == ["$.level (line 1): a list is not a level: write Entry 1 to Entry 3, or 1 to 12"]


# Reading


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_schema_allows_real_files(path: Path) -> None:
    """Every file of a published rule fits the schema."""
    SCHEMA.validate(jsonable(formats.read_plain(path)[0]))


def test_clauses_stand_in_the_order_of_the_page() -> None:
    """The keys make their clauses in one order, whatever the order of the keys."""
    q = formats.loads(
        "{title: A, requires: {M1: M2}, barred: [[M1, M3]], linked: [[M1, M2]], rules: exactly 3 units,"
        "min_credit_at_or_above_level: 1, min_glh: 3, max_credit: 9, max_units: 8, min_units: 1, level: 2,"
        "units: [{number: M1, credit: 1, glh: 1}, {number: M2, credit: 1, glh: 1},"
        "{number: M3, credit: 1, glh: 1}]}"
    )
    bounds = [each.measure for each in q.rules[:3] if isinstance(each, Threshold)]
    assert bounds == [Measure.UNITS, Measure.CREDIT, Measure.GLH]
    assert q.rules[0] == Threshold(minimum=1, maximum=8)
    assert q.rules[3] == Threshold(measure="credit", minimum=1, scope=Scope(level_from=2))
    assert str(q.rules[4]) == "exactly 3 units"
    assert [type(each) for each in q.rules[5:]] == [Linked, Barred, Requires]


def test_the_level_of_a_pathway_comes_first() -> None:
    """The bound at the level takes the pathway's own level, else the qualification's."""
    q = formats.loads(
        "{title: A, level: 2, pathways: ["
        "{name: a, level: 3, min_credit_at_or_above_level: 1}, {name: b, min_credit_at_or_above_level: 1}]}"
    )
    assert [str(pathway.rules[0]) for pathway in q.pathways] == [
        "at least 1 credit at level 3 or above",
        "at least 1 credit at level 2 or above",
    ]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("1/2", "Level 1", "Level 2"),
        ("Level 1/2", "Level 1", "Level 2"),
        ("Entry 2/3", "Entry 2", "Entry 3"),
        ("Entry 3 / Level 1", "Entry 3", "Level 1"),
    ],
)
def test_levels_that_span_two(text: str, low: str, high: str) -> None:
    """A level written with an oblique is two levels."""
    q = formats.loads(f"{{title: A, level: {text}}}")
    assert (str(q.level), str(q.top_level)) == (low, high)


def test_units_are_in_the_order_of_reading() -> None:
    """Units at the top come first, then those of groups, outer ones first."""
    q = formats.loads(
        "{title: A, units: [{number: M1}], groups: ["
        "{name: A, groups: [{name: B, units: [M2, {number: M3}]}], units: [{number: M4}]},"
        "{name: C, units: [{number: M2}, M1]}]}"
    )
    assert [str(unit.number) for unit in q.units] == ["M1", "M4", "M3", "M2"]
    assert q.groups_by_name["B"].units == (UnitNumber("M2"), UnitNumber("M3"))


def test_surprises_of_yaml_stay_away() -> None:
    """Words and numbers that YAML 1.1 turns into something else are what they look like."""
    q = formats.loads(
        "title: no\nversion: 12:30\nframework: 010\nawarding_organisation: 1_000\n"
        "notes: [on, 0x1F, ~a, 2022-04-30, +5]\n"
        "units: [{number: 010, tags: [yes, no, on]}, {number: 501}]\nrequires: {501: 010}\n"
        "pathways: {true: , 1: {title: x}}\noperational_start: 2022-04-30"
    )
    assert (q.title, q.version, q.framework, q.awarding_organisation) == ("no", "12:30", "010", "1_000")
    assert q.notes == ("on", "0x1F", "~a", "2022-04-30", "+5")
    assert [str(unit.number) for unit in q.units] == ["010", "501"]
    assert q.units[0].tags == {"yes", "no", "on"}
    assert str(q.rules[0]) == "501 requires 010"
    assert [pathway.name for pathway in q.pathways] == ["true", "1"]
    assert str(q.operational_start) == "2022-04-30"


def test_both_parsers_of_yaml_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the C library is missing, Python's own parser gives the same, and its errors are caught too."""
    text = next(text for _, text in BLOCKS if "Every key" in text)
    expected = formats.loads(text)
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert formats.loads(text) == expected
    assert "is not YAML" in told('title: "\\UFFFFFFFF"')[0]
    assert "is not YAML" in told("title: [A")[0]
    assert "control character" in told('title: "\\ud800"')[0]


def test_exact_numbers() -> None:
    """Decimals are read and written exactly in every format."""
    for text, name in (("{title: A, tqt: 0.1}", "yaml"), ('{"title": "A", "tqt": 0.1}', "json")):
        assert formats.loads(text, name).total_qualification_time == Decimal("0.1")  # type: ignore[arg-type] # one of the formats
    q = formats.loads('title = "A"\ntqt = 999_999.0001', "toml")
    assert q.total_qualification_time == Decimal("999999.0001")
    for each in FORMATS:
        assert "999999.0001" in formats.dumps(q, each)
        assert formats.loads(formats.dumps(q, each), each) == q


@pytest.mark.parametrize("text_format", FORMATS)
def test_byte_order_marks_and_line_ends(tmp_path: Path, text_format: Format) -> None:
    """A byte order mark and the line ends of other systems are no matter."""
    text = formats.dumps(CANONICAL, text_format).replace("\n", "\r\n")
    assert formats.loads(f"\ufeff{text}", text_format) == CANONICAL
    path = write(tmp_path / f"a.{text_format}", b"\xef\xbb\xbf" + text.encode())
    assert formats.load(path) == CANONICAL


def test_lines_are_counted_with_other_line_ends() -> None:
    """A line is a line, whatever ends it."""
    (error,) = errors_of("title: A\r\nversion: B\r\nlevle: 1\r\n")
    assert error.line == 3


def test_what_is_just_within_the_limits() -> None:
    """Texts at the limits are read; what is wrong with them is something else."""
    inner = f"{'[' * 49}1{']' * 49}"
    for text in (f"title: {inner}", f"title: [{inner}]"):
        is_within = text == f"title: {inner}"
        assert ("nested deeper" in told(text)[0]) is not is_within
        as_json = text.replace("title", '{"title"') + "}"
        assert ("nested deeper" in told(as_json, "json")[0]) is not is_within
    for parts, is_within in ((50, True), (51, False)):
        key = ".".join("a" * parts)
        assert ("nested deeper" in told(f"{key} = 1", "toml")[0]) is not is_within
    for values, is_within in ((200_000 - 1, True), (200_000, False)):
        assert ("200,000 values" in told(f"[{'1,' * (values - 1)}1]", "json")[0]) is not is_within
    for number, is_within in ((10**18, True), (-(10**18), True), (10**18 + 1, False), (-(10**18) - 1, False)):
        assert ("too large" in told(f"{{title: A, tqt: {number}}}")[0]) is not is_within
    for length, is_within in ((40, True), (41, False)):
        found = told(f"{{title: A, tqt: 0.{'1' * (length - 2)}}}")[0]
        assert ("characters is too long" in found) is not is_within


def test_sizes_may_be_allowed() -> None:
    """A caller may allow larger texts."""
    text = f"title: A{' ' * (1 << 20)}"
    assert told(text) == ["$: more than 1,048,576 characters; max_size allows more"]
    assert formats.loads(text, max_size=1 << 21).title == "A"


HOSTILE: Final[dict[str, tuple[Format, str]]] = {
    "open lists": ("yaml", "[" * 500_000),
    "items in items": ("yaml", "- " * 500_000),
    "keys in keys": ("yaml", "? " * 500_000),
    "aliases": ("yaml", "a: &a [x, x]\n" + "".join(f"b{i}: [*a, *a]\n" for i in range(1000))),
    "unknown keys": ("yaml", "title: A\n" + "".join(f"k{i}: 1\n" for i in range(20_000))),
    "unknown units": (
        "json",
        json.dumps(
            {
                "title": "A",
                "units": [{"number": f"M{i}"} for i in range(4000)],
                "groups": [{"name": "B", "units": [f"X{i}" for i in range(20_000)]}],
            }
        ),
    ),
    "open mappings": ("json", '{"a":' * 150_000),
    "long numbers": ("json", '{"title": ' + "1" * 500_000 + "}"),
    "dotted keys": ("toml", ".".join("a" * 300_000) + " = 1"),
    "dots and quotes": ("toml", '"\\' * 300_000),
    "many dotted keys": ("toml", "".join(".".join("a" * 45) + f".b{i} = 1\n" for i in range(8_000))),
    "long hexadecimal": ("toml", "title = 0x" + "f" * 900_000),
    "open lists of TOML": ("toml", "a = " + "[" * 500_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_answered(name: str) -> None:
    """Texts made to exhaust the reader end in an error, and soon."""
    text_format, text = HOSTILE[name]
    start = time.perf_counter()
    assert errors_of(text, text_format)
    assert time.perf_counter() - start < 20, "seconds, on a slow machine; far more means that a limit is gone"


def test_few_errors_get_suggestions() -> None:
    """Suggestions stop after some errors, for looking them up takes time."""
    found = errors_of("title: A\n" + "".join(f"levl{i}: 1\n" for i in range(100)))
    assert len(found) == 100
    assert sum(bool(each.suggestions) for each in found) == 50


# Writing


CANONICAL: Final = Qualification(
    number="5009810X",
    title="Diploma: the lot",
    level=2,
    top_level="Level 3",
    total_qualification_time="370.5",
    operational_start="2022-04-30",
    units=[
        Unit(number="M9", title="Outside"),
        Unit(
            number="501",
            title="A unit " + "with a long title " * 6,
            credit="2.50",
            level="Entry 3",
            tags=["b", "a:c"],
        ),
        Unit(number="M2", reference="12", credit=3),
        Unit(number="M3", credit=1),
    ],
    groups=[
        UnitGroup(
            name="A",
            kind="mandatory",
            units=["501", "M2"],
            opening=Opening(),
            rules=[Threshold(minimum=2), Threshold(measure="credit", maximum=9), Linked(units=["501", "M2"])],
        ),
        UnitGroup(
            name="yes",
            opening=Opening(level_from=2),
            groups=[UnitGroup(name="C D", units=["M3", "501"])],
            rules=[Requires(unit="M2", units=["M3"]), Requires(unit="M2", units=["501"])],
        ),
    ],
    rules=[
        Threshold(measure="credit", minimum=37, maximum=40),
        Threshold(measure="credit", minimum=3, scope=Scope(level_from=2)),
        Threshold(minimum=1, scope=Scope(groups=["C D"])),
        Barred(units=["501", "M3"]),
        Requires(unit="M3", units=["M2", "501"]),
    ],
    notes=["Sentences that are too long for one line are broken at a space" + ", and so are lists" * 3],
)


@pytest.mark.parametrize("text_format", ["yaml", "toml"])
def test_what_is_written(text_format: Format) -> None:
    """The texts are those in the folder, to the letter; a change here changes files that people keep."""
    expected = (ROOT / "tests" / "canonical" / f"canonical.{text_format}").read_text("utf-8")
    assert formats.dumps(CANONICAL, text_format) == expected


def test_what_is_written_in_json() -> None:
    """JSON is laid out by the standard library, numbers exact, other letters as they are."""
    q = Qualification(
        title="Gr\N{LATIN SMALL LETTER O WITH DIAERESIS}\N{LATIN SMALL LETTER SHARP S}e",
        total_qualification_time="0.1",
    )
    assert formats.dumps(q, "json") == '{\n  "title": "Größe",\n  "tqt": 0.1\n}\n'


def test_units_stay_at_the_top_where_their_order_asks_for_it() -> None:
    """Units are written inside groups only where that keeps their order."""
    units = [Unit(number="M1"), Unit(number="M2")]
    for order, is_inside in ((["M1", "M2"], True), (["M2", "M1"], False)):
        q = Qualification(title="A", units=units, groups=[UnitGroup(name="A", units=order)])
        assert ("units:\n  - {number: M1}" in formats.dumps(q)) is not is_inside
        assert formats.loads(formats.dumps(q)) == q


@pytest.mark.parametrize(("length", "is_on_one_line"), [(110, True), (111, False)])
def test_records_stand_on_one_line_where_they_fit(length: int, *, is_on_one_line: bool) -> None:
    """A unit stands on one line of 110 characters, and on several where it would need more."""
    frame = len("  - {number: M1, title: }")
    text = formats.dumps(Qualification(title="A", units=[Unit(number="M1", title="x" * (length - frame))]))
    assert max(map(len, text.split("\n"))) == (110 if is_on_one_line else length - frame + len("    title: "))
    assert ("{number: M1" in text) is is_on_one_line


def test_relations_that_have_no_short_form_are_sentences() -> None:
    """Lists mean all units required, and no two taken; anything else is a sentence, and so is what precedes it."""
    q = Qualification(
        title="A",
        units=[Unit(number=f"M{i}") for i in range(1, 4)],
        rules=[
            Linked(units=["M1", "M2"]),
            Barred(units=["M1", "M3"], ceiling="counts"),
            Barred(units=["M1", "M3"]),
            Requires(unit="M1", units=["M2"]),
            Requires(unit="M1", units=["M2", "M3"], at_least=1),
        ],
    )
    assert formats.dumps(q).split("units:")[0] == (
        "title: A\nrules:\n  - M1 and M2 are linked\n  - only one of M1 and M3 counts\n"
        "  - M1 and M3 are barred\n  - M1 requires M2\n  - M1 requires M2 or M3\n"
    )
    assert "barred:\n  - [M1, M3]\nrequires:\n  M1: [M2]" in formats.dumps(q.evolve(rules=q.rules[:-1]))


def test_an_empty_selection_is_written() -> None:
    """A worked example may choose nothing."""
    q = Qualification(title="A", examples=[Example(selection=[], ok=True)])
    for each in FORMATS:
        assert formats.loads(formats.dumps(q, each), each) == q


def test_files_are_written_and_read(tmp_path: Path) -> None:
    """A file holds what dumps says, in UTF-8 and with plain line ends, whatever the system."""
    names: dict[str, Format] = {"a.yaml": "yaml", "a.YML": "yaml", "a.json": "json", "a.toml": "toml"}
    for name, text_format in names.items():
        formats.dump(CANONICAL, tmp_path / name)
        assert (tmp_path / name).read_bytes() == formats.dumps(CANONICAL, text_format).encode()
        assert formats.load(str(tmp_path / name)) == CANONICAL


def test_unknown_formats_cannot_be_written(tmp_path: Path) -> None:
    """Writing to an unknown format is an error, before anything is written."""
    with pytest.raises(DataError, match="did you mean json"):
        formats.dumps(CANONICAL, "jsn")  # type: ignore[arg-type] # wrong on purpose
    with pytest.raises(InvalidData, match=r"^a\.xml is not valid"):
        formats.dump(CANONICAL, tmp_path / "a.xml")
    assert not list(tmp_path.iterdir())


def test_yaml_is_written_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing needs no library."""
    expected = formats.dumps(CANONICAL)
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert formats.dumps(CANONICAL) == expected


# Warnings


def test_one_warning_a_number() -> None:
    """Each number whose check character fails gives one warning, with its place and the nearest numbers."""
    text = "title: A\nnumber: 500/9810/1\ngroups:\n  - name: A\n    units:\n      - number: K/601/6384\n"
    with pytest.warns(CheckCharacterWarning) as caught:
        formats.loads(text)
    assert [str(each.message) for each in caught] == [
        (
            "$.number (line 2): 500/9810/1 fails its check character; nearest valid numbers: "
            "500/9810/X, 800/9810/1, 550/9810/1, 504/9810/1, 500/5810/1"
        ),
        (
            "$.groups[0].units[0].number (line 6): K/601/6384 fails its check character; "
            "nearest valid numbers: M/601/6384, K/301/6384, K/641/6384, K/608/6384, K/601/6884"
        ),
    ]
    assert {each.filename for each in caught} == {__file__}


def test_a_size_that_does_not_fit_is_a_warning() -> None:
    """The warning of a size has the place of the title; the hours have their key in the file."""
    with pytest.warns(SizeWarning, match=r"^\$\.title \(line 1\): the title says award"):
        formats.loads("{title: Award in Retail, min_credit: 40}")
    with pytest.warns(SizeWarning, match=r"^\$\.tqt \(line 1\): the rule asks for 40 credits"):
        formats.loads("{title: Retail, min_credit: 40, tqt: 100}")


def test_good_files_warn_of_nothing() -> None:
    """Nothing is said where nothing is wrong."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for text_format, text in BLOCKS:
            formats.loads(text, text_format)


# The schema


def test_the_schema_in_the_package_is_current() -> None:
    """The file in the package is the schema; to renew it, write schema() to it with two spaces of indent."""
    path = ROOT / "src" / "roc" / "formats" / "qualification.schema.json"
    assert path.read_text("utf-8") == json.dumps(formats.schema(), indent=2, ensure_ascii=False) + "\n"


def test_the_schema_is_one() -> None:
    """It is a valid schema, and everything in it is described."""
    jsonschema.Draft202012Validator.check_schema(formats.schema())
    records: list[Any] = [formats.schema(), *(DEFINITIONS[each.__name__] for each in RECORDS[1:])]
    for record in records:
        assert record["description"]
        for key, value in record["properties"].items():
            assert value["description"], key
            assert "``" not in value["description"]


WRONG: Final[list[dict[str, Any]]] = [
    {},
    {"title": ["A"]},
    {"title": "A", "levle": 2},
    {"title": "A", "level": 13},
    {"title": "A", "min_units": "many"},
    {"title": "A", "tqt": -1},
    {"title": "A", "operational_start": "31/08/2026"},
    {"title": "A", "rules": [3]},
    {"title": "A", "linked": ["M1"]},
    {"title": "A", "requires": ["M1"]},
    {"title": "A", "units": ["M1"]},
    {"title": "A", "units": [{"title": "B"}]},
    {"title": "A", "units": [{"number": 5.1}]},
    {"title": "A", "groups": [{"name": "B", "kind": "mandatry"}]},
    {"title": "A", "groups": [{"name": "B", "choose": 1.5}]},
    {"title": "A", "groups": [{"name": "B", "open": "yes"}]},
    {"title": "A", "pathways": {"gym": 3}},
    {"title": "A", "conditions": {"placement": []}},
    {"title": "A", "exempt_credit_counts": "yes"},
    {"title": "A", "examples": [{"selection": []}]},
]


@pytest.mark.parametrize("data", WRONG)
def test_the_schema_refuses_what_reading_refuses(data: dict[str, Any]) -> None:
    """A wrong shape or type is refused by the schema as it is by reading."""
    assert not SCHEMA.is_valid(data)
    assert told(json.dumps(data), "json")


def test_what_is_public() -> None:
    """The package shows a handful of nouns."""
    assert dir(formats) == ["Format", "Lines", "dump", "dumps", "load", "loads", "read_plain", "schema"]


@pytest.mark.parametrize("text", ["a\0b", "a\x7fb", "a\ud800", "a\uffff"])
def test_what_no_file_can_hold_is_no_value(text: str) -> None:
    """Control characters and halves of letters are refused by the model itself, so everything can be written."""
    for make in (
        lambda: Unit(number=text),
        lambda: Unit(number="M1", title=text),
        lambda: Condition(name=text),
    ):
        with pytest.raises(DataError):
            make()
