"""Describe: the rule in English, construct by construct."""

import sys
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from tests.strategies_engine import examples, qualifications

import roc
from roc import formats
from roc.describe import Line, describe, describe_lines

EXAMPLES: Final = Path(__file__).parent.parent / "examples" / "qualifications"
UNITS: Final = [roc.Unit(number=f"M{n}", level=n, credit=5) for n in range(1, 5)]


def rule(*clauses: str, groups: tuple[roc.UnitGroup, ...] = (), **parts: Any) -> roc.Qualification:
    """Return a rule over four units of five credits."""
    usual: dict[str, Any] = {"title": "Example", "units": UNITS}
    return roc.Qualification(**(usual | parts), groups=groups, rules=[roc.parse(each) for each in clauses])


def group(name: str, *units: str, rules: tuple[str, ...] = (), **parts: Any) -> roc.UnitGroup:
    """Return a group with its rules as sentences."""
    return roc.UnitGroup(name=name, units=units, rules=[roc.parse(each) for each in rules], **parts)


def test_the_rule_of_the_guide() -> None:
    """The worked example of the portal's guide reads as its guide would say it."""
    assert describe(formats.load(EXAMPLES / "500-9810-x-vehicle-fitting.yaml")).splitlines() == [
        "At least 14 units.",
        "At least 61 credits.",
        "At least 31 credits at level 2 or above.",
        "Group A: Mandatory Units: all 12 units (51 credits).",
        "Group B: Optional Units: at least 2 units and at least 10 credits.",
        "K/601/6383 and R/601/6247 are linked.",
    ]


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"kind": "mandatory", "units": ("M1",)}, "B: its 1 unit (5 credits)."),
        ({"kind": "mandatory", "units": ("M1", "M2")}, "B: both units (10 credits)."),
        ({"kind": "mandatory", "units": ("M1", "M2", "M3")}, "B: all 3 units (15 credits)."),
        (
            {"kind": "mandatory", "units": ("M1",), "rules": ("at least 5 credits",)},
            "B: its 1 unit (5 credits).",
        ),
        ({"kind": "mandatory", "units": ("M1",), "rules": ("exactly 1 unit",)}, "B: its 1 unit (5 credits)."),
        (
            {"kind": "mandatory", "units": ("M1",), "rules": ("at least 6 credits",)},
            "B: its 1 unit (5 credits) and at least 6 credits.",
        ),
        (
            {"kind": "mandatory", "units": ("M1",), "rules": ("at most 4 credits",)},
            "B: its 1 unit (5 credits) and at most 4 credits.",
        ),
        (
            {"kind": "mandatory", "units": ("M1",), "rules": ("at least 1 unit",), "opening": roc.Opening()},
            "B: its 1 unit (5 credits) and at least 1 unit.",
        ),
        ({"kind": "mandatory"}, "B: any number of units."),
        ({"units": ("M1",)}, "B: any number of units."),
        (
            {"units": ("M1",), "rules": ("at most 1 unit", "at least 3 credits")},
            "B: at most 1 unit and at least 3 credits.",
        ),
        ({"title": "Group B: Optional"}, "Group B: Optional: any number of units."),
        ({"title": "Group Business"}, "Group Business (B): any number of units."),
    ],
)
def test_what_a_group_asks_for(parts: dict[str, Any], text: str) -> None:
    """Totals stand behind the label; the name is shown where the label does not; what is implied is left out."""
    units = parts.pop("units", ())
    assert describe(rule(groups=(group("B", *units, **parts),))).splitlines()[0] == text


def test_units_without_credit_or_of_one_credit() -> None:
    """A mandatory group tells its credit where every unit has some, in the right number."""
    bare = rule(units=[roc.Unit(number="M1")], groups=(group("B", "M1", kind="mandatory"),))
    assert describe(bare) == "B: its 1 unit."
    one = rule(units=[roc.Unit(number="M1", credit=1)], groups=(group("B", "M1", kind="mandatory"),))
    assert describe(one) == "B: its 1 unit (1 credit)."
    hours = rule(
        units=[roc.Unit(number="M1", guided_learning_hours=9)],
        groups=(group("B", "M1", kind="mandatory", rules=("at least 9 hours",)),),
    )
    assert describe(hours) == "B: its 1 unit and at least 9 hours."


