"""Promises about the package as a whole: names, sizes, records, and what the README says."""

import ast
import importlib
import inspect
import pickle
import pkgutil
import re
from pathlib import Path

import attrs
import pytest

import roc

_ROOT = Path(__file__).parent.parent
_MODULES = sorted(
    each.name
    for each in pkgutil.walk_packages(roc.__path__, "roc.")
    if not any(part.startswith("_") for part in each.name.split(".")) and each.name != "roc.__main__"
)
_TEXT_FIRST = {"Level", "QualificationNumber", "UnitNumber"}
"""Value types that take their text as a positional argument."""


@pytest.mark.parametrize("name", _MODULES)
def test_a_public_module_says_what_it_offers(name: str) -> None:
    """Every public module has an __all__ in order, and its __dir__ returns it."""
    module = importlib.import_module(name)
    assert module.__doc__
    assert dir(module) == sorted(module.__all__)
    for each in module.__all__:
        assert getattr(module, each) is not None


def test_the_package_offers_each_name_from_its_home() -> None:
    """Public names are found lazily, are listed in order, and are documented where they live."""
    assert dir(roc) == roc.__all__ == sorted(roc.__all__)
    for name in roc.__all__:
        value = getattr(roc, name)
        assert getattr(roc, name) is value
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = roc.nothing  # type: ignore[attr-defined]


def _records() -> list[type[attrs.AttrsInstance]]:
    return [
        value
        for name in roc.__all__
        if inspect.isclass(value := getattr(roc, name)) and attrs.has(value) and name not in _TEXT_FIRST
    ]


@pytest.mark.parametrize("record", _records(), ids=lambda record: record.__name__)
def test_a_public_record_is_frozen_slotted_and_keyword_only(record: type[attrs.AttrsInstance]) -> None:
    """Records can't be changed, have no dictionary, take keywords only, and have evolve."""
    assert "__slots__" in vars(record)
    assert "__dict__" not in dir(record)
    assert hasattr(record, "evolve") or record is roc.Status  # an outcome is worked out, not edited
    assert all(field.kw_only for field in attrs.fields(record))
    assert record.__setattr__ is not object.__setattr__


@pytest.mark.parametrize("value", [roc.Level(2), roc.UnitNumber("K/601/6383"), roc.Unit(number="M1")])
def test_values_pickle(value: object) -> None:
    """A value comes back equal from a pickle, with the same hash."""
    again = pickle.loads(pickle.dumps(value))
    assert again == value
    assert hash(again) == hash(value)


@pytest.mark.parametrize("path", sorted((_ROOT / "src").rglob("*.py")), ids=lambda path: "-".join(path.parts[-2:]))
def test_a_module_is_short_enough_to_read(path: Path) -> None:
    """No module has more than 600 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 600


@pytest.mark.parametrize("path", sorted((_ROOT / "tests").rglob("test_*.py")), ids=lambda path: "-".join(path.parts[-2:]))
def test_every_test_says_what_it_is_for(path: Path) -> None:
    """Each test carries a sentence of intent."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            assert ast.get_docstring(node), f"{path.name}: {node.name}"


def test_the_readme_has_two_commands_that_do_all_the_set_up() -> None:
    """One command checks the guide's example, one runs the tests; CI takes both from there."""
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"```sh\n(.*?)\n```", readme, re.DOTALL)
    assert len(commands) == 2
    assert "roc check examples/qualifications/500-9810-x-vehicle-fitting.yaml" in commands[0]
    assert commands[1].endswith("python -m pytest")
    ci = (_ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "README.md" in ci
