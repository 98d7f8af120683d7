"""Stored texts get the form in which texts are stored from now on (`portal.language.texts`), in rows, revisions and segments."""

from __future__ import annotations

import json
import uuid

from django.apps.registry import Apps
from django.db.models import CharField, F, Model, TextField
from django.db.models.functions import Cast
from wagtail.blocks import StreamValue
from wagtail.fields import StreamField

from portal.language.texts import plain, plain_html, plain_value

from ._merging import move_translations

APPS = ("wagtailcore", "portal", "home", "news", "search")
# As wagtail-localize makes the hash of a text.
_STRINGS = uuid.UUID("59ed7d1c-7eb5-45fa-9c8b-7a7057ed56d7")


def make_rows_plain(apps: Apps, schema_editor: object) -> None:
    """Pages, translatable snippets, pictures and files."""
    for model in apps.get_models():
        names = {field.name for field in model._meta.get_fields()}
        is_text = "translation_key" in names or "page_ptr" in names or {"title", "file"} <= names
        if model._meta.app_label in APPS and is_text:
            _make_model_plain(model)


def _make_model_plain(model: type[Model]) -> None:
    fields = [field for field in model._meta.local_concrete_fields if isinstance(field, (CharField, TextField))]
    streams = [field for field in model._meta.local_concrete_fields if isinstance(field, StreamField)]
    texts = [field.name for field in fields if not isinstance(field, StreamField)]
    raw = {f"raw_{field.name}": Cast(F(field.name), TextField()) for field in streams}
    # A file's name is a path, not a text.
    rows = model.objects.annotate(**raw).values("pk", *texts, *raw)
    for row in list(rows):
        changes = {name: plain(row[name]) for name in texts if row[name] and plain(row[name]) != row[name]}
        for field in streams:
            data = json.loads(row[f"raw_{field.name}"] or "[]")
            if (found := plain_value(data)) != data:
                changes[field.name] = StreamValue(field.stream_block, found, is_lazy=True)
        if changes:
            model.objects.filter(pk=row["pk"]).update(**changes)


def make_contents_plain(apps: Apps, schema_editor: object) -> None:
    """Revisions, and what was handed over for translation."""
    revisions = apps.get_model("wagtailcore", "Revision").objects
    for pk, content in revisions.values_list("pk", "content").iterator(chunk_size=100):
        if (found := plain_value(content)) != content:
            revisions.filter(pk=pk).update(content=found)
    sources = apps.get_model("wagtail_localize", "TranslationSource").objects
    for pk, content in sources.values_list("pk", "content_json").iterator(chunk_size=100):
        if (found := plain_value(content)) != content:
            sources.filter(pk=pk).update(content_json=found)


def make_segments_plain(apps: Apps, schema_editor: object) -> None:
    """Texts and translations; where two texts become one, their translations meet."""
    strings = apps.get_model("wagtail_localize", "String").objects
    segments = apps.get_model("wagtail_localize", "StringSegment").objects
    translations = apps.get_model("wagtail_localize", "StringTranslation").objects
    rich_texts = set(apps.get_model("wagtail_localize", "TemplateSegment").objects.values_list("context_id", flat=True))
    for string in list(strings.order_by("pk")):
        data = plain_html(string.data)
        if "\n" in data and rich_texts.isdisjoint(segments.filter(string=string).values_list("context_id", flat=True)):
            # Line ends of plain texts are elements; wagtail-localize knows one kind of them.
            data = data.replace("\n", "<br/>")
        if data == string.data:
            continue
        data_hash = uuid.uuid5(_STRINGS, data)
        twin = strings.filter(locale_id=string.locale_id, data_hash=data_hash).first()
        if twin is None:
            strings.filter(pk=string.pk).update(data=data, data_hash=data_hash)
            continue
        segments.filter(string=string).update(string=twin)
        found = list(translations.filter(translation_of=string).select_related("translation_of", "context"))
        move_translations(apps, found, lambda translation, twin=twin: {"translation_of_id": twin.pk})
        string.delete()
    for pk, data in list(translations.values_list("pk", "data")):
        if (found := plain_html(data)) != data:
            translations.filter(pk=pk).update(data=found)
