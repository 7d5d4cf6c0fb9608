"""The pictures of the docs are those that the engine would give today."""

import runpy
from pathlib import Path
from typing import Final

import pytest

FOLDER: Final = Path(__file__).parents[1] / "docs" / "pictures"
DRAWN: Final = runpy.run_path(str(FOLDER / "draw.py"))["PICTURES"]


def test_every_picture_is_drawn() -> None:
    """No picture lies there that nobody draws, and none is missing."""
    assert {path.name for path in FOLDER.glob("*.svg")} == set(DRAWN)


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_current(name: str) -> None:
    """What is checked in is what ``python docs/pictures/draw.py`` writes."""
    assert (FOLDER / name).read_text("utf-8") == DRAWN[name]()
