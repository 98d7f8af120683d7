"""The translations of the initial content: none would break its page, and no rule finds something in more than a few of them."""

from __future__ import annotations

import pytest
from wagtail_localize.models import Translation

from translation.checks.stored import broken_texts, findings_of, pair_of

pytestmark = pytest.mark.django_db


@pytest.mark.once
def test_no_translation_of_the_content_would_break_its_page_and_few_need_a_word(content: None) -> None:
    broken, found, number = [], 0, 0
    for translation in Translation.objects.select_related("source", "target_locale"):
        broken += broken_texts(translation)
        model, code = translation.source.specific_content_type.model_class(), translation.target_locale.language_code
        segments = translation.source.stringsegment_set.annotate_translation(translation.target_locale)
        pairs = [pair_of(one, model, code, one.translation) for one in segments.select_related("string", "context") if one.translation]
        number += len(pairs)
        found += sum(bool(findings_of(pair)) for pair in pairs)
    assert broken == []
    assert number > 5000
    assert found < number / 100
