"""The command line: exit statuses, what goes where, and that nothing a file holds brings a traceback."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import click
import jsonschema
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

import roc as library
from roc import cli, formats
from roc.cli import _commands
from roc.cli._commands import roc
from roc.cli._files import MOST_ERRORS
from roc.report import report_schema

ROOT: Final = Path(__file__).parents[1]
GUIDE: Final = str(ROOT / "examples" / "qualifications" / "500-9810-x-vehicle-fitting.yaml")
CORPUS: Final = str(ROOT / "tests" / "corpus")
LINES: Final = (
    "Minimum 14 unit(s) should be added.",
    "Total 61 credit should be added.",
    "Total Credit value of units added of the same or above level should be minimum of 31",
    "All Unit groups are not validated.",
)
"""What the portal's guide shows."""


def run(*arguments: str, columns: int = 120, **environment: str) -> Result:
    """Run a command inside this process."""
    env = {"COLUMNS": str(columns), **environment}
    return CliRunner().invoke(roc, arguments, prog_name="roc", env=env)


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command as a program of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "120", **environment}
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "roc", *arguments], env=env, capture_output=True, check=False
    )


def fits(name: str, text: str) -> Any:
    """Return JSON of the command line, held against its schema."""
    data: Any = json.loads(text, parse_float=Decimal)
    schema = {"$ref": f"#/$defs/{name}", "$defs": report_schema()["$defs"]}
    validator: Any = jsonschema.Draft202012Validator(schema)
    validator.validate(data)
    return data


# check


def test_the_guide_as_it_stands() -> None:
    """The four lines of the guide, A OK, B NOT OK with its two; status 1, nothing on the standard error."""
    result = run("check", GUIDE)
    assert (result.exit_code, result.stderr) == (1, "")
    shown = " ".join(result.stdout.split())
    assert f"Status: {' '.join(LINES)}" in shown
    assert "Group A: Mandatory Units (OK)" in shown
    assert "Group B: Optional Units (NOT OK)" in shown
    assert "Status: Minimum units not added.; Minimum credit not added." in shown


@pytest.mark.parametrize(
    "select", [["K/601/6383"], ["k6016383,D/601/4999"], ["K/601/6383, R/601/6247,"], ["R6016247", "D6014999"]]
)
def test_the_guide_with_the_linked_pair(select: Sequence[str]) -> None:
    """Linked units come along; numbers are read in any form, repeated or parted by commas; status 0."""
    result = run("check", GUIDE, *(each for number in select for each in ("--select", number)))
    assert result.exit_code == 0
    assert "Status:  OK" in result.stdout
    assert result.stdout.count("[x]  ") == 14 + any("4999" in number for number in select)


def test_a_number_with_a_comma(tmp_path: Path) -> None:
    """A number of another framework that has a comma in it is that number."""
    path = tmp_path / "rule.json"
    path.write_text('{"title": "A", "units": [{"number": "M1,5"}], "min_units": 1}', "utf-8")
    assert run("check", str(path), "--select", "M1,5").exit_code == 0


def test_numbers_that_are_none() -> None:
    """What is no number at all is told like what is not known."""
    result = run("check", GUIDE, "--select", "x" * 61, "--select", "M1")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "roc: a unit number is a text of 1 to 60 characters",
        "roc: there is no unit M1",
    ]


def test_check_as_json() -> None:
    """JSON fits its schema, texts are in the wording that was asked for, and the status is the verdict."""
    result = run("check", GUIDE, "--format", "json", "--wording", "plain-cy")
    data = fits("check", result.stdout)
    assert (result.exit_code, data["ok"], data["best"]) == (1, False, None)
    assert data["text"].startswith("Ychwanegwch")
    result = run("check", GUIDE, "--format", "json", "--select", "K6016383,D6014999", "--best")
    data = fits("check", result.stdout)
    assert (result.exit_code, data["ok"]) == (0, True)
    assert data["best"] == {"exact": True, "achieved": data["best"]["achieved"], "surplus": []}
    assert len(data["best"]["achieved"]) == 15


