"""Advice: what is legal and yet probably a slip."""

import pytest

from roc import advice as module
from roc.advice import Advice, advise
from roc.numbers import UnitNumber
from roc.qualification import Example, Pathway, Qualification
from roc.rules import Threshold
from roc.units import Unit


def asking(minimum: int) -> list[Threshold]:
    """Return the rule that asks for so many credits."""
    return [Threshold(measure="credit", minimum=minimum)]


def paths(qualification: Qualification) -> list[tuple[str, str]]:
    """Return the code and the path of each advice."""
    return [(each.code, each.path) for each in advise(qualification)]


def test_check_characters_wherever_numbers_stand() -> None:
    """Every number is looked at once: of the qualification, its units, its pathways, imported units."""
    wrong = UnitNumber.quietly("K/601/6384")
    imported = UnitNumber.quietly("R/601/6248")
    q = Qualification(
        title="A",
        number="500/9810/1",
        units=[Unit(number="M1"), Unit(number=wrong), Unit(number="K/601/6383")],
        pathways=[
            Pathway(name="a"),
            Pathway(name="b", number="601/3457/5"),
            Pathway(name="c", number="601/3457/4"),
        ],
        examples=[Example(selection=["M1", wrong, Unit(number=imported)], ok=True)],
    )
    assert paths(q) == [
        ("check-character", "$.number"),
        ("check-character", "$.units[1].number"),
        ("check-character", "$.pathways[1].number"),
        ("check-character", "$.examples[0].selection[2].unit.number"),
    ]
    assert advise(q)[1].message == (
        "K/601/6384 fails its check character; nearest valid numbers: "
        "M/601/6384, K/301/6384, K/641/6384, K/608/6384, K/601/6884"
    )


@pytest.mark.parametrize(
    ("title", "credit", "message"),
    [
        ("Award in Retail", 12, None),
        ("Award in Retail", 13, "the title says award, which is 1 to 12 credits; the rule says 13"),
        ("Award in Retail", 0, "the title says award, which is 1 to 12 credits; the rule says 0"),
        (
            "Level 2 Certificate in Retail",
            12,
            "the title says certificate, which is 13 to 36 credits; the rule says 12",
        ),
        ("Level 2 Certificate in Retail", 13, None),
        ("Level 2 Certificate in Retail", 36, None),
        (
            "Level 2 Certificate in Retail",
            37,
            "the title says certificate, which is 13 to 36 credits; the rule says 37",
        ),
        (
            "NVQ DIPLOMA in Retail",
            36,
            "the title says diploma, which is 37 credits or more; the rule says 36",
        ),
        ("NVQ DIPLOMA in Retail", 37, None),
        ("Extended Diploma in Retail", 37, None),
        ("Subsidiary Diploma in Retail", 60, None),
        ("Extended Certificate in Retail", 48, None),
        ("Technical Specialist in Retail (Award)", 60, None),
        ("Suite of Awards, Certificate and Diploma", 60, None),
        ("Certificate for Holders of an Award", 60, None),
        ("Retail", 60, None),
    ],
)
def test_size_words(title: str, credit: int, message: str | None) -> None:
    """The size word of the title must fit the least credit, with the exceptions that titles have."""
    q = Qualification(title=title, rules=asking(credit))
    assert [each.message for each in advise(q)] == ([] if message is None else [message])


@pytest.mark.parametrize(
    ("title", "hours", "is_right"),
    [
        ("Award", 120, True),
        ("Award", 121, False),
        ("Certificate", 120, False),
        ("Certificate", 121, True),
        ("Certificate", 369, True),
        ("Certificate", 370, False),
        ("Diploma", 369, False),
        ("Diploma", 370, True),
    ],
)
def test_sizes_in_hours(title: str, hours: int, *, is_right: bool) -> None:
    """Where the total qualification time is given, it and not the credit says the size."""
    q = Qualification(title=title, total_qualification_time=hours)
    assert paths(q) == ([] if is_right else [("size", "$.title")])
    assert is_right or f"the rule says {hours}" in advise(q)[0].message


@pytest.mark.parametrize(("hours", "is_right"), [(605, True), (615, True), (604, False), (616, False)])
def test_credit_is_a_tenth_of_the_hours(hours: int, *, is_right: bool) -> None:
    """The least credit is a tenth of the total qualification time, rounded."""
    q = Qualification(title="A", total_qualification_time=hours, rules=asking(61))
    assert paths(q) == ([] if is_right else [("size", "$.total_qualification_time")])


def test_words_mean_other_sizes_elsewhere() -> None:
    """Numbers and frameworks from elsewhere say that the size words are others."""
    q = Qualification(title="Certificate III in Retail", rules=asking(60))
    assert paths(q)
    assert not paths(q.evolve(number="SIR30216"))
    assert not paths(q.evolve(framework="SCQF"))
    assert paths(q.evolve(framework="Regulated (RQF)", number="500/9810/X"))


def test_awards_of_a_suite_have_their_own_size() -> None:
    """A pathway's title is held against its own least credit, where it has one."""
    q = Qualification(
        title="Retail",
        rules=asking(5),
        pathways=[
            Pathway(name="a", title="Award in Retail", rules=asking(12)),
            Pathway(name="b", title="Certificate in Retail", rules=asking(40)),
            Pathway(name="c", title="Diploma in Retail"),
        ],
    )
    assert paths(q) == [("size", "$.pathways[1].title")]


def test_what_is_public() -> None:
    """The module shows two nouns, and advice is a value."""
    assert dir(module) == ["Advice", "advise"]
    assert Advice(code="size", message="m", path="$") == Advice(code="size", message="m", path="$")
