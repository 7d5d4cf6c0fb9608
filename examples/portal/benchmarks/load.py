"""How the portal answers under load: ``python benchmarks/load.py`` with the database of ``PORTAL_DATABASE``.

Starts the portal with gunicorn on this computer, lets 1, 10 and 50 people work at once, each with a session and
a draft of their own, and prints for each kind of click how many there were in a second, how long they took, and
what share of that was spent in ``roc``. The people run on the same computer and take their part of it.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import defaultdict
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(HERE), str(HERE / "tests")]

from with_postgresql import free_port  # noqa: E402 - found in the folder named above

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
ROC = re.compile(r"roc;dur=([0-9.]+)")


class Person:
    """A browser of a person who is signed in: keeps the connection, the cookies and what it was told."""

    def __init__(self, port: int, cookies: dict[str, str]) -> None:
        """Begin with the cookies of a session."""
        self.connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies = dict(cookies)
        self.page = ""
        self.roc = 0.0

    def _ask(self, method: str, path: str, body: str | None = None) -> HTTPResponse:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        self.page = response.read().decode()
        for each in response.headers.get_all("Set-Cookie", []):
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.roc += sum(map(float, ROC.findall(response.headers.get("Server-Timing", ""))))
        if response.status >= 400:
            msg = f"{method} {path}: {response.status}"
            raise RuntimeError(msg)
        return response

    def get(self, path: str) -> str:
        """Open a page; return where one comes out."""
        while True:
            response = self._ask("GET", path)
            if response.status < 300:
                return path
            path = response.headers["Location"].partition("#")[0]

    def post(self, path: str, **fields: str) -> str:
        """Send a form of the page that is open, and open what it leads to."""
        token = TOKEN.search(self.page)
        fields["csrfmiddlewaretoken"] = token[1] if token else ""
        response = self._ask("POST", path, urllib.parse.urlencode(fields))
        return self.get(response.headers["Location"].partition("#")[0])
