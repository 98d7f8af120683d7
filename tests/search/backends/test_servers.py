"""Elasticsearch and OpenSearch in the place of the database: what is sent to them, and what visitors find."""

from __future__ import annotations

import datetime
import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client, override_settings
from wagtail.models import Page

from portal.models import PortalDocument
from search import analysis, engine, indexing, service
from search.backends import remote
from search.models import Document, FileText, IndexVersion
from search.wagtail_hooks import bring_index_up_to_date
from tests.builders import make_content_page, make_home, make_news, make_news_index, publish, translate
from tests.search.backends.recorded_server import Recorded, RecordedServer, Refused, recorded_server
from tests.support import free_port

pytestmark = pytest.mark.django_db

PRODUCTS = ["elasticsearch", "opensearch"]
PAGES = "portal_wagtailcore_page"
BODY_FIELDS = ["_all_text", "_all_text_boost_2_0"]


def chosen(product: str, url: str) -> override_settings:
    """Return the settings that `SEARCH_BACKEND`, `SEARCH_URLS` and `SEARCH_PREFIX` make."""
    backend = {"BACKEND": f"search.backends.{product}", "URLS": [url], "INDEX_PREFIX": "portal_"}
    return override_settings(WAGTAILSEARCH_BACKENDS={"default": backend})


@pytest.fixture(params=PRODUCTS)
def server(request: pytest.FixtureRequest) -> Iterator[RecordedServer]:
    """Return a server that the settings name, with the index made as `update_index` makes it."""
    with ExitStack() as stack:
        server = stack.enter_context(recorded_server(request.param))
        stack.enter_context(chosen(request.param, server.url))
        call_command("update_index", verbosity=0)
        yield server


@pytest.fixture
def home(server: RecordedServer) -> Page:
    return make_home()


def titles(client: Client, address: str = "/de/suche/", **query: object) -> list[str]:
    response = client.get(address, query)
    assert response.status_code == 200
    return [link.get_text() for link in BeautifulSoup(response.content, "html.parser").select("li.search-result h3 a")]


def text(*paragraphs: str) -> list[tuple[str, str]]:
    return [("text", f"<p>{paragraph}</p>") for paragraph in paragraphs]


def words(query: str, name: str, **boost: float) -> dict:
    """Return the clause that asks one field for words."""
    return {"match": {name: {"query": query, "operator": "and", **boost}}}


@pytest.mark.once
class TestWhatIsSent:
    def test_the_server_takes_text_apart_at_blanks_and_does_nothing_else(self, server: RecordedServer) -> None:
        (created,) = server.sent("PUT", f"/{PAGES}_*")[:1]
        assert created.body == {
            "settings": {
                "analysis": {
                    "analyzer": {
                        "default": {"type": "custom", "tokenizer": "whitespace"},
                        "edgengram_analyzer": {"type": "custom", "tokenizer": "whitespace", "filter": ["edgengram"]},
                    },
                    "filter": {"edgengram": {"type": "edge_ngram", "min_gram": 1, "max_gram": 60}},
                }
            }
        }
        properties = server.index(PAGES).properties
        assert properties["title"] == {"type": "text", "copy_to": ["_all_text", "_all_text_boost_2_0"]}
        assert properties["home_contentpage__body"] == {"type": "text", "copy_to": "_all_text"}
        assert properties["title_edgengrams"] == {
            "type": "text", "analyzer": "edgengram_analyzer", "search_analyzer": "whitespace",
        }  # fmt: skip
        assert properties["search_files"] == {"type": "text", "copy_to": "_all_text"}
        named = {analyzer for how in properties.values() for analyzer in (how.get("analyzer"), how.get("search_analyzer"))}
        assert named == {None, "edgengram_analyzer", "whitespace"}
        assert indexing.is_current()

    def test_the_client_of_the_server_asks(self, server: RecordedServer) -> None:
        agents = {one.headers["user-agent"].partition("/")[0] for one in server.requests}
        assert agents == {"elasticsearch-py" if server.product == "elasticsearch" else "opensearch-py"}

    def test_documents_hold_terms_of_their_language(self, home: Page, server: RecordedServer) -> None:
        body = text("Die Anträge der Geflüchteten werden in Häusern geprüft.")
        page = make_content_page(home, title="Familiennachzüge", lead="Für Mitarbeiter:innen", body=body)
        arabic = translate(page, "ar", title="العودة الطوعية للاجئين")
        german, foreign = (server.index(PAGES).documents[str(pk)] for pk in (page.pk, arabic.pk))
        assert german["title"] == "familiennachzug famili nachzug"
        assert german["title_edgengrams"] == "familiennachzuge familiennachzuege familie nachzug"
        assert german["_edgengrams"] == [german["title_edgengrams"]]
        assert german["home_contentpage__lead"] == "fur mitarbeit"
        assert {"antrag", "geflucht", "haus", "pruf"} <= set(german["home_contentpage__body"].split())
        assert foreign["title"] == analysis.indexed_text(["العودة الطوعية للاجئين"], "ar") != "العودة الطوعية للاجئين"
        # Nothing is left of the texts themselves but the titles, by which Wagtail filters.
        assert (german.pop("title_filter"), foreign.pop("title_filter")) == ("Familiennachzüge", "العودة الطوعية للاجئين")
        sent = json.dumps([german, foreign], ensure_ascii=False)
        for raw in ("Familiennachzüge", "Geflüchtete", "geflüchtete", "Häuser", "häuser", "Mitarbeiter", "<p>", "ü", "ة"):
            assert raw not in sent

    def test_texts_of_files_go_with_the_page(self, home: Page, server: RecordedServer, client: Client) -> None:
        file = PortalDocument.objects.create(title="Merkblätter", file=ContentFile(b"%PDF-", name="a.pdf"))
        FileText.objects.create(document=file, file_hash="1", text="Die Haftpflichtversicherungen")
        link = f'<a linktype="document" id="{file.pk}">Datei</a>'
        page = make_content_page(home, title="Seite", body=text(link))
        (terms,) = server.index(PAGES).documents[str(page.pk)]["search_files"]
        assert {"merkblatt", "haftpflichtversicher"} <= set(terms.split())
        assert titles(client, q="Haftpflichtversicherung") == ["Seite"]

    def test_a_page_that_goes_is_taken_from_the_server(self, home: Page, server: RecordedServer) -> None:
        page = make_content_page(home, title="Resettlement")
        page.delete()
        assert str(page.pk) not in server.index(PAGES).documents
        assert not Document.objects.filter(pk=page.pk).exists()


