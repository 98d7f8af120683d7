"""When somebody leaves: what was theirs becomes somebody else's, and their account opens no door any more.

Apps add what they keep of people by the hook `register_belongings`, whose functions take the account and yield `Belonging`s.
What somebody did stays theirs: versions, the log, comments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import django_otp
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.log_actions import log
from wagtail.models import APIToken, Page, PageSubscription, Revision, WorkflowState

from portal.accounts import sessions
from portal.models import Deputyship, KnownAddress, PortalDocument, PortalImage, SharedDraft
from portal.uploads import access

LEFT = "portal.left"
"""The action in the log of an account."""


@dataclass(frozen=True)
class Belonging:
    """Things of one kind that are somebody's.

    Args:
        label: what they are.
        number: how many there are.
        names: some of them, for whoever confirms.
        hand_over: makes them somebody else's; None where they only end.
    """

    label: str | Promise
    number: int
    names: tuple[str, ...]
    hand_over: Callable[[User], object]


NAMED = 5
"""So many are named of each kind."""


def belonging(
    label: str | Promise, rows: QuerySet, hand_over: Callable[[User], object], named: QuerySet | None = None
) -> Belonging:
    """Return rows that are somebody's, with some of their names: of `named` where not all may be named to who asks."""
    return Belonging(label, rows.count(), tuple(_name(row) for row in (rows if named is None else named)[:NAMED]), hand_over)


def _name(row: object) -> str:
    subject = getattr(row, "content_object", None) or getattr(row, "page", None) or row
    return subject.get_admin_display_title() if isinstance(subject, Page) else str(subject)


def _set(rows: QuerySet, field: str) -> Callable[[User], object]:
    return lambda successor: rows.order_by().update(**{field: successor})


def belongings(user: User, by: User | None = None) -> list[Belonging]:
    """Return what is somebody's, of each kind that there is; files of collections that are closed to who asks are not named."""
    found = [*_own(user, by), *(each for register in hooks.get_hooks("register_belongings") for each in register(user))]
    return [each for each in found if each.number]


def _own(user: User, by: User | None) -> Iterator[Belonging]:
    pages = Page.objects.filter(owner=user).order_by("title", "pk")
    yield belonging(pgettext_lazy("admin", "Pages that they own"), pages, _set(pages, "owner"))
    # The start page counts a draft as theirs whose version it is.
    latest = Page.objects.filter(has_unpublished_changes=True, latest_revision__user=user).values("latest_revision")
    drafts = Revision.objects.filter(pk__in=latest).order_by("pk")
    yield belonging(pgettext_lazy("admin", "Drafts that are not published"), drafts, lambda successor: _take_drafts(user, successor))
    submitted = WorkflowState.objects.active().filter(requested_by=user).order_by("pk")
    yield belonging(pgettext_lazy("admin", "Approvals that they asked for"), submitted, _set(submitted, "requested_by"))
    locked = Page.objects.filter(locked=True, locked_by=user).order_by("title", "pk")
    yield belonging(pgettext_lazy("admin", "Pages that they locked"), locked, _set(locked, "locked_by"))
    subscribed = PageSubscription.objects.filter(user=user, comment_notifications=True).order_by("pk")
    yield belonging(pgettext_lazy("admin", "Notices of comments"), subscribed, lambda successor: _subscribe(user, successor))
    shared = SharedDraft.objects.filter(shared_by=user, expires_at__gt=timezone.now(), revoked_at=None).order_by("pk")
    yield belonging(pgettext_lazy("admin", "Links to drafts that they gave out"), shared, _set(shared, "shared_by"))
    for model, label in (
        (PortalImage, pgettext_lazy("admin", "Pictures that they uploaded")),
        (PortalDocument, pgettext_lazy("admin", "Documents that they uploaded")),
    ):
        files = model.objects.filter(uploaded_by_user=user).order_by("title", "pk")
        named = files.exclude(collection__in=access.closed_collections(by)) if by is not None else None
        yield belonging(label, files, _set(files, "uploaded_by_user"), named)
    deputyships = Deputyship.objects.filter(Q(moderator=user) | Q(deputy=user), ends_on__gte=timezone.localdate()).order_by("pk")
    yield belonging(pgettext_lazy("admin", "Deputyships"), deputyships, lambda successor: _stand_in(user, successor))


def _take_drafts(user: User, successor: User) -> None:
    pages = Page.objects.filter(has_unpublished_changes=True, latest_revision__user=user)
    Revision.objects.filter(pk__in=list(pages.values_list("latest_revision", flat=True))).update(user=successor)


def _subscribe(user: User, successor: User) -> None:
    for subscription in PageSubscription.objects.filter(user=user, comment_notifications=True):
        PageSubscription.objects.update_or_create(user=successor, page=subscription.page, defaults={"comment_notifications": True})
    PageSubscription.objects.filter(user=user).delete()


def _stand_in(user: User, successor: User) -> None:
    """Let the successor stand in, and be stood in for; nobody is their own deputy, and nobody has two."""
    Deputyship.objects.filter(deputy=user).exclude(moderator=successor).update(deputy=successor)
    if not Deputyship.objects.filter(moderator=successor).exists():
        Deputyship.objects.filter(moderator=user).exclude(deputy=successor).update(moderator=successor)
    Deputyship.objects.filter(Q(moderator=user) | Q(deputy=user) | Q(moderator=F("deputy"))).delete()


def missing_groups(user: User, successor: User) -> list[str]:
    """Return the names of the groups that somebody is in and the successor is not: what waits for these waits for nobody then."""
    if successor.is_superuser:
        return []
    return list(user.groups.exclude(pk__in=successor.groups.all()).order_by("name").values_list("name", flat=True))


def may_send_off(by: User, user: User) -> bool:
    """Return whether somebody may do this to an account: nobody to themselves, and to administrators only administrators."""
    return by.has_perm("auth.change_user") and by != user and (by.is_superuser or not user.is_superuser)


def leave(user: User, successor: User, by: User, with_groups: bool = False) -> None:
    """Hand over all that is somebody's, end their sessions and close their account: all of it or nothing.

    Args:
        user: who leaves.
        successor: who takes over.
        by: who decided it.
        with_groups: the successor comes into the groups of the one who leaves.
    """
    with transaction.atomic():
        moved = {str(each.label): each.number for each in belongings(user)}
        for each in belongings(user):
            each.hand_over(successor)
        if with_groups:
            successor.groups.add(*user.groups.all())
        APIToken.objects.filter(user=user).delete()
        KnownAddress.objects.filter(account=user).delete()
        user.is_active = False
        # Every session hangs on the password, and so does every link to a new one.
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        for device in django_otp.devices_for_user(user, confirmed=None):
            device.delete()
        sessions.end_all([user.pk])
        log(user, LEFT, user=by, data={"successor": successor.get_username(), "moved": moved})