RULE: Final = """
title: Rule
operational_end: 2030-08-31
certification_end: 2032-08-31
min_credit: 4
linked: [[M1, M2]]
rules: [first-aid is met]
conditions: {first-aid: , other: }
groups:
  - {name: A, units: [{number: M1, credit: 2}, {number: M2, credit: 2}, {number: M3, credit: 4}]}
  - {name: B, units: [{number: M4, credit: 4}], pathways: gym, max_units: 0}
pathways: {gym: {title: Gym}, pool: }
"""


@pytest.fixture
def rule(tmp_path: Path) -> str:
    """Return the name of a file with a rule."""
    path = tmp_path / "rule.yaml"
    path.write_text(RULE, "utf-8")
    return str(path)


def test_selection_files(rule: str, tmp_path: Path) -> None:
    """A record is taken as it is; --select, --condition and --pathway add to it or go before it."""
    record = tmp_path / "mine.yaml"
    record.write_text("{units: [M1], conditions: [other], pathway: pool}", "utf-8")
    data = fits("check", run("check", rule, "--selection", str(record), "--format", "json").stdout)
    assert [each["unit"] for each in data["selection"]] == ["M1"]
    assert (data["conditions"], data["pathway"]) == (["other"], "pool")
    result = run(
        "check",
        *(rule, "--selection", str(record), "--select", "M3", "--pathway", "gym", "--condition", "first-aid"),
        *("--format", "json"),
    )
    data = fits("check", result.stdout)
    assert [each["unit"] for each in data["selection"]] == ["M1", "M3"]
    assert (data["conditions"], data["pathway"]) == (["first-aid", "other"], "gym")


def test_dates(rule: str) -> None:
    """A day is looked at for the event; the best combination is checked for that day, too."""
    for arguments, status in (
        (["--date", "2030-08-31"], 0),
        (["--date", "2030-09-01"], 1),
        (["--date", "2030-09-01", "--best"], 1),
        (["--date", "2030-09-01", "--event", "certification"], 0),
        (["--date", "2032-09-01", "--event", "certification", "--best"], 1),
        ([], 0),
    ):
        result = run("check", rule, "--select", "M3", "--condition", "first-aid", *arguments)
        assert result.exit_code == status, arguments


def test_best(rule: str) -> None:
    """Units that spoil a selection are left out of the best one."""
    chosen = ("check", rule, "--select", "M3,M4", "--pathway", "gym", "--condition", "first-aid")
    assert run(*chosen).exit_code == 1
    result = run(*chosen, "--best")
    assert result.exit_code == 0
    assert "Best of:" in result.stdout
    assert re.search(r"Surplus Units\n\n.*\n +\[-\]  M4 ", result.stdout)


# show, schema, version


def test_show(rule: str) -> None:
    """A rule is shown in English with its units; status 0."""
    result = run("show", rule, "--pathway", "gym")
    assert result.exit_code == 0
    assert "- M1 and M2 are linked." in result.stdout
    assert re.search(r"^  M4 +4$", result.stdout, re.MULTILINE)


def test_schema() -> None:
    """The schema of files is printed as JSON."""
    result = run("schema")
    assert (result.exit_code, json.loads(result.stdout)) == (0, library.schema())
    assert result.stdout.isascii()


