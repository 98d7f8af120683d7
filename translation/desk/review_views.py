"""Draft, review, publication of one translation, on the screen of what is to be done of it."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages as admin_messages
from wagtail.admin.auth import permission_denied
from wagtail.models import Page, TaskState
from wagtail_localize.models import Translation

from portal.language.languages import SOURCE_LANGUAGE
from portal.pages import schedules
from translation import publishing, reviewing
from translation.files.units import Unit, units_of
from translation.files.views import readable
from translation.guards import refuse
from translation.models import ChangedMeanwhileError
from translation.permissions import (
    reason_against_change,
    reason_against_publication,
    translation_into,
    working_locale_ids,
)

from . import matrix, planning, segments
from .plan_models import PlannedPublication


def context_of(user: AbstractBaseUser, version: Page | None, translation: Translation | None) -> dict[str, Any]:
    """Return what a person may do with a translation now, what a reviewer said of it, and its texts for whoever reviews it."""
    if version is None or translation is None or not version.permissions_for_user(user).can_edit():
        return {"review": None}
    actions = reviewing.actions(user, version)
    planned = planning.plan_of(version)
    units = units_of(translation) if actions else []
    is_waiting, may_publish = reviewing.is_waiting(version), not publishing.obstacles(user, version)
    is_last = "approve" in actions and reviewing.is_last_approval(version)
    return {
        "review": {
            "planned": planned,
            "hold": planning.reason_held(planned) if planned is not None else "",
            "seen": _digest(units),
            "now": timezone.now().isoformat(),
            "is_waiting": is_waiting,
            "actions": actions,
            "texts": [(readable(one.source_html), readable(one.data)) for one in units],
            "is_last": is_last,
            "may_plan": may_publish and is_last,
            "may_publish": may_publish and not is_waiting,
            "may_submit": not reviewing.reason_against_submission(user, version, translation),
            "may_save": not reason_against_change(user, version),
            "may_withdraw": reviewing.may_withdraw(user, version),
            "last_word": reviewing.last_word(version),
        }
    }


def _digest(units: Iterable[Unit]) -> str:
    """Return what tells texts that a reviewer read from others."""
    texts = json.dumps([(one.source_html, one.data) for one in units])
    return hashlib.blake2b(texts.encode(), digest_size=12).hexdigest()


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
    there = reverse("translation_work", args=[page_id, language_code])
    if handler is _approve and reason and (read_at := request.POST.get("read", "")):
        # What became another text since it was read is shown there.
        there = f"{there}?{urlencode({'read': read_at})}#review"
    return redirect(there)


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
    if not reviewing.may_withdraw(request.user, version) or not reviewing.withdraw(request.user, version):
        return _gone(request, version)
    messages.success(request, pgettext("admin", "Taken back from review. The draft is kept."))
    return ""


def _approve(request: HttpRequest, version: Page, translation: Translation) -> str:
    moment = None
    if at := request.POST.get("at", ""):
        if (moment := planning.moment_of(at)) is None:
            return pgettext("admin", "Give a day and a time that are still to come.")
        if reason := planning.reason_against(request.user, version):
            return reason
    if reason := _decide(request, version, translation, moment):
        return reason
    if reviewing.is_waiting(Page.objects.get(pk=version.pk).specific):
        messages.success(request, pgettext("admin", "Approved. It waits for another approval before it goes online."))
    elif moment is not None:
        date = date_format(localtime(moment), "SHORT_DATETIME_FORMAT")
        messages.success(request, pgettext("admin", "Approved. It goes online by itself: %(date)s.") % {"date": date})
    elif unread := publishing.reason_unread(version):
        messages.warning(request, unread)
    elif date := publishing.planned_for(Page.objects.get(pk=version.pk)):
        messages.success(request, pgettext("admin", "Approved. It goes online with the German page: %(date)s.") % {"date": date})
    else:
        messages.success(request, pgettext("admin", "Approved and published."))
    return ""


def _decide(request: HttpRequest, version: Page, translation: Translation, moment: datetime.datetime | None) -> str:
    """Approve what was read on the screen, at once or for a time; return why that is not done, as a sentence."""
    seen = request.POST.get("seen")
    is_read = (lambda now: _digest(units_of(now)) == seen) if seen else None
    later = (lambda: planning.store(request.user, version, translation, moment)) if moment is not None else None
    comment = request.POST.get("comment", "").strip()
    try:
        is_done = reviewing.decide(request.user, version, "approve", comment, is_read=is_read, instead=later)
        return "" if is_done else _gone(request, version)
    except ChangedMeanwhileError:
        return pgettext("admin", "Texts were changed after you had opened this. It is not approved; read what is different now.")
    except reviewing.AnotherApprovalError:
        return pgettext("admin", "Another approval is awaited after this one; whoever gives the last one chooses the time.")
    except schedules.SourceOfflineError:
        # The person is asked (`translation.middleware`).
        raise
    except ValidationError as error:
        return " ".join(error.messages)


def _send_back(request: HttpRequest, version: Page, translation: Translation) -> str:
    comment = request.POST.get("comment", "").strip()
    if not comment:
        return pgettext("admin", "Say what is to be changed: a translation is sent back with a comment.")
    if not reviewing.decide(request.user, version, "reject", comment):
        return _gone(request, version)
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
    if unread := publishing.reason_unread(version):
        messages.warning(request, unread)
    elif date := publishing.planned_for(Page.objects.get(pk=version.pk)):
        messages.success(request, pgettext("admin", "It goes online with the German page: %(date)s.") % {"date": date})
    else:
        messages.success(request, pgettext("admin", "It is online."))
    return ""


def _plan(request: HttpRequest, version: Page, translation: Translation) -> str:
    """Plan it; what is planned already, and may have been approved, goes online at another time, and stays what it is."""
    moment, reason = _moment(request, version)
    if moment is None:
        return reason
    if not planning.move(request.user, version, moment):
        return _plan_anew(request, version, translation)
    date = date_format(localtime(moment), "SHORT_DATETIME_FORMAT")
    text = pgettext("admin", "The time is changed. It goes online as it stood when it was planned: %(date)s.")
    messages.success(request, text % {"date": date})
    return ""


def _plan_anew(request: HttpRequest, version: Page, translation: Translation) -> str:
    """Plan what stands there now, whatever was planned before."""
    moment, reason = _moment(request, version)
    if moment is None:
        return reason
    if reason := planning.plan(request.user, version, translation, moment):
        return reason
    date = date_format(localtime(moment), "SHORT_DATETIME_FORMAT")
    messages.success(request, pgettext("admin", "It goes online as it stands now: %(date)s.") % {"date": date})
    return ""


def _moment(request: HttpRequest, version: Page) -> tuple[datetime.datetime | None, str]:
    """Return the time that somebody gave for a publication; None where they cannot plan one, and why, as a sentence."""
    if reviewing.is_waiting(version):
        return None, pgettext("admin", "It waits for a review already.")
    if reason := reason_against_publication(request.user, version):
        return None, reason
    if (moment := planning.moment_of(request.POST.get("at", ""))) is None:
        return None, pgettext("admin", "Give a day and a time that are still to come.")
    return moment, ""


def _unplan(request: HttpRequest, version: Page, translation: Translation) -> str:
    if reason := reason_against_publication(request.user, version):
        return reason
    if not planning.call_off(request.user, version):
        return pgettext("admin", "No time is planned for it any more.")
    messages.success(request, pgettext("admin", "Called off. It goes online when somebody publishes it."))
    return ""


def say_what_is_planned(request: HttpRequest, page: Page) -> None:
    """Say on Wagtail's own screen of a translation, too, that it goes online by itself."""
    if request.method != "GET" or page.locale.language_code == SOURCE_LANGUAGE or (planned := planning.plan_of(page)) is None:
        return
    source = Page.objects.filter(translation_key=page.translation_key, locale__language_code=SOURCE_LANGUAGE).first()
    if source is None:
        return
    address = f"{reverse('translation_work', args=[source.pk, page.locale.language_code])}#review"
    button = admin_messages.button(address, pgettext("admin", "Look at it or call it off"))
    admin_messages.info(request, sentence_of(planned), buttons=[button])


