"""Messages: a stable code, parameters and a severity; text is rendered last, by a wording."""

import enum
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self, TypeAlias, final

import attrs

from roc._record import Value

if TYPE_CHECKING:
    from roc.wordings import Wording

__all__ = ["CODES", "CONFLICT_CODES", "PARAMETERS", "Code", "Message", "Parameter", "Severity"]


def __dir__() -> list[str]:
    return __all__


Parameter: TypeAlias = str | Decimal | tuple[str, ...]
"""A text, an exact amount, or several texts, as a message carries them."""


class Severity(enum.StrEnum):
    """``ERROR``: the rule is not met. ``WARNING``: look at it. ``INFO``: good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@final
@attrs.frozen(kw_only=True)
class Message(Value):
    """One finding, as data.

    Attributes:
        code: What was found, stable over versions: ``group.units-short``.
        severity: How much it matters.
        path: The clause or group that it is about, as ``$.groups[1].rules[0]``.
        items: The parameters, as pairs in the order of their names.
    """

    code: str
    severity: Severity = Severity.ERROR
    path: str = "$"
    items: tuple[tuple[str, Parameter], ...] = ()

    @classmethod
    def of(
        cls,
        code: str,
        parameters: Mapping[str, Parameter] = MappingProxyType({}),
        /,
        *,
        severity: Severity = Severity.ERROR,
        path: str = "$",
        **more: Parameter,
    ) -> Self:
        """Return a message with these parameters, given as a mapping, by name, or both."""
        return cls(
            code=code, severity=severity, path=path, items=tuple(sorted({**parameters, **more}.items()))
        )

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The parameters by name."""
        return MappingProxyType(dict(self.items))

    def text(self, wording: "str | Wording" = "portal") -> str:
        """Return the sentence in a wording: ``portal``, ``plain``, ``plain-cy``, or one of your own.

        >>> Message.of("group.incomplete", group="Group B").text("plain")
        'Complete Group B.'

        Raises:
            WordingError: There is no such wording, or it has no template for the code, or the message
                lacks a parameter that the template needs.
        """
        from roc.wordings import find  # noqa: PLC0415 - a message needs no wording before it is read

        return find(wording).text(self)


@final
@attrs.frozen(kw_only=True)
class Code:
    """What a code stands for.

    Attributes:
        meaning: When a check says it.
        parameters: The names of the parameters that it always has.
        optional: The names of those that may be missing or empty.
        severity: How much it matters.
    """

    meaning: str
    parameters: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    severity: Severity = Severity.ERROR


PARAMETERS: Final[Mapping[str, tuple[type[Parameter], str]]] = MappingProxyType(
    {
        "required": (Decimal, "the least that is asked for"),
        "allowed": (Decimal, "the most that may be"),
        "actual": (Decimal, "what there is"),
        "shortfall": (Decimal, "what is missing: required less actual"),
        "excess": (Decimal, "what is too much: actual less allowed; in a conflict reachable less allowed"),
        "reachable": (Decimal, "in a conflict: the most that can, or the least that must, be come to"),
        "addable": (Decimal, "in a conflict: what can still be added, reachable less actual"),
        "measure": (str, "what the amounts are: `units`, `credit`, or `glh` for guided learning hours"),
        "rule": (str, "the clause, in the rule language"),
        "scope": (str, "the units that the clause sees, in the rule language"),
        "level": (str, "a level, as `Level 2` or `Entry 3`"),
        "group": (str, "the group's label: its title, or its name where it has none"),
        "groups": (tuple, "labels of groups"),
        "unit": (str, "a unit: number and title"),
        "units": (tuple, "units, each number and title"),
        "missing": (tuple, "units that are not in the selection, each number and title"),
        "key": (str, "the key of a tag, as `subject`"),
        "word": (str, "the word of that tag that it is about, as `maths`"),
        "condition": (str, "the condition's label"),
        "options": (tuple, "the alternatives, clauses in the rule language"),
        "when": (str, "the clause that applies, in the rule language"),
        "then": (str, "the clause that must hold then, in the rule language"),
        "pathway": (str, "the pathway's label"),
        "pathways": (tuple, "labels of pathways"),
        "date": (str, "the day of the check, as `2026-08-31`"),
        "limit": (str, "the first or last day, as `2026-08-31`"),
        "number": (str, "the number of a registration group"),
        "category": (str, "the category of a registration group"),
        "categories": (tuple, "categories that it was probably meant to be"),
        "qualification": (str, "a qualification: number and title"),
    }
)
"""The type of every parameter, and what it is. Amounts are exact decimals in the unit of the measure."""