def test_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version is that of the distribution, where there is one."""
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, f"roc {metadata.version('rules-of-combination')}\n")

    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert run("--version").stdout == "roc (not installed)\n"


def test_help() -> None:
    """Every command and every option says what it does; a shell that completes words starts nothing."""
    result = run("-h")
    assert result.exit_code == 0
    for name, command in roc.commands.items():
        assert name in result.stdout
        assert command.help
        assert all(each.help for each in command.params if isinstance(each, click.Option))
    assert roc.make_context("roc", ["--version"], resilient_parsing=True).resilient_parsing


# validate, test


def test_validate_folders() -> None:
    """Folders are looked through, in order; all rules of the project are valid."""
    result = run("validate", str(ROOT / "examples"), CORPUS)
    assert result.exit_code == 0
    names = [line.removesuffix(": OK") for line in result.stdout.splitlines() if line.endswith(": OK")]
    inside = sorted((ROOT / "examples" / "qualifications").iterdir()) + sorted(Path(CORPUS).glob("*.yaml"))
    assert names == [str(path) for path in inside]
    assert result.stdout.splitlines()[-1].startswith(f"{len(names)} files, 0 with errors, ")


def test_hidden_and_other_files_are_passed_over(tmp_path: Path) -> None:
    """Only files of our formats are rules; what is hidden is nobody's business; a folder may be named so."""
    (tmp_path / "in.yaml").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("in.yaml/a.JSON", ".git/b.json", ".c.json", "d.txt"):
        (tmp_path / name).write_text('{"title": "A"}', "utf-8")
    result = run("validate", str(tmp_path))
    assert result.stdout.splitlines() == [
        f"{tmp_path / 'in.yaml' / 'a.JSON'}: OK",
        "1 file, 0 with errors, 0 warnings",
    ]


def test_validate_as_json(tmp_path: Path) -> None:
    """Errors and advice are told with path and line, and fit the schema."""
    (tmp_path / "a.yaml").write_text("title: Award in A\nnumber: 500/9810/1\nmin_credit: 40\n", "utf-8")
    (tmp_path / "b.yaml").write_text("titel: B\n", "utf-8")
    result = run("validate", str(tmp_path), str(tmp_path / "c.yaml"), "--format", "json")
    data = fits("validate", result.stdout)
    assert (result.exit_code, data["ok"]) == (2, False)
    first, second, third = data["files"]
    assert [(each["code"], each["path"], each["line"]) for each in first["warnings"]] == [
        ("check-character", "$.number", 2),
        ("size", "$.title", 1),
    ]
    assert (first["ok"], first["errors"], second["ok"], third["ok"]) == (True, [], False, False)
    assert second["errors"][1] == {
        "message": "there is no key titel",
        "path": "$.titel",
        "line": 1,
        "suggestions": ["title"],
    }
    assert third["errors"][0]["message"] == "No such file or directory"
    assert fits("validate", run("validate", GUIDE, "--format", "json").stdout)["ok"] is True


def test_many_errors_are_not_all_told(tmp_path: Path) -> None:
    """Of a file with very many errors the first are told, and how many more there are."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"title": "A", **{f"key{i:04}": 1 for i in range(MOST_ERRORS + 20)}}), "utf-8")
    for command in ("validate", "check"):
        result = run(command, str(path))
        assert result.exit_code == 2
        told = [line for line in result.output.splitlines() if "there is no key" in line]
        assert len(told) == MOST_ERRORS
        assert f"{path}: and 20 more\n" in result.output


EXAMPLES: Final = """
title: Examples
min_units: 1
units: [{number: M1}, {number: M2}]
examples:
  - {selection: [M1], ok: true, why: one is enough}
  - {selection: [], ok: true, why: one is not needed}
  - {selection: [M2], ok: false}
