"""Pages made ready to be shown as cards: in the reader's language, with all that a card needs and no query per card."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import prefetch_related_objects
from django.utils.translation import get_language
from wagtail.models import Page

from portal import versions
from portal.languages import SOURCE_LANGUAGE


def prepare(pages: list[Page]) -> list[Page]:
    """Fetch pictures and topics of specific pages together: a few queries for each page type among them."""
    versions.set_locales(pages)
    by_type: dict[type, list[Page]] = defaultdict(list)
    for page in pages:
        by_type[type(page)].append(page)
    for page_type, group in by_type.items():
        fields = {field.name for field in page_type._meta.get_fields()}
        lookups = [name for name, field in (("topics", "topics"), ("image__renditions", "image")) if field in fields]
        if lookups:
            prefetch_related_objects(group, *lookups)
    return pages


def for_pages(pages: list[Page]) -> list[Page]:
    """Return the versions of `pages` in the active language, in their order; pages that lack one are left out."""
    found = versions.in_language(pages, get_language() or SOURCE_LANGUAGE)
    return prepare([found[page.pk] for page in pages if page.pk in found])


def for_children(page: Page) -> list[Page]:
    """Return the real pages directly below a page that are meant for menus, in the order of the tree."""
    children = versions.real(page.get_children()).filter(show_in_menus=True).defer_streamfields().specific()
    return prepare(list(children))
