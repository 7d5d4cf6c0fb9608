"""How a page is looked at: the accessibility rules, its width, and what is tall enough to touch."""

from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
TALL = """() => [...document.querySelectorAll(
        'a.button, button, summary, input:not([type=hidden]), select, nav a, .actions a')]
    .filter(e => e.checkVisibility())
    .map(e => [e.textContent.trim(), (e.closest('label') ?? e).getBoundingClientRect().height])
    .filter(([, height]) => height < 43.9)"""
NARROW = 640


def audit(page: Page) -> None:
    """No violation of the accessibility rules, nothing wider than the window, and on a phone all tall enough."""
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    if page.viewport_size is not None and page.viewport_size["width"] <= NARROW:
        low = page.evaluate(TALL)
        assert low == [], low


def cookies_of(client: Client, page: Page, url: str) -> None:
    """Let a page go on where a test's browser is signed in."""
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])
