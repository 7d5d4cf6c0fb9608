"""Describe: what a rule of combination says, in English, line by line."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, final

import attrs

from roc._record import Record
from roc.errors import SelectionError, nearest
from roc.groups import GroupKind, Opening, UnitGroup, is_plain_bound
from roc.qualification import Pathway, PathwayKind, Qualification
from roc.rules import AllOf, Choice, Clause, Conditional, Measure, Threshold
from roc.scopes import listed, quoted

__all__ = ["Line", "describe", "describe_lines"]


def __dir__() -> list[str]:
    return __all__


_WORDS: Final = re.compile(r"\W+")
_HEADS: Final = {
    PathwayKind.PATHWAY: "One of these pathways is taken:",
    PathwayKind.AWARD: "One of these awards is aimed at:",
    PathwayKind.SPECIALISATION: "These are earned too where the selection satisfies them:",
}


@final
@attrs.frozen(kw_only=True)
class Line(Record):
    """One line of a description.

    >>> print(Line(level=1, text="At least 2 units."))
      At least 2 units.

    Attributes:
        level: How deep it is nested, from 0.
        text: The text; it is not wrapped.
    """

    level: int
    text: str

    def __str__(self) -> str:
        return f"{'  ' * self.level}{self.text}"


def describe(qualification: Qualification, pathway: str | None = None) -> str:
    """Return what the rule says, in English, indented; of one *pathway*, or of all.

    Units are not listed, only counted. Names in sentences are the names that the rule language uses.

    >>> from roc.language import parse
    >>> from roc.units import Unit
    >>> q = Qualification(
    ...     title="Example",
    ...     units=[Unit(number=n, credit=5) for n in ("M1", "M2", "M3")],
    ...     groups=[
    ...         UnitGroup(name="A", title="Group A: Mandatory Units", kind="mandatory", units=["M1"]),
    ...         UnitGroup(name="B", units=["M2", "M3"], rules=[parse("at least 1 unit")]),
    ...     ],
    ...     rules=[parse("at least 10 credits"), parse("M2 and M3 are barred")],
    ... )
    >>> print(describe(q))
    At least 10 credits.
    Group A: Mandatory Units: its 1 unit (5 credits).
    B: at least 1 unit.
    M2 and M3 are barred.

    Raises:
        SelectionError: There is no such pathway.
    """
    return "\n".join(map(str, describe_lines(qualification, pathway)))


def describe_lines(qualification: Qualification, pathway: str | None = None) -> tuple[Line, ...]:
    """Return what the rule says, in English, as lines with their level, for a display to wrap.

    Raises:
        SelectionError: There is no such pathway.
    """
    q = qualification
    if pathway is not None and pathway not in q.pathways_by_name:
        msg = f"there is no pathway {pathway}"
        raise SelectionError(msg, suggestions=nearest(pathway, q.pathways_by_name))
    return tuple(_Description(q, pathway).lines())


def _labelled(name: str, label: str) -> str:
    """Return the label, and the name where the label does not show it."""
    return label if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", label) else f"{label} ({name})"


def _sentence(clause: Clause) -> str:
    """Return a clause with a capital letter, unless it begins with a unit or a name."""
    text = str(clause)
    if isinstance(clause, Threshold | Choice | Conditional):
        text = text[0].upper() + text[1:]
    return f"{text}."


def _sentences(clauses: Iterable[Clause], level: int) -> Iterator[Line]:
    """Yield clauses that must all hold; alternatives stand below each other."""
    for clause in clauses:
        match clause:
            case AllOf(clauses=inner):
                yield from _sentences(inner, level)
            case Choice(options=options):
                head = str(clause).partition(" (")[0]
                yield Line(level=level, text=f"{head[0].upper()}{head[1:]} these:")
                for option in options:
                    if isinstance(option, AllOf):
                        yield Line(level=level + 1, text="All of these:")
                        yield from _sentences(option.clauses, level + 2)
                    else:
                        yield from _sentences((option,), level + 1)
            case Conditional(then=AllOf() | Choice() | Conditional() as then):
                yield Line(level=level, text=_sentence(clause).removesuffix(f" ({then}).") + ":")
                yield from _sentences((then,), level + 1)
            case _:
                yield Line(level=level, text=_sentence(clause))


class _Description:
    def __init__(self, qualification: Qualification, pathway: str | None) -> None:
        self.qualification = qualification
        self.pathway = pathway

    def lines(self) -> Iterator[Line]:
        q = self.qualification
        bounds = [rule for rule in q.rules if isinstance(rule, Threshold)]
        yield from _sentences(bounds, 0)
        for group in self._present(q.groups):
            yield from self._group(group, 0)
        yield from _sentences([rule for rule in q.rules if not isinstance(rule, Threshold)], 0)
        for sharing in q.sharing:
            most = "" if sharing.at_most is None else f", at most {sharing.at_most} between any two"
            names = listed(map(quoted, sharing.groups))
            yield Line(level=0, text=f"{names} may count the same units{most}.")
        if not q.exempt_credit_counts:
            yield Line(level=0, text="Units met by exemption bring no credit.")
        yield from self._pathways()
        if q.conditions:
            yield Line(level=0, text="Conditions that a selection may assert:")
        for condition in q.conditions:
            yield Line(level=1, text=f"{_labelled(condition.name, condition.label)}.")
        yield from self._dates()

    def _present(self, groups: Iterable[UnitGroup]) -> tuple[UnitGroup, ...]:
        return tuple(
            group
            for group in groups
            if self.pathway is None or not group.pathways or self.pathway in group.pathways
        )

    # -- groups -------------------------------------------------------------------------------------

    def _group(self, group: UnitGroup, level: int) -> Iterator[Line]:
        label, inner = _labelled(group.name, group.label), self._present(group.groups)
        yield Line(level=level, text=f"{label}: {' and '.join(self._asks(group, inner))}.")
        below = level + 1
        if group.pathways and self.pathway is None:
            by_name = self.qualification.pathways_by_name
            labels = listed([by_name[name].label for name in group.pathways], "or")
            yield Line(level=below, text=f"Only for {labels}.")
        if not group.counts:
            yield Line(level=below, text="Its units may be held and do not count.")
        if group.opening is not None:
            yield Line(level=below, text=_opening(group.opening))
        yield from _sentences([rule for rule in group.rules if not _is_bound(rule)], below)
        if not group.mixing:
            yield Line(
                level=below, text=f"Units may be taken from no more than {group.choose} of its groups."
            )
        for each in inner:
            yield from self._group(each, below)

    def _asks(self, group: UnitGroup, inner: tuple[UnitGroup, ...]) -> Iterator[str]:
        """Yield what a group asks for in total."""
        bounds = [rule for rule in group.rules if isinstance(rule, Threshold) and _is_bound(rule)]
        found = False
        if group.kind is GroupKind.MANDATORY and group.units:
            found = True
            totals, size = self._size(group)
            yield size
            if not inner and group.opening is None:
                bounds = [rule for rule in bounds if not _is_implied(rule, totals)]
        for rule in bounds:
            found = True
            yield str(rule)
        if group.choose is not None and inner:
            yield f"at least {min(group.choose, len(inner))} of its {len(inner)} groups complete"
        elif not found:
            yield "each of its groups complete" if inner and not group.units else "any number of units"

    def _size(self, group: UnitGroup) -> tuple[dict[Measure, Decimal], str]:
        """Return the amounts of a mandatory group, and how they are written."""
        n = len(group.units)
        size = {1: "its 1 unit", 2: "both units"}.get(n, f"all {n} units")
        totals = {Measure.UNITS: Decimal(n)}
        credits_ = [self.qualification.units_by_number[number].credit for number in group.units]
        known = [credit for credit in credits_ if credit is not None]
        if len(known) < n:
            return totals, size
        total = totals[Measure.CREDIT] = sum(known, Decimal(0))
        return totals, f"{size} ({total.normalize():f} credit{'s' * (total != 1)})"

    # -- pathways and dates -------------------------------------------------------------------------

    def _pathways(self) -> Iterator[Line]:
        q = self.qualification
        chosen = None if self.pathway is None else q.pathways_by_name[self.pathway]
        if chosen is not None and chosen.rules:
            yield Line(level=0, text=f"For {chosen.label}:")
            yield from _sentences(chosen.rules, 1)
        for kind, head in _HEADS.items():
            found = [each for each in q.pathways if each.kind is kind and each is not chosen]
            if found and (chosen is None or kind is PathwayKind.SPECIALISATION):
                yield Line(level=0, text=head)
                for each in found:
                    yield Line(level=1, text=f"{_pathway(each)}{':' if each.rules else '.'}")
                    yield from _sentences(each.rules, 2)

    def _dates(self) -> Iterator[Line]:
        q = self.qualification
        for head, day in (
            ("Open from", q.operational_start),
            ("Registration until", q.operational_end),
            ("Certification until", q.certification_end),
        ):
            if day is not None:
                yield Line(level=0, text=f"{head} {day.isoformat()}.")


def _pathway(pathway: Pathway) -> str:
    """Return the pathway's label, with its name unless that is the label in other letters."""
    same = _WORDS.sub("", pathway.name).casefold() == _WORDS.sub("", pathway.label).casefold()
    label = pathway.label if same else _labelled(pathway.name, pathway.label)
    return ", ".join([label, *(str(fact) for fact in (pathway.number, pathway.level) if fact is not None)])


def _is_bound(rule: Clause) -> bool:
    return isinstance(rule, Threshold) and is_plain_bound(rule)


def _is_implied(rule: Threshold, totals: dict[Measure, Decimal]) -> bool:
    """Tell whether a bound says no more than that every unit is needed."""
    total = totals.get(rule.measure)
    return (
        total is not None
        and (rule.minimum is None or rule.minimum <= total)
        and (rule.maximum is None or rule.maximum >= total)
    )


def _opening(opening: Opening) -> str:
    units = "imported units and units listed elsewhere" if opening.listed else "imported units"
    return f"Also open to {units} {opening._scope()}".strip() + "."
