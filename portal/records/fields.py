"""A record's keys to the fields of its page or snippet."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils import timezone
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from portal.language.dates import parse_partial
from portal.listing.declarations import record_keys

from .files import Files
from .objects import Objects
from .reading import Record
from .values import References, StreamValues, ValueProblem, rich_text

# Fields that `fields` may not set: they have keys of their own or belong to Wagtail.
_OWN_KEYS = {
    "title", "name", "lead", "body", "sources", "date", "date_precision", "topics", "regions", "reviewed_on", "reviewed_by", "image",
    "show_in_menus", "menu_title", "menu_intro", "original_title", "original_url", "original_date", "original_date_precision",
    "original_language",
}  # fmt: skip
_PAGE_INTERNALS = {field.name for field in Page._meta.get_fields()} - {"seo_title", "search_description"}


def _parse_date(text: str) -> tuple[datetime.date, str]:
    """Return a date and its precision from `2022-03-25`, `2022-03` or `2022`."""
    try:
        return parse_partial(text)
    except ValueError as error:
        raise ValueProblem(f"“{text}” is no date; write 2022-03-25, 2022-03 or 2022") from error


def _key(name: str) -> str:
    """Return the record's key for a field of the model."""
    if name.startswith(("original_", "menu_")):
        return name.replace("_", ".", 1)
    return name if name in _OWN_KEYS else f"fields.{name}"


def _converted(record: Record, field: Any, key: str, value: object) -> object:
    """Return a value as a field takes it; a time without a zone is German time.

    Raises:
        RecordError: it is none.
    """
    try:
        found = field.to_python(value)
    except ValidationError as error:
        raise record.error(f"“{key}”: {value!r} does not fit") from error
    if isinstance(found, datetime.datetime) and timezone.is_naive(found):
        found = timezone.make_aware(found)
    return found


