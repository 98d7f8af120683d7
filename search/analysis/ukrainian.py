"""Ukrainian words: base forms from the dictionary, and rules for the words that it does not know.

There is no Snowball stemmer for Ukrainian. The endings below are those of the declensions and conjugations of modern grammars.
"""

from __future__ import annotations

import re

from .dictionaries import base_form

_VOWELS = "аеиоуіїєюя"
_REFLEXIVE = re.compile(r"(?:ся|сь)$")
_ENDINGS = re.compile(
    "(?:"
    # adjectives and participles
    "ими|іми|ого|ього|ому|ьому|ій|ої|єї|ою|ею|єю|ими|их|іх|им|ім|ий|а|е|і|у|ю"
    # nouns
    "|ями|ами|ові|еві|єві|ях|ах|ям|ам|ом|ем|єм|ів|їв|ей|я|о|и|ї|ь|й"
    # verbs
    "|увати|ювати|ують|юють|ати|яти|ити|іти|ають|яють|ять|ать|ють|уть|ив|ила|или|ило|ав|ала|али|ало|ємо|имо|ете|ите"
    ")$"
)

# Often typed single: повернення, поверненя.
_DOUBLED = re.compile(r"(.)\1$")


def stem(word: str) -> str:
    """Return the stem of a word: its base form without its ending, a doubled consonant made one."""
    # The dictionary writes abbreviations with their full stop.
    word = (base_form(word, "uk") or word).lower().rstrip(".")
    if len(word) <= 3:
        return word
    shorter = _ENDINGS.sub("", _REFLEXIVE.sub("", word))
    if len(shorter) < 3 or not any(letter in _VOWELS for letter in shorter):
        return word
    return _DOUBLED.sub(r"\1", shorter.removesuffix("ь"))
