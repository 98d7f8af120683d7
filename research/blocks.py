"""How a table of figures is put into words."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.blocks import RegexBlock, StructBlockValidationError, StructValue

from portal.blocks import base as blocks


class LabelBlock(blocks.StructBlock):
    """What a column, a row or a word of the file is called for visitors. What it is in the file is the same in every language."""

    name = RegexBlock(
        regex=r"\S(?:.*\S)?",
        max_length=100,
        label=pgettext_lazy("admin", "In the file"),
        help_text=pgettext_lazy("admin", "Exactly as it stands there: dead_and_missing"),
    )
    text = blocks.CharBlock(
        max_length=150,
        label=pgettext_lazy("admin", "For visitors"),
        help_text=pgettext_lazy("admin", "With the unit, where there is one: “Migrants, in millions”"),
    )

    class Meta:
        icon = "table"
        label = pgettext_lazy("admin", "Label")
        description = pgettext_lazy("admin", "What a column, a row or a word of the file is called for visitors.")
        template = "blocks/label.html"
        preview_value = {"name": "dead_and_missing", "text": "Tote und Vermisste"}

    def clean(self, value: StructValue) -> StructValue:
        """Refuse words that a sheet would run as a formula: they stand in the files that visitors download.

        Raises:
            StructBlockValidationError: at the words.
        """
        cleaned = super().clean(value)
        if cleaned["text"].startswith(("=", "+", "-", "@")):
            text = pgettext("admin", "The cell begins like a formula (=, +, -, @). Please enter the value itself.")
            raise StructBlockValidationError(block_errors={"text": ValidationError(text)})
        return cleaned
