"""The editor of a translation: its texts side by side with the source, stored one by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages
from wagtail.admin.auth import permission_denied
from wagtail.models import Page
from wagtail_localize.models import StringSegment, StringTranslation, Translation

from portal.admin import titles
from portal.http.limits import seconds_to_wait
from portal.language.languages import SOURCE_LANGUAGE, direction_of
from translation import reviewing
from translation.checks import marked, stored
from translation.checks.rules import LONGEST
from translation.guards import for_target, get_translation_and_target, refuse, refuse_incomplete
from translation.permissions import may_read, reason_against_change, reason_against_publication, working_locale_ids
from translation.publishing import publish
from translation.views.publish import publish_in_editor

from . import history, matrix, memories, planning, segments
from .editor_models import SegmentComment
from .names import name_of
from .order_views import difference
from .review_views import sentence_of

ALIKE_RATE = 120
"""So often within a minute one person may ask for texts that are alike: each is compared with up to 100,000."""


def chips(text: str, addresses: dict[str, str]) -> SafeString:
    """Return a text with its signs as chips, which say where links lead."""
    parts = []
    position = 0
    for match in marked.TOKEN.finditer(text):
        closes, name = match.groups()
        sign = name.removeprefix("a") if name[1:].isdigit() else name.upper()
        label = f"◂{sign}" if closes else f"{sign}▸"
        chip = format_html('<span class="portal-chip" data-token="{}{}" title="{}">{}</span>', closes, name, addresses.get(name, ""), label)
        parts += [(text[position : match.start()],), (chip,)]
        position = match.end()
    parts.append((text[position:],))
    return format_html_join("", "{}", parts)


def _segment(translation: Translation, segment_id: int) -> StringSegment:
    rows = StringSegment.objects.select_related("string", "context")
    return get_object_or_404(rows, pk=segment_id, source=translation.source_id)


def _title(request: HttpRequest, target: Model) -> str:
    return titles.title_for(request.user, target) if isinstance(target, Page) else str(target)


@for_target(writes=False)
def show(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Show the editor; store all that was typed where there is no script; submit to a review, or publish.

    What was typed while it was locked, or submitted by somebody else, is not stored, and stands there still.

    Raises:
        Http404: the translation was stopped, or is gone.
    """
    translation, target = get_translation_and_target(translation_id)
    if not translation.enabled:
        raise Http404
    typed: dict[int, segments.Saved] = {}
    if request.method == "POST":
        if reason := reason_against_change(request.user, target):
            messages.error(request, reason)
            return _render(request, translation, target, typed, status=403)
        typed = _save_all(request, translation)
        if not typed:
            finish = {"submit": _submit, "publish": _publish}.get(request.POST.get("action", ""))
            answer = _stay(request, translation) or finish(request, translation, target) if finish is not None else None
            return answer or redirect(request.path)
        text = pgettext("admin", "Somebody else translated some of these texts meanwhile. Nothing of theirs was replaced.")
        messages.error(request, text)
    return _render(request, translation, target, typed)


def _render(
    request: HttpRequest, translation: Translation, target: Model, typed: dict[int, segments.Saved], status: int = 200
) -> HttpResponse:
    rows = segments.rows_of(translation)
    code = translation.target_locale.language_code
    is_page = isinstance(target, Page)
    first = next((row.pk for row in rows if not row.version), next((row.pk for row in rows if row.is_open), None))
    context = {
        "translation": translation,
        "target": target,
        "title": _title(request, target),
        "language": name_of(translation.target_locale),
        "code": code,
        "direction": direction_of(code),
        "rows": [_shown(row, request, typed.get(row.pk)) for row in rows],
        "first": first,
        "progress": segments.progress_of(rows),
        **_offered(request, target),
        "preview": reverse("wagtail_localize:preview_translation", args=[translation.pk]) if is_page else "",
        "work": reverse("translation_work", args=[_source_id(translation), code]) if is_page else "",
        "figures": _address_of_figures(request.user, translation, rows) if is_page else "",
        "other": reverse("wagtailadmin_pages:edit", args=[target.pk]) if is_page else "",
        "now": timezone.now().isoformat(),
        "texts": _texts(),
    }
    return render(request, "translation_desk/editor.html", context, status=status)


def _offered(request: HttpRequest, target: Model) -> dict[str, Any]:
    """Return what a person may do with a translation now; while it waits for a review, its reviewers alone change it."""
    user, page = request.user, target if isinstance(target, Page) else None
    if page is not None:
        reviewing.ask_once(page)
    is_waiting = page is not None and reviewing.is_waiting(page)
    planned = planning.plan_of(page) if page is not None else None
    return {
        "planned": sentence_of(planned) if planned is not None else "",
        "is_waiting": is_waiting,
        "may_decide": is_waiting and bool(reviewing.actions(user, page)),
        "may_submit": page is not None and not is_waiting and not reviewing.reason_against_review(user, page),
        "may_publish": not is_waiting and not reason_against_publication(user, target),
        "read_only": reason_against_change(user, target),
        "last_word": reviewing.last_word(page) if page is not None else None,
    }


