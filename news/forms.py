"""The filters of the news index."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


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
