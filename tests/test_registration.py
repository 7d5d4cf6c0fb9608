"""Registration groups: what they are made of, and everything that a check of one finds."""

import datetime as dt
import pickle
from pathlib import Path
from typing import Final

import pytest

import roc
from roc.messages import CODES
from roc.registration import CATEGORIES, MAX_CATEGORY, MAX_DESCRIPTION, MAX_GROUP_NUMBER

EXAMPLES: Final = Path(__file__).parent.parent / "examples" / "qualifications"
FITTING: Final = roc.load(EXAMPLES / "500-9810-x-vehicle-fitting.yaml")
SERVICE: Final = roc.load(EXAMPLES / "601-3457-4-customer-service.yaml")
BEGUN: Final = roc.Selection.start(FITTING)
DONE: Final = BEGUN.add("K/601/6383")
GROUP: Final = roc.RegistrationGroup(group_number="Fansha-1", description="Test", selections=[DONE])
DAY: Final = dt.date(2026, 8, 31)


def codes(group: roc.RegistrationGroup, **more: object) -> list[tuple[str, str]]:
    """Return the codes of a check with their paths."""
    found = roc.check_registration(group, **{"date": DAY, **more})  # type: ignore[arg-type] # any of the arguments
    return [(each.code.removeprefix("registration."), each.path) for each in found.messages]


class TestGroup:
    """The value."""

    def test_a_value(self) -> None:
        """Equal to its copies, hashable; its texts are cleaned."""
        assert pickle.loads(pickle.dumps(GROUP)) == GROUP
        assert hash(GROUP.evolve(description="Test")) == hash(GROUP)
        other = GROUP.evolve(group_number="  Fansha \t 2\n", description="a\r\n b")
        assert (other.group_number, other.description) == ("Fansha 2", "a b")
        assert other.category == CATEGORIES[0] == "Qualifications"

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"group_number": "x" * (MAX_GROUP_NUMBER + 1)}, "is longer than 60 characters"),
            ({"description": "x" * (MAX_DESCRIPTION + 1)}, "is longer than 250 characters"),
            ({"category": "x" * (MAX_CATEGORY + 1)}, "is longer than 60 characters"),
            ({"group_number": "a\x00b"}, "holds control characters"),
            ({"description": 5}, "is not a text"),
            ({"selections": ["K/601/6383"]}, "is not a selection"),
        ],
    )
    def test_what_is_refused(self, change: dict[str, object], told: str) -> None:
        """Texts that are too long or dirty, and what is no selection."""
        with pytest.raises(roc.DataError, match=told):
            GROUP.evolve(**change)

    def test_the_longest_texts(self) -> None:
        """A text of the greatest length is taken."""
        longest = GROUP.evolve(group_number="x" * MAX_GROUP_NUMBER, description="y" * MAX_DESCRIPTION)
        assert len(longest.group_number) == MAX_GROUP_NUMBER

    def test_with_selection(self) -> None:
        """A selection is added, or replaces what there is of its qualification, in its place."""
        service = roc.Selection.start(SERVICE)
        both = GROUP.with_selection(service)
        assert both.selections == (DONE, service)
        assert both.with_selection(BEGUN).selections == (BEGUN, service)
        newer = roc.Selection.start(FITTING.evolve(version="2"))
        twice = both.evolve(selections=(DONE, service, BEGUN))
        assert twice.with_selection(newer).selections == (newer, service)

    @pytest.mark.parametrize(
        "name", [FITTING, "500/9810/X", "5009810x", roc.QualificationNumber("500/9810/X")]
    )
    def test_without(self, name: roc.Qualification | str) -> None:
        """A qualification is taken out, given as a whole or by number."""
        assert GROUP.without(name).selections == ()

    def test_without_what_is_not_there(self) -> None:
        """The error names the nearest."""
        with pytest.raises(roc.SelectionError) as caught:
            GROUP.without("500/9811/X")
        assert str(caught.value) == "500/9811/X is not in the registration group; did you mean 500/9810/X?"
        with pytest.raises(roc.SelectionError, match="is not in the registration group"):
            GROUP.without(SERVICE)


