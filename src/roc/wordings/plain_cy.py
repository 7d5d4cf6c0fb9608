"""Plain Welsh: the sentences of the plain wording; not yet reviewed by a native speaker.

Amounts are digits, followed by a noun in the singular: "2 uned". The noun *credyd* mutates after 2, 3 and 6
("2 gredyd", "3 chredyd", "6 chredyd"); *uned* and *awr* begin with vowels that do not; the loanword *grŵp*
resists. Names and numbers stand where nothing would make them mutate, or are quoted as they are.
"""

import functools
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from roc.errors import RuleSyntaxError
from roc.language import parse
from roc.levels import Level
from roc.rules import (
    AllOf,
    Barred,
    Ceiling,
    Choice,
    Clause,
    Complete,
    IsMet,
    Linked,
    Measure,
    Requires,
    Scope,
    State,
    Threshold,
)
from roc.wordings._template import number, written_day
from roc.wordings._wording import Wording

__all__ = ["PLAIN_CY"]


def __dir__() -> list[str]:
    return __all__


_MONTHS: Final = (
    *("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf"),
    *("Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"),
)
_PLURALS: Final = {
    Measure.UNITS: "unedau",
    Measure.CREDIT: "credydau",
    Measure.GLH: "oriau dysgu dan arweiniad",
}
_STATES: Final = {
    State.ACHIEVED: "cyflawni",
    State.RPL: "cydnabod dysgu blaenorol",
    State.CREDIT_TRANSFER: "trosglwyddo credydau",
    State.EQUIVALENT: "uned gyfwerth",
    State.EXEMPT: "eithriad",
}
_CLAUSE: Final = "[{pathways}: ]“{rule}”"
_WHERE: Final = "[ {scope}][ ({key}: {word})]"


def _day(text: str) -> str:
    return written_day(_MONTHS, text)


def _level(text: str) -> str:
    return _level_of(Level(text)).replace("lefel", "Lefel")


def _level_of(level: Level) -> str:
    return f"lefel {level.rank}" if level.rank > 0 else f"lefel Mynediad {level.rank + 3}"


# -- clauses ----------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=4096)
def _clause(text: str) -> str:
    """Return a clause of the rule language in Welsh; what is none is quoted as it is."""
    try:
        return _said(parse(text))
    except RuleSyntaxError:
        return text


@functools.lru_cache(maxsize=4096)
def _scope(text: str) -> str:
    """Return the narrowing words of a clause in Welsh."""
    try:
        clause = parse(f"at least 2 units {text}")
    except RuleSyntaxError:
        return text
    return " ".join(_narrowed(clause.scope)) if isinstance(clause, Threshold) else text


def _options(text: str) -> str:
    return f"“{_clause(text)}”"


def _list(words: Iterable[object]) -> str:
    return ", ".join(map(str, words))


def _from(one: str, several: str, words: tuple[object, ...]) -> str:
    return f"{one} {words[0]}" if len(words) == 1 else f"{several} hyn: {_list(words)}"


def _said(clause: Clause) -> str:
    match clause:
        case Threshold():
            return " ".join(_bound(clause))
        case Linked():
            return f"mae'r unedau hyn yn gysylltiedig: {_list(clause.units)}"
        case Barred(ceiling=Ceiling.TAKEN):
            return f"ni cheir dewis mwy nag un o'r unedau hyn: {_list(clause.units)}"
        case Barred():
            return f"dim ond un o'r unedau hyn sy'n cyfrif: {_list(clause.units)}"
        case Requires(at_least=None):
            return f"ar gyfer {clause.unit}, mae angen: {_list(clause.units)}"
        case Requires():
            some = f"o leiaf {clause.needed} o'r rhain"
            return f"ar gyfer {clause.unit}, mae angen {some}: {_list(clause.units)}"
        case IsMet():
            return f"mae'r amod wedi'i fodloni: {clause.condition}"
        case Complete():
            return f"mae'r grŵp {clause.group} yn gyflawn"
        case AllOf():
            return " a hefyd ".join(f"({_said(each)})" for each in clause.clauses)
        case Choice(at_least=low, at_most=high):
            options = "; ".join(f"({_said(each)})" for each in clause.options)
            most = None if high is None else str(high)
            return f"{_how_many(str(low) if low else None, str(low), most)} o'r canlynol: {options}"
        case _:
            when, then = _said(clause.when), _said(clause.then)
            return f"os yw hyn yn wir (sef {when}), rhaid bodloni hyn (sef {then})"


def _how_many(least: str | None, low: str, most: str | None) -> str:
    """Return a bound: *least* and *most* as they stand alone, *low* as it stands before another."""
    if least is None:
        return f"{most} ar y mwyaf"
    if most is None:
        return f"o leiaf {least}"
    return f"{most} yn union" if least == most else f"o {low} i {most}"


