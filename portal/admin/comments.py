"""What a reviewer wrote when a page was sent back stands where its author works."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext
from wagtail.admin import messages
from wagtail.models import Page, TaskState, WorkflowState


def show_rejection(request: HttpRequest, page: Page) -> None:
    """Show the comment above the form, as long as the page was not submitted again or published."""
    if "text/html" not in request.headers.get("Accept", "text/html"):
        return
    state = page.workflow_states.order_by("-created_at", "-pk").first()
    if state is None or state.status != WorkflowState.STATUS_NEEDS_CHANGES:
        return
    rejected = state.task_states.filter(status=TaskState.STATUS_REJECTED).order_by("-finished_at", "-pk").first()
    if rejected is None:
        return
    name = rejected.finished_by and (rejected.finished_by.get_full_name() or rejected.finished_by.get_username())
    values = {
        "name": name or pgettext("admin", "Somebody"),
        "time": date_format(timezone.localtime(rejected.finished_at), "SHORT_DATETIME_FORMAT"),
        "comment": rejected.comment,
    }
    if rejected.comment:
        text = pgettext("admin", "%(name)s sent this page back (%(time)s): “%(comment)s”")
    else:
        text = pgettext("admin", "%(name)s sent this page back (%(time)s), without a comment.")
    messages.warning(request, text % values)
