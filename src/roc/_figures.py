"""Drawing: rows that are ready to be drawn, as figures of plotnine. Nothing else in ``roc`` imports plotnine."""

import importlib
import itertools
import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from roc._plot_rows import Bar, TreeRow, Words
from roc.errors import MissingExtraError

if TYPE_CHECKING:
    from plotnine import ggplot

# Both are typed in part or not at all, so what is drawn with them is not checked, here and nowhere else.
try:
    pd: Final[Any] = importlib.import_module("pandas")
    p9: Final[Any] = importlib.import_module("plotnine")
except ImportError:
    _what = "a plot"
    raise MissingExtraError(_what, "plot") from None

aes: Final[Any] = p9.aes

WIDTH: Final = 9.0
"""Inches: fits the column of a notebook."""

_LINE: Final = 0.2
"""Inches that a line of text takes in a figure of rows."""

_CHAR: Final = 0.078
"""Inches that a character of running text takes."""


class Inks(NamedTuple):
    """The colours of one theme: the first three are told apart by people with any kind of colour vision."""

    strong: str
    warm: str
    alarm: str
    idle: str
    text: str
    quiet: str
    line: str
    paper: str


LIGHT: Final = Inks("#0b62a4", "#e69f00", "#b3372b", "#b9c1ca", "#1f2933", "#52606d", "#dde2e8", "#ffffff")
DARK: Final = Inks("#64b5f6", "#f2b134", "#ff8a7a", "#5b6773", "#e8ebef", "#aab4c0", "#333d48", "#15191f")


def plain(text: str) -> str:
    r"""Return *text* so that it is drawn as it stands: between two dollar signs there would be a formula.

    >>> print(plain("$500 or $900"))
    \$500 or \$900
    """
    return text.replace("$", r"\$")


def _wrapped(text: str, width: float) -> str:
    return plain("\n".join(textwrap.wrap(text, max(20, int(width)))))


def _base(words: Words, inks: Inks, width: float, height: float, table: Any = None) -> "ggplot":
    chars = width / _CHAR
    lines = 3 + sum(len(textwrap.wrap(each, int(chars))) for each in words)
    figure: ggplot = (
        p9.ggplot(table)
        + p9.labs(
            title=_wrapped(words.title, chars / 1.25),
            subtitle=_wrapped(words.subtitle, chars),
            caption=_wrapped(words.caption, chars * 1.15),
        )
        + p9.theme_minimal(base_size=10)
        + p9.theme(
            figure_size=(width, height + lines * _LINE),
            plot_title_position="plot",
            plot_caption_position="plot",
            plot_background=p9.element_rect(fill=inks.paper, color=inks.paper),
            panel_background=p9.element_blank(),
            panel_grid_major=p9.element_line(color=inks.line, size=0.6),
            panel_grid_minor=p9.element_blank(),
            text=p9.element_text(color=inks.text),
            axis_text=p9.element_text(color=inks.text, size=9),
            axis_title=p9.element_text(color=inks.quiet, size=9),
            plot_title=p9.element_text(size=13, weight="bold", ha="left", linespacing=1.3),
            plot_subtitle=p9.element_text(color=inks.text, size=10, ha="left", linespacing=1.4),
            plot_caption=p9.element_text(color=inks.quiet, size=8, ha="left", linespacing=1.4),
            legend_position="top",
            legend_justification_top="left",
            legend_title=p9.element_blank(),
            legend_key_size=10,
            legend_box_spacing=0.008,
        )
    )
    return figure


def nothing(words: Words, *, dark: bool) -> "ggplot":
    """Return a figure of words only, where there is nothing to draw."""
    figure: ggplot = _base(words, DARK if dark else LIGHT, WIDTH, 0.2) + p9.theme(
        axis_text=p9.element_blank(), axis_title=p9.element_blank(), panel_grid_major=p9.element_blank()
    )
    return figure


