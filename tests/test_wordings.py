"""Wordings: the guide to the letter, the plain ones, templates and what is wrong with them."""

import copy
import datetime as dt
import pickle
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from tests import messages_page
from tests.strategies_engine import examples, questions

import roc
import roc.wordings
from roc import formats
from roc.messages import CODES, Message, Parameter, Severity
from roc.rules import Clause
from roc.status import GroupStatus, Status
from roc.wordings import NAMES, PLAIN, PLAIN_CY, PORTAL, Wording, find
from roc.wordings.portal import THE_GUIDE

EXAMPLES: Final = Path(__file__).parent.parent / "examples" / "qualifications"

AMOUNTS: Final[Mapping[str, Parameter]] = {
    "required": Decimal(2),
    "actual": Decimal(0),
    "shortfall": Decimal(2),
    "measure": "units",
}


def rule(*clauses: str, **parts: Any) -> roc.Qualification:
    """Return a rule of four units of five credits in the group B, with these clauses."""
    units = [
        roc.Unit(number=f"M{n}", title=f"Title {n}", level=n, credit=5, guided_learning_hours=40)
        for n in range(1, 5)
    ]
    usual: dict[str, Any] = {
        "title": "Example",
        "level": 2,
        "units": units,
        "groups": [group("B", "M1", "M2", "M3", "M4")],
    }
    return roc.Qualification(**(usual | parts), rules=[roc.parse(clause) for clause in clauses])


def group(name: str, *units: str, rules: Iterable[str] = (), **parts: Any) -> roc.UnitGroup:
    """Return a group with its rules as sentences."""
    return roc.UnitGroup(name=name, units=units, rules=[roc.parse(each) for each in rules], **parts)


def status(q: roc.Qualification, *units: str, date: str | None = None, **parts: Any) -> Status:
    """Check exactly these units."""
    return roc.check(roc.Selection.of(q, units, **parts), date=date)


def data_errors(found: roc.InvalidData) -> list[roc.DataError]:
    """Return the errors of a group, which holds no groups."""
    return [each for each in found.exceptions if isinstance(each, roc.DataError)]


class TestTheGuide:
    """The worked example of the guide, 500/9810/X, to the letter."""

    RULE: Final = formats.load(EXAMPLES / "500-9810-x-vehicle-fitting.yaml")
    START: Final = roc.Selection.start(RULE)

    def test_a_selection_that_begins(self) -> None:
        """Four lines for the qualification, two sentences for the group, and the headings."""
        found = roc.check(self.START)
        assert found.text("portal") == (
            "Minimum 14 unit(s) should be added.\n"
            "Total 61 credit should be added.\n"
            "Total Credit value of units added of the same or above level should be minimum of 31\n"
            "All Unit groups are not validated."
        )
        assert found.groups["B"].text("portal") == "Minimum units not added.; Minimum credit not added."
        assert found.groups["A"].text() == "OK"
        assert found.groups["A"].heading() == "Group A: Mandatory Units (OK)"
        assert found.groups["B"].heading() == "Group B: Optional Units (NOT OK)"

    def test_a_selection_that_is_complete(self) -> None:
        """Adding one unit brings the linked one, and everything is OK."""
        found = roc.check(self.START.add("K/601/6383"))
        assert found.text() == "OK"
        assert found.groups["B"].text() == "OK"
        assert found.groups["B"].heading("portal") == "Group B: Optional Units (OK)"

    def test_a_mandatory_unit_that_is_missing(self) -> None:
        """It is said as if units were short, and once only."""
        found = roc.check(self.START.remove("D/649/9001"))
        assert found.groups["A"].text() == "Minimum units not added."

    def test_the_same_in_plain_english(self) -> None:
        """Numbers, names, one sentence for each group; none says that groups are not OK."""
        found = roc.check(self.START)
        assert found.text("plain") == (
            "Add 2 more units and 10 more credits in total.\n"
            "Add 7 more credits at Level 2 or above.\n"
            "Add 2 more units and 10 more credits from Group B: Optional Units."
        )
        assert found.groups["B"].text("plain") == found.text("plain").splitlines()[-1]
        assert found.groups["B"].heading("plain") == "Group B: Optional Units (not yet OK)"
        done = roc.check(self.START.add("K/601/6383"))
        assert done.text("plain") == "OK: the rule of combination is met."
        assert done.groups["B"].text("plain") == "Group B: Optional Units: OK."

    def test_the_same_in_welsh(self) -> None:
        """The Welsh wording says what the English one says."""
        found = roc.check(self.START)
        assert found.text("plain-cy") == (
            "Ychwanegwch 2 uned arall a hefyd 10 credyd arall at y cyfanswm.\n"
            "Ychwanegwch 7 credyd arall ar Lefel 2 neu'n uwch.\n"
            "Group B: Optional Units: ychwanegwch 2 uned arall a hefyd 10 credyd arall."
        )
        done = roc.check(self.START.add("K/601/6383"))
        assert done.text("plain-cy") == "Iawn: mae gofynion y cymhwyster wedi'u bodloni."

    def test_a_long_list_is_cut(self) -> None:
        """Twelve missing units are five names and a number; the linked unit is asked for by name."""
        lines = roc.check(roc.Selection.of(self.RULE, ["K/601/6383"])).text("plain").splitlines()
        linked, missing = lines[2], lines[3]
        assert linked.startswith("Add R/601/6247 Knowledge of How to Identify")
        assert ": it goes with K/601/6383 Competency in" in linked
        assert missing.startswith("Add D/649/9001 Safety and good housekeeping (invented), H/649/9002")
        assert missing.endswith("(invented) and 7 more: every unit of Group A: Mandatory Units is needed.")
        assert missing.count("/649/") == 5