def _address_of_figures(user: AbstractBaseUser, translation: Translation, rows: Iterable[segments.Row]) -> str:
    """Return where changes of figures are confirmed in all languages at once; empty where figures alone changed in no text.

    What is proposed there are figures of what is online, to those who may read it.
    """
    if not any(row.has_figures for row in rows):
        return ""
    source = matrix.sources_for(user).filter(pk=_source_id(translation), live=True).first()
    return reverse("translation_figures", args=[source.pk]) if source is not None and may_read(user, source) else ""


def _source_id(translation: Translation) -> int:
    source = Page.objects.filter(translation_key=translation.source.object_id, locale_id=translation.source.locale_id)
    return source.values_list("pk", flat=True).get()


def _shown(row: segments.Row, request: HttpRequest, conflict: segments.Saved | None) -> dict[str, Any]:
    """Return a row as the template shows it, with what was typed; in a conflict beside it what stands there."""
    return {
        "row": row,
        "source": chips(row.pair.source, row.addresses),
        "target": request.POST.get(f"text-{row.pk}", row.pair.target)[:LONGEST],
        "conflict": conflict,
        "names": sorted(set(marked.pairs(row.pair.source))),
        "diff": difference(row.before, marked.to_html(row.pair.source)) if row.before else "",
    }


def _texts() -> dict[str, str]:
    """Return what the script says."""
    return {
        "saving": pgettext("admin", "Being saved …"),
        "saved": pgettext("admin", "Saved"),
        "locked": pgettext("admin", "Not saved: this was locked or submitted to a review meanwhile. Your text stays here."),
        "failed": pgettext("admin", "Not saved. Your text stays here; it is sent again."),
        "conflict": pgettext("admin", "Somebody else translated this text meanwhile:"),
        "theirs": pgettext("admin", "Take that one"),
        "mine": pgettext("admin", "Keep mine"),
        "changed": pgettext("admin", "Somebody else has just changed this text."),
        "alike": pgettext("admin", "%(percent)s per cent like it: “%(source)s”"),
        "progress": pgettext("admin", "%(done)s of %(total)s texts"),
    }


def _save_all(request: HttpRequest, translation: Translation) -> dict[int, segments.Saved]:
    """Store the texts of a whole form that were changed in it; return what stands where somebody else was faster."""
    conflicts = {}
    rows = {segment.pk: segment for segment in translation.source.stringsegment_set.select_related("string", "context")}
    noted = segments.noted(translation)
    for pk, segment in rows.items():
        text, seen = request.POST.get(f"text-{pk}"), request.POST.get(f"version-{pk}", "")
        if text is None or len(text) > LONGEST:
            continue
        version = seen
        if segments.version_of(segments.as_stored(text)) != seen:
            saved = segments.save(translation, segment, request.user, text, seen)
            version = saved.version
            if saved.is_conflict:
                conflicts[pk] = saved
                continue
        needs_work, reason = f"work-{pk}" in request.POST, request.POST.get(f"reason-{pk}", "")
        if needs_work or reason or (segment.string_id, segment.context_id) in noted:
            segments.note(translation, segment, needs_work=needs_work, reason=reason, version=version)
    return conflicts


def _stay(request: HttpRequest, translation: Translation) -> HttpResponse | None:
    """Where a text is open, say so and lead to it."""
    if not (open_ := [row for row in segments.rows_of(translation) if row.is_open]):
        return None
    messages.error(request, segments.to_be_looked_at(len(open_)))
    return redirect(f"{request.path}#segment-{open_[0].pk}")


def _submit(request: HttpRequest, translation: Translation, target: Model) -> HttpResponse | None:
    """Submit to a review."""
    if not isinstance(target, Page):
        return refuse(request, pgettext("admin", "Only pages are reviewed."))
    if reason := reviewing.submit(request.user, target, translation):
        messages.error(request, reason)
    else:
        messages.success(request, pgettext("admin", "Submitted: a reviewer of this language is told of it."))
    return None


def _publish(request: HttpRequest, translation: Translation, target: Model) -> HttpResponse | None:
    """Publish, where somebody may."""
    if reason := reason_against_publication(request.user, target):
        return refuse(request, reason)
    if response := refuse_incomplete(request, target):
        return response
    if isinstance(target, Page):
        return publish_in_editor(request, translation, target)
    if reason := publish(translation, request.user):
        messages.error(request, reason)
    else:
        messages.success(request, pgettext("admin", "“%(page)s” (%(language)s) is online.") % {
            "page": target, "language": translation.target_locale.get_display_name(),
        })  # fmt: skip
    return None


