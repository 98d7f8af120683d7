"""Who has to wait at a door, or has lost the second factor, and how an administrator ends that."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import pgettext, pgettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from portal.models import Attempts

from . import attempts, second_factor

logger = logging.getLogger(__name__)

PERMISSION = "auth.change_user"
DOORS = {
    attempts.LOGIN: pgettext_lazy("admin", "Sign in"),
    attempts.PAGE: pgettext_lazy("admin", "Password of a page"),
    attempts.RESET: pgettext_lazy("admin", "Forgotten password"),
}


class AttemptsView(PermissionRequiredMixin, WagtailAdminTemplateMixin, TemplateView):
    """Lists what is held up, with a button for each; for those who may change users."""

    permission_required = PERMISSION
    raise_exception = True
    template_name = "portal/admin/attempts.html"
    page_title = pgettext_lazy("admin", "Locked sign-ins")
    header_icon = "lock"
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, object]]:
        """Return the way here."""
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add the rows: counted tries, the end of waiting, the door's name."""
        rows = [(row, end, DOORS[row.door]) for row, end in attempts.waiting()]
        return {**super().get_context_data(**kwargs), "rows": rows, "accounts": self._accounts()}

    def _accounts(self) -> QuerySet[User]:
        """Return the accounts whose second factor this person may remove: an administrator's only as one, never their own.

        One's own asks for a code: whoever finds a session open has none.
        """
        found = second_factor.accounts().exclude(pk=self.request.user.pk)
        return found if self.request.user.is_superuser else found.exclude(is_superuser=True)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Forget the tries of one row, or remove the second factor of one account."""
        if account := self._accounts().filter(username=request.POST.get("account", "")).first():
            second_factor.remove(account, request.user)
            messages.success(request, pgettext("admin", "The second factor is removed; the account is signed out everywhere."))
            return HttpResponseRedirect(reverse("locked_sign_ins"))
        number = request.POST.get("row", "")
        row = Attempts.objects.filter(pk=int(number)).first() if number.isascii() and number.isdigit() and len(number) < 19 else None
        if row is not None:
            row.delete()
            logger.warning("Unlocked by %s: %s", request.user.get_username(), row)
        messages.success(request, pgettext("admin", "It can be tried again."))
        return HttpResponseRedirect(reverse("locked_sign_ins"))