class TestPlain:
    """Plain English and Welsh, construct by construct."""

    @pytest.mark.parametrize(
        ("clause", "units", "plain", "cy"),
        [
            (
                "at most 8 credits",
                ("M1", "M2"),
                "Take out 2 credits: at most 8 may be taken in total.",
                "Tynnwch 2 gredyd: gellir cymryd 8 credyd ar y mwyaf i gyd.",
            ),
            (
                "at least 3 units at level 3 or above from B",
                ("M1",),
                "Add 3 more units at level 3 or above from B.",
                "Ychwanegwch 3 uned arall ar lefel 3 neu'n uwch o'r grŵp B.",
            ),
            (
                "at least 10 credits at level 3 or above",
                ("M1", "M3"),
                "Add 5 more credits at level 3 or above.",
                "Ychwanegwch 5 credyd arall ar lefel 3 neu'n uwch.",
            ),
            (
                "at least 8 credits at level 2 or above",
                ("M2",),
                "Add 3 more credits at Level 2 or above.",
                "Ychwanegwch 3 chredyd arall ar Lefel 2 neu'n uwch.",
            ),
            (
                "M1 and M2 are barred",
                ("M1", "M2"),
                "Choose only one of M1 Title 1 and M2 Title 2.",
                "Dewiswch un yn unig o'r rhain: M1 Title 1 neu M2 Title 2.",
            ),
            (
                "M1, M2 and M3 are linked",
                ("M1",),
                "Add M2 Title 2 and M3 Title 3: they go with M1 Title 1.",
                "Ychwanegwch M2 Title 2 a hefyd M3 Title 3: maent yn gysylltiedig â M1 Title 1.",
            ),
            (
                "M1 requires M2 or M3",
                ("M1",),
                "M1 Title 1 requires M2 Title 2 or M3 Title 3 as well.",
                "Mae M1 Title 1 hefyd yn gofyn am M2 Title 2 neu M3 Title 3.",
            ),
            (
                "M1 requires at least 2 of M2, M3 and M4",
                ("M1",),
                "M1 Title 1 requires 2 of M2 Title 2, M3 Title 3 or M4 Title 4 as well.",
                "Mae M1 Title 1 hefyd yn gofyn am 2 o'r rhain: M2 Title 2, M3 Title 3 neu M4 Title 4.",
            ),
            (
                "any of (all of M1 and M2) or (at least 6 credits from B)",
                ("M1",),
                "Needed: “all of M1 and M2” or “at least 6 credits from B”.",
                "Mae angen hyn: “pob un o'r unedau hyn: M1, M2” neu “o leiaf 6 chredyd o'r grŵp B”.",
            ),
            (
                "if all of M1 then at least 2 units",
                ("M1",),
                "“all of M1” applies, so “at least 2 units” must hold too.",
                "Mae hyn yn berthnasol: “yr uned M1”. Felly rhaid bodloni hyn hefyd: “o leiaf 2 uned”.",
            ),
        ],
    )
    def test_a_clause(self, clause: str, units: tuple[str, ...], plain: str, cy: str) -> None:
        """What one clause lacks is one sentence, in English and in Welsh."""
        found = status(rule(clause), *units)
        assert found.text("plain") == plain
        assert found.text("plain-cy") == cy

    def test_one_group_is_one_sentence(self) -> None:
        """Units, credit and hours are merged; of two bounds on one measure the greater shortfall counts."""
        group_ = group(
            "B", "M1", "M2", "M3", rules=["at least 2 units", "at least 15 credits", "at least 50 hours"]
        )
        found = status(rule("at least 3 units", groups=[group_]), "M1")
        assert found.text("plain").splitlines() == [
            "Add 2 more units in total.",
            "Add 1 more unit, 10 more credits and 10 more guided learning hours from B.",
        ]
        for clauses in (("at least 2 units", "at least 3 units"), ("at least 3 units", "at least 2 units")):
            double = group("B", "M1", "M2", "M3", rules=clauses)
            assert status(rule(groups=[double]), "M1").text("plain") == "Add 2 more units from B."
            assert status(rule(groups=[double]), "M1").groups["B"].text() == "Minimum units not added."

    def test_a_ceiling_of_a_group(self) -> None:
        """Singular and plural follow the numbers."""
        group_ = group("B", "M1", "M2", rules=["at most 8 credits", "at most 1 unit"], title="Group B")
        found = status(rule(groups=[group_]), "M1", "M2").groups["B"]
        assert found.text("plain").splitlines() == [
            "Take out 2 credits from Group B: at most 8 may be taken.",
            "Take out 1 unit from Group B: at most 1 may be taken.",
        ]
        assert found.text("portal") == "Maximum credit exceeded.; Maximum units exceeded."

    def test_a_word_of_a_tag_is_named(self) -> None:
        """A bound for each word of a tag says which word it is about."""
        units = [roc.Unit(number=f"M{n}", tags={f"subject:{word}"}) for n, word in ((1, "art"), (2, "maths"))]
        q = rule("at least 1 unit for each subject", units=units, groups=[group("B", "M1", "M2")])
        assert status(q, "M1").text("plain") == "Add 1 more unit for subject maths."
        assert status(q, "M1").text("plain-cy") == "Ychwanegwch 1 uned arall (subject: maths)."

    def test_groups_in_groups(self) -> None:
        """A group that chooses names its parts; then follows what the nearest of them lacks."""
        inner = [group(name, unit, rules=["at least 1 unit"]) for name, unit in (("X", "M1"), ("Y", "M2"))]
        outer = group("B", groups=inner, choose=1, title="Specialisms")
        found = status(rule(groups=[outer]))
        assert found.text("plain").splitlines() == [
            "Complete X or Y in Specialisms.",
            "Add 1 more unit from X.",
        ]
        assert found.text("portal") == "All Unit groups are not validated."
        assert found.groups["B"].text("portal") == "Minimum 1 unit group(s) should be validated."
        all_of_them = outer.evolve(choose=None)
        found = status(rule(groups=[all_of_them]))
        assert found.text("plain") == "Add 1 more unit from X.\nAdd 1 more unit from Y."
        assert found.groups["B"].text("portal") == "All Unit groups are not validated."

    def test_a_choice_of_what_a_pathway_leaves(self) -> None:
        """No more sub-groups are asked for than the pathway has; with none of them nothing is."""
        inner = (group("X", "M1", rules=["at least 1 unit"]), group("Y", "M2", pathways=("Q",)))
        paths = [roc.Pathway(name=name) for name in "PQ"]
        q = rule(groups=[group("B", groups=inner, choose=2)], pathways=paths)
        assert status(q, pathway="P").groups["B"].text("plain").splitlines()[0] == "Complete X in B."
        assert status(q, "M1", pathway="P").groups["B"].messages == ()
        none = q.evolve(groups=[group("B", groups=inner[1:], choose=1)])
        assert status(none, pathway="P").groups["B"].messages == ()

    def test_a_group_that_does_not_bind_says_what_it_lacks(self) -> None:
        """Asked by itself, an alternative that was not taken answers with its parts."""
        deep = group("Y", groups=[group("Z", "M2", rules=["at least 1 unit"])])
        outer = group("B", groups=[group("X", "M1", rules=["at least 1 unit"]), deep], choose=1)
        found = status(rule(groups=[outer]), "M1")
        assert found.ok
        assert not found.groups["Y"].binding
        assert found.groups["Y"].text("plain") == "Add 1 more unit from Z."

    def test_dates(self) -> None:
        """A day is written with the name of its month, in either language."""
        q = rule(operational_start="2020-03-01", operational_end="2022-04-30")
        late, early = status(q, date="2022-05-01"), status(q, date="2020-02-29")
        assert late.text("plain") == "Registration has closed: the last day was 30 April 2022."
        assert late.text("plain-cy") == "Mae'r cyfnod cofrestru wedi cau: y diwrnod olaf oedd 30 Ebrill 2022."
        assert late.text("portal") == "Last registration date was 2022-04-30."
        assert early.text("plain") == "Not open yet: it opens on 1 March 2020."

    def test_what_is_good_to_know_comes_last(self) -> None:
        """Surplus and additional units are told after the verdict; the portal leaves them out."""
        q = rule("at most 5 credits from B count", groups=[group("B", "M1", "M2", rules=["at least 1 unit"])])
        found = status(q, "M1", "M2", "M3")
        assert found.text("portal") == "OK"
        lines = found.text("plain").splitlines()
        assert lines[0] == "OK: the rule of combination is met."
        assert sorted(lines[1:]) == [
            "M2 Title 2 is surplus: it does not count.",
            "M3 Title 3 is additional: it does not count towards the qualification.",
        ]
        short = status(q, "M3").text("plain").splitlines()
        assert short[0] == "Add 1 more unit from B."
        assert short[1].startswith("M3 Title 3 is additional")


