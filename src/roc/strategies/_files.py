"""Qualification files: valid ones, and ones that are broken in exactly one way."""

from collections.abc import Callable
from typing import Any, Final, final

import attrs
from hypothesis import strategies as st

from roc._record import Record
from roc.formats import Format, dumps
from roc.formats._qualification import to_plain
from roc.formats._write import write
from roc.qualification import Qualification

FORMATS: Final[tuple[Format, ...]] = ("json", "yaml", "toml")


@final
@attrs.frozen(kw_only=True)
class QualificationFile(Record):
    """The text of a file that holds a qualification, or fails to.

    Attributes:
        text: What the file holds.
        format: ``json``, ``yaml`` or ``toml``.
        qualification: What it says; ``None`` for a broken file.
        fault: The one thing that is wrong with it, by its name; ``None`` for a valid file.
    """

    text: str
    format: Format
    qualification: Qualification | None = None
    fault: str | None = None


def valid_file(qualification: Qualification, text_format: Format) -> QualificationFile:
    """Return the file of a qualification."""
    text = dumps(qualification, text_format)
    return QualificationFile(text=text, format=text_format, qualification=qualification)


def broken_file(qualification: Qualification, text_format: Format, fault: str) -> QualificationFile:
    """Return the file of a qualification with this fault."""
    if fault == "not of the format":
        text = f"{dumps(qualification, text_format)}\n]\n"
    else:
        data = to_plain(qualification)
        _FAULTS[fault](data, _Fresh(qualification))
        text = write(data, text_format)
    return QualificationFile(text=text, format=text_format, fault=fault)


class _Fresh:
    """Names that the qualification does not use yet, and one that it does."""

    def __init__(self, qualification: Qualification) -> None:
        taken = {
            *map(str, qualification.units_by_number),
            *qualification.groups_by_name,
            *qualification.pathways_by_name,
            *(each.name for each in qualification.conditions),
        }
        self.name: Final = next(name for i in range(len(taken) + 1) if (name := f"Z{i}") not in taken)
        self.unit: Final = qualification.units[0]

    def group(self, **more: object) -> dict[str, object]:
        """Return a group with a name of its own."""
        return {"name": self.name, **more}


def _add(data: dict[str, Any], key: str, value: object) -> None:
    data[key] = [*data.get(key, []), value]


def _no_title(data: dict[str, Any], _fresh: _Fresh) -> None:
    del data["title"]


def _unknown_key(data: dict[str, Any], fresh: _Fresh) -> None:
    data[fresh.name] = 1


def _no_such_level(data: dict[str, Any], _fresh: _Fresh) -> None:
    data["level"] = 13


def _no_such_date(data: dict[str, Any], _fresh: _Fresh) -> None:
    data["review_date"] = "2026-02-30"


def _ends_before_it_starts(data: dict[str, Any], _fresh: _Fresh) -> None:
    data.pop("certification_end", None)
    data["operational_start"] = "2026-09-01"
    data["operational_end"] = "2026-08-31"


def _not_a_rule(data: dict[str, Any], _fresh: _Fresh) -> None:
    _add(data, "rules", "at least several units")


def _bounds_cross(data: dict[str, Any], _fresh: _Fresh) -> None:
    _add(data, "rules", "3 to 2 units")


def _unknown_group(data: dict[str, Any], fresh: _Fresh) -> None:
    _add(data, "rules", f"at least 1 unit from {fresh.name}")


def _unknown_condition(data: dict[str, Any], fresh: _Fresh) -> None:
    _add(data, "rules", f"{fresh.name} is met")


def _unknown_unit(data: dict[str, Any], fresh: _Fresh) -> None:
    _add(data, "groups", fresh.group(units=[f"{fresh.name}.1"]))


def _unknown_pathway(data: dict[str, Any], fresh: _Fresh) -> None:
    _add(data, "groups", fresh.group(pathways=[fresh.name]))


def _group_twice(data: dict[str, Any], fresh: _Fresh) -> None:
    _add(data, "groups", fresh.group())
    _add(data, "groups", fresh.group())


def _unit_twice(data: dict[str, Any], fresh: _Fresh) -> None:
    for _ in range(2):
        _add(data, "units", {"number": fresh.name, "credit": 1, "glh": 1})


def _credit_below_zero(data: dict[str, Any], fresh: _Fresh) -> None:
    _add(data, "units", {"number": fresh.name, "credit": -1, "glh": 1})


def _choice_of_too_many(data: dict[str, Any], fresh: _Fresh) -> None:
    _add(data, "groups", fresh.group(choose=1))


_FAULTS: Final[dict[str, Callable[[dict[str, Any], _Fresh], None]]] = {
    "no title": _no_title,
    "unknown key": _unknown_key,
    "no such level": _no_such_level,
    "no such date": _no_such_date,
    "ends before it starts": _ends_before_it_starts,
    "not a rule": _not_a_rule,
    "bounds cross": _bounds_cross,
    "unknown group": _unknown_group,
    "unknown condition": _unknown_condition,
    "unknown unit": _unknown_unit,
    "unknown pathway": _unknown_pathway,
    "group twice": _group_twice,
    "unit twice": _unit_twice,
    "credit below zero": _credit_below_zero,
    "choice of too many": _choice_of_too_many,
}

FAULTS: Final = (*_FAULTS, "not of the format")
"""The names of what can be wrong with a file, one at a time."""


@st.composite
def drawn_files(draw: st.DrawFn, rules: st.SearchStrategy[Qualification]) -> QualificationFile:
    """Draw a valid file."""
    return valid_file(draw(rules), draw(st.sampled_from(FORMATS)))


@st.composite
def drawn_broken_files(
    draw: st.DrawFn, rules: st.SearchStrategy[Qualification], faults: tuple[str, ...]
) -> QualificationFile:
    """Draw a file with one of *faults*."""
    return broken_file(draw(rules), draw(st.sampled_from(FORMATS)), draw(st.sampled_from(faults)))
