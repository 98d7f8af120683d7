"""Facts in the admin: their list and chooser, the list of what is missing, and why one that is used stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import npgettext, pgettext, pgettext_lazy
from wagtail import hooks
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.auth import permission_denied
from wagtail.admin.forms.choosers import BaseFilterForm, SearchFilterMixin
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.models import Locale, Page, ReferenceIndex
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet, SnippetChosenView
from wagtail.snippets.views.snippets import SnippetViewSet

from portal.admin import titles
from portal.admin.start import Box, Line
from portal.facts import shown
from portal.facts.kinds import TEXT_KINDS, FactKind
from portal.facts.texts import FactMark
from portal.language.dates import KnownDate
from portal.language.languages import SOURCE_LANGUAGE
from portal.models import Fact
from portal.models.facts import drafts_that_use

CHANGE, ADD = "portal.change_fact", "portal.add_fact"


# --- choosing ----------------------------------------------------------------------------------------------------------------


class ValueColumn(Column):
    """The value as visitors read it in German; a dash where there is none."""

    def get_value(self, instance: Fact) -> str:
        """Return it in one line."""
        if instance.locale.language_code != SOURCE_LANGUAGE:
            return " ".join(instance.text.split()) or "–"
        fact = shown.get(instance.pk)
        return fact.line if fact else pgettext("admin", "– no value yet")


class KindColumn(Column):
    """What kind of fact it is."""

    def get_value(self, instance: Fact) -> str:
        """Return it in words."""
        return instance.get_kind_display()


class SourceDateColumn(Column):
    """The source's own date, with its name on hovering; that there is none, or no source, is said."""

    def get_value(self, instance: Fact) -> SafeString | str:
        """Return it as far as it is known."""
        if not instance.source:
            return pgettext("admin", "– no source")
        day = KnownDate.read(instance.source_date)
        return format_html('<span title="{}">{}</span>', instance.source, day.text if day else pgettext("admin", "undated"))


class ReviewColumn(Column):
    """When and by whom it was last checked."""

    def get_value(self, instance: Fact) -> str:
        """Return both, as far as a person has said so."""
        day = date_format(instance.reviewed_on, "SHORT_DATE_FORMAT") if instance.reviewed_on else ""
        return ", ".join(filter(None, [day, instance.reviewed_by])) or pgettext("admin", "– not checked")


COLUMNS = (
    KindColumn("kind", label=pgettext_lazy("admin", "Kind")),
    ValueColumn("value", label=pgettext_lazy("admin", "Value")),
    SourceDateColumn("source_date", label=pgettext_lazy("admin", "Date of the source"), sort_key="source_date"),
    ReviewColumn("reviewed_on", label=pgettext_lazy("admin", "Checked on, by"), sort_key="reviewed_on"),
)


class _SourceFactsMixin:
    """Facts of the source language: texts in every language refer to them."""

    filter_form_class = type("FilterForm", (SearchFilterMixin, BaseFilterForm), {})

    def get_object_list(self) -> QuerySet:
        """Return the facts that can be chosen."""
        # The search filters by what its index knows: not by a field of another table.
        locale = Locale.objects.get(language_code=SOURCE_LANGUAGE)
        return Fact.objects.filter(locale_id=locale.pk).select_related("locale")

    @property
    def columns(self) -> list[Column]:
        """Return what is shown of each."""
        return [self.title_column, *COLUMNS]


class FactChooseView(_SourceFactsMixin, ChooseView):
    """The chooser."""


class FactChooseResultsView(_SourceFactsMixin, ChooseResultsView):
    """The list in it."""


class FactChosenView(SnippetChosenView):
    """What the editor is told of a fact that was chosen."""

    def get_chosen_response_data(self, item: Fact) -> dict[str, Any]:
        """Add the name, which stands in the text, and the value."""
        return {**super().get_chosen_response_data(item), "title": item.name, **FactMark.in_editor({"id": str(item.pk)})}


class FactChooserViewSet(SnippetChooserViewSet):
    """Chooses facts, for blocks and for rich text."""

    choose_view_class = FactChooseView
    choose_results_view_class = FactChooseResultsView
    chosen_view_class = FactChosenView


class FactViewSet(SnippetViewSet):
    """Facts in the admin."""

    model = Fact
    icon = "clipboard-list"
    list_display = ("name", *COLUMNS, "locale")
    list_filter = ("kind", "locale")
    chooser_viewset_class = FactChooserViewSet
    chooser_per_page = 50
    menu_label = pgettext_lazy("admin", "Facts")
    add_to_admin_menu = True
    menu_order = 340


# --- places ------------------------------------------------------------------------------------------------------------------


def places(facts: list[Fact]) -> dict[int, list[Model]]:
    """Return what uses each of some facts, pages of the source language first. A few queries, however many there are."""
    references = ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(Fact), to_object_id__in=[str(fact.pk) for fact in facts]
    )
    found: dict[tuple[int, str], set[int]] = defaultdict(set)
    for base, object_id, to in references.values_list("base_content_type", "object_id", "to_object_id"):
        found[base, object_id].add(int(to))
    by_fact: dict[int, list[Model]] = defaultdict(list)
    by_type: dict[int, list[str]] = defaultdict(list)
    for base, object_id in found:
        by_type[base].append(object_id)
    for base, ids in by_type.items():
        model: Any = ContentType.objects.get_for_id(base).model_class()
        for instance in model._default_manager.filter(pk__in=ids).select_related("locale"):
            if getattr(instance, "alias_of_id", None):
                # It shows the page of the source language, and is changed there.
                continue
            for pk in found[base, str(instance.pk)]:
                by_fact[pk].append(instance)
    for instances in by_fact.values():
        instances.sort(key=lambda one: (one.locale.language_code != SOURCE_LANGUAGE, one.locale.language_code, str(one)))
    return by_fact


