"""Who is told of a review: its reviewers that something waits, whoever submitted it what became of it.

It stands on the start page of the admin and in the one mail of `notices`, as often as each person chooses. Wagtail mails of every
workflow by itself; of reviews of translations it does not, so that nobody is told twice.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser, User
from django.db.models import Q
from django.dispatch import receiver
from django.utils import timezone
from wagtail.admin import mail
from wagtail.models import Page, TaskState, WorkflowState
from wagtail.signals import task_submitted, workflow_approved, workflow_cancelled, workflow_rejected, workflow_submitted

from portal.models.deputies import may_publish
from translation.models import TranslationReviewTask
from translation.permissions import works_in

from . import notices, planning
from .models import Notice, PlannedPublication
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
    notices.store(Notice(user=user, page_id=page.pk, locale_id=page.locale_id, kind=kind) for user in users)


def tell_of_held() -> None:
    """Tell once whoever planned a publication that its time has come and something stands against it, or that it failed.

    Where they may not publish the page any more, those are told who may. Who was told before and left does not count.
    """
    due = PlannedPublication.objects.filter(due_at__lte=timezone.now())
    over = Notice.objects.filter(kind=NoticeKind.HELD).exclude(page__in=due.values("page"))
    over.delete()
    for planned in due.select_related("user", "page").order_by("pk"):
        if not planning.reason_held(planned):
            continue
        page, people = planned.page, _in_charge(planned)
        told = Notice.objects.filter(kind=NoticeKind.HELD, page=page.pk, created_at__gte=planned.planned_at, user__in=people)
        if not told.exists():
            notices.store(Notice(user=user, page_id=page.pk, locale_id=page.locale_id, kind=NoticeKind.HELD) for user in people)


def _in_charge(planned: PlannedPublication) -> list[AbstractBaseUser]:
    """Return who is to know of a plan: whoever made it, else those who may publish the page, whoever locked it."""
    user, page = planned.user, planned.page
    if user is not None and user.is_active and may_publish(user, page):
        return [user]
    in_groups = Q(groups__page_permissions__permission__codename="publish_page")
    people = User.objects.filter(Q(is_superuser=True) | in_groups, is_active=True).distinct().order_by("pk")
    return [one for one in people if may_publish(one, page)]


# --- Wagtail's own mails -----------------------------------------------------------------------------------------------------


class _OtherWorkflows:
    """Mails of all workflows but reviews of translations."""

    def can_handle(self, instance: WorkflowState | TaskState, **kwargs: object) -> bool:
        """Return whether Wagtail tells of it."""
        if not super().can_handle(instance, **kwargs):  # type: ignore[misc]  # mixed into Wagtail's notifiers
            return False
        state = instance.workflow_state if isinstance(instance, TaskState) else instance
        return _page_of(state) is None


class _TaskSubmission(_OtherWorkflows, mail.GroupApprovalTaskStateSubmissionEmailNotifier):
    pass


class _Submission(_OtherWorkflows, mail.WorkflowStateSubmissionEmailNotifier):
    pass


class _Approval(_OtherWorkflows, mail.WorkflowStateApprovalEmailNotifier):
    pass


class _Rejection(_OtherWorkflows, mail.WorkflowStateRejectionEmailNotifier):
    pass


_IN_PLACE = (
    (task_submitted, TaskState, _TaskSubmission(), "group_approval_task_submitted_email_notification"),
    (workflow_submitted, WorkflowState, _Submission(), "workflow_state_submitted_email_notification"),
    (workflow_approved, WorkflowState, _Approval(), "workflow_state_approved_email_notification"),
    (workflow_rejected, WorkflowState, _Rejection(), "workflow_state_rejected_email_notification"),
)


def take_over() -> None:
    """Connect these in place of Wagtail's, by the names under which it connects its own, whether it has done so already or not."""
    for signal, sender, notifier, name in _IN_PLACE:
        signal.disconnect(sender=sender, dispatch_uid=name)
        signal.connect(notifier, sender=sender, dispatch_uid=name)


# --- what happened -----------------------------------------------------------------------------------------------------------


@receiver(task_submitted, sender=TaskState, dispatch_uid="translation_desk.review_submitted")
def tell_reviewers(sender: type, instance: TaskState, user: AbstractBaseUser | None = None, **kwargs: object) -> None:
    """A translation waits for its reviewers: for the first time, or once more after it was sent back."""
    if (page := _page_of(instance.workflow_state)) is None:
        return
    people = User.objects.filter(groups__groupapprovaltask=instance.task_id, is_active=True).distinct()
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
