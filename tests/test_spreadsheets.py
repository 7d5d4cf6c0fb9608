"""Spreadsheets: the guide's layout, and texts that stay texts in every program."""

import csv
import importlib
import io
import sys
import time
from pathlib import Path
from typing import Any, Final

import pytest

import roc
from roc.spreadsheets import sheet_names

OPENPYXL: Final[Any] = importlib.import_module("openpyxl")  # it has no types
EXAMPLES: Final = Path(__file__).parent.parent / "examples" / "qualifications"
FITTING: Final = roc.load(EXAMPLES / "500-9810-x-vehicle-fitting.yaml")
GROUP: Final = roc.RegistrationGroup(
    group_number="Fansha-QCF-010120",
    description="Test Qualifications Group",
    selections=[roc.Selection.start(FITTING).add("K/601/6383")],
)
HOSTILE: Final = (
    *("=1+1", "+44", "-5", "@SUM(A1)", "\tx", "\rx", "\nx", " =1", "\uff1d1", "=cmd|' /C calc'!A0"),
    *(
        "https://example.org",
        "mailto:a@b",
        "0012",
        "1e5",
        "TRUE",
        "#N/A",
        "<r>x</r>",
        "<r></r>",
        "{=1}",
        "'a",
    ),
    *(
        "_x0041_",
        "a & b < c",
        " spaces ",
        'q"uo"te, comma',
        "\N{GRINNING FACE}" * 5,
        "01/02/2020",
        "two\nlines",
    ),
)


def written(*tables: roc.Table) -> bytes:
    """Return the bytes of a workbook."""
    file = io.BytesIO()
    roc.write_xlsx(tables, file)
    return file.getvalue()


def read(content: bytes) -> Any:
    """Return a workbook as another library reads it."""
    return OPENPYXL.load_workbook(io.BytesIO(content))


