"""The screens of registration groups in all their states, in a real browser: wide, narrow, light and dark."""

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from tests.auditing import audit, cookies_of

from accounts.models import Centre, User
from groups import combination, demo
from groups.models import Draft, SavedGroup
from roc.registration import RegistrationGroup

if TYPE_CHECKING:
    from tests.conftest import OpenPage, SignIn

pytestmark = pytest.mark.django_db(transaction=True)
LOOKS = pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
FITTING = "500-9810-x"


def draft_with(user: User, centre: Centre, *texts: str, every: bool = False) -> Draft:
    """Return a draft with the first qualification that each text finds, as begun or with every unit."""
    group = RegistrationGroup(group_number="Draft")
    for text in texts:
        qualification = combination.search(text, timezone.localdate())[0].qualification
        begun = combination.start(qualification)
        units = [unit.number for unit in qualification.units if unit.number not in begun] if every else []
        group = group.with_selection(begun.add(*units))
    return Draft.objects.create(user=user, centre=centre, document=combination.written(group))


@pytest.fixture
def url(live_server: object) -> str:
    """Where the portal is."""
    return str(live_server)


@pytest.fixture
def signed_in(open_page: "OpenPage", okafor_client: Client, url: str) -> "OpenPage":
    """Opens pages in which Okafor is signed in."""

    def opened(**looks: Any) -> Page:
        page = open_page(**looks)
        cookies_of(okafor_client, page, url)
        return page

    return opened


def drafts_in_all_states(user: User, centre: Centre) -> Iterator[str]:
    """Yield the addresses of drafts: not OK, with pathways and conditions, open, blocked, of 100 units."""
    for texts, every in (
        (("500/9810/X", "601/3457/4"), False),
        (("OPH-2762-2017", "601/0143/X"), False),
        (("CHC43015",), False),
        (("Fitness",), True),
        (("8605",), False),
    ):
        yield reverse("groups:draft", args=[draft_with(user, centre, *texts, every=every).pk])


@LOOKS
def test_every_draft_passes_the_audit(
    signed_in: "OpenPage", okafor: User, fansha: Centre, width: int, scheme: str
) -> None:
    page = signed_in(width=width, scheme=scheme)
    page.goto(reverse("groups:create"))
    audit(page)
    for address in drafts_in_all_states(okafor, fansha):
        page.goto(address)
        page.evaluate("document.querySelectorAll('.fold').forEach(each => { each.open = true; })")
        audit(page)
    page.goto(reverse("groups:draft", args=[draft_with(okafor, fansha, "500/9810/X").pk]))
    page.locator("summary", has_text="Group B").click()
    page.get_by_role("button", name="why K/601/6383?").click()
    expect(page.locator(".reason")).to_be_visible()
    audit(page)
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("alert")).to_be_focused()
    audit(page)
    page.get_by_role("button", name="Choose suggestion 1").click()
    expect(page.locator(".status.ok")).to_be_visible()
    audit(page)


@LOOKS
def test_every_other_screen_passes_the_audit(
    signed_in: "OpenPage", okafor: User, fansha: Centre, width: int, scheme: str
) -> None:
    page = signed_in(width=width, scheme=scheme)
    page.goto(reverse("groups:view"))  # nothing is saved yet
    audit(page)
    draft = draft_with(okafor, fansha, "CHC43015")
    search = reverse("groups:search", args=[draft.pk])
    for address in (search, f"{search}?q=zzzzzz", f"{search}?q=&add={FITTING}&add=601-3457-4"):
        page.goto(address)
        audit(page)
    page.goto(f"{reverse('groups:elsewhere', args=[draft.pk])}?of=chc43015")
    audit(page)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    audit(page)
    demo.seed(fansha, okafor)
    group = SavedGroup.objects.all()[0]
    for address in (
        reverse("groups:view"),
        f"{reverse('groups:view')}?q=zzzzzz",
        reverse("groups:audit"),
        reverse("groups:delete", args=[group.pk]),
    ):
        page.goto(address)
        audit(page)
    page.goto(reverse("groups:checker"))
    audit(page)
    page.get_by_label("Qualification").select_option(FITTING)
    for units in ("", "K/601/6383\nD/601/4999", "K/601/6383 and\nnothing"):
        page.get_by_role("textbox", name="Units").fill(units)
        page.get_by_role("button", name="Check", exact=True).click()
        page.wait_for_load_state()
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        audit(page)


@LOOKS
def test_every_error_page_passes_the_audit(
    open_page: "OpenPage", okafor_client: Client, okafor: User, fansha: Centre, width: int, scheme: str
) -> None:
    page = open_page(width=width, scheme=scheme)
    draft = draft_with(okafor, fansha, "500/9810/X")
    draft.document = json.loads(json.dumps(draft.document).replace("500/9810/X", "500/0000/0"))
    draft.save()
    unreadable = okafor_client.get(reverse("groups:draft", args=[draft.pk]))
    assert unreadable.status_code == 409
    page.goto("/")
    for text in (
        unreadable.content.decode(),
        okafor_client.get("/no/such/page/").content.decode(),
    ):
        page.set_content(text, wait_until="load")
        audit(page)
    for name in ("400", "403", "403_csrf", "404", "429", "500"):
        page.set_content(render_to_string(f"{name}.html"), wait_until="load")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        audit(page)


