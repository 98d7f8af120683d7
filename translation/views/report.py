"""The report on translations."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Q, QuerySet
from django.utils.translation import pgettext_lazy
from wagtail_localize.models import Translation
from wagtail_localize.views.report import TranslationsReportView

from translation.permissions import working_locale_ids


class ReportView(TranslationsReportView):
    """Lists the translations into the languages that the user works in, and out of them; its export has columns."""

    export_filename = "translations"
    list_export = (
        "source.specific_content_type.name",
        "source.object_repr",
        "source.locale",
        "target_locale",
        "get_status_display",
        "translations_last_updated_at",
    )
    export_headings: ClassVar[dict] = {
        "source.specific_content_type.name": pgettext_lazy("admin", "Content type"),
        "source.object_repr": pgettext_lazy("admin", "Source"),
        "source.locale": pgettext_lazy("admin", "Source language"),
        "target_locale": pgettext_lazy("admin", "Target language"),
        "get_status_display": pgettext_lazy("admin", "Status"),
        "translations_last_updated_at": pgettext_lazy("admin", "Last translated"),
    }

    def get_queryset(self) -> QuerySet[Translation]:
        """Restrict the report to the user's languages."""
        ids = working_locale_ids(self.request.user)
        return (
            super()
            .get_queryset()
            .filter(Q(target_locale_id__in=ids) | Q(source__locale_id__in=ids))
            .select_related("source__locale", "source__specific_content_type", "target_locale")
            .order_by("source__object_repr", "target_locale__language_code", "pk")
        )
