"""What a strategy is asked for, checked before anything is drawn."""

from collections.abc import Iterable

from roc.errors import DataError, InvalidData


def unfit(name: str, value: int, least: int) -> list[DataError]:
    """Return what is wrong with a size: nothing where it is a whole number from *least*."""
    if type(value) is int and value >= least:
        return []
    return [DataError(f"{value!r:.60} is not a whole number from {least}", path=f"$.{name}")]


def refuse(problems: Iterable[DataError]) -> None:
    """Raise all *problems* together, if there are any."""
    errors = list(problems)
    if errors:
        heading = "this cannot be drawn"
        raise InvalidData(heading, errors)
