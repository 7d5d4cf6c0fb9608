"""The command line: ``roc check`` and what comes next, and what looks at files with rules.

Exit status: 0 OK or yes, 1 NOT OK or no, 2 bad input, 3 a limit was reached, 130 stopped. Needs the extra ``cli``.
"""

import importlib
import sys

from roc.errors import MissingExtraError

__all__ = ["main"]


def __dir__() -> list[str]:
    return __all__


def main() -> None:
    """Run the command line with the arguments of the process, and end the process."""
    try:
        _run()
    except KeyboardInterrupt:
        print("roc: stopped", file=sys.stderr)  # noqa: T201 - click may not be there yet
        raise SystemExit(130) from None


def _run() -> None:
    try:
        for library in ("click", "rich"):
            importlib.import_module(library)
    except ImportError:
        what = "the command line"
        print(f"roc: {MissingExtraError(what, 'cli')}", file=sys.stderr)  # noqa: T201 - click may be missing
        raise SystemExit(2) from None
    from roc.cli._commands import roc  # noqa: PLC0415 - the libraries may be missing

    roc(prog_name="roc")
