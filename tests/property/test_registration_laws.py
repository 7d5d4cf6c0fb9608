"""Laws of catalogues, of files of registration groups, and of their spreadsheets."""

import csv
import importlib
import io
import zipfile
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests import strategies_model as model

import roc
from roc.catalogue import identity, lookup_key
from roc.formats import Format
from roc.spreadsheets import sheet_names
from roc.strategies._palette import ODD

pytestmark = pytest.mark.filterwarnings("ignore::roc.errors.RocWarning")

OPENPYXL: Final[Any] = importlib.import_module("openpyxl")  # it has no types
FORMATS: Final[tuple[Format, ...]] = ("yaml", "json", "toml")
LAW: Final = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
WORDS: Final = (
    "level",
    "diploma",
    "vehicle",
    "fitting",
    "mechanical",
    "competence",
    "care",
    "café",
    "in",
    "3",
)
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"

shops = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=5, unique=True).map(" ".join),
    min_size=1,
    max_size=6,
    unique=True,
).map(lambda titles: roc.Catalogue(qualifications=[roc.Qualification(title=title) for title in titles]))
cells = st.text(
    st.characters(
        exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff", include_characters="\t\n"
    ),
    max_size=12,
) | st.sampled_from(
    ["=1+1", "+1", "-1", "@a", "\t=1", " =1", "<r>a</r>", "'=1", "1e5", "#REF!", "http://a.example"]
)
tables = st.builds(
    roc.Table,
    name=ODD.titles,
    rows=st.lists(st.lists(cells, min_size=1, max_size=4), max_size=5),
    header_rows=st.integers(0, 3),
)


@st.composite
def registration_groups(draw: st.DrawFn) -> roc.RegistrationGroup:
    """Draw a group of one or two qualifications, each with a worked example as its selection."""
    selections: dict[str, roc.Selection] = {}
    for q in draw(st.lists(model.qualifications(), max_size=2)):
        units = draw(st.lists(st.sampled_from(q.units), unique=True)) if q.units else []
        pathway = draw(st.sampled_from([None, *q.pathways_by_name]))
        names = [each.name for each in q.conditions]
        conditions = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
        entries = [
            roc.Entry(
                unit=unit.number,
                state=draw(st.sampled_from(roc.State)),
                credit=draw(st.none() | ODD.credits),
            )
            for unit in units
        ]
        try:
            selection = roc.Selection.of(q, entries, pathway=pathway, conditions=conditions)
        except roc.SelectionError:  # a measure is counted that a unit does not have
            selection = roc.Selection.of(q, pathway=pathway, conditions=conditions)
        selections[lookup_key(identity(q))] = selection
    return roc.RegistrationGroup(
        group_number=draw(ODD.titles.filter(lambda text: len(text) <= 60)),
        description=draw(ODD.titles.filter(lambda text: len(text) <= 250)),
        category=draw(st.sampled_from(["Qualifications", "QAP", "no", "010"])),
        selections=list(selections.values()),
    )


@given(registration_groups())
@LAW
def test_what_is_written_is_read_back(group: roc.RegistrationGroup) -> None:
    """Every registration group survives every format."""
    catalogue = roc.Catalogue(qualifications=[each.qualification for each in group.selections])
    for each in FORMATS:
        text = roc.dumps_registration(group, each)
        again = roc.loads_registration(text, catalogue, each)
        assert again == group
        assert roc.dumps_registration(again, each) == text


@given(shops, st.data())
@LAW
def test_the_words_of_a_title_find_it_in_any_order(shop: roc.Catalogue, data: st.DataObject) -> None:
    """Every permutation of any of its words finds a title, in capitals too; of all its words, among the first."""
    wanted = data.draw(st.sampled_from(shop.qualifications))
    words = data.draw(st.permutations(wanted.title.split()))
    some = words[: data.draw(st.integers(1, len(words)))]
    assert wanted in [row.qualification for row in shop.search(" ".join(some).upper())]
    assert shop.search(" ".join(words)) == shop.search(wanted.title)


