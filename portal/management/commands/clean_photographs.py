"""`manage.py clean_photographs`: removes the metadata of photographs that are stored already."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandParser

from portal.uploads.cleaning import clean_photographs


class Command(BaseCommand):
    """Cleans photographs that are not clean yet; every start of the portal does it too."""

    help = "Removes place, camera and other data from stored photographs and their renditions; credit and copyright fill empty fields."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--all`."""
        parser.add_argument("--all", action="store_true", help="look at all photographs again")

    def handle(self, *args: object, **options: object) -> None:
        """Clean and say how many."""
        cleaned, failed = clean_photographs(again=options["all"])
        if options["verbosity"]:
            self.stdout.write(f"{cleaned} photographs cleaned, {failed} not readable.")
