"""Reports: a status, or an answer of the solver, as plain data with stable keys, and its JSON.

They are for programs in any language. The keys are described in ``roc/report.schema.json``. Amounts are JSON
numbers, written exactly: a reader that wants them exact reads numbers as decimals.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeAlias

from roc.combination import Combination
from roc.messages import Message
from roc.qualification import Entry, Qualification
from roc.rules import Measure
from roc.selection import Selection
from roc.status import ClauseStatus, GroupStatus, Status
from roc.units import Unit
from roc.wordings import Wording, find

if TYPE_CHECKING:  # who reports a status needs no solver
    from roc.answers import Completion, Options, Reason, Repair
    from roc.conflicts import Arithmetic, Conflict, ConflictClause

__all__ = [
    "Plain",
    "completion_report",
    "conflict_report",
    "options_report",
    "reason_report",
    "repair_report",
    "report_schema",
    "selection_report",
    "status_report",
    "to_json",
]


def __dir__() -> list[str]:
    return __all__


Plain: TypeAlias = "str | int | bool | Decimal | list[Plain] | dict[str, Plain] | None"
"""What JSON can hold, with exact numbers."""


def status_report(
    status: Status, *, best: Combination | None = None, wording: str | Wording = "portal"
) -> dict[str, Plain]:
    """Return *status* as plain data: the object ``check`` of the schema.

    >>> from roc import Qualification, Selection, check, parse
    >>> q = Qualification(title="Example", rules=[parse("at least 1 unit")])
    >>> report = status_report(check(Selection.start(q)))
    >>> report["ok"], report["text"]
    (False, 'Minimum 1 unit(s) should be added.')

    Args:
        status: What to report.
        best: The best combination whose status it is, if it is one.
        wording: The wording of the texts.

    Raises:
        WordingError: There is no such wording.
    """
    words = find(wording)
    selection = status.selection
    return {
        "ok": status.ok,
        "qualification": _qualification(status.qualification, status.pathway),
        "pathway": status.pathway,
        "pathways": {name: each.ok for name, each in status.pathways.items()},
        "date": None if status.date is None else status.date.isoformat(),
        "event": status.event.value,
        "exact": status.exact,
        "totals": {
            "units": status.units,
            "credit": status.credit,
            "glh": status.guided_learning_hours,
        },
        "text": status.text(words),
        "messages": _messages(status.messages, words),
        "groups": [_group(each, words) for each in status.top_groups],
        "clauses": [_clause(each, words) for each in status.clauses],
        "selection": [_entry(each) for each in selection],
        "conditions": [*sorted(selection.conditions)],
        "allocation": {str(number): [*names] for number, names in status.allocation.items()},
        "surplus": [*map(str, status.surplus)],
        "additional": [*map(str, status.additional)],
        "best": None if best is None else _best(best),
    }


def _qualification(q: Qualification, pathway: str | None) -> Plain:
    return {
        "number": None if q.number is None else str(q.number),
        "title": q.title,
        "level": None if q.level is None else str(q.level),
        "min_units": q.minimum(Measure.UNITS, pathway),
        "min_credit": q.minimum(Measure.CREDIT, pathway),
        "min_glh": q.minimum(Measure.GLH, pathway),
    }


def _messages(messages: Iterable[Message], wording: Wording) -> list[Plain]:
    return [
        {
            "code": each.code,
            "severity": each.severity.value,
            "path": each.path,
            "parameters": {
                name: [*value] if isinstance(value, tuple) else value for name, value in each.items
            },
            "text": each.text(wording),
        }
        for each in messages
    ]


def _group(status: GroupStatus, wording: Wording) -> Plain:
    group = status.group
    return {
        "name": group.name,
        "label": group.label,
        "number": group.number,
        "kind": group.kind.value,
        "path": status.path,
        "ok": status.ok,
        "binding": status.binding,
        "min_units": group.min_units,
        "min_credit": group.min_credit,
        "unit_count": status.unit_count,
        "credit": status.credit,
        "listed": [*map(str, group.units)],
        "units": [*map(str, status.units)],
        "counted": [*map(str, status.counted)],
        "text": status.text(wording),
        "messages": _messages(status.messages, wording),
        "clauses": [_clause(each, wording) for each in status.clauses],
        "groups": [_group(each, wording) for each in status.groups],
    }


def _clause(status: ClauseStatus, wording: Wording) -> Plain:
    return {
        "rule": None if status.clause is None else str(status.clause),
        "path": status.path,
        "ok": status.ok,
        "required": status.required,
        "allowed": status.allowed,
        "actual": status.actual,
        "taken": status.taken,
        "shortfall": status.shortfall,
        "excess": status.excess,
        "messages": _messages(status.messages, wording),
        "parts": [_clause(each, wording) for each in status.parts],
    }


def _entry(entry: Entry) -> Plain:
    own = entry.unit if isinstance(entry.unit, Unit) else None
    return {
        "unit": str(entry.number),
        "state": entry.state.value,
        "credit": entry.credit,
        "in_place_of": None if entry.in_place_of is None else str(entry.in_place_of),
        "own": None if own is None else _unit(own),
    }


def _unit(unit: Unit) -> Plain:
    return {
        "title": unit.title,
        "reference": unit.reference,
        "level": None if unit.level is None else str(unit.level),
        "credit": unit.credit,
        "glh": unit.guided_learning_hours,
        "tags": [*sorted(unit.tags)],
    }


def _best(best: Combination) -> Plain:
    return {
        "exact": best.exact,
        "achieved": [*map(str, best.achieved.numbers)],
        "surplus": [*map(str, best.surplus)],
    }


# -- answers of the solver --------------------------------------------------------------------------


def selection_report(selection: Selection) -> dict[str, Plain]:
    """Return what was asked about: the keys that all answers of the solver share in the schema.

    >>> from roc import Qualification, Selection
    >>> selection_report(Selection.start(Qualification(title="Example")))["selection"]
    []
    """
    return {
        "qualification": _qualification(selection.qualification, selection.pathway),
        "pathway": selection.pathway,
        "selection": [_entry(each) for each in selection],
        "conditions": [*sorted(selection.conditions)],
    }


def completion_report(completion: "Completion") -> dict[str, Plain]:
    """Return *completion* as plain data: the object ``completion`` of the schema."""
    return {
        "added": [*map(str, completion.added)],
        "conditions": [*completion.conditions],
        "cost": completion.cost,
        "credit": completion.credit,
        "pathway": completion.pathway,
        "exact": completion.exact,
        "bound": completion.bound,
        "selection": [_entry(each) for each in completion.selection],
    }


def repair_report(repair: "Repair") -> dict[str, Plain]:
    """Return *repair* as plain data: the object ``edits`` of the schema."""
    return {
        "dropped": [*map(str, repair.dropped)],
        "added": [*map(str, repair.added)],
        "conditions": [*repair.conditions],
        "cost": repair.cost,
        "pathway": repair.pathway,
        "selection": [_entry(each) for each in repair.selection],
    }


def options_report(options: "Options") -> list[Plain]:
    """Return *options* as plain data: objects ``option`` of the schema, in declared order."""
    units = options.selection.qualification.units_by_number
    return [
        {"unit": str(number), "title": units[number].title, "option": option.value}
        for number, option in options.items
    ]


_Lines: TypeAlias = Callable[[str], int | None]
"""What tells the line of a file on which a path stands, as :func:`roc.conflicts.line_finder` returns it."""


def _nowhere(_: str) -> None:
    """Tell no line: the rule is of no file that is known."""


def conflict_report(
    conflict: "Conflict", *, wording: str | Wording = "plain", line: _Lines = _nowhere
) -> dict[str, Plain]:
    """Return *conflict* as plain data: the object ``conflict`` of the schema.

    Args:
        conflict: What to report.
        wording: The wording of the texts.
        line: What tells the line of a clause; see :func:`roc.conflicts.line_finder`.

    Raises:
        WordingError: There is no such wording, or it has no templates for conflicts.
    """
    words = find(wording)
    return {
        "unit": None if conflict.unit is None else str(conflict.unit),
        "wanted": conflict.wanted,
        "text": conflict.text(words),
        "clauses": [_conflict_clause(each, words, line) for each in conflict.clauses],
        "choices": [*map(str, conflict.choices)],
        "families": [[*map(str, each)] for each in conflict.families],
    }


def _conflict_clause(clause: "ConflictClause", wording: Wording, line: _Lines) -> Plain:
    return {
        "rule": None if clause.clause is None else str(clause.clause),
        "path": clause.path,
        "line": line(clause.path),
        "scope": clause.scope,
        "text": clause.text,
        "arithmetic": [_arithmetic(each) for each in clause.facts],
        "messages": _messages(clause.messages, wording),
    }


def _arithmetic(fact: "Arithmetic") -> Plain:
    return {
        "measure": None if fact.measure is None else fact.measure.value,
        "floor": fact.is_floor,
        "bound": fact.bound,
        "present": fact.present,
        "reachable": fact.reachable,
        "needed": fact.needed,
        "addable": fact.addable,
        "gap": fact.gap,
        "pathways": [*fact.pathways],
    }


def reason_report(
    reason: "Reason", *, wording: str | Wording = "plain", line: _Lines = _nowhere
) -> dict[str, Plain]:
    """Return *reason* as plain data: the object ``reason`` of the schema.

    The arguments are those of :func:`conflict_report`.

    Raises:
        WordingError: There is no such wording, or it has no templates for conflicts.
    """
    conflict, completion = reason.conflict, reason.completion
    return {
        "unit": str(reason.unit),
        "option": reason.option.value,
        "conflict": None if conflict is None else conflict_report(conflict, wording=wording, line=line),
        "completion": None if completion is None else completion_report(completion),
    }


# -- JSON -------------------------------------------------------------------------------------------


def to_json(data: Plain) -> str:
    """Return *data* as JSON in ASCII, numbers to the letter; lists without objects stand on one line.

    >>> print(to_json({"credit": Decimal("7.50"), "units": ["M1", "M2"]}))
    {
      "credit": 7.5,
      "units": ["M1", "M2"]
    }
    """
    return "".join(_written(data, "\n"))


def _written(data: Plain, line: str) -> Iterator[str]:
    inner = f"{line}  "
    if isinstance(data, dict) and data:
        for i, (key, value) in enumerate(data.items()):
            yield f"{',' if i else '{'}{inner}{json.dumps(key)}: "
            yield from _written(value, inner)
        yield f"{line}}}"
    elif isinstance(data, list) and any(isinstance(each, dict | list) for each in data):
        for i, value in enumerate(data):
            yield f"{',' if i else '['}{inner}"
            yield from _written(value, inner)
        yield f"{line}]"
    elif isinstance(data, list):
        yield f"[{', '.join(part for each in data for part in _written(each, line))}]"
    elif isinstance(data, Decimal):
        yield f"{data.normalize():f}"
    elif isinstance(data, int) and not isinstance(data, bool):
        yield f"{Decimal(data):f}"  # Python itself writes no whole number of very many digits
    else:
        yield json.dumps(data)


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what the command line writes as JSON.

    >>> report_schema()["$schema"]
    'https://json-schema.org/draft/2020-12/schema'
    """
    text = files("roc").joinpath("report.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
