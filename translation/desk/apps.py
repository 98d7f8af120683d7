from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class DeskConfig(AppConfig):
    name = "translation.desk"
    label = "translation_desk"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = pgettext_lazy("admin", "Translation desk")

    def ready(self) -> None:
        """Hear of what is published, saved and translated, and of reviews."""
        from . import planning, review_notices, signals, snippets  # noqa: F401

        review_notices.take_over()