def bars(
    rows: Sequence[Bar],
    words: Words,
    axis: str,
    ticks: Mapping[float, str],
    kinds: Mapping[str, str],
    *,
    dark: bool,
) -> "ggplot":
    """Return horizontal bars, the first on top.

    Args:
        rows: The bars, at least one.
        words: What is written around them.
        axis: The title of the axis, with the unit of measure.
        ticks: The places on the axis with their labels.
        kinds: The kinds of bars, in the legend's order, each with the name of its ink.
        dark: For a dark page.
    """
    inks = DARK if dark else LIGHT
    labels = [textwrap.wrap(each.label, 54) or [""] for each in rows]
    tops, y = list[float](), 0.0
    for lines in labels:
        step = 0.4 + 0.6 * len(lines)
        tops.append(-(y + step / 2))
        y += step
    end = max([1.0, *(each.length for each in rows)])
    table = pd.DataFrame(
        {
            "y": tops,
            "low": [each - 0.36 for each in tops],
            "high": [each + 0.36 for each in tops],
            "length": [each.length for each in rows],
            "kind": pd.Categorical([each.kind for each in rows], categories=list(kinds)),
            "note": [plain(each.note) for each in rows],
            "start": [0.0] * len(rows),
            "at": [end + 0.02] * len(rows),
        }
    )
    figure: ggplot = (
        _base(words, inks, WIDTH, y * 0.27 + 0.75, table)
        + p9.geom_rect(aes(xmin="start", xmax="length", ymin="low", ymax="high", fill="kind"))
        + p9.geom_text(aes(x="at", y="y", label="note"), ha="left", size=8.5, color=inks.text)
    )
    for name, style in (("least", "solid"), ("most", "dotted")):
        marks = [(getattr(each, name), top) for each, top in zip(rows, tops, strict=True)]
        marked = pd.DataFrame(
            [(x, top - 0.46, top + 0.46) for x, top in marks if x is not None], columns=["x", "low", "high"]
        )
        if len(marked):
            figure += p9.geom_segment(
                aes(x="x", xend="x", y="low", yend="high"),
                data=marked,
                color=inks.text,
                linetype=style,
                size=0.9,
            )
    longest = max(len(each.note) for each in rows)
    figure += [
        _fills(kinds, {each.kind for each in rows}, inks),
        p9.scale_x_continuous(
            name=axis,
            breaks=list(ticks),
            labels=list(ticks.values()),
            limits=(0, end + 0.02 + 0.021 * longest * end),
            expand=(0, 0.005),
        ),
        p9.scale_y_continuous(
            name="",
            breaks=tops,
            labels=[plain("\n".join(lines)) for lines in labels],
            limits=(-y - 0.1, 0.1),
            expand=(0, 0),
        ),
        p9.theme(
            panel_grid_major_y=p9.element_blank(),
            axis_text_y=p9.element_text(linespacing=1.15, ha="right", ma="right"),
        ),
    ]
    return figure


def _fills(kinds: Mapping[str, str], present: set[str], inks: Inks) -> Any:
    there = [kind for kind in kinds if kind in present]
    return p9.scale_fill_manual(
        values={kind: getattr(inks, ink) for kind, ink in kinds.items()}, breaks=there, limits=there
    )


def columns(
    rows: Sequence[tuple[float, float, str]],
    words: Words,
    axes: tuple[str, str],
    asked: float | None,
    *,
    whole: bool,
    dark: bool,
) -> "ggplot":
    """Return columns over a scale of totals.

    Args:
        rows: Total, height, and what is written above the column; at least one.
        words: What is written around them.
        axes: The titles of both axes.
        asked: The total that the rule asks for, marked by a line.
        whole: Whether heights are whole numbers.
        dark: For a dark page.
    """
    inks = DARK if dark else LIGHT
    xs = [row[0] for row in rows]
    gaps = [after - before for before, after in itertools.pairwise(xs)]
    width = 0.85 * min([max(1.0, (xs[-1] - xs[0]) / 12), *gaps])
    table = pd.DataFrame(
        {"x": xs, "height": [row[1] for row in rows], "note": [plain(row[2]) for row in rows]}
    )
    figure: ggplot = _base(words, inks, WIDTH, 3.2, table) + p9.geom_col(
        aes(x="x", y="height"), width=width, fill=inks.strong
    )
    breaks: list[float] | bool = True
    if len(rows) <= _FEW:
        breaks = xs
        figure += p9.geom_text(aes(x="x", y="height", label="note"), va="bottom", size=8.5, color=inks.text)
    if asked is not None:
        figure += p9.geom_vline(xintercept=asked - 0.59 * width, linetype="dashed", color=inks.text)
    figure += [
        p9.scale_x_continuous(name=axes[0], breaks=breaks, expand=(0.03, width)),
        p9.scale_y_continuous(
            name=axes[1], breaks=_whole if whole else True, labels=_amounts, expand=(0, 0, 0.1, 0)
        ),
        p9.theme(panel_grid_major_x=p9.element_blank()),
    ]
    return figure


_FEW: Final = 14
"""So many columns have room for a number each."""


def _whole(limits: tuple[float, float]) -> list[float]:
    """Return some places from 0 on that are round and whole numbers."""
    top = max(1.0, limits[1])
    step = 10.0 ** max(0, math.floor(math.log10(top)) - 1)
    step *= next(factor for factor in (1, 2, 5, 10, 20) if top / (step * factor) <= 6)
    return [i * step for i in range(int(top / step) + 1)]


def _amounts(ticks: Sequence[float]) -> list[str]:
    return [f"{tick:,.10g}" for tick in ticks]


