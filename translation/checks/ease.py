"""How hard a German text is to read: a hint for whoever writes or orders it, no gate."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

LONG_WORD = 7
"""From so many letters a word is long."""
HARD = 60
"""A sentence is marked from this LIX on."""
FEWEST = 8
"""A sentence of fewer words is no hard one, whatever their length: a heading of two long words has a LIX of 102."""

# Not behind an abbreviation (“z. B.”), a single letter or a number: “am 1. März” is no end.
_END = re.compile(r"(?<![\s(]\w)(?<!\d)(?<!Nr)(?<!Abs)(?<!bzw)(?<!usw)(?<!ggf)(?<!Tel)[.!?:]+[”“\"'»)]*(?:\s+|$)|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:[-·’'][^\W\d_]+)*|\d+(?:[.,:]\d+)*")
_LEVELS = (
    (40, pgettext_lazy("admin, how hard a text is", "very easy, as books for children")),
    (50, pgettext_lazy("admin, how hard a text is", "easy, as stories")),
    (60, pgettext_lazy("admin, how hard a text is", "of middle difficulty, as non-fiction")),
)
_HARDEST = pgettext_lazy("admin, how hard a text is", "hard, as specialist literature")


@dataclass(frozen=True)
class Reading:
    """How hard a text is.

    Args:
        lix: of the whole text, rounded.
        hard: its hard sentences, the hardest first.
    """

    lix: int
    hard: tuple[str, ...]

    @property
    def level(self) -> str | Promise:
        """Return what that means."""
        return next((label for limit, label in _LEVELS if self.lix < limit), _HARDEST)


def lix(words: int, long_words: int, sentences: int) -> float:
    """Return the readability index of Carl-Hugo Björnsson (“Läsbarhet”, Stockholm 1968).

    LIX = words / sentences + 100 × words of more than six letters / words. The levels for German texts (40, 50, 60) are those of W. Lenhard
    and A. Lenhard, “Berechnung des Lesbarkeitsindex LIX nach Björnson” (Psychometrica, 2014–2022, doi:10.13140/RG.2.1.1512.3447).
    """
    return words / sentences + 100 * long_words / words if words and sentences else 0.0


def reading(texts: Iterable[str]) -> Reading | None:
    """Return how hard texts are, each of which ends a sentence; None where they hold no words."""
    found = [sentence.strip() for text in texts for sentence in _END.split(text)]
    counted = [(sentence, *_count(sentence)) for sentence in found]
    counted = [one for one in counted if one[1]]
    if not counted:
        return None
    hard = sorted(((lix(words, long, 1), sentence) for sentence, words, long in counted if _is_hard(words, long)), key=lambda one: -one[0])
    total = lix(sum(one[1] for one in counted), sum(one[2] for one in counted), len(counted))
    return Reading(round(total), tuple(dict.fromkeys(sentence for _lix, sentence in hard)))


def _is_hard(words: int, long: int) -> bool:
    return words >= FEWEST and lix(words, long, 1) >= HARD


def _count(sentence: str) -> tuple[int, int]:
    words = _WORD.findall(sentence)
    return len(words), sum(sum(letter.isalpha() for letter in word) >= LONG_WORD for word in words)
