"""The app of the portal's people and centres."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, centres, logging in."""

    name = "accounts"
