"""The commands that tell what comes next: completions, options, reasons, repairs, counts and samples."""

import contextlib
import functools
import itertools
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

import click

from roc import _answer_screens as screens
from roc._page import Screen
from roc.answers import Bounds, Completion, Limits, Options, Repair, UnitOption, Verdict
from roc.cli import _pages as pages
from roc.cli._asking import (
    LIMIT_REACHED,
    NOT_OK,
    Asked,
    choosing,
    format_option,
    limited,
    refusal,
    show_screen,
)
from roc.cli._progress import working
from roc.errors import LimitReachedError
from roc.numbers import UnitNumber
from roc.report import (
    Plain,
    completion_report,
    conflict_report,
    options_report,
    reason_report,
    repair_report,
    selection_report,
    to_json,
)
from roc.rules import Measure
from roc.selection import Selection
from roc.status import check
from roc.wordings import find

if TYPE_CHECKING:
    from roc.conflicts import Conflict
    from roc.solver import Solver

T = TypeVar("T")

_MOST: Final = 1_000_000
"""So many answers may be asked for: they are kept until they are written."""

_ELSEWHERE: Final = "Units from elsewhere are thought of only where nothing else finishes the selection."

_number = click.option(
    "-n",
    "--number",
    metavar="N",
    type=click.IntRange(1, _MOST),
    default=1,
    show_default=True,
    help="Give so many answers, if there are as many.",
)
_avoid = click.option(
    "--avoid", metavar="NUMBER", multiple=True, help="Add this unit in no case, or several; repeatable."
)
_cost = click.option(
    "--cost",
    metavar="NUMBER=AMOUNT",
    multiple=True,
    help="What a unit costs where it is not 1; repeatable.",
)
_wording = click.option(
    "--wording",
    type=click.Choice(["plain", "plain-cy"]),
    default="plain",
    show_default=True,
    help="How reasons are said.",
)


def _solver(asked: Asked) -> "Solver":
    """Return the solver; the commands that have no need of it don't wait for it to be imported."""
    from roc.solver import Solver  # noqa: PLC0415 - only who asks waits for it

    return Solver(asked.qualification)


def _answers(
    ask: Callable[[], Iterator[T]],
    number: int | None,
    waiting: Callable[[], contextlib.AbstractContextManager[None]],
) -> Iterator[T | LimitReachedError]:
    """Yield answers, no more than so many; a limit that is reached is the last of them."""
    found = itertools.islice(itertools.chain.from_iterable(ask() for _ in range(1)), number)
    while True:
        with waiting():
            try:
                each: T | LimitReachedError = next(found)
            except StopIteration:
                return
            except LimitReachedError as error:
                each = error
        yield each


def _gather(
    found: Iterator[T | LimitReachedError], page: Callable[[T, int], Screen], output: str
) -> tuple[list[T], LimitReachedError | None]:
    """Return the answers, shown one by one where text is wanted, and the limit that was reached."""
    told: list[T] = []
    for each in found:
        if isinstance(each, LimitReachedError):
            return told, each
        told.append(each)
        if output == "text":
            show_screen(page(each, len(told)))
    return told, None


def _end(*, ok: bool | None) -> NoReturn:
    """End the command; ``None``: a limit was reached."""
    click.get_current_context().exit(LIMIT_REACHED if ok is None else 0 if ok else NOT_OK)


def _standing(selection: Selection, first: object) -> Verdict:
    """Return where a selection stands, as far as its first completion tells."""
    if check(selection).ok:
        return Verdict.COMPLETE
    if first is None:
        return Verdict.BLOCKED
    if isinstance(first, LimitReachedError) and first.found is None:
        return Verdict.UNDECIDED
    return Verdict.COMPLETABLE


# -- complete ---------------------------------------------------------------------------------------


