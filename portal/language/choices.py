"""Fixed choices of a field that are no part of the database's schema."""

from __future__ import annotations

from django.db import models


class TextChoices(models.TextChoices):
    """Django's choices; a field takes them as `choices=Kind.as_choices`, so that a new one needs no migration."""

    @classmethod
    def as_choices(cls) -> list[tuple[str, str]]:
        """Return values with their labels: Django keeps the name of this function in migrations, not the list."""
        return cls.choices
