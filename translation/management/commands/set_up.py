"""`manage.py set_up`: languages, site, roles and, if wanted, the demo accounts."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandParser

from portal.language.locales import set_up_locales
from translation.demo_accounts import create_demo_accounts, new_password, told
from translation.roles import set_up_roles
from translation.site import set_up_site


class Command(BaseCommand):
    """Sets the portal up: idempotent, to be run after migrating and loading content."""

    help = "Makes languages, the site's address, roles and workflow. Run twice it changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the switch for the demo accounts."""
        parser.add_argument(
            "--demo-accounts",
            action="store_true",
            help="also make one account for each role, with the password in PORTAL_DEMO_PASSWORD or a random one",
        )

    def handle(self, *args: object, **options: object) -> None:
        """Set everything up and say what was done."""
        locales = set_up_locales()
        site_changed = set_up_site()
        groups = set_up_roles()
        if options["verbosity"]:
            self.stdout.write(f"Languages: {', '.join(locales)}.")
            if site_changed:
                self.stdout.write("The site has a new address.")
            names = ", ".join(group.name for group in groups)
            self.stdout.write(f"Roles: {names}." if names else "Roles follow when there is a home page.")
        if options["demo_accounts"]:
            self._make_demo_accounts()

    def _make_demo_accounts(self) -> None:
        """Make the missing accounts; a random password is shown now and never again."""
        password = new_password()
        if users := create_demo_accounts(password):
            self.stdout.write(told(users, password))