@pytest.mark.once
class TestSearchOfTheWebsite:
    def test_the_query_consists_of_concepts_in_terms(self, home: Page, server: RecordedServer, client: Client) -> None:
        make_content_page(home, title="Umschrieben", body=text("Der Nachzug der Familie dauert."))
        make_content_page(home, title="Nachzug")
        server.requests.clear()
        assert titles(client, q="Familiennachzüge dauern") == ["Umschrieben"]
        body = server.searches()[0]
        assert {name: body[name] for name in ("size", "_source", "track_total_hits")} == {
            "size": remote.MOST, "_source": False, "track_total_hits": False,
        }  # fmt: skip
        query = body["query"]["bool"]
        assert query["must_not"] == [{"term": {"search_is_alias": True}}]
        inner = query["must"]["bool"]
        assert inner["filter"][0] == {"match": {"_django_content_type": "wagtailcore.Page"}}
        assert {"term": {"live_filter": True}} in inner["filter"][1]["bool"]["must"]
        assert {"term": {"locale_id_filter": home.locale_id}} in inner["filter"][1]["bool"]["must"]
        by_field = inner["must"]["dis_max"]["queries"]
        assert len(by_field) == len(BODY_FIELDS)
        for name, boost, found in zip(BODY_FIELDS, ({}, {"boost": 2.0}), by_field, strict=True):
            asked = {json.dumps(one["bool"]["should"]) for one in found["bool"]["must"]}
            # Neighbours may be one word that was written apart.
            joined = words("familiennachzugedau", name, **boost)
            parts = words("famili nachzug", name, boost=0.5 * boost.get("boost", 1.0))
            compound = [words("familiennachzug", name, **boost), parts, joined]
            assert asked == {json.dumps(compound), json.dumps([words("dau", name, **boost), joined])}

    def test_arabic_is_asked_in_arabic_terms(self, home: Page, server: RecordedServer, client: Client) -> None:
        arabic = translate(make_content_page(home, title="Rückkehr"), "ar", title="العودة الطوعية")
        server.requests.clear()
        assert titles(client, "/ar/bahth/", q="بالعودة") == ["العودة الطوعية"]
        (term,) = server.index(PAGES).documents[str(arabic.pk)]["title"].split()[:1]
        sent = json.dumps(server.searches()[0], ensure_ascii=False)
        assert f'"query": "{term}"' in sent
        assert f'"locale_id_filter": {arabic.locale_id}' in sent

    def test_phrases_and_exclusions(self, home: Page, server: RecordedServer, client: Client) -> None:
        make_content_page(home, title="Eins", body=text("Die freiwillige Rückkehr."))
        make_content_page(home, title="Zwei", body=text("Freiwillige helfen bei der Rückkehr."))
        make_content_page(home, title="Drei", body=text("Die freiwillige Rückkehr und die Ausreise."))
        server.requests.clear()
        assert sorted(titles(client, q='"freiwillige Rückkehr"')) == ["Drei", "Eins"]
        assert '{"match_phrase": {"_all_text": "freiwill ruckkehr"}}' in json.dumps(server.searches()[0])
        server.requests.clear()
        assert titles(client, q='"freiwillige Rückkehr" -Ausreise') == ["Eins"]
        assert {"terms": {"_all_text": ["ausreis"]}} in server.searches()[0]["query"]["bool"]["must_not"]

    def test_any_words_synonyms_and_other_spellings(self, home: Page, server: RecordedServer, client: Client) -> None:
        make_content_page(home, title="Resettlement", lead="Aufnahme aus dem Ausland")
        assert titles(client, q="resetlement") == ["Resettlement"]
        server.requests.clear()
        assert titles(client, q="Ausland Zebra") == ["Resettlement"]
        asked = server.searches()[0]["query"]["bool"]["must"]["bool"]["must"]["dis_max"]["queries"][0]
        either = [words("ausland", "_all_text"), words("auslandzebra", "_all_text")]
        assert asked == {"bool": {"should": [{"bool": {"should": either}}]}}

    def test_filters_and_dates(
        self, home: Page, server: RecordedServer, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        index = make_news_index(home)
        first = make_news(index, title="Hilfe eins", date=datetime.date(2023, 1, 1))
        make_news(index, title="Hilfe zwei", date=datetime.date(2025, 1, 1))
        make_news(index, title="Hilfe drei", date=datetime.date(2024, 1, 1))
        assert titles(client, q="Hilfe", sort="date") == ["Hilfe zwei", "Hilfe drei", "Hilfe eins"]
        assert server.searches()[-1]["sort"] == [{"search_date": {"order": "desc", "missing": "_last"}}]
        assert titles(client, q="Hilfe", year="2023") == ["Hilfe eins"]
        assert '"id_filter"' not in json.dumps(server.searches())
        # More matches than are looked at: the server is told which pages there are to choose from.
        monkeypatch.setattr(engine, "LIMIT", 2)
        monkeypatch.setattr(remote, "MOST", 2)
        assert titles(client, q="Hilfe", year="2023") == ["Hilfe eins"]
        assert f'"terms": {{"id_filter": [{first.pk}]}}' in json.dumps(server.searches()[-1])

    def test_only_real_pages_are_found_whatever_the_server_says(
        self, home: Page, server: RecordedServer, client: Client
    ) -> None:
        make_content_page(home, title="Resettlement Entwurf", live=False)
        page = make_content_page(home, title="Resettlement")
        make_content_page(home, title="Resettlement alt")
        server.index(PAGES).documents["999999"] = dict(server.index(PAGES).documents[str(page.pk)])
        Page.objects.filter(title="Resettlement alt").update(live=False)
        assert titles(client, q="Resettlement") == ["Resettlement"]

    def test_the_order_is_that_of_the_database(self, home: Page, server: RecordedServer) -> None:
        make_content_page(home, title="Hilfe für Familien", lead="Familien und Hilfe")
        make_content_page(home, title="Familien", body=text("Hilfe", "Rückkehr und Hilfe"))
        make_content_page(home, title="Rückkehrhilfe", body=text("Hilfe bei der Rückkehr von Familien."))
        make_content_page(home, title="Anderes", body=text("Von Hilfen ist einmal die Rede."))
        queries = ["Hilfe", "Familienhilfe", "Hilfe Familien", "Rückkehr Hilfe Familie", "Zebra Hilfe", "wie bekomme ich Hilfe?"]
        by_server = [service.search(service.Request(query, "de")).ids for query in queries]
        asked = len(server.requests)
        with override_settings(WAGTAILSEARCH_BACKENDS={"default": {"BACKEND": "search.backends.database"}}):
            by_database = [service.search(service.Request(query, "de")).ids for query in queries]
        assert by_server == by_database
        assert len(by_server[0]) == 4
        assert len(server.requests) == asked


@pytest.mark.once
class TestSearchOfWagtail:
    def test_words_are_asked_in_every_language(self, home: Page, server: RecordedServer) -> None:
        page = make_content_page(home, title="Familiennachzüge")
        server.requests.clear()
        assert [found.pk for found in Page.objects.live().search("Familiennachzug")] == [page.pk]
        (body,) = server.searches()
        sent = json.dumps(body["query"]["bool"]["must"])
        assert '"query": "familiennachzug"' in sent
        assert '"query": "famili nachzug"' in sent
        assert Page.objects.search("---").count is not None
        assert list(Page.objects.search("---")) == []

    def test_the_boxes_of_the_admin_find_beginnings_and_words(self, home: Page, server: RecordedServer) -> None:
        first = make_content_page(home, title="Rückkehr", body=text("Von den Häusern."))
        second = make_content_page(home, title="Familiennachzüge")
        assert [page.pk for page in Page.objects.autocomplete("rueck")] == [first.pk]
        assert [page.pk for page in Page.objects.autocomplete("Haus")] == [first.pk]
        assert [page.pk for page in Page.objects.autocomplete("Familiennachz")] == [second.pk]
        (beginning, in_text) = server.searches()[-1]["query"]["bool"]["must"]["bool"]["should"]
        assert beginning == {
            "constant_score": {
                "filter": {"match": {"_edgengrams": {"query": "familiennachz", "operator": "and"}}},
                "boost": 1000,
            }
        }
        assert "familiennachz" in json.dumps(in_text)


class TestServerDown:
    @pytest.fixture(params=PRODUCTS)
    def nobody(self, request: pytest.FixtureRequest) -> Iterator[None]:
        """Name a server that nobody runs."""
        with chosen(request.param, f"http://127.0.0.1:{free_port()}"):
            yield

    def test_the_database_answers_and_the_server_is_left_alone_for_a_while(
        self, nobody: None, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        logging.getLogger("modelsearch").setLevel(logging.CRITICAL)
        make_content_page(make_home(), title="Resettlement")
        assert titles(client, q="Resettlement") == ["Resettlement"]
        assert titles(client, q="Resettlement") == ["Resettlement"]
        said = [record for record in caplog.records if record.name == remote.__name__]
        assert [record.levelname for record in said] == ["WARNING"]
        cache.clear()
        assert titles(client, q="Resettlement") == ["Resettlement"]
        assert len([record for record in caplog.records if record.name == remote.__name__]) == 2

    def test_pages_are_saved_and_the_portal_starts(self, nobody: None, client: Client) -> None:
        page = make_content_page(make_home(), title="Resettlement")
        page.title = "Umsiedlung"
        publish(page)
        Document.objects.all().delete()
        said: list[str] = []
        bring_index_up_to_date(said.append)
        assert said[-1] == "The search server does not answer: the database searches until the portal is started again."
        assert titles(client, q="Umsiedlung") == ["Umsiedlung"]
        # The next start tries again.
        assert not indexing.is_current()

    def test_an_index_that_is_missing_or_slow_is_no_error(
        self, server: RecordedServer, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_content_page(make_home(), title="Resettlement")
        server.aliases.clear()
        assert titles(client, q="Resettlement") == ["Resettlement"]

    def test_it_is_current_once_the_last_of_its_indexes_is_there(self, server: RecordedServer, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who ended the command in between is given all of them by the next start, and not the pages alone."""
        made = [one.path for one in server.sent("PUT", "/portal_*") if one.path.count("/") == 1]
        assert len(made) > 1
        last, answer = made[-1].rpartition("_")[0], server.answer
        assert last != f"/{PAGES}"

        def without_the_last(one: Recorded) -> dict:
            if one.method == "PUT" and one.path.startswith(last):
                raise Refused(400, "no room")
            return answer(one)

        IndexVersion.objects.all().delete()
        with monkeypatch.context() as patched:
            patched.setattr(server, "answer", without_the_last)
            with pytest.raises(Exception, match="no room"):
                call_command("update_index", verbosity=0)
        assert not indexing.is_current()
        call_command("update_index", verbosity=0)
        assert indexing.is_current()

    def test_another_server_is_given_the_pages_at_the_next_start(self, server: RecordedServer) -> None:
        page = make_content_page(make_home(), title="Resettlement")
        assert indexing.is_current()
        with recorded_server(server.product) as other, chosen(server.product, other.url):
            assert not indexing.is_current()
            bring_index_up_to_date(lambda _text: None)
            assert str(page.pk) in other.index(PAGES).documents
            assert indexing.is_current()
