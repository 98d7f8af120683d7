"""Where long words may break."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.metadata import version

import pyphen

from portal.tries import mapped_trie

# A break is offered in long words only, and leaves at least six letters on each side: what stands there is still a word part
# that reads well.
LONG = 14
BESIDE = 6
SOFT_HYPHEN = "\u00ad"

_LONG_WORD = re.compile(rf"[^\W\d_]{{{LONG},}}")


def _patterns() -> Iterator[tuple[str, bytes]]:
    """Yield the patterns of pyphen: their letters; where their numbers begin, then the numbers."""
    path = pyphen.LANGUAGES["de_DE"]
    return ((letters, bytes([offset, *values])) for letters, (offset, values) in pyphen.HyphDict(path).patterns.items())


class _Hyphenation(pyphen.HyphDict):
    """The patterns of pyphen in a file that processes share (`portal.tries`): as Python objects they take 18 MB."""

    def __init__(self) -> None:
        self._trie = mapped_trie(f"hyphenation-de-{version('pyphen')}", _patterns)
        self.patterns = self
        self.cache = {}
        self.maxlen = max(map(len, self._trie))

    def get(self, letters: str) -> tuple[int, bytes] | None:
        """Return where the numbers of a pattern begin, and its numbers; None where there is no such pattern."""
        found = self._trie.get(letters)
        return (found[0][0], found[0][1:]) if found else None


@cache
def hyphenation() -> pyphen.HyphDict:
    """Return what knows where German words may break."""
    return _Hyphenation()


def _with_breaks(match: re.Match) -> str:
    word = match[0]
    for position in reversed(hyphenation().positions(word)):
        if BESIDE <= position <= len(word) - BESIDE:
            word = word[:position] + SOFT_HYPHEN + word[position:]
    return word


@lru_cache(maxsize=2000)
def soft_hyphens(text: str, language_code: str) -> str:
    """Return a heading with soft hyphens in long German words, so that they fit a phone.

    Browsers break words by themselves only where they have the dictionary. Other languages and Leichte Sprache (which writes
    its hyphens) stay as they are.
    """
    if language_code != "de":
        return text
    return _LONG_WORD.sub(_with_breaks, text)
