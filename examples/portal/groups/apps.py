"""The app of registration groups."""

from django.apps import AppConfig


class GroupsConfig(AppConfig):
    """Registration groups and the ROC Checker."""

    name = "groups"
