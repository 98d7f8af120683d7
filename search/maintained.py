"""What editors maintain for the search, ready to be used: from the cache, emptied whenever they change anything."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from django.core.cache import cache
from django.db import transaction
from wagtail.models import Locale

from portal.language.languages import LANGUAGES

from . import analysis
from .models import BlockedSuggestion, PromotedResult, Synonyms

Terms = tuple[str, ...]

KEPT = 24 * 60 * 60
"""Seconds: what an earlier version of the code kept in a shared cache goes by itself."""


INITIAL_SYNONYMS = Path(__file__).parent / "initial" / "synonyms.json"


def load_initial_synonyms() -> int:
    """Make the first synonyms where there are none at all, and return how many; editors maintain them from then on."""
    if Synonyms.objects.exists():
        return 0
    locales = {locale.language_code: locale for locale in Locale.objects.all()}
    made = 0
    for entry in json.loads(INITIAL_SYNONYMS.read_text(encoding="utf-8")):
        if locale := locales.get(entry["language"]):
            Synonyms.objects.create(locale=locale, expressions="\n".join(entry["terms"]))
            made += 1
    return made


def _key(kind: str, language: str) -> str:
    return f"search:{kind}:{analysis.VERSION}:{language}"


def telling_terms(text: str, language: str) -> Terms:
    """Return the terms of an expression, as a query has them: without stopwords where there is anything else."""
    words = list(analysis.words(text, language))
    return tuple(word.term for word in words if not word.is_stopword) or tuple(word.term for word in words)


def synonyms(language: str) -> dict[Terms, list[Terms]]:
    """Return the sets of expressions of a language by each of them; Leichte Sprache has the German ones too."""
    key = _key("synonyms", language)
    found = cache.get(key)
    if found is None:
        sets: dict[Terms, list[Terms]] = defaultdict(list)
        rows = Synonyms.objects.filter(locale__language_code__in={language, analysis.base_language(language)})
        for row in rows:
            expressions = list(dict.fromkeys(filter(None, (telling_terms(line, language) for line in row.lines))))
            for expression in expressions:
                sets[expression] += [other for other in expressions if other != expression]
        found = dict(sets)
        cache.set(key, found, KEPT)
    return found


def words_of_synonyms(language: str) -> frozenset[str]:
    """Return the words of all synonyms of a language, as they are typed and without marks: editors know them."""
    key = _key("words", language)
    found = cache.get(key)
    if found is None:
        rows = Synonyms.objects.filter(locale__language_code__in={language, analysis.base_language(language)})
        found = frozenset(word for row in rows for line in row.lines for word in analysis.typed_words(line, language))
        cache.set(key, found, KEPT)
    return found


def promoted(query_terms: Terms, language: str) -> list[tuple[int, str]]:
    """Return the ids of the pages that stand above the results of a query, each with its text."""
    key = _key("promoted", language)
    found = cache.get(key)
    if found is None:
        found = defaultdict(list)
        for row in PromotedResult.objects.filter(locale__language_code=language):
            for line in row.lines:
                entry = (row.page_id, row.text)
                terms = frozenset(telling_terms(line, language))
                if entry not in found[terms]:
                    found[terms].append(entry)
        found = dict(found)
        cache.set(key, found, KEPT)
    return found.get(frozenset(query_terms), [])


def _blocked(language: str) -> list[str]:
    key = _key("blocked", language)
    found = cache.get(key)
    if found is None:
        texts = BlockedSuggestion.objects.filter(locale__language_code=language).values_list("text", flat=True)
        found = [f" {' '.join(analysis.typed_words(text, language))} " for text in texts]
        cache.set(key, found, KEPT)
    return found


def is_blocked(suggestion: str, language: str) -> bool:
    """Return whether a suggestion holds words that editors have blocked."""
    blocked = _blocked(language)
    if not blocked:
        return False
    typed = f" {' '.join(analysis.typed_words(suggestion, language))} "
    return any(text in typed for text in blocked)


def forget(**kwargs: object) -> None:
    """Empty the cache, at once and once more when the change is committed."""
    keys = [_key(kind, language.code) for kind in ("synonyms", "words", "promoted", "blocked") for language in LANGUAGES]
    cache.delete_many(keys)
    transaction.on_commit(lambda: cache.delete_many(keys))
