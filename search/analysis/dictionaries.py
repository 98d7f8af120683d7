"""Dictionaries of base forms, in files that all processes map into their memory.

The words come from simplemma. As a Python dictionary the German ones alone take 115 MB in each process; as a trie in a file they
take 9 MB, once for the whole machine. A file is made when it is first wanted, in some seconds, and kept in the state folder.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

import marisa_trie
from django.conf import settings
from simplemma.strategies import DefaultDictionaryFactory

from . import tokens

DICTIONARY_LANGUAGES = ("ar", "de", "uk")
"""Languages whose words are looked up; the stems of the others are made by rules alone."""

SPELLING = 2
"""Raised when words are kept in another spelling than before."""

_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_WITHOUT_UMLAUTS = str.maketrans("äöü", "aou")


def dictionary_path(language: str) -> Path:
    """Return the file of a language's dictionary; its name holds the version of the words and of their spelling."""
    return Path(settings.SEARCH_DICTIONARIES) / f"{language}-{version('simplemma')}-{SPELLING}.marisa"


def build_dictionary(language: str) -> Path:
    """Make the file of a language's dictionary and return it.

    Words are found in lower case, since visitors type so: of two that differ in nothing else the noun counts, which German writes
    with a capital. Base forms keep theirs.
    """
    words: dict[str, str] = {}
    for word, lemma in DefaultDictionaryFactory().get_dictionary(language).items():
        # Letters that readers type for each other are one in Arabic; German umlauts are not.
        spell = tokens.fold if language == "ar" else tokens.without_apostrophes
        key = spell(word.lower())
        if key not in words or word[:1].isupper():
            words[key] = spell(lemma)
    if language == "de":
        _add_german_spellings(words)
    path = dictionary_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    trie = marisa_trie.BytesTrie((word, lemma.encode()) for word, lemma in words.items())
    # Renamed when it is whole: another process may be reading, or making the same.
    handle, name = tempfile.mkstemp(dir=path.parent)
    os.close(handle)
    trie.save(name)
    Path(name).replace(path)
    return path


def _add_german_spellings(words: dict[str, str]) -> None:
    """Add how German words are typed without ß and umlauts, wherever that is no word of its own; the likeliest word comes first."""
    spellings: tuple[Callable[[str], Iterable[str]], ...] = (
        lambda word: [word.replace("ß", "ss")],
        lambda word: [word.translate(_DIGRAPHS), word.replace("ß", "ss").translate(_DIGRAPHS)],
        # Short words are too much alike: Bar, Bär.
        lambda word: _with_an_umlaut_less(word) if len(word) >= 5 else [],
        lambda word: _with_an_umlaut_less(word.replace("ß", "ss")) if len(word) >= 5 else [],
    )
    marked = [(word, lemma) for word, lemma in words.items() if not word.isascii()]
    for spelling in spellings:
        for word, lemma in marked:
            for typed in spelling(word):
                words.setdefault(typed, lemma)


def _with_an_umlaut_less(word: str) -> Iterator[str]:
    """Yield a word with each one of its umlauts typed as a plain letter, then with all of them."""
    plain = word.translate(_WITHOUT_UMLAUTS)
    for position, letter in enumerate(plain):
        if letter != word[position]:
            yield word[:position] + letter + word[position + 1 :]
    yield plain


@cache
def _dictionary(language: str) -> marisa_trie.BytesTrie:
    path = dictionary_path(language)
    if not path.exists():
        build_dictionary(language)
    return marisa_trie.BytesTrie().mmap(str(path))


def base_form(word: str, language: str) -> str | None:
    """Return the base form of a word (in lower case), nouns with their capital; None when the dictionary does not know the word."""
    found = _dictionary(language).get(word)
    return found[0].decode() if found else None


def preload() -> None:
    """Open all dictionaries, so that processes that are forked from this one share what is read."""
    for language in DICTIONARY_LANGUAGES:
        base_form("", language)
