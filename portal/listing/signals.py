"""What changes the rows of lists: publication, going offline, moving, becoming an alias, being taken back."""

from __future__ import annotations

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

from portal.models import ListRow, PublishedVersion

from . import rows


def write_page(sender: type[Page], instance: Page, **kwargs: object) -> None:
    """A page went online or offline: its rows say so."""
    rows.write_pages([instance])


# Connected after `portal.signals`, which stores that a page is finished.
for signal in (page_published, page_unpublished):
    signal.connect(write_page, dispatch_uid="portal.listing")


@receiver(post_page_move, dispatch_uid="portal.listing")
def write_moved(sender: type[Page], instance: Page, **kwargs: object) -> None:
    """A page stands in other indexes, and all below it."""
    rows.write(rows.listed_pages().descendant_of(Page.objects.get(pk=instance.pk), inclusive=True))


@receiver((post_save, post_delete), sender=PublishedVersion, dispatch_uid="portal.listing")
def write_version(sender: type[PublishedVersion], instance: PublishedVersion, **kwargs: object) -> None:
    """What is finished of a page has changed, in whatever way; with a page that is being deleted its rows go too."""
    if (page := Page.objects.filter(pk=instance.page_id).first()) is not None:
        rows.write_pages([page])


@receiver(post_save, dispatch_uid="portal.listing.alias")
def forget_alias(sender: type, instance: object, **kwargs: object) -> None:
    """A page that became an alias is no version of its own."""
    if isinstance(instance, Page) and instance.alias_of_id is not None:
        ListRow.objects.filter(page_id=instance.pk).delete()
