"""Where long words may break."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import pyphen

# A break is offered in long words only, and leaves at least six letters on each side: what stands there is still a word part
# that reads well.
LONG = 14
BESIDE = 6
SOFT_HYPHEN = "\u00ad"

_LONG_WORD = re.compile(rf"[^\W\d_]{{{LONG},}}")


@cache
def _german() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="de_DE")


def _with_breaks(match: re.Match) -> str:
    word = match[0]
    for position in reversed(_german().positions(word)):
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
