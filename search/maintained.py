"""What editors maintain for the search, ready to be used: kept until they change anything of it."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from wagtail.models import Locale

from portal import changes

from . import analysis
from .models import BlockedSuggestion, PromotedResult, Synonyms

Terms = tuple[str, ...]

TAG = changes.Tag("search-maintained")
"""What is announced when editors change anything of it."""

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


def _tags(language: str) -> tuple[changes.Tag, ...]:
    return (TAG, changes.LOCALES)


def telling_terms(text: str, language: str) -> Terms:
    """Return the terms of an expression, as a query has them: without stopwords where there is anything else."""
    words = list(analysis.words(text, language))
    return tuple(word.term for word in words if not word.is_stopword) or tuple(word.term for word in words)


@changes.kept("search-synonyms", _tags)
def synonyms(language: str) -> dict[Terms, list[Terms]]:
    """Return the sets of expressions of a language by each of them; Leichte Sprache has the German ones too."""
    sets: dict[Terms, list[Terms]] = defaultdict(list)
    rows = Synonyms.objects.filter(locale__language_code__in={language, analysis.base_language(language)})
    for row in rows:
        expressions = list(dict.fromkeys(filter(None, (telling_terms(line, language) for line in row.lines))))
        for expression in expressions:
            sets[expression] += [other for other in expressions if other != expression]
    return dict(sets)


@changes.kept("search-words", _tags)
def words_of_synonyms(language: str) -> frozenset[str]:
    """Return the words of all synonyms of a language, as they are typed and without marks: editors know them."""
    rows = Synonyms.objects.filter(locale__language_code__in={language, analysis.base_language(language)})
    return frozenset(word for row in rows for line in row.lines for word in analysis.typed_words(line, language))


@changes.kept("search-promoted", _tags)
def _promoted(language: str) -> dict[frozenset[str], list[tuple[int, str]]]:
    found: dict[frozenset[str], list[tuple[int, str]]] = defaultdict(list)
    for row in PromotedResult.objects.filter(locale__language_code=language):
        for line in row.lines:
            entry = (row.page_id, row.text)
            terms = frozenset(telling_terms(line, language))
            if entry not in found[terms]:
                found[terms].append(entry)
    return dict(found)


def promoted(query_terms: Terms, language: str) -> list[tuple[int, str]]:
    """Return the ids of the pages that stand above the results of a query, each with its text."""
    return _promoted(language).get(frozenset(query_terms), [])


@changes.kept("search-blocked", _tags)
def _blocked(language: str) -> list[str]:
    texts = BlockedSuggestion.objects.filter(locale__language_code=language).values_list("text", flat=True)
    return [f" {' '.join(analysis.typed_words(text, language))} " for text in texts]


def is_blocked(suggestion: str, language: str) -> bool:
    """Return whether a suggestion holds words that editors have blocked."""
    blocked = _blocked(language)
    if not blocked:
        return False
    typed = f" {' '.join(analysis.typed_words(suggestion, language))} "
    return any(text in typed for text in blocked)
