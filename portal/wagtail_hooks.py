"""What the portal adds to Wagtail's admin: topics, regions, facts, alerts, the footer, links inside rich text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.urls import URLPattern, path
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.models import Page
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

import portal.accounts.hooks
import portal.admin.hooks
import portal.operation.hooks
import portal.uploads.hooks  # noqa: F401
from portal import signals
from portal.admin import alerts, facts, figures, marks
from portal.jobs import Periodic, deputies, pictures, publication
from portal.listing import rows
from portal.models import Footer, Region, Topic, sharing
from portal.pages.rich_text import LocalizedPageLinkHandler
from portal.records import outstanding


class TopicViewSet(SnippetViewSet):
    """Topics in the admin."""

    model = Topic
    icon = "tag"
    list_display = ("name", "slug", "locale")
    list_filter = ("locale",)


class RegionViewSet(SnippetViewSet):
    """Regions in the admin."""

    model = Region
    icon = "globe"
    list_display = ("name", "slug", "locale")
    list_filter = ("locale",)


class FooterViewSet(SnippetViewSet):
    """Footers in the admin, one for each language."""

    model = Footer
    icon = "list-ul"
    list_display = ("title", "locale")
    list_filter = ("locale",)


class PortalSnippetGroup(SnippetViewSetGroup):
    """What stands on many pages."""

    menu_label = pgettext_lazy("admin", "Topics and footer")
    menu_icon = "tag"
    menu_order = 350
    items = (TopicViewSet, RegionViewSet, FooterViewSet)


register_snippet(PortalSnippetGroup)
register_snippet(facts.FactViewSet)
register_snippet(alerts.AlertViewSet)


hooks.register("before_delete_snippet", facts.refuse_deletion)
hooks.register("before_delete_page", figures.refuse_deletion)
hooks.register("before_bulk_action", figures.refuse_deletions)
hooks.register("register_reports_menu_item", facts.menu_item)
hooks.register("register_start_boxes", facts.missing_box)
hooks.register("register_start_boxes", outstanding.outstanding_box)


@hooks.register("register_admin_urls")
def register_missing_facts_urls() -> list[URLPattern]:
    """Add the list of facts without a value."""
    return [
        path("reports/missing-facts/", facts.MissingFactsView.as_view(), name="missing_facts"),
        path("reports/missing-facts/results/", facts.MissingFactsView.as_view(results_only=True), name="missing_facts_results"),
    ]


@hooks.register("register_periodic_jobs")
def register_publication() -> list[Periodic]:
    """Put pages online and offline at their time, and pictures out of use; tell deputies what waits for too long; forget old drafts."""
    label = pgettext_lazy("admin", "Publish and take offline what is due")
    expiry = pgettext_lazy("admin", "Take pictures out of use whose last day is over")
    avif = pgettext_lazy("admin", "Compress photographs further (AVIF)")
    drafts = pgettext_lazy("admin", "Delete shared drafts whose links are over")
    return [
        Periodic(publication.JOB, publication.run, timedelta(seconds=settings.PUBLICATION_SECONDS), label),
        Periodic("pictures", pictures.run, timedelta(minutes=1), expiry),
        Periodic("avif", pictures.make_avif, timedelta(minutes=1), avif, is_slow=True),
        Periodic("shared-drafts", sharing.delete_old, timedelta(days=1), drafts),
        Periodic("deputies", deputies.run, timedelta(minutes=10), pgettext_lazy("admin", "Tell deputies what waits for too long")),
    ]


@hooks.register("register_rich_text_features", order=100)
def register_localized_links(features: FeatureRegistry) -> None:
    """Resolve links to pages in the reader's language, by the one function that does it for all links."""
    features.register_link_type(LocalizedPageLinkHandler)


@hooks.register("register_rich_text_features")
def register_marks(features: FeatureRegistry) -> None:
    """Offer to mark words in another language, and to insert facts."""
    marks.install(features)


@hooks.register("prepare_portal")
def write_rows_of_lists(say: Callable[[str], None]) -> None:
    """Make the rows of lists where an older portal left none, or a declaration has changed."""
    rows.bring_up_to_date(say)


@hooks.register("prepare_portal")
def store_anchors(say: Callable[[str], None]) -> None:
    """Store the anchors of headings where an older portal left none."""
    signals.store_anchors()


@hooks.register("pages_written")
def write_rows_of_pages(pages: list[Page]) -> None:
    """Pages were written in bulk: their rows with them."""
    rows.write_pages(pages)
