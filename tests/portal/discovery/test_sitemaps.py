"""Sitemaps and robots.txt: real versions of every language, reciprocal, in a fixed number of queries."""

from __future__ import annotations

import datetime
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Locale, Page, PageViewRestriction

from home.models import HomePage
from portal import changes
from portal.discovery import sitemaps
from portal.models import PublishedVersion
from tests.builders import add, make_alias, make_content_page, submit, translate

pytestmark = pytest.mark.django_db

# After a change where the parts begin is asked, in two queries, once for all of them.
COLD, WARM = 11, 3
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def read(client: Client, address: str) -> ElementTree.Element:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/xml")
    assert not response.cookies
    return ElementTree.fromstring(response.content)  # noqa: S314 (our own answer)


def parts(client: Client) -> list[str]:
    return [element.text for element in read(client, "/sitemap.xml").findall("s:sitemap/s:loc", NAMES)]


def addresses(client: Client, code: str) -> dict[str, dict[str, str]]:
    """Return the alternates of each address in the sitemap of a language."""
    return {
        url.find("s:loc", NAMES).text: {
            link.get("hreflang"): link.get("href") for link in url.findall("x:link[@rel='alternate']", NAMES)
        }
        for url in read(client, f"/sitemap-{code}.xml").findall("s:url", NAMES)
    }


def easy_home(home: HomePage) -> HomePage:
    easy = home.copy_for_translation(Locale.objects.get(language_code="de-simple"))
    easy.title = "Leichte Sprache"
    easy.save_revision().publish()
    return HomePage.objects.get(pk=easy.pk)


def test_each_language_that_has_pages_has_a_sitemap_of_its_own(client: Client, home: HomePage) -> None:
    translate(home, "en", title="Home")
    translate(home, "ar", title="الرئيسية")
    easy_home(home)
    expected = {f"http://testserver/sitemap-{code}.xml" for code in ("de", "en", "ar", "de-simple")}
    assert set(parts(client)) == expected
    assert client.get("/sitemap-uk.xml").status_code == 404


def test_alternates_are_reciprocal_and_absolute(client: Client, home: HomePage) -> None:
    page = make_content_page(home, title="Rückkehr")
    translate(page, "en", title="Return")
    translate(page, "ar", title="عودة")
    german, english, arabic = (addresses(client, code) for code in ("de", "en", "ar"))
    of_page = german["http://testserver/de/rueckkehr/"]
    assert of_page.keys() == {"de", "en", "ar", "x-default"}
    assert of_page["x-default"] == of_page["de"] == "http://testserver/de/rueckkehr/"
    assert english[of_page["en"]] == arabic[of_page["ar"]] == of_page
    for address in [*german, *english, *arabic]:
        assert client.get(address.removeprefix("http://testserver")).status_code == 200


def test_the_head_of_a_page_and_its_sitemap_agree(client: Client, home: HomePage) -> None:
    page = make_content_page(home, title="Rückkehr")
    translate(page, "en", title="Return")
    html = client.get("/en/return/").content.decode()
    for hreflang, address in addresses(client, "en")["http://testserver/en/return/"].items():
        assert f'<link rel="alternate" hreflang="{hreflang}" href="{address}">' in html


def test_a_language_with_a_tree_of_its_own_is_no_alternate(client: Client, home: HomePage) -> None:
    easy = easy_home(home)
    add(easy, type(make_content_page(home, title="Seite"))(title="Einfach", locale=easy.locale))
    assert set(addresses(client, "de")["http://testserver/de/"]) == {"de", "x-default"}
    found = addresses(client, "de-simple")
    assert any("/de-simple/einfach/" in address for address in found)
    assert set(map(len, found.values())) == {0}


