"""Which words are near to another one, and which are two typed as one."""

from __future__ import annotations

import pytest
from wagtail.models import Page

from search import spelling
from search.models import BlockedSuggestion, Synonyms
from tests.builders import make_content_page, translate

pytestmark = pytest.mark.django_db


def near(word: str, language: str = "de") -> list[tuple[str, int]]:
    """Return the words of pages that are near to a word, and how many hold each."""
    return [(each.word, each.documents) for each in spelling.near(word, language) if each.documents]


def write(home: Page, *words: str) -> None:
    for number, word in enumerate(words):
        make_content_page(home, title=f"Seite {number}", body=[("text", f"<p>Etwas {word} dazu.</p>")], show_in_menus=False)


def test_a_word_is_found_by_its_beginning_and_by_its_end(home: Page) -> None:
    write(home, "Vorkuna")
    assert [near(typed) for typed in ("vorkunu", "gorkuna", "vrkuna", "vorkuna")] == [[("vorkuna", 1)]] * 3 + [[]]
    translate(make_content_page(home, title="Ort"), "en", title="Vorkuna")
    assert near("gorkuna", "en") == [("vorkuna", 1)]
    assert near("gorkuna", "uk") == []


def test_what_more_pages_hold_is_likelier(home: Page) -> None:
    write(home, "Sokoto", *["Sokoti"] * 3)
    assert near("sokotu") == [("sokoti", 3), ("sokoto", 1)]
    assert spelling.correction("sokotu", "de") == "sokoti"
    # What is itself on as many pages is no slip.
    assert [spelling.correction("sokotu", "de", documents) for documents in (2, 3)] == ["sokoti", ""]


def test_an_opposite_that_is_as_near_leaves_it_open_what_was_meant_and_a_far_one_does_not(home: Page) -> None:
    write(home, "Anvorkuna", "Abvorkuna")
    for typed, meant in (("anvorrkuna", ["anvorkuna", "abvorkuna"]), ("abvorrkuna", ["abvorkuna", "anvorkuna"])):
        assert [word for word, _documents in near(typed)] == meant
        assert spelling.correction(typed, "de") == meant[0]
    assert [word for word, _documents in near("avorkuna")] == ["abvorkuna", "anvorkuna"]
    assert spelling.correction("avorkuna", "de") == ""


@pytest.mark.parametrize("typed", ["vorkuna1", "v0rkuna", "2030", "vor", "vo"])
def test_numbers_and_short_words_are_left_alone(home: Page, typed: str) -> None:
    write(home, "Vorkuna Vork Voi 2031 vorkuna2")
    assert spelling.near(typed, "de") == []


def test_each_of_two_words_typed_as_one_has_four_letters(home: Page) -> None:
    write(home, "Dorf", "Haus", "Rat", "Schlag", "Schlager", "Landgut")
    assert [spelling.apart(typed, "de") for typed in ("dorfhaus", "ratschlag", "hausschlag", "hauslandgut")] == [
        "dorf haus", "", "haus schlag", "haus landgut",
    ]  # fmt: skip
    assert [spelling.apart(typed, "de") for typed in ("dorfhau", "dorf-haus", "dorfhaus1", "dorf" * 11)] == [""] * 4
    assert spelling.apart("dorfhaus", "en") == ""


def test_what_nobody_is_to_be_led_to_is_not_offered(home: Page) -> None:
    write(home, "Vorkuna", "Dorf Haus")
    assert near("gorkuna") == [("vorkuna", 1)]
    BlockedSuggestion.objects.create(locale=home.locale, text="vorkuna")
    BlockedSuggestion.objects.create(locale=home.locale, text="dorf haus")
    assert (near("gorkuna"), spelling.apart("dorfhaus", "de")) == ([], "")


def test_right_is_what_a_dictionary_the_synonyms_or_a_title_know(home: Page) -> None:
    translate(make_content_page(home, title="Sokoto heute", show_in_menus=False), "en", title="Vorkuna today")
    Synonyms.objects.create(locale=home.locale, expressions="kafala\nBürgschaft")
    words = ["haus", "house", "kafala", "sokoto", "heute", "sokotu", "vorkuna"]
    assert spelling.known(words, "de") == {"haus", "house", "kafala", "sokoto", "heute"}
    assert spelling.known(words, "en") == {"haus", "house", "heute", "vorkuna"}
    assert spelling.known([], "de") == set()
    assert spelling.known(["…"], "de") == set()
