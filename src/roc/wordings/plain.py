"""Plain English: full sentences with numbers and names."""

from typing import Final

from roc.rules import Measure
from roc.wordings._template import written_day
from roc.wordings._wording import Wording

__all__ = ["PLAIN"]


def __dir__() -> list[str]:
    return __all__


_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_CLAUSE: Final = "[{pathways}: ]“{rule}”"
_WHERE: Final = "[ {scope}][ for {key} {word}]"


def _day(text: str) -> str:
    return written_day(_MONTHS, text)


def _quoted(text: str) -> str:
    return f"“{text}”"


PLAIN: Final = Wording(
    name="plain",
    language="en",
    in_full=True,
    templates={
        "ok": "OK: the rule of combination is met.",
        "group.ok": "{group}: OK.",
        "heading.ok": "{group} (OK)",
        "heading.not-ok": "{group} (not yet OK)",
        "qualification.short": "Add {amounts} in total.",
        "qualification.credit-at-level-short": "Add {shortfall:more} at {level} or above.",
        "qualification.groups-not-ok": "Complete {groups}.",
        **{
            f"qualification.{name}-over": "Take out {excess:amount}: at most {allowed} may be taken in total."
            for name in Measure
        },
        "group.short": "Add {amounts} from {group}.",
        **{
            f"group.{name}-over": "Take out {excess:amount} from {group}: at most {allowed} may be taken."
            for name in Measure
        },
        "group.mandatory-missing": "Add {units}: every unit of {group} is needed.",
        "group.groups-not-ok": "Complete {groups} in {group}.",
        "group.choice-short": "Complete {groups:pick required} in {group}.",
        "group.mixed": (
            "Keep to {allowed} {allowed:1=part; parts} of {group}: there are units from {groups}."
        ),
        "group.incomplete": "Complete {group}.",
        "threshold.short": f"[In {{group}}, add|Add] {{shortfall:more}}{_WHERE}.",
        "threshold.over": (
            f"[In {{group}}, take|Take] out {{excess:amount}}{_WHERE}: at most {{allowed}} may be taken."
        ),
        "threshold.kinds-short": (
            "[In {group}, add|Add] units of {shortfall} more {shortfall:1=kind; kinds} of {key}."
        ),
        "threshold.kinds-over": (
            "[In {group}, take|Take] out the units of {excess} {excess:1=kind; kinds} of {key}: "
            "at most {allowed} may be taken."
        ),
        "linked.incomplete": "Add {missing}: {missing:1=it goes; they go} with {units}.",
        "barred.together": "Choose only one of {units}.",
        "requires.missing": "{unit} requires {units:pick shortfall} as well.",
        "condition.not-met": "Still needed: {condition}.",
        "choice.short": "Needed: {options:pick required}.",
        "choice.over": "Only {allowed} of these may hold, not {actual}: {options}.",
        "conditional.not-met": "“{when}” applies, so “{then}” must hold too.",
        "pathway.none-earned": "Not complete yet: {pathways:or}.",
        "date.not-yet-open": "Not open yet: it opens on {limit}.",
        "date.registration-closed": "Registration has closed: the last day was {limit}.",
        "date.certification-closed": "Certification has closed: the last day was {limit}.",
        "unit.outside-pathway": "{unit} is not part of [{pathway}|this pathway] and does not count.",
        "unit.surplus": "{unit} is surplus: it does not count.",
        "unit.additional": "{unit} is additional: it does not count towards the qualification.",
        "allocation.limit": (
            "There are too many ways to place the units to try them all: a better one may exist."
        ),
        "registration.number-missing": "Enter a group number.",
        "registration.number-taken": "Choose another group number: {number} is taken.",
        "registration.description-missing": "Enter a description of the group.",
        "registration.category-unknown": "Choose a category: there is no {category}[; did you mean {categories:or}?|.]",
        "registration.no-qualifications": "Add at least one qualification.",
        "registration.qualification-twice": "Keep {qualification} only once.",
        "registration.qualification-closed": "{qualification} cannot be registered on {date}.",
        "registration.qualification-not-ok": "{qualification} is not complete yet.",
        "conflict.blocked": "No selection can do all of this:",
        "conflict.closed": "{unit} cannot be chosen as long as all of this holds:",
        "conflict.forced": "{unit} cannot be left out as long as all of this holds:",
        "conflict.short": (
            f"{_CLAUSE}: [{{groups}} can add at most {{addable}} of the {{shortfall:amount}} still needed"
            "|at most {addable} of the {shortfall:amount} still needed can be added]."
        ),
        "conflict.none-left": (
            f"{_CLAUSE}: {{shortfall:amount}} still needed, and [{{groups}} can add none|none can be added]."
        ),
        "conflict.out-of-reach": (
            f"{_CLAUSE}: of the {{required:amount}} at most {{reachable}} can be reached[ from {{groups}}]."
        ),
        "conflict.over": (
            f"{_CLAUSE}[ in {{group}}]: the rest needs at least {{reachable:amount}}, {{excess}} more than allowed."
        ),
        "conflict.kinds-short": f"{_CLAUSE}[ in {{group}}]: at most {{reachable}} can be reached.",
        "conflict.kinds-over": (
            f"{_CLAUSE}[ in {{group}}]: the rest needs at least {{reachable}}, {{excess}} more than allowed."
        ),
        "conflict.clause": f"{_CLAUSE}[ in {{group}}].",
        "conflict.mandatory": (
            "{group}: all of its units are needed[; of the {required} at most {reachable} can be taken]."
        ),
        "conflict.group-choice": "{group}: {groups:pick required} must be complete.",
        "conflict.group-mixed": "{group}: units may come from {allowed} of its groups at most.",
        "conflict.outside": "Units that belong to other pathways only may not be taken.",
        "conflict.chosen": "Chosen: {units}.",
        "conflict.chosen-together": "Chosen together, as they are linked: {units}.",
        "amount.units": "{n} {n:1=unit; units}",
        "amount.credit": "{n} {n:1=credit; credits}",
        "amount.glh": "{n} guided learning {n:1=hour; hours}",
        "more.units": "{n} more {n:1=unit; units}",
        "more.credit": "{n} more {n:1=credit; credits}",
        "more.glh": "{n} more guided learning {n:1=hour; hours}",
        "list.and": "{first} and {last}",
        "list.or": "{first} or {last}",
        "list.pick": "{n} of {items}",
        "list.more": "{n} more",
    },
    terms={"date": _day, "limit": _day, "options": _quoted},
)
"""Plain English."""
