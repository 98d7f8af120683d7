"""Whose words an item holds: said on the page, in lists, feeds and structured data, in each language."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import nested_form_data, streamfield

from news.models import NewsIndexPage
from news.provenance import WORDS_OF_IOM
from portal.records.reading import read
from tests.builders import make_news, publish, submit, translate

pytestmark = pytest.mark.django_db

ADDRESS = "https://germany.iom.int/de/news/bericht"
ORIGINAL = {"original_title": "Bericht der IOM", "original_url": ADDRESS, "original_date": datetime.date(2024, 3, 22)}
IOM = {
    "@type": "Organization", "@id": "https://www.iom.int/#organization", "name": "International Organization for Migration",
    "alternateName": "IOM", "url": "https://www.iom.int/",
}  # fmt: skip


def origin(client: Client, address: str) -> list[str]:
    """Return the sentence about the origin of a page's text."""
    soup = BeautifulSoup(client.get(address).content, "html.parser")
    return [" ".join(element.get_text(" ").split()) for element in soup.select(".provenance")]


def article(client: Client, address: str) -> dict[str, object]:
    html = client.get(address).content.decode()
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])
    return next(node for node in data["@graph"] if node["@type"] == "NewsArticle")


@pytest.mark.parametrize(
    ("precision", "german", "english"),
    [
        ("day", "Original vom 22. März 2024 : Bericht der IOM", "Original of 22 March 2024 : Bericht der IOM"),
        ("month", "Original ( März 2024 ): Bericht der IOM", "Original ( March 2024 ): Bericht der IOM"),
        ("year", "Original ( 2024 ): Bericht der IOM", "Original ( 2024 ): Bericht der IOM"),
        (None, "Original: Bericht der IOM", "Original: Bericht der IOM"),
    ],
)
def test_a_look_back_is_a_summary_and_names_the_original(
    client: Client, index: NewsIndexPage, precision: str | None, german: str, english: str
) -> None:
    fields = {**ORIGINAL, "original_date_precision": precision} if precision else {**ORIGINAL, "original_date": None}
    item = make_news(index, title="Bericht", kind="retrospect", **fields)
    english_page = translate(item, "en", title="Report")
    assert origin(client, item.get_url()) == [f"Zusammenfassung der Redaktion. {german}"]
    assert origin(client, english_page.get_url()) == [f"Summary by the editors. {english}"]
    link = BeautifulSoup(client.get(english_page.get_url()).content, "html.parser").select_one(".provenance a")
    assert (link["href"], link["lang"], link["dir"], link["hreflang"]) == (ADDRESS, "de", "ltr", "de")
    # In the language of the page nothing need be said.
    link = BeautifulSoup(client.get(item.get_url()).content, "html.parser").select_one(".provenance a")
    assert (link["href"], link.get("lang"), link.get("hreflang")) == (ADDRESS, None, None)


def test_what_is_no_text_is_the_same_in_every_language_and_no_translators_choice(index: NewsIndexPage) -> None:
    item = make_news(index, title="Bericht", kind="retrospect", place="Genf", **ORIGINAL)
    source = submit(item, "en").source
    assert set(source.overridablesegment_set.values_list("context__path", flat=True)) <= {"image", "illustration", "search_image"}
    english = translate(item, "en", title="Report")
    changed = {"kind": "story", "scope": "global", "date": datetime.date(2020, 2, 2), "date_precision": "year"}
    changed |= {"original_title": "Neu", "original_url": f"{ADDRESS}-neu", "original_language": "en", "is_own_translation": True}
    changed |= {"original_date": datetime.date(2020, 1, 1), "original_date_precision": "month"}
    for name, value in changed.items():
        setattr(item, name, value)
    publish(item)
    translate(item, "en", title="Report")
    english.refresh_from_db()
    assert {name: getattr(english, name) for name in changed} == changed


