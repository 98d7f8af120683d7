"""Beginning a translation again that was stopped."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import wraps

from django.contrib.auth.models import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST
from wagtail.models import DraftStateMixin
from wagtail_localize.models import OverridableSegment, SegmentOverride, StringSegment, StringTranslation, Translation
from wagtail_localize.segments import OverridableSegmentValue, StringSegmentValue
from wagtail_localize.segments.extract import extract_segments
from wagtail_localize.strings import validate_translation_links
from wagtail_localize.views import edit_translation

from translation import origins

ALL_THE_SAME = "restart-all-the-same"
"""The field of a form by which somebody lets go what has no place in the translation."""

_restart = edit_translation.restart_translation


@require_POST
@wraps(_restart)
def _restart_with_what_stands(request: HttpRequest, translation: Translation, instance: Model) -> HttpResponse:
    """Begin again with what was written by hand meanwhile, and ask first where something of it has no place in the translation.

    wagtail-localize 1.14 goes on with the texts that it knew when it was stopped: the next publication writes them over everything
    that somebody wrote in Wagtail's editor since. No issue is known. This can go when it takes these texts in.
    """
    current = instance.get_latest_revision_as_object() if isinstance(instance, DraftStateMixin) else instance
    with transaction.atomic():
        _take_in(translation, current)
        lost, back = _different(translation, current)
        if not (lost or back) or ALL_THE_SAME in request.POST:
            return _restart(request, translation, instance)
        transaction.set_rollback(True)
    context = {"instance": instance, "language": translation.target_locale, "lost": lost, "back": back, "yes": ALL_THE_SAME}
    return render(request, "translation/confirm_restart.html", context)


def _take_in(translation: Translation, current: Model) -> None:
    """Store the texts, and what else was chosen, as the translation of what stands at the same places in the source."""
    author = getattr(getattr(current, "latest_revision", None), "user", None)
    found = extract_segments(current)
    texts: dict[str, list[str]] = defaultdict(list)
    for segment in found:
        if isinstance(segment, StringSegmentValue):
            texts[segment.path].append(segment.string.data)
    places: dict[str, list[StringSegment]] = defaultdict(list)
    segments = StringSegment.objects.filter(source=translation.source_id).select_related("context", "string").order_by("order", "pk")
    for row in segments:
        places[row.context.path].append(row)
    with origins.coming_from(origins.Origin.TYPED):
        for path, rows in places.items():
            if len(rows) == len(texts[path]):
                for row, text in zip(rows, texts[path], strict=True):
                    if _fits(row, text):
                        _store(translation, row, text, author)
    chosen = {segment.path: segment.data for segment in found if isinstance(segment, OverridableSegmentValue)}
    for row in OverridableSegment.objects.filter(source=translation.source_id).select_related("context"):
        path = row.context.path
        if path in chosen and _json(chosen[path]) != _json(json.loads(row.data_json)):
            values = {"data_json": _json(chosen[path]), "last_translated_by": author, "has_error": False, "field_error": ""}
            SegmentOverride.objects.update_or_create(locale=translation.target_locale, context=row.context, defaults=values)


def _fits(row: StringSegment, text: str) -> bool:
    """Return whether a text can be written in place of the source's: a link that is not there would break the page."""
    try:
        validate_translation_links(row.string.data, text)
    except ValueError:
        return False
    return True


def _store(translation: Translation, row: StringSegment, text: str, author: AbstractBaseUser | None) -> None:
    place = {"translation_of": row.string, "context": row.context, "locale": translation.target_locale}
    if StringTranslation.objects.filter(**place, data=text, has_error=False).exists():
        return
    kind = StringTranslation.TRANSLATION_TYPE_MANUAL
    values = {"data": text, "translation_type": kind, "tool_name": "", "last_translated_by": author, "has_error": False, "field_error": ""}
    StringTranslation.objects.update_or_create(**place, defaults=values)


def _different(translation: Translation, current: Model) -> tuple[list[str], list[str]]:
    """Return the texts that a publication would take from what stands there now, and those that it would bring back."""
    written = translation.source.get_ephemeral_translated_instance(translation.target_locale, fallback=True)
    here, there = (Counter(_texts(extract_segments(one))) for one in (current, written))
    # A German text that nobody has translated does not come back: it is new.
    untranslated = set(StringSegment.objects.filter(source=translation.source_id).values_list("string__data", flat=True))
    return _shown(here - there), [text for text in _shown(there - here) if text not in untranslated]


def _texts(segments: Iterable[object]) -> Iterator[tuple[str, str]]:
    for segment in segments:
        if isinstance(segment, StringSegmentValue):
            yield segment.string.data, _json(segment.attrs or {})


def _shown(texts: Counter[tuple[str, str]]) -> list[str]:
    """Return texts as they are read, the addresses of their links behind them."""
    addresses = [(text, [str(value) for tag in json.loads(attrs).values() for value in tag.values()]) for text, attrs in texts.elements()]
    return [" ".join((text, *links)) for text, links in addresses]


def _json(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, sort_keys=True)


def apply() -> None:
    """Put it in place."""
    edit_translation.restart_translation = _restart_with_what_stands
