"""Conflicts as a person reads them: clauses with their arithmetic, choices, places, and the text."""

import itertools
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from tests import messages_page
from tests.strategies_engine import questions

import roc
import roc.conflicts
from roc import formats
from roc._engine.budget import Budget
from roc._engine.explain import conflicts, own_choices
from roc._engine.parts import TooManyAlternativesError
from roc._engine.rule import Rule, read
from roc.conflicts import Arithmetic, Conflict, explain, line_finder
from roc.messages import CODES, CONFLICT_CODES
from roc.numbers import UnitNumber
from roc.qualification import ways
from roc.rules import Measure
from roc.wordings import PLAIN, PLAIN_CY, PORTAL

EXAMPLES = Path(__file__).parent.parent / "examples" / "qualifications"


def _compiled(selection: roc.Selection) -> tuple[list[Rule], int]:
    """Return the rule of each pathway in question, and the selection as bits."""
    chosen, special, _ = selection._bits
    stated = [entry for entry in selection.entries if entry.state is not roc.State.ACHIEVED]
    entries = tuple(dict.fromkeys((*special, *stated)))
    q = selection.qualification
    return [read(q, each, entries, selection.conditions) for each in ways(q, selection.pathway)], chosen


def _conflicts(
    selection: roc.Selection, unit: str | None = None, *, wanted: bool = True, most: int = 99
) -> list[Conflict]:
    rules, chosen = _compiled(selection)
    number = None if unit is None else UnitNumber(unit)
    return _explained(selection, rules, chosen, number, wanted=wanted, most=most)


def _explained(
    selection: roc.Selection,
    rules: list[Rule],
    chosen: int,
    unit: UnitNumber | None,
    *,
    wanted: bool,
    most: int,
) -> list[Conflict]:
    budget = Budget(10**7)
    bit = 0 if unit is None else 1 << rules[0].bits[unit]
    must, banned = (bit, 0) if wanted else (0, bit)
    cores = conflicts(rules, own_choices(rules, chosen), budget, must=must, banned=banned)
    return list(itertools.islice(explain(selection, rules, cores, budget, unit=unit, wanted=wanted), most))


def _qualification(
    *clauses: str, groups: Iterable[roc.UnitGroup] = (), pathways: Iterable[roc.Pathway] = ()
) -> roc.Qualification:
    return roc.Qualification(
        title="Example",
        units=[
            roc.Unit(number=f"M{i}", credit=credit, tags=[f"subject:{'ab'[i % 2]}"])
            for i, credit in enumerate((4, 4, 4, 8, 8, 8), 1)
        ],
        groups=list(groups)
        or [
            roc.UnitGroup(name="C", units=["M1", "M2", "M3"]),
            roc.UnitGroup(name="D", title="Group D", units=["M4", "M5", "M6"]),
        ],
        rules=[roc.parse(clause) for clause in clauses],
        pathways=list(pathways),
    )


