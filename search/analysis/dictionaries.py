"""Dictionaries of base forms. The words come from simplemma and are kept in files (`portal.language.tries`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version

import marisa_trie

from portal.language.tries import mapped_trie

from . import tokens

DICTIONARY_LANGUAGES = ("ar", "de", "uk")
"""Languages whose words are looked up; the stems of the others are made by rules alone."""

KNOWN_LANGUAGES = (*DICTIONARY_LANGUAGES, "en")
"""Languages whose right words are known."""

# With these letters words are misspelt.
_LETTERS = {
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهويء",
    "de": "abcdefghijklmnopqrstuvwxyzäöüß",
    "en": "abcdefghijklmnopqrstuvwxyz",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
}

SPELLING = 5
"""Raised when words or their base forms are kept in another way than before."""

# Without the mark of their first letter these are written like rare plurals: إجراء (procedure), أجراء (puppies). What is not named here
# is taken for the plural: أعمال (works), not إعمال. And شمل (unity) is no plural of north.
_ARABIC_NOUNS = (
    "اجراء انقاذ اسكان اعلان ارهاب ايجار ارشاد ادراج اثبات اصدار احصاء الغاء انسان اشراف اكراه ايواء ابعاد اجلاء اعفاء افراج انهاء "
    "ادماج اخلاء ابلاغ شمل امان خطوبه".split()
)

# Rare words that are written like a common one with a preposition or conjunction: باسم (in the name of), not somebody's name.
_NO_ARABIC_WORDS = (
    "باسره باسم بلغه بسبب بجانب بكثير فياتي وكثيرا بطريق برجل كناس فيصل لزوج لزوجه لحق بحق وحق فحق لمسن كمال لمسكن لازمه بشريك "
    "بولاده وابن وابنه بنازح كامراه"
).split()


def _words(language: str) -> Iterator[tuple[str, bytes]]:
    """Yield the words of a language with the rules that make their base forms.

    Words are found in lower case, since visitors type so: of two that differ in nothing else the noun counts, which German writes
    with a capital. Base forms keep theirs. Of two Arabic ones that of the article counts: السنة (the year), not ألسنة (tongues).
    """
    from simplemma.strategies import DefaultDictionaryFactory

    dictionary = DefaultDictionaryFactory().get_dictionary(language)
    words: dict[str, str] = {}
    for word, key, lemma in zip(dictionary, _spelt(dictionary, language, lower=True), _spelt(dictionary.values(), language), strict=True):
        if key not in words or word[:1].isupper() or (language == "ar" and word.startswith("ال")):
            words[key] = lemma
    if language == "de":
        _add_german_spellings(words)
    if language == "ar":
        words |= {noun + ending: noun for noun in _ARABIC_NOUNS for ending in ("", "ات")}
        words |= {f"ال{noun}{ending}": noun for noun in _ARABIC_NOUNS for ending in ("", "ات")}
        words |= {article + plural: noun for article in ("", "ال") for plural, noun in (("فحوص", "فحص"), ("اسر", "اسره"))}
        for word in _NO_ARABIC_WORDS:
            words.pop(word, None)
    return ((word, _rule(word, lemma)) for word, lemma in words.items())


def _spelt(words: Iterable[str], language: str, lower: bool = False) -> list[str]:
    """Return words as they are spelt in a dictionary, all at once: each letter by itself, millions of words take four times as long."""
    text = "\n".join(words)
    # Letters that readers type for each other are one in Arabic; German umlauts are not.
    spell = tokens.fold if language == "ar" else tokens.without_apostrophes
    return spell(text.lower() if lower else text).split("\n")


def _rule(word: str, lemma: str) -> bytes:
    """Return how a base form is made from a word: many words share a rule, and a trie keeps that once.

    A letter says whether it has a capital, the next how many letters of the word go; what is put in their place follows.
    """
    lowered = lemma.lower()
    kept = len(lowered)
    # Most words begin as their base form does; to compare them letter by letter takes twice as long, for millions of words.
    while not word.startswith(lowered[:kept]):
        kept -= 1
    if lowered == lemma:
        kind = "l"
    elif lowered[:1].upper() + lowered[1:] == lemma:
        kind = "C"
    else:
        return f"={lemma}".encode()
    return f"{kind}{chr(ord('0') + len(word) - kept)}{lowered[kept:]}".encode()


def _apply(rule: bytes, word: str) -> str:
    """Return the base form that a rule makes from a word."""
    text = rule.decode()
    if text[0] == "=":
        return text[1:]
    form = word[: len(word) - (ord(text[1]) - ord("0"))] + text[2:]
    return form[:1].upper() + form[1:] if text[0] == "C" else form


def _add_german_spellings(words: dict[str, str]) -> None:
    """Add how German words are typed without ß and umlauts, wherever that is no word of its own; the likeliest word comes first."""
    marked = [(word, lemma) for word, lemma in words.items() if not word.isascii()]
    # Of these alone the spellings with ss are others.
    sharp = [(word, lemma) for word, lemma in marked if "ß" in word]
    for word, lemma in sharp:
        words.setdefault(word.replace("ß", "ss"), lemma)
    for word, lemma in marked:
        typed = _with_digraphs(word)
        words.setdefault(typed, lemma)
        if "ß" in typed:
            words.setdefault(typed.replace("ß", "ss"), lemma)
    # Short words are too much alike: Bar, Bär.
    for word, lemma in marked:
        if len(word) >= 5:
            for typed in _with_an_umlaut_less(word):
                words.setdefault(typed, lemma)
    for word, lemma in sharp:
        if len(word) >= 5:
            for typed in _with_an_umlaut_less(word.replace("ß", "ss")):
                words.setdefault(typed, lemma)


def _with_digraphs(word: str) -> str:
    """Return a word with `tokens.DIGRAPHS`, in a third of the time that a table takes."""
    return word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")


def _with_an_umlaut_less(word: str) -> Iterator[str]:
    """Yield a word with each one of its umlauts typed as a plain letter, then with all of them; nothing where it has none."""
    plain = word.replace("ä", "a").replace("ö", "o").replace("ü", "u")
    if plain == word:
        return
    for position, letter in enumerate(plain):
        if letter != word[position]:
            yield word[:position] + letter + word[position + 1 :]
    yield plain


@cache
def _dictionary(language: str) -> marisa_trie.BytesTrie:
    return mapped_trie(f"{language}-{version('simplemma')}-{SPELLING}", lambda: _words(language))


def base_form(word: str, language: str) -> str | None:
    """Return the base form of a word (in lower case), nouns with their capital; None when the dictionary does not know the word."""
    found = _dictionary(language).get(word)
    return _apply(found[0], word) if found else None


def near_words(word: str, language: str) -> Iterator[str]:
    """Yield the words of a dictionary that a word (in lower case) becomes by one letter more, less, another, or swapped."""
    if language not in KNOWN_LANGUAGES:
        return
    words, letters = _dictionary(language), _LETTERS[language]
    seen = {word}
    for place in range(len(word) + 1):
        left, right = word[:place], word[place:]
        changed = [f"{left}{letter}{right}" for letter in letters]
        if right:
            changed += [left + right[1:], *(f"{left}{letter}{right[1:]}" for letter in letters)]
        if len(right) > 1:
            changed.append(left + right[1] + right[0] + right[2:])
        for candidate in changed:
            if candidate not in seen:
                seen.add(candidate)
                if candidate in words:
                    yield candidate


def preload() -> None:
    """Open all dictionaries, so that processes that are forked from this one share what is read."""
    for language in KNOWN_LANGUAGES:
        base_form("", language)
