"""The guide, walked in a real browser: from first log-in to the saved group and its opened spreadsheets."""

from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.auditing import audit

from accounts.models import User

if TYPE_CHECKING:
    from tests.conftest import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)

FITTING = "IMI Level 2 Diploma in Vehicle Fitting Competence"
SERVICE = "IMI Level 3 Diploma in Customer Service"
FOCUSED = """() => {
    const focused = document.activeElement;
    return (focused.labels?.[0] ?? focused).textContent.replace(/\\s+/g, " ").trim();
}"""
THE_GUIDE = [
    "Minimum 14 unit(s) should be added.",
    "Total 61 credit should be added.",
    "Total Credit value of units added of the same or above level should be minimum of 31",
    "All Unit groups are not validated.",
]


def heading(page: Page, text: str) -> None:
    """The page has this heading, and no violation of the accessibility rules, as far as JavaScript can look."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    if not page.evaluate("matchMedia('(scripting: enabled)').matches"):
        return
    audit(page)


def menu(page: Page, name: str) -> None:
    """Choose from the menu of the tab Centre."""
    tabs = page.get_by_role("navigation", name="Portal")
    tabs.locator("summary").click()
    tabs.get_by_role("link", name=name, exact=True).click()


def first_log_in(page: Page, user: User) -> None:
    """Website login, New Account Setup, Web Portal 2 logon."""
    page.goto("/")
    page.get_by_label("PIN").fill(user.pin)
    page.get_by_label("Password").fill(user.surname)
    page.get_by_role("button", name="Login").click()
    heading(page, "New Account Setup")
    page.get_by_label("Surname").fill(user.surname)
    page.get_by_label("Password").first.fill("seven-small-otters")
    page.get_by_label("Confirm Password").fill("seven-small-otters")
    page.get_by_role("button", name="Create Account").click()
    page.get_by_role("link", name="Click here for access").click()
    heading(page, "Logon")
    page.get_by_label("Surname").fill(user.surname)
    page.get_by_label("Centre Number").fill("987654")
    page.get_by_label("Email Address").first.fill("porter@centre.example")
    page.get_by_label("Re-Enter Email Address").fill("porter@centre.example")
    page.get_by_role("button", name="Sign In").click()
    heading(page, "Welcome to Web Portal 2")


def add_qualifications(page: Page, *found: tuple[str, str]) -> None:
    """Add qualifications by the search page: what is typed, and the number that is added."""
    page.get_by_role("button", name="Add Qualifications").click()
    heading(page, "Search Qualifications")
    expect(page.get_by_text("Click Search button to search qualifications")).to_be_visible()
    page.get_by_role("button", name="Search", exact=True).click()
    assert page.get_by_role("table").get_by_role("row").count() > 20  # an empty search lists all
    for typed, number in found:
        page.get_by_label("Enter Qualification Number / Description:").fill(typed)
        page.get_by_role("button", name="Search", exact=True).click()
        row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=number))
        row.get_by_role("button").click()
        expect(row.get_by_text("Added")).to_be_visible()
    page.get_by_role("button", name="OK", exact=True).click()


def fold(panel: Locator, name: str) -> Locator:
    """A unit group of a qualification, opened."""
    found = panel.locator("details").filter(has=panel.page.locator("summary", has_text=name)).first
    if found.get_attribute("open") is None:
        found.locator("summary").first.click()
    return found


def download(page: Page, name: str, folder: Path) -> openpyxl.Workbook:
    """Download a spreadsheet, and open it with another library than the one that wrote it."""
    with page.expect_download() as started:
        page.get_by_role("link", name=name, exact=True).click()
    file = folder / started.value.suggested_filename
    started.value.save_as(file)
    return openpyxl.load_workbook(file)


def cells(book: openpyxl.Workbook, sheet: str) -> list[list[str]]:
    """The texts of a sheet, row by row, without empty cells and rows."""
    rows = [
        [str(cell) for cell in row if cell is not None] for row in book[sheet].iter_rows(values_only=True)
    ]
    return [row for row in rows if row]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("javascript", [True, False])
def test_the_guide(open_page: "OpenPage", porter: User, tmp_path: Path, javascript: bool, width: int) -> None:
    page = open_page(javascript=javascript, width=width)
    first_log_in(page, porter)
    menu(page, "Create")
    heading(page, "Define Registration Groups")
    add_qualifications(page, ("5009810", "500/9810/X"), ("dipolma customer SERVICE", "601/3457/4"))
    heading(page, "Define Registration Groups")

    panel = page.get_by_role("region", name=FITTING)
    facts = panel.locator("dl.facts").first
    for fact in ("Number: 500/9810/X", "Level: 2", "Min. Units: 14", "Min. Credit: 61"):
        expect(facts).to_contain_text(fact)
    status = panel.locator(".status")
    for line in THE_GUIDE:
        expect(status.get_by_text(line, exact=True)).to_be_visible()
    expect(panel.locator("summary").nth(0)).to_have_text("Group A: Mandatory Units (OK)")
    expect(panel.locator("summary").nth(1)).to_have_text("Group B: Optional Units (NOT OK)")
    group = fold(panel, "Group B: Optional Units")
    for fact in ("G0-500/9810/X-B", "M/O: Optional", "Min. Units: 2", "Min Credit: 10"):
        expect(group.locator("dl.facts")).to_contain_text(fact)
    expect(group).to_contain_text("Minimum units not added.; Minimum credit not added.")
    expect(group.get_by_role("row", name="K/601/6383")).to_contain_text("G8C")
    heading(page, "Define Registration Groups")

    group.get_by_role("button", name="Add K/601/6383").click()
    expect(page.get_by_text("K/601/6383 and its linked unit R/601/6247 were added.").first).to_be_attached()
    expect(status.get_by_text("OK", exact=True)).to_be_visible()
    expect(panel.locator("summary").nth(1)).to_have_text("Group B: Optional Units (OK)")
    group = fold(panel, "Group B: Optional Units")
    expect(group.get_by_role("button", name="Remove R/601/6247")).to_be_visible()
    if javascript:
        expect(page.get_by_role("button", name="Remove K/601/6383")).to_be_focused()

    second = page.get_by_role("region", name=SERVICE)
    second.get_by_role("button", name=f"Choose suggestion 1 for {SERVICE}").click()
    expect(second.locator(".status").get_by_text("OK", exact=True)).to_be_visible()

    page.get_by_role("button", name="Save").last.click()
    problem = page.get_by_role("alert")
    expect(problem.get_by_role("listitem")).to_have_count(2)  # number and description, both at once
    heading(page, "Define Registration Groups")
    problem.get_by_role("link").first.click()
    expect(page.get_by_label("Group Number")).to_be_focused()
    page.get_by_label("Group Number").fill("Fansha-QCF-010120")
    page.get_by_label("Group Description").fill("Test Qualifications Group")
    page.get_by_role("button", name="Save").last.click()
    heading(page, "View Registration Groups")
    expect(page.get_by_text("Fansha-QCF-010120 has been saved.")).to_be_visible()

    summary = download(page, "Basic Summary", tmp_path)
    assert cells(summary, summary.sheetnames[0]) == [
        ["Group Number", "Group Description", "Category"],
        ["Fansha-QCF-010120", "Test Qualifications Group", "Qualifications"],
    ]
    full = download(page, "Full Information", tmp_path)
    assert full.sheetnames == ["Fansha-QCF-010120"]
    rows = cells(full, "Fansha-QCF-010120")
    assert rows[:5] == [
        ["Group Number", "Fansha-QCF-010120"],
        ["Group Description", "Test Qualifications Group"],
        ["Category", "Qualifications"],
        ["Qualification Number", "500/9810/X"],
        ["Qualification Title", FITTING],
    ]
    assert rows[5:7] == [["Group A: Mandatory Units"], ["Unit Number", "Unit Title", "Unit Reference Number"]]
    chosen = rows.index(["Group B: Optional Units"])
    assert [row[::2] for row in rows[chosen + 2 : chosen + 4]] == [
        ["K/601/6383", "G8C"],
        ["R/601/6247", "G8K"],
    ]
    assert ["Qualification Number", "601/3457/4"] in rows


def test_the_guide_by_keyboard_alone(open_page: "OpenPage", porter: User) -> None:
    page = open_page()
    first_log_in(page, porter)
    page.reload()  # nothing is focused

    def reach(name: str) -> None:
        for _ in range(200):
            page.keyboard.press("Tab")
            if page.evaluate(FOCUSED) == name:
                return
        msg = f"the keyboard does not reach {name}"
        raise AssertionError(msg)

    reach("Centre")
    page.keyboard.press("Enter")
    reach("Create")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Define Registration Groups")
    reach("Add Qualifications")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Search Qualifications")
    reach("Enter Qualification Number / Description:")
    page.keyboard.type("500/9810/X")
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name="500/9810/X")).to_be_visible()
    reach(f"Add 500/9810/X {FITTING}")
    page.keyboard.press("Enter")
    expect(page.get_by_text("To be added with OK:")).to_be_visible()
    reach("OK")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Define Registration Groups")
    reach("Group B: Optional Units (NOT OK)")
    page.keyboard.press("Enter")
    reach("Add K/601/6383")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove K/601/6383")).to_be_focused()
    expect(page.locator("#live")).to_contain_text("K/601/6383 and its linked unit R/601/6247 were added.")
    expect(page.locator("#live")).to_contain_text("500/9810/X: OK")
    reach("Group Number:")
    page.keyboard.type("Fansha-1")
    page.keyboard.press("Tab")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("View Registration Groups")
