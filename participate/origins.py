"""Whether a form was sent from a page of this portal: asked of the browser's headers, since there is no cookie that could tell."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def is_own(request: HttpRequest) -> bool:
    """Return whether a form comes from a page of the portal, by `Sec-Fetch-Site`, `Origin` or, without it, `Referer`.

    Browsers send `Origin` with each form, and `null` where they hide where they were. What says nothing is refused: a browser
    would have said it.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        parts = urlsplit(request.headers.get("Referer", ""))
        origin = f"{parts.scheme}://{parts.netloc}"
    return origin in {settings.PORTAL_URL, f"{request.scheme}://{request.get_host()}"}
