"""The search page: what visitors read and choose, without JavaScript; the same for programs; limits."""

from __future__ import annotations

import datetime
import json
import re

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client, override_settings
from wagtail.models import Page

from portal.models import Footer
from search.models import AskedQuery, Click, PromotedResult
from tests.builders import make_content_page, make_news, make_news_index, make_section, make_topic, translate

pytestmark = pytest.mark.django_db

PERSON = {"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140"}


def soup_of(client: Client, address: str, **query: object) -> BeautifulSoup:
    response = client.get(address, query)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def titles(soup: BeautifulSoup) -> list[str]:
    return [link.get_text() for link in soup.select("li.search-result h3 a")]


@pytest.fixture
def news(home: Page) -> None:
    index = make_news_index(home)
    topic = make_topic("Rückkehr")
    make_news(index, title="Hilfe eins", kind="news", date=datetime.date(2023, 1, 1), topics=[topic])
    make_news(index, title="Hilfe zwei", kind="story", date=datetime.date(2024, 1, 1))
    make_content_page(home, title="Hilfe drei", lead="Hilfen für alle.")


def test_words_are_marked_in_all_their_forms_and_nothing_is_markup(client: Client, home: Page) -> None:
    body = [("text", "<p>Die Familiennachzüge &lt;b&gt; dauern.</p>")]
    make_content_page(home, title="Nachzug <i>", body=body)
    soup = soup_of(client, "/de/suche/", q="Nachzug")
    result = soup.select_one("li.search-result")
    assert [mark.get_text() for mark in result.select("mark")] == ["Nachzug", "Familiennachzüge"]
    assert result.h3.get_text() == "Nachzug <i>"
    assert "<b>" in result.select_one("p:last-of-type").get_text()
    assert result.find("b") is None


def test_facets_combine_and_chips_take_them_back(client: Client, news: None) -> None:
    soup = soup_of(client, "/de/suche/", q="Hilfe")
    assert {legend.get_text() for legend in soup.select(".facets legend")} >= {"Art der Seite", "Jahr"}
    soup = soup_of(client, "/de/suche/", q="Hilfe", year=["2023", "2024"], type="story")
    assert titles(soup) == ["Hilfe zwei"]
    assert len(soup.select(".facets input[checked]")) == 3
    chips = {" ".join(chip.get_text().split()): chip["href"] for chip in soup.select(".result-head .chip")}
    without_type = next(address for label, address in chips.items() if label.startswith("Art der Seite"))
    assert sorted(titles(soup_of(client, f"/de/suche/{without_type}"))) == ["Hilfe eins", "Hilfe zwei"]
    everything = chips.get("Alle Filter entfernen")
    assert len(titles(soup_of(client, f"/de/suche/{everything}"))) == 3


def test_the_facet_of_a_language_is_named_in_it(client: Client, news: None) -> None:
    page = Page.objects.get(title="Hilfe drei").specific
    translate(page, title="Help three")
    translate(Page.objects.get(title="Hilfe eins").specific, title="Help one")
    soup = soup_of(client, "/en/search/", q="help")
    assert {legend.get_text() for legend in soup.select(".facets legend")} >= {"Type of page"}
    assert "Page" in soup.select_one(".facets").get_text()


def test_unknown_filters_and_values_change_nothing(client: Client, news: None) -> None:
    assert len(titles(soup_of(client, "/de/suche/", q="Hilfe", unknown="x", format="xml", sort="x"))) == 3
    soup = soup_of(client, "/de/suche/", q="Hilfe", type="gibt es nicht", topic="\x00", year=["1", "x" * 10_000])
    assert len(titles(soup)) == 3
    assert not soup.select(".result-head .chip")


def test_newest_first(client: Client, news: None) -> None:
    soup = soup_of(client, "/de/suche/", q="Hilfe", sort="date", type=["news", "story"])
    assert titles(soup) == ["Hilfe zwei", "Hilfe eins"]
    assert "Neueste zuerst" in soup.select_one(".sorting strong").get_text()


