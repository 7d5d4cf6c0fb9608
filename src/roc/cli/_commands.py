"""The commands, each a thin layer over calls of the library."""

import datetime as dt
import errno
import importlib.metadata
import json
import sys
from collections.abc import Callable, Iterable
from typing import IO, Any, Final, TypeVar

import click
from rich.console import Console

from roc.cli._examples import Failure, run_examples
from roc.cli._files import Problem, RuleFile, read_rule, read_rules, texts
from roc.combination import best_combination
from roc.display import MIN_WIDTH, Screen, rule_screen, status_screen, visible
from roc.errors import DataError, InvalidData, RocError, SelectionError
from roc.formats import schema as file_schema
from roc.formats.selections import load_selection
from roc.qualification import Event, Qualification, _to_date
from roc.report import Plain, status_report, to_json
from roc.selection import Selection
from roc.status import check as check_selection
from roc.wordings import NAMES

T = TypeVar("T")

_NOT_OK: Final = 1
_BAD_INPUT: Final = 2


class _RefusalError(click.ClickException):
    """Bad input: what is wrong goes to the standard error, and the exit status is 2."""

    exit_code = _BAD_INPUT

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=True)


class _Roc(click.Group):
    """The group of commands: what the library refuses is told in a line, never as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except RocError as error:
            raise _refusal(str(error)) from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever reads our output has gone: click ends quietly
                raise
            where = "" if error.filename is None else f"{error.filename}: "
            msg = f"{where}{error.strerror or error}"
            raise _refusal(msg) from None


def _refusal(text: str) -> _RefusalError:
    return _RefusalError("\n".join(map(visible, f"roc: {text}".split("\n"))))


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        try:
            version = importlib.metadata.version("rules-of-combination")
        except importlib.metadata.PackageNotFoundError:
            version = "(not installed)"
        click.echo(f"roc {version}")
        ctx.exit()


@click.group(cls=_Roc, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version."
)
def roc() -> None:
    """Rules of combination: check selections of units, and look at rules.

    Exit status: 0 OK, 1 NOT OK, 2 bad input.
    """
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")  # a title may hold what the terminal cannot show


def _day(_: click.Context, __: click.Parameter, value: str | None) -> dt.date | None:
    try:
        return _to_date(value)
    except DataError as error:
        raise click.BadParameter(error.message) from None


_file = click.argument("file", type=click.Path(dir_okay=False))
_files = click.argument("files", type=click.Path(), nargs=-1, required=True)
_pathway = click.option("--pathway", metavar="NAME", help="The pathway that is taken.")
_format = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text to read, or JSON for programs.",
)


@roc.command()
@_file
@click.option(
    "--select",
    metavar="NUMBER",
    multiple=True,
    help="Choose a unit, or several parted by commas; repeatable.",
)
@click.option(
    "--selection",
    "record",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Take the selection of this file.",
)
@_pathway
@click.option("--condition", metavar="NAME", multiple=True, help="Assert a condition; repeatable.")
@click.option("--date", metavar="DATE", callback=_day, help="Look at the dates of the rule: 2026-08-31.")
@click.option(
    "--event",
    type=click.Choice([each.value for each in Event]),
    default=Event.REGISTRATION.value,
    show_default=True,
    help="What happens on that date.",
)
@click.option(
    "--wording", type=click.Choice(NAMES), default="portal", show_default=True, help="How it is said."
)
@_format
@click.option("--best", is_flag=True, help="Show the best combination of the units, and the surplus.")
@click.pass_context
def check(
    ctx: click.Context,
    file: str,
    select: tuple[str, ...],
    record: str | None,
    pathway: str | None,
    condition: tuple[str, ...],
    date: dt.date | None,
    event: str,
    wording: str,
    output: str,
    best: bool,
) -> None:
    """Check a selection against the rule in FILE.

    The selection begins with the mandatory units, or is the one of --selection. Linked units come along
    with those of --select.
    """
    rule = _rule(file)
    if record is None:
        selection = Selection.start(rule, pathway=pathway, conditions=condition)
    else:
        selection = _read(record, lambda name: load_selection(name, rule, pathway=pathway))
        selection = selection.meet(*condition)
    selection = _with(selection, select)
    combination = best_combination(selection) if best else None
    status = check_selection(
        selection if combination is None else combination.selection, date=date, event=event
    )
    if output == "json":
        click.echo(to_json(status_report(status, best=combination, wording=wording)))
    else:
        _print(status_screen(status, best=combination, wording=wording))
    ctx.exit(0 if status.ok else _NOT_OK)


def _rule(file: str) -> Qualification:
    rule = _read(file, read_rule).qualification
    assert rule is not None  # noqa: S101 - reading it would have failed
    return rule


def _read(name: str, read: Callable[[str], T]) -> T:
    """Return what *read* makes of a file; what is wrong with the file is told as ``validate`` does."""
    try:
        return read(name)
    except InvalidData as error:
        problems = [Problem(each) for each in error.exceptions if isinstance(each, DataError)]
        raise _RefusalError("\n".join(texts(name, problems))) from None


def _with(selection: Selection, values: Iterable[str]) -> Selection:
    """Return *selection* with the units of ``--select``; every unit that cannot be added is told."""
    known = selection.qualification.units_by_number
    numbers = [
        number.strip()
        for value in values
        for number in ([value] if value in map(str, known) else value.split(","))
        if number.strip()
    ]
    refused: list[str] = []
    for number in numbers:
        try:
            selection = selection.add(number)
        except SelectionError as error:
            refused.append(str(error))
        except DataError as error:
            refused.append(error.message)
    if refused:
        raise _refusal("\nroc: ".join(dict.fromkeys(refused)))
    return selection


def _print(screen: Screen) -> None:
    console = Console(highlight=False)
    console.width = max(console.width, MIN_WIDTH)
    console.print(screen, end="")


@roc.command()
@_file
@_pathway
def show(file: str, pathway: str | None) -> None:
    """Show the rule in FILE: in English, and its units by group."""
    _print(rule_screen(_rule(file), pathway=pathway))


@roc.command()
@_files
@_format
@click.pass_context
def validate(ctx: click.Context, files: tuple[str, ...], output: str) -> None:
    """Tell all that is wrong with rules, and what is probably a slip.

    FILES are files, or folders with files.
    """
    read = _some(read_rules(files))
    wrong = sum(1 for each in read if each.errors)
    if output == "json":
        click.echo(to_json({"ok": not wrong, "files": [_validated(each) for each in read]}))
    else:
        for each in read:
            _tell(texts(each.name, (*each.errors, *each.warnings)))
            if not each.errors:
                _tell([f"{visible(each.name)}: OK"])
        warnings = sum(len(each.warnings) for each in read)
        _tell([f"{_many(len(read), 'file')}, {wrong} with errors, {_many(warnings, 'warning')}"])
    ctx.exit(_BAD_INPUT if wrong else 0)


def _validated(file: RuleFile) -> Plain:
    return {
        "file": file.name,
        "ok": not file.errors,
        "errors": [each.data() for each in file.errors],
        "warnings": [each.data() for each in file.warnings],
    }


@roc.command()
@_files
@_format
@click.pass_context
def test(ctx: click.Context, files: tuple[str, ...], output: str) -> None:
    """Run the worked examples that rules carry.

    FILES are files, or folders with files.
    """
    reports: list[Plain] = []
    wrong = failed = examples = 0
    for file in _some(read_rules(files)):
        rule = file.qualification
        found = [] if rule is None else list(run_examples(file, rule))
        errors = [*file.errors, *(each for each in found if isinstance(each, Problem))]
        failures = [each for each in found if isinstance(each, Failure)]
        count = 0 if rule is None else len(rule.examples)
        wrong, failed, examples = wrong + bool(errors), failed + len(failures), examples + count
        reports.append(
            {
                "file": file.name,
                "ok": not found and not errors,
                "examples": count,
                "errors": [each.data() for each in errors],
                "failures": [each.data() for each in failures],
            }
        )
        if output == "text":
            _tell([*texts(file.name, errors), *(each.text(file.name) for each in failures)])
            if rule is not None:
                verdicts = [f"{len(failures)} failed"] if failures else []
                verdicts += [f"{len(errors)} cannot be run"] if errors else []
                told = f"{_many(count, 'example')}, {', '.join(verdicts) or 'OK'}" if count else "no examples"
                _tell([f"{visible(file.name)}: {told}"])
    ok = not wrong and not failed
    if output == "json":
        click.echo(to_json({"ok": ok, "examples": examples, "failed": failed, "files": reports}))
    else:
        more = f", {_many(wrong, 'file')} with errors" if wrong else ""
        _tell([f"{_many(len(reports), 'file')}, {_many(examples, 'example')}, {failed} failed{more}"])
    ctx.exit(_BAD_INPUT if wrong else 0 if ok else _NOT_OK)


def _some(files: Iterable[RuleFile]) -> list[RuleFile]:
    read = list(files)
    if not read:
        msg = "the folder holds no rules: no .yaml, .yml, .json or .toml"
        raise _refusal(msg)
    return read


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


@roc.command()
def schema() -> None:
    """Print the JSON Schema of files with rules."""
    click.echo(json.dumps(file_schema(), indent=2))
