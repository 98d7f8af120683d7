"""What doors answer: too many tries; a second factor that is asked for, a password that must be changed before anything else."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from portal.http import views

from . import attempts, second_factor, sessions
from .attempts import TooManyTries

WEAK_PASSWORD = "has_weak_password"  # noqa: S105
"""The key of the session that says so."""


class DoorMiddleware:
    """Answers 429 where a password may not be tried, and leads to the form that comes before anything else; ends old sessions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Lead to the form, or answer; tell a device from which somebody signed in how it is known again."""
        response = self._to_form(request) or self.get_response(request)
        if token := getattr(request, "device_token", ""):
            response.set_cookie(
                attempts.device_cookie(), token, max_age=attempts.KNOWN_FOR,
                secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
            )  # fmt: skip
        return response

    def _to_form(self, request: HttpRequest) -> HttpResponse | None:
        # Visitors have no session: to look into it would make every answer differ by its cookies.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        sessions.end_if_over(request)
        second_factor.close_if_required_by_now(request)
        if request.session.get(second_factor.AWAITED):
            form = reverse("second_factor")
        elif request.session.get(WEAK_PASSWORD):
            form = reverse("change_password")
        else:
            return None
        if request.path in {form, reverse("wagtailadmin_logout")} or request.path.startswith(settings.STATIC_URL):
            return None
        here = request.get_full_path() if request.method == "GET" else reverse("wagtailadmin_home")
        return HttpResponseRedirect(f"{form}?{urlencode({'next': here})}")

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Say for how long to wait."""
        if not isinstance(exception, TooManyTries):
            return None
        return views.too_many_requests(request, exception.seconds)
