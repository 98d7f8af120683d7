"""Queries for news."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail.models import Page, PageManager
from wagtail.query import PageQuerySet

from portal import cards, versions

if TYPE_CHECKING:
    from .models import NewsPage


class NewsQuerySet(PageQuerySet):
    """News pages."""

    def newest_first(self) -> NewsQuerySet:
        """Order by date; what has the same date, by publication."""
        return self.order_by("-date", "-first_published_at", "-pk")

    def real_in(self, language_code: str) -> NewsQuerySet:
        """Return the real, public versions in a language."""
        return versions.real(self.filter(locale__language_code=language_code))

    def latest_in(self, language_code: str, count: int) -> list[NewsPage]:
        """Return the newest real items of a language, ready to be shown as cards."""
        return cards.prepare(list(self.real_in(language_code).newest_first().defer_streamfields()[:count]))

    def version_of(self, page: Page, language_code: str) -> NewsPage | None:
        """Return the real version of an item in a language, or None."""
        found = list(self.real_in(language_code).filter(translation_key=page.translation_key)[:1])
        return cards.prepare(found)[0] if found else None


NewsManager = PageManager.from_queryset(NewsQuerySet)
