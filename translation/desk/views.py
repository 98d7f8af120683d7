"""The desk in the admin: the matrix of pages, snippets and languages, and what changed of one page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import django_filters
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.reports import ReportView
from wagtail.log_actions import log
from wagtail.models import Locale, Page, get_page_models

from portal.admin import titles
from portal.language.languages import SOURCE_LANGUAGE
from translation.guards import refuse
from translation.permissions import may_read, reason_against_publication, working_locale_ids

from . import (
    figures,
    matrix,
    order_views,
    orders,
    progress,
    segments,
    snippet_views,
    snippets,
    states,
    withdrawing,
)
from .columns import CellColumn, DemandColumn, TitleColumn
from .matrix import Cell
from .names import name_of
from .states import State


def sections() -> list[tuple[str, str]]:
    """Return tree path and title of the source's sections."""
    pages = Page.objects.filter(locale__language_code=SOURCE_LANGUAGE, alias_of=None, depth=3, show_in_menus=True).order_by("path")
    return list(pages.values_list("path", "title"))


def kinds() -> list[tuple[str, str]]:
    """Return id and name of the types of pages and snippets, by name."""
    types = ContentType.objects.get_for_models(*get_page_models(), *snippets.kinds())
    return sorted(((str(found.pk), str(model._meta.verbose_name)) for model, found in types.items()), key=lambda kind: kind[1])


