"""What follows from signing in."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from wagtail.log_actions import log

from . import attempts, second_factor, sessions
from .history import SIGNED_IN
from .middleware import WEAK_PASSWORD


@receiver(user_logged_in)
def note_login(sender: type, request: HttpRequest, user: AbstractBaseUser, **kwargs: object) -> None:
    """Remember when, from where, what comes before anything else; a password alone makes no address known where it is not enough."""
    sessions.begin(request)
    if not second_factor.begin(request, user):
        attempts.remember(user, request)
        log(instance=user, action=SIGNED_IN, user=user)
    if getattr(user, "has_weak_password", False):
        request.session[WEAK_PASSWORD] = True
