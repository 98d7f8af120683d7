"""Analysis of text, in each language: from what a page says, or a visitor types, to the terms that both are compared by.

The same functions serve the index and the query. A term is the stem of a word's base form, without marks; a compound also has the
terms of its parts. Changing anything here changes what the index must hold: raise `VERSION`, and the index is made anew at the
next start.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import Stemmer
from django.utils import dates, translation

from portal.language.languages import SOURCE_LANGUAGE

from . import arabic, dictionaries, german, tokens, ukrainian
from .stopwords import KNOWN_TERMS, STOPWORDS

VERSION = 6


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text: `surface` as it is written, its `term`.

    A compound has the terms of its `parts`, which stand for it together, and of what it is found by besides (`inner`).
    """

    surface: str
    term: str
    parts: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    is_stopword: bool = False

    @property
    def all_parts(self) -> tuple[str, ...]:
        """Return the terms of all parts."""
        return self.parts + self.inner


def base_language(code: str) -> str:
    """Return the language that a variety is analysed as: German for Leichte Sprache."""
    return code.split("-")[0] or SOURCE_LANGUAGE


@cache
def _months(language: str) -> tuple[str, ...]:
    with translation.override(language):
        return tuple(str(dates.MONTHS[number]) for number in range(1, 13))


# A Snowball stemmer must not be used by two threads at once.
_stemming = threading.Lock()


@cache
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    try:
        # Stemmers have the English names of their languages, as Django knows them.
        name = translation.get_language_info(language)["name"].lower()
    except KeyError:
        return None
    return Stemmer.Stemmer(name) if name in Stemmer.algorithms() else None


@lru_cache(maxsize=50_000)
def term(word: str, language: str) -> str:
    """Return the term of one word in lower case: letters and digits, marks taken off."""
    if language == "uk":
        return tokens.fold(ukrainian.stem(word))
    if language == "ar":
        if found := arabic.lemma(word):
            return found
        word = arabic.bare(tokens.fold(word))
    if language == "de":
        word = german.lemma(word)
    elif word < "\u0250":
        # Latin letters are typed without their marks; the German stemmer alone knows what that means.
        word = tokens.fold(word)
    stemmer = _stemmer(language)
    if stemmer is not None:
        with _stemming:
            word = stemmer.stemWord(word)
    return "".join(letter for letter in tokens.fold(word) if letter.isalnum())


@lru_cache(maxsize=50_000)
def _analyse_word(joined: str, language: str) -> tuple[Word, ...]:
    """Return what stands for a word of a text; a word joined by hyphens or inner capitals stands for itself and its pieces."""
    pieces = tokens.pieces(joined)
    found: list[Word] = []
    stopwords = STOPWORDS.get(language, frozenset())
    for piece in pieces:
        folded = tokens.fold(piece)
        own = term(piece, language) or folded
        if own:
            parts, inner = (german.compound_parts(piece), german.inner_parts(piece)) if language == "de" else ((), ())
            part_terms = _terms(parts, language, {own})
            found.append(Word(piece, own, part_terms, _terms(inner, language, {own, *part_terms}), folded in stopwords))
    if len(found) > 1:
        whole = "".join(piece.replace(".", "d") for piece in pieces)[: tokens.MAX_WORD]
        whole_term = term(whole, language)
        parts = tuple(dict.fromkeys(word.term for word in found if word.term != whole_term))
        inner = tuple(dict.fromkeys(name for word in found for name in word.all_parts if name not in (whole_term, *parts)))
        return (Word(joined.lower(), whole_term, parts, inner),)
    return tuple(found)


def _terms(words_of_compound: tuple[str, ...], language: str, known: set[str]) -> tuple[str, ...]:
    """Return the terms of words, once each, without those that are known."""
    found = dict.fromkeys(term(word, language) for word in words_of_compound)
    return tuple(name for name in found if name and name not in known)


def is_known(word: str, language_code: str) -> bool:
    """Return whether a word (in lower case, as `Word.surface`) is a right one as far as its language's dictionary tells.

    Numbers are, stopwords, compounds of words that it knows, and words joined by hyphens each of which it knows.
    """
    language = base_language(language_code)
    return all(_is_known_piece(piece, language) for piece in tokens.pieces(word))


@lru_cache(maxsize=20_000)
def _is_known_piece(word: str, language: str) -> bool:
    if any(letter.isdigit() for letter in word) or tokens.fold(word) in STOPWORDS.get(language, ()):
        return True
    match language:
        case "ar":
            return arabic.lemma(word) is not None
        case "de":
            return german.is_known(word)
    return language in dictionaries.KNOWN_LANGUAGES and dictionaries.base_form(word, language) is not None


