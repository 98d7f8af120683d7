"""Aliases in the admin: each shows another language's page, so that who may not read that page gets nothing of its alias.

Every German page has an alias in the trees of the languages that follow, drafts and private pages too, with title and text. By Wagtail's
rules the rights on a tree hold for the aliases in it.
"""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import HttpRequest
from wagtail.models import Page, PagePermissionTester
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.permissions import page_permission_policy, register_permission_policy
from wagtail.query import PageQuerySet
from wagtail_localize.models import Translation

from portal.pages.versions import real

_CACHE_NAME = "_closed_alias_ids"


def closed_to(user: AbstractBaseUser) -> frozenset[int]:
    """Return the ids of the aliases of what a user may not read: it is not public or handed over, and they may not change it.

    Kept on the user object, which lives for one request. One query, two where something is private.
    """
    if (known := getattr(user, _CACHE_NAME, None)) is not None:
        return known
    ids: frozenset[int] = frozenset()
    if not user.is_superuser:
        aliases = Page.objects.exclude(alias_of=None).exclude(alias_of__locale_id=F("locale_id"))
        hidden = aliases.exclude(alias_of__in=real(Page.objects.all()).values("pk"))
        # Who hands a page over for translation shows its texts by that.
        handed_over = Translation.objects.filter(
            source__object_id=OuterRef("translation_key"), target_locale_id=OuterRef("locale_id"), enabled=True
        )
        hidden = hidden.exclude(Exists(handed_over))
        changed = _changed_by(user)
        ids = frozenset(pk for pk, path in hidden.values_list("pk", "alias_of__path") if not path.startswith(changed))
    setattr(user, _CACHE_NAME, ids)
    return ids


def _changed_by(user: AbstractBaseUser) -> tuple[str, ...]:
    """Return the tree paths below which a user may change pages."""
    return tuple(
        permission.page.path
        for permission in page_permission_policy.get_cached_permissions_for_user(user)
        if permission.permission.codename == "change_page"
    )


class AliasesPolicy(PagePermissionPolicy):
    """Wagtail's rights on pages, with none on aliases of what the user may not read."""

    def user_has_any_permission_for_instance(self, user: AbstractBaseUser, actions: set[str], instance: Page) -> bool:
        """Return whether the user has one of the rights on a page."""
        has = super().user_has_any_permission_for_instance(user, actions, instance)
        return has and not (instance.alias_of_id and instance.pk in closed_to(user))

    def instances_user_has_any_permission_for(self, user: AbstractBaseUser, actions: set[str]) -> QuerySet:
        """Return the pages on which the user has one of the rights."""
        return without_closed(super().instances_user_has_any_permission_for(user, actions), user)

    def explorable_instances(self, user: AbstractBaseUser) -> QuerySet:
        """Return the pages that the user finds in lists, searches and the log."""
        return without_closed(super().explorable_instances(user), user)


def without_closed(pages: PageQuerySet, user: AbstractBaseUser) -> PageQuerySet:
    """Return those of `pages` that are no aliases of what the user may not read."""
    closed = closed_to(user)
    return pages.exclude(pk__in=closed) if closed else pages


def refuse_closed(page: Page, pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """Refuse the list of pages below such an alias: its title stands above the list.

    Raises:
        PermissionDenied: the page is the alias of one that the user may not read.
    """
    if page.pk in closed_to(request.user):
        raise PermissionDenied
    return pages


def _permissions_for_user(self: Page, user: AbstractBaseUser) -> PagePermissionTester:
    """Return what a user may do with this page: nothing where it shows what they may not read."""
    tester = PagePermissionTester(user, self)
    if self.alias_of_id and user.is_active and not user.is_superuser and self.pk in closed_to(user):
        tester.permissions = set()
    return tester


def apply() -> None:
    """Let Wagtail ask, on pages that are not specific too.

    Wagtail 8 knows rights on aliases by the tree alone: who works in one language could open, as a draft or to edit it, the alias of
    every page of another. This can go when Wagtail asks for a right on what an alias shows.
    """
    Page.permissions_for_user = _permissions_for_user
    register_permission_policy(Page, AliasesPolicy())
