"""Machine translation, preview, stopping a translation, turning a page back into an alias."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST
from wagtail.models import Page
from wagtail_localize.views import edit_translation

from translation.aliases import source_shown
from translation.guards import for_target, get_translation_and_target, refuse
from translation.permissions import missing_texts, reason_against_publication
from translation.views.pages import take_back

machine_translate = require_POST(for_target(writes=True)(edit_translation.machine_translate))
preview = for_target(writes=False)(edit_translation.preview_translation)


@require_POST
@for_target(writes=True)
def stop(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Let a translation be written by hand from now on, once it has no text of the source any more."""
    translation, _target = get_translation_and_target(translation_id)
    if missing_texts(translation).exists():
        return refuse(
            request,
            pgettext(
                "admin",
                "Texts are missing: they would stand there in German as if somebody had written them in this language. Translate"
                " them first, or turn the page into an alias again.",
            ),
        )
    return edit_translation.stop_translation(request, translation_id=translation_id)


def convert_to_alias(request: HttpRequest, page_id: int) -> HttpResponse:
    """Turn a translated page back into an alias: the same as deleting the translation.

    Raises:
        Http404: the page shows another one already, or stands for itself.
    """
    page = get_object_or_404(Page, pk=page_id, alias_of=None)
    if reason := reason_against_publication(request.user, page):
        return refuse(request, reason)
    if (source := source_shown(page)) is None:
        raise Http404
    return take_back(request, page, source)
