"""Deputies: who approves in somebody's place what has waited for too long."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.models import GroupApprovalTask, Page, TaskState
from wagtail.permissions import policy_registry

from portal.language.working_days import working_days_before
from portal.pages.approvals import in_place
from portal.upstream.workflows import lock

PATIENCE = 2
"""Working days that something waits for a moderator alone."""


class Deputyship(models.Model):
    """Who stands in for a moderator, and from which day to which; one at a time."""

    moderator = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deputyship")
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=pgettext_lazy("admin", "deputy"), on_delete=models.CASCADE, related_name="+"
    )
    starts_on = models.DateField(pgettext_lazy("admin", "first day"))
    ends_on = models.DateField(pgettext_lazy("admin", "last day"))

    class Meta:
        verbose_name = pgettext_lazy("admin", "deputyship")
        verbose_name_plural = pgettext_lazy("admin", "deputyships")
        default_permissions: ClassVar[tuple] = ()

    def __str__(self) -> str:
        return f"{self.moderator} → {self.deputy}"

    def clean(self) -> None:
        """Refuse days that are none.

        Raises:
            ValidationError: at the last day.
        """
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": pgettext("admin", "The last day cannot be before the first one.")})

    @classmethod
    def current(cls) -> QuerySet[Deputyship]:
        """Return those that hold today, between accounts that are active."""
        today = timezone.localdate()
        active = Q(moderator__is_active=True, deputy__is_active=True)
        return cls.objects.filter(active, starts_on__lte=today, ends_on__gte=today).select_related("moderator", "deputy")


class DeputyNotice(models.Model):
    """A deputy was told of something that waits: once."""

    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    task_state = models.ForeignKey(TaskState, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list] = [
            models.UniqueConstraint(fields=["deputy", "task_state"], name="portal_deputynotice_once"),
        ]
        default_permissions: ClassVar[tuple] = ()

    def __str__(self) -> str:
        return f"{self.deputy_id} {self.task_state_id}"


class ApprovalTask(GroupApprovalTask):
    """Approval by a group, as Wagtail's; what waits for more than `PATIENCE` working days may be approved by its members' deputies too.

    A deputy may do with it what the moderator may, and nothing else: the page has to be one that the moderator may publish.
    Nobody approves what they submitted themselves.
    """

    class Meta:
        verbose_name = pgettext_lazy("admin", "approval by a group, with deputies")
        verbose_name_plural = pgettext_lazy("admin", "approvals by a group, with deputies")

    def _stands_in(self, subject: models.Model, user: AbstractBaseUser) -> bool:
        state = subject.current_workflow_task_state
        return state is not None and state.pk in stood_in_for(user)

    def user_can_access_editor(self, obj: models.Model, user: AbstractBaseUser) -> bool:
        """Return whether somebody opens the page who has no right to it otherwise."""
        return super().user_can_access_editor(obj, user) or self._stands_in(obj, user)

    def locked_for_user(self, obj: models.Model, user: AbstractBaseUser) -> bool:
        """Return whether somebody may not change it while it waits."""
        return super().locked_for_user(obj, user) and not self._stands_in(obj, user)

    def get_actions(self, obj: models.Model, user: AbstractBaseUser) -> list[tuple[str, str, bool]]:
        """Return what somebody may do with it."""
        own = super().get_actions(obj, user)
        if own or not self._stands_in(obj, user):
            return own
        moderator = stood_in_for(user)[obj.current_workflow_task_state.pk]
        return super().get_actions(obj, moderator)

    def get_task_states_user_can_moderate(self, user: AbstractBaseUser, **kwargs: object) -> QuerySet[TaskState]:
        """Return what waits for somebody, for themselves or in another's place."""
        own = super().get_task_states_user_can_moderate(user, **kwargs)
        if user.is_superuser or self._user_in_groups(user):
            return own
        states = list(stood_in_for(user))
        return self.task_states.filter(pk__in=states) if states else own

    def on_action(self, task_state: TaskState, user: AbstractBaseUser, action_name: str, **kwargs: object) -> object:
        """Approve or send back; what a deputy approves goes online by the moderator's right.

        Raises:
            PermissionDenied: somebody else was faster.
        """
        is_own = user is None or user.is_superuser or self._user_in_groups(user)
        token = in_place.set(not is_own and task_state.pk in stood_in_for(user))
        try:
            with transaction.atomic():
                # Whoever locks it first holds it until all is done; whoever comes after finds that nothing waits.
                lock(task_state)
                return super().on_action(task_state, user, action_name, **kwargs)
        finally:
            in_place.reset(token)

    @classmethod
    def lets_stand_in(cls, deputy: AbstractBaseUser, subject: models.Model | None) -> bool:
        """Return whether somebody can judge what waits in another's place."""
        return subject is not None

    def lets_name(self, deputy: AbstractBaseUser) -> bool:
        """Return whether somebody who approves here can name a person as their deputy: there may be something that they can judge."""
        return True

    @classmethod
    def get_description(cls) -> str:
        """Say what it is, where tasks are made."""
        return pgettext("admin", "Members of the groups approve; after two working days their deputies may do so too.")


def stood_in_for(user: AbstractBaseUser) -> dict[int, AbstractBaseUser]:
    """Return what somebody may approve today in a moderator's place: the moderators by the ids of the task states. One query for most."""
    if not user.is_active or not (deputyships := list(Deputyship.current().filter(deputy=user))):
        return {}
    states = (
        TaskState.objects.filter(
            status=TaskState.STATUS_IN_PROGRESS,
            started_at__lte=working_days_before(timezone.now(), PATIENCE),
            task__groupapprovaltask__approvaltask__isnull=False,
        )
        .exclude(workflow_state__requested_by=user)
        .select_related("revision", "task__groupapprovaltask")
        .prefetch_related("revision__content_object", "task__groupapprovaltask__groups")
        .order_by("started_at", "pk")
    )
    found: dict[int, AbstractBaseUser] = {}
    groups = {each.moderator_id: set(each.moderator.groups.values_list("pk", flat=True)) for each in deputyships}
    for state in states:
        if not state.task.specific_class.lets_stand_in(user, state.revision.content_object):
            continue
        approving = {group.pk for group in state.task.groupapprovaltask.groups.all()}
        for deputyship in deputyships:
            is_moderator = approving & groups[deputyship.moderator_id]
            if is_moderator and may_publish(deputyship.moderator, state.revision.content_object):
                found.setdefault(state.pk, deputyship.moderator)
    return found


def may_publish(user: AbstractBaseUser, subject: models.Model | None) -> bool:
    """Return whether somebody has the right to publish a page, or a snippet in its language."""
    if subject is None:
        return False
    if isinstance(subject, Page):
        return subject.permissions_for_user(user).can_publish()
    return policy_registry.get(subject).user_has_permission_for_instance(user, "publish", subject)