class TestTheGuide:
    """The worked example of the guide, 500/9810/X, with a ceiling and a barred pair that its portal could have."""

    RULE = formats.load(EXAMPLES / "500-9810-x-vehicle-fitting.yaml")
    TIGHT = RULE.evolve(
        rules=[
            *RULE.rules,
            roc.parse("at most 65 credits"),
            roc.parse("K/601/6383 and D/601/4999 are barred"),
        ]
    )
    PAIR = ("K/601/6383", "R/601/6247")

    def _blocked(self, *paths: str) -> Conflict:
        """Return one of the conflicts of the unit of ten credits: it leaves no room for a second unit."""
        found = {each.paths: each for each in _conflicts(roc.Selection.start(self.TIGHT).add("D/601/4999"))}
        assert len(found) == 4
        return found[paths]

    def test_what_can_be_finished_has_no_conflict(self) -> None:
        """At the start everything is possible."""
        assert _conflicts(roc.Selection.start(self.RULE)) == []

    def test_a_choice_that_blocks(self) -> None:
        """Every line says its numbers; the mandatory units are nobody's choice."""
        found = self._blocked("$.rules[0]", "$.rules[4]")
        assert found.choices == (UnitNumber("D/601/4999"),)
        assert str(found).splitlines() == [
            "No selection can do all of this:",
            "- “at least 14 units”: 1 unit still needed, and none can be added.",
            "- “at most 65 credits”: the rest needs at least 66 credits, 1 more than allowed.",
            "- Chosen: D/601/4999 Competency in Assessing and Securing the Roadside Situation.",
        ]
        found = self._blocked("$.rules[4]", "$.groups[0]", "$.groups[1].rules[0]")
        assert str(found).splitlines()[2:4] == [
            "- Group A: Mandatory Units: all of its units are needed; of the 12 at most 11 can be taken.",
            "- “at least 2 units”: 1 unit still needed, and Group B: Optional Units can add none.",
        ]
        assert [each.scope for each in found.clauses] == [None, "A", "B"]
        assert [each.text for each in found.clauses] == [
            "at most 65 credits",
            "all 12 units of A",
            "at least 2 units",
        ]
        assert found.clauses[1].clause is None

    def test_the_arithmetic(self) -> None:
        """Amounts are exact and come with what they are."""
        short, over = self._blocked("$.rules[0]", "$.rules[4]").clauses
        assert short.facts == (
            Arithmetic(
                measure=Measure.UNITS,
                is_floor=True,
                bound=Decimal(14),
                present=Decimal(13),
                reachable=Decimal(13),
            ),
        )
        assert (short.facts[0].needed, short.facts[0].addable, short.facts[0].gap) == (1, 0, 1)
        (fact,) = over.facts
        assert (fact.measure, fact.bound, fact.present, fact.reachable) == (Measure.CREDIT, 65, 61, 66)
        assert (fact.needed, fact.addable, fact.gap) == (0, 0, 1)

    def test_why_a_unit_is_closed(self) -> None:
        """The pair goes together: it is named once, as one choice."""
        chosen = roc.Selection.start(self.TIGHT).add(self.PAIR[0])
        found = _conflicts(chosen, "D/601/4999", most=1)[0]
        assert (found.unit, found.wanted) == (UnitNumber("D/601/4999"), True)
        assert found.choices == (UnitNumber(self.PAIR[0]),)
        assert found.families == (tuple(map(UnitNumber, self.PAIR)),)
        head, barred, pair = found.lines()
        assert head.startswith("D/601/4999 Competency in Assessing")
        assert head.endswith(" cannot be chosen as long as all of this holds:")
        assert barred == "“K/601/6383 and D/601/4999 are barred”."
        assert pair.startswith("Chosen together, as they are linked: K/601/6383 Competency")

    def test_why_a_unit_is_forced(self) -> None:
        """It is assumed to be left out."""
        found = _conflicts(roc.Selection.start(self.TIGHT), self.PAIR[0], wanted=False)
        assert (found[0].unit, found[0].wanted, found[0].choices) == (UnitNumber(self.PAIR[0]), False, ())
        assert found[0].lines()[0].endswith("cannot be left out as long as all of this holds:")
        assert "“K/601/6383 and R/601/6247 are linked”." in found[0].lines()

    def test_in_welsh(self) -> None:
        """The same in Welsh; clauses of the rule, too."""
        found = self._blocked("$.rules[0]", "$.rules[4]")
        assert found.text("plain-cy").splitlines()[:2] == [
            "Ni all unrhyw ddewis wneud hyn i gyd:",
            "- “o leiaf 14 uned”: mae angen 1 uned arall, ond ni ellir ychwanegu dim.",
        ]

    def test_the_portal_has_no_words_for_it(self) -> None:
        """Its wording has the lines of the guide, and a conflict is not among them."""
        found = self._blocked("$.rules[0]", "$.rules[4]")
        with pytest.raises(roc.WordingError, match=r"no template for conflict\.blocked"):
            found.lines("portal")
        own = PORTAL.evolve(templates={code: PLAIN.templates[code] for code in CONFLICT_CODES})
        assert found.lines(own)[0] == "No selection can do all of this:"


