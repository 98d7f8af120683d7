"""What several machines tell each other of changes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class ChangeNumber(models.Model):
    """In which version the number of a slot was raised last (`portal.counters`); the row of slot -1 holds the newest version."""

    slot = models.IntegerField(primary_key=True)
    version = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        default_permissions: ClassVar[tuple] = ()

    def __str__(self) -> str:
        return f"{self.slot}: {self.version}"
