"""All that the database holds, without what differs from one time to the next: ids, keys, moments."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import models
from wagtail.models import Page, Revision, TranslatableMixin
from wagtail_localize.models import TranslatableObject, TranslationSource

# Kept by Django and the database, or made from the migrations alone.
_LEFT_OUT = {
    "admin.LogEntry",
    "sessions.Session",
    "contenttypes.ContentType",
    "auth.Permission",
    "auth.Group",
    "auth.User",
}
_MOMENTS = (models.DateTimeField,)
# A revision holds the row as it was before it was published, which nothing reads.
_BOOKKEEPING = {
    "translation_key", "latest_revision", "live_revision", "live", "has_unpublished_changes", "draft_title", "numchild", "path",
    "url_path",
}  # fmt: skip
_LINK = re.compile(r'id="(\d+)" linktype="(page|document)"')


class Names:
    """Names of objects that hold no id: a page by its address, a snippet by its model, language and text."""

    def __init__(self) -> None:
        self._known: dict[tuple[type, object], str] = {}
        self.pages = {
            page.pk: f"{page.locale.language_code}{page.url_path}" for page in Page.objects.select_related("locale")
        }
        self.keys = {}
        for model in apps.get_models():
            if {"translation_key", "locale"} <= {field.name for field in model._meta.local_fields}:
                for row in model.objects.select_related("locale").order_by("locale", "pk"):
                    name = self.pages[row.pk] if isinstance(row, Page) else f"{row.locale.language_code} {row}"
                    self.keys.setdefault(row.translation_key, name)

    def of(self, model: type[models.Model], pk: object) -> object:
        """Return the name of an object."""
        if pk is None:
            return None
        if issubclass(model, Page):
            return self.pages.get(int(pk), "no page")
        if model is TranslatableObject:
            return self.keys[pk]
        if model is ContentType:
            return ContentType.objects.get_for_id(pk).model
        if issubclass(model, AbstractBaseUser):
            return "a person"
        key = (model, pk)
        if key not in self._known:
            row = model._base_manager.filter(pk=pk).first()
            match row:
                case None:
                    self._known[key] = "nothing"
                case Revision():
                    owner = row.base_content_type.model_class()
                    self._known[key] = f"revision of {self.of(owner, row.object_id)}: {row.object_str}"
                case TranslationSource():
                    self._known[key] = f"source of {self.keys[row.object_id]}"
                case TranslatableMixin():
                    self._known[key] = f"{row.locale.language_code} {row._meta.label} {row}"
                case _:
                    self._known[key] = json.dumps(row_of(row, self), default=str, sort_keys=True, ensure_ascii=False)
        return self._known[key]

    def in_value(self, value: object, key: str = "") -> object:
        """Return JSON without ids of pages and moments."""
        if isinstance(value, dict):
            return {
                name: self.in_value(item, name)
                for name, item in value.items()
                if not name.endswith("_at") and name not in _BOOKKEEPING
            }
        if isinstance(value, list):
            return [self.in_value(item, key) for item in value]
        if isinstance(value, int) and not isinstance(value, bool) and key in ("page", "pk", "id", "alias_of"):
            return self.pages.get(value, value)
        if isinstance(value, str):
            if value[:1] in "[{":
                try:
                    return self.in_value(json.loads(value))
                except ValueError:
                    return value
            return _LINK.sub(lambda match: f"{match[2]} {self.pages.get(int(match[1])) if match[2] == 'page' else ''}", value)
        return value


def row_of(row: models.Model, names: Names) -> dict[str, object]:
    """Return the values of a row by the names of its fields."""
    found = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.primary_key or isinstance(field, (*_MOMENTS, models.UUIDField)) and field.name != "data_hash":
            if isinstance(field, _MOMENTS):
                found[field.name] = value is not None
            elif isinstance(field, models.OneToOneField):
                found[field.name] = names.of(field.related_model, value)
            continue
        if isinstance(field, models.ForeignKey):
            found[field.name] = names.of(field.related_model, value)
        elif field.name in ("object_id", "to_object_id") and value is not None:
            found[field.name] = _generic(row, field.name, value, names)
        else:
            found[field.name] = names.in_value(
                field.get_prep_value(value) if isinstance(field, models.TextField) else value
            )
    for field in row._meta.many_to_many:
        found[field.name] = sorted(
            names.of(field.related_model, pk) for pk in getattr(row, field.name).values_list("pk", flat=True)
        )
    return found


def _generic(row: models.Model, name: str, value: object, names: Names) -> object:
    """Return the name of what a row refers to by a content type and an id."""
    types = ("to_content_type",) if name == "to_object_id" else ("base_content_type", "content_type")
    model = next((found for kind in types if (found := getattr(row, kind, None)) is not None), None)
    return names.of(model.model_class(), value) if model is not None and model.model_class() else str(value)


def stored(
    change: Callable[[models.Model, dict[str, object]], dict[str, object] | None] = lambda row, values: values,
) -> dict[str, list[str]]:
    """Return the rows of all tables in an order of their own; `change` is asked about each and may leave it out."""
    names = Names()
    found = {}
    for model in apps.get_models():
        if model._meta.label in _LEFT_OUT or model._meta.proxy or not model._meta.managed:
            continue
        rows = (change(row, row_of(row, names)) for row in model._base_manager.all())
        found[model._meta.label] = sorted(
            json.dumps(row, default=str, sort_keys=True, ensure_ascii=False) for row in rows if row is not None
        )
    return {label: rows for label, rows in found.items() if rows}
