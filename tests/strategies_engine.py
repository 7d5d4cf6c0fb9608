"""Strategies for the tests of the engine: small rules of every construct, and selections for them."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from roc import strategies
from roc.qualification import Qualification
from roc.selection import Selection
from roc.units import Unit


def examples(number: int) -> settings:
    """Return the settings of a property that is worth *number* examples in the default profile."""
    return settings(
        max_examples=max(1, number * settings().max_examples // 100),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )


def units(number: str) -> st.SearchStrategy[Unit]:
    """Units with this number and everything that a threshold may measure."""
    return strategies.units(number=number, measured=True)


def qualifications(
    *, minima: bool = False, largest: int = 5, routes: bool = True
) -> st.SearchStrategy[Qualification]:
    """Small qualifications of any construct; *minima*: of minima only."""
    return strategies.qualifications(min_units=2, max_units=largest, minima=minima, pathways=routes)


def selections(qualification: Qualification) -> st.SearchStrategy[Selection]:
    """Selections of a rule, whatever a check says of them."""
    return strategies.selections(qualification)


def questions(*, minima: bool = False, largest: int = 5) -> st.SearchStrategy[Selection]:
    """Selections of small rules."""
    return qualifications(minima=minima, largest=largest).flatmap(selections)
