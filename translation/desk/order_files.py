"""The files of an order: a zip for each language, and what is sent back."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import pgettext
from wagtail.admin.auth import permission_denied
from wagtail.models import Locale, Page
from wagtail.permissions import page_permission_policy, policy_registry
from wagtail_localize.models import Translation

from translation.files import archives, views
from translation.files.units import FORMATS
from translation.permissions import working_locale_ids, works_in

from . import matrix
from .models import Order, OrderItem
from .names import name_of
from .order_models import Progress
from .order_views import orders_for


def translations_of(user: AbstractBaseUser, order: Order, locales: Iterable[Locale]) -> list[Translation]:
    """Return the translations of an order that a person may work on, in the order of the pages, snippets behind them. Four queries."""
    items = OrderItem.objects.filter(order=order, locale__in=list(locales), by_hand=False, progress__in=(Progress.OPEN, Progress.DONE))
    of_pages, of_snippets = items.exclude(page=None), items.filter(page=None).order_by("snippet_type", "pk")
    places = set(of_pages.values_list("page__translation_key", "locale_id"))
    snippet_places = list(of_snippets.values_list("snippet_key", "locale_id"))
    changeable = page_permission_policy.instances_user_has_permission_for(user, "change")
    own = Page.objects.filter(
        pk__in=changeable.values("pk"), translation_key__in={key for key, _locale in places}, locale__in={pk for _key, pk in places}
    ).order_by("path")
    keys = {key for key, _locale in (*places, *snippet_places)}
    rows = Translation.objects.filter(source__object_id__in=keys, enabled=True)
    by_place = {
        (one.source.object_id, one.target_locale_id): one
        for one in rows.select_related("source__specific_content_type", "source__locale", "target_locale")
    }
    found = ((key, locale_id) for key, locale_id in own.values_list("translation_key", "locale_id"))
    pages = [by_place[place] for place in found if place in places and place in by_place]
    return [*pages, *(by_place[place] for place in snippet_places if place in by_place and _may_change(user, by_place[place]))]


def _may_change(user: AbstractBaseUser, translation: Translation) -> bool:
    """Return whether a person may change the snippet that a translation writes. No query."""
    model = translation.source.specific_content_type.model_class()
    policy = policy_registry.get_by_type(model)
    return policy.user_has_permission(user, "change") and works_in(user, translation.target_locale_id)


def files(request: HttpRequest, order_id: int) -> HttpResponse:
    """Offer the files of an order, language by language; show what one that is sent back would do.

    Raises:
        Http404: there is no such order, or it holds nothing in a language of this person.
    """
    if not working_locale_ids(request.user):
        return permission_denied(request)
    order = get_object_or_404(orders_for(request.user), pk=order_id)
    translations = translations_of(request.user, order, matrix.locales_for(request.user))
    here = reverse("translation_order_files", args=[order.pk])
    if request.method == "POST":
        return views.preview(request, translations, here)
    locales = {one.target_locale_id: one.target_locale for one in translations}
    context = {
        "title": pgettext("admin", "Order %(number)d") % {"number": order.pk},
        "language": "",
        "back": reverse("translation_order", args=[order.pk]),
        "groups": [
            {
                "language": name_of(locale),
                "files": [
                    (views.name_of_format(one), reverse("translation_order_file", args=[order.pk, locale.language_code, one]))
                    for one in FORMATS
                ],
            }
            for locale in locales.values()
        ],
    }
    return render(request, "translation/files.html", context)


def download(request: HttpRequest, order_id: int, language_code: str, file_format: str) -> HttpResponse:
    """Hand out what is on order in a language, a file for each page.

    Raises:
        Http404: there is no such order, language or format, or nothing in it for this person.
    """
    if not working_locale_ids(request.user):
        return permission_denied(request)
    order = get_object_or_404(orders_for(request.user), pk=order_id)
    locales = [locale for locale in matrix.locales_for(request.user) if locale.language_code == language_code]
    translations = translations_of(request.user, order, locales)
    if file_format not in FORMATS or not translations:
        raise Http404
    notes = [order.note]
    if order.due_on is not None:
        notes.append(pgettext("admin", "Due on %(date)s") % {"date": date_format(order.due_on, "SHORT_DATE_FORMAT")})
    data = archives.write_many(translations, file_format, notes)
    return views.attachment(data, f"{order.pk}-{language_code}-{file_format}.zip", "application/zip")
