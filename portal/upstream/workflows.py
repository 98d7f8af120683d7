"""Decisions in Wagtail's workflow, of which each counts alone: Wagtail 8 asks what it read before, and lets the last of several win."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from wagtail.models import Page, TaskState, WorkflowState

_cancel = WorkflowState.cancel


def lock(task_state: TaskState) -> TaskState:
    """Return what waits for approval as it is now, its page and itself locked until the transaction ends.

    Raises:
        PermissionDenied: it does not wait any more: somebody else was faster, or it was taken back.
    """
    _lock_page(task_state)
    found = TaskState.objects.select_for_update().filter(pk=task_state.pk, status=TaskState.STATUS_IN_PROGRESS).first()
    if found is None:
        raise PermissionDenied
    return found.specific


def _lock_page(task_state: TaskState) -> None:
    # In the order of all others: who publishes, plans, submits or decides of the page in this moment has it first.
    revision = task_state.revision
    if issubclass(revision.base_content_type.model_class(), Page):
        Page.objects.select_for_update().filter(pk=revision.object_id).order_by().first()


@transaction.atomic
def _cancel_what_is_open(self: WorkflowState, user: AbstractBaseUser | None = None) -> None:
    """Take something back from its reviewers, unless they decided in this moment. Can go when Wagtail asks the database.

    Raises:
        PermissionDenied: it is over.
    """
    if self.current_task_state is not None:
        _lock_page(self.current_task_state)
    list(TaskState.objects.select_for_update().filter(workflow_state=self.pk, status=TaskState.STATUS_IN_PROGRESS).order_by("pk"))
    if not WorkflowState.objects.active().filter(pk=self.pk).exists():
        raise PermissionDenied
    _cancel(self, user=user)


WorkflowState.cancel = _cancel_what_is_open  # type: ignore[method-assign]