def sentence_of(planned: PlannedPublication) -> str:
    """Return when a translation goes online by itself, as a sentence."""
    text = pgettext("admin", "It goes online by itself, as it stood when that was planned: %(date)s.")
    return text % {"date": date_format(localtime(planned.due_at), "SHORT_DATETIME_FORMAT")}


def _gone(request: HttpRequest, version: Page) -> str:
    """Return why nothing was decided, as a sentence, and what the person wrote: nothing of it is kept elsewhere."""
    decided = reviewing.decided_by_another(request.user, version)
    if decided is None:
        reason = pgettext("admin", "It does not wait for you any more, or may not be approved as it is.")
    else:
        is_approved = decided.status == TaskState.STATUS_APPROVED
        reason = (
            pgettext("admin", "%(name)s was faster and approved it.") if is_approved
            else pgettext("admin", "%(name)s was faster and sent it back.")
        ) % {"name": decided.finished_by.get_full_name() or decided.finished_by.get_username()}  # fmt: skip
    if not (comment := request.POST.get("comment", "").strip()):
        return reason
    return f"{reason} " + pgettext("admin", "Your comment was not stored: “%(comment)s”") % {"comment": comment}


_HANDLERS = {
    "save": _save, "submit": _submit, "withdraw": _withdraw, "approve": _approve, "send_back": _send_back, "publish": _publish,
    "plan": _plan, "plan_anew": _plan_anew, "unplan": _unplan,
}  # fmt: skip