def test_json_has_the_same_results(client: Client, news: None) -> None:
    response = client.get("/de/suche/", {"q": "Hilfe", "format": "json"})
    data = json.loads(response.content)
    soup = soup_of(client, "/de/suche/", q="Hilfe")
    assert [result["title"] for result in data["results"]] == titles(soup)
    assert [result["url"] for result in data["results"]] == [
        f"http://testserver{link['href']}" for link in soup.select("li.search-result h3 a")
    ]
    assert (data["total"], data["step"], data["language"]) == (3, "all", "de")
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Content-Language"] == "de"
    assert soup.find("meta", {"name": "robots"})["content"] == "noindex"


def status(client: Client, address: str, **query: object) -> str:
    """Return what is said about a search."""
    return " ".join(soup_of(client, address, **query).select_one("[role=status]").get_text().split())


def test_each_step_is_said(client: Client, home: Page) -> None:
    make_content_page(home, title="Resettlement", lead="Aufnahme von Menschen.")
    assert status(client, "/de/suche/", q="Resettlement") == "1 Treffer"
    assert status(client, "/de/suche/", q="resetlement") == (
        "1 Treffer Zu resetlement wurde nichts gefunden. Das sind die Treffer zu resettlement."
    )
    said = status(client, "/de/suche/", q="Aufnahme Quantenphysik")
    assert said.startswith("1 Seite mit einigen der Wörter Keine Seite enthält alle Wörter.")
    assert "Keine Treffer" in status(client, "/de/suche/", q="Quantenphysik")
    assert "passt" in status(client, "/de/suche/", q="Resettlement", year="1999")


def test_the_spelling_that_was_typed_is_sought_on_demand(client: Client, home: Page) -> None:
    make_content_page(home, title="Resettlement", lead="Aufnahme von Menschen.")
    assert not soup_of(client, "/de/suche/", q="resetlement").select("a[href*=exact]")
    soup = soup_of(client, "/de/suche/", q="Aufnahme resetlement")
    link = soup.select_one("main a[href*=exact]")
    assert link["href"] == "?q=Aufnahme+resetlement&exact=1"
    said = status(client, f"/de/suche/{link['href']}")
    assert said.startswith("1 Seite mit einigen der Wörter")
    assert "resettlement" not in said


def test_pages_with_some_of_the_words_have_a_heading_of_their_own(client: Client, home: Page) -> None:
    for number in range(8):
        make_content_page(home, title=f"Hilfe Familie {number}", show_in_menus=False)
    for number in range(6):
        make_content_page(home, title=f"Hilfe {number}", show_in_menus=False)
    soup = soup_of(client, "/de/suche/", q="Hilfe Familie")
    lists = [[item["data-position"] for item in found.select("li")] for found in soup.select("[data-click-url] ul")]
    assert lists == [[str(number) for number in range(1, 9)], ["9", "10"]]
    assert soup.select_one("#partial").get_text() == "Seiten mit einigen der Wörter"
    soup = soup_of(client, "/de/suche/", q="Hilfe Familie", page=2)
    assert soup.select_one("#partial")
    assert [item["data-position"] for item in soup.select("[data-click-url] li")] == ["11", "12", "13", "14"]
    assert "8 Treffer" in soup.select_one("[role=status]").get_text()
    assert not soup.select(".pager a[rel=next]")


