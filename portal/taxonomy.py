"""Topics and regions in the reader's language.

Pages of every language refer to the terms of the source language; here they are read by their translation key.
"""

from __future__ import annotations

from typing import TypedDict

from django.core.cache import cache
from django.utils.translation import get_language

from portal.languages import LANGUAGES, SOURCE_LANGUAGE
from portal.models import Region, Topic
from portal.models.taxonomy import Term


def _cache_key(language_code: str) -> str:
    return f"portal:names:{language_code}"


class Name(TypedDict):
    """The name of a topic or region; `language` is set where it is not the language asked for."""

    name: str
    language: str


def names() -> dict[object, Name]:
    """Return the names of all topics and regions by translation key, in the active language where they have one.

    From the cache, else one query.
    """
    language_code = get_language() or SOURCE_LANGUAGE
    found: dict[object, Name] | None = cache.get(_cache_key(language_code))
    if found is None:
        found = {}
        tables = [
            model.objects.filter(locale__language_code__in={language_code, SOURCE_LANGUAGE}, is_finished=True)
            .order_by()
            .values_list("translation_key", "name", "locale__language_code")
            for model in (Topic, Region)
        ]
        for translation_key, name, code in tables[0].union(tables[1]):
            if code == language_code or translation_key not in found:
                found[translation_key] = Name(name=name, language="" if code == language_code else _foreign(code))
        cache.set(_cache_key(language_code), found, timeout=24 * 60 * 60)
    return found


def _foreign(code: str) -> str:
    """Return the language of a name for its `lang`; Leichte Sprache uses the German names as its own."""
    return "" if code == (get_language() or "").split("-")[0] else code


def forget() -> None:
    """Empty the cache of names in all languages."""
    cache.delete_many([_cache_key(language.code) for language in LANGUAGES])


def localized(terms: list[Term]) -> list[dict[str, str]]:
    """Return `name` (in the active language), its `language` where it is another, and `slug` of terms."""
    if not terms:
        return []
    if get_language() == SOURCE_LANGUAGE:
        return [{"name": term.name, "language": "", "slug": term.slug} for term in terms]
    by_key = names()
    return [
        {**by_key.get(term.translation_key, Name(name=term.name, language=SOURCE_LANGUAGE)), "slug": term.slug}
        for term in terms
    ]


def topics(terms: list[Topic]) -> list[dict[str, str]]:
    """Return topics as `name`, `language` and `slug` in the active language."""
    return localized(terms)


def regions(terms: list[Region]) -> list[dict[str, str]]:
    """Return regions as `name`, `language` and `slug` in the active language."""
    return localized(terms)