def _bound(clause: Threshold) -> Iterator[str]:
    low, high, scope = clause.minimum, clause.maximum, clause.scope
    if scope.units and low == len(scope.units) and str(clause).startswith("all of"):
        yield _from("yr uned", "pob un o'r unedau", scope.units)
        return
    least, most = (None if bound is None else _counted(bound, clause) for bound in (low, high))
    if clause.ceiling is Ceiling.COUNTS:
        yield f"dim ond {most}"
    else:
        yield _how_many(least, "" if low is None else number(low), most)
    yield from _narrowed(scope)
    if clause.each is not None:
        yield f"ar gyfer pob gwerth o'r tag {clause.each}"
    if clause.ceiling is Ceiling.COUNTS:
        yield "sy'n cyfrif"
    if clause.if_used:
        yield "os dewisir rhai"


def _counted(bound: Decimal, clause: Threshold) -> str:
    if clause.percent:
        return f"{number(bound)}% o'r {_PLURALS[clause.measure]}"
    if clause.distinct is not None:
        return f"{number(bound)} {'werth' if number(bound) == '2' else 'gwerth'} gwahanol o'r tag {clause.distinct}"
    return PLAIN_CY.phrase(f"amount.{clause.measure}", {"n": bound})


def _narrowed(scope: Scope) -> Iterator[str]:
    low, high = scope.level_from, scope.level_to
    if scope.imported:
        yield "a fewnforiwyd"
    if low is not None and high is not None:
        yield f"ar {_level_of(low)}" if low == high else f"o {_level_of(low)} i {_level_of(high)}"
    elif low is not None:
        yield f"ar {_level_of(low)} neu'n uwch"
    elif high is not None:
        yield f"ar {_level_of(high)} neu'n is"
    if scope.size_from is not None:
        yield f"gwerth {PLAIN_CY.phrase('amount.credit', {'n': scope.size_from})} neu fwy yr un"
    if scope.tags:
        yield _from("â'r tag", "ag un o'r tagiau", scope.tags)
    if scope.states:
        yield f"(dull: {_list(_STATES[state] for state in scope.states)})"
    if scope.groups:
        yield _from("o'r grŵp", "o'r grwpiau", scope.groups)
    if scope.units:
        yield _from("o'r uned", "o'r unedau", scope.units)
    if scope.except_units:
        yield f"ac eithrio: {_list(scope.except_units)}"


