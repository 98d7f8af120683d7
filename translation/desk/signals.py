"""Where the desk hears of what is published, and of what is translated."""

from __future__ import annotations

from django.db.models.signals import post_save, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.models import Page
from wagtail_localize.models import StringTranslation

from portal import changes
from portal.changes import Change, Event, Order
from portal.language.languages import SOURCE_LANGUAGE
from translation.origins import texts_written

from . import choosing, history, states


@changes.receiver(Event.PUBLISHED, order=Order.LANGUAGES)
def store_states(change: Change) -> None:
    """The source says something else, or a version says what the source does.

    A version that comes back with its source is what it was, whatever its translator has been given meanwhile.
    """
    page = change.subject
    if not isinstance(page, Page) or not page.live or page.alias_of_id is not None:
        return
    if not change.details.get("returned") or page.locale.language_code == SOURCE_LANGUAGE:
        states.store([page], choosing.chosen_for(change.details.get("revision")))


@receiver(pre_save, sender=StringTranslation, dispatch_uid="translation_desk.before_translation")
def keep_former(instance: StringTranslation, raw: bool = False, **kwargs: object) -> None:
    """A translation is written: what stood there, however old, is kept."""
    if instance.pk and not raw and _writes_text(kwargs):
        history.record(StringTranslation.objects.filter(pk=instance.pk))


@receiver(post_save, sender=StringTranslation, dispatch_uid="translation_desk.translation")
def keep_translation(instance: StringTranslation, raw: bool = False, **kwargs: object) -> None:
    """A translation was written, on whichever screen."""
    if not raw and _writes_text(kwargs):
        history.record([instance], is_new=True)


@receiver(pre_delete, sender=StringTranslation, dispatch_uid="translation_desk.translation_deleted")
def keep_deleted(instance: StringTranslation, origin: object = None, **kwargs: object) -> None:
    """A translation is deleted, and not with its page."""
    if origin is instance:
        history.record([instance])
        history.record_deleted(instance)


@receiver(texts_written, dispatch_uid="translation_desk.translations")
def keep_translations(rows: list[StringTranslation], **kwargs: object) -> None:
    """Many translations were written at once."""
    history.record(rows)


def _writes_text(kwargs: dict[str, object]) -> bool:
    fields = kwargs.get("update_fields")
    return fields is None or "data" in fields  # type: ignore[operator]  # a set of names, where it is not None
