"""What a terminal shows while an answer takes long."""

import contextlib
import sys
import threading
from collections.abc import Generator
from typing import Final

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

PATIENCE: Final = 0.5
"""Seconds after which something is shown."""


@contextlib.contextmanager
def working(what: str, *, quiet: bool) -> Generator[None, None, None]:
    """Show what is being done, and for how long already, once it takes long.

    It is shown on the standard error, and gone when there is an answer. Where somebody else than a person reads
    the answer, nothing is shown.

    Args:
        what: What is being done.
        quiet: Whether the answer is for a program.
    """
    console = Console(stderr=True)
    if quiet or not (console.is_interactive and sys.stdout.isatty()):
        yield
        return
    progress = Progress(
        SpinnerColumn("line"),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        TextColumn("(Ctrl-C stops)"),
        console=console,
        transient=True,
    )
    progress.add_task(what, total=None)
    timer = threading.Timer(PATIENCE, progress.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        progress.stop()
