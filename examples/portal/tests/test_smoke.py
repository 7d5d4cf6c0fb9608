"""The portal starts."""

from django.test import Client


def test_home(client: Client) -> None:
    assert client.get("/").status_code == 200
