"""Which real versions a page has: the one place that knows.

A page exists in a language when its version there is *real*: live, public, no alias, and finished at least once. It is
finished when it is the source of its set or was written by hand in its own language and is published, or when it was
published as a translation with no segment missing. That moment is stored (`PublishedVersion`) and not computed again: a
later change of the source makes a translation out of date, not unreal.

Menus, lists, language links, search and the answer to an address all ask this module.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache as remember

from django.core.cache import cache
from wagtail.models import Locale, Page, PageViewRestriction
from wagtail.query import PageQuerySet


def real(pages: PageQuerySet) -> PageQuerySet:
    """Return the real versions among `pages`, public ones only."""
    pages = finished(pages).live()
    for path in restricted_paths():
        pages = pages.exclude(path__startswith=path)
    return pages


def finished(pages: PageQuerySet) -> PageQuerySet:
    """Return those of `pages` that are no aliases and were finished in their language, whether live or restricted."""
    return pages.filter(alias_of__isnull=True, published_version__isnull=False)


def translations(page: Page) -> dict[str, Page]:
    """Return the real versions of a page by language code, itself included. One query."""
    versions = list(real(Page.objects.filter(translation_key=page.translation_key)))
    set_locales(versions)
    return {version.locale.language_code: version for version in versions}


_RESTRICTED_PATHS = "portal:restricted_paths"


def restricted_paths() -> list[str]:
    """Return the tree paths of pages with a view restriction, in the cache until one changes or a page moves.

    Wagtail's own `public()` asks the database each time; every list on a page would pay for it.
    """
    paths = cache.get(_RESTRICTED_PATHS)
    if paths is None:
        paths = list(PageViewRestriction.objects.values_list("page__path", flat=True))
        cache.set(_RESTRICTED_PATHS, paths, timeout=None)
    return paths


def forget_restrictions() -> None:
    """Forget which pages are restricted."""
    cache.delete(_RESTRICTED_PATHS)


def is_real(page: Page) -> bool:
    """Return whether one page, fetched with its `published_version`, is real; no query."""
    return (
        page.live
        and page.alias_of_id is None
        and hasattr(page, "published_version")
        and not any(page.path.startswith(path) for path in restricted_paths())
    )


@remember
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
