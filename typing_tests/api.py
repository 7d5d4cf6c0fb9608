"""What type checkers must see of the public API; checked, never run."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import assert_type

import roc
from roc.display import Screen, completions_screen, screen
from roc.explorer import Explorer

qualification = roc.load("rule.yaml")
assert_type(qualification, roc.Qualification)
assert_type(qualification.min_credit, Decimal | None)
assert_type(qualification.units_by_number, Mapping[roc.UnitNumber, roc.Unit])
assert_type(qualification.evolve(title="Other"), roc.Qualification)

selection = (
    roc.Selection.start(qualification, pathway="gym").add("K/601/6383", state="rpl").remove("D/601/4999")
)
assert_type(selection, roc.Selection)
assert_type(selection.numbers, tuple[roc.UnitNumber, ...])

status = roc.check(selection, date=dt.date(2026, 8, 31), event="certification")
assert_type(status, roc.Status)
assert_type(status.ok, bool)
assert_type(status.messages, tuple[roc.Message, ...])
assert_type(status.groups, Mapping[str, roc.GroupStatus])
assert_type(status.groups["B"].clauses, tuple[roc.ClauseStatus, ...])
assert_type(status.pathways, Mapping[str, roc.Status])
assert_type(status.text("plain"), str)

best = roc.best_combination(selection)
assert_type(best, roc.Combination)
assert_type(best.surplus, tuple[roc.UnitNumber, ...])

clause = roc.parse("at least 31 credits at level 2 or above")
assert_type(clause, roc.Clause)
threshold = roc.Threshold(measure="credit", minimum=31, scope=roc.Scope(level_from=2))
assert_type(threshold.minimum, Decimal | None)
assert_type(threshold.evolve(minimum=30), roc.Threshold)

assert_type(roc.dumps(qualification, "toml"), str)
assert_type(roc.Level("Entry 3") < roc.Level(2), bool)
assert_type(roc.UnitNumber("K6016383").nearest(), tuple[roc.UnitNumber, ...])

assert_type(screen(status), Screen)
assert_type(completions_screen(roc.Solver(qualification).completions(selection), most=5), Screen)
assert_type(screen([status, selection]).html(), str)
assert_type(Explorer(qualification).selection, roc.Selection)
assert_type(Explorer(qualification, selection).status, roc.Status)
