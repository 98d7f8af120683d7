"""Publishing a translation at a time of its own: planned by a person, done by the runner, held where something stands against it."""

from __future__ import annotations

import datetime
import hashlib
import json
import logging
import traceback

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef
from django.dispatch import receiver
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import pgettext
from wagtail.log_actions import log
from wagtail.models import Page, PageLogEntry, WorkflowState
from wagtail.signals import page_unpublished
from wagtail_localize.models import Translation

from portal import changes
from portal.changes import Change, Event, Order
from portal.language.languages import SOURCE_LANGUAGE
from portal.language.slugs import available_slug
from portal.models import PublishedVersion
from translation import publishing, reviewing
from translation.aliases import LOG_ACTION as TAKEN_BACK
from translation.permissions import reason_against_publication, translation_into

from . import texts
from .order_models import Notice, NoticeKind
from .plan_models import PlannedPublication

logger = logging.getLogger(__name__)

PLANNED, MOVED, CALLED_OFF = "translation.planned", "translation.plan_moved", "translation.plan_called_off"


def plan_of(page: Page) -> PlannedPublication | None:
    """Return when a translation goes online by itself. One query."""
    return PlannedPublication.objects.filter(page=page.pk).select_related("user").first()


def moment_of(text: str) -> datetime.datetime | None:
    """Return the time that a field of a form holds, in the time zone of whoever typed it; None where it is none, or over."""
    try:
        found = parse_datetime(text.strip())
        found = timezone.make_aware(found) if found is not None and timezone.is_naive(found) else found
        # The last hours of 9999 are in no other time zone.
        return found.astimezone(datetime.UTC) if found is not None and found > timezone.now() else None
    except (ValueError, OverflowError):
        return None


def seen(source: Page, translation: Translation) -> str:
    """Return what tells the texts of the German page, online and as translators were given them, from others."""
    names = (texts.of_instance(source.specific), texts.of_sources([translation.source_id]))
    return hashlib.blake2b(json.dumps(names, sort_keys=True).encode(), digest_size=12).hexdigest()


def _source_of(page: Page) -> Page | None:
    return Page.objects.filter(translation_key=page.translation_key, locale__language_code=SOURCE_LANGUAGE).first()


def reason_against(user: AbstractBaseUser, page: Page) -> str:
    """Return why somebody cannot let a translation go online at a time, as a sentence; nothing when they can."""
    if reasons := publishing.obstacles(user, page):
        return " ".join(reasons.values())
    source = _source_of(page)
    if source is None or not source.live:
        return pgettext("admin", "The German page is not online. With a time of its own, the translation goes online together with it.")
    return ""


def plan(user: AbstractBaseUser, page: Page, translation: Translation, due_at: datetime.datetime) -> str:
    """Let a translation go online at a time, as it stands now; return why it cannot, as a sentence. An earlier plan is replaced.

    With it goes that somebody approved what was planned.
    """
    if reason := reason_against(user, page):
        return reason
    with transaction.atomic():
        if reason := reviewing.save_draft(user, translation):
            return reason
        store(user, page, translation, due_at)
    return ""


def store(user: AbstractBaseUser, page: Page, translation: Translation, due_at: datetime.datetime) -> None:
    """Let the last draft of a translation, which somebody may publish, go online at a time."""
    page, source = Page.objects.get(pk=page.pk), _source_of(page)
    values = {"revision_id": page.latest_revision_id, "user": user, "due_at": due_at, "planned_at": timezone.now()}
    PlannedPublication.objects.update_or_create(page_id=page.pk, defaults={**values, "seen": seen(source, translation), "fault": ""})
    log(page.specific, PLANNED, user=user, data={"due_at": due_at.isoformat()})


def move(user: AbstractBaseUser, page: Page, due_at: datetime.datetime) -> bool:
    """Let what is planned go online at another time, in the name of whoever says so; return whether something is.

    It stays what it was when it was planned, or approved.
    """
    with transaction.atomic():
        Page.objects.select_for_update().filter(pk=page.pk).order_by().first()
        if not PlannedPublication.objects.filter(page=page.pk).update(user=user, due_at=due_at, fault=""):
            return False
        # Should it be held at its new time, somebody is told anew.
        Notice.objects.filter(page=page.pk, kind=NoticeKind.HELD).delete()
        log(page.specific, MOVED, user=user, data={"due_at": due_at.isoformat()})
    return True


