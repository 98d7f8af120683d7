"""What a record says stands in the fields of its page, in each language."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from news.models import NewsPage
from portal.records.errors import LoadError
from portal.records.loading import load
from tests.portal.records.test_broken_records import INDEX, NEWS
from tests.portal.records.test_records import HOME, changed, write

pytestmark = pytest.mark.django_db

BARE = changed(HOME, body=None)
ENGLISH = {"id": "n1.en", "type": "news.NewsPage", "lang": "en", "title": "Looking back", "translation_of": "n1", "lead": "One sentence."}
NAMES = ("original_title", "original_url", "original_date", "original_date_precision", "original_language")


@pytest.mark.parametrize(
    ("written", "date", "precision"),
    [
        ("2022-02-24", datetime.date(2022, 2, 24), "day"),
        ("24.02.2022", datetime.date(2022, 2, 24), "day"),
        ("2022-02", datetime.date(2022, 2, 1), "month"),
        ("2022", datetime.date(2022, 1, 1), "year"),
    ],
)
def test_where_a_text_comes_from(tmp_path: Path, written: str, date: datetime.date, precision: str) -> None:
    original = {"title": "Statement", "url": "https://example.org/a", "date": written, "language": "en"}
    load(write(tmp_path, [BARE, INDEX, changed(NEWS, original=original), ENGLISH]))
    found = {page.locale.language_code: tuple(getattr(page, name) for name in NAMES) for page in NewsPage.objects.filter(alias_of=None)}
    assert found == dict.fromkeys(("de", "en"), ("Statement", "https://example.org/a", date, precision, "en"))


@pytest.mark.parametrize("written", ["24-02-2022", "2022-13", "gestern"])
def test_what_is_no_date_is_said(tmp_path: Path, written: str) -> None:
    path = write(tmp_path, [BARE, INDEX, changed(NEWS, original={**NEWS["original"], "date": written})])
    with pytest.raises(LoadError) as caught:
        load(path)
    assert str(caught.value) == f"{path}:3: “{written}” is no date; write 2022-03-25, 2022-03 or 2022"
