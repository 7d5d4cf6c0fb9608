"""Clears what nobody works on any more."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from groups.models import Draft


class Command(BaseCommand):
    """Deletes drafts that have not been touched for a while."""

    help = "Delete the drafts of registration groups that nobody has touched for some days."

    def add_arguments(self, parser: CommandParser) -> None:
        """After how many days."""
        parser.add_argument("--days", type=int, default=30, help="how many days a draft is kept (30)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Delete them, and say how many there were."""
        oldest = timezone.now() - timedelta(days=options["days"])
        count, _ = Draft.objects.filter(updated_at__lt=oldest).delete()
        self.stdout.write(f"{count} draft{'' if count == 1 else 's'} cleared.")
