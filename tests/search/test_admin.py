"""What editors and translators do for the search, and find in the admin."""

from __future__ import annotations

import csv
import datetime
import io

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale, Page

from search import log, maintained
from search.models import AskedQuery, BlockedSuggestion, Click, PromotedResult, Synonyms
from search.service import Request, search
from tests.builders import make_content_page, make_home, translate
from translation import roles

pytestmark = pytest.mark.django_db


def sign_in(client: Client, group: str = "") -> Client:
    user = get_user_model().objects.create_user("person", password="x", is_superuser=not group)
    if group:
        user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return client


@pytest.fixture
def home() -> Page:
    home = make_home()
    page = make_content_page(home, title="Familiennachzug", body=[("text", "<p>Angehörige beantragen Visa.</p>")])
    translate(page, title="Family reunification")
    roles.set_up_roles()
    return home


def add_url(model: type) -> str:
    return reverse(model.snippet_viewset.get_url_name("add"))


def locale(code: str) -> Locale:
    return Locale.objects.get(language_code=code)


class TestSynonyms:
    def test_an_editor_adds_some_and_visitors_find_more(self, client: Client, home: Page) -> None:
        sign_in(client, "Redaktion")
        response = client.post(
            add_url(Synonyms), {"expressions": "Angehörige\nVerwandte", "locale": locale("de").pk}, follow=True
        )
        assert response.status_code == 200
        assert Synonyms.objects.get().locale.language_code == "de"
        assert search(Request("verwandter", "de")).total == 1

    @pytest.mark.parametrize("expressions", ["", "eins", "eins\nEINS", "eins\n" + "x" * 101])
    def test_what_is_no_set_is_refused_at_the_field(self, client: Client, home: Page, expressions: str) -> None:
        sign_in(client, "Redaktion")
        response = client.post(add_url(Synonyms), {"expressions": expressions})
        assert response.status_code == 200
        assert not Synonyms.objects.exists()
        assert BeautifulSoup(response.content, "html.parser").select_one("#panel-child-expressions-errors, .w-field__errors p")

    def test_a_translator_keeps_those_of_one_language(self, client: Client, home: Page) -> None:
        german = Synonyms.objects.create(locale=locale("de"), expressions="a\nb")
        english = Synonyms.objects.create(locale=locale("en"), expressions="c\nd")
        sign_in(client, "Übersetzung Englisch")
        edit = Synonyms.snippet_viewset.get_url_name("edit")
        client.post(reverse(edit, args=[german.pk]), {"expressions": "x\ny"})
        client.post(reverse(edit, args=[english.pk]), {"expressions": "x\ny"})
        german.refresh_from_db()
        english.refresh_from_db()
        assert (german.expressions, english.expressions.split()) == ("a\nb", ["x", "y"])

    def test_the_first_ones_are_made_once(self, home: Page) -> None:
        assert maintained.load_initial_synonyms() > 50
        number = Synonyms.objects.count()
        Synonyms.objects.first().delete()
        assert maintained.load_initial_synonyms() == 0
        assert Synonyms.objects.count() == number - 1
        for synonyms in Synonyms.objects.all():
            synonyms.full_clean()


class TestPromotedResults:
    def post(self, client: Client, page: Page, code: str) -> object:
        values = {"queries": "Familie nachholen", "page": page.pk, "locale": locale(code).pk, "text": "", "sort_order": 0}
        return client.post(add_url(PromotedResult), values)

    def test_the_page_is_taken_in_the_language_of_the_result(self, client: Client, home: Page) -> None:
        sign_in(client)
        self.post(client, Page.objects.get(title="Familiennachzug"), "en")
        assert PromotedResult.objects.get().page.title == "Family reunification"
        promoted = search(Request("nachholen Familie", "en")).promoted
        assert [hit.page.title for hit in promoted] == ["Family reunification"]

    def test_a_page_that_cannot_be_read_there_is_refused(self, client: Client, home: Page) -> None:
        sign_in(client)
        response = self.post(client, Page.objects.get(title="Familiennachzug"), "uk")
        assert "This page cannot be read in this language yet." in response.content.decode() or (
            "Diese Seite ist in dieser Sprache noch nicht zu lesen." in response.content.decode()
        )
        assert not PromotedResult.objects.exists()

    def test_somebody_elses_language_is_refused(self, client: Client, home: Page) -> None:
        sign_in(client, "Übersetzung Englisch")
        self.post(client, Page.objects.get(title="Familiennachzug"), "de")
        assert not PromotedResult.objects.exists()
        self.post(client, Page.objects.get(title="Familiennachzug"), "en")
        assert PromotedResult.objects.count() == 1


def test_blocked_suggestions(client: Client, home: Page) -> None:
    sign_in(client, "Redaktion")
    client.post(add_url(BlockedSuggestion), {"text": "Visa", "locale": locale("de").pk})
    assert maintained.is_blocked("viele visa", "de")
    assert not maintained.is_blocked("viele visa", "en")


