"""What the search adds to Wagtail's admin and to the start of the portal."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.models import Page
from wagtail.search.backends import get_search_backend
from wagtail.snippets.models import register_snippet

from portal import changes
from portal.jobs import Periodic
from portal.language.languages import LANGUAGES
from portal.models import PortalDocument

from . import analysis, files, indexing, log, maintained
from .report import ReportMenuItem, SearchReportView, in_vain
from .viewsets import SearchSnippetGroup

logger = logging.getLogger(__name__)

register_snippet(SearchSnippetGroup)


@hooks.register("register_admin_urls")
def register_report_urls() -> list[URLPattern]:
    """Add the report's addresses."""
    return [
        path("reports/website-search/", SearchReportView.as_view(), name="search_report"),
        path("reports/website-search/results/", SearchReportView.as_view(results_only=True), name="search_report_results"),
    ]


@hooks.register("register_reports_menu_item")
def register_report_menu_item() -> MenuItem:
    """Put the report among the others."""
    return ReportMenuItem(
        pgettext_lazy("admin", "Searches on the website"),
        reverse("search_report"),
        name="website-search",
        icon_name="search",
        order=1200,
    )


hooks.register("register_start_boxes", in_vain)
hooks.register("describe_documents", files.notes)


@hooks.register("after_bulk_action")
def update_pages_of_moved_files(
    request: HttpRequest, action_type: str, objects: list[Model], action_class_instance: BulkAction
) -> None:
    """Files were put into another collection, of which no signal tells: it may be restricted."""
    moved = [item.pk for item in objects if isinstance(item, PortalDocument)]
    if moved and action_type != "delete":
        transaction.on_commit(lambda: indexing.pages_changed(files.pages_that_offer(*moved)))


@hooks.register("register_permissions")
def register_report_permission() -> QuerySet:
    """Offer the right to see the report when groups are edited."""
    return Permission.objects.filter(content_type__app_label="search", codename="view_askedquery")


@hooks.register("index_together")
def index_together(is_made_later: bool) -> AbstractContextManager[None]:
    """Put the search's own index off while many pages are loaded."""
    return indexing.together(is_made_later)


hooks.register("pages_written", indexing.pages_changed)


@hooks.register("prepare_portal")
def bring_index_up_to_date(say: Callable[[str], None]) -> None:
    """Make the dictionaries, and the index where it was made with another analysis."""
    analysis.preload([language.code for language in LANGUAGES])
    maintained.load_initial_synonyms()
    changes.announce(maintained.TAG, indexing.DOCUMENTS)
    if not indexing.is_current():
        say("Indexing the pages for the search …")
        try:
            # Facts are read for each page: editors may be at work.
            call_command("update_index", verbosity=0)
        except Exception:
            if not get_search_backend().catch_indexing_errors:
                raise
            # Visitors can do without the server, not without what the database knows.
            logger.exception("The search server could not be given the pages")
            say("The search server does not answer: the database searches until the portal is started again.")
            indexing.update(list(Page.objects.all()))


@hooks.register("register_periodic_jobs")
def register_jobs() -> list[Periodic]:
    """Delete old numbers of searches once a day, and read files that were not read when they were uploaded."""
    return [
        Periodic("delete-old-searches", log.delete_old, timedelta(days=1), pgettext_lazy("admin", "Delete old numbers of searches")),
        Periodic("read-files", files.read_new, timedelta(minutes=10), pgettext_lazy("admin", "Read the text of new files"), is_slow=True),
    ]


@hooks.register("preload_portal")
def preload_analysis() -> None:
    """Read the dictionaries before the server's processes are forked: they share what is read."""
    analysis.preload([language.code for language in LANGUAGES])
