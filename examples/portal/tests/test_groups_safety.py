"""Registration groups: nobody reaches another centre's, no input is an error of the server, nothing is lost."""

import re
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import NoReverseMatch, reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.test_groups import made

from accounts.demo import seed as seed_people
from accounts.models import Centre, User
from accounts.portal import CENTRE_KEY, PortalRequest
from groups import demo, saving
from groups.models import Action, AuditEntry, Draft, SavedGroup
from groups.urls import urlpatterns

NAMES = sorted({pattern.name for pattern in urlpatterns if pattern.name})
VERBS = ["get", "head", "post", "put", "patch", "delete", "options"]


def addresses(draft: Draft, group: SavedGroup) -> list[tuple[str, bool]]:
    """Return every address of the app, and whether it is of one draft or group."""
    found: list[tuple[str, bool]] = []
    for pattern in urlpatterns:
        converters = set(pattern.pattern.regex.groupindex)
        values: dict[str, Any] = {
            "draft": draft.pk,
            "group": group.pk,
            "kind": "basic-summary",
            "suffix": "xlsx",
        }
        arguments = {name: values[name] for name in converters}
        try:
            url = reverse(f"groups:{pattern.name}", kwargs=arguments)
        except NoReverseMatch:  # the one with other values
            url = reverse(f"groups:{pattern.name}", kwargs=arguments | {"suffix": "csv"})
        found.append((url, bool(converters & {"draft", "group"})))
    return found


@pytest.fixture
def others(harbour: Centre, lindqvist: User, lindqvist_client: Client) -> tuple[Draft, SavedGroup]:
    """A draft and a saved group of another centre."""
    demo.seed(harbour, lindqvist)
    draft = made(lindqvist_client, "500-9810-x")
    return draft, SavedGroup.objects.filter(centre=harbour)[0]


def state() -> list[Any]:
    """Return everything that is kept, as values."""
    return [list(model.objects.order_by("pk").values()) for model in (SavedGroup, Draft, AuditEntry)]


def test_another_centres_things_are_not_there(
    okafor_client: Client, others: tuple[Draft, SavedGroup]
) -> None:
    before = state()
    owned = [url for url, is_owned in addresses(*others) if is_owned]
    assert len(owned) >= 7
    for url, verb in product(owned, VERBS):
        answer = getattr(okafor_client, verb)(url, {"do": "drop|500-9810-x"} if verb == "post" else {})
        expected = {404} if verb == "post" else {404, 405}
        assert answer.status_code in expected, (verb, url)
    assert state() == before


def test_lists_and_downloads_hold_nothing_of_another_centre(
    okafor_client: Client, others: tuple[Draft, SavedGroup]
) -> None:
    for url, is_owned in addresses(*others):
        if not is_owned:
            answer = okafor_client.get(url)
            assert answer.status_code == 200
            assert b"Harbour" not in answer.content, url


@pytest.mark.parametrize("verb", VERBS)
def test_who_is_not_signed_in_signs_in_first(
    verb: str, okafor: User, others: tuple[Draft, SavedGroup]
) -> None:
    before = state()
    half = Client()
    half.force_login(okafor, backend="django.contrib.auth.backends.ModelBackend")
    for url, _ in addresses(*others):
        for client, to in ((Client(), reverse("accounts:home")), (half, reverse("accounts:logon"))):
            answer = getattr(client, verb)(url)
            if answer.status_code != 405:
                assert (answer.status_code, answer["Location"]) == (302, to), url
    assert state() == before


def test_what_changes_something_is_posted(okafor_client: Client, fansha: Centre, okafor: User) -> None:
    demo.seed(fansha, okafor)
    draft = made(okafor_client, "500-9810-x")
    before = state()
    for url, _ in addresses(draft, SavedGroup.objects.all()[0]):
        if "basic-summary" not in url and "full-information" not in url:  # a download is recorded
            assert okafor_client.get(url).status_code in {200, 302, 405}
    assert state() == before


def saved(client: Client, number: str = "F-1") -> SavedGroup:
    """Return a saved group, made as a person makes it."""
    url = reverse("groups:draft", args=[made(client, "500-9810-x").pk])
    client.post(url, {"do": "add|500-9810-x|K/601/6383|x"})
    client.post(url, {"do": "save", "group_number": number, "description": "First", "group_type": "QAP"})
    return SavedGroup.objects.get(group_number=number)


def opened(client: Client, group: SavedGroup) -> str:
    """Return the address of the draft as which a person opens a group."""
    answer = client.post(reverse("groups:open", args=[group.pk]))
    return str(answer["Location"])


