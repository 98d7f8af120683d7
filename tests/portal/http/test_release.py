"""Until somebody releases the portal it is a preview: one line in every language, and no search engine keeps any answer."""

from __future__ import annotations

import datetime
import urllib.error
import urllib.request

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from wagtail.documents import get_document_model
from wagtail.models import Locale, Page
from wagtail.users.models import UserProfile

from home.models import HomePage
from portal.discovery import release
from portal.http.middleware import PreviewMiddleware
from portal.language.languages import LANGUAGES
from portal.models import OfficeSettings, Release
from tests import support
from tests.builders import add, make_content_page, make_home, make_news, make_news_index, publish, translate

LINES = {
    "de": "Vorschau – nicht die amtliche Website der IOM; Texte und Übersetzungen sind nicht freigegeben",
    "en": "Preview – not the official website of IOM; texts and translations have not been approved",
    "uk": "Попередній перегляд – це не офіційний сайт МОМ; тексти та переклади не затверджено",
    "ar": "معاينة – هذا ليس الموقع الرسمي للمنظمة الدولية للهجرة؛ ولم تُعتمد النصوص والترجمات بعد",
    "de-simple": "Das ist ein Entwurf. Das ist nicht die Internet-Seite von der IOM. Die Texte sind noch nicht geprüft.",
}


def set_released(value: bool) -> None:
    """Release the portal or take it back, also inside a test's transaction."""
    release.set_released(value)


@pytest.fixture
def home(db: None) -> HomePage:
    home = make_home()
    for code in ("en", "uk", "ar"):
        translate(home, code)
    add(
        home.get_parent(),
        HomePage(
            locale=Locale.objects.get(language_code="de-simple"),
            title="Start",
            slug="simple",
            hero_title="Start",
            hero_text="Text",
        ),
    )
    return home


def lines(client: Client, address: str) -> list[str]:
    soup = BeautifulSoup(client.get(address).content, "html.parser")
    return [" ".join(element.get_text().split()) for element in soup.select(".preview")]


def test_the_line_stands_on_top_in_every_language_until_the_release(client: Client, home: HomePage) -> None:
    make_content_page(home, title="Nur deutsch").copy_for_translation(
        Locale.objects.get(language_code="uk"), alias=True
    )
    assert LINES.keys() == {language.code for language in LANGUAGES}
    addresses = {f"/{language.code}/{path}": language.code for language in LANGUAGES for path in ("", "nirgends/")}
    # German text at the address of another language: the line is the reader's.
    addresses |= {"/uk/nur-deutsch/": "uk", "/ar/bahth/": "ar"}
    for address in addresses:
        assert lines(client, address) == [], address
    set_released(False)
    for address, code in addresses.items():
        assert lines(client, address) == [LINES[code]], address


def test_no_answer_of_a_preview_is_kept_by_a_search_engine(client: Client, home: HomePage, settings: object) -> None:
    make_news(make_news_index(home), title="Meldung")
    document = get_document_model().objects.create(title="Datei", file=ContentFile(b"x", name="datei.txt"))
    addresses = [
        "/", "/de/", "/en/", "/nope", "/de/nirgends/", "/de/aktuelles/meldung/", "/de/feed.rss", "/robots.txt", "/sitemap.xml",
        "/sitemap-de.xml", "/api/v2/pages/", "/api/v2/nichts/", "/admin/", "/admin/login/", document.url, "/media/images/nichts.jpg",
        "/de/\x00/",
        "/static/nichts.css",
    ]  # fmt: skip
    before = {address: client.get(address).headers.get("X-Robots-Tag") for address in addresses}
    assert before == dict.fromkeys(addresses)
    set_released(False)
    after = {address: client.get(address).headers.get("X-Robots-Tag") for address in addresses}
    assert after == dict.fromkeys(addresses, "noindex")
    assert "noindex" in client.get("/de/suche/?q=x").headers["X-Robots-Tag"]


def test_robots_txt_lets_a_preview_be_read(client: Client, home: HomePage) -> None:
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode().splitlines()
    set_released(False)
    assert client.get("/robots.txt").content.decode() == "User-agent: *\nDisallow:\n"


