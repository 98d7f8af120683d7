"""Fields of models that several page types use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import pgettext

Options = list[tuple[str, str | Promise]]


class ChoicesField(models.JSONField):
    """Several of fixed choices, stored as a list of their values. The choices are no part of the database's schema."""

    def __init__(self, *args: Any, options: Callable[[], Options] = list, **kwargs: Any) -> None:
        self._options = options
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    @property
    def options(self) -> Options:
        """Return values with their labels."""
        return self._options()

    def clone(self) -> ChoicesField:
        """Return a copy that has the same choices."""
        copy = super().clone()
        copy._options = self._options
        return copy

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Refuse what is no list of these values.

        Raises:
            ValidationError: naming what does not fit.
        """
        super().validate(value, model_instance)
        known = {key for key, _label in self.options}
        unknown = [str(key) for key in value if key not in known] if isinstance(value, list) else [str(value)]
        if unknown:
            raise ValidationError(pgettext("admin", "This is none of the choices: %(values)s.") % {"values": ", ".join(unknown)})

    def formfield(self, **kwargs: Any) -> forms.Field:  # type: ignore[override]
        """Return boxes to tick."""
        known = {
            "required": not self.blank,
            "label": capfirst(self.verbose_name),
            "help_text": self.help_text,
            "choices": self._options,
            "widget": forms.CheckboxSelectMultiple,
        }
        return forms.MultipleChoiceField(**{**known, **kwargs})
