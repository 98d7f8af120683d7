"""“Did you mean”: words that the pages hold, near to one that none of them holds."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.functions import Length
from rapidfuzz.distance import DamerauLevenshtein

from . import analysis, lookups  # noqa: F401  registers the lookup
from .analysis.stopwords import STOPWORDS
from .analysis.tokens import fold
from .maintained import is_blocked
from .models import Term
from .query import Query

MIN_LENGTH = 4
MAX_CANDIDATES = 4000


def corrections(query: Query, unknown: list[str]) -> dict[str, str]:
    """Return a word of the pages for each of the unknown words (as they were typed) that has a near one.

    The word begins or ends like what was typed: one third of it is taken to be right.
    """
    found = {}
    for concept in query.concepts:
        for word in concept.words:
            if word.surface in unknown and (
                near := nearest(word.term, query.language) or apart(word.surface, query.language)
            ):
                found[word.surface] = near
    return found


def apart(word: str, language: str) -> str:
    """Return two words of the pages that were typed as one, or nothing: “familyreunification”.

    Neither says nothing by itself: “Überprüfung” is no “über” and “Prüfung”.
    """
    if not 2 * MIN_LENGTH <= len(word) <= 40 or not word.isalpha():
        return ""
    base = analysis.base_language(language)
    splits = [(word[:place], word[place:]) for place in range(MIN_LENGTH, len(word) - MIN_LENGTH + 1)]
    stopwords = STOPWORDS.get(base, frozenset())
    splits = [split for split in splits if stopwords.isdisjoint(map(fold, split))]
    terms = {half: analysis.term(half, base) for split in splits for half in split}
    documents = dict(
        Term.objects.filter(language=language, term__in=set(terms.values()), documents__gt=0).values_list("term", "documents")
    )
    known = [split for split in splits if all(terms[half] in documents for half in split)]
    best = max(known, key=lambda split: min(documents[terms[half]] for half in split), default=None)
    return " ".join(best) if best and not is_blocked(" ".join(best), language) else ""


def nearest(term: str, language: str) -> str:
    """Return the word whose term is nearest to a term, of several the one that most documents hold; empty if none is near."""
    length = len(term)
    if length < MIN_LENGTH or any(letter.isdigit() for letter in term):
        return ""
    most = 1 if length < 6 else 2
    size = max(2, length // 3)
    begins = Q(term__beginswith=term[:size]) | Q(backwards__beginswith=term[::-1][:size])
    rows = (
        Term.objects.filter(begins, language=language, documents__gt=0)
        .exclude(word="")
        .annotate(size=Length("term"))
        .filter(size__range=(max(3, length - most), length + most))
        .values_list("term", "word", "documents")[:MAX_CANDIDATES]
    )
    best: tuple[int, int, str] | None = None
    for other, word, documents in rows:
        distance = DamerauLevenshtein.distance(term, other, score_cutoff=most)
        if distance <= most and other[0].isalpha():
            key = (distance, -documents, word)
            if (best is None or key < best) and not is_blocked(word, language):
                best = key
    return best[2] if best else ""
