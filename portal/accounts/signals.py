"""What follows from signing in."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from . import attempts
from .middleware import WEAK_PASSWORD


@receiver(user_logged_in)
def note_login(sender: type, request: HttpRequest, user: AbstractBaseUser, **kwargs: object) -> None:
    """Remember the address, and whether the password must be changed."""
    attempts.remember(user, request)
    if getattr(user, "has_weak_password", False):
        request.session[WEAK_PASSWORD] = True
