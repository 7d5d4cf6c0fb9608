"""A wording: templates for every code, and how the lines of a status are put together."""

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Self, final

import attrs

from roc.errors import DataError, InvalidData, RocError, _did_you_mean, nearest
from roc.messages import CODES, CONFLICT_CODES, Message, Parameter, Severity
from roc.units import to_text
from roc.wordings._template import (
    MERGED,
    PHRASES,
    MissingParameterError,
    Piece,
    joined,
    known_parameters,
    parse,
    render,
)

if TYPE_CHECKING:
    from roc.status import GroupStatus, Status

_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_SHORT: Final = re.compile(r"(qualification|group)\.(units|credit|glh)-short")
_FAMILY: Final = {code: f"{found[1]}.short" for code in CODES if (found := _SHORT.fullmatch(code))}
_GROUPS: Final = frozenset({"qualification.groups-not-ok", "group.groups-not-ok"})


class WordingError(RocError, LookupError):
    """A wording that does not exist, or that cannot say a message.

    Attributes:
        message: What is wrong, a sentence.
        suggestions: What was probably meant, nearest first.
    """

    def __init__(self, message: str, *, suggestions: Iterable[str] = ()) -> None:
        self.message = message
        self.suggestions = tuple(suggestions)
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message}{_did_you_mean(self.suggestions)}"

    def __reduce__(self) -> tuple[type[Self], tuple[str], dict[str, object]]:
        return type(self), (self.message,), dict(self.__dict__)


def _to_language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        msg = f"{value!r:.60} is not a language tag: write en, cy or en-GB"
        raise DataError(msg, path="$.language")
    return value


def _frozen(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(values))


