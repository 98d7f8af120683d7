"""A page that comes online brings back the versions that its going offline took off.

Which these are stands in the history of each: the last that happened to its being online was that it was taken off with its source.
Whoever publishes or unpublishes a version by hand afterwards has decided about it.
"""

from __future__ import annotations

from contextvars import ContextVar

from wagtail.log_actions import log
from wagtail.models import Page, PageLogEntry
from wagtail.signals import page_published

from portal import changes
from portal.changes import Change, Event, Order
from translation import cascades

BROUGHT_BACK = "translation.brought_back"
_DECIDING = (cascades.TAKEN_OFF, BROUGHT_BACK, "wagtail.publish", "wagtail.unpublish", "wagtail.publish.schedule")

brought_back: ContextVar[list[Page] | None] = ContextVar("brought_back", default=None)
"""The pages that came back in this request, for the message (`translation.middleware`)."""


@changes.receiver(Event.PUBLISHED, order=Order.LANGUAGES)
def bring_back(change: Change) -> None:
    """Put the versions of a page online that went offline with it, as they were."""
    instance = change.subject
    if instance.alias_of_id is not None or not instance.live:
        return
    pages = []
    for page in cascades.followers(instance):
        if page.live or page.alias_of_id is not None:
            continue
        last = PageLogEntry.objects.filter(page_id=page.pk, action__in=_DECIDING).order_by("-timestamp", "-pk").first()
        if last is not None and last.action == cascades.TAKEN_OFF:
            _put_online(page.specific, last.revision_id)
            pages.append(page)
    if not pages:
        return
    if (known := brought_back.get()) is not None:
        known += pages
    names = [{"id": page.pk, "title": page.title, "language": page.locale.language_code} for page in pages]
    log(instance=instance, action=cascades.LOG_ACTION, data={"action": "publish", "choice": cascades.ALL, "pages": names})


def _put_online(page: Page, revision_id: int | None) -> None:
    """Put the row online as it stands: it is what readers saw. A draft that was written meanwhile stays one."""
    page.live, page.expired, page.live_revision_id = True, False, revision_id
    page.has_unpublished_changes = page.latest_revision_id != revision_id
    page.save(clean=False)
    log(instance=page, action=BROUGHT_BACK, revision=page.live_revision)
    page_published.send(sender=type(page), instance=page, revision=page.live_revision, returned=True)
