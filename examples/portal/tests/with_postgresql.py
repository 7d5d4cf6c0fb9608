"""Run a command with a PostgreSQL of its own: ``python tests/with_postgresql.py python -m pytest``.

The server is made in a new folder, listens on a free port of this computer alone, and is gone afterwards;
the command finds it in ``PORTAL_DATABASE``.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs: Debian does not put them on the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
    if folders:
        return folders[-1]
    found = shutil.which("initdb")
    return None if found is None else Path(found).parent


def _runs(process: int) -> bool:
    """Tell whether a process is there and not only waiting to be buried."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


class PostgreSQL:
    """A server of our own, which can be killed and started again."""

    def __init__(self) -> None:
        """Make a new, empty cluster."""
        self.programs = programs()
        if self.programs is None:
            msg = "there is no PostgreSQL on this computer: Debian's package is called postgresql"
            raise FileNotFoundError(msg)
        self.folder = Path(tempfile.mkdtemp(prefix="portal-postgresql-"))
        self.port = free_port()
        self._as: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self.folder, "postgres")
            self._as = ["runuser", "-u", "postgres", "--"]
        self._run("initdb", "-A", "trust", "-U", "portal", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, f"{self.programs}/{program}", "-D", f"{self.folder}/data", *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    @property
    def url(self) -> str:
        """The address of its database, as the portal's setting takes it."""
        return f"postgresql://portal@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-p {self.port} -k '' -c listen_addresses=127.0.0.1"
        self._run("pg_ctl", "-w", "-l", f"{self.folder}/log", "-o", options, "start")

    def kill(self) -> None:
        """Kill every process of it as a power cut would: nothing is written, nobody is told."""
        lock = self.folder / "data/postmaster.pid"
        first = lock.read_text(encoding="ascii").split()[0]
        found = subprocess.run(["pgrep", "-P", first], check=True, stdout=subprocess.PIPE, text=True)
        processes = [int(first), *map(int, found.stdout.split())]
        for each in processes:
            with suppress(ProcessLookupError):  # it fell with the first
                os.kill(each, signal.SIGKILL)
        while any(map(_runs, processes)):
            time.sleep(0.01)
        lock.unlink()  # as after a start of the computer: the number may be another process's

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it, and leave nothing behind."""
        self._run("pg_ctl", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder)


if __name__ == "__main__":
    with PostgreSQL() as server:
        environment = {**os.environ, "PORTAL_DATABASE": server.url}
        sys.exit(subprocess.run(sys.argv[1:], check=False, env=environment).returncode)
