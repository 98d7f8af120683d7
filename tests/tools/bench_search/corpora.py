"""Texts to search in: the paragraphs and questions of XQuAD, and pages of made-up words by Zipf's law.

XQuAD is measured with, and never tuned on. It does not belong to the repository; `PORTAL_YARDSTICKS` names the folder that holds it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests import support

LANGUAGES = ("de", "en", "ar")
SEED = 1951

_NEUTRAL_TITLES = {"de": "Abschnitt", "en": "Section", "ar": "القسم"}


def yardsticks() -> Path:
    """Return the folder of the outside yardsticks."""
    return Path(os.environ.get("PORTAL_YARDSTICKS", support.BASE_DIR.parent / "shared" / "yardsticks"))


@dataclass
class Collection:
    """Paragraphs with neutral titles, and questions, each with the number of the paragraph that answers it."""

    titles: list[str]
    paragraphs: list[str]
    questions: list[str]
    answers: list[int]


def xquad(folder: Path, language: str, every: int = 1) -> Collection:
    """Return the paragraphs of a language and its questions, or every so many of them.

    The title of the article is not given: a page's title would then tell which paragraphs belong together. Pages are told apart by
    letters, because questions hold numbers.
    """
    found = Collection([], [], [], [])
    for article in json.loads((folder / "xquad" / f"xquad.{language}.json").read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            number = len(found.paragraphs)
            letters = "".join("bcdfghjklmnpqrstvwxz"[number // 20**place % 20] for place in (1, 0))
            found.titles.append(f"{_NEUTRAL_TITLES[language]} X{letters}")
            found.paragraphs.append(paragraph["context"])
            for question in paragraph["qas"]:
                found.questions.append(question["question"])
                found.answers.append(number)
    found.questions, found.answers = found.questions[::every], found.answers[::every]
    return found


# --- made-up pages --------------------------------------------------------------------------------------------------------

_CONSONANTS, _VOWELS = "bdfghjklmnprstvwz", "aeiouäöü"
_ENDINGS = {"de": ("ung", "keit", "er", "e", "ling", "ik", "or"), "en": ("ing", "ness", "er", "y", "ment", "ate", "ship")}
_REAL_WORDS = 25_000
_COMPOUNDS = {"de": 15_000, "en": 0}
_MADE_UP = 20_000


class Words:
    """The vocabulary of a language, the most frequent word first: real words, compounds of two of them, made-up ones."""

    def __init__(self, language: str) -> None:
        from simplemma.strategies import DefaultDictionaryFactory

        from search.analysis.stopwords import STOPWORDS

        self.language = language
        self.random = np.random.default_rng([SEED, *language.encode()])
        known = sorted(
            word
            for word in DefaultDictionaryFactory().get_dictionary(language)
            if word.isalpha() and 4 <= len(word) <= 14 and word.lower() not in STOPWORDS[language]
        )
        real = [known[number] for number in self.random.choice(len(known), _REAL_WORDS, replace=False)]
        nouns = [word for word in real if word[0].isupper() and len(word) < 10]
        compounds = [
            nouns[left] + nouns[right].lower() for left, right in self.random.integers(0, max(len(nouns), 1), (_COMPOUNDS[language], 2))
        ]
        rest = [*real[2_000:], *compounds, *(self.made_up() for _number in range(_MADE_UP))]
        self.random.shuffle(rest)
        self.words = np.array(list(dict.fromkeys([*real[:2_000], *rest])), dtype=object)
        # Zipf and Mandelbrot: some fifty words stand on most pages.
        weights = 1 / (np.arange(len(self.words)) + 2.7)
        self.cumulative = np.cumsum(weights / weights.sum())

    def made_up(self) -> str:
        """Return a word that nobody knows."""
        letters = [kind[self.random.integers(len(kind))] for kind in (_CONSONANTS, _VOWELS) * int(self.random.integers(2, 5))]
        return "".join([*letters, _ENDINGS[self.language][self.random.integers(len(_ENDINGS[self.language]))]])

    def draw(self, number: int) -> list[str]:
        """Return words of a text."""
        return list(self.words[np.minimum(np.searchsorted(self.cumulative, self.random.random(number)), len(self.words) - 1)])

    def title(self) -> str:
        """Return three to seven words."""
        words = self.draw(int(self.random.integers(3, 8)))
        return " ".join([words[0][0].upper() + words[0][1:], *words[1:]])

    def paragraphs(self, number: int) -> list[str]:
        """Return a text of so many words in paragraphs of sentences; one word of it stands nowhere else."""
        words = self.draw(number - 1) + [self.made_up() + self.made_up()]
        sentences = []
        while words:
            size = int(self.random.integers(7, 18))
            part, words = words[:size], words[size:]
            sentences.append(" ".join([part[0][0].upper() + part[0][1:], *part[1:]]) + ".")
        return [" ".join(sentences[start : start + 5]) for start in range(0, len(sentences), 5)]


def made_up_pages(words: Words, number: int, length: int = 0) -> Iterator[dict[str, object]]:
    """Yield what pages say, of 80 to 500 words or of `length` each; every fourth is news."""
    random = words.random
    for _page in range(number):
        text: dict[str, object] = {
            "title": words.title(),
            "paragraphs": words.paragraphs(length or int(random.integers(80, 501))),
            "topics": sorted({int(n) for n in random.integers(0, 10, random.integers(0, 3))}),
            "regions": sorted({int(n) for n in random.integers(0, 6, random.integers(0, 2))}),
        }
        if random.integers(4) == 0:
            text["date"] = f"{2012 + random.integers(14)}-{random.integers(1, 13):02}-{random.integers(1, 29):02}"
        yield text
