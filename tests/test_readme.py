"""The README shows what its example really prints."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"


def test_the_example_prints_what_stands_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    """The comments under each print are its output, but for where lines are broken."""
    found = re.search(r"^```python\n(.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    exec(found[1], {})  # noqa: S102 - what stands in the README runs
    shown = [line.removeprefix("# ") for line in found[1].splitlines() if line.startswith("# ")]
    assert len(shown) > 8
    assert " ".join(shown).split() == capsys.readouterr().out.split()
