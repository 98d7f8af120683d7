"""Topics and regions in the reader's language.

Pages of every language refer to the terms of the source language; here they are read by their translation key.
"""

from __future__ import annotations

from django.core.cache import cache
from django.utils.translation import get_language

from portal.languages import LANGUAGES, SOURCE_LANGUAGE
from portal.models import Region, Topic
from portal.models.taxonomy import Term


def _cache_key(model: type[Term], language_code: str) -> str:
    return f"portal:names:{model._meta.model_name}:{language_code}"


def names(model: type[Term]) -> dict[object, str]:
    """Return the names of all terms by translation key, in the active language where they have one; from the cache."""
    language_code = get_language() or SOURCE_LANGUAGE
    key = _cache_key(model, language_code)
    found: dict[object, str] | None = cache.get(key)
    if found is None:
        found = {}
        rows = model.objects.filter(locale__language_code__in={language_code, SOURCE_LANGUAGE}).values_list(
            "translation_key", "name", "locale__language_code"
        )
        for translation_key, name, code in rows:
            if code == language_code or translation_key not in found:
                found[translation_key] = name
        cache.set(key, found, timeout=None)
    return found


def forget() -> None:
    """Empty the cache of names in all languages."""
    cache.delete_many([_cache_key(model, language.code) for model in (Topic, Region) for language in LANGUAGES])


def localized(model: type[Term], terms: list[Term]) -> list[dict[str, str]]:
    """Return `name` (in the active language) and `slug` of terms."""
    if not terms:
        return []
    by_key = names(model)
    return [{"name": by_key.get(term.translation_key, term.name), "slug": term.slug} for term in terms]


def topics(terms: list[Topic]) -> list[dict[str, str]]:
    """Return topics as `name` and `slug` in the active language."""
    return localized(Topic, terms)


def regions(terms: list[Region]) -> list[dict[str, str]]:
    """Return regions as `name` and `slug` in the active language."""
    return localized(Region, terms)
