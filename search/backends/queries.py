"""Queries of Wagtail's search API in the terms of the languages that are searched.

Only letters and digits come out of the analysis, so that no database sees syntax in what somebody typed.
"""

from __future__ import annotations

from wagtail.search.query import MATCH_NONE, And, Boost, Fuzzy, MatchAll, Not, Or, Phrase, PlainText, SearchQuery

from portal.language.languages import LANGUAGES
from search import analysis

MAX_LENGTH = 255
MAX_WORDS = 32


def analysed_languages() -> list[str]:
    """Return the languages that objects are analysed in, varieties once."""
    return list(dict.fromkeys(analysis.base_language(language.code) for language in LANGUAGES))


def rewrite(query: SearchQuery, languages: list[str] | None = None) -> SearchQuery:
    """Return a query in terms: an object matches when it does in any of the languages, each analysed by itself.

    The language of an object is not asked: its own analysis and that of the query meet in its own language.
    """
    found: dict[str, SearchQuery] = {}
    for language in languages or analysed_languages():
        rewritten = _rewrite(query, language)
        if rewritten is not MATCH_NONE:
            found.setdefault(repr(rewritten), rewritten)
    options = list(found.values())
    if not options:
        return MATCH_NONE
    return options[0] if len(options) == 1 else Or(options)


def _rewrite(query: SearchQuery, language: str) -> SearchQuery:
    if isinstance(query, PlainText):
        return _words(query.query_string, language, query.operator)
    if isinstance(query, Fuzzy):
        return _words(query.query_string, language, query.operator)
    if isinstance(query, Phrase):
        stems = analysis.stems(query.query_string[:MAX_LENGTH], language)
        return Phrase(stems) if stems else MATCH_NONE
    if isinstance(query, Boost):
        return _rewrite(query.subquery, language)
    if isinstance(query, Not):
        excluded = _rewrite(query.subquery, language)
        return MatchAll() if excluded is MATCH_NONE else Not(excluded)
    if isinstance(query, (And, Or)):
        parts = [_rewrite(part, language) for part in query.subqueries]
        parts = [part for part in parts if part is not MATCH_NONE and not isinstance(part, MatchAll)]
        return _joined(parts, type(query))
    return query


def _joined(parts: list[SearchQuery], kind: type[And] | type[Or]) -> SearchQuery:
    if not parts:
        return MATCH_NONE
    return parts[0] if len(parts) == 1 else kind(parts)


def _words(text: str, language: str, operator: str) -> SearchQuery:
    words = list(analysis.words(text[:MAX_LENGTH], language))[:MAX_WORDS]
    words = [word for word in words if not word.is_stopword] or words
    parts: list[SearchQuery] = []
    for word in words:
        own = PlainText(word.term, operator="and")
        parts.append(Or([own, PlainText(" ".join(word.parts), operator="and")]) if word.parts else own)
    return _joined(parts, Or if operator.lower() == "or" else And)


def beginnings(query: SearchQuery) -> PlainText | None:
    """Return what an autocomplete query asks for: its words as they are typed, the last one a beginning; None for nothing."""
    if not isinstance(query, (PlainText, Phrase, Fuzzy)):
        return None
    words = analysis.typed_words(query.query_string[:MAX_LENGTH], "de")[:MAX_WORDS]
    return PlainText(" ".join(words), operator="and") if words else None


def terms(query: SearchQuery) -> set[str]:
    """Return the terms of a rewritten query that make an object rank higher."""
    if isinstance(query, (PlainText, Phrase)):
        return set(query.query_string.split())
    if isinstance(query, (And, Or)):
        return set().union(*(terms(part) for part in query.subqueries))
    return set()