class TestNumbersAndLists:
    """Amounts, plurals, lists."""

    @pytest.mark.parametrize(
        ("amount", "english", "welsh"),
        [
            ("0", "0 credits", "0 credyd"),
            ("0.5", "0.5 credits", "0.5 credyd"),
            ("1", "1 credit", "1 credyd"),
            ("1.00", "1 credit", "1 credyd"),
            ("2", "2 credits", "2 gredyd"),
            ("2.50", "2.5 credits", "2.5 credyd"),
            ("3", "3 credits", "3 chredyd"),
            ("4", "4 credits", "4 credyd"),
            ("5", "5 credits", "5 credyd"),
            ("6", "6 credits", "6 chredyd"),
            ("7", "7 credits", "7 credyd"),
            ("10", "10 credits", "10 credyd"),
            ("120", "120 credits", "120 credyd"),
            ("1000", "1000 credits", "1000 credyd"),
        ],
    )
    def test_amounts(self, amount: str, english: str, welsh: str) -> None:
        """No trailing zeros and no exponent; the noun follows the number."""
        assert PLAIN.phrase("amount.credit", {"n": Decimal(amount)}) == english
        assert PLAIN_CY.phrase("amount.credit", {"n": Decimal(amount)}) == welsh

    @pytest.mark.parametrize(
        ("units", "text"),
        [
            (("A",), "A"),
            (("A", "B"), "A and B"),
            (("A, x", "B"), "A, x and B"),
            (("A, x", "B", "C"), "A, x; B and C"),
            (("A", "B", "C", "D", "E", "F"), "A, B, C, D, E and F"),
            (("A", "B", "C", "D", "E", "F", "G"), "A, B, C, D, E and 2 more"),
            (tuple("ABCDEFGHIJKLMNOPQ"), "A, B, C, D, E and 12 more"),
        ],
    )
    def test_lists(self, units: tuple[str, ...], text: str) -> None:
        """Long lists are cut; semicolons part what has commas in it."""
        message = Message.of("barred.together", units=units)
        assert message.text("plain") == f"Choose only one of {text}."
        assert (
            message.text("portal")
            == f"Only one of these units can be added: {text.replace(' and ', ' or ')}."
        )

    def test_one_text_is_its_own_list(self) -> None:
        """A field of alternatives takes a single text too."""
        assert Message.of("barred.together", units="A").text("portal").endswith(": A.")