"""


def test_failing_examples(tmp_path: Path) -> None:
    """Of each failing example the difference is told, why it is expected, and what is missing; status 1."""
    path = tmp_path / "a.yaml"
    path.write_text(EXAMPLES, "utf-8")
    result = run("test", str(path))
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{path}:7: example 2: expected OK, is NOT OK",
        "  why OK: one is not needed",
        "  - Add 1 more unit in total.",
        f"{path}:8: example 3: expected NOT OK, is OK",
        f"{path}: 3 examples, 2 failed",
        "1 file, 3 examples, 2 failed",
    ]
    result = run("test", str(path), "--format", "json")
    data = fits("test", result.stdout)
    assert (result.exit_code, data["ok"], data["examples"], data["failed"]) == (1, False, 3, 2)
    assert data["files"][0]["failures"] == [
        {
            "path": "$.examples[1]",
            "line": 7,
            "expected": True,
            "actual": False,
            "why": "one is not needed",
            "text": ["Add 1 more unit in total."],
        },
        {"path": "$.examples[2]", "line": 8, "expected": False, "actual": True, "why": "", "text": []},
    ]


def test_examples_that_cannot_be_run(tmp_path: Path) -> None:
    """An example whose selection cannot be is an error of the file; so is a file that cannot be read."""
    path = tmp_path / "a.yaml"
    path.write_text(
        EXAMPLES.replace("[M2]", "[{number: X1}]").replace("{number: M1}", "{number: M1, glh: 1}")
        + "groups: [{name: B, units: [M1], min_glh: 0}]\n",
        "utf-8",
    )
    (tmp_path / "b.yaml").write_text("title: [\n", "utf-8")
    (tmp_path / "c.yaml").write_text("title: C\n", "utf-8")
    result = run("test", str(tmp_path))
    assert result.exit_code == 2
    lines = result.stdout.splitlines()
    assert lines[0] == f"{path}:8: error: $.examples[2]: guided learning hours are counted, but X1 has none"
    assert f"{path}: 3 examples, 1 failed, 1 cannot be run" in lines
    assert any(line.startswith(f"{tmp_path / 'b.yaml'}:1: error: this is not YAML") for line in lines)
    assert lines[-2:] == [
        f"{tmp_path / 'c.yaml'}: no examples",
        "3 files, 3 examples, 1 failed, 2 files with errors",
    ]
    data = fits("test", run("test", str(tmp_path), "--format", "json").stdout)
    assert [(each["ok"], len(each["errors"]), len(each["failures"])) for each in data["files"]] == [
        (False, 1, 1),
        (False, 1, 0),
        (True, 0, 0),
    ]


def test_all_examples_of_the_project() -> None:
    """Every worked example of every rule in the project gives its verdict; status 0."""
    result = run("test", str(ROOT / "examples"), CORPUS)
    assert result.exit_code == 0, result.stdout
    assert re.fullmatch(r"\d+ files, \d{3,} examples, 0 failed", result.stdout.splitlines()[-1])


# files that mean no good


def test_nothing_hostile_reaches_the_terminal(tmp_path: Path) -> None:
    """Neither titles, keys nor names of files bring control characters or direction marks to the terminal."""
    path = tmp_path / "a\x1b[2J\u202e.json"
    path.write_text('{"titel\u202e": "\u202e[red]", "\u2066": 1}', "utf-8")
    for command in ("check", "show", "validate", "test"):
        output = run(command, str(path)).output
        assert all(line.isprintable() for line in output.splitlines())
    path.write_text(
        '{"title": "\u202e[red]", "examples": [{"selection": [], "ok": false, "why": "\u2066"}]}', "utf-8"
    )
    for command in ("check", "show", "validate", "test"):
        output = run(command, str(path)).output
        assert all(line.isprintable() for line in output.splitlines())
    result = run("check", GUIDE, "--select", "\u202eM1", "--pathway", "x")
    assert result.exit_code == 2
    assert result.stderr.strip().isprintable()


_TEXT: Final = st.text() | st.sampled_from(
    [
        "title: A\n",
        "{title: A, units: [{number: M1}]}",
        '{"title": "A"}',
        "[[groups]]",
        "title: &a A",
        "- M1\n",
    ]
)


@given(
    _TEXT, st.sampled_from(["yaml", "json", "toml"]), st.sampled_from(["check", "show", "validate", "test"])
)
def test_no_file_brings_a_traceback(text: str, suffix: str, command: str) -> None:
    """Whatever a file holds, every command ends with a status, and says something."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"rule.{suffix}"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        result = run(command, str(path))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.exit_code in {0, 1, 2}
    assert result.output