class TestTables:
    """The plain rows."""

    def test_basic_summary(self) -> None:
        """A line for each group below the guide's headings."""
        table = roc.basic_summary([GROUP, roc.RegistrationGroup(group_number="B", category="QAP")])
        assert table.rows == (
            ("Group Number", "Group Description", "Category"),
            ("Fansha-QCF-010120", "Test Qualifications Group", "Qualifications"),
            ("B", "", "QAP"),
        )
        assert table.to_dicts()[1] == {"Group Number": "B", "Group Description": "", "Category": "QAP"}
        assert list(table) == list(table.rows)
        assert len(table) == 3

    def test_full_information(self) -> None:
        """The guide's layout, line by line."""
        (table,) = roc.full_information([GROUP])
        assert table.name == "Fansha-QCF-010120"
        assert [row for row in table if not row[2].startswith("INV")] == [
            ("Group Number", "Fansha-QCF-010120", ""),
            ("Group Description", "Test Qualifications Group", ""),
            ("Category", "Qualifications", ""),
            ("Qualification Number", "500/9810/X", ""),
            ("Qualification Title", "IMI Level 2 Diploma in Vehicle Fitting Competence", ""),
            ("Group A: Mandatory Units", "", ""),
            ("Unit Number", "Unit Title", "Unit Reference Number"),
            ("Group B: Optional Units", "", ""),
            ("Unit Number", "Unit Title", "Unit Reference Number"),
            (
                "K/601/6383",
                "Competency in Identifying and Agreeing Motor Vehicle Customer Service Needs",
                "G8C",
            ),
            (
                "R/601/6247",
                "Knowledge of How to Identify and Agree Motor Vehicle Customer Service Needs",
                "G8K",
            ),
        ]
        assert table.header_rows == 3
        assert table.headings == {5, 6, 19, 20}
        assert roc.full_information([]) == ()

    def test_units_outside_and_inside(self) -> None:
        """Nested groups are named after the outer ones; imported and equivalent units are shown as they are."""
        q = roc.Qualification(
            title="Nested",
            units=[roc.Unit(number=f"M{n}", title=f"Unit {n}") for n in range(1, 5)],
            pathways=[roc.Pathway(name="gym", title="The Gym")],
            groups=[
                roc.UnitGroup(
                    name="B",
                    groups=[roc.UnitGroup(name="T", title="Tyres", units=["M1"]), roc.UnitGroup(name="U")],
                ),
                roc.UnitGroup(name="C", units=["M2"], opening=roc.Opening()),
            ],
        )
        other = roc.Unit(number="X1", title="Elsewhere", reference="R")
        units: list[roc.Entry | str] = ["M1", roc.Entry(unit=other, in_place_of="M2"), "M4"]
        group = roc.RegistrationGroup(
            group_number="1", selections=[roc.Selection.of(q, units, pathway="gym")]
        )
        heading = ("Unit Number", "Unit Title", "Unit Reference Number")
        assert roc.full_information([group])[0].rows[3:] == (
            ("Qualification Number", "", ""),
            ("Qualification Title", "Nested", ""),
            ("Pathway", "The Gym", ""),
            ("B: Tyres", "", ""),
            heading,
            ("M1", "Unit 1", ""),
            ("C", "", ""),
            heading,
            ("X1", "Elsewhere", "R"),
            ("Other Units", "", ""),
            heading,
            ("M4", "Unit 4", ""),
        )

    def test_a_rule_without_groups(self) -> None:
        """Its units stand below one heading."""
        q = roc.Qualification(title="Flat", units=[roc.Unit(number="M1")])
        group = roc.RegistrationGroup(group_number="1", selections=[roc.Selection.of(q, ["M1"])])
        assert [row[0] for row in roc.full_information([group])[0]][5:] == ["Units", "Unit Number", "M1"]

    def test_every_unit_stands_somewhere(self) -> None:
        """Of every published qualification each unit of a finished selection is in the table."""
        for q in roc.Catalogue.load(EXAMPLES):
            example = next((each for each in q.examples if each.ok), None)
            if example is None:
                continue
            selection = roc.Selection.of(
                q, example.selection, pathway=example.pathway, conditions=example.conditions
            )
            group = roc.RegistrationGroup(group_number="1", selections=[selection])
            shown = {row[0] for row in roc.full_information([group])[0]}
            assert {str(entry.number) for entry in selection} <= shown

    def test_widths(self) -> None:
        """As wide as the longest text, within bounds; a heading alone in its row runs on."""
        table = roc.Table(name="A", rows=[("a" * 200,), ("b", "c" * 20, "d" * 300)])
        assert table.widths == (8, 22, 80)
        assert roc.Table(name="A", rows=[("a" * 20,)]).widths == (22,)
        assert roc.Table(name="A", rows=[]).widths == ()

    def test_bad_tables(self) -> None:
        """What cannot be a cell is told with its place, all of it."""
        rows: Any = [("a", 5), ("\x00", "x" * 32_768), ("\ud800", "\N{GRINNING FACE}" * 16_384)]
        with pytest.raises(roc.InvalidData) as caught:
            roc.Table(name="A", rows=rows)
        assert [each.path for each in caught.value.exceptions if isinstance(each, roc.DataError)] == [
            "$.rows[0][1]",
            "$.rows[1][0]",
            "$.rows[1][1]",
            "$.rows[2][0]",
            "$.rows[2][1]",
        ]
        with pytest.raises(roc.InvalidData, match="not valid"):
            roc.Table(name="A", rows=[[""] * 16_385])
        with pytest.raises(ValueError, match="header_rows"):
            roc.Table(name="A", rows=[], header_rows=-1)

    @pytest.mark.parametrize(
        ("rows", "header_rows"), [([], 1), ([("a", "a")], 1), ([("a",)], 0), ([("a",)], 3)]
    )
    def test_no_mappings_without_headings(self, rows: list[tuple[str, ...]], header_rows: int) -> None:
        """Only one row of different headings makes mappings."""
        with pytest.raises(roc.DataError, match="one row of different headings"):
            roc.Table(name="A", rows=rows, header_rows=header_rows).to_dicts()


