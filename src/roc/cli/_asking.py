"""What commands share: the selection and the limits that their options tell, and how they refuse."""

import functools
import math
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar

import attrs
import click
from rich.console import Console, RenderableType

from roc._page import MIN_WIDTH, visible
from roc.answers import Limits
from roc.cli._files import Problem, RuleFile, read_rule, texts
from roc.errors import DataError, InvalidData, SelectionError, nearest
from roc.formats.selections import load_selection
from roc.numbers import UnitNumber
from roc.qualification import Qualification
from roc.selection import Selection
from roc.units import to_unit_number

if TYPE_CHECKING:
    from roc._question import Costs

T = TypeVar("T")
_Command = Callable[..., T]

NOT_OK: Final = 1
BAD_INPUT: Final = 2
LIMIT_REACHED: Final = 3
STOPPED: Final = 130

_SECONDS: Final = 60.0
"""So long a question may take, unless it is told otherwise: nobody waits for longer without saying so."""

_AMOUNT: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


# -- refusing ---------------------------------------------------------------------------------------


class RefusalError(click.ClickException):
    """Bad input: what is wrong goes to the standard error, and the exit status is 2."""

    exit_code = BAD_INPUT

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=True)


class StoppedError(RefusalError):
    """Somebody has pressed Ctrl-C."""

    exit_code = STOPPED


def refusal(text: str) -> RefusalError:
    return RefusalError("\n".join(map(visible, f"roc: {text}".split("\n"))))


def _all_refused(refused: Iterable[str]) -> RefusalError:
    return refusal("\nroc: ".join(dict.fromkeys(refused)))


# -- the file and the selection ---------------------------------------------------------------------


@attrs.frozen
class Asked:
    """What a command is asked about.

    Attributes:
        file: The file of the rule.
        selection: The selection.
    """

    file: RuleFile
    selection: Selection

    @property
    def qualification(self) -> Qualification:
        """The qualification."""
        return self.selection.qualification

    def units(self, values: Iterable[str]) -> tuple[UnitNumber, ...]:
        """Return the units that an option names; every one that there is not is told."""
        known = self.qualification.units_by_number
        found: list[UnitNumber] = []
        refused: list[str] = []
        for text in numbers(self.qualification, values):
            try:
                number = to_unit_number(text)
            except DataError as error:
                refused.append(error.message)
                continue
            found.append(number)
            if number not in known:
                near = nearest(str(number), map(str, known))
                refused.append(str(SelectionError(f"there is no unit {number}", suggestions=near)))
        if refused:
            raise _all_refused(refused)
        return tuple(found)

    def costs(self, values: Iterable[str]) -> "Costs | None":
        """Return the costs that ``--cost`` tells, ``None`` for none."""
        given = [value.rpartition("=") for value in values]
        for number, _, amount in given:
            if not number or not _AMOUNT.fullmatch(amount.strip()) or not Decimal(amount.strip()):
                msg = f"--cost takes a unit and an amount above 0, as M1=2.5, not {number or amount!r:.80}"
                raise refusal(msg)
        return {self.units([number])[0]: Decimal(amount.strip()) for number, _, amount in given} or None


def read_file(name: str, read: Callable[[str], T]) -> T:
    """Return what *read* makes of a file; what is wrong with the file is told as ``validate`` does."""
    try:
        return read(name)
    except InvalidData as error:
        problems = [Problem(each) for each in error.exceptions if isinstance(each, DataError)]
        raise RefusalError("\n".join(texts(name, problems))) from None


def rule_of(file: RuleFile) -> Qualification:
    """Return the rule of a file that could be read."""
    assert file.qualification is not None  # noqa: S101 - reading it would have failed
    return file.qualification


def numbers(qualification: Qualification, values: Iterable[str]) -> Iterator[str]:
    """Yield the numbers of an option that takes several parted by commas; a number may itself have one."""
    known = set(map(str, qualification.units_by_number))
    for value in values:
        for number in [value] if value in known else value.split(","):
            if number.strip():
                yield number.strip()


def _with(selection: Selection, values: Iterable[str]) -> Selection:
    """Return *selection* with the units of ``--select``; every unit that cannot be added is told."""
    refused: list[str] = []
    for number in numbers(selection.qualification, values):
        try:
            selection = selection.add(number)
        except SelectionError as error:
            refused.append(str(error))
        except DataError as error:
            refused.append(error.message)
    if refused:
        raise _all_refused(refused)
    return selection


def _ask(
    file: str, select: tuple[str, ...], record: str | None, pathway: str | None, condition: tuple[str, ...]
) -> Asked:
    read = read_file(file, read_rule)
    rule = rule_of(read)
    if record is None:
        selection = Selection.start(rule, pathway=pathway, conditions=condition)
    else:
        selection = read_file(record, lambda name: load_selection(name, rule, pathway=pathway))
        selection = selection.meet(*condition)
    return Asked(read, _with(selection, select))


# -- options ----------------------------------------------------------------------------------------


file_argument = click.argument("file", type=click.Path(dir_okay=False))
pathway_option = click.option("--pathway", metavar="NAME", help="The pathway that is taken.")
format_option = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text to read, or JSON for programs.",
)
_select = click.option(
    "--select",
    metavar="NUMBER",
    multiple=True,
    help="Choose a unit, or several parted by commas; repeatable.",
)
_record = click.option(
    "--selection",
    "record",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Take the selection of this file.",
)
_condition = click.option(
    "--condition", metavar="NAME", multiple=True, help="Assert a condition; repeatable."
)


def choosing(command: _Command[T]) -> _Command[T]:
    """Give a command the options that tell a file and a selection; it takes them as *asked*."""

    @functools.wraps(command)
    def run(
        *context: click.Context,
        file: str,
        select: tuple[str, ...],
        record: str | None,
        pathway: str | None,
        condition: tuple[str, ...],
        **options: object,
    ) -> T:
        return command(*context, asked=_ask(file, select, record, pathway, condition), **options)

    return file_argument(_select(_record(pathway_option(_condition(run)))))


def _finite(_: click.Context, __: click.Parameter, value: float) -> float:
    if not math.isfinite(value) or value <= 0:
        msg = "it is no time above 0."
        raise click.BadParameter(msg)
    return value


def limited(command: _Command[T]) -> _Command[T]:
    """Give a command the options that tell what it may spend; it takes them as *limits*."""

    @click.option(
        "--states",
        metavar="N",
        type=click.IntRange(min=1),
        default=Limits().states,
        show_default=True,
        help="Look at so many partial selections at most.",
    )
    @click.option(
        "--seconds",
        metavar="S",
        type=float,
        callback=_finite,
        default=_SECONDS,
        show_default=True,
        help="Take so many seconds at most.",
    )
    @functools.wraps(command)
    def run(*context: click.Context, states: int, seconds: float, **options: object) -> T:
        return command(*context, limits=Limits(states=states, seconds=seconds), **options)

    return run


# -- showing ----------------------------------------------------------------------------------------


def show_screen(screen: RenderableType) -> None:
    """Print a screen, as wide as the terminal."""
    console = Console(highlight=False)
    console.width = max(console.width, MIN_WIDTH)
    console.print(screen, end="")
