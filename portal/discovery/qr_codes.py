"""QR codes: how an address gets from a sheet of paper into a telephone."""

from __future__ import annotations

import io
from functools import lru_cache
from urllib.parse import urlencode

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import reverse
from django.utils.encoding import iri_to_uri

from portal.uploads.delivery import reading_only

from .head import absolute

LONGEST = 1000
"""Paths beyond this many characters, which no page has, are not drawn: a code of them could hardly be read."""


def address_of(path: str) -> str:
    """Return where the code of a path of the portal is drawn."""
    return f"{reverse('qr_code')}?{urlencode({'path': path})}"


@lru_cache(maxsize=256)
def svg(url: str) -> bytes:
    """Return the QR code of an address as an SVG file."""
    drawn = io.BytesIO()
    segno.make(url, error="m", micro=False).save(drawn, kind="svg", border=2, omitsize=True, svgclass=None, lineclass=None, xmldecl=False)
    return drawn.getvalue()


@reading_only
def draw(request: HttpRequest) -> HttpResponse:
    """Answer with the QR code of a path, with the portal's own host before it whatever it is: nobody else's address is drawn."""
    path = request.GET.get("path", "")
    if not path.startswith("/") or len(path) > LONGEST:
        return HttpResponseBadRequest("path: one of this portal, /de/…", content_type="text/plain; charset=utf-8")
    headers = {"Cache-Control": f"public, max-age={24 * 60 * 60}"}
    return HttpResponse(svg(iri_to_uri(absolute("/" + path.lstrip("/")))), content_type="image/svg+xml", headers=headers)
