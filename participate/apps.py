from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class ParticipateConfig(AppConfig):
    name = "participate"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = pgettext_lazy("admin", "Take part")

    def ready(self) -> None:
        """Listen for what decides whether anybody reads what the forms bring."""
        from participate import signals  # noqa: F401
