"""`manage.py demo_password`: a new password for the demo accounts."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from portal.serving import database
from translation import demo_accounts


class Command(BaseCommand):
    """Gives the demo accounts a new password, or says which there are; other accounts are left alone."""

    help = "Gives the demo accounts a new password: the one in PORTAL_DEMO_PASSWORD or a random one."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the switch that changes nothing."""
        parser.add_argument("--list", action="store_true", help="only say which demo accounts there are")

    def handle(self, *args: object, **options: object) -> None:
        """Change the passwords and tell the new one, or list the accounts."""
        if database.check():
            raise CommandError("This portal is not prepared yet: make serve, or make prepare.")
        users = demo_accounts.existing()
        if options["list"]:
            if users:
                names = ", ".join(user.get_username() for user in users)
                self.stdout.write(f"Demo accounts: {names} (make password gives them a new password)")
            return
        if not users:
            raise CommandError(
                "There are no demo accounts. For another one: .venv/bin/python manage.py changepassword NAME"
            )
        password = demo_accounts.new_password()
        with transaction.atomic():
            for user in users:
                user.set_password(password)
                user.save(update_fields=["password"])
        self.stdout.write(demo_accounts.told(users, password))
