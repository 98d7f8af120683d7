"""The report that counts what visitors say of pages, and what they did not find: a line for each page and language."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.admin.auth import permission_denied
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.reports import ReportView

from portal.language.languages import LANGUAGES, languages_by_code

from .messages import Message
from .purposes import Helpful, Purpose
from .report import PERMISSION

COUNTED = (Purpose.HELPFUL, Purpose.BARRIER, Purpose.SEARCH)
NUMBERS = {
    "yes": (pgettext_lazy("admin", "Helpful"), Q(purpose=Purpose.HELPFUL, helpful=Helpful.YES)),
    "partly": (pgettext_lazy("admin", "In part"), Q(purpose=Purpose.HELPFUL, helpful=Helpful.PARTLY)),
    "no": (pgettext_lazy("admin", "Not helpful"), Q(purpose=Purpose.HELPFUL, helpful=Helpful.NO)),
    "barriers": (pgettext_lazy("admin", "Barriers"), Q(purpose=Purpose.BARRIER)),
    "sought": (pgettext_lazy("admin", "Searched, not found"), Q(purpose=Purpose.SEARCH)),
}
"""What is counted: by name, what stands above the numbers, and which messages they are."""


class PagesFilterSet(WagtailFilterSet):
    """By language and time."""

    language = django_filters.ChoiceFilter(
        label=pgettext_lazy("admin", "Language"), choices=[(language.code, language.name) for language in LANGUAGES]
    )
    created_at = django_filters.DateFromToRangeFilter(label=pgettext_lazy("admin", "Day"), widget=DateRangePickerWidget)

    class Meta:
        model = Message
        fields: ClassVar[list[str]] = ["language", "created_at"]


class PageColumn(Column):
    """The page that it is about, or that it is about none: a search, a form that was opened by itself."""

    def get_value(self, instance: dict[str, object]) -> SafeString | str:
        """Lead to where the page is edited."""
        if instance["page_id"] is None:
            return pgettext("admin", "about no page")
        return format_html('<a href="{}">{}</a>', reverse("wagtailadmin_pages:edit", args=[instance["page_id"]]), instance["page__title"])


class LanguageColumn(Column):
    """The language in which the portal was read."""

    def get_value(self, instance: dict[str, object]) -> str:
        """Return it as its speakers call it."""
        return name_of(instance["language"])


def name_of(code: object) -> str:
    """Return the name of a language; its code where the portal does not have it any more."""
    language = languages_by_code().get(str(code))
    return language.name if language else str(code)


class PagesReportView(ReportView):
    """How many said what, those pages first of which most was said."""

    page_title = pgettext_lazy("admin", "Feedback in numbers")
    header_icon = "comment"
    is_searchable = False
    filterset_class = PagesFilterSet
    default_ordering = "-total"
    index_url_name = "feedback_by_page"
    index_results_url_name = "feedback_by_page_results"
    export_filename = "feedback-by-page"
    columns = (
        PageColumn("page", label=pgettext_lazy("admin", "Page"), sort_key="page__title"),
        LanguageColumn("language", label=pgettext_lazy("admin", "Language"), sort_key="language"),
        *(Column(name, label=label, sort_key=name) for name, (label, _which) in NUMBERS.items()),
        Column("total", label=pgettext_lazy("admin", "All"), sort_key="total"),
        Column("last", label=pgettext_lazy("admin", "Last"), sort_key="last"),
    )
    list_export = ("page__title", "language", *NUMBERS, "total", "last")
    export_headings: ClassVar[dict] = {
        "page__title": pgettext_lazy("admin", "Page"),
        "language": pgettext_lazy("admin", "Language"),
        **{name: label for name, (label, _which) in NUMBERS.items()},
        "total": pgettext_lazy("admin", "All"),
        "last": pgettext_lazy("admin", "Last"),
    }
    custom_field_preprocess: ClassVar[dict] = {"language": {"csv": name_of, "xlsx": name_of}}

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer those who may see feedback; what they read here are numbers, of barriers too."""
        return super().dispatch(request, *args, **kwargs) if request.user.has_perm(PERMISSION) else permission_denied(request)

    def get_base_queryset(self) -> QuerySet:
        """Return a line for each page and language, of messages that name no person."""
        rows = Message.objects.filter(purpose__in=COUNTED).order_by().values("page_id", "page__title", "language")
        counts = {name: Count("pk", filter=which) for name, (_label, which) in NUMBERS.items()}
        return rows.annotate(**counts, total=Count("pk"), last=Max(TruncDate("created_at")))

    def get_filterset_kwargs(self) -> dict[str, object]:
        """Let the filters work on the lines."""
        return {**super().get_filterset_kwargs(), "queryset": self.get_base_queryset()}

    def order_queryset(self, queryset: QuerySet) -> QuerySet:
        """Let lines with the same number stand in one order."""
        ordered = super().order_queryset(queryset)
        return ordered.order_by(*ordered.query.order_by, "page__title", "page_id", "language")
