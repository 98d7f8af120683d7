"""How cards stand together: no hole in a grid, no drawing twice in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import translation

from home.models import ContentPage
from portal.models import PublishedVersion
from portal.pages import readers
from portal.pages.cards import Card, Form, Metaline, laid_out, of, with_telling_kinds
from portal.pages.links import Link
from tests.builders import make_content_page, make_home, translate


def cards(*drawings: str) -> list[Card]:
    return [
        Card(Link(f"/de/{number}/", str(number)), picture={"illustration": drawing} if drawing else None)
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


@pytest.mark.django_db
def test_cards_do_not_repeat_the_drawing_at_the_head_of_their_page() -> None:
    home = make_home()
    page, other = (make_content_page(home, title=name, illustration=name) for name in ("labour", "sea"))
    given = of([page, other])
    assert laid_out(given) == given
    with readers.answering(replace(readers.current(), page=make_content_page(home, title="Kopf", illustration="labour"))):
        assert [(card.form, card.picture) for card in laid_out(given)] == [(Form.ITEM, None)] * 2
        assert laid_out(given[1:]) == given[1:]


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
