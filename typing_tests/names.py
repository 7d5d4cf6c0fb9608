"""Every public name as type checkers must see it, those in ``api.py`` left out; checked, never run."""

import datetime as dt
import io
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import assert_never, assert_type

import roc

# -- the model ----------------------------------------------------------------------------------------

unit = roc.Unit(number="K/601/6383", title="Tyres", level=2, credit="4.5", tags=["competence"])
assert_type(unit.number, roc.UnitNumber)
assert_type(unit.level, roc.Level | None)
assert_type(unit.credit, Decimal | None)
assert_type(unit.tags, frozenset[str])
assert_type(unit.evolve(credit=None), roc.Unit)

group = roc.UnitGroup(
    name="B",
    kind=roc.GroupKind.OPTIONAL,
    units=["K/601/6383"],
    rules=[roc.Threshold(measure=roc.Measure.UNITS, minimum=1)],
    opening=roc.Opening(level_from=2, tags=["competence"]),
)
assert_type(group.kind, roc.GroupKind)
assert_type(group.rules, tuple[roc.Clause, ...])
assert_type(group.walk(), Iterator[roc.UnitGroup])
assert_type(group.opening, roc.Opening | None)
assert_type(roc.Opening().admits(unit), bool)

q = roc.Qualification(
    title="Example",
    number="500/9810/X",
    operational_start="2026-08-31",
    units=[unit],
    groups=[group],
    pathways=[roc.Pathway(name="gym", kind=roc.PathwayKind.PATHWAY)],
    conditions=[roc.Condition(name="placement")],
    sharing=[roc.Sharing(groups=["B", "C"], at_most=1)],
    examples=[roc.Example(selection=["K/601/6383", roc.Entry(unit=unit)], ok=True)],
)
assert_type(q.number, roc.QualificationNumber | None)
assert_type(q.operational_start, dt.date | None)
assert_type(q.pathways, tuple[roc.Pathway, ...])
assert_type(q.conditions, tuple[roc.Condition, ...])
assert_type(q.sharing, tuple[roc.Sharing, ...])
assert_type(q.examples[0].selection, tuple[roc.Entry, ...])
assert_type(q.refusals(dt.date(2026, 8, 31), roc.Event.REGISTRATION), tuple[str, ...])
assert_type(roc.version_on([q], dt.date(2026, 8, 31)), roc.Qualification | None)
assert_type(roc.advise(q), tuple[roc.Advice, ...])
assert_type(roc.advise(q)[0].code, str)


def sides(clause: roc.Clause) -> str:
    """Tell the kinds of clauses apart, all of them."""
    match clause:
        case roc.Threshold():
            assert_type(clause.measure, roc.Measure)
            assert_type(clause.ceiling, roc.Ceiling)
            assert_type(clause.scope, roc.Scope)
            assert_type(clause.scope.states, tuple[roc.State, ...])
        case roc.Linked() | roc.Barred():
            assert_type(clause.units, tuple[roc.UnitNumber, ...])
        case roc.Requires():
            assert_type(clause.unit, roc.UnitNumber)
        case roc.IsMet():
            assert_type(clause.condition, str)
        case roc.Complete():
            assert_type(clause.group, str)
        case roc.AllOf():
            assert_type(clause.clauses, tuple[roc.Clause, ...])
        case roc.Choice():
            assert_type(clause.options, tuple[roc.Clause, ...])
        case roc.Conditional():
            assert_type(clause.then, roc.Clause)
        case _:
            assert_never(clause)
    return str(clause)


# -- a check ------------------------------------------------------------------------------------------

selection = roc.Selection.of(q, [unit, "K/601/6383"], conditions=["placement"])
status = roc.check(selection, date="2026-08-31")
entry = next(iter(selection))
assert_type(entry, roc.Entry)
assert_type(entry.state, roc.State)
assert_type(status.findings(), tuple[roc.Message, ...])
assert_type(status.allocation, Mapping[roc.UnitNumber, tuple[str, ...]])
assert_type(status.event, roc.Event)

message = status.messages[0]
assert_type(message.severity, roc.Severity)
assert_type(message.parameters, Mapping[str, str | Decimal | tuple[str, ...]])

combination = roc.best_combination(selection, limit=1000)
assert_type(combination, roc.Combination)
assert_type(combination.status, roc.Status)


def worded(wording: roc.Wording) -> str:
    """Return a text in a wording of one's own."""
    try:
        return status.text(wording.evolve(name="ours", templates={"ok": "Ready"}))
    except roc.WordingError as error:
        assert_type(error.suggestions, tuple[str, ...])
        return error.message


