"""Registration groups: every screen, without JavaScript and as htmx asks for it."""

import csv
import io
import json
import re
from datetime import timedelta
from typing import cast

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import Centre, User
from accounts.portal import PortalRequest
from groups import combination, demo, pages
from groups.drafts import MOST_DRAFTS
from groups.models import Action, AuditEntry, Draft, SavedGroup
from groups.saving import record, save
from roc.errors import LimitReachedError
from roc.groups import Opening
from roc.qualification import Qualification
from roc.registration import RegistrationGroup
from roc.solver import Solver


def made(client: Client, *slugs: str) -> Draft:
    """Return a draft with these qualifications, made as a person makes it."""
    client.post(reverse("groups:create"), {"group_type": "Qualifications", "do": "search"})
    draft = Draft.objects.latest("updated_at")
    client.post(reverse("groups:search", args=[draft.pk]), {"add": slugs})
    return draft


def test_the_example_of_the_guide(okafor_client: Client) -> None:
    draft = made(okafor_client, "500-9810-x")
    url = reverse("groups:draft", args=[draft.pk])
    page = okafor_client.get(url)
    text = page.content.decode()
    assert "Minimum 14 unit(s) should be added." in text
    assert "Group B: Optional Units" in text
    assert "G0-500/9810/X-B" in text
    page = okafor_client.post(url, {"do": "add|500-9810-x|K/601/6383|q-500-9810-x-g2-u0"}, follow=True)
    text = page.content.decode()
    assert "K/601/6383 and its linked unit R/601/6247 were added." in text
    assert re.search(r"<span class=\"badge ok\">OK</span>", text)
    page = okafor_client.post(url, {"do": "save", "group_number": "F-1", "description": "First"}, follow=True)
    assert "F-1 has been saved." in page.content.decode()
    assert SavedGroup.objects.get().group_number == "F-1"
    assert not Draft.objects.exists()


@pytest.mark.usefixtures("people")
def test_the_demonstration_has_groups(okafor_client: Client, okafor: User, fansha: Centre) -> None:
    demo.seed(fansha, okafor)
    demo.seed(fansha, okafor)
    assert SavedGroup.objects.count() == 4
    text = okafor_client.get(reverse("groups:view")).content.decode()
    assert "Fansha-QCF-010120" in text