class TestCheck:
    """The verdict and the findings."""

    def test_ok(self) -> None:
        """The guide's example ends OK."""
        found = roc.check_registration(GROUP, date="2026-08-31", others=["Fansha-2"])
        assert found
        assert found.ok
        assert found.messages == found.findings() == ()
        assert [status.ok for status in found.statuses] == [True]
        assert found.group is GROUP
        assert found.evolve(messages=(roc.Message.of("x"),)).ok is False

    def test_all_findings_at_once(self) -> None:
        """Everything that is wrong is told, each at its place."""
        group = roc.RegistrationGroup(group_number="", category="Qualification", selections=[BEGUN, DONE])
        assert codes(group) == [
            ("number-missing", "$.group_number"),
            ("description-missing", "$.description"),
            ("category-unknown", "$.category"),
            ("qualification-not-ok", "$.selections[0]"),
            ("qualification-twice", "$.selections[1]"),
        ]
        assert codes(roc.RegistrationGroup(group_number="A"))[1:] == [("no-qualifications", "$.selections")]

    @pytest.mark.parametrize("other", ["fansha-1", " FANSHA-1 ", GROUP.evolve(description="Other")])
    def test_the_number_is_taken(self, other: roc.RegistrationGroup | str) -> None:
        """Numbers are compared without case and spaces around; another owner's are not given."""
        assert codes(GROUP, others=["X", other]) == [("number-taken", "$.group_number")]
        spaced = GROUP.evolve(group_number="Fansha 1")
        assert codes(spaced, others=["FANSHA   1"]) == [("number-taken", "$.group_number")]
        assert codes(spaced, others=[other]) == []

    def test_categories(self) -> None:
        """The list of categories is the caller's; the nearest is proposed."""
        assert codes(GROUP, categories=["QAP"]) == [("category-unknown", "$.category")]
        assert codes(GROUP.evolve(category="Mine"), categories=["Mine"]) == []
        (message,) = roc.check_registration(GROUP.evolve(category="irtek"), date=DAY).messages
        assert message.text("plain") == "Choose a category: there is no irtek; did you mean IRTEC?"
        (message,) = roc.check_registration(GROUP.evolve(category="Zzz"), date=DAY).messages
        assert message.text("plain") == "Choose a category: there is no Zzz."

    @pytest.mark.parametrize(("start", "end"), [("2026-09-01", None), (None, "2026-08-30")])
    def test_closed_on_the_day(self, start: str | None, end: str | None) -> None:
        """A day outside the dates of registration is told, besides what the rule lacks."""
        q = FITTING.evolve(operational_start=start, operational_end=end)
        group = GROUP.evolve(selections=[roc.Selection.start(q).add("K/601/6383")])
        assert codes(group) == [("qualification-closed", "$.selections[0]")]
        group = GROUP.evolve(selections=[roc.Selection.start(q)])
        assert codes(group) == [
            ("qualification-closed", "$.selections[0]"),
            ("qualification-not-ok", "$.selections[0]"),
        ]
        (message, _) = roc.check_registration(group, date=DAY).messages
        assert message.text("plain") == f"{q} cannot be registered on 31 August 2026."

    def test_findings(self) -> None:
        """After the group's own messages stands what each qualification lacks."""
        found = roc.check_registration(GROUP.evolve(selections=[BEGUN]), date=DAY)
        assert found.findings() == (*found.messages, *found.statuses[0].findings())
        assert len(found.findings()) > 3

    def test_a_bad_date(self) -> None:
        """A date that is none is an error."""
        with pytest.raises(roc.DataError, match="is not a date"):
            roc.check_registration(GROUP, date="soon")

    def test_every_code_is_found_above(self) -> None:
        """Each code of registration groups is one that these tests have seen."""
        text = Path(__file__).read_text(encoding="utf-8")
        names = [code.removeprefix("registration.") for code in CODES if code.startswith("registration.")]
        assert [name for name in names if f'"{name}"' not in text] == []