class DeskFilterSet(WagtailFilterSet):
    """By language and state, section and type."""

    language = django_filters.ChoiceFilter(label=pgettext_lazy("admin", "Language"), method="leave")
    state = django_filters.ChoiceFilter(label=pgettext_lazy("admin", "State"), method="leave", choices=State.choices)
    section = django_filters.ChoiceFilter(
        label=pgettext_lazy("admin", "Section"), choices=sections, field_name="path", lookup_expr="startswith"
    )
    kind = django_filters.ChoiceFilter(label=pgettext_lazy("admin", "Content type"), choices=kinds, field_name="content_type")

    person = django_filters.ChoiceFilter(label=pgettext_lazy("admin", "Ordered from"), method="of_person")

    class Meta:
        model = Page
        fields = ()

    def __init__(self, *args: Any, locales: Sequence[Locale], find: Callable[[State], matrix.Found], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.locales, self.find = locales, find
        self.filters["language"].extra["choices"] = [(locale.language_code, name_of(locale)) for locale in locales]

        self.filters["person"].extra["choices"] = orders.people_at_work()

    def _add_locale_filter(self) -> None:
        """Leave Wagtail's own away, which asks for the languages: all pages of the matrix are German."""

    def of_person(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Return the pages that somebody has on order in a language that is shown."""
        return queryset.filter(pk__in=orders.items_of(value, self.locales).exclude(page=None).values("page_id"))

    def leave(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Return all: both are asked together."""
        return queryset

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Return the pages that are in a state in a language; in any that is shown where none was chosen."""
        queryset = super().filter_queryset(queryset)
        if not (state := self.form.cleaned_data["state"]):
            return queryset
        code = self.form.cleaned_data["language"]
        locales = [locale for locale in self.locales if code in ("", locale.language_code)]
        return matrix.in_state(queryset, State(state), locales, self.find(State(state)) if state in matrix.BEGUN else None)


class DeskView(ReportView):
    """The matrix of pages and snippets."""

    page_title: str | Promise = pgettext_lazy("admin", "Translations")
    header_icon = "wagtail-localize-language"
    template_name = "translation_desk/matrix.html"
    index_url_name = "translation_desk"
    index_results_url_name = "translation_desk_results"
    filterset_class = DeskFilterSet
    default_ordering = "path"
    is_searchable = True
    search_fields = ("title",)
    # What the index of the search knows of a page is of its own language; a title is looked for in the table.
    search_backend_name = None
    export_filename = "translations"
    _found: matrix.Found | None = None

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer those who work in a language."""
        return super().dispatch(request, *args, **kwargs) if working_locale_ids(request.user) else permission_denied(request)

    @cached_property
    def locales(self) -> list[Locale]:
        """Return the languages that this person sees."""
        return matrix.locales_for(self.request.user)

    @cached_property
    def may_order(self) -> bool:
        """Return whether this person may order translations."""
        return order_views.may_order(self.request.user)

    @cached_property
    def columns(self) -> list[Column]:
        """Return one for each language, behind title and date."""
        return [
            TitleColumn("title", label=pgettext_lazy("admin", "German page"), sort_key="title"),
            DateColumn("last_published_at", label=pgettext_lazy("admin", "Published"), sort_key="last_published_at"),
            DemandColumn("demand", label=pgettext_lazy("admin", "Demand"), sort_key="demand"),
            *(CellColumn(place, locale) for place, locale in enumerate(self.locales)),
        ]

    def get_filterset_kwargs(self) -> dict[str, object]:
        """Offer the languages that this person sees."""
        return {**super().get_filterset_kwargs(), "locales": self.locales, "find": self.find}

    def find(self, state: State) -> matrix.Found:
        """Return what is in a state that takes long to find: once, for the filter and the totals."""
        if self._found is None:
            self._found = matrix.found_in(matrix.sources_for(self.request.user), state, self.locales)
        return self._found

    def get_base_queryset(self) -> QuerySet:
        """Return the pages that this person may know of, with the demand for the languages that are looked at."""
        code = self.request.GET.get("language", "")
        chosen = [locale for locale in self.locales if locale.language_code == code]
        pages = matrix.sources_for(self.request.user).select_related("content_type")
        return matrix.with_demand(pages, chosen or self.locales)

    @cached_property
    def snippet_rows(self) -> list[snippets.Row]:
        """Return the snippets that this person may know of."""
        return snippets.rows(self.request.user, self.locales)

    def get_filtered_queryset(self) -> snippets.Rows:
        """Return the pages, and behind them the snippets."""
        pages = super().get_filtered_queryset()
        chosen = self.filters.form.cleaned_data if self.filters and self.filters.is_valid() else {}
        found = snippet_views.chosen(self.snippet_rows, chosen, self.locales, self.search_query)
        return snippets.Rows(pages, found[::-1] if self.ordering == "-title" else found)

    def decorate_paginated_queryset(self, object_list: Any) -> Any:
        """Give each page or snippet what is on order, each page its cells, and the title under which this person may know it."""
        rows = list(object_list)
        pages = [row for row in rows if isinstance(row, Page)]
        counted = progress.of([row.translation_key for row in rows], [locale.pk for locale in self.locales])
        cells = matrix.cells((page.translation_key for page in pages), self.locales, counted)
        snippets.put_progress([row for row in rows if isinstance(row, snippets.Row)], counted)
        on_order = orders.active_by_key((row.translation_key for row in rows), self.locales)
        for row in rows:
            row.on_order, row.may_order = on_order, self.may_order
        for page in pages:
            page.cells, page.shown_title = cells[page.translation_key], titles.title_for(self.request.user, page)
            page.desk_address = reverse("translation_desk_page", args=[page.pk])
        return rows

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add how many pages and snippets are in which state, language by language."""
        context = super().get_context_data(**kwargs)
        if not self.is_export and not self.results_only:
            context |= {"totals": self._totals(), "may_order": self.may_order}
        return context

    def _totals(self) -> list[dict[str, object]]:
        counts = matrix.totals(matrix.sources_for(self.request.user), self.locales, self._found)
        for row in self.snippet_rows:
            for cell in row.cells:
                counts[cell.locale_id][cell.state] = counts[cell.locale_id].get(cell.state, 0) + 1
        address = reverse("translation_desk")
        return [
            {
                "name": name_of(locale),
                "states": [
                    {
                        "state": state,
                        "number": counts[locale.pk][state],
                        "url": f"{address}?language={locale.language_code}&state={state.value}",
                    }
                    for state in State
                    if state in counts[locale.pk]
                ],
            }
            for locale in self.locales
        ]

    # --- the spreadsheet -----------------------------------------------------------------------------------------------------

    @cached_property
    def list_export(self) -> list[str]:
        """Return the columns of the spreadsheet: three for each language."""
        parts = ("state", "done", "words_left")
        own = (f"{part}_{locale.language_code}" for locale in self.locales for part in parts)
        return ["title", "kind", "last_published_at", "demand", *own]

    @cached_property
    def export_headings(self) -> dict[str, object]:
        """Return what stands above them."""
        found: dict[str, object] = {
            "title": pgettext("admin", "German page"),
            "kind": pgettext("admin", "Content type"),
            "last_published_at": pgettext("admin", "Published"),
            "demand": pgettext("admin", "Demand: German text read in other languages, last 90 days"),
        }
        for locale in self.locales:
            name = name_of(locale)
            found[f"state_{locale.language_code}"] = name
            found[f"done_{locale.language_code}"] = pgettext("admin", "%(language)s, per cent") % {"language": name}
            found[f"words_left_{locale.language_code}"] = pgettext("admin", "%(language)s, words left") % {"language": name}
        return found

    def to_row_dict(self, item: Page | snippets.Row) -> dict[str, object]:
        """Return a row of the spreadsheet."""
        kind = item.kind if isinstance(item, snippets.Row) else str(item.page_type_display_name)
        values: list[object] = [item.shown_title, kind, item.last_published_at, item.demand]
        for cell in item.cells:
            values += [cell.label, cell.percent if cell.total else None, cell.words_left]
        return dict(zip(self.list_export, values, strict=True))


# --- one page ------------------------------------------------------------------------------------------------------------------


def _may_confirm(user: AbstractBaseUser, source: Page, version: Page) -> bool:
    """Return whether a person may say that a version is still true: who publishes it, or the source."""
    return not reason_against_publication(user, version) or not reason_against_publication(user, source)


def _source(request: HttpRequest, page_id: int) -> Page:
    source = get_object_or_404(matrix.sources_for(request.user).select_related("locale"), pk=page_id)
    return source.specific


def show_page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show what a page is in each language, and what its source says that a version does not.

    Raises:
        Http404: there is no such page, or the person may not know of it.
    """
    if not working_locale_ids(request.user):
        return permission_denied(request)
    source = _source(request, page_id)
    if not may_read(request.user, source):
        return refuse(request, pgettext("admin", "You may not read this page."))
    locales = matrix.locales_for(request.user)
    cells = matrix.cells([source.translation_key], locales)[source.translation_key]
    pages = Page.objects.filter(pk__in=[cell.page_id for cell in cells if cell.page_id]).select_related("locale").specific().in_bulk()
    rows = [
        _row(request.user, source, locale, cell, pages.get(cell.page_id)) for locale, cell in zip(locales, cells, strict=True)
    ]
    context = {
        "source": source,
        "title": titles.title_for(request.user, source),
        "rows": rows,
        "troubles": segments.troubles_of(source, locales) if source.permissions_for_user(request.user).can_edit() else [],
        "confirm_url": reverse("translation_desk_confirm", args=[source.pk]),
        "seen": matrix.seen(source.specific),
        "figures": [name_of(offer.locale) for offer in figures.offers(source, locales)],
        "confirmable": [row["version"].pk for row in rows if row["may_confirm"]],
        "returnable": [row["version"].pk for row in rows if row["may_return"]],
    }
    return render(request, "translation_desk/page.html", context)


def _row(user: AbstractBaseUser, source: Page, locale: Locale, cell: Cell, version: Page | None) -> dict[str, Any]:
    changed = states.text_changes(version) if version is not None and cell.changed_at else []
    may_decide = version is not None and _may_confirm(user, source, version)
    return {
        "name": name_of(locale),
        "cell": cell,
        "version": version,
        "edit_url": (
            reverse("translation_edit", args=[source.pk, locale.language_code])
            if version is not None and version.permissions_for_user(user).can_edit()
            else ""
        ),
        "changes": [order_views.difference(one.before, one.after) for one in changed],
        "since": date_format(localtime(cell.changed_at), "SHORT_DATETIME_FORMAT") if cell.changed_at else "",
        "withdrawn": date_format(localtime(cell.withdrawn_at), "SHORT_DATETIME_FORMAT") if cell.withdrawn_at else "",
        "may_confirm": may_decide and bool(cell.changed_at),
        "may_return": may_decide and bool(cell.withdrawn_at),
    }


@require_POST
def confirm(request: HttpRequest, page_id: int) -> HttpResponse:
    """Store that versions, one or several, are still true to their source, as the person saw it.

    Raises:
        Http404: there is no such page, or the person may not know of it.
    """
    if not working_locale_ids(request.user):
        return permission_denied(request)
    source = _source(request, page_id)
    there = redirect("translation_desk_page", source.pk)
    changed = Page.objects.filter(translation_key=source.translation_key, published_version__source_changed_at__isnull=False)
    asked = request.POST.getlist("version")
    versions = [version for version in changed.select_related("locale").specific() if str(version.pk) in asked]
    if refused := [version for version in versions if not _may_confirm(request.user, source, version)]:
        return refuse(request, reason_against_publication(request.user, refused[0]))
    if request.POST.get("seen") != matrix.seen(source.specific):
        messages.error(request, pgettext("admin", "The German page was changed meanwhile. Look at what is different now."))
        return there
    _confirm(versions, request.user)
    if versions:
        names = ", ".join(name_of(version.locale) for version in versions)
        messages.success(request, pgettext("admin", "Still true: %(languages)s.") % {"languages": names})
    return there


@require_POST
def show_again(request: HttpRequest, page_id: int) -> HttpResponse:
    """Let versions, one or several, be read again that were withdrawn: they say what they said.

    Raises:
        Http404: there is no such page, or the person may not know of it.
    """
    if not working_locale_ids(request.user):
        return permission_denied(request)
    source = _source(request, page_id)
    withdrawn = Page.objects.filter(translation_key=source.translation_key, published_version__withdrawn_at__isnull=False)
    asked = request.POST.getlist("version")
    found = [version for version in withdrawn.select_related("locale").specific() if str(version.pk) in asked]
    if refused := [version for version in found if not _may_confirm(request.user, source, version)]:
        return refuse(request, reason_against_publication(request.user, refused[0]))
    for version in found:
        withdrawing.show_again(version, request.user)
    if found:
        names = ", ".join(name_of(version.locale) for version in found)
        messages.success(request, pgettext("admin", "Visitors read these versions again: %(languages)s.") % {"languages": names})
    return redirect("translation_desk_page", source.pk)


@transaction.atomic
def _confirm(versions: Iterable[Page], user: AbstractBaseUser) -> None:
    for version in versions:
        states.confirm(version)
        log(version, snippet_views.CONFIRMED, user=user)


class DeskMenuItem(MenuItem):
    """The entry in the menu, for those who work in a language."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the person may see the desk."""
        return bool(working_locale_ids(request.user))
