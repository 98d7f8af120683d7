"""Links inside texts, as visitors get them: to what is there in their language, to what is not, and to nothing."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from wagtail.contrib.redirects.models import Redirect

from tests.builders import make_alias, make_content_page, make_home, translate

pytestmark = pytest.mark.django_db


def test_a_link_in_a_text_says_what_language_waits_behind_it(client: Client) -> None:
    home = make_home()
    both, german, gone = (make_content_page(home, title) for title in ("Beides", "Deutsch allein", "Weg"))
    translate(both, "en", title="Both")
    make_alias(german, "en")
    links = "".join(f'<p><a linktype="page" id="{pk}">{pk}</a></p>' for pk in (both.pk, german.pk, gone.pk, "x"))
    page = make_content_page(home, "Seite", body=[("text", f'{links}<p><a href="https://www.iom.int/?a=1&amp;b=2">IOM</a></p>')])
    translate(page, "en", title="Page", words=None)
    gone.delete()
    found = {}
    for code, address in (("de", "/de/seite/"), ("en", "/en/page/")):
        text = client.get(address).content.decode()
        tags = re.findall(rf"(<a[^>]*>)(?:EN )?(?:{both.pk}|{german.pk}|{gone.pk}|x)</a>", text)
        found[code] = [" ".join(tag.split()) for tag in tags]
        assert 'href="https://www.iom.int/?a=1&amp;b=2"' in text
    assert found == {
        "de": ['<a href="/de/beides/">', '<a href="/de/deutsch-allein/">', "<a>", "<a>"],
        "en": ['<a href="/en/both/">', '<a href="/en/deutsch-allein/" hreflang="de">', "<a>", "<a>"],
    }


@pytest.mark.parametrize("length", [254, 255, 256, 400])
def test_an_old_address_of_any_length_is_found_and_fits_its_column(client: Client, length: int) -> None:
    page = make_content_page(make_home(), "Ziel")
    address = "/de/" + "x" * (length - len("/de/"))
    redirect = Redirect.objects.create(old_path=address, redirect_page=page)
    others = Redirect.objects.create(old_path=f"{address[:-1]}y", redirect_page=page.get_parent())
    stored = Redirect.objects.get(pk=redirect.pk).old_path
    assert (len(stored), stored == address) == (min(length, 255), length <= 255)
    assert Redirect.objects.get(pk=others.pk).old_path != stored
    assert client.get(f"{address}/")["Location"] == "/de/ziel/"
    assert client.get(f"{address[:-1]}y")["Location"] == "/de/"


@pytest.mark.parametrize("besides", [0, 1, 4, 5, 9])
def test_a_redirect_is_found_however_much_else_was_asked(client: Client, besides: int) -> None:
    """What advertising and mail programs add to an address tells nothing."""
    home = make_home()
    bare, one, two = (make_content_page(home, title) for title in ("Ohne", "Eins", "Zwei"))
    for query, page in (("", bare), ("?id=1", one), ("?id=1&part=2", two)):
        Redirect.objects.create(old_path=f"/alt{query}", redirect_page=page)
    noise = "".join(f"&utm_{number}=x" for number in range(besides))
    found = [client.get(f"/alt?{query}{noise}")["Location"] for query in ("nothing=1", "id=1", "part=2&id=1")]
    # Of so many parameters not every choice is looked up: each one, all, and none.
    is_tried = besides + 2 <= 5 or besides == 0
    assert found == ["/de/ohne/", "/de/eins/", "/de/zwei/" if is_tried else "/de/eins/"]


def test_a_redirect_to_another_site_is_left_as_it_was_typed(client: Client) -> None:
    page = make_content_page(make_home(), "Ziel")
    Redirect.objects.create(old_path="/de/mitte", redirect_page=page)
    links = {"/a": "https://www.iom.int/de/mitte", "/b": "/de/mitte", "/c": "/de/mitte#unten", "/d": "/de/mitte?x=1"}
    for path, link in links.items():
        Redirect.objects.create(old_path=path, redirect_link=link)
    led = {path: client.get(path)["Location"] for path in links}
    assert led == {**links, "/b": "/de/ziel/"}
