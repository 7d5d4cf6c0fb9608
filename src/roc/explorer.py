"""An explorer for notebooks: choose units, and see at once how things stand and what can still be chosen.

Needs the extra ``notebook``. It is a widget, tested in JupyterLab and in marimo; it fetches nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, Final, TypeAlias, final

from roc._answer_screens import VERDICTS, completion_size, whole
from roc._html import STYLE, pieces
from roc._page import Fields, Meters, Words, many, verdict, visible, written
from roc._status_screens import clause_meters, group_header, status_header
from roc.answers import Completion, Limits, UnitOption, Verdict
from roc.display import screen
from roc.errors import LimitReachedError, MissingExtraError, RocError, SelectionError
from roc.numbers import UnitNumber
from roc.qualification import Qualification
from roc.selection import Selection
from roc.solver import Solver
from roc.status import GroupStatus, Status, check
from roc.units import Unit
from roc.wordings import Wording, find

try:
    import anywidget
    import traitlets
except ImportError:
    _what = "the explorer"
    raise MissingExtraError(_what, "notebook") from None

__all__ = ["Explorer"]


def __dir__() -> list[str]:
    return __all__


View: TypeAlias = dict[str, Any]
"""What the browser shows, as plain data."""

_LIMITS: Final = Limits(states=100_000, seconds=0.5)
"""What one question may spend: a click asks three, and nobody waits for long after a click."""

_FEW: Final = 40
"""Where there are no more units, groups are unfolded from the start."""

_NAMED: Final = 6
"""So many units are named where it is told what was added."""

_TEXTS: Final = {
    UnitOption.CHOSEN: "Chosen",
    UnitOption.FORCED: "Needed",
    UnitOption.OPEN: "Open",
    UnitOption.CLOSED: "Closed",
    UnitOption.UNDECIDED: "Not known: a limit was reached",
}


class _Sight:
    """What a person sees of a selection."""

    def __init__(self, selection: Selection, solver: Solver, wording: Wording) -> None:
        self.selection, self.solver, self.wording = selection, solver, wording
        self.qualification = selection.qualification
        self.status = check(selection)
        self.options = solver.options(selection)

    def view(self, news: str) -> View:
        """Return everything that is shown, as plain data; *news* is what has just changed."""
        q, chosen = self.qualification, self.selection
        head = Fields(status_header(self.status, self.wording))
        completion = self._completion()
        return {
            "name": visible(str(q)),
            "ok": self.status.ok,
            "summary": " ".join(filter(None, (news, *self._summary()))),
            "head": "".join(pieces([head, Meters(tuple(clause_meters(self.status.clauses)))])),
            "finish": None if completion is None else _finish(completion),
            "pathways": [["", "any"], *([each.name, each.label] for each in q.pathways)]
            if q.pathways
            else [],
            "pathway": chosen.pathway or "",
            "conditions": [[each.name, each.label, each.name in chosen.conditions] for each in q.conditions],
            "groups": [*self._groups()],
            "why": None,
        }

    def _summary(self) -> Iterator[str]:
        status = self.status
        size = many(status.units, "unit")
        if status.credit:
            size += f", {many(status.credit, 'credit')}"
        yield f"{size}: {'OK' if status.ok else 'NOT OK'}."
        verdict = self.options.verdict
        if verdict is not Verdict.COMPLETE:
            yield f"{VERDICTS[verdict]}."
        if verdict is not Verdict.BLOCKED:
            yield self._ways()

    def _ways(self) -> str:
        try:
            count = self.solver.count(self.selection)
        except LimitReachedError:
            return "There are more ways to go on than could be counted here."
        if not count and not self.status.ok:
            return "Units from elsewhere are needed to finish."
        ways = "There is 1 way" if count == 1 else f"There are {whole(count)} ways"
        return f"{ways} to go on." if self.status.ok else f"{ways} to finish."

    def _completion(self) -> Completion | None:
        """Return the shortest way to finish, if there is one to be added by a click."""
        if self.options.verdict is not Verdict.COMPLETABLE:
            return None
        try:
            found = self.solver.complete(self.selection)
        except LimitReachedError:
            return None
        known = self.qualification.units_by_number
        return found if found is not None and all(number in known for number in found.added) else None

    # -- groups -------------------------------------------------------------------------------------

    def _groups(self) -> Iterator[View]:
        is_open = len(self.qualification.units) <= _FEW
        shown: set[UnitNumber] = set()
        for group, depth in _with_depth(self.status.top_groups):
            numbers = tuple(dict.fromkeys((*group.group.units, *group.units)))
            shown.update(numbers)
            note = "" if group.binding or group.ok else " - not needed"
            about = Fields((*group_header(group.group, described=False), _group_status(group, self.wording)))
            yield {
                "name": group.group.name,
                "heading": f"{group.heading(self.wording)}{note}",
                "ok": group.ok,
                "open": is_open,
                "depth": depth,
                "about": "".join(pieces([about, Meters(tuple(clause_meters(group.clauses)))])),
                "units": [self._unit(number, set(group.counted)) for number in numbers],
            }
        q = self.qualification
        listed = () if q.groups else tuple(q.units_by_number)
        others = dict.fromkeys((*listed, *(each for each in self.selection.numbers if each not in shown)))
        if others:
            counted: set[UnitNumber] = set()
            if not q.groups:
                counted = {*others} - {*self.status.surplus, *self.status.additional}
            yield {
                "name": "",
                "heading": "Other Units" if q.groups else "Units",
                "ok": self.status.ok,
                "open": is_open,
                "depth": 0,
                "about": "",
                "units": [self._unit(number, counted) for number in others],
            }

    def _unit(self, number: UnitNumber, counted: AbstractSet[UnitNumber]) -> View:
        q, chosen = self.qualification, self.selection
        unit = q.units_by_number.get(number)
        if unit is None:
            (entry,) = (each for each in chosen if each.place == number)
            assert isinstance(entry.unit, Unit)  # noqa: S101 - what is not listed is there as a whole
            unit = entry.unit
        option = self.options.by_number.get(number, UnitOption.CHOSEN)
        text = _TEXTS[option]
        if option is UnitOption.CHOSEN and number not in counted:
            text = f"{text}, and does not count here"
        return {
            "number": visible(str(number)),
            "title": visible(unit.title),
            "level": "" if unit.level is None else unit.level.short,
            "credit": written(unit.credit) or "",
            "chosen": option is UnitOption.CHOSEN,
            "closed": option is UnitOption.CLOSED,
            "text": text,
            "why": option in {UnitOption.FORCED, UnitOption.CLOSED},
        }


def _with_depth(groups: Iterable[GroupStatus], depth: int = 0) -> Iterator[tuple[GroupStatus, int]]:
    for each in groups:
        yield each, depth
        yield from _with_depth(each.groups, depth + 1)


def _group_status(status: GroupStatus, wording: Wording) -> tuple[str, Words]:
    return "Status", verdict(status.text(wording), ok=status.ok)


def _finish(completion: Completion) -> str:
    q = completion.selection.qualification
    added = _some([*map(str, completion.added)])
    labels = [each.label for each in q.conditions if each.name in completion.conditions]
    met = f" (to be met: {'; '.join(labels)})" if labels else ""
    return visible(f"{completion_size(completion)}{f': {added}' if added else ''}{met}.")


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join((*names[:_NAMED], *([f"{more} more"] if more > 0 else [])))


def _news(before: Selection, after: Selection) -> str:
    """Return what has changed from one selection to the next."""
    added = [str(number) for number in after.numbers if number not in before]
    removed = [str(number) for number in before.numbers if number not in after]
    told = [f"{verb} {_some(names)}." for verb, names in (("Added", added), ("Removed", removed)) if names]
    return visible(" ".join(told))


@final
class Explorer(anywidget.AnyWidget):
    """A widget to choose the units of a qualification with.

    Every click is checked at once. Linked units come along, what can no longer be chosen is greyed, and "Why?" tells
    the reason. ``selection`` is what is chosen; set it, and the widget shows it.

    >>> import roc
    >>> q = roc.Qualification(
    ...     title="Example",
    ...     units=[roc.Unit(number=n) for n in ("M1", "M2")],
    ...     groups=[roc.UnitGroup(name="B", units=["M1", "M2"], rules=[roc.parse("at least 1 unit")])],
    ... )
    >>> explorer = Explorer(q)
    >>> explorer.selection = explorer.selection.add("M1")
    >>> explorer.units
    ['M1']
    >>> explorer.status.ok
    True

    Args:
        qualification: The qualification.
        selection: With what to begin; ``None``: with the mandatory units.
        limits: What each of the questions that follow a click may spend.
        wording: The wording of the status lines.

    Attributes:
        selection: What is chosen, a trait: read it, set it, observe it.
        units: The numbers of the units that are chosen, a trait that follows the selection.

    Raises:
        SelectionError: The selection is of another qualification, or none at all.
        WordingError: There is no such wording.
    """

    _esm = Path(__file__).with_name("explorer.js")
    _css = f"{STYLE}\n{Path(__file__).with_name('explorer.css').read_text('utf-8')}"
    _view: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(sync=True)
    _asked: "traitlets.List[Any]" = traitlets.List([0]).tag(sync=True)
    units = traitlets.List(traitlets.Unicode(), read_only=True).tag(sync=True)
    selection: "traitlets.TraitType[Selection, Selection]" = traitlets.TraitType()

    def __init__(
        self,
        qualification: Qualification,
        selection: Selection | None = None,
        *,
        limits: Limits = _LIMITS,
        wording: str | Wording = "portal",
    ) -> None:
        self._solver = Solver(qualification, limits=limits)
        self._told: str | None = None
        self._wording = find(wording)
        super().__init__(selection=Selection.start(qualification) if selection is None else selection)

    @property
    def status(self) -> Status:
        """How the selection stands."""
        return check(self.selection)

    @traitlets.validate("selection")
    def _only_ours(self, proposal: Mapping[str, Any]) -> Selection:
        value = proposal["value"]
        if not isinstance(value, Selection) or value.qualification != self._solver.qualification:
            msg = f"the explorer needs a selection of its own qualification, not {value!r:.60}"
            raise SelectionError(msg)
        return value

    @traitlets.observe("selection")
    def _show(self, change: Mapping[str, Any]) -> None:
        before, after = change["old"], change["new"]
        self.set_trait("units", [*map(str, after.numbers)])
        news = _news(before, after) if isinstance(before, Selection) else ""
        self._told = None
        self._view = _Sight(after, self._solver, self._wording).view(news)

    @traitlets.observe("_asked")
    def _answer(self, change: Mapping[str, Any]) -> None:
        """Do what a person asked for by a click; what is refused is said."""
        try:
            match change["new"]:
                case [_, "unit", str(number)]:
                    chosen = self.selection
                    self.selection = chosen.remove(number) if number in chosen else chosen.add(number)
                case [_, "pathway", str(name)]:
                    wanted = self.selection.with_pathway(name or None)
                    self.selection = wanted.add(*wanted.qualification.mandatory_units_of(wanted.pathway))
                case [_, "condition", str(name)]:
                    held = self.selection.conditions
                    self.selection = self.selection.evolve(conditions=held ^ {name})
                case [_, "finish"]:
                    found = self._solver.complete(self.selection)
                    self.selection = self.selection if found is None else found.selection
                case [_, "why", str(number)]:
                    self._tell_why(number)
                case _:
                    pass  # nobody but our own script asks
        except RocError as error:
            self._view = {**self._view, "summary": f"{error}", "ok": False}

    def _tell_why(self, number: str) -> None:
        """Show the reason of a unit, or hide it where it is shown."""
        why: View | None = None
        if self._told != number:
            blocks = screen(self._solver.why(self.selection, number))._blocks
            why = {"unit": number, "html": "".join(pieces(blocks))}
        self._told = None if why is None else number
        self._view = {**self._view, "why": why}
