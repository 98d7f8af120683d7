"""The addresses of pages."""

from __future__ import annotations

from django.urls import reverse
from django.utils import translation
from django.utils.encoding import iri_to_uri
from wagtail.models import Page, Site

from portal import changes


@changes.kept("roots", lambda: (changes.HOMES, changes.LOCALES), in_transactions=True)
def roots() -> tuple[tuple[str, str], ...]:
    """Return where the languages begin: the paths of their home pages in the tree, and the addresses of these.

    Where several sites share the tree the addresses are empty: they are for Wagtail to say.
    """
    sites = list(Site.objects.select_related("root_page").order_by("-root_page__url_path"))
    found = []
    for site in sites:
        for path, code in site.root_page.get_translations(inclusive=True).values_list("url_path", "locale__language_code"):
            with translation.override(code):
                found.append((path, reverse("wagtail_serve", args=("",)) if len(sites) == 1 else ""))
    return tuple(found)


def address_of(page: Page) -> str:
    """Return what `Page.get_url` says, without a look into the cache and at all addresses for each page; empty where it has none."""
    for path, address in roots():
        if address and page.url_path.startswith(path):
            return address + iri_to_uri(page.url_path[len(path) :])
    return page.get_url() or ""