def test_words_of_iom_are_no_summary_and_in_other_languages_a_translation_of_ours(client: Client, index: NewsIndexPage) -> None:
    item = make_news(index, title="Erklärung", kind="statement", **ORIGINAL)
    english = translate(item, "en", title="Statement")
    assert origin(client, item.get_url()) == ["Original vom 22. März 2024 : Bericht der IOM"]
    assert origin(client, english.get_url()) == [
        "Original of 22 March 2024 : Bericht der IOM This is our own translation of IOM's words; what IOM published in the original holds."
    ]


def test_own_translations_of_words_say_so(client: Client, index: NewsIndexPage) -> None:
    item = make_news(index, title="Zitat", is_own_translation=True)
    assert origin(client, item.get_url()) == [
        "Eigene Übersetzung der Redaktion; es gilt, was die IOM im Original veröffentlicht hat."
    ]
    assert origin(client, make_news(index, title="Ohne").get_url()) == []


def test_who_is_the_author(client: Client, index: NewsIndexPage) -> None:
    expected = {
        "statement": (IOM, IOM),
        "press_release": (IOM, IOM),
        "retrospect": ("Redaktion von IOM Deutschland", "Editors of IOM Germany"),
        "news": ("Redaktion von IOM Deutschland", "Editors of IOM Germany"),
        "story": ("Redaktion von IOM Deutschland", "Editors of IOM Germany"),
    }
    for kind, authors in expected.items():
        item = make_news(index, title=f"Titel {kind}", kind=kind, **ORIGINAL)
        for page, author in zip((item, translate(item, "en", title=f"Title {kind}")), authors, strict=True):
            found = article(client, page.get_url())
            assert found["author"] == (author if author is IOM else {"@type": "Organization", "name": author}), kind
            assert found["isBasedOn"] == ADDRESS
            assert found["publisher"]["name"] == "IOM Deutschland"


def test_feeds_name_kind_origin_and_author(client: Client, index: NewsIndexPage) -> None:
    item = make_news(index, title="Bericht", kind="retrospect", **ORIGINAL)
    translate(item, "en", title="Report")
    creator, content = "{http://purl.org/dc/elements/1.1/}creator", "{http://purl.org/rss/1.0/modules/content/}encoded"
    for code, kind, author, sentence in (
        ("de", "Rückblick", "Redaktion von IOM Deutschland", "Zusammenfassung der Redaktion."),
        ("en", "Looking back", "Editors of IOM Germany", "Summary by the editors."),
    ):
        entry = ElementTree.fromstring(client.get(f"/{code}/feed.rss").content).find("channel/item")  # noqa: S314 (our own answer)
        assert [category.text for category in entry.findall("category")] == [kind]
        assert entry.findtext(creator) == author
        assert sentence in entry.findtext(content)


def test_days_that_are_not_known_are_told_to_no_machine(client: Client, index: NewsIndexPage) -> None:
    for precision, day in (("day", "2024-03-22"), ("month", None), ("year", None)):
        item = make_news(index, title=f"Bis {precision}", date=datetime.date(2024, 3, 22), date_precision=precision)
        for page, code in ((item, "de"), (translate(item, "en", title=f"To {precision}"), "en")):
            assert article(client, page.get_url()).get("datePublished") == day
            feed = ElementTree.fromstring(client.get(f"/{code}/feed.rss").content)  # noqa: S314 (our own answer)
            entry = next(entry for entry in feed.findall("channel/item") if entry.findtext("title") == page.title)
            assert entry.findtext("pubDate") == ("Fri, 22 Mar 2024 00:00:00 +0100" if day else None)
            feed = ElementTree.fromstring(client.get(f"/{code}/feed.atom").content)  # noqa: S314 (our own answer)
            atom = "{http://www.w3.org/2005/Atom}"
            entry = next(entry for entry in feed.findall(f"{atom}entry") if entry.findtext(f"{atom}title") == page.title)
            assert entry.findtext(f"{atom}published") == ("2024-03-22T00:00:00+01:00" if day else None)