class TestReport:
    @pytest.fixture(autouse=True)
    def asked(self, home: Page) -> None:
        today = timezone.localdate()
        page = Page.objects.get(title="Familiennachzug")
        for query, language, days, searches, results, step in [
            ("familie", "de", 1, 3, 4, "all"),
            ("familie", "de", 0, 2, 5, "all"),
            ("familie", "en", 0, 1, 0, "none"),
            ("quantenphysik", "de", 0, 7, 0, "none"),
            ("=1+1", "de", 0, 1, 1, "any"),
        ]:
            AskedQuery.objects.create(
                day=today - datetime.timedelta(days=days),
                language=language,
                query=query,
                searches=searches,
                results=results,
                step=step,
            )
        Click.objects.create(day=today, language="de", query="familie", page=page, clicks=2, positions=6)

    def rows(self, client: Client, **query: str) -> list[list[str]]:
        response = client.get(reverse("search_report"), query)
        assert response.status_code == 200
        table = BeautifulSoup(response.content, "html.parser").select("table.listing tbody tr")
        return [[" ".join(cell.get_text().split()) for cell in row.select("td")][:8] for row in table]

    def test_queries_with_their_numbers_the_most_frequent_first(self, client: Client) -> None:
        sign_in(client, "Redaktion")
        rows = self.rows(client)
        assert [(row[0], row[1], row[2], row[3]) for row in rows][:3] == [
            ("quantenphysik", "Deutsch", "7", "0"),
            ("familie", "Deutsch", "5", "5"),
            ("=1+1", "Deutsch", "1", "1"),
        ]
        today = timezone.localdate()
        assert rows[0][5:] == ["0", "–", f"{today:%d.%m.%Y}"]
        assert rows[1][5:] == ["2", "3,0", f"{today:%d.%m.%Y}"]

    def test_filters(self, client: Client) -> None:
        sign_in(client, "Redaktion")
        assert {row[0] for row in self.rows(client, outcome="nothing")} == {"quantenphysik", "familie"}
        assert {row[0] for row in self.rows(client, outcome="nothing", language="de")} == {"quantenphysik"}
        assert {row[0] for row in self.rows(client, outcome="not_opened")} == {"=1+1"}
        assert {row[0] for row in self.rows(client, q="quanten")} == {"quantenphysik"}
        today = timezone.localdate().isoformat()
        familie = next(row for row in self.rows(client, day_from=today, language="de") if row[0] == "familie")
        assert familie[2] == "2"

    def test_export(self, client: Client) -> None:
        sign_in(client, "Redaktion")
        content = b"".join(client.get(reverse("search_report"), {"export": "csv"}).streaming_content).decode()
        table = list(csv.reader(io.StringIO(content)))
        assert len(table) == 5
        assert table[1][:3] == ["quantenphysik", "de", "7"]
        assert client.get(reverse("search_report"), {"export": "xlsx"}).status_code == 200

    def test_a_link_leads_to_the_filled_form(self, client: Client) -> None:
        sign_in(client)
        soup = BeautifulSoup(client.get(reverse("search_report")).content, "html.parser")
        links = [link["href"] for link in soup.select("table.listing tbody tr")[0].select("td:last-child a")]
        synonyms = BeautifulSoup(client.get(links[0]).content, "html.parser")
        assert synonyms.select_one("textarea[name=expressions]").get_text().strip() == "quantenphysik"
        promoted = BeautifulSoup(client.get(links[1]).content, "html.parser")
        assert promoted.select_one("textarea[name=queries]").get_text().strip() == "quantenphysik"
        assert promoted.select_one("select[name=locale] option[selected]").get_text() == "Deutsch"

    def test_only_who_may_sees_it(self, client: Client) -> None:
        Group.objects.get(name="Redaktion").permissions.remove(
            *Group.objects.get(name="Redaktion").permissions.filter(codename="view_askedquery")
        )
        sign_in(client, "Redaktion")
        assert client.get(reverse("search_report")).status_code == 302
        assert reverse("search_report") not in client.get(reverse("wagtailadmin_home")).content.decode()

    def test_what_is_old_is_deleted(self, settings: object) -> None:
        settings.SEARCH_LOG_DAYS = 1
        AskedQuery.objects.create(day=datetime.date(2020, 1, 1), language="de", query="alt")
        assert log.delete_old() == 1
        assert not AskedQuery.objects.filter(query="alt").exists()
        AskedQuery.objects.create(day=datetime.date(2020, 1, 1), language="de", query="alt")
        call_command("delete_old_searches")
        assert not AskedQuery.objects.filter(query="alt").exists()


