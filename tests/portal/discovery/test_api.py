"""The read API: real versions of all languages, nothing hidden, nothing that breaks it."""

from __future__ import annotations

import itertools

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, PageViewRestriction

from home.models import ContentPage, HomePage
from portal import changes
from tests.builders import (
    make_alias,
    make_content_page,
    make_news,
    make_news_index,
    make_section,
    submit,
    translate,
)

pytestmark = pytest.mark.django_db

PAGES = "/api/v2/pages/"


def titles(client: Client, query: str = "") -> list[str]:
    response = client.get(f"{PAGES}?{query}")
    assert response.status_code == 200, response.content
    return [item["title"] for item in response.json()["items"]]


def test_lists_and_pages(client: Client, home: HomePage) -> None:
    page = make_content_page(make_section(home), title="Rückkehr")
    english = translate(page, "en", title="Return")
    arabic = translate(page, "ar", title="عودة")
    expected = [
        {"locale": "de", "id": page.pk, "html_url": "http://testserver/de/unsere-arbeit/rueckkehr/"},
        {"locale": "en", "id": english.pk, "html_url": f"http://testserver{english.get_url()}"},
        {"locale": "ar", "id": arabic.pk, "html_url": f"http://testserver{arabic.get_url()}"},
    ]
    for version, title in ((page, "Rückkehr"), (english, "Return"), (arabic, "عودة")):
        listed = client.get(f"{PAGES}?translation_of={page.pk}").json()["items"]
        response = client.get(f"{PAGES}{version.pk}/")
        found = response.json()
        assert found["title"] == title
        assert found["translations"] == expected
        assert found["meta"]["locale"] == version.locale.language_code
        assert found["meta"]["html_url"] == f"http://testserver{version.get_url()}"
        assert found["meta"]["detail_url"] == f"http://testserver{PAGES}{version.pk}/"
        assert version == page or next(item for item in listed if item["id"] == version.pk)["translations"] == expected
    for entry in expected:
        assert client.get(entry["html_url"].removeprefix("http://testserver")).status_code == 200


def test_lists_are_filtered_and_found(client: Client, home: HomePage) -> None:
    section = make_section(home)
    page = make_content_page(section, title="Rückkehr und Neuanfang")
    translate(page, "en", title="Return and new start")
    make_news(make_news_index(home), title="Meldung")
    assert set(titles(client, "locale=en")) == {"EN Startseite", "EN Unsere Arbeit", "Return and new start"}
    assert titles(client, f"child_of={section.pk}") == ["Rückkehr und Neuanfang"]
    assert set(titles(client, "child_of=root")) == {"Unsere Arbeit", "Aktuelles"}
    assert titles(client, f"ancestor_of={page.pk}") == ["Startseite", "Unsere Arbeit"]
    assert titles(client, "type=news.NewsPage") == ["Meldung"]
    assert titles(client, "slug=unsere-arbeit") == ["Unsere Arbeit"]
    assert titles(client, "search=neuanfang") == ["Rückkehr und Neuanfang"]
    assert titles(client, "search=new+start&locale=en") == ["Return and new start"]
    assert titles(client, "search=return&type=home.ContentPage&order=-title") == ["Return and new start"]
    assert titles(client, "limit=1&offset=1&order=id&locale=de") == ["Unsere Arbeit"]
    found = client.get(f"{PAGES}find/?html_path=/de/unsere-arbeit/")
    assert found.status_code == 302
    assert found["Location"].endswith(f"{PAGES}{section.pk}/?")
    assert client.get(f"{PAGES}find/?html_path=/en/en-unsere-arbeit/return-and-new-start/").status_code == 302
    assert client.get(f"{PAGES}find/?html_path=/uk/").status_code == 404


