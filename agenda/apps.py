from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class AgendaConfig(AppConfig):
    name = "agenda"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = pgettext_lazy("admin", "2030 Agenda")
