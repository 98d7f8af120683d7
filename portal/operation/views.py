"""The screens for whoever looks after the portal: how it is, and who leaves."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import pgettext, pgettext_lazy
from django.views.generic import FormView, TemplateView
from wagtail.admin.auth import permission_denied
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button

from portal.accounts.deputies import NamedChoiceField, name_of, possible_deputies
from portal.operation import leaving, state


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


class LeaveForm(forms.Form):
    """Who takes over."""

    successor = NamedChoiceField(label=pgettext_lazy("admin", "Who takes over"), queryset=User.objects.none())
    with_groups = forms.BooleanField(
        label=pgettext_lazy("admin", "Also give them the groups"),
        required=False,
        help_text=pgettext_lazy("admin", "What waits for the approval of a group is seen by its members only."),
    )

    def __init__(self, *args: object, user: User, by: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = possible_deputies(user)
        if not by.is_superuser or not user.groups.exists():
            # Whoever gives groups gives rights.
            del self.fields["with_groups"]


class LeaveView(WagtailAdminTemplateMixin, FormView):
    """Lists what is somebody's, and hands it over."""

    form_class = LeaveForm
    template_name = "portal/operation/leave.html"
    page_title = pgettext_lazy("admin", "Send off")
    header_icon = "user"
    _show_breadcrumbs = True

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Let those in who may."""
        self.leaver = get_object_or_404(User, pk=kwargs["user_id"], is_active=True)
        if not leaving.may_send_off(request.user, self.leaver):
            return permission_denied(request)
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, object]]:
        """Say where this is."""
        users = {"url": reverse("wagtailusers_users:index"), "label": pgettext_lazy("admin", "Users")}
        return [*super().get_breadcrumbs_items(), users, {"url": "", "label": self.page_title, "sublabel": name_of(self.leaver)}]

    def get_page_subtitle(self) -> str:
        """Return the name of who leaves."""
        return name_of(self.leaver)

    def get_form_kwargs(self) -> dict[str, object]:
        """Say who leaves, and who decides it."""
        return {**super().get_form_kwargs(), "user": self.leaver, "by": self.request.user}

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add what moves."""
        groups = self.leaver.groups.order_by("name").values_list("name", flat=True)
        belongings = leaving.belongings(self.leaver, self.request.user)
        return super().get_context_data(leaver=self.leaver, name=name_of(self.leaver), belongings=belongings, groups=groups, **kwargs)

    def form_valid(self, form: LeaveForm) -> HttpResponse:
        """Do it and say so; and which groups the successor is not in."""
        successor = form.cleaned_data["successor"]
        leaving.leave(self.leaver, successor, self.request.user, form.cleaned_data.get("with_groups", False))
        names = {"name": name_of(self.leaver), "successor": name_of(successor)}
        messages.success(self.request, pgettext("admin", "The account of %(name)s is closed; %(successor)s takes over.") % names)
        if missing := leaving.missing_groups(self.leaver, successor):
            text = pgettext("admin", "%(successor)s is not in these groups: %(groups)s. What waits for them is not seen there.")
            messages.warning(self.request, text % {**names, "groups": ", ".join(missing)})
        return redirect("wagtailusers_users:index")


def leave_button(user: User, request_user: User) -> Iterator[Button]:
    """Offer it in the list of accounts, to those who may."""
    if user.is_active and leaving.may_send_off(request_user, user):
        label = pgettext("admin", "Send off")
        yield Button(label, url=reverse("portal_leave", args=[user.pk]), icon_name="user", priority=60)
