"""Registration groups as files: round trips, versions, and every error with its place."""

from pathlib import Path
from typing import Any, Final

import pytest

import roc
from roc.formats import Format
from roc.formats.registrations import _KEYS

EXAMPLES: Final = Path(__file__).parent.parent / "examples" / "qualifications"
RULE: Final = roc.loads(
    """
    title: Rule
    number: 500/9810/X
    version: "1"
    linked: [[K/601/6383, R/601/6247]]
    pathways: {gym: {title: Gym}, water: }
    conditions: {first-aid: First aid, placement: }
    groups:
      - {name: A, title: "Group A: Mandatory Units", kind: mandatory, units: [{number: M1, title: One}]}
      - {name: B, units: [{number: K/601/6383}, {number: R/601/6247}], open: true}
    """
)
NEWER: Final = RULE.evolve(version="2", operational_start="2026-01-01")
STARTED: Final = roc.Qualification(title="Started", units=[roc.Unit(number="M1")])
LATER: Final = STARTED.evolve(operational_start="2026-01-01")
CATALOGUE: Final = roc.Catalogue(qualifications=[RULE, NEWER, STARTED, LATER])
CHOSEN: Final = roc.Selection.of(
    RULE,
    [
        roc.Entry(unit="M1", state="rpl", credit=2.5),
        roc.Entry(unit=roc.Unit(number="X1", title="Other", level=3, tags=["a"]), in_place_of="K/601/6383"),
        roc.Unit(number="X2", guided_learning_hours=5),
    ],
    pathway="gym",
    conditions=["placement", "first-aid"],
)
GROUP: Final = roc.RegistrationGroup(
    group_number="010", description="yes: =1", category="QAP", selections=[CHOSEN]
)


def errors(text: str, max_size: int = 2000) -> list[str]:
    """Return what is wrong with a text, a line each."""
    with pytest.raises(roc.InvalidData) as caught:
        roc.loads_registration(text, CATALOGUE, max_size=max_size)
    return str(caught.value).splitlines()[1:]


@pytest.mark.parametrize("text_format", ["yaml", "json", "toml"])
@pytest.mark.parametrize(
    "group",
    [
        GROUP,
        roc.RegistrationGroup(group_number=""),
        *(GROUP.evolve(selections=[roc.Selection.of(q, ["M1"])]) for q in CATALOGUE),
        GROUP.evolve(selections=[roc.Selection.of(q) for q in CATALOGUE]),
    ],
)
def test_what_is_written_is_read_back(
    group: roc.RegistrationGroup, text_format: Format, tmp_path: Path
) -> None:
    """States, imported units, conditions, versions: all of it comes back, from a text and from a file."""
    text = roc.dumps_registration(group, text_format)
    assert roc.loads_registration(text, CATALOGUE, text_format) == group
    path = tmp_path / f"group.{text_format}"
    roc.dump_registration(group, path)
    assert path.read_bytes() == text.encode()
    assert roc.load_registration(str(path), CATALOGUE) == group


def test_the_published_ones() -> None:
    """Every worked example of every published qualification comes back."""
    published = roc.Catalogue.load(EXAMPLES)
    for q in published:
        for each in q.examples:
            selection = roc.Selection.of(q, each.selection, pathway=each.pathway, conditions=each.conditions)
            group = GROUP.evolve(selections=[selection])
            assert roc.loads_registration(roc.dumps_registration(group, "json"), published, "json") == group