class Fields:
    """Sets fields; what a record refers to is found among what other records became."""

    def __init__(self, objects: Objects, files: Files) -> None:
        self.objects = objects
        self.files = files

    @staticmethod
    def require_values(record: Record, instance: models.Model) -> None:
        """Refuse an object that lacks what the database must have, before it is stored for the first time.

        Raises:
            RecordError: naming the key.
        """
        for field in instance._meta.concrete_fields:
            if field.null or field.primary_key or not field.editable or field.name in _PAGE_INTERNALS:
                continue
            if getattr(instance, field.attname) is not None:
                continue
            raise record.error(f"“{_key(field.name)}” is missing")

    @staticmethod
    def _require_space(record: Record, instance: models.Model) -> None:
        """Refuse texts that are longer than their columns: SQLite would store them all the same, PostgreSQL end the load."""
        for field in instance._meta.concrete_fields:
            value = getattr(instance, field.attname)
            if isinstance(value, str) and field.max_length is not None and len(value) > field.max_length:
                raise record.error(f"“{_key(field.name)}” has {len(value)} characters; {field.max_length} fit")

    def _references(self, record: Record) -> References:
        owner = self.objects.records.get(record.source_id, record)
        return References(
            page=self.objects.page_id,
            image=lambda name: self.files.id_of(owner, "images", name),
            document=lambda name: self.files.id_of(owner, "files", name),
            fact=self.objects.fact_id,
        )

    def set(self, record: Record, instance: models.Model, data: dict[str, Any], with_content: bool) -> None:
        """Set the fields of an object from a record's keys; content (what refers to other records) only if asked for.

        Raises:
            RecordError: the object has no such field.
            ValueProblem: a value does not fit.
        """
        model = instance.__class__
        title_field = "title" if self._has_field(model, "title") else "name"
        setattr(instance, title_field, data["title"])
        if isinstance(instance, Page):
            instance.draft_title = data["title"]
        simple = {"lead": "lead"}
        for key, name in simple.items():
            if key in data:
                self._set(record, instance, key, name, data[key])
        self._set_kind(record, instance, data, with_content)
        for key, value in (data.get("original") or {}).items():
            if key == "date":
                value, precision = _parse_date(value)
                self._set(record, instance, "original", "original_date_precision", precision)
            self._set(record, instance, "original", f"original_{key}", value)
        menu = data.get("menu") or {}
        for key, name in (("show", "show_in_menus"), ("title", "menu_title"), ("intro", "menu_intro")):
            if key in menu:
                self._set(record, instance, "menu", name, menu[key])
        for name, value in (data.get("fields") or {}).items():
            self._set_own_field(record, instance, name, value, with_content)
        if with_content:
            self._set_content(record, instance, data)
        self._require_space(record, instance)

    def _set_kind(self, record: Record, instance: models.Model, data: dict[str, Any], with_content: bool) -> None:
        """Set what the kind of a page says that records may say of it (`portal.listing`): its dates above all."""
        listing = getattr(instance, "listing", None)
        keys = record_keys(record.get("type"))
        if foreign := [key for key in ("date", "date_precision") if key in data and key not in keys]:
            raise record.error(f"a {record.get('type')} has no “{foreign[0]}”")
        for key, name in keys.items():
            if key not in data or not self._has_field(type(instance), name):
                continue
            if isinstance(type(instance)._meta.get_field(name), StreamField):
                if with_content:
                    self._set_stream(record, instance, name, data[key])
                continue
            if listing is not None and (precision_field := listing.when.precision_of(name)):
                date, precision = _parse_date(data[key])
                setattr(instance, name, date)
                setattr(instance, precision_field, precision)
            else:
                setattr(instance, name, _converted(record, type(instance)._meta.get_field(name), key, data[key]))

    def _set_content(self, record: Record, instance: models.Model, data: dict[str, Any]) -> None:
        for key in ("topics", "regions"):
            if key in data:
                self._require(record, instance, key, key)
                setattr(instance, key, [self.objects.get(name) for name in data[key]])
        if "sources" in data:
            blocks_ = [{"type": "source", "value": item} for item in data["sources"]]
            self._set_stream(record, instance, "sources", blocks_)
        if "body" in data:
            self._require(record, instance, "body", "body")
            self._set_stream(record, instance, "body", data["body"])
        for item in data.get("images") or []:
            image_id = self.files.id_of(record, "images", item["id"])
            if item.get("lead"):
                self._set(record, instance, "images", "image_id", image_id)
                for key, name in (("alt", "image_alt"), ("caption", "image_caption")):
                    if key in item and self._has_field(type(instance), name):
                        setattr(instance, name, item[key])
        for item in data.get("files") or []:
            self.files.id_of(record, "files", item["id"])

    @staticmethod
    def _has_field(model: type[models.Model], name: str) -> bool:
        try:
            model._meta.get_field(name)
        except FieldDoesNotExist:
            return False
        return True

    def _require(self, record: Record, instance: models.Model, key: str, name: str) -> None:
        if not self._has_field(type(instance), name.removesuffix("_id")):
            raise record.error(f"a {record.get('type')} has no “{key}”")

    def _set(self, record: Record, instance: models.Model, key: str, name: str, value: Any) -> None:
        self._require(record, instance, key, name)
        setattr(instance, name, value)

    def _set_stream(self, record: Record, instance: models.Model, name: str, value: Any) -> None:
        field: Any = instance._meta.get_field(name)
        block = field.stream_block
        # A translation's blocks get the ids of its source's, so the name of the source makes them.
        owner = record.source_id
        setattr(
            instance, name, block.to_python(StreamValues(owner, self._references(record)).stream(block, value, name))
        )

    def _set_own_field(
        self, record: Record, instance: models.Model, name: str, value: Any, with_content: bool
    ) -> None:
        """Set a field of the model that no key stands for."""
        model = type(instance)
        known = {
            field.name
            for field in model._meta.fields
            if field.editable and not (issubclass(model, Page) and field.name in _PAGE_INTERNALS)
        } - _OWN_KEYS
        if name not in known:
            raise record.error(
                f"“fields” names “{name}”, which is no field of {record.get('type')} or has a key of its own"
            )
        model_field: Any = model._meta.get_field(name)
        if isinstance(model_field, StreamField):
            if with_content:
                self._set_stream(record, instance, name, value)
        elif isinstance(model_field, RichTextField):
            if with_content:
                setattr(instance, name, rich_text(value, model_field.features, self._references(record), name))
        elif isinstance(model_field, models.ForeignKey) and issubclass(model_field.related_model, Page):
            if with_content:
                setattr(instance, model_field.attname, self.objects.page_id(value))
        else:
            setattr(instance, name, model_field.to_python(value))
