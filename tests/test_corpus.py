"""Published rules of combination, written as files: each loads, and judges its worked examples rightly.

``corpus_verdicts.json`` holds the verdicts of an evaluator that was written apart, from the published
facts and not from these files, on selections near the border between right and wrong. A row is a
selection: bit *i* of the hexadecimal number is unit *i* of the list. A test that fails on a row means that
a file, or the check, no longer says what the published rule says.
"""

import functools
import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

import roc
from roc import formats
from roc.language import parse

HERE: Final = Path(__file__).parent
CORPUS: Final = HERE / "corpus"
CURATED: Final = HERE.parent / "examples" / "qualifications"
FORMATS: Final[tuple[formats.Format, ...]] = ("yaml", "json", "toml")

CASES: Final = (
    "001-l2-diploma-business-administration-qcf",
    "002-l3-diploma-business-administration-qcf",
    "004-iq-l2-nvq-certificate-business-admin",
    "005-l3-hsc-diploma-adults-ewni",
    "007-l3-diploma-adult-care-rqf-level-floor",
    "008-tquk-l2-certificate-it-user-skills",
    "010-cg-657002-l2-nvq-trowel-occupations",
    "011-proqual-l3-nvq-trowel-occupations",
    "013-othm-l5-diploma-education-training",
    "014-cmi-l5-management-leadership-suite",
    "016-ingots-l2-itq-suite",
    "017-eskills-itq-essential-skills-exemption",
    "019-edexcel-l3-nvq-business-improvement-techniques",
    "020-early-years-nvq3-11-plus-3",
    "022-btec-international-l3-compensation",
    "023-edexcel-btec-l3-points-per-credit",
    "025-imi-l3-light-vehicle-principles",
    "026-active-iq-l3-award-education-training",
    "028-active-iq-l3-nvq-personal-training",
    "029-active-iq-l2-nvq-instructing-exercise",
    "031-l2-certificate-fitness-instructing-pairs",
    "032-l2-nvq-diploma-team-leading",
    "034-cii-diploma-in-insurance",
    "035-cii-advanced-diploma-in-insurance",
    "037-qaa-access-he-graded-ungraded",
    "038-sqa-hnc-design-principles",
    "040-sqa-national-certificate-design",
    "041-scqf-scottish-bachelor-honours",
    "043-chc33015-individual-support",
    "044-aur30620-light-vehicle",
    "046-bsb20120-workplace-skills",
    "047-sit-catering-20-units",
    "049-qce-queensland-2019-on",
    "050-nsw-hsc-pattern-of-study",
    "052-ncea-level-3-two-floors",
    "053-nz-university-entrance",
    "055-nz-national-certificate-employment-skills",
    "056-nz-certificate-level-count-back",
    "058-saqa-cannabis-specialisation-fill",
    "059-saqa-it-certificate-25-91-22",
    "061-qqi-cas-major-award",
    "062-unsw-compn1-computer-networks",
    "064-unsw-compi1-artificial-intelligence",
    "065-unsw-compbh-computer-engineering-honours",
    "067-utd-cs-bs-sequences",
    "068-stolaf-mathematics-major",
    "070-stolaf-statistics-concentration",
    "071-stolaf-physics-major",
    "073-stolaf-ba-general-education",
    "074-stolaf-neuroscience-concentration",
    "076-northeastern-mathematics-minor",
    "077-ib-diploma-award-conditions",
    "079-taqa-l4-internal-quality-assurance-suite",
    "080-gateway-l4-award-understanding-eqa",
    "082-eal-l3-nvq-extended-diploma-electrical-electronic",
    "083-tda-l2-support-work-in-schools",
    "085-othm-l7-strategic-management-leadership",
    "086-ou-award-module-groups",
    "088-ecsa-diploma-engineering-standard",
    "089-vuw-bachelor-building-science",
    "091-utd-accounting-bs",
    "092-utd-software-engineering-bs",
    "094-qce-queensland-pre-2019",
    "095-unsw-comps1-embedded-systems",
    "097-stolaf-dance-major",
    "098-ilm-l4-leadership-management-8605",
    "100-ilm-l6-leadership-management",
    "101-ilm-l5-operational-leadership-management",
    "103-ilm-l2-developing-leadership-team-skills",
    "104-cmi-l5-management-leadership-suite-2018",
    "106-cmi-l3-diploma-principles-management-leadership",
    "107-cmi-coaching-mentoring-l3-l7-diplomas",
    "109-l6-nvq-construction-contracting-operations-management-general",
    "110-l3-nvq-construction-contracting-operations-general",
    "112-cg-657005-l3-nvq-trowel-occupations",
    "113-bsb40520-leadership-management-complete",
    "115-chc43015-ageing-support",
    "116-chc43121-disability-support",
    "118-shb50121-diploma-beauty-therapy",
    "119-de-kaufmann-einzelhandel-wahlqualifikationen",
    "121-de-chemie-bio-lacklaborant-wahlqualifikationen",
    "122-de-mediengestalter-digital-print-wahlqualifikationen",
    "124-de-mediengestalter-bild-ton-wahlqualifikationen",
    "125-de-fleischer-wahlqualifikationen",
    "127-fi-vq-vehicle-technology-2017",
    "128-fi-vq-business-2014",
    "130-fi-vq-natural-environmental-2014",
    "131-fi-vq-horticulture-2014",
    "133-fi-vq-vehicle-technology-2014",
    "134-fi-fvq-animal-care-2018",
    "136-fi-svq-vehicle-mechanic-2017",
    "137-fi-svq-vehicle-supervisor-2001",
    "139-btec-l3-national-esports-glh",
    "140-saqa-59201-generic-management-chosen-units",
)
"""The cases; each is one file."""

