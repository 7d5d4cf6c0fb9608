"""Messages: codes, parameters, severity, and the text that a wording makes of them."""

import ast
import pickle
import re
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

import roc
import roc.messages
from roc.messages import CODES, CONFLICT_CODES, PARAMETERS, Message, Severity
from roc.rules import Measure
from roc.wordings import PLAIN, WordingError

SOURCE: Final = Path(roc.messages.__file__).parent
CODE: Final = re.compile(r"[a-z]+\.[a-z]+(?:-[a-z]+)*")

MESSAGE: Final = Message.of(
    "group.units-short",
    {"group": "Group B", "measure": "units", "rule": "at least 2 units"},
    required=Decimal(2),
    actual=Decimal(1),
    shortfall=Decimal(1),
    path="$.groups[1].rules[0]",
)


def _texts(node: ast.AST) -> list[str]:
    """Return every text of a module that a parser sees, docstrings too; a part to fill in is ``*``."""
    found: list[str] = []
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            found.append(each.value)
        elif isinstance(each, ast.JoinedStr):
            found.append(
                "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in each.values)
            )
    return found


def _in_source(*modules: str) -> set[str]:
    """Return every code that these modules can produce, read from their source."""
    found: set[str] = set()
    for name in modules:
        for text in _texts(ast.parse((SOURCE / name).read_text(encoding="utf-8"))):
            found |= {text} if CODE.fullmatch(text) else set()
            if text == "*.*-*":
                found |= {
                    f"{where}.{measure.value}-{what}"
                    for where in ("qualification", "group")
                    for measure in Measure
                    for what in ("short", "over")
                }
            elif text == "threshold.*":
                found |= {"threshold.short", "threshold.over"}
    return found


def test_the_codes_are_those_that_a_check_produces() -> None:
    """The table of codes has every code that the source of the check names, and no other."""
    assert _in_source("status.py", "_view.py", "qualification.py", "registration.py") == set(CODES)
    assert _in_source("conflicts.py") == set(CONFLICT_CODES)


def test_every_parameter_of_a_code_is_described() -> None:
    """The table of parameters describes those that codes have, and no other."""
    every = {**CODES, **CONFLICT_CODES}
    used = {name for code in every.values() for name in (*code.parameters, *code.optional)}
    assert used == set(PARAMETERS)
    assert {kind for kind, _ in PARAMETERS.values()} == {str, Decimal, tuple}
    for name, code in every.items():
        assert len({*code.parameters, *code.optional}) == len((*code.parameters, *code.optional)), name
        assert code.meaning.endswith("."), name


def test_of_takes_parameters_as_a_mapping_and_by_name() -> None:
    """Both ways make the same message, and the order in which they are given does not matter."""
    assert Message.of("c", {"a": "1"}, b="2") == Message.of("c", {"b": "2"}, a="1")
    assert dict(MESSAGE.parameters)["shortfall"] == 1
    assert list(MESSAGE.parameters) == sorted(MESSAGE.parameters)


def test_a_message_is_a_value() -> None:
    """It is equal to its copy, hashes like it, travels through pickle, and changes only by copy."""
    again = pickle.loads(pickle.dumps(MESSAGE))
    assert again == MESSAGE
    assert hash(again) == hash(MESSAGE)
    assert MESSAGE.evolve(severity=Severity.INFO) != MESSAGE
    with pytest.raises(AttributeError):
        MESSAGE.code = "other"  # type: ignore[misc] # wrong on purpose


def test_text_takes_a_name_or_a_wording() -> None:
    """The portal's wording is the default."""
    assert MESSAGE.text() == MESSAGE.text("portal") == "Minimum units not added."
    assert MESSAGE.text("plain") == MESSAGE.text(PLAIN) == "Add 1 more unit from Group B."
    assert MESSAGE.text("plain-cy") == "Group B: ychwanegwch 1 uned arall."


@pytest.mark.parametrize(
    ("message", "wording", "error"),
    [
        (MESSAGE, "portl", "there is no wording 'portl' among portal, plain, plain-cy; did you mean portal?"),
        (MESSAGE, "klingon", "there is no wording 'klingon' among portal, plain, plain-cy"),
        (
            Message.of("group.unit-short"),
            "portal",
            (
                "the wording portal has no template for group.unit-short; did you mean group.units-short, "
                "group.credit-short or group.units-over?"
            ),
        ),
        (Message.of("xyzzy"), "plain", "the wording plain has no template for xyzzy"),
        (Message.of("group.incomplete"), "plain", "group.incomplete needs the parameter group"),
        (Message.of("group.units-short"), "plain", "group.units-short needs the parameter shortfall"),
        (
            Message.of("group.units-short", shortfall=Decimal(1)),
            "plain",
            "group.short needs the parameter group",
        ),
        (
            Message.of("requires.missing", unit="A", units=("B",)),
            "plain",
            "requires.missing needs the parameter shortfall",
        ),
    ],
)
def test_what_cannot_be_said_is_an_error(message: Message, wording: str, error: str) -> None:
    """The error says what is missing, and what was probably meant."""
    with pytest.raises(WordingError) as caught:
        message.text(wording)
    assert str(caught.value) == error
    assert error.startswith(caught.value.message)
    assert isinstance(caught.value, roc.RocError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == error


def test_the_names_of_the_module() -> None:
    """The module offers what it lists."""
    assert dir(roc.messages) == sorted(roc.messages.__all__)