@click.command()
@choosing
@_number
@click.option("--diverse", is_flag=True, help="Give completions that differ from each other.")
@_avoid
@click.option(
    "--prefer",
    metavar="NUMBER",
    multiple=True,
    help="Put this unit, or several, first where all else is equal; repeatable.",
)
@_cost
@limited
@format_option
def complete(
    asked: Asked,
    number: int,
    diverse: bool,
    avoid: tuple[str, ...],
    prefer: tuple[str, ...],
    cost: tuple[str, ...],
    limits: Limits,
    output: str,
) -> None:
    """Tell the shortest way to finish a selection.

    The fewest units come first, then the least credit, then the order of the rule. What is chosen stays.
    """
    costs = asked.costs(cost)
    solver = _solver(asked)
    ask = functools.partial(
        solver.completions,
        asked.selection,
        costs=costs,
        avoid=asked.units(avoid),
        prefer=asked.units(prefer),
        diverse=diverse,
        limits=limits,
    )
    waiting = functools.partial(working, "Looking for completions", quiet=output == "json")
    found = _answers(ask, number, waiting)
    first = next(found, None)
    if first is None and avoid:  # it may be these units that are missing
        with waiting():
            verdict = solver.verdict(asked.selection, limits=limits)
    else:
        verdict = _standing(asked.selection, first)
    is_priced = costs is not None

    def page(each: Completion, count: int) -> Screen:
        name = "Shortest way to finish" if number == 1 else f"Way to finish {count}"
        name = name if each.exact else "Best way to finish that was found"
        return screens.completion_screen(each, name, asked=asked.selection, priced=is_priced)

    if output == "text":
        show_screen(screens.verdict_screen(asked.selection, verdict))
    told, limit = _gather(itertools.chain(() if first is None else (first,), found), page, output)
    if limit is not None and isinstance(limit.found, Completion):
        told += _gather(iter([limit.found]), page, output)[0]
    # the price of a unit rises with every completion that has it: what is proven is about those prices
    bound = None if limit is None or (diverse and told and told[0].exact) else limit.bound
    if output == "json":
        report: dict[str, Plain] = {
            "ok": None if limit and not told else bool(told),
            "exact": limit is None,
            "verdict": verdict.value,
            **selection_report(asked.selection),
            "completions": [completion_report(each) for each in told],
            "bound": bound if isinstance(bound, Decimal) else None,
        }
        click.echo(to_json(report))
    elif limit is not None:
        what = "no completion was found so far"
        if told:
            what = "there may be others" if told[-1].exact else "there may be a shorter one"
        least = pages.least_text(bound, priced=is_priced)
        show_screen(screens.note(pages.limit_text(limit, f"{what}{least}")))
    elif not told:
        show_screen(screens.note(_blocked(without=bool(avoid) and verdict is not Verdict.BLOCKED)))
    elif len(told) < number:
        show_screen(screens.note("There are no others."))
    _end(ok=None if limit else bool(told))


def _blocked(*, without: bool = False) -> str:
    if without:
        return "It cannot be finished without the units of --avoid."
    return "roc explain tells why, roc repair what to change."


# -- options ----------------------------------------------------------------------------------------


@click.command()
@choosing
@click.option("--why", metavar="NUMBER", help="Tell of this unit why it is needed, open or closed.")
@_wording
@limited
@format_option
def options(asked: Asked, why: str | None, wording: str, limits: Limits, output: str) -> None:
    """Tell of each unit whether it is needed, open or closed.

    Needed: it is in every way to finish. Open: it can be chosen. Closed: it cannot be chosen any more.
    """
    if why is not None:
        _why(asked, why, wording, limits, output)
    limit = LimitReachedError()
    with working("Looking at each unit", quiet=output == "json"):
        try:
            found = _solver(asked).options(asked.selection, limits=limits)
        except LimitReachedError as error:
            found, limit = _nothing_known(asked), error
    ok = found.verdict in {Verdict.COMPLETE, Verdict.COMPLETABLE}
    if output == "json":
        report: dict[str, Plain] = {
            "ok": None if found.verdict is Verdict.UNDECIDED else ok,
            "exact": found.exact,
            "verdict": found.verdict.value,
            **selection_report(asked.selection),
            "options": options_report(found),
        }
        click.echo(to_json(report))
    else:
        show_screen(screens.verdict_screen(asked.selection, found.verdict))
        show_screen(screens.options_screen(found))
        if not found.exact:
            show_screen(screens.note(pages.limit_text(limit, "not all is known")))
        elif not ok:
            show_screen(screens.note(_blocked()))
        elif _is_open(asked):
            show_screen(screens.note(_ELSEWHERE))
    _end(ok=ok if found.exact else None)


