"""Qualifications: everything that may be wrong with a whole one, and what it tells of itself."""

import datetime as dt
import itertools
from typing import Any

import pytest

from roc import qualification
from roc._validate import MAX_DEPTH, MAX_GROUPS, MAX_UNITS
from roc.errors import DataError, InvalidData
from roc.groups import Opening, Sharing, UnitGroup
from roc.qualification import (
    Condition,
    Entry,
    Event,
    Example,
    Pathway,
    PathwayKind,
    Qualification,
    version_on,
)
from roc.rules import (
    AllOf,
    Barred,
    Choice,
    Complete,
    Conditional,
    IsMet,
    Linked,
    Measure,
    Requires,
    Scope,
    State,
    Threshold,
)
from roc.units import Unit

ONE = Threshold(minimum=1)
CREDIT = Threshold(measure="credit", minimum=1)
HOURS = Threshold(measure="glh", minimum=1)


def units(*numbers: str, **parts: Any) -> list[Unit]:
    """Return units with these numbers."""
    return [Unit(number=number, **parts) for number in numbers]


def make(**parts: Any) -> Qualification:
    """Return a qualification with a title and these parts."""
    return Qualification(title="Q", **parts)


def problems(error: InvalidData) -> list[str]:
    """Return what is wrong, each as one line with its path."""
    return [str(each) for each in error.exceptions]


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"units": units("M1", "M2", "m 1", "M1")}, ["$.units[3]: the unit M1 stands twice"]),
    (
        {"groups": [UnitGroup(name="A", groups=[UnitGroup(name="B")]), UnitGroup(name="B")]},
        ["$.groups[1]: the group B stands twice"],
    ),
    ({"pathways": [Pathway(name="P"), Pathway(name="P")]}, ["$.pathways[1]: the pathway P stands twice"]),
    (
        {"conditions": [Condition(name="c"), Condition(name="c")]},
        ["$.conditions[1]: the condition c stands twice"],
    ),
    (
        {
            "units": units("M12345"),
            "groups": [UnitGroup(name="A", groups=[UnitGroup(name="B", units=["M12346"])])],
        },
        ["$.groups[0].groups[0].units[0]: there is no unit M12346; did you mean M12345?"],
    ),
    (
        {"groups": [UnitGroup(name="A", pathways=["Heavy"])], "pathways": [Pathway(name="Heavier")]},
        ["$.groups[0].pathways: there is no pathway Heavy; did you mean Heavier?"],
    ),
    (
        {
            "groups": [UnitGroup(name="Optional A")],
            "rules": [
                Threshold(minimum=1, scope=Scope(groups=["Optional B"])),
                Conditional(when=ONE, then=Complete(group="Optional C")),
            ],
        },
        [
            "$.rules[0]: there is no group Optional B; did you mean Optional A?",
            "$.rules[1]: there is no group Optional C; did you mean Optional A?",
        ],
    ),
    (
        {
            "units": units("M1"),
            "rules": [
                Threshold(minimum=1, scope=Scope(units=["A9"], except_units=["B9"])),
                Linked(units=["M1", "C9"]),
                Barred(units=["D9", "M1"]),
                Requires(unit="E9", units=["F9"]),
                AllOf(clauses=[ONE, Choice(options=[Linked(units=["G9", "M1"]), ONE])]),
            ],
        },
        [
            "$.rules[0]: there is no unit A9",
            "$.rules[0]: there is no unit B9",
            "$.rules[1]: there is no unit C9",
            "$.rules[2]: there is no unit D9",
            "$.rules[3]: there is no unit E9",
            "$.rules[3]: there is no unit F9",
            "$.rules[4]: there is no unit G9",
        ],
    ),
    (
        {"rules": [IsMet(condition="first aid")], "conditions": [Condition(name="First-aid")]},
        ["$.rules[0]: there is no condition first aid; did you mean First-aid?"],
    ),
    (
        {"pathways": [Pathway(name="P", rules=[ONE, IsMet(condition="x")])]},
        ["$.pathways[0].rules[1]: there is no condition x"],
    ),
    (
        {"groups": [UnitGroup(name="A", rules=[IsMet(condition="x")])]},
        ["$.groups[0].rules[0]: there is no condition x"],
    ),
    (
        {"sharing": [Sharing(groups=["A", "B"])], "groups": [UnitGroup(name="A")]},
        ["$.sharing[0].groups: there is no group B"],
    ),
    ({"level": 3, "top_level": 2}, ["$.top_level: Level 2 is below Level 3"]),
    (
        {
            "operational_start": "2020-01-02",
            "operational_end": "2020-01-01",
            "certification_end": "2019-12-31",
        },
        [
            "$.operational_end: 2020-01-01 is before the start, 2020-01-02",
            "$.certification_end: 2019-12-31 is before the start, 2020-01-02",
        ],
    ),
    (
        {"groups": [UnitGroup(name="A", rules=[Complete(group="A")])]},
        ["$.groups[0].rules[0]: whether A is complete depends on itself"],
    ),
    (
        {
            "groups": [
                UnitGroup(name="A", rules=[Conditional(when=Complete(group="B"), then=ONE)]),
                UnitGroup(name="B", groups=[UnitGroup(name="C", rules=[Complete(group="A")])]),
            ]
        },
        [
            "$.groups[0].rules[0]: whether A is complete depends on itself",
            "$.groups[1].groups[0].rules[0]: whether C is complete depends on itself",
        ],
    ),
    (
        {"rules": [Choice(options=[Threshold(maximum=1, ceiling="counts"), ONE])]},
        ["$.rules[0]: a ceiling on what counts cannot stand inside a choice or a condition"],
    ),
    (
        {
            "units": units("M1", "M2"),
            "rules": [Conditional(when=ONE, then=Barred(units=["M1", "M2"], ceiling="counts"))],
        },
        ["$.rules[0]: a ceiling on what counts cannot stand inside a choice or a condition"],
    ),
    (
        {"rules": [Threshold(minimum=50, percent=True)]},
        ["$.rules[0]: a share of the units needs the rule's own minimum of units"],
    ),
    (
        {"rules": [ONE, Threshold(measure="credit", maximum=50, percent=True)]},
        ["$.rules[1]: a share of the credits needs the rule's own minimum of credits"],
    ),
    ({"units": units("M1"), "rules": [CREDIT]}, ["$.rules[0]: credit is counted here, but M1 has none"]),
    (
        {"units": units("M1"), "groups": [UnitGroup(name="A", units=["M1"], rules=[HOURS])]},
        ["$.groups[0].rules[0]: guided learning hours is counted here, but M1 has none"],
    ),
    (
        {
            "units": units(*(f"M{n}" for n in range(8))),
            "groups": [UnitGroup(name="A", units=[f"M{n}" for n in range(8)])],
            "rules": [Choice(options=[ONE, CREDIT])],
        },
        ["$.rules[0]: credit is counted here, but M0, M1, M2, M3, M4 and 3 more has none"],
    ),
    (
        {
            "units": units("M1"),
            "groups": [UnitGroup(name="A", opening=Opening(listed=True)), UnitGroup(name="B", units=["M1"])],
            "rules": [Threshold(measure="credit", minimum=1, scope=Scope(groups=["A"]))],
        },
        ["$.rules[0]: credit is counted here, but M1 has none"],
    ),
    (
        {
            "units": units("M1"),
            "groups": [UnitGroup(name="A", units=["M1"], counts=False)],
            "rules": [Threshold(measure="credit", maximum=1)],
        },
        ["$.rules[0]: credit is counted here, but M1 has none"],
    ),
    (
        {
            "units": units("M1"),
            "examples": [Example(selection=["M2"], ok=True, pathway="P", conditions=["c"])],
        },
        [
            "$.examples[0].pathway: there is no pathway P",
            "$.examples[0].selection[0]: there is no unit M2",
            "$.examples[0].conditions: there is no condition c",
        ],
    ),
    (
        {
            "units": units("M1"),
            "examples": [
                Example(selection=["M1", Entry(unit=Unit(number="X"), in_place_of="M1"), "M1"], ok=False),
                Example(selection=[Entry(unit=Unit(number="X"), in_place_of="Z9")], ok=False),
            ],
        },
        [
            "$.examples[0].selection[1]: M1 stands twice",
            "$.examples[1].selection[0]: there is no unit Z9",
        ],
    ),
    (
        {"units": units(*map(str, range(MAX_UNITS + 1)))},
        [f"$.units: {MAX_UNITS + 1} units are more than {MAX_UNITS}"],
    ),
    (
        {"groups": [UnitGroup(name=str(n)) for n in range(MAX_GROUPS + 1)]},
        [f"$.groups: {MAX_GROUPS + 1} groups are more than {MAX_GROUPS}"],
    ),
]