_MEASURES: Final = {"units": "units", "credit": "credit", "glh": "guided learning hours"}
_SHORT: Final = ("required", "actual", "shortfall")
_OVER: Final = ("allowed", "actual", "excess")


def _totals(where: str, *more: str) -> dict[str, Code]:
    """Return the codes of the plain thresholds of the qualification or of a group."""
    found: dict[str, Code] = {}
    for measure, name in _MEASURES.items():
        for what, word, amounts in (("short", "Not enough", _SHORT), ("over", "More than allowed:", _OVER)):
            found[f"{where}.{measure}-{what}"] = Code(
                meaning=f"{word} {name} in the {where}.", parameters=(*more, *amounts, "measure", "rule")
            )
    return found


CODES: Final[Mapping[str, Code]] = MappingProxyType(
    {
        **_totals("qualification"),
        "qualification.credit-at-level-short": Code(
            meaning="Too little credit at the qualification's own level or above.",
            parameters=(*_SHORT, "measure", "level", "rule"),
        ),
        "qualification.groups-not-ok": Code(meaning="Some of the groups are not OK.", parameters=("groups",)),
        **_totals("group", "group"),
        "group.mandatory-missing": Code(
            meaning="Units of a mandatory group are missing.", parameters=("group", "units", *_SHORT)
        ),
        "group.groups-not-ok": Code(
            meaning="Some of the sub-groups of a group are not OK.", parameters=("group", "groups")
        ),
        "group.choice-short": Code(
            meaning="Too few of the sub-groups, of which some are to be chosen, are complete.",
            parameters=("group", "groups", "required", "actual"),
        ),
        "group.mixed": Code(
            meaning="Units are taken from more sub-groups than may be mixed.",
            parameters=("group", "groups", "allowed"),
        ),
        "group.incomplete": Code(meaning="A group that a clause names is not OK.", parameters=("group",)),
        "threshold.short": Code(
            meaning="Too little of a measure over a narrower scope, or for one word of a tag.",
            parameters=(*_SHORT, "measure", "rule"),
            optional=("scope", "group", "groups", "key", "word"),
        ),
        "threshold.over": Code(
            meaning="Too much of a measure over a narrower scope, or for one word of a tag.",
            parameters=(*_OVER, "measure", "rule"),
            optional=("scope", "group", "groups", "key", "word"),
        ),
        "threshold.kinds-short": Code(
            meaning="Too few different words of a keyed tag.",
            parameters=("key", *_SHORT, "rule"),
            optional=("group",),
        ),
        "threshold.kinds-over": Code(
            meaning="Too many different words of a keyed tag.",
            parameters=("key", *_OVER, "rule"),
            optional=("group",),
        ),
        "linked.incomplete": Code(
            meaning="A unit is chosen without the units that are linked to it.",
            parameters=("units", "missing"),
        ),
        "barred.together": Code(
            meaning="Units are chosen of which only one may be taken.", parameters=("units",)
        ),
        "requires.missing": Code(
            meaning="A unit is chosen without enough of the units that it requires.",
            parameters=("unit", "units", *_SHORT),
        ),
        "condition.not-met": Code(meaning="A condition is not asserted.", parameters=("condition",)),
        "choice.short": Code(
            meaning="Too few of several clauses hold.", parameters=("options", "required", "actual", "rule")
        ),
        "choice.over": Code(
            meaning="Too many of several clauses hold.", parameters=("options", "allowed", "actual", "rule")
        ),
        "conditional.not-met": Code(
            meaning="A clause applies, and what must hold then does not.", parameters=("when", "then")
        ),
        "pathway.none-earned": Code(meaning="No pathway is earned.", parameters=("pathways",)),
        "date.not-yet-open": Code(
            meaning="The day is before the operational start.", parameters=("date", "limit")
        ),
        "date.registration-closed": Code(
            meaning="The day is after the operational end.", parameters=("date", "limit")
        ),
        "date.certification-closed": Code(
            meaning="The day is after the certification end.", parameters=("date", "limit")
        ),
        "unit.outside-pathway": Code(
            meaning="A unit belongs to other pathways only.", parameters=("unit",), optional=("pathway",)
        ),
        "unit.surplus": Code(
            meaning="A unit is beyond what counts.", parameters=("unit",), severity=Severity.INFO
        ),
        "unit.additional": Code(
            meaning="A unit is in no group of the rule.", parameters=("unit",), severity=Severity.INFO
        ),
        "allocation.limit": Code(
            meaning="There are too many ways to place the units in groups to try all of them.",
            severity=Severity.WARNING,
        ),
        "registration.number-missing": Code(meaning="A registration group has no number."),
        "registration.number-taken": Code(
            meaning="Another registration group of the same owner has the number.", parameters=("number",)
        ),
        "registration.description-missing": Code(meaning="A registration group has no description."),
        "registration.category-unknown": Code(
            meaning="There is no such category of registration groups.",
            parameters=("category",),
            optional=("categories",),
        ),
        "registration.no-qualifications": Code(meaning="A registration group has no qualification."),
        "registration.qualification-twice": Code(
            meaning="A qualification stands twice in a registration group.", parameters=("qualification",)
        ),
        "registration.qualification-closed": Code(
            meaning="A qualification cannot be registered on the day.", parameters=("qualification", "date")
        ),
        "registration.qualification-not-ok": Code(
            meaning="The units chosen for a qualification do not satisfy its rule.",
            parameters=("qualification",),
        ),
    }
)
"""Every code that a check produces, of a selection or of a registration group."""