# -- what comes next ----------------------------------------------------------------------------------

limits = roc.Limits(states=1000, seconds=0.5)
solver = roc.Solver(q, limits=limits, engine="native")
assert_type(solver.limits, roc.Limits)
assert_type(solver.engine, roc.EngineKind)
assert_type(solver.verdict(selection), roc.Verdict)
assert_type(solver.complete(selection, avoid=["K/601/6383"], costs={"K/601/6383": 2}), roc.Completion | None)
assert_type(solver.completions(selection, diverse=True), Iterator[roc.Completion])
assert_type(solver.options(selection, limits=limits), roc.Options)
assert_type(solver.options(selection)["K/601/6383"], roc.UnitOption)
assert_type(solver.why(selection, unit), roc.Reason)
assert_type(solver.why(selection, unit).completion, roc.Completion | None)
assert_type(solver.explain(selection), roc.Conflict | None)
assert_type(solver.conflicts(selection), Iterator[roc.Conflict])
assert_type(solver.repair(selection), roc.Repair | None)
assert_type(solver.repairs(selection), Iterator[roc.Repair])
assert_type(solver.count(selection), int)
assert_type(solver.frequencies(selection), Mapping[roc.UnitNumber, Fraction])
assert_type(solver.distribution(selection, "credit"), Mapping[Decimal, int])
assert_type(solver.sample(selection, 2, seed=1), tuple[roc.Selection, ...])
assert_type(solver.bounds(selection), roc.Bounds | None)


def told(conflict: roc.Conflict) -> Iterator[Decimal]:
    """Yield the gaps that a conflict is about."""
    assert_type(conflict.clauses, tuple[roc.ConflictClause, ...])
    for clause in conflict.clauses:
        assert_type(clause.facts, tuple[roc.Arithmetic, ...])
        for fact in clause.facts:
            yield fact.gap


# -- catalogues, registration groups, spreadsheets ------------------------------------------------------

catalogue = roc.Catalogue(qualifications=[q])
assert_type(roc.Catalogue.load("folder"), roc.Catalogue)
assert_type(catalogue["500/9810/X"], roc.Qualification)
assert_type(catalogue.on(dt.date(2026, 8, 31)), roc.Catalogue)
assert_type(catalogue.search("fitting"), tuple[roc.CatalogueRow, ...])

registration = roc.RegistrationGroup(group_number="Fansha-1", selections=[selection])
assert_type(registration.with_selection(selection), roc.RegistrationGroup)
checked = roc.check_registration(registration, date="2026-08-31")
assert_type(checked, roc.RegistrationStatus)
assert_type(checked.statuses, tuple[roc.Status, ...])

table = roc.basic_summary([registration])
assert_type(table, roc.Table)
assert_type(table.to_dicts(), list[dict[str, str]])
assert_type(roc.full_information([registration]), tuple[roc.Table, ...])
assert_type(roc.to_csv(table), str)
roc.write_csv(table, io.BytesIO())
roc.write_xlsx([table], "groups.xlsx")

# -- files ----------------------------------------------------------------------------------------------

assert_type(roc.loads("title: Example", "yaml", max_size=100), roc.Qualification)
roc.dump(q, "rule.json")
assert_type(roc.schema(), dict[str, object])
assert_type(roc.dumps_registration(registration, "json"), str)
assert_type(roc.loads_registration("{}", catalogue, "json"), roc.RegistrationGroup)
assert_type(roc.load_registration("group.yaml", catalogue), roc.RegistrationGroup)
roc.dump_registration(registration, "group.toml")

# -- errors and warnings --------------------------------------------------------------------------------


def caught() -> list[object]:
    """Catch each error, and read what it carries."""
    try:
        return [roc.load("rule.yaml")]
    except roc.RuleSyntaxError as error:
        assert_type(error.position, int)
        return [error.expected]
    except roc.DataError as error:
        assert_type(error.line, int | None)
        return [error.at("$.groups[0]")]
    except roc.InvalidData as error:
        return [error.exceptions]
    except roc.SelectionError as error:
        assert_type(error.suggestions, tuple[str, ...])
        return [error.message]
    except roc.LimitReachedError as error:
        assert_type(error.found, object)
        return [error.bound]
    except roc.MissingExtraError as error:
        assert_type(error.extra, str)
        return [error.what]
    except roc.EngineError as error:
        raise error from None
    except roc.RocError as error:
        return [error]


kinds: list[type[roc.RocWarning]] = [roc.CheckCharacterWarning, roc.SizeWarning]
