"""The portal as a server of its own, and people who use it by plain requests, as a load or before a kill."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tests.with_postgresql import free_port

PORTAL = Path(__file__).resolve().parent.parent
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
ROC = re.compile(r"roc;dur=([0-9.]+)")
OKAFOR = ("123457", "blue-lantern-42", "Okafor", "987654")
LINDQVIST = ("234567", "green-anchor-17", "Lindqvist", "912345")


class Portal:
    """The demonstration under gunicorn, with a database of its own."""

    def __init__(self, database: str, log: IO[bytes], *, workers: int = 2) -> None:
        """Prepare the database."""
        self.port = free_port()
        self.log = log
        self.workers = workers
        self.environment = {
            **os.environ,
            "PORTAL_DATABASE": database,
            "DJANGO_SETTINGS_MODULE": "config.demo",
            "PYTHONWARNINGS": "default",
        }
        self.manage("demo", "--no-server")

    def manage(self, *command: str) -> str:
        """Run one of Django's commands; return what it prints."""
        found = subprocess.run(
            [sys.executable, "manage.py", *command],
            check=True,
            cwd=PORTAL,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        return found.stdout

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "-b",
            f"127.0.0.1:{self.port}",
            "--threads",
            "4",
            "--keep-alive",
            "75",
        ]
        self.process = subprocess.Popen(
            [*command, "-w", str(self.workers), "config.wsgi"],
            cwd=PORTAL,
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        end = time.monotonic() + 60
        while True:
            try:
                with Person(self.port) as person:
                    person.get("/")
            except (OSError, HTTPException):
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
            else:
                return

    def kill(self) -> None:
        """Kill every process of it, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        if self.process.poll() is None:
            self.kill()


class Person:
    """A browser without a window: keeps its connection, its cookies and the page that it was given last."""

    def __init__(self, port: int) -> None:
        """Begin with nothing."""
        self.connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies: dict[str, str] = {}
        self.page = ""
        self.roc = 0.0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.connection.close()

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> HTTPResponse:
        headers = {
            **headers,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        self.page = response.read().decode(errors="replace")
        for each in response.headers.get_all("Set-Cookie", []):
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.roc = sum(map(float, ROC.findall(response.headers.get("Server-Timing", ""))))
        if response.status >= 400:
            msg = f"{method} {path}: {response.status}"
            raise HTTPException(msg)
        return response

    def get(self, path: str) -> str:
        """Open a page; return the address at which one comes out."""
        while True:
            response = self._ask("GET", path, None, {})
            if response.status < 300:
                return path
            path = response.headers["Location"].partition("#")[0]

    def post(self, path: str, *, swaps: bool = False, **fields: str) -> str:
        """Send a form of the page that is open, and open what it leads to; with *swaps* as htmx does."""
        token = TOKEN.search(self.page)
        fields["csrfmiddlewaretoken"] = token[1] if token else ""
        headers = {"HX-Request": "true"} if swaps else {}
        response = self._ask("POST", path, urllib.parse.urlencode(fields), headers)
        if swaps:
            return path
        if response.status < 300:
            msg = f"POST {path}: the form came back"
            raise HTTPException(msg)
        return self.get(response.headers["Location"].partition("#")[0])

    def log_in(self, who: tuple[str, str, str, str] = OKAFOR) -> None:
        """Log in and sign in as one of the demonstration's people whose accounts are set up."""
        pin, password, surname, centre = who
        self.get("/")
        self.post("/", username=pin, password=password)
        self.get("/portal/logon/")
        email = f"{surname.lower()}@centre.example"
        self.post("/portal/logon/", surname=surname, centre_number=centre, email=email, email_again=email)
