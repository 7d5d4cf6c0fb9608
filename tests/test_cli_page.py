"""The page about the command line: every block of it runs, and gives what stands there to the letter."""

import re
import shlex
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from roc.cli._commands import roc

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "cli.md"
BLOCK: Final = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE: Final = re.compile(r"`([\w.]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[str]:
    """Return the commands of a block."""
    return re.findall(r"^\$ (.*)$", block, re.MULTILINE)


def played(block: str) -> str:
    """Return a block as a terminal of 80 columns shows it when its commands are run."""
    shown: list[str] = []
    status = 0
    for command in commands(block):
        shown.append(f"$ {command}")
        if command == "echo $?":
            shown.append(str(status))
            continue
        call, _, end = command.partition(" | ")
        name, *arguments = shlex.split(call)
        assert name == "roc"
        result = CliRunner().invoke(roc, arguments, prog_name="roc", env={"COLUMNS": "80"})
        assert result.exception is None or isinstance(result.exception, SystemExit)
        status = result.exit_code
        lines = result.output.splitlines()
        match end.split(" -"):
            case ["head", count]:
                shown += lines[: int(count)]
            case ["tail", count]:
                shown += lines[-int(count) :]
            case _:
                shown += lines
    return "".join(f"{line}\n" for line in shown)


def set_up(folder: Path) -> None:
    """Write the files that the page shows to *folder*, beside the examples of the project."""
    (folder / "examples").symlink_to(ROOT / "examples")
    for name, content in FILE.findall(PAGE.read_text("utf-8")):
        (folder / name).write_text(content, "utf-8")


def test_the_page_shows_every_command_and_every_file() -> None:
    """The blocks are found: every command has one, and the files that they use stand on the page."""
    page = PAGE.read_text("utf-8")
    told = " ".join(command for block in BLOCK.findall(page) for command in commands(block))
    assert all(f"roc {name} " in told for name in roc.commands)
    names = {name for name, _ in FILE.findall(page)}
    assert names == {"fitness.yaml", "learner.yaml", "pasted.txt", "slip.yaml", "wrong.yaml"}


@pytest.mark.parametrize(
    "block", BLOCK.findall(PAGE.read_text("utf-8")), ids=lambda block: block.split("\n")[0]
)
def test_blocks_of_the_page(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of a block give its output."""
    set_up(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert played(block) == block
