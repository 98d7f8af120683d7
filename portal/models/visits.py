"""How often something happens to pages on a day, without anything about who did it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class DayCount(models.Model):
    """A number for a page in a language on one day."""

    day = models.DateField()
    translation_key = models.UUIDField()
    language = models.CharField(max_length=20)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.translation_key}, {self.language}, {self.day}: {self.number}"


class FallbackVisits(DayCount):
    """How often the German text of a page was read at its address in another language, on one day. Nothing about who read it."""

    class Meta:
        default_permissions: ClassVar[tuple] = ()
        constraints: ClassVar[list] = [
            models.UniqueConstraint(fields=["translation_key", "language", "day"], name="portal_fallback_visits_unique"),
        ]


class SentVisits(DayCount):
    """How often a page was opened by its short address, on one day. Nothing about who opened it."""

    class Meta:
        default_permissions: ClassVar[tuple] = ()
        constraints: ClassVar[list] = [
            models.UniqueConstraint(fields=["translation_key", "language", "day"], name="portal_sent_visits_unique"),
        ]
