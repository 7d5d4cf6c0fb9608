# ruff: noqa: INP001 - run by its path
"""Takes the pictures of "Displays" from what a notebook really shows, on a light page and on a dark one.

``python docs/pictures/shoot.py`` writes them beside itself. It needs the extras ``notebook`` and ``browser``, and
Debian's ``chromium``. Pixels differ with fonts and browsers, so no test compares them: take them again after a
change to the displays, and look at them.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

import roc
from roc.display import completions_screen, distribution_screen, screen
from roc.explorer import Explorer

HERE: Final = Path(__file__).parent
RULES: Final = HERE.parents[1] / "examples" / "qualifications"
COLOURS: Final = {"light": "#222;background:#fff", "dark": "#ddd;background:#131416"}

FACE: Final = """
<div id="explorer"></div>
<script type="module">
  SCRIPT
  const state = { _view: VIEW, _asked: [0] };
  const model = { get: (key) => state[key], set() {}, save_changes() {}, on() {}, off() {} };
  render({ model, el: document.getElementById("explorer") });
</script>
"""
"""The explorer on a page, without a notebook: its own script, and what Python tells it to show."""


def pictures() -> Iterator[tuple[str, str, int]]:
    """Yield the name of each picture, the HTML that it is of, and how wide it is."""
    fitting = roc.load(RULES / "500-9810-x-vehicle-fitting.yaml")
    service = roc.load(RULES / "601-3457-4-customer-service.yaml")
    solver, chosen = roc.Solver(service), roc.Selection.start(service)
    yield "status", screen(roc.check(roc.Selection.start(fitting))).html(), 860
    ways = completions_screen(solver.completions(chosen), most=4)
    counts = distribution_screen("units", solver.distribution(chosen, "units"))
    yield "answers", ways.html() + counts.html(), 700
    explorer = Explorer(fitting)
    explorer._asked = [1, "why", "K/601/6383"]
    explorer._view["groups"][0]["open"] = False
    script = str(explorer._esm).replace("export default { render };", "")
    face = FACE.replace("SCRIPT", script).replace("VIEW", json.dumps(explorer._view).replace("<", "\\u003c"))
    yield "explorer", f"<style>{explorer._css}</style>{face}", 860


def main() -> None:
    """Take every picture, light and dark."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, html, width in pictures():
            for theme, colours in COLOURS.items():
                page = browser.new_page(viewport={"width": width, "height": 200})
                page.set_content(
                    f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title>'
                    f'<body style="margin:16px;font:15px system-ui,sans-serif;color:{colours}">{html}'
                )
                page.locator(".roc-screen").first.wait_for()
                page.screenshot(path=HERE / f"display-{name}-{theme}.png", full_page=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