def test_only_real_versions_are_listed(client: Client, home: HomePage) -> None:
    translate(home, "en", title="Home")
    make_content_page(home, title="Entwurf", live=False)
    private = make_content_page(home, title="Geschlossen")
    translate(private, "en", title="Closed")
    make_content_page(private, title="Darunter")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    taken_back = make_content_page(home, title="Zurückgezogen")
    taken_back.unpublish()
    make_alias(make_content_page(home, title="Nur deutsch"), "en")
    begun = make_content_page(home, title="Begonnen")
    translation = submit(begun, "en")
    translation.source.create_or_update_translation(translation.target_locale, publish=False, fallback=True)
    assert set(addresses(client, "de")) == {
        f"http://testserver/de/{path}" for path in ("", "nur-deutsch/", "begonnen/")
    }
    english = addresses(client, "en")
    assert "http://testserver/en/" in english
    assert not [address for address in english if "nur-deutsch" in address or "begonnen" in address]
    assert "en" not in addresses(client, "de")["http://testserver/de/begonnen/"]


def test_the_last_change_is_that_of_the_page(client: Client, home: HomePage) -> None:
    moment = datetime.datetime(2025, 3, 4, 5, 6, 7, 800, tzinfo=datetime.UTC)
    PublishedVersion.objects.filter(page=home.pk).update(edited_at=moment)
    root = read(client, "/sitemap-de.xml")
    assert root.find("s:url/s:lastmod", NAMES).text == "2025-03-04T05:06:07+00:00"
    PublishedVersion.objects.filter(page=home.pk).update(edited_at=None)
    assert read(client, "/sitemap-de.xml").find("s:url/s:lastmod", NAMES) is None
    assert timezone.now() > moment


@pytest.mark.once
@pytest.mark.parametrize("number", [1, 20])
def test_queries(client: Client, home: HomePage, number: int) -> None:
    for n in range(number):
        translate(make_content_page(home, title=f"Seite {n}"), "en", title=f"Page {n}")
    for address in ("/sitemap.xml", "/sitemap-de.xml", "/sitemap-en.xml"):
        for limit in (COLD, WARM):
            if limit == COLD:
                changes.announce(changes.EVERYTHING)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            assert len(captured) <= limit, [query["sql"][:200] for query in captured]


