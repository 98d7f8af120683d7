"""Refusing an address: decorators for wagtail-localize's views and for the views of snippets."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.admin.utils import unquote
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern
from django.utils.translation import pgettext
from wagtail.models import Page, TranslatableMixin
from wagtail_localize.models import Translation

from translation.checks.stored import broken_texts
from translation.permissions import (
    PUBLISH_INCOMPLETE_PERMISSION,
    missing_texts,
    reason_against_change,
    translation_into,
    works_in,
)

View = Callable[..., HttpResponse]

PLACES_SHOWN = 20
"""So many texts are named of those that stand against publication."""

READING_SNIPPET_VIEWS = frozenset(
    {
        "history",
        "history_results",
        "inspect",
        "revisions_compare",
        "revisions_view",
        "usage",
        "workflow_history",
        "workflow_history_detail",
    }
)
"""Names of the snippet addresses that only show something; every other address of an instance is guarded."""


def refuse(request: HttpRequest, reason: str) -> HttpResponse:
    """Answer 403 in the look of the admin, and say why."""
    return render(request, "translation/refused.html", {"reason": reason}, status=403)


def no_right_in_language(language: object) -> str:
    """Return the sentence for somebody who does not work in a language."""
    return pgettext("admin", "You do not work in this language: %(language)s.") % {"language": language}


def get_translation_and_target(translation_id: int) -> tuple[Translation, Model]:
    """Return a translation and the page or snippet that it writes.

    Raises:
        Http404: one of them is gone.
    """
    translation = get_object_or_404(Translation.objects.select_related("source", "target_locale"), pk=translation_id)
    try:
        return translation, translation.get_target_instance()
    except ObjectDoesNotExist as error:
        raise Http404 from error


def for_target(*, writes: bool) -> Callable[[View], View]:
    """Let a view that takes `translation_id` be called by those only who may change the target.

    Args:
        writes: the view changes something, so that a lock stands against it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, translation_id: int, **kwargs: object) -> HttpResponse:
            _translation, target = get_translation_and_target(translation_id)
            if reason := reason_against_change(request.user, target, writes=writes):
                return refuse(request, reason)
            return view(request, translation_id=translation_id, **kwargs)

        return guarded

    return decorate


def refuse_incomplete(request: HttpRequest, instance: TranslatableMixin) -> HttpResponse | None:
    """Answer instead of publishing a translation that lacks texts, or that would break the page; None when it may go live.

    Texts that would break it (`checks.blocking`) nobody publishes.

    Whoever has the right to publish incomplete translations is asked once more; the texts that are missing are then shown to
    visitors in the source language and marked as such. A snippet must be complete: it has no place for such a mark.
    """
    translation = translation_into(instance)
    if translation is None:
        return None
    if broken := broken_texts(translation):
        context = {"instance": instance, "language": translation.target_locale.get_display_name(), "broken": broken[:PLACES_SHOWN]}
        return render(request, "translation/broken.html", context, status=403)
    if not (count := missing_texts(translation).count()):
        return None
    may_insist = isinstance(instance, Page) and request.user.has_perm(PUBLISH_INCOMPLETE_PERMISSION)
    if may_insist and "publish-incomplete" in request.POST:
        return None
    context = {
        "instance": instance,
        "language": translation.target_locale.get_display_name(),
        "count": count,
        "may_insist": may_insist,
        "places": [
            segment.string.data
            for segment in missing_texts(translation).select_related("string").order_by("order")[:PLACES_SHOWN]
        ],
    }
    return render(request, "translation/incomplete.html", context, status=200 if may_insist else 403)


def guarded_snippet_patterns(model: type[TranslatableMixin]) -> list[URLPattern]:
    """Return those addresses of a snippet's instances that change something, for people who work in its language."""

    def for_language(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, pk: object, **kwargs: object) -> HttpResponse:
            instance = get_object_or_404(model.objects.select_related("locale"), pk=unquote(str(pk)))
            if not works_in(request.user, instance.locale_id):
                return refuse(request, no_right_in_language(instance.locale))
            return view(request, pk=pk, **kwargs)

        return guarded

    return [
        URLPattern(pattern.pattern, for_language(pattern.callback))
        for pattern in model.snippet_viewset.get_urlpatterns()
        if "pk" in pattern.pattern.regex.groupindex and pattern.name not in READING_SNIPPET_VIEWS
    ]
