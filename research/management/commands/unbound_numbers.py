"""`manage.py unbound_numbers`: typed numbers that a data set holds too."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandParser

from research import unbound


class Command(BaseCommand):
    """List numbers in undated pages that equal a cell of a data set and are not bound to it."""

    help = "Lists numbers in undated pages that equal a cell of a data set and are not bound to it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--all`."""
        parser.add_argument("--all", action="store_true", help="those too for which a reason is told at the data set, with the reason")

    def handle(self, *args: object, **options: object) -> None:
        """Print a line for each: language, address, number, cells; with `--all` the reason."""
        for one in unbound.find():
            if options["all"] or not one.reason:
                parts = [one.language, one.address, one.text, "; ".join(one.cells), *([one.reason] if options["all"] else [])]
                self.stdout.write("\t".join(parts))
