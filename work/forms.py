"""The form of services in the admin."""

from __future__ import annotations

from portal.models.page_form import ReviewedPageForm

from .change_notes import ChangeNote


class ServicePageForm(ReviewedPageForm):
    """The line about a change belongs to one publication: once that is over, the next change begins with an empty one."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        line = self.initial.get("change_note")
        if line and ChangeNote.objects.filter(page_id=self.instance.pk, is_current=True, line=line).exists():
            self.initial["change_note"] = ""
