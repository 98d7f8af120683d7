"""How much of pages and snippets is translated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Count, F, Sum, Value
from django.db.models.functions import Length, Replace
from wagtail_localize.models import StringSegment

from portal.language.languages import SOURCE_LANGUAGE

BATCH = 10_000
"""So many objects are asked for at once: SQLite takes 32,766 values in a query."""

Counted = tuple[dict[UUID, tuple[int, int]], dict[tuple[UUID, int], tuple[int, int]]]
"""Texts and words by translation key; those that are translated by translation key and the id of the language."""


def of(keys: Iterable[UUID], locale_ids: Sequence[int]) -> Counted:
    """Return how many texts and words pages and snippets have, and how many of them are translated. Two queries for each `BATCH`."""
    keys = list(keys)
    total: dict[UUID, tuple[int, int]] = {}
    done: dict[tuple[UUID, int], tuple[int, int]] = {}
    for start in range(0, len(keys), BATCH):
        _count(keys[start : start + BATCH], locale_ids, total, done)
    return total, done


def _count(
    keys: Sequence[UUID],
    locale_ids: Sequence[int],
    total: dict[UUID, tuple[int, int]],
    done: dict[tuple[UUID, int], tuple[int, int]],
) -> None:
    words = Length("string__data") - Length(Replace("string__data", Value(" "), Value(""))) + 1
    segments = StringSegment.objects.filter(source__object_id__in=keys, source__locale__language_code=SOURCE_LANGUAGE).order_by()
    numbers = {"texts": Count("pk"), "words": Sum(words)}
    for key, texts, number in segments.values_list("source__object_id").annotate(**numbers):
        total[key] = (texts, number)
    translated = segments.filter(
        string__translations__context=F("context"),
        string__translations__locale__in=locale_ids,
        string__translations__has_error=False,
        string__translations__data__gt="",
    )
    places = translated.values_list("source__object_id", "string__translations__locale_id").annotate(**numbers)
    for key, locale_id, texts, number in places:
        done[key, locale_id] = (texts, number)
