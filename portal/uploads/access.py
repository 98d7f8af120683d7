"""Who may read an uploaded file: the one place that knows."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q
from django.http import HttpRequest
from wagtail.models import Collection, CollectionMember, CollectionViewRestriction


def restricted_collections() -> frozenset[int]:
    """Return the ids of the collections that are restricted, or stand below one that is. One query where none is, else two.

    Not kept: collections are moved without a word to anybody.
    """
    paths = list(CollectionViewRestriction.objects.values_list("collection__path", flat=True))
    if not paths:
        return frozenset()
    below = reduce(or_, (Q(path__startswith=path) for path in paths))
    return frozenset(Collection.objects.order_by().filter(below).values_list("pk", flat=True))


def accepts(request: HttpRequest, member: CollectionMember) -> bool:
    """Return whether every restriction on a file's collection, and on those above it, lets a request pass."""
    return all(restriction.accept_request(request) for restriction in member.collection.get_view_restrictions())
