"""Registration groups: qualifications with their units chosen, under one number, as a centre defines them."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final, Self, final

import attrs

from roc._record import Record, Value, to_records
from roc.catalogue import identity, lookup_key
from roc.errors import DataError, SelectionError, nearest
from roc.messages import Message
from roc.numbers import QualificationNumber
from roc.qualification import Qualification, _to_date
from roc.selection import Selection
from roc.status import Status, check
from roc.units import to_text

__all__ = [
    "CATEGORIES",
    "MAX_CATEGORY",
    "MAX_DESCRIPTION",
    "MAX_GROUP_NUMBER",
    "RegistrationGroup",
    "RegistrationStatus",
    "check_registration",
]


def __dir__() -> list[str]:
    return __all__


CATEGORIES: Final = ("Qualifications", "ATA", "AOM", "IRTEC", "QAP", "PAC", "PDC", "PRC1", "PRC2")
"""The categories of the guide, which its screens call "Group Type" and its spreadsheets "Category"."""

MAX_GROUP_NUMBER: Final = 60
"""A group number has no more characters."""

MAX_DESCRIPTION: Final = 250
"""A description has no more characters."""

MAX_CATEGORY: Final = 60
"""A category has no more characters."""


def _short(value: str, most: int) -> str:
    text = to_text(value)
    if len(text) > most:
        msg = f"{text!r:.60} is longer than {most} characters"
        raise DataError(msg)
    return text


def to_group_number(value: str) -> str:
    """Return a group number, cleaned, or raise a DataError."""
    return _short(value, MAX_GROUP_NUMBER)


def to_description(value: str) -> str:
    """Return a description, cleaned, or raise a DataError."""
    return _short(value, MAX_DESCRIPTION)


def to_category(value: str) -> str:
    """Return a category, cleaned, or raise a DataError."""
    return _short(value, MAX_CATEGORY)


def _to_selections(values: Iterable[Selection]) -> tuple[Selection, ...]:
    return to_records(values, Selection, "selection: begin one with Selection.start")


@final
@attrs.frozen(kw_only=True, cache_hash=True)
class RegistrationGroup(Record):
    """One or more qualifications, each with the units chosen, to register many learners alike.

    It may be unfinished: :func:`check_registration` says what is missing.

    >>> import roc
    >>> q = roc.Qualification(title="Example", number="500/9810/X", units=[roc.Unit(number="M1")])
    >>> group = RegistrationGroup(group_number="Fansha-1").with_selection(roc.Selection.of(q, ["M1"]))
    >>> group.category, len(group.selections)
    ('Qualifications', 1)
    >>> group.without("500/9810/X").selections
    ()

    Attributes:
        group_number: What the centre calls it, at most 60 characters.
        description: What it is for, at most 250 characters.
        category: The product category, one of a list of codes such as :data:`CATEGORIES`.
        selections: The units chosen, a selection for each qualification.

    Raises:
        DataError: A text is too long or holds control characters, or what is given is no selection.
    """

    group_number: str = attrs.field(converter=to_group_number)
    description: str = attrs.field(default="", converter=to_description)
    category: str = attrs.field(default=CATEGORIES[0], converter=to_category)
    selections: tuple[Selection, ...] = attrs.field(default=(), converter=_to_selections)

    def with_selection(self, selection: Selection) -> Self:
        """Return the group with this selection, in place of the one of the same qualification or at the end."""
        wanted = identity(selection.qualification)
        same = [identity(each.qualification) == wanted for each in self.selections]
        if not any(same):
            return self.evolve(selections=(*self.selections, selection))
        at = same.index(True)
        rest = [each for each, is_same in zip(self.selections, same, strict=True) if not is_same]
        return self.evolve(selections=(*rest[:at], selection, *rest[at:]))

    def without(self, qualification: Qualification | QualificationNumber | str) -> Self:
        """Return the group without a qualification, given as a whole, by number, or without one by title.

        Raises:
            SelectionError: It is not in the group.
        """
        name = identity(qualification) if isinstance(qualification, Qualification) else str(qualification)
        known = [identity(each.qualification) for each in self.selections]
        rest = [
            each
            for each, own in zip(self.selections, known, strict=True)
            if lookup_key(own) != lookup_key(name)
        ]
        if len(rest) == len(known):
            msg = f"{name:.100} is not in the registration group"
            raise SelectionError(msg, suggestions=nearest(name, known))
        return self.evolve(selections=rest)


@final
@attrs.frozen(kw_only=True)
class RegistrationStatus(Value):
    """The outcome of the check of a registration group.

    Attributes:
        group: What was checked.
        statuses: The status of each selection, in order.
        messages: What there is to say about the group and about each qualification as a whole; what each lacks
            is in its status.
    """

    group: RegistrationGroup
    statuses: tuple[Status, ...]
    messages: tuple[Message, ...]

    @property
    def ok(self) -> bool:
        """Whether the group can be saved and used."""
        return not self.messages

    def findings(self) -> tuple[Message, ...]:
        """Return every message: the group's, then all of each qualification that is not OK."""
        return (*self.messages, *(each for one in self.statuses if not one.ok for each in one.findings()))

    def __bool__(self) -> bool:
        return self.ok


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def check_registration(
    group: RegistrationGroup,
    *,
    date: dt.date | str,
    others: Iterable[RegistrationGroup | str] = (),
    categories: Iterable[str] = CATEGORIES,
) -> RegistrationStatus:
    """Check a registration group: its number, description, category, and every qualification on the day.

    >>> status = check_registration(RegistrationGroup(group_number="Fansha-1"), date="2026-08-31")
    >>> for message in status.messages:
    ...     print(message.text("plain"))
    Enter a description of the group.
    Add at least one qualification.

    Args:
        group: The group.
        date: The day of registration.
        others: The other groups of the same owner, or their numbers: none may have the group's number. Case
            and runs of spaces do not matter.
        categories: The categories that there are.

    Raises:
        DataError: The date is none.
    """
    day = _to_date(date)  # also where there is no selection to check
    statuses = tuple(check(each, date=day) for each in group.selections)
    found = (*_of_header(group, others, tuple(categories)), *_of_selections(statuses))
    return RegistrationStatus(group=group, statuses=statuses, messages=found)