@pytest.mark.parametrize(("parts", "expected"), WRONG, ids=map(str, itertools.count()))
def test_refuses(parts: dict[str, Any], expected: list[str]) -> None:
    """Everything that does not fit is reported at once, each with its path and what was meant."""
    with pytest.raises(InvalidData) as caught:
        make(**parts)
    assert problems(caught.value) == expected


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {
            "units": units("M1"),
            "groups": [UnitGroup(name="A", units=["M1"], counts=False)],
            "rules": [CREDIT],
        },
        {
            "units": units("M1"),
            "groups": [UnitGroup(name="A", counts=False, groups=[UnitGroup(name="B", units=["M1"])])],
            "rules": [CREDIT],
        },
        {"units": units("M1"), "groups": [UnitGroup(name="A")], "rules": [CREDIT]},
        {"units": units("M1"), "rules": [CREDIT.evolve(scope=Scope(except_units=["M1"]))]},
        {"groups": [UnitGroup(name="A", rules=[Complete(group="B")]), UnitGroup(name="B")]},
        {"level": 1, "top_level": 2},
        {"operational_start": "2020-01-01", "operational_end": "2020-01-01"},
        {"operational_end": "2020-01-01"},
    ],
    ids=map(str, itertools.count()),
)
def test_accepts(parts: dict[str, Any]) -> None:
    """What only looks wrong is valid: credit is missing where nobody counts it, dates may coincide."""
    assert make(**parts).title == "Q"