def _nothing_known(asked: Asked) -> Options:
    """Return what is known without looking: what is chosen."""
    chosen = set(asked.selection.numbers)
    items = (
        (unit.number, UnitOption.CHOSEN if unit.number in chosen else UnitOption.UNDECIDED)
        for unit in asked.qualification.units
    )
    return Options(selection=asked.selection, items=tuple(items), verdict=Verdict.UNDECIDED, exact=False)


def _why(asked: Asked, text: str, wording: str, limits: Limits, output: str) -> NoReturn:
    """Tell the reason of one unit."""
    units = asked.units([text])
    if len(units) != 1:
        msg = "--why takes one unit"
        raise refusal(msg)
    limit = LimitReachedError()
    reason = None
    with working("Looking for the reason", quiet=output == "json"):
        try:
            reason = _solver(asked).why(asked.selection, units[0], limits=limits)
        except LimitReachedError as error:
            limit = error
    ok = None if reason is None else reason.option is not UnitOption.CLOSED
    if output == "json":
        report: dict[str, Plain] = {
            "ok": ok,
            "exact": reason is not None,
            **selection_report(asked.selection),
            "reason": None
            if reason is None
            else reason_report(reason, wording=wording, line=asked.file.line),
        }
        click.echo(to_json(report))
    else:
        show_screen(screens.check_screen(asked.selection))
        if reason is None:
            show_screen(screens.note(pages.limit_text(limit, "the reason is not known")))
        else:
            q, places = asked.qualification, pages.places_in(asked.file)
            show_screen(screens.reason_screen(reason, qualification=q, wording=wording, places=places))
    _end(ok=ok)


# -- explain ----------------------------------------------------------------------------------------


@click.command()
@choosing
@click.option("--all", "every", is_flag=True, help="Tell every conflict, not only one.")
@_wording
@limited
@format_option
def explain(asked: Asked, every: bool, wording: str, limits: Limits, output: str) -> None:
    """Tell why a selection cannot be finished.

    A conflict is the least that is in the way: if any one of its clauses did not hold, or any one of its units
    were not chosen, the rest would agree. The exit status is 1 where there is one.
    """
    words, places = find(wording), pages.places_in(asked.file)
    solver = _solver(asked)
    waiting = functools.partial(working, "Looking for what is in the way", quiet=output == "json")
    with waiting():  # it is often known at once that there is nothing
        verdict = solver.verdict(asked.selection, limits=limits)
    ask = functools.partial(solver.conflicts, asked.selection, limits=limits)
    is_fine = verdict in {Verdict.COMPLETE, Verdict.COMPLETABLE}
    found = _answers(ask, 0 if is_fine else None if every else 1, waiting)
    first = next(found, None)
    if not is_fine and not isinstance(first, LimitReachedError):
        verdict = Verdict.BLOCKED if first else Verdict.COMPLETABLE
    if output == "text":
        show_screen(screens.verdict_screen(asked.selection, verdict))

    def page(each: "Conflict", count: int) -> Screen:
        return screens.conflict_screen(
            each, name=f"Conflict {count}" if every else "", wording=words, places=places
        )

    told, limit = _gather(itertools.chain(() if first is None else (first,), found), page, output)
    ok = None if verdict is Verdict.UNDECIDED else not told
    if output == "json":
        report: dict[str, Plain] = {
            "ok": ok,
            "exact": limit is None,
            "verdict": verdict.value,
            **selection_report(asked.selection),
            "conflicts": [conflict_report(each, wording=wording, line=asked.file.line) for each in told],
        }
        click.echo(to_json(report))
    elif limit is not None:
        what = "there may be more conflicts" if told else "it is not known whether anything is in the way"
        show_screen(screens.note(pages.limit_text(limit, what)))
    elif not told:
        show_screen(screens.note("Nothing is in the way."))
    _end(ok=None if limit else ok)