class TestLines:
    """Each kind of clause, in a conflict."""

    @pytest.mark.parametrize(
        ("clauses", "units", "lines"),
        [
            (
                ("at least 24 credits from D", "at most 3 units"),
                ("M1", "M4"),
                (
                    "“at least 24 credits from D”: Group D can add at most 8 of the 16 credits still needed.",
                    "“at most 3 units”: the rest needs at least 4 units, 1 more than allowed.",
                    "Chosen: M1.",
                ),
            ),
            (
                ("at least 13 credits", "at most 4 credits from C", "at most 1 unit from D"),
                (),
                (
                    "“at least 13 credits”: at most 12 of the 13 credits still needed can be added.",
                    "“at most 4 credits from C”: the rest needs at least 8 credits, 4 more than allowed.",
                    "“at most 1 unit from D”: the rest needs at least 2 units, 1 more than allowed.",
                ),
            ),
            (
                ("at least 12 credits from C", "at most 8 credits from C count"),
                ("M1", "M2", "M3"),
                (
                    "“at least 12 credits from C”: of the 12 credits at most 8 can be reached from C.",
                    "“at most 8 credits from C count”: the rest needs at least 12 credits, 4 more than allowed.",
                ),
            ),
            (
                ("at least 2 different subject", "at most 1 unit"),
                (),
                (
                    "“at least 2 different subject”: at most 1 can be reached.",
                    "“at most 1 unit”: the rest needs at least 2 units, 1 more than allowed.",
                ),
            ),
            (
                ("at most 1 different subject",),
                ("M1", "M2"),
                (
                    "“at most 1 different subject”: the rest needs at least 2, 1 more than allowed.",
                    "Chosen: M1 and M2.",
                ),
            ),
            (
                ("M1 and M4 are barred", "M1 requires M2", "M2 and M4 are linked"),
                ("M1",),
                (
                    "“M1 and M4 are barred”.",
                    "“M1 requires M2”.",
                    "“M2 and M4 are linked”.",
                    "Chosen: M1.",
                ),
            ),
            (
                ("exactly 5 credits from C",),
                (),
                ("“exactly 5 credits from C”.",),
            ),
            (
                ("if at least 1 unit from C then at least 2 different subject", "at most 1 unit"),
                ("M1",),
                (
                    "“if at least 1 unit from C then at least 2 different subject”.",
                    "“at most 1 unit”: the rest needs at least 2 units, 1 more than allowed.",
                    "Chosen: M1.",
                ),
            ),
        ],
    )
    def test_clauses(self, clauses: tuple[str, ...], units: tuple[str, ...], lines: tuple[str, ...]) -> None:
        """Plain bounds say their numbers, other clauses only themselves."""
        q = _qualification(*clauses)
        assert _conflicts(roc.Selection.of(q, units), most=1)[0].lines()[1:] == lines

    def test_groups_by_themselves(self) -> None:
        """Mandatory groups, groups that are chosen from, and groups that may not be mixed say what they ask for."""
        some = roc.parse("at least 2 units")
        groups = [
            roc.UnitGroup(name="A", kind="mandatory", units=["M1"]),
            roc.UnitGroup(
                name="B 2",
                title="Group B",
                choose=1,
                mixing=False,
                groups=[
                    roc.UnitGroup(name="B1", units=["M2", "M3"], rules=[some]),
                    roc.UnitGroup(name="B2", units=["M4", "M5"], rules=[some]),
                    roc.UnitGroup(name="B3", units=["M6"], pathways=["P"]),
                ],
            ),
        ]
        q = _qualification(
            "at most 2 units", groups=groups, pathways=[roc.Pathway(name="P"), roc.Pathway(name="Q")]
        )
        found = _conflicts(roc.Selection.of(q, pathway="Q"), most=1)[0]
        assert found.lines()[1:] == (
            "“at most 2 units”: the rest needs at least 3 units, 1 more than allowed.",
            "A: all of its units are needed; of the 1 at most 0 can be taken.",
            "Group B: B1 or B2 must be complete.",
            "Group B: units may come from 1 of its groups at most.",
        )
        assert [each.text for each in found.clauses[1:]] == [
            "the unit of A",
            'at least 1 of the 2 groups of "B 2" complete; units from at most 1 of the groups of "B 2"',
        ]
        loose = q.evolve(groups=[groups[1].evolve(mixing=True)], rules=[roc.parse("at most 1 unit")])
        found = _conflicts(roc.Selection.of(loose, pathway="Q"), most=1)[0]
        assert found.lines()[2:] == ("Group B: B1 or B2 must be complete.",)

    def test_what_is_inside_a_group_says_nothing_of_its_own(self) -> None:
        """A choice of one group only is no other than that group; the numbers of its parts are not the group's."""
        inner = roc.UnitGroup(name="B1", units=["M2", "M3"], rules=[roc.parse("at least 2 units")])
        q = _qualification("at most 1 unit", groups=[roc.UnitGroup(name="B", choose=1, groups=[inner])])
        found = _conflicts(roc.Selection.of(q), most=1)[0]
        assert found.paths == ("$.rules[0]", "$.groups[0]")
        assert found.clauses[1].facts == ()
        assert found.lines()[2:] == ("B: B1 must be complete.",)

    def test_units_of_other_pathways(self) -> None:
        """The rule as a whole has a line, too."""
        groups = [
            roc.UnitGroup(name="A", units=["M1"], pathways=["P"]),
            roc.UnitGroup(name="B", units=["M2", "M3", "M4", "M5", "M6"]),
        ]
        q = _qualification(groups=groups, pathways=[roc.Pathway(name="P"), roc.Pathway(name="Q")])
        found = _conflicts(roc.Selection.of(q, ["M1"], pathway="Q"))[0]
        assert found.lines()[1:] == (
            "Units that belong to other pathways only may not be taken.",
            "Chosen: M1.",
        )
        assert found.clauses[0].text == "units that belong to other pathways only are not taken"

    def test_pathways(self) -> None:
        """A conflict of several pathways says whose a clause is, and whose the numbers are where they differ."""
        pathways = [
            roc.Pathway(name="P", title="Path P", rules=[roc.parse("at least 3 units")]),
            roc.Pathway(
                name="Q", title="Path Q", rules=[roc.parse("at least 2 units"), roc.parse("all of M1")]
            ),
        ]
        q = _qualification("at most 1 unit", pathways=pathways)
        found = _conflicts(roc.Selection.of(q), most=1)[0]
        assert found.lines()[1:] == (
            "Path P: “at most 1 unit”: the rest needs at least 3 units, 2 more than allowed.",
            "Path Q: “at most 1 unit”: the rest needs at least 2 units, 1 more than allowed.",
            "Path P: “at least 3 units”: at most 1 of the 3 units still needed can be added.",
            "Path Q: “at least 2 units”: at most 1 of the 2 units still needed can be added.",
        )
        assert [each.scope for each in found.clauses] == [None, "P", "Q"]
        assert [each.pathways for each in found.clauses[0].facts] == [("P",), ("Q",)]
        same = q.evolve(pathways=[each.evolve(rules=[roc.parse("at least 3 units")]) for each in pathways])
        (fact,) = _conflicts(roc.Selection.of(same), most=1)[0].clauses[0].facts
        assert fact.pathways == ()

    @pytest.mark.parametrize("code", CONFLICT_CODES)
    def test_a_sample_of_each_code(self, code: str) -> None:
        """The plain wordings say every code, without a hole, and each in its own language."""
        texts = [messages_page.sample(code).text(words) for words in (PLAIN, PLAIN_CY)]
        assert len(set(texts)) == 2
        for text in texts:
            assert not any(mark in text for mark in "{}[]")
            assert "  " not in text
            assert " ." not in text

    def test_codes_of_conflicts_are_no_codes_of_a_check(self) -> None:
        """A wording needs templates for the ones and may have some for the others."""
        assert not CODES.keys() & CONFLICT_CODES.keys()


