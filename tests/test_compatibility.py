"""The written policy of compatibility, held against the package."""

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import roc

_ROOT = Path(__file__).parent.parent
_ROW = re.compile(r"^\| `(roc[a-z_.]*)` \| (\w+) \|", re.MULTILINE)


def _labels() -> dict[str, str]:
    """Return the label of each module in the table of the page."""
    return dict(_ROW.findall((_ROOT / "docs/compatibility.md").read_text("utf-8")))


def _modules() -> list[str]:
    """Return the modules that have no underscore anywhere in their name."""
    found = (each.name for each in pkgutil.walk_packages(roc.__path__, "roc."))
    return ["roc", *sorted(name for name in found if "._" not in name)]


def test_every_public_module_has_a_label() -> None:
    """The table of labels lists just the modules that there are, in order, and uses just three labels."""
    labels = _labels()
    assert [*labels] == _modules()
    assert {*labels.values()} <= {"stable", "provisional", "internal"}


def test_what_is_said_to_be_internal_is_there() -> None:
    """Names that the table takes out of a public module exist."""
    page = (_ROOT / "docs/compatibility.md").read_text("utf-8")
    found = re.findall(
        r"^\| `(roc[a-z_.]+)` \| \w+ \| [^|]*; `(\w+)` and `(\w+)` are internal \|", page, re.MULTILINE
    )
    assert found
    for module, *names in found:
        assert {*names} <= {*importlib.import_module(module).__all__}


def test_every_public_module_is_in_the_reference() -> None:
    """The reference has a section for every module that is not internal; the command line has a page of its own."""
    page = (_ROOT / "docs/reference.md").read_text("utf-8")
    told = set(re.findall(r"automodule:: (\S+)", page))
    assert told == {name for name, label in _labels().items() if label != "internal"} - {"roc", "roc.cli"}


def test_type_checkers_look_at_every_public_name() -> None:
    """Each name of the package is used in the files that are written for type checkers."""
    trees = [ast.parse(path.read_text("utf-8")) for path in (_ROOT / "typing_tests").glob("*.py")]
    used = {
        node.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "roc"
    }
    assert sorted({*roc.__all__} - used) == []
