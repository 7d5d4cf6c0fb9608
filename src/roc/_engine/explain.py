"""Why a selection is blocked: minimal conflicts of the rule's clauses and the person's own choices.

A *member* of a conflict is a clause, known by its path, or a chosen unit. What a clause asks for is one member,
however many bounds and alternatives it has; what is inside another clause, or inside a group that is chosen
from, is part of that. A set of members is a conflict if no selection has these units and keeps to these
clauses; it is minimal if it is none any more without any one of its members.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from roc._engine.bits import each_bit
from roc._engine.budget import Budget
from roc._engine.lines import Bound, System, Way, systems
from roc._engine.parts import Atom, Kinds, Part, Together
from roc._engine.refute import Refuter
from roc._engine.rule import Rule
from roc.rules import Measure


class Fact(NamedTuple):
    """The arithmetic of one bound of a conflict, in scaled integers.

    Attributes:
        source: The path of the clause.
        way: Of which of the rules (pathways) it is the arithmetic.
        is_floor: Whether it is a floor that cannot be reached, or a ceiling that cannot be kept.
        measure: What is counted; ``None``: different words, or groups in use.
        bound: What is needed, or allowed.
        present: What the units chosen add at most to a floor, at least to a ceiling.
        reachable: For a floor the most, for a ceiling the least, that a selection can come to if it keeps to
            all other members of the conflict.
    """

    source: str
    way: int
    is_floor: bool
    measure: Measure | None
    bound: int
    present: int
    reachable: int


class Core(NamedTuple):
    """A minimal conflict: the paths of its clauses, in the rule's order, and the units chosen, as a mask."""

    sources: tuple[str, ...]
    choices: int


def families(rules: Sequence[Rule]) -> list[int]:
    """Return for each unit those that go with it whatever pathway is taken, itself too."""
    found = [-1] * len(rules[0].units)
    for rule in rules:
        joined = [1 << bit for bit in range(len(rule.units))]
        for part in _plain_parts(rule):
            if isinstance(part, Together):
                mask = part.mask
                for bit in each_bit(part.mask):
                    mask |= joined[bit]
                for bit in each_bit(mask):
                    joined[bit] = mask
        found = [one & other for one, other in zip(found, joined, strict=True)]
    return found


def own_choices(rules: Sequence[Rule], chosen: int) -> int:
    """Return those of the units chosen that do not follow from the rule and from the others.

    Of linked units it is the first; a unit that a clause needs in any case is nobody's choice. A selection of
    these is blocked if and only if one of all of them is.
    """
    family = families(rules)
    needed = -1
    for rule in rules:
        here = 0
        for part in _plain_parts(rule):
            if (
                isinstance(part, Atom)
                and part.used is None
                and part.row.measure is Measure.UNITS
                and part.lo == part.row.mask.bit_count()
            ):
                here |= part.row.mask
        needed &= here
    found = seen = 0
    for bit in each_bit(needed):
        seen |= family[bit]
    for bit in each_bit(chosen):
        if not seen >> bit & 1:
            found |= 1 << bit
            seen |= family[bit]
    return found


def _plain_parts(rule: Rule) -> Iterator[Part]:
    """Yield what must hold in any case."""
    for _, alternatives in rule.statements:
        if len(alternatives) == 1:
            yield from alternatives[0]


def conflict(
    rules: Sequence[Rule], chosen: int, budget: Budget, *, must: int = 0, banned: int = 0
) -> Core | None:
    """Return a minimal conflict, ``None`` where the selection can be completed.

    Args:
        rules: The rule of each pathway in question; the conflict is one for all of them.
        chosen: The units that the person chose.
        budget: What may be spent.
        must: Units assumed to be chosen too ("why is it closed?"); they are no members.
        banned: Units assumed to be left out ("why is it forced?").

    Raises:
        OutOfBudgetError: The budget is spent.
    """
    return next(conflicts(rules, chosen, budget, must=must, banned=banned), None)


