"""The curated examples: every file loads, says where it is from, and judges its worked examples rightly."""

from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

import roc
from roc import formats

FOLDER: Final = Path(__file__).parent.parent / "examples" / "qualifications"

FILES: Final = (
    "500-9810-x-vehicle-fitting.yaml",
    "601-0143-x-award-education-training.json",
    "601-3457-4-customer-service.yaml",
    "603-6069-0-education-and-training.yaml",
    "bsb40520-leadership-management.yaml",
    "btec-esports-hours.yaml",
    "chc43015-ageing-support.yaml",
    "cmi-level-5-management-leadership.yaml",
    "de-laborant.yaml",
    "de-mediengestalter.yaml",
    "fi-business-2014.yaml",
    "fi-vehicle-technology-2017.yaml",
    "fitness-instructing-pairs.toml",
    "ilm-8605-leadership-management.yaml",
    "saqa-59201-generic-management.yaml",
    "scqf-bachelor-honours.yaml",
    "shb50121-beauty-therapy.yaml",
    "stolaf-mathematics-major.yaml",
    "unsw-compn1-computer-networks.yaml",
    "utd-accounting.yaml",
    "vuw-building-science.yaml",
)


def load(name: str) -> roc.Qualification:
    """Return the rule of the file *name*; a warning of the loader is an error."""
    return formats.load(FOLDER / name)


def errors(messages: tuple[roc.Message, ...]) -> list[str]:
    """Return the codes of what is wrong, without what is only good to know."""
    return [message.code for message in messages if message.severity is roc.Severity.ERROR]


def test_the_folder_holds_these_files() -> None:
    """A file that is added or renamed is named here, and all three formats are shown."""
    assert sorted(path.name for path in FOLDER.iterdir()) == list(FILES)
    assert {Path(name).suffix for name in FILES} == {".json", ".toml", ".yaml"}


@pytest.mark.parametrize("name", FILES)
def test_a_file_judges_its_examples(name: str) -> None:
    """Every file has a source, right and wrong examples with a reason, and gives their verdicts."""
    rule = load(name)
    assert rule.source
    assert {example.ok for example in rule.examples} == {True, False}
    for example in rule.examples:
        assert example.why
        selection = roc.Selection.of(
            rule, example.selection, pathway=example.pathway, conditions=example.conditions
        )
        assert roc.check(selection).ok is example.ok, example.why


@pytest.mark.parametrize("name", FILES)
def test_a_person_starts_with_the_mandatory_units(name: str) -> None:
    """On every pathway the selection that a person begins with completes the mandatory groups."""
    rule = load(name)
    pathways: list[str | None] = [each.name for each in rule.pathways]
    for pathway in pathways or [None]:
        start = roc.Selection.start(rule, pathway=pathway)
        groups = roc.check(start).top_groups
        assert all(each.ok for each in groups if each.group.kind is roc.GroupKind.MANDATORY)
        assert set(start.numbers) >= set(rule.mandatory_units_of(pathway))


@pytest.mark.parametrize("name", FILES)
def test_invented_units_are_marked(name: str) -> None:
    """A unit whose title says that it is invented or a stand-in has the tag, and the other way round."""
    rule = load(name)
    outside = [
        entry.unit
        for example in rule.examples
        for entry in example.selection
        if isinstance(entry.unit, roc.Unit)
    ]
    words = ("(invented)", "stand-in", "block")
    for unit in (*rule.units, *outside):
        assert ("invented" in unit.tags) is any(word in unit.title for word in words), unit


def test_the_screen_of_the_guide() -> None:
    """500/9810/X shows all four lines at first, and OK after one click on a linked unit."""
    rule = load("500-9810-x-vehicle-fitting.yaml")
    start = roc.Selection.start(rule)
    status = roc.check(start)
    assert errors(status.messages) == [
        "qualification.units-short",
        "qualification.credit-short",
        "qualification.credit-at-level-short",
        "qualification.groups-not-ok",
    ]
    assert status.groups["A"].ok
    assert errors(status.groups["B"].messages) == ["group.units-short", "group.credit-short"]
    assert (int(status.units), int(status.credit)) == (12, 51)
    done = start.add("K/601/6383")
    assert "R/601/6247" in done
    status = roc.check(done)
    assert status.ok
    assert (int(status.units), int(status.credit)) == (14, 61)
    assert roc.check(start.add("D/601/4999")).ok is False


def test_a_rule_of_units_has_no_credit_line() -> None:
    """601/3457/4 asks for nine units and for no credit, and says only that."""
    rule = load("601-3457-4-customer-service.yaml")
    assert rule.min_units == Decimal(9)
    assert rule.min_credit is None
    found = errors(roc.check(roc.Selection.start(rule)).messages)
    assert found == ["qualification.units-short", "qualification.groups-not-ok"]


def test_invented_numbers_do_not_look_mistyped() -> None:
    """The numbers of the two files of the guide have a right check character, invented ones too."""
    for name in ("500-9810-x-vehicle-fitting.yaml", "601-3457-4-customer-service.yaml"):
        rule = load(name)
        assert rule.number is not None
        for number in (rule.number, *rule.units_by_number):
            assert number.is_regulated
            assert number.check_passes
