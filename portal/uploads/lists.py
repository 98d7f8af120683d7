"""The list of documents in the admin: which are public, and why."""

from __future__ import annotations

from collections.abc import Iterable

import django_filters
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import npgettext, pgettext, pgettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.documents.models import AbstractDocument
from wagtail.documents.views.documents import DocumentsFilterSet, IndexView
from wagtail.models import Page

from portal.uploads.access import Publicity, Reach, publicity


def reason(found: Publicity, document: AbstractDocument) -> str:
    """Return why a document is public, or for whom it is not."""
    if found.reach is Reach.RESTRICTED:
        return pgettext("admin", "Only with the right to its collection")
    if found.reach is Reach.NOBODY:
        return pgettext("admin", "No: nothing public refers to it")
    reasons = []
    if found.referrers:
        first = found.referrers[0]
        title = first.title if isinstance(first, Page) else str(first)
        others = len(found.referrers) - 1
        if others:
            text = npgettext(
                "admin",
                "Yes: offered on “%(title)s” and %(number)d other place",
                "Yes: offered on “%(title)s” and %(number)d other places",
                others,
            )
        else:
            text = pgettext("admin", "Yes: offered on “%(title)s”")
        reasons.append(text % {"title": title, "number": others})
    if document.is_shared:
        reasons.append(pgettext("admin", "Yes: available by link"))
    if document.awaits_review:
        reasons.append(pgettext("admin", "to be reviewed"))
    return " · ".join(reasons)


def notes(documents: Iterable[AbstractDocument]) -> dict[int, str]:
    """Return what the apps say about documents: their functions of the hook `describe_documents` return texts by id."""
    documents = list(documents)
    found = [describe(documents) for describe in hooks.get_hooks("describe_documents")]
    return {
        document.pk: " ".join(texts[document.pk] for texts in found if texts.get(document.pk)) for document in documents
    }


class PublicityColumn(Column):
    """Whether a document is public, and why."""

    def get_value(self, instance: AbstractDocument) -> str:
        """Return the reason."""
        return reason(instance.publicity, instance)


class DocumentsFilter(DocumentsFilterSet):
    """Wagtail's filters, and those documents that somebody should look at."""

    is_shared = django_filters.BooleanFilter(label=pgettext_lazy("admin", "Available by link"))
    awaits_review = django_filters.BooleanFilter(
        label=pgettext_lazy("admin", "To be reviewed: available by link since the update"),
    )

    class Meta(DocumentsFilterSet.Meta):
        fields = ("is_shared", "awaits_review")


class DocumentsView(IndexView):
    """Wagtail's list, with columns for who can read a document and what else is known of it; the same few queries for all."""

    filterset_class = DocumentsFilter

    @cached_property
    def columns(self) -> list[BaseColumn]:
        """Return Wagtail's columns, and ours after the file."""
        columns = list(super().columns)
        columns.insert(3, PublicityColumn("publicity", label=pgettext_lazy("admin", "Public"), width="20%"))
        columns.insert(4, Column("note", label=pgettext_lazy("admin", "Search"), width="20%"))
        return columns

    def decorate_paginated_queryset(self, object_list: QuerySet) -> list[AbstractDocument]:
        """Give each document of this page of the list its publicity."""
        documents = list(super().decorate_paginated_queryset(object_list))
        found, said = publicity(documents), notes(documents)
        for document in documents:
            document.publicity, document.note = found[document.pk], said[document.pk]
        return documents

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Say how many documents await a review."""
        context = super().get_context_data(**kwargs)
        waiting = 0 if self.results_only else self.get_base_queryset().filter(awaits_review=True).count()
        if waiting:
            messages.warning(self.request, self._review_message(waiting))
        return context

    def _review_message(self, waiting: int) -> str:
        text = npgettext(
            "admin",
            "%(number)d file is available by link since the update. Please see whether it has to be, and save it.",
            "%(number)d files are available by link since the update. Please see whether they have to be, and save each.",
            waiting,
        ) % {"number": waiting}
        return format_html('{} <a href="?awaits_review=true">{}</a>', text, pgettext("admin", "Show these files"))
