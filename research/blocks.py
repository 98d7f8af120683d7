"""How a table of figures is put into words."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.blocks import RegexBlock, StructBlockValidationError, StructValue

from portal.blocks import base as blocks
from portal.blocks.links import PageBlock
from portal.language.languages import SOURCE_LANGUAGE
from portal.pages.versions import locales_by_id

from .numbers import numbers


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


class LookalikeBlock(blocks.StructBlock):
    """A number on another page that equals one of the table and is not bound to it, with the reason."""

    page = PageBlock(
        label=pgettext_lazy("admin", "Page"),
        help_text=pgettext_lazy("admin", "The German page on which the number stands. The reason holds for all its languages."),
    )
    number = blocks.CharBlock(
        max_length=40,
        label=pgettext_lazy("admin", "Number"),
        help_text=pgettext_lazy("admin", "As the German page writes it, with its unit: 2.500 or 9 Millionen"),
    )
    reason = blocks.CharBlock(
        max_length=300,
        label=pgettext_lazy("admin", "Reason"),
        help_text=pgettext_lazy("admin", "Why it stays as it is: what else it counts, or of which day it is."),
    )

    class Meta:
        icon = "list-ul"
        label = pgettext_lazy("admin", "Number that is equal by chance")
        description = pgettext_lazy("admin", "A number elsewhere that equals one of these and is not meant to change with it.")
        template = "blocks/lookalike.html"
        preview_value = {"number": "2.500", "reason": "Zugesagte Plätze, keine Ankünfte."}

    def clean(self, value: StructValue) -> StructValue:
        """Refuse a page in another language, for which nothing would be told, and what holds no number or more than one.

        Raises:
            StructBlockValidationError: at the page and at the number.
        """
        cleaned = super().clean(value)
        errors = {}
        # A draft may lack either.
        page, number = cleaned["page"], cleaned["number"]
        if page is not None and locales_by_id()[page.locale_id].language_code != SOURCE_LANGUAGE:
            errors["page"] = ValidationError(pgettext("admin", "Please choose a German page."))
        if number and len(list(numbers(number, SOURCE_LANGUAGE))) != 1:
            errors["number"] = ValidationError(pgettext("admin", "Please write one number as it stands on the page."))
        if errors:
            raise StructBlockValidationError(block_errors=errors)
        return cleaned
