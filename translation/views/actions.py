"""Machine translation, preview, stopping a translation, turning a page back into an alias."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST
from wagtail.models import Page
from wagtail_localize.views import convert, edit_translation

from portal.languages import SOURCE_LANGUAGE
from translation.guards import for_target, get_translation_and_target, refuse
from translation.permissions import may_read, missing_texts, reason_against_publication

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
    """Turn a translated page back into an alias: it shows the source's content at once, so it is a publication."""
    page = get_object_or_404(Page, pk=page_id).specific
    if reason := reason_against_publication(request.user, page):
        return refuse(request, reason)
    shown = Page.objects.filter(translation_key=page.translation_key, locale__language_code=SOURCE_LANGUAGE).first()
    if shown and not may_read(request.user, shown):
        return refuse(request, pgettext("admin", "You have no right to read what this page would show."))
    return convert.convert_to_alias(request, page_id)
