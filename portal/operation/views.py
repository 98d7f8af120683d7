"""The screen that says how the portal is."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import pgettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.auth import permission_denied
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from portal.operation import state


class StateView(WagtailAdminTemplateMixin, TemplateView):
    """All findings, for administrators."""

    template_name = "portal/operation/state.html"
    page_title = pgettext_lazy("admin", "State of the portal")
    header_icon = "desktop"
    _show_breadcrumbs = True

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Let nobody else in: versions and folders are nobody's business."""
        if not request.user.is_superuser:
            return permission_denied(request)
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, object]]:
        """Say where this is."""
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Return the findings."""
        findings = state.findings()
        number = sum(not finding.is_good for finding in findings)
        return super().get_context_data(findings=findings, number=number, **kwargs)


class StateMenuItem(MenuItem):
    """The entry among the reports, for administrators."""

    def __init__(self) -> None:
        label = pgettext_lazy("admin", "Condition")
        super().__init__(label, reverse("portal_state"), name="portal-state", icon_name="desktop", order=1140)

    def is_shown(self, request: HttpRequest) -> bool:
        """Show it to those who may see it."""
        return request.user.is_superuser