def test_groups_are_not_nested_without_end() -> None:
    """Nesting is limited; each group that is too deep is reported."""
    group = UnitGroup(name="0")
    for n in range(1, MAX_DEPTH):
        group = UnitGroup(name=str(n), groups=[group])
    assert make(groups=[group]).groups_by_name["0"].name == "0"
    with pytest.raises(InvalidData) as caught:
        make(groups=[UnitGroup(name="top", groups=[group])])
    path = ".groups[0]" * (MAX_DEPTH + 1)
    assert problems(caught.value) == [f"${path}: groups are nested deeper than {MAX_DEPTH}"]


def test_the_heading_names_the_qualification() -> None:
    """The heading of the errors is the number, else the title, else what it is."""
    for parts, heading in [
        ({"title": "T", "number": "5009810X"}, "500/9810/X is not valid"),
        ({"title": "T"}, "T is not valid"),
        ({"title": ""}, "qualification is not valid"),
    ]:
        with pytest.raises(InvalidData) as caught:
            Qualification(rules=[IsMet(condition="x")], **parts)  # type: ignore[arg-type] # parts of any kind, some wrong on purpose
        assert caught.value.message == heading


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"title": 5}, "is not a text"),
        ({"title": "T", "number": ""}, "a qualification number is a text"),
        ({"title": "T", "level": 99}, "is not a level"),
        ({"title": "T", "operational_end": "31.8.2026"}, "is not a date: write 2026-08-31"),
        ({"title": "T", "review_date": dt.datetime(2026, 8, 31, tzinfo=dt.UTC)}, "is not a date"),
        ({"title": "T", "review_date": 20260831}, "is not a date"),
        ({"title": "T", "total_qualification_time": -1}, "is not an amount"),
        ({"title": "T", "units": ["M1"]}, "'M1' is not a unit"),
        ({"title": "T", "groups": ["A"]}, "'A' is not a unit group"),
        ({"title": "T", "pathways": ["P"]}, "'P' is not a pathway"),
        ({"title": "T", "conditions": ["c"]}, "'c' is not a condition"),
        ({"title": "T", "sharing": [["A", "B"]]}, "is not a sharing"),
        ({"title": "T", "examples": ["M1"]}, "'M1' is not a worked example"),
        ({"title": "T", "rules": ["at least 1 unit"]}, "is not a clause"),
        ({"title": "T", "notes": [5]}, "5 is not a text"),
    ],
    ids=map(str, itertools.count()),
)
def test_refuses_values(parts: dict[str, Any], message: str) -> None:
    """A value that is no such value is an error by itself."""
    with pytest.raises(DataError, match=message):
        Qualification(**parts)
    with pytest.raises(TypeError):
        Qualification(title="T", exempt_credit_counts=1)  # type: ignore[arg-type] # wrong on purpose


