"""Views that belong to no page: first contact, pages, errors, the component page."""

from __future__ import annotations

import base64
import datetime
import hashlib
import math
import re
import sys
from functools import cache

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext
from django.views.decorators.csrf import csrf_exempt
from wagtail import hooks
from wagtail.models import Page
from wagtail.views import serve_chain

from portal import caches, navigation
from portal.buckets import Away
from portal.discovery import markdown
from portal.discovery.head import absolute
from portal.http import counting
from portal.http.policy import PUBLIC_POLICY
from portal.language.languages import languages_by_code
from portal.models import OfficeSettings
from portal.pages import links, readers, versions
from portal.pages.answers import page_at
from portal.uploads.delivery import READING_METHODS, reading_only

_HAS_REDIS = settings.CACHES["default"]["BACKEND"].endswith("RedisCache")
_AWAY = (OperationalError, InterfaceError, Away, *(caches.redis_failures() if _HAS_REDIS else ()))
"""What is raised when the database, the cache or the bucket of the files cannot be reached, or not in time."""


@reading_only
def choose_language(request: HttpRequest) -> HttpResponse:
    """Lead from `/` to the home page in the language that the browser asks for; German where nothing fits."""
    urls = {code: home["url"] for code, home in navigation.homes().items() if home["is_real"]}
    url = urls.get(readers.of(request).language.code) or urls.get(settings.LANGUAGE_CODE) or f"/{settings.LANGUAGE_CODE}/"
    response = HttpResponseRedirect(url)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


# Visitors have no cookie that a foreign site could use; a page with a form asks where what is sent comes from.
@csrf_exempt
def serve_page(request: HttpRequest, path: str) -> HttpResponse:
    """Answer with a page; what is sent to one that takes nothing, or to none at all, is refused."""
    if request.method != "POST":
        return _read_page(request, path)
    try:
        page = _page_at(request, path)
    except Http404:
        return HttpResponseNotAllowed(READING_METHODS)
    return _serve(request, page) if request.method in page.allowed_http_method_names() else HttpResponseNotAllowed(READING_METHODS)


@reading_only
def _read_page(request: HttpRequest, path: str) -> HttpResponse:
    return _serve(request, _page_at(request, path))


def _page_at(request: HttpRequest, path: str) -> Page:
    """Return the page at an address, found in two queries from the cached addresses of the home pages.

    Wagtail's own view asks for the site, the locale, the root page and its translation at every request.

    Raises:
        Http404: no page lies there.
    """
    code = readers.of(request).language.code
    home = navigation.homes().get(code)
    found = (home["url_path"], home["locale_id"]) if home else navigation.private_home(code)
    if found is None:
        raise Http404
    url_path, locale_id = found
    return page_at("/".join([url_path.rstrip("/"), *filter(None, path.split("/"))]) + "/", locale_id)


def _serve(request: HttpRequest, page: Page) -> HttpResponse:
    """Answer with a page as Wagtail does."""
    serve = serve_chain
    for hook in reversed(hooks.get_hooks("on_serve_page")):
        serve = hook(serve)
    for hook in hooks.get_hooks("before_serve_page"):
        if isinstance(response := hook(page, request, (), {}), HttpResponse):
            return response
    response = _being_changed(request, page) if versions.is_withdrawn(page) else serve(page, request, (), {})
    # What everybody may keep is said by `portal.http.keeping`, once it is known whether it is somebody's.
    response.is_page = request.method in {"GET", "HEAD"} and response.status_code == 200
    if response.is_page and getattr(page, "shown_at", None) is not None:
        response.counted = counting.Counted(str(page.translation_key), readers.of(request).language.code)
    return response


def _being_changed(request: HttpRequest, page: Page) -> HttpResponse:
    """Answer for a page that is withdrawn and has no other text in its language: with the way to the source's, and nothing of its own."""
    link = links.link_within(versions.versions_of(page), readers.of(request).language.code)
    return render(request, "withdrawn.html", {"link": link.plain() if link else None})


@reading_only
def serve_markdown(request: HttpRequest, path: str) -> HttpResponse:
    """Answer with a page's text as Markdown: only of what everybody may read in this language, as the page says it to search engines.

    Raises:
        Http404: there is no such page, it stands there in another language alone, or it is private or withdrawn.
    """
    page = _page_at(request, "" if path == markdown.HOME else path)
    if page.shown_at is not None or versions.is_withdrawn(page) or page.get_view_restrictions().exists():
        raise Http404
    with translation.override(page.language_code):
        text = markdown.of_page(page, request)
    response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    response.headers["Link"] = f'<{absolute(page.address)}>; rel="canonical"'
    if not versions.is_finished(page) or page.is_closed:
        response.headers["X-Robots-Tag"] = "noindex"
    if getattr(page, "quick_exit", False):
        response.headers["Cache-Control"] = "private, no-store"
    response.is_page = True
    return response


