"""Arabic words: base forms from the dictionary, also of words with what Arabic writes together with them.

The dictionary knows broken plurals (وظائف: وظيفة), which no rule finds. Conjunctions, prepositions and the article stand before a
word, pronouns behind it.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import tokens
from .dictionaries import base_form

_ARTICLES = ("وال", "فال", "بال", "كال", "ولل", "فلل", "لل", "ال")
_PREFIXES = (*_ARTICLES, "وب", "ول", "و", "ف", "ب", "ل", "ك", "س")
_SUFFIXES = ("هما", "كما", "هم", "هن", "كم", "كن", "نا", "ها", "ه", "ك", "ي")


def _without_suffix(word: str) -> Iterator[str]:
    for suffix in _SUFFIXES:
        rest = word.removesuffix(suffix)
        if rest != word and len(rest) >= 3:
            # Before a pronoun the ta marbuta opens: عودة, عودتهم.
            if rest.endswith("ت"):
                yield f"{rest[:-1]}ه"
            yield rest


def _without_prefix(word: str) -> Iterator[str]:
    for prefix in _PREFIXES:
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) >= 3:
            yield rest


def without_article(word: str) -> list[str]:
    """Return a folded word without the article that is written together with it, and what stands before that; nothing without one."""
    return next(([rest] for prefix in _ARTICLES if (rest := word.removeprefix(prefix)) != word and len(rest) >= 3), [])


def lemma(word: str) -> str | None:
    """Return the base form of a word, folded; None when neither it nor what is left of it is known."""
    word = tokens.fold(word)
    if found := base_form(word, "ar"):
        return found
    shorter = list(_without_prefix(word))
    for candidate in (*shorter, *_without_suffix(word), *(form for rest in shorter for form in _without_suffix(rest))):
        if found := base_form(candidate, "ar"):
            return found
    return None
