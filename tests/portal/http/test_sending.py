"""Passing a page on: the sheet in the language of whoever gets it, the short address, and what it counts."""

from __future__ import annotations

import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction
from wagtail.users.models import UserProfile

from home.models import HomePage
from portal.http import counting
from portal.http.sending import sheet_address
from portal.models import BasePage, SentVisits
from tests.builders import make_alias, make_content_page, make_home, publish, translate

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def home(db: None) -> HomePage:
    counting.write()
    SentVisits.objects.all().delete()
    home = make_home()
    translate(home, "ar")
    return home


@pytest.fixture
def page(home: HomePage) -> BasePage:
    return make_content_page(home, title="Hilfe", lead="Ein Satz.")


def sheets(client: Client, address: str) -> dict[str, str]:
    """Return the sheets that a page offers, by language."""
    tree = BeautifulSoup(client.get(address).content, "html.parser")
    own = [tag["href"] for tag in tree.select(".versions a[href*='/_util/send/']")]
    others = [tag for sheet in own for tag in BeautifulSoup(client.get(sheet).content, "html.parser").select(".sheet__around a[lang]")]
    return dict.fromkeys([tree.html["lang"]][: len(own)], "".join(own)) | {tag["lang"]: tag["href"] for tag in others}


@pytest.mark.parametrize("reader", ["de", "ar"])
def test_a_sheet_speaks_to_whoever_gets_it(client: Client, page: BasePage, reader: str) -> None:
    arabic = translate(page, "ar", title="مساعدة")
    found = sheets(client, {"de": page, "ar": arabic}[reader].get_url())
    own, other = {"de": (page, arabic), "ar": (arabic, page)}[reader]
    assert set(found) == {"de", "ar"}
    address = found[other.language_code]
    assert address.startswith(f"/{reader}/_util/send/")
    response = client.get(address)
    tree = BeautifulSoup(response.content, "html.parser")
    assert tree.html["lang"] == reader
    assert tree.h1.get_text() == {"de": "Diese Seite weitergeben", "ar": "مشاركة هذه الصفحة"}[reader]
    sheet = tree.select_one(".sheet")
    assert (sheet["lang"], sheet["dir"]) == (other.language_code, {"ar": "rtl", "de": "ltr"}[other.language_code])
    assert (sheet.h2.get_text().replace("\xad", ""), sheet.p.get_text()) == (other.title, other.lead)
    assert len(sheet.select(".sheet__code img")) == 1
    # The code holds the short address, which leads to the page itself, on this host.
    short = urlsplit(sheet.select_one(".sheet__code a")["href"]).path
    assert parse_qs(urlsplit(sheet.select_one(".sheet__code img")["src"]).query)["path"] == [short]
    assert client.get(sheet.select_one(".sheet__code img")["src"])["Content-Type"] == "image/svg+xml"
    followed = client.get(short, headers=BROWSER)
    assert (followed.status_code, followed["Location"], followed["Cache-Control"]) == (302, other.get_url(), "private, no-store")
    # Without a script there are links; what a script does is not shown.
    assert [button.has_attr("hidden") for button in tree.select("main button")] == [True] * 3
    assert tree.select_one("meta[name=robots]")["content"] == "noindex"
    assert own.title not in sheet.get_text()


def test_a_short_address_counts_days_and_nobody(client: Client, page: BasePage) -> None:
    sheet = BeautifulSoup(client.get(sheets(client, page.get_url())["de"]).content, "html.parser")
    path = urlsplit(sheet.select_one(".sheet__code a")["href"]).path
    for headers in (BROWSER, BROWSER, {"User-Agent": "Googlebot/2.1"}, {"User-Agent": ""}):
        assert client.get(path, headers=headers).status_code == 302
    client.head(path, headers=BROWSER)
    counting.write()
    rows = SentVisits.objects.values_list("translation_key", "language", "day", "number")
    assert list(rows) == [(page.translation_key, "de", timezone.localdate(), 2)]
    # It stays when the page is called otherwise.
    page.slug = "beistand"
    publish(page)
    assert client.get(path, headers=BROWSER)["Location"] == "/de/beistand/"


def test_what_is_not_everybodys_is_passed_on_by_nobody(client: Client, home: HomePage, page: BasePage) -> None:
    alias = make_alias(page, "ar")
    draft = make_content_page(home, title="Entwurf", live=False)
    private = make_content_page(home, title="Geheim")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    quick = make_content_page(home, title="Gewalt", quick_exit=True)
    for hidden in (alias, draft, private, quick):
        address = sheet_address(hidden)
        assert client.get(address).status_code == 404
    for hidden in (alias, draft, private):
        assert client.get(f"/s/{sheet_address(hidden).rstrip('/').rpartition('/')[2]}", headers=BROWSER).status_code == 404
    assert sheets(client, quick.get_url()) == {}
    for path in ("/s/", "/s/zzzzzzzzzzzz", "/s/https:", "/s//example.org", "/s/1/"):
        assert client.get(path, headers=BROWSER).status_code == 404


@pytest.mark.once
def test_queries(client: Client, page: BasePage) -> None:
    for code in ("en", "uk", "ar"):
        translate(page.get_parent().specific, code) if code != "ar" else None
        translate(page, code)
    address = sheets(client, page.get_url())["ar"]
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) <= 9, "\n".join(query["sql"] for query in queries)


def test_editors_read_how_often_a_page_was_opened(client: Client, page: BasePage) -> None:
    user = User.objects.create_superuser("admin", "admin@example.org", "password")
    UserProfile.objects.create(user=user, preferred_language="de")
    client.force_login(user)
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert "kurze Adresse" not in client.get(edit).content.decode()
    today = timezone.localdate()
    for days, language, number in ((0, "de", 2), (3, "de", 1), (40, "de", 5), (0, "ar", 7)):
        day = today - datetime.timedelta(days=days)
        SentVisits.objects.create(translation_key=page.translation_key, language=language, day=day, number=number)
    assert "In den letzten 30 Tagen 3-mal über die kurze Adresse geöffnet." in client.get(edit).content.decode()
