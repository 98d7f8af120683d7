"""The form of services in the admin."""

from __future__ import annotations

from portal.models.page_form import ReviewedPageForm

from .change_notes import ChangeNote


class ServicePageForm(ReviewedPageForm):
    """The line about a change belongs to one publication: once that is over, the next change begins with an empty one.

    So does a page that is brought back to an earlier version: its line was told, or was given up.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        line = self.initial.get("change_note")
        if line and (self._is_earlier(line) or ChangeNote.objects.filter(page_id=self.instance.pk, is_current=True, line=line).exists()):
            self.initial["change_note"] = ""

    def _is_earlier(self, line: str) -> bool:
        """Return whether a line is that of an earlier version than the newest."""
        latest = self.instance.latest_revision
        return latest is not None and latest.content.get("change_note", line) != line
