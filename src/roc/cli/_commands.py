"""The commands, each a thin layer over calls of the library."""

import datetime as dt
import errno
import importlib.metadata
import json
import sys
from collections.abc import Iterable

import click

from roc._page import many, visible
from roc._status_screens import rule_screen, status_screen
from roc.cli._asking import (
    BAD_INPUT,
    NOT_OK,
    Asked,
    StoppedError,
    choosing,
    file_argument,
    format_option,
    pathway_option,
    read_file,
    refusal,
    rule_of,
    show_screen,
)
from roc.cli._examples import Failure, run_examples
from roc.cli._files import Problem, RuleFile, read_rule, read_rules, texts
from roc.cli._solve import COMMANDS
from roc.combination import best_combination
from roc.errors import DataError, RocError
from roc.formats import schema as file_schema
from roc.qualification import Event, _to_date
from roc.report import Plain, status_report, to_json
from roc.status import check as check_selection
from roc.wordings import NAMES


class _Roc(click.Group):
    """The group of commands: what the library refuses is told in a line, never as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            msg = "roc: stopped"
            raise StoppedError(msg) from None
        except RocError as error:
            raise refusal(str(error)) from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever reads our output has gone: click ends quietly
                raise
            where = "" if error.filename is None else f"{error.filename}: "
            msg = f"{where}{error.strerror or error}"
            raise refusal(msg) from None


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
    """Rules of combination: check selections of units, tell what comes next, and look at rules.

    Exit status: 0 OK or yes, 1 NOT OK or no, 2 bad input, 3 a limit was reached, 130 stopped.
    """
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")  # a title may hold what the terminal cannot show


def _day(_: click.Context, __: click.Parameter, value: str | None) -> dt.date | None:
    try:
        return _to_date(value)
    except DataError as error:
        raise click.BadParameter(error.message) from None


_files = click.argument("files", type=click.Path(), nargs=-1, required=True)


@roc.command()
@choosing
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
@format_option
@click.option("--best", is_flag=True, help="Show the best combination of the units, and the surplus.")
@click.pass_context
def check(
    ctx: click.Context,
    asked: Asked,
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
    selection = asked.selection
    combination = best_combination(selection) if best else None
    status = check_selection(
        selection if combination is None else combination.selection, date=date, event=event
    )
    if output == "json":
        click.echo(to_json(status_report(status, best=combination, wording=wording)))
    else:
        show_screen(status_screen(status, best=combination, wording=wording))
    ctx.exit(0 if status.ok else NOT_OK)


@roc.command()
@file_argument
@pathway_option
def show(file: str, pathway: str | None) -> None:
    """Show the rule in FILE: in English, and its units by group."""
    show_screen(rule_screen(rule_of(read_file(file, read_rule)), pathway=pathway))


@roc.command()
@_files
@format_option
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
        _tell([f"{many(len(read), 'file')}, {wrong} with errors, {many(warnings, 'warning')}"])
    ctx.exit(BAD_INPUT if wrong else 0)


def _validated(file: RuleFile) -> Plain:
    return {
        "file": file.name,
        "ok": not file.errors,
        "errors": [each.data() for each in file.errors],
        "warnings": [each.data() for each in file.warnings],
    }


@roc.command()
@_files
@format_option
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
                told = f"{many(count, 'example')}, {', '.join(verdicts) or 'OK'}" if count else "no examples"
                _tell([f"{visible(file.name)}: {told}"])
    ok = not wrong and not failed
    if output == "json":
        click.echo(to_json({"ok": ok, "examples": examples, "failed": failed, "files": reports}))
    else:
        more = f", {many(wrong, 'file')} with errors" if wrong else ""
        _tell([f"{many(len(reports), 'file')}, {many(examples, 'example')}, {failed} failed{more}"])
    ctx.exit(BAD_INPUT if wrong else 0 if ok else NOT_OK)


def _some(files: Iterable[RuleFile]) -> list[RuleFile]:
    read = list(files)
    if not read:
        msg = "the folder holds no rules: no .yaml, .yml, .json or .toml"
        raise refusal(msg)
    return read


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


@roc.command()
def schema() -> None:
    """Print the JSON Schema of files with rules."""
    click.echo(json.dumps(file_schema(), indent=2))


for _command in COMMANDS:
    roc.add_command(_command)
