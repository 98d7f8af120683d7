"""The faults of wagtail-localize itself, for which `translation.upstream` stands in.

Each test takes the original back and shows what it does wrong. When one fails, a release has mended that: what stands in for it can go.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.blocks import CharBlock
from wagtail.models import Locale, Page, PageViewRestriction
from wagtail_localize.models import StringSegment, TranslationSource
from wagtail_localize.operations import TranslationCreator
from wagtail_localize.segments.extract import StreamFieldSegmentExtractor
from wagtail_localize.views import edit_translation
from wagtail_localize.wagtail_hooks import register_wagtail_localize2_report_menu_item

from home.models import ContentPage
from tests.builders import make_content_page, make_home, make_section, submit, translate, translate_texts
from translation.permissions import missing_texts
from translation.upstream import editor, names, texts, writing

pytestmark = pytest.mark.django_db


def page_with(*blocks: tuple[str, object]) -> ContentPage:
    """Return a German page with these blocks."""
    body = [{"type": name, "value": value, "id": str(uuid.uuid4())} for name, value in blocks]
    stream = ContentPage._meta.get_field("body").stream_block.to_python(body)
    return make_content_page(make_section(make_home()), "Beratung", lead="Ein Satz.", body=stream)


class TestWriting:
    @pytest.fixture(autouse=True)
    def original(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(TranslationSource, "create_or_update_translation", writing._write)
        monkeypatch.setattr(TranslationSource, "sync_view_restrictions", writing._sync)

    def test_drafts_are_written_over_the_live_row(self) -> None:
        """wagtail-localize#655."""
        source = page_with()
        english = translate(source, title="Advice")
        translation = submit(source)
        translate_texts(translation, {"Beratung": "Counselling"})
        translation.save_target(publish=False)
        assert (Page.objects.get(pk=english.pk).live, Page.objects.get(pk=english.pk).title) == (True, "Counselling")

    def test_publication_of_a_subtree_resets_its_number_of_children(
        self, settings: object, django_capture_on_commit_callbacks: Callable
    ) -> None:
        """wagtail-localize#773."""
        settings.WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = True
        source = page_with()
        english = Locale.objects.get(language_code="en")
        home = source.get_ancestors().get(depth=2).specific
        submission = TranslationCreator(None, [english])
        with django_capture_on_commit_callbacks(execute=True):
            for page in home.get_descendants(inclusive=True):
                submission.create_translations(page)
        assert source.get_translation(english).get_parent().numchild == 0

    def test_a_restriction_of_the_translation_alone_is_deleted(self) -> None:
        """wagtail-localize#496."""
        source = page_with()
        english = translate(source)
        PageViewRestriction.objects.create(page=english, restriction_type=PageViewRestriction.LOGIN)
        submit(source).save_target(publish=False)
        assert not english.view_restrictions.exists()


class TestTexts:
    def test_a_text_that_is_not_stored_cannot_be_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """wagtail-localize#690, #875, #918."""
        monkeypatch.setattr(StreamFieldSegmentExtractor, "handle_block", texts._handle_block)
        extractor = StreamFieldSegmentExtractor(ContentPage._meta.get_field("body"))
        with pytest.raises(TypeError, match="NoneType"):
            extractor.handle_block(CharBlock(required=False), None)

    def test_an_entry_with_a_new_id_loses_its_translation(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """wagtail-localize#302, #913."""
        monkeypatch.setattr(TranslationSource, "refresh_segments", texts._refresh_segments)
        steps = [{"heading": f"Schritt {number}", "text": f"Gehen, {number}."} for number in (1, 2)]
        source = page_with(("steps", [{"type": "item", "value": step, "id": str(uuid.uuid4())} for step in steps]))
        translate(source)
        source.refresh_from_db()
        source.body[0].value.bound_blocks[0].id = str(uuid.uuid4())
        source.save_revision().publish()
        translation = submit(ContentPage.objects.get(pk=source.pk))
        assert sorted(segment.string.data for segment in missing_texts(translation)) == ["Gehen, 1.", "Schritt 1"]

    def test_the_source_is_filled_in_sentence_by_sentence(self) -> None:
        source = page_with(("text", "<p>Erstens.</p><p>Zweitens.</p>"))
        translation = submit(source)
        translate_texts(translation, leave_out=1)
        segments = texts._segments_for_translation(translation.source, translation.target_locale, fallback=True)
        found = [segment.string.data for segment in segments if segment.path.startswith("body.") and hasattr(segment, "string")]
        assert found == ["EN Erstens.", "Zweitens."]


def test_a_text_that_stands_twice_is_missing_for_ever(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """wagtail-localize#624."""
    monkeypatch.setattr(edit_translation, "edit_translation", editor._edit)
    client.force_login(User.objects.create_superuser("admin", password="x"))
    english = translate(page_with(("text", "<ul><li>Ausweis</li><li>Foto</li><li>Ausweis</li></ul>")))
    props = json.loads(client.get(reverse("wagtailadmin_pages:edit", args=[english.pk])).context["props"])
    shown = {segment["id"] for segment in props["segments"] if segment["type"] == "string"}
    translated = {each["segment_id"] for each in props["initialStringTranslations"]}
    [left] = shown - translated
    assert StringSegment.objects.get(pk=left).string.data == "Ausweis"


def test_names_are_not_marked_for_translation() -> None:
    assert {type(name) for name in names._former if name is not None} == {str}
    assert type(register_wagtail_localize2_report_menu_item().label) is str


def test_the_report_is_named_in_the_language_of_whoever_looks() -> None:
    """Also of those who come after somebody with another language."""
    with translation.override("en"):
        item = register_wagtail_localize2_report_menu_item()
    names.name_report([item])
    labels = []
    for code in ("de", "en"):
        with translation.override(code):
            labels.append(str(item.label))
    assert labels == ["Übersetzung", "Translations"]
