"""The task by which a translation is approved, as part of Wagtail's workflow."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.models import Page, TaskState, WorkflowState

from portal.models import ApprovalTask
from translation.checks.stored import broken_texts
from translation.permissions import missing_texts, translation_into


class TranslationReviewTask(ApprovalTask):
    """Approval of a translation by a reviewer of its language.

    What goes online is the translation as its texts stand when it is approved: a reviewer may have mended one. Whoever submitted it is
    not the one who approves it, and nothing is approved that lacks a text, as when the German page was changed meanwhile, or holds one that
    would break the page.
    """

    class Meta:
        verbose_name = pgettext_lazy("admin", "review of a translation")
        verbose_name_plural = pgettext_lazy("admin", "reviews of translations")

    def start(self, workflow_state: WorkflowState, user: AbstractBaseUser | None = None) -> TaskState:
        """Begin it. Of what was sent back, whoever submits it once more is the one who submitted it; Wagtail keeps the first."""
        if user is not None and workflow_state.current_task_state is None:
            workflow_state.requested_by = user
        return super().start(workflow_state, user=user)

    def get_actions(self, obj: models.Model, user: AbstractBaseUser) -> list[tuple[str, str, bool]]:
        """Return what somebody may do with it: only what nothing stands against."""
        found = super().get_actions(obj, user)
        state = obj.current_workflow_state
        if not found or state is None:
            return found
        if state.requested_by_id == user.pk:
            return []
        translation = translation_into(obj)
        if translation is not None and (missing_texts(translation).exists() or broken_texts(translation)):
            return [action for action in found if action[0] != "approve"]
        return found

    def on_action(self, task_state: TaskState, user: AbstractBaseUser, action_name: str, **kwargs: object) -> object:
        """Approve or send back. What is approved is written anew from its texts.

        Raises:
            PermissionDenied: it may not be approved, or not by this person.
        """
        if action_name != "approve":
            return super().on_action(task_state, user, action_name, **kwargs)
        page = task_state.revision.content_object
        if user is not None and action_name not in {name for name, _label, _modal in self.get_actions(page, user)}:
            raise PermissionDenied
        with transaction.atomic():
            if (translation := translation_into(page)) is not None:
                translation.save_target(user=user, publish=False)
                # What is approved is what stands there now; Wagtail would ask for another approval of the newer revision.
                latest = Page.objects.values_list("latest_revision_id", flat=True).get(pk=page.pk)
                TaskState.objects.filter(pk=task_state.pk).update(revision_id=latest)
                task_state = TaskState.objects.get(pk=task_state.pk)
            return super().on_action(task_state, user, action_name, **kwargs)

    @classmethod
    def get_description(cls) -> str:
        """Say what it is, where tasks are made."""
        return pgettext("admin", "Reviewers of the language approve a translation or send it back; nobody approves what they submitted.")
