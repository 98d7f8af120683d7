"""What is remembered about doors: tries with a wrong password, and from where somebody has signed in."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy


class Attempts(models.Model):
    """Tries at one door that did not succeed, counted by one account, one address, or the pair of them (`portal.accounts.attempts`)."""

    key = models.CharField(max_length=64, unique=True)
    """A keyed hash of the door, and of whose tries these are: what was typed may be anything, a password in the wrong field too."""
    door = models.CharField(max_length=10)
    kind = models.CharField(max_length=10)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    """Empty where there is no such account, and for doors without one."""
    address = models.CharField(max_length=64, blank=True)
    """Empty for an account over all addresses."""
    number = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = pgettext_lazy("admin", "refused sign-in")
        verbose_name_plural = pgettext_lazy("admin", "refused sign-ins")
        default_permissions: ClassVar[tuple] = ()
        permissions: ClassVar[list] = [("needs_second_factor", "Needs a second factor to sign in")]

    def __str__(self) -> str:
        return f"{self.door}: {self.account or ''} {self.address}".strip()


class KnownAddress(models.Model):
    """That somebody signed in from an address, or a device, kept for as long as it counts."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    address = models.CharField(max_length=64)
    """A keyed hash."""
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions: ClassVar[tuple] = ()
        constraints: ClassVar[list] = [models.UniqueConstraint(fields=("account", "address"), name="portal_known_address_once")]

    def __str__(self) -> str:
        return f"{self.account}"
