"""The report on the search: what was asked, what was found, what was opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F, FloatField, Max, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import npgettext, pgettext, pgettext_lazy
from wagtail.admin.auth import permission_denied
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, NumberColumn
from wagtail.admin.views.reports import ReportView
from wagtail.models import Locale

from portal.admin.start import LINES, Box, Line
from portal.language.languages import LANGUAGES, languages_by_code

from .models import AskedQuery, Click, PromotedResult, Synonyms
from .service import Step

PERMISSION = "search.view_askedquery"

STEPS = {
    Step.ALL: pgettext_lazy("admin", "all words"),
    Step.SPELLING: pgettext_lazy("admin", "in another spelling"),
    Step.ANY: pgettext_lazy("admin", "some of the words"),
    Step.NONE: pgettext_lazy("admin", "nothing"),
}


def name_of_language(code: str) -> str:
    """Return a language's own name; its code where the portal has not got it any more."""
    language = languages_by_code().get(code)
    return language.name if language else code


class ReportFilterSet(WagtailFilterSet):
    """By language, period, and what came of a query."""

    language = django_filters.ChoiceFilter(
        label=pgettext_lazy("admin", "Language"), choices=[(language.code, language.name) for language in LANGUAGES]
    )
    day = django_filters.DateFromToRangeFilter(label=pgettext_lazy("admin", "Day"), widget=DateRangePickerWidget)
    outcome = django_filters.ChoiceFilter(
        label=pgettext_lazy("admin", "What came of it"),
        method="filter_outcome",
        choices=[
            ("nothing", pgettext_lazy("admin", "found nothing")),
            ("not_all", pgettext_lazy("admin", "no page with all words")),
            ("not_opened", pgettext_lazy("admin", "no result was opened")),
        ],
    )

    class Meta:
        model = AskedQuery
        fields = ()

    def filter_outcome(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Return the queries with an outcome."""
        if value == "nothing":
            return queryset.filter(last_results=0)
        if value == "not_all":
            return queryset.exclude(last_step=Step.ALL)
        return queryset.filter(last_results__gt=0, clicks=0)


class StepColumn(Column):
    """How the results were found."""

    def get_value(self, instance: dict[str, Any]) -> object:
        """Return it in words."""
        return STEPS.get(instance["last_step"], instance["last_step"])


class LanguageColumn(Column):
    """The language of a query."""

    def get_value(self, instance: dict[str, Any]) -> object:
        """Return its own name."""
        return name_of_language(instance["language"])


class PlaceColumn(NumberColumn):
    """The place among the results, on average, at which pages were opened."""

    def get_value(self, instance: dict[str, Any]) -> object:
        """Return it with one decimal, or a dash where nothing was opened."""
        place = instance["mean_position"]
        return "–" if place is None else number_format(place, 1)


class DayColumn(Column):
    """The day of the last search; its hour is not kept."""

    def get_value(self, instance: dict[str, Any]) -> object:
        """Return it as it is written in the language of the admin."""
        return date_format(instance["last_day"], "SHORT_DATE_FORMAT")


class RemedyColumn(Column):
    """Links that lead to what an editor may do about a query."""

    def get_value(self, instance: dict[str, Any]) -> SafeString:
        """Return the links."""
        values = {"query": instance["query"], "language": instance["language"]}
        by_locale = {"query": instance["query"]}
        if instance["language"] in self.languages:
            by_locale["locale"] = instance["language"]
        synonyms = f"{reverse(Synonyms.snippet_viewset.get_url_name('add'))}?{urlencode(by_locale)}"
        promoted = f"{reverse(PromotedResult.snippet_viewset.get_url_name('add'))}?{urlencode(values)}"
        return format_html(
            '<a href="{}">{}</a> · <a href="{}">{}</a>',
            synonyms,
            pgettext("admin", "Add a synonym"),
            promoted,
            pgettext("admin", "Recommend a page"),
        )

    @property
    def languages(self) -> set[str]:
        """Return the languages that there are."""
        return set(Locale.objects.values_list("language_code", flat=True))


class SearchReportView(ReportView):
    """What visitors searched for, the most frequent first."""

    page_title = pgettext_lazy("admin", "Searches on the website")
    header_icon = "search"
    is_searchable = True
    search_fields = ("query",)
    filterset_class = ReportFilterSet
    default_ordering = "-number"
    index_url_name = "search_report"
    index_results_url_name = "search_report_results"
    export_filename = "searches"
    columns = (
        Column("query", label=pgettext_lazy("admin", "Query"), sort_key="query"),
        LanguageColumn("language", label=pgettext_lazy("admin", "Language")),
        NumberColumn("number", label=pgettext_lazy("admin", "Searches"), sort_key="number"),
        NumberColumn("last_results", label=pgettext_lazy("admin", "Results"), sort_key="last_results"),
        StepColumn("last_step", label=pgettext_lazy("admin", "Found by")),
        NumberColumn("clicks", label=pgettext_lazy("admin", "Opened"), sort_key="clicks"),
        PlaceColumn("mean_position", label=pgettext_lazy("admin", "At place")),
        DayColumn("last_day", label=pgettext_lazy("admin", "Last asked"), sort_key="last_day"),
        RemedyColumn("remedy", label=pgettext_lazy("admin", "What helps")),
    )
    list_export = ("query", "language", "number", "last_results", "last_step", "clicks", "mean_position", "last_day")
    export_headings = {
        "query": pgettext_lazy("admin", "Query"),
        "language": pgettext_lazy("admin", "Language"),
        "number": pgettext_lazy("admin", "Searches"),
        "last_results": pgettext_lazy("admin", "Results"),
        "last_step": pgettext_lazy("admin", "Found by"),
        "clicks": pgettext_lazy("admin", "Opened"),
        "mean_position": pgettext_lazy("admin", "At place"),
        "last_day": pgettext_lazy("admin", "Last asked"),
    }

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer those who may see the report."""
        return super().dispatch(request, *args, **kwargs) if request.user.has_perm(PERMISSION) else permission_denied(request)

    def get_filterset_kwargs(self) -> dict[str, object]:
        """Let the filters work on the grouped queries."""
        return {**super().get_filterset_kwargs(), "queryset": self.get_base_queryset()}

    def get_base_queryset(self) -> QuerySet:
        """Return each query of each language with its numbers."""
        return asked()


def asked() -> QuerySet:
    """Return each query of each language with its numbers, the most frequent first."""
    same = {"language": OuterRef("language"), "query": OuterRef("query")}
    latest = AskedQuery.objects.filter(**same).order_by("-day")
    clicks = Click.objects.filter(**same).order_by().values("query")
    return (
        AskedQuery.objects.values("language", "query")
        .annotate(
            number=Sum("searches"),
            last_day=Max("day"),
            last_results=Subquery(latest.values("results")[:1]),
            last_step=Subquery(latest.values("step")[:1]),
            clicks=Coalesce(Subquery(clicks.annotate(sum=Sum("clicks")).values("sum")), Value(0)),
            mean_position=Subquery(
                clicks.annotate(mean=Cast(Sum("positions"), FloatField()) / Sum(F("clicks"))).values("mean")
            ),
        )
        .order_by("-number", "query")
    )


def in_vain(request: HttpRequest) -> Iterator[Box]:
    """Yield the box of the start page with what visitors sought and did not find, for those who may see the report."""
    if not request.user.has_perm(PERMISSION):
        return
    found = asked().filter(last_results=0)
    report = reverse("search_report")
    lines = [
        Line(
            row["query"],
            f"{report}?{urlencode({'outcome': 'nothing', 'language': row['language'], 'q': row['query']})}",
            name_of_language(row["language"]),
            npgettext("admin", "sought once", "sought %(number)s times", row["number"]) % {"number": row["number"]},
        )
        for row in found[:LINES]
    ]
    yield Box("in-vain", pgettext_lazy("admin", "Sought in vain"), lines, f"{report}?outcome=nothing", found.count(), order=70)


class ReportMenuItem(MenuItem):
    """The entry among the reports, for those who may see it."""

    def is_shown(self, request: object) -> bool:
        """Return whether the user may see the report."""
        user: AbstractBaseUser = request.user
        return user.has_perm(PERMISSION)
