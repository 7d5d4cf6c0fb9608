"""Screens: what a person sees of a value, in a notebook, on a terminal, or as plain text.

In a notebook every value of roc shows itself, and ``rich.print`` shows it on a terminal. The functions here are for
what takes a choice, such as a wording, and for several values together. Text needs the extra ``cli``, HTML nothing.
What stands in files is shown as it is and never read as markup; characters that cannot be seen are written out,
so that a title can neither move the cursor nor turn the text around.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import cast

import attrs

from roc._answer_screens import (
    bounds_screen,
    completion_screen,
    completions_screen,
    conflict_screen,
    distribution_screen,
    frequencies_screen,
    joined,
    options_screen,
    reason_screen,
    repair_screen,
    selection_screen,
    verdict_screen,
)
from roc._page import (
    GAP,
    MIN_WIDTH,
    Block,
    Fields,
    Grid,
    Heading,
    Items,
    Paragraph,
    Screen,
    Tone,
    Words,
    said,
    visible,
    written,
)
from roc._registration_screens import (
    catalogue_screen,
    registration_screen,
    registration_status_screen,
    rows_screen,
    table_screen,
)
from roc._status_screens import (
    clause_status_screen,
    group_header,
    group_status_screen,
    rule_screen,
    status_screen,
)
from roc.advice import Advice
from roc.answers import Bounds, Completion, Options, Reason, Repair
from roc.catalogue import Catalogue, CatalogueRow
from roc.combination import Combination
from roc.conflicts import Conflict
from roc.describe import _sentences
from roc.errors import DataError
from roc.groups import UnitGroup
from roc.messages import Message
from roc.numbers import UnitNumber
from roc.qualification import Qualification
from roc.registration import RegistrationGroup, RegistrationStatus
from roc.rules import Clause
from roc.selection import Selection
from roc.spreadsheets import Table
from roc.status import ClauseStatus, GroupStatus, Status
from roc.wordings import PLAIN, WordingError

__all__ = [
    "MIN_WIDTH",
    "Screen",
    "completions_screen",
    "distribution_screen",
    "frequencies_screen",
    "rule_screen",
    "screen",
    "status_screen",
    "visible",
]


def __dir__() -> list[str]:
    return __all__


def screen(value: object) -> Screen:
    """Return the screen of a value as a notebook shows it, or of several values of one kind.

    >>> import roc
    >>> print(screen(roc.Unit(number="M1", title="One", credit=5)).text(), end="")
    Number:  M1
    Title:   One
    Credit:  5

    Args:
        value: A value of roc, or a list or tuple: completions are compared, rows of a catalogue are one table,
            messages, advice and whatever else stand below each other.

    Raises:
        DataError: It is no value of roc.
    """
    match value:
        case Screen():
            return value
        case Qualification():
            return rule_screen(value)
        case Status():
            return status_screen(value, progress=True)
        case GroupStatus():
            return group_status_screen(value)
        case ClauseStatus():
            return clause_status_screen(value)
        case Selection():
            return selection_screen(value)
        case Combination():
            return status_screen(value.status, best=value, progress=True)
        case Completion():
            return completion_screen(value)
        case Repair():
            return repair_screen(value)
        case Options():
            return joined(verdict_screen(value.selection, value.verdict), options_screen(value))
        case Reason():
            return reason_screen(value)
        case Conflict():
            return conflict_screen(value)
        case Bounds():
            return bounds_screen(value)
        case Message() | Advice():
            return _findings((value,))
        case UnitGroup():
            return _group_screen(value)
        case Catalogue():
            return catalogue_screen(value)
        case CatalogueRow():
            return rows_screen((value,))
        case RegistrationGroup():
            return registration_screen(value)
        case RegistrationStatus():
            return registration_status_screen(value)
        case Table():
            return table_screen(value)
        case list() | tuple():
            return _screens(cast("Iterable[object]", value))
        case _ if isinstance(value, Clause):
            return Screen(blocks=(_sentence(value),))
        case _ if attrs.has(type(value)) and type(value).__module__.partition(".")[0] == "roc":
            return Screen(blocks=(Fields(tuple(_facts(value))),))
        case _:
            msg = f"{value!r:.60} is no value of roc"
            raise DataError(msg)


def _screens(values: Iterable[object]) -> Screen:
    several = tuple(values)
    if not several:
        return Screen(blocks=(Paragraph(said("Nothing.")),))
    completions = tuple(each for each in several if isinstance(each, Completion))
    if len(completions) == len(several):
        return completions_screen(completions)
    rows = tuple(each for each in several if isinstance(each, CatalogueRow))
    if len(rows) == len(several):
        return rows_screen(rows)
    findings = tuple(each for each in several if isinstance(each, Message | Advice))
    if len(findings) == len(several):
        return _findings(findings)
    first, *others = map(screen, several)
    return joined(first, *(joined(Screen(blocks=(GAP,)), each) for each in others))


# -- findings ---------------------------------------------------------------------------------------


def _findings(values: Iterable[Message | Advice]) -> Screen:
    headings = ("Severity", "What", "Code", "Path")
    rows = tuple(tuple(map(said, _finding(each))) for each in values)
    return Screen(blocks=(Grid(tuple(map(Heading, headings)), rows),))


def _finding(value: Message | Advice) -> tuple[str, str, str, str]:
    if isinstance(value, Advice):
        return "advice", value.message, value.code, value.path
    return value.severity.value, _plain(value), value.code, value.path


def _plain(message: Message) -> str:
    """Return a message in plain words; one that lacks parameters, or has a code of somebody else's, as data."""
    try:
        return message.text(PLAIN)
    except WordingError:
        return ", ".join(f"{name}: {value}" for name, value in message.items)


# -- parts of rules ---------------------------------------------------------------------------------


def _sentence(*clauses: Clause) -> Items:
    return Items(tuple((line.level, line.text) for line in _sentences(clauses, 0)))


def _group_screen(group: UnitGroup, depth: int = 0) -> Screen:
    blocks: list[Block] = [Paragraph(said(group.label, Tone.STRONG), 2 * depth)]
    facts = [*group_header(group, described=False)]
    if group.units:
        facts.append(("Units", said(", ".join(map(str, group.units)), Tone.NUMBER)))
    blocks.append(Fields(tuple(facts)))
    if group.rules:
        blocks.append(_sentence(*group.rules))
    for each in group.groups:
        blocks += [GAP, *_group_screen(each, depth + 1)._blocks]
    return Screen(blocks=tuple(blocks))


def _facts(value: object) -> Iterator[tuple[str, Words]]:
    """Yield the fields of a record that hold anything, in their order."""
    for field in attrs.fields(type(value)):  # type: ignore[arg-type] # it was asked whether it has any
        held = getattr(value, field.name)
        if not field.name.startswith("_") and held not in (None, "", (), frozenset()):
            label = field.name.replace("_", " ").capitalize()
            tone = Tone.NUMBER if isinstance(held, UnitNumber) else Tone.PLAIN
            yield label, said(_fact(held), tone)


def _fact(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return written(value) or ""
        case frozenset():
            return ", ".join(sorted(map(str, cast("frozenset[object]", value))))
        case tuple():
            return ", ".join(map(_fact, cast("tuple[object, ...]", value)))
        case _:
            return str(value)