def test_groups_are_nested() -> None:
    """Everything about a group stands below it, one level deeper."""
    inner = (group("X", "M1", rules=("at least 1 unit",)), group("Y", "M2", "M3", counts=False))
    outer = group(
        "B",
        groups=inner,
        choose=1,
        mixing=False,
        rules=("at least 1 unit", "at most 2 units at level 2 or above"),
        opening=roc.Opening(level_from=2, tags={"language"}, except_units=["M4"]),
    )
    assert describe(rule(groups=(outer,))).splitlines() == [
        "B: at least 1 unit and at least 1 of its 2 groups complete.",
        "  Also open to imported units at level 2 or above tagged language except unit M4.",
        "  At most 2 units at level 2 or above.",
        "  Units may be taken from no more than 1 of its groups.",
        "  X: at least 1 unit.",
        "  Y: any number of units.",
        "    Its units may be held and do not count.",
    ]
    every = group("B", groups=inner, opening=roc.Opening(listed=True))
    assert describe(rule(groups=(every,))).splitlines()[:2] == [
        "B: each of its groups complete.",
        "  Also open to imported units and units listed elsewhere.",
    ]


def test_a_choice_of_what_a_pathway_leaves() -> None:
    """No more of the sub-groups can be asked for than the pathway has."""
    inner = (group("X", "M1"), group("Y", "M2", pathways=("Q",)))
    q = rule(groups=(group("B", groups=inner, choose=2),), pathways=[roc.Pathway(name=name) for name in "PQ"])
    assert describe(q, "P").splitlines()[0] == "B: at least 1 of its 1 groups complete."
    none = q.evolve(groups=[group("B", groups=inner[1:], choose=1)])
    assert describe(none, "P") == "B: any number of units."


def test_clauses_inside_clauses() -> None:
    """Alternatives stand below each other; what must all hold are sentences of their own."""
    found = describe(
        rule(
            "(M1 and M2 are linked) and (M3 requires M4)",
            "any of (all of M1 and M2) or ((all of M3 and M4) and (M1 and M2 are barred))",
            "1 to 2 of (placement is met) or (any of (all of M1) or (all of M2))",
            "if all of M1 then at least 2 units",
            "if all of M1 then (any of (all of M2) or (all of M3))",
            "if all of M1 then (if all of M2 then all of M3)",
            "if (all of M1) and (all of M2) then ((all of M3) and (all of M4))",
            "only one of M1 and M2 counts",
            "placement is met",
            conditions=[
                roc.Condition(name="placement"),
                roc.Condition(name="age", title="At least 19 years old"),
            ],
        )
    )
    assert found.splitlines() == [
        "M1 and M2 are linked.",
        "M3 requires M4.",
        "Any of these:",
        "  All of M1 and M2.",
        "  All of these:",
        "    All of M3 and M4.",
        "    M1 and M2 are barred.",
        "1 to 2 of these:",
        "  placement is met.",
        "  Any of these:",
        "    All of M1.",
        "    All of M2.",
        "If all of M1 then at least 2 units.",
        "If all of M1 then:",
        "  Any of these:",
        "    All of M2.",
        "    All of M3.",
        "If all of M1 then:",
        "  If all of M2 then all of M3.",
        "If ((all of M1) and (all of M2)) then:",
        "  All of M3.",
        "  All of M4.",
        "only one of M1 and M2 counts.",
        "placement is met.",
        "Conditions that a selection may assert:",
        "  placement.",
        "  At least 19 years old (age).",
    ]


def test_sharing_exemption_and_dates() -> None:
    """What a rule says about the whole is said too."""
    q = rule(
        groups=(group("Major", "M1"), group("Minor", "M1"), group("Other", "M1")),
        sharing=[
            roc.Sharing(groups=["Major", "Minor"], at_most=2),
            roc.Sharing(groups=["Major", "Minor", "Other"]),
        ],
        exempt_credit_counts=False,
        operational_start="2020-01-01",
        operational_end="2022-12-31",
        certification_end="2024-12-31",
    )
    assert describe(q).splitlines()[3:] == [
        "Major and Minor may count the same units, at most 2 between any two.",
        "Major, Minor and Other may count the same units.",
        "Units met by exemption bring no credit.",
        "Open from 2020-01-01.",
        "Registration until 2022-12-31.",
        "Certification until 2024-12-31.",
    ]


