"""The stored moment at which a page became a real version in its language."""

from __future__ import annotations

from django.db import models
from wagtail.models import Page


class PublishedVersion(models.Model):
    """Says that a page was once published complete in its own language (see `portal.versions`).

    A row of its own and no field of the page: copying a page into another language copies its fields, and the copy must
    not count as finished. It is never deleted while the page lives.
    """

    page = models.OneToOneField(
        Page, on_delete=models.CASCADE, primary_key=True, related_name="published_version"
    )
    completed_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.page_id} {self.completed_at:%Y-%m-%d}"
