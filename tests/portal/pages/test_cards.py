"""How cards stand together: no hole in a grid, no drawing twice in it."""

from __future__ import annotations

import datetime
import re

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from home.models import ContentPage
from portal.models import PublishedVersion
from portal.pages.cards import Card, Form, Metaline, laid_out, of, with_telling_kinds
from portal.pages.links import Link
from tests.builders import make_content_page, make_home, make_news, make_news_index, translate


def cards(*drawings: str) -> list[Card]:
    return [
        Card(Link(f"/de/{number}/", str(number)), picture={"url": drawing} if drawing else None)
        for number, drawing in enumerate(drawings)
    ]


@pytest.mark.parametrize("number", [1, 2, 3, 6])
def test_cards_that_fill_the_rows_are_a_grid(number: int) -> None:
    given = cards(*map(str, range(number)))
    assert laid_out(given) == given
    bare = cards(*[""] * number)
    assert laid_out(bare) == bare


@pytest.mark.parametrize("drawings", ["abcd", "abcde", "abcdefg", "aba", "ab-"])
def test_others_are_a_list_of_texts(drawings: str) -> None:
    shown = laid_out(cards(*(drawing.strip("-") for drawing in drawings)))
    assert [(card.form, card.picture, card.link.title) for card in shown] == [
        (Form.ITEM, None, str(number)) for number in range(len(drawings))
    ]


def drawings(client: Client, address: str) -> list[str]:
    """Return the drawings that a page shows, in their order; what stands around its text shows none."""
    response = client.get(address)
    assert response.status_code == 200, address
    found = BeautifulSoup(response.content, "html.parser").select("main img:not(.qr *)")
    return [re.search(r"art/([a-z-]+)", image["src"])[1] for image in found]


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["de", "ar"])
def test_a_page_does_not_repeat_the_drawing_at_its_head(client: Client, code: str) -> None:
    """Neither in a block of its own, nor among related pages, nor among further ones of its kind."""
    home = make_home()
    same, other = (make_content_page(home, title=name, illustration=name) for name in ("labour", "sea"))
    block = [("cards", {"pages": [same]})]
    page = make_content_page(home, title="Kopf", illustration="labour", body=block, related_pages=[("page", same)])
    plain = make_content_page(home, title="Seite", illustration="labour", related_pages=[("page", other)])
    index = make_news_index(home)
    news = make_news(index, illustration="war", date=datetime.date(2026, 5, 1))
    second = make_news(index, title="Zweite", illustration="war", date=datetime.date(2026, 4, 1))
    shown = [page, plain, news]
    if code == "ar":
        everything = [home, same, other, index, news, second, page, plain]
        versions = {each.pk: translate(each, "ar", title=f"صفحة {each.pk}") for each in everything}
        shown = [versions[each.pk] for each in shown]
    assert [drawings(client, each.get_url()) for each in shown] == [["labour"], ["labour", "sea"], ["war"]]


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["de", "ar"])
def test_a_list_shows_no_drawing_twice_in_a_view(client: Client, code: str) -> None:
    """Whatever stands side by side in a language or behind a filter: the second of two has the drawing of its kind, a third one none.

    What bears a sober drawing gets no cheerful one in its place."""
    home = make_home()
    index = make_news_index(home)
    given = ["data", "data", "data", "sea", "war", "war"]
    news = [
        make_news(index, title=f"Meldung {number}", illustration=name, date=datetime.date(2026, 5, 28 - number))
        for number, name in enumerate(given)
    ]
    address = index.get_url()
    if code == "ar":
        translate(home, "ar")
        address = translate(index, "ar").get_url()
        for page in news:
            translate(page, "ar", title=f"خبر {page.pk}")
    assert drawings(client, address) == ["data", "newspaper", "sea", "war"]


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["de", "ar"])
def test_what_many_blocks_show_is_read_together(client: Client, code: str) -> None:
    """Eight blocks of cards, each of another page, and the same list eight times cost what one of each costs."""
    home = make_home()
    others = [make_content_page(home, title=f"Seite {number}", lead="Ein Satz.", illustration="sea") for number in range(8)]
    costs = []
    for number in (1, 8):
        parent = make_content_page(home, title=f"Oben {number}", show_in_menus=True)
        make_content_page(parent, title="Darunter", show_in_menus=True)
        body = [("cards", {"pages": [page]}) for page in others[:number]] + [("subpages", None)] * number
        page = make_content_page(parent, title=f"Mit {number}", body=body)
        make_content_page(page, title=f"Unter {number}", show_in_menus=True)
        shown = page if code == "de" else translate(page, code)
        client.get(shown.get_url())
        with CaptureQueriesContext(connection) as queries:
            found = BeautifulSoup(client.get(shown.get_url()).content, "html.parser")
        assert len(found.select("main :is(.card, .items > li)")) >= number
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_none_are_none() -> None:
    assert laid_out([]) == []


@pytest.mark.parametrize(
    ("kinds", "shown"),
    [
        (["Thema"], ["Thema"]),
        (["Thema", "Thema"], ["", ""]),
        (["Thema", "Angebot"], ["Thema", "Angebot"]),
        (["Thema", "", "Angebot"], ["", "", ""]),
        ([], []),
    ],
)
def test_what_a_card_is_stands_there_where_it_tells_cards_apart(kinds: list[str], shown: list[str]) -> None:
    given = [Card(Link(f"/de/{kind}/", kind), meta=Metaline(kind=kind, place="Berlin")) for kind in kinds]
    assert [(card.meta.kind, card.meta.place) for card in with_telling_kinds(given)] == [(kind, "Berlin") for kind in shown]


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["de", "en", "ar"])
def test_a_text_in_the_language_of_the_source_says_so_where_all_else_is_in_another(code: str) -> None:
    page = make_content_page(make_home(), "Beratung", lead="Ein Satz.")
    page = page if code == "de" else translate(page, code)

    def language_of_the_text() -> str:
        with translation.override(code):
            [card] = of([ContentPage.objects.get(pk=page.pk)])
        return card.text_language

    assert language_of_the_text() == ""
    PublishedVersion.objects.filter(page=page).update(untranslated=[page.card_text_field])
    assert language_of_the_text() == ("" if code == "de" else "de")