@final
@attrs.frozen(kw_only=True)
class Wording:
    """How messages are said: one language, one style.

    A template is a text with fields. ``{group}`` is a parameter; amounts are written without trailing
    zeros, several texts as a list. ``{shortfall:1=unit; units}`` chooses a form by the number (of an
    amount, or of the texts in a list). ``{shortfall:amount}`` is the amount with its measure,
    ``{shortfall:more}`` the same for what is to be added. ``{units:or}`` lists alternatives,
    ``{units:pick shortfall}`` so many of them. ``[ for {word}]`` is left out where the parameter is
    missing or empty, ``[{word}|all]`` replaced. ``{{``, ``[[`` and ``||`` are the characters themselves.

    >>> from roc.wordings import PORTAL
    >>> mine = PORTAL.evolve(
    ...     name="mine",
    ...     templates={"group.units-short": "{shortfall} {shortfall:1=module; modules} to go."},
    ... )
    >>> message = Message.of(
    ...     "group.units-short", group="B", measure="units", required=Decimal(2), shortfall=Decimal(1)
    ... )
    >>> message.text(PORTAL), message.text(mine)
    ('Minimum units not added.', '1 module to go.')

    Attributes:
        name: What calls and options of a command line use.
        language: The language, as a tag: ``en``, ``cy``.
        templates: The template for each code and for each phrase that templates are made of; those for
            conflicts may be missing.
        terms: How to write a parameter that is not for people as it is (a date, a clause in the rule
            language): functions from text to text, by the parameter's name.
        in_full: True: a status is told with what its groups lack, a line each, and with what is good to
            know. False: as portals do it, a status and its groups each by itself, a group in one line.

    Raises:
        InvalidData: A template is wrong or missing; every such template is named.
    """

    name: str = attrs.field(converter=to_text)
    language: str = attrs.field(converter=_to_language)
    templates: Mapping[str, str] = attrs.field(converter=_frozen, repr=False, hash=False)
    terms: Mapping[str, Callable[[str], str]] = attrs.field(
        default=MappingProxyType({}), converter=_frozen, repr=False, hash=False
    )
    in_full: bool = attrs.field(default=False, validator=attrs.validators.instance_of(bool))
    _parsed: Mapping[str, tuple[Piece, ...]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        parsed: dict[str, tuple[Piece, ...]] = {}
        errors: list[DataError] = []
        for name, text in self.templates.items():
            path = f"$.templates.{name}"
            about = CODES.get(name) or CONFLICT_CODES.get(name)
            if about is not None:
                always, optional = about.parameters, about.optional
                known = known_parameters((*always, *optional))
            elif name in PHRASES or name in MERGED:
                known, optional = dict({**PHRASES, **MERGED}[name]), ()
            else:
                near = nearest(name, (*CODES, *CONFLICT_CODES, *PHRASES, *MERGED))
                errors.append(DataError(f"there is no code {name}", path=path, suggestions=near))
                continue
            parsed[name], problems = parse(text, known, optional)
            errors += [DataError(problem, path=path) for problem in problems]
        for name in (*CODES, *PHRASES):
            if name not in self.templates and _FAMILY.get(name) not in self.templates:
                errors.append(DataError("there is no template", path=f"$.templates.{name}"))
        if errors:
            heading = f"the wording {self.name} is not valid"
            raise InvalidData(heading, errors)
        object.__setattr__(self, "_parsed", parsed)

    def evolve(self, **changes: Any) -> Self:
        """Return a copy with *changes*; templates and terms are laid over those that there are."""
        for name in ("templates", "terms"):
            if name in changes:
                changes[name] = {**getattr(self, name), **changes[name]}
        return attrs.evolve(self, **changes)

    def __reduce__(self) -> tuple[Callable[[], Self], tuple[()]]:
        rebuild = functools.partial(
            type(self),
            name=self.name,
            language=self.language,
            templates=dict(self.templates),
            terms=dict(self.terms),
            in_full=self.in_full,
        )
        return rebuild, ()

    # -- one message --------------------------------------------------------------------------------

    def text(self, message: Message) -> str:
        """Return the sentence for one message.

        Raises:
            WordingError: There is no template for its code, or it lacks a parameter.
        """
        return self.lines((message,))[0]

    def phrase(self, name: str, values: Mapping[str, Parameter]) -> str:
        """Return a phrase that templates are made of, with *values* for its fields.

        >>> from roc.wordings import PLAIN
        >>> PLAIN.phrase("amount.credit", {"n": Decimal(5)})
        '5 credits'

        Raises:
            WordingError: There is no template of this name, or a value is missing.
        """
        try:
            pieces = self._parsed[name]
        except KeyError:
            msg = f"the wording {self.name} has no template for {name}"
            raise WordingError(msg, suggestions=nearest(name, self._parsed)) from None
        try:
            return render(pieces, values, self.phrase)
        except MissingParameterError as error:
            msg = f"{name} needs the parameter {error.args[0]}"
            raise WordingError(msg) from None

    def _sentence(self, message: Message) -> str:
        values = dict(message.items)
        for name in self.terms.keys() & values.keys():
            term, value = self.terms[name], values[name]
            if isinstance(value, tuple):
                values[name] = tuple(map(term, value))
            elif isinstance(value, str) and value:
                values[name] = term(value)
        return self.phrase(message.code, values)

    # -- several ------------------------------------------------------------------------------------

    def lines(self, messages: Iterable[Message]) -> tuple[str, ...]:
        """Return the sentences for messages, in their order, none twice.

        Where the wording has the template ``group.short`` or ``qualification.short``, what one group lacks
        of several measures is one sentence.
        """
        found: dict[tuple[str, Parameter] | int, str] = {}
        lacking: dict[tuple[str, Parameter], dict[str, Decimal]] = {}
        for i, message in enumerate(messages):
            family = _FAMILY.get(message.code, "")
            if family not in self._parsed or message.code in self._parsed:
                found[i] = self._sentence(message)
                continue
            values = message.parameters
            key, amount = (family, values.get("group", "")), values.get("shortfall")
            if not isinstance(amount, Decimal):
                msg = f"{message.code} needs the parameter shortfall"
                raise WordingError(msg)
            measure = message.code.partition(".")[2].removesuffix("-short")
            amounts = lacking.setdefault(key, {})
            amounts[measure] = max(amount, amounts.get(measure, amount))
            found[key] = self._lacking(key, amounts)
        return tuple(dict.fromkeys(found.values()))

    def _lacking(self, key: tuple[str, Parameter], amounts: Mapping[str, Decimal]) -> str:
        family, group = key
        more = tuple(self.phrase(f"more.{measure}", {"n": amount}) for measure, amount in amounts.items())
        return self.phrase(family, {"group": group, "amounts": joined(more, "and", self.phrase)})

    def heading(self, group: "GroupStatus") -> str:
        """Return a group's label with its verdict: ``Group A: Mandatory Units (OK)``."""
        return self.phrase("heading.ok" if group.ok else "heading.not-ok", {"group": group.group.label})

    def group(self, group: "GroupStatus") -> str:
        """Return the text of a group: what it lacks, or that it is OK."""
        if group.ok:
            return self.phrase("group.ok", {"group": group.group.label})
        if not self.in_full:
            return "; ".join(self.lines(group.messages))
        return "\n".join(dict.fromkeys(self._lines_of_group(group)))

    def status(self, status: "Status") -> str:
        """Return the text of a status, a line each: what is missing, or that all is OK."""
        wrong = [each for each in status.messages if each.severity is Severity.ERROR]
        notes = [each for each in status.messages if each.severity is not Severity.ERROR]
        lines = [self.phrase("ok", {})] if status.ok else []
        if self.in_full:
            lines += self.lines(each for each in wrong if each.code not in _GROUPS)
            for group in status.top_groups:
                lines += self._lines_of_group(group)
            lines += self.lines(notes)
        elif not status.ok:
            lines += self.lines(wrong)
        return "\n".join(dict.fromkeys(lines))

    def _lines_of_group(self, group: "GroupStatus") -> Iterator[str]:
        yield from self.lines(each for each in group.messages if each.code not in _GROUPS)
        for each in group.groups:
            if each.binding or (not group.binding and group.group.choose is None):
                yield from self._lines_of_group(each)
