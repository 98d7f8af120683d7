"""How often pages are read in a language in which they are not there yet."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class FallbackVisits(models.Model):
    """How often the German text of a page was read at its address in another language, on one day. Nothing about who read it."""

    day = models.DateField()
    translation_key = models.UUIDField()
    language = models.CharField(max_length=20)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions: ClassVar[tuple] = ()
        constraints: ClassVar[list] = [
            models.UniqueConstraint(fields=["translation_key", "language", "day"], name="portal_fallback_visits_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.translation_key}, {self.language}, {self.day}: {self.number}"
