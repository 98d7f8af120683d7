"""What a load takes for a person's work, and what it takes for its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from wagtail_localize.models import StringTranslation

from home.models import OurWorkPage
from portal.records.loading import load
from portal.records.objects import typed_by_people
from tests.portal.records.test_records import HOME, SECTION, SECTION_EN, changed, write

pytestmark = pytest.mark.django_db

BARE = changed(HOME, body=None)
HOME_EN = {**BARE, "id": "home.en", "lang": "en", "title": "Home", "translation_of": "home"}


def test_only_what_somebody_has_typed_is_typed(tmp_path: Path) -> None:
    """Nothing of a load is; of two translations the one that somebody began is left alone, the other follows its record."""
    load(write(tmp_path, [BARE, HOME_EN, SECTION, SECTION_EN]))
    assert StringTranslation.objects.exists()
    assert typed_by_people() == set()
    english = OurWorkPage.objects.get(locale__language_code="en")
    text = StringTranslation.objects.filter(context__object_id=english.translation_key, locale=english.locale).first()
    text.last_translated_by = User.objects.create_user("translator")
    text.save()
    assert typed_by_people() == {(english.translation_key, english.locale_id)}
    newer = [BARE, changed(HOME_EN, title="Start"), SECTION, changed(SECTION_EN, title="What we do")]
    report = load(write(tmp_path, newer))
    assert (report.updated, report.left_alone) == (["home.en"], ["unsere-arbeit.en"])