def call_off(user: AbstractBaseUser, page: Page) -> bool:
    """Let a translation go online at no time by itself; return whether it would have."""
    with transaction.atomic():
        number, _by_model = PlannedPublication.objects.filter(page=page.pk).delete()
        if number:
            log(page, CALLED_OFF, user=user)
    return bool(number)


def reason_to_hold(planned: PlannedPublication) -> str:
    """Return why a translation does not go online although its time has come, or would not if it had, as a sentence."""
    page = Page.objects.select_related("locale").get(pk=planned.page_id).specific
    source, translation = _source_of(page), translation_into(page)
    if source is None or not source.live:
        return pgettext("admin", "Its German page is not online.")
    if translation is None or seen(source, translation) != planned.seen:
        return pgettext("admin", "The German page says something else since this was planned.")
    if PublishedVersion.objects.filter(page_id=page.pk, withdrawn_at__gte=planned.planned_at).exists():
        return pgettext("admin", "The German page was changed, and somebody said that this version is wrong now.")
    state = reviewing.state_of(page)
    if state is not None and state.status in (WorkflowState.STATUS_IN_PROGRESS, WorkflowState.STATUS_NEEDS_CHANGES):
        return pgettext("admin", "It waits for a review, or was sent back.")
    if planned.user is None or not planned.user.is_active:
        return pgettext("admin", "Whoever planned it does not work here any more.")
    if reason_against_publication(planned.user, page):
        return pgettext("admin", "Whoever planned it may not publish it any more, or somebody locked it.")
    return ""


def reason_held(planned: PlannedPublication) -> str:
    """Return the same; where nothing is known to stand against it, why putting it online failed."""
    if reason := reason_to_hold(planned):
        return reason
    return pgettext("admin", "It could not be put online: %(reason)s") % {"reason": planned.fault} if planned.fault else ""


def run() -> int:
    """Put online what is due and not held; return how many that were. What is held goes online once nothing stands against it.

    What fails is held as well (`reason_held`).
    """
    number = 0
    # Taken back since: nothing of it is to come, even where somebody began anew.
    taken_back = PageLogEntry.objects.filter(page=OuterRef("page_id"), action=TAKEN_BACK, timestamp__gte=OuterRef("planned_at"))
    PlannedPublication.objects.filter(Exists(taken_back)).delete()
    for pk in list(PlannedPublication.objects.filter(due_at__lte=timezone.now()).order_by("due_at", "pk").values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                number += _publish(pk)
        except (OperationalError, InterfaceError):
            # The database does not answer: the next run begins here.
            raise
        except Exception as error:
            _note_fault(pk, error)
    return number


def _note_fault(pk: int, error: Exception) -> None:
    """Keep why a publication failed: it is held, and tried again with every run, but written to the log once."""
    reason = " ".join(error.messages) if isinstance(error, ValidationError) else "".join(traceback.format_exception_only(error)).strip()
    if PlannedPublication.objects.filter(pk=pk).exclude(fault=reason[:500]).update(fault=reason[:500]):
        logger.error("The planned publication of page %s failed", pk, exc_info=error)


def _publish(pk: int) -> bool:
    # In the order of all others: who publishes or submits the page in this moment has it first.
    if Page.objects.select_for_update().filter(pk=pk).first() is None:
        return False
    rows = PlannedPublication.objects.select_for_update(of=("self",)).select_related("revision", "user")
    planned = rows.filter(pk=pk, due_at__lte=timezone.now()).first()
    if planned is None or reason_to_hold(planned):
        return False
    revision = planned.revision
    page = revision.as_object()
    slug = available_slug(page.get_parent(), page.slug, page.pk)
    if slug != page.slug:
        # Another page took it while this one waited, as in `portal.jobs.publication`.
        revision.content["slug"] = slug
        revision.save(update_fields=["content"])
    revision.publish(user=planned.user)
    return True


@changes.receiver(Event.PUBLISHED, order=Order.LANGUAGES)
def forget_plan(change: Change) -> None:
    """Whatever published a version: it is online, and nothing is planned any more. What comes back with its German page is what it was."""
    if isinstance(change.subject, Page) and change.subject.live and not change.details.get("returned"):
        PlannedPublication.objects.filter(page=change.subject.pk).delete()


@receiver(page_unpublished, dispatch_uid="translation_desk.plan_unpublished")
def forget_plan_of_unpublished(instance: Page, **kwargs: object) -> None:
    """Somebody took a translation offline. One that went with its German page is held, and comes with a plan once that is back."""
    source = _source_of(instance)
    if source is not None and source.live and source.pk != instance.pk:
        PlannedPublication.objects.filter(page=instance.pk).delete()
