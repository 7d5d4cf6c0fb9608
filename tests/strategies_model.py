"""Strategies for the tests of files: odd rules, some of them ordered as short forms order them."""

from collections.abc import Sequence

from hypothesis import strategies as st

from roc import strategies
from roc.qualification import Qualification
from roc.rules import Barred, Clause, Linked, Measure, Requires, Threshold


@st.composite
def qualifications(draw: st.DrawFn) -> Qualification:
    """Whole qualifications of any text, number and construct; half of them such that short forms fit."""
    q = draw(
        strategies.qualifications(
            max_units=8, max_groups=5, max_rules=5, measured=False, headers=True, odd=True
        )
    )
    if draw(st.booleans()):
        q = q.evolve(rules=sorted(q.rules, key=_rank))
    if draw(st.booleans()):
        named = [number for each in q.all_groups() for number in each.units]
        q = q.evolve(units=sorted(q.units, key=lambda unit: _place(named, unit.number)))
    return q


def _place(named: Sequence[object], number: object) -> int:
    return named.index(number) if number in named else -1


def _rank(clause: Clause) -> int:
    kinds = (Linked, Barred, Requires)
    if isinstance(clause, kinds):
        return 10 + kinds.index(type(clause))
    return list(Measure).index(clause.measure) if isinstance(clause, Threshold) else 9
