"""What editors read of how a page is passed on."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.functional import cached_property
from wagtail.admin.panels import Panel

from .visits import SentVisits

DAYS = 30
"""So many days are added up."""


class SentPanel(Panel):
    """How often a page was opened by its short address lately; nothing where it was not."""

    class BoundPanel(Panel.BoundPanel):
        """The panel of a page."""

        template_name = "portal/admin/sent_visits.html"

        def is_shown(self) -> bool:
            """Show it where there is a number."""
            return super().is_shown() and bool(self.number)

        @cached_property
        def number(self) -> int:
            """Return how often."""
            page = self.instance
            if page is None or not page.pk:
                return 0
            since = timezone.localdate() - datetime.timedelta(days=DAYS)
            rows = SentVisits.objects.filter(translation_key=page.translation_key, language=page.language_code, day__gt=since)
            return rows.aggregate(sum=Sum("number"))["sum"] or 0

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            """Add the number."""
            return {**super().get_context_data(parent_context), "number": self.number, "days": DAYS}
