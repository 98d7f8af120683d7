"""`manage.py run_due`: does what is due, once."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from portal.serving.runner import Runner


class Command(BaseCommand):
    """Publishes, takes offline, tidies up, reads files, and whatever else is due; for cron, systemd and `make dev`.

    `manage.py serve` has a runner that does it all the time; both may run side by side.
    """

    help = "Does all that is due now: publication and expiry of pages, and the jobs in the table of jobs."

    def handle(self, *args: object, **options: object) -> None:
        """Do it and say how much it was."""
        number = Runner().run_until_idle()
        if options["verbosity"]:
            self.stdout.write(f"{number} jobs done or tried.")
