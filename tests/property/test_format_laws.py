"""Laws of files: what is written is read back; whatever is read is a qualification or an error."""

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import strategies_model as model

from roc import formats
from roc.errors import InvalidData
from roc.formats import Format
from roc.formats._converter import RECORDS, keys_of
from roc.formats._plain import Path, is_list, is_mapping, path_text
from roc.formats._qualification import to_plain
from roc.formats._read import read_text
from roc.qualification import Qualification

pytestmark = pytest.mark.filterwarnings("ignore::roc.errors.RocWarning")

FORMATS: Final[tuple[Format, ...]] = ("yaml", "json", "toml")
LAW: Final = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
FUZZ: Final = settings(LAW, max_examples=3 * LAW.max_examples)

SCHEMA: Final[Any] = jsonschema.Draft202012Validator(formats.schema())

FILE: Final = """\
title: Level 2 Diploma
number: 500/9810/X
level: 1/2
min_units: 2
max_credit: 40.5
min_credit_at_or_above_level: 3
rules: [at least 1 unit from B]
linked: [[K/601/6383, R/601/6247]]
requires: {M3: [K/601/6383]}
operational_end: 2022-04-30
units:
  - {number: K/601/6383, title: "A: b", credit: 5, level: 2, tags: [x]}
groups:
  - name: B
    kind: optional
    open: {level_from: 2}
    units: [K/601/6383, {number: R/601/6247, credit: 5}]
    groups:
      - {name: C, units: [{number: M3, credit: 2}]}
pathways: {gym: {title: Gym, min_credit: 3}}
conditions: {placement: 120 hours}
sharing: [{groups: [B, C], at_most: 1}]
examples:
  - selection: [K/601/6383, {unit: {number: X1, credit: 2}, in_place_of: M3, state: rpl}]
    ok: true
"""

_PIECES: Final = [
    *[
        "\n",
        " ",
        "  ",
        "- ",
        ": ",
        "[",
        "]",
        "{",
        "}",
        ",",
        '"',
        "'",
        "#",
        "&a ",
        "*a",
        "!!str ",
        "|",
        ">",
        "?",
        "%",
        "<<: ",
    ],
    *[
        "null",
        "true",
        "1e999999",
        "NaN",
        "-1",
        "99999999999999999999999",
        "0x1F",
        "5.10",
        "1/2",
        "2022-13-45",
        "\\ud800",
    ],
    *[
        "\N{NULL}",
        "\ufeff",
        "\ud800",
        "\\",
        "=",
        "[[groups]]\n",
        '"""',
        "'''",
        "title",
        "units",
        "groups",
        "at least 1 unit",
    ],
]


@given(model.qualifications())
@LAW
def test_what_is_written_is_read_back(qualification: Qualification) -> None:
    """Every qualification survives every format, and is written the same every time, byte for byte."""
    for each in FORMATS:
        text = formats.dumps(qualification, each)
        again = formats.loads(text, each)
        assert again == qualification
        assert formats.dumps(again, each) == text


@given(model.qualifications())
@LAW
def test_every_reader_of_yaml_reads_the_same(qualification: Qualification) -> None:
    """What is written as YAML says the same to a reader of YAML 1.1 as to ours."""
    text = formats.dumps(qualification, "yaml")
    ours, _ = read_text(text, "yaml")
    assert _comparable(yaml.safe_load(text)) == _comparable(ours)


@given(model.qualifications())
@LAW
def test_what_is_written_fits_the_schema(qualification: Qualification) -> None:
    """The JSON Schema allows everything that is written."""
    SCHEMA.validate(json.loads(formats.dumps(qualification, "json")))


@given(model.qualifications())
@LAW
def test_every_value_has_its_line(qualification: Qualification) -> None:
    """In every format, the line that is told for a value holds its key, or starts its item."""
    for each in FORMATS:
        text = formats.dumps(qualification, each)
        data, lines = read_text(text, each)
        rows = text.split("\n")
        last = 0
        for path in _paths(data):
            line = lines.line(path)
            assert line is not None, (each, path)
            assert 1 <= line <= len(rows)
            if isinstance(path[-1], str):
                assert json.dumps(path[-1], ensure_ascii=False)[1:-1] in rows[line - 1].replace(
                    "\\ufeff", "\ufeff"
                )
            elif each != "toml":
                assert line >= last, "items stand in order"
            last = line


