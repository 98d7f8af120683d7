"""A page that moves or gets another slug: all that follows from it is written with it, in one commit.

Wagtail tells of a new slug after the commit, and of a move after the transaction that made it. Who died in between had pages at new
addresses to which nothing led from the old ones, and versions in other languages that had not come along.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.dispatch import Signal
from wagtail.actions.move_page import MovePageAction
from wagtail.models import Page

page_renamed = Signal()
"""Sent like Wagtail's `page_slug_changed`, with `instance` and `instance_before`, within the transaction: once all below is renamed too."""

_BEFORE = "_row_before_its_address"
_set_url_path = Page.set_url_path
_update_descendant_url_paths = Page._update_descendant_url_paths


def _remember(self: Page, parent: Page | None) -> str:
    """Wagtail asks for an address before it writes the row: it is read as it stands."""
    if self.pk is not None:
        self.__dict__[_BEFORE] = Page.objects.filter(pk=self.pk).first()
    address: str = _set_url_path(self, parent)
    return address


def _update_and_tell(self: Page, old_url_path: str, new_url_path: str) -> None:
    """Wagtail has written the row and all addresses below it; a move has read no row of this object."""
    _update_descendant_url_paths(self, old_url_path, new_url_path)
    before: Page | None = self.__dict__.pop(_BEFORE, None)
    if before is not None and before.slug != self.slug:
        page_renamed.send(sender=type(self), instance=self, instance_before=before)


def apply() -> None:
    """Let Wagtail tell before the commit.

    Wagtail 8 sends `page_slug_changed` with `on_commit`, and `post_page_move` outside of the transaction of the move. This can go when it
    has signals within both.
    """
    replaced: dict[str, Any] = {"set_url_path": _remember, "_update_descendant_url_paths": _update_and_tell}
    for name, function in replaced.items():
        setattr(Page, name, function)
    MovePageAction._move_page = transaction.atomic(MovePageAction._move_page)
