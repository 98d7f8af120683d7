"""What one snippet is in each language, in the admin, and which snippets the matrix shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log
from wagtail.models import Locale

from translation.guards import no_right_in_language, refuse
from translation.permissions import may_change, working_locale_ids

from . import matrix, order_views, orders, snippets
from .cells import State
from .names import name_of

CONFIRMED = "translation.confirmed"
"""Logged on versions of which somebody said that they are true to the source as it is."""


def chosen(rows: Sequence[snippets.Row], values: Mapping[str, Any], locales: Sequence[Locale], query: str) -> list[snippets.Row]:
    """Return those of the matrix's snippets that its filters and its search leave; they stand in no section."""
    if values.get("section"):
        return []
    found = list(rows)
    if kind := values.get("kind"):
        model = ContentType.objects.get_for_id(int(kind)).model_class()
        found = [row for row in found if row.model is model]
    if person := values.get("person"):
        keys = set(orders.items_of(person, locales).exclude(snippet_key=None).values_list("snippet_key", flat=True))
        found = [row for row in found if row.translation_key in keys]
    if state := values.get("state"):
        code = values.get("language")
        ids = {locale.pk for locale in locales if code in ("", locale.language_code)}
        found = [row for row in found if any(cell.state == state for cell in row.cells if cell.locale_id in ids)]
    return [row for row in found if query.casefold() in row.shown_title.casefold()]


def _find(request: HttpRequest, type_id: int, snippet_id: int) -> tuple[Model, snippets.Row]:
    """Return a snippet of the source and its row of the matrix.

    Raises:
        Http404: there is no such snippet, or the person may not know of it.
    """
    models = {ContentType.objects.get_for_model(model).pk: model for model in snippets.kinds_for(request.user)}
    found = snippets.sources(models[type_id]).filter(pk=snippet_id).select_related("locale").first() if type_id in models else None
    if found is None:
        raise Http404
    return found, snippets.row_of(found, matrix.locales_for(request.user))


def _version(source: Model, locale_id: int) -> Model | None:
    return type(source)._default_manager.filter(translation_key=source.translation_key, locale=locale_id).select_related("locale").first()


def _may_confirm(user: AbstractBaseUser, source: Model, version: Model) -> bool:
    """Return whether a person may say that a version is still true: who may change it, or the source."""
    return may_change(user, version) or may_change(user, source)


def show(request: HttpRequest, type_id: int, snippet_id: int) -> HttpResponse:
    """Show what a snippet is in each language, and what its source says that a version does not.

    Raises:
        Http404: there is no such snippet, or the person may not know of it.
    """
    if not working_locale_ids(request.user):
        return permission_denied(request)
    source, row = _find(request, type_id, snippet_id)
    locales = {locale.pk: locale for locale in matrix.locales_for(request.user)}
    shown = []
    for cell in row.cells:
        version = _version(source, cell.locale_id) if cell.page_id else None
        # Of a text that nobody is shown any more it helps nobody to say that it is true: it has to be saved anew.
        may_confirm = cell.state == State.OUT_OF_DATE and version is not None and _may_confirm(request.user, source, version)
        changed = snippets.text_changes(source, cell.locale_id) if cell.changed_at else []
        shown.append(
            {
                "name": name_of(locales[cell.locale_id]),
                "cell": cell,
                "version": version,
                "edit_url": row.edit_address(cell) if version is not None and may_change(request.user, version) else "",
                "changes": [order_views.difference(one.before, one.after) for one in changed],
                "since": date_format(localtime(cell.changed_at), "SHORT_DATETIME_FORMAT") if cell.changed_at else "",
                "is_hidden": cell.state == State.WITHDRAWN,
                "may_confirm": may_confirm,
            }
        )
    context = {
        "title": row.shown_title,
        "rows": shown,
        "seen": matrix.seen(source),
        "confirmable": [one["version"].pk for one in shown if one["may_confirm"]],
        "confirm_url": reverse("translation_desk_snippet_confirm", args=[type_id, snippet_id]),
        "order_url": order_views.address_of_new([], [row.name]) if order_views.may_order(request.user) else "",
    }
    return render(request, "translation_desk/page.html", context)


@require_POST
def confirm(request: HttpRequest, type_id: int, snippet_id: int) -> HttpResponse:
    """Store that versions, one or several, are still true to their source, as the person saw it.

    Raises:
        Http404: there is no such snippet, or the person may not know of it.
    """
    if not working_locale_ids(request.user):
        return permission_denied(request)
    source, row = _find(request, type_id, snippet_id)
    there = redirect("translation_desk_snippet", type_id, snippet_id)
    asked = request.POST.getlist("version")
    ids = [cell.locale_id for cell in row.cells if cell.state == State.OUT_OF_DATE and str(cell.page_id) in asked]
    versions = [version for locale_id in ids if (version := _version(source, locale_id)) is not None]
    for version in versions:
        if not _may_confirm(request.user, source, version):
            return refuse(request, no_right_in_language(version.locale))
    if request.POST.get("seen") != matrix.seen(source):
        messages.error(request, pgettext("admin", "The German text was changed meanwhile. Look at what is different now."))
        return there
    for version in versions:
        snippets.confirm(source, version.locale_id)
        log(version, CONFIRMED, user=request.user)
    if versions:
        names = ", ".join(name_of(version.locale) for version in versions)
        messages.success(request, pgettext("admin", "Still true: %(languages)s.") % {"languages": names})
    return there
