"""What counts as a text of a page, and which translation belongs to it."""

from __future__ import annotations

from functools import wraps
from uuid import UUID

from django.db import transaction
from wagtail.blocks import Block
from wagtail.images.blocks import ImageBlock
from wagtail.models import Locale
from wagtail_localize.models import String, StringSegment, TranslationSource
from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import StreamFieldSegmentExtractor
from wagtail_localize.strings import StringValue

from portal.pages.versions import untranslated_names
from translation import memory

_segments_for_translation = TranslationSource._get_segments_for_translation


@wraps(_segments_for_translation)
def _get_segments_for_translation(self: TranslationSource, locale: Locale, fallback: bool = False) -> list:
    """Return the segments, a field or block that lacks one of its texts wholly in the source language.

    No fault, and without an issue: wagtail-localize 1.14 fills in the source sentence by sentence. The portal marks what is
    untranslated with its language (`portal.pages.versions.untranslated_names`), and a mark can stand around one language only. This
    can go when the portal marks single sentences.
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

    wagtail-localize 1.14 takes every text for a string (wagtail-localize#690, #875, #918): a block without an optional text, or stored
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


def string_hash(text: str) -> UUID:
    """Return by what wagtail-localize finds the string that holds a text; it has no public way to ask for many at once."""
    return String._get_data_hash(text)


def apply() -> None:
    """Put all three in place."""
    TranslationSource._get_segments_for_translation = _get_segments_for_translation
    StreamFieldSegmentExtractor.handle_block = _handle_stored_block
    TranslationSource.refresh_segments = _refresh_and_reuse
