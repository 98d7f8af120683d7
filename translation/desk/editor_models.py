"""What translators note beside a translation (that it needs work, why a finding may stand, comments), and what it was before.

No row holds on to what it is about (`db_constraint=False`), as everywhere at the desk.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from wagtail.models import Locale
from wagtail_localize.models import String, TranslationContext

from translation.origins import Origin


class SegmentMark(models.Model):
    """What somebody noted of the translation of a text at its place."""

    string = models.ForeignKey(String, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    context = models.ForeignKey(TranslationContext, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    locale = models.ForeignKey(Locale, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    needs_work = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    """Why the findings of the checks may stand."""
    reason_for = models.CharField(max_length=32, blank=True)
    """The version of the translation that the reason was given for; for another one it says nothing."""

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list] = [
            models.UniqueConstraint(fields=["string", "context", "locale"], name="translation_desk_mark_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.string_id} {self.context_id} {self.locale_id}"


class SegmentComment(models.Model):
    """What somebody said of a text at its place in a language; it stays when the text becomes another one."""

    context = models.ForeignKey(TranslationContext, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    locale = models.ForeignKey(Locale, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False)
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.context_id} {self.locale_id}: {self.text[:40]}"


class SegmentVersion(models.Model):
    """The translation of a text at its place, as somebody left it; empty where it was deleted.

    wagtail-localize keeps the last one alone.
    """

    string = models.ForeignKey(String, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    context = models.ForeignKey(TranslationContext, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    locale = models.ForeignKey(Locale, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    data = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False)
    origin = models.CharField(max_length=20, choices=Origin.as_choices)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.string_id} {self.context_id} {self.locale_id}: {self.data[:40]}"
