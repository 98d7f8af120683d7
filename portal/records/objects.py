"""What records became: the pages and snippets of this load and of earlier ones."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from wagtail.models import Page
from wagtail_localize.models import SegmentOverride, StringTranslation

from portal.models import Fact, LoadedRecord

from .checking import RecordSet
from .reading import Record
from .values import ValueProblem


@dataclass
class Report:
    """What a load did: records by what became of them."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    left_alone: list[str] = field(default_factory=list)


def state_of(instance: models.Model) -> str:
    """Return a digest of what a load left behind: another revision or status means that a person was here."""
    parts = [str(getattr(instance, "latest_revision_id", "")), str(getattr(instance, "live", ""))]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def typed_by_people() -> set[tuple[Any, int]]:
    """Return the translations in which a person has typed something, published or not, as translation key and locale. Two queries."""
    return {
        found
        for model in (StringTranslation, SegmentOverride)
        for found in model.objects.filter(last_translated_by__isnull=False).values_list("context__object_id", "locale_id").distinct()
    }


def is_edited(stored: LoadedRecord, typed: set[tuple[Any, int]]) -> bool:
    """Return whether a person has worked on what a record became; `typed` are the translations in which somebody did."""
    instance: Any = stored.object
    return stored.state != state_of(instance) or (instance.translation_key, instance.locale_id) in typed


class Objects:
    """The objects of all records that this load or an earlier one has made, by the records' names."""

    def __init__(self, records: RecordSet) -> None:
        self.records = records.records
        self.loaded = records.loaded
        self.report = Report()
        self._found: dict[str, models.Model] = {}
        self._new_ids: set[str] = set()
        self._changed: set[str] = set()
        self._rows: list[LoadedRecord] = []
        self._typed = typed_by_people()

    def __contains__(self, name: str) -> bool:
        return name in self._found

    def __setitem__(self, name: str, instance: models.Model) -> None:
        self._found[name] = instance

    def of_this_load(self, name: str) -> Any:
        """Return what a record of this load became; None before it is made."""
        return self._found.get(name)

    def get(self, name: str) -> Any:
        """Return what a record became, in this load or an earlier one; None where it is gone or never was."""
        if (instance := self._found.get(name)) is not None:
            return instance
        return self.loaded[name].object if name in self.loaded else None

    def page_id(self, name: str) -> int:
        """Return the id of a record's page.

        Raises:
            ValueProblem: the name is that of no page, or of a translation.
        """
        record = self.records.get(name)
        if record is not None and record.is_translation:
            raise ValueProblem(f"“{name}” is a translation; name its source “{record.get('translation_of')}”")
        instance = self.get(name)
        if not isinstance(instance, Page):
            raise ValueProblem(f"“{name}” is no page record")
        return instance.pk

    def fact_id(self, name: str) -> int:
        """Return the id of a record's fact.

        Raises:
            ValueProblem: the name is that of no fact, or of a translation.
        """
        record = self.records.get(name)
        instance = self.get(name)
        if not isinstance(instance, Fact) or (record is not None and record.is_translation):
            raise ValueProblem(f"“{name}” is no record of a fact in the source language")
        return instance.pk

    def translation_key(self, record: Record) -> dict[str, object]:
        """Return the translation key of the page that a record stands beside, as a field to create it with."""
        name = record.get("translation_of")
        return {} if name is None else {"translation_key": self.get(name).translation_key}

    def needs_work(self, record: Record, overwrite: bool) -> bool:
        """Return whether a record is to be loaded; report it if not, and remember the object that it became.

        Sources are asked about before their translations: these belong to the texts beside them, so that what changes in a source is
        paired anew though the translation's own record did not change.
        """
        if self._is_to_be_loaded(record, overwrite):
            self._changed.add(record.id)
            return True
        return False

    def _is_to_be_loaded(self, record: Record, overwrite: bool) -> bool:
        stored = self.loaded.get(record.id)
        if stored is None:
            self._new_ids.add(record.id)
            return True
        instance = stored.object
        if instance is None:
            if overwrite:
                self._new_ids.add(record.id)
                return True
            self.report.left_alone.append(record.id)
            return False
        self._found[record.id] = instance
        edited = is_edited(stored, self._typed)
        is_same = stored.digest == record.digest and not (record.is_translation and record.get("translation_of") in self._changed)
        if is_same and not (edited and overwrite):
            self.report.unchanged.append(record.id)
            return False
        if edited and not overwrite:
            self.report.left_alone.append(record.id)
            return False
        return True

    def remember(self, record: Record, instance: models.Model) -> None:
        """Keep what became of a record until `store` is called."""
        self._found[record.id] = instance
        self._rows.append(
            LoadedRecord(
                record_id=record.id,
                content_type=ContentType.objects.get_for_model(instance),
                object_id=instance.pk,
                digest=record.digest,
                state=state_of(instance),
            )
        )
        (self.report.created if record.id in self._new_ids else self.report.updated).append(record.id)

    def store(self) -> None:
        """Store what became of the records of this load."""
        LoadedRecord.objects.bulk_create(
            self._rows,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["record_id"],
            update_fields=["content_type", "object_id", "digest", "state"],
        )
