"""What wagtail-localize keeps of sources and translations, written for a whole load at once.

wagtail-localize asks for each text whether its string, its context, its segment and its translation are there: a page has a hundred
texts. Here all of a load are read together, and what is missing is written together: the same rows (`tests/portal/records/test_bulk.py`).
"""

from __future__ import annotations

import copy
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.signals import pre_save
from django.utils import timezone
from modelcluster.models import ClusterableModel, get_all_child_relations, get_serializable_data_for_fields
from wagtail.models import Locale, TranslatableMixin
from wagtail_localize.models import (
    OverridableSegment,
    RelatedObjectSegment,
    String,
    StringSegment,
    StringTranslation,
    Template,
    TemplateSegment,
    TranslatableObject,
    Translation,
    TranslationContext,
    TranslationSource,
    get_schema_version,
)
from wagtail_localize.segments import (
    OverridableSegmentValue,
    RelatedObjectSegmentValue,
    StringSegmentValue,
    TemplateSegmentValue,
)
from wagtail_localize.segments.extract import extract_segments
from wagtail_localize.strings import StringValue, validate_translation_links

from .values import ValueProblem

BATCH = 500
"""How many rows are written, or asked for by their names, in one query."""

Row = TypeVar("Row", bound=models.Model)
Item = TypeVar("Item")
SegmentValue: TypeAlias = StringSegmentValue | TemplateSegmentValue | RelatedObjectSegmentValue | OverridableSegmentValue
Place = tuple[int, int]
"""The ids of a text's string and of its context."""


@dataclass
class SourceTexts:
    """A source with what is cut out of it. `instance` is the object as it is stored, which nobody may change."""

    source: TranslationSource
    instance: TranslatableMixin
    values: list[SegmentValue]
    places: dict[int, Place] = field(default_factory=dict)
    """By the number of a text's segment."""

    @property
    def strings(self) -> list[StringSegmentValue]:
        """Return the texts alone, in their order."""
        return [value for value in self.values if isinstance(value, StringSegmentValue)]


@dataclass
class TranslatedTexts:
    """What a record gives for the texts of a source in a language: by their segments' numbers, and other values by content path."""

    texts: dict[int, str]
    overrides: dict[str, object]


def insert(model: type[Row], rows: list[Row]) -> list[Row]:
    """Insert rows; who listens before a row is saved is heard, as everywhere (`portal.signals` makes texts plain)."""
    for row in rows:
        pre_save.send(sender=model, instance=row, raw=False, using=DEFAULT_DB_ALIAS, update_fields=None)
    return model._default_manager.bulk_create(rows, batch_size=BATCH)


def batches(items: Iterable[Item]) -> Iterable[list[Item]]:
    """Yield items by as many as one query takes."""
    listed = list(items)
    for start in range(0, len(listed), BATCH):
        yield listed[start : start + BATCH]


def relations(model: type[models.Model]) -> list[str]:
    """Return what is read with an object of a model and stored beside its row, by the names with which it is read for many at once."""
    return [
        *(field.name for field in model._meta.many_to_many),
        *(relation.get_accessor_name() for relation in get_all_child_relations(model)),
    ]


# --- sources ------------------------------------------------------------------------------------------------------------


def write_sources(instances: list[TranslatableMixin]) -> dict[uuid.UUID, SourceTexts]:
    """Bring the sources of objects, as they are stored, and their segments up to date; return them by translation key.

    A source that was there and has changed is renewed by wagtail-localize itself, which keeps what translators wrote.
    """
    _insert_objects({i.translation_key: ContentType.objects.get_for_model(i.get_translation_model()) for i in instances})
    stored = {
        (source.object_id, source.locale_id): source
        for keys in batches(instance.translation_key for instance in instances)
        for source in TranslationSource.objects.filter(object_id__in=keys)
    }
    found, new = [], []
    for instance in instances:
        content_json = _content_json(instance)
        source = stored.get((instance.translation_key, instance.locale_id))
        if source is None:
            source = TranslationSource(
                object_id=instance.translation_key,
                locale_id=instance.locale_id,
                specific_content_type=ContentType.objects.get_for_model(type(instance)),
                object_repr=str(instance)[:200],
                content_json=content_json,
                schema_version=get_schema_version(instance._meta.app_label),
                last_updated_at=timezone.now(),
            )
            new.append(source)
        elif json.loads(source.content_json) != json.loads(content_json):
            source, _created = TranslationSource.update_or_create_from_instance(instance)
        found.append(SourceTexts(source, instance, extract_segments(instance)))
    insert(TranslationSource, new)
    is_new = {id(source) for source in new}
    contexts = _contexts(found)
    strings = _strings(found)
    for texts in found:
        for value in texts.strings:
            string = strings[texts.source.locale_id, String._get_data_hash(value.string.data)]
            texts.places[value.order] = (string.pk, contexts[texts.source.object_id, value.path].pk)
    _insert_segments([texts for texts in found if id(texts.source) in is_new], contexts)
    return {texts.instance.translation_key: texts for texts in found}


