"""A stateful test that compares a basket of units with the library."""

from collections.abc import Collection
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from roc.qualification import Qualification
from roc.selection import Selection
from roc.status import check
from roc.strategies._selections import possible_edits


class QualificationMachine(RuleBasedStateMachine):
    """What a person does with a basket of units, compared with the library after every step.

    Sub-class it, say what starting, adding and removing mean in your application and what its basket then holds
    and thinks, and let pytest collect ``YourMachine.TestCase``.

    Attributes:
        qualifications: The rules that are tried: a strategy, to be narrowed to what the application supports.
        selection: What should be in the basket.
    """

    qualifications: ClassVar[st.SearchStrategy[Qualification]]

    selection: Selection

    # -- what the application says ---------------------------------------------------------------

    def start(self, qualification: Qualification, pathway: str | None) -> None:
        """Begin an empty basket for *qualification*; mandatory units are in it from the beginning."""
        raise NotImplementedError

    def add(self, number: str) -> None:
        """Put a unit into the basket."""
        raise NotImplementedError

    def remove(self, number: str) -> None:
        """Take a unit out of the basket."""
        raise NotImplementedError

    def numbers(self) -> Collection[str]:
        """Return the numbers of the units that are in the basket."""
        raise NotImplementedError

    def ok(self) -> bool | None:
        """Return whether the basket satisfies the rule, as the application sees it; ``None``: not compared."""
        return None

    # -- what is done with it --------------------------------------------------------------------

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Begin with a rule, and on one of its pathways where it has any."""
        qualification = data.draw(self.qualifications, label="qualification")
        pathway = data.draw(st.sampled_from([None, *qualification.pathways_by_name]), label="pathway")
        self.selection = Selection.start(qualification, pathway=pathway)
        self.start(qualification, pathway)

    @precondition(lambda self: bool(possible_edits(self.selection)))
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        """Add or remove a unit."""
        step = data.draw(st.sampled_from(possible_edits(self.selection)), label="step")
        self.selection = step.apply(self.selection)
        (self.add if step.verb == "add" else self.remove)(str(step.unit))

    @invariant()
    def agrees(self) -> None:
        """Compare what the basket holds, and what it makes of that."""
        held, expected = sorted(self.numbers()), sorted(map(str, self.selection.numbers))
        assert held == expected, (  # noqa: S101 - a test is what this is
            f"the basket holds {held}, and should hold {expected}"
        )
        said, status = self.ok(), check(self.selection)
        if said is not None:
            why = "; ".join(each.text("plain") for each in status.findings()) or "OK"
            assert said == status.ok, (  # noqa: S101 - a test is what this is
                f"the application says {said}, the rule {status.ok}: {why}"
            )