def link_to(user: Any, instance: Model) -> SafeString:
    """Return the link to what uses something, with its language, under the title that somebody may read."""
    title = titles.title_for(user, instance) if isinstance(instance, Page) else str(instance)
    url = AdminURLFinder(user).get_edit_url(instance)
    name = format_html('<a href="{}">{}</a>', url, title) if url else format_html("{}", title)
    return format_html("<bdi>{}</bdi> ({})", name, instance.locale.get_display_name())


def edit_url(fact: Fact) -> str:
    """Return where a fact is edited."""
    return reverse(Fact.snippet_viewset.get_url_name("edit"), args=[fact.pk])


class PlacesColumn(Column):
    """Where a fact is used."""

    def get_value(self, instance: Fact) -> SafeString | str:
        """Return a link to each place."""
        return format_html_join(SafeString("<br>"), "{}", ((link,) for link in instance.places)) or "–"


# --- what is missing -----------------------------------------------------------------------------------------------------------


def missing() -> QuerySet:
    """Return the facts of the source language that have no value."""
    is_text = Q(kind__in=TEXT_KINDS)
    is_figure = Q(kind=FactKind.FIGURE)
    lacks_cell = is_figure & ~Q(pk__in=shown.figures_with_values())
    is_empty = (is_text & Q(text="")) | (~is_text & ~is_figure & Q(value="")) | lacks_cell
    without = Fact.objects.filter(is_empty, locale__language_code=SOURCE_LANGUAGE)
    return without.select_related("locale")


def missing_details(request: HttpRequest) -> list[Line]:
    """Return what else only the office knows and nobody has filled in: fields of pages, by the hook `register_missing_details`.

    Its functions take the request and yield a line for each field that this person may fill in.
    """
    return [line for find in hooks.get_hooks("register_missing_details") for line in find(request)]


class MissingFactsView(ReportView):
    """“Fehlende Angaben”: the facts without a value, with the places that wait for them."""

    page_title: str | Promise = pgettext_lazy("admin", "Missing facts")
    header_icon = "clipboard-list"
    results_template_name = "portal/admin/missing_facts_results.html"
    index_url_name = "missing_facts"
    index_results_url_name = "missing_facts_results"
    default_ordering = "name"
    is_searchable = False
    list_export = ()
    columns = (
        TitleColumn("name", label=pgettext_lazy("admin", "Fact"), get_url=edit_url),
        KindColumn("kind", label=pgettext_lazy("admin", "Kind")),
        PlacesColumn("places", label=pgettext_lazy("admin", "Waiting for it")),
    )

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer those who may change facts."""
        return super().dispatch(request, *args, **kwargs) if request.user.has_perm(CHANGE) else permission_denied(request)

    def get_base_queryset(self) -> QuerySet:
        """Return what is missing."""
        return missing()

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add what stands in no fact."""
        return {**super().get_context_data(**kwargs), "details": missing_details(self.request)}

    def decorate_paginated_queryset(self, object_list: Any) -> Any:
        """Add the places of all facts at once."""
        facts = list(object_list)
        by_fact = places(facts)
        for fact in facts:
            fact.places = [link_to(self.request.user, one) for one in by_fact.get(fact.pk, [])]
        object_list.object_list = facts
        return object_list


def missing_box(request: HttpRequest) -> Iterator[Box]:
    """Yield the box of the start page: what is missing, with the number of German places that wait for it."""
    # Who only translates facts can give none of them a value.
    if not request.user.has_perm(ADD):
        return
    facts = list(missing())
    waiting = places(facts)

    def line_of(fact: Fact) -> Line:
        number = sum(one.locale.language_code == SOURCE_LANGUAGE for one in waiting.get(fact.pk, []))
        words = npgettext("admin", "%(number)d German text waits for it", "%(number)d German texts wait for it", number)
        return Line(fact.name, edit_url(fact), note=words % {"number": number} if number else "")

    lines = [*(line_of(fact) for fact in facts), *missing_details(request)]
    yield Box("missing-facts", pgettext_lazy("admin", "Missing facts"), lines, reverse("missing_facts"), order=50)


class MissingFactsMenuItem(MenuItem):
    """The entry among the reports, for those who may change facts."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user may see the list."""
        return request.user.has_perm(CHANGE)


def menu_item() -> MenuItem:
    """Return the entry of the list among the reports."""
    return MissingFactsMenuItem(
        pgettext_lazy("admin", "Missing facts"), reverse("missing_facts"), name="missing-facts", icon_name="clipboard-list", order=450
    )


# --- deleting ------------------------------------------------------------------------------------------------------------------


def refuse_deletion(request: HttpRequest, instances: list[Model]) -> HttpResponse | None:
    """Answer with the places of facts that are in use, instead of deleting them; None where there are none."""
    facts = [instance for instance in instances if isinstance(instance, Fact)]
    by_fact = places(facts) if facts else {}
    in_drafts = drafts_that_use(facts) if facts else {}
    used = []
    for fact in facts:
        places_of_fact = by_fact.get(fact.pk, [])
        known = {one.pk for one in places_of_fact if isinstance(one, Page)}
        drafts = [page for page in in_drafts.get(fact.pk, []) if page.pk not in known]
        if links := [link_to(request.user, one) for one in [*places_of_fact, *drafts]]:
            used.append((fact.name, links))
    if not used:
        return None
    words = {
        "title": pgettext("admin", "This fact is in use"),
        "advice": pgettext("admin", "It stays: take it out of these texts first. To hide it everywhere, empty its value."),
    }
    return render(request, "portal/admin/used_facts.html", {"used": used, **words}, status=409)
