"""Single records: units, openings, entries of selections."""

from collections.abc import Sequence

from hypothesis import strategies as st

from roc.groups import Opening
from roc.numbers import UnitNumber
from roc.strategies._clauses import chance, level_range, some
from roc.strategies._palette import ODD, Palette
from roc.units import Unit


def unit_of(draw: st.DrawFn, number: UnitNumber, palette: Palette, *, measured: bool) -> Unit:
    """Draw a unit with this number; a *measured* one has credit and hours."""
    missing: st.SearchStrategy[None] = st.nothing() if measured else st.none()
    return Unit(
        number=number,
        title=draw(palette.titles),
        reference=draw(st.none() | palette.titles) if palette is ODD else None,
        level=draw(st.none() | palette.levels),
        credit=draw(missing | palette.credits),
        guided_learning_hours=draw(missing | palette.hours),
        tags=frozenset(tag for tag in palette.tags if chance(draw, 2)),
    )


def opening_of(draw: st.DrawFn, palette: Palette, numbers: Sequence[UnitNumber]) -> Opening:
    """Draw an opening, half of them without a level, most without anything else."""
    low, high = level_range(draw, palette) if chance(draw, 2) else (None, None)
    elsewhere = UnitNumber.quietly("X1")
    return Opening(
        level_from=low,
        level_to=high,
        tags=frozenset(some(draw, palette.tags, least=1, most=2)) if chance(draw, 4) else frozenset(),
        except_units=some(draw, [elsewhere, *numbers], most=1) if chance(draw, 4) else (),
        listed=draw(st.booleans()),
    )
