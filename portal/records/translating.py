"""The other languages: a translation's record becomes wagtail-localize's segments; what has none gets an alias."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import models
from wagtail.fields import StreamField
from wagtail.models import Locale, Page
from wagtail.models.copying import _copy
from wagtail_localize.models import LocaleSynchronization, TranslationLog, TranslationSource
from wagtail_localize.segments.ingest import ingest_segments

from portal.facts import shown

from .addresses import write_redirects
from .errors import RecordError
from .fields import Fields
from .new_pages import NewPages
from .objects import Objects
from .pairing import match_structure, pair, write_overrides
from .reading import Record
from .segments import (
    SourceTexts,
    TranslatedTexts,
    insert,
    relations,
    translated_segments,
    write_sources,
    write_translations,
)
from .values import ValueProblem


def unsaved_version(instance: Any, **attributes: object) -> Any:
    """Return a copy of an object, with other values, that may be changed and saved; nothing is saved."""
    left_out = [*instance.default_exclude_fields_in_copy, *instance.exclude_fields_in_copy] if isinstance(instance, Page) else ["id"]
    version, _children = _copy(instance, exclude_fields=left_out, update_attrs=attributes)
    for field in instance._meta.concrete_fields:
        if isinstance(field, StreamField):
            # What is put into a block would be in the other object's block too.
            raw = json.loads(field.value_to_string(instance))
            setattr(version, field.name, field.stream_block.to_python(raw))
    return version


class Translations:
    """Writes translations of what was loaded."""

    def __init__(self, objects: Objects, fields: Fields, pages: NewPages, locales: dict[str, Locale]) -> None:
        self.objects = objects
        self.fields = fields
        self.pages = pages
        self.locales = locales
        self._new: list[tuple[Record, Page]] = []
        self._sources: dict[UUID, SourceTexts] = {}
        self._texts: dict[str, TranslatedTexts] = {}
        self._following: dict[int, list[Locale]] = {}

    def write_sources(self, records: list[Record]) -> list[RecordError]:
        """Cut the sources of translations into segments; return what is wrong with records whose source is gone."""
        errors: list[RecordError] = []
        ids: dict[type[Any], set[int]] = {}
        for record in records:
            name = record.get("translation_of")
            if (instance := self.objects.get(name)) is None:
                errors.append(record.error(f"its source “{name}” was deleted"))
            else:
                ids.setdefault(type(instance), set()).add(instance.pk)
        if not errors:
            # Read again: whoever wrote them holds more than what is stored.
            rows = (model.objects.filter(pk__in=pks).prefetch_related(*relations(model)) for model, pks in ids.items())
            with shown.held():
                self._sources = write_sources([instance for of_model in rows for instance in of_model])
        return errors

    def _source(self, record: Record) -> SourceTexts:
        return self._sources[self.objects.get(record.get("translation_of")).translation_key]

    def pair(self, record: Record) -> None:
        """Pair the texts of a translation with its source's.

        Raises:
            RecordError: the two do not match.
        """
        source = self._source(record)
        translated = unsaved_version(source.instance)
        try:
            self._set_translated_fields(record, source.instance, translated)
            self._texts[record.id] = pair(source, translated)
        except ValueProblem as error:
            name = record.get("translation_of")
            place = self.objects.records[name].place if name in self.objects.records else f"the page “{name}”"
            raise record.error(f"does not match its source {place}: {error}") from error

    def write_texts(self, records: list[Record]) -> None:
        """Store the texts of all translations as wagtail-localize keeps them."""
        write_translations(
            [(self._source(record), self.locales[record.lang], self._texts[record.id]) for record in records]
        )
        for record in records:
            write_overrides(self._source(record).source, self.locales[record.lang], self._texts[record.id].overrides)

    def write(self, record: Record) -> None:
        """Make the translation from its texts, and publish it."""
        source, locale = self._source(record), self.locales[record.lang]
        parent = self._parent_of_new(source.instance, locale)
        if parent is not None and self.pages.version(source.instance, locale) is None:
            page = unsaved_version(source.instance, locale=locale, slug=record.get("slug", ""))
            segments = translated_segments(source, self._texts[record.id], locale)
            ingest_segments(page, page, source.source.locale, locale, segments)
            self.pages.insert_translation(page, source.instance, parent)
            self._new.append((record, page))
        else:
            self._write_by_itself(record, source, locale)

    def _parent_of_new(self, source: Any, locale: Locale) -> Page | None:
        """Return the page below which a version of a new page belongs as its last child; None of what is to be made by itself."""
        is_new = isinstance(source, Page) and source in self.pages
        if not is_new or not source.live or source.go_live_at or source.expire_at:
            return None
        parent = self.pages.place(path=source.path[: -Page.steplen])
        return parent if parent.is_root() else self.pages.version(parent, locale)

    def finish(self) -> list[tuple[Record, Page]]:
        """Publish the new pages, and return them with their records."""
        self.pages.publish()
        logs = [
            TranslationLog(
                source_id=self._source(record).source.pk, locale_id=page.locale_id, revision_id=page.latest_revision_id
            )
            for record, page in self._new
        ]
        insert(TranslationLog, logs)
        return self._new

    def _write_by_itself(self, record: Record, source: SourceTexts, locale: Locale) -> None:
        """Make a translation of what was there already, as wagtail-localize does."""
        publish = bool(getattr(source.instance, "live", True))
        # A parent without a translation gets its alias on the way.
        instance, _created = TranslationSource.objects.get(pk=source.source.pk).create_or_update_translation(
            locale, publish=publish and not isinstance(source.instance, Page), copy_parent_pages=True
        )
        if isinstance(instance, Page):
            instance = type(instance).objects.get(pk=instance.pk)
            # The row itself changes when the draft is published (`translation.upstream`).
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
            self.pages.forget_places()
        self.objects.remember(record, instance)

    def _set_translated_fields(self, record: Record, source_object: Any, translated: Any) -> None:
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
        missing = [locale for locale in self._locales_following(page.locale_id) if self.pages.version(page, locale) is None]
        # Read again: what was written since is in the database only.
        source = type(page).objects.prefetch_related(*relations(type(page))).get(pk=page.pk) if missing else page
        for locale in missing:
            if (parent := self._parent_of_new(source, locale)) is not None:
                alias = unsaved_version(
                    source, locale=locale, alias_of=source, draft_title=source.title, has_unpublished_changes=False
                )
                self.pages.insert_alias(alias, source, parent, locale)
            else:
                source.copy_for_translation(locale, copy_parents=True, alias=True)
                self.pages.forget_places()

    def _locales_following(self, locale_id: int) -> list[Locale]:
        if locale_id not in self._following:
            synchronised = LocaleSynchronization.objects.filter(sync_from_id=locale_id).values("locale_id")
            self._following[locale_id] = list(Locale.objects.filter(pk__in=synchronised))
        return self._following[locale_id]
