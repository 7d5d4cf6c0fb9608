"""Set-up of all tests: profiles of Hypothesis, and every example in docs and docstrings as a test."""

import os
from doctest import ELLIPSIS

import hypothesis
from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser

# Machines that are shared are slow at times: no example has a deadline.
# Where CI is set Hypothesis derandomises by itself, and prints what reproduces a failure.
_base = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("default", _base, max_examples=100)
hypothesis.settings.register_profile("fast", _base, max_examples=10)
hypothesis.settings.register_profile("thorough", _base, max_examples=2000)
hypothesis.settings.load_profile(os.environ.get("ROC_HYPOTHESIS", "default"))


def _as_program(namespace: dict[str, object]) -> None:
    """Let the blocks of a page be a program: Django asks views for the name of their module."""
    namespace["__name__"] = "__main__"


_pages = Sybil(
    setup=_as_program,
    parsers=[DocTestParser(optionflags=ELLIPSIS), PythonCodeBlockParser()],
    patterns=["README.md", "docs/*.md"],
)
_docstrings = Sybil(parsers=[DocTestParser(optionflags=ELLIPSIS)], patterns=["src/**/*.py"])

pytest_collect_file = (_pages + _docstrings).pytest()
