"""Messages: a stable code, parameters and a severity; text is rendered last, by a wording."""

import enum
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Self, TypeAlias, final

import attrs

__all__ = ["Message", "Parameter", "Severity"]


def __dir__() -> list[str]:
    return __all__


Parameter: TypeAlias = str | Decimal | tuple[str, ...]
"""What a message carries: a text, an exact amount, or several texts."""


class Severity(enum.StrEnum):
    """``ERROR``: the rule is not met. ``WARNING``: look at it. ``INFO``: good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@final
@attrs.frozen(kw_only=True)
class Message:
    """One finding, as data.

    Attributes:
        code: What was found, stable over versions: ``group.units-short``.
        severity: How much it matters.
        path: The clause or group that it is about, as ``$.groups[1].rules[0]``.
        items: The parameters, as pairs in the order of their names.
    """

    code: str
    severity: Severity = Severity.ERROR
    path: str = "$"
    items: tuple[tuple[str, Parameter], ...] = ()

    @classmethod
    def of(
        cls,
        code: str,
        parameters: Mapping[str, Parameter] = MappingProxyType({}),
        /,
        *,
        severity: Severity = Severity.ERROR,
        path: str = "$",
        **more: Parameter,
    ) -> Self:
        """Return a message with these parameters, given as a mapping, by name, or both."""
        return cls(code=code, severity=severity, path=path, items=tuple(sorted({**parameters, **more}.items())))

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The parameters by name."""
        return MappingProxyType(dict(self.items))

    def evolve(self, **changes: Any) -> Self:
        """Return a copy with *changes*."""
        return attrs.evolve(self, **changes)