class TestValue:
    """A conflict is a value like all others."""

    def test_it_is_frozen_and_equal_to_its_like(self) -> None:
        """The same question gives an equal answer."""
        q = _qualification("M1 and M2 are barred")
        one, other = (_conflicts(roc.Selection.of(q, ["M1", "M2"]))[0] for _ in range(2))
        assert one == other
        assert hash(one) == hash(other)
        assert one.evolve(wanted=False) != one
        assert [message.code for message in one.messages] == ["conflict.clause", "conflict.chosen"]
        assert one.messages[0].path == "$.rules[0]"

    def test_the_names_of_the_module(self) -> None:
        """The module offers what it lists."""
        assert dir(roc.conflicts) == sorted(roc.conflicts.__all__)


class TestPlacesInFiles:
    """The line of a clause in the file that it came from."""

    def test_short_forms_have_lines_too(self) -> None:
        """The paths are the model's; the lines are those where the file says it."""
        path = EXAMPLES / "500-9810-x-vehicle-fitting.yaml"
        line, lines = line_finder(path), path.read_text(encoding="utf-8").splitlines()
        assert line("$") is None
        for place, text in (
            ("$.rules[0]", "min_units: 14"),
            ("$.rules[2]", "min_credit_at_or_above_level: 31"),
            ("$.groups[0]", "- name: A"),
            ("$.groups[1].rules[1]", "min_credit: 10"),
        ):
            found = line(place)
            assert found is not None
            assert lines[found - 1].strip() == text


