"""Makes the tables of ``docs/messages.md`` from the codes and the wordings: ``python -m tests.messages_page``."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

from roc.messages import CODES, CONFLICT_CODES, PARAMETERS, Message, Parameter
from roc.wordings import NAMES
from roc.wordings.portal import THE_GUIDE

PAGE: Final = Path(__file__).parent.parent / "docs" / "messages.md"

_NEEDS: Final = "R/601/6247 Knowledge of Customer Service Needs"
_PAIR: Final = "K/601/6383 Competency in Customer Service Needs"
_BELOW: Final = {"required": Decimal(10), "actual": Decimal(5), "shortfall": Decimal(5)}
_ABOVE: Final = {"allowed": Decimal(8), "actual": Decimal(12), "excess": Decimal(4)}
_OPTIONS: Final = ("all of M1 and M2", "at least 5 credits from C")
_TYPES: Final = {str: "text", Decimal: "amount", tuple: "texts"}

_OWN: Final[dict[str, dict[str, Parameter]]] = {
    "group.mandatory-missing": {"units": ("M1 Safety", "M2 Tools"), "group": "Group A: Mandatory Units"},
    "group.groups-not-ok": {"group": "Specialisms", "groups": ("Tyres", "Exhausts")},
    "group.choice-short": {
        "group": "Specialisms",
        "groups": ("Tyres", "Exhausts", "Batteries"),
        "required": Decimal(2),
        "actual": Decimal(0),
    },
    "group.mixed": {"group": "Specialisms", "groups": ("Tyres", "Exhausts"), "allowed": Decimal(1)},
    "threshold.short": {
        "rule": "at least 10 credits at level 3 or above from B",
        "scope": "at level 3 or above from B",
    },
    "threshold.over": {"rule": "at most 8 credits tagged language", "scope": "tagged language"},
    "threshold.kinds-short": {"required": Decimal(4), "actual": Decimal(2), "shortfall": Decimal(2)},
    "threshold.kinds-over": {"allowed": Decimal(2), "actual": Decimal(3), "excess": Decimal(1)},
    "barred.together": {"units": ("M92 Brakes", "530 Braking Systems")},
    "requires.missing": {
        "units": (_PAIR,),
        "required": Decimal(1),
        "actual": Decimal(0),
        "shortfall": Decimal(1),
    },
    "choice.short": {"required": Decimal(1), "actual": Decimal(0)},
    "choice.over": {"allowed": Decimal(1), "actual": Decimal(2)},
    "conflict.short": {
        "groups": ("Group D",),
        "rule": "at least 20 credits",
        "required": Decimal(20),
        "actual": Decimal(8),
        "shortfall": Decimal(12),
        "reachable": Decimal(16),
        "addable": Decimal(8),
    },
    "conflict.none-left": {"reachable": Decimal(5), "addable": Decimal(0)},
    "conflict.out-of-reach": {"actual": Decimal(9)},
    "conflict.over": {
        "rule": "at most 8 credits",
        "reachable": Decimal(12),
        "actual": Decimal(6),
        "group": "Group C",
    },
    "conflict.kinds-short": {
        "rule": "at least 3 different subject",
        "required": Decimal(3),
        "actual": Decimal(1),
        "shortfall": Decimal(2),
        "reachable": Decimal(2),
        "addable": Decimal(1),
    },
    "conflict.kinds-over": {
        "rule": "at most 1 different subject",
        "allowed": Decimal(1),
        "actual": Decimal(1),
        "reachable": Decimal(2),
        "excess": Decimal(1),
    },
    "conflict.clause": {"rule": "M92 and 530 are barred"},
    "conflict.mandatory": {"required": Decimal(12), "reachable": Decimal(11)},
    "conflict.group-choice": {
        "group": "Specialisms",
        "groups": ("Tyres", "Exhausts"),
        "required": Decimal(1),
    },
    "conflict.group-mixed": {"group": "Specialisms", "groups": ("Tyres", "Exhausts"), "allowed": Decimal(1)},
    "conflict.chosen": {"units": ("M1 Safety", "M2 Tools")},
    "conflict.chosen-together": {"units": (_PAIR, _NEEDS)},
}
_USUAL: Final[Mapping[str, Parameter]] = {
    **_BELOW,
    **_ABOVE,
    "level": "Level 2",
    "group": "Group B: Optional Units",
    "groups": ("Group A: Mandatory Units", "Group B: Optional Units"),
    "unit": _NEEDS,
    "units": (_PAIR,),
    "missing": (_NEEDS,),
    "key": "subject",
    "condition": "120 hours of placement",
    "options": _OPTIONS,
    "rule": "at least 10 credits",
    "when": "all of M1",
    "then": "at least 5 credits from C",
    "pathway": "Fast Fit",
    "pathways": ("Fast Fit", "Heavy Vehicles"),
    "date": "2026-09-01",
    "limit": "2026-08-31",
    "number": "Fansha-QCF-010120",
    "category": "Qualification",
    "categories": ("Qualifications",),
    "qualification": "500/9810/X IMI Level 2 Diploma in Vehicle Fitting Competence",
    "reachable": Decimal(7),
    "addable": Decimal(2),
}


_SHOWN: Final = frozenset({"pathway", "categories"})
"""Parameters that a sample has even where they may be missing."""


def sample(code: str) -> Message:
    """Return a message of this code as a check, or an explanation, may produce it."""
    about = CODES.get(code) or CONFLICT_CODES[code]
    values: dict[str, Parameter] = {}
    values.update(_USUAL)
    values["measure"] = next((m for m in ("units", "glh") if f".{m}-" in code), "credit")
    if "over" in code:
        values["actual"] = _ABOVE["actual"]
    elif "short" in code:
        values["actual"] = _BELOW["actual"]
    own: Mapping[str, Parameter] = _OWN.get(code, {})
    values.update(own)
    names = {*about.parameters, *own, *_SHOWN.intersection(about.optional)}
    return Message.of(code, {name: values[name] for name in names}, severity=about.severity)


def tables() -> str:
    """Return the generated part of the page."""
    rows = ["| code | when | severity | parameters |", "|---|---|---|---|"]
    for code, about in CODES.items():
        names = [f"`{name}`" for name in about.parameters] + [f"(`{name}`)" for name in about.optional]
        rows.append(f"| `{code}` | {about.meaning} | {about.severity} | {', '.join(names) or '-'} |")
    rows += ["", "### Parameters", "", "| parameter | type | what it is |", "|---|---|---|"]
    rows += [f"| `{name}` | {_TYPES[kind]} | {text} |" for name, (kind, text) in PARAMETERS.items()]
    rows += ["", "## How they read", ""]
    for code in CODES:
        mark = " (the guide's, to the letter)" if code in THE_GUIDE else ""
        rows += [f"**`{code}`**", "", f"- {NAMES[0]}{mark}: {sample(code).text(NAMES[0])}"]
        rows += [*(f"- {name}: {sample(code).text(name)}" for name in NAMES[1:]), ""]
    rows += [
        "## Conflicts",
        "",
        "Of an explanation why a selection is blocked, or a unit closed or forced.",
        "",
    ]
    rows += ["| code | when | parameters |", "|---|---|---|"]
    for code, about in CONFLICT_CODES.items():
        names = [f"`{name}`" for name in about.parameters] + [f"(`{name}`)" for name in about.optional]
        rows.append(f"| `{code}` | {about.meaning} | {', '.join(names) or '-'} |")
    rows.append("")
    for code in CONFLICT_CODES:
        rows += [f"**`{code}`**", ""]
        rows += [*(f"- {name}: {sample(code).text(name)}" for name in NAMES[1:]), ""]
    return "\n".join(rows)


BEGIN: Final = "<!-- made by tests/messages_page.py -->\n\n"
END: Final = "\n<!-- end -->"


def made(page: str) -> str:
    """Return the text of the page with its generated part as it should be."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}{tables()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
