from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class TranslationConfig(AppConfig):
    name = "translation"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = pgettext_lazy("admin", "Translation")

    def ready(self) -> None:
        """Bind the rights on translatable snippets to languages, mend wagtail-localize, keep the languages' trees in step."""
        from translation import aliases, cascades, returning, reviewing, upstream  # noqa: F401 (the receivers connect)
        from translation.policies import register_language_policies

        register_language_policies()
        upstream.apply()
        aliases.connect()
