"""When a translation goes online at a time of its own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from wagtail.models import Page, Revision


class PlannedPublication(models.Model):
    """A translation that goes online at a time of its own, as it stood when somebody planned that.

    The dates of a translated page are those of its German one (`portal.pages.schedules`); this time is beside them.
    """

    page = models.OneToOneField(
        Page, on_delete=models.CASCADE, primary_key=True, related_name="planned_publication", db_constraint=False
    )  # fmt: skip
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False)
    due_at = models.DateTimeField(db_index=True)
    planned_at = models.DateTimeField(default=timezone.now)
    seen = models.CharField(max_length=32)
    """What tells the German texts of that day from others (`planning.seen`)."""

    fault = models.TextField(blank=True, default="", db_default="")
    """Why putting it online failed the last time, where nothing was known to stand against it."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.page_id}: {self.due_at}"