def hidden_pages(home: HomePage) -> list[Page]:
    """Return one page of each kind that nobody may find."""
    english_home = translate(home, "en", title="Home")
    private = make_content_page(home, title="Geheim geschlossen")
    below = make_content_page(private, title="Geheim darunter")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    taken_back = make_content_page(home, title="Geheim zurückgezogen")
    taken_back.unpublish()
    begun = make_content_page(home, title="Begonnen")
    translation = submit(begun, "en")
    translation.source.create_or_update_translation(translation.target_locale, publish=False, fallback=True)
    return [
        private,
        below,
        taken_back,
        make_content_page(home, title="Geheim entworfen", live=False),
        make_alias(make_content_page(home, title="Alias"), "en"),
        begun.get_translation(english_home.locale),
        Page.get_first_root_node(),
    ]


def test_lists_of_a_kind(client: Client, home: HomePage) -> None:
    index = make_news_index(home)
    translate(make_news(index, "Meldung"), "en", title="Item")
    make_news(index, "Entwurf", live=False)
    make_news(index, "Offline").unpublish()
    PageViewRestriction.objects.create(page=make_news(index, "Geheim"), restriction_type="login")
    make_content_page(make_section(home), title="Seite")
    assert titles(client, "kind=news") == ["Meldung", "Item"]
    assert titles(client, "kind=news&locale=en") == ["Item"]
    assert titles(client, "kind=news&search=Meldung") == ["Meldung"]
    for kind in ("", "page", "statement", "kind"):
        response = client.get(f"{PAGES}?kind={kind}")
        kinds = "dataset, event, goal, news, office, project, publication, service, tender, theme, vacancy"
        assert (response.status_code, response.json()) == (400, {"message": f"kind must be one of: {kinds}"})


def test_nothing_hidden_can_be_found(client: Client, home: HomePage) -> None:
    hidden = hidden_pages(home)
    admin = get_user_model().objects.create_superuser("admin", "admin@example.org", "secret")
    for signed_in in (False, True):
        if signed_in:
            client.force_login(admin)
        listed = {item["id"] for item in client.get(f"{PAGES}?fields=*").json()["items"]}
        for page in hidden:
            assert page.pk not in listed
            assert client.get(f"{PAGES}{page.pk}/").status_code == 404
            assert titles(client, f"id={page.pk}") == []
            assert titles(client, f"slug={page.slug}&locale={page.locale.language_code}") in ([], ["Home"])
            assert client.get(f"{PAGES}find/?id={page.pk}").status_code == 404
            if not page.is_root():
                assert client.get(f"{PAGES}find/", {"html_path": page.get_url() or "/"}).status_code == 404
            for name in ("child_of", "descendant_of", "ancestor_of", "translation_of"):
                unknown = client.get(f"{PAGES}?{name}=999999")
                answer = client.get(f"{PAGES}?{name}={page.pk}")
                assert (answer.status_code, answer.content) == (unknown.status_code, unknown.content) == (400, unknown.content)
        assert titles(client, "search=geheim") == []
        assert [item["locale"] for item in client.get(f"{PAGES}?slug=begonnen").json()["items"][0]["translations"]] == ["de"]


ODD_VALUES = [
    "%00", "a%00b", "%ff", "%ed%a0%80", "", "%20", "-1", "0", "99999999999999999999", "9" * 400, "1.5", "1e5", "%D9%A1", "root",
    "random", "-", "--title", "title,title", "random,title", "*", "_", "(", ")", "a(", "*(*)", "a(b(c", "(" * 150, "a(" * 90,
    "parent(title)", "locale(*)", "translations(*)", "-title", "'", '"', '"a', "a'", "a:b", "live:true", "*:*", "AND", "OR OR",
    "NOT", "NEAR(a b)", "a*", "^a", "{", "\\", "%25", "%F0%9F%99%82", "null", "None", "true", "maybe", "2024-01-01",
    "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "2024-13-45", "de", "xx", "auth.User", "portal.BasePage", "a.b.c",
    "wagtailcore.Page", "news.NewsPage,home.HomePage", ",", "/", "/de", "/de/%00/", "//", "../..", "http://x/", "xml", "api",
]  # fmt: skip
PARAMETERS = [
    "limit", "offset", "id", "title", "slug", "show_in_menus", "first_published_at", "search_description", "fields", "order",
    "search", "search_operator", "search=a&search_operator", "search=a&order", "type", "locale", "site", "child_of",
    "descendant_of", "ancestor_of", "translation_of", "rich_text_format", "format", "_", "html_path", "unknown", "parent",
    "translations", "alias_of", "owner", "search=a&type",
]  # fmt: skip


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_odd_values(client: Client, home: HomePage, parameter: str) -> None:
    make_news(make_news_index(home))
    for path, value in itertools.product(("", "find/", f"{home.pk}/"), ODD_VALUES):
        response = client.get(f"{PAGES}{path}?{parameter}={value}")
        assert response.status_code in {200, 302, 400, 404}, (path, parameter, value)
        if response.status_code != 302:
            response.json()
        if "%00" in value:
            assert response.status_code == 400, (path, parameter, value)


