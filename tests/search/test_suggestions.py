"""Suggestions while typing."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from search.models import AskedQuery, BlockedSuggestion
from search.suggestions import suggest
from tests.builders import make_content_page, translate

pytestmark = pytest.mark.django_db


def texts(typed: str, language: str = "de") -> list[str]:
    return [suggestion.text for suggestion in suggest(typed, language)]


@pytest.mark.parametrize(
    "typed", ["unter", "Unterstützungsprogramm", "unterstuetz", "unterstutz", "famil", "nachz", "famil unter", "fap"]
)
def test_a_title_is_suggested_by_each_of_its_words_and_their_parts(home: Page, typed: str) -> None:
    make_content_page(home, title="Unterstützungsprogramm Familiennachzug (FAP)")
    addresses = {suggestion.text: suggestion.url for suggestion in suggest(typed, "de")}
    assert (
        addresses["Unterstützungsprogramm Familiennachzug (FAP)"] == "/de/unterstuetzungsprogramm-familiennachzug-fap/"
    )


def test_words_of_pages_are_suggested_behind_what_stands_before_them(home: Page) -> None:
    make_content_page(home, title="Seite", lead="Reintegration beginnt.")
    assert "hilfe reintegration" in texts("hilfe reint")


def test_numbers_are_not_completed(home: Page) -> None:
    make_content_page(home, title="Seite", lead="Zielvorgabe 10.7 und 1000 Plätze.")
    assert [texts(typed) for typed in ("zielvorgabe 10", "1000", "10.7")] == [[], [], []]
    assert texts("zielvor") == ["zielvorgabe"]


@pytest.mark.parametrize("typed", ["العود", "عود", "إدماج", "ادم"])
def test_arabic_titles_are_suggested_with_and_without_the_article(home: Page, typed: str) -> None:
    translate(make_content_page(home, title="Rückkehr"), "ar", title="المساعدة على العودة والإدماج")
    assert "المساعدة على العودة والإدماج" in texts(typed, "ar")


def test_a_word_is_suggested_in_its_base_form(home: Page) -> None:
    make_content_page(home, title="Eins", lead="Den Kindern hilft ein Haus.")
    make_content_page(home, title="Zwei", lead="Des Kindes Häuser.")
    assert "kind" not in texts("kin")
    make_content_page(home, title="Drei", lead="Ein Kind.")
    assert texts("kin")[0] == "kind"
    page = make_content_page(home, title="Vier")
    translate(page, "uk", title="переселенню переселення переселенням")
    assert "переселення" in texts("переселен", "uk")


def test_queries_that_others_asked_come_first(home: Page) -> None:
    make_content_page(home, title="Rückkehr")
    today = timezone.localdate()
    for query, searches, results, age in [
        ("rückkehr geld", 5, 3, 1),
        ("rückkehr selten", 2, 3, 1),
        ("rückkehr leer", 9, 0, 1),
        ("rückkehr alt", 9, 3, 60),
    ]:
        AskedQuery.objects.create(
            day=today - datetime.timedelta(days=age), language="de", query=query, searches=searches, results=results
        )
    assert texts("rueckkehr g") == ["rückkehr geld"]
    found = texts("Rückkehr")
    assert found[0] == "rückkehr geld"
    assert not {"rückkehr selten", "rückkehr leer", "rückkehr alt"} & set(found)


def test_eight_at_most_and_none_twice(home: Page) -> None:
    for number in range(20):
        make_content_page(home, title=f"Hilfe {number}", show_in_menus=False)
    found = texts("hilfe")
    assert len(found) == 8 == len(set(found))


def test_blocked_ones_are_left_out(home: Page) -> None:
    make_content_page(home, title="Hilfe für alle")
    make_content_page(home, title="Hilfe für manche")
    BlockedSuggestion.objects.create(locale=home.locale, text="alle")
    assert "Hilfe für manche" in texts("hilf")
    assert "Hilfe für alle" not in texts("hilf")


def test_only_real_pages_of_the_language(home: Page) -> None:
    page = make_content_page(home, title="Hilfe")
    translate(page, title="Help for all")
    assert texts("hel", "en") == ["Help for all"] or "Help for all" in texts("hel", "en")
    assert "Help for all" not in texts("hel", "de")
    page.unpublish()
    assert texts("hilfe") == []


@pytest.mark.parametrize("typed", ["", "h", " ", "\x00", "\ud800", "*", "%", "_%", "'", '"', "?" * 500, "x" * 10_000, "[a-z]"])
@pytest.mark.parametrize("language", ["de", "ar"])
def test_odd_input_is_answered(client: Client, home: Page, typed: str, language: str) -> None:
    path = {"de": "/de/suche/suggestions/", "ar": "/ar/bahth/suggestions/"}[language]
    response = client.get(path, {"q": typed.encode("utf-8", "surrogatepass")})
    assert response.status_code == 200
    assert response.json()["suggestions"] == []


@pytest.mark.once
def test_few_queries_whatever_is_found(client: Client, home: Page, django_assert_max_num_queries: object) -> None:
    for number in range(12):
        make_content_page(home, title=f"Hilfe {number}", show_in_menus=False)
    client.get("/de/suche/suggestions/", {"q": "hilfe"})
    # Titles, queries, words, the pages of the titles, and what is private.
    with django_assert_max_num_queries(5):
        client.get("/de/suche/suggestions/", {"q": "hilfe"})
