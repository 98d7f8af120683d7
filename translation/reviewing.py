"""From a draft to what is online: saving, submitting, approving, sending back; in Wagtail's workflow, whichever screen it comes from."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import npgettext, pgettext
from wagtail.models import Page, TaskState, Workflow, WorkflowPage, WorkflowState
from wagtail_localize.models import Translation

from portal import changes
from portal.changes import Change, Event, Order
from portal.language.languages import SOURCE_LANGUAGE
from portal.models import PublishedVersion
from portal.pages import approvals
from portal.pages.versions import locales_by_id
from portal.upstream.workflows import lock
from translation.models import TranslationReviewTask, lacks_texts, renew
from translation.permissions import missing_texts, reason_against_change, translation_into
from translation.publishing import reason_of_broken


def workflow_of(page: Page) -> Workflow | None:
    """Return the workflow that a translation is reviewed in; `None` where nobody reviews. One query: Wagtail asks for the same in four."""
    reviews = TranslationReviewTask.objects.filter(workflow_tasks__workflow=OuterRef("workflow"), active=True)
    places = WorkflowPage.objects.filter(page__in=page.get_ancestors(inclusive=True).order_by(), workflow__active=True)
    nearest = places.annotate(is_review=Exists(reviews)).select_related("workflow").order_by("-page__depth").first()
    return nearest.workflow if nearest is not None and nearest.is_review else None


def ask_once(page: Page) -> None:
    """Ask for the reviews of a page that is only shown, as `prefetch_workflow_states` does for many: each lock and right asks again."""
    page._current_workflow_states = list(page.workflow_states.active().select_related("current_task_state__task"))


def state_of(page: Page) -> WorkflowState | None:
    """Return the review that a page is in, or was sent back from."""
    return page.current_workflow_state


def is_waiting(page: Page) -> bool:
    """Return whether a page waits for a reviewer now."""
    state = state_of(page)
    return state is not None and state.status == WorkflowState.STATUS_IN_PROGRESS


def actions(user: AbstractBaseUser, page: Page) -> set[str]:
    """Return what a reviewer may do: `approve`, `reject`."""
    task = page.current_workflow_task
    if task is None or not is_waiting(page):
        return set()
    found = {name for name, _label, _modal in task.specific.get_actions(page, user)}
    # A task of another type, which an office may have put into the workflow, knows of no texts.
    if "approve" in found and not isinstance(task.specific, TranslationReviewTask):
        translation = translation_into(page)
        if translation is not None and lacks_texts(translation):
            found.discard("approve")
    return found


def is_last_approval(page: Page) -> bool:
    """Return whether what waits is published as soon as it is approved: no other task of its workflow is left."""
    state = page.current_workflow_state
    if state is None or (waiting := state.current_task_state) is None:
        return False
    done = state.task_states.filter(status__in=(TaskState.STATUS_APPROVED, TaskState.STATUS_SKIPPED), revision=waiting.revision_id)
    others = state.workflow.tasks.filter(active=True).exclude(pk=waiting.task_id)
    return not others.exclude(pk__in=done.values("task_id")).exists()


def reason_against_review(user: AbstractBaseUser, page: Page) -> str:
    """Return why somebody cannot have a translation reviewed, whatever it says, as a sentence; nothing when they can."""
    if is_waiting(page):
        return pgettext("admin", "It waits for a review already.")
    if reason := reason_against_change(user, page):
        return reason
    if workflow_of(page) is None:
        return pgettext("admin", "Nobody reviews this language: there is no workflow for it.")
    return ""


def reason_against_submission(user: AbstractBaseUser, page: Page, translation: Translation) -> str:
    """Return why somebody cannot submit a translation to its reviewers as it stands, as a sentence; nothing when they can."""
    if reason := reason_against_review(user, page):
        return reason
    if count := missing_texts(translation).count():
        return npgettext("admin", "%(count)d text is missing.", "%(count)d texts are missing.", count) % {"count": count}
    return reason_of_broken(translation)


def save_draft(user: AbstractBaseUser, translation: Translation) -> str:
    """Write the texts of a translation into a draft of its page, and publish nothing; return why that failed, as a sentence."""
    try:
        with transaction.atomic():
            translation.save_target(user=user, publish=False)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


@transaction.atomic
def submit(user: AbstractBaseUser, page: Page, translation: Translation) -> str:
    """Submit a translation to its reviewers, or once more after it was sent back; return why that failed, as a sentence."""
    # Whoever comes second waits here, and finds that it was submitted.
    Page.objects.select_for_update().get(pk=page.pk)
    if reason := reason_against_submission(user, page, translation) or save_draft(user, translation):
        return reason
    page = Page.objects.get(pk=page.pk).specific
    state = state_of(page)
    if state is not None and state.status == WorkflowState.STATUS_NEEDS_CHANGES:
        state.cancel(user=user)
        page = Page.objects.get(pk=page.pk).specific
    workflow = workflow_of(page)
    if workflow is not None:
        workflow.start(page, user)
    return ""


class AnotherApprovalError(Exception):
    """Something was to be done in place of publishing, and nothing is published yet: another approval is awaited. Nothing was approved."""


def decide(
    user: AbstractBaseUser,
    page: Page,
    action: str,
    comment: str,
    *,
    is_read: Callable[[Translation], bool] | None = None,
    instead: Callable[[], None] | None = None,
) -> bool:
    """Approve a translation (`approve`), which publishes it, or send it back (`reject`); return whether the person may.

    Args:
        is_read: whether the texts as they stand are those that they have read; asked while nobody writes to them. None: they were shown
            what waits.
        instead: what is done in place of publishing what is approved.

    Raises:
        ChangedMeanwhileError: the texts are others than those.
        AnotherApprovalError: what is done instead has to wait for another approval.
    """
    if action not in actions(user, page):
        return False
    done: list[bool] = []

    def otherwise() -> None:
        done.append(True)
        if instead is not None:
            instead()

    token = approvals.instead.set(otherwise if instead is not None else None)
    try:
        with transaction.atomic():
            # Asked anew: what was waiting a moment ago may be over.
            if (waiting := page.current_workflow_task_state) is None:
                return False
            state = lock(waiting)
            if action == "approve":
                state = renew(state, user, is_read)
            task = state.task.specific
            more = {"is_renewed": True} if isinstance(task, TranslationReviewTask) else {}
            task.on_action(state, user, action, comment=comment, **more)
            if instead is not None and not done:
                raise AnotherApprovalError
    except PermissionDenied:
        # Another reviewer was faster.
        return False
    finally:
        approvals.instead.reset(token)
    return True


def may_withdraw(user: AbstractBaseUser, page: Page) -> bool:
    """Return whether somebody may take a translation back from its reviewers."""
    state = state_of(page)
    return state is not None and is_waiting(page) and bool(state.user_can_cancel(user))


def withdraw(user: AbstractBaseUser, page: Page) -> bool:
    """Take a translation back from its reviewers, and return whether it waited still; it stays a draft."""
    state = state_of(page)
    try:
        if state is not None:
            state.cancel(user=user)
    except PermissionDenied:
        # A reviewer was faster.
        return False
    return state is not None


def decided_by_another(user: AbstractBaseUser, page: Page) -> TaskState | None:
    """Return how somebody else decided of a translation last, where nothing waits any more; None where nobody did."""
    found = TaskState.objects.filter(
        workflow_state__base_content_type=ContentType.objects.get_for_model(Page), workflow_state__object_id=str(page.pk)
    ).select_related("finished_by", "workflow_state").order_by("-started_at", "-pk").first()
    is_decided = found is not None and found.status in (TaskState.STATUS_APPROVED, TaskState.STATUS_REJECTED)
    return found if is_decided and found.finished_by_id not in (None, user.pk) else None


def last_word(page: Page) -> TaskState | None:
    """Return what a reviewer said when a translation was sent back; `None` where it is not."""
    state = state_of(page)
    if state is None or state.status != WorkflowState.STATUS_NEEDS_CHANGES:
        return None
    return state.task_states.filter(status=TaskState.STATUS_REJECTED).select_related("finished_by").order_by("-finished_at").first()


def is_source(page: Page) -> bool:
    """Return whether a page is written in the source language."""
    locale = locales_by_id().get(page.locale_id)
    return locale is not None and locale.language_code == SOURCE_LANGUAGE


@changes.receiver(Event.PUBLISHED, order=Order.LANGUAGES)
def store_review(change: Change) -> None:
    """What goes online was approved by somebody else than who submitted it, now or when it was planned: readers are not told otherwise.

    In whichever workflow that was: an office may have one of its own, and a language with a tree of its own has that of its pages.
    """
    revision = change.details.get("revision")
    if not isinstance(change.subject, Page) or revision is None or is_source(change.subject):
        return
    approved = TaskState.objects.filter(revision=revision, status=TaskState.STATUS_APPROVED, finished_by__isnull=False)
    if approved.exclude(finished_by=F("workflow_state__requested_by")).exists():
        PublishedVersion.objects.filter(page_id=change.subject.pk).update(reviewed_at=timezone.now())
