"""The admin's language: the one that a person has chosen, before that the browser's, else German."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from portal.admin import titles
from portal.language.languages import SOURCE_LANGUAGE


def admin_language(request: HttpRequest) -> str:
    """Return the code of the language in which the admin answers."""
    codes = [code for code, _name in settings.WAGTAILADMIN_PERMITTED_LANGUAGES]
    profile = getattr(request.user, "wagtail_userprofile", None) if request.user.is_authenticated else None
    if profile and profile.preferred_language in codes:
        return profile.preferred_language
    for code, weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        if weight and code.split("-")[0] in codes:
            return code.split("-")[0]
    return SOURCE_LANGUAGE


class AdminLanguageMiddleware:
    """Answers everything below `/admin/` in the admin's language, and with titles that the person may know.

    Wagtail sets it inside its views only: refusals, its 404 and the login came in whatever language the browser asked for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the admin's language."""
        if not request.path_info.startswith("/admin/"):
            return self.get_response(request)
        code = admin_language(request)
        with translation.override(code), titles.shown_to(request.user):
            response = self.get_response(request)
            response.headers["Content-Language"] = code
            return response
