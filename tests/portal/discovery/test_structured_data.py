"""JSON-LD: what search engines are told of each kind of page, in its language."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page as BrowserPage
from wagtail.models import Page

from home.models import HomePage
from tests.builders import make_content_page, make_news, make_news_index, make_section, publish, translate

SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def read(client: Client, address: str) -> dict[str, dict[str, object]]:
    """Return what a page says of itself, by type."""
    found = SCRIPT.findall(client.get(address).content.decode())
    assert len(found) == 1
    data = json.loads(found[0])
    assert data["@context"] == "https://schema.org"
    return {node["@type"]: node for node in data["@graph"]}


def test_home_page(client: Client, home: HomePage) -> None:
    translate(home, "en", title="Home")
    for code in ("de", "en"):
        found = read(client, f"/{code}/")
        assert found.keys() == {"Organization", "WebSite"}
        assert found["WebSite"]["url"] == f"http://testserver/{code}/"
        assert found["WebSite"]["inLanguage"] == code
        assert found["WebSite"]["publisher"]["@id"] == found["Organization"]["@id"]
        assert found["Organization"]["logo"].startswith("http://testserver/static/")


def test_page_with_breadcrumbs(client: Client, home: HomePage) -> None:
    section = make_section(home)
    translate(make_content_page(section, title="Rückkehr", lead="Der Vorspann."), "ar", title="عودة")
    german = read(client, "/de/unsere-arbeit/rueckkehr/")
    assert german.keys() == {"WebPage", "BreadcrumbList"}
    assert german["WebPage"]["name"] == "Rückkehr"
    assert german["WebPage"]["description"] == "Der Vorspann."
    assert german["WebPage"]["inLanguage"] == "de"
    assert [(step["position"], step["name"], step["item"]) for step in german["BreadcrumbList"]["itemListElement"]] == [
        (1, "Startseite", "http://testserver/de/"),
        (2, "Unsere Arbeit", "http://testserver/de/unsere-arbeit/"),
        (3, "Rückkehr", "http://testserver/de/unsere-arbeit/rueckkehr/"),
    ]
    page = Page.objects.get(title="عودة")
    arabic = read(client, page.get_url())
    assert arabic["WebPage"]["inLanguage"] == "ar"
    assert arabic["WebPage"]["name"] == "عودة"


def test_news_item(client: Client, home: HomePage) -> None:
    index = make_news_index(home)
    item = make_news(index, title="Bericht", date=datetime.date(2022, 3, 1), date_precision="month")
    translate(item, "en", title="Report")
    for address, code, title in (("/de/aktuelles/bericht/", "de", "Bericht"), ("/en/en-aktuelles/report/", "en", "Report")):
        article = read(client, address)["NewsArticle"]
        assert article["headline"] == title
        assert article["inLanguage"] == code
        assert "datePublished" not in article
        assert article["mainEntityOfPage"] == f"http://testserver{address}"
        assert article["image"].startswith("http://testserver/")


@pytest.mark.parametrize(
    "title", ["</script><script>alert(1)</script>", "<!--<script>", "a\u2028b & c", '"quoted" \\ back', "{{ 7|add:7 }}"]
)
def test_no_title_breaks_out(client: Client, home: HomePage, title: str) -> None:
    page = make_content_page(home, title="Seite")
    page.title = title
    publish(page)
    html = client.get("/de/seite/").content.decode()
    data = SCRIPT.findall(html)[0]
    assert not set(data) & set("<>&\u2028")
    assert json.loads(data)["@graph"][0]["name"] == title.replace("\u2028", "\n")
    assert "<script>alert" not in html


def test_what_belongs_in_no_search_engine_says_nothing(client: Client, home: HomePage) -> None:
    make_content_page(home, title="Nur deutsch").copy_for_translation(
        translate(home, "en", title="Home").locale, alias=True
    )
    for address in ("/de/suche/", "/de/nirgends/", "/en/nur-deutsch/"):
        assert not SCRIPT.findall(client.get(address).content.decode()), address


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_browsers_do_not_complain(open_page: Callable[..., BrowserPage]) -> None:
    for address in ("/de/", "/en/", "/de/aktuelles/", "/en/our-work/"):
        page = open_page(address)
        assert page.locator('script[type="application/ld+json"]').count() == 1
        assert not page.errors
