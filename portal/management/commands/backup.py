"""`manage.py backup`: database and media, whole, while the portal serves and is edited."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from portal.operation import backups


class Command(BaseCommand):
    """Makes a backup."""

    help = "Saves database, media and what belongs to them (docs/operation.md). The portal may be running."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add where to, and how many are kept."""
        parser.add_argument("--to", type=Path, default=settings.BACKUPS, help="the folder of the backups, PORTAL_BACKUPS otherwise")
        parser.add_argument("--keep", type=int, default=settings.BACKUPS_KEPT, help="so many are kept, BACKUPS_KEPT otherwise; 0 keeps all")

    def handle(self, *args: object, **options: object) -> None:
        """Make it and say what it holds."""
        say = self.stdout.write if options["verbosity"] else lambda line: None
        backup = backups.create(options["to"], say, options["keep"])
        rows = sum(backup.manifest["database"]["rows"].values())
        say(f"The backup {backup.name} holds {rows} rows and {len(backup.media)} files; it lies in {options['to']}.")
