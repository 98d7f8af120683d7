"""What a client is told that is served no further: a page that needs neither the application's threads nor its database."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus

from django.utils import translation

from portal.http.views import standalone_page
from portal.language.languages import SOURCE_LANGUAGE, language_of_path, languages_by_code
from portal.shell.bridge import Answer

RETRY_SECONDS = 10


class Refused(Exception):
    """A limit is passed, or the application is at its end; `status` is that of the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(HTTPStatus(status).phrase)
        self.status = status


@cache
def _page(status: int, code: str) -> tuple[bytes, str]:
    with translation.override(code):
        html, policy = standalone_page("refused.html", {"status": status, "language": languages_by_code()[code]})
    return html.encode(), policy


def refusal(status: int, path: str) -> Answer:
    """Return the answer of a status in the language of an address."""
    code = (language_of_path(path) or languages_by_code()[SOURCE_LANGUAGE]).code
    body, policy = _page(status, code)
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Language", code),
        ("Content-Length", str(len(body))),
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Robots-Tag", "noindex"),
        ("Cache-Control", "no-store"),
    ]
    if status in {429, 503}:
        headers.append(("Retry-After", str(RETRY_SECONDS)))
    if status in {400, 408, 413}:
        # What else is sent on this connection is not read any more.
        headers.append(("Connection", "close"))
    return Answer(status, headers, body)


def prepare() -> None:
    """Make all these pages, before the processes that answer are forked."""
    for code in languages_by_code():
        for status in (400, 408, 413, 429, 503):
            _page(status, code)
