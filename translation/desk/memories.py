"""Translations of the same text, or of one like it, elsewhere on the portal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet
from wagtail.models import Page
from wagtail_localize.models import StringTranslation, Translation

MOST_EXACT = 3


def _published(translation: Translation) -> QuerySet:
    """Return the translations into a language that visitors read, and those of snippets."""
    online = Page.objects.filter(
        translation_key=OuterRef("context__object_id"),
        locale_id=translation.target_locale_id,
        live=True,
        alias_of=None,
        published_version__completed_at__isnull=False,
    )
    rows = StringTranslation.objects.filter(Exists(online), locale=translation.target_locale_id, has_error=False)
    return rows.exclude(data="")


def exact(translation: Translation, string_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return how texts are translated on published pages, by the ids of their strings, the latest first. One query."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = _published(translation).filter(translation_of__in=list(string_ids)).order_by("-updated_at", "-pk")
    for string_id, data in rows.values_list("translation_of_id", "data"):
        if data not in found[string_id] and len(found[string_id]) < MOST_EXACT:
            found[string_id].append(data)
    return found
