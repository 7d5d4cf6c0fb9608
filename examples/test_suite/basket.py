"""A basket of units with its own check: an invented third-party application.

The default class has two bugs, as such code has: it forgets the units that are linked, and it takes
"more than" where a rule says "at least". ``FixedBasket`` has neither.
"""

from decimal import Decimal
from typing import Any


class Basket:
    """The units that a learner has put aside, for a rule as it came from a file."""

    def __init__(self, rule: dict[str, Any]) -> None:
        self.rule = rule
        self.units: set[str] = set(rule["mandatory"])

    def family(self, number: str) -> set[str]:
        """Return the units that go together with one."""
        return {number}  # bug 1: linked units stay behind

    def enough(self, have: Decimal, least: Decimal) -> bool:
        """Tell whether there is enough of something."""
        return have > least or least == 0  # bug 2: exactly enough is enough

    def add(self, number: str) -> None:
        """Put a unit into the basket, with the units that go with it."""
        self.units |= self.family(number)

    def remove(self, number: str) -> None:
        """Take a unit out, with the units that go with it."""
        self.units -= self.family(number)

    def is_complete(self) -> bool:
        """Tell whether units and credit suffice, and all that is mandatory is there."""
        credit = sum((self.rule["credit"][number] for number in self.units), Decimal(0))
        return (
            self.enough(Decimal(len(self.units)), self.rule["min_units"])
            and self.enough(credit, self.rule["min_credit"])
            and self.units >= set(self.rule["mandatory"])
            and all(not self.units & link or self.units >= link for link in self.rule["links"])
        )


class FixedBasket(Basket):
    """The same without the two bugs."""

    def family(self, number: str) -> set[str]:
        """Return the units that go together with one, links of links too."""
        found, before = {number}, set[str]()
        while found != before:
            before = set(found)
            found = found.union(*(link for link in self.rule["links"] if link & found))
        return found

    def enough(self, have: Decimal, least: Decimal) -> bool:
        """Tell whether there is enough of something."""
        return have >= least
