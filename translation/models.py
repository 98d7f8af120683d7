"""The task by which a translation is approved, as part of Wagtail's workflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.models import Page, Revision, TaskState, WorkflowPage, WorkflowState
from wagtail_localize.fields import get_translatable_fields
from wagtail_localize.models import StringTranslation, Translation

from portal.models import ApprovalTask
from portal.upstream.workflows import lock
from translation.checks.stored import broken_texts
from translation.permissions import missing_texts, translation_into, working_locale_ids, works_in


class ChangedMeanwhileError(Exception):
    """What somebody approved is not what they were shown: texts were changed since. Nothing was approved, and what waits is what waited."""

    def __init__(self, page: Page) -> None:
        super().__init__(str(page))
        self.page = page


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


def lacks_texts(translation: Translation) -> bool:
    """Return whether a translation lacks a text, as when the German page was changed, or holds one that would break the page."""
    return missing_texts(translation).exists() or bool(broken_texts(translation))


def renew(task_state: TaskState, user: AbstractBaseUser | None, is_read: Callable[[Translation], bool] | None = None) -> TaskState:
    """Let what waits, and is locked, hold the texts of its translation as they stand now, and return it; nobody writes to them meanwhile.

    Of the same text earlier approvals hold; where it became another one, Wagtail asks for them once more.

    Args:
        is_read: whether the texts are those that whoever approves has read. None: they were shown the revision that waits.

    Raises:
        PermissionDenied: a text is missing, or would break the page.
        ChangedMeanwhileError: the texts are others than those that were shown.
    """
    shown = task_state.revision
    page = shown.content_object
    translation = translation_into(page)
    if translation is None:
        return task_state
    contexts = translation.source.stringsegment_set.values("context")
    texts = StringTranslation.objects.filter(context__in=contexts, locale=translation.target_locale_id).order_by("pk")
    list(texts.select_for_update().values_list("pk"))
    if lacks_texts(translation):
        raise PermissionDenied
    if is_read is not None and not is_read(translation):
        raise ChangedMeanwhileError(page)
    translation.save_target(user=user, publish=False)
    now = Revision.objects.get(pk=Page.objects.values_list("latest_revision_id", flat=True).get(pk=shown.object_id))
    is_same = _said(shown) == _said(now)
    if is_read is None and not is_same:
        raise ChangedMeanwhileError(page)
    if is_same:
        approved = TaskState.objects.filter(workflow_state=task_state.workflow_state_id, revision=shown)
        approved.filter(status__in=(TaskState.STATUS_APPROVED, TaskState.STATUS_SKIPPED)).update(revision=now)
    TaskState.objects.filter(pk=task_state.pk).update(revision=now)
    return TaskState.objects.get(pk=task_state.pk).specific


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
        if translation is not None and lacks_texts(translation):
            return [action for action in found if action[0] != "approve"]
        return found

    def on_action(self, task_state: TaskState, user: AbstractBaseUser, action_name: str, **kwargs: Any) -> object:
        """Approve or send back. What is approved is written anew from its texts, in one with the question whether they were shown.

        Args:
            is_renewed: that was done (`renew`). Wagtail's own screens show the revision that waits.

        Raises:
            PermissionDenied: it may not be approved, or not by this person.
            ChangedMeanwhileError: the texts are others than those that were shown.
        """
        is_renewed = kwargs.pop("is_renewed", False)
        if action_name != "approve":
            return super().on_action(task_state, user, action_name, **kwargs)
        with transaction.atomic():
            task_state = lock(task_state)
            page = task_state.revision.content_object
            if user is not None and action_name not in {name for name, _label, _modal in self.get_actions(page, user)}:
                raise PermissionDenied
            if not is_renewed:
                task_state = renew(task_state, user)
            return super().on_action(task_state, user, action_name, **kwargs)

    @classmethod
    def lets_stand_in(cls, deputy: AbstractBaseUser, subject: models.Model | None) -> bool:
        """Return whether somebody can judge a translation in another's place: they work in its language, and see no other one."""
        return super().lets_stand_in(deputy, subject) and works_in(deputy, subject.locale_id)

    def lets_name(self, deputy: AbstractBaseUser) -> bool:
        """Return whether somebody works in a language whose translations wait here."""
        return WorkflowPage.objects.filter(
            workflow__workflow_tasks__task=self.pk, page__locale__in=working_locale_ids(deputy)
        ).exists()

    @classmethod
    def get_description(cls) -> str:
        """Say what it is, where tasks are made."""
        return pgettext("admin", "Reviewers of the language approve a translation or send it back; nobody approves what they submitted.")