def test_what_does_not_fit_into_one_file_is_split(
    client: Client, home: HomePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(4):
        translate(make_content_page(home, title=f"Seite {n}"), "en", title=f"Page {n}")
    whole = {url.find("s:loc", NAMES).text: len(url.findall("x:link", NAMES)) for url in read(client, "/sitemap-de.xml")}
    assert set(whole.values()) == {3}
    monkeypatch.setattr(sitemaps, "MAX_ADDRESSES", 2)
    found = [address.removeprefix("http://testserver") for address in parts(client)]
    assert found == [f"/sitemap-{code}{part}.xml" for code in ("de", "en") for part in ("", "-2", "-3")]
    german = [url for part in found[:3] for url in read(client, part)]
    assert len(german) == 5
    assert {url.find("s:loc", NAMES).text: len(url.findall("x:link", NAMES)) for url in german} == whole


def test_a_file_takes_ten_thousand_addresses_and_no_empty_one_follows(
    client: Client, home: HomePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (sitemaps.MAX_ADDRESSES, sitemaps.MAX_PARTS) == (10_000, 50_000)
    for title in ("Eins", "Zwei", "Drei"):
        translate(make_content_page(home, title=title), "en", title=f"{title} in English")
    monkeypatch.setattr(sitemaps, "MAX_ADDRESSES", 4)
    assert parts(client) == [f"http://testserver/sitemap-{code}.xml" for code in ("de", "en")]
    assert {code: len(addresses(client, code)) for code in ("de", "en")} == {"de": 4, "en": 4}
    assert client.get("/sitemap-de-2.xml").status_code == 404
    make_content_page(home, title="Vier")
    assert [address.removeprefix("http://testserver") for address in parts(client)] == [
        "/sitemap-de.xml", "/sitemap-de-2.xml", "/sitemap-en.xml",
    ]  # fmt: skip
    assert len(read(client, "/sitemap-de-2.xml").findall("s:url", NAMES)) == 1


def paths(client: Client, code: str) -> list[list[str]]:
    """Return the paths below its home page that the parts of a language list."""
    begin = f"http://testserver/{code}/"
    answers = [read(client, name.removeprefix("http://testserver")) for name in parts(client) if f"/sitemap-{code}" in name]
    return [[url.find("s:loc", NAMES).text.removeprefix(begin) for url in root] for root in answers]


def test_many_pages_are_counted_once_an_hour_and_none_is_missed(
    client: Client, home: HomePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [make_content_page(home, title=f"Seite {n}") for n in range(4)]
    translate(pages[0], "en", title="Page 0")
    monkeypatch.setattr(sitemaps, "MAX_ADDRESSES", 2)
    monkeypatch.setattr(sitemaps, "COUNTED", 3)
    assert paths(client, "de") == [["", "seite-0/"], ["seite-1/", "seite-2/"], ["seite-3/"]]
    assert paths(client, "en") == [["", "page-0/"]]
    counted: list[int] = []
    count = sitemaps._counted
    monkeypatch.setattr(sitemaps, "_counted", lambda most: counted.append(most) or count(most))
    below = make_content_page(pages[0], title="Darunter")
    make_content_page(home, title="Neu")
    translate(pages[3], "en", title="Page 3")
    Page.objects.get(pk=pages[1].pk).unpublish()
    assert paths(client, "de") == [["", "seite-0/", "seite-0/darunter/"], ["seite-2/"], ["seite-3/", "neu/"]]
    assert paths(client, "en") == [["", "page-0/", "page-3/"]]
    Page.objects.get(pk=below.pk).move(Page.objects.get(pk=pages[3].pk), "last-child")
    Page.objects.get(pk=pages[2].pk).delete()
    PublishedVersion.objects.filter(page=pages[3].pk).update(edited_at=timezone.now() + datetime.timedelta(days=1))
    changes.announce(changes.PAGES)
    last = {element.find("s:loc", NAMES).text: element.find("s:lastmod", NAMES) for element in read(client, "/sitemap.xml")}
    newest = PublishedVersion.objects.get(page=pages[3].pk).edited_at
    assert last["http://testserver/sitemap-de-3.xml"].text == newest.isoformat(timespec="seconds")
    assert not counted
    # Its last page left a part: whoever comes to it finds nothing, and it is counted again.
    assert client.get("/sitemap-de-2.xml").status_code == 200
    assert counted == [2]
    assert paths(client, "de") == [["", "seite-0/"], ["seite-3/", "seite-3/darunter/"], ["neu/"]]
    PageViewRestriction.objects.create(page=Page.objects.get(pk=pages[3].pk), restriction_type=PageViewRestriction.LOGIN)
    assert paths(client, "de") == [["", "seite-0/"], ["neu/"]]
    # More came to a part than it takes.
    for n in range(3):
        make_content_page(pages[0], title=f"Viel {n}")
    assert len(client.get("/sitemap-de.xml").content.split(b"<url>")) == 1 + 2
    assert paths(client, "de") == [["", "seite-0/"], ["seite-0/viel-0/", "seite-0/viel-1/"], ["seite-0/viel-2/", "neu/"]]


@pytest.mark.parametrize("path", ["sitemap-xx.xml", "sitemap-de-0.xml", "sitemap-de-9.xml", "sitemap-de-" + "9" * 40 + ".xml"])
def test_odd_addresses(client: Client, home: HomePage, path: str) -> None:
    assert client.get(f"/{path}").status_code == 404


def test_an_empty_portal_has_an_empty_index(client: Client) -> None:
    Page.objects.filter(depth__gt=1).delete()
    assert parts(client) == []


def test_robots(client: Client, home: HomePage) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert client.get("/robots.txt")["Content-Type"].startswith("text/plain")
    assert "Sitemap: http://testserver/sitemap.xml" in lines
    # What is not read cannot say that it is to be left out: `noindex` of the search.
    assert [line for line in lines if line.startswith("Disallow")] == ["Disallow: /admin/", "Disallow: /api/"]
    assert "Disallow: /" not in lines
