"""What the editor is told of what happened in other languages."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import pgettext

from translation import returning


class BroughtBackMiddleware:
    """Names the translations that came online with their page, whichever screen published it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and add the message."""
        token = returning.brought_back.set([])
        try:
            response = self.get_response(request)
            if pages := returning.brought_back.get():
                names = ", ".join(f"{page.title} ({page.locale.get_display_name()})" for page in pages)
                messages.success(request, pgettext("admin", "Online again with the page: %(pages)s.") % {"pages": names})
            return response
        finally:
            returning.brought_back.reset(token)
