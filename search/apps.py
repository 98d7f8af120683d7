from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class SearchConfig(AppConfig):
    name = "search"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = pgettext_lazy("admin", "Search")

    def ready(self) -> None:
        """Connect the signals, register the lookup, mend what modelsearch takes for a filter."""
        from . import lookups, signals, upstream  # noqa: F401

        upstream.apply()