def test_more_than_is_counted_is_said(client: Client, home: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.engine.LIMIT", 13)
    for number in range(14):
        make_content_page(home, title=f"Hilfe {number}", show_in_menus=False, topics=[])
    soup = soup_of(client, "/de/suche/", q="Hilfe")
    assert "Mehr als 12 Treffer" in soup.select_one("[role=status]").get_text()
    assert [link.get_text() for link in soup.select(".pager a[aria-label]")] == ["2"]


def test_headings_are_in_order(client: Client, news: None) -> None:
    for query in ("Hilfe", "nirgends", "Hilfe eins"):
        soup = soup_of(client, "/de/suche/", q=query)
        levels = [int(heading.name[1]) for heading in soup.select("main :is(h1, h2, h3, h4)")]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_nothing_found_offers_sections_and_contact(client: Client, home: Page) -> None:
    section = make_section(home)
    contact = make_content_page(home, title="Kontakt")
    column = {"heading": "Service", "links": [{"page": contact, "label": ""}]}
    Footer.objects.create(locale=home.locale, title="Fuß", about="Wir.", body=[("column", column)])
    soup = soup_of(client, "/de/suche/", q="zzzz")
    assert soup.select_one(f'main .chips a[href="{section.get_url()}"]')
    assert soup.select_one('main a.more[href="/de/kontakt/"]')


def test_other_languages_are_offered_in_their_own(client: Client, home: Page) -> None:
    page = make_content_page(home, title="Familiennachzug")
    translate(page, "uk", title="Возз’єднання сім’ї")
    soup = soup_of(client, "/de/suche/", q="возз'єднання")
    group = soup.select_one("div[lang=uk]")
    assert group["dir"] == "ltr"
    assert group.select_one("h3 a").get_text() == "Возз’єднання сім’ї"
    assert group.select_one("a.more")["href"].startswith("/uk/poshuk/?q=")
    assert "1 результат" in group.select_one("a.more").get_text()


def test_a_promoted_result_stands_above(client: Client, home: Page) -> None:
    page = make_content_page(home, title="StarthilfePlus")
    make_content_page(home, title="Geld")
    PromotedResult.objects.create(locale=home.locale, queries="Geld", page=page, text="Hilfe nach der Rückkehr.")
    promoted = soup_of(client, "/de/suche/", q="geld").select_one(".result--top")
    assert "Empfohlen" in promoted.get_text()
    assert promoted.a["href"] == "/de/starthilfeplus/"
    assert "Hilfe nach der Rückkehr." in promoted.get_text()


def test_the_language_switch_keeps_query_and_filters(client: Client, news: None) -> None:
    soup = soup_of(client, "/de/suche/", q="Hilfe", type="story")
    addresses = {link.span["lang"]: link["href"] for link in soup.select(".lang__list a")}
    assert addresses["ar"] == "/ar/bahth/?q=Hilfe&type=story"


@override_settings(SEARCH_RATE=2, SEARCH_SUGGESTION_RATE=2)
def test_who_asks_too_often_is_told_so(client: Client, home: Page) -> None:
    for _ in range(2):
        assert client.get("/ar/bahth/", {"q": "a"}).status_code == 200
        assert client.get("/ar/bahth/suggestions/", {"q": "ab"}).status_code == 200
    response = client.get("/ar/bahth/", {"q": "a"})
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 60
    assert response["X-Robots-Tag"] == "noindex"
    assert 'lang="ar"' in response.content.decode()
    assert client.get("/ar/bahth/suggestions/", {"q": "ab"}).status_code == 429
    assert client.get("/ar/bahth/", {"q": "a", "format": "json"}).status_code == 429
    assert client.get("/ar/bahth/").status_code == 200
    assert client.get("/ar/bahth/", {"q": "a"}, REMOTE_ADDR="192.0.2.1").status_code == 200


@pytest.mark.parametrize(("address", "query"), [("/de/suche/", "Hilfe & <b>"), ("/uk/poshuk/", "возз'єднання & x"), ("/ar/bahth/", "a&b")])
def test_the_title_is_escaped_once(client: Client, home: Page, address: str, query: str) -> None:
    soup = soup_of(client, address, q=query)
    assert query in soup.title.get_text()
    assert "&amp;" not in soup.title.get_text()
    assert "&#" not in soup.title.get_text()


def test_nothing_is_asked_and_told_what_to_do(client: Client, home: Page) -> None:
    said = "Schreiben Sie ein oder mehrere Wörter in das Feld"
    assert said in soup_of(client, "/de/suche/").main.get_text()
    assert said in soup_of(client, "/de/suche/", q=" ").select_one("main [role=status]").get_text()
    assert said not in soup_of(client, "/de/suche/", q="Hilfe").main.get_text()


@pytest.mark.parametrize("query", [{}, {"q": "Hilfe"}, {"q": "Hilfe", "format": "json"}])
def test_head_gives_the_headers_of_the_answer_and_counts_nothing(client: Client, news: None, query: dict[str, str]) -> None:
    full, head = client.get("/de/suche/", query), client.head("/de/suche/", query, headers=PERSON)
    # The second in which each was answered is its own.
    full.headers.pop("Expires", None)
    head.headers.pop("Expires", None)
    assert {**head.headers} == {**full.headers}
    assert int(head["Content-Length"]) == len(full.content) > 0
    assert not AskedQuery.objects.exists()


class TestNumbers:
    def ask(self, client: Client, query: str, **options: object) -> None:
        client.get("/de/suche/", {"q": query, **options}, headers=PERSON)

    def test_a_query_is_counted_when_its_answer_has_been_sent(self, client: Client, news: None) -> None:
        self.ask(client, "Hilfe ")
        self.ask(client, "hilfe")
        self.ask(client, "Quantenphysik")
        assert set(AskedQuery.objects.values_list("query", "searches", "results", "step")) == {
            ("hilfe", 2, 3, "all"),
            ("quantenphysik", 1, 0, "none"),
        }

    def test_nothing_is_written_before(self, rf: object, news: None) -> None:
        from search.views import SearchView

        response = SearchView.as_view()(rf.get("/de/suche/", {"q": "Hilfe"}, headers=PERSON))
        response.render()
        assert not AskedQuery.objects.exists()
        # As the test client does it: the connection is the test's own.
        request_finished.disconnect(close_old_connections)
        response.close()
        request_finished.connect(close_old_connections)
        assert AskedQuery.objects.count() == 1

    @pytest.mark.parametrize(
        "query",
        ["anna@example.org", "0151 2345678", "12345678", "https://example.org/x", " ".join(["wort"] * 9), "x" * 81, ""],
    )
    def test_what_may_be_about_a_person_is_not_kept(self, client: Client, home: Page, query: str) -> None:
        self.ask(client, query)
        assert not AskedQuery.objects.exists()

    def test_programs_are_not_counted(self, client: Client, news: None) -> None:
        client.get("/de/suche/", {"q": "Hilfe"}, headers={"user-agent": "Googlebot/2.1"})
        client.get("/de/suche/", {"q": "Hilfe"}, headers={"user-agent": ""})
        assert not AskedQuery.objects.exists()

    def test_clicks(self, client: Client, news: None) -> None:
        page = Page.objects.get(title="Hilfe eins")
        values = {"q": "Hilfe", "page": page.pk, "position": 2}
        for _ in range(2):
            response = client.post("/de/suche/click/", values, headers={**PERSON, "sec-fetch-site": "same-origin"})
            assert response.status_code == 204
        assert list(Click.objects.values_list("query", "page_id", "clicks", "positions")) == [("hilfe", page.pk, 2, 4)]

    @pytest.mark.parametrize(
        ("values", "status"),
        [
            ({}, 400),
            ({"q": "x", "page": "a", "position": "1"}, 400),
            ({"q": "x", "page": "1" * 30, "position": "1"}, 400),
            ({"q": "\x00", "page": "1", "position": "1"}, 400),
            ({"q": "x", "page": "99999", "position": "1"}, 204),
            ({"q": "x" * 5000, "page": "1", "position": "1"}, 413),
        ],
    )
    def test_odd_clicks(self, client: Client, home: Page, values: dict[str, str], status: int) -> None:
        assert client.post("/de/suche/click/", values, headers=PERSON).status_code == status
        assert not Click.objects.exists()

    def test_other_sites_count_nothing(self, client: Client, news: None) -> None:
        headers = {**PERSON, "sec-fetch-site": "cross-site"}
        assert client.post("/de/suche/click/", {"q": "Hilfe"}, headers=headers).status_code == 403
        assert client.get("/de/suche/click/").status_code == 405


def test_no_text_that_somebody_typed_is_escaped_in_a_variable() -> None:
    """`blocktranslate asvar` escapes what it is given, and whoever prints the variable escapes it again."""
    found = {
        str(path.relative_to(settings.BASE_DIR / "templates"))
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        if re.search(r"{% blocktrans(?:late)?\b[^%]*\basvar\b[^%]*%}[^{]*{{", path.read_text(encoding="utf-8"))
    }
    # A number, and names of Länder that the code knows.
    assert found == {"components/pager.html", "blocks/offices.html"}
