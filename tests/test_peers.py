"""The instances on which other solvers were measured: what they say, and that CP-SAT and the engine agree on them."""

import contextlib
import os

import pytest
from tests import peers_instances
from tests.cpsat_comparison import SECONDS, compare, is_minimal, is_minimal_by_cpsat

import roc
from roc._engine.budget import OutOfBudgetError
from roc._engine.rule import Rule, read
from roc.cpsat import CpSat

IS_THOROUGH = bool(os.environ.get("ROC_THOROUGH"))
"""Whether the instances are compared that take the engine, or CP-SAT, more than a moment."""

_PATIENTLY = 600.0

QUICK = tuple(f"{family}-{i}" for family in ("imi", "aus", "saqa", "nvq") for i in range(2))
SLOW = tuple(name for name in peers_instances.NAMES if name not in QUICK and not name.startswith("hard"))
HARD = tuple(name for name in peers_instances.NAMES if name.startswith("hard"))


def asked(name: str, which: str) -> tuple[list[Rule], int]:
    """Return the rule of an instance, and one of its selections as a mask."""
    instance = peers_instances.load(name)
    rule = read(peers_instances.convert(instance), (), (), frozenset[str]())
    return [rule], sum(1 << rule.bits[roc.UnitNumber(unit)] for unit in instance["selections"][which])


def test_the_folder_holds_these_instances() -> None:
    """A file that is added is named."""
    assert sorted(path.stem for path in peers_instances.FOLDER.iterdir()) == sorted(peers_instances.NAMES)


@pytest.mark.parametrize("name", [*QUICK, *SLOW])
def test_an_instance_allows_what_was_planted_in_it(name: str) -> None:
    """The selection around which an instance was made is OK, and one unit less of it is not for every unit."""
    instance = peers_instances.load(name)
    rule = peers_instances.convert(instance)
    assert len(rule.units) == len(instance["units"])
    planted = roc.Selection.of(rule, instance["planted"])
    assert roc.check(planted).ok
    assert not roc.check(roc.Selection.of(rule, [])).ok
    assert set(instance["selections"]["half"]) <= set(instance["planted"])


@pytest.mark.parametrize(
    ("which", "verdict"), [("empty", "completable"), ("half", "completable"), ("impossible", "blocked")]
)
@pytest.mark.parametrize("name", [*QUICK, *(SLOW if IS_THOROUGH else ())])
def test_cpsat_and_the_engine_agree(name: str, which: str, verdict: str) -> None:
    """Completions, options, repairs and conflicts are the same."""
    assert compare(*asked(name, which)) == verdict


def test_cpsat_answers_a_hard_instance() -> None:
    """The best completion takes the engine more than its usual budget, and CP-SAT less than a second or so."""
    rules, chosen = asked("hard-0", "half")
    best = next(CpSat(rules, chosen, SECONDS).completions())
    assert (best.cost, best.credit) == (7, 115)


@pytest.mark.skipif(not IS_THOROUGH, reason="it takes minutes")
@pytest.mark.parametrize("name", HARD)
def test_answers_on_hard_instances_hold_together(name: str) -> None:
    """Where the engine gives up, each answer of CP-SAT is held against its others, and conflicts against proofs."""
    for which in ("empty", "half"):
        rules, chosen = asked(name, which)
        best = next(CpSat(rules, chosen, _PATIENTLY).completions())
        complete = chosen | best.added
        assert CpSat(rules, complete, _PATIENTLY).is_complete()
        repair = next(CpSat(rules, chosen, _PATIENTLY).repairs())
        assert (repair.cost, repair.drops) <= (best.cost, 0)
        found = CpSat(rules, chosen, _PATIENTLY).options()
        assert not found.undecided
        assert not found.closed & best.added
        assert not found.forced & ~best.added
    rules, chosen = asked(name, "impossible")
    core = CpSat(rules, chosen, _PATIENTLY).conflict()
    assert core is not None
    assert is_minimal_by_cpsat(rules, core)
    with contextlib.suppress(OutOfBudgetError):  # the engine cannot always tell
        assert is_minimal(rules, core, states=200_000)
