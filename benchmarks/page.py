"""The tables of ``docs/benchmarks-solver.md``, and how they get there."""

import math
import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs
from benchmarks.contestants import OWN

PAGE: Final = Path(__file__).parent.parent / "docs" / "benchmarks-solver.md"

_TITLES: Final = {
    "check": "check",
    "best": "best completion",
    "five": "five best",
    "options": "forced / open / closed",
    "count": "exact count",
    "conflict": "minimal conflict",
}

_PEERS: Final = {
    "bdd": "CUDD",
    "bddres": "CUDD, per selection",
    "clingo": "clingo",
    "cpsat": "CP-SAT",
    "highs": "HiGHS",
    "pyconstraint": "python-constraint",
    "pysat": "PySAT",
    "roc": "roc",
    "adapter": "roc with CP-SAT",
    "sdd": "PySDD",
}

_AIMS: Final = {
    "fresh": {"imi": 5.0, "aus": 5.0, "saqa": 2.0, "nvq": 2.0},
    "kept": {"imi": 1.0, "aus": 1.0, "saqa": 1.0, "nvq": 1.0},
}
"""By so much ``roc`` should be faster than the best peer, at the median."""

_CLICK: Final = (5.0, 20.0)
"""What a click may take at the median and at the 95th percentile."""

Results = Mapping[str, Any]


def joined(parts: Sequence[Results]) -> Results:
    """Return the results of runs over different families as one."""
    first, *rest = parts
    found = dict(first)
    for part in rest:
        for name in ("asked", "builds", "clicks"):
            found[name] = [*found[name], *part[name]]
        found["instances"] = {**found["instances"], **part["instances"]}
        found["verdicts"] = {name: some + part["verdicts"][name] for name, some in found["verdicts"].items()}
        found["wall"] += part["wall"]
    return found


def replace(name: str, text: str, page: Path = PAGE) -> None:
    """Put *text* between the marks of this name on the page.

    Raises:
        ValueError: The page has no such marks.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before = page.read_text()
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    after, found = pattern.subn(lambda _: f"{begin}\n\n{text.strip()}\n\n{end}", before)
    if not found:
        msg = f"{page} has no marks {begin}"
        raise ValueError(msg)
    page.write_text(after)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, texts: int = 1) -> str:
    """Return a table; all columns but the first ones hold numbers."""
    rule = "|".join("---" if i < texts else "---:" for i in range(len(head)))
    lines = [f"| {' | '.join(head)} |", f"|{rule}|", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines)


def milliseconds(value: float, limit: float = math.inf) -> str:
    """Return a time, with three figures at most."""
    if value >= limit:
        return f"> {limit / 1e3:g} s"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def percentile(values: Sequence[float], share: float = 0.95) -> float:
    """Return the percentile by the nearest rank; of fewer than 20 values the 95th is the largest."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


@attrs.frozen(kw_only=True)
class Score:
    """How one contestant did on one question and family.

    Attributes:
        name: Who.
        times: The milliseconds of each question; one that was not answered has the limit.
        limit: The limit.
    """

    name: str
    times: Sequence[float]
    limit: float

    @property
    def answered(self) -> int:
        """How many questions were answered."""
        return sum(ms < self.limit for ms in self.times)

    @property
    def median(self) -> float:
        """The median, in milliseconds."""
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """The 95th percentile, in milliseconds."""
        return percentile(self.times)

    def __str__(self) -> str:
        times = f"{milliseconds(self.median, self.limit)} / {milliseconds(self.p95, self.limit)}"
        missing = "" if self.answered == len(self.times) else f" ({self.answered} of {len(self.times)})"
        return times + missing


def scores(found: Results, mode: str, question: str, family: str) -> list[Score]:
    """Return the scores on a question and a family, ``roc`` first, then the best of the others and so on."""
    limit = found["seconds"] * 1e3
    times: dict[str, list[float]] = {}
    for each in found["asked"]:
        is_meant = each["mode"] == mode and each["question"] == question
        if is_meant and found["instances"][each["instance"]]["family"] == family:
            times.setdefault(each["name"], []).append(each.get("ms", limit))
    made = [Score(name=name, times=ms, limit=limit) for name, ms in times.items()]
    return sorted(made, key=lambda each: (each.name != "roc", -each.answered, each.median))


def _factor(peer: float, own: float, aim: float | None, limit: float) -> str:
    """Return how many times faster ``roc`` is; bold where that is less than was aimed at."""
    if own >= limit and peer >= limit:
        return "n/a"
    factor = peer / own
    text = (
        f"{'> ' if peer >= limit else ''}{factor:,.{0 if factor >= 100 else 1}f}"
        if factor >= 0.95
        else f"{factor:.2f}"
    )
    if own >= limit:
        text = f"< {text}"
    return f"**{text}**" if aim is not None and factor < aim else text


def _comparison(found: Results, mode: str) -> str:
    """Return the table of one mode."""
    rows: list[Sequence[str]] = []
    families = list(dict.fromkeys(each["family"] for each in found["instances"].values()))
    for question, title in _TITLES.items():
        for family in families:
            ranked = scores(found, mode, question, family)
            if len(ranked) < 2 or ranked[0].name != "roc":
                continue
            own, peer = ranked[0], next(each for each in ranked[1:] if each.name not in OWN)
            aim = _AIMS[mode].get(family)
            rows.append(
                (
                    title,
                    family,
                    str(own),
                    f"{peer} {_PEERS[peer.name]}",
                    _factor(peer.median, own.median, aim, own.limit),
                    _factor(peer.p95, own.p95, None if aim is None else 1.0, own.limit),
                    "" if aim is None else f"{aim:g}",
                )
            )
    head = ("question", "family", "roc", "best peer", "factor, median", "factor, p95", "aim")
    return table(head, rows, texts=2)


