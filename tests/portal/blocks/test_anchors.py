"""Headings of a page: each has an address of its own, in every language, and none of the frame's."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client

from home.models import ContentPage, HomePage
from portal import signals
from portal.blocks.anchors import FRAME_IDS
from portal.models import PublishedVersion
from tests.builders import (
    make_content_page,
    make_news,
    make_news_index,
    make_section,
    publish,
    submit,
    translate,
    translate_texts,
)

pytestmark = pytest.mark.django_db

NOT_IN_PAGES = {"components.html"}
"""The page of components, for developers alone."""


def ids_of_the_frame() -> set[str]:
    """Return what templates and scripts call their elements, whatever the page; what forms call their fields has a field's name."""
    found = set()
    for path in Path(settings.BASE_DIR / "templates").rglob("*.html"):
        if path.name in NOT_IN_PAGES:
            continue
        html = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'\bid="([\w-]+)"', html)) | set(re.findall(r'\banchor="([\w-]+)"', html))
        found |= set(re.findall(r"\bid=\"{{ id\|default:'([\w-]+)' }}\"", html))
    return found | {"q-suggestions"}


def test_the_frames_ids_are_those_of_the_templates() -> None:
    assert ids_of_the_frame() == FRAME_IDS


def ids(client: Client, address: str) -> tuple[list[str], list[str]]:
    """Return the ids of the headings of a page in their order, and where its list of contents leads."""
    tree = BeautifulSoup(client.get(address).content, "html.parser")
    twice = [name for name, number in Counter(tag["id"] for tag in tree.select("[id]")).items() if number > 1]
    assert twice == [], address
    headings = [tag["id"] for tag in tree.select(".prose :is(h2, h3)[id], section .routed[id], section .flow h3[id]")]
    return headings, [link["href"].removeprefix("#") for link in tree.select(".toc a")]


HEADINGS = ["Ablauf", "Ablauf", "Contents", "Main", "Ablauf 2", "Sources", "Q", "Ablauf", "!?"]
ANCHORS = ["ablauf", "ablauf-2", "contents-2", "main-2", "ablauf-2-2", "sources-2", "q-2", "ablauf-3", "section"]


def test_headings_that_say_the_same_get_numbers_and_the_contents_lead_to_each(client: Client, home: HomePage) -> None:
    body = [("heading", text) for text in HEADINGS]
    body.insert(2, ("accordion", [{"question": "Ablauf", "answer": "<p>Main</p>"}]))
    body.insert(3, ("table", {"columns": [{"type": "cell", "heading": "Ablauf"}], "rows": [{"values": ["Main"]}], "caption": ""}))
    body.insert(4, ("text", "<h3>Ablauf</h3><p>Text</p>"))
    page = make_content_page(home, "Lang", body=body)
    assert ids(client, page.get_url()) == (ANCHORS, ANCHORS)
    index = make_news_index(home)
    assert ids(client, make_news(index, body=body).get_url())[0][: len(ANCHORS)] == ANCHORS


def test_in_every_language(client: Client, home: HomePage) -> None:
    page = make_content_page(home, "Lang", body=[("heading", text) for text in ("Eins", "Zwei", "Main", "Drei")])
    texts = {"ar": ("الإجراءات", "الإجراءات", "Main", "؟"), "uk": ("Порядок", "Порядок", "Main", "Q"), "en": ("One", "One", "Main", "Q")}
    found = {}
    for code, headings in texts.items():
        translated = translate(page, code, title=f"Long {code}")
        translate_texts(submit(page, code), dict(zip(("Eins", "Zwei", "Main", "Drei"), headings, strict=True)))
        translation = submit(page, code)
        translation.source.create_or_update_translation(translation.target_locale, publish=True, fallback=True)
        found[code] = ids(client, type(translated).objects.get(pk=translated.pk).get_url())
    expected = ["eins", "zwei", "main-2", "drei"]
    assert found == dict.fromkeys(texts, (expected, expected))


@pytest.mark.parametrize("code", ["en", "ar"])
def test_a_heading_that_says_something_else_keeps_its_anchor_in_every_language(client: Client, home: HomePage, code: str) -> None:
    page = make_content_page(home, "Lang", body=[("heading", text) for text in ("Eins", "Zwei", "Drei")])
    address = translate(page, code).get_url()
    page = ContentPage.objects.get(pk=page.pk)
    page.body[0].value = "Zwei"
    del page.body[1]
    page.body.append(("heading", "Zwei"))
    page.body.append(("heading", "Eins"))
    publish(page)
    expected = ["eins", "drei", "zwei-2", "eins-2"]
    assert ids(client, page.get_url()) == (expected, expected)
    assert ids(client, address)[0] == ["eins", "zwei", "drei"]
    translate(page, code)
    assert ids(client, address) == (expected, expected)


@pytest.mark.parametrize("code", ["en", "ar"])
def test_pages_that_an_older_portal_published_get_theirs_at_the_next_start(client: Client, home: HomePage, code: str) -> None:
    page = make_content_page(home, "Lang", body=[("heading", text) for text in ("Eins", "Zwei", "Drei")])
    address = translate(page, code).get_url()
    PublishedVersion.objects.update(anchors=None)
    assert ids(client, address)[0] == ["en-eins", "en-zwei", "en-drei"]
    signals.store_anchors()
    assert [ids(client, path)[0] for path in (page.get_url(), address)] == [["eins", "zwei", "drei"]] * 2


def test_across_sections_and_what_is_in_them(client: Client, home: HomePage) -> None:
    def section(heading: str, *inside: str) -> tuple[str, dict]:
        content = [{"type": "text", "value": "<p>Text</p>"}, *({"type": "heading", "value": text} for text in inside)]
        return ("section", {"heading": heading, "background": "plain", "content": content, "aside": []})

    page = make_section(home, body=[section("Hilfe", "Hilfe", "Nav"), section("Hilfe"), section("Main", "Hilfe")])
    assert ids(client, page.get_url())[0] == ["hilfe", "hilfe-2", "nav-2", "hilfe-3", "main-2", "hilfe-4"]
