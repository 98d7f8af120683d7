"""`manage.py delete_old_searches`: what was searched for is kept for `SEARCH_LOG_DAYS` days."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from search import log


class Command(BaseCommand):
    """Deletes old numbers of queries and of opened results; every start of the portal does it too."""

    help = "Deletes numbers of searches and clicks that are older than SEARCH_LOG_DAYS."

    def handle(self, *args: object, **options: Any) -> None:
        """Delete and say how much."""
        number = log.delete_old()
        if options["verbosity"] > 1:
            self.stdout.write(f"{number} rows deleted.")
