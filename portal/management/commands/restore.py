"""`manage.py restore`: the portal as a backup holds it, into an empty place or over what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from portal.operation import backups, restoring


class Command(BaseCommand):
    """Restores a backup, checks one, or proves that it can be restored."""

    help = "Restores a backup (docs/operation.md). It is checked whole before anything is written; the portal must not be running."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add which backup, and what is to be done with it."""
        parser.add_argument("name", nargs="?", default="", help="the backup; the newest one otherwise")
        parser.add_argument("--from", type=Path, default=settings.BACKUPS, dest="folder", help="the folder of the backups")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--overwrite", action="store_true", help="replace the database and the media that are there")
        way.add_argument("--check", action="store_true", help="only read all of it and say whether it is whole")
        way.add_argument("--prove", action="store_true", help="restore it into an empty place, ask for its pages, and throw that away")

    def handle(self, *args: object, **options: Any) -> None:
        """Do it."""
        folder, name = options["folder"], options["name"]
        backup = backups.read(folder / name) if name else backups.latest(folder)
        say = self.stdout.write if options["verbosity"] else lambda line: None
        if options["prove"]:
            restoring.check(backup)
            restoring.prove(backup, say)
        elif options["check"]:
            restoring.check(backup)
            say(f"The backup {backup.name} is whole.")
        else:
            restoring.restore(backup, say, options["overwrite"])
            say(f"The portal is what it was on {backup.made_at:%Y-%m-%d at %H:%M} (UTC). Start it: make serve")