def test_reads_its_header() -> None:
    """The header is read as it is written elsewhere."""
    q = make(
        number=50098101,
        level="2",
        top_level="Level 3",
        operational_start="2020-01-31",
        review_date=dt.date(2026, 8, 31),
        total_qualification_time="610",
        source="https://example.org",
        notes=["One.", " Two "],
    )
    assert str(q) == "500/9810/1 Q"
    assert str(q.evolve(number=None)) == "Q"
    assert q.operational_start == dt.date(2020, 1, 31)
    assert q.total_qualification_time == 610
    assert (q.source, q.notes) == (("https://example.org",), ("One.", "Two"))
    assert q.number is not None
    assert make(number=q.number).number is q.number
    assert dir(qualification) == sorted(qualification.__all__)


def test_finds_its_parts() -> None:
    """Units, groups and pathways are found by what they are called."""
    inner = UnitGroup(name="B", units=["M100"])
    q = make(units=units("M100"), groups=[UnitGroup(name="A", groups=[inner])], pathways=[Pathway(name="P")])
    assert q.unit("M100") is q.unit(q.units[0].number) is q.units[0]
    assert q.units_by_number[q.units[0].number] is q.units[0]
    assert [*q.groups_by_name] == ["A", "B"]
    assert [each.name for each in q.all_groups()] == ["A", "B"]
    assert q.pathways_by_name["P"].label == "P"
    assert Pathway(name="P", title="Heavy vehicles").label == "Heavy vehicles"
    assert Condition(name="c", title="Placement").label == "Placement"
    assert Condition(name="c").label == "c"
    with pytest.raises(KeyError, match="no unit M200; nearest: M100"):
        q.unit("M200")
    with pytest.raises(KeyError, match="no unit zzz; nearest: none"):
        q.unit("zzz")
    with pytest.raises(TypeError):
        q.units_by_number["x"] = q.units[0]  # type: ignore[index] # wrong on purpose


def test_totals_that_a_portal_shows() -> None:
    """Plain totals are the rule's minima; those of a pathway come before the qualification's."""
    q = make(
        units=units("M1", credit=5),
        rules=[
            CREDIT.evolve(minimum=31, scope=Scope(level_from=2)),
            Threshold(measure="credit", maximum=90),
            CREDIT.evolve(minimum=61),
            CREDIT.evolve(minimum=62),
        ],
        pathways=[Pathway(name="P", rules=[ONE, CREDIT.evolve(minimum=70)]), Pathway(name="R")],
    )
    assert (q.min_credit, q.min_units) == (61, None)
    assert q.minimum(Measure.CREDIT, "P") == 70
    assert q.minimum(Measure.UNITS, "P") == 1
    assert q.minimum(Measure.CREDIT, "R") == 61
    assert q.minimum(Measure.GLH) is None


def test_mandatory_units_are_chosen_beforehand() -> None:
    """Units of mandatory groups that belong to every pathway and are no alternatives, each once."""
    q = make(
        units=units(*(f"M{n}" for n in range(10))),
        groups=[
            UnitGroup(name="A", kind="mandatory", units=["M1", "M0"]),
            UnitGroup(
                name="B", units=["M2"], groups=[UnitGroup(name="B1", kind="mandatory", units=["M3", "M1"])]
            ),
            UnitGroup(name="C", kind="mandatory", units=["M4"], pathways=["P"]),
            UnitGroup(
                name="D",
                choose=1,
                groups=[
                    UnitGroup(name="D1", kind="mandatory", units=["M5"]),
                    UnitGroup(name="D2", kind="mandatory", units=["M6"]),
                ],
            ),
            UnitGroup(
                name="E",
                choose=1,
                groups=[UnitGroup(name="E1", kind="mandatory", units=["M7"])],
                pathways=["P", "R"],
            ),
        ],
        pathways=[Pathway(name="P"), Pathway(name="R"), Pathway(name="S", kind="specialisation")],
    )

    def chosen(pathway: str | None) -> str:
        return " ".join(map(str, q.mandatory_units_of(pathway)))

    assert chosen(None) == "M1 M0 M3"
    assert chosen("P") == "M1 M0 M3 M4 M7"
    assert chosen("R") == "M1 M0 M3 M7"
    assert q.mandatory_units == q.mandatory_units_of(None)