EARLIER_FORMS: Final = ("085-othm-l7-strategic-management-leadership-earlier-form",)
"""Files for the earlier form of a rule, beside the file of the case."""

IN_EXAMPLES: Final = {
    "013-othm-l5-diploma-education-training": "603-6069-0-education-and-training.yaml",
    "026-active-iq-l3-award-education-training": "601-0143-x-award-education-training.json",
    "031-l2-certificate-fitness-instructing-pairs": "fitness-instructing-pairs.toml",
    "041-scqf-scottish-bachelor-honours": "scqf-bachelor-honours.yaml",
    "062-unsw-compn1-computer-networks": "unsw-compn1-computer-networks.yaml",
    "068-stolaf-mathematics-major": "stolaf-mathematics-major.yaml",
    "089-vuw-bachelor-building-science": "vuw-building-science.yaml",
    "091-utd-accounting-bs": "utd-accounting.yaml",
    "098-ilm-l4-leadership-management-8605": "ilm-8605-leadership-management.yaml",
    "104-cmi-l5-management-leadership-suite-2018": "cmi-level-5-management-leadership.yaml",
    "113-bsb40520-leadership-management-complete": "bsb40520-leadership-management.yaml",
    "115-chc43015-ageing-support": "chc43015-ageing-support.yaml",
    "118-shb50121-diploma-beauty-therapy": "shb50121-beauty-therapy.yaml",
    "121-de-chemie-bio-lacklaborant-wahlqualifikationen": "de-laborant.yaml",
    "122-de-mediengestalter-digital-print-wahlqualifikationen": "de-mediengestalter.yaml",
    "127-fi-vq-vehicle-technology-2017": "fi-vehicle-technology-2017.yaml",
    "128-fi-vq-business-2014": "fi-business-2014.yaml",
    "139-btec-l3-national-esports-glh": "btec-esports-hours.yaml",
    "140-saqa-59201-generic-management-chosen-units": "saqa-59201-generic-management.yaml",
}
"""The cases whose file is one of the curated examples."""

VERDICTS: Final[dict[str, dict[str, Any]]] = json.loads(
    (HERE / "corpus_verdicts.json").read_text(encoding="utf-8")
)


@functools.cache
def qualification(case: str) -> roc.Qualification:
    """Return the rule of *case*; a warning of the loader is an error."""
    curated = IN_EXAMPLES.get(case)
    return formats.load(CURATED / curated if curated is not None else CORPUS / f"{case}.yaml")


def selection_of(rule: roc.Qualification, example: roc.Example) -> roc.Selection:
    """Return exactly what *example* selects."""
    return roc.Selection.of(rule, example.selection, pathway=example.pathway, conditions=example.conditions)


def test_every_case_has_one_file() -> None:
    """The folder holds the cases that the examples do not hold, the earlier forms, and nothing else."""
    assert len(CASES) == 94
    assert IN_EXAMPLES.keys() <= set(CASES)
    expected = {*CASES, *EARLIER_FORMS} - IN_EXAMPLES.keys()
    assert {path.name for path in CORPUS.iterdir()} == {f"{case}.yaml" for case in expected}


