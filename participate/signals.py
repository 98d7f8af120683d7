"""What decides whether anybody reads messages: topics, accounts, groups and their rights."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from portal import changes
from portal.models import Release

from . import mails
from .closing import open_and_close
from .messages import ContactTopic, Message
from .recipients import TAG

changes.announces(ContactTopic, TAG)

@receiver((post_save, post_delete), sender=ContactTopic, dispatch_uid="participate.topic")
@receiver((post_save, post_delete), sender=Release, dispatch_uid="participate.release")
@receiver((post_save, post_delete), sender=Group, dispatch_uid="participate.group")
def something_was_written(sender: type[Model], **kwargs: object) -> None:
    """A topic goes elsewhere, the portal is released, a group is gone."""
    open_and_close()


@receiver(post_delete, sender=Message, dispatch_uid="participate.message")
def message_was_deleted(sender: type[Model], instance: Message, **kwargs: object) -> None:
    """A message is gone, by hand or because its time is over: nothing of it stays among the jobs."""
    mails.forget(instance.pk)


@receiver((post_save, post_delete), sender=get_user_model(), dispatch_uid="participate.account")
def account_was_written(sender: type[Model], update_fields: frozenset[str] | None = None, **kwargs: object) -> None:
    """An account is active, or is not any more; that somebody signed in changes nothing."""
    if update_fields != frozenset({"last_login"}):
        open_and_close()


@receiver(m2m_changed, sender=get_user_model().groups.through, dispatch_uid="participate.members")
@receiver(m2m_changed, sender=Group.permissions.through, dispatch_uid="participate.rights")
def members_or_rights_changed(sender: type[Model], action: str, pk_set: set[int] | None, **kwargs: object) -> None:
    """Somebody joins or leaves a group, or a group gets or loses a right; what was there already is added as nothing."""
    if action.startswith("post_") and pk_set != set():
        open_and_close()
