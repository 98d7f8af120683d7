"""The dictionaries of base forms: made from millions of words at once."""

from __future__ import annotations

import unicodedata
from itertools import islice

import pytest
from simplemma.strategies import DefaultDictionaryFactory

from search.analysis import dictionaries, tokens


def folded(word: str) -> str:
    """Return a word without the marks on its letters, letter by letter."""
    decomposed = unicodedata.normalize("NFD", word.translate(tokens._LETTERS))
    return unicodedata.normalize("NFC", "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn"))


@pytest.mark.parametrize(("language", "spell"), [("ar", folded), ("uk", tokens.without_apostrophes)])
def test_words_are_spelt_together_as_each_by_itself(language: str, spell: object) -> None:
    known = islice(DefaultDictionaryFactory().get_dictionary(language), 0, None, 97)
    words = [*known, "'", "об'єкт", "п’", "’ять", "Ä", "é", "إجراء", ""]
    assert len(words) > 1000
    assert dictionaries._spelt(words, language, lower=True) == [spell(word.lower()) for word in words]
    assert dictionaries._spelt(words, language) == [spell(word) for word in words]


def test_german_words_are_found_without_umlauts_and_sharp_s() -> None:
    words = {"füße": "Fuß", "straßenbäume": "Straßenbaum", "bär": "Bär", "straßenbaume": "anderes"}
    dictionaries._add_german_spellings(words)
    assert {word: lemma for word, lemma in words.items() if lemma == "Fuß"} == dict.fromkeys(["füße", "füsse", "fueße", "fuesse"], "Fuß")
    assert words["baer"] == "Bär"
    assert "bar" not in words
    # What is a word of its own stays one, and so do its spellings.
    assert words["straßenbaume"] == words["strassenbaume"] == "anderes"
    spellings = {"straßenbäume", "strassenbäume", "straßenbaeume", "strassenbaeume"}
    assert {word for word, lemma in words.items() if lemma == "Straßenbaum"} == spellings
