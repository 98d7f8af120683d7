"""Menu and site map are built from the pages that they show; what they cost does not grow with the others."""

from __future__ import annotations

from importlib import import_module

import pytest
from bs4 import BeautifulSoup
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.db.models import Q
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.models import Page

from home.models import ContentPage, HomePage
from portal import changes, navigation
from portal.language.languages import languages_by_code
from portal.pages import readers
from portal.pages.readers import Reader
from tests.builders import (
    make_alias,
    make_content_page,
    make_news,
    make_news_index,
    make_section,
    publish,
    translate,
)

pytestmark = pytest.mark.django_db


def german(title: str) -> Page:
    return Page.objects.get(title=title, locale__language_code="de")


def outline(tree: list[navigation.SiteMapNode]) -> list[tuple[str, list]]:
    return [(node.title, outline(node.children)) for node in tree]


def cold_menu() -> tuple[int, int]:
    """Return how many queries a menu costs that is built, and how many rows they return."""
    changes.announce(changes.EVERYTHING)
    with CaptureQueriesContext(connection) as captured:
        navigation.menu()
    rows = 0
    for query in captured:
        with connection.cursor() as cursor:
            cursor.execute(query["sql"])
            rows += len(cursor.fetchall())
    return len(captured), rows


def add_unshown(section: Page, count: int) -> None:
    """Add rows of live pages below a section that no menu shows, as a portal of years has them."""
    last = max(Page.objects.filter(path__startswith=section.path, depth=section.depth + 1).values_list("path", flat=True))
    begin = Page._str2int(last[-Page.steplen :]) + 1
    Page.objects.bulk_create(
        Page(
            title=f"Andere {number}", draft_title=f"Andere {number}", slug=f"andere-{number}", live=True, show_in_menus=False,
            path=Page._get_path(section.path, section.depth + 1, number), depth=section.depth + 1, locale=section.locale,
            content_type=section.content_type, url_path=f"{section.url_path}andere-{number}/",
        )
        for number in range(begin, begin + count)
    )  # fmt: skip


@pytest.mark.once
def test_a_menu_costs_the_same_whatever_else_there_is(home: HomePage) -> None:
    section = make_section(home)
    translate(make_content_page(section, title="Resettlement"), "en")
    make_news(make_news_index(home))
    add_unshown(section, 20)
    cold_menu()  # what is read once a process
    cost = cold_menu()
    before = navigation.menu()
    assert [link.title for link in before[0].links] == ["Resettlement"]
    add_unshown(section, 480)
    assert Page.objects.filter(path__startswith=section.path, depth=section.depth + 1, show_in_menus=False).count() == 500
    assert cold_menu() == cost
    assert navigation.menu() == before


def test_the_pages_of_a_menu_are_read_from_an_index_of_their_own(home: HomePage) -> None:
    section = make_section(home)
    make_content_page(section, title="Resettlement")
    add_unshown(section, 480)
    if connection.vendor == "postgresql":
        # It plans by what it knows of the table, and reads a small one as a whole.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE wagtailcore_page")
    pages = Page.objects.filter(show_in_menus=True, locale_id__in=[1, 2], depth__in=range(3, 5))
    assert "portal_menu_pages" in pages.values("translation_key").explain()


def test_the_menu_shows_what_the_text_behind_it_says(home: HomePage) -> None:
    """A fallback is in the menu if the German page is, whatever its own row says."""
    page = make_content_page(make_section(home), title="Resettlement")
    alias = make_alias(page, "uk")
    Page.objects.filter(pk=alias.pk).update(show_in_menus=False)
    hidden = make_content_page(german("Unsere Arbeit"), title="Versteckt", show_in_menus=False)
    Page.objects.filter(pk=make_alias(hidden, "uk").pk).update(show_in_menus=True)
    changes.announce(changes.EVERYTHING)
    with translation.override("uk"):
        assert [link.title for link in navigation.menu()[0].links] == ["Resettlement"]


def test_an_address_is_found_in_an_index(home: HomePage) -> None:
    section = make_section(home)
    make_content_page(section, title="Resettlement")
    add_unshown(section, 480)
    found = Page.objects.filter(url_path=section.url_path, locale_id=section.locale_id)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE wagtailcore_page")
        in_any_case = Page.objects.filter(Q(url_path__iexact=section.url_path) | Q(url_path=section.url_path), locale_id=section.locale_id)
        assert "portal_page_any_case" in in_any_case.explain()
    assert "portal_page_address" in found.explain()


@pytest.mark.parametrize("name", ["portal_menu_pages", "portal_page_address", "portal_page_expiry"])
def test_the_indexes_of_pages_are_there_after_each_migration(home: HomePage, name: str) -> None:
    """Where SQLite makes a table anew, it makes those indexes that the models of Wagtail know."""
    # PostgreSQL makes no index while it has to check what was written in this transaction.
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {name}")
        assert name not in connection.introspection.get_constraints(cursor, Page._meta.db_table)
        emit_post_migrate_signal(0, False, "default")
        assert name in connection.introspection.get_constraints(cursor, Page._meta.db_table)


