"""`manage.py check_portal`: whether the portal's pages answer, without a server."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from portal.operation import checking


class Command(BaseCommand):
    """Asks for pages of each kind in each language, the search, and what machines read."""

    help = "Says which pages of the portal do not answer; nothing is changed."

    def handle(self, *args: object, **options: object) -> None:
        """Ask, and fail with the first that does not answer."""
        if found := checking.faults():
            raise CommandError("\n".join(found))
        if options["verbosity"]:
            self.stdout.write("The portal answers.")
