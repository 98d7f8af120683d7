"""Pages that a load makes at once know what pages that were published one by one know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction

from home.models import ContentPage
from portal.blocks.facts import FactChooserBlock
from portal.models import PublishedVersion
from portal.records.errors import LoadError
from portal.records.loading import load
from tests.builders import make_fact, publish
from tests.portal.records.test_records import HOME, changed, write

pytestmark = pytest.mark.django_db

LIST = [
    changed(HOME, body=None),
    {"id": "data", "type": "home.DataAndResearchPage", "lang": "de", "title": "Daten", "parent": "home"},
    {"id": "list", "type": "research.PublicationIndexPage", "lang": "de", "title": "Publikationen", "parent": "data"},
]
REPORT = {
    "type": "research.PublicationPage", "lang": "de", "parent": "list", "lead": "Ein Satz.", "kind": "report", "published": "2014",
    "authors": "IOM",
}  # fmt: skip


@pytest.mark.parametrize(("languages", "expected"), [(["en"], "en"), (["ar", "en"], "ar"), (["en", "de"], ""), (["de"], "")])
def test_the_title_of_a_publication_stands_in_its_language(tmp_path: Path, languages: list[str], expected: str) -> None:
    load(write(tmp_path, [*LIST, {**REPORT, "id": "report", "title": "Saving Lives", "languages": languages}]))
    [version] = PublishedVersion.objects.filter(page__title="Saving Lives")
    assert version.title_language == expected
    publish(version.page.specific)
    version.refresh_from_db()
    assert version.title_language == expected


def test_a_load_makes_no_second_page_of_a_type_of_which_a_parent_has_one(tmp_path: Path) -> None:
    lists = [
        {"id": f"news-{number}", "type": "news.NewsIndexPage", "lang": "de", "title": f"Liste {number}", "parent": "home"}
        for number in range(2)
    ]
    with pytest.raises(LoadError) as raised:
        load(write(tmp_path, [LIST[0], *lists]))
    [error] = raised.value.errors
    assert str(error).endswith("there may be no further news.NewsIndexPage below “home”")


def test_a_topic_named_twice_is_one(tmp_path: Path) -> None:
    """In every language: what a page is linked with is written for all new pages at once."""
    content = {"lead": "Ein Satz.", "body": "Text.", "topics": ["return", "return", "work"]}
    names = [{"id": name, "type": "portal.Topic", "lang": "de", "title": name} for name in ("return", "work")]
    page = {"id": "page", "type": "home.ContentPage", "lang": "de", "title": "Seite", "parent": "home", **content}
    load(write(tmp_path, [LIST[0], *names, page]))
    pages = ContentPage.objects.filter(slug="seite").select_related("locale")
    found = {page.locale.language_code: sorted(topic.name for topic in page.topics.all()) for page in pages}
    assert found == dict.fromkeys(found, ["return", "work"])
    assert "de" in found


def test_a_place_for_a_fact_that_is_empty_asks_for_none(django_assert_num_queries: Callable) -> None:
    """In a load facts are read anew for each place, and most are empty."""
    fact, block = make_fact(), FactChooserBlock()
    with transaction.atomic():
        with django_assert_num_queries(0):
            assert block.bulk_to_python([None, None]) == [None, None]
        assert [chosen and chosen.pk for chosen in block.bulk_to_python([None, fact.pk])] == [None, fact.pk]
