"""The editing form of items."""

from __future__ import annotations

from django.utils.translation import pgettext

from portal.models.page_form import BasePageForm

from .provenance import WORDS_OF_IOM


class NewsPageForm(BasePageForm):
    """The editing form of an item: what stands here as IOM's words names where IOM published them."""

    def clean(self) -> dict[str, object]:
        """Ask for the address of the original of a statement or press release."""
        cleaned = super().clean()
        if cleaned.get("kind") in WORDS_OF_IOM and "original_url" in self.fields and not cleaned.get("original_url"):
            if "original_url" not in self.errors:
                self.add_error(
                    "original_url",
                    pgettext(
                        "admin",
                        "A statement or press release is a text that IOM itself published: please enter where. A text by the editors is a "
                        "news item or a look back.",
                    ),
                )
        return cleaned
