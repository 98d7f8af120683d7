"""The editing form of events."""

from __future__ import annotations

from typing import Any

from django.utils.translation import pgettext

from portal.models.page_form import BasePageForm


class EventPageForm(BasePageForm):
    """The editing form of an event: it ends after it begins, and people know where to go."""

    def clean(self) -> dict[str, object]:
        """Refuse an end before the beginning, and an event on site without a place."""
        cleaned: dict[str, Any] = super().clean()
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", pgettext("admin", "An event ends after it begins."))
        if cleaned.get("attendance") in ("on_site", "mixed") and "place" in self.fields and not cleaned.get("place"):
            self.add_error("place", pgettext("admin", "Please say where it takes place, or choose “Online”."))
        return cleaned
