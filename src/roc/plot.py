"""Plots of a status, of what completions look like, and of a rule: figures of plotnine, to be changed at will.

Drawing needs the extra ``plot``; the rows behind each plot don't. Every function returns plotnine's own figure, a
``ggplot``: add a theme, labels or layers to it with ``+``, save it with ``figure.save("plot.svg")``.
"""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from roc._plot_rows import (
    WHOLE,
    Bar,
    FrequencyRow,
    NodeKind,
    ProgressRow,
    RelationRow,
    TotalRow,
    TreeRow,
    Words,
    frequency_rows,
    progress_rows,
    relation_rows,
    total_rows,
    tree_rows,
    usual_measure,
)
from roc.answers import Limits, UnitOption
from roc.errors import LimitReachedError
from roc.qualification import Qualification
from roc.rules import Measure
from roc.selection import Selection
from roc.solver import Solver
from roc.status import Status

if TYPE_CHECKING:
    from plotnine import ggplot

__all__ = [
    "FrequencyRow",
    "NodeKind",
    "ProgressRow",
    "RelationRow",
    "TotalRow",
    "TreeRow",
    "alt",
    "frequencies",
    "frequency_rows",
    "progress",
    "progress_rows",
    "relation_rows",
    "relations",
    "total_rows",
    "totals",
    "tree",
    "tree_rows",
]


def __dir__() -> list[str]:
    return __all__


_TIMES: Final = "\N{MULTIPLICATION SIGN}"
_LIMIT: Final = "A limit was reached"
_PERCENT: Final = {0.0: "0%", 0.25: "25%", 0.5: "50%", 0.75: "75%", 1.0: "100%"}
_CROPPED: Final = 1.25
"""A bar is no longer: what is too much or more than enough stands beside it as a number."""


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _caption(qualification: Qualification, pathway: str | None, chosen: int | None = None) -> str:
    parts = [str(qualification)]
    if pathway is not None:
        parts.append(qualification.pathways_by_name[pathway].label)
    if chosen is not None:
        parts.append(f"{_count(chosen, 'unit')} chosen already")
    return " · ".join(parts)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


# -- progress ---------------------------------------------------------------------------------------

_PROGRESS: Final = {"met": "strong", "not met yet": "warm", "too much": "alarm", "not needed": "idle"}


def progress(status: Status, *, dark: bool = False) -> "ggplot":
    """Return a figure of how far each threshold is met: :func:`progress_rows` as bars.

    A solid mark stands at the least that is asked for, a dotted one at the most that is allowed. A bar that is much
    longer than both is cropped; the number beside it is not.

    Args:
        status: The outcome of a check.
        dark: For a dark page.

    Raises:
        MissingExtraError: The extra ``plot`` is not installed.
    """
    from roc import _figures  # noqa: PLC0415 - it needs an extra

    rows = progress_rows(status)
    met = sum(row.ok for row in rows)
    subtitle = f"{met} of {_count(len(rows), 'threshold')} {'is' if met == 1 else 'are'} met."
    words = Words(
        title="Progress against the thresholds",
        subtitle=subtitle if rows else "The rule has no thresholds.",
        caption=_caption(status.qualification, status.pathway),
    )
    if not rows:
        return _figures.nothing(words, dark=dark)
    axis = "share of what is asked for (solid mark) or allowed (dotted mark)"
    return _figures.bars(list(map(_progress_bar, rows)), words, axis, _PERCENT, _PROGRESS, dark=dark)


def _progress_bar(row: ProgressRow) -> Bar:
    least, most = row.required, row.allowed
    full = max(least or 0, most or 0) or 1
    if row.ok:
        kind = "met"
    elif not row.binding:
        kind = "not needed"
    else:
        kind = "too much" if most is not None and row.actual > most else "not met yet"
    if least is None or most is None:
        asked = f"at most {most}" if least is None else f"{least}"
    else:
        asked = f"{least}" if least == most else f"{least} to {most}"
    return Bar(
        label=row.rule if row.place == WHOLE else f"{row.place}: {row.rule}",
        length=min(_CROPPED, float(row.actual / full)),
        kind=kind,
        note=f"{row.actual} of {asked} {row.measure}",
        least=None if least is None else float(least / full),
        most=None if most is None else float(most / full),
    )


# -- completions ------------------------------------------------------------------------------------

_POWERS: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NAMES: Final = {0: "", 6: " (millions)", 9: " (thousand millions)", 12: " (million millions)"}
_WORDS: Final = {Measure.UNITS: "units", Measure.CREDIT: "credits", Measure.GLH: "guided learning hours"}


def _written(number: int) -> str:
    """Return a number as it is, or a giant one by its size."""
    if number < 10**12:
        return f"{number:,}"
    power = len(str(number)) - 1
    return f"about {float(Fraction(number, 10**power)):.1f} {_TIMES} 10{str(power).translate(_POWERS)}"


