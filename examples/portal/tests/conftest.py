"""What the tests of the portal share: invented people of two centres, and browsers of theirs."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.demo import seed
from accounts.models import Centre, User
from accounts.portal import CENTRE_KEY

SignIn = Callable[[User, Centre], Client]


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
