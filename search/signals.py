"""What changes a page, or what is real of it, reaches the search's own index."""

from __future__ import annotations

from django.db import transaction
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from wagtail.models import Collection, CollectionViewRestriction, Site

from portal import changes
from portal.changes import Change, Event, Order
from portal.models import Fact, PortalDocument, PortalImage
from portal.models.taxonomy import Term

from . import facets, files, indexing, maintained
from .models import BlockedSuggestion, Document, PromotedResult, Synonyms


@changes.receiver(Event.PUBLISHED, Event.UNPUBLISHED, Event.SHOWN, order=Order.SEARCH)
def update_document(change: Change) -> None:
    """A page is real, or is not any more: Wagtail's index hears of the saved page before that is known."""
    indexing.pages_changed([change.subject])


@changes.receiver(Event.PRIVACY, order=Order.SEARCH)
def update_bound_documents(change: Change) -> None:
    """Who may see a page, its versions and all those below them has changed."""
    indexing.privacy_changed(change.subject.page)


@changes.receiver(Event.SAVED, Event.DELETED, order=Order.SEARCH)
def update_trees(change: Change) -> None:
    """A site begins at another page: another tree is what visitors read."""
    if isinstance(change.subject, Site):
        indexing.trees_changed()


@changes.receiver(Event.MOVED, Event.LINKED, order=Order.SEARCH)
def update_moved_documents(change: Change) -> None:
    """A page stands below or beside another one: it may be private by it, or be so no more."""
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


@changes.receiver(Event.SAVED, order=Order.SEARCH)
def update_pages_of_file(change: Change) -> None:
    """A file was uploaded or changed: its title, language and collection count at once, what it says once it is read."""
    if isinstance(file := change.subject, PortalDocument):
        indexing.pages_changed(files.pages_that_offer(file.pk))
        files.read_file.enqueue(file.pk)


@changes.receiver(Event.SAVED, order=Order.SEARCH)
def update_pages_of_picture(change: Change) -> None:
    """A photograph went out of use, or came back: what pages say of it goes and comes with it."""
    if isinstance(image := change.subject, PortalImage) and image.is_shown_otherwise:
        files.pictures_changed(image.pk)


@changes.receiver(Event.DELETED, order=Order.SEARCH)
def forget_file(change: Change) -> None:
    """Pages that offer a file are not found by it any more once it is gone."""
    if isinstance(file := change.subject, PortalDocument):
        indexing.pages_changed(files.pages_that_offer(file.pk))


@changes.receiver(Event.SAVED, Event.DELETED, order=Order.SEARCH)
def update_pages_of_collection(change: Change) -> None:
    """Who may read the files of a collection has changed: at once, not when the pages are next published."""
    if isinstance(restriction := change.subject, CollectionViewRestriction):
        files.privacy_changed(restriction.collection)


@changes.receiver(Event.SAVED, order=Order.SEARCH)
def update_pages_of_moved_collection(change: Change) -> None:
    """The admin saves a collection and then moves it, in one transaction: it may stand below a restricted one, or do so no more."""

    def update() -> None:
        if moved := Collection.objects.filter(pk=change.subject.pk).first():
            files.privacy_changed(moved)

    if isinstance(change.subject, Collection) and not change.details["created"]:
        transaction.on_commit(update)


@changes.receiver(Event.SAVED, Event.DELETED, order=Order.SEARCH)
def update_pages_of_term(change: Change) -> None:
    """A term is gone, or is called otherwise in addresses: pages are found by what it is called now."""
    if isinstance(term := change.subject, Term) and not change.details.get("created"):
        indexing.pages_changed(facets.pages_of_term(term))