class TestEveryMessage:
    """Every code in every wording."""

    @pytest.mark.parametrize("code", CODES)
    def test_a_sample_of_each_code(self, code: str) -> None:
        """Every shipped wording says every code, without a hole, and each in its own words."""
        texts = {name: messages_page.sample(code).text(name) for name in NAMES}
        assert len(set(texts.values())) == len(NAMES)
        for text in texts.values():
            assert text
            assert not any(mark in text for mark in "{}[]")
            assert "  " not in text
            assert " ." not in text

    @given(selection=questions())
    @examples(150)
    def test_whatever_a_check_finds_can_be_said(self, selection: roc.Selection) -> None:
        """Every message of a generated check has the parameters that its code says, and a text in each wording."""
        found = roc.check(selection)
        for message in self._messages(found):
            about = CODES[message.code]
            names = set(message.parameters)
            assert set(about.parameters) <= names <= {*about.parameters, *about.optional}
            assert all(message.parameters[name] not in {"", ()} for name in about.parameters)
            assert message.severity is about.severity
            for name in NAMES:
                assert message.text(name).strip()
        for wording in map(find, NAMES):
            text = found.text(wording)
            assert found.ok is text.startswith(wording.phrase("ok", {}))
            assert len(set(text.splitlines())) == len(text.splitlines())
            for each in found.groups.values():
                assert each.text(wording)
                assert "\n" not in each.text("portal")

    @staticmethod
    def _messages(found: Status) -> Iterator[Message]:
        yield from found.messages
        for each in found.groups.values():
            yield from each.messages

    @given(selection=questions())
    @examples(50)
    def test_the_plain_lines_are_those_of_all_findings(self, selection: roc.Selection) -> None:
        """A status in full has a line for every error that binds, save that groups are not OK."""
        found = roc.check(selection)
        errors = [each for each in found.findings() if each.severity is Severity.ERROR]
        told = [each for each in errors if not each.code.endswith(".groups-not-ok")]
        lines = set(found.text("plain").splitlines())
        assert {line for each in self._by_owner(found, told) for line in PLAIN.lines(each)} <= lines

    @staticmethod
    def _by_owner(found: Status, told: list[Message]) -> Iterator[list[Message]]:
        owners: list[Status | GroupStatus] = [found, *found.groups.values()]
        for owner in owners:
            yield [each for each in owner.messages if each in told]