class TestAdminSearch:
    def found(self, client: Client, address: str, query: str) -> str:
        response = client.get(address, {"q": query})
        assert response.status_code == 200
        return response.content.decode()

    @pytest.mark.parametrize(
        ("query", "title"),
        [
            ("Familien", "Familiennachzug"),
            ("famil", "Familiennachzug"),
            ("nachzug", "Familiennachzug"),
            ("Angehöriger", "Familiennachzug"),
            ("angehoerige", "Familiennachzug"),
            ("reunification", "Family reunification"),
            ("reunif", "Family reunification"),
        ],
    )
    def test_pages_of_any_language_are_found_by_title_and_text(
        self, client: Client, home: Page, query: str, title: str
    ) -> None:
        sign_in(client)
        assert title in self.found(client, reverse("wagtailadmin_pages:search"), query)
        assert title in self.found(client, reverse("wagtailadmin_choose_page_search"), query)

    def test_ukrainian_and_arabic_words_in_all_their_forms(self, client: Client, home: Page) -> None:
        page = make_content_page(home, title="Hilfe")
        translate(page, "uk", title="Допомога біженцям")
        translate(page, "ar", title="المساعدة على العودة")
        sign_in(client)
        assert "Допомога біженцям" in self.found(client, reverse("wagtailadmin_pages:search"), "біженці")
        assert "المساعدة على العودة" in self.found(client, reverse("wagtailadmin_pages:search"), "عودة")

    def test_drafts_too(self, client: Client, home: Page) -> None:
        make_content_page(home, title="Entwurf", live=False, lead="Geheimes über Delfine.")
        sign_in(client)
        assert "Entwurf" in self.found(client, reverse("wagtailadmin_pages:search"), "delfin")

    @pytest.mark.parametrize("query", ['"', "a:b", "Migrant:innen", "(", "*", "x" * 3000, "a'b", "%", "NEAR(", "wort " * 3000])
    def test_odd_input_is_answered(self, client: Client, home: Page, query: str) -> None:
        sign_in(client)
        for name in ("wagtailadmin_pages:search", "wagtailimages:index", "wagtaildocs:index"):
            assert client.get(reverse(name), {"q": query}).status_code == 200
        # Wagtail would take the colon for a filter and list everything.
        assert client.get(reverse("wagtailadmin_pages:search"), {"q": "Migrant:innen"}).context["object_list"].count() == 0


class TestSearchApi:
    """`Page.objects.search` and its relatives stay what they are."""

    def titles(self, *args: object, **options: object) -> list[str]:
        return [page.title for page in Page.objects.search(*args, **options)]

    def test_queries_of_wagtail(self, home: Page) -> None:
        from wagtail.search.query import MATCH_ALL, And, Boost, Not, Or, Phrase, PlainText

        make_content_page(home, title="Visum", body=[("text", "<p>Der Nachzug der Familie dauert.</p>")])
        assert set(self.titles("Familien Nachzug")) == {"Familiennachzug", "Visum"}
        assert self.titles(Phrase("Nachzug der Familien")) == ["Visum"]
        assert "Visum" not in self.titles(And([PlainText("Familien"), Not(PlainText("dauern"))]))
        assert set(self.titles(Or([PlainText("Visa"), Boost(PlainText("dauern"), 2.0)]))) >= {"Familiennachzug", "Visum"}
        assert len(self.titles(MATCH_ALL)) == Page.objects.count()
        assert self.titles("Visum", fields=["title"]) == ["Visum"]
        assert self.titles("wort -?!", operator="or") == []
        assert self.titles("reunification", operator="or") == ["Family reunification"]

    def test_order_count_slices_facets_and_scores(self, home: Page) -> None:
        for number in range(5):
            make_content_page(home, title=f"Seite {number}", body=[("text", "<p>Visum, Visum.</p>")])
        make_content_page(home, title="Visum")
        found = Page.objects.live().search("Visum")
        assert found.count() == 7
        assert found[0].title == "Visum"
        assert [page.title for page in found[0:2]][0] == "Visum"
        scores = [page.score for page in found.annotate_score("score")]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] > scores[1] > 0
        assert sum(found.facet("content_type_id").values()) == 7
        assert [page.title for page in Page.objects.order_by("title").search("Visum", order_by_relevance=False)][0] == (
            "Familiennachzug"
        )

    def test_beginnings(self, home: Page) -> None:
        assert [page.title for page in Page.objects.autocomplete("famil")][0] in {"Familiennachzug", "Family reunification"}
        assert len(Page.objects.autocomplete("famil")) == 2
        assert list(Page.objects.autocomplete("")) == []
        assert list(Page.objects.autocomplete('"')) == []


@pytest.mark.parametrize(("typed", "found"), [("Famil", "Familiennachzug"), ("Visa", "Familiennachzug"), ("Zwiebel", None)])
def test_pages_are_found_by_beginnings_and_words_with_one_question_to_the_index(home: Page, typed: str, found: str | None) -> None:
    """Of two that are joined by OR PostgreSQL would ask every page that there is."""
    with CaptureQueriesContext(connection) as queries:
        pages = list(Page.objects.filter(locale=locale("de")).autocomplete(typed, order_by_relevance=False))
    assert [page.title for page in pages] == [found] * (found is not None)
    [sql] = [query["sql"] for query in queries if "indexentry" in query["sql"]]
    assert sql.count("FROM \"wagtailsearch_indexentry\"") == 1
