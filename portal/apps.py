from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import pgettext_lazy
from wagtail.users.apps import WagtailUsersAppConfig


class UsersConfig(WagtailUsersAppConfig):
    """Wagtail's accounts, with the portal's forms."""

    user_viewset = "portal.accounts.settings_panels.UserViewSet"


class PortalConfig(AppConfig):
    default = True
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = pgettext_lazy("admin", "Portal")

    def ready(self) -> None:
        """Connect the signals, let writers take turns, register checks and rights, let Wagtail ask the portal what is private and which
        titles are shown, and tell of new addresses before the commit, make exports safe, take the portal's form for redirects, write dates
        as the admin's language does, and no scripts into its screens."""
        from portal.upstream import unused

        # Before the apps that are ready next load it.
        unused.apply()
        from portal import checks, signals, writers  # noqa: F401
        from portal.accounts import shared_passwords
        from portal.accounts import signals as account_signals  # noqa: F401
        from portal.admin import (
            aliases,
            dates,
            exports,  # noqa: F401
            labels,
            scripts,
            titles,
        )
        from portal.admin import redirects as redirect_form
        from portal.http import mirror, purging  # noqa: F401
        from portal.listing import checks as listing_checks  # noqa: F401
        from portal.listing import signals as listing_signals  # noqa: F401
        from portal.navigation import menus
        from portal.pages import addresses, moving, redirects, restrictions  # noqa: F401
        from portal.uploads.policies import register_file_policies

        post_migrate.connect(menus.ensure_index, sender=self, dispatch_uid="portal.menus")
        post_migrate.connect(addresses.ensure_indexes, sender=self, dispatch_uid="portal.addresses")
        restrictions.apply()
        moving.apply()
        shared_passwords.apply()
        aliases.apply()
        register_file_policies()
        exports.apply()
        redirect_form.install()
        labels.install()
        titles.apply()
        scripts.install()
        dates.install()
