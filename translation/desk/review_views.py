"""Draft, review, publication of one translation, on the screen of what is to be done of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.models import Page
from wagtail_localize.models import Translation

from portal.language.languages import SOURCE_LANGUAGE
from portal.pages import schedules
from translation import publishing, reviewing
from translation.files.units import units_of
from translation.files.views import readable
from translation.guards import refuse
from translation.permissions import (
    reason_against_change,
    reason_against_publication,
    translation_into,
    working_locale_ids,
)

from . import matrix, segments


def context_of(user: AbstractBaseUser, version: Page | None, translation: Translation | None) -> dict[str, Any]:
    """Return what a person may do with a translation now, what a reviewer said of it, and its texts for whoever reviews it."""
    if version is None or translation is None or not version.permissions_for_user(user).can_edit():
        return {"review": None}
    actions = reviewing.actions(user, version)
    return {
        "review": {
            "is_waiting": reviewing.is_waiting(version),
            "actions": actions,
            "texts": [(readable(one.source_html), readable(one.data)) for one in units_of(translation)] if actions else [],
            "may_submit": not reviewing.reason_against_submission(user, version, translation),
            "may_save": not reason_against_change(user, version),
            "may_publish": not reviewing.is_waiting(version) and not publishing.obstacles(user, version),
            "may_withdraw": reviewing.may_withdraw(user, version),
            "last_word": reviewing.last_word(version),
        }
    }


@require_POST
def review(request: HttpRequest, page_id: int, language_code: str) -> HttpResponse:
    """Save a draft of a translation, submit it, take it back, approve it, send it back, or publish it.

    Raises:
        Http404: there is no such page or language, it is not translated text by text, or nothing of it is this person's.
    """
    if not working_locale_ids(request.user):
        return permission_denied(request)
    locale = next((one for one in matrix.locales_for(request.user) if one.language_code == language_code), None)
    source = Page.objects.filter(pk=page_id, locale__language_code=SOURCE_LANGUAGE).first()
    version = None
    if source is not None and locale is not None:
        version = Page.objects.filter(translation_key=source.translation_key, locale=locale).select_related("locale").first()
    translation = translation_into(version) if version is not None else None
    if version is None or translation is None:
        raise Http404
    version = version.specific
    if not version.permissions_for_user(request.user).can_edit():
        return refuse(request, reason_against_change(request.user, version))
    handler = _HANDLERS.get(request.POST.get("do", ""))
    if handler is None:
        raise Http404
    if reason := handler(request, version, translation):
        messages.error(request, reason)
    return redirect("translation_work", page_id, language_code)


def _save(request: HttpRequest, version: Page, translation: Translation) -> str:
    if reason := reason_against_change(request.user, version) or reviewing.save_draft(request.user, translation):
        return reason
    messages.success(request, pgettext("admin", "The draft is saved. Visitors do not see it."))
    return ""


def _submit(request: HttpRequest, version: Page, translation: Translation) -> str:
    if open_ := [row for row in segments.rows_of(translation) if row.is_open]:
        return segments.to_be_looked_at(len(open_))
    if reason := reviewing.submit(request.user, version, translation):
        return reason
    messages.success(request, pgettext("admin", "Submitted: a reviewer of this language is told of it."))
    return ""


def _withdraw(request: HttpRequest, version: Page, translation: Translation) -> str:
    if not reviewing.may_withdraw(request.user, version):
        return _gone()
    reviewing.withdraw(request.user, version)
    messages.success(request, pgettext("admin", "Taken back from review. The draft is kept."))
    return ""


def _approve(request: HttpRequest, version: Page, translation: Translation) -> str:
    try:
        if not reviewing.decide(request.user, version, "approve", request.POST.get("comment", "").strip()):
            return _gone()
    except schedules.SourceOfflineError:
        # The person is asked (`translation.middleware`).
        raise
    except ValidationError as error:
        return " ".join(error.messages)
    if date := publishing.planned_for(Page.objects.get(pk=version.pk)):
        messages.success(request, pgettext("admin", "Approved. It goes online with the German page: %(date)s.") % {"date": date})
    else:
        messages.success(request, pgettext("admin", "Approved and published."))
    return ""


def _send_back(request: HttpRequest, version: Page, translation: Translation) -> str:
    comment = request.POST.get("comment", "").strip()
    if not comment:
        return pgettext("admin", "Say what is to be changed: a translation is sent back with a comment.")
    if not reviewing.decide(request.user, version, "reject", comment):
        return _gone()
    messages.success(request, pgettext("admin", "Sent back. Whoever submitted it is told of it."))
    return ""


def _publish(request: HttpRequest, version: Page, translation: Translation) -> str:
    if reason := reason_against_publication(request.user, version):
        return reason
    reasons = publishing.obstacles(request.user, version, request.POST)
    if reasons:
        return " ".join(reasons.values())
    if reason := publishing.publish(translation, request.user):
        return reason
    if date := publishing.planned_for(Page.objects.get(pk=version.pk)):
        messages.success(request, pgettext("admin", "It goes online with the German page: %(date)s.") % {"date": date})
    else:
        messages.success(request, pgettext("admin", "It is online."))
    return ""


def _gone() -> str:
    return pgettext("admin", "It does not wait for you any more, or may not be approved as it is.")


_HANDLERS = {
    "save": _save, "submit": _submit, "withdraw": _withdraw, "approve": _approve, "send_back": _send_back, "publish": _publish,
}  # fmt: skip
