"""Arabic words: one base form for a word with and without what Arabic writes together with it.

Conjunctions, prepositions and the article stand before a word, pronouns behind it. They are taken off first; the dictionary then knows
the broken plurals (وظائف: وظيفة), which no rule finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from . import tokens
from .dictionaries import base_form

_ARTICLE = "ال"
_BEFORE_ARTICLE = ("و", "ف", "ب", "ك", "وب", "وك", "فب", "")
_PREFIXES = ("و", "ف", "ب", "ل", "ك", "س", "وب", "ول", "وك", "وس", "فب", "فل", "فك", "فس")
_BEFORE_NOUNS = ("ب", "ك", "وب", "وك", "فب", "فك")
_ENDINGS = ("ون", "ين", "ان", "ات")
_SUFFIXES = ("هما", "كما", "هم", "هن", "كم", "كن", "نا", "ها", "ه", "ك", "ي")

# The article is part of these words, or only looks like it: Germany, Albania, obligation, inflammation, cancellation, electronic …
_WITH_OWN_ARTICLE = (
    "الماني البان التزام التحاق التماس التهاب التباس التفات التجاء الكترون الارجنتين البرازيل البرتغال البوسن السويد السنغال "
    "النيجر الكاميرون الكونغو الفلبين المكسيك اليابان الدنمارك النرويج النمسا التشيك الغابون السلفادور الاكوادور"
).split()
_WHOLE_WITH_OWN_ARTICLE = frozenset(
    "المان الغاء التقاء التزم التحق التمس الذي الذين التي اللذان اللتان اللاتي اللواتي الله الاف اليات الات اله الي التيام الف".split()
)

# Words that begin with the letter which is written once less behind ل: committee, asylum, refugee, language, vaccine, meeting, Lebanon …
_WITH_OWN_LAM = ("لجن", "لجو", "لجا", "لاجي", "لغه", "لغات", "لغوي", "لقاء", "لقاح", "لبنان", "ليبي", "لحظ", "لسان", "لعب", "ليل", "لون",
                 "لوايح", "لايح", "لوكسمبورغ", "لاتفي")  # fmt: skip

# Words whose first letters only look like a conjunction or preposition before the article: parents, adults, calcium, balloon …
_NOT_BEFORE_ARTICLE = re.compile(
    "والد(?:ه|ا|ي|ان|ين|ات|ت)?(?:ه|ها|هم|هن|ك|كم|نا|ي|ي[هن].*)?"
    "|بالغ(?:ا|ه|ون|ين|ات|تين|تان)?|بالونا?ت?|كالسيوم|كاليفورنيا"
)


def _without_suffix(word: str) -> Iterator[str]:
    for suffix in _SUFFIXES:
        rest = word.removesuffix(suffix)
        if rest != word and len(rest) >= 3:
            # Before a pronoun the ta marbuta opens: عودة, عودتهم.
            if rest.endswith("ت"):
                yield f"{rest[:-1]}ه"
            # And its hamza has a seat: لجوء, لجوئهم.
            if rest.endswith("ي"):
                yield f"{rest[:-1]}ء"
            yield rest
    for ending in _ENDINGS:
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and _is_noun(rest):
            yield rest


def _known_form(word: str) -> str | None:
    """Return the base form of a word that has nothing before it; its pronoun or regular ending is taken off where needed."""
    return next((found for form in (word, *_without_suffix(word)) if (found := _base(form))), None)


def _base(word: str) -> str | None:
    """Return the base form of a word, as a noun where it can be one: with the article, the dictionary knows it as nothing else."""
    noun = base_form(_ARTICLE + word, "ar")
    return noun if noun and not noun.startswith(_ARTICLE) else base_form(word, "ar")


def _is_noun(word: str) -> bool:
    return base_form(_ARTICLE + word, "ar") is not None


def _without_prefix(word: str) -> str:
    """Return a word without the conjunction and preposition before it, where the dictionary knows the rest better than the whole.

    Pronouns are taken off last: what is a noun without its first letter is one. Only conjunctions, ل and س stand before verbs.
    """
    if base_form(word, "ar"):
        return word
    shorter = [(prefix, rest) for prefix in _PREFIXES if len(rest := word.removeprefix(prefix)) >= 3 and rest != word]
    for prefix, rest in shorter:
        if _is_noun(rest) or (prefix not in _BEFORE_NOUNS and base_form(rest, "ar")):
            return rest
    if _known_form(word):
        return word
    return next((rest for _prefix, rest in shorter if _known_form(rest)), word)


def without_article(word: str) -> list[str]:
    """Return a folded word without the article that is written together with it, and what stands before that; nothing without one."""
    if word in _WHOLE_WITH_OWN_ARTICLE:
        return []
    for before in _BEFORE_ARTICLE:
        if word.startswith(before + _ARTICLE) and not (before and _NOT_BEFORE_ARTICLE.fullmatch(word)):
            own = word.removeprefix(before)
            if own.startswith(tuple(_WITH_OWN_ARTICLE)) or own in _WHOLE_WITH_OWN_ARTICLE:
                return [own] if before else []
            rest = own.removeprefix(_ARTICLE)
            return [rest] if len(rest) >= 2 else []
    for before in ("و", "ف", ""):
        # للعمل is ل and العمل; of للجوء, ل and اللجوء, a letter is written once less.
        if word.startswith(f"{before}لل") and len(rest := word.removeprefix(f"{before}لل")) >= 2:
            return [f"ل{rest}"] if f"ل{rest}".startswith(_WITH_OWN_LAM) else [rest]
    return []


@lru_cache(maxsize=20_000)
def bare(word: str) -> str:
    """Return a folded word without article, conjunctions and prepositions.

    The article and what stands before it always go, single letters only where the dictionary knows the rest and not the whole.
    """
    for rest in without_article(word):
        return bare(rest)
    if word.endswith("يء"):
        # لاجىء for لاجئ.
        word = word.removesuffix("ء")
    return _without_prefix(word)


def lemma(word: str) -> str | None:
    """Return the base form of a word, folded; None when neither it nor what is left of it is known."""
    return _known_form(bare(tokens.fold(word)))
