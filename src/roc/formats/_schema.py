"""The JSON Schema of files, made of the records' attributes and what their docstrings say of them."""

import datetime as dt
import enum
import inspect
import re
from decimal import Decimal
from typing import Any, Final, get_args, get_origin

import attrs

from roc.formats._converter import RECORDS, key_of
from roc.formats._short import AT_LEVEL, BOUND_KEYS
from roc.groups import Opening, UnitGroup
from roc.levels import Level
from roc.numbers import QualificationNumber, UnitNumber
from roc.qualification import Condition, Entry, Pathway, Qualification
from roc.rules import Clause
from roc.units import MAX_AMOUNT, Unit

_ATTRIBUTE: Final = re.compile(r"^    (\w+): (.+(?:\n     .+)*)", re.MULTILINE)
_MARKUP: Final = re.compile(r":\w+:`~?(?:[\w.]+\.)?(\w+)`|``([^`]+)``|\*([^*\s]+)\*")
_KEY: Final = re.compile(r"[;.] key \w+ in files", re.IGNORECASE)

_NULL: Final = {"type": "null"}
_TYPES: Final[dict[Any, tuple[str, dict[str, Any]]]] = {
    str: ("Text", {"description": "A text; a whole number is read as one.", "type": ["string", "integer"]}),
    int: ("Count", {"type": "integer", "minimum": 0, "maximum": 10_000}),
    bool: ("Truth", {"type": "boolean"}),
    Decimal: (
        "Amount",
        {
            "type": ["number", "string"],
            "minimum": 0,
            "maximum": MAX_AMOUNT,
            "pattern": r"^(0|[1-9][0-9]*)(\.[0-9]{1,4})?$",
        },
    ),
    dt.date: ("Date", {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
    Level: (
        "Level",
        {
            "description": "Entry 1 to Entry 3, or 1 to 12; the qualification's may span two: 1/2.",
            "type": ["integer", "string"],
            "minimum": 1,
            "maximum": 12,
            "pattern": "^[A-Za-z0-9 /]+$",
        },
    ),
    UnitNumber: ("UnitNumber", {"type": ["string", "integer"], "minLength": 1}),
    QualificationNumber: ("QualificationNumber", {"type": ["string", "integer"], "minLength": 1}),
    Clause: ("Rule", {"description": "A sentence of the rule language.", "type": "string"}),
}


def schema() -> dict[str, object]:
    """Return the JSON Schema of files."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Qualification with its rule of combination",
        **_record(Qualification),
        "$defs": {
            **{kind.__name__: _record(kind) for kind in RECORDS if kind is not Qualification},
            **dict(_TYPES.values()),
        },
    }


def _reference(kind: Any) -> dict[str, Any]:
    name = _TYPES[kind][0] if kind in _TYPES else kind.__name__
    return {"$ref": f"#/$defs/{name}"}


def _any(*options: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": list(options)}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


_CODE: Final = _reference(UnitNumber)
_UNITS: Final = _any(_list(_CODE), _CODE)


def _plain_words(text: str) -> str:
    """Return a passage of a docstring without its markup."""
    words = _MARKUP.sub(lambda found: found[1] or found[2] or found[3], text)
    return _KEY.sub("", " ".join(words.split())).replace("None", "null")


def _record(kind: type[attrs.AttrsInstance]) -> dict[str, Any]:
    text = inspect.getdoc(kind) or ""
    said = {name: _plain_words(words) for name, words in _ATTRIBUTE.findall(text)}
    properties: dict[str, Any] = {}
    required: list[str] = []
    for each in attrs.fields(attrs.resolve_types(kind)):
        value = {"description": said.get(each.name, ""), **_value(kind, each)}
        if each.name == "rules":
            properties |= _bounds(kind) | {"rules": value} | _relations()
        else:
            properties[key_of(each.name)] = value
        if each.default is attrs.NOTHING:
            required.append(key_of(each.name))
    return {
        "description": _plain_words(text.split("\n\n")[0]),
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def _value(kind: type, attribute: "attrs.Attribute[Any]") -> dict[str, Any]:
    """Return what the values of one attribute are in files, short forms included."""
    match attribute.name:
        case "opening":
            value = _any(_reference(bool), _reference(Opening), _NULL)
        case "unit":
            value = _any(_CODE, _reference(Unit))
        case "selection":
            value = _list(_any(_CODE, _reference(Entry), _reference(Unit)))
        case "units" if kind is UnitGroup:
            value = _any(_list(_any(_CODE, _reference(Unit))), _CODE)
        case "rules":
            value = _any(_list(_reference(Clause)), _reference(Clause), _NULL)
        case "pathways" if kind is Qualification:
            unnamed = _record(Pathway)
            del unnamed["required"], unnamed["properties"]["name"], unnamed["description"]
            value = _any(_list(_reference(Pathway)), _mapping(_any(unnamed, _NULL)))
        case "conditions" if kind is Qualification:
            value = _any(_list(_reference(Condition)), _mapping(_any(_reference(str), _NULL)))
        case _:
            value = _of_type(attribute.type)
    return value


def _mapping(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": value}


def _of_type(kind: Any) -> dict[str, Any]:
    arguments = get_args(kind)
    if type(None) in arguments:
        return _any(_reference(arguments[0]), _NULL)
    if get_origin(kind) in {tuple, frozenset}:
        item = _reference(arguments[0])
        return _any(_list(item), item) if arguments[0] in _TYPES else _list(item)
    if issubclass(kind, enum.StrEnum):
        return {"enum": [str(each) for each in kind]}
    return _reference(kind)


def _bounds(kind: type) -> dict[str, Any]:
    where = "the group" if kind is UnitGroup else "the pathway" if kind is Pathway else "the whole"
    words = {
        key: f"The {word} {measure.word} of {where}."
        for measure, keys in BOUND_KEYS.items()
        for key, word in zip(keys, ("least", "most"), strict=True)
    }
    words[AT_LEVEL] = f"The least credits of {where} at the qualification's level or above; needs level."
    amount = _of_type(Decimal | None)
    return {key: {"description": text, **amount} for key, text in words.items()}


def _relations() -> dict[str, Any]:
    sets = _any(_list(_list(_CODE)), _NULL)
    return {
        "linked": {"description": "Sets of units that go together.", **sets},
        "barred": {"description": "Sets of units of which at most one may be taken.", **sets},
        "requires": {
            "description": "For a unit, all the units that it needs.",
            **_any(_mapping(_UNITS), _NULL),
        },
    }
