"""What is to be done outside of requests: one table of jobs, and what hindered a schedule."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import pgettext_lazy


class Job(models.Model):
    """One thing that a runner does when it is due (`portal.jobs`, `portal.serving.runner`).

    Whoever does it holds a lease, a moment until which nobody else may; a runner that lives renews it. A job that is done once is
    deleted then; a periodic one gets its next moment. `due_at` is empty when nobody will do it any more: `error` says why.
    """

    key = models.CharField(max_length=100, unique=True, null=True)  # noqa: DJ001 (several jobs without a key must be possible)
    """The name of a periodic job; empty for what is done once."""
    task = models.CharField(max_length=200)
    """The path of the task or function."""
    arguments = models.JSONField(default=dict)
    """{"args": […], "kwargs": {…}}"""
    every = models.DurationField(null=True)
    is_slow = models.BooleanField(default=False)
    """Slow jobs are done one after another; the others at once, whatever else runs."""
    is_repeatable = models.BooleanField(default=True)
    """Whether it may be done again when it is not known how far it came."""
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(null=True, db_index=True)
    lease_until = models.DateTimeField(null=True)
    lease_holder = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    """How often it was begun since it last ended well."""
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = pgettext_lazy("admin", "job")
        verbose_name_plural = pgettext_lazy("admin", "jobs")
        default_permissions: ClassVar[tuple] = ("view", "change")

    def __str__(self) -> str:
        return self.key or self.task


class ScheduleFailure(models.Model):
    """A page or snippet that could not go online or offline at its time; the row goes when it could, or need not any more."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.CharField(max_length=255)
    object = GenericForeignKey("content_type", "object_id")
    action = models.CharField(max_length=10)
    """`publish` or `unpublish`."""
    reason = models.TextField()
    """One sentence for a person."""
    failed_at = models.DateTimeField()
    """When it failed first."""

    class Meta:
        constraints: ClassVar[list] = [
            models.UniqueConstraint(fields=["content_type", "object_id", "action"], name="portal_schedule_failure_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_id}: {self.reason}"
