"""The screen of a text's history, from which an earlier translation is taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import pgettext
from wagtail.models import Page
from wagtail_localize.models import StringSegment, StringTranslation

from portal.language.languages import direction_of
from translation.checks import marked, stored
from translation.guards import for_target, get_translation_and_target, refuse
from translation.permissions import reason_against_change

from . import history, segments
from .editor_models import SegmentVersion
from .names import name_of


@for_target(writes=False)
def show(request: HttpRequest, translation_id: int, segment_id: int) -> HttpResponse:
    """Show what a text was translated as, by whom and when; take one of these back.

    Raises:
        Http404: there is no such text in this translation, or no such version of it.
    """
    translation, target = get_translation_and_target(translation_id)
    rows = StringSegment.objects.select_related("string", "context")
    segment = get_object_or_404(rows, pk=segment_id, source=translation.source_id)
    reason = reason_against_change(request.user, target)
    if request.method == "POST":
        if reason:
            return refuse(request, reason)
        own = SegmentVersion.objects.filter(context=segment.context_id, locale=translation.target_locale_id).exclude(data="")
        number = request.POST.get("version", "")
        version = get_object_or_404(own, pk=int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0)
        saved = history.take_back(translation, segment, version, request.user, request.POST.get("seen", ""))
        if not saved.is_conflict:
            text = pgettext("admin", "The earlier translation stands there again. Visitors read it once it is published.")
            messages.success(request, text)
            return redirect(f"{reverse('translation_editor', args=[translation_id])}#segment-{segment_id}")
        messages.error(request, pgettext("admin", "Somebody else translated this text meanwhile. Nothing of theirs was replaced."))
        return redirect(request.path)
    code = translation.target_locale.language_code
    place = {"translation_of": segment.string_id, "context": segment.context_id, "locale": translation.target_locale_id}
    now = StringTranslation.objects.filter(**place).values_list("data", flat=True).first()
    context = {
        "translation": translation,
        "segment": segment,
        "source": marked.words(marked.to_marked(segment.string.data)),
        "label": stored.label_of(type(target), segment.context.field_path),
        "language": name_of(translation.target_locale),
        "code": code,
        "direction": direction_of(code),
        "seen": segments.version_of(now),
        "entries": history.entries(translation, segment, target if isinstance(target, Page) else None),
        "may_change": not reason,
    }
    return render(request, "translation_desk/history.html", context)
