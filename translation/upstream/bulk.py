"""Sources, segments and translations of many pages, written together.

wagtail-localize 1.14 asks for each text and each of its places by itself (about ten queries a segment, wagtail-localize#932). What is
written here is the same rows, compared by `tests/translation/upstream/test_bulk.py`; this can go when it writes them in bulk.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.utils import timezone
from wagtail.models import Page
from wagtail_localize.models import (
    OverridableSegment,
    RelatedObjectSegment,
    String,
    StringSegment,
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

from portal.language import texts
from translation import memory
from translation.upstream.texts import string_hash

Key = tuple[object, ...]


@dataclass
class Written:
    """The source of a page, and whether what it holds is new or another one."""

    source: TranslationSource
    is_new: bool = False
    is_changed: bool = False


def string_ids(locale_id: int, data: Iterable[str]) -> dict[str, int]:
    """Return the ids of wagtail-localize's strings by what they say; those that it has not got yet are made."""
    hashes = {string_hash(text): text for text in data}
    return {
        hashes[data_hash]: pk
        for data_hash, pk in _made(
            hashes,
            lambda wanted: String.objects.filter(locale_id=locale_id, data_hash__in=wanted).values_list("data_hash", "pk"),
            lambda data_hash: String(locale_id=locale_id, data_hash=data_hash, data=texts.plain_html(hashes[data_hash])),
        ).items()
    }


def _made(
    wanted: Iterable[Any], find: Callable[[list], Iterable[tuple[Any, int]]], make: Callable[[Any], Model]
) -> dict[Any, int]:
    """Return ids by key: what is there is found, what is missing is made. Somebody else may make the same; then theirs are taken."""
    wanted = list(wanted)
    found = dict(find(wanted)) if wanted else {}
    if missing := [key for key in wanted if key not in found]:
        new = [make(key) for key in missing]
        type(new[0])._default_manager.bulk_create(new, ignore_conflicts=True)
        found.update(find(missing))
    return found


def write_sources(pages: Sequence[Page]) -> dict[UUID, Written]:
    """Store what is to be translated of specific pages in one language, and return the sources by translation key.

    A page may be a draft, as its revision holds it. Texts that stay where they were keep their translations; those that moved inside
    their block take theirs along. About 15 queries whatever the number of pages and texts, beside those of the pages themselves.
    """
    if not pages:
        return {}
    by_key = {page.translation_key: page for page in pages}
    _make_objects((page.translation_key, ContentType.objects.get_for_model(page.get_translation_model()).pk) for page in pages)
    found = TranslationSource.objects.filter(object_id__in=by_key, locale_id=pages[0].locale_id)
    written = {source.object_id: Written(source) for source in found}
    new: list[TranslationSource] = []
    renewed: list[TranslationSource] = []
    for key, page in by_key.items():
        content = texts.plain_value(page.to_json())
        known = written.get(key)
        if known is not None and json.loads(known.source.content_json) == json.loads(str(content)):
            continue
        source = known.source if known is not None else TranslationSource(object_id=key, locale_id=page.locale_id)
        source.specific_content_type = ContentType.objects.get_for_model(type(page))
        source.object_repr, source.content_json = str(page)[:200], str(content)
        source.schema_version = get_schema_version(page._meta.app_label)
        source.last_updated_at = timezone.now()
        (renewed if known is not None else new).append(source)
        written[key] = Written(source, is_new=known is None, is_changed=True)
    TranslationSource.objects.bulk_create(new)
    TranslationSource.objects.bulk_update(renewed, ("object_repr", "content_json", "schema_version", "last_updated_at"))
    _write_segments([(source, by_key[source.object_id]) for source in (*new, *renewed)])
    for source in renewed:
        memory.reuse_within_blocks(source)
    return written


def open_translations(pairs: Iterable[tuple[TranslationSource, int]]) -> None:
    """Let sources be translated into languages, given by the ids of their locales; those that were stopped go on."""
    wanted = {(source.pk, locale_id) for source, locale_id in pairs}
    there = Translation.objects.filter(source_id__in={source_id for source_id, _locale in wanted})
    found = {(row.source_id, row.target_locale_id): row for row in there}
    Translation.objects.bulk_create(
        [Translation(source_id=source_id, target_locale_id=locale_id) for source_id, locale_id in sorted(wanted - set(found))]
    )
    if stopped := [found[pair].pk for pair in wanted & set(found) if not found[pair].enabled]:
        Translation.objects.filter(pk__in=stopped).update(enabled=True)


