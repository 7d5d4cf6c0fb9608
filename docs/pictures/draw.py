# ruff: noqa: INP001 - run by its path
"""Draws the pictures of "How the solver works" from what the engine really does.

``python docs/pictures/draw.py`` writes them beside itself; a test holds them against what it would write.
"""

import math
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Final

import roc
from roc._engine.budget import Budget
from roc._engine.complete import problems
from roc._engine.diagram import Diagram
from roc._engine.halves import MAX_CELLS
from roc._engine.relax import relax
from roc._engine.rule import read
from roc._engine.tables import Key
from roc._engine.totals import totals_of

HERE: Final = Path(__file__).parent
RULES: Final = HERE.parents[1] / "examples" / "qualifications"

NO_CONDITIONS: Final[frozenset[str]] = frozenset()

STYLE: Final = """
    text { font: 15px system-ui, sans-serif; fill: #1f2933; }
    .small { font-size: 13px; fill: #52606d; }
    .strong { font-weight: 700; }
    .panel { fill: #fbfbf9; }
    .node { fill: #ffffff; stroke: #7b8794; stroke-width: 1.2; }
    .end { fill: #d7ecdf; stroke: #2f7d4f; stroke-width: 1.6; }
    .in { stroke: #1d63b8; stroke-width: 2; fill: none; }
    .out { stroke: #9aa5b1; stroke-width: 1.6; fill: none; stroke-dasharray: 5 4; }
    .up { fill: #1d63b8; }
    .down { fill: #c2702a; }
    .sum { fill: #2f7d4f; }
    .line { stroke: #9aa5b1; stroke-width: 1; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e4e7eb; }
      .small { fill: #aab4c0; }
      .panel { fill: #1b2128; }
      .node { fill: #27303a; stroke: #8492a2; }
      .end { fill: #1d4630; stroke: #63b988; }
      .in { stroke: #6fb1ff; }
      .out, .line { stroke: #6b7785; }
      .up { fill: #5a9fee; }
      .down { fill: #e0924e; }
      .sum { fill: #56ad7c; }
    }
"""


