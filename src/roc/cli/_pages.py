"""What the command line says besides screens: a drawn selection on a line, limits, places in files."""

from collections.abc import Callable
from decimal import Decimal

from roc._page import many, visible, written
from roc.cli._files import RuleFile
from roc.errors import LimitReachedError
from roc.selection import Selection


def places_in(file: RuleFile) -> Callable[[str], str | None]:
    """Return what tells where in a file a clause stands; the whole stands nowhere."""

    def place(path: str) -> str | None:
        if path == "$":
            return None
        line = file.line(path)
        return f"{file.name if line is None else f'{file.name}:{line}'}: {path}"

    return place


# -- sample -----------------------------------------------------------------------------------------


def sample_line(asked: Selection, drawn: Selection) -> str:
    """Return a finished selection on one line, as ``--select`` takes it; with a pathway that was not chosen."""
    numbers = ", ".join(map(str, drawn.numbers))
    name = drawn.pathway if asked.pathway is None else None
    label = "" if name is None else f"  ({asked.qualification.pathways_by_name[name].label})"
    return visible(f"{numbers}{label}")


# -- limits -----------------------------------------------------------------------------------------


def limit_text(error: LimitReachedError, said: str) -> str:
    """Return that a limit was reached, with what that means for the answer, and what can be done."""
    if error.reason:  # no limit that could be raised
        return f"A limit was reached: {error.reason}."
    return f"A limit was reached: {said}. Allow more with --states or --seconds."


def least_text(bound: object, *, priced: bool) -> str:
    """Return the least that a completion takes, as far as that is proven."""
    if not isinstance(bound, Decimal) or not bound:
        return ""
    least = written(bound)
    return f"; it costs at least {least}" if priced else f"; it takes at least {many(bound, 'unit')}"