@given(model.qualifications(), st.data())
@LAW
def test_an_error_points_at_what_is_wrong(qualification: Qualification, data: st.DataObject) -> None:
    """A value that is spoiled is found: an error lies at its path, whatever else that breaks."""
    plain = json.loads(json.dumps(to_plain(qualification), default=str))
    path = data.draw(st.sampled_from(list(_paths(plain))))
    record: Any = plain
    for step in path[:-1]:
        record = record[step]
    record[path[-1]] = {"spoiled": [None]}
    with pytest.raises(InvalidData) as caught:
        formats.loads(json.dumps(plain), "json")
    places = [each.path for each in _members(caught.value)]
    assert any(path_text(path) in place or place in path_text(path) for place in places)


@given(st.text(max_size=200), st.sampled_from(FORMATS))
@FUZZ
def test_any_text_is_a_qualification_or_an_error(text: str, text_format: Format) -> None:
    """Random text never raises anything but the error that lists what is wrong."""
    _try(text, text_format)


@given(
    text_format=st.sampled_from(FORMATS),
    damages=st.lists(
        st.tuples(st.integers(0, 2000), st.integers(0, 30), st.sampled_from(_PIECES)), min_size=1, max_size=4
    ),
    is_pure=st.booleans(),
)
@FUZZ
def test_a_damaged_file_is_a_qualification_or_an_error(
    text_format: Format, damages: list[tuple[int, int, str]], *, is_pure: bool
) -> None:
    """A good file with pieces replaced never raises anything else, with either parser of YAML."""
    with pytest.MonkeyPatch.context() as patch:
        if is_pure:
            patch.setattr(yaml, "CSafeLoader", yaml.SafeLoader)
        text = FILE if text_format == "yaml" else formats.dumps(formats.loads(FILE), text_format)
        for start, length, piece in damages:
            place = start % len(text)
            text = text[:place] + piece + text[place + length :]
        _try(text, text_format)


_KEYS: Final = sorted({key for record in RECORDS for key in keys_of(record)} | {"<<", "credits", "M1", ""})
_VALUES: Final = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(
        ["A", "M1", "at least 1 unit", "mandatory", "2022-04-30", "1/2", "K/601/6383", "\ud800", ""]
    )
)
_DATA: Final = st.recursive(
    _VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=6),
    max_leaves=25,
)


@given(st.dictionaries(st.sampled_from(_KEYS), _DATA, max_size=10))
@FUZZ
def test_any_data_is_a_qualification_or_an_error(data: dict[str, Any]) -> None:
    """Random data under the known keys never raises anything else."""
    _try(json.dumps({"title": "A", **data}), "json")


@given(st.dictionaries(st.sampled_from(_KEYS), _DATA, max_size=10))
@FUZZ
def test_the_schema_allows_what_can_be_read(data: dict[str, Any]) -> None:
    """What is read without an error fits the schema: it never refuses a good file."""
    text = json.dumps({"title": "A", **data})
    try:
        formats.loads(text, "json")
    except InvalidData:
        return
    SCHEMA.validate(json.loads(text))


def _try(text: str, text_format: Format) -> None:
    try:
        qualification = formats.loads(text, text_format)
    except InvalidData as error:
        for each in _members(error):
            assert each.path.startswith("$")
            assert each.line is None or 1 <= each.line <= max(len(text.splitlines()), text.count("\n") + 1)
        str(error).encode()
    else:
        assert formats.loads(formats.dumps(qualification, text_format), text_format) == qualification


def _members(error: InvalidData) -> list[Any]:
    return list(error.exceptions)


def _paths(data: object, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every value inside *data*, in order."""
    items: list[tuple[Any, object]] = []
    if is_mapping(data):
        items = list(data.items())
    elif is_list(data):
        items = list(enumerate(data))
    for step, value in items:
        yield (*path, step)
        yield from _paths(value, (*path, step))


def _comparable(value: object) -> object:
    """Return *value* with dates as texts and numbers as exact ones."""
    if is_mapping(value):
        return {key: _comparable(each) for key, each in value.items()}
    if is_list(value):
        return [_comparable(each) for each in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value
