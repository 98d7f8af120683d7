"""Texts of the source as wagtail-localize cuts them, named so that two states of a page can be compared."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from wagtail.models import TranslatableMixin
from wagtail_localize.models import String, StringSegment
from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import extract_segments

from translation.checks import ease, easy, marked
from translation.upstream.bulk import string_ids

Names = dict[str, list[list[object]]]
"""By content path, in order: the id of a `String` and the attributes of its tags, as JSON; empty where it has none."""


@dataclass(frozen=True)
class TextChange:
    """A text of the source that is another one than a version says: where it stands, as it was and as it is; empty where it is not."""

    path: str
    before: str
    after: str


def of_instance(instance: TranslatableMixin) -> Names:
    """Return the names of the texts of a page or snippet as it is. Two queries; a third where a text is new to wagtail-localize."""
    return of_instances([instance])[instance.translation_key]


def of_instances(instances: Sequence[TranslatableMixin]) -> dict[UUID, Names]:
    """Return the same of pages or snippets of one language by their translation keys, with the same queries."""
    found = {
        one.translation_key: [segment for segment in extract_segments(one) if isinstance(segment, StringSegmentValue)] for one in instances
    }
    data = {segment.string.data for segments in found.values() for segment in segments}
    ids = string_ids(instances[0].locale_id, data) if instances else {}
    return {
        key: _by_path((segment.path, ids[segment.string.data], _attributes(segment.attrs)) for segment in segments)
        for key, segments in found.items()
    }


def hard_sentences(instance: TranslatableMixin) -> list[easy.Hint]:
    """Return the sentences of a page in Leichte Sprache that are hard to read. No query beside those of its blocks."""
    found = [segment.string.data for segment in extract_segments(instance) if isinstance(segment, StringSegmentValue)]
    return [hint for data in found for hint in easy.hints(marked.words(marked.to_marked(data)))]


def reading_of(instance: TranslatableMixin) -> ease.Reading | None:
    """Return how hard a German page is to read; None where it holds no words. No query beside those of its blocks."""
    found = [segment.string.data for segment in extract_segments(instance) if isinstance(segment, StringSegmentValue)]
    return ease.reading(marked.words(marked.to_marked(data)) for data in found)


def of_sources(ids: Iterable[int]) -> dict[int, Names]:
    """Return the names of the texts that translators were given, by the ids of their `TranslationSource`. One query."""
    rows: dict[int, list[tuple[str, int, str]]] = defaultdict(list)
    segments = StringSegment.objects.filter(source_id__in=list(ids)).order_by("source_id", "order", "pk")
    for source_id, path, string_id, attrs in segments.values_list("source_id", "context__path", "string_id", "attrs"):
        rows[source_id].append((path, string_id, _attributes(json.loads(attrs) if attrs else None)))
    return {source_id: _by_path(texts) for source_id, texts in rows.items()}


def changes_between(before: Names, after: Names) -> list[TextChange]:
    """Return what is another text, in the order of the newer state; what is only in the older one comes last. One query."""
    pairs = [
        (path, old, new)
        for path in dict.fromkeys((*after, *before))
        for old, new in zip_longest(before.get(path, []), after.get(path, []))
        if old != new
    ]
    ids = {name[0] for _path, *names in pairs for name in names if name is not None}
    data = dict(String.objects.filter(pk__in=ids).values_list("pk", "data"))
    return [TextChange(path, _written(old, data), _written(new, data)) for path, old, new in pairs]


def _written(name: list[object] | None, data: Mapping[int, str]) -> str:
    """Return a text as it is read, its addresses behind it."""
    if name is None:
        return ""
    addresses = [value for tag in json.loads(str(name[1]) or "{}").values() for value in tag.values() if isinstance(value, str)]
    return " ".join((data.get(name[0], ""), *addresses))  # type: ignore[call-overload]  # the first of a name is an id


def _by_path(texts: Iterable[tuple[str, int, str]]) -> Names:
    found: Names = {}
    for path, string_id, attributes in texts:
        found.setdefault(path, []).append([string_id, attributes])
    return found


def _attributes(attrs: object) -> str:
    return json.dumps(attrs, cls=DjangoJSONEncoder, sort_keys=True) if attrs else ""
