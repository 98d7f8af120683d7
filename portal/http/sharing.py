"""Drafts for those who read them before they are published: who has the link needs no account."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from portal.http import robots
from portal.models.sharing import SharedDraft
from portal.pages import readers
from portal.uploads.delivery import reading_only

HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
    # The address is all that somebody needs to read this: no other website is told it.
    "Referrer-Policy": "no-referrer",
}


@reading_only
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with a shared draft as whoever asks would read it, marked as a draft; 410 once the link is over.

    Raises:
        Http404: nobody gave out such a link, or not in this language.
    """
    draft = SharedDraft.find(token)
    if draft is None or draft.page.locale.language_code != readers.of(request).language.code:
        raise Http404
    if not draft.is_open:
        response = render(request, "410.html", status=410)
    else:
        page = draft.as_page()
        response = page.make_preview_request(request, page.default_preview_mode, {"shared_draft": draft})
        if request.method == "GET" and not _is_fetched_ahead(request) and not robots.is_robot(request):
            draft.count_opening()
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def _is_fetched_ahead(request: HttpRequest) -> bool:
    """Return whether a browser asks for what nobody has opened yet; each says so in its own way."""
    return any("prefetch" in request.headers.get(name, "").lower() for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