def _losses(found: Results) -> Iterator[tuple[str, list[tuple[float, str]]]]:
    """Yield for each mode the questions that a peer answered faster, the worst first."""
    limit = found["seconds"] * 1e3
    by: dict[tuple[str, str, str, str], dict[str, float]] = {}
    for each in found["asked"]:
        key = (each["mode"], each["instance"], each["selection"], each["question"])
        by.setdefault(key, {})[each["name"]] = each.get("ms", limit)
    for mode in ("fresh", "kept"):
        worse: list[tuple[float, str]] = []
        for (at, instance, selection, question), times in by.items():
            peers = {name: ms for name, ms in times.items() if name not in OWN}
            if at != mode or "roc" not in times or not peers:
                continue
            name = min(peers, key=peers.__getitem__)
            if peers[name] < times["roc"]:
                own, theirs = milliseconds(times["roc"], limit), milliseconds(peers[name], limit)
                text = f"{instance}, {selection}, {_TITLES[question]}: {own} against {theirs} ms ({_PEERS[name]})"
                worse.append((times["roc"] / peers[name], text))
        yield mode, sorted(worse, reverse=True)


def losses(found: Results, most: int) -> str:
    """Return where a peer was faster, as a list; at most so many lines for each mode."""
    lines: list[str] = []
    asked = {
        mode: sum(each["mode"] == mode and each["name"] == "roc" for each in found["asked"])
        for mode in ("fresh", "kept")
    }
    for mode, worse in _losses(found):
        of = "from nothing" if mode == "fresh" else "compiled against built"
        lines.append(f"{of.capitalize()}: on {len(worse)} of {asked[mode]} questions some peer was faster.")
        if worse:
            lines[-1] += " The worst:" if len(worse) > most else " They are:"
        lines += ["", *(f"- {text}, {factor:,.1f} times" for factor, text in worse[:most]), ""]
    return "\n".join(lines)


def _clicks(found: Results) -> str:
    """Return the table of clicks."""
    families = list(dict.fromkeys(each["family"] for each in found["instances"].values()))
    limit = found["seconds"] * 1e3
    rows: list[list[str]] = []
    for family in families:
        row = [family]
        for is_step in (False, True):
            times = [
                each["ms"]
                for each in found["clicks"]
                if each["what"].startswith("step") == is_step
                and found["instances"][each["instance"]]["family"] == family
            ]
            if not times:
                row += ["", "", "0"]
                continue
            for value, aim in zip((statistics.median(times), percentile(times)), _CLICK, strict=True):
                text = milliseconds(value, limit)
                row.append(f"**{text}**" if value > aim and family in _AIMS["kept"] else text)
            row.append(str(len(times)))
        rows.append(row)
    head = ("family", "selections: median", "p95", "clicks", "sessions: median", "p95", "clicks")
    return table(head, rows)


def _adapter(found: Results) -> str:
    """Return how the adapter does where rules are hard."""
    rows: list[Sequence[str]] = []
    for question, title in _TITLES.items():
        ranked = scores(found, "fresh", question, "hard")
        by_name = {each.name: each for each in ranked}
        if "adapter" in by_name and "roc" in by_name:
            peer = next(each for each in ranked if each.name not in OWN)
            rows.append((title, str(by_name["roc"]), str(by_name["adapter"]), f"{peer} {_PEERS[peer.name]}"))
    if not rows:
        return "It was not measured."
    return table(("hard, from nothing", "roc", "roc with CP-SAT", "best peer"), rows)


def _agreement(found: Results) -> str:
    """Return what was compared, and what did not fit."""
    got = found["verdicts"]
    wrong = got["disagreements"]
    text = (
        f"{got['compared']:,} pairs of answers were compared, {got['confirmed']:,} selections returned by one passed "
        f"the check of another, {got['judged']} conflicts were judged minimal by CP-SAT; "
        f"{got['undecided']} of these tests took too long. Disagreements: {len(wrong)}."
    )
    return "\n".join((text, "", *(f"- {each}" for each in wrong)))


def peers_tables(found: Results) -> str:
    """Return the part of the page about the peers."""
    at = found["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in at["versions"].items())
    known = sum(each.get("error") == "known" and each["mode"] == "fresh" for each in found["asked"])
    return "\n\n".join(
        (
            (
                f"Python {at['python']}, {at['machine']}, {at['cores']} cores; {versions}. {found['rounds']} rounds, "
                f"limit {found['seconds']:g} s, the whole in {found['wall'] / 60:.0f} minutes."
            ),
            "## From nothing: compile and answer",
            _comparison(found, "fresh"),
            "## Compiled against built",
            _comparison(found, "kept"),
            "## A click",
            _clicks(found),
            "## With the adapter to CP-SAT",
            _adapter(found),
            "## Where a peer is faster",
            losses(found, 12),
            "## Agreement",
            _agreement(found),
            f"{known} time-outs of peers are taken from an earlier run with the same limit and were not waited for.",
        )
    )