@require_POST
@for_target(writes=True)
def save(request: HttpRequest, translation_id: int, segment_id: int) -> HttpResponse:
    """Store one text, and answer with what the checks find in it; with the other text where somebody else was faster.

    Raises:
        Http404: there is no such text in this translation.
    """
    translation, target = get_translation_and_target(translation_id)
    segment = _segment(translation, segment_id)
    text = request.POST.get("text", "")
    if len(text) > LONGEST or "text" not in request.POST:
        return JsonResponse({"error": pgettext("admin", "The text is too long to be stored.")}, status=400)
    saved = segments.save(translation, segment, request.user, text, request.POST.get("version", ""))
    if saved.is_conflict:
        return JsonResponse({"version": saved.version, "text": saved.text}, status=409)
    segments.note(
        translation, segment, needs_work="work" in request.POST, reason=request.POST.get("reason", ""), version=saved.version
    )
    pair = stored.pair_of(segment, type(target), translation.target_locale.language_code, marked.to_html(saved.text))
    findings = stored.findings_of(pair) if saved.version else []
    return JsonResponse({
        "version": saved.version,
        "text": saved.text,
        "findings": [{"text": finding.text, "blocking": finding.is_blocking} for finding in findings],
    })  # fmt: skip


@require_GET
@for_target(writes=False)
def news(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Answer with what others translated since a moment (`since`): the texts as they stand, by the ids of their segments."""
    translation, _target = get_translation_and_target(translation_id)
    now = timezone.now()
    since = history.moment_of(request.GET.get("since", "")) or now
    rows = StringTranslation.objects.filter(
        context__object_id=translation.source.object_id, locale=translation.target_locale_id, updated_at__gte=since
    ).exclude(last_translated_by=request.user)
    found = {(row.translation_of_id, row.context_id): row.data for row in rows}
    places = StringSegment.objects.filter(source=translation.source_id, string__in=[string_id for string_id, _context in found])
    texts = {
        pk: {"version": segments.version_of(found[key, context]), "text": marked.to_marked(found[key, context])}
        for pk, key, context in places.values_list("pk", "string_id", "context_id")
        if (key, context) in found
    }
    return JsonResponse({"now": now.isoformat(), "texts": texts})


@require_GET
@for_target(writes=False)
def alike(request: HttpRequest, translation_id: int, segment_id: int) -> HttpResponse:
    """Answer with how texts are translated that are like one of this translation, from 70 per cent.

    Raises:
        Http404: there is no such text in this translation.
    """
    # Each person for themselves: an office has one address.
    if seconds := seconds_to_wait(request, f"alike-{request.user.pk}", ALIKE_RATE):
        return JsonResponse({"texts": []}, status=429, headers={"Retry-After": str(seconds)})
    translation, _target = get_translation_and_target(translation_id)
    found = memories.alike(translation, _segment(translation, segment_id).string.data)
    texts = [
        {"percent": one.percent, "source": marked.words(marked.to_marked(one.source)), "text": marked.to_marked(one.text)}
        for one in found
    ]
    return JsonResponse({"texts": texts})


@require_POST
@for_target(writes=False)
def comment(request: HttpRequest, translation_id: int, segment_id: int) -> HttpResponse:
    """Keep what somebody says of a text, and lead back to it.

    Raises:
        Http404: there is no such text in this translation.
    """
    translation, _target = get_translation_and_target(translation_id)
    segment = _segment(translation, segment_id)
    if text := request.POST.get(f"comment-{segment_id}", "").strip()[:LONGEST]:
        SegmentComment.objects.create(context=segment.context, locale=translation.target_locale, author=request.user, text=text)
    return redirect(f"{reverse('translation_editor', args=[translation_id])}#segment-{segment_id}")


def edit(request: HttpRequest, page_id: int, language_code: str) -> HttpResponse:
    """Lead to where a page is translated into a language: its editor, else what is known of it, which says whether there is such a page.

    Raises:
        Http404: there is no such language, or the person does not see it.
    """
    if not working_locale_ids(request.user):
        return permission_denied(request)
    locale = next((one for one in matrix.locales_for(request.user) if one.language_code == language_code), None)
    if locale is None:
        raise Http404
    keys = Page.objects.filter(pk=page_id, locale__language_code=SOURCE_LANGUAGE, alias_of=None).values("translation_key")
    translation = Translation.objects.filter(source__object_id__in=keys, target_locale=locale, enabled=True).first()
    version = Page.objects.filter(translation_key__in=keys, locale=locale).first()
    if version is None or not version.permissions_for_user(request.user).can_edit() or (translation is None and version.alias_of_id):
        return redirect("translation_work", page_id, language_code)
    if translation is None:
        return redirect("wagtailadmin_pages:edit", version.pk)
    return redirect(f"{reverse('translation_editor', args=[translation.pk])}#next")