@pytest.fixture
def colleague(sign_in: Any, porter: User, fansha: Centre) -> Client:
    """A second person of the same centre."""
    client: Client = sign_in(porter, fansha)
    return client


def test_two_people_change_a_group(okafor_client: Client, colleague: Client) -> None:
    group = saved(okafor_client)
    mine, theirs = opened(okafor_client, group), opened(colleague, group)
    assert mine != theirs
    colleague.post(theirs, {"do": "save", "description": "Theirs"})
    answer = okafor_client.post(mine, {"do": "save", "description": "Mine", "group_number": "F-1"})
    text = answer.content.decode()
    assert "Somebody else has saved this group meanwhile" in text
    assert "Alex Porter" in text
    assert 'value="Mine"' in text
    group.refresh_from_db()
    assert (group.version, group.description) == (2, "Theirs")
    assert Draft.objects.get().document["description"] == "Mine"
    other = okafor_client.post(mine, {"do": "open-theirs"}, follow=True)
    assert 'value="Theirs"' in other.content.decode()
    over = okafor_client.post(mine, {"do": "save-over|2"}, follow=True)
    assert "F-1 has been saved." in over.content.decode()
    group.refresh_from_db()
    assert (group.version, group.description) == (3, "Mine")
    assert AuditEntry.objects.first().detail == {"version": 3, "saved over version": 2}  # type: ignore[union-attr] # there is one


def test_saving_over_goes_no_further_than_what_was_seen(okafor_client: Client, colleague: Client) -> None:
    group = saved(okafor_client)
    mine = opened(okafor_client, group)
    for text in ("Second", "Third"):
        colleague.post(opened(colleague, group), {"do": "save", "description": text})
        group.refresh_from_db()
    for version in ("2", "x", "9" * 30, "-1", ""):
        answer = okafor_client.post(mine, {"do": f"save-over|{version}"})
        assert "Somebody else has saved this group meanwhile" in answer.content.decode()
    answer = okafor_client.post(mine, {"do": "save-new"})
    assert "The group cannot be saved yet" in answer.content.decode()
    okafor_client.post(mine, {"do": "save-new", "group_number": "F-2"})
    assert sorted(SavedGroup.objects.values_list("group_number", flat=True)) == ["F-1", "F-2"]


def test_a_group_that_was_deleted_meanwhile(okafor_client: Client, colleague: Client) -> None:
    group = saved(okafor_client)
    mine = opened(okafor_client, group)
    asked = colleague.get(reverse("groups:delete", args=[group.pk]))
    assert "cannot be brought back" in asked.content.decode()
    colleague.post(reverse("groups:delete", args=[group.pk]), {"version": "1"})
    assert not SavedGroup.objects.exists()
    answer = okafor_client.post(mine, {"do": "save", "description": "Mine"})
    text = answer.content.decode()
    assert "Somebody else has deleted this group meanwhile" in text
    assert "Alex Porter" in text
    assert 'value="Mine"' in text
    okafor_client.post(mine, {"do": "save-new"})
    assert SavedGroup.objects.get().description == "Mine"


def test_a_changed_group_is_not_deleted_unseen(
    okafor_client: Client, colleague: Client, okafor: User, fansha: Centre
) -> None:
    group = saved(okafor_client)
    request = PortalRequest()
    request.user, request.centre = okafor, fansha
    assert not saving.delete(request, group, 2)
    colleague.post(opened(colleague, group), {"do": "save", "description": "Theirs"})
    answer = okafor_client.post(reverse("groups:delete", args=[group.pk]), {"version": "1"}, follow=True)
    assert "Somebody has changed this group meanwhile" in answer.content.decode()
    assert SavedGroup.objects.exists()