def test_the_text() -> None:
    """A file is written as a person would write it."""
    assert roc.dumps_registration(GROUP) == (
        'group_number: "010"\n'
        'description: "yes: =1"\n'
        "category: QAP\n"
        "qualifications:\n"
        "  - number: 500/9810/X\n"
        '    version: "1"\n'
        "    pathway: gym\n"
        "    conditions: [first-aid, placement]\n"
        "    units:\n"
        "      - {unit: M1, state: rpl, credit: 2.5}\n"
        "      - {unit: {number: X1, title: Other, level: 3, tags: [a]}, in_place_of: K/601/6383}\n"
        "      - {unit: {number: X2, glh: 5}}\n"
    )


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("number: 5009810x", NEWER),
        ("number: 500/9810/X, version: 1", RULE),
        ("number: 500/9810/X, operational_start: 2026-01-01", NEWER),
        ("title: Started", STARTED),
        ("title: started, operational_start: 2026-01-01", LATER),
    ],
)
def test_which_version(names: str, found: roc.Qualification) -> None:
    """Without a version it is the one that has none, else the latest; linked units come with start."""
    text = f"{{group_number: 1, qualifications: [{{{names}, start: true}}]}}"
    (selection,) = roc.loads_registration(text, CATALOGUE).selections
    assert selection == roc.Selection.start(found)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", ["- $: a list is not a mapping with the keys of a registration group"]),
        ("{}", ["- $: the key group_number is missing"]),
        (
            "group_numbr: 1",
            [
                "- $: the key group_number is missing",
                "- $.group_numbr (line 1): there is no key group_numbr; did you mean group_number?",
            ],
        ),
        (
            f"group_number: [1]\ndescription: {'x' * 251}\ncategory: true\nqualifications: 5",
            [
                "- $.group_number (line 1): a list is not a text",
                f"- $.description (line 2): '{'x' * 59} is longer than 250 characters",
                "- $.category (line 3): true is not a text: write it in quotes",
                "- $.qualifications (line 4): 5 is not a list",
            ],
        ),
        (
            (
                "group_number: 1\n"
                "qualifications:\n"
                "  - 500/9810/X\n"
                "  - {number: 500/9811/X, units: []}\n"
                "  - {units: [M1]}\n"
                "  - {number: 500/9810/X, version: 3, units: []}\n"
                "  - {title: Started, operational_start: 2027-01-01, units: []}\n"
                "  - {title: Started, operational_start: soon, version: [], units: []}\n"
                "  - {number: 500/9810/X, unit: [M1]}\n"
                "  - number: 500/9810/X\n"
                "    pathway: gim\n"
                "    units:\n"
                "      - M1\n"
                "      - {unit: M1, state: rlp}\n"
                "  - {number: 500/9810/X, units: [M2]}\n"
                "  - {title: Nothing like it, units: []}\n"
            ),
            [
                "- $.qualifications[0] (line 3): '500/9810/X' is not a mapping with the keys number, units ...",
                (
                    "- $.qualifications[1].number (line 4): the catalogue has no qualification 500/9811/X; "
                    "did you mean 500/9810/X?"
                ),
                "- $.qualifications[2] (line 5): the key number is missing",
                (
                    "- $.qualifications[3].version (line 6): the catalogue has no 500/9810/X with the version 3; "
                    "did you mean 1 or 2?"
                ),
                (
                    "- $.qualifications[4].operational_start (line 7): the catalogue has no Started with the "
                    "operational_start 2027-01-01; did you mean 2026-01-01?"
                ),
                "- $.qualifications[5].version (line 8): a list is not a text",
                "- $.qualifications[5].operational_start (line 8): 'soon' is not a date: write 2026-08-31",
                "- $.qualifications[6].unit (line 9): there is no key unit; did you mean units?",
                "- $.qualifications[6] (line 9): the key units is missing",
                (
                    "- $.qualifications[7].units[1].state (line 14): 'rlp' is none of achieved, rpl, "
                    "credit-transfer, equivalent, exempt; did you mean rpl?"
                ),
                "- $.qualifications[8].units[0] (line 15): there is no unit M2",
                "- $.qualifications[9].title (line 16): the catalogue has no qualification Nothing like it",
            ],
        ),
    ],
)
def test_everything_wrong_is_told(text: str, told: list[str]) -> None:
    """Each error has its path and line, and what was probably meant."""
    assert errors(text) == told


def test_other_errors(tmp_path: Path) -> None:
    """Formats, suffixes and sizes are those of all files."""
    wrong: Any = "yam"
    with pytest.raises(roc.DataError, match="is no format"):
        roc.dumps_registration(GROUP, wrong)
    with pytest.raises(roc.InvalidData) as caught:
        roc.dump_registration(GROUP, tmp_path / "a.txt")
    assert "names no format" in str(caught.value)
    (tmp_path / "a.json").write_text('{"group_number": 5}', "utf-8")
    assert errors("group_number: 1", max_size=5) == ["- $: more than 5 characters; max_size allows more"]
    with pytest.raises(roc.InvalidData) as caught:
        roc.load_registration(tmp_path / "a.json", CATALOGUE, max_size=5)
    assert "more than 5 characters" in str(caught.value)
    assert roc.load_registration(tmp_path / "a.json", CATALOGUE).group_number == "5"


def test_the_keys() -> None:
    """The keys of a file are those that are written."""
    text = roc.dumps_registration(GROUP, "toml")
    assert [key for key in _KEYS if key not in text] == []