def test_no_example_is_lost() -> None:
    """All 317 worked examples are there, 107 right and 210 wrong selections."""
    found = [example.ok for case in CASES for example in qualification(case).examples]
    assert (len(found), sum(found)) == (317, 107)


@pytest.mark.parametrize("case", [*CASES, *EARLIER_FORMS])
def test_a_file_says_where_it_is_from(case: str) -> None:
    """Every file names its source, and every number in it that has a check character passes."""
    rule = qualification(case)
    assert rule.source
    assert rule.number is None or rule.number.check_passes
    assert all(unit.number.check_passes for unit in rule.units)


@pytest.mark.parametrize("case", [*CASES, *EARLIER_FORMS])
def test_a_file_survives_every_format(case: str) -> None:
    """Written and read again, a rule is the same rule, and its text the same text."""
    rule = qualification(case)
    for each in FORMATS:
        text = formats.dumps(rule, each)
        again = formats.loads(text, each)
        assert again == rule
        assert formats.dumps(again, each) == text


@pytest.mark.parametrize("case", CASES)
def test_worked_examples_have_their_verdicts(case: str) -> None:
    """A check gives the verdict that each example states, and says why where it is a refusal."""
    rule = qualification(case)
    for example in rule.examples:
        status = roc.check(selection_of(rule, example))
        findings = [str(each) for each in status.findings() if each.severity is roc.Severity.ERROR]
        assert status.ok is example.ok, (example.why, findings)
        assert bool(findings) is not example.ok, example.why


@pytest.mark.parametrize("case", CASES)
def test_the_best_combination_of_an_example(case: str) -> None:
    """A right selection is its own best combination; that of a wrong one is a part of it."""
    rule = qualification(case)
    for example in rule.examples:
        selection = selection_of(rule, example)
        best = roc.best_combination(selection)
        assert best.exact
        if example.ok:
            assert best.ok
            assert best.selection.numbers == selection.numbers
        else:
            assert set(best.selection.numbers) <= set(selection.numbers)


@pytest.mark.parametrize("case", VERDICTS)
def test_verdicts_of_another_evaluator(case: str) -> None:
    """Selections near the border get the verdicts that an evaluator of the published facts gave them."""
    rule, table = qualification(case), VERDICTS[case]
    imported = {each["number"]: roc.Unit(**each) for each in table.get("imported", ())}
    numbers: list[str] = table["units"]
    units = [imported.get(number, number) for number in numbers]
    conditions = [condition.name for condition in rule.conditions]
    wrong: list[tuple[str, str, list[str]]] = []
    for pathway, verdicts in table["verdicts"].items():
        for word, rows in verdicts.items():
            for row in rows:
                bits = int(row, 16)
                chosen = [unit for i, unit in enumerate(units) if bits >> i & 1]
                selection = roc.Selection.of(rule, chosen, pathway=pathway or None, conditions=conditions)
                if roc.check(selection).ok is not (word == "ok"):
                    wrong.append((pathway, word, list(map(str, selection.numbers))))
    assert wrong == []


def test_the_other_evaluator_judged_enough() -> None:
    """The table is about as large as when it was made, with selections of both kinds."""
    count = {"ok": 0, "not ok": 0}
    for table in VERDICTS.values():
        for verdicts in table["verdicts"].values():
            for word, rows in verdicts.items():
                count[word] += len(rows)
    assert len(VERDICTS) == 70
    assert count == {"ok": 2447, "not ok": 6225}


def test_the_page_of_what_is_not_modelled() -> None:
    """The page names every kind of rule once; its sentences can be read, the files that it names exist."""
    text = (HERE.parent / "docs" / "not-modelled.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    kinds = [kind.strip(" `") for kind, *_ in rows]
    assert len(set(kinds)) == len(kinds) == 131
    assert f"into {len(kinds)} kinds" in text
    seen = {where.strip() for *_, where in rows}
    assert seen - {"-"} <= {case[:3] for case in CASES}
    spans = [span for _, how, _ in rows for span in re.findall("`([^`]+)`", how)]
    sentences = [span for span in spans if " " in span and ":" not in span and "(" not in span[:10]]
    assert len(sentences) > 40
    for sentence in [*sentences, *(span for span in spans if span.startswith(("any of (", "if ")))]:
        parse(sentence)
