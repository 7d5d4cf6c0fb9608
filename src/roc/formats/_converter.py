"""Plain data in the shape of the model into values and back, with every error and its path.

One cattrs converter does the work. Each attribute of a record is read by the hook of its type and
then by the attribute's own converter and validator, so that what is wrong with a value is found where
the value stands and not only when the record is built.
"""

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import GenericAlias
from typing import Any, Final, TypeAlias, TypeVar, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.cols import list_structure_factory
from cattrs.errors import (
    BaseValidationError,
    ForbiddenExtraKeysError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from roc._validate import MAX_SUGGESTED
from roc.errors import DataError, InvalidData, nearest
from roc.formats._plain import Path, exact, is_list, is_mapping, path_of, path_text, shown
from roc.formats._short import KEYS, RULE_KEYS, Made
from roc.groups import Opening, Sharing, UnitGroup
from roc.language import parse
from roc.levels import Level
from roc.numbers import QualificationNumber, UnitNumber
from roc.qualification import Condition, Entry, Example, Pathway, Qualification
from roc.rules import Barred, Clause, Linked, Requires, Scope, Threshold
from roc.units import Unit, to_amount

T = TypeVar("T")
_Read: TypeAlias = Callable[[Any, Any], Any]

RECORDS: Final[tuple[type[attrs.AttrsInstance], ...]] = (
    Qualification,
    UnitGroup,
    Unit,
    Pathway,
    Condition,
    Sharing,
    Opening,
    Example,
    Entry,
)
"""The records that files write, the qualification first."""

_CLAUSES: Final = get_args(Clause)
_MADE: Final = (Threshold, Scope, Linked, Barred, Requires)
_AMOUNT: Final = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def key_of(attribute: str) -> str:
    """Return the key that files use for *attribute*."""
    return KEYS.get(attribute, attribute)


def keys_of(record: type[attrs.AttrsInstance]) -> tuple[str, ...]:
    """Return the keys that files may use in *record*, short forms too."""
    keys = tuple(key_of(each.name) for each in attrs.fields(record))
    return tuple(dict.fromkeys((*keys, *RULE_KEYS))) if "rules" in keys else keys


def _fail(value: object, what: str) -> DataError:
    return DataError(f"{shown(value)} is not {what}")


def _text(value: object, _: object = str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    hint = ": write it in quotes" if isinstance(value, bool | Decimal | dt.date) else ""
    raise _fail(value, f"a text{hint}")


def _amount(value: object, _: object = Decimal) -> Decimal:
    if isinstance(value, str) and _AMOUNT.fullmatch(value) is None:
        raise _fail(value, "an amount: write a number such as 2 or 2.5")
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise _fail(value, "an amount")
    return to_amount(str(value) if isinstance(value, Decimal) else value)


def _level(value: object, _: object = Level) -> Level:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise _fail(value, "a level: write Entry 1 to Entry 3, or 1 to 12")
    return Level(value)


def _truth(value: object, _: object = bool) -> bool:
    if not isinstance(value, bool):
        raise _fail(value, "true or false")
    return value


def _date(value: object, _: object = dt.date) -> object:
    if isinstance(value, str) and _DATE.fullmatch(value) is None:
        raise _fail(value, "a date: write 2026-08-31")
    return value


def _whole(value: object, _: object = int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _fail(value, "a whole number")
    return value


def _clause(value: object, _: object = None) -> Clause:
    if isinstance(value, Made):
        made: Clause = structure(value.parts, value.kind)
        return made
    if isinstance(value, str):
        return parse(value)
    raise _fail(value, "a rule: write a sentence such as at least 2 units from B")


def _unit_or_number(value: object, _: object = None) -> Unit | UnitNumber:
    return structure(value, Unit) if is_mapping(value) else structure(value, UnitNumber)


def _opening(value: object, _: object = None) -> Opening | None:
    if isinstance(value, bool):
        return Opening() if value else None
    return None if value is None else structure(value, Opening)


def _list(kind: Any, made: Converter) -> _Read:
    """Return what reads a list whose items are of the first argument of *kind*."""
    item: Any = get_args(kind)[0]
    items: Any = GenericAlias(list, (item,))
    read = list_structure_factory(items, made)
    is_single = item in {str, UnitNumber}

    def hook(value: object, _: object) -> Any:
        if is_single and isinstance(value, str | int) and not isinstance(value, bool):
            return read([value], items)
        if not is_list(value):
            raise _fail(value, "a list")
        result = read(value, items)
        if item is UnitNumber:
            _refuse_twice(result)
        return result

    return hook


def _refuse_twice(numbers: list[UnitNumber]) -> None:
    """Find every number that stands twice, with its place; the model would only name the first."""
    errors: list[DataError] = []
    seen: set[UnitNumber] = set()
    for i, number in enumerate(numbers):
        if number in seen:
            errors.append(DataError(f"{number} stands twice", path=path_text((i,))))
        seen.add(number)
    if errors:
        message = "numbers stand twice"
        raise InvalidData(message, errors)


def _record(kind: type[attrs.AttrsInstance], made: Converter) -> _Read:
    """Return what reads a record from a mapping."""
    attributes = attrs.fields(attrs.resolve_types(kind))
    overrides: dict[str, Any] = {
        each.name: override(rename=key_of(each.name), struct_hook=_attribute(each, made))
        for each in attributes
    }
    read: _Read = make_dict_structure_fn(
        kind, made, _cattrs_forbid_extra_keys=True, _cattrs_detailed_validation=True, **overrides
    )

    def hook(value: object, _: object) -> Any:
        if kind is Entry and not (is_mapping(value) and ("unit" in value or "number" not in value)):
            return Entry(unit=_unit_or_number(value))
        if not is_mapping(value):
            raise _fail(value, f"a mapping with the keys {', '.join(keys_of(kind)[:3])} ...")
        return read(value, kind)

    return hook


def _attribute(attribute: "attrs.Attribute[Any]", made: Converter) -> _Read:
    """Return what reads one attribute: the hook of its type, its own converter, its validator."""
    convert: Callable[[Any], Any] = attribute.converter or _same  # type: ignore[assignment] # attrs tells too little
    validate: Callable[[Any, Any, Any], None] | None = attribute.validator

    def hook(value: object, kind: Any) -> Any:
        result = convert(made.structure(value, kind))
        if validate is not None:
            validate(None, attribute, result)
        return result

    return hook


@functools.cache
def converter() -> Converter:
    """Return the one converter of all formats."""
    made = Converter(detailed_validation=True)
    reads: tuple[tuple[Any, _Read], ...] = (
        (str, _text),
        (int, _whole),
        (bool, _truth),
        (Decimal, _amount),
        (dt.date, _date),
        (Level, _level),
        (UnitNumber, lambda value, _: UnitNumber.quietly(_text(value))),
        (QualificationNumber, lambda value, _: QualificationNumber.quietly(_text(value))),
        (Clause, _clause),
        (UnitNumber | Unit, _unit_or_number),
        (Opening | None, _opening),
    )
    for kind, read in reads:
        made.register_structure_hook(kind, read)
    made.register_structure_hook_factory(_is_collection, _list)
    made.register_structure_hook_factory((*RECORDS, *_MADE).__contains__, _record)

    made.register_unstructure_hook_factory(_is_collection, functools.partial(_write_list, made))
    made.register_unstructure_hook_factory(RECORDS.__contains__, functools.partial(_write_record, made))
    made.register_unstructure_hook_factory(_CLAUSES.__contains__, _keep)
    writes: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
        (Decimal, exact),
        (dt.date, _same),
        (Level, lambda level: level.rank if level.rank > 0 else str(level)),
        (UnitNumber, str),
        (QualificationNumber, str),
    )
    for kind, write in writes:
        made.register_unstructure_hook(kind, write)
    return made


def _same(value: T) -> T:
    return value


def _keep(_: object) -> Callable[[T], T]:
    return _same


def _is_collection(kind: Any) -> bool:
    return get_origin(kind) in {tuple, frozenset}


def _write_list(made: Converter, kind: Any) -> Callable[[Any], list[Any]]:
    # The classes of clauses and of units are told apart by value, so each item finds its own hook.
    if get_origin(kind) is frozenset:
        return sorted
    return lambda values: [made.unstructure(each) for each in values]


def _write_record(made: Converter, kind: type[attrs.AttrsInstance]) -> Callable[[Any], Any]:
    attributes = attrs.fields(attrs.resolve_types(kind))
    overrides: dict[str, Any] = {each.name: override(rename=key_of(each.name)) for each in attributes}
    write: Callable[[Any], dict[str, Any]] = make_dict_unstructure_fn(
        kind, made, _cattrs_omit_if_default=True, **overrides
    )
    if kind is Opening:
        return lambda value: write(value) or True
    if kind is Entry:
        return lambda value: _bare(write(value))
    return write


def _bare(entry: dict[str, Any]) -> Any:
    """Write an entry that says nothing but its unit as the unit's number."""
    return entry["unit"] if len(entry) == 1 and isinstance(entry["unit"], str) else entry


def structure(value: object, kind: type[T]) -> T:
    """Return the value of *kind* that plain data writes.

    Raises:
        BaseValidationError: It does not fit; :func:`errors_of` tells what and where.
    """
    result: T = converter().structure(value, kind)
    return result


def errors_of(error: BaseException, path: Path = ()) -> Iterator[tuple[Path, DataError]]:
    """Yield what cattrs and the model found wrong, each with its path in the shape of the model."""
    if isinstance(error, ForbiddenExtraKeysError):
        known = keys_of(error.cl)
        for i, key in enumerate(sorted(error.extra_fields)):
            suggestions = nearest(key, known) if i < MAX_SUGGESTED else ()
            yield (*path, key), DataError(f"there is no key {key:.100}", suggestions=suggestions)
    elif isinstance(error, InvalidData):
        members = [each for each in error.exceptions if isinstance(each, DataError)]
        yield from (((*path, *path_of(each.path)), each) for each in members)
    elif isinstance(error, BaseValidationError):
        for inner in error.exceptions:
            yield from errors_of(inner, (*path, *_steps(inner)))
    elif isinstance(error, DataError):
        yield path, error
    else:
        yield path[:-1], DataError(f"the key {path[-1]} is missing")


def _steps(error: BaseException) -> Iterator[str | int]:
    for note in getattr(error, "__notes__", ()):
        yield note.index if isinstance(note, IterableValidationNote) else key_of(note.name)
