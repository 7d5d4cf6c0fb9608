"""Displays of catalogues, registration groups and tables."""

import datetime as dt
from collections.abc import Iterable

import pytest
from tests.html_check import valid

import roc
from roc.display import screen
from roc.spreadsheets import Table

Q = roc.Qualification(
    title="Vehicle Fitting",
    number="500/9810/X",
    units=[roc.Unit(number="M1", title="Tyres"), roc.Unit(number="M2", title="Exhausts")],
    groups=[roc.UnitGroup(name="A", units=["M1", "M2"])],
    rules=[roc.parse("at least 1 unit")],
)
GROUP = roc.RegistrationGroup(group_number="F-1", description="First", selections=[roc.Selection.start(Q)])


def lines(value: object) -> list[str]:
    """Return what is shown of a value, line by line, with single spaces."""
    valid(screen(value).html())
    return [" ".join(line.split()) for line in screen(value).text(100).splitlines()]


def test_a_catalogue_is_a_table() -> None:
    """It asks the solver nothing: a catalogue may be long."""
    catalogue = roc.Catalogue(qualifications=[Q, roc.Qualification(title="Without a number")])
    assert lines(catalogue) == [
        "2 qualifications",
        "Qualification No. Description Total Units Available",
        "500/9810/X Vehicle Fitting 2",
        "- Without a number 0",
    ]


@pytest.mark.parametrize("several", [False, True])
def test_what_a_search_found_is_the_table_of_the_guide(several: bool) -> None:
    """A row has the guide's columns, and several rows are one table."""
    rows = roc.Catalogue(qualifications=[Q]).search("5009")
    shown = lines([*rows, *rows] if several else rows[0])
    assert shown == [
        "Total Units Mandatory Units Optional Units",
        "Qualification No. Description Available Required Required",
        *["500/9810/X Vehicle Fitting 2 0 1"] * (1 + several),
    ]


def test_a_group_shows_its_header_and_how_each_qualification_stands() -> None:
    """Dates are left to the check of the whole group."""
    assert lines(GROUP) == [
        "Group Number: F-1",
        "Group Description: First",
        "Category: Qualifications",
        "Status Qualification No. Description Units",
        "NOT OK 500/9810/X Vehicle Fitting 0",
    ]


def test_a_status_of_a_group_says_everything() -> None:
    """The messages stand in the header, in plain words."""
    incomplete = GROUP.evolve(description="")
    shown = lines(roc.check_registration(incomplete, date=dt.date(2026, 8, 31)))
    assert shown[3:5] == [
        "Status: Enter a description of the group.",
        "500/9810/X Vehicle Fitting is not complete yet.",
    ]
    whole = GROUP.with_selection(GROUP.selections[0].add("M1"))
    status = roc.check_registration(whole, date=dt.date(2026, 8, 31))
    assert lines(status)[3] == "Status: OK"
    assert lines(status)[-1] == "OK 500/9810/X Vehicle Fitting 1"
    assert "Status" in status._repr_mimebundle_()["text/html"]
    assert status.evolve(messages=()) == status


@pytest.mark.parametrize(
    ("table", "shown"),
    [
        (roc.basic_summary([GROUP]), ["Group Number Group Description Category", "F-1 First Qualifications"]),
        (Table(name="T", rows=[("a", "b")], header_rows=0), ["Column 1 Column 2", "a b"]),
        (Table(name="T", rows=[]), []),
    ],
)
def test_a_table_is_shown_as_it_is(table: Table, shown: Iterable[str]) -> None:
    """Its headings are those of the columns; without one row of headings the columns are numbered."""
    assert [line for line in lines(table) if line] == [table.name, *shown]
