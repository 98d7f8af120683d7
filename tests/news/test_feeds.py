"""Feeds: what feed readers get in each language, in a fixed number of queries."""

from __future__ import annotations

import datetime
from xml.etree import ElementTree

import pytest
from django.core.files.images import ImageFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import PageViewRestriction

from home.models import HomePage
from news.models import NewsIndexPage
from portal import changes
from tests.builders import make_content_page, make_news, make_news_index, make_topic, publish, translate

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
COLD, WARM = 16, 10


def read(client: Client, address: str) -> ElementTree.Element:
    response = client.get(address)
    assert response.status_code == 200, address
    assert not response.cookies
    return ElementTree.fromstring(response.content)  # noqa: S314 (our own answer)


def rss_items(client: Client, address: str) -> list[ElementTree.Element]:
    return read(client, address).findall("channel/item")


def test_rss_and_atom_in_two_languages(client: Client, index: NewsIndexPage) -> None:
    item = make_news(index, title="Aufnahme & mehr", lead="1 < 2", body=[("text", "<p>Der <b>ganze</b> Text.</p>")])
    translate(item, "en")
    for code, title in {"de": "Aufnahme & mehr", "en": "EN Aufnahme & mehr"}.items():
        rss = read(client, f"/{code}/feed.rss")
        assert rss.findtext("channel/language") == code
        assert rss.findtext("channel/item/title") == title
        assert rss.findtext("channel/item/link").startswith(f"http://testserver/{code}/")
        assert "1 &lt; 2" in rss.findtext("channel/item/description")
        assert "<b>" in rss.findtext(f"channel/item/{CONTENT}")
        atom = read(client, f"/{code}/feed.atom")
        assert atom.get("{http://www.w3.org/XML/1998/namespace}lang") == code
        assert atom.findtext(f"{ATOM}entry/{ATOM}title") == title
        assert atom.find(f"{ATOM}link[@rel='self']").get("href") == f"http://testserver/{code}/feed.atom"
        for link in (rss.findtext("channel/item/link"), rss.findtext("channel/link")):
            assert client.get(link.removeprefix("http://testserver")).status_code == 200
    assert client.get("/de/feed.rss")["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert client.get("/de/feed.atom")["Content-Type"] == "application/atom+xml; charset=utf-8"


@pytest.mark.once
def test_ids_are_those_of_the_item_and_not_of_its_address(client: Client, index: NewsIndexPage) -> None:
    item = make_news(index)
    translate(item, "en")
    before = {code: read(client, f"/{code}/feed.rss").findtext("channel/item/guid") for code in ("de", "en")}
    assert before["de"] != before["en"]
    assert before["de"] == read(client, "/de/feed.atom").findtext(f"{ATOM}entry/{ATOM}id")
    item.slug = "umgezogen"
    publish(item)
    rss = read(client, "/de/feed.rss")
    assert "umgezogen" in rss.findtext("channel/item/link")
    assert rss.findtext("channel/item/guid") == before["de"]
    assert rss.find("channel/item/guid").get("isPermaLink") == "false"


@pytest.mark.once
def test_addresses_in_the_text_are_absolute_and_in_the_language(client: Client, home: HomePage, index: NewsIndexPage) -> None:
    page = make_content_page(home, title="Ziel")
    translate(page, "en", title="Target")
    image = get_image_model().objects.create(
        title="Bild", file=ImageFile(get_test_image_file(size=(1300, 800)).file, name="bild.png")
    )
    body = [
        ("text", f'<p><a linktype="page" id="{page.pk}">Ziel</a> <a href="https://www.iom.int/">IOM</a></p>'),
        ("image", {"image": image, "caption": "Bildtext"}),
        ("cards", {"pages": [page]}),
    ]
    item = make_news(index, body=body)
    translate(item, "en")
    german = read(client, "/de/feed.rss").findtext(f"channel/item/{CONTENT}")
    english = read(client, "/en/feed.rss").findtext(f"channel/item/{CONTENT}")
    assert 'href="http://testserver/de/ziel/"' in german
    assert 'href="http://testserver/en/target/"' in english
    assert 'href="https://www.iom.int/"' in german
    assert 'src="http://testserver/media/images/' in german
    for text in ("srcset", "<svg", "<source", 'href="/', 'src="/', "class="):
        assert text not in german


@pytest.mark.once
def test_text_from_right_to_left_says_so(client: Client, index: NewsIndexPage) -> None:
    translate(make_news(index), "ar", title="خبر")
    rss = read(client, "/ar/feed.rss")
    assert rss.findtext("channel/item/title") == "خبر"
    assert rss.findtext(f"channel/item/{CONTENT}").startswith('<div dir="rtl" lang="ar">')
    assert 'dir="ltr"' in read(client, "/de/feed.rss").findtext(f"channel/item/{CONTENT}")


@pytest.mark.once
def test_control_characters_do_not_break_the_feed(client: Client, index: NewsIndexPage) -> None:
    make_news(index, title="Eins\x0bzwei\x1f", lead="a\x0cb]]>", body=[("text", "<p>c\x08d</p>")])
    for kind in ("rss", "atom"):
        read(client, f"/de/feed.{kind}")
    assert rss_items(client, "/de/feed.rss")[0].findtext("title") == "Eins\nzwei"


def test_the_twenty_newest_first(client: Client, index: NewsIndexPage) -> None:
    first = datetime.date(2024, 1, 1)
    for n in range(22):
        make_news(index, title=f"Meldung {n}", date=first + datetime.timedelta(days=n))
    titles = [item.findtext("title") for item in rss_items(client, "/de/feed.rss")]
    assert titles == [f"Meldung {n}" for n in range(21, 1, -1)]


def test_only_real_versions(client: Client, index: NewsIndexPage) -> None:
    shown = make_news(index, title="Gezeigt")
    make_news(index, title="Entwurf", live=False)
    make_news(index, title="Zurückgezogen").unpublish()
    private = make_news(index, title="Geschlossen")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    translate(shown, "en", title="Shown")
    translate(make_news(index, title="Unfertig"), "en", leave_out=1)
    assert {item.findtext("title") for item in rss_items(client, "/de/feed.rss")} == {"Gezeigt", "Unfertig"}
    assert {item.findtext("title") for item in rss_items(client, "/en/feed.rss")} == {"Shown"}


def test_topics(client: Client, index: NewsIndexPage) -> None:
    topic, other = make_topic("Rückkehr"), make_topic("Daten")
    translate(make_news(index, title="Passt", topics=[topic]), "en", title="Fits")
    make_news(index, title="Passt nicht", topics=[other])
    german = read(client, "/de/feed/rueckkehr.rss")
    assert [item.findtext("title") for item in german.findall("channel/item")] == ["Passt"]
    assert "Rückkehr" in german.findtext("channel/title")
    assert german.findtext("channel/item/category") == "Rückkehr"
    assert german.findtext("channel/link").endswith("?topic=rueckkehr")
    assert [item.findtext("title") for item in rss_items(client, "/en/feed/rueckkehr.rss")] == ["Fits"]
    ids = {read(client, f"/de/feed{path}.atom").findtext(f"{ATOM}id") for path in ("", "/rueckkehr", "/daten")}
    assert len(ids) == 3


@pytest.mark.parametrize("path", ["feed/nichts.rss", "feed/rueckkehr.xml", "feed.json", "feed/.rss", "feed/%00.rss"])
def test_no_such_feed(client: Client, index: NewsIndexPage, path: str) -> None:
    assert client.get(f"/de/{path}").status_code in {400, 404}


def test_a_language_without_news_has_no_feed(client: Client, home: HomePage) -> None:
    assert client.get("/de/feed.rss").status_code == 404
    make_news_index(home)
    assert client.get("/de-simple/feed.rss").status_code == 404


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_an_empty_feed_is_a_feed(client: Client, index: NewsIndexPage, kind: str) -> None:
    response = client.get(f"/de/feed.{kind}")
    assert response.status_code == 200
    assert response.content == client.get(f"/de/feed.{kind}").content


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_who_has_it_already_gets_304(client: Client, index: NewsIndexPage, kind: str) -> None:
    item = make_news(index)
    address = f"/de/feed.{kind}"
    response = client.get(address)
    # No date tells of what was withdrawn.
    assert "Last-Modified" not in response
    assert response["Cache-Control"] == "no-cache, public"
    known = {"if-none-match": response["ETag"]}
    assert client.get(address, headers=known).status_code == 304
    item.title = "Neu"
    publish(item)
    assert client.get(address, headers=known).status_code == 200


@pytest.mark.once
@pytest.mark.parametrize("number", [1, 20])
def test_queries(client: Client, home: HomePage, index: NewsIndexPage, number: int) -> None:
    topic = make_topic()
    for n in range(number):
        page = make_content_page(home, title=f"Ziel {n}")
        image = get_image_model().objects.create(
            title=f"Bild {n}", file=ImageFile(get_test_image_file(size=(64, 40)).file, name=f"bild{n}.png")
        )
        body = [
            ("text", f'<p><a linktype="page" id="{page.pk}">Ziel</a></p>'),
            ("links", [{"page": page, "url": "", "label": ""}]),
            ("image", {"image": image, "caption": "Bildtext"}),
            ("cards", {"pages": [page]}),
            ("contact", {"heading": "Kontakt", "text": "Text", "email": "a@example.org", "phone": "", "page": page}),
        ]
        translate(make_news(index, title=f"Meldung {n}", topics=[topic], body=body), "en")
    for address in ("/de/feed.rss", "/en/feed.atom", "/de/feed/rueckkehr.rss"):
        client.get(address)
        changes.announce(changes.EVERYTHING)
        for limit in (COLD, WARM):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            assert len(captured) <= limit, "\n".join(query["sql"][:200] for query in captured)


def test_pages_name_their_feeds(client: Client, index: NewsIndexPage) -> None:
    item = make_news(index, topics=[make_topic()])
    translate(item, "en", title="Item")
    for address, feed in {
        "/de/aktuelles/": "/de/feed",
        "/de/aktuelles/meldung/": "/de/feed",
        "/en/en-aktuelles/item/": "/en/feed",
        "/de/aktuelles/?topic=rueckkehr": "/de/feed/rueckkehr",
    }.items():
        html = client.get(address).content.decode()
        for kind in ("rss", "atom"):
            assert f'type="application/{kind}+xml"' in html
            assert f'href="http://testserver{feed}.{kind}"' in html
    assert "feed.rss" not in client.get("/de/").content.decode()
