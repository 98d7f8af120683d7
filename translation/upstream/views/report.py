"""The report on translations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext, pgettext_lazy
from wagtail.models import Page, get_page_models
from wagtail_localize.models import Translation, get_edit_url
from wagtail_localize.views.report import TranslationsReportView

from portal.admin import titles
from translation.permissions import working_locale_ids

# Not collected into the portal's own catalogs: the words are wagtail-localize's.
_upstream = gettext


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

    def decorate_paginated_queryset(self, object_list: Iterable[Translation]) -> list[Translation]:
        """Give each row what it shows: a query for all pages, one for each kind of snippet.

        wagtail-localize 1.14 asks for the source, twice for its version, and for all texts, row by row. No issue is known. This can go
        when it asks once.
        """
        rows = list(super().decorate_paginated_queryset(object_list))
        found = _instances(rows)
        for row in rows:
            source = found.get((row.source.object_id, row.source.locale_id))
            target = found.get((row.source.object_id, row.target_locale_id))
            vars(row.source)["get_source_instance_edit_url"] = get_edit_url(source) if source is not None else ""
            vars(row).update(
                get_target_instance=target if target is not None else "",
                get_target_instance_edit_url=get_edit_url(target) if target is not None else "",
                get_status_display=_upstream("Waiting for translations" if row.waiting_for_translation else "Up to date"),
            )
        return rows


def _instances(rows: Iterable[Translation]) -> dict[tuple[UUID, int], Model]:
    """Return sources and versions by translation key and the id of the language."""
    keys: dict[type[Model], set[UUID]] = defaultdict(set)
    for row in rows:
        model = row.source.specific_content_type.model_class()
        keys[Page if issubclass(model, Page) else model].add(row.source.object_id)
    return {
        (one.translation_key, one.locale_id): one
        for model, wanted in keys.items()
        for one in model._default_manager.filter(translation_key__in=wanted)
    }
