"""Rules of combination: how many units and credits, from which groups, make a qualification."""

from roc.combination import Combination, best_combination
from roc.errors import (
    CheckCharacterWarning,
    DataError,
    InvalidData,
    MissingExtraError,
    RocError,
    RocWarning,
    RuleSyntaxError,
    SelectionError,
    SizeWarning,
)
from roc.groups import GroupKind, Opening, Sharing, UnitGroup
from roc.levels import Level
from roc.messages import Message, Severity
from roc.numbers import QualificationNumber, UnitNumber
from roc.qualification import (
    Condition,
    Entry,
    Event,
    Example,
    Pathway,
    PathwayKind,
    Qualification,
    version_on,
)
from roc.rules import (
    AllOf,
    Barred,
    Ceiling,
    Choice,
    Clause,
    Complete,
    Conditional,
    IsMet,
    Linked,
    Measure,
    Requires,
    Scope,
    State,
    Threshold,
)
from roc.selection import Selection
from roc.status import ClauseStatus, GroupStatus, Status, check
from roc.units import Unit
