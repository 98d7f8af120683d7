"""Lets somebody in who has lost telephone and paper: at the machine, where nobody else can sign in to do it."""

from __future__ import annotations

from argparse import ArgumentParser

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from portal.accounts import second_factor


class Command(BaseCommand):
    """Removes the second factor of an account, with its codes on paper; who needs one sets it up at the next sign-in."""

    help = "Removes the second factor of an account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the name of the account."""
        parser.add_argument("username")

    def handle(self, *args: object, **options: object) -> None:
        """Remove it.

        Raises:
            CommandError: there is no such account, or it has none.
        """
        user = second_factor.accounts().filter(username=options["username"]).first()
        if user is None:
            there = User.objects.filter(username=options["username"]).exists()
            raise CommandError("This account has no second factor." if there else "There is no such account.")
        second_factor.remove(user, None)
        self.stdout.write("Removed; sessions of the account are ended.")
