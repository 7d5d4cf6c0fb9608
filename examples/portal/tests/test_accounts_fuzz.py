"""Whatever is sent to the pages of logging in, they answer, and never with an error of the server."""

import uuid
from urllib.parse import quote_from_bytes

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Centre, User
from accounts.portal import CENTRE_KEY
from config.common import AXES_SENSITIVE_PARAMETERS

PATHS = [
    "/",
    "/account/new/",
    "/account/forgotten/",
    "/account/forgotten/sent/",
    "/account/forgotten/complete/",
    "/account/forgotten/MQ/set-password/",
    "/portal/",
    "/portal/logon/",
    "/portal/logout/",
    "/portal/tab/qap/",
]
FIELDS = [*AXES_SENSITIVE_PARAMETERS, "next"]
VALUES = st.one_of(
    st.sampled_from(
        ["123456", "123457", "Porter", "Okafor", "987654", "n@centre.example", "blue-lantern-42"]
    ),
    st.text(st.characters(codec=None), max_size=40),  # with NULs and half characters
    st.sampled_from(
        ["\0", "\ud800", "9" * 40, "-1", "1e400", "ﬁ" * 9, "é" * 200, "' OR 1=1 --", "../..", "{{ 7 }}"]
    ),
    st.integers(1, 300_000).map("A".__mul__),
    st.integers(1, 60_000).map("é\0".__mul__),
)
NAMES = st.one_of(st.sampled_from(FIELDS), st.text(max_size=12))
METHODS = st.sampled_from(
    ["POST", "POST", "POST", "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
)
KINDS = st.one_of(
    st.just("application/x-www-form-urlencoded"),
    st.sampled_from(
        [
            "application/x-www-form-urlencoded; charset=utf-16",
            "application/x-www-form-urlencoded; charset=nonsense",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "multipart/form-data; boundary=\xe9",
            "application/json",
            "text/plain",
            "nonsense",
            "",
        ]
    ),
)
hostile = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


def encoded(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"))


def body(fields: list[tuple[str, str]]) -> str:
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in fields)


def browser(user: User | None, centre: Centre | None) -> Client:
    """A browser at an address of its own: nobody is locked out by the example before."""
    client = Client(REMOTE_ADDR=f"10.{uuid.uuid4().int % 256}.{uuid.uuid4().int % 256}.1")
    if user:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        if centre:
            session = client.session
            session[CENTRE_KEY] = centre.pk
            session.save()
    return client


@pytest.fixture
def browsers(porter: User, okafor: User, fansha: Centre) -> list[tuple[User | None, Centre | None]]:
    """Who may sit before the browser: nobody, a person who is logged in, one who is signed in for a centre."""
    assert porter.is_new
    return [(None, None), (okafor, None), (okafor, fansha)]


@hostile
@given(
    path=st.sampled_from(PATHS),
    who=st.integers(0, 2),
    method=METHODS,
    kind=KINDS,
    fields=st.lists(st.tuples(NAMES, VALUES), max_size=12),
    query=st.lists(st.tuples(NAMES, st.text(max_size=20)), max_size=2),
)
@example(
    "/", 0, "POST", "application/x-www-form-urlencoded", [("username", "123457"), ("password", "\0")], []
)
@example(
    "/",
    0,
    "POST",
    "application/x-www-form-urlencoded",
    [("username", "1"), ("password", "x"), ("z", "\0")],
    [],
)
@example(
    "/", 0, "POST", "application/x-www-form-urlencoded", [("username", "1"), ("password", "A" * 200_000)], []
)
def test_no_form_breaks(
    browsers: list[tuple[User | None, Centre | None]],
    path: str,
    who: int,
    method: str,
    kind: str,
    fields: list[tuple[str, str]],
    query: list[tuple[str, str]],
) -> None:
    client = browser(*browsers[who])
    answer = client.generic(method, path, body(fields), content_type=kind, QUERY_STRING=body(query))
    assert answer.status_code < 500


@hostile
@given(path=st.sampled_from(PATHS), who=st.integers(0, 2), raw=st.binary(max_size=400), kind=KINDS)
def test_no_rubbish_breaks_a_form(
    browsers: list[tuple[User | None, Centre | None]], path: str, who: int, raw: bytes, kind: str
) -> None:
    client = browser(*browsers[who])
    assert client.generic("POST", path, raw, content_type=kind).status_code < 500


@hostile
@given(
    path=st.sampled_from(PATHS), who=st.integers(0, 2), names=st.lists(st.sampled_from(FIELDS), max_size=5)
)
def test_files_are_no_texts(
    browsers: list[tuple[User | None, Centre | None]], path: str, who: int, names: list[str]
) -> None:
    client = browser(*browsers[who])
    files = {name: SimpleUploadedFile("a\\..b.txt", b"\xff\0") for name in names}
    assert client.post(path, files).status_code < 500


@hostile
@given(uid=st.text(max_size=40), token=st.text(max_size=80))
@example(uid="OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", token="x")
@example(uid="AA", token="set-password")
def test_no_link_breaks_the_new_password(db: None, uid: str, token: str) -> None:  # noqa: ARG001 - the page asks it
    link = f"/account/forgotten/{encoded(uid)}/{encoded(token)}/"
    client = Client()
    assert client.get(link).status_code < 500
    assert client.post(link, {"new_password1": "a", "new_password2": "b"}).status_code < 500


@hostile
@given(
    name=st.sampled_from(["sessionid", "csrftoken", "messages"]),
    value=st.text(st.characters(max_codepoint=255), max_size=80),
    path=st.sampled_from(PATHS),
)
@example(name="sessionid", value="forged-key\0", path="/")
def test_no_cookie_breaks_a_page(db: None, name: str, value: str, path: str) -> None:  # noqa: ARG001 - the page asks it
    client = Client()
    client.cookies[name] = value
    assert client.get(path).status_code < 500
    assert client.post(path, {"username": "1", "password": "x"}).status_code < 500
