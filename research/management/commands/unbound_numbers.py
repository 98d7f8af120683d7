"""`manage.py unbound_numbers`: typed numbers that a data set holds too."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from research import unbound


class Command(BaseCommand):
    """List numbers in undated pages that equal a cell of a data set and are not bound to it."""

    help = "Lists numbers in undated pages that equal a cell of a data set and are not bound to it."

    def handle(self, *args: object, **options: object) -> None:
        """Print a line for each: language, address, number, cells."""
        for one in unbound.find():
            self.stdout.write(f"{one.language}\t{one.address}\t{one.text}\t{'; '.join(one.cells)}")