def test_the_same_number_in_the_same_moment(okafor_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(okafor_client)
    url = reverse("groups:draft", args=[made(okafor_client, "500-9810-x").pk])
    okafor_client.post(url, {"do": "add|500-9810-x|K/601/6383|x"})
    header = {"do": "save", "group_number": " f-1 ", "description": "Second"}
    taken = okafor_client.post(url, header)
    assert 'href="#id_group_number"' in taken.content.decode()
    monkeypatch.setattr(saving, "numbers_of", lambda *_args, **_more: [])
    late = okafor_client.post(url, header)
    assert "Another group of your centre has this number already." in late.content.decode()
    assert SavedGroup.objects.count() == 1
    assert AuditEntry.objects.count() == 1


def test_a_save_and_its_trace_are_one(okafor_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    url = reverse("groups:draft", args=[made(okafor_client, "500-9810-x").pk])
    okafor_client.post(url, {"do": "add|500-9810-x|K/601/6383|x"})

    def broken(*_args: object, **_more: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(saving, "record", broken)
    okafor_client.post(url, {"do": "save", "group_number": "F-1", "description": "First"})
    assert not SavedGroup.objects.exists()
    assert Draft.objects.exists()


def test_the_audit_trail_is_only_added_to(okafor_client: Client) -> None:
    saved(okafor_client)
    entry = AuditEntry.objects.get()
    assert str(entry).endswith("created F-1")
    with pytest.raises(TypeError):
        entry.delete()
    with pytest.raises(IntegrityError):
        entry.save()


def test_what_is_shown_is_escaped(okafor_client: Client, fansha: Centre) -> None:
    evil = "<script>alert('x')</script>\"&"
    group = saved(okafor_client, evil)
    opened(okafor_client, group)
    for url, _ in addresses(Draft.objects.all()[0], group):
        content = okafor_client.get(url).content
        assert b"<script>alert" not in content, url
    assert b"&lt;script&gt;" in okafor_client.get(reverse("groups:view")).content
    assert AuditEntry.objects.filter(centre=fansha, action=Action.CREATED).count() == 1


HOSTILE = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "",
            "\x00",
            "\ud7ff",
            "A" * 5000,
            "-1",
            "9" * 40,
            "' OR 1=1 --",
            "<b>",
            "../../x",
            "K/601/6383",
            "500-9810-x",
        ]
    ),
)
VERB = st.sampled_from(
    ["add", "remove", "why", "finish", "drop", "save", "save-over", "save-new", "keep", "elsewhere"]
)
CLICK = st.one_of(
    HOSTILE,
    st.builds(lambda verb, *rest: "|".join((verb, *rest)), VERB, HOSTILE, HOSTILE, HOSTILE),
    st.builds(lambda verb, *rest: "|".join((verb, "500-9810-x", *rest)), VERB, HOSTILE, HOSTILE),
)
FIELDS = [
    *(
        "do",
        "group_type",
        "group_number",
        "description",
        "shown",
        "pathway-500-9810-x",
        "condition-500-9810-x",
    ),
    *("add", "q", "of", "number", "title", "level", "credit", "hours", "version", "qualification", "units"),
    *("state-K/601/6383", "open", "why", "unit", "page"),
]
FORM = st.dictionaries(st.sampled_from(FIELDS), HOSTILE, max_size=8)


class TestHostileForms(TestCase):
    """Whatever is sent to any page, it is answered, and never as an error of the server."""

    def setup_example(self) -> None:
        """Sign in to a centre with groups, anew for each example."""
        super().setup_example()  # type: ignore[no-untyped-call] # hypothesis has it without types
        people = {user.surname: (centre, user) for centre, user in seed_people()}
        centre, user = people["Okafor"]
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = self.client.session
        session[CENTRE_KEY] = centre.pk
        session.save()
        demo.seed(centre, user)

    @hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(form=FORM, click=CLICK, is_htmx=st.booleans())
    def test_every_address(self, form: dict[str, str], click: str, is_htmx: bool) -> None:
        """Send what one likes to each of them."""
        draft = made(self.client, "500-9810-x", "chc43015")
        form = {name: value for name, value in form.items() if "\x00" not in name}
        headers = {"HX-Request": "true"} if is_htmx else {}
        of = f"?of={'chc43015' if is_htmx else form.get('of', '')}"
        for url, _ in addresses(draft, SavedGroup.objects.all()[0]):
            for answer in (
                self.client.get(url, form, headers=headers),
                self.client.post(
                    url + (of if "elsewhere" in url else ""), {"do": click, **form}, headers=headers
                ),
            ):
                assert answer.status_code < 500, url


@pytest.mark.parametrize("number", ["0", "99999999999999999999999", "1"])
def test_numbers_of_no_group(okafor_client: Client, number: str) -> None:
    assert okafor_client.post(f"/centre/groups/{number}/open/").status_code == 404
    assert okafor_client.get(f"/centre/groups/{number}/delete/").status_code == 404


def test_few_queries(okafor_client: Client, django_assert_max_num_queries: Any) -> None:
    group = saved(okafor_client)
    draft = opened(okafor_client, group)
    for url in (draft, reverse("groups:view"), reverse("groups:audit"), reverse("groups:checker")):
        with django_assert_max_num_queries(7):
            assert okafor_client.get(url).status_code == 200
    with django_assert_max_num_queries(10):
        answer = okafor_client.post(
            draft, {"do": "remove|500-9810-x|K/601/6383|x"}, headers={"HX-Request": "true"}
        )
    assert re.fullmatch(r"roc;dur=\d+\.\d\d", answer["Server-Timing"])
