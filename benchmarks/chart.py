"""Small charts as SVG: lines on logarithmic axes, one panel beside the other."""

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

import attrs

_WIDTH, _HEIGHT = 190, 230
_LEFT, _TOP = 54, 58
_GAP: Final = 16
_COLOURS: Final = ("#0b6e8e", "#b4532a", "#5b4a9c", "#4c7a34")


@attrs.frozen(kw_only=True)
class Panels:
    """A picture of several panels with common axes.

    Attributes:
        title: What it shows, for those who do not see it.
        x: What runs to the right.
        y: What runs upwards.
        xs: The values to the right.
        low: The least value upwards, a power of ten.
        high: The greatest, a power of ten; what is more is drawn there.
        marks: Lines across, each with its name.
        panels: By panel and line the values, ``None`` where there is none.
    """

    title: str
    x: str
    y: str
    xs: Sequence[float]
    low: float
    high: float
    marks: Mapping[float, str]
    panels: Mapping[str, Mapping[str, Sequence[float | None]]]

    def _across(self, x: float) -> float:
        first, last = math.log(self.xs[0]), math.log(self.xs[-1])
        return 8 + (math.log(x) - first) / (last - first) * (_WIDTH - 16)

    def _up(self, y: float) -> float:
        first, last = math.log(self.low), math.log(self.high)
        share = (math.log(min(max(y, self.low), self.high)) - first) / (last - first)
        return _HEIGHT - share * _HEIGHT

    def __str__(self) -> str:
        width = _LEFT + len(self.panels) * (_WIDTH + _GAP)
        height = _TOP + _HEIGHT + 48
        return "\n".join(
            (
                (
                    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
                    'font-family="sans-serif" font-size="11">'
                ),
                f"<title>{escape(self.title)}</title>",
                f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
                *self._legend(),
                *self._scale(),
                *(line for i, name in enumerate(self.panels) for line in self._panel(i, name)),
                f'<text x="{width / 2:.0f}" y="{height - 8}" text-anchor="middle">{escape(self.x)}</text>',
                (
                    f'<text transform="translate(12 {_TOP + _HEIGHT / 2:.0f}) rotate(-90)" text-anchor="middle">'
                    f"{escape(self.y)}</text>"
                ),
                "</svg>",
                "",
            )
        )

    def _names(self) -> list[str]:
        return list(dict.fromkeys(name for lines in self.panels.values() for name in lines))

    def _pen(self, name: str) -> str:
        """Return how a line is drawn; every second one is dashed."""
        i = self._names().index(name)
        dash = ' stroke-dasharray="5 3"' if i % 2 else ""
        colour = _COLOURS[i // 2 % len(_COLOURS)]
        return f'stroke="{colour}" fill="none" stroke-width="1.8"{dash}'

    def _legend(self) -> Iterator[str]:
        at = _LEFT
        for name in self._names():
            yield f'<line x1="{at}" y1="16" x2="{at + 26}" y2="16" {self._pen(name)}/>'
            yield f'<text x="{at + 32}" y="20">{escape(name)}</text>'
            at += 52 + 6 * len(name)

    def _scale(self) -> Iterator[str]:
        for power in range(round(math.log10(self.low)), round(math.log10(self.high)) + 1):
            value = 10.0**power
            y = _TOP + self._up(value)
            yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'

    def _panel(self, number: int, name: str) -> Iterator[str]:
        left = _LEFT + number * (_WIDTH + _GAP)
        yield f'<g transform="translate({left} {_TOP})">'
        yield f'<text x="{_WIDTH / 2:.0f}" y="-8" text-anchor="middle" font-weight="bold">{escape(name)}</text>'
        yield f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="none" stroke="#999999"/>'
        for power in range(round(math.log10(self.low)) + 1, round(math.log10(self.high))):
            y = self._up(10.0**power)
            yield f'<line x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e2e2e2"/>'
        for value, text in self.marks.items():
            y = self._up(value)
            yield f'<line x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#444444" stroke-dasharray="2 2"/>'
            if number == 0:
                yield f'<text x="4" y="{y - 4:.1f}" fill="#444444">{escape(text)}</text>'
        for x in self.xs:
            yield f'<text x="{self._across(x):.1f}" y="{_HEIGHT + 15}" text-anchor="middle">{x:g}</text>'
        for line, values in self.panels[name].items():
            drawn = zip(self.xs, values, strict=True)
            points = [(self._across(x), self._up(y)) for x, y in drawn if y is not None]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            yield f'<polyline points="{path}" {self._pen(line)}/>'
            yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" {self._pen(line)}/>' for x, y in points)
        yield "</g>"
