"""Right words stay what they are, misspelt ones are understood: judged data, on the initial content."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from search import analysis
from search.distance import are_opposed
from search.service import Request, Step, search
from search.suggestions import suggest
from tests.builders import make_content_page, make_home, translate

JUDGED = json.loads(Path(__file__).with_name("right_words.json").read_text(encoding="utf-8"))
RIGHT = [(language, word) for language, words in JUDGED["right"].items() for word in words.split()]
MISSPELT = [(language, typed, meant) for language, pairs in JUDGED["misspelt"].items() for typed, meant in pairs.items()]
AT_LEAST = 0.95

PAIRS_OF_LANGUAGES = [("de", "Rückführung", "Rückkehr"), ("en", "deportation", "reportation"),
                      ("uk", "депортація", "репортація"), ("ar", "ترحيل", "ترحيب")]  # fmt: skip


@pytest.mark.content
def test_no_right_word_is_replaced(content: None) -> None:
    assert len(RIGHT) >= 150
    replaced = {}
    for language, word in RIGHT:
        outcome = search(Request(word, language, with_others=False, with_facets=False))
        if outcome.corrected_text or outcome.offered_text:
            replaced[f"{language} {word}"] = outcome.corrected_text or outcome.offered_text
    assert replaced == {}


@pytest.mark.content
def test_misspelt_words_are_understood(content: None) -> None:
    missed = {}
    for language, typed, meant in MISSPELT:
        outcome = search(Request(typed, language, with_others=False, with_facets=False))
        understood = outcome.corrected_text or outcome.offered_text or typed
        if analysis.stems(understood, language) != analysis.stems(meant, language) or not outcome.total:
            missed[f"{language} {typed}"] = understood
    assert 1 - len(missed) / len(MISSPELT) >= AT_LEAST, missed


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "word", "near"), PAIRS_OF_LANGUAGES)
def test_a_right_word_without_a_hit_stays_itself(client: Client, language: str, word: str, near: str) -> None:
    page = make_content_page(make_home(), title="Rückkehr" if language == "de" else "Titel")
    if language != "de":
        translate(page, language, title=near)
    address = {"de": "/de/suche/", "en": "/en/search/", "uk": "/uk/poshuk/", "ar": "/ar/bahth/"}[language]
    data = client.get(address, {"q": word, "format": "json"}).json()
    assert (data["step"], data["corrected"], data["did_you_mean"], data["results"]) == ("none", "", "", [])
    assert data["missing"] == [word.lower()]
    html = client.get(address, {"q": word}).content.decode()
    assert "li class=\"search-result" not in html
    assert all(one.text.casefold().startswith(word.casefold()) for one in suggest(word, language))


@pytest.mark.django_db
class TestSteps:
    def test_what_is_near_to_a_right_word_is_offered_as_a_link(self, client: Client) -> None:
        make_content_page(make_home(), title="Heimat")
        html = client.get("/de/suche/", {"q": "Heirat"}).content.decode()
        assert '<a href="?q=heimat"><q>heimat</q></a>' in html

    def test_an_unknown_word_with_hits_is_sought_as_typed_and_another_offered(self) -> None:
        home = make_home()
        make_content_page(home, title="Eins", lead="Resetlement.")
        for number in range(3):
            make_content_page(home, title=f"Resettlement {number}", show_in_menus=False)
        outcome = search(Request("Resetlement", "de"))
        assert (outcome.step, outcome.corrected_text, outcome.offered_text) == (Step.ALL, "", "resettlement")
        assert [hit.page.title for hit in outcome.hits] == ["Eins"]
        assert search(Request("Resettlement", "de")).offered_text == ""

    def test_words_are_respelt_all_or_none(self) -> None:
        make_content_page(make_home(), title="Resettlement und Migration")
        assert search(Request("resetlement migrazion", "de")).corrected_text == "resettlement migration"
        outcome = search(Request("resetlement xqzzkv", "de"))
        assert (outcome.corrected_text, outcome.missing) == ("", ["resetlement", "xqzzkv"])
        assert outcome.near == ["resettlement xqzzkv"]

    def test_what_synonyms_or_a_title_know_is_right(self) -> None:
        from search.models import Synonyms

        home = make_home()
        for number in range(3):
            make_content_page(home, title=f"Resettlement {number}", show_in_menus=False)
        assert search(Request("resettlemant", "de")).corrected_text == "resettlement"
        Synonyms.objects.create(locale=home.locale, expressions="resettlemant\nAufnahme")
        assert search(Request("resettlemant", "de")).corrected_text == ""
        page = make_content_page(home, title="Resettlemont", show_in_menus=False)
        outcome = search(Request("resettlemont", "de"))
        assert ([hit.page.pk for hit in outcome.hits], outcome.offered_text) == ([page.pk], "")

    @pytest.mark.parametrize("typed", ["visu", "asyk", "qasyln"])
    def test_short_words_and_too_many_wrong_letters_are_left_alone(self, typed: str) -> None:
        make_content_page(make_home(), title="Visum Asyl")
        assert search(Request(typed, "de")).corrected_text == ""


@pytest.mark.parametrize(
    ("typed", "word", "language"),
    [("legal", "illegal", "de"), ("ilegal", "legal", "de"), ("Einreise", "Ausreise", "de"), ("Abreisen", "Anreise", "de"),
     ("immigration", "emigration", "en"), ("unsafe", "safe", "en"), ("незаконний", "законний", "uk"), ("вїзд", "виїзд", "uk"),
     ("еміграція", "імміграція", "uk")],
)  # fmt: skip
def test_opposites_are_told_apart(typed: str, word: str, language: str) -> None:
    assert are_opposed(typed.lower(), word.lower(), language)


@pytest.mark.parametrize(("typed", "word"), [("nterkunft", "unterkunft"), ("iintegration", "integration"), ("migrazion", "migration")])
def test_other_words_are_no_opposites(typed: str, word: str) -> None:
    assert not are_opposed(typed, word, "de")
