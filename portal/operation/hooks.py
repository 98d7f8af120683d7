"""Where the state of the portal enters Wagtail's admin and the runner."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.urls import URLPattern, path
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from portal.jobs import Periodic

from . import leaving, mails, metrics, mirror, views


@hooks.register("register_admin_urls")
def register_state_url() -> list[URLPattern]:
    """Add the screen's address."""
    return [path("reports/state/", views.StateView.as_view(), name="portal_state")]


@hooks.register("register_admin_urls")
def register_leave_url() -> list[URLPattern]:
    """Add the screen on which an account is closed and what is theirs handed over."""
    return [path("users/<int:user_id>/leave/", views.LeaveView.as_view(), name="portal_leave")]


hooks.register("register_user_listing_buttons", views.leave_button)
hooks.register("register_metrics", metrics.measured)


@hooks.register("register_log_actions")
def register_leaving(actions: LogActionRegistry) -> None:
    """Name it in the history of the account."""
    actions.register_action(leaving.LEFT, pgettext_lazy("admin", "Send off"), pgettext_lazy("admin", "Account closed and handed over"))


@hooks.register("register_reports_menu_item")
def register_state_item() -> views.StateMenuItem:
    """Put it among the reports."""
    return views.StateMenuItem()


@hooks.register("register_periodic_jobs")
def register_report() -> list[Periodic]:
    """Mail what is to be done, once a day."""
    return [Periodic("state", mails.run, timedelta(days=1), pgettext_lazy("admin", "Tell administrators what is to be done"), is_slow=True)]


@hooks.register("register_periodic_jobs")
def register_mirror() -> list[Periodic]:
    """Keep the mirror fresh, where a folder is named for it."""
    if not settings.MIRROR:
        return []
    return [Periodic("mirror", mirror.run, timedelta(seconds=20), pgettext_lazy("admin", "Keep the mirror fresh"), is_slow=True)]