@given(questions(largest=4), st.data())
def test_whatever_is_in_conflict_can_be_said(selection: roc.Selection, data: st.DataObject) -> None:
    """Every conflict has a text, names choices of the selection once, and says what its codes promise."""
    try:
        rules, chosen = _compiled(selection)
    except TooManyAlternativesError:
        assume(False)
        raise
    units = [unit.number for unit in selection.qualification.units if unit.number not in selection.numbers]
    unit = data.draw(st.none() | st.sampled_from(units)) if units else None
    wanted = data.draw(st.booleans())
    found = _explained(selection, rules, chosen, unit, wanted=wanted, most=3)
    event(f"{len(found)} conflicts")
    own = own_choices(rules, chosen)
    for each in found:
        assert set(each.choices) <= set(selection.numbers)
        assert len(set(itertools.chain.from_iterable(each.families))) == sum(map(len, each.families))
        assert all(family[0] == choice for family, choice in zip(each.families, each.choices, strict=True))
        assert all(own >> rules[0].bits[number] & 1 for number in each.choices)
        for message in (each.head, *each.messages):
            about = CONFLICT_CODES[message.code]
            names = set(message.parameters)
            assert set(about.parameters) <= names <= {*about.parameters, *about.optional}
            assert message.text(PLAIN)
            assert message.text(PLAIN_CY)
        assert len(each.text().splitlines()) == len(each.lines())


@given(questions(largest=4))
def test_choices_that_follow_from_others_do_not_matter(selection: roc.Selection) -> None:
    """A selection is blocked if and only if the choices are that nothing else brings along."""
    try:
        rules, chosen = _compiled(selection)
    except TooManyAlternativesError:
        assume(False)
        raise
    own = own_choices(rules, chosen)
    event("all of them" if own == chosen else "some of them")
    every, some = (next(conflicts(rules, each, Budget(10**7)), None) is None for each in (chosen, own))
    assert every is some


def test_of_no_groups_none_is_to_be_chosen() -> None:
    """A group all of whose sub-groups are of other pathways asks for its own units only."""
    other = roc.UnitGroup(name="D", units=["M3"], pathways=["two"])
    q = roc.Qualification(
        title="Two ways",
        units=[roc.Unit(number=number) for number in ("M1", "M2", "M3")],
        groups=[
            roc.UnitGroup(name="A", units=["M1"]),
            roc.UnitGroup(name="B", kind="mandatory", units=["M2"], choose=1, mixing=False, groups=[other]),
        ],
        rules=[roc.parse("M1 and M2 are barred")],
        pathways=[roc.Pathway(name="one"), roc.Pathway(name="two")],
    )
    found = roc.Solver(q).explain(roc.Selection.of(q, ["M1"], pathway="one"))
    assert found is not None
    assert [message.code for message in found.messages] == [
        "conflict.clause",
        "conflict.mandatory",
        "conflict.chosen",
    ]
    assert "B: all of its units are needed" in found.text()
