"""Suggestions while somebody types: queries that others asked and that find something, titles of pages, words of the pages."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Sum
from django.utils import timezone
from wagtail.models import Page

from portal import versions

from . import analysis
from .maintained import is_blocked
from .models import AskedQuery, Term, TitleStart
from .query import clean

MOST = 8
MIN_LENGTH = 2
POPULAR_DAYS = 30
POPULAR_SEARCHES = 3


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
    """Return at most eight suggestions for the beginning of a query; three queries, and one for the pages of titles."""
    typed = analysis.typed_words(clean(text), language)
    beginning = " ".join(typed)
    if len(beginning) < MIN_LENGTH:
        return []
    found: dict[str, Suggestion] = {}
    candidates = [*_popular(beginning, language), *_titles(typed, language), *_terms(typed, text, language)]
    for suggestion in candidates:
        key = " ".join(analysis.typed_words(suggestion.text, language))
        if key and key not in found and not is_blocked(suggestion.text, language):
            found[key] = suggestion
    return list(found.values())[:MOST]


def _popular(beginning: str, language: str) -> list[Suggestion]:
    since = timezone.localdate() - datetime.timedelta(days=POPULAR_DAYS)
    rows = (
        AskedQuery.objects.filter(language=language, query__beginswith=beginning[:60], day__gte=since, results__gt=0)
        .values("query")
        .annotate(number=Sum("searches"))
        .filter(number__gte=POPULAR_SEARCHES)
        .order_by("-number", "query")[:3]
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
    if len(last) < MIN_LENGTH:
        return []
    rows = Term.objects.filter(language=language, term__beginswith=last[:80], documents__gt=0).exclude(word="")
    words = rows.order_by("-documents", "word").values_list("word", flat=True)[:MOST]
    before = clean(text).rpartition(" ")[0]
    return [Suggestion(f"{before} {word}".strip(), Kind.TERM) for word in words if len(word) > len(last)]
