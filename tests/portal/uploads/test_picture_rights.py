"""Pictures that were withdrawn, or whose last day is over: gone from all that readers get, in every language, and their files with them."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from home.models import HomePage
from news.models import NewsPage
from portal import changes
from portal.counters import SLOTS
from portal.jobs import pictures
from portal.models import PortalImage
from portal.pages.cards import of as cards_of
from portal.uploads.rights import LONG, SHORT
from tests.builders import let_pass, make_news, make_news_index, translate
from tests.portal.uploads.test_file_rights import answer, make_collection, make_image, member, restrict

pytestmark = pytest.mark.django_db

UNLIMITED = (200, "public, max-age=2592000, s-maxage=3600")
LIMITED = (200, "public, max-age=3600")
GONE = (410, "no-store")
DAY = datetime.timedelta(days=1)
FILE, CAPTION, ALT, LINE, INSIDE = "/media/images/gruppe", "Zwetschgenernte", "Quittenkorb", "Titelzeile", "Eingebettet"


@pytest.fixture
def image() -> PortalImage:
    image = make_image("gruppe", size=(40, 30))
    image.usable_until = timezone.localdate() + DAY
    image.save()
    return image


@pytest.fixture
def item(home: HomePage, image: PortalImage) -> NewsPage:
    """Return a news item with the picture above it, in a block and inside a text."""
    inside = f'<p>Absatz</p><embed embedtype="image" id="{image.pk}" alt="{INSIDE}" format="fullwidth"/>'
    block = {"image": {"image": image, "alt_text": ALT}, "caption": CAPTION}
    body = [("text", inside), ("image", block)]
    return make_news(make_news_index(home), "Meldung", image=image, image_caption=LINE, body=body)


def withdraw(image: PortalImage) -> None:
    """Withdraw it, as the form does."""
    image.is_withdrawn = True
    image.save()


def wait(image: PortalImage) -> None:
    """Let its last day pass, and the runner come by."""
    let_pass(days=2)
    pictures.run()


def restrict_it(image: PortalImage) -> None:
    """Let its collection be for people with the right alone."""
    restrict(image.collection)


def says(client: Client, url: str, **query: str) -> set[str]:
    """Return what an answer shows and says of the picture."""
    html = client.get(url, query).content.decode()
    return {word for word in (FILE, CAPTION, ALT, LINE, INSIDE) if word in html}


def hits(client: Client, code: str, word: str = CAPTION) -> tuple[int, int]:
    """Return how often a caption, or another word, is found: by the portal's search, and by the interface's."""
    address = f"/{code}/{'suche' if code == 'de' else 'bahth'}/"
    found = client.get(address, {"q": word, "format": "json"}).json()["total"]
    return found, client.get("/api/v2/pages/", {"search": word, "locale": code}).json()["meta"]["total_count"]


@pytest.mark.parametrize("goes", [withdraw, wait, restrict_it])
def test_it_is_gone_from_all_that_readers_get(client: Client, item: NewsPage, image: PortalImage, goes: Callable) -> None:
    arabic = translate(item, "ar", title="خبر")
    whole = {FILE, CAPTION, ALT, LINE, INSIDE}
    answers = {
        item.get_url(): whole, arabic.get_url(): whole, item.get_parent().get_url(): {FILE}, arabic.get_parent().get_url(): {FILE},
        "/de/feed.atom": {FILE, CAPTION, ALT, INSIDE}, "/ar/feed.rss": {FILE, CAPTION, ALT, INSIDE},
    }  # fmt: skip
    assert {url: says(client, url) for url in answers} == answers
    assert (hits(client, "de"), hits(client, "ar")) == ((1, 1), (1, 1))
    goes(image)
    assert {url: says(client, url) for url in answers} == {url: set() for url in answers}
    assert (hits(client, "de"), hits(client, "ar")) == ((0, 0), (0, 0))
    for page in (item, arabic):
        html = BeautifulSoup(client.get(page.get_url()).content, "html.parser")
        assert "gruppe" not in str(html)
        assert "/media/" not in html.select_one('meta[property="og:image"]')["content"]
        assert "/static/" in cards_of([type(page).objects.get(pk=page.pk)])[0].picture["url"]


@pytest.mark.parametrize("goes", [withdraw, restrict_it])
def test_what_is_said_of_the_poster_of_a_film_goes_and_the_film_stays(client: Client, home: HomePage, goes: Callable) -> None:
    image, title, text = make_image("gruppe", size=(40, 30)), "Mirabellenfilm", "Pflaumenbaum"
    film = {"title": title, "url": "https://example.org/film", "poster": {"image": image, "alt_text": CAPTION}, "description": text}
    page = make_news(make_news_index(home), "Meldung", body=[("outside_film", film)])
    translate(page, "ar", title="خبر")

    def found() -> dict[str, list[tuple[int, int]]]:
        return {word: [hits(client, code, word) for code in ("de", "ar")] for word in (CAPTION, title, text)}

    assert found() == {word: [(1, 1), (1, 1)] for word in (CAPTION, title, text)}
    goes(image)
    assert found() == {CAPTION: [(0, 0), (0, 0)], title: [(1, 1), (1, 1)], text: [(1, 1), (1, 1)]}


def test_withdrawing_tells_those_who_keep_something_of_the_pages(item: NewsPage, image: PortalImage) -> None:
    wanted = {changes._slot(tag) for tag in (changes.FILES, changes.page(item.translation_key), changes.kind("news.newspage"))}
    for change in (withdraw, lambda image: (let_pass(days=2), pictures.run())):
        PortalImage.objects.update(is_withdrawn=False, hidden_since=None)
        image.refresh_from_db()
        before = changes.counters().read(range(SLOTS))
        change(image)
        after = changes.counters().read(range(SLOTS))
        assert {slot for slot in range(SLOTS) if before[slot] != after[slot]} >= wanted


def test_its_files_are_gone_whoever_asks_in_whatever_way(client: Client, admin_client: Client, image: PortalImage) -> None:
    other = make_image("anderes", size=(40, 30))
    urls = [image.get_rendition(spec).url for spec in ("fill-400x225", "width-480|format-webp", "max-165x165")]
    original = f"/media/{image.file.name}"
    assert [answer(client, url) for url in (*urls, original)] == [LIMITED] * 3 + [(404, None)]
    tag = client.get(urls[0]).headers["ETag"]
    for change in (withdraw, lambda image: let_pass(days=2)):
        PortalImage.objects.update(is_withdrawn=False)
        image.refresh_from_db()
        change(image)
        assert [answer(who, url) for who in (client, admin_client) for url in (*urls, original)] == [GONE] * 8
        for headers in ({"Range": "bytes=0-9"}, {"If-None-Match": tag}, {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}):
            assert [client.get(url, headers=headers).status_code for url in (*urls, original)] == [410] * 4
        assert [(client.head(url).status_code, client.head(url).content) for url in (*urls, original)] == [(410, b"")] * 4
    assert answer(client, other.get_rendition("fill-400x225").url) == UNLIMITED
    assert answer(client, f"/media/{other.file.name}") == (404, None)
    # Whether something is withdrawn in a collection that is restricted is nobody's business.
    image.collection = make_collection()
    image.save()
    restrict(image.collection)
    assert answer(client, urls[0]) == (404, None)


def test_the_answer_is_in_the_language_of_the_browser(client: Client, image: PortalImage) -> None:
    url = image.get_rendition("fill-400x225").url
    withdraw(image)
    texts = [client.get(url, headers={"Accept-Language": code}).content.decode() for code in ("de", "ar")]
    assert texts == ["Dieses Bild wird nicht mehr gezeigt.", "لم تعد هذه الصورة معروضة."]


def test_what_may_have_to_go_is_kept_for_an_hour_at_most(client: Client) -> None:
    image = make_image(size=(40, 30))
    url = image.get_rendition("fill-400x225").url
    assert answer(client, url) == UNLIMITED
    for values in ({"consent_on": timezone.localdate()}, {"consent_filed": "Ordner 7"}, {"usable_until": timezone.localdate() + 2 * DAY}):
        PortalImage.objects.update(**{"consent_on": None, "consent_filed": "", "usable_until": None} | values)
        assert answer(client, url) == LIMITED
    PortalImage.objects.update(usable_until=timezone.localdate())
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + DAY
    left = int(answer(client, url)[1].removeprefix("public, max-age="))
    assert left <= min(3600, (midnight - timezone.localtime()).total_seconds() + 5)


def test_until_when_browsers_may_hold_it() -> None:
    image = make_image(size=(40, 30))
    image.refresh_from_db()
    assert (image.hidden_since, image.kept_until, image.shown_until) == (None, None, None)
    image.consent_filed = "Ordner 7"
    image.save()
    limited_at = image.kept_until - LONG
    withdraw(image)
    image.refresh_from_db()
    assert image.shown_until == limited_at + LONG
    # A month later nothing is left of what was got before it was limited.
    PortalImage.objects.update(kept_until=timezone.now() - DAY)
    image.refresh_from_db()
    assert image.shown_until == image.hidden_since + SHORT
    image.is_withdrawn = False
    image.save()
    image.refresh_from_db()
    assert (image.hidden_since, image.shown_until) == (None, None)


def test_a_clock_that_was_ahead_takes_nothing_for_good(client: Client, item: NewsPage, image: PortalImage) -> None:
    wait(image)
    assert says(client, item.get_url()) == set()
    let_pass(days=-2)
    assert FILE in says(client, item.get_url())
    assert (pictures.run(), pictures.run()) == (1, 0)
    image.refresh_from_db()
    assert image.hidden_since is None
    assert hits(client, "de") == (1, 1)


def test_editors_see_it_with_its_state(client: Client, item: NewsPage, image: PortalImage) -> None:
    member(client, "add_image", "change_image", "choose_image")
    edit = reverse("wagtailimages:edit", args=[image.pk])
    values = {"title": "Gruppe", "collection": image.collection_id, "tags": "", "is_withdrawn": "on", "licence": "CC BY 4.0"}
    said = client.post(edit, values, follow=True).content.decode()
    image.refresh_from_db()
    assert (image.is_withdrawn, image.licence, image.usable_until) == (True, "CC BY 4.0", None)
    assert "Seine Dateien werden niemandem mehr ausgeliefert." in said
    for answered in (said, client.get(edit).content.decode()):
        assert "Es stand an 1 Stelle." in answered
        assert reverse("wagtailimages:image_usage", args=[image.pk]) in answered
    form = BeautifulSoup(client.get(edit).content, "html.parser")
    shown = form.select_one(".focal-point-chooser img")["src"]
    status, kept = answer(client, shown)
    assert (status, "no-store" in kept, "private" in kept) == (200, True, True)
    assert item.title in client.get(reverse("wagtailimages:image_usage", args=[image.pk])).content.decode()
    assert "Gruppe (zurückgezogen)" in str(image)
    listed = client.get(reverse("wagtailimages:index"), {"layout": "list", "state": "hidden"}).content.decode()
    assert ("gruppe" in listed.lower(), "zurückgezogen" in listed) == (True, True)
    assert "gruppe" not in client.get(reverse("wagtailimages:index"), {"state": "ending"}).content.decode().lower().split("<main")[-1]
    chooser = reverse("wagtailimages_chooser:choose")
    assert "Gruppe" not in client.get(chooser).content.decode()
    client.logout()
    client.force_login(User.objects.create_user("leserin"))
    assert client.get(shown).status_code in {302, 403}
    assert Page.objects.get(pk=item.pk).specific.image_id == image.pk
