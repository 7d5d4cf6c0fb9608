"""The portal's wording: the lines of the guide to the letter, and ours in its clipped style."""

from typing import Final

from roc.wordings._wording import Wording

__all__ = ["PORTAL", "THE_GUIDE"]


def __dir__() -> list[str]:
    return __all__


THE_GUIDE: Final = {
    "qualification.units-short": "Minimum {required} unit(s) should be added.",
    "qualification.credit-short": "Total {required} credit should be added.",
    "qualification.credit-at-level-short": (
        "Total Credit value of units added of the same or above level should be minimum of {required}"
    ),
    "qualification.groups-not-ok": "All Unit groups are not validated.",
    "group.units-short": "Minimum units not added.",
    "group.mandatory-missing": "Minimum units not added.",
    "group.credit-short": "Minimum credit not added.",
    "ok": "OK",
    "group.ok": "OK",
    "heading.ok": "{group} (OK)",
    "heading.not-ok": "{group} (NOT OK)",
}
"""What the guide shows, to the letter."""

_NOUNS: Final = {"units": "units", "credit": "credit", "glh": "guided learning hours"}
_AMOUNTS: Final = {
    "units": "{n} unit(s)",
    "credit": "{n} credit",
    "glh": "{n} guided learning hour(s)",
}
_WHERE: Final = "[ {scope}][ for {key} {word}]"


def _bracketed(text: str) -> str:
    return f"({text})"


PORTAL: Final = Wording(
    name="portal",
    language="en",
    templates={
        **THE_GUIDE,
        "qualification.glh-short": "Total {required} guided learning hour(s) should be added.",
        "group.glh-short": "Minimum guided learning hours not added.",
        **{f"qualification.{name}-over": "Maximum {allowed:amount} can be added." for name in _NOUNS},
        **{f"group.{name}-over": f"Maximum {noun} exceeded." for name, noun in _NOUNS.items()},
        "group.groups-not-ok": "All Unit groups are not validated.",
        "group.choice-short": "Minimum {required} unit group(s) should be validated.",
        "group.mixed": "Units of maximum {allowed} unit group(s) can be added.",
        "group.incomplete": "{group} is not validated.",
        "threshold.short": f"Minimum {{required:amount}}{_WHERE} should be added.",
        "threshold.over": f"Maximum {{allowed:amount}}{_WHERE} can be added.",
        "threshold.kinds-short": "Minimum {required} different {key} should be added.",
        "threshold.kinds-over": "Maximum {allowed} different {key} can be added.",
        "linked.incomplete": "Linked unit(s) should be added: {missing}.",
        "barred.together": "Only one of these units can be added: {units:or}.",
        "requires.missing": "Unit {unit} requires {units:pick shortfall}.",
        "condition.not-met": "Condition not met: {condition}.",
        "choice.short": "Minimum {required} should be met: {options:or}.",
        "choice.over": "Maximum {allowed} can be met: {options:or}.",
        "conditional.not-met": "Not met: if ({when}) then ({then}).",
        "pathway.none-earned": "Pathway not validated: {pathways:or}.",
        "date.not-yet-open": "Start date is {limit}.",
        "date.registration-closed": "Last registration date was {limit}.",
        "date.certification-closed": "Last certification date was {limit}.",
        "unit.outside-pathway": "Unit is not in [{pathway}|the pathway]: {unit}.",
        "unit.surplus": "Unit does not count: {unit}.",
        "unit.additional": "Additional unit: {unit}.",
        "allocation.limit": "All placements of units could not be validated.",
        "registration.number-missing": "Group Number should be added.",
        "registration.number-taken": "Group Number is already used: {number}.",
        "registration.description-missing": "Group Description should be added.",
        "registration.category-unknown": "Group Type is not valid: {category}.",
        "registration.no-qualifications": "Minimum 1 qualification should be added.",
        "registration.qualification-twice": "Qualification can be added once only: {qualification}.",
        "registration.qualification-closed": "Qualification cannot be registered on {date}: {qualification}.",
        "registration.qualification-not-ok": "Qualification is not validated: {qualification}.",
        **{f"amount.{name}": text for name, text in _AMOUNTS.items()},
        **{f"more.{name}": text for name, text in _AMOUNTS.items()},
        "list.and": "{first} and {last}",
        "list.or": "{first} or {last}",
        "list.pick": "{n} of {items}",
        "list.more": "{n} more",
    },
    terms={"options": _bracketed},
)
"""The lines of the guide; see :data:`THE_GUIDE` for what is the guide's and what is ours."""
