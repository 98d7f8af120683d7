"""Who may read and mark which messages."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, QuerySet
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from .messages import Message
from .purposes import ANSWERED


class MessagePolicy(ModelPermissionPolicy):
    """The right on messages and, where a topic goes to a group, membership in that. Nobody adds any.

    Administrators read all, and alone what went to a group that is gone.
    """

    def user_has_permission(self, user: AbstractBaseUser, action: str) -> bool:
        """Return whether somebody has a right on messages at all."""
        return action != "add" and super().user_has_permission(user, action)

    def user_has_permission_for_instance(self, user: AbstractBaseUser, action: str, instance: Message) -> bool:
        """Return whether somebody has a right on this message."""
        return self.instances_user_has_any_permission_for(user, [action]).filter(pk=instance.pk).exists()

    def user_has_any_permission_for_instance(self, user: AbstractBaseUser, actions: Collection[str], instance: Message) -> bool:
        """Return whether somebody has one of the rights on this message."""
        return self.instances_user_has_any_permission_for(user, actions).filter(pk=instance.pk).exists()

    def instances_user_has_any_permission_for(self, user: AbstractBaseUser, actions: Collection[str]) -> QuerySet:
        """Return the messages to the office on which somebody has one of the rights."""
        messages = Message.objects.filter(purpose__in=ANSWERED)
        if not self.user_has_any_permission(user, actions):
            return messages.none()
        if user.is_superuser:
            return messages
        return messages.filter(Q(is_for_group=False) | Q(group__in=user.groups.all()))


register_permission_policy(Message, MessagePolicy(Message))
