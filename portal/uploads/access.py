"""Who may read an uploaded file: the one place that knows.

A collection may be restricted, and with it those below it: its files are then for people with the right alone. Every other document is
public while something public refers to it (a page that readers can open, a snippet, a setting), or where an editor makes it
available by link. What no such thing refers to is read by people who work with documents in the admin, and by readers of a
private page that refers to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, ExpressionWrapper, F, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest
from wagtail.contrib.settings.registry import registry as settings_registry
from wagtail.documents import get_document_model
from wagtail.documents.models import AbstractDocument
from wagtail.images import get_image_model
from wagtail.models import Collection, CollectionMember, CollectionViewRestriction, Page, ReferenceIndex
from wagtail.permissions import policy_registry
from wagtail.snippets.models import get_snippet_models

from portal.pages import restrictions, versions

USING_ACTIONS = ("add", "change", "delete", "choose")

# --- collections ---------------------------------------------------------------------------------------------------------


def _below(paths: Iterable[str]) -> frozenset[int]:
    paths = list(paths)
    if not paths:
        return frozenset()
    condition = reduce(or_, (Q(path__startswith=path) for path in paths))
    return frozenset(Collection.objects.order_by().filter(condition).values_list("pk", flat=True))


def restricted_collections() -> frozenset[int]:
    """Return the ids of the collections that are restricted, or stand below one that is. One query where none is, else two.

    Not kept: collections are moved without a word to anybody.
    """
    return _below(CollectionViewRestriction.objects.values_list("collection__path", flat=True))


def with_restrictions(files: QuerySet[Any]) -> QuerySet[Any]:
    """Read with pictures or documents whether each `is_restricted` by its collection, or one above: no query of its own (`is_shown`)."""
    above = CollectionViewRestriction.objects.annotate(below=ExpressionWrapper(OuterRef("collection__path"), CharField()))
    return files.annotate(is_restricted=Exists(above.filter(below__startswith=F("collection__path"))))


def closed_collections(user: AbstractBaseUser) -> frozenset[int]:
    """Return the ids of the collections that are restricted to groups of which a user is none, in the admin too."""
    if user.is_superuser:
        return frozenset()
    closed = CollectionViewRestriction.objects.filter(restriction_type=CollectionViewRestriction.GROUPS)
    if user.is_authenticated:
        closed = closed.exclude(groups__in=user.groups.all())
    return _below(closed.values_list("collection__path", flat=True))


def accepts(request: HttpRequest, member: CollectionMember) -> bool:
    """Return whether every restriction on a file's collection, and on those above it, lets a request pass.

    A shared password is for readers: who works with the file in the admin sees it there without one.
    """
    return all(
        restriction.accept_request(request)
        or (restriction.restriction_type == CollectionViewRestriction.PASSWORD and uses(request.user, member))
        for restriction in member.collection.get_view_restrictions()
    )


def uses(user: AbstractBaseUser, member: CollectionMember) -> bool:
    """Return whether a user works with a picture or document in the admin."""
    policy = policy_registry.get_by_type(type(member))
    return policy.user_has_any_permission_for_instance(user, USING_ACTIONS, member)


# --- what a page shows ---------------------------------------------------------------------------------------------------


@dataclass
class _Reader:
    request: HttpRequest
    restricted: frozenset[int] | None = None


_reader: ContextVar[_Reader | None] = ContextVar("reader_of_files", default=None)


@contextmanager
def remembered(request: HttpRequest) -> Iterator[None]:
    """Ask once for a request which collections are restricted, however many files its answer shows."""
    token = _reader.set(_Reader(request))
    try:
        yield
    finally:
        _reader.reset(token)


def is_shown(member: CollectionMember) -> bool:
    """Return whether a page may show a picture or name a document: to whoever could not open it, it would say too much.

    A picture that is out of use is shown to nobody.
    """
    if not getattr(member, "is_usable", True):
        return False
    reader = _reader.get()
    if getattr(member, "is_restricted", None) is False:
        return True
    if reader is None:
        return member.collection_id not in restricted_collections()
    if reader.restricted is None:
        reader.restricted = restricted_collections()
    return member.collection_id not in reader.restricted or accepts(reader.request, member)


def hidden_pictures(ids: Iterable[int]) -> frozenset[int]:
    """Return which of some pictures readers do not see: out of use, or in a collection that is restricted. Two or three queries."""
    images = get_image_model().objects.filter(pk__in=list(ids))
    restricted = restricted_collections()
    return frozenset(image.pk for image in images if image.collection_id in restricted or not image.is_usable)


# --- documents -----------------------------------------------------------------------------------------------------------


class Reach(Enum):
    """Who can read a document, and why."""

    RESTRICTED = "restricted"
    LINK = "link"
    REFERENCE = "reference"
    NOBODY = "nobody"


@dataclass
class Publicity:
    """Who can read a document: `referrers` are the public objects that refer to it, pages first."""

    reach: Reach
    referrers: list[Model] = field(default_factory=list)

    @property
    def is_public(self) -> bool:
        """Return whether anybody can read the document who knows its address."""
        return self.reach in {Reach.LINK, Reach.REFERENCE}


def publicity(documents: Iterable[AbstractDocument]) -> dict[int, Publicity]:
    """Return who can read each of some documents. The same few queries whatever their number."""
    documents = list(documents)
    restricted = restricted_collections()
    referrers = _public_referrers([document for document in documents if document.collection_id not in restricted])
    found = {}
    for document in documents:
        if document.collection_id in restricted:
            reach = Reach.RESTRICTED
        elif referrers[document.pk]:
            reach = Reach.REFERENCE
        else:
            reach = Reach.LINK if document.is_shared else Reach.NOBODY
        found[document.pk] = Publicity(reach, referrers[document.pk])
    return found


def is_public(document: AbstractDocument) -> bool:
    """Return whether anybody can read a document who knows its address."""
    return publicity([document])[document.pk].is_public


def may_read(request: HttpRequest, document: AbstractDocument) -> bool:
    """Return whether a request may read a document that is not public, in a collection that is not restricted."""
    if uses(request.user, document):
        return True
    pages = Page.objects.filter(pk__in=referring_pages([document.pk])).live().select_related("published_version")
    return any(
        versions.is_published(page)
        and all(restriction.accept_request(request) for restriction in restrictions.binding(page))
        for page in pages
    )


def referring_pages(file_ids: Iterable[int], model: type[Model] | None = None) -> set[int]:
    """Return the ids of the pages whose row in the database refers to one of some documents, or files of another model. One query."""
    rows = _references(file_ids, model).filter(base_content_type=ContentType.objects.get_for_model(Page))
    return {int(object_id) for object_id in rows.values_list("object_id", flat=True)}


def _references(file_ids: Iterable[int], model: type[Model] | None = None) -> QuerySet[ReferenceIndex]:
    return ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(model or get_document_model()),
        to_object_id__in=[str(pk) for pk in file_ids],
    )


def _public_referrers(documents: list[AbstractDocument]) -> dict[int, list[Model]]:
    """Return the public objects that refer to documents, by the documents' ids."""
    found: dict[int, list[Model]] = defaultdict(list)
    if not documents:
        return found
    by_model: dict[type[Model], dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    rows = _references(document.pk for document in documents).values_list(
        "base_content_type", "object_id", "to_object_id"
    )
    for content_type, object_id, document_id in rows:
        model = ContentType.objects.get_for_id(content_type).model_class()
        if model is not None:
            by_model[model][object_id].add(int(document_id))
    for model in sorted(by_model, key=lambda model: not issubclass(model, Page)):
        for referrer in _public(model, by_model[model]):
            for document_id in by_model[model][str(referrer.pk)]:
                found[document_id].append(referrer)
    return found


def _public(model: type[Model], ids: Iterable[str]) -> Iterable[Model]:
    """Return those objects of a model that readers can see: pages, snippets and settings; nothing else is public."""
    if issubclass(model, Page):
        pages = restrictions.public(Page.objects.filter(pk__in=[int(pk) for pk in ids]).live())
        return [
            page for page in pages.select_related("published_version").order_by("path") if versions.is_published(page)
        ]
    if model not in get_snippet_models() and model not in settings_registry:
        return []
    found = model._default_manager.filter(pk__in=list(ids))
    return found.filter(live=True) if any(f.name == "live" for f in model._meta.get_fields()) else found