def matrix(
    names: Sequence[tuple[str, str]],
    cells: Sequence[tuple[int, int, str]],
    words: Words,
    axes: tuple[str, str],
    kinds: Mapping[str, tuple[str, str]],
    *,
    dark: bool,
) -> "ggplot":
    """Return a square of cells: a row for each thing that does something, a column for each to which it is done.

    Args:
        names: What each row is called, and, shorter, each column.
        cells: Row, column and kind.
        words: What is written around it.
        axes: The titles of both axes.
        kinds: The kinds of cells, in the legend's order, each with its ink and the shape drawn in it.
        dark: For a dark page.
    """
    inks = DARK if dark else LIGHT
    n = len(names)
    table = pd.DataFrame(cells, columns=["row", "column", "kind"])
    table["y"] = -table["row"]
    signs = [
        p9.geom_point(
            aes(x="column", y="y"), data=part, shape=kinds[kind][1], color=inks.paper, size=2, stroke=0.7
        )
        for kind, part in table.groupby("kind")
    ]
    table["kind"] = pd.Categorical(table["kind"], categories=list(kinds))
    own = pd.DataFrame({"column": list(range(n)), "y": [-i for i in range(n)]})
    side = _CELL * n
    labels = [plain(name) for name, _ in names]
    longest = max(len(name) for name, _ in names)
    below = max(len(name) for _, name in names)
    figure: ggplot = (
        _base(words, inks, max(6.0, side + longest * 0.066 + 0.6), side + below * 0.075 + 0.6, table)
        + p9.geom_tile(aes(x="column", y="y"), data=own, fill=inks.line, width=0.94, height=0.94)
        + p9.geom_tile(aes(x="column", y="y", fill="kind"), width=0.94, height=0.94)
        + signs
        + _fills({kind: ink for kind, (ink, _) in kinds.items()}, {kind for _, _, kind in cells}, inks)
        + p9.scale_x_continuous(
            name=axes[0],
            breaks=list(range(n)),
            labels=[plain(name) for _, name in names],
            limits=(-0.5, n - 0.5),
            expand=(0, 0),
        )
        + p9.scale_y_continuous(
            name=axes[1], breaks=[-i for i in range(n)], labels=labels, limits=(0.5 - n, 0.5), expand=(0, 0)
        )
    )
    figure += p9.theme(
        axis_text_x=p9.element_text(rotation=90, va="top", size=8),
        axis_text_y=p9.element_text(size=8),
        panel_grid_major=p9.element_line(size=0.3),
    )
    return figure


_CELL: Final = 0.21
"""Inches: the side of a cell."""


def tree(
    nodes: Sequence[TreeRow], words: Words, kinds: Mapping[str, tuple[str, str]], *, dark: bool
) -> "ggplot":
    """Return a tree as an indented list, every node on lines of its own, with branches.

    Args:
        nodes: The nodes, top down.
        words: What is written around it.
        kinds: The kinds of nodes, in the legend's order, each with its ink and the shape of its mark.
        dark: For a dark page.
    """
    inks = DARK if dark else LIGHT
    texts: list[str] = []
    ys: list[float] = []
    y = 0.0
    for node in nodes:
        lines = textwrap.wrap(node.text, max(40, 112 - 4 * node.depth))
        texts.append(plain("\n".join(lines)))
        ys.append(y)
        y -= 0.35 + 0.65 * len(lines)
    table = pd.DataFrame(
        {
            "x": [float(node.depth) for node in nodes],
            "y": ys,
            "at": [node.depth + 0.28 for node in nodes],
            "text": texts,
            "kind": pd.Categorical([node.kind for node in nodes], categories=list(kinds)),
        }
    )
    branches: list[tuple[float, float, float, float]] = []
    last: dict[int, float] = {}
    for node, here in zip(nodes, ys, strict=True):
        if node.parent is not None:
            branches.append((node.depth - 1.0, float(node.depth), here, here))
            last[node.parent] = here
    branches += [(float(nodes[i].depth), float(nodes[i].depth), ys[i], low) for i, low in last.items()]
    lines = pd.DataFrame(branches, columns=["x", "xend", "y", "yend"])
    present = [kind for kind in kinds if any(node.kind == kind for node in nodes)]
    figure: ggplot = (
        _base(words, inks, WIDTH, -y * 0.24 + 0.2, table)
        + p9.geom_segment(aes(x="x", xend="xend", y="y", yend="yend"), data=lines, color=inks.quiet, size=0.5)
        + p9.geom_point(aes(x="x", y="y", color="kind", shape="kind"), size=2.8, fill=inks.paper)
        + p9.geom_text(
            aes(x="at", y="y", label="text"), ha="left", va="top", nudge_y=0.33, size=8.5, color=inks.text
        )
        + p9.scale_color_manual(
            values={kind: getattr(inks, ink) for kind, (ink, _) in kinds.items()},
            breaks=present,
            limits=present,
        )
        + p9.scale_shape_manual(
            values={kind: shape for kind, (_, shape) in kinds.items()}, breaks=present, limits=present
        )
        + p9.scale_x_continuous(limits=(-0.2, _DEEP), expand=(0, 0))
        + p9.scale_y_continuous(limits=(y, 0.6), expand=(0, 0))
        + p9.theme(
            axis_text=p9.element_blank(), axis_title=p9.element_blank(), panel_grid_major=p9.element_blank()
        )
    )
    return figure


_DEEP: Final = 22.0
"""Steps of depth that fit the width of a tree."""


def texts(figure: "ggplot") -> tuple[str, str, str]:
    """Return the title, the subtitle and the caption of a figure, each on one line."""
    labels: Any = figure.labels
    found = (getattr(labels, name, None) for name in ("title", "subtitle", "caption"))
    title, subtitle, caption = (" ".join(str(each or "").replace(r"\$", "$").split()) for each in found)
    return title, subtitle, caption
