"""What changes the rows of lists: publication, going offline, moving, becoming an alias, being taken back."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django_tasks import task
from wagtail.models import Page
from wagtail.query import PageQuerySet

from portal import changes
from portal.changes import Change, Event, Order
from portal.models import ListRow, ListTerm, PublishedVersion

from . import rows
from .declarations import filters_by, listings

MOST_AT_ONCE = 1000
"""So many pages at most have their rows written with the move itself."""


@changes.receiver(Event.PUBLISHED, Event.UNPUBLISHED, Event.SHOWN, order=Order.LISTS)
def write_page(change: Change) -> None:
    """A page went online or offline: its rows say so."""
    if isinstance(change.subject, Page):
        rows.write_pages([change.subject])


@changes.receiver(Event.MOVED, Event.LINKED, order=Order.LISTS)
def write_moved(change: Change) -> None:
    """A page stands in other indexes, and all below it; or is another index for what stands below it. Of many the runner writes it."""
    below = _listed_below(change.subject.pk)
    if change.event == Event.MOVED:
        types = set(below.order_by().values_list("content_type_id", flat=True).distinct())
        kinds = [model for model in listings() if ContentType.objects.get_for_model(model).pk in types]
        before, after = (rows.indexes_at(change.details[f"parent_page_{when}"].pk, kinds) for when in ("before", "after"))
        if before == after:
            return
    if below[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE:
        write_below.enqueue(change.subject.pk)
    else:
        rows.write(below)


def _listed_below(page_id: int) -> PageQuerySet:
    """Return the pages at and below one that lists may show; none where it is gone."""
    pages: PageQuerySet = rows.listed_pages()
    page = Page.objects.filter(pk=page_id).first()
    return pages.descendant_of(page, inclusive=True) if page is not None else pages.none()


@task(backend="jobs")
def write_below(page_id: int) -> None:
    """Write the rows of all pages at and below one that moved."""
    with transaction.atomic():
        rows.write(_listed_below(page_id))
        changes.announce(changes.EVERYTHING)


@receiver((post_save, post_delete), sender=PublishedVersion, dispatch_uid="portal.listing")
def write_version(sender: type[PublishedVersion], instance: PublishedVersion, **kwargs: object) -> None:
    """What is finished of a page has changed, in whatever way; with a page that is being deleted its rows go too."""
    if (page := Page.objects.filter(pk=instance.page_id).first()) is not None:
        rows.write_pages([page])


@changes.receiver(Event.SAVED, order=Order.LISTS)
def forget_alias(change: Change) -> None:
    """A page that became an alias is no version of its own."""
    if isinstance(change.subject, Page) and change.subject.alias_of_id is not None:
        ListRow.objects.filter(page_id=change.subject.pk).delete()


@changes.receiver(Event.DELETED, order=Order.LISTS)
def forget_term(change: Change) -> None:
    """Nothing is filtered by what is gone."""
    for model, listing in listings().items():
        if names := filters_by(model, listing, type(change.subject)):
            terms = ListTerm.objects.filter(name__in=names, value=str(change.subject.pk), row__kind=listing.kind)
            if ids := list(terms.values_list("pk", flat=True)):
                ListTerm.objects.filter(pk__in=ids).delete()
                changes.announce(changes.kind(model._meta.label_lower))
