"""What is planned, what failed and why: a report, and a panel on the dashboard when somebody has to do something.

People see the pages that they may edit or publish; jobs and technical faults are for those with the right to see jobs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Page, Revision
from wagtail.permission_policies.pages import PagePermissionPolicy

from portal import jobs
from portal.jobs import publication
from portal.models import Job, ScheduleFailure
from portal.pages.versions import locales_by_id

RIGHTS = ["change", "publish"]
ACTIONS = {
    publication.PUBLISH: pgettext_lazy("admin", "goes online"),
    publication.UNPUBLISH: pgettext_lazy("admin", "goes offline"),
}


@dataclass(frozen=True)
class Entry:
    """A page or snippet that is to go online or offline. `reason` says why it could not; `at` is then when it failed first."""

    title: str
    language: str
    action: str | Promise
    at: datetime
    edit_url: str | None
    reason: str = ""


class _Readable:
    """The pages and snippets that a person may change, in one query for each kind."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.urls = AdminURLFinder(user)

    def instances(self, model: type[Model]) -> dict[str, Model]:
        """Return what may be seen of a kind, by key."""
        if model is Page:
            found = PagePermissionPolicy().instances_user_has_any_permission_for(self.user, RIGHTS)
        elif self.user.has_perm(f"{model._meta.app_label}.change_{model._meta.model_name}"):
            found = model.objects.all()
        else:
            return {}
        waiting = Revision.objects.filter(
            base_content_type__app_label=model._meta.app_label, approved_go_live_at__isnull=False
        )
        ids = waiting.filter(base_content_type__model=model._meta.model_name).values_list("object_id", flat=True)
        failed = ScheduleFailure.objects.filter(
            content_type__app_label=model._meta.app_label, content_type__model=model._meta.model_name
        )
        wanted = {*ids, *failed.values_list("object_id", flat=True)}
        return {str(row.pk): row for row in found.filter(Q(pk__in=wanted) | Q(live=True, expire_at__isnull=False))}

    def entry(self, instance: Model, action: str, at: datetime, reason: str = "") -> Entry:
        """Return a line about an instance."""
        locale = locales_by_id().get(getattr(instance, "locale_id", None))
        title = instance.get_admin_display_title() if isinstance(instance, Page) else str(instance)
        url = (
            reverse("wagtailadmin_pages:edit", args=[instance.pk])
            if isinstance(instance, Page)
            else self.urls.get_edit_url(instance)
        )
        return Entry(title, str(locale.get_display_name()) if locale else "", ACTIONS[action], at, url, reason)


def planned(user: User) -> list[Entry]:
    """Return what goes online or offline, the next first."""
    readable, entries = _Readable(user), []
    for model in publication.scheduled_models():
        instances = readable.instances(model)
        waiting = Revision.objects.filter(
            base_content_type__app_label=model._meta.app_label,
            base_content_type__model=model._meta.model_name,
            object_id__in=instances,
            approved_go_live_at__isnull=False,
        )
        for key, at in waiting.values_list("object_id", "approved_go_live_at"):
            entries.append(readable.entry(instances[key], publication.PUBLISH, at))
        for instance in instances.values():
            if instance.live and instance.expire_at:
                entries.append(readable.entry(instance, publication.UNPUBLISH, instance.expire_at))
    return sorted(entries, key=lambda entry: entry.at)


def failures(user: User) -> list[Entry]:
    """Return what could not go online or offline, the oldest first."""
    stored = list(ScheduleFailure.objects.select_related("content_type").order_by("failed_at"))
    if not stored:
        return []
    readable = _Readable(user)
    instances = {model: readable.instances(model) for model in publication.scheduled_models()}
    entries = []
    for failure in stored:
        if instance := instances.get(failure.content_type.model_class(), {}).get(failure.object_id):
            entries.append(readable.entry(instance, failure.action, failure.failed_at, failure.reason))
    return entries


def rows_of_jobs() -> list[tuple[Job, str | Promise, str]]:
    """Return each job, what it is called and the last line of what went wrong; failed ones first, then the next."""
    labels = {name: periodic.label for name, periodic in jobs.periodic_jobs().items()}
    rows = sorted(Job.objects.all(), key=lambda job: (not job.error, job.due_at is None, job.due_at or job.created_at))
    return [(job, labels.get(job.key, job.task), job.error.strip().rpartition("\n")[2]) for job in rows]


class ScheduleView(WagtailAdminTemplateMixin, TemplateView):
    """The report."""

    template_name = "portal/schedule.html"
    page_title = pgettext_lazy("admin", "Planned publication and jobs")
    header_icon = "calendar-alt"
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, object]]:
        """Say where this is."""
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Return what is planned, what failed, and the jobs for those who may see them."""
        user = self.request.user
        return super().get_context_data(
            planned=planned(user),
            failures=failures(user),
            is_silent=jobs.is_silent(),
            last_end=jobs.last_end(),
            jobs=rows_of_jobs() if user.has_perm("portal.view_job") else [],
            may_repeat=user.has_perm("portal.change_job"),
            **kwargs,
        )


@require_POST
def repeat(request: HttpRequest, job_id: int) -> HttpResponseRedirect:
    """Let a failed job be done again now.

    Raises:
        PermissionDenied: for those without the right to change jobs.
    """
    if not request.user.has_perm("portal.change_job"):
        raise PermissionDenied
    if jobs.repeat(job_id):
        messages.success(request, pgettext("admin", "The job is done again now."))
    else:
        messages.warning(request, pgettext("admin", "The job is running or was done meanwhile."))
    return redirect("schedule")


class SchedulePanel(Component):
    """What somebody has to look at: nothing runs, or a page could not go online or offline."""

    name, order = "schedule", 50
    template_name = "portal/schedule_panel.html"

    def get_context_data(self, parent_context: Mapping[str, object]) -> dict[str, object]:
        """Return the faults that concern the person."""
        user = parent_context["request"].user
        return {"is_silent": jobs.is_silent(), "last_end": jobs.last_end(), "failures": failures(user)}


def menu_item() -> MenuItem:
    """Return the entry among the reports."""
    return MenuItem(
        pgettext_lazy("admin", "Planned publication and jobs"),
        reverse("schedule"),
        name="schedule",
        icon_name="calendar-alt",
        order=1150,
    )
