"""Rules of combination: how many units and credits, from which groups, make a qualification.

The public names live in the modules of the package and are imported from them when they are first
used, so that ``import roc`` costs next to nothing.
"""

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from roc.advice import (
        Advice as Advice,
    )
    from roc.advice import (
        advise as advise,
    )
    from roc.answers import (
        Bounds as Bounds,
    )
    from roc.answers import (
        Completion as Completion,
    )
    from roc.answers import (
        EngineKind as EngineKind,
    )
    from roc.answers import (
        Limits as Limits,
    )
    from roc.answers import (
        Options as Options,
    )
    from roc.answers import (
        Reason as Reason,
    )
    from roc.answers import (
        Repair as Repair,
    )
    from roc.answers import (
        UnitOption as UnitOption,
    )
    from roc.answers import (
        Verdict as Verdict,
    )
    from roc.catalogue import (
        Catalogue as Catalogue,
    )
    from roc.catalogue import (
        CatalogueRow as CatalogueRow,
    )
    from roc.combination import (
        Combination as Combination,
    )
    from roc.combination import (
        best_combination as best_combination,
    )
    from roc.conflicts import (
        Arithmetic as Arithmetic,
    )
    from roc.conflicts import (
        Conflict as Conflict,
    )
    from roc.conflicts import (
        ConflictClause as ConflictClause,
    )
    from roc.errors import (
        CheckCharacterWarning as CheckCharacterWarning,
    )
    from roc.errors import (
        DataError as DataError,
    )
    from roc.errors import (
        EngineError as EngineError,
    )
    from roc.errors import (
        InvalidData as InvalidData,
    )
    from roc.errors import (
        LimitReachedError as LimitReachedError,
    )
    from roc.errors import (
        MissingExtraError as MissingExtraError,
    )
    from roc.errors import (
        RocError as RocError,
    )
    from roc.errors import (
        RocWarning as RocWarning,
    )
    from roc.errors import (
        RuleSyntaxError as RuleSyntaxError,
    )
    from roc.errors import (
        SelectionError as SelectionError,
    )
    from roc.errors import (
        SizeWarning as SizeWarning,
    )
    from roc.formats import (
        dump as dump,
    )
    from roc.formats import (
        dumps as dumps,
    )
    from roc.formats import (
        load as load,
    )
    from roc.formats import (
        loads as loads,
    )
    from roc.formats import (
        schema as schema,
    )
    from roc.formats.registrations import (
        dump_registration as dump_registration,
    )
    from roc.formats.registrations import (
        dumps_registration as dumps_registration,
    )
    from roc.formats.registrations import (
        load_registration as load_registration,
    )
    from roc.formats.registrations import (
        loads_registration as loads_registration,
    )
    from roc.groups import (
        GroupKind as GroupKind,
    )
    from roc.groups import (
        Opening as Opening,
    )
    from roc.groups import (
        Sharing as Sharing,
    )
    from roc.groups import (
        UnitGroup as UnitGroup,
    )
    from roc.language import parse as parse
    from roc.levels import Level as Level
    from roc.messages import (
        Message as Message,
    )
    from roc.messages import (
        Severity as Severity,
    )
    from roc.numbers import (
        QualificationNumber as QualificationNumber,
    )
    from roc.numbers import (
        UnitNumber as UnitNumber,
    )
    from roc.qualification import (
        Condition as Condition,
    )
    from roc.qualification import (
        Entry as Entry,
    )
    from roc.qualification import (
        Event as Event,
    )
    from roc.qualification import (
        Example as Example,
    )
    from roc.qualification import (
        Pathway as Pathway,
    )
    from roc.qualification import (
        PathwayKind as PathwayKind,
    )
    from roc.qualification import (
        Qualification as Qualification,
    )
    from roc.qualification import (
        version_on as version_on,
    )
    from roc.registration import (
        RegistrationGroup as RegistrationGroup,
    )
    from roc.registration import (
        RegistrationStatus as RegistrationStatus,
    )
    from roc.registration import (
        check_registration as check_registration,
    )
    from roc.rules import (
        AllOf as AllOf,
    )
    from roc.rules import (
        Barred as Barred,
    )
    from roc.rules import (
        Ceiling as Ceiling,
    )
    from roc.rules import (
        Choice as Choice,
    )
    from roc.rules import (
        Clause as Clause,
    )
    from roc.rules import (
        Complete as Complete,
    )
    from roc.rules import (
        Conditional as Conditional,
    )
    from roc.rules import (
        IsMet as IsMet,
    )
    from roc.rules import (
        Linked as Linked,
    )
    from roc.rules import (
        Measure as Measure,
    )
    from roc.rules import (
        Requires as Requires,
    )
    from roc.rules import (
        Scope as Scope,
    )
    from roc.rules import (
        State as State,
    )
    from roc.rules import (
        Threshold as Threshold,
    )
    from roc.selection import Selection as Selection
    from roc.solver import (
        Solver as Solver,
    )
    from roc.spreadsheets import (
        Table as Table,
    )
    from roc.spreadsheets import (
        basic_summary as basic_summary,
    )
    from roc.spreadsheets import (
        full_information as full_information,
    )
    from roc.spreadsheets import (
        to_csv as to_csv,
    )
    from roc.spreadsheets import (
        write_csv as write_csv,
    )
    from roc.spreadsheets import (
        write_xlsx as write_xlsx,
    )
    from roc.status import (
        ClauseStatus as ClauseStatus,
    )
    from roc.status import (
        GroupStatus as GroupStatus,
    )
    from roc.status import (
        Status as Status,
    )
    from roc.status import (
        check as check,
    )
    from roc.units import Unit as Unit
    from roc.wordings import (
        Wording as Wording,
    )
    from roc.wordings import (
        WordingError as WordingError,
    )

