"""Dictionaries of base forms, in files that all processes map into their memory.

The words come from simplemma. As a Python dictionary the German ones alone take 115 MB in each process; as a trie in a file they
take 7 MB, once for the whole machine. A file is made when it is first wanted, in some seconds, and kept in the state folder.
"""

from __future__ import annotations

import os
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

import marisa_trie
from django.conf import settings
from simplemma.strategies import DefaultDictionaryFactory

from . import tokens

DICTIONARY_LANGUAGES = ("ar", "de", "uk")
"""Languages whose words are looked up; the stems of the others are made by rules alone."""

SPELLING = 1
"""Raised when words are kept in another spelling than before."""


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
    path = dictionary_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    trie = marisa_trie.BytesTrie((word, lemma.encode()) for word, lemma in words.items())
    # Renamed when it is whole: another process may be reading, or making the same.
    handle, name = tempfile.mkstemp(dir=path.parent)
    os.close(handle)
    trie.save(name)
    Path(name).replace(path)
    return path


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
