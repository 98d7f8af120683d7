"""One way to turn a page into a link in the reader's language.

A link leads to the page's real version in the active language; where there is none, to the version in the source language,
marked with its language; where that is not there either, nowhere. Links of a whole body are resolved together: `preload`
collects what a page refers to, and templates and rich text read from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass

from django.utils.translation import get_language
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from portal import versions
from portal.languages import SOURCE_LANGUAGE


@dataclass(frozen=True)
class PageLink:
    """Where a link to a page leads: address, title, and the language there if it is not the reader's."""

    url: str
    title: str
    foreign_language: str = ""


# Links of the page that is being rendered, by language and page id.
_preloaded: ContextVar[dict[tuple[str, int], PageLink | None] | None] = ContextVar("preloaded_links", default=None)


def link_to(page: Page) -> PageLink:
    """Return the link to a page that is known to be real; its title in its own language."""
    code = page.locale.language_code
    return PageLink(url=page.get_url(), title=page.title, foreign_language="" if code == get_language() else code)


def resolve(page_ids: Iterable[int]) -> dict[int, PageLink | None]:
    """Return the links to pages by the ids that were asked for; three queries however many."""
    ids = set(page_ids)
    if not ids:
        return {}
    keys = dict(Page.objects.filter(pk__in=ids).values_list("pk", "translation_key"))
    language = get_language()
    found: dict[object, Page] = {}
    pages = list(
        versions.real(
            Page.objects.filter(
                translation_key__in=set(keys.values()), locale__language_code__in={language, SOURCE_LANGUAGE}
            )
        )
    )
    versions.set_locales(pages)
    for page in pages:
        if page.translation_key not in found or page.locale.language_code == language:
            found[page.translation_key] = page
    return {pk: link_to(found[keys[pk]]) if keys.get(pk) in found else None for pk in ids}


def resolve_one(page_id: int) -> PageLink | None:
    """Return the link to a page by its id, from what was preloaded if it is there."""
    preloaded = _preloaded.get()
    key = (get_language() or SOURCE_LANGUAGE, page_id)
    if preloaded is not None and key in preloaded:
        return preloaded[key]
    link = resolve([page_id])[page_id]
    if preloaded is not None:
        preloaded[key] = link
    return link


def references(instance: object) -> set[int]:
    """Return the ids of the pages that an object's StreamFields and rich texts refer to."""
    ids: set[int] = set()
    for field in instance._meta.get_fields():
        if isinstance(field, (StreamField, RichTextField)):
            value = field.value_from_object(instance)
            if value:
                ids.update(int(ref[1]) for ref in field.extract_references(value) if issubclass(ref[0], Page))
    return ids


def preload(page_ids: Iterable[int]) -> None:
    """Resolve links together, for the page that is being rendered now."""
    language = get_language() or SOURCE_LANGUAGE
    _preloaded.set({(language, pk): link for pk, link in resolve(page_ids).items()})