PLAIN_CY: Final = Wording(
    name="plain-cy",
    language="cy",
    in_full=True,
    templates={
        "ok": "Iawn: mae gofynion y cymhwyster wedi'u bodloni.",
        "group.ok": "{group}: iawn.",
        "heading.ok": "{group} (IAWN)",
        "heading.not-ok": "{group} (DDIM YN IAWN ETO)",
        "qualification.short": "Ychwanegwch {amounts} at y cyfanswm.",
        "qualification.credit-at-level-short": "Ychwanegwch {shortfall:more} ar {level} neu'n uwch.",
        "qualification.groups-not-ok": "Heb fod yn gyflawn eto: {groups}.",
        **{
            f"qualification.{name}-over": (
                "Tynnwch {excess:amount}: gellir cymryd {allowed:amount} ar y mwyaf i gyd."
            )
            for name in Measure
        },
        "group.short": "{group}: ychwanegwch {amounts}.",
        **{
            f"group.{name}-over": (
                "{group}: tynnwch {excess:amount}; gellir cymryd {allowed:amount} ar y mwyaf."
            )
            for name in Measure
        },
        "group.mandatory-missing": "{group}: ychwanegwch {units}. Mae pob uned yn y grŵp hwn yn orfodol.",
        "group.groups-not-ok": "{group}: heb fod yn gyflawn eto: {groups}.",
        "group.choice-short": "{group}: cwblhewch {groups:pick required}.",
        "group.mixed": (
            "{group}: gellir defnyddio {allowed} grŵp ar y mwyaf; dewiswyd unedau o'r rhain: {groups}."
        ),
        "group.incomplete": "Cwblhewch {group}.",
        "threshold.short": f"[{{group}}: ychwanegwch|Ychwanegwch] {{shortfall:more}}{_WHERE}.",
        "threshold.over": (
            f"[{{group}}: tynnwch|Tynnwch] {{excess:amount}}{_WHERE}; "
            "gellir cymryd {allowed:amount} ar y mwyaf."
        ),
        "threshold.kinds-short": (
            "[{group}: ychwanegwch|Ychwanegwch] unedau o {shortfall} {shortfall:2=fath; math} arall ({key})."
        ),
        "threshold.kinds-over": (
            "[{group}: tynnwch|Tynnwch] unedau o {excess} {excess:2=fath; math} ({key}); "
            "gellir cymryd {allowed} {allowed:2=fath; math} ar y mwyaf."
        ),
        "linked.incomplete": (
            "Ychwanegwch {missing}: {missing:1=mae'n gysylltiedig; maent yn gysylltiedig} â {units}."
        ),
        "barred.together": "Dewiswch un yn unig o'r rhain: {units:or}.",
        "requires.missing": "Mae {unit} hefyd yn gofyn am {units:pick shortfall}.",
        "condition.not-met": "Mae angen hyn o hyd: {condition}.",
        "choice.short": "Mae angen hyn: {options:pick required}.",
        "choice.over": "Dim ond {allowed} o'r rhain a all fod yn wir, nid {actual}: {options}.",
        "conditional.not-met": "Mae hyn yn berthnasol: “{when}”. Felly rhaid bodloni hyn hefyd: “{then}”.",
        "pathway.none-earned": "Heb fod yn gyflawn eto: {pathways:or}.",
        "date.not-yet-open": "Nid yw ar agor eto: bydd yn agor ar {limit}.",
        "date.registration-closed": "Mae'r cyfnod cofrestru wedi cau: y diwrnod olaf oedd {limit}.",
        "date.certification-closed": "Mae'r cyfnod ardystio wedi cau: y diwrnod olaf oedd {limit}.",
        "unit.outside-pathway": "Nid yw {unit} yn rhan o'r llwybr [{pathway}|hwn] ac nid yw'n cyfrif.",
        "unit.surplus": "Mae {unit} dros ben: nid yw'n cyfrif.",
        "unit.additional": "Uned ychwanegol yw {unit}: nid yw'n cyfrif tuag at y cymhwyster.",
        "allocation.limit": "Nid oedd modd rhoi cynnig ar bob ffordd o osod yr unedau: gall fod un well.",
        "registration.number-missing": "Rhowch rif ar gyfer y grŵp.",
        "registration.number-taken": "Dewiswch rif arall ar gyfer y grŵp: mae hwn wedi'i gymryd: {number}.",
        "registration.description-missing": "Rhowch ddisgrifiad o'r grŵp.",
        "registration.category-unknown": (
            "Dewiswch gategori. Nid yw hwn yn bod: {category}[. Ai dyma oedd gennych mewn golwg: {categories:or}?|.]"
        ),
        "registration.no-qualifications": "Ychwanegwch o leiaf un cymhwyster.",
        "registration.qualification-twice": "Cadwch y cymhwyster hwn unwaith yn unig: {qualification}.",
        "registration.qualification-closed": "Ni ellir cofrestru'r cymhwyster hwn ar {date}: {qualification}.",
        "registration.qualification-not-ok": "Heb fod yn gyflawn eto: {qualification}.",
        "conflict.blocked": "Ni all unrhyw ddewis wneud hyn i gyd:",
        "conflict.closed": "Ni ellir dewis {unit} tra bo hyn i gyd yn wir:",
        "conflict.forced": "Ni ellir hepgor {unit} tra bo hyn i gyd yn wir:",
        "conflict.short": (
            f"{_CLAUSE}[ ({{groups}})]: mae angen {{shortfall:more}}, "
            "ond {addable} ar y mwyaf y gellir ei ychwanegu."
        ),
        "conflict.none-left": (
            f"{_CLAUSE}[ ({{groups}})]: mae angen {{shortfall:more}}, ond ni ellir ychwanegu dim."
        ),
        "conflict.out-of-reach": (
            f"{_CLAUSE}[ ({{groups}})]: mae angen {{required:amount}}, "
            "ond {reachable} ar y mwyaf y gellir ei gyrraedd."
        ),
        "conflict.over": (
            f"{_CLAUSE}[ ({{group}})]: mae'r gweddill yn gofyn am o leiaf {{reachable:amount}}, "
            "sef {excess} yn ormod."
        ),
        "conflict.kinds-short": f"{_CLAUSE}[ ({{group}})]: {{reachable}} ar y mwyaf y gellir ei gyrraedd.",
        "conflict.kinds-over": (
            f"{_CLAUSE}[ ({{group}})]: mae'r gweddill yn gofyn am o leiaf {{reachable}}, "
            "sef {excess} yn ormod."
        ),
        "conflict.clause": f"{_CLAUSE}[ ({{group}})].",
        "conflict.mandatory": (
            "{group}: mae pob uned yn y grŵp hwn yn orfodol"
            "[; o'r {required}, gellir cymryd {reachable} ar y mwyaf]."
        ),
        "conflict.group-choice": "{group}: rhaid cwblhau {groups:pick required}.",
        "conflict.group-mixed": "{group}: gellir defnyddio {allowed} grŵp ar y mwyaf.",
        "conflict.outside": "Ni cheir cymryd unedau sy'n perthyn i lwybrau eraill yn unig.",
        "conflict.chosen": "Dewiswyd: {units}.",
        "conflict.chosen-together": "Dewiswyd gyda'i gilydd, gan eu bod yn gysylltiedig: {units}.",
        "amount.units": "{n} uned",
        "amount.credit": "{n} {n:2=gredyd; 3,6=chredyd; credyd}",
        "amount.glh": "{n} awr o ddysgu dan arweiniad",
        "more.units": "{n} uned arall",
        "more.credit": "{n} {n:2=gredyd; 3,6=chredyd; credyd} arall",
        "more.glh": "{n} awr arall o ddysgu dan arweiniad",
        "list.and": "{first} a hefyd {last}",
        "list.or": "{first} neu {last}",
        "list.pick": "{n} o'r rhain: {items}",
        "list.more": "{n} arall",
    },
    terms={
        "date": _day,
        "limit": _day,
        "level": _level,
        "rule": _clause,
        "when": _clause,
        "then": _clause,
        "scope": _scope,
        "options": _options,
    },
)
"""Plain Welsh."""
