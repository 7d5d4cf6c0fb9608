"""The rule language: clauses written as sentences.

:func:`parse` reads what ``str(clause)`` prints, and the usual variants of published sentences. The
grammar is in ``docs/rule-language.md``.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import attrs

from roc.errors import DataError, RuleSyntaxError, nearest
from roc.levels import Level
from roc.rules import (
    AllOf,
    Barred,
    Ceiling,
    Choice,
    Clause,
    Complete,
    Conditional,
    IsMet,
    Linked,
    Measure,
    Requires,
    Scope,
    State,
    Threshold,
)
from roc.scopes import KEYWORDS, listed

__all__ = ["parse"]


def __dir__() -> list[str]:
    return __all__


_MAX_LENGTH: Final = 10_000
_MAX_DEPTH: Final = 20

_TOKEN: Final = re.compile(r'"([^"]*+(?:""[^"]*+)*+)"|[,()%]|[^\s,()"%]+|"')
_NUMBER: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_NUMBER_WORDS: Final = {
    word: str(number)
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
    )
}
_MEASURES: Final = {
    "unit": Measure.UNITS,
    "units": Measure.UNITS,
    "credit": Measure.CREDIT,
    "credits": Measure.CREDIT,
    "hour": Measure.GLH,
    "hours": Measure.GLH,
    "glh": Measure.GLH,
}
_STATES: Final = {state.value: state for state in State}
_LEAST_MOST: Final = {"min": True, "minimum": True, "max": False, "maximum": False}
_ABOVE_BELOW: Final = {"above": True, "higher": True, "more": True, "below": False, "lower": False}
_STARTS: Final = (
    *("at least", "at most", "exactly", "between", "minimum of", "maximum of", "no more than"),
    *("all of", "any of", "only one of", "if", "("),
)
_NARROWINGS: Final = ("at", "of", "tagged", "by", "from", "except", "imported", "for each", "count", "if any")
_DESCRIBED: Final = frozenset({"a name", "a number", "a level", "the end"})
_SCOPE: Final = frozenset(field.name for field in attrs.fields(Scope))

_QUOTED: Final = '"'
_END: Final = ""
_NOT_NAMES: Final = KEYWORDS | {",", "(", ")", "%", _END}
_AFTER_CLAUSE: Final = {_END, ")", ",", "and", "or", "then"}

T = TypeVar("T")


class _Token(NamedTuple):
    """One word: what the grammar looks at, what is written (without quotation marks), and where."""

    word: str
    text: str
    position: int


class _Bound(NamedTuple):
    low: str | None
    high: str | None
    percent: bool


def parse(text: str) -> Clause:
    """Return the clause that *text* says: ``parse(str(clause)) == clause``.

    Capital letters of the language's own words, white space and a full stop at the end do not matter.

    >>> print(parse("A minimum of 12 credits from groups B or C."))
    at least 12 credits from B and C
    >>> parse("M92 and 530 are barred").ceiling
    <Ceiling.TAKEN: 'taken'>

    Raises:
        RuleSyntaxError: The text is no clause, is longer than 10,000 characters or is nested deeper
            than 20; or the clause has values that do not go together.
    """
    if len(text) > _MAX_LENGTH:
        msg = f"a clause has at most {_MAX_LENGTH:,} characters"
        raise RuleSyntaxError.of(text, _MAX_LENGTH, msg)
    return _Parser(text).whole()


def _tokens(text: str) -> list[_Token]:
    end = len(text.rstrip())
    if text.endswith(".", 0, end):
        end -= 1
    tokens: list[_Token] = []
    for found in _TOKEN.finditer(text, 0, end):
        written, inside = found.group(0, 1)
        if inside is not None:
            tokens.append(_Token(_QUOTED, inside.replace('""', '"'), found.start()))
        elif written == '"':
            msg = "this quotation mark is never closed"
            raise RuleSyntaxError.of(text, found.start(), msg, expected=['"'])
        else:
            tokens.append(_Token(written.casefold(), written, found.start()))
    tokens.append(_Token(_END, "", len(text)))
    return tokens


class _Parser:
    """Recursive descent; looks one word ahead, two where a number or a comma stands."""

    __slots__ = ("_depth", "_index", "_text", "_tokens")

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._index = 0
        self._depth = 0

    # Words

    @property
    def _here(self) -> _Token:
        return self._tokens[self._index]

    @property
    def _following(self) -> str:
        return self._tokens[min(self._index + 1, len(self._tokens) - 1)].word

    def _at(self, *words: str) -> bool:
        return self._here.word in words

    def _skip(self, *words: str) -> bool:
        """Go past this word if it is one of *words*."""
        found = self._here.word in words
        self._index += found
        return found

    def _expect(self, *words: str) -> str:
        """Go past this word, which must be one of *words*, and return it."""
        word = self._here.word
        if word not in words:
            raise self._wrong(words)
        self._index += 1
        return word

    def _name(self) -> str:
        token = self._here
        if token.word in _NOT_NAMES:
            raise self._wrong(["a name"])
        self._index += 1
        return token.text

    def _number(self) -> str | None:
        """Return the number that this word is, or ``None``; stay here."""
        word = self._here.word
        return word if _NUMBER.fullmatch(word) else _NUMBER_WORDS.get(word)

    def _amount(self) -> str:
        number = self._number()
        if number is None:
            raise self._wrong(["a number"])
        self._index += 1
        return number

    def _error(
        self, message: str, token: _Token, expected: Sequence[str] = (), suggestions: Sequence[str] = ()
    ) -> RuleSyntaxError:
        return RuleSyntaxError.of(
            self._text, token.position, message, expected=expected, suggestions=suggestions
        )

    def _wrong(self, expected: Sequence[str], what: str = "") -> RuleSyntaxError:
        """Return the error that says what was expected at this word."""
        what = what or listed((each if each in _DESCRIBED else repr(each) for each in expected), "or")
        word, text, _ = token = self._here
        if word == _END:
            return self._error(f"the text ends where {what} is expected", token, expected)
        message = f"{text[:60]!r} stands where {what} is expected"
        near: tuple[str, ...] = ()
        if word not in _NOT_NAMES and word != _QUOTED:
            near = nearest(text, (each for each in expected if each not in _DESCRIBED))
        if word in KEYWORDS and "a name" in expected:
            message += "; a name that is a word of the language is put in quotes, a clause in parentheses"
        elif not near and word not in _AFTER_CLAUSE and self._tokens[self._index - 1].word not in _NOT_NAMES:
            message += "; a name of several words is put in quotes"
        return self._error(message, token, expected, near)

    # Lists

    def _list(self, item: Callable[[], T], *joints: str) -> tuple[list[T], str]:
        """Return the items of ``A, B and C`` and the word that joins them (empty: only commas)."""
        items = [item()]
        joint = ""
        while self._at(",", *joints) and self._following != "then":
            if not self._skip(",") or self._at(*joints):
                if joint not in ("", self._here.word):
                    msg = "one list is joined by 'and' or by 'or', not by both"
                    raise self._error(msg, self._here, [joint])
                joint = self._expect(*joints)
            items.append(item())
        return items, joint

    def _names(self, *joints: str) -> list[str]:
        return self._list(self._name, *joints or ("and", "or"))[0]

    def _units(self, *joints: str) -> list[str]:
        self._skip("unit", "units")
        return self._names(*joints)

    def _nested(self) -> Clause:
        if self._depth == _MAX_DEPTH:
            msg = f"clauses are nested at most {_MAX_DEPTH} deep"
            raise self._error(msg, self._here)
        self._expect("(")
        self._depth += 1
        clause = self._clause()
        self._depth -= 1
        self._expect(")")
        return clause

    # Clauses

    def whole(self) -> Clause:
        clause = self._clause()
        if not self._at(_END):
            raise self._wrong(["the end"])
        return clause

    def _clause(self) -> Clause:
        if not self._skip("if"):
            return self._body()
        when = self._body()
        self._skip(",")
        self._expect("then")
        return Conditional(when=when, then=self._body())

    def _body(self) -> Clause:
        start = self._here
        try:
            return self._form()
        except RuleSyntaxError:
            raise
        except DataError as error:
            raise self._error(error.message, start) from None

    def _form(self) -> Clause:
        if self._at("("):
            return self._joined()
        if self._skip("all"):
            self._expect("of")
            units = self._units("and")
            return self._threshold(units=units, minimum=len(units))
        if self._skip("any"):
            self._expect("of")
            return self._some_of(_Bound("1", None, percent=False))
        bound = self._bound()
        if bound is None:
            return self._only_one() if self._skip("only") else self._relation()
        low, high, percent = bound
        if percent:
            self._expect("of")
            self._skip("the")
        elif self._skip("of"):
            return self._some_of(bound)
        measured = self._measured()
        return self._threshold(minimum=low, maximum=high, percent=percent, **measured)

    def _joined(self) -> Clause:
        clauses, joint = self._list(self._nested, "and", "or")
        if joint:
            return AllOf(clauses=clauses) if joint == "and" else Choice(options=clauses)
        if len(clauses) > 1:
            raise self._wrong(["and", "or"])
        return clauses[0]

    def _some_of(self, bound: _Bound) -> Clause:
        """Read what is chosen from: units, or clauses in parentheses."""
        low, high, _ = bound
        if not self._at("("):
            self._skip("the")
            return self._threshold(units=self._units(), minimum=low, maximum=high)
        options, _ = self._list(self._nested, "or", "and")
        return Choice(
            at_least=0 if low is None else _whole(low),
            at_most=None if high is None else _whole(high),
            options=options,
        )

    def _only_one(self) -> Barred:
        self._expect("one", "1")
        self._expect("of")
        units = self._units()
        ceiling = self._ceiling()
        if ceiling is None:
            raise self._wrong(["counts", "may be taken"])
        return Barred(units=units, ceiling=ceiling)

    def _relation(self) -> Clause:
        start = self._here
        only_units = self._skip("unit", "units")
        if not only_units and start.word in _NOT_NAMES:
            raise self._wrong([*_STARTS, "a name"], "a clause")
        names = self._names("and")
        verbs = ["are"] if len(names) > 1 else ["requires"] if only_units else ["requires", "is"]
        if not self._at(*verbs) and len(names) == 1 and start.word not in (_QUOTED, *KEYWORDS):
            pair = f"{start.text} {self._here.text}"
            near = nearest(pair, _STARTS, limit=1) or nearest(start.text, _STARTS, limit=1)
            if near:
                msg = f"{start.text[:60]!r} begins no clause"
                raise self._error(msg, start, _STARTS, near)
        match self._expect(*verbs):
            case "are":
                linked = self._expect("linked", "barred") == "linked"
                return Linked(units=names) if linked else Barred(units=names)
            case "is":
                met = self._expect("met", "complete") == "met"
                return IsMet(condition=names[0]) if met else Complete(group=names[0])
            case _:
                return self._requires(names[0])

    def _requires(self, unit: str) -> Requires:
        if self._skip("all"):
            self._expect("of")
            return Requires(unit=unit, units=self._units("and"))
        start, bound = self._here, self._bound()
        if bound is None and self._skip("any"):
            bound = _Bound("1", None, percent=False)
        if bound is None:
            self._skip("unit", "units")
            units, joint = self._list(self._name, "and", "or")
            return Requires(unit=unit, units=units, at_least=1 if joint == "or" else None)
        low, high, percent = bound
        if low is None or high is not None or percent:
            msg = "what is required is a least number of units"
            raise self._error(msg, start, ["at least"])
        self._expect("of")
        return Requires(unit=unit, units=self._units(), at_least=_whole(low))

    # Thresholds

    def _bound(self) -> _Bound | None:
        """Read a bound up to its last number; ``None`` where there is none."""
        start = self._here
        if self._number() is not None:
            return self._bare_bound(start)
        if self._skip("between"):
            return self._two("and")
        if self._skip("exactly"):
            amount, percent = self._share()
            return _Bound(amount, amount, percent)
        if self._skip("at"):
            least = self._expect("least", "most") == "least"
        elif self._skip("no"):
            if not self._skip("more"):
                return _Bound(None, "0", percent=False)
            least = False
            self._expect("than")
        elif start.word == "up" and self._following == "to":
            least = False
            self._index += 2
        elif start.word in _LEAST_MOST or (start.word == "a" and self._following in _LEAST_MOST):
            self._skip("a")
            least = _LEAST_MOST[self._expect(*_LEAST_MOST)]
            self._skip("of")
        else:
            return None
        amount, percent = self._share()
        return _Bound(amount, None, percent) if least else _Bound(None, amount, percent)

    def _bare_bound(self, start: _Token) -> _Bound | None:
        """Read ``2 to 7`` or ``two of``; else the number is a name or lacks its bound."""
        if self._following in ("to", "%"):
            return self._two("to")
        if self._following == "of":
            return _Bound(self._amount(), None, percent=False)
        if self._following in _MEASURES:
            words = ["at least", "at most", "exactly"]
            msg = f"{listed(map(repr, words), 'or')} is expected before {start.text}"
            raise self._error(msg, start, words)
        return None

    def _share(self) -> tuple[str, bool]:
        """Return an amount, and whether it is per cent."""
        return self._amount(), self._skip("%")

    def _two(self, joint: str) -> _Bound:
        low, percent = self._share()
        self._expect(joint)
        high, also = self._share()
        return _Bound(low, high, percent or also)

    def _measured(self) -> dict[str, Any]:
        parts: dict[str, Any] = {"imported": True} if self._skip("imported") else {}
        if self._skip("different"):
            return {"distinct": self._name(), **parts}
        if self._skip("guided"):
            self._expect("learning")
        return {"measure": _MEASURES[self._expect(*_MEASURES)], **parts}

    def _threshold(self, **parts: Any) -> Threshold:
        """Read how the threshold of *parts* is narrowed: in any order, but nothing twice."""
        while True:
            start = self._here
            found = self._narrowing()
            if not found:
                break
            if not parts.keys().isdisjoint(found):
                msg = f"{start.text!r} is said twice"
                raise self._error(msg, start)
            if "ceiling" in found and parts.get("maximum") is None:
                msg = "only a maximum says how much counts or may be taken"
                raise self._error(msg, start)
            parts |= found
        if not self._at(*_AFTER_CLAUSE):
            raise self._wrong(_NARROWINGS)
        scope = {key: parts.pop(key) for key in _SCOPE & parts.keys()}
        return Threshold(scope=Scope(**scope), **parts)

    def _narrowing(self) -> dict[str, Any]:
        """Read one narrowing phrase; nothing where there is none."""
        if self._skip("tagged"):
            return {"tags": self._names("or")}
        if self._skip("by"):
            return {"states": self._list(self._state, "and", "or")[0]}
        if self._skip("from"):
            groups = self._skip("group", "groups") or not self._at("unit", "units")
            return {"groups": self._names()} if groups else {"units": self._units()}
        if self._skip("except"):
            self._expect("unit", "units")
            return {"except_units": self._names()}
        return self._qualifier()

    def _qualifier(self) -> dict[str, Any]:
        """Read one phrase without a list; nothing where there is none."""
        if self._at("at", "level", "levels"):
            return self._levels()
        if self._skip("imported"):
            return {"imported": True}
        if self._skip("of"):
            return {"size_from": self._size()}
        if self._skip("for"):
            self._expect("each")
            return {"each": self._name()}
        if self._skip("if"):
            self._expect("any")
            return {"if_used": True}
        ceiling = self._ceiling()
        return {} if ceiling is None else {"ceiling": ceiling}

    def _ceiling(self) -> Ceiling | None:
        if self._skip("count", "counts"):
            return Ceiling.COUNTS
        if not self._skip("may"):
            return None
        if self._expect("be", "count") == "count":
            return Ceiling.COUNTS
        self._expect("taken")
        return Ceiling.TAKEN

    def _levels(self) -> dict[str, Level]:
        self._skip("at")
        low = self._level()
        if self._skip("to"):
            return {"level_from": low, "level_to": self._level()}
        if not self._skip("or", "and"):
            return {"level_from": low, "level_to": low}
        above = _ABOVE_BELOW[self._expect(*_ABOVE_BELOW)]
        return {"level_from" if above else "level_to": low}

    def _level(self) -> Level:
        self._skip("level", "levels")
        start = self._here
        entry = "Entry " if self._skip("entry") else ""
        if self._at(_END):
            raise self._wrong(["a level"])
        text = self._number() or self._here.text
        self._index += 1
        try:
            return Level(f"{entry}{text}")
        except DataError as error:
            raise self._error(error.message, start) from None

    def _size(self) -> str:
        size = self._amount()
        self._expect("credit", "credits")
        self._expect("or")
        self._expect("more")
        return size

    def _state(self) -> State:
        return _STATES[self._expect(*_STATES)]


def _whole(amount: str) -> int:
    if not amount.isdigit():
        msg = f"{amount} is not a whole number"
        raise DataError(msg)
    return int(amount)
