"""From first log-in to the portal's home: what a person does, and what is refused."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from axes.models import AccessAttempt
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.forms import SetUpForm
from accounts.models import Centre, Membership, User, folded
from accounts.portal import CENTRE_KEY
from accounts.tabs import ELSEWHERE, tabs
from accounts.validators import NotTheSurname

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

PASSWORD = "blue-lantern-42"
NEW = "seven-small-otters"


def log_in(client: Client, pin: str, password: str) -> "Answer":
    return client.post("/", {"username": pin, "password": password})


def set_up(client: Client, pin: str = "123456", surname: str = "Porter", *passwords: str) -> "Answer":
    first, second = passwords or (NEW, NEW)
    return client.post(
        "/account/new/", {"pin": pin, "surname": surname, "password1": first, "password2": second}
    )


def logon(client: Client, **changes: str) -> "Answer":
    data = {
        "surname": "Okafor",
        "centre_number": "987654",
        "email": "n@centre.example",
        "email_again": "n@centre.example",
        **changes,
    }
    return client.post("/portal/logon/", data)


def is_logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def okafors(client: Client, okafor: User) -> Client:
    """A browser in which Okafor is logged in, and signed in for no centre yet."""
    assert log_in(client, okafor.pin, PASSWORD).status_code == 302
    return client


# First log-in


@pytest.mark.parametrize("typed", ["Porter", "porter", "PORTER", "  pOrTeR "])
def test_the_surname_as_the_password_leads_to_the_setup_and_into_no_session(
    client: Client, porter: User, typed: str
) -> None:
    answer = log_in(client, porter.pin, typed)
    assert (answer.status_code, answer["Location"]) == (302, "/account/new/")
    assert not is_logged_in(client)
    assert 'value="123456"' in client.get("/account/new/").content.decode()
    assert client.get("/portal/logon/").status_code == 302
    assert client.get("/portal/")["Location"] == "/"


def test_setting_up_opens_the_account_once(client: Client, porter: User) -> None:
    answer = set_up(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    page = client.get("/").content.decode()
    assert "Your account has been created." in page
    assert "Click here for access" in page
    porter.refresh_from_db()
    assert not porter.is_new
    assert porter.password.startswith("md5$")  # hashed by Django; in the tests, quickly
    for other in (log_in(Client(), porter.pin, "Porter"), set_up(Client()), set_up(Client(), surname=NEW)):
        assert other.status_code == 200
    assert log_in(Client(), porter.pin, NEW).status_code == 302


def test_setting_up_wants_pin_and_surname_of_one_new_account(
    client: Client, okafor: User, porter: User
) -> None:
    for answer in (
        set_up(client, surname="Okafor"),
        set_up(client, pin="999999"),
        set_up(client, pin=okafor.pin, surname="Okafor"),
        set_up(
            client, pin=okafor.pin, surname=PASSWORD
        ),  # a set-up account is no new one, whatever one knows
    ):
        assert SetUpForm.unfit in answer.content.decode()
    porter.refresh_from_db()
    assert porter.is_new
    assert not is_logged_in(client)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("Porter", "Porter", "Your surname can’t be your password."),
        (" PORTER ", " PORTER ", "Your surname can’t be your password."),
        (NEW, NEW + "!", "The two password fields didn’t match."),
        ("short", "short", "This password is too short."),
        ("password123", "password123", "This password is too common."),
        ("9384716250", "9384716250", "This password is entirely numeric."),
        ("alexporter1", "alexporter1", "The password is too similar to the"),
        (NEW, "", "This field is required."),
    ],
)
def test_a_weak_password_sets_nothing_up(
    client: Client, porter: User, first: str, second: str, said: str
) -> None:
    page = set_up(client, "123456", "porter", first, second).content.decode()
    assert said in page
    assert f'value="{first}"' not in page
    porter.refresh_from_db()
    assert porter.is_new


def test_two_set_ups_at_once_leave_one_account(porter: User) -> None:
    slow, quick = User.objects.get(pk=porter.pk), User.objects.get(pk=porter.pk)
    assert quick.set_up(NEW)
    assert not slow.set_up("another-good-one")
    assert slow.is_new
    assert User.objects.get(pk=porter.pk).check_password(NEW)


def test_who_is_second_in_setting_up_is_told(
    client: Client, porter: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(User, "set_up", lambda *_: False)
    assert SetUpForm.unfit in set_up(client).content.decode()
    assert not is_logged_in(client)
    assert porter.is_new


def test_the_surname_is_refused_by_the_validator_alone() -> None:
    with pytest.raises(ValidationError):
        NotTheSurname().validate("van  der Berg", User(surname="Van der Berg"))
    NotTheSurname().validate("van der Berg")


def test_names_are_compared_without_case_and_spaces() -> None:
    assert folded("  Van\tder  BERG ") == folded("van der berg") != folded("vanderberg")


def test_there_is_no_password_that_is_none(porter: User) -> None:
    assert not porter.check_password(None)


# Logging in


def test_a_log_in_changes_the_session_key_and_shows_the_way(client: Client, okafor: User) -> None:
    client.get("/account/new/")
    session = client.session
    session["kept"] = True
    session.save()
    before = session.session_key or ""
    client.cookies["sessionid"] = before
    assert log_in(client, okafor.pin, PASSWORD)["Location"] == "/"
    assert client.session.session_key != before
    assert 'href="/portal/logon/"' in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("pin", "password"), [("123457", "Okafor"), ("123457", PASSWORD.upper()), ("999999", PASSWORD)]
)
def test_a_log_in_that_does_not_fit_says_nothing_more(
    client: Client, okafor: User, pin: str, password: str
) -> None:
    answer = log_in(client, pin, password)
    assert "The PIN and the password don’t fit together." in answer.content.decode()
    assert password not in answer.content.decode()
    assert okafor.is_active
    assert not is_logged_in(client)


def test_who_has_left_is_out(okafors: Client, okafor: User) -> None:
    User.objects.filter(pk=okafor.pk).update(is_active=False)
    assert okafors.get("/portal/logon/").status_code == 302
    assert log_in(Client(), okafor.pin, PASSWORD).status_code == 200


def test_no_log_in_leads_elsewhere(client: Client, okafor: User) -> None:
    for where in ("https://elsewhere.example/", "//elsewhere.example", "/portal/"):
        answer = client.post(f"/?next={where}", {"username": okafor.pin, "password": PASSWORD, "next": where})
        assert answer["Location"] == "/"
        answer = client.post(f"/portal/logout/?next={where}", {"next": where})
        assert answer["Location"] == "/"


def test_guesses_are_throttled_and_nothing_typed_is_kept(client: Client, okafor: User) -> None:
    for _ in range(4):
        assert log_in(client, okafor.pin, "Gu3ss-Word").status_code == 200
    assert log_in(client, okafor.pin, "Gu3ss-Word").status_code == 429
    answer = log_in(client, okafor.pin, PASSWORD)
    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()
    assert not is_logged_in(client)
    for kept in AccessAttempt.objects.values_list("post_data", "get_data"):
        assert "Gu3ss-Word" not in "".join(kept)
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert (
        log_in(elsewhere, okafor.pin, PASSWORD).status_code == 302
    )  # nobody locks another out from elsewhere


def test_after_an_hour_one_may_try_again(client: Client, okafor: User) -> None:
    for _ in range(5):
        log_in(client, okafor.pin, "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=61))
    assert log_in(client, okafor.pin, PASSWORD).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_guesses_of_a_surname_are_throttled_at_both_doors(client: Client, porter: User) -> None:
    for _ in range(3):
        set_up(client, surname="Guessworth")
    assert log_in(client, porter.pin, "guess").status_code == 200
    assert set_up(client, surname="Guessworth").status_code == 429
    assert set_up(client).status_code == 429
    for kept in AccessAttempt.objects.values_list("post_data", flat=True):
        assert "Guessworth" not in kept
        assert NEW not in kept


# Forgotten password


def letter_link() -> str:
    body = str(mail.outbox[-1].body)
    found = re.search(r"http://testserver(/account/forgotten/\S+)", body)
    assert found
    return found[1]


def test_a_forgotten_password_is_replaced_once(client: Client, okafor: User) -> None:
    assert client.post("/account/forgotten/", {"email": okafor.pin})["Location"] == "/account/forgotten/sent/"
    assert client.get("/account/forgotten/sent/").status_code == 200
    assert (mail.outbox[0].to, mail.outbox[0].subject) == ([okafor.email], "Web Portal 2: your password")
    assert "&" not in mail.outbox[0].body
    link = letter_link()
    form = client.get(link, follow=True)
    where = form.redirect_chain[-1][0]
    assert "Okafor" not in where
    refused = client.post(where, {"new_password1": "okafor", "new_password2": "okafor"})
    assert "Your surname can’t be your password." in refused.content.decode()
    done = client.post(where, {"new_password1": NEW, "new_password2": NEW}, follow=True)
    assert "Your password is changed" in done.content.decode()
    assert "works no longer" in Client().get(link, follow=True).content.decode()
    assert log_in(Client(), okafor.pin, PASSWORD).status_code == 200
    assert log_in(Client(), okafor.pin, NEW).status_code == 302


def test_a_new_password_ends_other_sessions(okafors: Client, okafor: User) -> None:
    okafor.set_password(NEW)
    okafor.save()
    assert okafors.get("/portal/logon/").status_code == 302


def test_a_link_does_not_last(client: Client, okafor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post("/account/forgotten/", {"email": okafor.pin})
    monkeypatch.setattr("django.conf.settings.PASSWORD_RESET_TIMEOUT", -1)
    assert "works no longer" in client.get(letter_link(), follow=True).content.decode()


@pytest.mark.parametrize("pin", ["999999", "123456", "okafor@centre.example"])
def test_for_another_pin_the_same_is_said_and_nothing_sent(client: Client, porter: User, pin: str) -> None:
    answer = client.post("/account/forgotten/", {"email": pin[:10]}, follow=True)
    assert answer.redirect_chain == [("/account/forgotten/sent/", 302)]
    assert porter.is_new
    assert not mail.outbox


def test_without_an_address_nothing_is_sent(client: Client, okafor: User) -> None:
    User.objects.filter(pk=okafor.pk).update(email="")
    client.post("/account/forgotten/", {"email": okafor.pin})
    assert not mail.outbox


# Web Portal 2 logon


def test_the_logon_shows_the_pin_and_asks_who_is_logged_in(okafors: Client) -> None:
    page = okafors.get("/portal/logon/").content.decode()
    assert re.search(r'<input[^>]*name="pin"[^>]*value="123457"[^>]*disabled', page)
    answer = Client().get("/portal/logon/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")


def test_the_logon_opens_the_portal_for_a_centre(okafors: Client, okafor: User, fansha: Centre) -> None:
    before = okafors.session.session_key
    answer = logon(okafors, surname=" OKAFOR", pin="123456")
    assert (answer.status_code, answer["Location"]) == (302, "/portal/")
    assert okafors.session[CENTRE_KEY] == fansha.pk
    assert okafors.session.session_key != before
    assert Membership.objects.get(user=okafor, centre=fansha).email == "n@centre.example"
    page = okafors.get("/portal/")
    shown = page.content.decode()
    for text in (
        "123457",
        "Ngozi Okafor",
        "987654",
        "Fansha Motor Training (invented)",
        "Welcome to Web Portal 2",
    ):
        assert text in shown
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("surname", "Porter", "These details don’t fit together."),
        ("centre_number", "912345", "These details don’t fit together."),
        ("centre_number", "000000", "These details don’t fit together."),
        ("surname", "", "This field is required."),
        ("centre_number", "9" * 11, "Ensure this value has at most 10 characters"),
        ("email_again", "m@centre.example", "The two email addresses are not the same."),
        ("email", "nobody", "Enter a valid email address."),
        ("email", "a" * 250 + "@x.example", "Ensure this value has at most 254 characters"),
        ("email_again", "", "This field is required."),
    ],
)
def test_a_logon_that_does_not_fit(
    okafors: Client, harbour: Centre, field: str, value: str, said: str
) -> None:
    page = logon(okafors, **{field: value}).content.decode()
    assert said in page
    assert harbour.name not in page
    assert CENTRE_KEY not in okafors.session
    assert okafors.get("/portal/")["Location"] == "/portal/logon/"


def test_guesses_at_the_logon_are_throttled_and_a_log_in_forgives_none(okafors: Client, okafor: User) -> None:
    for _ in range(10):
        assert logon(okafors, email_again="").status_code == 200  # not filled in is no guess
    for _ in range(2):
        assert logon(okafors, centre_number="912345").status_code == 200
        log_in(okafors, okafor.pin, PASSWORD)
        assert logon(okafors, surname="Guessworth").status_code == 200
    assert logon(okafors, centre_number="912345").status_code == 429
    assert logon(okafors).status_code == 429
    assert okafors.get("/portal/logon/").status_code == 429
    for kept in AccessAttempt.objects.values_list("post_data", flat=True):
        assert "Guessworth" not in kept
        assert "n@centre.example" not in kept


def test_a_logon_that_fits_forgets_the_guesses(okafors: Client) -> None:
    for _ in range(3):
        for _ in range(4):
            assert logon(okafors, centre_number="912345").status_code == 200
        assert logon(okafors).status_code == 302


def test_who_works_for_the_centre_no_longer_is_out_at_once(
    okafor_client: Client, okafor: User, fansha: Centre
) -> None:
    assert okafor_client.get("/portal/").status_code == 200
    fansha.people.remove(okafor)
    assert okafor_client.get("/portal/")["Location"] == "/portal/logon/"
    part = okafor_client.get("/portal/", headers={"HX-Request": "true"})
    assert part["HX-Redirect"] == "/portal/logon/"


def test_a_part_of_a_page_leads_the_whole_page_to_the_log_in(client: Client, db: None) -> None:  # noqa: ARG001 - the session
    assert client.get("/portal/", headers={"HX-Request": "true"})["HX-Redirect"] == "/"


# In the portal


def test_every_tab_says_what_it_is(okafor_client: Client) -> None:
    page = okafor_client.get("/portal/").content.decode()
    for slug, name in ELSEWHERE.items():
        assert f'href="/portal/tab/{slug}/"' in page
        shown = okafor_client.get(f"/portal/tab/{slug}/").content.decode()
        assert f"<h1>{name}</h1>" in shown
        assert 'aria-current="page"' in shown
        assert "not part of this demonstration" in shown
    assert okafor_client.get("/portal/tab/elsewhere/").status_code == 404
    assert 'class="current"' not in page


def test_logging_out_ends_the_session_and_only_by_a_button(okafor_client: Client) -> None:
    assert okafor_client.get("/portal/logout/").status_code == 405
    assert okafor_client.get("/portal/").status_code == 200
    answer = okafor_client.post("/portal/logout/", follow=True)
    assert "You have logged out." in answer.content.decode()
    assert okafor_client.get("/portal/")["Location"] == "/"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/", "GET POST"),
        ("/account/new/", "GET POST"),
        ("/portal/", "GET"),
        ("/portal/logon/", "GET POST"),
        ("/portal/logout/", "POST"),
        ("/portal/tab/qap/", "GET"),
    ],
)
def test_other_methods_are_refused(okafor_client: Client, path: str, methods: str) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"):
        answer = okafor_client.generic(method, path)
        assert (answer.status_code == 405) == (method not in methods.split()), (method, path)


def test_what_is_shown_is_escaped(client: Client, db: None) -> None:  # noqa: ARG001 - the session
    page = client.post("/", {"username": '"><b>x', "password": "x"}).content.decode()
    assert '"><b>x' not in page
    assert "&quot;&gt;&lt;b&gt;x" in page


def test_people_and_centres_say_who_they_are(okafor: User, fansha: Centre) -> None:
    membership = Membership.objects.get(user=okafor, centre=fansha)
    assert str(okafor) == "123457 Ngozi Okafor"
    assert str(fansha) == "987654 Fansha Motor Training (invented)"
    assert str(membership) == f"{okafor} at {fansha}"


def test_tabs_are_for_those_who_are_signed_in(rf: RequestFactory) -> None:
    assert tabs(rf.get("/")) == {}
