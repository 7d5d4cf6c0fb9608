"""The hook that Hypothesis calls when it is imported: ``from_type`` learns the types of the library.

It costs next to nothing: a type is registered when its own module is imported, and its strategy is made when it
is asked for.
"""

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Final

_TYPES: Final = {
    "roc.levels": {"Level": "levels"},
    "roc.numbers": {"UnitNumber": "unit_numbers", "QualificationNumber": "qualification_numbers"},
    "roc.units": {"Unit": "units"},
    "roc.scopes": {"Scope": "scopes"},
    "roc.rules": {
        **dict.fromkeys(("Linked", "Barred", "Requires", "IsMet", "Complete"), "clauses"),
        **dict.fromkeys(("AllOf", "Choice", "Conditional"), "clauses"),
        "Threshold": "thresholds",
    },
    "roc.groups": {"UnitGroup": "groups", "Opening": "openings", "Sharing": "sharings"},
    "roc.qualification": {
        "Condition": "conditions",
        "Entry": "entries",
        "Example": "examples",
        "Pathway": "pathways",
        "Qualification": "qualifications",
    },
    "roc.selection": {"Selection": "selections"},
    "roc.status": {"Status": "statuses"},
    "roc.catalogue": {"Catalogue": "catalogues"},
    "roc.registration": {"RegistrationGroup": "registration_groups"},
}
"""The strategy of each type, by the module in which the type lives."""


def register() -> None:
    """Register the strategies of the types that are there, and of the others once they are."""
    for name in _TYPES:
        if name in sys.modules:
            _learn(sys.modules[name])
    sys.meta_path.insert(0, _Watch())


def _learn(module: ModuleType) -> None:
    from hypothesis import strategies as st  # noqa: PLC0415 - Hypothesis is still being imported above

    for name, strategy in _TYPES[module.__name__].items():
        kind = getattr(module, name)

        def drawn(kind: Any, strategy: str = strategy) -> Any:
            make = getattr(importlib.import_module("roc.strategies"), strategy)
            return make(kind) if strategy == "clauses" else make()

        st.register_type_strategy(kind, drawn)


class _Watch(importlib.abc.MetaPathFinder):
    """Sees modules of the library being imported."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return how a module with types is found, and learn them once it is there."""
        if name not in _TYPES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        spec.loader = _Learning(spec.loader)
        return spec


class _Learning(importlib.abc.Loader):
    """Loads a module as its own loader does, and then learns its types."""

    def __init__(self, loader: Any) -> None:
        self.loader: Final = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        """Return the module as its own loader makes it."""
        return self.loader.create_module(spec)  # type: ignore[no-any-return] # any loader

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, and learn its types."""
        self.loader.exec_module(module)
        spec: Any = module.__spec__
        spec.loader = module.__loader__ = self.loader  # as if nobody had watched
        _learn(module)