def test_what_is_refused(client: Client, home: HomePage) -> None:
    for query in (
        "limit=21", "limit=-1", "offset=" + "9" * 20, "order=random", "order=owner", "fields=unknown", "fields=alias_of",
        "site=testserver", "%00=1", "search=a&search_operator=xor", "search=a&order=slug", "first_published_at=abc",
        "child_of=0x1", "ancestor_of=root", "title=" + "x" * 201,
    ):  # fmt: skip
        response = client.get(f"{PAGES}?{query}")
        assert response.status_code == 400, query
        assert response.json()["message"]


def test_read_only_and_without_cookies(client: Client, home: HomePage) -> None:
    for path in (PAGES, f"{PAGES}{home.pk}/", f"{PAGES}find/"):
        for method in ("post", "put", "patch", "delete"):
            response = getattr(Client(enforce_csrf_checks=True), method)(path)
            assert response.status_code == 405
            response.json()
        assert client.options(path).status_code == 200
    response = client.get(PAGES, headers={"authorization": "Basic eHg6eHg=", "accept-language": "ar"})
    assert response.status_code == client.head(PAGES).status_code == 200
    assert response["Cache-Control"] == "public, max-age=60"
    assert response["Content-Type"] == "application/json"
    assert "ookie" not in response.get("Vary", "")
    assert not response.cookies
    assert response["Content-Language"] == client.get(PAGES)["Content-Language"]
    assert "max-age" not in client.get(f"{PAGES}?limit=-1").get("Cache-Control", "")


@pytest.mark.parametrize("path", ["", "nothing/", "pages/abc/", f"pages/{'9' * 30}/", "pages/1/2/", "images/", "documents/"])
def test_what_is_not_there_is_answered_as_json(client: Client, home: HomePage, path: str) -> None:
    for method in ("get", "post"):
        response = getattr(Client(enforce_csrf_checks=True), method)(f"/api/v2/{path}")
        assert response.status_code in {404, 405}
        response.json()


def test_a_forgotten_slash_leads_on(client: Client, home: HomePage) -> None:
    assert client.get("/api/v2/pages")["Location"] == PAGES


def test_an_empty_portal(client: Client) -> None:
    Page.objects.filter(depth__gt=1).delete()
    assert titles(client) == []
    assert client.get(f"{PAGES}?child_of=root").status_code == 400


@pytest.mark.once
@pytest.mark.parametrize("number", [1, 19])
def test_queries(client: Client, home: HomePage, number: int) -> None:
    for n in range(number):
        translate(make_content_page(home, title=f"Seite {n}"), "en", title=f"Page {n}")
    page = ContentPage.objects.get(title="Page 0")
    for query, limit in (("", 4), ("locale=en&fields=*", 5), ("search=page", 6)):
        changes.announce(changes.EVERYTHING)
        client.get(f"{PAGES}?{query}")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{PAGES}?{query}").status_code == 200
        assert len(captured) <= limit, "\n".join(found["sql"][:200] for found in captured)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"{PAGES}{page.pk}/").status_code == 200
    assert len(captured) <= 8, "\n".join(found["sql"][:200] for found in captured)