def click(client: Client, draft: Draft, do: str, **more: object) -> str:
    """Return the page after a click, as a browser without JavaScript shows it."""
    answer = client.post(reverse("groups:draft", args=[draft.pk]), {"do": do, **more}, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def group_of(draft: Draft) -> RegistrationGroup:
    """Return what a draft holds now."""
    draft.refresh_from_db()
    return combination.read_group(draft.document)


def test_create_makes_nothing_before_the_first_click(okafor_client: Client) -> None:
    page = okafor_client.get(reverse("groups:create"))
    assert "No qualification has been added yet." in page.content.decode()
    assert not Draft.objects.exists()
    wrong = okafor_client.post(reverse("groups:create"), {"do": "search", "group_number": "x" * 61})
    assert "Look at what is marked below." in wrong.content.decode()
    assert not Draft.objects.exists()
    kept = okafor_client.post(reverse("groups:create"), {"do": "keep", "group_number": "F-1"}, follow=True)
    assert 'value="F-1"' in kept.content.decode()


def test_search_lists_all_and_adds_with_ok_alone(okafor_client: Client) -> None:
    draft = made(okafor_client)
    url = reverse("groups:search", args=[draft.pk])
    assert "Click Search button" in okafor_client.get(url).content.decode()
    everything = okafor_client.get(url, {"q": ""}).content.decode()
    assert everything.count("<tr>") == 1 + len(combination.search("", timezone.localdate()))
    assert "No qualification fits" in okafor_client.get(url, {"q": "zzzzzzzzzz"}).content.decode()
    assert "Click Search button" not in okafor_client.get(url, {"q": "x" * 300}).content.decode()
    marked = okafor_client.get(url, {"q": "500/9810", "add": ["500-9810-x", "no-such"]}).content.decode()
    assert "To be added with OK:" in marked
    assert not group_of(draft).selections
    okafor_client.post(url, {"add": ["500-9810-x", "500-9810-x", "no-such", "601-3457-4"]})
    assert len(group_of(draft).selections) == 2
    click(okafor_client, draft, "add|500-9810-x|D/601/4999|x")
    okafor_client.post(url, {"add": "500-9810-x"})
    assert "D/601/4999" in group_of(draft).selections[0]


def test_a_click_that_cannot_be_done_changes_nothing(okafor_client: Client) -> None:
    draft = made(okafor_client, "500-9810-x")
    before = group_of(draft)
    for do in ("add|500-9810-x|D/601/4998|x", "add|500-9810-x|?|x", "remove|500-9810-x|D/601/4999|x"):
        assert "Nothing was changed:" in click(okafor_client, draft, do)
    assert "not part of this group any more" in click(okafor_client, draft, "add|no-such|D/601/4999|x")
    assert "The suggestions have changed meanwhile" in click(okafor_client, draft, "finish|500-9810-x|||x")
    assert group_of(draft) == before


def test_a_click_opens_its_group_without_javascript(okafor_client: Client) -> None:
    draft = made(okafor_client, "500-9810-x")
    row = "q-500-9810-x-g2-u2"
    url = reverse("groups:draft", args=[draft.pk])
    answer = okafor_client.post(url, {"do": f"add|500-9810-x|D/601/4999|{row}"})
    assert answer["Location"] == f"{url}?open={row}#{row}"
    page = okafor_client.get(answer["Location"]).content.decode()
    assert 'id="q-500-9810-x-g2" open' in page
    assert 'id="q-500-9810-x-g1" open' not in page
    assert "D/601/4999 was added." in page


def test_why_is_answered_on_demand(okafor_client: Client) -> None:
    draft = made(okafor_client, "601-0143-x")
    page = okafor_client.get(reverse("groups:draft", args=[draft.pk])).content.decode()
    closed_or_needed = re.search(r'value="(why\|[^"]*)"', page)
    if closed_or_needed is None:
        draft = made(okafor_client, "500-9810-x")
        page = okafor_client.get(reverse("groups:draft", args=[draft.pk])).content.decode()
        closed_or_needed = re.search(r'value="(why\|[^"]*)"', page)
    assert closed_or_needed is not None
    assert 'class="reason"' not in page
    assert 'class="reason"' in click(okafor_client, draft, closed_or_needed[1])
    unknown = okafor_client.get(
        reverse("groups:draft", args=[draft.pk]), {"why": "q-500-9810-x-g2-u0", "unit": "?"}
    )
    assert 'class="reason"' not in unknown.content.decode()


def test_why_takes_no_longer_than_it_may(okafor_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_args: object) -> None:
        raise LimitReachedError

    monkeypatch.setattr(combination, "why", slow)
    draft = made(okafor_client, "500-9810-x")
    page = click(okafor_client, draft, "why|500-9810-x|K/601/6383|q-500-9810-x-g2-u0")
    assert "That would take too long to work out." in page


def test_finish_it_for_me(okafor_client: Client) -> None:
    draft = made(okafor_client, "601-3457-4")
    page = okafor_client.get(reverse("groups:draft", args=[draft.pk])).content.decode()
    suggestions = re.findall(r'value="(finish\|[^"]*)"', page)
    assert 1 < len(suggestions) <= combination.HOW_MANY
    assert '<span class="badge ok">OK</span>' in click(okafor_client, draft, suggestions[1])


def test_what_is_blocked_says_why_and_is_repaired(okafor_client: Client) -> None:
    draft = made(okafor_client, "fitness")
    assert not group_of(draft).selections
    row = next(each for each in combination.search("", timezone.localdate()) if "Fitness" in each.title)
    q = row.qualification
    made_here = made(okafor_client, pages.slug(q))
    for unit in q.units:
        click(okafor_client, made_here, f"add|{pages.slug(q)}|{unit.number}|x")
    page = okafor_client.get(reverse("groups:draft", args=[made_here.pk])).content.decode()
    assert "It cannot be finished by adding units" in page
    repair = re.search(r'value="(finish\|[^"]*)"', page)
    assert repair is not None
    assert '<span class="badge ok">OK</span>' in click(
        okafor_client, made_here, repair[1].replace("&amp;", "&")
    )


def test_pathways_and_conditions_are_kept_with_each_click(okafor_client: Client) -> None:
    draft = made(okafor_client, "oph-2762-2017", "601-0143-x")
    pathway = group_of(draft).selections[0].qualification.pathways[0].name
    condition = group_of(draft).selections[1].qualification.conditions[0].name
    answers = {
        "shown": ["oph-2762-2017", "601-0143-x"],
        "pathway-oph-2762-2017": pathway,
        "condition-601-0143-x": condition,
    }
    click(okafor_client, draft, "keep|oph-2762-2017", **answers)
    first, second = group_of(draft).selections
    assert first.pathway == pathway
    assert second.conditions == {condition}
    answers |= {"pathway-oph-2762-2017": "no-such", "condition-601-0143-x": "no-such"}
    assert "Nothing was changed:" in click(okafor_client, draft, "keep", **answers)
    assert group_of(draft).selections[0].pathway == pathway


def test_a_unit_from_elsewhere(okafor_client: Client) -> None:
    draft = made(okafor_client, "chc43015", "500-9810-x")
    page = click(okafor_client, draft, "elsewhere|chc43015")
    assert "A unit from elsewhere" in page
    url = f"{reverse('groups:elsewhere', args=[draft.pk])}?of="
    unit = {"number": "BSBXYZ401", "title": "A unit (invented)", "level": "4"}
    assert (
        "is not an amount" in okafor_client.post(url + "chc43015", unit | {"credit": "many"}).content.decode()
    )
    refused = okafor_client.post(url + "500-9810-x", unit | {"credit": "5"})
    assert "no group is open to" in refused.content.decode()
    gone = okafor_client.get(url + "no-such", follow=True)
    assert "not part of this group any more" in gone.content.decode()
    added = okafor_client.post(url + "chc43015", unit, follow=True).content.decode()
    assert "BSBXYZ401 A unit (invented) was added." in added
    assert "From elsewhere." in added


def test_a_qualification_is_removed(okafor_client: Client) -> None:
    draft = made(okafor_client, "500-9810-x", "601-3457-4")
    assert "was removed from the group" in click(okafor_client, draft, "drop|500-9810-x")
    assert len(group_of(draft).selections) == 1


def test_what_htmx_asks_for(okafor_client: Client) -> None:
    draft = made(okafor_client, "500-9810-x")
    url, headers = reverse("groups:draft", args=[draft.pk]), {"HX-Request": "true"}
    answer = okafor_client.post(url, {"do": "add|500-9810-x|K/601/6383|q-500-9810-x-g2-u0"}, headers=headers)
    assert answer.status_code == 200
    assert 'data-announce="500/9810/X: OK"' in answer.content.decode()
    search = okafor_client.post(url, {"do": "search"}, headers=headers)
    assert search["HX-Redirect"] == reverse("groups:search", args=[draft.pk])
    done = okafor_client.post(
        url, {"do": "save", "group_number": "F-1", "description": "First"}, headers=headers
    )
    assert done["HX-Redirect"] == reverse("groups:view")


def test_a_save_says_everything_that_is_missing_at_once(okafor_client: Client) -> None:
    draft = made(okafor_client, "500-9810-x")
    page = click(okafor_client, draft, "save")
    for place in ("id_group_number", "id_description", "q-500-9810-x"):
        assert f'href="#{place}"' in page
    empty = made(okafor_client)
    assert 'href="#qualifications"' in click(okafor_client, empty, "save", group_number="F", description="D")
    assert "Look at what is marked below." in click(okafor_client, draft, "save", group_type="no such")
    assert "Use ordinary characters." in click(okafor_client, draft, "save", description="a\x07b")
    assert Draft.objects.count() == 2


def test_view_copy_and_discard(okafor_client: Client, okafor: User, fansha: Centre) -> None:
    assert "No groups yet" in okafor_client.get(reverse("groups:view")).content.decode()
    demo.seed(fansha, okafor)
    found = okafor_client.get(reverse("groups:view"), {"q": "customer"}).content.decode()
    assert "Fansha-QCF-CS-010120" in found
    assert "Fansha-QCF-010120" not in found
    assert "No group fits" in okafor_client.get(reverse("groups:view"), {"q": "zzz"}).content.decode()
    group = SavedGroup.objects.get(group_number="Fansha-QCF-CS-010120")
    page = okafor_client.post(reverse("groups:copy", args=[group.pk]), follow=True).content.decode()
    assert "This is a copy of Fansha-QCF-CS-010120." in page
    draft = Draft.objects.get()
    click(okafor_client, draft, "save", group_number="Copy")
    assert AuditEntry.objects.first().detail == {"version": 1, "from": "Fansha-QCF-CS-010120"}  # type: ignore[union-attr] # there is one
    draft = made(okafor_client)
    okafor_client.post(reverse("groups:discard", args=[draft.pk]))
    assert not Draft.objects.exists()
    assert str(group) == "Fansha-QCF-CS-010120"
    assert str(draft) == str(draft.pk)


def test_a_draft_goes_on_where_it_was_left(okafor_client: Client, okafor: User, fansha: Centre) -> None:
    demo.seed(fansha, okafor)
    url = reverse("groups:open", args=[SavedGroup.objects.all()[0].pk])
    first = okafor_client.post(url)["Location"]
    assert okafor_client.post(url)["Location"] == first
    okafor_client.post(first, {"do": "save", "group_number": "Another"})
    assert AuditEntry.objects.first().detail["number before"] == "Fansha-QAP-TRAIN-010120"  # type: ignore[union-attr] # there is one


def test_a_second_click_on_save_is_told_of_the_first(
    okafor_client: Client, lindqvist_client: Client, okafor: User, fansha: Centre
) -> None:
    draft = made(okafor_client, "500-9810-x")
    url = reverse("groups:draft", args=[draft.pk])
    click(okafor_client, draft, "add|500-9810-x|K/601/6383|x")
    fields = {"group_number": "F-1", "description": "First"}
    request = RequestFactory().post(url)
    request.user, request.centre = okafor, fansha  # type: ignore[attr-defined] # a request of the portal has both
    saved = click(okafor_client, draft, "save", **fields)
    assert "F-1 has been saved." in saved
    assert "F-1 has been saved. Open it to change it." in click(okafor_client, draft, "save", **fields)
    assert "F-1 has been saved. Open it to change it." in okafor_client.get(url, follow=True).content.decode()
    late = save(cast("PortalRequest", request), draft, RegistrationGroup(group_number="F-1"))
    assert late.saved == SavedGroup.objects.get()
    assert AuditEntry.objects.count() == 1
    assert lindqvist_client.get(url).status_code == 404


def test_the_latest_drafts_are_kept(okafor_client: Client, okafor: User, fansha: Centre) -> None:
    first = made(okafor_client)
    document = first.document
    others = [Draft(centre=fansha, user=okafor, document=document) for _ in range(MOST_DRAFTS)]
    Draft.objects.bulk_create(others)
    last = made(okafor_client)
    assert Draft.objects.count() == MOST_DRAFTS
    assert not Draft.objects.filter(pk=first.pk).exists()
    assert Draft.objects.filter(pk=last.pk).exists()


def test_downloads_are_what_is_saved(okafor_client: Client, okafor: User, fansha: Centre) -> None:
    demo.seed(fansha, okafor)
    answer = okafor_client.get(reverse("groups:download", args=["basic-summary", "xlsx"]))
    assert re.search(r'filename="basic-summary-987654-[\d-]+\.xlsx"', answer["Content-Disposition"])
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].values)
    assert rows[0] == ("Group Number", "Group Description", "Category")
    assert len(rows) == 5
    full = okafor_client.get(reverse("groups:download", args=["full-information", "xlsx"]))
    book = openpyxl.load_workbook(io.BytesIO(full.content))
    assert len(book.worksheets) == 4
    cells = {str(cell) for row in book["Fansha-QCF-010120"].values for cell in row}
    assert {"500/9810/X", "K/601/6383", "G8C"} <= cells
    text = okafor_client.get(reverse("groups:download", args=["basic-summary", "csv"])).content.decode(
        "utf-8-sig"
    )
    assert [row[0] for row in csv.reader(io.StringIO(text))][1:] == [row[0] for row in rows[1:]]
    page = okafor_client.get(reverse("groups:audit")).content.decode()
    assert page.count("Downloaded") == 3
    okafor_client.head(reverse("groups:download", args=["basic-summary", "csv"]))
    assert AuditEntry.objects.filter(action="downloaded").count() == 3


