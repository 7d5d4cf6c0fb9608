"""How the documentation is built: ``sphinx-build -W --keep-going -n docs docs/_build``."""

import importlib
import re
import tomllib
from pathlib import Path

from sphinx.application import Sphinx

importlib.import_module(
    "matplotlib.font_manager"
)  # it looks for fonts once, and says so: here, not on a page

_project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]

project = _project["name"]
copyright = "the rules-of-combination authors"  # noqa: A001 - Sphinx asks for this name
version = release = _project["version"]

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_output_stderr = "warn"  # and a warning stops the build
exclude_patterns = ["_build", "errors-files.md", "errors-calls.md"]

html_theme = "furo"
html_title = "roc: rules of combination"

autodoc_typehints = "none"  # signatures in the source say them; the pages say what they mean
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": False}
napoleon_google_docstring = True
napoleon_use_ivar = True  # attributes are told once, in the text of their class

nitpicky = True
nitpick_ignore_regex = [
    ("py:class", r"roc\._record\..*|roc\.numbers\._Number"),  # shared bases, which nobody needs to know
    ("py:.*", r"(anywidget|traitlets)\..*"),
    # no inventories of other projects are read: nothing is fetched while the pages are built
    (
        "py:.*",
        r"(attrs|attr|cattrs|hypothesis|collections|datetime|decimal|enum|fractions|itertools|typing|types|os|pathlib)\..*",
    ),
    (
        "py:.*",
        r"(Decimal|Mapping|Iterable|Iterator|Callable|Any|Self|ExceptionGroup|ValueError|KeyError|OSError)",
    ),
]


def _skip(_app: object, _what: str, _name: str, found: object, *_: object) -> bool | None:
    """Leave out the fields of named tuples: like all attributes, they are told in the text of their class."""
    return True if (found.__doc__ or "").startswith("Alias for field number") else None


_labels = dict(
    re.findall(
        r"^\| `([a-z_.]+)` \| (\w+) \|",
        (Path(__file__).parent / "compatibility.md").read_text("utf-8"),
        re.MULTILINE,
    )
)


def _label(_app: object, what: str, name: str, _found: object, _options: object, lines: list[str]) -> None:
    """Write the label of a module below what it says of itself."""
    if what == "module":
        lines += ["", f"Label: :doc:`{_labels[name]} <compatibility>`.", ""]


def setup(app: Sphinx) -> None:
    """Connect what is above (Sphinx calls this)."""
    app.connect("autodoc-skip-member", _skip)
    app.connect("autodoc-process-docstring", _label)
