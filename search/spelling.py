"""“Did you mean”: right words stay what they are; for others, words of the pages that are spelt nearly so.

A word is right where the language's dictionary, another language's, the synonyms or a page's title knows it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q
from django.db.models.functions import Length
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from . import analysis, lookups  # noqa: F401  registers the lookup
from .analysis import arabic
from .analysis.dictionaries import KNOWN_LANGUAGES
from .analysis.stopwords import STOPWORDS
from .analysis.tokens import fold
from .distance import are_opposed, cost, edits, most_edits
from .maintained import is_blocked, words_of_synonyms
from .models import Term, TitleStart

MAX_CANDIDATES = 4000

MIN_HALF = 4
"""Words typed as one have so many letters each."""

MARGIN = 0.3
"""A word whose opposite is about as likely, by so much, is not taken for what was meant."""

FREQUENT = 0.35
"""What ten times as many documents take off the cost of a spelling (`distance.cost`): people write of what the pages write of."""

UNWRITTEN = 0.3
"""What is added for words that no page holds: dictionaries are full of words that nobody uses."""

SURE = 0.145
"""What is less likely to have been meant, for each letter that was typed, is offered and not sought: a right word that no dictionary
knows is as near to another one, and the nearer the shorter it is."""

MOST_NEAR = 3


@dataclass(frozen=True, order=True)
class Near:
    """A word that is spelt nearly like what was typed, the likeliest first, and how many documents hold it.

    `word` is how pages write it: where only the dictionary knows it, as the dictionary does.
    """

    unlikeliness: float
    word: str
    documents: int


def known(words: Iterable[str], language: str) -> set[str]:
    """Return those of some words (`Word.surface`) that are right, in the language itself or another one. At most one query."""
    languages = dict.fromkeys((language, *KNOWN_LANGUAGES))
    maintained = words_of_synonyms(language)
    unknown, found = [], set()
    for word in words:
        is_right = fold(word) in maintained or any(analysis.is_known(word, other) for other in languages)
        found.add(word) if is_right else unknown.append(word)
    if unknown:
        folded = {word: " ".join(analysis.typed_words(word, language)) for word in unknown}
        starts = [Q(start=start) | Q(start__beginswith=f"{start} ") for start in folded.values() if start]
        if starts:
            rows = TitleStart.objects.filter(reduce(or_, starts), language=language).values_list("start", flat=True)
            titles = {f"{start} " for start in rows[:MAX_CANDIDATES]}
            found |= {word for word, own in folded.items() if own and any(title.startswith(f"{own} ") for title in titles)}
    return found


def correction(word: str, language: str, documents: int = 0) -> str:
    """Return what was meant by a word that is not known, or nothing where that is not sure.

    It is no rarer than the word itself, which so many `documents` hold, and no opposite of it or of anything as near.
    """
    found = near(word, language)
    best = next((each for each in found if each.documents), None)
    if best is None:
        return "" if documents else apart(word, language)
    if found[0] != best or best.unlikeliness > SURE * len(word) or best.documents <= documents or are_opposed(word, best.word, language):
        return ""
    rivals = [each.word for each in found if each.unlikeliness <= best.unlikeliness + MARGIN]
    return "" if any(are_opposed(rival, best.word, language) for rival in rivals) else best.word


def near_words(word: str, language: str) -> list[str]:
    """Return the words of the pages that are spelt most nearly like a word; its opposite is none of them."""
    most = most_edits(word)
    found = [each.word for each in near(word, language) if each.documents and edits(word, each.word, most) <= most]
    return [other for other in found if not are_opposed(word, other, language)][:MOST_NEAR]


def near(word: str, language: str) -> list[Near]:
    """Return the words of pages and dictionary that are spelt nearly like a word, the likeliest first. Two queries."""
    most = most_edits(word)
    if not most or any(letter.isdigit() for letter in word):
        return []
    base = analysis.base_language(language)
    found: dict[str, Near] = {}
    for other, shown, documents in [*_of_dictionary(word, language), *_of_pages(word, language, most)]:
        if fold(other) != fold(word) and other[0].isalpha() and not is_blocked(shown, language):
            unlikeliness = cost(word, other, base) + (-FREQUENT * math.log10(1 + documents) if documents else UNWRITTEN)
            each = Near(round(unlikeliness, 3), shown, documents)
            found[shown] = min(found.get(shown, each), each)
    return sorted(found.values())


def _of_pages(word: str, language: str, most: int) -> Iterator[tuple[str, str, int]]:
    """Yield words of the pages which begin or end like a word, and how many documents hold each: one third of it is taken to be right."""
    term = analysis.term(word, analysis.base_language(language))
    size = max(2, len(term) // 3)
    begins = Q(term__beginswith=fold(word)[:size]) | Q(backwards__beginswith=term[::-1][:size])
    rows = Term.objects.filter(begins, language=language, documents__gt=0).exclude(word="").annotate(size=Length("term"))
    rows = rows.filter(size__range=(max(3, len(term) - most - 1), len(term) + most + 1))
    documents = dict(rows.values_list("word", "documents")[:MAX_CANDIDATES])
    # Marks and digraphs are no edits, but cost a letter or two here.
    close = process.extract(word, list(documents), scorer=DamerauLevenshtein.distance, score_cutoff=most + 2, limit=None)
    for other, _distance, _place in close:
        if edits(word, other, most) <= most:
            yield other, other, documents[other]


def _of_dictionary(word: str, language: str) -> Iterator[tuple[str, str, int]]:
    """Yield the words of the dictionary which are a letter away, each as pages write it, and how many documents hold it."""
    base = analysis.base_language(language)
    terms = {other: analysis.term(other, base) for other in analysis.near_words(word, language)}
    rows = Term.objects.filter(language=language, term__in=set(terms.values()), documents__gt=0)
    held = {term: (shown, documents) for term, shown, documents in rows.values_list("term", "word", "documents")}
    for other, term in terms.items():
        shown, documents = held.get(term, ("", 0))
        if base == "ar" and shown:
            # The dictionary is kept without marks, the pages' form has them. A form that is written otherwise was not meant: fraud is
            # one letter from need, whose verb pages hold.
            one, two = sorted((arabic.bare(fold(other)), arabic.bare(fold(shown))), key=len)
            yield (other, shown, documents) if two.startswith(one) or edits(one, two, 1) <= 1 else (other, other, 0)
        else:
            yield other, shown if fold(shown) == fold(other) else other, documents


def apart(word: str, language: str) -> str:
    """Return two words of the pages that were typed as one, or nothing: “familyreunification”.

    Neither says nothing by itself: “Überprüfung” is no “über” and “Prüfung”.
    """
    if not 2 * MIN_HALF <= len(word) <= 40 or not word.isalpha():
        return ""
    base = analysis.base_language(language)
    splits = [(word[:place], word[place:]) for place in range(MIN_HALF, len(word) - MIN_HALF + 1)]
    stopwords = STOPWORDS.get(base, frozenset())
    splits = [split for split in splits if stopwords.isdisjoint(map(fold, split))]
    terms = {half: analysis.term(half, base) for split in splits for half in split}
    documents = dict(
        Term.objects.filter(language=language, term__in=set(terms.values()), documents__gt=0).values_list("term", "documents")
    )
    right = [split for split in splits if all(terms[half] in documents for half in split)]
    best = max(right, key=lambda split: min(documents[terms[half]] for half in split), default=None)
    return " ".join(best) if best and not is_blocked(" ".join(best), language) else ""
