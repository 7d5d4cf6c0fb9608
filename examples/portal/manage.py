"""Django's commands for the portal; without a setting they use the demonstration's settings."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.demo")
    execute_from_command_line(sys.argv)