def _make_objects(keys: Iterable[tuple[UUID, int]]) -> None:
    rows = [TranslatableObject(translation_key=key, content_type_id=content_type_id) for key, content_type_id in dict.fromkeys(keys)]
    TranslatableObject.objects.bulk_create(rows, ignore_conflicts=True)


def _write_segments(sources: Sequence[tuple[TranslationSource, Page]]) -> None:
    """Bring the segments of sources in line with their pages."""
    if not sources:
        return
    found = [(source, segment) for source, page in sources for segment in extract_segments(page)]
    contexts = _contexts(sources, found)
    strings = string_ids(
        sources[0][0].locale_id, {segment.string.data for _source, segment in found if isinstance(segment, StringSegmentValue)}
    )
    templates = _templates([segment for _source, segment in found if isinstance(segment, TemplateSegmentValue)])
    related = [segment for _source, segment in found if isinstance(segment, RelatedObjectSegmentValue)]
    _make_objects((segment.translation_key, segment.content_type.pk) for segment in related)
    wanted: dict[type[Model], list[tuple[Key, dict[str, Any]]]] = defaultdict(list)
    for source, segment in found:
        values: dict[str, Any] = {"source_id": source.pk, "context_id": contexts[source.object_id, segment.path], "order": segment.order}
        match segment:
            case TemplateSegmentValue():
                model: type[Model] = TemplateSegment
                values["template_id"] = templates[_template_uuid(segment)]
            case RelatedObjectSegmentValue():
                model = RelatedObjectSegment
                values["object_id"] = segment.translation_key
            case OverridableSegmentValue():
                model = OverridableSegment
                values["data_json"] = json.dumps(segment.data, cls=DjangoJSONEncoder)
            case _:
                model = StringSegment
                values["string_id"] = strings[segment.string.data]
                values["attrs"] = json.dumps(segment.attrs, cls=DjangoJSONEncoder)
        wanted[model].append((tuple(values.values()), values))
    ids = [source.pk for source, _page in sources]
    for model, names in _NAMES.items():
        _replace(model, ids, names, dict(wanted[model]))


_PLACE = ("source_id", "context_id", "order")
_NAMES: Mapping[type[Model], tuple[str, ...]] = {
    TemplateSegment: (*_PLACE, "template_id"),
    RelatedObjectSegment: (*_PLACE, "object_id"),
    OverridableSegment: (*_PLACE, "data_json"),
    StringSegment: (*_PLACE, "string_id", "attrs"),
}


def _replace(model: type[Model], source_ids: list[int], names: tuple[str, ...], wanted: Mapping[Key, dict[str, Any]]) -> None:
    rows = model._default_manager.filter(source_id__in=source_ids)
    there: dict[Hashable, int] = {}
    gone = []
    for pk, *values in rows.values_list("pk", *names):
        if tuple(values) in wanted and tuple(values) not in there:
            there[tuple(values)] = pk
        else:
            gone.append(pk)
    if gone:
        model._default_manager.filter(pk__in=gone).delete()
    model._default_manager.bulk_create([model(**values) for key, values in wanted.items() if key not in there])


def _contexts(sources: Sequence[tuple[TranslationSource, Page]], found: list[tuple[TranslationSource, Any]]) -> dict[tuple[UUID, str], int]:
    """Return the ids of the places of texts, by the page's key and the path; those that are new are made."""
    pages = {source.object_id: page for source, page in sources}

    def make(place: tuple[UUID, str]) -> TranslationContext:
        key, path = place
        context = TranslationContext(object_id=key, path=path, path_id=TranslationContext._get_path_id(path))
        # It saves itself once it knows the name of its field; here it is saved with the others.
        context.save = lambda **kwargs: None
        context.get_field_path(pages[key])
        del context.save
        return context

    def find(places: list[tuple[UUID, str]]) -> Iterable[tuple[tuple[UUID, str], int]]:
        rows = TranslationContext.objects.filter(object_id__in={key for key, _path in places})
        return (((key, path), pk) for pk, key, path in rows.values_list("pk", "object_id", "path"))

    return _made(dict.fromkeys((source.object_id, segment.path) for source, segment in found), find, make)


def _template_uuid(segment: TemplateSegmentValue) -> UUID:
    return uuid5(uuid5(Template.BASE_UUID_NAMESPACE, segment.format), segment.template)


def _templates(segments: Sequence[TemplateSegmentValue]) -> dict[UUID, int]:
    by_uuid = {_template_uuid(segment): segment for segment in segments}

    def make(key: UUID) -> Template:
        one = by_uuid[key]
        return Template(uuid=key, template=one.template, template_format=one.format, string_count=one.string_count)

    return _made(by_uuid, lambda keys: Template.objects.filter(uuid__in=keys).values_list("uuid", "pk"), make)