class TestXlsx:
    """Workbooks, read back by another library."""

    def test_the_spreadsheets_of_the_guide(self, tmp_path: Path) -> None:
        """What is written is read back cell by cell; headings are bold and frozen."""
        tables = (roc.basic_summary([GROUP]), *roc.full_information([GROUP]))
        path = tmp_path / "groups.xlsx"
        roc.write_xlsx(tables, str(path))
        book = read(path.read_bytes())
        assert book.sheetnames == ["Basic Summary", "Fansha-QCF-010120"]
        for table, sheet in zip(tables, book, strict=True):
            assert [tuple(cell or "" for cell in row) for row in sheet.values] == list(table.rows)
            assert sheet.freeze_panes == f"A{table.header_rows + 1}"
            bold = {i for i, row in enumerate(sheet.rows) if row[0].font.b}
            assert bold == {*range(table.header_rows), *table.headings}
            assert [round(sheet.column_dimensions[c].width) for c in "ABC"] == [w + 1 for w in table.widths]

    @pytest.mark.parametrize("cell", HOSTILE)
    def test_texts_stay_texts(self, cell: str) -> None:
        """No formula, link, number or mark-up is made of a text."""
        sheet = read(written(roc.Table(name="A", rows=[("h",), (cell,)]))).active
        found = sheet["A2"]
        expected = cell.replace("\r", "_x000D_")  # as the format writes it; openpyxl leaves that
        assert (found.value, found.data_type, found.hyperlink) == (expected, "s", None)
        assert found.quotePrefix is (cell.lstrip()[:1] in {*"=+-@\uff1d"} or cell[:1] in {*"\t\r\n"})

    def test_the_same_tables_make_the_same_bytes(self) -> None:
        """Neither the time nor anything else from outside gets into the file."""
        first = written(roc.basic_summary([GROUP]))
        time.sleep(1.1)
        assert written(roc.basic_summary([GROUP])) == first

    def test_nothing_to_write(self) -> None:
        """No table is an empty workbook; so is one without rows."""
        assert len(read(written()).sheetnames) == 1
        assert read(written(roc.Table(name="E", rows=[], header_rows=0))).sheetnames == ["E"]

    def test_without_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The error says what to install."""
        monkeypatch.setitem(sys.modules, "xlsxwriter", None)
        with pytest.raises(roc.MissingExtraError, match=r"rules-of-combination\[xlsx\]"):
            written()

    @pytest.mark.parametrize(
        ("names", "found"),
        [
            (["A/B:C*D?E[F]G\\"], ["ABCDEFG"]),
            (["''a''", "' '", ""], ["a", "Sheet", "Sheet (2)"]),
            (["x" * 40, "X" * 40], ["x" * 31, f"{'X' * 27} (2)"]),
            (["History", "HISTORY"], ["History (2)", "HISTORY (3)"]),
            (["a\x00b\tc"], ["ab c"]),
            (["\N{GRINNING FACE}" * 20], ["\N{GRINNING FACE}" * 15]),
            ([f"{'a' * 30} b"], ["a" * 30]),
        ],
    )
    def test_sheet_names(self, names: list[str], found: list[str]) -> None:
        """Names that every program takes, each once."""
        assert list(sheet_names(names)) == found


class TestCsv:
    """Comma-separated values."""

    def test_read_back(self, tmp_path: Path) -> None:
        """What is written is read back, in UTF-8 with the mark that programs ask for."""
        path = tmp_path / "a.csv"
        table = roc.Table(name="A", rows=[("h",), *((cell,) for cell in HOSTILE)])
        roc.write_csv(table, path)
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
        assert [row[0].removeprefix("'") for row in rows] == [row[0].removeprefix("'") for row in table]
        assert not [row for row in rows if row[0].lstrip(" ")[:1] in {*"=+-@\t\r\n\uff1d"}]

    def test_lines(self) -> None:
        """Lines end as RFC 4180 says; quotes are doubled, texts with commas or lines quoted."""
        table = roc.Table(name="A", rows=[("a", 'b "c"'), ("d, e", "f\ng"), ("+1",)])
        file = io.BytesIO()
        roc.write_csv(table, file)
        assert roc.to_csv(table) == 'a,"b ""c"""\r\n"d, e","f\ng"\r\n\'+1,\r\n'
        assert file.getvalue() == b"\xef\xbb\xbf" + roc.to_csv(table).encode()