_HOMES: Final = {
    "Advice": "roc.advice",
    "advise": "roc.advice",
    "Bounds": "roc.answers",
    "Completion": "roc.answers",
    "EngineKind": "roc.answers",
    "Limits": "roc.answers",
    "Options": "roc.answers",
    "Reason": "roc.answers",
    "Repair": "roc.answers",
    "UnitOption": "roc.answers",
    "Verdict": "roc.answers",
    "Catalogue": "roc.catalogue",
    "CatalogueRow": "roc.catalogue",
    "Combination": "roc.combination",
    "best_combination": "roc.combination",
    "Arithmetic": "roc.conflicts",
    "Conflict": "roc.conflicts",
    "ConflictClause": "roc.conflicts",
    "CheckCharacterWarning": "roc.errors",
    "DataError": "roc.errors",
    "EngineError": "roc.errors",
    "InvalidData": "roc.errors",
    "LimitReachedError": "roc.errors",
    "MissingExtraError": "roc.errors",
    "RocError": "roc.errors",
    "RocWarning": "roc.errors",
    "RuleSyntaxError": "roc.errors",
    "SelectionError": "roc.errors",
    "SizeWarning": "roc.errors",
    "dump": "roc.formats",
    "dumps": "roc.formats",
    "load": "roc.formats",
    "loads": "roc.formats",
    "schema": "roc.formats",
    "dump_registration": "roc.formats.registrations",
    "dumps_registration": "roc.formats.registrations",
    "load_registration": "roc.formats.registrations",
    "loads_registration": "roc.formats.registrations",
    "GroupKind": "roc.groups",
    "Opening": "roc.groups",
    "Sharing": "roc.groups",
    "UnitGroup": "roc.groups",
    "parse": "roc.language",
    "Level": "roc.levels",
    "Message": "roc.messages",
    "Severity": "roc.messages",
    "QualificationNumber": "roc.numbers",
    "UnitNumber": "roc.numbers",
    "Condition": "roc.qualification",
    "Entry": "roc.qualification",
    "Event": "roc.qualification",
    "Example": "roc.qualification",
    "Pathway": "roc.qualification",
    "PathwayKind": "roc.qualification",
    "Qualification": "roc.qualification",
    "version_on": "roc.qualification",
    "RegistrationGroup": "roc.registration",
    "RegistrationStatus": "roc.registration",
    "check_registration": "roc.registration",
    "AllOf": "roc.rules",
    "Barred": "roc.rules",
    "Ceiling": "roc.rules",
    "Choice": "roc.rules",
    "Clause": "roc.rules",
    "Complete": "roc.rules",
    "Conditional": "roc.rules",
    "IsMet": "roc.rules",
    "Linked": "roc.rules",
    "Measure": "roc.rules",
    "Requires": "roc.rules",
    "Scope": "roc.rules",
    "State": "roc.rules",
    "Threshold": "roc.rules",
    "Selection": "roc.selection",
    "Solver": "roc.solver",
    "Table": "roc.spreadsheets",
    "basic_summary": "roc.spreadsheets",
    "full_information": "roc.spreadsheets",
    "to_csv": "roc.spreadsheets",
    "write_csv": "roc.spreadsheets",
    "write_xlsx": "roc.spreadsheets",
    "ClauseStatus": "roc.status",
    "GroupStatus": "roc.status",
    "Status": "roc.status",
    "check": "roc.status",
    "Unit": "roc.units",
    "Wording": "roc.wordings",
    "WordingError": "roc.wordings",
}
"""The module in which each public name lives."""

__all__ = [
    "Advice",
    "AllOf",
    "Arithmetic",
    "Barred",
    "Bounds",
    "Catalogue",
    "CatalogueRow",
    "Ceiling",
    "CheckCharacterWarning",
    "Choice",
    "Clause",
    "ClauseStatus",
    "Combination",
    "Complete",
    "Completion",
    "Condition",
    "Conditional",
    "Conflict",
    "ConflictClause",
    "DataError",
    "EngineError",
    "EngineKind",
    "Entry",
    "Event",
    "Example",
    "GroupKind",
    "GroupStatus",
    "InvalidData",
    "IsMet",
    "Level",
    "LimitReachedError",
    "Limits",
    "Linked",
    "Measure",
    "Message",
    "MissingExtraError",
    "Opening",
    "Options",
    "Pathway",
    "PathwayKind",
    "Qualification",
    "QualificationNumber",
    "Reason",
    "RegistrationGroup",
    "RegistrationStatus",
    "Repair",
    "Requires",
    "RocError",
    "RocWarning",
    "RuleSyntaxError",
    "Scope",
    "Selection",
    "SelectionError",
    "Severity",
    "Sharing",
    "SizeWarning",
    "Solver",
    "State",
    "Status",
    "Table",
    "Threshold",
    "Unit",
    "UnitGroup",
    "UnitNumber",
    "UnitOption",
    "Verdict",
    "Wording",
    "WordingError",
    "advise",
    "basic_summary",
    "best_combination",
    "check",
    "check_registration",
    "dump",
    "dump_registration",
    "dumps",
    "dumps_registration",
    "full_information",
    "load",
    "load_registration",
    "loads",
    "loads_registration",
    "parse",
    "schema",
    "to_csv",
    "version_on",
    "write_csv",
    "write_xlsx",
]


if not TYPE_CHECKING:  # a type checker would take it that every name exists

    def __getattr__(name: str) -> object:
        home = _HOMES.get(name)
        if home is None:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        value: object = getattr(importlib.import_module(home), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__
