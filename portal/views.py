"""Views that belong to no page: first contact, pages, errors, the component page."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import get_template
from wagtail.url_routing import RouteResult
from wagtail.views import serve as serve_wagtail

from portal import navigation
from portal.middleware import PUBLIC_POLICY
from portal.models.pages import page_at
from portal.uploads.delivery import reading_only


def choose_language(request: HttpRequest) -> HttpResponse:
    """Lead from `/` to the home page in the language that the browser asks for; German where nothing fits."""
    urls = {code: home["url"] for code, home in navigation.homes().items() if home["is_real"]}
    url = urls.get(request.LANGUAGE_CODE) or urls.get(settings.LANGUAGE_CODE) or f"/{settings.LANGUAGE_CODE}/"
    response = HttpResponseRedirect(url)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@reading_only
def serve_page(request: HttpRequest, path: str) -> HttpResponse:
    """Answer with a page as Wagtail does, the page found in two queries from the cached addresses of the home pages.

    Wagtail's own routing asks for the site, the locale, the root page and its translation at every request; handing it the
    route that it keeps with the request spares that.
    """
    home = navigation.homes().get(request.LANGUAGE_CODE)
    found = (home["url_path"], home["locale_id"]) if home else navigation.private_home(request.LANGUAGE_CODE)
    if found is None:
        raise Http404
    url_path, locale_id = found
    components = [component for component in path.split("/") if component]
    request._wagtail_route_for_request = RouteResult(
        page_at("/".join([url_path.rstrip("/"), *components]) + "/", locale_id)
    )
    return serve_wagtail(request, path)


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


@cache
def _server_error_page() -> tuple[str, str]:
    """Return the 500 page and the policy that allows its own style by its hash."""
    html = get_template("500.html").template.source
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    if style is None:
        raise ValueError("500.html has no <style>")
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    return html, PUBLIC_POLICY.replace("style-src 'self'", f"style-src 'sha256-{digest}'")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 with a page that needs neither database nor cache nor any other file."""
    html, policy = _server_error_page()
    return HttpResponse(html, status=500, headers={"Content-Security-Policy": policy})


def components(request: HttpRequest) -> HttpResponse:
    """Show every component in its states; in development only."""
    return render(request, "components.html")
