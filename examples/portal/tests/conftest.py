"""What the tests of the portal share: invented people of two centres, and browsers of theirs."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.demo import seed
from accounts.models import Centre, User
from accounts.portal import CENTRE_KEY

SignIn = Callable[[User, Centre], Client]
OpenPage = Callable[..., Page]


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Settings) -> None:
    """Passwords are hashed quickly: there are many, and none is real."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def people(db: None) -> dict[str, tuple[Centre, User]]:  # noqa: ARG001 - a fixture is asked for by its name
    """The demonstration's people with their centres, by surname: Porter (a new account), Okafor, Lindqvist."""
    return {user.surname: (centre, user) for centre, user in seed()}


@pytest.fixture
def porter(people: dict[str, tuple[Centre, User]]) -> User:
    """A person whose account is new."""
    return people["Porter"][1]


@pytest.fixture
def okafor(people: dict[str, tuple[Centre, User]]) -> User:
    """A person of Fansha whose account is set up."""
    return people["Okafor"][1]


@pytest.fixture
def lindqvist(people: dict[str, tuple[Centre, User]]) -> User:
    """A person of another centre."""
    return people["Lindqvist"][1]


@pytest.fixture
def fansha(people: dict[str, tuple[Centre, User]]) -> Centre:
    """The centre of Porter and Okafor."""
    return people["Okafor"][0]


@pytest.fixture
def harbour(people: dict[str, tuple[Centre, User]]) -> Centre:
    """The centre of Lindqvist."""
    return people["Lindqvist"][0]


@pytest.fixture
def sign_in() -> SignIn:
    """A browser in which a person is signed in to the portal for a centre."""

    def browser(user: User, centre: Centre) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[CENTRE_KEY] = centre.pk
        session.save()
        return client

    return browser


@pytest.fixture
def okafor_client(sign_in: SignIn, okafor: User, fansha: Centre) -> Client:
    """A browser in which Okafor is signed in for Fansha."""
    return sign_in(okafor, fansha)


@pytest.fixture
def lindqvist_client(sign_in: SignIn, lindqvist: User, harbour: Centre) -> Client:
    """A browser in which Lindqvist is signed in for the other centre."""
    return sign_in(lindqvist, harbour)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's own Chromium."""
    # Playwright has an event loop running while tests ask the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, live_server: LiveServer) -> Iterator[OpenPage]:
    """Opens a page in a window of its own; whatever its console complains about fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(*, width: int = 1280, javascript: bool = True, scheme: str = "light") -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 844},
            java_script_enabled=javascript,
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
