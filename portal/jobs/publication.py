"""What goes online and offline at its time: pages, their versions, snippets.

Wagtail's `publish_scheduled` stops at the first that fails, and what is due after it stays as it is. Here each one has a transaction of
its own; what hinders one is kept (`ScheduleFailure`), told once to whoever scheduled it, and tried again each time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import InterfaceError, OperationalError, models, transaction
from django.utils import timezone
from django.utils.translation import override, pgettext
from wagtail.models import DraftStateMixin, Page, Revision

from portal import jobs, signals
from portal.language.languages import SOURCE_LANGUAGE
from portal.language.slugs import available_slug
from portal.models import Job, ScheduleFailure
from portal.pages import schedules
from portal.pages.versions import locales_by_id

logger = logging.getLogger(__name__)

JOB = "publication"
"""The key of the job that does this (`portal.wagtail_hooks`)."""
PUBLISH, UNPUBLISH = "publish", "unpublish"


def scheduled_models() -> list[type[models.Model]]:
    """Return what can be scheduled: pages as such, and each kind of snippet with drafts."""
    others = [model for model in apps.get_models() if issubclass(model, DraftStateMixin) and not issubclass(model, Page)]
    return [Page, *others]


def run() -> int:
    """Take offline and put online what is due; return how many that were.

    What expired goes first, then what goes live comes in the order of its times, as Wagtail does it.
    """
    now = timezone.now()
    number = 0
    if Job.objects.filter(key=JOB, error=jobs.INTERRUPTED).exists():
        # What the last run committed, readers' menus may not know: it ended in between.
        signals.forget_navigation()
    for model in scheduled_models():
        due = model.objects.filter(live=True, expire_at__lte=now).order_by("expire_at", "pk")
        for pk in _sources_first(model, due):
            number += _attempt(UNPUBLISH, ContentType.objects.get_for_model(model), str(pk), lambda: _expire(model, pk))  # noqa: B023
    for revision in _due_revisions(now):
        number += _attempt(
            PUBLISH,
            ContentType.objects.get_for_id(revision.base_content_type_id),
            revision.object_id,
            lambda: _publish(revision.pk),  # noqa: B023
            revision,
        )
    _forget_settled()
    return number


def _due_revisions(now: datetime) -> list[Revision]:
    """Return what goes online, in the order of the times; pages of the source language first, because their versions wait for them."""
    due = Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at", "pk")
    revisions = list(due.only("pk", "base_content_type_id", "object_id", "user_id"))
    pages = ContentType.objects.get_for_model(Page).pk
    keys = [revision.object_id for revision in revisions if revision.base_content_type_id == pages]
    versions = Page.objects.filter(pk__in=keys).exclude(locale__language_code=SOURCE_LANGUAGE)
    later = {(pages, str(pk)) for pk in versions.values_list("pk", flat=True)}
    return sorted(revisions, key=lambda revision: (revision.base_content_type_id, revision.object_id) in later)


def _sources_first(model: type[models.Model], due: models.QuerySet) -> list[object]:
    """Return the keys of what expires; pages of the source language first, because they take their versions along."""
    if model is not Page:
        return list(due.values_list("pk", flat=True))
    locales = locales_by_id()
    rows = [(locales[locale].language_code != SOURCE_LANGUAGE, pk) for pk, locale in due.values_list("pk", "locale_id")]
    return [pk for _, pk in sorted(rows, key=lambda row: row[0])]


def _attempt(
    action: str, content_type: ContentType, object_id: str, change: Callable[[], bool], revision: Revision | None = None
) -> bool:
    """Make one change in a transaction of its own; whatever goes wrong is kept and hinders no other. Return whether it was made."""
    where = {"content_type": content_type, "object_id": object_id, "action": action}
    try:
        with transaction.atomic():
            changed = change()
            ScheduleFailure.objects.filter(**where).delete()
            return changed
    except (OperationalError, InterfaceError):
        # The database does not answer: nothing else would fare better, and the next run begins here.
        raise
    except Exception as error:
        with override(SOURCE_LANGUAGE):
            reason = _reason(error)
        now = timezone.now()
        failure, is_new = ScheduleFailure.objects.get_or_create(**where, defaults={"reason": reason, "failed_at": now})
        if not is_new and failure.reason != reason:
            ScheduleFailure.objects.filter(pk=failure.pk).update(reason=reason)
        if is_new:
            # Once, and not each time that it fails again.
            logger.exception("%s of %s %s failed", action, content_type, object_id)
            _tell(failure, revision)
        return False


def _expire(model: type[models.Model], pk: object) -> bool:
    instance = model.objects.select_for_update().filter(pk=pk, live=True, expire_at__lte=timezone.now()).first()
    if instance is None:
        return False
    instance.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    return True


def _publish(pk: int) -> bool:
    """Publish a revision whose time has come, unless that happened meanwhile; what has expired meanwhile does not stay online."""
    now = timezone.now()
    revision = Revision.objects.select_for_update().filter(pk=pk, approved_go_live_at__lte=now).first()
    if revision is None:
        return False
    if isinstance(instance := revision.as_object(), Page):
        if schedules.is_over(instance):
            Revision.objects.filter(pk=pk).update(approved_go_live_at=None)
            Page.objects.filter(pk=instance.pk, live=False).update(expired=True)
            return False
        schedules.check_source(instance)
        _number_slug(revision, instance)
    revision.publish(log_action="wagtail.publish.scheduled")
    model = revision.base_content_type.model_class()
    _expire(model, revision.object_id)
    return True


def _number_slug(revision: Revision, page: Page) -> None:
    """Give a page a number behind its slug if another one took the slug while it waited; a person would be asked."""
    slug = available_slug(page.get_parent(), page.slug, page.pk)
    if slug != page.slug:
        revision.content["slug"] = slug
        Revision.objects.filter(pk=revision.pk).update(content=revision.content)


def _reason(error: Exception) -> str:
    """Return in one sentence what is wrong, for a person who edits pages."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return pgettext("admin", "Technical fault: %(error)s") % {"error": f"{type(error).__name__}: {error}"[:500]}


def _tell(failure: ScheduleFailure, revision: Revision | None) -> None:
    """Write to whoever scheduled the change, in German as the editors do; a mail that cannot be sent hinders nothing."""
    user = revision.user if revision is not None else getattr(failure.object, "owner", None)
    if user is None or not user.email:
        return
    with override(SOURCE_LANGUAGE):
        subject = pgettext("admin", "Could not be published: %(title)s") % {"title": failure.object}
        if failure.action == UNPUBLISH:
            subject = pgettext("admin", "Could not be taken offline: %(title)s") % {"title": failure.object}
        text = pgettext("admin", "%(reason)s\n\nThe portal goes on trying. The dashboard of the administration shows it until it works.")
        try:
            send_mail(" ".join(subject.split()), text % {"reason": failure.reason}, None, [user.email])
        except Exception:
            logger.exception("A mail about %s could not be sent", failure)


def _forget_settled() -> None:
    """Forget what failed and is not due any more: it was published by hand, its date was changed, it was deleted."""
    now = timezone.now()
    for failure in ScheduleFailure.objects.select_related("content_type"):
        if failure.action == PUBLISH:
            waiting = Revision.objects.filter(
                base_content_type=failure.content_type, object_id=failure.object_id, approved_go_live_at__lte=now
            )
        else:
            model = failure.content_type.model_class()
            waiting = model.objects.filter(pk=failure.object_id, live=True, expire_at__lte=now)
        if not waiting.exists():
            failure.delete()
