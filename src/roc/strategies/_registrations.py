"""Catalogues, and registration groups of what stands in them."""

from hypothesis import strategies as st

from roc.catalogue import Catalogue
from roc.qualification import Qualification
from roc.registration import CATEGORIES, RegistrationGroup
from roc.solver import Solver
from roc.strategies._clauses import some
from roc.strategies._palette import regulated_qualification_numbers
from roc.strategies._selections import complete_ones, drawn_selections


@st.composite
def drawn_catalogues(
    draw: st.DrawFn, rules: st.SearchStrategy[Qualification], *, least: int, most: int
) -> Catalogue:
    """Draw a catalogue of so many rules, each with a number of its own."""
    numbers = regulated_qualification_numbers(failing=False)
    chosen = draw(st.lists(numbers, unique=True, min_size=least, max_size=most))
    return Catalogue(qualifications=[draw(rules).evolve(number=number) for number in chosen])


@st.composite
def drawn_registrations(draw: st.DrawFn, catalogue: Catalogue, *, complete: bool) -> RegistrationGroup:
    """Draw a registration group of one to three qualifications, or of none in an empty catalogue."""
    return RegistrationGroup(
        group_number=draw(st.sampled_from(["G1", "G2", "Fansha-1"])),
        description="Example",
        category=draw(st.sampled_from(CATEGORIES)),
        selections=[
            draw(
                complete_ones(Solver(each))
                if complete
                else drawn_selections(each, pathways=True, states=True, imported=True)
            )
            for each in some(draw, catalogue.qualifications, least=1, most=3)
        ],
    )
