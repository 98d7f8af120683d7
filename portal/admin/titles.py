"""Whose titles a person sees in the admin: the one place that knows.

Somebody who works on one section sees the pages of that section, those above it (the way there), and what everybody may read:
live public pages, under the title that is public. Drafts, withdrawn and private pages elsewhere are not named to them.
Editors can so link to everything that visitors can open, and learn nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils.translation import pgettext
from wagtail.models import Page, PageQuerySet
from wagtail.permissions import page_permission_policy

from portal.admin import aliases
from portal.pages import restrictions

_asking: ContextVar[AbstractBaseUser | None] = ContextVar("asking_in_the_admin", default=None)


@contextmanager
def shown_to(user: AbstractBaseUser) -> Iterator[None]:
    """Let titles be those that `user` may know, until the block ends: while a request of the admin is answered."""
    token = _asking.set(user)
    try:
        yield
    finally:
        _asking.reset(token)


def _roots(user: AbstractBaseUser) -> set[str]:
    """Return the tree paths of the pages on which a user has a right."""
    return {permission.page.path for permission in page_permission_policy.get_cached_permissions_for_user(user)}


def _above(path: str) -> list[str]:
    return [path[:end] for end in range(Page.steplen, len(path), Page.steplen)]


def works_on(user: AbstractBaseUser, page: Page) -> bool:
    """Return whether a page lies where a user works, or on the way there. No query for a user whose rights are known.

    The alias of a page that they may not read shows that page, wherever it lies.
    """
    if user.is_superuser:
        return True
    if page.alias_of_id and page.pk in aliases.closed_to(user):
        return False
    return any(page.path.startswith(root) or root.startswith(page.path) for root in _roots(user))


def is_public(page: Page) -> bool:
    """Return whether everybody may read a page, of whatever language and finished or not."""
    return page.live and not restrictions.is_restricted(page)


def may_see(user: AbstractBaseUser, page: Page) -> bool:
    """Return whether a page may be named to a user."""
    return works_on(user, page) or is_public(page)


def worked_on_by(user: AbstractBaseUser, pages: PageQuerySet) -> PageQuerySet:
    """Return those of `pages` that lie where a user works, or on the way there."""
    return pages if user.is_superuser else aliases.without_closed(pages.filter(_worked_on(user)), user)


def _worked_on(user: AbstractBaseUser) -> Q:
    condition = Q(pk__in=[])
    for root in sorted(_roots(user)):
        condition |= Q(path__startswith=root) | Q(path__in=_above(root))
    return condition


def seen_by(user: AbstractBaseUser, pages: PageQuerySet) -> PageQuerySet:
    """Return those of `pages` that may be named to a user, by conditions that Wagtail's search takes too."""
    if user.is_superuser:
        return pages
    condition = Q(live=True)
    for path in sorted(restrictions.restricted_paths()):
        condition &= ~Q(path__startswith=path)
    return aliases.without_closed(pages.filter(condition | _worked_on(user)), user)


def title_for(user: AbstractBaseUser, page: Page) -> str:
    """Return the title under which a user may know a page: the drafted one only where they work."""
    if works_on(user, page):
        return page.draft_title or page.title
    if is_public(page):
        return page.title
    return pgettext("admin", "A page that you may not see")


def shown_title(page: Page) -> str:
    """Return a page's title for the person whose request is answered in the admin; the drafted one where nobody asks."""
    user = _asking.get()
    return page.draft_title or page.title if user is None else title_for(user, page)


def _name(page: Page) -> str:
    """Return a page's public title for the person whose request is answered in the admin, as programs write it."""
    user = _asking.get()
    return page.title if user is None or may_see(user, page) else title_for(user, page)


def apply() -> None:
    """Let Wagtail's screens, and wagtail-localize's, name pages so, also those that they have not fetched as what they are.

    Wagtail 8 names every page to everybody who comes across it in a chooser, a list of redirects or a bulk action. This can go when
    Wagtail asks for rights there.
    """
    Page.get_admin_display_title = shown_title
    Page.__str__ = _name
