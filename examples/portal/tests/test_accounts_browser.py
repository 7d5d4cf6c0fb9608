"""The pages of logging in, in a real browser: from first log-in to the portal's home and out again."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.auditing import audit, cookies_of

from accounts.models import Centre, User

if TYPE_CHECKING:
    from tests.conftest import OpenPage, SignIn

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "seven-small-otters"
WINDOWS = pytest.mark.parametrize("width", [1280, 390, 320])
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


@pytest.mark.parametrize("javascript", [True, False])
@WINDOWS
def test_the_way_in_and_out(open_page: "OpenPage", porter: User, width: int, javascript: bool) -> None:
    page = open_page(width=width, javascript=javascript)
    page.goto("/")
    page.get_by_label("PIN").fill(porter.pin)
    page.get_by_label("Password").fill("porter")
    page.get_by_role("button", name="Login").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New Account Setup")
    expect(page.get_by_label("PIN")).to_have_value(porter.pin)
    page.get_by_label("Surname").fill("Porter")
    page.get_by_label("Password", exact=False).first.fill(NEW)
    page.get_by_label("Confirm Password").fill(NEW)
    page.get_by_role("button", name="Create Account").click()
    expect(page.get_by_role("status").first).to_contain_text("Your account has been created.")
    page.get_by_role("link", name="Click here for access").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Logon")
    expect(page.get_by_label("PIN")).to_be_disabled()
    page.get_by_label("Surname").fill("Porter")
    page.get_by_label("Centre Number").fill("987654")
    page.get_by_label("Email Address", exact=False).first.fill("a@centre.example")
    page.get_by_label("Re-Enter Email Address").fill("a@centre.example")
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome to Web Portal 2")
    expect(page.get_by_role("banner")).to_contain_text("Fansha Motor Training (invented)")
    expect(page.get_by_role("link", name="ROC Checker", exact=True)).to_be_hidden()
    page.locator("summary").press("Enter")
    expect(page.get_by_role("link", name="ROC Checker", exact=True)).to_be_visible()
    page.get_by_role("link", name="Reports").click()
    expect(page.get_by_role("main")).to_contain_text("This tab is not part of this demonstration.")
    page.get_by_role("button", name="Logout").click()
    expect(page.get_by_role("main")).to_contain_text("You have logged out.")
    page.goto("/portal/")
    expect(page.get_by_role("button", name="Login")).to_be_visible()


@WINDOWS
@SCHEMES
def test_pages_for_everybody_pass_the_audit(
    open_page: "OpenPage", porter: User, width: int, scheme: str
) -> None:
    page = open_page(width=width, scheme=scheme)
    for path in ("/", "/account/new/", "/account/forgotten/"):
        page.goto(path)
        audit(page)
        page.locator("main button").click()  # nothing is filled in
        expect(page.get_by_role("alert")).to_be_visible()
        audit(page)
    assert porter.is_new
    for path in (
        "/account/forgotten/sent/",
        "/account/forgotten/complete/",
        "/account/forgotten/x/y/",
    ):
        page.goto(path)
        audit(page)


@WINDOWS
@SCHEMES
def test_pages_behind_the_log_in_pass_the_audit(
    open_page: "OpenPage",
    sign_in: "SignIn",
    okafor: User,
    fansha: Centre,
    live_server: object,
    width: int,
    scheme: str,
) -> None:
    page = open_page(width=width, scheme=scheme)
    cookies_of(sign_in(okafor, fansha), page, str(live_server))
    for path in ("/", "/portal/logon/", "/portal/", "/portal/tab/qap/"):
        page.goto(path)
        audit(page)
    page.locator("summary").click()
    audit(page)


@WINDOWS
def test_the_pages_can_be_used_by_keyboard_alone(open_page: "OpenPage", okafor: User, width: int) -> None:
    page = open_page(width=width)
    page.goto("/")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the main part")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type(okafor.pin)
    page.keyboard.press("Tab")
    page.keyboard.type("blue-lantern-42")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Click here for access")).to_be_visible()