def _of_header(
    group: RegistrationGroup, others: Iterable[RegistrationGroup | str], categories: tuple[str, ...]
) -> Iterator[Message]:
    if not group.group_number:
        yield Message.of("registration.number-missing", path="$.group_number")
    else:
        taken = {_folded(each if isinstance(each, str) else each.group_number) for each in others}
        if _folded(group.group_number) in taken:
            yield Message.of("registration.number-taken", path="$.group_number", number=group.group_number)
    if not group.description:
        yield Message.of("registration.description-missing", path="$.description")
    if group.category not in categories:
        yield Message.of(
            "registration.category-unknown",
            path="$.category",
            category=group.category,
            categories=nearest(group.category, categories),
        )


def _of_selections(statuses: tuple[Status, ...]) -> Iterator[Message]:
    if not statuses:
        yield Message.of("registration.no-qualifications", path="$.selections")
    seen: set[str] = set()
    for i, status in enumerate(statuses):
        q, path = status.qualification, f"$.selections[{i}]"
        if identity(q) in seen:
            yield Message.of("registration.qualification-twice", path=path, qualification=str(q))
        seen.add(identity(q))
        if status.ok:
            continue
        if status.date is not None and q.refusals(status.date, status.event):
            yield Message.of(
                "registration.qualification-closed",
                path=path,
                qualification=str(q),
                date=status.date.isoformat(),
            )
        if not check(status.selection).ok:
            yield Message.of("registration.qualification-not-ok", path=path, qualification=str(q))
