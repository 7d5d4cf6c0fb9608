"""The portal for a WSGI server: ``gunicorn config.wsgi``."""

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from groups import combination  # noqa: E402 - only once Django is set up

threading.Thread(target=combination.warm, name="warm", daemon=True).start()