class TestSiteMap:
    @pytest.fixture
    def deep(self, home: HomePage) -> ContentPage:
        """Return the last of a branch of five levels below the home page, in German and English, the last as a draft in Ukrainian."""
        page = make_section(home)
        for title in ("Zwei", "Drei", "Vier", "Fünf"):
            page = make_content_page(page, title=title)
        make_content_page(german("Unsere Arbeit").specific, title="Entwurf", live=False)
        make_content_page(german("Unsere Arbeit").specific, title="Ohne weitere")
        translate(page, "en")
        make_alias(page, "uk")
        return page

    def test_it_shows_two_levels_and_says_where_there_are_more(self, deep: ContentPage) -> None:
        tree = navigation.site_map()
        assert outline(tree) == [("Unsere Arbeit", [("Zwei", []), ("Ohne weitere", [])])]
        zwei, other = tree[0].children
        assert (zwei.more, other.more, tree[0].more) == (f"?below={german('Zwei').pk}", "", "")

    def test_further_levels_open_by_address_until_the_last(self, deep: ContentPage) -> None:
        seen, query = [], ""
        for _ in range(4):
            tree = navigation.site_map(QueryDict(query.lstrip("?")))
            seen.append(outline(tree))
            nodes = list(tree)
            while nodes and not (query := next((node.more for node in nodes if node.more), "")):
                nodes = [child for node in nodes for child in node.children]
            if not query:
                break
        assert seen[1:] == [[("Zwei", [("Drei", [("Vier", [])])])], [("Vier", [("Fünf", [])])]]

    def test_what_names_no_page_opens_the_whole_map(self, deep: ContentPage) -> None:
        for value in ("", "abc", "-1", "0", "99999999", "9" * 30, "１２", "1 OR 1"):
            parameters = QueryDict(mutable=True)
            parameters["below"] = value
            assert navigation.site_map(parameters) == navigation.site_map(), value

    def test_one_address_opens_the_same_branch_in_every_language(self, deep: ContentPage, client: Client) -> None:
        page = make_content_page(HomePage.objects.get(locale__language_code="de"), title="Übersicht", body=[("site_map", None)])
        translate(page, "en", title="Overview")
        make_alias(page, "uk")
        page_id = german("Zwei").pk
        addresses = {"de": "/de/uebersicht/", "en": "/en/overview/", "uk": "/uk/uebersicht/"}
        found = {}
        for code, address in addresses.items():
            soup = BeautifulSoup(client.get(f"{address}?below={page_id}").content, "html.parser")
            found[code] = [link["href"] for link in soup.select("main .site-map a")]
            switch = {link["href"] for link in soup.select(".lang__list a")}
            assert {f"{target}?below={page_id}" for other, target in addresses.items() if other != code} <= switch
        slugs = {code: [href.rstrip("/").rpartition("/")[2] for href in hrefs] for code, hrefs in found.items()}
        assert {code: len(hrefs) for code, hrefs in slugs.items()} == {"de": 4, "en": 4, "uk": 4}
        assert slugs["de"][:3] == slugs["uk"][:3] == ["zwei", "drei", "vier"]

    def test_a_private_branch_and_what_is_below_it_are_nowhere(self, deep: ContentPage) -> None:
        drei = german("Drei")
        drei.view_restrictions.create(restriction_type="login")
        # It answers as one that is not there.
        assert navigation.site_map(QueryDict(f"below={drei.pk}")) == navigation.site_map()
        assert [node.more for node in navigation.site_map()[0].children] == ["", ""]

    @pytest.mark.once
    def test_it_costs_the_same_whatever_lies_deeper(self, deep: ContentPage) -> None:
        def cost() -> int:
            changes.announce(changes.EVERYTHING)
            with CaptureQueriesContext(connection) as captured:
                navigation.site_map()
            return len(captured)

        cost()  # what is read once a process
        before = cost()
        parent = german("Vier").specific
        for number in range(20):
            make_content_page(parent, title=f"Tief {number}")
            parent = Page.objects.get(pk=parent.pk).specific
        publish(german("Zwei").specific)
        assert cost() == before

    def test_of_a_long_list_the_map_shows_the_list_alone(self, home: HomePage, monkeypatch: pytest.MonkeyPatch) -> None:
        index = make_news_index(home)
        section = make_section(home)
        for number in range(3):
            translate(make_news(index, title=f"Meldung {number}"), "en", title=f"Item {number}")
            make_content_page(section, title=f"Seite {number}")
        for most, shown in ((3, 3), (2, 0)):
            monkeypatch.setattr(import_module("portal.navigation.site_map"), "MOST_LISTED", most)
            changes.announce(changes.EVERYTHING)
            below = {code: [(f"{word} {number}", []) for number in range(shown)] for code, word in (("de", "Meldung"), ("en", "Item"))}
            pages = [(f"Seite {number}", []) for number in range(3)]
            assert outline(navigation.site_map()) == [("Aktuelles", below["de"]), ("Unsere Arbeit", pages)]
            assert outline(navigation.site_map(QueryDict(f"below={index.pk}"))) == [("Aktuelles", below["de"])]
            assert [node.more for node in navigation.site_map()] == ["", ""]
            with translation.override("en"), readers.answering(Reader(languages_by_code()["en"])):
                assert outline(navigation.site_map()) == [("EN Aktuelles", below["en"])]
