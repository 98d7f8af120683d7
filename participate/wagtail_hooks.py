"""What the forms add to Wagtail's admin, to the release and to what is done periodically."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta

from django.urls import URLPattern, path, reverse
from django.utils.translation import pgettext, pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from portal.discovery.release import OpenPoint
from portal.jobs import Periodic

from . import answers, closing, leaving, mails, policies  # noqa: F401 (who may read messages)
from .messages import ContactTopic
from .report import FeedbackMenuItem, FeedbackReportView
from .report_by_page import PagesReportView
from .viewsets import MessageViewSet, TopicViewSet, waiting

register_snippet(TopicViewSet)

hooks.register("closed_pages", closing.closed_pages)
hooks.register("register_missing_details", answers.missing)
hooks.register("register_start_boxes", waiting)
hooks.register("register_belongings", leaving.belongings)


@hooks.register("index_together")
def open_and_close_together(is_made_later: bool) -> AbstractContextManager[None]:
    """Ask once who reads messages, however many topics are loaded."""
    return closing.together()


@hooks.register("register_admin_viewset")
def register_inbox() -> MessageViewSet:
    """Add the inbox to the menu of those who read messages."""
    return MessageViewSet()


@hooks.register("register_admin_urls")
def register_report_urls() -> list[URLPattern]:
    """Add the report's addresses."""
    return [
        path("reports/feedback/", FeedbackReportView.as_view(), name="feedback_report"),
        path("reports/feedback/results/", FeedbackReportView.as_view(results_only=True), name="feedback_report_results"),
        path("reports/feedback/pages/", PagesReportView.as_view(), name="feedback_by_page"),
        path("reports/feedback/pages/results/", PagesReportView.as_view(results_only=True), name="feedback_by_page_results"),
    ]


@hooks.register("register_reports_menu_item")
def register_report_menu_item() -> MenuItem:
    """Put the report among the others."""
    label = pgettext_lazy("admin", "Feedback on pages")
    return FeedbackMenuItem(label, reverse("feedback_report"), name="feedback", icon_name="comment", order=1210)


@hooks.register("register_reports_menu_item")
def register_report_by_page_menu_item() -> MenuItem:
    """Put the numbers below it."""
    label = pgettext_lazy("admin", "Feedback in numbers")
    return FeedbackMenuItem(label, reverse("feedback_by_page"), name="feedback-by-page", icon_name="comment", order=1211)


@hooks.register("register_open_points")
def register_forms_without_recipient() -> list[OpenPoint]:
    """Name the forms that will be gone with the release, because nobody real gets what they bring."""
    names = [str(purpose.label) for purpose in closing.missing()]
    if not names:
        return []
    text = pgettext("admin", "Nobody gets what these forms bring; with the release they and all links to them are gone: %(names)s.")
    return [OpenPoint(text % {"names": ", ".join(names)}, reverse(ContactTopic.snippet_viewset.get_url_name("list")))]


@hooks.register("register_periodic_jobs")
def register_jobs() -> list[Periodic]:
    """Delete messages whose time is over, remind of those that wait."""
    day = timedelta(days=1)
    return [
        Periodic("delete-old-messages", mails.delete_old, day, pgettext_lazy("admin", "Delete old messages")),
        Periodic("remind-of-messages", mails.remind, day, pgettext_lazy("admin", "Remind of messages that wait"), is_slow=True),
    ]
