"""Pages made ready to be shown as cards: in the reader's language, with all that a card needs and no query per card."""

from __future__ import annotations

from collections import defaultdict

from django.contrib.contenttypes.models import ContentType
from django.db.models import prefetch_related_objects
from wagtail.models import Page

from portal import links, versions


def prepare(pages: list[Page]) -> list[Page]:
    """Fetch pictures of specific pages together: a few queries for each page type that needs them."""
    versions.set_locales(pages)
    by_type: dict[type, list[Page]] = defaultdict(list)
    for page in pages:
        by_type[type(page)].append(page)
    for page_type, group in by_type.items():
        fields = {field.name for field in page_type._meta.get_fields()}
        if "image" in fields and (with_photograph := [page for page in group if page.image_id]):
            prefetch_related_objects(with_photograph, "image__renditions")
        # A page with a picture of its own does not need its topic's.
        without_picture = [page for page in group if "topics" in fields and not page.image_id and not page.illustration]
        if without_picture:
            prefetch_related_objects(without_picture, "topics")
    return pages


def specific(pages: list[Page]) -> list[Page]:
    """Return the specific pages of `pages` in their order: one query for each page type among them."""
    by_type: dict[int, list[int]] = defaultdict(list)
    for page in pages:
        by_type[page.content_type_id].append(page.pk)
    found: dict[int, Page] = {}
    for type_id, ids in by_type.items():
        model = ContentType.objects.get_for_id(type_id).model_class()
        found.update(model.objects.filter(pk__in=ids).defer_streamfields().in_bulk())
    return [found[page.pk] for page in pages if page.pk in found]


def for_pages(pages: list[Page]) -> list[Page]:
    """Return the versions of `pages` in the active language, in their order; pages that lack one are left out."""
    targets = links.resolve(page.pk for page in pages)
    here = [link.page for page in pages if (link := targets[page.pk]) and not link.foreign_language]
    return prepare(specific(here))


def for_children(page: Page) -> list[Page]:
    """Return the real pages directly below a page that are meant for menus, in the order of the tree."""
    return prepare(specific(list(versions.real(page.get_children()).filter(show_in_menus=True))))
