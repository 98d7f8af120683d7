"""One way to turn a page into a link in the reader's language.

A link leads to the page's real version in the active language; where there is none, to the version in the source language,
marked with its language; where that is not there either, nowhere. The links of a whole page are resolved together before it is
rendered; templates and rich text then find them known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.utils.translation import get_language
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from portal import versions
from portal.languages import SOURCE_LANGUAGE


@dataclass(frozen=True)
class PageLink:
    """Where a link to a page leads: address, title, the language there if it is not the reader's, and the page itself."""

    url: str
    title: str
    foreign_language: str
    page: Page


# Links found for the request that is being answered, by language and page id; outside of a request nothing is kept.
_known: ContextVar[dict[tuple[str, int], PageLink | None] | None] = ContextVar("known_links", default=None)


@contextmanager
def remembered() -> Iterator[None]:
    """Keep the links that are found until the request is answered."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def link_to(page: Page) -> PageLink:
    """Return the link to a page that is known to be real; its title in its own language."""
    code = page.locale.language_code
    return PageLink(page.get_url(), page.title, "" if code == get_language() else code, page)


def resolve(page_ids: Iterable[int]) -> dict[int, PageLink | None]:
    """Return the links to pages by the ids that were asked for; what is known is not asked again. One query."""
    language = get_language() or SOURCE_LANGUAGE
    known = _known.get()
    if known is None:
        known = {}
    ids = set(page_ids)
    if unknown := {pk for pk in ids if (language, pk) not in known}:
        known.update({(language, pk): link for pk, link in _find(unknown, language).items()})
    return {pk: known[language, pk] for pk in ids}


def _find(ids: set[int], language: str) -> dict[int, PageLink | None]:
    """Return the links to pages. All versions of the pages are read at once, real or not."""
    asked_for = Page.objects.filter(pk__in=ids).values("translation_key")
    pages = list(Page.objects.filter(translation_key__in=asked_for).select_related("published_version"))
    versions.set_locales(pages)
    targets: dict[object, Page] = {}
    for page in pages:
        code = page.locale.language_code
        if versions.is_real(page) and (code == language or (code == SOURCE_LANGUAGE and page.translation_key not in targets)):
            targets[page.translation_key] = page
    keys = {page.pk: page.translation_key for page in pages}
    return {pk: link_to(targets[keys[pk]]) if keys.get(pk) in targets else None for pk in ids}


def resolve_one(page_id: int) -> PageLink | None:
    """Return the link to a page by its id."""
    return resolve([page_id])[page_id]


def references(instance: object) -> set[int]:
    """Return the ids of the pages that an object's StreamFields and rich texts refer to."""
    ids: set[int] = set()
    for field in instance._meta.get_fields():
        if isinstance(field, (StreamField, RichTextField)):
            value = field.value_from_object(instance)
            if value:
                ids.update(int(ref[1]) for ref in field.extract_references(value) if issubclass(ref[0], Page))
    return ids
