"""The report on what visitors say of pages, and on what they searched for and did not find."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy
from wagtail.admin.auth import permission_denied
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.reports import ReportView
from wagtail.models import Page

from portal.language.languages import LANGUAGES

from .messages import Message
from .purposes import ANSWERED, Helpful, Purpose

PERMISSION = "participate.view_feedback"
COUNTED = tuple(purpose for purpose in Purpose if purpose not in ANSWERED)


class FeedbackFilterSet(WagtailFilterSet):
    """By form, answer and language."""

    purpose = django_filters.ChoiceFilter(
        label=pgettext_lazy("admin", "Form"), choices=[(purpose.value, purpose.label) for purpose in COUNTED]
    )
    helpful = django_filters.ChoiceFilter(label=pgettext_lazy("admin", "Helpful"), choices=Helpful.choices)
    language = django_filters.ChoiceFilter(
        label=pgettext_lazy("admin", "Language"), choices=[(language.code, language.name) for language in LANGUAGES]
    )

    class Meta:
        model = Message
        fields: ClassVar[list[str]] = ["purpose", "helpful", "language"]


class TextColumn(Column):
    """What somebody wrote, in their language."""

    def get_value(self, instance: Message) -> SafeString:
        """Return the text with its language; it runs in its own direction."""
        return format_html('<span lang="{}" dir="auto">{}</span>', instance.language, getattr(instance, self.accessor or self.name))


class PageColumn(Column):
    """The page that it is about."""

    def get_value(self, instance: Message) -> SafeString | str:
        """Lead to where the page is edited, by the name under which whoever asks may know it."""
        page: Page | None = instance.page
        return format_html('<a href="{}">{}</a>', reverse("wagtailadmin_pages:edit", args=[page.pk]), page) if page else ""


class FeedbackReportView(ReportView):
    """What visitors said, the newest first."""

    page_title = pgettext_lazy("admin", "Feedback on pages")
    header_icon = "comment"
    is_searchable = True
    search_fields = ("text", "query")
    filterset_class = FeedbackFilterSet
    default_ordering = "-created_at"
    index_url_name = "feedback_report"
    index_results_url_name = "feedback_report_results"
    export_filename = "feedback"
    columns = (
        DateColumn("created_at", label=pgettext_lazy("admin", "Day"), sort_key="created_at"),
        PageColumn("page", label=pgettext_lazy("admin", "Page"), sort_key="page__title"),
        Column("helpful", label=pgettext_lazy("admin", "Helpful"), accessor="get_helpful_display", sort_key="helpful"),
        TextColumn("query", label=pgettext_lazy("admin", "Searched for"), sort_key="query"),
        TextColumn("text", label=pgettext_lazy("admin", "Comment")),
        Column("language", label=pgettext_lazy("admin", "Language"), accessor="language_name", sort_key="language"),
    )
    list_export = ("created_at", "page", "helpful", "query", "text", "language")
    export_headings: ClassVar[dict] = {"text": pgettext_lazy("admin", "Comment")}

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer those who may see the report."""
        return super().dispatch(request, *args, **kwargs) if request.user.has_perm(PERMISSION) else permission_denied(request)

    def get_filterset_kwargs(self) -> dict[str, object]:
        """Let the filters work on feedback alone."""
        return {**super().get_filterset_kwargs(), "queryset": self.get_base_queryset()}

    def get_base_queryset(self) -> QuerySet:
        """Return what nobody answers, with the pages that it is about."""
        return Message.objects.filter(purpose__in=COUNTED).select_related("page")


class FeedbackMenuItem(MenuItem):
    """The entry among the reports, for those who may see it."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user may see the report."""
        return request.user.has_perm(PERMISSION)