@reading_only
def read_aloud(request: HttpRequest) -> JsonResponse:
    """Answer with what the script that reads pages aloud says in the reader's language: asked for where the device has a voice alone."""
    words = {
        "src": static("portal/js/read.js"),
        "read": gettext("Read aloud"),
        "pause": gettext("Pause"),
        "goOn": gettext("Go on"),
        "back": gettext("Previous sentence"),
        "next": gettext("Next sentence"),
        "speed": gettext("Speed"),
        "stop": gettext("Stop"),
        "to": pgettext("between two numbers", "to"),
        "plus": pgettext("before a telephone number", "plus"),
    }
    return JsonResponse(words, headers={"Cache-Control": f"public, max-age={60 * 60}"})


def _error(request: HttpRequest, status: int) -> HttpResponse:
    """Answer with the error page of a status, in the site's look and the visitor's language."""
    return render(request, f"{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400."""
    return _error(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    return _error(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form whose protection against foreign sites does not fit: mostly one that was open too long."""
    return render(request, "403_csrf.html", status=403)


def too_many_requests(request: HttpRequest, seconds: int) -> HttpResponse:
    """Answer 429: a password may be tried again in so many seconds."""
    context = {"minutes": math.ceil(seconds / 60)}
    headers = {"Retry-After": str(seconds), "Cache-Control": "no-store"}
    response = render(request, "429.html", context, status=429)
    for name, value in headers.items():
        response.headers[name] = value
    return response


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    return _error(request, 404)


def standalone_page(template: str, context: dict[str, object] | None = None) -> tuple[str, str]:
    """Return a page that needs no other file, and the policy that allows its own style by its hash."""
    html = get_template(template).render(context)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    if style is None:
        raise ValueError(f"{template} has no <style>")
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    return html, PUBLIC_POLICY.replace("style-src 'self'", f"style-src 'sha256-{digest}'")


@cache
def _server_error_page() -> tuple[str, str]:
    return standalone_page("500.html")


@cache
def _away_page(code: str) -> tuple[str, str]:
    with translation.override(code):
        return standalone_page("refused.html", {"status": 503, "is_away": True, "language": languages_by_code()[code]})


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 in all languages, or 503 in the reader's where what it needs cannot be reached; neither page needs any other file.

    Django calls this while the exception is being handled.
    """
    if not isinstance(sys.exc_info()[1], _AWAY):
        html, policy = _server_error_page()
        return HttpResponse(html, status=500, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})
    html, policy = _away_page(readers.of(request).language.code)
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Retry-After": "60"}
    return HttpResponse(html, status=503, headers=headers)


@cache
def _icon() -> bytes:
    return (settings.BASE_DIR / "portal/static/portal/favicon.ico").read_bytes()


@reading_only
def favicon(request: HttpRequest) -> HttpResponse:
    """Answer with the mark of the portal, where browsers look for it that read no page first."""
    headers = {"Cache-Control": f"public, max-age={24 * 60 * 60}"}
    return HttpResponse(_icon(), content_type="image/x-icon", headers=headers)


@reading_only
def security_txt(request: HttpRequest) -> HttpResponse:
    """Answer with the contact for reports of security holes, as RFC 9116 says.

    Raises:
        Http404: the office has set none, or the day until which it holds is over.
    """
    office = OfficeSettings.load()
    contact, day = office.security_contact.strip(), office.security_expires
    if not contact or day is None or day < timezone.localdate():
        raise Http404
    expires = timezone.make_aware(datetime.datetime.combine(day, datetime.time(23, 59, 59)))
    lines = [
        f"Contact: {contact if contact.startswith('https://') else f'mailto:{contact}'}",
        f"Expires: {expires.isoformat()}",
        "Preferred-Languages: de, en",
        f"Canonical: {absolute(reverse('security_txt'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})


@reading_only
def no_static_file(request: HttpRequest, path: str) -> HttpResponse:
    """Answer for static files that the server before this one did not find, and for methods that it does not know.

    Raises:
        Http404: always.
    """
    raise Http404


def components(request: HttpRequest) -> HttpResponse:
    """Show every component in its states; in development only."""
    return render(request, "components.html")