class TestPathways:
    """Pathways, awards, specialisations."""

    RULE: Final = rule(
        "at least 1 unit",
        groups=(
            group("A", "M1", pathways=("fast-fit", "heavy")),
            group("B", "M2", pathways=("heavy",)),
            group("C", "M3"),
        ),
        pathways=[
            roc.Pathway(name="fast-fit", title="Fast Fit", rules=[roc.parse("at least 2 units")]),
            roc.Pathway(name="heavy", title="Heavy Vehicles", number="500/9810/X", level=3),
            roc.Pathway(name="award", kind="award", rules=[roc.parse("at least 3 credits")]),
            roc.Pathway(name="tyres", kind="specialisation", rules=[roc.parse("all of M1")]),
        ],
    )

    def test_all_of_them(self) -> None:
        """Without a choice every pathway is told, by kind, and each group says whose it is."""
        assert describe(self.RULE).splitlines() == [
            "At least 1 unit.",
            "A: any number of units.",
            "  Only for Fast Fit or Heavy Vehicles.",
            "B: any number of units.",
            "  Only for Heavy Vehicles.",
            "C: any number of units.",
            "One of these pathways is taken:",
            "  Fast Fit:",
            "    At least 2 units.",
            "  Heavy Vehicles (heavy), 500/9810/X, Level 3.",
            "One of these awards is aimed at:",
            "  award:",
            "    At least 3 credits.",
            "These are earned too where the selection satisfies them:",
            "  tyres:",
            "    All of M1.",
        ]

    def test_one_of_them(self) -> None:
        """For one pathway only what applies to it is told, and what may be earned besides."""
        assert describe(self.RULE, "fast-fit").splitlines() == [
            "At least 1 unit.",
            "A: any number of units.",
            "C: any number of units.",
            "For Fast Fit:",
            "  At least 2 units.",
            "These are earned too where the selection satisfies them:",
            "  tyres:",
            "    All of M1.",
        ]
        assert "For Heavy" not in describe(self.RULE, "heavy")
        assert describe(self.RULE, "tyres").splitlines()[-2:] == ["For tyres:", "  All of M1."]

    def test_an_unknown_one(self) -> None:
        """The nearest is suggested."""
        with pytest.raises(roc.SelectionError) as caught:
            describe(self.RULE, "fastfit")
        assert str(caught.value) == "there is no pathway fastfit; did you mean fast-fit?"


def test_lines_have_levels() -> None:
    """A display gets logical lines with their level; the text is the same lines indented."""
    lines = describe_lines(rule("any of (all of M1) or (all of M2)"))
    assert lines == (
        Line(level=0, text="Any of these:"),
        Line(level=1, text="All of M1."),
        Line(level=1, text="All of M2."),
    )
    assert str(lines[1]) == "  All of M1."
    assert describe_lines(rule()) == ()


@given(q=qualifications())
@examples(100)
def test_nothing_is_left_out(q: roc.Qualification) -> None:
    """Every group, every name of a condition and every unit that a clause names is in the description."""
    text = describe(q)
    for each in q.all_groups():
        assert f"{each.name}: " in text
    for condition in q.conditions:
        assert f"  {condition.name}." in text
    for clause in q.rules:
        scope = getattr(clause, "scope", None)
        for number in (*getattr(clause, "units", ()), *(scope.units if scope is not None else ())):
            assert str(number) in text
    for pathway in q.pathways:
        assert f"  {pathway.name}" in text
        assert len(describe(q, pathway.name)) > 0 or not (q.rules or q.groups or pathway.rules)
    for line in describe_lines(q):
        assert line.text.endswith((".", ":"))


def test_every_example_can_be_described() -> None:
    """The curated rules give a description in which every group has a line."""
    for path in sorted(EXAMPLES.iterdir()):
        q = formats.load(path)
        lines = describe_lines(q)
        assert len(lines) >= len(list(q.all_groups()))
        assert all(line.text.strip() == line.text and "  " not in line.text for line in lines)


def test_the_names_of_the_module() -> None:
    """The module offers what it lists."""
    assert dir(sys.modules["roc.describe"]) == ["Line", "describe", "describe_lines"]
