"""The form of filters: what is chosen stays, what is no choice is no filter, and everything is called as its language does."""

from __future__ import annotations

import dataclasses
import datetime
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.http import QueryDict
from django.test import Client
from django.utils import timezone, translation

from home.models import HomePage, TakePartPage
from news.models import NewsPage
from participate.models import VacancyIndexPage, VacancyPage
from portal.listing.forms import FilterForm
from tests.builders import add, make_news, make_news_index, translate

pytestmark = pytest.mark.django_db

THERE = {"kind": ["story", "news"], "place": ["Bonn", "berlin"], "when.year": ["2023", "2024"]}


def test_what_is_chosen_stays_and_what_is_none_is_left_out(home: HomePage, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("kind", "place", "when.year")
    monkeypatch.setattr(NewsPage, "listing", dataclasses.replace(NewsPage.listing, filters=names, lines=("place",)))
    for query, filters in (
        ("", {}),
        ("place=Bonn", {"place": "Bonn"}),
        ("place=Bonn&kind=story&year=2024", {"place": "Bonn", "kind": "story", "year": "2024"}),
        ("place=Mainz&kind=statement&year=2024", {"year": "2024"}),
        ("place=%00&kind=%00&year=x", {}),
    ):
        form = FilterForm(QueryDict(query), NewsPage, THERE, home.locale_id)
        assert (query, form.filters(), form.errors) == (query, filters, {})
        assert {name: value for name, value in form.data.items() if value} == filters


@pytest.mark.parametrize("lines", [(), ("place",)])
def test_what_a_text_is_called_in_another_language_is_what_it_is_called_in_this_one(
    home: HomePage, lines: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NewsPage, "listing", dataclasses.replace(NewsPage.listing, filters=("place",), lines=lines))
    german = make_news(make_news_index(home), place="Genf")
    english = translate(german, words={"Genf": "Geneva"})
    for page, here, there in ((german, "Genf", "Geneva"), (english, "Geneva", "Genf")):
        for value, expected in ((here, here), (there, here), ("Wien", None)):
            form = FilterForm(QueryDict(urlencode({"place": value})), NewsPage, {"place": [here]}, page.locale_id)
            assert (value, form.filters().get("place")) == (value, expected)


@pytest.mark.parametrize(
    ("code", "everything", "kinds"),
    [
        ("de", ["Alle Arten", "Alle Orte", "Alle Jahre"], ["Meldung", "Reportage"]),
        ("en", ["All kinds", "All places", "All years"], ["News item", "Story"]),
    ],
)
def test_what_chooses_everything_and_what_there_is_are_called_as_the_language_does(
    home: HomePage, code: str, everything: list[str], kinds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = dataclasses.replace(NewsPage.listing, filters=("kind", "place", "when.year"))
    for labels, first in (({}, everything[0]), ({"kind": "Own"}, {"de": "Alle", "en": "All"}[code])):
        monkeypatch.setattr(NewsPage, "listing", dataclasses.replace(declared, labels=labels))
        with translation.override(code):
            form = FilterForm(QueryDict(), NewsPage, THERE, home.locale_id)
            options = [[str(text) for _value, text in field.choices] for field in form.fields.values()]
        assert options == [[first, *kinds], [everything[1], "berlin", "Bonn"], [everything[2], "2024", "2023"]]


def test_the_language_switch_keeps_the_filter_by_place(client: Client, home: HomePage) -> None:
    index = add(add(home, TakePartPage(title="Mitmachen")), VacancyIndexPage(title="Stellen"))
    for title, place in (("A", "Nürnberg"), ("B", "Berlin")):
        fields = {"reference": title, "place": place, "answer_url": "https://example.org/"}
        vacancy = VacancyPage(title=title, closes_at=timezone.now() + datetime.timedelta(days=1), **fields)
        translate(add(index, vacancy), words={"Nürnberg": "Nuremberg", title: title})
    places = {"de": ("/de/mitmachen/stellen/", "Nürnberg"), "en": ("/en/en-mitmachen/en-stellen/", "Nuremberg")}
    for code, other in (("de", "en"), ("en", "de")):
        address, place = places[code]
        switch = BeautifulSoup(client.get(address, {"place": place}).content, "html.parser").select(".lang__list a")
        answer = client.get(next(link["href"] for link in switch if link.span["lang"] == other))
        chosen = BeautifulSoup(answer.content, "html.parser").select("select[name=place] option[selected]")
        assert [option.get_text() for option in chosen] == [places[other][1]]
        assert [card.link.title for card in answer.context_data["entries"]] == ["A"]