@pytest.mark.parametrize("code", ["de", "en"])
def test_of_items_that_say_the_same_the_search_names_the_newer_first(client: Client, index: NewsIndexPage, code: str) -> None:
    """Whichever was written first."""
    today = timezone.localdate()
    for word, ages in (("Quittenmus", (0, 1500)), ("Mispelmus", (1500, 0))):
        for days in ages:
            item = make_news(index, title=f"{word} {days}", date=today - datetime.timedelta(days=days))
            translate(item, "en", title=f"{word} {days}")
        found = client.get({"de": "/de/suche/", "en": "/en/search/"}[code], {"q": word, "format": "json"}).json()["results"]
        assert [result["title"] for result in found] == [f"{word} 0", f"{word} 1500"]


def test_the_list_offers_the_kinds_that_there_are(client: Client, index: NewsIndexPage) -> None:
    make_news(index, title="A", kind="retrospect", date=datetime.date(2023, 1, 1))
    make_news(index, title="B", kind="statement", date=datetime.date(2024, 1, 1))
    soup = BeautifulSoup(client.get("/de/aktuelles/").content, "html.parser")
    assert [option.text for option in soup.select("[name=kind] option")] == ["Alle Arten", "Rückblick", "Stellungnahme"]
    assert [option.text for option in soup.select("[name=year] option")] == ["Alle Jahre", "2024", "2023"]


def test_the_form_asks_where_iom_published_it(client: Client, index: NewsIndexPage) -> None:
    item = make_news(index, title="Erklärung")
    client.force_login(get_user_model().objects.create_superuser("admin", "admin@example.org", "x"))
    data = {
        "title": "Erklärung", "slug": item.slug, "lead": "Ein Satz.", "scope": "global", "place": "", "date": "2024-01-26",
        "date_precision": "day", "original_title": "", "original_language": "de", "original_date": "", "illustration": "",
        "original_date_precision": "day", "body": streamfield([]), "sources": streamfield([]), "contact": streamfield([]),
        "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}, "image_alt": "", "image_caption": "", "topics": [], "regions": [],
    }  # fmt: skip
    address = reverse("wagtailadmin_pages:edit", args=[item.pk])

    def save(kind: str, original: str, **action: str) -> list[str]:
        response = client.post(address, nested_form_data({**data, "kind": kind, "original_url": original, **action}))
        return [] if response.status_code == 302 else list(response.context["form"].errors)

    for kind in ("statement", "press_release"):
        assert save(kind, "") == ["original_url"]
        assert save(kind, ADDRESS) == []
    for kind in ("retrospect", "news", "story"):
        assert save(kind, "") == []
    # A title and a lead are enough; what a draft may lack is asked for when it is published.
    assert save("news", "", **{"action-publish": "action-publish"}) == []


SEED = Path(__file__).parent / "seed_statement.txt"


def test_the_statement_of_the_seed_stands_word_for_word_and_is_the_only_one() -> None:
    """Of the records, in which every installation begins; all other texts of the portal are by its editors."""
    records = [record for record in read(settings.BASE_DIR / "content") if record.get("type") == "news.NewsPage"]
    in_words_of_iom = [record for record in records if record.get("fields", {}).get("kind") in WORDS_OF_IOM]
    assert [record.id for record in in_words_of_iom] == ["news-statement-ukraine-2022"]
    record = in_words_of_iom[0]
    assert record.get("original")["url"].startswith("https://germany.iom.int/de/news/statement-zur-situation-ukraine")
    text = next(block["value"] for block in record.get("body") if block["type"] == "text")
    paragraphs = f"{record.get('fields')['place']} - {text}".split("\n\n")
    title, *expected = SEED.read_text(encoding="utf-8").splitlines()
    assert [record.get("title"), paragraphs] == [title, expected]
