"""The box “At a glance”, and the block that shows the latest of a kind elsewhere: in two languages."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
from django.test import Client
from django.utils import translation

from home.models import HomePage
from news.models import NewsIndexPage, NewsPage
from portal.listing import facts
from portal.listing.blocks import LatestBlock
from portal.listing.dates import Status
from portal.listing.declarations import When
from portal.listing.facts import Fact, Value
from portal.models import PublishedVersion, Region
from tests.builders import make_news, make_topic, publish, translate

pytestmark = pytest.mark.django_db


def test_what_lists_are_filtered_by_leads_to_them_and_nothing_else_does(index: NewsIndexPage) -> None:
    german = make_news(index, kind="story", topics=[make_topic("Schutz")])
    german.regions.add(Region.objects.create(name="Naher Osten", slug="naher-osten", locale=german.locale))
    german = publish(german)
    english = translate(german, "en")
    for page, code, kind, address in ((german, "de", "Reportage", "/de/aktuelles/"), (english, "en", "Story", "/en/en-aktuelles/")):
        with translation.override(code):
            found = {str(fact.term): fact for fact in facts.of_page(NewsPage.objects.get(pk=page.pk), address)}
            without = facts.of_page(NewsPage.objects.get(pk=page.pk))
        names = {"de": ["Art", "Thema", "Regionen"], "en": ["Kind", "Topics", "Regions"]}[code]
        assert [name for name in found if found[name].are_chips] == [name for name in found if "opic" in name or "Them" in name]
        assert [value.text for value in found[names[0]].values] == [kind]
        topics = next(fact for fact in found.values() if fact.are_chips)
        assert [(value.text, value.url) for value in topics.values] == [("Schutz", f"{address}?topic=schutz")]
        assert [(value.text, value.url) for value in found[names[2]].values] == [("Naher Osten", "")]
        assert [fact.are_chips for fact in without] == [False] * len(found)


def test_a_fact_without_a_value_is_not_shown_and_a_fact_is_a_value(index: NewsIndexPage) -> None:
    item = make_news(index)
    with translation.override("de"):
        assert [fact.values for fact in facts.of_page(item) if not fact.values] == []
        assert "Regionen" not in [str(fact.term) for fact in facts.of_page(item)]
    assert Fact("Art", [Value("Reportage")]) == Fact("Art", [Value("Reportage")])


def test_status_lines_and_goals_are_facts_where_a_kind_says_so(index: NewsIndexPage, monkeypatch: pytest.MonkeyPatch) -> None:
    named = {"facts": ("when.status", "place", "goals"), "filters": ("place",), "lines": ("place",)}
    declared = dataclasses.replace(NewsPage.listing, when=When(start="date", lasts="is_own_translation"), **named)
    monkeypatch.setattr(NewsPage, "listing", declared)
    german = make_news(index, place="Bonn\nBerlin", goals=["10"], is_own_translation=True)
    english = translate(german, words={text: text for text in ("Bonn\nBerlin", "Bonn<br/>Berlin")})

    def found(page: NewsPage) -> list[tuple[str, list[Value]]]:
        with translation.override(page.language_code):
            return [(str(fact.term), fact.values) for fact in facts.of_page(NewsPage.objects.get(pk=page.pk), "/liste/")]

    places = [Value("Bonn", url="/liste/?place=Bonn"), Value("Berlin", url="/liste/?place=Berlin")]
    names = {german: ("Status", "Ort", "Ziele der Agenda 2030"), english: ("Status", "Place", "Goals of the 2030 Agenda")}
    said = {german: ("Laufend", "Abgeschlossen", "Weniger Ungleichheiten"), english: ("Running", "Ended", "Reduced inequalities")}
    for page, (running, ended, goal) in said.items():
        status = [Value(running, status=Status.RUNNING)]
        assert found(page) == [*zip(names[page], (status, places, [Value(goal, goal="10")]), strict=True)]
        NewsPage.objects.filter(pk=page.pk).update(is_own_translation=False)
        assert found(page)[0] == (names[page][0], [Value(ended, status=Status.ENDED)])
    # What stands in German still leads to no list in this language, and says so.
    PublishedVersion.objects.filter(page=english).update(untranslated=["place"])
    assert found(english)[1] == ("Place", [Value("Bonn", language="de"), Value("Berlin", language="de")])
    assert found(german)[1] == ("Ort", places)
    monkeypatch.setattr(NewsPage, "listing", dataclasses.replace(declared, when=When()))
    assert [tuple(name for name, _values in found(page)) for page in said] == [names[german][1:], names[english][1:]]


def test_the_latest_are_one_large_and_as_many_beside_it_as_was_said(client: Client, home: HomePage, index: NewsIndexPage) -> None:
    items = [make_news(index, f"Meldung {n}", date=datetime.date(2024, 1, 1 + n)) for n in range(5)]
    for item in items:
        translate(item, "en")
    block = LatestBlock()
    for given, large, beside in (
        ({"kind": "news", "count": 2}, "Meldung 4", ["Meldung 3", "Meldung 2"]),
        ({"kind": "news", "count": 2, "featured": items[0].pk}, "Meldung 0", ["Meldung 4", "Meldung 3"]),
    ):
        value = block.clean(block.to_python({"featured": None, **given}))
        for code, before in (("de", ""), ("en", "EN ")):
            with translation.override(code):
                context = block.get_context(value)
            assert context["featured"].link.title == before + large
            assert [card.link.title for card in context["items"]] == [before + title for title in beside]


def test_the_latest_are_a_list_of_titles_where_that_was_said(client: Client, home: HomePage, index: NewsIndexPage) -> None:
    for n in range(5):
        translate(make_news(index, f"Meldung {n}", kind="news", date=datetime.date(2024, 1, 1 + n)), "en")
    block = LatestBlock()
    value = block.clean(block.to_python({"featured": None, "kind": "news", "count": 3, "form": "list"}))
    for code, before in (("de", ""), ("en", "EN ")):
        with translation.override(code):
            context = block.get_context(value)
        found = [(card.link.title, card.form, card.text, card.picture, card.meta.kind) for card in context["cards"]]
        assert found == [(f"{before}Meldung {n}", "item", "", None, "") for n in (4, 3, 2)]
        assert {"featured", "items"} & set(context) == set()


def test_a_kind_that_is_there_no_more_shows_nothing(index: NewsIndexPage) -> None:
    make_news(index)
    block = LatestBlock()
    assert set(block.get_context(block.to_python({"kind": "gone", "count": 2}))) & {"featured", "items", "nothing"} == set()


def test_the_head_of_a_list_says_which_page_of_it_this_is_but_not_of_what_was_filtered(client: Client, index: NewsIndexPage) -> None:
    for n in range(11):
        translate(make_news(index, f"Meldung {n}", kind="story", date=datetime.date(2024, 1, 1 + n)), "en")
    for address in ("/de/aktuelles/", "/en/en-aktuelles/"):
        queries = ("", "?page=2", "?kind=story", "?kind=story&page=2")
        assert [client.get(f"{address}{query}").context_data["page_number"] for query in queries] == [1, 2, 1, 1]
        assert [len(client.get(f"{address}{query}").context_data["results"]) for query in ("", "?page=2")] == [10, 1]