def _content_json(instance: TranslatableMixin) -> str:
    if isinstance(instance, ClusterableModel):
        return instance.to_json()
    return json.dumps(get_serializable_data_for_fields(instance), cls=DjangoJSONEncoder)


def _insert_objects(types: dict[uuid.UUID, ContentType]) -> None:
    known = {pk for keys in batches(types) for pk in TranslatableObject.objects.in_bulk(keys)}
    insert(
        TranslatableObject,
        [TranslatableObject(translation_key=key, content_type=kind) for key, kind in types.items() if key not in known],
    )


def _contexts(found: list[SourceTexts]) -> dict[tuple[uuid.UUID, str], TranslationContext]:
    """Return the contexts of all segments by object and content path; those that are missing are made."""
    contexts = {
        (context.object_id, context.path): context
        for keys in batches(texts.source.object_id for texts in found)
        for context in TranslationContext.objects.filter(object_id__in=keys)
    }
    new = []
    for texts in found:
        for value in texts.values:
            key = (texts.source.object_id, value.path)
            if key not in contexts:
                context = TranslationContext(object_id=key[0], path=key[1], path_id=TranslationContext._get_path_id(key[1]))
                # It would be saved with the path of its fields, which is wanted before.
                context.save = lambda **kwargs: None
                context.get_field_path(texts.instance)
                del context.save
                contexts[key] = context
                new.append(context)
    insert(TranslationContext, new)
    return contexts


def _strings(found: list[SourceTexts]) -> dict[tuple[int, uuid.UUID], String]:
    """Return the strings of all texts by locale and hash; those that are missing are made."""
    wanted: dict[int, dict[uuid.UUID, str]] = defaultdict(dict)
    for texts in found:
        for value in texts.strings:
            wanted[texts.source.locale_id][String._get_data_hash(value.string.data)] = value.string.data
    strings = {
        (locale_id, string.data_hash): string
        for locale_id, hashes in wanted.items()
        for batch in batches(hashes)
        for string in String.objects.filter(locale_id=locale_id, data_hash__in=batch)
    }
    new = {
        (locale_id, data_hash): String(locale_id=locale_id, data_hash=data_hash, data=data)
        for locale_id, hashes in wanted.items()
        for data_hash, data in hashes.items()
        if (locale_id, data_hash) not in strings
    }
    insert(String, list(new.values()))
    return strings | new


def _templates(values: list[TemplateSegmentValue]) -> dict[str, Template]:
    """Return templates by their text; those that are missing are made."""
    wanted = {}
    for value in values:
        namespace = uuid.uuid5(Template.BASE_UUID_NAMESPACE, value.format)
        wanted[uuid.uuid5(namespace, value.template)] = value
    known = {t.uuid: t for batch in batches(wanted) for t in Template.objects.filter(uuid__in=batch)}
    new = [
        Template(uuid=key, template=value.template, template_format=value.format, string_count=value.string_count)
        for key, value in wanted.items()
        if key not in known
    ]
    known |= {template.uuid: template for template in insert(Template, new)}
    return {value.template: known[key] for key, value in wanted.items()}


