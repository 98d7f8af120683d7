"""The accounts for trying the portal out: one for each role, made at the first start of a portal that nobody has an account in."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser, Group
from django.db import transaction
from wagtail.users.models import UserProfile

from participate import closing
from portal.language.languages import SOURCE_LANGUAGE, Language
from portal.language.slugs import slug_for_title
from portal.settings import environment
from translation.roles import EDITORS, INBOX, MODERATORS, other_roles, reviewer_roles

_FIRST_NAME = "Demo"


@dataclass(frozen=True)
class DemoAccount:
    """A user for trying the portal out. Without a group it is the administrator."""

    username: str
    last_name: str
    group: str | None = None

    @property
    def email(self) -> str:
        """Return the address that it is made with, at a domain which nobody can have (RFC 2606)."""
        return f"{self.username}@example.org"


def _username(language: Language) -> str:
    """Return the name of the demo account of a language's role: `uebersetzung-uk`, `leichte-sprache`."""
    if language.follows_source:
        return f"uebersetzung-{language.code}"
    return slug_for_title(language.name, SOURCE_LANGUAGE)


def demo_accounts() -> tuple[DemoAccount, ...]:
    """Return the demo accounts: the administrator and one for each role."""
    return (
        DemoAccount("admin", "Administration"),
        DemoAccount("redaktion", "Redaktion", EDITORS),
        DemoAccount("freigabe", "Freigabe", MODERATORS),
        *(DemoAccount(_username(language), role.group, role.group) for language, role in other_roles().items()),
        *(DemoAccount(f"pruefung-{language.code}", role.group, role.group) for language, role in reviewer_roles().items()),
        DemoAccount("anfragen", INBOX, INBOX),
    )


def existing() -> list[AbstractBaseUser]:
    """Return the demo accounts that are left, in the order in which they were made.

    Whoever has made one their own, with another name or mail address, is none of them any more.
    """
    made_with = {account.username: account.email for account in demo_accounts()}
    users = get_user_model().objects.filter(username__in=made_with, first_name=_FIRST_NAME, is_active=True).order_by("pk")
    return [user for user in users if user.email == made_with[user.username]]


def new_password() -> str:
    """Return the password that `PORTAL_DEMO_PASSWORD` gives, else a random one."""
    return environment.demo_password() or secrets.token_urlsafe(12)


def told(users: Iterable[AbstractBaseUser], password: str) -> str:
    """Return the lines that tell accounts and password; one that was given is not repeated."""
    names = ", ".join(user.get_username() for user in users)
    shown = "the one in PORTAL_DEMO_PASSWORD" if environment.demo_password() else password
    return f"Demo accounts: {names}\nPassword: {shown}"


@transaction.atomic
@closing.together()
def create_demo_accounts(password: str) -> Sequence[AbstractBaseUser]:
    """Make the demo accounts that are missing and return them; those whose group is not there yet are left out."""
    user_model = get_user_model()
    groups = {group.name: group for group in Group.objects.all()}
    created = []
    # One password has one hash: to make it takes half a second, on purpose.
    hashed = make_password(password)
    for account in demo_accounts():
        if account.group and account.group not in groups:
            continue
        if user_model.objects.filter(username=account.username).exists():
            continue
        is_administrator = account.group is None
        user = user_model.objects.create(
            username=account.username,
            email=account.email,
            password=hashed,
            first_name=_FIRST_NAME,
            last_name=account.last_name,
            is_staff=is_administrator,
            is_superuser=is_administrator,
        )
        if account.group:
            user.groups.add(groups[account.group])
        UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": "de"})
        created.append(user)
    return created
