"""The explorer in a real browser: in JupyterLab and in marimo, by mouse and by keyboard, light and dark."""

import contextlib
import importlib
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

import roc
from roc.display import distribution_screen, frequencies_screen, screen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

ROOT: Final = Path(__file__).parents[1]
RULE: Final = ROOT / "examples" / "qualifications" / "500-9810-x-vehicle-fitting.yaml"
CHROMIUM: Final = shutil.which("chromium")
LIBRARIES: Final = ("playwright", "axe_playwright_python", "jupyterlab", "marimo")
MISSING: Final = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium"),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (the extra browser)"),
]

_PATIENCE: Final = 90
"""Seconds until a server must be there."""

CELLS: Final = (
    f"import roc\nfrom roc.explorer import Explorer\nq = roc.load({str(RULE)!r})",
    "explorer = Explorer(q)\nexplorer",
    "roc.check(roc.Selection.start(q))",
    """
print("python sees", len(explorer.selection), "units")
if "D/601/4999" in explorer.selection:
    explorer.selection = explorer.selection.remove("D/601/4999")
""",
)

APP: Final = f"""
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    import roc
    from roc.explorer import Explorer

    q = roc.load({str(RULE)!r})
    explorer = mo.ui.anywidget(Explorer(q))
    explorer
    return explorer, mo, q, roc


@app.cell
def _(explorer, mo):
    mo.md(f"python sees {{len(explorer.selection)}} units")
    return


@app.cell
def _(q, roc):
    roc.check(roc.Selection.start(q))
    return
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """Return Debian's Chromium."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - it may be missing

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@contextlib.contextmanager
def serving(home: Path, address: str, *command: str) -> Generator[str, None, None]:
    """Yield the address of a server that runs while it is needed, with a home of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    paths = [str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    own = {"HOME": str(home), "PYTHONPATH": os.pathsep.join(paths), "XDG_CONFIG_HOME": str(home / ".config")}
    own |= {"JUPYTER_CONFIG_DIR": str(home / ".jupyter"), "JUPYTER_DATA_DIR": str(home / "data")}
    log = home / "log.txt"
    with log.open("wb") as out:
        server = subprocess.Popen(  # noqa: S603 - the command is ours
            [sys.executable, "-m", *command, f"--port={port}"],
            cwd=home,
            env={**os.environ, **own},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(f"{url}/{address}", server, log)
            yield url
        finally:
            server.terminate()
            server.wait(30)


def _wait(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310 - it is ours
            return
        time.sleep(0.2)
    pytest.fail(f"no answer from {url}:\n{log.read_text('utf-8', 'replace')[-2000:]}")


@pytest.fixture(scope="module", params=["Light", "Dark"])
def jupyter(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[str]:
    """Serve a notebook in JupyterLab, in both of its themes."""
    home = tmp_path_factory.mktemp("jupyter")
    settings = home / ".jupyter" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    theme = {"theme": f"JupyterLab {request.param}"}
    (settings / "themes.jupyterlab-settings").write_text(json.dumps(theme), "utf-8")
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{i}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for i, source in enumerate(CELLS)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (home / "explorer.ipynb").write_text(json.dumps(notebook), "utf-8")
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", "--IdentityProvider.token="]
    with serving(home, "api", "jupyterlab", *options) as url:
        yield f"{url}/lab/tree/explorer.ipynb"


@pytest.fixture(scope="module", params=["light", "dark"])
def marimo(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[str]:
    """Serve an app of marimo, in both of its themes."""
    home = tmp_path_factory.mktemp("marimo")
    (home / ".config" / "marimo").mkdir(parents=True)
    (home / ".config" / "marimo" / "marimo.toml").write_text(
        f'[display]\ntheme = "{request.param}"\n', "utf-8"
    )
    (home / "app.py").write_text(APP, "utf-8")
    options = ["run", "app.py", "--headless", "--no-token", "--host", "127.0.0.1"]
    with serving(home, "health", "marimo", *options) as url:
        yield url


@contextlib.contextmanager
def visited(chromium: "Browser", url: str, **options: Any) -> "Generator[Page, None, None]":
    """Open a page that is closed again; fail where its script has failed."""
    errors: list[str] = []
    page = chromium.new_page(viewport={"width": 1280, "height": 2400}, **options)
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        page.goto(url, wait_until="domcontentloaded")
        yield page
    finally:
        page.close()
    assert errors == []


def in_jupyter(page: "Page") -> "Locator":
    """Run the notebook, and return the explorer."""
    page.wait_for_selector(".jp-Notebook .jp-InputArea-editor")
    page.get_by_text("| Idle").wait_for()  # what is run before is not run
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    explorer = page.locator(".roc-explorer")
    explorer.wait_for()
    return explorer


def says(explorer: "Locator", text: str) -> None:
    """Wait until the explorer says something."""
    explorer.get_by_role("status").filter(has_text=text).wait_for()


def walk(explorer: "Locator") -> None:
    """Choose by mouse, ask for a reason, finish by keyboard."""
    says(explorer, "12 units, 51 credits: NOT OK. Can be finished. There are 2 ways to finish.")
    linked, other = (explorer.get_by_role("checkbox", name=name) for name in ("K/601/6383", "R/601/6247"))
    assert not linked.is_checked()
    explorer.get_by_role("button", name="Why? K/601/6383").click()
    explorer.get_by_text("cannot be left out as long as all of this holds").wait_for()
    linked.click()
    says(explorer, "Added K/601/6383, R/601/6247. 14 units, 61 credits: OK.")
    assert other.is_checked()
    explorer.get_by_text("Group B: Optional Units (OK)").wait_for()
    linked.focus()
    linked.press("Space")
    says(explorer, "Removed K/601/6383, R/601/6247. 12 units, 51 credits: NOT OK.")
    assert linked.evaluate("each => each.getRootNode().activeElement === each"), "the focus was lost"
    linked.press("Shift+Tab")
    button = explorer.get_by_role("button", name="Add these")
    button.focus()
    button.press("Enter")
    says(explorer, "14 units, 61 credits: OK.")
    heading = explorer.locator("summary").first
    heading.focus()
    heading.press("Enter")
    assert not explorer.locator("details").first.evaluate("each => each.open")
    explorer.get_by_role("checkbox", name="D/601/4999").click()
    says(explorer, "15 units, 71 credits: OK.")
    assert not explorer.locator("details").first.evaluate("each => each.open"), "it was unfolded again"


def audit(page: "Page", selector: str) -> None:
    """Fail where an audit finds what keeps people out, of what is ours on the page."""
    library: Any = importlib.import_module("axe_playwright_python.sync_playwright")
    found: dict[str, Any] = library.Axe().run(page, context=selector).response
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]] == []


def _displays() -> list[object]:
    """Return a value of each kind that has a display of its own."""
    q = roc.load(RULE)
    chosen = roc.Selection.start(q)
    solver, status = roc.Solver(q), roc.check(chosen)
    blocked = roc.load(RULE.with_name("ilm-8605-leadership-management.yaml"))
    return [
        *(
            q,
            blocked,
            q.units[0],
            q.groups[1],
            q.rules[0],
            chosen,
            status,
            status.groups["B"],
            status.clauses[0],
        ),
        *(
            solver.complete(chosen),
            solver.options(chosen),
            solver.repair(roc.Selection.of(q, ["D/601/4999"])),
        ),
        *(solver.why(chosen, "K/601/6383"), solver.bounds(chosen), status.findings()),
        *(roc.best_combination(chosen), list(solver.completions(chosen))),
        distribution_screen("credit", solver.distribution(chosen, "credit")),
        frequencies_screen(q, solver.frequencies(chosen)),
    ]


@pytest.mark.parametrize(
    ("colours", "width"),
    [("#222;background:#fff", 1280), ("#ddd;background:#111", 900), ("#ccc;background:#1e1e1e", 390)],
)
def test_every_display_is_accessible(chromium: "Browser", colours: str, width: int) -> None:
    """On light pages and dark ones, wide and narrow, an audit finds nothing, and nothing sticks out."""
    shown = "".join(screen(each).shortened().html() for each in _displays())
    page = chromium.new_page(viewport={"width": width, "height": 1000})
    page.set_content(
        f'<!doctype html><html lang="en"><title>Displays</title><body style="color:{colours}">'
        f"<main><h1>Displays</h1>{shown}</main></body></html>"
    )
    audit(page, ".roc-screen")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "it sticks out"
    page.close()


def test_jupyterlab(chromium: "Browser", jupyter: str) -> None:
    """In JupyterLab a click is checked at once, linked units come along, and Python reads and sets what is chosen."""
    with visited(chromium, jupyter) as page:
        explorer = in_jupyter(page)
        page.get_by_text("python sees 12 units").wait_for()
        walk(explorer)
        page.locator(".jp-CodeCell .jp-InputArea-editor").last.click()
        page.keyboard.press("Control+Enter")
        page.get_by_text("python sees 15 units").wait_for()
        says(explorer, "Removed D/601/4999. 14 units, 61 credits: OK.")
        audit(page, ".roc-screen")
        outputs = page.locator(".jp-OutputArea-output .roc-screen")
        assert outputs.count() == 2, "the explorer and the status"


def test_marimo(chromium: "Browser", marimo: str) -> None:
    """In marimo the same holds, and cells that depend on the explorer run again."""
    with visited(chromium, marimo) as page:
        explorer = page.locator(".roc-explorer")
        explorer.wait_for()
        page.get_by_text("python sees 12 units").wait_for()
        walk(explorer)
        page.get_by_text("python sees 15 units").wait_for()
        audit(page, ".roc-screen")
        assert page.locator(".roc-screen").count() == 2