# -- repair -----------------------------------------------------------------------------------------


@click.command()
@choosing
@_number
@_avoid
@_cost
@limited
@format_option
def repair(
    asked: Asked, number: int, avoid: tuple[str, ...], cost: tuple[str, ...], limits: Limits, output: str
) -> None:
    """Tell the fewest changes that finish a selection.

    Units may be dropped as well as added. With --cost, a unit costs as much to drop as to add.
    """
    costs = asked.costs(cost)
    ask = functools.partial(
        _solver(asked).repairs,
        asked.selection,
        costs=costs,
        avoid=asked.units(avoid),
        limits=limits,
    )
    waiting = functools.partial(working, "Looking for repairs", quiet=output == "json")
    is_priced = costs is not None

    def page(each: Repair, count: int) -> Screen:
        name = "Smallest repair" if number == 1 else f"Repair {count}"
        return screens.repair_screen(each, name, asked=asked.selection, priced=is_priced)

    if output == "text":
        show_screen(screens.check_screen(asked.selection))
    told, limit = _gather(_answers(ask, number, waiting), page, output)
    if output == "json":
        report: dict[str, Plain] = {
            "ok": None if limit and not told else bool(told),
            "exact": limit is None,
            **selection_report(asked.selection),
            "repairs": [repair_report(each) for each in told],
        }
        click.echo(to_json(report))
    elif limit is not None:
        what = "the next repair is not known" if told else "no repair was found so far"
        show_screen(screens.note(pages.limit_text(limit, what)))
    elif not told:
        show_screen(screens.note(_hopeless(asked, avoid)))
    elif len(told) < number:
        show_screen(screens.note("There are no others."))
    _end(ok=None if limit else bool(told))


def _is_open(asked: Asked) -> bool:
    return any(group.opening is not None for group in asked.qualification.all_groups())


def _hopeless(asked: Asked, avoid: tuple[str, ...]) -> str:
    without = " without the units of --avoid" if avoid else ""
    if _is_open(asked):
        return (
            f"With the rule's own units alone nothing satisfies the rule{without}; units from elsewhere may."
        )
    return f"Nothing satisfies the rule{without}."


# -- count ------------------------------------------------------------------------------------------


@click.command()
@choosing
@click.option("--by", type=click.Choice(["units", "credit"]), help="Tell how many come to each total.")
@click.option("--frequencies", is_flag=True, help="Tell for each unit the share that it is in.")
@click.option(
    "--bounds", is_flag=True, help="Tell the least and the most that a finished selection comes to."
)
@limited
@format_option
def count(asked: Asked, by: str | None, frequencies: bool, bounds: bool, limits: Limits, output: str) -> None:
    """Tell in how many ways a selection can be finished.

    A way is a set of units that are added; it counts once, however its units are placed. Units from elsewhere
    are not thought of, and conditions that are not met yet are taken as met.
    """
    counting = _Counting(asked, limits, quiet=output == "json")
    measure = None if by is None else Measure(by)
    totals = None if measure is None else counting.distribution(measure)
    number = counting.count() if totals is None and measure is None else _total(totals)
    shares = counting.frequencies() if frequencies and number is not None else None
    ranges = counting.bounds() if bounds else None
    ok = None if number is None else number > 0
    if output == "json":
        report: dict[str, Plain] = {
            "ok": ok,
            "exact": counting.limit is None,
            **selection_report(asked.selection),
            "count": number,
            "measure": by,
            "distribution": None
            if totals is None
            else [{"total": amount, "completions": ways} for amount, ways in totals.items()],
            "frequencies": None
            if shares is None or number is None
            else [
                {"unit": str(unit), "completions": int(share * number), "share": _rounded(share)}
                for unit, share in shares.items()
            ],
            "bounds": None
            if ranges is None
            else [{"measure": each.measure.value, "least": each.least, "most": each.most} for each in ranges],
        }
        click.echo(to_json(report))
    else:
        show_screen(screens.count_screen(asked.selection, number, ranges or ()))
        if measure is not None and totals:
            show_screen(screens.distribution_screen(measure, totals))
        if shares:
            show_screen(screens.frequencies_screen(asked.qualification, shares))
        if _is_open(asked):
            show_screen(screens.note("Ways with units from elsewhere are not counted."))
        if {each.name for each in asked.qualification.conditions} - asked.selection.conditions:
            show_screen(screens.note("Conditions that are not met yet are taken as met."))
        if counting.limit is not None:
            show_screen(screens.note(pages.limit_text(counting.limit, "not all is known")))
    _end(ok=None if counting.limit else ok)


