"""Whether the portal answers: its pages are asked for in this process, as a visitor would, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from urllib.parse import unquote
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from django.utils import translation
from wagtail.models import Page

from portal.language.languages import LANGUAGES
from portal.pages import versions

EACH = 3
"""So many pages of each kind and language are asked for."""


def counts() -> dict[str, int]:
    """Return how many pages of each language are public, in words of SQL that holds before and after every migration of Wagtail's."""
    with connection.cursor() as cursor:
        if "wagtailcore_page" not in connection.introspection.table_names(cursor):
            return {}
        cursor.execute(
            "SELECT l.language_code, count(*) FROM wagtailcore_page p JOIN wagtailcore_locale l ON l.id = p.locale_id "
            "WHERE p.live GROUP BY l.language_code"
        )
        return dict(cursor.fetchall())


def addresses() -> Iterator[str]:
    """Yield what is asked for: home pages, some pages of each kind and language, the search, and what machines read."""
    for language in LANGUAGES:
        yield f"/{language.code}/"
    real = versions.real(Page.objects.filter(depth__gt=1)).order_by("locale_id", "content_type_id", "-first_published_at", "pk")
    for _kind, pages in groupby(real.iterator(), lambda page: (page.locale_id, page.content_type_id)):
        for page in list(pages)[:EACH]:
            if url := page.get_url():
                yield url
    yield from ("/sitemap.xml", "/robots.txt", "/api/v2/pages/", reverse("wagtailadmin_login"))


def _status(path: str) -> int:
    from portal.wsgi import application

    environ = {"PATH_INFO": unquote(path), "HTTP_HOST": settings.PORTAL_HOST, "HTTP_X_FORWARDED_PROTO": "https", "REMOTE_ADDR": "127.0.0.1"}
    setup_testing_defaults(environ)
    try:
        response = application.get_response(WSGIRequest(environ))
        if response.streaming:
            b"".join(response)
        response.close()
    finally:
        translation.deactivate()
    return response.status_code


def faults(before: dict[str, int] | None = None) -> list[str]:
    """Return what does not work, in a line each.

    Args:
        before: how many pages of each language were public before an upgrade; there must not be less now.
    """
    found = [f"{error.id}: {error.msg}" for error in run_checks() if error.level >= ERROR]
    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return [*found, f"{len(plan)} migrations are missing"]
    now = counts()
    for code, number in (before or {}).items():
        if (lost := number - now.get(code, 0)) > 0:
            found.append(f"{lost} public pages of {code} are gone")
    for path in dict.fromkeys(addresses()):
        # A language without a home page leads to another one.
        possible = {200, 302} if path.count("/") == 2 and path.endswith("/") else {200}
        if (status := _status(path)) not in possible:
            found.append(f"{path} answers {status}")
    return found
