"""The page about errors in calls: every call in its tables gives the error that stands beside it."""

import re
import shlex
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from roc.cli._commands import roc
from roc.errors import RuleSyntaxError

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = (ROOT / "docs" / "errors-calls.md").read_text("utf-8")
SETUP: Final = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ROWS: Final = re.findall(r"^\| `(.+?)` \| (`.+`) \|$", PAGE, re.MULTILINE)
CALLS: Final = [row for row in ROWS if not row[0].startswith("roc ")]
COMMANDS: Final = [row for row in ROWS if row[0].startswith("roc ")]
RULE: Final = "title: Rule\nunits:\n  - {number: F1, credit: 5}\n  - {number: F2, credit: 5}\nmin_credit: 5\n"


def lines_of(cell: str) -> list[str]:
    """Return the lines that a cell of a table shows."""
    return [line.strip("`").strip() for line in cell.split("<br>")]


def said_by_call(call: str) -> list[str]:
    """Return what *call* raises, by its lines."""
    names: dict[str, object] = {}
    exec(SETUP[0], names)  # noqa: S102 - what stands on the page runs
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the table says which
        exec(call, names)  # noqa: S102 - as above
    error = caught.value
    text = error.args[0] if isinstance(error, KeyError) else str(error)
    lines = [line.strip() for line in f"{type(error).__name__}: {text}".split("\n")]
    return lines[:1] if isinstance(error, RuleSyntaxError) else lines


def said_by_command(call: str, folder: Path) -> list[str]:
    """Return what a command tells about bad input, by its lines; of a usage error the last."""
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")
    for name, content in re.findall(r"`([\w.]+)`:\n\n```\w+\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        (folder / name).write_text(content, "utf-8")
    (folder / "folder").mkdir()
    (folder / "list.txt").write_text("Something\nF1\n\nF1, F7\nF9 Nine\n", "utf-8")
    (folder / "list.json").write_text(
        '{"units": ["F1", "F9", {"unit": "F2", "state": "rlp"}], "strat": 1}', "utf-8"
    )
    (folder / "large.yaml").write_text(f"title: Large\nnotes: {'x' * (1 << 20)}\n", "utf-8")
    (folder / "latin.yaml").write_bytes("title: Café\n".encode("latin-1"))
    (folder / "imported.yaml").write_text(
        f"{RULE}examples:\n  - {{selection: [{{number: X1}}], ok: false}}\n", "utf-8"
    )
    result = CliRunner().invoke(roc, shlex.split(call)[1:], prog_name="roc")
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    lines = [line.rstrip() for line in result.output.splitlines()]
    return lines[-1:] if lines[0].startswith("Usage:") else [line.strip() for line in lines]


def test_the_page_has_tables() -> None:
    """The tests below see the tables, and no row is lost."""
    assert len(SETUP) == 1
    assert len(CALLS) > 40
    assert len(COMMANDS) > 20
    assert len(ROWS) == len(re.findall(r"^\| `", PAGE, re.MULTILINE))


@pytest.mark.filterwarnings("ignore::roc.errors.CheckCharacterWarning")
@pytest.mark.parametrize(("call", "error"), CALLS)
def test_a_bad_call_says_what_is_wrong(call: str, error: str) -> None:
    """The call raises what the table says."""
    assert said_by_call(call) == lines_of(error)


@pytest.mark.parametrize(("call", "error"), COMMANDS)
def test_a_bad_command_says_what_is_wrong(
    call: str, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command ends with status 2 and tells what the table says."""
    monkeypatch.chdir(tmp_path)
    assert said_by_command(call, tmp_path) == lines_of(error)