class TestWelshClauses:
    """The rule language in Welsh: every kind of clause."""

    @pytest.mark.parametrize(
        ("clause", "welsh"),
        [
            ("at least 3 units", "o leiaf 3 uned"),
            ("at most 2 credits", "2 gredyd ar y mwyaf"),
            ("exactly 6 credits", "6 chredyd yn union"),
            ("2 to 7 credits", "o 2 i 7 credyd"),
            ("at least 120 hours", "o leiaf 120 awr o ddysgu dan arweiniad"),
            ("at least 50% of the credits", "o leiaf 50% o'r credydau"),
            ("at most 25% of the hours", "25% o'r oriau dysgu dan arweiniad ar y mwyaf"),
            ("at least 4 different subject", "o leiaf 4 gwerth gwahanol o'r tag subject"),
            ("at least 2 different subject", "o leiaf 2 werth gwahanol o'r tag subject"),
            ("at most 1 unit for each subject", "1 uned ar y mwyaf ar gyfer pob gwerth o'r tag subject"),
            ("at most 8 credits from D count", "dim ond 8 credyd o'r grŵp D sy'n cyfrif"),
            ("at least 2 units from B and C if any", "o leiaf 2 uned o'r grwpiau hyn: B, C os dewisir rhai"),
            ("at least 2 units at level 2", "o leiaf 2 uned ar lefel 2"),
            ("at least 2 units at level 2 or below", "o leiaf 2 uned ar lefel 2 neu'n is"),
            ("at least 2 units at levels 2 to 3", "o leiaf 2 uned o lefel 2 i lefel 3"),
            ("at least 2 units at Entry 3", "o leiaf 2 uned ar lefel Mynediad 3"),
            ("at least 2 units of 20 credits or more", "o leiaf 2 uned gwerth 20 credyd neu fwy yr un"),
            ("at least 2 units tagged language", "o leiaf 2 uned â'r tag language"),
            ("at least 2 units tagged art or maths", "o leiaf 2 uned ag un o'r tagiau hyn: art, maths"),
            (
                "at most 2 units by rpl or exempt",
                "2 uned ar y mwyaf (dull: cydnabod dysgu blaenorol, eithriad)",
            ),
            ("at most 2 imported units", "2 uned ar y mwyaf a fewnforiwyd"),
            ("at least 2 units from units M1 and M2 and M3", "o leiaf 2 uned o'r unedau hyn: M1, M2, M3"),
            ("at least 9 units except units M1 and M2", "o leiaf 9 uned ac eithrio: M1, M2"),
            ("all of M1 and M2", "pob un o'r unedau hyn: M1, M2"),
            ("all of M1", "yr uned M1"),
            ("M1 and M2 are linked", "mae'r unedau hyn yn gysylltiedig: M1, M2"),
            ("M1 and M2 are barred", "ni cheir dewis mwy nag un o'r unedau hyn: M1, M2"),
            ("only one of M1 and M2 counts", "dim ond un o'r unedau hyn sy'n cyfrif: M1, M2"),
            ("C requires A and B", "ar gyfer C, mae angen: A, B"),
            ("C requires A or B", "ar gyfer C, mae angen o leiaf 1 o'r rhain: A, B"),
            ("placement is met", "mae'r amod wedi'i fodloni: placement"),
            ("Core is complete", "mae'r grŵp Core yn gyflawn"),
            ("(placement is met) and (Core is complete)", None),
            ("any of (A is complete) or (B is complete)", None),
            ("at most 1 of (A is complete) or (B is complete)", None),
            ("exactly 1 of (A is complete) or (B is complete)", None),
            ("1 to 2 of (A is complete) or (B is complete) or (C is complete)", None),
            ("if A is complete then B is complete", None),
        ],
    )
    def test_a_clause(self, clause: str, welsh: str | None) -> None:
        """Each kind of clause has its Welsh, where a message quotes it."""
        text = Message.of("conditional.not-met", when=str(roc.parse(clause)), then="A is complete").text(
            "plain-cy"
        )
        quoted = text.removeprefix("Mae hyn yn berthnasol: “").partition("”. Felly")[0]
        assert quoted == (welsh or self.NESTED[clause])

    NESTED: Final = {
        "(placement is met) and (Core is complete)": (
            "(mae'r amod wedi'i fodloni: placement) a hefyd (mae'r grŵp Core yn gyflawn)"
        ),
        "any of (A is complete) or (B is complete)": (
            "o leiaf 1 o'r canlynol: (mae'r grŵp A yn gyflawn); (mae'r grŵp B yn gyflawn)"
        ),
        "at most 1 of (A is complete) or (B is complete)": (
            "1 ar y mwyaf o'r canlynol: (mae'r grŵp A yn gyflawn); (mae'r grŵp B yn gyflawn)"
        ),
        "exactly 1 of (A is complete) or (B is complete)": (
            "1 yn union o'r canlynol: (mae'r grŵp A yn gyflawn); (mae'r grŵp B yn gyflawn)"
        ),
        "1 to 2 of (A is complete) or (B is complete) or (C is complete)": (
            "o 1 i 2 o'r canlynol: (mae'r grŵp A yn gyflawn); (mae'r grŵp B yn gyflawn); "
            "(mae'r grŵp C yn gyflawn)"
        ),
        "if A is complete then B is complete": (
            "os yw hyn yn wir (sef mae'r grŵp A yn gyflawn), rhaid bodloni hyn (sef mae'r grŵp B yn gyflawn)"
        ),
    }

    def test_what_is_no_clause_is_quoted(self) -> None:
        """A portal's own text in place of a clause stands as it is."""
        text = Message.of("conditional.not-met", when="once upon a time", then="B is complete").text(
            "plain-cy"
        )
        assert "“once upon a time”" in text
        for scope in ("in the blue book", "and then some", "(", "from B if any"):
            message = Message.of("threshold.short", AMOUNTS, scope=scope)
            assert message.text("plain-cy") == f"Ychwanegwch 2 uned arall {self.SCOPES.get(scope, scope)}."

    SCOPES: Final = {"from B if any": "o'r grŵp B"}

    def test_a_level_by_name(self) -> None:
        """The names of the entry levels are Welsh too."""
        message = messages_page.sample("qualification.credit-at-level-short")
        entry = Message.of(message.code, {**message.parameters, "level": "Entry 3"})
        assert entry.text("plain-cy") == "Ychwanegwch 5 credyd arall ar Lefel Mynediad 3 neu'n uwch."
        assert entry.text("plain") == "Add 5 more credits at Entry 3 or above."

    def test_every_month(self) -> None:
        """Twelve months, twelve names, in both languages."""
        for name in ("plain", "plain-cy"):
            texts = {
                Message.of(
                    "date.not-yet-open", date="2020-01-01", limit=dt.date(2021, n, 9).isoformat()
                ).text(name)
                for n in range(1, 13)
            }
            assert len(texts) == 12
            assert all("9 " in text and text.endswith(" 2021.") for text in texts)


