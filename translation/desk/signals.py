"""Where the desk hears of what is published."""

from __future__ import annotations

from wagtail.models import Page

from portal import changes
from portal.changes import Change, Event, Order
from portal.language.languages import SOURCE_LANGUAGE

from . import choosing, states


@changes.receiver(Event.PUBLISHED, order=Order.LANGUAGES)
def store_states(change: Change) -> None:
    """The source says something else, or a version says what the source does.

    A version that comes back with its source is what it was, whatever its translator has been given meanwhile.
    """
    page = change.subject
    if not isinstance(page, Page) or not page.live or page.alias_of_id is not None:
        return
    if not change.details.get("returned") or page.locale.language_code == SOURCE_LANGUAGE:
        states.store([page], choosing.chosen_for(change.details.get("revision")))
