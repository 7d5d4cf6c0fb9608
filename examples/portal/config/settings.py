"""Settings of the portal in production: those of ``config.common``, and without these two it does not start.

``PORTAL_SECRET_KEY``  a long random text that nobody else knows
``PORTAL_HOSTS``       the names under which the portal is reached, separated by commas
"""

import os

from django.core.exceptions import ImproperlyConfigured

from config.common import *  # noqa: F403 - the settings that all have in common


def _required(name: str, what: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        text = f"{name} is not set. The portal needs {what}."
        raise ImproperlyConfigured(text)
    return value


SECRET_KEY = _required("PORTAL_SECRET_KEY", "a long random text there that nobody else knows")
_hosts = _required("PORTAL_HOSTS", "the names under which it is reached, separated by commas")
ALLOWED_HOSTS = [host.strip() for host in _hosts.split(",")]
