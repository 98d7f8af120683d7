"""What changes a page, or what is real of it, reaches the search's own index."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver
from wagtail.models import Collection, CollectionViewRestriction

from portal import changes
from portal.changes import Change, Event, Order
from portal.models import Fact, PortalDocument

from . import files, indexing, maintained
from .models import BlockedSuggestion, Document, PromotedResult, Synonyms


@changes.receiver(Event.PUBLISHED, Event.UNPUBLISHED, order=Order.SEARCH)
def update_document(change: Change) -> None:
    """A page is real, or is not any more: Wagtail's index hears of the saved page before that is known."""
    indexing.pages_changed([change.subject])


@changes.receiver(Event.PRIVACY, order=Order.SEARCH)
def update_bound_documents(change: Change) -> None:
    """Who may see a page, its versions and all those below them has changed."""
    indexing.privacy_changed(change.subject.page)


@changes.receiver(Event.MOVED, order=Order.SEARCH)
def update_moved_documents(change: Change) -> None:
    """A page stands below another one: it may be private by it, or be so no more."""
    indexing.privacy_changed(change.subject)


@changes.receiver(Event.SAVED, order=Order.SEARCH)
def update_pages_of_fact(change: Change) -> None:
    """A fact has another value, or text in a language: pages are found by it."""
    if isinstance(change.subject, Fact):
        indexing.pages_changed(change.subject.pages_that_use())


for model in (Synonyms, PromotedResult, BlockedSuggestion):
    changes.announces(model, maintained.TAG)


@receiver(pre_delete, sender=Document, dispatch_uid="search.document_deleted")
def forget_document(sender: type, instance: Document, **kwargs: object) -> None:
    """A page is being deleted, and its document with it: its terms are counted down while they are known."""
    indexing.forget_document(instance.pk)


@receiver(post_save, sender=PortalDocument, dispatch_uid="search.file_saved")
def update_pages_of_file(sender: type, instance: PortalDocument, **kwargs: object) -> None:
    """A file was uploaded or changed: its title, language and collection count at once, what it says once it is read."""
    transaction.on_commit(lambda: indexing.pages_changed(files.pages_that_offer(instance.pk)))
    files.read_file.enqueue(instance.pk)


@receiver((post_save, post_delete), sender=CollectionViewRestriction, dispatch_uid="search.collection_restricted")
def update_pages_of_collection(sender: type, instance: CollectionViewRestriction, **kwargs: object) -> None:
    """Who may read the files of a collection has changed: at once, not when the pages are next published."""
    transaction.on_commit(partial(files.privacy_changed, instance.collection))


@receiver(post_save, sender=Collection, dispatch_uid="search.collection_saved")
def update_pages_of_moved_collection(sender: type, instance: Collection, created: bool, **kwargs: object) -> None:
    """The admin saves a collection and then moves it, in one transaction: it may stand below a restricted one, or do so no more."""

    def update() -> None:
        if moved := Collection.objects.filter(pk=instance.pk).first():
            files.privacy_changed(moved)

    if not created:
        transaction.on_commit(update)


@receiver(pre_delete, sender=PortalDocument, dispatch_uid="search.file_deleted")
def forget_file(sender: type, instance: PortalDocument, **kwargs: object) -> None:
    """Pages that offer a file are not found by it any more once it is gone."""
    if pages := files.pages_that_offer(instance.pk):
        transaction.on_commit(partial(indexing.update, pages))
