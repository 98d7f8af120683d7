"""How long somebody stays signed in: while something is done, and never beyond a day's work."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

BEGAN_AT, SEEN_AT = "began_at", "seen_at"
"""Keys of the session: moments in seconds since 1970."""
_NOTED_EVERY = 60
"""Seconds: not each request writes."""


def begin(request: HttpRequest) -> None:
    """Note when somebody signed in."""
    now = int(timezone.now().timestamp())
    request.session[BEGAN_AT] = request.session[SEEN_AT] = now


def end_if_over(request: HttpRequest) -> None:
    """Sign somebody out who did nothing for `SESSION_IDLE_SECONDS`, or signed in `SESSION_COOKIE_AGE` ago; what follows asks anew.

    A page that is open in the editor reports itself, so that nobody is signed out who writes.
    """
    session = request.session
    if BEGAN_AT not in session:
        if SESSION_KEY in session:
            # Nobody knows since when.
            logout(request)
        return
    now = int(timezone.now().timestamp())
    if now - session[BEGAN_AT] >= settings.SESSION_COOKIE_AGE or now - session[SEEN_AT] >= settings.SESSION_IDLE_SECONDS:
        logout(request)
    elif now - session[SEEN_AT] >= _NOTED_EVERY:
        session[SEEN_AT] = now


def end_all(user_ids: Iterable[int], but: str | None = None) -> None:
    """Sign people out everywhere, in the session with the key `but` excepted. Only those who sign in have one: there are few."""
    wanted = {str(pk) for pk in user_ids}
    ended = [session.pk for session in Session.objects.exclude(pk=but) if session.get_decoded().get(SESSION_KEY) in wanted]
    Session.objects.filter(pk__in=ended).delete()