_BLOCKED: Final = ("required", "actual", "shortfall", "reachable", "addable")
_SQUEEZED: Final = ("allowed", "actual", "reachable", "excess")
_STANDS: Final = ("group", "pathways")
_SEES: Final = (*_STANDS, "groups")

CONFLICT_CODES: Final[Mapping[str, Code]] = MappingProxyType(
    {
        "conflict.blocked": Code(meaning="A selection cannot be finished; what follows is why."),
        "conflict.closed": Code(
            meaning="A unit cannot be chosen; what follows is why.", parameters=("unit",)
        ),
        "conflict.forced": Code(
            meaning="A unit cannot be left out; what follows is why.", parameters=("unit",)
        ),
        "conflict.short": Code(
            meaning="Everything else leaves too little of what a minimum still needs.",
            parameters=(*_BLOCKED, "measure", "rule"),
            optional=_SEES,
        ),
        "conflict.none-left": Code(
            meaning="Everything else leaves nothing of what a minimum still needs.",
            parameters=(*_BLOCKED, "measure", "rule"),
            optional=_SEES,
        ),
        "conflict.out-of-reach": Code(
            meaning="Everything else leaves less than a minimum, and less than is chosen.",
            parameters=(*_BLOCKED, "measure", "rule"),
            optional=_SEES,
        ),
        "conflict.over": Code(
            meaning="Everything else needs more than a maximum.",
            parameters=(*_SQUEEZED, "measure", "rule"),
            optional=_STANDS,
        ),
        "conflict.kinds-short": Code(
            meaning="Everything else leaves too few different words of a keyed tag.",
            parameters=(*_BLOCKED, "key", "rule"),
            optional=_STANDS,
        ),
        "conflict.kinds-over": Code(
            meaning="Everything else needs too many different words of a keyed tag.",
            parameters=(*_SQUEEZED, "key", "rule"),
            optional=_STANDS,
        ),
        "conflict.clause": Code(
            meaning="A clause takes part that is no plain bound.", parameters=("rule",), optional=_STANDS
        ),
        "conflict.mandatory": Code(
            meaning="A mandatory group takes part.",
            parameters=("group", "required"),
            optional=("reachable",),
        ),
        "conflict.group-choice": Code(
            meaning="A group takes part of which some sub-groups must be complete.",
            parameters=("group", "groups", "required"),
        ),
        "conflict.group-mixed": Code(
            meaning="A group takes part of which only some sub-groups may be used.",
            parameters=("group", "groups", "allowed"),
        ),
        "conflict.outside": Code(meaning="Units that belong to other pathways only may not be taken."),
        "conflict.chosen": Code(meaning="Units that were chosen take part.", parameters=("units",)),
        "conflict.chosen-together": Code(
            meaning="Linked units that were chosen take part.", parameters=("units",)
        ),
    }
)
"""Every code of a conflict. A wording need not have templates for them."""
