"""The initial content: loaded again it changes nothing, every page can be translated, none asks too much of the database."""

from __future__ import annotations

import re
import sys

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page
from wagtail_localize.models import StringSegment, StringTranslation, Translation, TranslationSource

from agenda.models import GoalPage
from home.models import HomePage
from home.models.sections import SectionPage
from news.models import NewsPage
from participate.models import ContactPage
from portal import changes
from portal.models import BasePage, Topic
from portal.pages import versions
from tests.tools.bench import ADDRESSES, MOST_QUERIES

pytestmark = [pytest.mark.content, pytest.mark.xdist_group("content")]


def german_pages() -> list[BasePage]:
    return list(versions.real(Page.objects.filter(locale__language_code="de", depth__gt=1)).order_by("path").specific())


def test_loading_it_again_changes_nothing(content: None, capsys: pytest.CaptureFixture) -> None:
    before = list(Page.objects.order_by("pk").values_list("pk", "latest_revision_id"))
    call_command("load_content")
    assert "0 created, 0 updated" in capsys.readouterr().out
    assert list(Page.objects.order_by("pk").values_list("pk", "latest_revision_id")) == before
    assert Page.find_problems() == ([], [], [], [], [])


def test_there_is_what_was_promised(content: None) -> None:
    pages = german_pages()
    assert len(pages) >= 45
    assert [page.menu_title or page.title for page in pages if hasattr(page, "menu_intro")] == [
        "Wer wir sind",
        "Unsere Arbeit",
        "Daten und Forschung",
        "Mitmachen",
        "2030 Agenda",
    ]
    news = [page for page in pages if isinstance(page, NewsPage)]
    assert len(news) >= 20
    for title in ("Über uns", "IOM Global", "Was wir machen"):
        assert any(page.title == title for page in pages)
    statement = next(item for item in news if item.title.startswith("Statement zur Situation in Ukraine"))
    assert (statement.kind, statement.place, statement.known_date.text) == ("statement", "Genf", "Februar 2022")


SECTIONS = ("Wer wir sind", "Unsere Arbeit", "Daten und Forschung", "Mitmachen", "2030 Agenda")


def test_translations_are_complete_and_made_of_real_segments(content: None) -> None:
    for page in german_pages():
        found = versions.versions_of(page)
        assert {"de", "en"} <= set(found.real), page
        # Whatever is not translated yet has its address in the other languages all the same.
        assert set(found.real) | set(found.fallbacks) >= {"de", "en", "uk", "ar"}, page
        if page.depth == 2 or page.title in SECTIONS:
            assert {"uk", "ar"} <= set(found.real), page
    for code in ("uk", "ar"):
        own = versions.real(Page.objects.filter(locale__language_code=code, depth__gt=2)).exclude(depth=3, numchild__gt=0)
        assert own.count() >= 12
        assert Topic.objects.filter(locale__language_code=code).count() == Topic.objects.filter(locale__language_code="de").count()
    for translation in Translation.objects.filter(enabled=True):
        total, done = translation.get_progress()
        assert total == done
    assert not StringTranslation.objects.filter(has_error=True).exists()


@pytest.mark.once
def test_leichte_sprache_keeps_its_rules(content: None) -> None:
    """The four parts that BITV 2.0 asks for, eight pages more, and what can be checked of the rules."""
    pages = versions.real(Page.objects.filter(locale__language_code="de-simple")).specific()
    home = next(page for page in pages if page.depth == 2)
    assert len(home.body) >= 4
    assert len(pages) >= 9
    for page in pages:
        texts = [page.title, getattr(page, "lead", ""), str(page.body)]
        plain = BeautifulSoup(" ".join(texts), "html.parser").get_text(" ")
        assert not re.search(r"\w[:*_]innen\b|\wInnen\b|%", plain), page
        for paragraph in BeautifulSoup(str(page.body), "html.parser").select(".prose p, li"):
            sentences = re.findall(r"[.!?](?:\s|$)", paragraph.get_text(" ", strip=True))
            assert len(sentences) <= 3, (page, paragraph.get_text())


@pytest.mark.once
def test_every_page_can_be_submitted_for_translation(content: None) -> None:
    french = Locale.objects.create(language_code="fr")
    for page in german_pages():
        source, _created = TranslationSource.update_or_create_from_instance(page)
        Translation.objects.create(source=source, target_locale=french)
        assert StringSegment.objects.filter(source=source).exists(), page
        target, created = source.create_or_update_translation(french, publish=False, fallback=True)
        assert created
        assert not target.live
    assert Page.find_problems() == ([], [], [], [], [])


@pytest.mark.once
@pytest.mark.parametrize("name", MOST_QUERIES)
def test_an_answer_asks_little_and_reads_no_file(content: None, client: Client, name: str) -> None:
    client.get(ADDRESSES[name])
    opened: list[object] = []
    is_counting = True
    sys.addaudithook(lambda event, arguments: opened.append(arguments[0]) if is_counting and event == "open" else None)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(ADDRESSES[name]).status_code == 200
    is_counting = False
    assert len(queries) <= MOST_QUERIES[name], "\n".join(query["sql"] for query in queries)
    assert opened == []


@pytest.mark.once
def test_no_page_asks_too_much(content: None, client: Client) -> None:
    """At most 31 queries with an empty cache and 9 with a filled one; home and sections 10.

    Of those with an empty cache one asks for the film in sign language, one for alerts, one for the pages of goals, and five who reads
    what the forms bring; the page of a goal asks what of each kind serves it.
    """
    too_many = []
    for code in ("de", "uk"):
        # What a process reads once: content types, templates.
        client.get(f"/{code}/")
    pages = german_pages()
    # Translations, fallbacks and Leichte Sprache: each eighth page of each language.
    for code in ("en", "uk", "ar", "de-simple"):
        # Forms are there only while somebody reads what they bring.
        own = Page.objects.live().filter(locale__language_code=code, depth__gt=1).not_type(ContactPage)
        pages += list(own.order_by("path").specific())[::8]
    for page in pages:
        cold_limit = {HomePage: 32, GoalPage: 34}.get(type(page), 31)
        warm_limit = 10 if isinstance(page, (HomePage, SectionPage)) else 9
        address = page.get_url()
        changes.announce(changes.EVERYTHING)
        with CaptureQueriesContext(connection) as cold:
            client.get(address)
        with CaptureQueriesContext(connection) as warm:
            assert client.get(address).status_code == 200, address
        if len(cold) > cold_limit or len(warm) > warm_limit:
            too_many.append((address, len(cold), len(warm)))
    assert not too_many
