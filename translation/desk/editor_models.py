"""What translators note beside a translation: that it needs work, why a finding may stand, and comments.

No row holds on to what it is about (`db_constraint=False`), as everywhere at the desk.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from wagtail.models import Locale
from wagtail_localize.models import String, TranslationContext


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
