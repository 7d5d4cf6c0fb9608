"""One command from nothing to a portal that one can log in to."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.demo import PEOPLE, seed
from groups.demo import seed as seed_groups


class Command(BaseCommand):
    """Sets the demonstration up and starts it; as often as one likes."""

    help = "Prepare the database, add invented centres, people and groups, say how to log in, and start the portal."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where it listens, and whether."""
        parser.add_argument("--port", type=int, default=8000, help="the port on this computer (8000)")
        parser.add_argument("--no-server", action="store_true", help="prepare everything and start nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Prepare, say how to log in, start."""
        if not settings.DEMONSTRATION:
            text = "The demonstration has passwords that everybody knows: it runs with config.demo alone."
            raise CommandError(text)
        call_command("migrate", verbosity=0)
        with transaction.atomic():
            for centre, user in seed():
                seed_groups(centre, user)
        self.stdout.write("PIN     Password         Surname    Centre")
        for person in PEOPLE:
            password = person.password or f"{person.surname} (new)"
            self.stdout.write(f"{person.pin}  {password:15}  {person.surname:9}  {' '.join(person.centre)}")
        self.stdout.write("A new account is set up at the first log-in, with the surname as the password.\n")
        if not options["no_server"]:
            self.stdout.write(f"\nThe portal is at http://127.0.0.1:{options['port']}/ (Ctrl+C stops it).\n")
            self.stdout.flush()
            call_command("runserver", f"127.0.0.1:{options['port']}", use_reloader=False)
