"""The screen on which somebody with that right releases the portal, after reading what is open."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext, pgettext_lazy
from django.views.generic import FormView
from wagtail.admin.auth import permission_denied
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from portal.discovery import release
from portal.models import Release


class ReleaseForm(forms.Form):
    """Says what is to be, and that the list was read."""

    is_released = forms.BooleanField(
        label=pgettext_lazy("admin", "Released"),
        required=False,
        help_text=pgettext_lazy(
            "admin",
            "Search engines may list the portal, and the line “Preview” is gone. Without the tick it is a preview.",
        ),
    )
    is_read = forms.BooleanField(
        label=pgettext_lazy("admin", "I have read what is open, and release the portal all the same"), required=False
    )

    def __init__(self, *args: object, has_open_points: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.has_open_points = has_open_points
        if not has_open_points:
            del self.fields["is_read"]

    def clean(self) -> dict[str, Any]:
        """Release nothing with open points that was not confirmed."""
        cleaned = super().clean() or {}
        if self.has_open_points and cleaned.get("is_released") and not cleaned.get("is_read"):
            self.add_error("is_read", pgettext("admin", "Please confirm this: points are open."))
        return cleaned


class ReleaseView(WagtailAdminTemplateMixin, FormView):
    """Lists what is open and asks."""

    form_class = ReleaseForm
    template_name = "portal/admin/release.html"
    page_title = pgettext_lazy("admin", "Release the portal")
    header_icon = "globe"
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, object]]:
        """Return the way here."""
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.get_page_title()}]

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Let nobody in without the right."""
        if not request.user.has_perm(release.PERMISSION):
            return permission_denied(request)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, object]:
        """Say whether anything is open."""
        self.open_points = release.open_points()
        return {**super().get_form_kwargs(), "has_open_points": bool(self.open_points)}

    def get_initial(self) -> dict[str, object]:
        """Show what holds now."""
        return {"is_released": release.is_released()}

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add what is open, and who changed it last."""
        last = Release.objects.select_related("changed_by").filter(pk=1).first()
        return {**super().get_context_data(**kwargs), "open_points": self.open_points, "last": last}

    def form_valid(self, form: ReleaseForm) -> HttpResponse:
        """Do what was asked for and say so."""
        value = form.cleaned_data["is_released"]
        release.set_released(value, self.request.user)
        messages.success(
            self.request,
            pgettext("admin", "The portal is released.") if value else pgettext("admin", "The portal is a preview."),
        )
        return redirect("release_portal")


class ReleaseMenuItem(MenuItem):
    """The entry in the settings, for those who may release."""

    def __init__(self) -> None:
        super().__init__(
            pgettext_lazy("admin", "Release"), reverse("release_portal"), name="release", icon_name="globe", order=50
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Show it to those who may release."""
        return request.user.has_perm(release.PERMISSION)
