"""Where the state of the portal enters Wagtail's admin and the runner."""

from __future__ import annotations

from datetime import timedelta

from django.urls import URLPattern, path
from django.utils.translation import pgettext_lazy
from wagtail import hooks

from portal.jobs import Periodic

from . import mails, views


@hooks.register("register_admin_urls")
def register_state_url() -> list[URLPattern]:
    """Add the screen's address."""
    return [path("reports/state/", views.StateView.as_view(), name="portal_state")]


@hooks.register("register_reports_menu_item")
def register_state_item() -> views.StateMenuItem:
    """Put it among the reports."""
    return views.StateMenuItem()


@hooks.register("register_periodic_jobs")
def register_report() -> list[Periodic]:
    """Mail what is to be done, once a day."""
    return [Periodic("state", mails.run, timedelta(days=1), pgettext_lazy("admin", "Tell administrators what is to be done"), is_slow=True)]
