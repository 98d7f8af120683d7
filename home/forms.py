"""The editing form of content pages."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import pgettext

from portal.models.page_form import BasePageForm


class ContentPageForm(BasePageForm):
    """A review has a day that has come, and somebody who did it."""

    def clean(self) -> dict[str, Any]:
        """Ask for the day and for whoever reviewed, both or neither."""
        cleaned: dict[str, Any] = super().clean()
        day, who = cleaned.get("reviewed_on"), cleaned.get("reviewed_by")
        if day and day > timezone.localdate():
            self.add_error("reviewed_on", pgettext("admin", "This day has not come yet."))
        if day and not who and "reviewed_by" in self.fields:
            self.add_error("reviewed_by", pgettext("admin", "Please say who checked the page on that day."))
        if who and not day and "reviewed_on" in self.fields and "reviewed_on" not in self.errors:
            self.add_error("reviewed_on", pgettext("admin", "Please say on which day the page was checked."))
        return cleaned