def totals(
    solver: Solver,
    selection: Selection,
    measure: Measure | str | None = None,
    *,
    pathway: str | None = None,
    limits: Limits | None = None,
    dark: bool = False,
) -> "ggplot":
    """Return a figure of how many completions come to each total: :func:`total_rows` as columns.

    A dashed line stands where the rule asks for a total. Where a limit was reached the figure says so, and is empty.

    Args:
        solver: The solver of the qualification.
        selection: What is chosen already.
        measure: What is added up; else the first of credit, hours and units that the units have.
        pathway: The pathway to finish for; else the selection's own, else any.
        limits: What may be spent; else the solver's own.
        dark: For a dark page.

    Raises:
        MissingExtraError: The extra ``plot`` is not installed.
    """
    from roc import _figures  # noqa: PLC0415 - it needs an extra

    q = solver.qualification
    measure = usual_measure(q) if measure is None else Measure(measure)
    pathway = selection.pathway if pathway is None else pathway
    words = Words(
        title=f"Completions by their total of {_WORDS[measure]}",
        subtitle=f"{_LIMIT} before they were counted.",
        caption=_caption(q, pathway, len(selection.numbers)),
    )
    try:
        rows = total_rows(solver, selection, measure, pathway=pathway, limits=limits)
    except LimitReachedError:
        return _figures.nothing(words, dark=dark)
    if not rows:
        nothing = "No completion can be counted: there is none, or every one needs units from elsewhere."
        return _figures.nothing(words._replace(subtitle=nothing), dark=dark)
    asked = q.minimum(measure, pathway)
    least, most = rows[0].total, rows[-1].total
    reach = f"all of {least}" if least == most else f"of {least} to {most}"
    subtitle = f"{_written(sum(row.completions for row in rows))} ways to finish, {reach} {_WORDS[measure]}."
    if asked is not None:
        subtitle += f" The rule asks for {asked} (dashed line)."
    digits = len(str(max(row.completions for row in rows)))
    power = 0 if digits <= 6 else 3 * ((digits - 1) // 3)
    scale = _NAMES.get(power, f" ({_TIMES} 10{str(power).translate(_POWERS)})")
    columns = [
        (float(row.total), float(Fraction(row.completions, 10**power)), _written(row.completions))
        for row in rows
    ]
    return _figures.columns(
        columns,
        words._replace(subtitle=subtitle),
        (f"total of the finished selection, {_WORDS[measure]}", f"completions{scale}"),
        None if asked is None else float(asked),
        whole=not power,
        dark=dark,
    )


_MANY: Final = 40
"""Where there are more units, those that are closed would bury the others."""

_OPTIONS: Final = {"forced": "warm", "open": "strong", "closed": "idle", "undecided": "alarm"}


def frequencies(
    solver: Solver,
    selection: Selection,
    *,
    pathway: str | None = None,
    limits: Limits | None = None,
    dark: bool = False,
) -> "ggplot":
    """Return a figure of how often each unit occurs in completions: :func:`frequency_rows` as bars.

    It is the heart of a rule at a glance: what nobody gets round, what is free, what narrows all the rest. Of large
    rules closed units are only counted. Where a limit was reached the figure says so; units without a share have no bar.

    Args:
        solver: The solver of the qualification.
        selection: What is chosen already; these units are not shown.
        pathway: The pathway to finish for; else the selection's own, else any.
        limits: What may be spent on each of two questions; else the solver's own.
        dark: For a dark page.

    Raises:
        MissingExtraError: The extra ``plot`` is not installed.
    """
    from roc import _figures  # noqa: PLC0415 - it needs an extra

    pathway = selection.pathway if pathway is None else pathway
    rows = frequency_rows(solver, selection, pathway=pathway, limits=limits)
    found = Counter(row.option for row in rows)
    shown = [row for row in rows if len(rows) <= _MANY or row.option is not UnitOption.CLOSED]
    said = [f"{found[option]} {option}" for option in UnitOption if found[option]]
    if len(shown) < len(rows):
        said[said.index(f"{found[UnitOption.CLOSED]} closed")] += " (not shown)"
    subtitle = f"Of {_count(len(rows), 'unit')}: {', '.join(said)}." if rows else "No unit is left to choose."
    if any(row.share is None for row in rows):
        subtitle += " Shares are not known: a limit was reached, or units from elsewhere are needed."
    words = Words(
        title="How often each unit occurs in completions",
        subtitle=subtitle,
        caption=_caption(solver.qualification, pathway, len(selection.numbers)),
    )
    if not shown:
        return _figures.nothing(words, dark=dark)
    bars = [
        Bar(
            label=_cut(f"{row.unit} {row.title}".strip(), 100),
            length=float(row.share or 0),
            kind=row.option.value,
            note=_share(row),
        )
        for row in shown
    ]
    return _figures.bars(bars, words, "share of all completions", _PERCENT, _OPTIONS, dark=dark)


def _share(row: FrequencyRow) -> str:
    if row.share is None:
        return f"{row.option}, share not known"
    if row.share in {0, 1}:
        return row.option.value
    if row.share < Fraction(1, 200):
        return "under 0.5%"
    if row.share > Fraction(199, 200):
        return "over 99.5%"
    return f"{float(row.share):.0%}"


# -- relations between units ------------------------------------------------------------------------

_EFFECTS: Final = {
    "closes": ("alarm", "x"),
    "forces": ("strong", "+"),
    "not known": ("idle", "o"),
}
_EFFECT_OF: Final = {
    UnitOption.CLOSED: "closes",
    UnitOption.FORCED: "forces",
    UnitOption.UNDECIDED: "not known",
}


def relations(
    solver: Solver,
    selection: Selection,
    *,
    pathway: str | None = None,
    limits: Limits | None = None,
    dark: bool = False,
) -> "ggplot":
    """Return a figure of which units close or force which: :func:`relation_rows` as a matrix.

    Units that neither do anything to another nor have anything done to them are not shown. Where a limit was
    reached the figure says so, and marks what is not known.

    Args:
        solver: The solver of the qualification.
        selection: What is chosen already.
        pathway: The pathway to finish for; else the selection's own, else any.
        limits: What all questions together may spend; else the solver's own.
        dark: For a dark page.

    Raises:
        MissingExtraError: The extra ``plot`` is not installed.
    """
    from roc import _figures  # noqa: PLC0415 - it needs an extra

    q = solver.qualification
    pathway = selection.pathway if pathway is None else pathway
    rows = relation_rows(solver, selection, pathway=pathway, limits=limits)
    touched = {number for row in rows for number in (row.unit, row.other)}
    shown = [unit for unit in q.units if unit.number in touched]
    place = {unit.number: i for i, unit in enumerate(shown)}
    subtitle = "No unit that is open closes or forces another."
    if rows:
        subtitle = (
            f"Choosing the unit of a row closes the units marked {_TIMES} and forces those marked +."
            f" {_count(len(q.units) - len(shown), 'unit')} without any such effect left out."
        )
    if any(row.effect is UnitOption.UNDECIDED for row in rows):
        subtitle += f" {_LIMIT}: what is marked with a circle is not known."
    words = Words(
        title="Which units close or force which",
        subtitle=subtitle,
        caption=_caption(q, pathway, len(selection.numbers)),
    )
    if not rows:
        return _figures.nothing(words, dark=dark)
    names = [(_cut(f"{unit.number} {unit.title}".strip(), 48), str(unit.number)) for unit in shown]
    cells = [(place[row.unit], place[row.other], _EFFECT_OF[row.effect]) for row in rows]
    axes = ("what becomes of this unit", "when this unit is chosen")
    return _figures.matrix(names, cells, words, axes, _EFFECTS, dark=dark)


# -- the rule as a tree -----------------------------------------------------------------------------

_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    NodeKind.QUALIFICATION: ("text", "s"),
    NodeKind.MANDATORY_GROUP: ("strong", "s"),
    NodeKind.OPTIONAL_GROUP: ("strong", "o"),
    NodeKind.THRESHOLD: ("warm", "D"),
    NodeKind.RELATION: ("alarm", "^"),
    NodeKind.PATHWAY: ("quiet", "v"),
}


