"""Queries for news."""

from __future__ import annotations

from django.db.models import Case, Value, When
from wagtail.models import PageManager
from wagtail.query import PageQuerySet

from portal.pages import cards, versions


class NewsQuerySet(PageQuerySet):
    """News pages."""

    def newest_first(self) -> NewsQuerySet:
        """Order by date; what has the same date, by publication."""
        return self.order_by("-date", "-first_published_at", "-pk")

    def real_in(self, language_code: str) -> NewsQuerySet:
        """Return the real, public versions in a language."""
        return versions.real(self.filter(locale__language_code=language_code))

    def latest_in(self, language_code: str, count: int, first: int | None = None) -> list[cards.Card]:
        """Return the newest real items of a language as cards; `first` is an id that comes first."""
        is_first = Case(When(pk=first, then=Value(0)), default=Value(1))
        newest = self.real_in(language_code).order_by(is_first, "-date", "-first_published_at", "-pk")
        return cards.of(newest.defer_streamfields()[:count])


NewsManager = PageManager.from_queryset(NewsQuerySet)