class TestOwnWordings:
    """Wordings that a portal brings."""

    def test_templates_are_laid_over(self) -> None:
        """What is not given stays; the original is not touched."""
        mine = PORTAL.evolve(name="mine", templates={"group.units-short": "{shortfall} to go in {group}."})
        message = messages_page.sample("group.units-short")
        assert message.text(mine) == "5 to go in Group B: Optional Units."
        assert message.text("portal") == "Minimum units not added."
        assert messages_page.sample("group.credit-short").text(mine) == "Minimum credit not added."
        assert find(mine) is mine

    def test_an_own_template_is_not_merged(self) -> None:
        """A code that has a template of its own is said by it, the others still in one sentence."""
        mine = PLAIN.evolve(templates={"group.credit-short": "{group}: {shortfall:amount} to go."})
        messages = [messages_page.sample(f"group.{name}-short") for name in ("units", "credit", "glh")]
        assert mine.lines(messages) == (
            "Add 5 more units and 5 more guided learning hours from Group B: Optional Units.",
            "Group B: Optional Units: 5 credits to go.",
        )

    def test_a_status_takes_it(self) -> None:
        """A status and a group take the object in place of a name."""
        mine = PORTAL.evolve(name="mine", language="en-GB", templates={"ok": "Ready", "group.ok": "Done"})
        found = status(rule())
        assert (found.text(mine), found.groups["B"].text(mine)) == ("Ready", "Done")
        assert mine.language == "en-GB"

    def test_terms_rewrite_parameters(self) -> None:
        """A function by the parameter's name; a list is rewritten item by item, what is no text stays."""
        mine = PLAIN.evolve(
            terms={"group": str.upper, "units": str.lower, "shortfall": str.upper, "scope": str.upper}
        )
        assert "GROUP A" in messages_page.sample("group.mandatory-missing").text(mine)
        assert Message.of("barred.together", units=("A", "B")).text(mine) == "Choose only one of a and b."
        assert Message.of("threshold.short", AMOUNTS, scope="").text(mine) == "Add 2 more units."
        assert mine.terms.keys() >= PLAIN.terms.keys()

    @pytest.mark.parametrize(
        ("code", "template", "text"),
        [
            ("group.incomplete", "{{{group}}} [[x]] a||b a|b", "{Group B: Optional Units} [x] a|b a|b"),
            ("group.incomplete", "", ""),
            ("threshold.short", "{shortfall}[ in {group}| anywhere]", "5 anywhere"),
            (
                "threshold.short",
                "{shortfall}[ {scope} || {measure}]",
                "5 at level 3 or above from B | credit",
            ),
            ("threshold.short", "{shortfall:0,5=five;2 = two;many}", "five"),
            ("linked.incomplete", "{units:1=one; several}, {missing:2=two;else}", "one, else"),
            ("choice.short", "{options:pick required}", "“all of M1 and M2” or “at least 5 credits from C”"),
        ],
    )
    def test_what_templates_can_do(self, code: str, template: str, text: str) -> None:
        """Fields, sections, forms by number, and the characters themselves."""
        mine = PLAIN.evolve(templates={code: template})
        assert messages_page.sample(code).text(mine) == text

    @pytest.mark.parametrize(
        ("code", "template", "problem"),
        [
            (
                "group.incomplete",
                "{group.__class__}",
                "{group.__class__} is not a field: write {name} or {name:how}",
            ),
            ("group.incomplete", "{group!r}", "{group!r} is not a field: write {name} or {name:how}"),
            ("group.incomplete", "{}", "{} is not a field: write {name} or {name:how}"),
            ("group.incomplete", "{0}", "{0} is not a field: write {name} or {name:how}"),
            ("group.incomplete", "{gruop}", "there is no parameter gruop here; there is group"),
            (
                "group.choice-short",
                "{x}",
                "there is no parameter x here; there is group, groups, required, actual",
            ),
            ("allocation.limit", "{x}", "there is no parameter x here; there is none"),
            ("group.incomplete", "{group", "{ stands alone: write {{ for the character itself"),
            ("group.incomplete", "group}", "} stands alone: write }} for the character itself"),
            ("group.incomplete", "group]", "] stands alone: write ]] for the character itself"),
            (
                "group.incomplete",
                "[ {group}",
                "a section that [ begins is not ended by ]; sections do not nest",
            ),
            (
                "group.incomplete",
                "[{group}[x]]",
                "a section that [ begins is not ended by ]; sections do not nest",
            ),
            (
                "group.incomplete",
                "[{group}|x",
                "a section that [ begins is not ended by ]; sections do not nest",
            ),
            (
                "group.incomplete",
                "[x]",
                "a section without a field is never left out: write [[ for the character itself",
            ),
            ("threshold.short", "{scope}", "scope may be missing: put what needs it in [ ]"),
            ("threshold.short", "[{key}|{scope}]", "scope may be missing: put what needs it in [ ]"),
            ("group.incomplete", "{group:or}", "{group:or}: this parameter cannot be shown so"),
            ("group.incomplete", "{group:1=a;b}", "{group:1=a;b}: this parameter cannot be shown so"),
            ("group.mixed", "{groups:pick group}", "{groups:pick group}: this parameter cannot be shown so"),
            ("group.mixed", "{allowed:amount}", "{allowed:amount}: this parameter cannot be shown so"),
            ("group.mixed", "{allowed:>10}", "{allowed:>10}: this parameter cannot be shown so"),
            ("group.mixed", "{groups:amount}", "{groups:amount}: this parameter cannot be shown so"),
            (
                "group.mixed",
                "{allowed:one=a;b}",
                "{allowed:one=a;b}: write {allowed:1=unit; units}, the last without a number",
            ),
            ("ok", "{group}", "there is no parameter group here; there is none"),
        ],
    )
    def test_what_is_wrong_with_a_template(self, code: str, template: str, problem: str) -> None:
        """Each kind of error is told when the wording is made, with the template's path."""
        with pytest.raises(roc.InvalidData) as caught:
            PORTAL.evolve(templates={code: template})
        (error,) = data_errors(caught.value)
        assert (error.path, error.message) == (f"$.templates.{code}", problem)

    def test_everything_that_is_wrong_is_told_together(self) -> None:
        """Unknown codes with the nearest, wrong templates, and every one that is missing."""
        with pytest.raises(roc.InvalidData) as caught:
            Wording(
                name="mine", language="fr", templates={"group.units-shrt": "x", "group.incomplete": "{a} {b}"}
            )
        assert caught.value.message == "the wording mine is not valid"
        by_path: dict[str, list[str]] = {}
        for error in data_errors(caught.value):
            by_path.setdefault(error.path, []).append(str(error))
        assert "did you mean group.units-short" in by_path["$.templates.group.units-shrt"][0]
        assert len(by_path["$.templates.group.incomplete"]) == 2
        needed = {*PORTAL.templates} - {"group.incomplete"}
        assert {path for path in by_path if "no template" in by_path[path][0]} == {
            f"$.templates.{name}" for name in needed
        }

    def test_a_language_tag_and_a_name_are_checked(self) -> None:
        """A wording says which language it is in."""
        with pytest.raises(roc.DataError, match="is not a language tag: write en, cy or en-GB"):
            PORTAL.evolve(language="Welsh, please")
        with pytest.raises(TypeError):
            PORTAL.evolve(in_full="yes")

    @pytest.mark.parametrize("name", NAMES)
    def test_a_wording_is_a_value(self, name: str) -> None:
        """It is equal to its copy, hashes like it, is copied and pickled, and cannot be changed."""
        wording = find(name)
        for again in (pickle.loads(pickle.dumps(wording)), copy.copy(wording), wording.evolve()):
            assert again == wording
            assert hash(again) == hash(wording)
            assert again.lines([messages_page.sample("group.units-short")])
        assert wording != wording.evolve(templates={"ok": "fine"})
        with pytest.raises(TypeError):
            wording.templates["ok"] = "x"  # type: ignore[index] # wrong on purpose
        assert repr(wording).startswith(f"Wording(name='{name}', language=")
        assert wording.name == name


