"""The report on types of pages names, for each type, the page that was edited last: of those that the user may see."""

from __future__ import annotations

from django.db.models import F, OuterRef, QuerySet, Subquery
from wagtail.admin.views.reports.page_types_usage import PageTypesUsageReportView
from wagtail.models import Page

from portal.admin import titles


class PageTypesView(PageTypesUsageReportView):
    """Wagtail's report; how many pages there are is no secret."""

    def get_queryset(self) -> QuerySet:
        """Return the types of pages, each with the number of the page that was edited last."""
        types = super().get_queryset()
        asked = self.filters.form.cleaned_data
        pages = titles.seen_by(self.request.user, Page.objects.filter(content_type=OuterRef("pk")))
        if code := asked.get("page_locale"):
            pages = pages.filter(locale__language_code=code)
        if path := asked.get("site"):
            pages = pages.filter(path__startswith=path)
        latest = pages.order_by(F("latest_revision_created_at").desc(nulls_last=True), "title", "-pk")
        return types.annotate(last_edited_page_id=Subquery(latest.values("pk")[:1]))