@given(shops, st.data())
@LAW
def test_an_error_in_a_long_word_is_forgiven(shop: roc.Catalogue, data: st.DataObject) -> None:
    """One letter more, less or other, or two neighbours swapped: the title is found all the same."""
    wanted = data.draw(st.sampled_from(shop.qualifications))
    long = [word for word in wanted.title.split() if len(word) > 4]
    assume(long)
    word = data.draw(st.sampled_from(long))
    at, letter = data.draw(st.integers(0, len(word) - 2)), data.draw(st.sampled_from(LETTERS))
    wrong = data.draw(
        st.sampled_from(
            [
                word[:at] + letter + word[at:],
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            ]
        )
    )
    assert wanted in [row.qualification for row in shop.search(wanted.title.replace(word, wrong, 1))]


@given(st.lists(ODD.qualification_numbers, min_size=1, max_size=5, unique=True), st.data())
@LAW
def test_the_beginning_of_a_number_finds_it(
    numbers: list[roc.QualificationNumber], data: st.DataObject
) -> None:
    """Every beginning of a number, as it is or without obliques and in small letters, finds all that begin so."""
    shop = roc.Catalogue(qualifications=[roc.Qualification(title="A", number=number) for number in numbers])
    text = str(data.draw(st.sampled_from(numbers)))
    text = text[: data.draw(st.integers(1, len(text)))]
    found = {row.number for row in shop.search(text)}
    assert {str(each) for each in numbers if str(each).startswith(text)} <= found
    assert {row.number for row in shop.search(text.replace("/", "").lower())} == found


@given(shops, ODD.titles)
@LAW
def test_a_search_finds_in_order(shop: roc.Catalogue, text: str) -> None:
    """Whatever is typed, each row is of the catalogue, none twice, and a limit cuts the same list."""
    found = shop.search(text)
    assert len({row.title for row in found}) == len(found)
    assert all(row.qualification in shop for row in found)
    assert shop.search(text, limit=2) == found[:2]


@given(
    st.lists(st.text(max_size=40) | st.sampled_from(["History", "'", "a" * 31, "A" * 40, "a/b"]), max_size=12)
)
@LAW
def test_names_of_sheets_are_valid_and_different(names: list[str]) -> None:
    """Whatever the names, programs take what becomes of them."""
    found = sheet_names(names)
    assert len(found) == len(names)
    assert len({each.lower() for each in found}) == len({each.casefold() for each in found}) == len(found)
    for each in found:
        assert 1 <= len(each.encode("utf-16-le")) // 2 <= 31
        assert not set(each) & set("[]:*?/\\")
        assert each.strip("' ") == each
        assert each.lower() != "history"


@given(st.lists(tables, max_size=3))
@LAW
def test_a_workbook_holds_the_tables_as_texts(written: list[roc.Table]) -> None:
    """Another library reads back every cell, and no formula or link."""
    file = io.BytesIO()
    roc.write_xlsx(written, file)
    book: Any = OPENPYXL.load_workbook(io.BytesIO(file.getvalue()))
    for table, sheet in zip(written, book, strict=bool(written)):
        for i, row in enumerate(table):
            for j, cell in enumerate(row):
                found = sheet.cell(i + 1, j + 1)
                assert (found.value or "") == cell
                assert found.data_type in {"s", "n"}
                assert (found.data_type == "n") is (not cell)
                assert found.hyperlink is None
    with zipfile.ZipFile(io.BytesIO(file.getvalue())) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name]
    assert not any(b"<f>" in each or b"<hyperlink" in each for each in sheets)


@given(tables)
@LAW
def test_csv_holds_the_table(table: roc.Table) -> None:
    """Every cell comes back, with an apostrophe before what a program could take for a formula."""
    rows = [tuple(row) for row in csv.reader(io.StringIO(roc.to_csv(table), newline=""))]
    assert len(rows) == len(table)
    for row, expected in zip(rows, table, strict=True):
        for found, cell in zip(row, expected, strict=True):
            assert found in {cell, f"'{cell}"}
            assert found.lstrip()[:1] not in {"=", "+", "-", "@"}
            assert found[:1] not in {"\t", "\r", "\n"}
