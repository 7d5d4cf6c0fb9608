"""The command line: ``roc check``, ``roc show``, ``roc validate``, ``roc test`` and ``roc schema``.

Exit status: 0 OK, 1 NOT OK, 2 bad input. Needs the extra ``cli``.
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
        for library in ("click", "rich"):
            importlib.import_module(library)
    except ImportError:
        what = "the command line"
        print(f"roc: {MissingExtraError(what, 'cli')}", file=sys.stderr)  # noqa: T201 - click may be missing
        raise SystemExit(2) from None
    from roc.cli._commands import roc  # noqa: PLC0415 - the libraries may be missing

    roc(prog_name="roc")
