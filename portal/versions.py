"""Which real versions a page has: the one place that knows.

A page exists in a language when its version there is *real*: live, public, no alias, and finished at least once. It is
finished when it is the source of its set or was written by hand in its own language and is published, or when it was
published as a translation with no segment missing. That moment is stored (`PublishedVersion`) and not computed again: a
later change of the source makes a translation out of date, not unreal.

Menus, lists, language links, search and the answer to an address all ask this module.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from wagtail.models import Locale, Page
from wagtail.query import PageQuerySet


def real(pages: PageQuerySet) -> PageQuerySet:
    """Return the real versions among `pages`, public ones only.

    Costs one query more than `pages` itself, for the view restrictions.
    """
    return finished(pages).live().public()


def finished(pages: PageQuerySet) -> PageQuerySet:
    """Return those of `pages` that are no aliases and were finished in their language, whether live or restricted."""
    return pages.filter(alias_of__isnull=True, published_version__isnull=False)


def is_finished(page: Page) -> bool:
    """Return whether this version may be answered at its address: finished, and no alias of another language."""
    return page.alias_of_id is None and finished(Page.objects.filter(pk=page.pk)).exists()


def translations(page: Page) -> dict[str, Page]:
    """Return the real versions of a page by language code, itself included. One query, and one for restrictions."""
    versions = list(real(Page.objects.filter(translation_key=page.translation_key)))
    set_locales(versions)
    return {version.locale.language_code: version for version in versions}


def in_language(pages: list[Page], language_code: str) -> dict[int, Page]:
    """Return, for each of `pages` that has a real version in a language, that version by the given page's id.

    Two queries however many pages, and one for each page type among them.
    """
    keys = {page.translation_key for page in pages}
    found = (
        real(Page.objects.filter(translation_key__in=keys, locale__language_code=language_code))
        .defer_streamfields()
        .specific()
    )
    by_key = {version.translation_key: version for version in found}
    return {page.pk: by_key[page.translation_key] for page in pages if page.translation_key in by_key}


@cache
def _locales() -> dict[int, Locale]:
    return Locale.objects.in_bulk()


def locales_by_id() -> dict[int, Locale]:
    """Return all locales by id. Kept in the process: `portal.signals` forgets them when one is saved or deleted."""
    return _locales()


def forget_locales() -> None:
    """Forget the locales kept in the process."""
    _locales.cache_clear()


def set_locales(pages: Iterable[Page]) -> None:
    """Give pages their locale without a query each; addresses of pages need it."""
    for page in pages:
        if page.locale_id not in locales_by_id():
            forget_locales()
        page.locale = locales_by_id()[page.locale_id]
