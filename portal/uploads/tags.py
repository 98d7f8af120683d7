"""Tags of pictures and documents: offered are those on files that a person works with."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest, JsonResponse
from taggit.models import Tag
from wagtail.admin.views.tags import TAGS_AUTOCOMPLETE_LIMIT
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.permissions import policy_registry

from portal.uploads.access import USING_ACTIONS

MOST = 10
"""How many tags a list offers, as Wagtail's."""


def tags_seen_by(user: AbstractBaseUser, *models: type[Model]) -> QuerySet[Tag]:
    """Return the tags on files that a user works with, the most used ones first."""
    own = Q(pk__in=[])
    for model in models:
        files = policy_registry.get_by_type(model).instances_user_has_any_permission_for(user, USING_ACTIONS)
        own |= Q(
            taggit_taggeditem_items__content_type=ContentType.objects.get_for_model(model),
            taggit_taggeditem_items__object_id__in=files.values("pk"),
        )
    return Tag.objects.filter(own).annotate(used=Count("taggit_taggeditem_items")).order_by("-used", "name")


def complete(request: HttpRequest) -> JsonResponse:
    """Answer with the tags that begin as somebody types."""
    term = request.GET.get("term", "")
    tags = tags_seen_by(request.user, get_image_model(), get_document_model()) if term else Tag.objects.none()
    names = tags.filter(name__istartswith=term).order_by("name").values_list("name", flat=True)
    return JsonResponse(list(names[:TAGS_AUTOCOMPLETE_LIMIT]), safe=False)
