"""A date of which no more may be known than month or year."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import pgettext, pgettext_lazy
from wagtail import blocks

from portal.language.dates import machine_date, parse_partial


class PartialDateField(forms.CharField):
    """Reads `16.10.2024`, `10.2024`, `2024` and ISO dates; its value is the ISO date as far as it is known."""

    def clean(self, value: object) -> str:
        """Return `2024-10-16`, `2024-10`, `2024` or nothing.

        Raises:
            ValidationError: the text is no such date.
        """
        text = super().clean(value)
        if not text:
            return ""
        try:
            return machine_date(*parse_partial(text))
        except ValueError as error:
            raise ValidationError(
                pgettext("admin", "Please write the date as 16.10.2024, 10.2024 or 2024."), code="invalid"
            ) from error


class PartialDateBlock(blocks.FieldBlock):
    """A date with what is known of it, the same in every language: wagtail-localize translates no block of this kind."""

    def __init__(self, required: bool = True, help_text: str | None = None, **kwargs: object) -> None:
        self.field = PartialDateField(required=required, help_text=help_text, max_length=20)
        super().__init__(**kwargs)

    def get_default(self) -> str:
        """Return nothing: no date is guessed."""
        return ""

    class Meta:
        icon = "date"
        default = ""
        label = pgettext_lazy("admin", "Date")
        description = pgettext_lazy("admin", "A day, a month or a year.")
