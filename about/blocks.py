"""Figures and pictures that others print: neither without saying where it is from."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.blocks import StructBlockValidationError, StructValue

from portal.blocks import base as blocks
from portal.blocks.data import KeyFiguresBlock
from portal.blocks.media import FigureBlock


class SourcedFiguresBlock(KeyFiguresBlock):
    """Key figures that name their source and its date."""

    source = blocks.CharBlock(
        max_length=300,
        label=pgettext_lazy("admin", "Source and date"),
        help_text=pgettext_lazy("admin", "Who says so, and of when the figures are. Shown below them."),
    )


class CreditedFigureBlock(FigureBlock):
    """A photograph whose rights are known."""

    def clean(self, value: StructValue) -> StructValue:
        """Refuse a photograph without a credit.

        Raises:
            StructBlockValidationError: at the photograph.
        """
        cleaned = super().clean(value)
        if cleaned["image"] and not cleaned["image"].rights:
            text = pgettext("admin", "Nobody may print a photograph without a credit. Please enter it at the picture first.")
            raise StructBlockValidationError(block_errors={"image": ValidationError(text)})
        return cleaned
