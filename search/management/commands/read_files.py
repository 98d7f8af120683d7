"""`manage.py read_files`: reads the text of uploaded files for the search."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandParser

from search import files
from search.models import FileText


class Command(BaseCommand):
    """Reads files that are new or have changed; the runner does it too."""

    help = "Reads the text of uploaded files (PDF, DOCX, ODT, TXT), by which the pages are found that offer them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--all`."""
        parser.add_argument("--all", action="store_true", help="read all files anew")

    def handle(self, *args: object, **options: object) -> None:
        """Read and say how many."""
        if options["all"]:
            FileText.objects.update(file_hash="")
        number = files.read_new()
        if options["verbosity"]:
            self.stdout.write(f"{number} files read.")
