from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class PortalConfig(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = pgettext_lazy("admin", "Portal")

    def ready(self) -> None:
        """Connect the signals and register the checks."""
        from portal import checks, redirects, signals  # noqa: F401
        from portal.admin.redirects import install

        install()
