"""Where the doors enter Wagtail's admin."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.models import Permission, User
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.auth import permission_denied
from wagtail.admin.menu import MenuItem

from portal.jobs import Periodic

from . import attempts, history, second_factor, unlocking
from .deputies import DeputyPanel
from .settings_panels import SecondFactorPanel


class _UnlockingItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(unlocking.PERMISSION)


@hooks.register("register_admin_urls")
def register_unlocking_url() -> list[URLPattern]:
    """Add the screen's address."""
    return [path("locked-sign-ins/", unlocking.AttemptsView.as_view(), name="locked_sign_ins")]


@hooks.register("register_settings_menu_item")
def register_unlocking_item() -> MenuItem:
    """Put the screen beside the users."""
    label = pgettext_lazy("admin", "Locked sign-ins")
    return _UnlockingItem(label, reverse("locked_sign_ins"), name="locked-sign-ins", icon_name="lock", order=610)


hooks.register("register_account_settings_panel", DeputyPanel)
hooks.register("register_account_settings_panel", SecondFactorPanel)


@hooks.register("register_periodic_jobs")
def register_forgetting() -> list[Periodic]:
    """Delete what is no longer needed of wrong tries and of addresses."""
    label = pgettext_lazy("admin", "Forget old wrong passwords and addresses")
    return [
        Periodic("forget-attempts", attempts.forget, timedelta(hours=1), label),
        Periodic("forget-sign-ins", history.forget, timedelta(days=1), pgettext_lazy("admin", "Forget who signed in long ago")),
    ]


@hooks.register("register_permissions")
def register_second_factor_permission() -> QuerySet[Permission]:
    """Offer groups to need a second factor; administrators need one without."""
    return Permission.objects.filter(content_type__app_label="portal", codename=second_factor.PERMISSION.partition(".")[2])


@hooks.register("before_edit_user")
def keep_administrators(request: HttpRequest, user: User) -> HttpResponse | None:
    """Let administrators alone change an administrator's account: whoever sets its password or mail address could become one."""
    return permission_denied(request) if user.is_superuser and not request.user.is_superuser else None


@hooks.register("before_bulk_action")
def keep_administrators_together(request: HttpRequest, action_type: str, objects: Iterable[Model], action: object) -> HttpResponse | None:
    """The same where several accounts are changed at once."""
    return next((found for each in objects if isinstance(each, User) and (found := keep_administrators(request, each))), None)


hooks.register("register_log_actions", history.register_log_actions)
