"""Who signed in, whom a door refused, whose rights became others: in the history that Wagtail keeps of accounts and groups."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import pgettext_lazy
from wagtail.log_actions import LogActionRegistry, LogFormatter, get_active_log_context, log
from wagtail.models import GroupCollectionPermission, GroupPagePermission, ModelLogEntry

from . import second_factor

SIGNED_IN, REFUSED, RIGHTS = "portal.signed_in", "portal.sign_in_refused", "portal.rights_changed"
KEPT_FOR = timedelta(days=180)
"""For so long it is kept who signed in and who was refused."""


def forget() -> None:
    """Delete who signed in, and who was refused, when it is long ago; a job does it."""
    ModelLogEntry.objects.filter(action__in=(SIGNED_IN, REFUSED), timestamp__lt=timezone.now() - KEPT_FOR).delete()


def _note(instance: Model, added: list[str], removed: list[str]) -> None:
    """Write down that rights were changed by somebody; what the portal itself makes at its start is nobody's doing."""
    if (added or removed) and get_active_log_context().user is not None:
        log(instance=instance, action=RIGHTS, data={"added": sorted(added), "removed": sorted(removed)})


@receiver(m2m_changed, sender=User.groups.through)
@receiver(m2m_changed, sender=User.user_permissions.through)
@receiver(m2m_changed, sender=Group.permissions.through)
def note_rights(
    sender: type[Model], instance: Model, action: str, model: type[Model], pk_set: set[int] | None, reverse: bool, **kwargs: object
) -> None:
    """Note which groups or permissions an account or a group got or lost, from whichever side they were set."""
    if action not in {"post_add", "post_remove", "pre_clear"}:
        return
    owner = sender._meta.model_name.partition("_")[0]  # whose rights a row gives: “user_groups”, “group_permissions”
    other = sender._meta.model_name.rpartition("_")[2].removesuffix("s")
    mine, theirs = (other, owner) if reverse else (owner, other)
    rows = sender._default_manager.filter(**{mine: instance}).select_related(owner, other)
    if action == "post_remove":
        pairs = [(instance, each) for each in model._default_manager.filter(pk__in=pk_set)]
        pairs = [(each, instance) for _instance, each in pairs] if reverse else pairs
    else:
        if pk_set is not None:
            rows = rows.filter(**{f"{theirs}__in": pk_set})
        pairs = [(getattr(row, owner), getattr(row, other)) for row in rows]
    changed: dict[Model, list[str]] = {}
    for whose, what in pairs:
        changed.setdefault(whose, []).append(str(what))
    for whose, names in changed.items():
        _note(whose, names if action == "post_add" else [], [] if action == "post_add" else names)


@receiver(post_save, sender=GroupPagePermission)
@receiver(post_save, sender=GroupCollectionPermission)
def note_place_granted(instance: GroupPagePermission | GroupCollectionPermission, created: bool, **kwargs: object) -> None:
    """Note that a group may do something somewhere."""
    if created:
        _note(instance.group, [_place(instance)], [])


@receiver(post_delete, sender=GroupPagePermission)
@receiver(post_delete, sender=GroupCollectionPermission)
def note_place_taken(instance: GroupPagePermission | GroupCollectionPermission, **kwargs: object) -> None:
    """Note that a group may do it there no more."""
    if Group.objects.filter(pk=instance.group_id).exists():
        _note(instance.group, [], [_place(instance)])


def _place(instance: GroupPagePermission | GroupCollectionPermission) -> str:
    where = instance.page if isinstance(instance, GroupPagePermission) else instance.collection
    return f"{instance.permission}: {where}"


@receiver(pre_save, sender=User)
def note_account(instance: User, raw: bool = False, **kwargs: object) -> None:
    """Note that an account became an administrator's, or was switched on or off, or the other way round."""
    if raw or get_active_log_context().user is None:
        return
    before = User.objects.filter(pk=instance.pk).first()
    names = {field: str(User._meta.get_field(field).verbose_name) for field in ("is_superuser", "is_active")}
    if before is not None:
        added = [name for field, name in names.items() if getattr(instance, field) and not getattr(before, field)]
        removed = [name for field, name in names.items() if getattr(before, field) and not getattr(instance, field)]
        _note(instance, added, removed)


def register_log_actions(actions: LogActionRegistry) -> None:
    """Name all of it in the history of an account or a group."""
    for action, label, message in (
        (SIGNED_IN, pgettext_lazy("admin", "Signed in"), pgettext_lazy("admin", "Signed in")),
        (REFUSED, pgettext_lazy("admin", "Sign-in refused"), pgettext_lazy("admin", "A wrong password or code was typed")),
        (second_factor.SET_UP, pgettext_lazy("admin", "Second factor set up"), pgettext_lazy("admin", "Set up a second factor")),
        (second_factor.RENEWED, pgettext_lazy("admin", "New recovery codes"), pgettext_lazy("admin", "Made new recovery codes")),
        (second_factor.REMOVED, pgettext_lazy("admin", "Second factor removed"), pgettext_lazy("admin", "Removed the second factor")),
        (second_factor.USED, pgettext_lazy("admin", "Recovery code used"), pgettext_lazy("admin", "Signed in with a recovery code")),
    ):
        actions.register_action(action, label, message)

    @actions.register_action(RIGHTS)
    class RightsFormatter(LogFormatter):
        label = pgettext_lazy("admin", "Rights changed")

        def format_message(self, log_entry: ModelLogEntry) -> str:
            """Return what was given and what was taken."""
            given, taken = (", ".join(log_entry.data.get(key, ())) for key in ("added", "removed"))
            if given and taken:
                text = pgettext_lazy("admin", "Given: %(given)s. Taken: %(taken)s.")
            else:
                text = pgettext_lazy("admin", "Given: %(given)s.") if given else pgettext_lazy("admin", "Taken: %(taken)s.")
            return str(text) % {"given": given, "taken": taken}
