"""Giving a draft to people without an account: the screen with the links to a page's drafts, and how one gets there."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import LogActionRegistry, log
from wagtail.models import Page

from portal.discovery.head import absolute
from portal.models.sharing import VALIDITY, SharedDraft, may_share

SHARED, REVOKED = "portal.share", "portal.revoke_share"


def _page(request: HttpRequest, page_id: int) -> Page:
    """Return a page whose draft somebody may give out.

    Raises:
        Http404: there is no such page.
        PermissionDenied: they may not.
    """
    page = get_object_or_404(Page.objects.select_related("locale"), pk=page_id)
    if not may_share(page, request.user):
        raise PermissionDenied
    return page


class ShareView(WagtailAdminTemplateMixin, TemplateView):
    """Lists the links to the drafts of a page and gives out a new one."""

    template_name = "portal/admin/share.html"
    page_title = pgettext_lazy("admin", "Share for proofreading")
    header_icon = "link"
    _show_breadcrumbs = True

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Find the page first."""
        self.page = _page(request, kwargs["page_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, object]]:
        """Lead back to the page."""
        edit_url = reverse("wagtailadmin_pages:edit", args=[self.page.pk])
        return [
            *super().get_breadcrumbs_items(),
            {"url": edit_url, "label": self.page.get_admin_display_title()},
            {"url": "", "label": self.page_title},
        ]

    def post(self, request: HttpRequest, page_id: int) -> HttpResponseRedirect:
        """Give out a link."""
        SharedDraft.share(self.page, request.user)
        log(instance=self.page, action=SHARED, user=request.user)
        messages.success(request, pgettext("admin", "The link is made. Copy it and send it to those who are to read."))
        return redirect("share_draft", page_id)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Return the links, the newest first, each with how often it was opened."""
        drafts = list(
            SharedDraft.objects.filter(page=self.page)
            .select_related("page__locale", "shared_by")
            .prefetch_related("openings")
            .annotate(number=Sum("openings__number"))
            .order_by("-shared_at", "-pk")
        )
        allowed = {person: may_share(self.page, person) for person in {draft.shared_by for draft in drafts}}
        links = [
            (draft, "" if draft.has_ended or not allowed[draft.shared_by] else absolute(draft.get_url()))
            for draft in drafts
        ]
        return super().get_context_data(page=self.page, links=links, days=VALIDITY.days, **kwargs)


@require_POST
def revoke(request: HttpRequest, page_id: int, draft_id: int) -> HttpResponseRedirect:
    """Take a link back: it opens nothing any more."""
    page = _page(request, page_id)
    if SharedDraft.objects.filter(page=page, pk=draft_id, revoked_at=None).update(revoked_at=timezone.now()):
        log(instance=page, action=REVOKED, user=request.user)
        messages.success(request, pgettext("admin", "The link is taken back; it opens nothing any more."))
    return redirect("share_draft", page_id)


def buttons(page: Page, user: AbstractBaseUser) -> Iterator[Button]:
    """Lead from a page to its links."""
    if may_share(page, user):
        url = reverse("share_draft", args=[page.pk])
        yield Button(pgettext("admin", "Share for proofreading"), url, icon_name="link", priority=64)


def register_log_actions(actions: LogActionRegistry) -> None:
    """Name both in the history of a page."""
    actions.register_action(
        SHARED,
        pgettext_lazy("admin", "Shared for proofreading"),
        pgettext_lazy("admin", "Gave out a link to the draft"),
    )
    actions.register_action(
        REVOKED, pgettext_lazy("admin", "Link taken back"), pgettext_lazy("admin", "Took a link to the draft back")
    )