def test_a_database_that_is_away_costs_no_answer(
    client: Client, home: HomePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> bool:
        raise DatabaseError

    monkeypatch.setattr(release, "is_released", away)
    response = PreviewMiddleware(lambda request: HttpResponse("x"))(RequestFactory().get("/"))
    assert response.content == b"x"
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_who_may_release_reads_first_what_is_open(client: Client, home: HomePage) -> None:
    users = get_user_model().objects
    users.create_user("freigabe", "freigabe@example.org", password="x", first_name="Demo")
    set_released(False)
    address = reverse("release_portal")
    editor = users.create_user("redaktion")
    editor.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(editor)
    assert client.post(address, {"is_released": "on", "is_read": "on"}).status_code == 302
    assert not release.is_released()
    assert address not in client.get(reverse("wagtailadmin_home")).content.decode()

    # The right is one of its own, and an administrator has it.
    editor.user_permissions.add(Permission.objects.get(codename="release_portal"))
    german = set(points(client, "de", editor))
    assert german == {
        "Die Seite „impressum“ ist nicht online.", "Die Seite „datenschutz“ ist nicht online.",
        "Die Seite „barrierefreiheit“ ist nicht online.", "Die Seite „kontakt“ ist nicht online.",
        "Vom Büro noch nicht bekannt, für Impressum und Kontakt aber nötig: Straße und Hausnummer, Postleitzahl, Ort, E-Mail, Telefon, "
        "verantwortlich für den Inhalt, Kontakt für Meldungen von Sicherheitslücken.",
        "\u2068Deutsch\u2069: 1 Seite wurde noch von niemandem gelesen und veröffentlicht.",
        "\u2068English\u2069: 1 Seite wurde noch von niemandem gelesen und veröffentlicht.",
        "\u2068Українська\u2069: 1 Seite wurde noch von niemandem gelesen und veröffentlicht.",
        "\u2068العربية\u2069: 1 Seite wurde noch von niemandem gelesen und veröffentlicht.",
        "\u2068Leichte Sprache\u2069: 1 Seite wurde noch von niemandem gelesen und veröffentlicht.",
        "Demo-Konten können sich noch anmelden: freigabe.",
    }  # fmt: skip
    assert "Demo accounts can still sign in: freigabe." in points(client, "en", editor)
    assert client.post(address, {"is_released": "on"}).status_code == 200
    assert not Release.objects.get().is_released
    assert client.post(address, {"is_released": "on", "is_read": "on"}).status_code == 302
    row = Release.objects.get()
    assert (row.is_released, row.changed_by) == (True, editor)
    assert client.post(address, {}).status_code == 302
    assert not Release.objects.get().is_released


def points(client: Client, code: str, user: object) -> list[str]:
    """Return the open points as a person reads them in a language of the admin."""
    profile = UserProfile.get_for_user(user)
    profile.preferred_language = code
    profile.save()
    soup = BeautifulSoup(client.get(reverse("release_portal")).content, "html.parser")
    return [item.get_text(" ", strip=True) for item in soup.select("main ul.w-list-disc li")]


def test_what_was_seen_to_is_no_longer_open(home: HomePage) -> None:
    for title in ("Impressum", "Datenschutz", "Barrierefreiheit", "Kontakt"):
        publish(make_content_page(home, title=title))
    values = {
        "street": "x",
        "postal_code": "x",
        "town": "x",
        "email": "a@example.org",
        "phone": "x",
        "responsible_person": "x",
    }
    OfficeSettings.objects.create(
        **values, security_contact="a@example.org", security_expires=datetime.date(2027, 1, 1)
    )
    user = get_user_model().objects.create_user("redaktion")

    for page in Page.objects.filter(depth__gt=1):
        page.specific.save_revision(user=user).publish()
    assert release.open_points() == []


def test_on_the_served_portal_it_holds_for_files_at_once(live_portal: support.Portal) -> None:
    """One process says it, the others that answer, and the server of static files, follow."""
    paths = ["/de/", "/uk/", "/nope", "/robots.txt", "/de/feed.rss", static_file(live_portal), "/admin/login/"]

    def marked() -> dict[str, str | None]:
        return {path: fetch(live_portal, path).get("X-Robots-Tag") for path in paths}

    assert marked() == dict.fromkeys(paths)
    try:
        live_portal.manage("shell", "-c", "from portal.discovery import release; release.set_released(False)")
        assert marked() == dict.fromkeys(paths, "noindex")
    finally:
        live_portal.manage(*support.RELEASE)
    assert marked() == dict.fromkeys(paths)


def fetch(portal: support.Portal, path: str) -> object:
    """Return the headers of an answer, whatever its status."""
    try:
        with urllib.request.urlopen(portal.url + path) as answer:  # noqa: S310 (our own server)
            return answer.headers
    except urllib.error.HTTPError as error:
        return error.headers


def static_file(portal: support.Portal) -> str:
    """Return the address of the stylesheet as the home page names it."""
    with urllib.request.urlopen(f"{portal.url}/de/") as answer:  # noqa: S310 (our own server)
        soup = BeautifulSoup(answer.read(), "html.parser")
    return soup.select_one("link[rel=stylesheet]")["href"]
