"""Property tests of the basket: they find both of its bugs. Run with ``BASKET=FixedBasket`` they pass."""

import os
from decimal import Decimal
from typing import Any

import basket
from hypothesis import given, settings
from hypothesis import strategies as st

import roc
from roc import strategies

CLASS: type[basket.Basket] = getattr(basket, os.environ.get("BASKET", "Basket"))
TRIES = settings(
    max_examples=100, stateful_step_count=10, deadline=None, database=None, derandomize=True, print_blob=False
)


@st.composite
def rules(draw: st.DrawFn, *, linked: bool) -> roc.Qualification:
    """Rules of the kind that the application supports: minima in total, one mandatory group, links."""
    units = draw(st.lists(strategies.units(number="M1", measured=True), min_size=2, max_size=4))
    numbers = [f"M{place}" for place in range(1, len(units) + 1)]
    minimum = st.integers(0, 3).map(Decimal)
    clauses: list[roc.Clause] = [
        roc.Threshold(measure=measure, minimum=draw(minimum)) for measure in ("units", "credit")
    ]
    if linked:
        pairs = st.lists(st.sampled_from(numbers), unique=True, min_size=2, max_size=2)
        clauses += [roc.Linked(units=each) for each in draw(st.lists(pairs, max_size=2))]
    mandatory = [number for number in numbers if draw(st.integers(0, 2)) == 2]
    return roc.Qualification(
        title="Example",
        units=[unit.evolve(number=number) for unit, number in zip(units, numbers, strict=True)],
        groups=[
            roc.UnitGroup(name="A", kind="mandatory", units=mandatory),
            roc.UnitGroup(name="B", units=[each for each in numbers if each not in mandatory]),
        ],
        rules=clauses,
    )


def as_the_application_reads_it(q: roc.Qualification) -> dict[str, Any]:
    """Return the rule in the application's own form."""
    return {
        "mandatory": [str(number) for number in q.mandatory_units],
        "credit": {str(unit.number): unit.credit for unit in q.units},
        "min_units": q.min_units,
        "min_credit": q.min_credit,
        "links": [set(map(str, each.units)) for each in q.rules if isinstance(each, roc.Linked)],
    }


@TRIES
@given(rules(linked=False).flatmap(strategies.complete_selections))
def test_a_complete_selection_is_complete(selection: roc.Selection) -> None:
    """What satisfies the rule is complete in the basket, too."""
    mine = CLASS(as_the_application_reads_it(selection.qualification))
    mine.units = set(map(str, selection.numbers))
    assert mine.is_complete()


class BasketMachine(strategies.QualificationMachine):
    """A learner adds and removes units; the basket agrees with the library after each step."""

    qualifications = rules(linked=True)

    def start(self, qualification: roc.Qualification, pathway: str | None) -> None:
        """Begin a basket; the application knows no pathways."""
        assert pathway is None
        self.mine = CLASS(as_the_application_reads_it(qualification))
        for number in qualification.mandatory_units:
            self.mine.add(str(number))

    def add(self, number: str) -> None:
        """Add a unit."""
        self.mine.add(number)

    def remove(self, number: str) -> None:
        """Remove a unit."""
        self.mine.remove(number)

    def numbers(self) -> set[str]:
        """Return what is in the basket."""
        return self.mine.units


TestBasket = BasketMachine.TestCase
TestBasket.settings = TRIES
