"""What was translated before is not translated again."""

from __future__ import annotations

from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from portal.pages.versions import untranslated_names
from translation import origins
from translation.permissions import missing_texts


def reuse_within_blocks(source: TranslationSource) -> None:
    """Give texts of a source that lack a translation the one that the same text has, or had, elsewhere in its block.

    Whose translation it is, and of when, is kept. One query per language that lacks nothing, two more for one that does.
    """
    for translation in source.translations.select_related("source", "target_locale"):
        _reuse(translation)


def _reuse(translation: Translation) -> None:
    missing = list(missing_texts(translation).select_related("context"))
    if not missing:
        return
    known = StringTranslation.objects.filter(
        locale=translation.target_locale_id,
        translation_of__in={segment.string_id for segment in missing},
        context__object_id=translation.source.object_id,
        has_error=False,
    ).exclude(data="")
    # The newest of several is the last.
    found = {
        (other.translation_of_id, _block(other.context.path)): other
        for other in known.select_related("context").order_by("updated_at")
    }
    for key in {(segment.string_id, segment.context_id, _block(segment.context.path)) for segment in missing}:
        string_id, context_id, block = key
        if (other := found.get((string_id, block))) is None:
            continue
        place = {"translation_of_id": string_id, "context_id": context_id, "locale_id": translation.target_locale_id}
        if StringTranslation.objects.filter(**place).exclude(data="").exists():
            # Somebody wrote something there that is no valid text yet.
            continue
        names = ("data", "translation_type", "tool_name", "last_translated_by_id")
        values = {name: getattr(other, name) for name in names} | {"has_error": False, "field_error": ""}
        with origins.coming_from(origins.Origin.REUSED):
            copy, _created = StringTranslation.objects.update_or_create(**place, defaults=values)
        StringTranslation.objects.filter(pk=copy.pk).update(updated_at=other.updated_at)


def _block(path: str) -> str:
    """Return which field, or which block of a StreamField, a text stands in."""
    return untranslated_names([path])[0]
