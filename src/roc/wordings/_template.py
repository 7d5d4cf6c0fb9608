"""Templates: texts with fields, parsed once; nothing in them can reach into an object."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from roc.errors import nearest
from roc.messages import PARAMETERS, Parameter

_TOKEN: Final = re.compile(r"\{\{|\}\}|\[\[|\]\]|\|\||\{[^{}]*\}|[\[\]{}|]|[^\[\]{}|]+")
_DOUBLED: Final = frozenset({"{{", "}}", "[[", "]]", "||"})
_ENDS: Final = frozenset("[]{}")
_FIELD: Final = re.compile(r"\{([a-z]+)(?::(.*))?\}", re.DOTALL)
_FORM: Final = re.compile(r"\s*([0-9.]+(?:\s*,\s*[0-9.]+)*)\s*=(.*)", re.DOTALL)
_MOST_LISTED: Final = 5

PHRASES: Final[Mapping[str, Mapping[str, type[Parameter]]]] = {
    "ok": {},
    "group.ok": {"group": str},
    "heading.ok": {"group": str},
    "heading.not-ok": {"group": str},
    "amount.units": {"n": Decimal},
    "amount.credit": {"n": Decimal},
    "amount.glh": {"n": Decimal},
    "more.units": {"n": Decimal},
    "more.credit": {"n": Decimal},
    "more.glh": {"n": Decimal},
    "list.and": {"first": str, "last": str},
    "list.or": {"first": str, "last": str},
    "list.pick": {"n": Decimal, "items": str},
    "list.more": {"n": Decimal},
}
"""What every wording needs besides the codes, and the fields of each."""

MERGED: Final[Mapping[str, Mapping[str, type[Parameter]]]] = {
    "qualification.short": {"amounts": str},
    "group.short": {"group": str, "amounts": str},
}
"""Templates that say what is missing of several measures in one sentence, and the fields of each."""

Say: TypeAlias = Callable[[str, Mapping[str, Parameter]], str]
"""Renders a phrase of the wording by its name."""

Values: TypeAlias = Mapping[str, Parameter]


class MissingParameterError(KeyError):
    """A field's parameter is missing or empty."""


class _Field(NamedTuple):
    name: str
    show: Callable[[Parameter, Values, Say], str]

    def text(self, values: Values, say: Say) -> str:
        value = values.get(self.name)
        if value is None or (not value and not isinstance(value, Decimal)):
            raise MissingParameterError(self.name)
        return self.show(value, values, say)


class _Section(NamedTuple):
    """Pieces that are left out, or replaced by others, where a parameter is missing or empty."""

    pieces: "tuple[Piece, ...]"
    otherwise: "tuple[Piece, ...]"

    def text(self, values: Values, say: Say) -> str:
        try:
            return render(self.pieces, values, say)
        except MissingParameterError:
            return render(self.otherwise, values, say)


Piece: TypeAlias = str | _Field | _Section


def render(pieces: tuple[Piece, ...], values: Values, say: Say) -> str:
    """Return the text of a parsed template.

    Raises:
        MissingParameterError: A parameter is missing that no section makes optional.
    """
    return "".join([piece if isinstance(piece, str) else piece.text(values, say) for piece in pieces])


def number(amount: Decimal) -> str:
    """Return an amount without trailing zeros.

    >>> number(Decimal("7.50")), number(Decimal(120))
    ('7.5', '120')
    """
    return f"{amount.normalize():f}"


def written_day(months: tuple[str, ...], text: str) -> str:
    """Return a date, given as ``2026-08-31``, with the name of its month.

    >>> written_day(("January", "February"), "2026-02-01")
    '1 February 2026'
    """
    day = dt.date.fromisoformat(text)
    return f"{day.day} {months[day.month - 1]} {day.year}"


def joined(words: tuple[str, ...], joint: str, say: Say) -> str:
    """Return words as a list; of more than six the first five, and how many more.

    Words that have commas in them are parted by semicolons.
    """
    if len(words) > _MOST_LISTED + 1:
        rest = say("list.more", {"n": Decimal(len(words) - _MOST_LISTED)})
        words = (*words[:_MOST_LISTED], rest)
    if len(words) == 1:
        return words[0]
    comma = "; " if any("," in word for word in words) else ", "
    return say(f"list.{joint}", {"first": comma.join(words[:-1]), "last": words[-1]})


# -- how a field is shown ---------------------------------------------------------------------------


def _plain(value: Parameter, _values: Values, say: Say) -> str:
    if isinstance(value, Decimal):
        return number(value)
    return value if isinstance(value, str) else joined(value, "and", say)


def _either(value: Parameter, _values: Values, say: Say) -> str:
    return joined(value, "or", say) if isinstance(value, tuple) else str(value)


def _pick(amount: str) -> Callable[[Parameter, Values, Say], str]:
    def show(value: Parameter, values: Values, say: Say) -> str:
        n = values.get(amount)
        if not isinstance(value, tuple) or not isinstance(n, Decimal):
            raise MissingParameterError(amount)
        if n >= len(value):
            return joined(value, "and", say)
        items = joined(value, "or", say)
        return items if n == 1 else say("list.pick", {"n": n, "items": items})

    return show