def test_many_entries_stand_on_pages(okafor_client: Client, okafor: User, fansha: Centre) -> None:
    for _ in range(120):
        record(okafor, fansha, Action.DOWNLOADED)
    page = okafor_client.get(reverse("groups:audit"), {"page": "2"}).content.decode()
    assert "Page 2 of 3" in page


def test_a_group_that_cannot_be_read_any_more_says_so(
    okafor_client: Client, okafor: User, fansha: Centre
) -> None:
    demo.seed(fansha, okafor)
    group = SavedGroup.objects.all()[0]
    document = group.document
    text = json.dumps(document).replace("601/0143/X", "500/0000/0")
    SavedGroup.objects.filter(pk=group.pk).update(document=json.loads(text))
    for answer in (
        okafor_client.post(reverse("groups:copy", args=[group.pk])),
        okafor_client.get(reverse("groups:download", args=["full-information", "xlsx"])),
    ):
        assert answer.status_code == 409
        assert "A group cannot be read" in answer.content.decode()


def test_old_drafts_are_cleared(okafor_client: Client) -> None:
    old, new = made(okafor_client), made(okafor_client)
    Draft.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=31))
    out = io.StringIO()
    call_command("cleardrafts", stdout=out)
    assert out.getvalue() == "1 draft cleared.\n"
    assert Draft.objects.get() == new


