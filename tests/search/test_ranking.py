"""What counts how much, in numbers: a change of one of them changes every list of results."""

from __future__ import annotations

import datetime
import math

import pytest

from search import ranking
from search.engine import _Part
from search.models import FREQUENCY_UNIT

TODAY = datetime.date(2031, 5, 1)
YEAR = datetime.timedelta(days=365)


def test_a_rare_term_counts_more_and_none_less_than_nothing() -> None:
    assert ranking.rarity(1, 100) == pytest.approx(math.log(1 + 99.5 / 1.5))
    assert ranking.rarity(100, 100) == pytest.approx(math.log(1 + 0.5 / 100.5))
    counts = [ranking.rarity(documents, 100) for documents in (1, 2, 10, 50, 100, 101)]
    assert counts == sorted(counts, reverse=True)
    # The numbers of a language may be a moment older than those of its terms.
    assert counts[-1] == 0.0 < counts[-2]


def test_the_tenth_time_that_a_page_says_a_word_counts_little() -> None:
    fixed, by_length = ranking.saturation_parts(200.0)
    assert fixed + 200 * by_length == pytest.approx(FREQUENCY_UNIT * 1.2)
    assert fixed == pytest.approx(FREQUENCY_UNIT * 0.3)
    assert ranking.saturation_parts(0.0) == pytest.approx((fixed, FREQUENCY_UNIT * 0.9))


@pytest.mark.parametrize(
    ("date", "ages", "factor"),
    [
        (TODAY, True, 1.15), (TODAY - YEAR, True, 1 + 0.15 / math.e), (TODAY - 20 * YEAR, True, 1.0), (TODAY + YEAR, True, 1.15),
        (TODAY, False, 1.0), (None, True, 1.0),
    ],
)  # fmt: skip
def test_news_count_less_the_older_they_are_and_other_pages_alike(date: datetime.date | None, ages: bool, factor: float) -> None:
    assert ranking.recency(date, ages, TODAY) == pytest.approx(factor, abs=1e-6)


@pytest.mark.parametrize(
    ("stems", "length", "words", "weights", "added"),
    [
        # Side by side in the order of the query; so many of it in one run.
        (" asyl in deutschland beantragen ", 1, "asyl beantragen", [2, 1], 0.0),
        (" asyl beantragen ", 1, "asyl beantragen", [2, 1], 0.25 * 1 + 0.6 * 3),
        (" beantragen asyl ", 1, "asyl beantragen", [2, 1], 0.0),
        (" x a b c y ", 1, "a b c d", [1, 1, 1, 1], 2 * 0.25 + 0.6 * 4 * 2 / 3),
        (" x a b y c d ", 1, "a b c d", [1, 1, 1, 1], 2 * 0.25),
        (" a b c d ", 1, "a b c d", [1, 2, 3, 4], 0.25 * (1 + 2 + 3) + 0.6 * 10),
        # A stopword beside a word tells a part of it, two of them the same part of one.
        (" kann ich arbeiten ", 1, "ich arbeiten", [0, 4], 0.25 * 0.3 * 4 + 0.6 * 4),
        (" kann ich ", 1, "kann ich", [0, 0], 0.25 * 0.3 * 1),
        # A title that is the query, and one that only begins so.
        (" asyl und mehr ", 1, "asyl", [2], 2.0),
        (" asyl beantragen ", 2, "asyl", [2], 0.0),
        (" asyl beantragen text ", 2, "asyl beantragen", [2, 1], 0.25 * 1 + 0.6 * 3 + 1.0 * 3),
        (" text asyl beantragen ", 2, "asyl beantragen", [2, 1], 0.25 * 1 + 0.6 * 3),
    ],
)
def test_the_order_of_words_counts(stems: str, length: int, words: str, weights: list[float], added: float) -> None:
    assert ranking.closeness(stems, length, words.split(), weights) == pytest.approx(added)


def test_of_synonyms_the_best_counts_in_full_and_the_others_a_little() -> None:
    part = _Part([[(1, 2.0)], [(2, 1.0)], [(3, 4.0), (4, 1.0)], [(5, 0.5)]], [False, True, True, False], 3.0)
    for own, score in (
        ({}, 0.0),
        ({1: 0.5}, 1.0),
        ({2: 0.5}, 0.5),
        ({1: 0.5, 2: 0.5}, 1.0 + 0.3 * 0.5),
        # The parts of a compound count with the word itself.
        ({1: 0.5, 5: 0.5}, 1.25),
        ({1: 0.5, 2: 0.5, 3: 0.5, 4: 0.5}, 2.5 + 0.3 * 1.5),
    ):
        assert (own, part.score(own)) == (own, pytest.approx(score))
    # A phrase is held with all its words.
    assert [part.is_held(dict.fromkeys(own, 0.5)) for own in ([], [1], [2], [3], [4], [3, 4], [5])] == [
        False, True, True, False, False, True, True,
    ]  # fmt: skip
