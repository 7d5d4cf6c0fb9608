"""Advice about a qualification: what is legal and yet probably a slip."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, final

import attrs

from roc._record import Record
from roc.numbers import QualificationNumber, UnitNumber
from roc.qualification import Qualification
from roc.rules import Measure
from roc.units import Unit

__all__ = ["Advice", "advise"]


def __dir__() -> list[str]:
    return __all__


_WORD: Final = re.compile(r"\b((?:extended|subsidiary)\s+)?(award|certificate|diploma)\b", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"\([^()]*\)")
_FRAMEWORK: Final = re.compile(r"\b(?:QCF|RQF)\b", re.IGNORECASE)
_SIZES: Final = {
    Measure.CREDIT: {"award": (1, 13), "certificate": (13, 37), "diploma": (37, None)},
    Measure.GLH: {"award": (0, 121), "certificate": (121, 370), "diploma": (370, None)},
}
"""What the size words mean: from, and below. The hours are those of the total qualification time."""


@final
@attrs.frozen(kw_only=True)
class Advice(Record):
    """One thing that is legal and yet probably a slip.

    Attributes:
        code: ``check-character``: a number's check character does not fit. ``size``: the title's size
            word does not fit the rule's size, or the credit does not fit the hours.
        message: What is probably wrong, a sentence.
        path: Where, as ``$.units[4].number``.
    """

    code: str
    message: str
    path: str


def advise(qualification: Qualification) -> tuple[Advice, ...]:
    """Return what about *qualification* is probably a slip.

    Loading a file warns of the same things; see :func:`roc.formats.load`.

    >>> (found,) = advise(Qualification(title="Award in Retail", total_qualification_time=370))
    >>> print(f"{found.path}: {found.message}")
    $.title: the title says award, which is 0 to 120 hours; the rule says 370

    Sources: check characters, DOMAIN.md 1.6; sizes, DOMAIN.md 1.3; credit is a tenth of the total
    qualification time, rounded: Ofqual's General Condition E8.
    """
    return (*_check_characters(qualification), *_sizes(qualification))


def _check_characters(qualification: Qualification) -> Iterator[Advice]:
    for path, number in _numbers(qualification):
        if not number.check_passes:
            near = ", ".join(map(str, number.nearest()))
            message = f"{number} fails its check character; nearest valid numbers: {near}"
            yield Advice(code="check-character", message=message, path=f"{path}.number")


def _numbers(q: Qualification) -> Iterator[tuple[str, QualificationNumber | UnitNumber]]:
    if q.number is not None:
        yield "$", q.number
    for i, unit in enumerate(q.units):
        yield f"$.units[{i}]", unit.number
    for i, pathway in enumerate(q.pathways):
        if pathway.number is not None:
            yield f"$.pathways[{i}]", pathway.number
    for i, example in enumerate(q.examples):
        for j, entry in enumerate(example.selection):
            if isinstance(entry.unit, Unit):
                yield f"$.examples[{i}].selection[{j}].unit", entry.unit.number


def _sizes(q: Qualification) -> Iterator[Advice]:
    if (q.number is not None and not q.number.is_regulated) or (
        q.framework and not _FRAMEWORK.search(q.framework)
    ):
        return  # the words mean other sizes elsewhere
    hours = q.total_qualification_time
    yield from _size("$", q.title, q.min_credit, hours)
    if hours is not None and q.min_credit is not None and abs(q.min_credit - hours / 10) > Decimal("0.5"):
        message = f"the rule asks for {q.min_credit} credits, but {hours} hours are {hours / 10:f}"
        yield Advice(code="size", message=message, path="$.total_qualification_time")
    for i, pathway in enumerate(q.pathways):
        own = q.minimum(Measure.CREDIT, pathway.name)
        if own != q.min_credit:
            yield from _size(f"$.pathways[{i}]", pathway.title, own, None)


def _size(path: str, title: str, credit: Decimal | None, hours: Decimal | None) -> Iterator[Advice]:
    """Yield advice where the size word of *title* does not fit.

    An Extended Certificate or a Subsidiary Diploma has a size of its own; two different words say nothing.
    """
    found = _WORD.findall(_BRACKETS.sub(" ", title))
    words = {word.casefold() for _, word in found}
    amount, measure = (credit, Measure.CREDIT) if hours is None else (hours, Measure.GLH)
    if len(words) != 1 or amount is None or any(qualifier for qualifier, _ in found):
        return
    word = words.pop()
    low, below = _SIZES[measure][word]
    if amount < low or (below is not None and amount >= below):
        unit = "credits" if measure is Measure.CREDIT else "hours"
        bounds = f"{low} {unit} or more" if below is None else f"{low} to {below - 1} {unit}"
        message = f"the title says {word}, which is {bounds}; the rule says {amount}"
        yield Advice(code="size", message=message, path=f"{path}.title")
