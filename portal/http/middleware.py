"""What every answer passes: the language of its address, security headers, odd addresses."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import has_vary_header, patch_cache_control, patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_supported_language_variant, pgettext
from django.utils.translation.trans_real import parse_accept_lang_header

from portal.discovery import release
from portal.http import addresses
from portal.http.policy import ADMIN_POLICY, ADMIN_PREFIXES, PUBLIC_POLICY, VISITORS_POLICY, reported
from portal.http.views import bad_request
from portal.language.html_text import hold_lines_together
from portal.language.languages import SOURCE_LANGUAGE, Language, language_of_path, languages_by_code
from portal.pages import readers, redirects, restrictions
from portal.pages.readers import Reader
from portal.uploads import access

Handler = Callable[[HttpRequest], HttpResponse]


class PreviewMiddleware:
    """Keeps search engines away from every answer, files and errors too, while the portal is a preview.

    The first of all: nothing answers before it.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "noindex" not in response.headers.get("X-Robots-Tag", "") and not self._is_released():
            response.headers["X-Robots-Tag"] = "noindex"
        return response

    @staticmethod
    def _is_released() -> bool:
        try:
            return release.is_released()
        except Exception:  # noqa: BLE001 (database or cache are away: a header must not cost the answer that there is)
            return False


class SecurityHeadersMiddleware:
    """Content-Security-Policy on every answer without its own, Permissions-Policy on pages; what is somebody's is in no shared cache."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = PUBLIC_POLICY if settings.SESSION_COOKIE_NAME in request.COOKIES else VISITORS_POLICY
        if request.path.startswith(ADMIN_PREFIXES):
            policy = ADMIN_POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        if address := settings.CSP_REPORT_URI:
            policy, endpoints = reported(response.headers["Content-Security-Policy"], address)
            response.headers["Content-Security-Policy"], response.headers["Reporting-Endpoints"] = policy, endpoints
        if not request.path.startswith(settings.STATIC_URL):
            # It binds documents alone; a first view fetches six files that are none.
            response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        if response.cookies or has_vary_header(response, "Cookie"):
            # Made for somebody who signed in, or with a cookie to keep or forget: a cache in between would hand it to others.
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


_OF_REGION = {"ua": "uk"}
"""The language of those who name a region with a language that the portal does not have: Russian as it is set in Ukraine."""


def _nearest(code: str) -> str:
    """Return the language of the portal for one that a browser names.

    Raises:
        LookupError: there is none.
    """
    try:
        return get_supported_language_variant(code)
    except LookupError:
        language, _hyphen, region = code.rpartition("-")
        if not language:
            raise
        return _OF_REGION[region]


def language_asked_for(request: HttpRequest) -> Language:
    """Return the language that the browser wants most, of those that there are; German where nothing fits.

    Django's own function lets a cookie decide first, and takes languages that the browser refuses (`q=0`).
    """
    for code, weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        if code == "*":
            break
        with suppress(LookupError):
            if weight:
                return languages_by_code()[_nearest(code)]
    return languages_by_code()[SOURCE_LANGUAGE]


class LanguageMiddleware:
    """Activates the language of the address; addresses without one get what the browser asks for.

    It makes the reader whom all that takes part in the answer knows, and what is found for whom until it is sent.
    Unlike Django's own middleware it never redirects: after the first contact the address alone decides, and an address
    without a language is answered as what it is.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        own_language = language_of_path(request.path_info)
        language = own_language or language_asked_for(request)
        is_safe = request.method in {"GET", "HEAD", "OPTIONS"}
        remembered = restrictions.remembered() if is_safe else nullcontext()
        request.reader = Reader(language, request.path)
        with translation.override(language.code), readers.answering(request.reader), remembered, access.remembered(request):
            # Wagtail's explorer and status panel keep here what is private: they are to know what everybody else does.
            request.all_page_view_restriction_paths = SimpleLazyObject(restrictions.restricted_paths)
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language.code)
        if own_language is None and response.headers.get("Content-Type", "").startswith("text/html"):
            # Words in a language that was guessed, or the way there.
            patch_vary_headers(response, ["Accept-Language"])
        return response


class OddAddressMiddleware:
    """Answers 400 to a NUL in the path, which PostgreSQL refuses wherever it arrives."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            return bad_request(request)
        return self.get_response(request)


class LineBreakMiddleware:
    """Holds together in visitors' pages what belongs together in a line; texts are stored with plain spaces."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = not response.streaming and response.headers.get("Content-Type", "").startswith("text/html")
        if is_page and not request.path.startswith(ADMIN_PREFIXES):
            response.content = hold_lines_together(response.content.decode(response.charset), readers.of(request).language.code)
            if "Content-Length" in response.headers:
                response.headers["Content-Length"] = str(len(response.content))
        return response


class RedirectMiddleware:
    """Sends what would be a 404 where the address leads now, or to the one that is written rightly.

    Wagtail's own looks addresses up letter by letter: it misses other letter case, blanks, further query parameters.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404:
            return response
        redirect = redirects.find(request)
        if redirect is None or redirect.link is None:
            address = addresses.meant(request)
            return HttpResponsePermanentRedirect(address) if address else response
        bound_by = list(redirect.redirect_page.get_view_restrictions()) if redirect.redirect_page else []
        if not all(restriction.accept_request(request) for restriction in bound_by):
            # Where a private page is now may say what it is about.
            return response
        kind = HttpResponsePermanentRedirect if redirect.is_permanent and not bound_by else HttpResponseRedirect
        answer = kind(redirect.link)
        if bound_by:
            patch_cache_control(answer, private=True, no_store=True)
        return answer


class RefusedPublicationMiddleware:
    """Leads somebody to the form when a page cannot be published as it is, by whatever way they tried.

    Wagtail asks the form alone. Approving in a workflow, publishing several pages, publishing translations end in an error where
    meanwhile another page took the slug. All of them are undone as a whole before this hears of it.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Say what is wrong with which page, and open its form."""
        page = getattr(exception, "page", None)
        if not isinstance(exception, ValidationError) or page is None or not page.pk:
            return None
        if not request.path.startswith(reverse("wagtailadmin_home")):
            return None
        text = pgettext("admin", "“%(page)s” was not published: %(reason)s")
        messages.error(request, text % {"page": page.get_admin_display_title(), "reason": " ".join(exception.messages)})
        address = reverse("wagtailadmin_pages:edit", args=[page.pk])
        if request.headers.get("X-Requested-With") == "XMLHttpRequest":
            return JsonResponse({"step": "success", "redirect": address})
        return HttpResponseRedirect(address)
