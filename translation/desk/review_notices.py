"""Who is told of a review: its reviewers that something waits, whoever submitted it what became of it.

Wagtail mails the same by itself, as each person chooses in their account; here it stands on the start page of the admin.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser, User
from django.dispatch import receiver
from django.utils import timezone
from wagtail.models import Page, WorkflowState
from wagtail.signals import workflow_approved, workflow_cancelled, workflow_rejected, workflow_submitted

from translation.models import TranslationReviewTask
from translation.permissions import works_in

from . import notices
from .models import Notice
from .order_models import NoticeKind

_OF_REVIEWS = (NoticeKind.SUBMITTED, NoticeKind.SENT_BACK, NoticeKind.APPROVED)


def _page_of(state: WorkflowState) -> Page | None:
    """Return the page of a review; nothing of another workflow's."""
    page = state.content_object
    tasks = TranslationReviewTask.objects.filter(workflow_tasks__workflow=state.workflow_id)
    return page if isinstance(page, Page) and tasks.exists() else None


def _tell(page: Page, users: Iterable[AbstractBaseUser], kind: NoticeKind) -> None:
    """Tell people how a page stands; what they were told before is over."""
    Notice.objects.filter(page=page.pk, kind__in=_OF_REVIEWS).delete()
    now = timezone.now()
    notices.store(Notice(user=user, page_id=page.pk, locale_id=page.locale_id, kind=kind, mailed_at=now) for user in users)


@receiver(workflow_submitted, sender=WorkflowState, dispatch_uid="translation_desk.review_submitted")
def tell_reviewers(sender: type, instance: WorkflowState, user: AbstractBaseUser | None = None, **kwargs: object) -> None:
    """A translation waits for its reviewers."""
    if (page := _page_of(instance)) is None:
        return
    people = User.objects.filter(groups__groupapprovaltask__workflow_tasks__workflow=instance.workflow_id, is_active=True).distinct()
    _tell(page, [one for one in people if one != user and works_in(one, page.locale_id)], NoticeKind.SUBMITTED)


@receiver(workflow_rejected, sender=WorkflowState, dispatch_uid="translation_desk.review_rejected")
def tell_of_rejection(sender: type, instance: WorkflowState, **kwargs: object) -> None:
    """A translation was sent back."""
    if (page := _page_of(instance)) is not None:
        _tell(page, [instance.requested_by] if instance.requested_by else [], NoticeKind.SENT_BACK)


@receiver(workflow_approved, sender=WorkflowState, dispatch_uid="translation_desk.review_approved")
def tell_of_approval(sender: type, instance: WorkflowState, **kwargs: object) -> None:
    """A translation was approved and published."""
    if (page := _page_of(instance)) is not None:
        _tell(page, [instance.requested_by] if instance.requested_by else [], NoticeKind.APPROVED)


@receiver(workflow_cancelled, sender=WorkflowState, dispatch_uid="translation_desk.review_cancelled")
def forget(sender: type, instance: WorkflowState, **kwargs: object) -> None:
    """A translation was taken back: nobody waits for anybody."""
    if (page := _page_of(instance)) is not None:
        _tell(page, [], NoticeKind.SUBMITTED)
