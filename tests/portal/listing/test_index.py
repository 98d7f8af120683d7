"""Index pages: filters that combine, how many there are, what is private."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from news.models import NewsIndexPage, NewsPage
from portal.listing import lists
from portal.listing.checks import check_listings
from portal.listing.declarations import Schema, When
from tests.builders import make_home, make_news, make_news_index, make_topic, translate

pytestmark = pytest.mark.django_db


@pytest.fixture
def index() -> NewsIndexPage:
    return make_news_index(make_home())


def titles(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200, address
    context = response.context_data
    return [card.link.title for card in ([context["leading"]] if context["leading"] else []) + context["entries"]]


def test_filters_combine_and_what_is_none_is_left_out(client: Client, index: NewsIndexPage) -> None:
    topic = make_topic()
    for title, kind, year, topics in (
        ("A", "news", 2024, [topic]), ("B", "story", 2024, [topic]), ("C", "story", 2023, [topic]), ("D", "story", 2024, []),
    ):  # fmt: skip
        translate(make_news(index, title, kind=kind, date=datetime.date(year, 1, 1), topics=topics), "en")
    for code, prefix in (("de", "/de/aktuelles/"), ("en", "/en/en-aktuelles/")):
        before = "EN " if code == "en" else ""
        for query, found in {
            "": "DBAC", "?kind=story": "DBC", "?topic=rueckkehr": "BAC", "?year=2024": "DBA", "?kind=story&year=2024": "DB",
            "?kind=story&topic=rueckkehr&year=2024": "B", "?kind=news&year=2023": "", "?kind=x": "DBAC", "?year=99999": "DBAC",
        }.items():  # fmt: skip
            assert titles(client, prefix + query) == [before + letter for letter in found], (code, query)
        unknown = client.get(f"{prefix}?kind=x&year=2024")
        # A filter that is none is not told to be wrong, the other one stays chosen.
        assert [str(field.value() or "") for field in unknown.context_data["form"]] == ["", "", "2024", ""]
        assert b"aria-invalid" not in unknown.content
        form = client.get(prefix).context_data["form"]
        assert [value for value, _text in form.fields["kind"].choices] == ["", "news", "story"]
        assert [value for value, _text in form.fields["topic"].choices] == ["", "rueckkehr"]
        assert [value for value, _text in form.fields["year"].choices] == ["", "2024", "2023"]


def test_the_pages_of_a_list_are_all_of_it_once_each_with_and_without_filters(client: Client, index: NewsIndexPage) -> None:
    per_page = NewsIndexPage.per_page
    stories = [f"{n:02}" for n in range(per_page + 1)]
    for n, title in enumerate(stories):
        item = make_news(index, title, kind="story", date=datetime.date(2024, 1, 1 + n))
        if n == 0:
            translate(item, "en")
    make_news(index, "Anderes", date=datetime.date(2020, 1, 1))
    newest = stories[::-1]
    german = "/de/aktuelles/"
    for query, expected in (("", [*newest, "Anderes"]), ("kind=story&", newest)):
        first, second = (titles(client, f"{german}?{query}page={page}") for page in (1, 2))
        assert (query, first, second) == (query, expected[:per_page], expected[per_page:])
        for odd, same in (("3", second), ("0", second), ("x", first), ("", first)):
            assert (query, odd, titles(client, f"{german}?{query}page={odd}")) == (query, odd, same)
    # The newest stands large above the first page of the whole list, and nowhere else.
    for query, leads in (("", True), ("?page=2", False), ("?kind=story", False)):
        assert (query, client.get(german + query).context_data["leading"] is not None) == (query, leads)
    filtered = client.get(f"{german}?kind=story")
    assert (filtered.context_data["is_filtered"], filtered.context_data["filter_query"]) == (True, "kind=story")
    assert "kind=story&amp;page=2" in filtered.text
    assert titles(client, "/en/en-aktuelles/") == ["EN 00"]
    assert titles(client, "/en/en-aktuelles/?page=2") == ["EN 00"]


def test_what_a_list_shows_is_in_no_menu_unless_somebody_says_so(index: NewsIndexPage) -> None:
    assert (NewsPage().show_in_menus, NewsPage(show_in_menus=True).show_in_menus) == (False, True)
    assert (make_news(index, "A").show_in_menus, make_news(index, "B", show_in_menus=True).show_in_menus) == (False, True)


def test_the_latest_of_a_kind_begin_with_the_one_that_was_chosen_if_it_is_public(index: NewsIndexPage) -> None:
    items = [make_news(index, title, date=datetime.date(2024, 1, 1 + n)) for n, title in enumerate("ABCD")]
    english = translate(items[0], "en")

    def latest(code: str, count: int, first: int | None = None) -> str:
        return "".join(page.title[-1] for page in lists.latest(NewsPage, code, count, first))

    assert [latest("de", 3), latest("de", 9), latest("en", 3), latest("uk", 3)] == ["DCB", "DCBA", "A", ""]
    assert [latest("de", 3, items[0].pk), latest("de", 3, items[3].pk), latest("de", 1, items[1].pk)] == ["ADC", "DCB", "B"]
    # One of another language, a private one and one that is offline come first nowhere.
    assert latest("de", 3, english.pk) == "DCB"
    PageViewRestriction.objects.create(page=items[1], restriction_type="login")
    items[2].unpublish()
    assert [latest("de", 3, items[1].pk), latest("de", 3, items[2].pk)] == ["DA", "DA"]


def test_further_items_share_a_topic_or_are_the_newest(index: NewsIndexPage) -> None:
    topic, other = make_topic("Schutz"), make_topic("Arbeit")
    for n, (title, topics) in enumerate((("A", [topic]), ("B", [other]), ("C", []), ("D", [topic]), ("E", [])), start=1):
        make_news(index, title, date=datetime.date(2024, 1, n), topics=topics)
    item = make_news(index, "Z", date=datetime.date(2024, 1, 1), topics=[topic])

    def further(count: int = 3) -> str:
        return "".join(card.link.title for card in NewsPage.objects.get(pk=item.pk).further_items(count))

    assert [further(), further(1), further(9)] == ["DAE", "D", "DAECB"]
    PageViewRestriction.objects.create(page=NewsPage.objects.get(title="D"), restriction_type="login")
    assert further() == "AEC"


def test_what_is_private_is_neither_listed_nor_counted(client: Client, index: NewsIndexPage) -> None:
    make_news(index, "Offen")
    private = make_news(index, "Geheim", date=datetime.date(2019, 1, 1), kind="story")
    translate(private, "en")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    for address in ("/de/aktuelles/", "/en/en-aktuelles/"):
        response = client.get(address)
        assert response.context_data["results"].paginator.count == (1 if address.startswith("/de") else 0)
        assert "Geheim" not in response.text
        form = response.context_data["form"]
        assert "2019" not in dict(form.fields["year"].choices)
        assert "story" not in dict(form.fields["kind"].choices)


def test_more_than_are_counted_are_said_to_be_more(client: Client, index: NewsIndexPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "COUNTED", 2)
    texts = []
    for title in "ABC":
        make_news(index, title)
        texts.append(re.search(r'role="status"><h2>(.*?)</h2>', client.get("/de/aktuelles/").text, re.DOTALL)[1].strip())
    assert texts == ["1 Meldung", "2 Meldungen", "Mehr als 2 Meldungen"]


@pytest.mark.once
@pytest.mark.parametrize("count", [2, 20])
def test_queries(client: Client, index: NewsIndexPage, count: int) -> None:
    for n in range(count):
        make_news(index, f"Meldung {n}", topics=[make_topic(f"Thema {n}")])
    client.get("/de/aktuelles/")
    client.get("/de/aktuelles/meldung-0/")
    for address, limit in (("/de/aktuelles/", 10), ("/de/aktuelles/?year=2024", 10), ("/de/aktuelles/meldung-0/", 10)):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        assert len(queries) <= limit, "\n".join(query["sql"][:300] for query in queries)


NAMES = sorted(NewsPage.listing.names())


@pytest.mark.parametrize("where", NAMES)
def test_a_name_that_is_no_field_is_reported_and_breaks_nothing(
    client: Client, index: NewsIndexPage, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check_listings(None) == []
    part, _, key = where.partition("=")
    listing = NewsPage.listing
    changed = {
        "when": lambda: When(**{f.name: "nowhere" if (v := getattr(listing.when, f.name)) == key else v for f in dataclasses.fields(When)}),
        "filters": lambda: tuple("nowhere" if name == key else name for name in listing.filters),
        "facts": lambda: tuple("nowhere" if name == key else name for name in listing.facts),
        "schema": lambda: Schema(listing.schema.type, **{**listing.schema.properties, key: "nowhere"}),
        "records": lambda: {**listing.records, key: "nowhere"},
        "kinds": lambda: "nowhere",
        "author": lambda: "nowhere",
    }[part]()
    monkeypatch.setattr(NewsPage, "listing", dataclasses.replace(listing, **{part: changed}))
    make_news(index, "Meldung", topics=[make_topic()])
    assert [error.id for error in check_listings(None)] == ["portal.E010"]
    assert "nowhere" in check_listings(None)[0].msg or key in check_listings(None)[0].msg
    for address in ("/de/aktuelles/", "/de/aktuelles/meldung/", "/de/feed.rss", "/de/feed.atom", "/de/suche/?q=Meldung"):
        response = client.get(address)
        assert response.status_code == 200, address
        assert "Meldung" in response.text


def test_each_part_of_a_declaration_can_be_left_out(client: Client, index: NewsIndexPage, monkeypatch: pytest.MonkeyPatch) -> None:
    make_news(index, "Meldung", topics=[make_topic()])
    for name, nothing in {
        "plural": "", "kinds": "", "when": When(), "filters": (), "facts": (), "schema": None, "author": "", "records": {},
        "description": "",
    }.items():  # fmt: skip
        monkeypatch.setattr(NewsPage, "listing", dataclasses.replace(NewsPage.listing, **{name: nothing}))
        assert check_listings(None) == []
        for address in ("/de/aktuelles/", "/de/aktuelles/meldung/", "/de/feed.rss"):
            assert client.get(address).status_code == 200, (name, address)


def hide(page: NewsPage) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type="login")


@pytest.mark.parametrize("away", [hide, NewsPage.unpublish, NewsPage.delete])
def test_a_topic_is_offered_where_something_is_to_be_read_about_it(
    client: Client, index: NewsIndexPage, away: Callable[[NewsPage], object]
) -> None:
    """In languages in which that is not translated yet too; what is not public says nothing of itself."""
    translate(make_news(index, "Bleibt", topics=[make_topic("Schutz")]), "en")
    item = make_news(index, "Geht", topics=[make_topic("Rückkehr")], kind="story", date=datetime.date(2019, 1, 1))
    for address, found in (("/de/aktuelles/", 1), ("/en/en-aktuelles/", 0)):
        form = client.get(address).context_data["form"]
        assert [value for value, _text in form.fields["topic"].choices] == ["", "rueckkehr", "schutz"]
        assert client.get(f"{address}?topic=rueckkehr").context_data["results"].paginator.count == found
    away(item)
    for address in ("/de/aktuelles/", "/en/en-aktuelles/"):
        form = client.get(address).context_data["form"]
        assert {name: [value for value, _text in field.choices] for name, field in form.fields.items()} == {
            "kind": ["", "news"], "topic": ["", "schutz"], "year": ["", "2024"], "goal": [""],
        }  # fmt: skip
        assert client.get(f"{address}?topic=rueckkehr").context_data["results"].paginator.count == 1
