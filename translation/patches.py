"""Faults of wagtail-localize that would reach the portal's pages, mended where they are.

Each patch names its fault and when it can go; `tests/translation/test_patches.py` fails without it.
"""

from __future__ import annotations

from functools import wraps

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ObjectDoesNotExist
from django.db import models, transaction
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from wagtail.blocks import Block
from wagtail.images.blocks import ImageBlock
from wagtail.models import Locale, Page, Revision
from wagtail_localize.models import StringSegment, Translation, TranslationSource
from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import StreamFieldSegmentExtractor
from wagtail_localize.strings import StringValue
from wagtail_localize.views import edit_translation

from portal.pages.versions import untranslated_names
from translation import memory

_write = TranslationSource.create_or_update_translation


@wraps(_write)
def _create_or_update_translation(
    self: TranslationSource,
    locale: Locale,
    user: AbstractBaseUser | None = None,
    publish: bool = True,
    copy_parent_pages: bool = False,
    fallback: bool = False,
) -> tuple[models.Model, bool]:
    """Write a page's translation into a revision only, and publish it through an object read afresh.

    Two faults of wagtail-localize 1.14. A draft is saved over the live row as well (`translation.save()` whatever `publish`
    says), so that visitors would read it, and a first submission would change what they read. And what is to be published is
    published on commit through an object read before its children were added, which writes their old number back
    (wagtail-localize#773): all pages below answer 404. This can go when a release saves drafts as Wagtail's editor does, as
    revisions, and closes #773.
    """
    if not issubclass(self.specific_content_type.model_class(), Page):
        return _write(self, locale, user, publish, copy_parent_pages, fallback)
    is_new = False
    try:
        page = self.get_translated_instance(locale)
    except ObjectDoesNotExist:
        page = self.as_instance().copy_for_translation(locale, copy_parents=copy_parent_pages)
        is_new = True

    def save(*args: object, **kwargs: object) -> None:
        # The whole row is what a draft must not write; what a revision keeps with the row comes with `update_fields`.
        if kwargs.get("update_fields") is not None:
            type(page).save(page, *args, **kwargs)

    page.save = save
    self.get_translated_instance = lambda locale: page
    try:
        _write(self, locale, user, publish=False, copy_parent_pages=copy_parent_pages, fallback=fallback)
    finally:
        del page.save, self.get_translated_instance
    if publish:
        Revision.objects.get(pk=page.latest_revision_id).publish(user=user)
    return page, is_new


_segments_for_translation = TranslationSource._get_segments_for_translation


@wraps(_segments_for_translation)
def _get_segments_for_translation(self: TranslationSource, locale: Locale, fallback: bool = False) -> list:
    """Return the segments, a field or block that lacks one of its texts wholly in the source language.

    wagtail-localize 1.14 fills in the source sentence by sentence. The portal marks what is untranslated with its language
    (`portal.pages.versions.untranslated_names`), and a mark can stand around one language only. This can go when the portal marks
    single sentences.
    """
    segments = _segments_for_translation(self, locale, fallback)
    if not fallback:
        return segments
    texts = list(
        StringSegment.objects.filter(source=self).annotate_translation(locale).select_related("context", "string")
    )
    missing = set(untranslated_names(text.context.path for text in texts if not text.translation))
    if not missing:
        return segments
    sources = {(text.context.path, text.order): text.string.data for text in texts}
    for segment in segments:
        if isinstance(segment, StringSegmentValue) and not missing.isdisjoint(untranslated_names([segment.path])):
            segment.string = StringValue(sources[segment.path, segment.order])
    return segments


_handle_block = StreamFieldSegmentExtractor.handle_block


@wraps(_handle_block)
def _handle_stored_block(
    self: StreamFieldSegmentExtractor, block_type: Block, block_value: object, raw_value: object = None
) -> list:
    """Return no segments for what is not stored.

    wagtail-localize 1.14 takes every text for a string (wagtail-localize#875, #918): a block without an optional text, or stored
    before its type got that text, cannot be submitted. This can go when a release closes them.
    """
    if block_value is None or (isinstance(block_type, ImageBlock) and not isinstance(raw_value, dict)):
        return []
    if isinstance(raw_value, dict) and raw_value.get("value", raw_value) is None:
        raw_value = {**raw_value, "value": {}}
    return _handle_block(self, block_type, block_value, raw_value)


_refresh_segments = TranslationSource.refresh_segments


@wraps(_refresh_segments)
def _refresh_and_reuse(self: TranslationSource) -> None:
    """Renew the segments, and give those that only moved inside their block the translation that they had.

    wagtail-localize 1.14 knows a text by its place (wagtail-localize#302, #913). List entries keep theirs in the form; one that was
    copied, or typed again, has a new one. This can go when it looks for the same text nearby itself.
    """
    with transaction.atomic():
        _refresh_segments(self)
        memory.reuse_within_blocks(self)


_edit = edit_translation.edit_translation


@wraps(_edit)
def _edit_each_text_once(request: HttpRequest, translation: Translation, instance: models.Model) -> HttpResponse:
    """Show a text that stands twice at the same place once: both have one translation.

    wagtail-localize 1.14 lists both, gives the translation to the first, and calls the other one missing for ever, whatever is
    typed: the same number in two cells, the same entry in two lists. This can go when it serialises a translation for each segment.
    """
    first = StringSegment.objects.filter(source=translation.source_id).values("string_id", "context_id").annotate(first=Min("pk"))
    shown = StringSegment.objects.filter(pk__in=first.values("first"))
    models.prefetch_related_objects([translation.source], models.Prefetch("stringsegment_set", shown))
    return _edit(request, translation, instance)


def _sync_view_restrictions(self: TranslationSource, original: models.Model, translation_page: models.Model) -> None:
    """Leave a translation's own restriction as it is: the source's binds it without a copy (`portal.pages.restrictions`).

    wagtail-localize 1.14 copies the source's first restriction at every save of a translation (draft, publication, update, PO
    file), overwrites the translation's own with it and deletes that where the source has none; what was finished before the
    source became private stays public. This can go when a release leaves restrictions alone or offers a setting for it.
    """


def apply() -> None:
    """Put the patches in place. Called once, when the apps are ready."""
    TranslationSource.create_or_update_translation = _create_or_update_translation
    TranslationSource.sync_view_restrictions = _sync_view_restrictions
    TranslationSource._get_segments_for_translation = _get_segments_for_translation
    TranslationSource.refresh_segments = _refresh_and_reuse
    StreamFieldSegmentExtractor.handle_block = _handle_stored_block
    edit_translation.edit_translation = _edit_each_text_once
