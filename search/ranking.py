"""How well a document answers a query: BM25 over weighted fields, alike on every database.

Robertson, Zaragoza: The Probabilistic Relevance Framework: BM25 and Beyond (2009). The weight of a field multiplies how often a
term stands in it (`search.indexing`); what is kept is one number for each term and document.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence

from django.db import models

from portal.language.languages import languages_by_code

from .indexing import statistics
from .models import FREQUENCY_UNIT, Term

K1 = 1.2
B = 0.75

RECENCY = 0.15
"""By how much today's news counts more than other pages; a year later it is a third of that."""

ADJACENT = 0.25
"""What two words count, of their own weight, where they stand side by side as they do in the query."""

STOPWORD_ADJACENT = 0.3
"""The share of that where one of the two is a stopword: “kann ich arbeiten” is nearer to a question than its one telling word."""

EXACT = 0.6
"""What the whole query adds, of its weight, where it stands in the page word for word; three words or more of it add their share."""

EXACT_TITLE = 1.0
"""The same for a title that consists of the query."""


def rarity(documents: int, total: int) -> float:
    """Return the inverse document frequency of a term, in the form that never is negative."""
    return math.log(1 + (total - documents + 0.5) / (documents + 0.5)) if documents <= total else 0.0


def saturation_parts(average: float) -> tuple[float, float]:
    """Return the two numbers of K = a + b · length, in units of `Posting.frequency`."""
    return FREQUENCY_UNIT * K1 * (1 - B), FREQUENCY_UNIT * K1 * B / max(average, 1.0)


def saturation(length: models.Expression, average: float = 250.0) -> models.Expression:
    """Return K as an expression of the database; `average` is a usual length where several languages are searched together."""
    fixed, by_length = saturation_parts(average)
    return models.Value(fixed) + models.Value(by_length) * models.functions.Cast(length, models.FloatField())


def term_weights(terms: Iterable[str]) -> dict[int, float]:
    """Return the rarity of terms by id, in all languages that have them."""
    # They are found by language and term.
    rows = Term.objects.filter(language__in=list(languages_by_code()), term__in=list(terms), documents__gt=0)
    found = rows.values_list("pk", "language", "documents")
    return {pk: rarity(documents, statistics(language).documents) for pk, language, documents in found}


def recency(date: datetime.date | None, ages: bool, today: datetime.date) -> float:
    """Return the factor by which the age of news counts."""
    if not ages or date is None:
        return 1.0
    return 1.0 + RECENCY * math.exp(-max((today - date).days, 0) / 365)


def closeness(stems: str, title_length: int, words: Sequence[str], weights: Sequence[float]) -> float:
    """Return what the order of a query's words adds to a document: words side by side, the whole query, a title that is the query.

    `stems` are the document's terms between blanks, its title first, `title_length` terms long; `words` are the query's terms in
    their order, stopwords too, and `weights` what each counts, 0 for a stopword.
    """
    added = 0.0
    for left, right, left_weight, right_weight in zip(words, words[1:], weights, weights[1:], strict=False):
        value = min(left_weight, right_weight) or STOPWORD_ADJACENT * max(left_weight, right_weight, 1.0)
        if f" {left} {right} " in stems:
            added += ADJACENT * value
    whole = " ".join(words)
    run = _longest_run(stems, words)
    if run > 2 or run == len(words) > 1:
        added += EXACT * sum(weights) * (run - 1) / (len(words) - 1)
    if len(words) == title_length and stems.startswith(f" {whole} "):
        added += EXACT_TITLE * sum(weights)
    return added


def _longest_run(stems: str, words: Sequence[str]) -> int:
    """Return how many words of a query stand in a document one after the other, at most."""
    longest = 0
    for start in range(len(words)):
        while start + longest < len(words) and f" {' '.join(words[start : start + longest + 1])} " in stems:
            longest += 1
    return longest
