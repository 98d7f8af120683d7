"""Suggestions while somebody types: queries that others asked and that find something, words of the pages, titles."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q, Sum
from django.utils import timezone
from wagtail.models import Page

from portal.pages import versions

from . import analysis, lookups  # noqa: F401  registers the lookup
from .maintained import is_blocked
from .models import AskedQuery, Term, TitleStart
from .query import clean

MOST = 8
MIN_LENGTH = 2
POPULAR_DAYS, POPULAR_SEARCHES, MOST_POPULAR = 30, 3, 3
FEWEST_TERMS = 2
"""So many words of the pages are among the suggestions, where there are any, before titles fill the rest."""


class Kind(StrEnum):
    """What a suggestion is."""

    QUERY = "query"
    TITLE = "title"
    TERM = "term"


@dataclass(frozen=True)
class Suggestion:
    """A suggestion; that of a title leads to its page."""

    text: str
    kind: Kind
    url: str = ""


def suggest(text: str, language: str) -> list[Suggestion]:
    """Return at most eight suggestions for the beginning of a query: what others asked, words, titles. Four queries."""
    text = clean(text)
    typed = analysis.typed_words(text, language)
    beginning = " ".join(typed)
    if len(beginning) < MIN_LENGTH:
        return []
    # A title goes before the same words as a query: it leads straight to its page.
    found: dict[str, Suggestion] = {}
    for suggestion in [*_titles(typed, language), *_popular(text, language), *_terms(typed, text, language)]:
        key = " ".join(analysis.typed_words(suggestion.text, language))
        if (key != beginning or suggestion.url) and not is_blocked(suggestion.text, language):
            found.setdefault(key, suggestion)
    queries, titles, terms = (
        [suggestion for suggestion in found.values() if suggestion.kind == kind] for kind in (Kind.QUERY, Kind.TITLE, Kind.TERM)
    )
    titles = titles[: MOST - len(queries) - len(terms[:FEWEST_TERMS])]
    return [*queries, *terms[: MOST - len(queries) - len(titles)], *titles]


def _with_umlauts(word: str) -> str:
    return word.replace("ae", "ä").replace("oe", "ö").replace("ue", "ü")


def _without_digraphs(word: str) -> str:
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _spellings(word: str, other: str, language: str) -> list[str]:
    """Return a word, and in German its other spelling: umlauts may be typed as ae, oe, ue."""
    return list(dict.fromkeys([word, other] if analysis.base_language(language) == "de" else [word]))


def _popular(text: str, language: str) -> list[Suggestion]:
    """Return queries with results that begin with a text and were asked often of late; they are kept as they were typed."""
    typed = text.casefold()
    begins = Q()
    for spelling in _spellings(typed, _with_umlauts(typed), language):
        begins |= Q(query__beginswith=spelling)
    since = timezone.localdate() - datetime.timedelta(days=POPULAR_DAYS)
    rows = (
        AskedQuery.objects.filter(begins, language=language, day__gte=since, results__gt=0)
        .values("query")
        .annotate(number=Sum("searches"))
        .filter(number__gte=POPULAR_SEARCHES)
        .order_by("-number", "query")[:MOST_POPULAR]
    )
    return [Suggestion(row["query"], Kind.QUERY) for row in rows]


def _titles(typed: list[str], language: str) -> list[Suggestion]:
    """Return titles with a word that begins with the first word typed, and others for all words that follow."""
    rows = TitleStart.objects.filter(language=language, start__beginswith=typed[0]).order_by("position", "start")
    starts = rows.values_list("document_id", "start", "document__title")[: 200 if len(typed) > 1 else 40]
    whole, rest = " ".join(typed), typed[1:]
    ranked: dict[int, tuple[bool, int]] = {}
    for place, (pk, start, title) in enumerate(starts):
        is_whole = start.startswith(whole)
        words = [] if is_whole or pk in ranked else analysis.typed_words(title, language)
        if is_whole or (words and all(any(word.startswith(one) for word in words) for one in rest)):
            ranked.setdefault(pk, (not is_whole, place))
    ids = sorted(ranked, key=lambda pk: ranked[pk])[:MOST]
    pages = versions.real(Page.objects.filter(pk__in=ids)).in_bulk()
    versions.set_locales(pages.values())
    return [Suggestion(pages[pk].title, Kind.TITLE, pages[pk].get_url()) for pk in ids if pk in pages]


def _terms(typed: list[str], text: str, language: str) -> list[Suggestion]:
    """Return words of the pages that begin with the last word typed, the most frequent first, behind the words before it."""
    last = typed[-1]
    # Numbers stand in the index in a form of its own (10.7 as 10d7), and nobody means one by its beginning.
    if len(last) < MIN_LENGTH or last[0].isdigit():
        return []
    begins = Q()
    for spelling in _spellings(last, _without_digraphs(last), language):
        begins |= Q(term__beginswith=spelling)
    rows = Term.objects.filter(begins, language=language, documents__gt=0).exclude(word="")
    words = rows.order_by("-documents", "word").values_list("word", flat=True)[:MOST]
    before = text.rpartition(" ")[0]
    return [Suggestion(f"{before} {word}".strip(), Kind.TERM) for word in words]