def test_the_best_answer_within_a_limit_is_an_answer_too(
    okafor_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = combination.start(combination.search("601/3457/4", timezone.localdate())[0].qualification)
    best = combination.solver(begun.qualification).complete(begun)
    monkeypatch.setattr(combination, "_standing", combination._standing.__wrapped__)

    def slow(*_args: object, **_more: object) -> None:
        raise LimitReachedError(answers.pop())

    monkeypatch.setattr(Solver, "completions", slow)
    draft = made(okafor_client, "601-3457-4")
    url = reverse("groups:draft", args=[draft.pk])
    answers = [None, best]
    assert "Finish it for me" in okafor_client.get(url).content.decode()
    answers = [None, None]
    assert "There was not enough time to work everything out" in okafor_client.get(url).content.decode()


def test_what_a_group_is_open_to() -> None:
    assert pages.opening(Opening()) == "This group also takes units from elsewhere."
    words = pages.opening(Opening(level_from=2, level_to=3, tags={"art", "music"}))
    assert words == (
        "This group also takes units from elsewhere, at Level 2 or above, at Level 3 or below, marked art or music."
    )


def test_qualifications_with_like_titles_are_told_apart() -> None:
    titles = ["A" * 90 + " one", "A" * 90 + " two", "Ελληνικά", "Русский"]
    slugs = {pages.slug(Qualification(title=title)) for title in titles}
    assert len(slugs) == len(titles)
    assert all(len(each) <= 80 for each in slugs)
    assert pages.slug(Qualification(title="Any", number="500/9810/X")) == "500-9810-x"