class TestModule:
    """What the package offers."""

    def test_the_names(self) -> None:
        """The wordings are read when they are first used, and each has one name."""
        assert dir(roc.wordings) == sorted(roc.wordings.__all__)
        assert [find(name) for name in NAMES] == [PORTAL, PLAIN, PLAIN_CY]
        assert find("portal") is PORTAL
        assert PLAIN_CY.language == "cy"
        for module, name in (("portal", "PORTAL"), ("plain", "PLAIN"), ("plain_cy", "PLAIN_CY")):
            assert name in dir(__import__(f"roc.wordings.{module}", fromlist=["x"]))

    def test_an_unknown_attribute(self) -> None:
        """Nothing else is there."""
        for name in ("KLINGON", "PORTALS", "Plain"):
            with pytest.raises(AttributeError, match=f"has no attribute '{name}'"):
                getattr(roc.wordings, name)

    def test_the_page_is_current(self) -> None:
        """The tables in the docs are made from the codes and the wordings: run ``python -m tests.messages_page``."""
        page = messages_page.PAGE.read_text(encoding="utf-8")
        assert messages_page.made(page) == page
        assert set(THE_GUIDE) <= set(PORTAL.templates)


def test_every_clause_of_the_examples_has_welsh() -> None:
    """No clause of the curated rules is quoted in English; none of the language's words is left."""
    english = re.compile(
        r"\bat (?:least|most)\b|\bexactly\b| from | or above|\bif any\b| is | are | requires "
    )
    seen = 0
    for path in sorted(EXAMPLES.iterdir()):
        for clause in _clauses(formats.load(path)):
            text = Message.of("conditional.not-met", when=str(clause), then="A is complete").text("plain-cy")
            assert str(clause) not in text
            assert not english.search(text)
            seen += 1
    assert seen > 50


def _clauses(q: roc.Qualification) -> Iterator[Clause]:
    yield from q.rules
    for each in q.all_groups():
        yield from each.rules
