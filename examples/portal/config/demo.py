"""Settings of the demonstration: the portal on this computer alone, without TLS, with an invented centre."""

from config.common import *  # noqa: F403 - the settings that all have in common

DEMONSTRATION = True
SECRET_KEY = "for-the-demonstration-alone-where-nothing-is-secret"  # noqa: S105 - it is public on purpose
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]

SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = None
AXES_IPWARE_META_PRECEDENCE_ORDER = ["REMOTE_ADDR"]
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
STORAGES = {
    **STORAGES,  # noqa: F405 - of the settings above
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = None  # nothing is collected: WhiteNoise looks for a file where it lies, each time
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
