"""`manage.py upgrade`: the data become what the code wants, or stay what they were."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from portal.operation import upgrading


class Command(BaseCommand):
    """Makes a backup, migrates, checks, and goes back if that fails; where the portal runs, it does so with a copy first."""

    help = "Upgrades the data after the code was renewed (docs/operation.md), also while the portal runs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add where the backup goes."""
        parser.add_argument("--to", type=Path, default=settings.BACKUPS, help="the folder of the backups, PORTAL_BACKUPS otherwise")
        parser.add_argument(
            "--lead", type=Path, metavar="LINK", help="a link that leads to this code as soon as the data are upgraded, and not before"
        )
        parser.add_argument("--copy", action="store_true", help="the data are a copy to try it on: no backup, no way back")

    def handle(self, *args: object, **options: object) -> None:
        """Do it."""
        if options["copy"]:
            upgrading.upgrade_copy(self._say)
        else:
            upgrading.upgrade(options["to"], self._say, settings.BACKUPS_KEPT, options["lead"])

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
