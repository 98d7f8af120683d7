"""The initial content: loaded again it changes nothing, every page can be translated, none asks too much of the database."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page
from wagtail_localize.models import StringSegment, StringTranslation, Translation, TranslationSource

from home.models import HomePage
from news.models import Kind, NewsPage
from portal import versions
from portal.models import BasePage

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
    assert {item.kind for item in news} == set(Kind.values)
    for title in ("Über uns", "IOM Global", "Was wir machen"):
        assert any(page.title == title for page in pages)
    statement = next(item for item in news if item.title.startswith("Statement zur Situation in Ukraine"))
    assert (statement.kind, statement.place, statement.date_text) == ("statement", "Genf", "Februar 2022")


def test_english_is_complete_and_made_of_real_segments(content: None) -> None:
    for page in german_pages():
        assert set(versions.translations(page)) == {"de", "en"}, page
    for translation in Translation.objects.filter(enabled=True):
        total, done = translation.get_progress()
        assert total == done
    assert not StringTranslation.objects.filter(has_error=True).exists()


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


def test_no_page_asks_too_much(content: None, client: Client) -> None:
    """At most 20 queries with an empty cache and 12 with a filled one; the home page 26 and 14."""
    too_many = []
    for page in german_pages():
        cold_limit, warm_limit = (26, 14) if isinstance(page, HomePage) else (20, 12)
        address = page.get_url()
        client.get(address)
        cache.clear()
        versions.forget_locales()
        with CaptureQueriesContext(connection) as cold:
            client.get(address)
        with CaptureQueriesContext(connection) as warm:
            client.get(address)
        if len(cold) > cold_limit or len(warm) > warm_limit:
            too_many.append((address, len(cold), len(warm)))
    assert not too_many
