"""How well a document answers a query: BM25 over weighted fields, alike on every database.

Robertson, Zaragoza: The Probabilistic Relevance Framework: BM25 and Beyond (2009). The weight of a field multiplies how often a
term stands in it (`search.indexing`); what is kept is one number for each term and document.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence

from django.db import models

from .indexing import statistics
from .models import FREQUENCY_UNIT, Term

K1 = 1.2
B = 0.75

RECENCY = 0.15
"""By how much today's news counts more than other pages; a year later it is a third of that."""

ADJACENT = 0.25
"""What two words count, of their own weight, where they stand side by side as they do in the query."""

EXACT = 0.5
"""What the whole query adds, of its weight, where it stands in the page word for word."""

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
    rows = Term.objects.filter(term__in=list(terms), documents__gt=0).values_list("pk", "language", "documents")
    return {pk: rarity(documents, statistics(language).documents) for pk, language, documents in rows}


def recency(date: datetime.date | None, ages: bool, today: datetime.date) -> float:
    """Return the factor by which the age of news counts."""
    if not ages or date is None:
        return 1.0
    return 1.0 + RECENCY * math.exp(-max((today - date).days, 0) / 365)


def closeness(stems: str, title_length: int, words: Sequence[str], weights: Sequence[float]) -> float:
    """Return what the order of a query's words adds to a document: words side by side, the whole query, a title that is the query.

    `stems` are the document's terms between blanks, its title first, `title_length` terms long; `words` are the query's terms in
    their order and `weights` what each adds at most.
    """
    added = 0.0
    for (left, right), (left_weight, right_weight) in zip(
        zip(words, words[1:], strict=False), zip(weights, weights[1:], strict=False), strict=True
    ):
        if f" {left} {right} " in stems:
            added += ADJACENT * min(left_weight, right_weight)
    whole = " ".join(words)
    if len(words) > 1 and f" {whole} " in stems:
        added += EXACT * sum(weights) / len(weights)
    if len(words) == title_length and stems.startswith(f" {whole} "):
        added += EXACT_TITLE * sum(weights)
    return added
