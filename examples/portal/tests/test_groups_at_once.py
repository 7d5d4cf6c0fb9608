"""Registration groups: many people at once, on a database that many can reach at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from tests.conftest import SignIn
from tests.test_groups import made

from accounts.demo import seed
from groups.models import AuditEntry, Draft, SavedGroup

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 8


def at_once(send: Callable[[int], str]) -> list[str]:
    """Return what comes back when many send something in the same moment."""
    barrier = Barrier(MANY)

    def one(number: int) -> str:
        barrier.wait()
        try:
            return send(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


@pytest.fixture
def clients(sign_in: SignIn) -> list[Client]:
    """As many browsers of one centre."""
    if connection.vendor == "sqlite":
        pytest.skip(
            "in the memory of the tests SQLite has one connection only; PORTAL_DATABASE names another"
        )
    centre, user = next((centre, user) for centre, user in seed() if user.surname == "Okafor")
    return [sign_in(user, centre) for _ in range(MANY)]


def finished(client: Client) -> str:
    """Return the address of a draft that could be saved."""
    url = reverse("groups:draft", args=[made(client, "500-9810-x").pk])
    client.post(url, {"do": "add|500-9810-x|K/601/6383|x"})
    return url


def test_one_number_is_saved_once(clients: list[Client]) -> None:
    urls = [finished(client) for client in clients]

    def send(number: int) -> str:
        header = {"do": "save", "group_number": "F-1", "description": str(number)}
        return clients[number].post(urls[number], header, follow=True).content.decode()

    pages = at_once(send)
    assert sum("F-1 has been saved." in page for page in pages) == 1
    assert sum('href="#id_group_number"' in page for page in pages) == MANY - 1
    assert (SavedGroup.objects.count(), AuditEntry.objects.count()) == (1, 1)
    assert Draft.objects.count() == MANY - 1


def test_one_version_follows_another(clients: list[Client]) -> None:
    clients[0].post(finished(clients[0]), {"do": "save", "group_number": "F-1", "description": "First"})
    group = SavedGroup.objects.get()
    drafts = []
    for client in clients:
        drafts.append(client.post(reverse("groups:open", args=[group.pk]))["Location"])
        Draft.objects.filter(base=group).update(base_version=9)  # each person has a draft of their own
    Draft.objects.filter(base=group).update(base_version=1)

    def send(number: int) -> str:
        return (
            clients[number].post(drafts[number], {"do": "save", "description": str(number)}).content.decode()
        )

    told = sum("Somebody else has saved this group meanwhile" in page for page in at_once(send))
    group.refresh_from_db()
    assert (group.version, told) == (2, MANY - 1)
    assert AuditEntry.objects.count() == 2


def test_saving_and_deleting_wait_for_each_other(clients: list[Client]) -> None:
    clients[0].post(finished(clients[0]), {"do": "save", "group_number": "F-1", "description": "First"})
    group = SavedGroup.objects.get()
    draft = clients[0].post(reverse("groups:open", args=[group.pk]))["Location"]

    def send(number: int) -> str:
        if number % 2:
            url = reverse("groups:delete", args=[group.pk])
            return str(clients[number].post(url, {"version": "1"}).status_code)
        return str(clients[number].post(draft, {"do": "save", "description": str(number)}).status_code)

    assert set(at_once(send)) <= {"200", "302", "404"}
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions in (["created", "changed"], ["created", "deleted"])
    assert SavedGroup.objects.exists() == (actions[1] == "changed")
