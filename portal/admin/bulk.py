"""What is done to many things at once: Wagtail's screens name all whose numbers stand in the address, also those they refuse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from wagtail.admin.views.bulk_action.dispatcher import index
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.models import Page
from wagtail.permissions import policy_registry

from portal.admin import titles

ACTIONS = ("add", "change", "delete", "choose", "view", "publish", "lock", "unlock")


def act(request: HttpRequest, app_label: str, model_name: str, action: str) -> HttpResponse:
    """Answer Wagtail's screen for those things alone that the user works with.

    Raises:
        Http404: there is no such action, or nothing that it could be done to.
    """
    try:
        model = apps.get_model(app_label, model_name)
    except LookupError as error:
        raise Http404 from error
    action_class = bulk_action_registry.get_bulk_action_class(app_label, model_name, action)
    if action_class is None:
        raise Http404
    numbers = request.GET.getlist("id")
    if "all" in numbers:
        numbers = action_class(request, model).get_all_objects_in_listing_query(_place(request, model))
    named = worked_on_by(request.user, model).filter(pk__in=list(_usable(model, numbers))).values_list("pk", flat=True)
    request.GET = request.GET.copy()  # type: ignore[assignment]
    request.GET.setlist("id", [str(pk) for pk in named])
    return index(request, app_label, model_name, action)


def worked_on_by(user: AbstractBaseUser, model: type[Model]) -> QuerySet:
    """Return the objects of a model that a user works with."""
    if issubclass(model, Page):
        return titles.worked_on_by(user, model.objects.all())
    return policy_registry.get_by_type(model).instances_user_has_any_permission_for(user, ACTIONS)


def _place(request: HttpRequest, model: type[Model]) -> str | None:
    """Return the place whose things are meant.

    Raises:
        Http404: there is no page of this number that the user works on.
    """
    number = request.GET.get("childOf")
    if number is None or not issubclass(model, Page):
        return number
    page = Page.objects.filter(pk=number).first() if number.isdecimal() else None
    if page is None or not titles.works_on(request.user, page):
        raise Http404
    return number


def _usable(model: type[Model], numbers: Iterable) -> Iterator:
    """Yield the keys that the database can compare."""
    for number in numbers:
        with suppress(ValidationError):
            key = model._meta.pk.to_python(getattr(number, "pk", number))
            if not isinstance(key, int) or abs(key) < 2**63:
                yield key
