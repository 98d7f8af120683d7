"""A translation that comes after its page has what its record says, as if both had come together."""

from __future__ import annotations

from pathlib import Path

import pytest

from home.models import OurWorkPage
from portal.records.loading import load
from tests.portal.records.test_records import HOME, SECTION, SECTION_EN, changed, write

pytestmark = pytest.mark.django_db

BARE = changed(HOME, body=None)
HOME_EN = {**BARE, "id": "home.en", "lang": "en", "title": "Home", "translation_of": "home"}


@pytest.mark.parametrize("is_later", [False, True])
@pytest.mark.parametrize("slug", ["a-slug", "zz-slug", None])
def test_its_address_is_that_of_its_record_else_of_its_title(tmp_path: Path, slug: str | None, is_later: bool) -> None:
    if is_later:
        load(write(tmp_path, [BARE, HOME_EN, SECTION]))
    load(write(tmp_path, [BARE, HOME_EN, SECTION, changed(SECTION_EN, slug=slug)]))
    english = OurWorkPage.objects.get(locale__language_code="en", alias_of=None)
    wanted = slug or "our-work"
    assert (english.slug, english.live, english.url_path) == (wanted, True, f"{english.get_parent().url_path}{wanted}/")
    assert english.get_latest_revision_as_object().slug == wanted
