"""The report on translations."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import pgettext_lazy
from wagtail.models import Page, get_page_models
from wagtail_localize.models import Translation
from wagtail_localize.views.report import TranslationsReportView

from portal.admin import titles
from translation.permissions import working_locale_ids


class ReportView(TranslationsReportView):
    """Lists the translations into the languages that the user works in, and out of them; its export has columns.

    Of pages, those that the user works on in one of the two languages.
    """

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
        """Restrict the report to the user's languages and pages."""
        ids = working_locale_ids(self.request.user)
        own = titles.worked_on_by(self.request.user, Page.objects.filter(translation_key=OuterRef("source__object_id")))
        own = own.filter(Q(locale_id=OuterRef("source__locale_id")) | Q(locale_id=OuterRef("target_locale_id")))
        page_types = ContentType.objects.get_for_models(*get_page_models()).values()
        return (
            super()
            .get_queryset()
            .filter(Q(target_locale_id__in=ids) | Q(source__locale_id__in=ids))
            .filter(~Q(source__specific_content_type__in=page_types) | Exists(own))
            .select_related("source__locale", "source__specific_content_type", "target_locale")
            .order_by("source__object_repr", "target_locale__language_code", "pk")
        )
