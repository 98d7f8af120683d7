"""Where the desk hears of what is published."""

from __future__ import annotations

from wagtail.models import Page

from portal import changes
from portal.changes import Change, Event, Order

from . import states


@changes.receiver(Event.PUBLISHED, order=Order.LANGUAGES)
def store_states(change: Change) -> None:
    """The source says something else, or a version says what the source does."""
    page = change.subject
    if isinstance(page, Page) and page.live and page.alias_of_id is None:
        states.store([page])