def near_words(word: str, language_code: str) -> Iterator[str]:
    """Yield the words of a language's dictionary that are one letter away from a word; Arabic ones behind the article too."""
    language = base_language(language_code)
    if language != "ar":
        yield from dictionaries.near_words(word, language)
        return
    folded = tokens.fold(word)
    yield from dictionaries.near_words(folded, "ar")
    for rest in arabic.without_article(folded):
        before = folded.removesuffix(rest)
        yield from (before + other for other in dictionaries.near_words(rest, "ar"))


def words(text: str, language_code: str) -> Iterator[Word]:
    """Yield the words of a text in a language of the portal, in their order."""
    language = base_language(language_code)
    waiting: Word | None = None
    for joined in tokens.words(tokens.normalize(text, language, _months(language))):
        for word in _analyse_word(joined, language):
            if waiting:
                is_known = (tokens.fold(waiting.surface), word.term) in _known_terms(language)
                yield replace(waiting, is_stopword=False) if is_known else waiting
                waiting = None
            if word.is_stopword:
                waiting = word
            else:
                yield word
    if waiting:
        yield waiting


@cache
def _known_terms(language: str) -> frozenset[tuple[str, str]]:
    """Return the terms in which a stopword is none: it, and the term of the word that follows."""
    pairs = (text.split() for text in KNOWN_TERMS.get(language, ()))
    return frozenset((tokens.fold(stopword), term(word.lower(), language)) for stopword, word in pairs)


@lru_cache(maxsize=8_192)
def paragraph(text: str, language_code: str) -> tuple[Word, ...]:
    """Return the words of a paragraph, remembered: Wagtail's index and the search's own are made of the same ones in turn."""
    return tuple(words(text, language_code))


def stems(text: str, language_code: str) -> str:
    """Return the terms of a text in their order, separated by blanks."""
    return " ".join(word.term for word in words(text, language_code))


def indexed_text(texts: Iterable[str], language_code: str) -> str:
    """Return what an index of words keeps of texts: their terms in their order, then the terms of the parts of their compounds.

    The parts stand behind all terms, so that phrases keep their order.
    """
    found = [word for text in texts for word in paragraph(text, language_code)]
    parts = dict.fromkeys(part for word in found if word.parts or word.inner for part in word.all_parts)
    return " ".join([*(word.term for word in found), *parts])


@lru_cache(maxsize=50_000)
def form_order(word: str, language_code: str) -> tuple[bool, int, str]:
    """Return the place of a form among those of one term, the first of which is shown for it: the base form, then the shortest."""
    language = base_language(language_code)
    base = dictionaries.base_form(word, language) if language in dictionaries.DICTIONARY_LANGUAGES else None
    return (base is None or base.lower() != word, len(word), word)


def typed_words(text: str, language_code: str, with_digraphs: bool = False) -> list[str]:
    """Return the words of a text as they are typed: not stemmed, without marks, with ae, oe, ue for umlauts where asked for."""
    found = []
    for joined in tokens.words(tokens.normalize(text, base_language(language_code))):
        for piece in tokens.pieces(joined):
            found.append(tokens.fold(piece.translate(tokens.DIGRAPHS) if with_digraphs else piece))
    return [word for word in found if word]


def typed_parts(word: str, language_code: str) -> list[str]:
    """Return what of a word somebody may begin with who does not type it from its start: parts of compounds, what follows an article."""
    match base_language(language_code):
        case "de":
            return [tokens.fold(part) for part in german.compound_parts(word.lower())]
        case "ar":
            return arabic.without_article(tokens.fold(word))
    return []


def autocomplete_text(text: str, language_code: str) -> str:
    """Return what an index of beginnings keeps of a text: its words as they are typed, in both spellings, and parts of compounds."""
    words_as_typed = typed_words(text, language_code)
    found = dict.fromkeys([*words_as_typed, *typed_words(text, language_code, with_digraphs=True)])
    for word in words(text, language_code):
        found.update(dict.fromkeys(typed_parts(word.surface, language_code)))
    return " ".join(found)


def preload(language_codes: list[str]) -> None:
    """Read dictionaries and stemmers, before processes are forked that share them."""
    dictionaries.preload()
    for code in language_codes:
        stems("1", code)
        _stemmer(base_language(code))