def tree(qualification: Qualification, *, pathway: str | None = None, dark: bool = False) -> "ggplot":
    """Return a figure of the rule as a tree: :func:`tree_rows` as an indented list with branches.

    ``figure.save("rule.svg")`` writes it as a picture that can be scaled.

    Args:
        qualification: The qualification.
        pathway: The pathway whose rule is shown; ``None``: the whole rule.
        dark: For a dark page.

    Raises:
        SelectionError: There is no such pathway.
        MissingExtraError: The extra ``plot`` is not installed.
    """
    from roc import _figures  # noqa: PLC0415 - it needs an extra

    rows = tree_rows(qualification, pathway=pathway)
    found = Counter(row.kind for row in rows)
    groups = found[NodeKind.MANDATORY_GROUP] + found[NodeKind.OPTIONAL_GROUP]
    said = (
        _count(len(qualification.units), "unit"),
        _count(groups, "group"),
        _count(found[NodeKind.THRESHOLD], "threshold"),
        _count(found[NodeKind.RELATION], "relation"),
    )
    words = Words(
        title="The rule as a tree",
        subtitle=f"{', '.join(said)}.",
        caption=_caption(qualification, pathway),
    )
    return _figures.tree(rows, words, _KINDS, dark=dark)


# -- for those who do not see a plot ----------------------------------------------------------------


def alt(figure: "ggplot") -> str:
    """Return a text in place of the picture, for those who do not see it: the title, and what it comes to.

    >>> import roc
    >>> q = roc.load("examples/qualifications/500-9810-x-vehicle-fitting.yaml")
    >>> print(alt(progress(roc.check(roc.Selection.start(q)))))
    Progress against the thresholds. 1 of 6 thresholds is met. 500/9810/X IMI Level 2 Diploma in Vehicle Fitting Competence.
    """
    from roc import _figures  # noqa: PLC0415 - it needs an extra

    return " ".join(each if each.endswith(".") else f"{each}." for each in _figures.texts(figure) if each)
