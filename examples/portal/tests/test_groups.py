"""Registration groups: every screen, without JavaScript and as htmx asks for it."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Centre, User
from groups import demo
from groups.models import Draft, SavedGroup


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
