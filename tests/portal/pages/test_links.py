"""Links as plain values, and the cards of what lies below a page: in the reader's language and in the source's."""

from __future__ import annotations

import dataclasses

import pytest
from django.utils import translation

from home.models import HomePage
from portal.language.languages import languages_by_code
from portal.pages import cards, links, readers
from portal.pages.links import Link
from portal.pages.readers import Reader
from tests.builders import make_alias, make_content_page, translate

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("code", "mark", "direction"), [("en", "in German", "ltr"), ("ar", "بالألمانية", "ltr")])
def test_a_plain_link_says_what_the_link_said(home: HomePage, code: str, mark: str, direction: str) -> None:
    own, aliased = make_content_page(home, "Rückkehr"), make_content_page(home, "Noch deutsch")
    translate(own, code, title="Return")
    make_alias(aliased, code)
    language = languages_by_code()[code]
    with readers.answering(Reader(language)), translation.override(code):
        translated, fallback = links.resolve_one(own.pk), links.resolve_one(aliased.pk)
        assert translated.plain() == Link(f"/{code}/return/", "Return")
        assert translated.plain("Mehr") == Link(f"/{code}/return/", "Mehr")
        shown = fallback.plain()
        assert shown == Link(f"/{code}/noch-deutsch/", "Noch deutsch", "de", "de", shown.mark)
        assert (shown.mark != "", shown.direction, translated.plain().direction) == (True, direction, "")
        if code == "en":
            assert shown.mark == mark
        # A title of its own stands in the language of the text around it; what waits behind the link stays what it is.
        assert fallback.plain("More") == dataclasses.replace(shown, title="More", language="")
    with pytest.raises(dataclasses.FrozenInstanceError):
        shown.title = "changed"


def test_below_a_page_stands_what_is_meant_for_menus_and_leads_somewhere(home: HomePage) -> None:
    for title, fields in (("B", {}), ("A", {}), ("Ohne", {"show_in_menus": False}), ("Entwurf", {"live": False})):
        make_content_page(home, title, **{"show_in_menus": True, **fields})
    home = HomePage.objects.get(pk=home.pk)
    pages = {page.title: page for page in home.get_children().specific()}
    translate(pages["A"], "en", title="A in English")
    with readers.answering(Reader(languages_by_code()["de"])), translation.override("de"):
        found = cards.for_children(home)
        assert [(card.link.title, card.link.address) for card in found] == [("B", "/de/b/"), ("A", "/de/a/")]
        assert cards.for_children(pages["A"]) == []
    english = HomePage.objects.get(locale__language_code="en")
    make_alias(pages["B"], "en")
    with readers.answering(Reader(languages_by_code()["en"])), translation.override("en"):
        found = sorted((card.link.title, card.link.address, card.link.language) for card in cards.for_children(english))
        assert found == [("A in English", "/en/a-in-english/", ""), ("B", "/en/b/", "de")]
    # Inside a page that still shows its German text, cards are named in German and lead to the reader's versions.
    with readers.answering(Reader(languages_by_code()["en"])), translation.override("de"):
        german = cards.of([pages["A"], pages["B"]])
        assert [(card.link.title, card.link.address) for card in german] == [("A", "/en/a-in-english/"), ("B", "/en/b/")]
