"""What machines ask for: files that they look for, addresses in other letter case, methods, conditions, failures."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page

from home.models import HomePage
from portal import changes
from portal.http import views
from portal.models import OfficeSettings
from tests.builders import make_content_page, make_news, make_news_index, make_topic, translate

pytestmark = pytest.mark.django_db

DAY = datetime.date(2030, 1, 31)


class TestLetterCase:
    @pytest.fixture
    def pages(self, home: HomePage) -> dict[str, Page]:
        section = make_content_page(home, "Wer wir sind")
        page = make_content_page(section, "Über uns")
        return {"de": page, "en": translate(page, "en", title="About us"), "ar": translate(page, "ar", title="عنا")}

    def test_pages_in_every_language_keep_their_query(self, client: Client, pages: dict[str, Page]) -> None:
        for address in (page.get_url() for page in pages.values()):
            for written in (address.upper(), address.title(), address.upper().rstrip("/")):
                found = client.get(f"{written}?q=A%20b&x=%D8%B9")
                assert (found.status_code, found["Location"]) == (301, f"{address}?q=A%20b&x=%D8%B9"), written
                assert client.get(found["Location"]).status_code == 200

    @pytest.mark.parametrize(("slug", "written"), [("من-نحن", "من-نحن"), ("ПРО-нас", "про-НАС"), ("café", "cafe\u0301"), ("FAQ", "faq")])
    def test_slugs_in_any_script_and_slugs_with_capitals(self, client: Client, home: HomePage, slug: str, written: str) -> None:
        page = make_content_page(home, "Seite", slug=slug.lower() if slug != "FAQ" else slug)
        for address in (f"/DE/{written}/", f"/de/{written}", f"/De/{written.upper()}/"):
            found = client.get(address)
            assert (found.status_code, unquote(found["Location"])) == (301, unquote(page.get_url())), address
            assert found["Location"].isascii()
        assert client.get(page.get_url()).status_code == 200

    def test_views_and_files_at_the_root(self, client: Client, home: HomePage) -> None:
        make_news_index(home)
        addresses = {
            "/De/": "/de/", "/DE": "/de/", "/de/SUCHE/?q=A": "/de/suche/?q=A", "/DE/Suche": "/de/suche/", "/EN/Search/": "/en/search/",
            "/de/Feed.RSS": "/de/feed.rss", "/Robots.txt": "/robots.txt", "/FAVICON.ICO": "/favicon.ico",
        }  # fmt: skip
        found = {address: client.get(address) for address in addresses}
        assert {address: (answer.status_code, answer.get("Location")) for address, answer in found.items()} == {
            address: (301, right) for address, right in addresses.items()
        }

    def test_what_is_nowhere_stays_nowhere_and_nothing_leads_outside(self, client: Client, home: HomePage) -> None:
        make_content_page(home, "Entwurf", live=False)
        nowhere = ("/DE/Entwurf/", "/de/NIRGENDS/", "/XX/", "/%2FEXAMPLE.ORG/", "/Documents/1/A.pdf", "/de/ENTWURF/", "/" + "A" * 3000)
        for address in nowhere:
            assert client.get(address).status_code == 404, address
        assert client.post("/DE/").status_code in {404, 405}

    @pytest.mark.once
    def test_an_address_that_is_right_costs_no_query(self, client: Client, pages: dict[str, Page]) -> None:
        client.get(pages["de"].get_url())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(pages["de"].get_url()).status_code == 200
        assert [query["sql"] for query in queries if "UPPER(" in query["sql"] or " LIKE " in query["sql"]] == []


class TestSecurityText:
    def test_it_says_what_the_office_has_set(self, client: Client, home: HomePage) -> None:
        assert client.get("/.well-known/security.txt").status_code == 404
        office = OfficeSettings.load()
        office.security_contact, office.security_expires = "sicherheit@example.org", DAY
        office.save()
        found = client.get("/.well-known/security.txt")
        assert found["Content-Type"] == "text/plain; charset=utf-8"
        assert found.text.splitlines() == [
            "Contact: mailto:sicherheit@example.org",
            "Expires: 2030-01-31T23:59:59+01:00",
            "Preferred-Languages: de, en",
            "Canonical: http://testserver/.well-known/security.txt",
        ]
        office.security_contact = "https://example.org/melden"
        office.save()
        assert client.get("/.well-known/security.txt").text.splitlines()[0] == "Contact: https://example.org/melden"
        office.security_expires = timezone.localdate() - datetime.timedelta(days=1)
        office.save()
        assert client.get("/.well-known/security.txt").status_code == 404

    def test_favicon(self, client: Client, home: HomePage) -> None:
        found = client.get("/favicon.ico")
        assert (found.status_code, found["Content-Type"], found.content[:4]) == (200, "image/x-icon", b"\0\0\1\0")


def test_what_depends_on_the_browsers_language_says_so(client: Client, home: HomePage) -> None:
    make_news_index(home)
    translate(home, "en")
    for address in ("/", "/nope", "/DE/nope/"):
        assert "Accept-Language" in client.get(address).get("Vary", ""), address
    for address in ("/de/", "/en/", "/de/nope/", "/de/suche/", "/de/feed.rss", "/robots.txt", "/sitemap.xml", "/favicon.ico"):
        assert "Accept-Language" not in client.get(address).get("Vary", ""), address
    asked = {code: client.get("/nope", headers={"Accept-Language": code}) for code in ("de", "en", "uk", "ar")}
    assert {code: answer["Content-Language"] for code, answer in asked.items()} == {code: code for code in asked}


def addresses(home: HomePage) -> list[str]:
    """Return an address of each kind: page, list, feed, sitemap, search, suggestions, files; in two languages where there are two."""
    index = make_news_index(home)
    make_news(index, topics=[make_topic("Rückkehr")])
    translate(index, "en")
    return [
        "/", "/de/", "/en/", index.get_url(), "/de/feed.rss", "/en/feed.atom", "/de/feed/rueckkehr.rss", "/sitemap.xml",
        "/sitemap-de.xml", "/sitemap-en.xml", "/robots.txt", "/favicon.ico", "/de/suche/", "/en/search/", "/de/suche/suggestions/",
        "/media/images/x.jpg", "/documents/1/x.pdf", "/static/portal/css/site.css", "/de/og/1-0123456789abcdef.png",
        "/.well-known/security.txt",
    ]  # fmt: skip


def test_options_has_no_body_and_other_methods_are_405(home: HomePage) -> None:
    """Also for a browser whose forms would have to bring a token."""
    client = Client(enforce_csrf_checks=True)
    found = {}
    for address in addresses(home):
        options = client.options(address)
        others = {getattr(client, method)(address).status_code for method in ("post", "put", "patch", "delete")}
        found[address] = (options.status_code in {200, 204}, options.content, set(options["Allow"].split(", ")), others)
    right = (True, b"", {"GET", "HEAD", "OPTIONS"}, {405})
    assert found == dict.fromkeys(found, right)


@pytest.mark.parametrize("code", ["de", "en"])
def test_a_feed_notices_what_was_withdrawn(client: Client, home: HomePage, code: str) -> None:
    index = make_news_index(home)
    old, new = make_news(index, "Alt"), make_news(index, "Neu", date=datetime.date(2024, 2, 1))
    versions = [translate(page, code, title=page.title) if code != "de" else page for page in (old, new)]
    address = f"/{code}/feed.rss"
    first = client.get(address)
    later = (timezone.now() + datetime.timedelta(minutes=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert client.get(address, headers={"If-None-Match": first["ETag"], "If-Modified-Since": later}).status_code == 304
    versions[1].unpublish()
    for asked in ({"If-Modified-Since": later}, {"If-None-Match": first["ETag"], "If-Modified-Since": later}):
        answer = client.get(address, headers=asked)
        assert (answer.status_code, re.findall(r"<title>(Alt|Neu)<", answer.text)) == (200, ["Alt"]), asked


class TestFailures:
    @staticmethod
    def without_the_database(ask: Callable[[], object]) -> object:
        """Return an answer that is made in a thread whose database is not there, and whose cache knows nothing."""
        changes.announce(changes.EVERYTHING)

        def elsewhere() -> object:
            connection.settings_dict = {**connection.settings_dict, "NAME": "/nowhere/nothing"}
            try:
                return ask()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(elsewhere).result()

    @pytest.mark.parametrize(
        ("address", "code", "heading"),
        [
            ("/", "ar", "لا يمكن عرض هذه الصفحة حاليًا"), ("/de/", "de", "Diese Seite lässt sich gerade nicht zeigen"),
            ("/ar/", "ar", "لا يمكن عرض هذه الصفحة حاليًا"), ("/en/nowhere/", "en", "This page cannot be shown at the moment"),
            ("/de/suche/?q=a", "de", "Diese Seite lässt sich gerade nicht zeigen"),
            ("/uk/feed.rss", "uk", "Цю сторінку зараз неможливо показати"),
            ("/de-simple/", "de-simple", "Diese Seite geht gerade nicht"),
        ],
    )  # fmt: skip
    def test_without_the_database_the_page_says_later(self, home: HomePage, address: str, code: str, heading: str) -> None:
        client = Client(raise_request_exception=False)
        answer = self.without_the_database(lambda: client.get(address, headers={"Accept-Language": "ar"}))
        assert (answer.status_code, answer["Retry-After"], answer["X-Robots-Tag"]) == (503, "60", "noindex")
        assert re.findall(r"<h1>(.*)</h1>", answer.text) == [heading]
        assert (re.search(r'<html lang="([\w-]+)"', answer.text)[1], answer["Content-Language"]) == (code, code)
        assert "503 · IOM Deutschland" in answer.text

    def test_whether_it_is_a_preview_costs_no_page(self) -> None:
        from portal.templatetags.portal_tags import is_preview

        assert self.without_the_database(is_preview) is True

    def test_each_language_of_the_error_page_leads_to_its_home(self) -> None:
        html = views.server_error(None).text
        assert re.findall(r'href="([^"]*)"', html) == ["/de/", "/en/", "/uk/", "/ar/"]

