"""The notebooks and the page of plots run, with warnings as errors, and say what they are about."""

import ast
import contextlib
import io
import re
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[1]
NOTEBOOKS: Final = [*sorted((ROOT / "examples" / "notebooks").glob("*.md")), ROOT / "docs" / "plots.md"]
CELL: Final = re.compile(
    r"^```\{code-cell\} ipython3\n(?:---\n(.*?)^---\n)?(.*?)^```$", re.MULTILINE | re.DOTALL
)


def _run(source: str, names: dict[str, Any]) -> Any:
    """Run the code of a cell and return its last value, as a notebook does."""
    tree = ast.parse(source)
    last = tree.body[-1]
    if not isinstance(last, ast.Expr):
        exec(compile(tree, "cell", "exec"), names)  # noqa: S102 - the code is ours
        return None
    exec(compile(ast.Module(tree.body[:-1], []), "cell", "exec"), names)  # noqa: S102 - the code is ours
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307 - the code is ours


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell runs, every cell has something to show or to define, and every picture has a text in its place."""
    monkeypatch.chdir(path.parent)
    names: dict[str, Any] = {"__name__": "notebook"}
    cells = CELL.findall(path.read_text("utf-8"))
    assert len(cells) > 5
    pictures = 0
    for settings, source in cells:
        with contextlib.redirect_stdout(io.StringIO()):
            value = _run(source, names)
        is_picture = hasattr(value, "draw")
        assert is_picture is ("alt:" in settings), source
        if is_picture:
            pictures += 1
            value.save(io.BytesIO(), format="png", dpi=40, verbose=False)
    assert pictures


@pytest.mark.parametrize("path", NOTEBOOKS[:-1], ids=lambda path: path.stem)
def test_a_notebook_answers_a_question(path: Path) -> None:
    """It begins with a question, ends with an answer, and is a page of the docs."""
    text = path.read_text("utf-8")
    assert re.search(r"^# .+\n\n\*\*[^*]+\?\*\*", text, re.MULTILINE)
    assert text.count("\n**The answer:**") == 1
    assert (ROOT / "docs" / "notebooks" / path.name).is_file()
    assert f"\nnotebooks/{path.stem}\n" in (ROOT / "docs" / "index.md").read_text("utf-8")
