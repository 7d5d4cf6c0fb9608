"""Promises about the package as a whole: names, sizes, records, and what the README says."""

import ast
import importlib
import inspect
import pickle
import pkgutil
import re
import subprocess
import sys
import tomllib
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

_WORKED_OUT = {"Code", "Screen", "Status"}
"""Records that nobody makes but roc."""


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
        _ = roc.nothing  # type: ignore[attr-defined] # wrong on purpose


_EXTRAS = {
    "click",
    "hypothesis",
    "openpyxl",
    "ortools",
    "plotnine",
    "rapidfuzz",
    "rich",
    "xlsxwriter",
    "yaml",
}


@pytest.mark.parametrize(
    ("statement", "unused"),
    [
        ("import roc", {"attr", "attrs", "cattrs"}),
        ("import roc; roc.check", {"cattrs", "roc.formats", "roc.wordings"}),
        ("import roc; roc.load", set[str]()),
        ("import roc; roc.Catalogue, roc.write_xlsx", {"cattrs", "roc.formats", "roc.solver"}),
        ("import roc.plot; roc.plot.progress_rows", {"matplotlib", "numpy", "pandas", "roc._figures"}),
    ],
)
def test_an_import_brings_nothing_that_is_not_used(statement: str, unused: set[str]) -> None:
    """Neither the library of an extra nor a part of roc that is not needed yet is imported."""
    code = f"{statement}; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - the code is ours
    assert not {*unused, *_EXTRAS, "roc.cli"}.intersection(done.stdout.split())


def _records() -> list[type[attrs.AttrsInstance]]:
    found = {
        value: None
        for module in map(importlib.import_module, _MODULES)
        for name in module.__all__
        if inspect.isclass(value := getattr(module, name)) and attrs.has(value)
    }
    return sorted(found, key=lambda record: record.__qualname__)


@pytest.mark.parametrize("record", _records(), ids=lambda record: record.__qualname__)
def test_a_public_record_is_frozen_slotted_and_keyword_only(record: type[attrs.AttrsInstance]) -> None:
    """Records can't be changed nor sub-classed, have no place for more, and take keywords only."""
    assert record.__final__  # type: ignore[attr-defined] # typing.final sets it
    blank = object.__new__(record)
    assert not hasattr(blank, "__dict__")
    for name in (attrs.fields(record)[0].name, "more"):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(blank, name, None)
    by_position = [field.name for field in attrs.fields(record) if field.init and not field.kw_only]
    assert len(by_position) == (record.__name__ in {*_TEXT_FIRST, "Solver"})  # a solver is of a qualification


@pytest.mark.parametrize("record", _records(), ids=lambda record: record.__qualname__)
def test_a_public_record_is_copied_with_changes(record: type[attrs.AttrsInstance]) -> None:
    """What a person makes has evolve; what is made from one text, or worked out, has not."""
    assert hasattr(record, "evolve") is (record.__name__ not in {*_TEXT_FIRST, *_WORKED_OUT})


@pytest.mark.parametrize("record", _records(), ids=lambda record: record.__qualname__)
def test_a_public_record_tells_its_fields(record: type[attrs.AttrsInstance]) -> None:
    """The docstring of a record says what each of its fields is, in their order."""
    told = re.findall(r"^    (\w+): ", inspect.getdoc(record) or "", re.MULTILINE)
    fields = [field.name for field in attrs.fields(record) if not field.name.startswith("_")]
    assert [name for name in told if name in fields] == fields


def test_the_reference_has_every_module() -> None:
    """Every module of the package that is not private is on the page of reference."""
    page = (_ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    modules = [
        name for name in _MODULES if name.count(".") == 1 and name != "roc.cli"
    ]  # it has a page of its own
    assert sorted(re.findall(r"^\.\. automodule:: (roc\.\w+)$", page, re.MULTILINE)) == modules


@pytest.mark.parametrize("value", [roc.Level(2), roc.UnitNumber("K/601/6383"), roc.Unit(number="M1")])
def test_values_pickle(value: object) -> None:
    """A value comes back equal from a pickle, with the same hash."""
    again = pickle.loads(pickle.dumps(value))
    assert again == value
    assert hash(again) == hash(value)


@pytest.mark.parametrize(
    "path", sorted((_ROOT / "src").rglob("*.py")), ids=lambda path: "-".join(path.parts[-2:])
)
def test_a_module_is_short_enough_to_read(path: Path) -> None:
    """No module has more than 600 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 600


@pytest.mark.parametrize(
    "path", sorted((_ROOT / "tests").rglob("test_*.py")), ids=lambda path: "-".join(path.parts[-2:])
)
def test_every_test_says_what_it_is_for(path: Path) -> None:
    """Each test carries a sentence of intent, in one paragraph."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            intent = ast.get_docstring(node) or ""
            assert intent.endswith((".", "?", "!")), f"{path.name}: {node.name}"
            assert "\n\n" not in intent, f"{path.name}: {node.name}"


def _commands() -> list[str]:
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*)\n```$", readme, re.MULTILINE)


def test_the_readme_has_two_commands_that_do_all_the_set_up() -> None:
    """One command checks the guide's example, one runs the tests, with extras and files that exist."""
    extras = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    try_it, test_it = _commands()
    assert try_it.endswith("roc check examples/qualifications/500-9810-x-vehicle-fitting.yaml")
    assert test_it.endswith("python -m pytest")
    for command in (try_it, test_it):
        (extra,) = re.findall(r"install .*'\.\[(\w+)\]' && ", command)
        assert extra in extras
        for name in re.findall(r"[\w./-]+\.(?:txt|yaml)", command):
            assert (_ROOT / name).is_file()


def test_ci_takes_the_commands_from_the_readme() -> None:
    """CI has no copy of the two commands: it reads both from the README, and ends with the tests."""
    script = (_ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"mapfile -t commands .* README\.md", script)
    assert 'bash -c "${commands[0]}"' in script
    assert script.rstrip().endswith('bash -c "${commands[1]}"')
    assert not [command for command in _commands() if command in script]


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        *sorted(
            f"{folder}/{path.name}"
            for folder in ("docs", "examples/notebooks")
            for path in (_ROOT / folder).glob("*.md")
        ),
    ],
)
def test_links_lead_to_files(page: str) -> None:
    """Every relative link of a page leads to a file of the project."""
    path = _ROOT / page
    targets = re.findall(r"\]\((?![a-z]+:|#)([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []
