"""Search fields whose values are analysed: what the stock indexers are given in place of an object's own fields."""

from __future__ import annotations

import copy

from django.db import models
from wagtail.search import index

from portal import versions
from portal.languages import SOURCE_LANGUAGE
from search import analysis
from search.extraction import searched_text


def language_of(instance: models.Model) -> str:
    """Return the language that an object is written in; what has none is German."""
    locale_id = getattr(instance, "locale_id", None)
    if locale_id is None:
        return SOURCE_LANGUAGE
    locales = versions.locales_by_id()
    return locales[locale_id].language_code if locale_id in locales else instance.locale.language_code


class _Remembering:
    """A field whose value the stock indexers ask for several times for each object."""

    _last: tuple[models.Model, str] | None = None

    def get_value(self, obj: models.Model) -> str:
        """Return the value, made once for an object."""
        if self._last is None or self._last[0] is not obj:
            self._last = (obj, self.make_value(obj))
        return self._last[1]


class AnalysedSearchField(_Remembering, index.SearchField):
    """A search field in the terms of its language."""

    def __init__(self, field: index.SearchField, language: str, name: str = "") -> None:
        super().__init__(name or field.field_name, boost=field.boost, **field.kwargs)
        self.field = field
        self.language = language

    def make_value(self, obj: models.Model) -> str:
        """Return the terms of the field's text."""
        return analysis.indexed_text(searched_text(self.field, obj), self.language)


class AnalysedAutocompleteField(_Remembering, index.AutocompleteField):
    """An autocomplete field in the words of its language, as they are typed."""

    def __init__(self, field: index.AutocompleteField, language: str) -> None:
        super().__init__(field.field_name, **field.kwargs)
        self.field = field
        self.language = language

    def make_value(self, obj: models.Model) -> str:
        """Return the words of the field's text, folded."""
        return analysis.autocomplete_text(searched_text(self.field, obj), self.language)


def analysed_fields(fields: list, language: str) -> list:
    """Return the fields of a model with their texts analysed; the words of the title stand in the body too.

    Everything is then found in one column, with the index that the database has on it.
    """
    found: list = []
    for field in fields:
        if isinstance(field, index.SearchField):
            found.append(AnalysedSearchField(field, language))
            if field.field_name == "title":
                found.append(AnalysedSearchField(field, language, name="title_in_body"))
        elif isinstance(field, index.AutocompleteField):
            found.append(AnalysedAutocompleteField(field, language))
        elif isinstance(field, index.RelatedFields):
            found.append(index.RelatedFields(field.field_name, analysed_fields(field.fields, language)))
        else:
            found.append(field)
    return found


def analysed(instance: models.Model) -> models.Model:
    """Return a copy of an object whose search fields are analysed."""
    twin = copy.copy(instance)
    fields = analysed_fields(type(instance).get_search_fields(), language_of(instance))
    twin.get_search_fields = lambda: fields
    return twin
