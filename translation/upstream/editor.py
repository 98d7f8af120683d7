"""The translation editor."""

from __future__ import annotations

from functools import wraps

from django.db import models
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from wagtail_localize.models import StringSegment, Translation
from wagtail_localize.views import edit_translation

_edit = edit_translation.edit_translation


@wraps(_edit)
def _edit_each_text_once(request: HttpRequest, translation: Translation, instance: models.Model) -> HttpResponse:
    """Show a text that stands twice at the same place once: both have one translation.

    wagtail-localize 1.14 lists both, gives the translation to the first, and calls the other one missing for ever, whatever is
    typed: the same number in two cells, the same entry in two lists (wagtail-localize#624). This can go when it serialises a
    translation for each segment.
    """
    first = StringSegment.objects.filter(source=translation.source_id).values("string_id", "context_id").annotate(first=Min("pk"))
    shown = StringSegment.objects.filter(pk__in=first.values("first"))
    models.prefetch_related_objects([translation.source], models.Prefetch("stringsegment_set", shown))
    return _edit(request, translation, instance)


def apply() -> None:
    """Put it in place."""
    edit_translation.edit_translation = _edit_each_text_once