def _total(totals: Mapping[Decimal, int] | None) -> int | None:
    return None if totals is None else sum(totals.values())


def _rounded(share: Fraction) -> Decimal:
    return Decimal(round(share * 10**6)) / 10**6


class _Counting:
    """Counts, and keeps in mind that a limit was reached."""

    def __init__(self, asked: Asked, limits: Limits, *, quiet: bool) -> None:
        self.selection, self.limits, self.quiet = asked.selection, limits, quiet
        self.solver = _solver(asked)
        self.limit: LimitReachedError | None = None

    def _within(self, ask: Callable[[], T]) -> T | None:
        with working("Counting", quiet=self.quiet):
            try:
                return ask()
            except LimitReachedError as error:
                self.limit = error
                return None

    def count(self) -> int | None:
        return self._within(lambda: self.solver.count(self.selection, limits=self.limits))

    def distribution(self, measure: Measure) -> Mapping[Decimal, int] | None:
        return self._within(lambda: self.solver.distribution(self.selection, measure, limits=self.limits))

    def frequencies(self) -> Mapping[UnitNumber, Fraction] | None:
        return self._within(lambda: self.solver.frequencies(self.selection, limits=self.limits))

    def bounds(self) -> list[Bounds] | None:
        found = [
            self._within(functools.partial(self.solver.bounds, self.selection, each, limits=self.limits))
            for each in screens.measures(self.selection.qualification)
        ]
        return [each for each in found if each is not None]


# -- sample -----------------------------------------------------------------------------------------


@click.command()
@choosing
@_number
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed draws the same.")
@limited
@format_option
def sample(asked: Asked, number: int, seed: int, limits: Limits, output: str) -> None:
    """Draw finished selections at random, each as likely as any other.

    Each stands on a line of its own, its units parted by commas. Units from elsewhere are not thought of, and
    conditions that are not met yet are taken as met.
    """
    limit: LimitReachedError | None = None
    drawn: tuple[Selection, ...] = ()
    with working("Drawing", quiet=output == "json"):
        try:
            drawn = _solver(asked).sample(asked.selection, number, seed=seed, limits=limits)
        except LimitReachedError as error:
            limit = error
    ok = None if limit else bool(drawn)
    if output == "json":
        report: dict[str, Plain] = {
            "ok": ok,
            "exact": limit is None,
            **selection_report(asked.selection),
            "seed": seed,
            "drawn": [_drawn(asked.selection, each) for each in drawn],
        }
        click.echo(to_json(report))
    else:
        for each in drawn:
            click.echo(pages.sample_line(asked.selection, each))
        if limit is not None:
            click.echo(pages.limit_text(limit, "nothing could be drawn"), err=True)
        elif not drawn:
            click.echo("roc: " + _none_drawn(asked), err=True)
    _end(ok=ok)


def _none_drawn(asked: Asked) -> str:
    own = " with the rule's own units alone" if _is_open(asked) else ""
    return f"there is nothing to draw: the selection cannot be finished{own}"


def _drawn(asked: Selection, drawn: Selection) -> Plain:
    chosen = set(asked.numbers)
    return {
        "units": [*map(str, drawn.numbers)],
        "added": [str(number) for number in drawn.numbers if number not in chosen],
        "conditions": [*sorted(drawn.conditions - asked.conditions)],
        "pathway": drawn.pathway,
    }


COMMANDS: Final = (complete, options, explain, repair, count, sample)