def picture(width: int, height: int, title: str, parts: Iterator[str]) -> str:
    """Return an SVG on a panel of its own, so that it can be read on light and on dark pages."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-label="{escape(title)}">'
    )
    panel = f'<rect class="panel" width="{width}" height="{height}" rx="10"/>'
    lines = [head, f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>", panel, *parts, "</svg>"]
    return "\n".join(lines) + "\n"


def words(x: float, y: float, what: str, kind: str = "", anchor: str = "start") -> str:
    """Return a line of text."""
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{escape(what)}</text>'


# -- a diagram of states ------------------------------------------------------------------------

_STEP: Final = 88
_TOP: Final = 134
_NODE: Final = (86, 44)
_COLUMN: Final = 94
_MIDDLE: Final = 302


def diagram() -> str:
    """Draw how the completions of a small rule are counted."""
    q = roc.load(RULES / "601-3457-4-customer-service.yaml")
    rule = read(q, (), (), NO_CONDITIONS)
    chosen = sum(1 << rule.bits[number] for number in roc.Selection.start(q).numbers)
    part = Diagram(problems(rule), chosen, Budget(10_000)).parts[0]
    plan = part._plan(MAX_CELLS)
    masks = [part.masks[i] for i in plan.order]
    track = plan.tracks[0]

    def needs(key: Key) -> tuple[int, ...]:
        ((state,),) = key
        return tuple(state >> at & track.problem.field_mask for at in track.weights)

    layers: list[dict[Key, int]] = [{plan.start: 1}]
    for i in range(plan.count):
        following: dict[Key, int] = {}
        memo = plan.memo()
        for key, ways in layers[-1].items():
            for after in plan.after(key, i, memo):
                if after:
                    following[after] = following.get(after, 0) + ways
        layers.append(following)
    places: dict[tuple[int, Key], tuple[float, float]] = {}
    for i, layer in enumerate(layers):
        keys = sorted(layer, key=needs, reverse=True)
        for j, key in enumerate(keys):
            places[i, key] = _MIDDLE + (j - (len(keys) - 1) / 2) * _COLUMN, _TOP + i * _STEP

    def parts() -> Iterator[str]:
        yield words(20, 32, "601/3457/4, IMI Level 3 Diploma in Customer Service", "strong")
        yield words(20, 54, "Its units and the minima of B and C are invented. In a box:", "small")
        yield words(
            20, 73, "units still needed in all · from B · from C, and the ways to get there.", "small"
        )
        yield '<path class="in" d="M20 99 h34"/>'
        yield words(62, 104, "chosen", "small")
        yield '<path class="out" d="M130 99 h34"/>'
        yield words(172, 104, "left out", "small")
        width, height = _NODE
        for i in range(plan.count):
            memo = plan.memo()
            unit = rule.units[masks[i].bit_length() - 1]
            yield words(20, _TOP + (i + 0.5) * _STEP + height / 2 + 4, str(unit.number))
            for key in layers[i]:
                x, y = places[i, key]
                for kind, after in zip(("out", "in"), plan.after(key, i, memo), strict=True):
                    if after:
                        to, end = places[i + 1, after]
                        begin, half = y + height, (_STEP - height) / 2
                        shift = 12 if kind == "in" else -12
                        yield (
                            f'<path class="{kind}" d="M{x + shift:g} {begin:g} C{x + shift:g} {begin + half:g}'
                            f' {to + shift:g} {end - half:g} {to + shift:g} {end:g}"/>'
                        )
        for (i, key), (x, y) in places.items():
            kind = "end" if i == plan.count else "node"
            yield (
                f'<rect class="{kind}" x="{x - width / 2:g}" y="{y:g}" width="{width}" height="{height}" rx="7"/>'
            )
            yield words(x, y + 18, " · ".join(map(str, needs(key))), "", "middle")
            yield words(x, y + 36, f"{layers[i][key]:,}", "strong", "middle")

    height = _TOP + plan.count * _STEP + _NODE[1] + 24
    return picture(
        500, height, f"A diagram of states that counts {sum(layers[-1].values())} completions", parts()
    )


# -- prices of needs ----------------------------------------------------------------------------

_ZERO: Final = 20
_UNIT: Final = 70
_BAR: Final = 22


def prices() -> str:
    """Draw how the prices of the linear relaxation add up to a bound."""
    q = roc.load(RULES / "ilm-8605-leadership-management.yaml")
    rule = read(q, (q.pathways_by_name["diploma"],), (), NO_CONDITIONS)
    (problem,) = problems(rule)
    totals = totals_of(problem)
    values = totals.values(totals.nothing)
    found = relax(totals, values, 0, (), range(len(problem.items)), totals.costs, Budget(10_000))
    assert found is not None  # noqa: S101 - an empty selection can be finished
    floor, ceiling = (str(clause) for clause in q.pathways_by_name["diploma"].rules)
    bars: list[tuple[str, str, float]] = []
    for at, price in found.prices.items():
        each = f"1/{round(1 / price)} of a unit"
        if values[at] < 0:
            bars.append((floor, f"{-values[at]} credits needed, {each} for each", -values[at] * price))
        else:
            bars.append((ceiling, f"{values[at]} credits allowed, {each} off for each", -values[at] * price))
    for column in found.columns:
        weights = dict(totals.weights(column, 0))
        extra = totals.costs[column.item] - sum(
            price * weights.get(at, 0) for at, price in found.prices.items()
        )
        if extra < -1e-6:
            unit = rule.units[problem.items[column.item].rank]
            bars.append((str(unit.number), f"its {unit.credit} credits are worth more than one unit", extra))
    total = sum(amount for _, _, amount in bars)
    assert abs(total - found.value) < 1e-6  # noqa: S101 - the prices explain the whole bound
    best = roc.Solver(q).complete(roc.Selection.of(q, pathway="diploma"))
    assert best is not None  # noqa: S101 - as above

    def parts() -> Iterator[str]:
        yield words(20, 32, "ILM 8605 Diploma, none of 100 units chosen yet", "strong")
        yield words(20, 54, "What the relaxation says that a completion costs at least, in units", "small")
        y, at = 86, 0.0
        for name, why, amount in bars:
            left, kind = min(at, at + amount), "up" if amount > 0 else "down"
            yield words(20, y, name)
            yield words(20, y + 18, why, "small")
            yield from bar(y + 26, left, abs(amount), kind, f"{amount:+.2f}".replace("-", "\u2212"))
            at += amount
            y += 76
        yield f'<path class="line" d="M20 {y - 14} H460"/>'
        yield from bar(y + 2, 0, at, "sum", f"{at:.2f}")
        yield words(20, y + 48, f"So no completion has fewer than {math.ceil(at)} units.", "strong")
        yield words(20, y + 68, f"The search finds one with {best.cost}: {best}.", "small")

    def bar(y: float, left: float, width: float, kind: str, amount: str) -> Iterator[str]:
        x, length = _ZERO + left * _UNIT, width * _UNIT
        yield f'<rect class="{kind}" x="{x:.1f}" y="{y:g}" width="{length:.1f}" height="{_BAR}" rx="3"/>'
        yield words(round(x + length + 8, 1), y + 16, amount, "strong")

    return picture(480, 86 + 76 * len(bars) + 86, "How prices of needs add up to a bound", parts())


PICTURES: Final[dict[str, Callable[[], str]]] = {"diagram.svg": diagram, "prices.svg": prices}

if __name__ == "__main__":
    for file_name, draw in PICTURES.items():
        (HERE / file_name).write_text(draw(), "utf-8")
