"""Pages that a load makes at once know what pages that were published one by one know."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.models import PublishedVersion
from portal.records.loading import load
from tests.builders import publish
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
