"""`manage.py check_trees`: are the page trees whole, and do the languages that follow look like the German one?"""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from translation import trees


class Command(BaseCommand):
    """Prints a line for each problem; ends with 1 if one is left."""

    help = "Checks the page trees of all languages against each other and, if asked to, mends them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the switch."""
        parser.add_argument(
            "--repair", action="store_true", help="mend what can be mended without losing content, and say what"
        )

    def handle(self, *args: object, **options: object) -> None:
        """Check, or mend and check."""
        mended, left = trees.repair() if options["repair"] else ([], trees.find_problems())
        for problem in mended:
            self.stdout.write(f"Mended: {problem.kind}: {problem.text}")
        for problem in left:
            self.stdout.write(f"{problem.kind}: {problem.text}")
        if left:
            raise CommandError(f"Problems left: {len(left)}.")
