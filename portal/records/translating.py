"""The other languages: a translation's record becomes wagtail-localize's segments; what has none gets an alias."""

from __future__ import annotations

from django.db import models
from wagtail.fields import StreamField
from wagtail.models import Locale, Page
from wagtail_localize.models import LocaleSynchronization, Translation, TranslationSource

from .addresses import write_redirects
from .fields import Fields
from .objects import Objects
from .pairing import match_structure, write_translations
from .reading import Record
from .values import ValueProblem


class Translations:
    """Writes translations of what was loaded."""

    def __init__(self, objects: Objects, fields: Fields, locales: dict[str, Locale]) -> None:
        self.objects = objects
        self.fields = fields
        self.locales = locales

    def write(self, record: Record) -> None:
        """Write a translation: its texts become wagtail-localize's segments, and it is published."""
        name = record.get("translation_of")
        source_object = self.objects.get(name)
        if source_object is None:
            raise record.error(f"its source “{name}” was deleted")
        source_object = type(source_object).objects.get(pk=source_object.pk)
        locale = self.locales[record.lang]
        source, _created = TranslationSource.update_or_create_from_instance(source_object)
        Translation.objects.get_or_create(source=source, target_locale=locale)
        translated = source.as_instance()
        try:
            self._set_translated_fields(record, source_object, translated)
            write_translations(source, translated, locale)
        except ValueProblem as error:
            place = self.objects.records[name].place if name in self.objects.records else f"the page “{name}”"
            raise record.error(f"does not match its source {place}: {error}") from error
        publish = bool(getattr(source_object, "live", True))
        # A parent without a translation gets its alias on the way.
        instance, _created = source.create_or_update_translation(
            locale, publish=publish and not isinstance(source_object, Page), copy_parent_pages=True
        )
        if isinstance(instance, Page):
            instance = type(instance).objects.get(pk=instance.pk)
            # The row itself changes when the draft is published (`translation.patches`).
            draft = instance.get_latest_revision_as_object()
            if "slug" in record.data and draft.slug != record.get("slug"):
                draft.slug = record.get("slug")
                draft.save_revision()
            if publish:
                # Published here and not on commit, through a fresh object: a revision that keeps an old picture of the
                # tree would reset its parent's count of children (wagtail-localize#773).
                draft.get_latest_revision().publish()
            instance = type(instance).objects.get(pk=instance.pk)
            write_redirects(record, instance)
        self.objects.remember(record, instance)

    def _set_translated_fields(self, record: Record, source_object: models.Model, translated: models.Model) -> None:
        """Set a translation's values on a copy of its source, blocks paired with the source's."""
        translatable = {
            field.field_name for field in type(source_object).translatable_fields if field.is_translated(source_object)
        }
        for name in record.get("fields") or {}:
            if name not in translatable:
                raise ValueProblem(f"“{name}” in “fields” is the same in every language")
        # Texts that the record does not give are absent, not the source's.
        for name in translatable:
            model_field = translated._meta.get_field(name)
            if isinstance(model_field, StreamField):
                setattr(translated, name, model_field.stream_block.to_python([]))
            elif isinstance(model_field, (models.CharField, models.TextField)):
                setattr(translated, name, "")
        self.fields.set(record, translated, record.data, with_content=True)
        for name in translatable:
            model_field = translated._meta.get_field(name)
            if isinstance(model_field, StreamField):
                block = model_field.stream_block
                paired = match_structure(
                    block,
                    list(getattr(source_object, name).raw_data),
                    list(getattr(translated, name).raw_data),
                    name,
                )
                setattr(translated, name, block.to_python(paired))

    def make_aliases(self, record: Record) -> None:
        """Give a page of the source language an alias in every language that follows its tree and has none yet."""
        page = self.objects.of_this_load(record.id)
        if not isinstance(page, Page) or record.is_translation:
            return
        following = Locale.objects.filter(
            pk__in=LocaleSynchronization.objects.filter(sync_from_id=page.locale_id).values("locale_id")
        )
        for locale in following:
            if not Page.objects.filter(translation_key=page.translation_key, locale=locale).exists():
                fresh = type(page).objects.get(pk=page.pk)
                fresh.copy_for_translation(locale, copy_parents=True, alias=True)
