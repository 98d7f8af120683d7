"""Views that belong to no page: first contact, uploaded files, errors, the component page."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.views.decorators.cache import cache_control
from django.views.static import serve
from wagtail.documents.views.serve import serve as serve_document
from wagtail.url_routing import RouteResult
from wagtail.views import serve as serve_wagtail

from portal import navigation
from portal.middleware import PUBLIC_POLICY
from portal.models.pages import page_at


def choose_language(request: HttpRequest) -> HttpResponse:
    """Lead from `/` to the home page in the language that the browser asks for; German where nothing fits."""
    urls = {code: home["url"] for code, home in navigation.homes().items() if home["is_real"]}
    url = urls.get(request.LANGUAGE_CODE) or urls.get(settings.LANGUAGE_CODE) or f"/{settings.LANGUAGE_CODE}/"
    response = HttpResponseRedirect(url)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def serve_page(request: HttpRequest, path: str) -> HttpResponse:
    """Answer with a page as Wagtail does, the page found in two queries from the cached addresses of the home pages.

    Wagtail's own routing asks for the site, the locale, the root page and its translation at every request; handing it the
    route that it keeps with the request spares that.
    """
    home = navigation.homes().get(request.LANGUAGE_CODE)
    if home is None:
        raise Http404
    components = [component for component in path.split("/") if component]
    request._wagtail_route_for_request = RouteResult(
        page_at("/".join([home["url_path"].rstrip("/"), *components]) + "/", home["locale_id"])
    )
    return serve_wagtail(request, path)


@cache_control(max_age=30 * 24 * 60 * 60, public=True)
def media(request: HttpRequest, path: str) -> HttpResponse:
    """Hand out an uploaded image. Documents and originals go through Wagtail's own view, which asks for permission."""
    if path.startswith(("documents/", "original_images/")):
        return page_not_found(request)
    response = serve(request, path, document_root=settings.MEDIA_ROOT)
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return response


_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_CHUNK = 64 * 1024


def document(request: HttpRequest, document_id: int, document_filename: str) -> HttpResponse:
    """Hand out a document as Wagtail does, on demand a part of it: some browsers play no film from a whole file.

    Of several parts the whole is sent, as RFC 9110 (14.2) allows.
    """
    response = serve_document(request, document_id, document_filename)
    file = getattr(response, "file_to_stream", None)
    if response.status_code != 200 or file is None or request.method != "GET":
        return response
    response.headers["Accept-Ranges"] = "bytes"
    asked_for = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked_for is None or not any(asked_for.groups()):
        return response
    size = file.seek(0, os.SEEK_END)
    first, last = asked_for.groups()
    # Without a first byte it is the last so many.
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})

    def part() -> Iterator[bytes]:
        with file:
            file.seek(start)
            left = end - start + 1
            while left and (chunk := file.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield chunk

    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    headers |= {"Content-Length": str(end - start + 1), "Content-Range": f"bytes {start}-{end}/{size}"}
    return StreamingHttpResponse(part(), status=206, headers=headers)


def _error(request: HttpRequest, status: int) -> HttpResponse:
    """Answer with the error page of a status, in the site's look and the visitor's language."""
    return render(request, f"{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400."""
    return _error(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    return _error(request, 403)


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
