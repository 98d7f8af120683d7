"""Two translations of one text in one place: one stays, what the other said stands in the history."""

from __future__ import annotations

from collections.abc import Callable

from django.apps.registry import Apps
from django.db.models import Model
from django.utils import timezone

LOG_ACTION = "translation.text_replaced"


def move_translations(apps: Apps, translations: list[Model], place: Callable[[Model], dict[str, object]]) -> None:
    """Give translations another text or place; where there is one already, keep one of the two.

    Args:
        place: returns the attributes that a translation gets: `translation_of_id`, `context_id`.
    """
    model = apps.get_model("wagtail_localize", "StringTranslation")
    for translation in translations:
        key = {"translation_of_id": translation.translation_of_id, "context_id": translation.context_id}
        key |= place(translation)
        twin = model.objects.filter(locale_id=translation.locale_id, **key).exclude(pk=translation.pk).first()
        if twin is not None:
            left, right = sorted((translation, twin), key=_worth)
            if left.data != right.data:
                _keep_in_history(apps, left, right)
            left.delete()
            if left == translation:
                continue
        # Neither the moment nor the person of the translation changes.
        model.objects.filter(pk=translation.pk).update(**key)


def _worth(translation: Model) -> tuple[bool, object]:
    """Return by what the better of two translations is known: it can be shown, it is newer."""
    return bool(translation.data) and not translation.has_error, translation.updated_at


def _keep_in_history(apps: Apps, lost: Model, kept: Model) -> None:
    """Write what a translation said that goes into the history of its page or snippet."""
    content_types = apps.get_model("contenttypes", "ContentType")
    translated = apps.get_model("wagtail_localize", "TranslatableObject").objects.filter(
        pk=lost.context.object_id if lost.context else None
    ).first()
    if translated is None:
        return
    content_type = content_types.objects.get(pk=translated.content_type_id)
    target = apps.get_model(content_type.app_label, content_type.model).objects.filter(
        translation_key=translated.pk, locale_id=lost.locale_id
    ).first()
    if target is None:
        return
    entry = {
        "action": LOG_ACTION,
        "timestamp": timezone.now(),
        "data": {"source": lost.translation_of.data, "lost": lost.data, "kept": kept.data, "place": lost.context.path},
        "user_id": lost.last_translated_by_id,
    }
    if content_type.model == "page":
        apps.get_model("wagtailcore", "PageLogEntry").objects.create(
            page_id=target.pk, content_type_id=target.content_type_id, label=target.title, **entry
        )
    else:
        apps.get_model("wagtailcore", "ModelLogEntry").objects.create(
            object_id=str(target.pk), content_type=content_type, label=lost.translation_of.data[:200], **entry
        )
