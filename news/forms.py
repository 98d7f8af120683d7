"""The filters of the news index, and the editing form of items."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from portal.models.page_form import BasePageForm

from .provenance import WORDS_OF_IOM


class NewsFilterForm(forms.Form):
    """Kind, topic and year. What is not among the choices is no filter: a filter never fails."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    year = forms.ChoiceField(label=_("Year"), required=False)

    def __init__(
        self,
        data: object,
        kinds: list[tuple[str, str]],
        topics: list[tuple[str, str]],
        years: list[int],
    ) -> None:
        super().__init__(data)
        self.fields["kind"].choices = [("", _("All kinds")), *kinds]
        self.fields["topic"].choices = [("", _("All topics")), *topics]
        self.fields["year"].choices = [("", _("All years")), *((str(year), str(year)) for year in years)]

    def filters(self) -> dict[str, str]:
        """Return the filters that are set and valid."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


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
