"""The task by which a translation is approved, as part of Wagtail's workflow."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.models import Page, Revision, TaskState, WorkflowState
from wagtail_localize.fields import get_translatable_fields
from wagtail_localize.models import Translation

from portal.models import ApprovalTask
from translation.checks.stored import broken_texts
from translation.permissions import missing_texts, translation_into


class ChangedMeanwhileError(Exception):
    """What somebody approved is not what they were shown: texts were changed since. What waits now is as they stand (`task_state`)."""

    def __init__(self, page: Page, task_state: TaskState) -> None:
        super().__init__(str(page))
        self.page, self.task_state = page, task_state


def _said(revision: Revision) -> dict[str, object]:
    """Return what a revision of a translation says: the fields that wagtail-localize writes, without the keys of rows below it."""
    model = revision.content_type.model_class()
    return {one.field_name: _without_keys(revision.content.get(one.field_name)) for one in get_translatable_fields(model)}


def _without_keys(value: object) -> object:
    if isinstance(value, list):
        return [_without_keys(one) for one in value]
    if isinstance(value, dict):
        return {name: _without_keys(one) for name, one in value.items() if name not in ("pk", "page", "translation_key", "locale")}
    return value


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

    def on_action(self, task_state: TaskState, user: AbstractBaseUser, action_name: str, **kwargs: Any) -> object:
        """Approve or send back. What is approved is written anew from its texts.

        Args:
            has_read: whoever approves has the texts before them as they stand now. Wagtail's own screens show the revision that waits:
                where the texts are others by now, that is renewed, and nothing is approved.

        Raises:
            PermissionDenied: it may not be approved, or not by this person.
            ChangedMeanwhileError: the texts are others than those that were shown.
        """
        has_read = kwargs.pop("has_read", False)
        if action_name != "approve":
            return super().on_action(task_state, user, action_name, **kwargs)
        page = task_state.revision.content_object
        if user is not None and action_name not in {name for name, _label, _modal in self.get_actions(page, user)}:
            raise PermissionDenied
        translation = translation_into(page)
        if translation is not None and not has_read:
            with transaction.atomic():
                shown = task_state.revision
                task_state = self._renew(task_state, translation, user)
            if _said(shown) != _said(task_state.revision):
                raise ChangedMeanwhileError(page, task_state)
        with transaction.atomic():
            if translation is not None and has_read:
                task_state = self._renew(task_state, translation, user)
            return super().on_action(task_state, user, action_name, **kwargs)

    @staticmethod
    def _renew(task_state: TaskState, translation: Translation, user: AbstractBaseUser | None) -> TaskState:
        """Let what stands there now wait for approval; Wagtail would ask for another approval of a newer revision."""
        translation.save_target(user=user, publish=False)
        pages = Page.objects.filter(pk=task_state.revision.object_id)
        TaskState.objects.filter(pk=task_state.pk).update(revision_id=pages.values("latest_revision_id")[:1])
        return TaskState.objects.get(pk=task_state.pk)

    @classmethod
    def get_description(cls) -> str:
        """Say what it is, where tasks are made."""
        return pgettext("admin", "Reviewers of the language approve a translation or send it back; nobody approves what they submitted.")
