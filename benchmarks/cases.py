"""The rules that are measured, and the steps measured on each."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import attrs
from benchmarks.naive import compile_naively

import roc
from roc._compiled import compiled

_ROOT: Final = Path(__file__).parent.parent


@attrs.frozen(kw_only=True)
class Case:
    """A rule, and a selection of it that is one unit short of a selection that is OK.

    Attributes:
        name: What the report calls it.
        selection: The selection that is OK.
        last: The unit whose addition makes it so.
    """

    name: str
    selection: roc.Selection
    last: roc.UnitNumber

    @classmethod
    def read(cls, name: str, file: str) -> "Case":
        """Read a rule file and take its first valid example as the selection."""
        qualification = roc.load(_ROOT / file)
        example = next(each for each in qualification.examples if each.ok)
        selection = roc.Selection.of(
            qualification, example.selection, pathway=example.pathway, conditions=example.conditions
        )
        return cls(name=name, selection=selection, last=selection.numbers[-1])

    def steps(self) -> Mapping[str, Callable[[], object] | None]:
        """Return the steps to measure, by name; ``None`` where the comparison cannot do it."""
        selection = self.selection
        before = selection.remove(self.last)
        numbers = [str(number) for number in selection.numbers]
        naive: Callable[[], object] | None = None
        try:
            naive_check = compile_naively(selection.qualification, selection.pathway)
        except NotImplementedError:
            pass
        else:
            if naive_check(numbers) == roc.check(selection).ok:
                naive = lambda: naive_check(numbers)  # noqa: E731 - a step is a function without arguments

        def from_scratch() -> bool:
            compiled.cache_clear()
            return roc.check(selection).ok

        return {
            "verdict": lambda: roc.check(selection).ok,
            "findings": lambda: roc.check(before).findings(),
            "add_check_findings": lambda: roc.check(before.add(self.last)).findings(),
            "naive_verdict": naive,
            "compile_and_verdict": from_scratch,
        }


CASES: Final = (
    Case.read("500/9810/X", "examples/qualifications/500-9810-x-vehicle-fitting.yaml"),
    Case.read("ILM 8605, 100 units", "examples/qualifications/ilm-8605-leadership-management.yaml"),
    Case.read("Mediengestalter, 87 units", "examples/qualifications/de-mediengestalter.yaml"),
    Case.read("Mathematics major, shared units", "examples/qualifications/stolaf-mathematics-major.yaml"),
)
"""The guide's rule, the largest shared ones, and one in which units count in several groups."""
