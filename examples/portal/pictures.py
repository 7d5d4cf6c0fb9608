"""Takes the pictures of the README: ``python pictures.py``, with Debian's Chromium, Playwright and Pillow.

Starts the demonstration with a database of its own, walks the guide from first log-in to the saved group, and
writes what it sees to ``pictures/``: with a palette, so that a picture stays small.
"""

import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from tests.serving import Portal

HERE = Path(__file__).resolve().parent
PICTURES = HERE / "pictures"
FITTING = "500/9810/X"
SERVICE = "601/3457/4"
MOST_BYTES = 150 * 1024
UNITS = """D/649/9001 Safety and good housekeeping
H/649/9002 Roles in the workplace
K/649/9003
M/649/9004
T/649/9005
A/649/9006
F/649/9007
J/649/9008
L/649/9009
F/649/9010
J/649/9011
L/649/9012
D/601/4999 Assessing and securing the roadside situation
"""


def take(page: Page, name: str, *, height: int | None = None) -> None:
    """Take a picture of the page, from its head down to a height or to its end."""
    width = page.viewport_size["width"] if page.viewport_size else 1280
    whole = page.evaluate("document.documentElement.scrollHeight")
    page.evaluate("scrollTo(0, 0)")
    shot = page.screenshot(
        full_page=True, clip={"x": 0, "y": 0, "width": width, "height": min(height or whole, whole)}
    )
    file = PICTURES / f"{name}.png"
    with Image.open(io.BytesIO(shot)) as seen:
        seen.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
    size = file.stat().st_size
    print(f"{file.relative_to(HERE)}: {size // 1024} KB")
    if size > MOST_BYTES:
        msg = f"{file.name} has become too large"
        raise ValueError(msg)


def way_in(page: Page) -> None:
    """Website login, New Account Setup, Web Portal 2 logon."""
    page.goto("/")
    page.get_by_label("PIN").fill("123456")
    page.get_by_label("Password").fill("Porter")
    take(page, "home")
    page.get_by_role("button", name="Login").click()
    page.get_by_label("Surname").fill("Porter")
    page.get_by_label("Password").first.fill("seven-small-otters")
    page.get_by_label("Confirm Password").fill("seven-small-otters")
    take(page, "new-account-setup")
    page.get_by_role("button", name="Create Account").click()
    page.get_by_role("link", name="Click here for access").click()
    page.get_by_label("Surname").fill("Porter")
    page.get_by_label("Centre Number").fill("987654")
    page.get_by_label("Email Address").first.fill("porter@centre.example")
    page.get_by_label("Re-Enter Email Address").fill("porter@centre.example")
    take(page, "logon")
    page.get_by_role("button", name="Sign In").click()
    page.locator("summary").click()
    take(page, "portal")


def define(page: Page) -> None:
    """Search, a rule that is not yet met, and one that is."""
    page.goto("/centre/groups/create/")
    page.get_by_role("button", name="Add Qualifications").click()
    for typed, number in ((FITTING, FITTING), ("dipolma customer SERVICE", SERVICE)):
        page.get_by_label("Enter Qualification Number / Description:").fill(typed)
        page.get_by_role("button", name="Search", exact=True).click()
        page.get_by_role("row").filter(has_text=number).get_by_role("button").click()
    page.get_by_label("Enter Qualification Number / Description:").fill("leadership management")
    page.get_by_role("button", name="Search", exact=True).click()
    take(page, "search")
    page.get_by_role("button", name="OK", exact=True).click()
    panel = page.get_by_role("region", name="Vehicle Fitting")
    panel.locator("summary", has_text="Group B").click()
    take(page, "not-ok", height=1500)
    page.set_viewport_size({"width": 390, "height": 844})
    take(page, "narrow", height=1700)
    page.set_viewport_size({"width": 1280, "height": 844})
    panel.get_by_role("button", name="Add K/601/6383").click()
    panel.get_by_role("button", name="Remove R/601/6247").wait_for()
    service = page.get_by_role("region", name="Customer Service")
    service.get_by_role("button", name="Choose suggestion 1 for").click()
    page.get_by_label("Group Number").fill("Fansha-QCF-2027")
    page.get_by_label("Group Description").fill("Fitters of the year 2027 (invented)")
    service.locator(".status.ok").wait_for()
    take(page, "ok")
    page.get_by_role("button", name="Save").last.click()
    page.get_by_text("Fansha-QCF-2027 has been saved.").wait_for()
    take(page, "view")


def check(page: Page) -> None:
    """The ROC Checker, with the units of an invented candidate."""
    page.goto("/centre/checker/")
    page.get_by_label("Qualification").select_option(
        label=page.locator("option", has_text=FITTING).inner_text()
    )
    page.get_by_role("textbox", name="Units").fill(UNITS)
    page.get_by_role("button", name="Check").click()
    take(page, "checker", height=1400)


def main() -> None:
    """Start the demonstration, and take the pictures."""
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        (Path(folder) / "log").open("wb") as log,
        Portal(f"sqlite:///{folder}/portal.sqlite3", log) as portal,
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        ) as browser,
    ):
        page = browser.new_page(
            base_url=f"http://127.0.0.1:{portal.port}",
            viewport={"width": 1280, "height": 844},
            reduced_motion="reduce",
        )
        way_in(page)
        define(page)
        check(page)


if __name__ == "__main__":
    main()