def conflicts(
    rules: Sequence[Rule], chosen: int, budget: Budget, *, must: int = 0, banned: int = 0
) -> Iterator[Core]:
    """Yield all minimal conflicts, each once, in a fixed order; the arguments are those of :func:`conflict`.

    What can be done to resolve all conflicts found so far is worked out as a tree: from each conflict one
    member is dropped. Where that does not suffice, there is another conflict.

    Raises:
        OutOfBudgetError: The budget is spent.
    """
    found = systems(tuple(rules))
    refuter = Refuter(found, must, banned, budget)
    members = found.clauses | chosen
    known: list[int] = []
    resolved: list[int] = []
    seen = {0}
    pending = [0]
    while pending:
        dropped = pending.pop()
        if any(not each & ~dropped for each in resolved):
            continue
        core = min((each for each in known if not each & dropped), key=int.bit_count, default=None)
        if core is None:
            reason = refuter.refute(members & ~dropped)
            if reason is None:
                resolved.append(dropped)
                continue
            core = _minimal(refuter, reason)
            known.append(core)
            choices = core & ~found.clauses
            yield Core(tuple(found.sources[bit - found.size] for bit in each_bit(core ^ choices)), choices)
        budget.left -= 1
        if budget.left < 0:
            budget.more()
        for bit in reversed(list(each_bit(core))):
            child = dropped | 1 << bit
            if child not in seen:
                seen.add(child)
                pending.append(child)


def _minimal(refuter: Refuter, core: int) -> int:
    """Return a minimal conflict inside of one; choices are given up before clauses, the last ones first."""
    needed = 0
    while rest := core & ~needed:
        choices = rest & ~refuter.systems.clauses
        bit = 1 << (choices or rest).bit_length() - 1
        smaller = refuter.refute(core & ~bit)
        if smaller is None:
            needed |= bit
        else:
            core = smaller
    return core


def facts(
    rules: Sequence[Rule], chosen: int, core: Core, budget: Budget, *, must: int = 0, banned: int = 0
) -> tuple[Fact, ...]:
    """Return the arithmetic of a minimal conflict, for each of its clauses that is a plain bound.

    Raises:
        OutOfBudgetError: The budget is spent.
    """
    found = systems(tuple(rules))
    refuter = Refuter(found, must, banned, budget)
    members = core.choices
    for i, source in enumerate(found.sources):
        if source in core.sources:
            members |= 1 << found.size + i
    made: list[Fact] = []
    for way, system in enumerate(found.each):
        for statement in system.statements:
            if not statement.member & members or len(statement.ways) != 1:
                continue
            others = members & ~statement.member
            source = found.sources[statement.member.bit_length() - 1 - found.size]
            for bound in statement.ways[0].bounds:
                if bound.part.source != source:
                    continue  # it is of a clause inside of a group
                measure = bound.part.row.measure if isinstance(bound.part, Atom) else None
                for is_floor, limit in ((True, bound.part.lo), (False, bound.part.hi)):
                    if limit is not None:
                        reachable = _extreme(refuter, system, others, bound, limit, is_floor)
                        if reachable is not None:
                            present = _present(bound, chosen | must, is_floor)
                            made.append(Fact(source, way, is_floor, measure, limit, present, reachable))
    return tuple(made)


def _present(bound: Bound, chosen: int, is_floor: bool) -> int:
    """Return what the units chosen add at most, or at least."""
    if isinstance(bound.part, Kinds):
        return sum(1 for row in bound.part.rows if row.mask & chosen)
    spans = [bound.line.spans[bit] for bit in each_bit(bound.line.units & chosen)]
    return sum(most if is_floor else least for least, most in spans)


def _extreme(
    refuter: Refuter, system: System, others: int, bound: Bound, limit: int, is_floor: bool
) -> int | None:
    """Return the most (the least) that can be come to; ``None`` where that keeps the bound, or nothing can be."""
    near, far = (bound.line.bottom, limit) if is_floor else (bound.line.top, limit)

    def reach(amount: int) -> int | None:
        low, high = (amount, None) if is_floor else (None, amount)
        line = bound.line._replace(low=low, high=high)
        way = Way((bound.part._replace(lo=low, hi=high),), (line, *bound.meaning), ())
        if refuter.refute_one(system, others, way) is not None:
            return None
        return amount if refuter.taken is None else system.amount(line, refuter.taken)

    if reach(far) is not None:
        return None
    step = -1 if is_floor else 1  # mostly a bound is missed by little
    at_hand = None
    while at_hand is None:
        if far == near:
            return None
        middle = max(near, far + step) if is_floor else min(near, far + step)
        at_hand = reach(middle)
        if at_hand is None:
            far, step = middle, 2 * step
    near = at_hand
    while abs(far - near) > 1:
        middle = (near + far) // 2
        at_hand = reach(middle)
        if at_hand is None:
            far = middle
        else:
            near = at_hand
    return near