def test_of_two_windows_the_second_is_told(
    signed_in: "OpenPage",
    sign_in: "SignIn",
    porter: User,
    okafor: User,
    fansha: Centre,
    open_page: "OpenPage",
    url: str,
) -> None:
    demo.seed(fansha, okafor)
    mine, theirs = signed_in(width=390), open_page()
    cookies_of(sign_in(porter, fansha), theirs, url)
    for page in (mine, theirs):
        page.goto(reverse("groups:view"))
        page.get_by_role("button", name="Open Fansha-QCF-010120").click()
    theirs.get_by_label("Group Description").fill("Theirs")
    theirs.get_by_role("button", name="Save").last.click()
    expect(theirs.get_by_text("Fansha-QCF-010120 has been saved.")).to_be_visible()
    mine.get_by_label("Group Description").fill("Mine")
    mine.get_by_role("button", name="Save").last.click()
    told = mine.get_by_role("alert")
    expect(told).to_be_focused()
    expect(told).to_contain_text("Alex Porter saved Fansha-QCF-010120")
    expect(mine.get_by_label("Group Description")).to_have_value("Mine")
    audit(mine)
    assert SavedGroup.objects.get(group_number="Fansha-QCF-010120").description == "Theirs"
    mine.get_by_role("button", name="Save mine over it").click()
    expect(mine.get_by_text("Fansha-QCF-010120 has been saved.")).to_be_visible()
    assert SavedGroup.objects.get(group_number="Fansha-QCF-010120").description == "Mine"


def test_what_is_clicked_and_typed_meanwhile_is_not_lost(
    signed_in: "OpenPage", okafor: User, fansha: Centre
) -> None:
    page = signed_in()
    draft = draft_with(okafor, fansha, "500/9810/X")
    page.goto(reverse("groups:draft", args=[draft.pk]))

    def slowly(route: Route) -> None:
        if route.request.method == "POST":
            time.sleep(0.5)
        route.continue_()

    page.route("**/centre/groups/**", slowly)
    page.locator("summary", has_text="Group B").click()
    page.get_by_role("button", name="Add K/601/6383").click()
    page.get_by_role("button", name="Add D/601/4999").click()
    page.get_by_label("Group Number").fill("F-2")
    expect(page.get_by_role("button", name="Remove K/601/6383")).to_be_visible()
    expect(page.get_by_label("Group Number")).to_have_value("F-2")
    expect(page.get_by_role("button", name="Remove D/601/4999")).to_be_visible()
    expect(page.get_by_label("Group Number")).to_have_value("F-2")


def test_what_was_marked_is_taken_back(signed_in: "OpenPage", okafor: User, fansha: Centre) -> None:
    page = signed_in(width=390)
    draft = draft_with(okafor, fansha)
    page.goto(f"{reverse('groups:search', args=[draft.pk])}?q=diploma&add={FITTING}&add=601-3457-4")
    page.get_by_role("button", name="Remove 500/9810/X").click()
    page.get_by_role("button", name="OK", exact=True).click()
    expect(page.get_by_role("region", name="Customer Service")).to_be_visible()
    expect(page.get_by_role("region", name="Vehicle Fitting")).to_have_count(0)


def test_a_hundred_groups_and_a_hundred_units_load_fast(
    signed_in: "OpenPage", okafor: User, fansha: Centre
) -> None:
    demo.seed(fansha, okafor)
    first = SavedGroup.objects.all()[0]
    for i in range(120):
        SavedGroup.objects.create(
            centre=fansha,
            group_number=f"Many-{i:03}",
            description="One of many (invented)",
            category=first.category,
            document=first.document,
            created_by=okafor,
            updated_by=okafor,
        )
    page = signed_in(width=390)
    draft = reverse("groups:draft", args=[draft_with(okafor, fansha, "8605").pk])
    page.goto(draft)  # the rule is compiled once
    for address in (reverse("groups:view"), draft):
        began = time.monotonic()
        page.goto(address)
        assert time.monotonic() - began < 3
        audit(page)
    page.goto(reverse("groups:view"))
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("Page 2 of 3")).to_be_visible()


@LOOKS
def test_a_blocked_draft_says_why_and_can_be_put_right(
    signed_in: "OpenPage", okafor: User, fansha: Centre, width: int, scheme: str
) -> None:
    qualification = combination.catalogue()["601/0143/X"]
    blocked = combination.start(qualification).add(
        "D/505/0052", "J/502/9549"
    )  # their group takes one of them
    group = RegistrationGroup(group_number="Draft").with_selection(blocked)
    draft = Draft.objects.create(user=okafor, centre=fansha, document=combination.written(group))
    page = signed_in(width=width, scheme=scheme)
    page.goto(reverse("groups:draft", args=[draft.pk]))
    panel = page.get_by_role("region", name=qualification.title)
    expect(panel.get_by_text("It cannot be finished by adding units")).to_be_visible()
    expect(panel.locator(".notice.warning")).to_contain_text("J/502/9549")
    audit(page)
    panel.get_by_role("button", name=f"Choose repair 1 for {qualification.title}").click()
    expect(panel.get_by_text("It cannot be finished by adding units")).to_have_count(0)
