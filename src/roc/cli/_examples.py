"""The worked examples of a rule, run: does a check give the verdicts that the file promises?"""

from collections.abc import Iterator

import attrs

from roc._page import visible
from roc.cli._files import Problem, RuleFile
from roc.errors import DataError, SelectionError
from roc.qualification import Example, Qualification
from roc.report import Plain
from roc.selection import Selection
from roc.status import Status, check


def _word(*, ok: bool) -> str:
    return "OK" if ok else "NOT OK"


@attrs.frozen
class Failure:
    """An example whose verdict is not the promised one.

    Attributes:
        number: Which one, counted from 1.
        line: The line on which it begins.
        example: The example.
        status: What a check says.
    """

    number: int
    line: int | None
    example: Example
    status: Status

    def _reasons(self) -> list[str]:
        return [] if self.status.ok else self.status.text("plain").split("\n")

    def text(self, file: str) -> str:
        """Return the difference, and below it why the file expects what and what is missing."""
        place = file if self.line is None else f"{file}:{self.line}"
        expected, actual = _word(ok=self.example.ok), _word(ok=self.status.ok)
        lines = [f"{place}: example {self.number}: expected {expected}, is {actual}"]
        if self.example.why:
            lines.append(f"  why {expected}: {self.example.why}")
        lines += [f"  - {reason}" for reason in self._reasons()]
        return "\n".join(map(visible, lines))

    def data(self) -> Plain:
        """Return it as plain data: the object ``failure`` of the schema."""
        return {
            "path": f"$.examples[{self.number - 1}]",
            "line": self.line,
            "expected": self.example.ok,
            "actual": self.status.ok,
            "why": self.example.why,
            "text": [*self._reasons()],
        }


def run_examples(file: RuleFile, rule: Qualification) -> Iterator[Failure | Problem]:
    """Yield the examples of *rule* that fail, and those that cannot be run."""
    for i, example in enumerate(rule.examples):
        path = f"$.examples[{i}]"
        try:
            selection = Selection.of(
                rule, example.selection, pathway=example.pathway, conditions=example.conditions
            )
        except SelectionError as error:
            yield Problem(DataError(str(error), path=path, line=file.line(path)))
            continue
        status = check(selection)
        if status.ok is not example.ok:
            yield Failure(i + 1, file.line(path), example, status)
