"""Groups, openings and sharing."""

import itertools
from collections.abc import Callable

import pytest

from roc import groups
from roc.errors import DataError
from roc.groups import GroupKind, Opening, Sharing, UnitGroup
from roc.rules import Measure, Scope, Threshold
from roc.units import Unit


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: UnitGroup(name=""), "is not a name"),
        (lambda: UnitGroup(name="A", kind="core"), "'core' is none of mandatory, optional"),
        (lambda: UnitGroup(name="A", units=["M1", "m 1", "M1"]), "M1 stands twice"),
        (lambda: UnitGroup(name="A", choose=1), "1 of 0 sub-groups cannot be chosen"),
        (lambda: UnitGroup(name="A", choose=2, groups=[UnitGroup(name="B")]), "2 of 1 sub-groups"),
        (lambda: UnitGroup(name="A", choose=0, groups=[UnitGroup(name="B")]), "0 of 1 sub-groups"),
        (
            lambda: UnitGroup(name="A", choose=True, groups=[UnitGroup(name="B")]),
            "True is not a whole number",
        ),
        (
            lambda: UnitGroup(name="A", mixing=False),
            "mixing can only be forbidden where sub-groups are chosen",
        ),
        (lambda: UnitGroup(name="A", groups=["B"]), "'B' is not a unit group"),  # type: ignore[list-item] # wrong on purpose
        (lambda: UnitGroup(name="A", rules=["at least 1 unit"]), "is not a clause"),  # type: ignore[list-item] # wrong on purpose
        (lambda: UnitGroup(name="A", pathways=["P", "P"]), "P stands twice"),
        (lambda: UnitGroup(name="A", title="x" * 1001), "is not a text"),
        (lambda: UnitGroup(name="A", number=5), "is not a text"),  # type: ignore[arg-type] # wrong on purpose
        (lambda: Opening(level_from=3, level_to=1), "Level 3 is above Level 1"),
        (lambda: Opening(tags=["a b"]), "is not a tag"),
        (lambda: Opening(except_units=["M1", "M1"]), "M1 stands twice"),
        (lambda: Sharing(groups=["A"]), "sharing needs at least two groups"),
        (lambda: Sharing(groups="A"), "sharing needs at least two groups"),
        (lambda: Sharing(groups=["A", "A"]), "A stands twice"),
        (lambda: Sharing(groups=["A", "B"], at_most=-1), "is not a whole number"),
    ],
    ids=map(str, itertools.count()),
)
def test_refuses(make: Callable[[], object], message: str) -> None:
    """What does not go together is an error that says why."""
    with pytest.raises(DataError) as caught:
        make()
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: UnitGroup(name="A", mixing="no"),  # type: ignore[arg-type] # wrong on purpose
        lambda: UnitGroup(name="A", counts=0),  # type: ignore[arg-type] # wrong on purpose
        lambda: UnitGroup(name="A", opening=True),  # type: ignore[arg-type] # wrong on purpose
        lambda: Opening(listed=1),  # type: ignore[arg-type] # wrong on purpose
    ],
    ids=map(str, itertools.count()),
)
def test_refuses_what_has_the_wrong_type(make: Callable[[], object]) -> None:
    """Flags are True or False and an opening is an opening."""
    with pytest.raises(TypeError):
        make()


@pytest.mark.parametrize(
    ("opening", "unit", "admitted"),
    [
        (Opening(), Unit(number="X1"), True),
        (Opening(level_from=2), Unit(number="X1"), False),
        (Opening(level_from=2, level_to=3), Unit(number="X1", level=3), True),
        (Opening(tags=["a"]), Unit(number="X1", tags=["a", "b"]), True),
        (Opening(tags=["a"]), Unit(number="X1"), False),
        (Opening(except_units=["X1"]), Unit(number="X1"), False),
    ],
    ids=map(str, itertools.count()),
)
def test_an_opening_admits(opening: Opening, unit: Unit, *, admitted: bool) -> None:
    """An open group takes units by their level and tags, all but the ones that it names."""
    assert opening.admits(unit) is admitted


def test_bounds_that_a_portal_shows() -> None:
    """A group's plain thresholds are its Min. Units and Min. Credit; a mandatory group needs all."""
    group = UnitGroup(
        name="B",
        units=["M1", "M2"],
        rules=[
            Threshold(minimum=1, scope=Scope(level_from=2)),
            Threshold(minimum=1, if_used=True),
            Threshold(maximum=1, ceiling="counts"),
            Threshold(minimum=1, each="subject"),
            Threshold(minimum=2, maximum=3),
            Threshold(measure="credit", minimum="2.5"),
        ],
    )
    assert (group.min_units, group.min_credit) == (2, 2.5)
    bound = group.bound(Measure.UNITS)
    assert bound is not None
    assert bound.maximum == 3
    assert group.bound(Measure.GLH) is None
    mandatory = UnitGroup(name="A", kind=GroupKind.MANDATORY, units=["M1", "M2"])
    assert (mandatory.min_units, mandatory.min_credit) == (2, None)
    assert mandatory.evolve(rules=[Threshold(minimum=1)]).min_units == 1
    assert UnitGroup(name="C", units=["M1"]).min_units is None
    assert UnitGroup(name="C", rules=[Threshold(maximum=1)]).min_units is None


def test_names_and_nesting() -> None:
    """A label is what a person reads; walk goes through everything nested."""
    inner = UnitGroup(name="A1")
    outer = UnitGroup(
        name=" A  x ", title="Group A: Mandatory Units", groups=[UnitGroup(name="B", groups=[inner])]
    )
    assert outer.name == "A x"
    assert outer.label == "Group A: Mandatory Units"
    assert inner.label == "A1"
    assert [group.name for group in outer.walk()] == ["A x", "B", "A1"]
    assert UnitGroup(name="A", choose=1, mixing=False, groups=[inner]).choose == 1
    assert dir(groups) == sorted(groups.__all__)