# terminals, processes, missing libraries


def test_an_output_of_few_characters(tmp_path: Path) -> None:
    """What an encoding cannot hold becomes a question mark; JSON has escapes."""
    path = tmp_path / "rule.yaml"
    path.write_text("title: Café 東京\n", "utf-8")
    runner = CliRunner(charset="ascii")
    assert b"Caf? ??" in runner.invoke(roc, ["check", str(path)]).stdout_bytes
    assert b"Caf\\u00e9" in runner.invoke(roc, ["check", str(path), "--format", "json"]).stdout_bytes
    assert "Café 東京" in run("check", str(path)).stdout


def test_an_output_that_cannot_be_set_up() -> None:
    """An output that is no stream of bytes is written to as it is."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        roc.main(["validate", GUIDE], standalone_mode=False)
    assert out.getvalue().endswith("1 file, 0 with errors, 0 warnings\n")


def test_no_colour_where_it_is_not_wanted() -> None:
    """There is colour on a terminal only, and not where NO_COLOR is set."""
    assert "\x1b" not in run("check", GUIDE).stdout
    assert "\x1b[31m" in run("check", GUIDE, FORCE_COLOR="1", TERM="xterm").stdout
    assert "\x1b[31m" not in run("check", GUIDE, FORCE_COLOR="1", TERM="xterm", NO_COLOR="1").stdout


def test_columns() -> None:
    """COLUMNS says how wide a screen is, but for the least width."""
    for columns, longest in ((20, 72), (90, 90), (200, 140)):
        lines = run("check", GUIDE, columns=columns).stdout.splitlines()
        assert max(map(len, lines)) <= longest


def test_as_a_program() -> None:
    """The module runs as a program, with the same output and status as inside a process."""
    result = process("check", GUIDE)
    assert (result.returncode, result.stderr) == (1, b"")
    assert result.stdout.decode().splitlines() == run("check", GUIDE).stdout.splitlines()
    result = process("check", GUIDE, "--select", "K/601/6383", PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stderr) == (0, b"")
    result = process("check", "nosuch.yaml")
    assert (result.returncode, result.stdout) == (2, b"")
    assert result.stderr.decode().splitlines() == ["roc: nosuch.yaml: No such file or directory"]


def test_who_reads_may_go() -> None:
    """Where the reader of the output goes away, as head does, the program ends quietly."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(
        [sys.executable, "-m", "roc", "schema"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        assert started.stderr.read() == b""
        assert started.wait() == 1


def test_errors_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the system that is about no file is told without one."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_commands, "file_schema", full)
    result = run("schema")
    assert (result.exit_code, result.stderr) == (2, "roc: No space left on device\n")


def test_without_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a library for reading files is missing, what to install is told."""
    monkeypatch.delitem(sys.modules, "roc.formats._yaml", raising=False)
    monkeypatch.delattr(formats, "_yaml", raising=False)
    monkeypatch.setitem(sys.modules, "yaml", None)
    for command in ("check", "validate"):
        result = run(command, GUIDE)
        assert result.exit_code == 2
        assert result.stderr == (
            "roc: reading YAML needs the extra 'yaml': pip install 'rules-of-combination[yaml]'\n"
        )


@pytest.mark.parametrize("name", ["click", "rich"])
def test_without_the_libraries(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where click or rich is missing, the command line says what to install; status 2."""
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    assert capsys.readouterr().err == (
        "roc: the command line needs the extra 'cli': pip install 'rules-of-combination[cli]'\n"
    )


def test_main(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The entry point runs with the arguments of the process, and ends it."""
    monkeypatch.setattr(sys, "argv", ["anything", "--version"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("roc ")
