"""How hard a German text is to read: LIX, and the sentences that are marked."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from translation.checks.ease import Reading, lix, reading

HARD = "Die Inanspruchnahme der Rückkehrberatung erfordert vorherige Terminvereinbarung mit der zuständigen Beratungsstelle vor Ort"


def test_the_index_is_words_to_a_sentence_and_long_words_of_a_hundred() -> None:
    assert lix(words=100, long_words=25, sentences=10) == 10 + 25
    assert lix(words=0, long_words=0, sentences=0) == 0


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        # Ten words in two sentences, two of them with more than six letters: 5 + 20.
        (["Wir helfen Ihnen gern. Fragen Sie unsere Beratung in Nürnberg."], 25),
        # Each text ends a sentence, with a stop or without.
        (["Wir helfen", "Wir beraten"], 27),
        # An abbreviation, a date and a number end none: one sentence of eleven words.
        (["Kommen Sie z. B. am 1. März zu uns in Halle."], 11),
        (["Es sind 1.234,50 Euro."], 4),
        (["Wer hilft? Wir! Und zwar: alle."], 2),
    ],
)
def test_texts_are_cut_into_sentences_and_words(texts: list[str], expected: int) -> None:
    assert reading(texts) == Reading(expected, ())


def test_hard_sentences_are_marked_the_hardest_first_and_short_ones_never() -> None:
    middle = "Beratungsstellen unterstützen Menschen kostenlos bei Fragen zur freiwilligen Rückkehr in das Herkunftsland"
    found = reading(["Rückkehrberatung Beratungsstelle", f"{middle}. Wir helfen.", HARD, HARD])
    assert found is not None
    # 12 words, 7 of them long: 70; 13 and 7: 67.
    assert found.hard == (middle, HARD)
    with override("de"):
        levels = [str(found.level) for found in (reading(["Wir helfen."]), reading([HARD])) if found is not None]
    assert levels == ["sehr leicht, wie Kinderbücher", "schwer, wie Fachliteratur"]



def test_what_holds_no_words_has_no_index() -> None:
    assert reading(["", " – ", "…"]) is None
    assert reading([]) is None