OLD = make(
    version="1", operational_start="2010-01-01", operational_end="2015-12-31", certification_end="2018-12-31"
)
NEW = make(version="2", operational_start="2015-06-01")
ANY = make(version="0")


@pytest.mark.parametrize(
    ("q", "date", "event", "codes"),
    [
        (OLD, "2009-12-31", "registration", ["date.not-yet-open"]),
        (OLD, "2010-01-01", "registration", []),
        (OLD, "2015-12-31", "registration", []),
        (OLD, "2016-01-01", "registration", ["date.registration-closed"]),
        (OLD, "2016-01-01", "certification", []),
        (OLD, "2009-12-31", "certification", ["date.not-yet-open"]),
        (OLD, "2018-12-31", "certification", []),
        (OLD, "2019-01-01", "certification", ["date.certification-closed"]),
        (NEW, "2100-01-01", "registration", []),
        (NEW, "2100-01-01", "certification", []),
        (ANY, "0001-01-01", "registration", []),
    ],
    ids=map(str, itertools.count()),
)
def test_dates(q: Qualification, date: str, event: str, codes: list[str]) -> None:
    """The first and the last day are still in; each event has its own last day."""
    assert list(q.refusals(dt.date.fromisoformat(date), event)) == codes


@pytest.mark.parametrize(
    ("date", "event", "version"),
    [
        ("2009-01-01", Event.REGISTRATION, "0"),
        ("2012-01-01", Event.REGISTRATION, "1"),
        ("2015-07-01", Event.REGISTRATION, "2"),
        ("2016-01-01", "certification", "2"),
    ],
    ids=map(str, itertools.count()),
)
def test_version_on(date: str, event: Event | str, version: str) -> None:
    """Of the versions in force the latest to start is taken, in whatever order they are given."""
    for order in itertools.permutations([OLD, NEW, ANY]):
        found = version_on(order, dt.date.fromisoformat(date), event)
        assert found is not None
        assert found.version == version


def test_no_version_is_in_force() -> None:
    """Before the first day there is none, and an unknown event is an error."""
    assert version_on([OLD, NEW], dt.date(2009, 1, 1)) is None
    assert version_on([OLD], dt.date(2016, 1, 1)) is None
    assert version_on([OLD], dt.date(2016, 1, 1), "certification") is OLD
    assert version_on([], dt.date(2016, 1, 1)) is None
    with pytest.raises(DataError, match="none of registration, certification"):
        OLD.refusals(dt.date(2016, 1, 1), "enrolment")
    with pytest.raises(DataError, match="none of registration, certification"):
        version_on([], dt.date(2016, 1, 1), "enrolment")


def test_entries_say_where_they_stand() -> None:
    """An entry stands under its own number, or under that of the unit that it replaces."""
    unit = Unit(number="X1", credit=2)
    plain, foreign = Entry(unit="M1"), Entry(unit=unit, in_place_of="M2", state="equivalent")
    assert (str(plain.number), str(plain.place), plain.state) == ("M1", "M1", State.ACHIEVED)
    assert (str(foreign.number), str(foreign.place)) == ("X1", "M2")
    assert Entry(unit=530) == Entry(unit="530")
    with pytest.raises(DataError, match="none of achieved, rpl"):
        Entry(unit="M1", state="passed")
    with pytest.raises(DataError, match="is not an amount"):
        Entry(unit="M1", credit=-1)
    assert Example(selection=["M1", unit, foreign], ok=True).selection[1] == Entry(unit=unit)
    with pytest.raises(TypeError):
        Example(selection=[], ok="yes")  # type: ignore[arg-type] # wrong on purpose
    assert [each.value for each in PathwayKind] == ["pathway", "award", "specialisation"]