def _measured(phrase: str) -> Callable[[Parameter, Values, Say], str]:
    def show(value: Parameter, values: Values, say: Say) -> str:
        return say(f"{phrase}.{values.get('measure')}", {"n": value})

    return show


def _forms(forms: Mapping[str, str], otherwise: str) -> Callable[[Parameter, Values, Say], str]:
    def show(value: Parameter, _values: Values, _say: Say) -> str:
        count = number(value) if isinstance(value, Decimal) else str(len(value))
        return forms.get(count, otherwise)

    return show


# -- parsing ----------------------------------------------------------------------------------------


class Template(NamedTuple):
    """A parsed template, and what is wrong with it."""

    pieces: tuple[Piece, ...]
    problems: tuple[str, ...]


def parse(text: str, known: Mapping[str, type[Parameter]], optional: Collection[str] = ()) -> Template:
    """Parse a template whose fields are *known*, by name and type; those *optional* need a section."""
    reader = _Reader(known, optional)
    pieces = reader.read(text)
    return Template(pieces, tuple(reader.problems))


def known_parameters(names: Collection[str]) -> dict[str, type[Parameter]]:
    """Return the types of parameters by their names."""
    return {name: PARAMETERS[name][0] for name in names}


class _Reader:
    def __init__(self, known: Mapping[str, type[Parameter]], optional: Collection[str]) -> None:
        self.known = known
        self.optional = optional
        self.problems: list[str] = []

    def read(self, text: str) -> tuple[Piece, ...]:
        tokens = iter(_TOKEN.findall(text))
        pieces, end = self._pieces(tokens, inside=False)
        if end:
            self.problems.append(f"{end} stands alone: write {end}{end} for the character itself")
        return pieces

    def _pieces(
        self, tokens: Iterator[str], *, inside: bool, sure: bool = False
    ) -> tuple[tuple[Piece, ...], str]:
        """Return the pieces up to the end, or up to a token that ends them, and that token."""
        pieces: list[Piece] = []
        for each in tokens:
            if each in _DOUBLED:
                pieces.append(each[0])
            elif each == "[" and not inside:
                pieces.append(self._section(tokens))
            elif each in _ENDS or (each == "|" and inside):
                return tuple(pieces), each
            elif each.startswith("{"):
                field = self._field(each, sure=not inside or sure)
                if field is not None:
                    pieces.append(field)
            else:
                pieces.append(each)
        return tuple(pieces), ""

    def _section(self, tokens: Iterator[str]) -> _Section:
        pieces, end = self._pieces(tokens, inside=True)
        otherwise: tuple[Piece, ...] = ()
        if end == "|":
            otherwise, end = self._pieces(tokens, inside=True, sure=True)
        if end != "]":
            self.problems.append("a section that [ begins is not ended by ]; sections do not nest")
        elif not any(isinstance(piece, _Field) for piece in pieces):
            self.problems.append(
                "a section without a field is never left out: write [[ for the character itself"
            )
        return _Section(pieces, otherwise)

    def _field(self, token: str, *, sure: bool) -> _Field | None:
        found = _FIELD.fullmatch(token)
        if found is None:
            self.problems.append(f"{token} is not a field: write {{name}} or {{name:how}}")
            return None
        name, spec = found[1], found[2]
        kind = self.known.get(name)
        if kind is None:
            near = nearest(name, self.known) or tuple(self.known)
            has = f"there is {', '.join(near)}" if near else "there is none"
            self.problems.append(f"there is no parameter {name} here; {has}")
            return None
        if sure and name in self.optional:
            self.problems.append(f"{name} may be missing: put what needs it in [ ]")
        show = self._show(name, kind, spec)
        return None if show is None else _Field(name, show)

    def _show(
        self, name: str, kind: type[Parameter], spec: str | None
    ) -> Callable[[Parameter, Values, Say], str] | None:
        if spec is None:
            return _plain
        word, _, rest = spec.partition(" ")
        if kind is tuple and spec == "or":
            return _either
        if kind is tuple and word == "pick" and self.known.get(rest) is Decimal:
            return _pick(rest)
        if kind is Decimal and spec in {"amount", "more"} and "measure" in self.known:
            return _measured(spec)
        if kind is not str and ";" in spec:
            return self._count(name, spec)
        self.problems.append(f"{{{name}:{spec}}}: this parameter cannot be shown so")
        return None

    def _count(self, name: str, spec: str) -> Callable[[Parameter, Values, Say], str] | None:
        *some, otherwise = spec.split(";")
        forms: dict[str, str] = {}
        for each in some:
            found = _FORM.fullmatch(each)
            if found is None:
                self.problems.append(
                    f"{{{name}:{spec}}}: write {{{name}:1=unit; units}}, the last without a number"
                )
                return None
            forms.update({count.strip(): found[2] for count in found[1].split(",")})
        return _forms(forms, otherwise.removeprefix(" "))
