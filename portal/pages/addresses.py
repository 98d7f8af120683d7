"""The addresses of pages."""

from __future__ import annotations

from django.core.cache.backends.dummy import DummyCache
from django.db import connections
from django.db.models import Count, Subquery, Value
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import iri_to_uri
from wagtail.models import Page, Site
from wagtail.models import sites as wagtail_sites

from portal import changes


@changes.kept("roots", lambda: (changes.HOMES, changes.LOCALES), in_transactions=True)
def roots() -> tuple[tuple[str, str], ...]:
    """Return where the languages begin: the paths of their home pages in the tree, and the addresses of these.

    Where several sites share the tree the addresses are empty: they are for Wagtail to say.
    """
    number = Site.objects.order_by().annotate(every=Value(1)).values("every").annotate(number=Count("pk")).values("number")
    homes = Page.objects.filter(translation_key__in=Site.objects.values("root_page__translation_key")).annotate(sites=Subquery(number))
    found = []
    for path, code, sites in homes.order_by("-url_path").values_list("url_path", "locale__language_code", "sites"):
        with translation.override(code):
            found.append((path, reverse("wagtail_serve", args=("",)) if sites == 1 else ""))
    return tuple(found)


# Wagtail forgets its own paths before the commit that changes them: whoever asks in between stores the old ones for an hour
# (`Site.get_site_root_paths`). Its cache holds nothing here. This can go when it forgets them after the commit.
wagtail_sites.cache = DummyCache("", {})
root_paths = changes.kept("root_paths", lambda: (changes.HOMES, changes.LOCALES), in_transactions=True)(Site.get_site_root_paths)
Site.get_site_root_paths = staticmethod(root_paths)


def address_of(page: Page) -> str:
    """Return what `Page.get_url` says, without a look into the cache and at all addresses for each page; empty where it has none."""
    for path, address in roots():
        if address and page.url_path.startswith(path):
            return address + iri_to_uri(page.url_path[len(path) :])
    return page.get_url() or ""


def ensure_indexes(using: str, **kwargs: object) -> None:
    """Make the indexes of pages that Wagtail's models do not know anew, where one of its migrations lost them.

    By addresses pages are found, by when they expire they are taken off, by its depth every screen of the admin finds the root, and its
    lists begin with what was edited last. An address may be longer than what a tree of PostgreSQL holds: there they are of hashes. The one
    for any letter case SQLite would not use, and that of addresses only if it knows more of a page than its language.
    """
    connection, table = connections[using], Page._meta.db_table
    if table not in connection.introspection.table_names():
        return
    indexes = {"portal_page_expiry": "(expire_at) WHERE expire_at IS NOT NULL", "portal_page_roots": "(path) WHERE depth = 1"}
    if connection.vendor == "postgresql":
        indexes |= {
            "portal_page_address": "USING hash (url_path)",
            "portal_page_any_case": "USING hash (UPPER(url_path))",
            "portal_page_edited": "(latest_revision_created_at DESC NULLS LAST)",
        }
    else:
        indexes["portal_page_address"] = "(url_path, locale_id)"
    with connection.cursor() as cursor:
        for name, columns in indexes.items():
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} {columns}")