def _insert_segments(found: list[SourceTexts], contexts: dict[tuple[uuid.UUID, str], TranslationContext]) -> None:
    """Insert all segments of sources that have none."""
    everything = [value for texts in found for value in texts.values]
    templates = _templates([value for value in everything if isinstance(value, TemplateSegmentValue)])
    _insert_objects({v.translation_key: v.content_type for v in everything if isinstance(v, RelatedObjectSegmentValue)})
    rows: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for texts in found:
        for value in texts.values:
            context = contexts[texts.source.object_id, value.path]
            place = {"source": texts.source, "context": context, "order": value.order}
            if isinstance(value, TemplateSegmentValue):
                row = TemplateSegment(**place, template=templates[value.template])
            elif isinstance(value, RelatedObjectSegmentValue):
                row = RelatedObjectSegment(**place, object_id=value.translation_key)
            elif isinstance(value, OverridableSegmentValue):
                row = OverridableSegment(**place, data_json=json.dumps(value.data, cls=DjangoJSONEncoder))
            else:
                attrs = json.dumps(value.attrs, cls=DjangoJSONEncoder)
                row = StringSegment(**place, string_id=texts.places[value.order][0], attrs=attrs)
            rows[type(row)].append(row)
    for model, of_model in rows.items():
        insert(model, of_model)


# --- translations -------------------------------------------------------------------------------------------------------


def write_translations(found: list[tuple[SourceTexts, Locale, TranslatedTexts]]) -> None:
    """Store which sources are translated into which languages, and their texts there."""
    known = {
        (translation.source_id, translation.target_locale_id)
        for batch in batches(texts.source.pk for texts, _locale, _translated in found)
        for translation in Translation.objects.filter(source__in=batch)
    }
    wanted = {(texts.source.pk, locale.pk) for texts, locale, _translated in found}
    insert(Translation, [Translation(source_id=pk, target_locale_id=locale) for pk, locale in sorted(wanted - known)])
    stored = {
        (row.locale_id, row.translation_of_id, row.context_id): row
        for keys in batches({texts.source.object_id for texts, _locale, _translated in found})
        for row in StringTranslation.objects.filter(context__object_id__in=keys)
    }
    new = []
    for texts, locale, translated in found:
        for value in texts.strings:
            string_id, context_id = texts.places[value.order]
            key, data = (locale.pk, string_id, context_id), translated.texts[value.order]
            current = stored.get(key)
            if current is None:
                stored[key] = StringTranslation(
                    translation_of_id=string_id,
                    context_id=context_id,
                    locale_id=locale.pk,
                    data=data,
                    translation_type=StringTranslation.TRANSLATION_TYPE_MANUAL,
                )
                new.append(stored[key])
            elif current.data != data:
                current.data = data
                current.has_error = False
                if current.pk is not None:
                    current.save()
    insert(StringTranslation, new)


def check_text(source: str, text: str) -> None:
    """Refuse a translated text that wagtail-localize would keep and leave out of the page.

    Raises:
        ValueProblem: it holds markup that a segment may not have, or other links than its source.
    """
    if "<" not in source + text:
        return
    try:
        StringValue.from_translated_html(text)
        validate_translation_links(source, text)
    except ValueError as error:
        raise ValueProblem(str(error)) from error


def translated_segments(texts: SourceTexts, translated: TranslatedTexts, locale: Locale) -> list[SegmentValue]:
    """Return the segments of a source with their texts in a language, from which wagtail-localize makes the translation.

    Raises:
        ValueProblem: the source refers to an object that is not there in this language.
    """
    found: list[SegmentValue] = []
    for value in texts.values:
        if isinstance(value, StringSegmentValue):
            # What it becomes is written into its attributes.
            attrs = copy.deepcopy(dict(value.attrs or {}))
            text = StringValue(translated.texts[value.order])
            found.append(StringSegmentValue(value.path, text, attrs=attrs).with_order(value.order))
        elif isinstance(value, OverridableSegmentValue):
            if value.path in translated.overrides:
                found.append(OverridableSegmentValue(value.path, translated.overrides[value.path], order=value.order))
        else:
            if isinstance(value, RelatedObjectSegmentValue):
                related = TranslatableObject(content_type=value.content_type, translation_key=value.translation_key)
                if not related.has_translation(locale):
                    raise ValueProblem(f"{value.path}: what the source refers to is not there in this language")
            found.append(value)
    return found
