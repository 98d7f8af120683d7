"""The filters of an index page, as a form that is sent with GET."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from portal.models import taxonomy
from portal.models.taxonomy import Term

from . import lists
from .dates import Status
from .declarations import LABELS, PARAMETERS, Listing, choices, field_of, is_own_text, label

Choices = list[tuple[str, Any]]


class FilterForm(forms.Form):
    """The filters that a kind declares, with the choices that there are. What is not among them is no filter: a filter never fails."""

    def __init__(self, data: QueryDict, model: type[Page], values: dict[str, list[str]], locale_id: int) -> None:
        super().__init__(data)
        listing: Listing = model.listing
        self.names: dict[str, str] = {}
        self.values: dict[str, dict[str, str]] = {}
        # Nor is it marked as wrong in the form: a choice may be gone, or be called otherwise in the language it was carried over to.
        self.data: dict[str, str] = {}
        for name in listing.filters:
            parameter = PARAMETERS.get(name, name)
            self.names[parameter] = name
            options, self.values[parameter] = _options(model, name, values.get(name, []))
            everything = LABELS[name][1] if name in LABELS and name not in listing.labels else _("All")
            self.fields[parameter] = field = forms.ChoiceField(
                label=label(listing, model, name),  # type: ignore[arg-type]
                required=False, choices=[("", everything), *options]
            )
            value = str(data.get(parameter, ""))
            if value and "\x00" not in value and is_own_text(model, name) and not field.valid_value(value):
                # Typed by each language itself: it comes from the list in another one, by the language switch.
                value = next(filter(field.valid_value, lists.called(model, name, value, locale_id)), "")
            if field.valid_value(value):
                self.data[parameter] = value

    def filters(self) -> dict[str, str]:
        """Return the filters that are set and valid, as the address has them."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def terms(self) -> list[tuple[str, str]]:
        """Return them as the rows have them."""
        return [(self.names[name], self.values[name].get(value, value)) for name, value in self.filters().items()]


def _options(model: type[Page], name: str, values: list[str]) -> tuple[Choices, dict[str, str]]:
    """Return the choices of a filter for those values that there are, and for values of the address those of the rows."""
    if name == "when.year":
        return [(year, year) for year in sorted(values, reverse=True)], {}
    if name == "when.status":
        return [(value, text) for value, text in Status.choices if value in values], {}
    if known := choices(model, name):
        return [(str(value), text) for value, text in known.items() if str(value) in values], {}
    related = getattr(field_of(model, name), "related_model", None)
    if related is None:
        return [(value, value) for value in sorted(values, key=str.casefold)], {}
    if issubclass(related, Term):
        return _terms(related, values)
    found = related.objects.in_bulk(values) if values else {}
    return sorted(((str(pk), str(item)) for pk, item in found.items()), key=_by_text), {}


def _terms(model: type[Term], values: list[str]) -> tuple[Choices, dict[str, str]]:
    """Return topics or regions by their short names, called as the reader's language does."""
    names = taxonomy.names()
    terms = model.objects.filter(pk__in=values).values_list("pk", "slug", "translation_key") if values else []
    found = {slug: (str(pk), names[key]["name"]) for pk, slug, key in terms if key in names}
    return sorted(((slug, text) for slug, (_pk, text) in found.items()), key=_by_text), {slug: pk for slug, (pk, _text) in found.items()}


def _by_text(choice: tuple[str, str]) -> str:
    return choice[1].casefold()
