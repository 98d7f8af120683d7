"""Search fields whose values are analysed: what the stock indexers are given in place of an object's own."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator

from django.db import models
from wagtail.search import index

from portal.language.languages import SOURCE_LANGUAGE
from portal.pages import versions
from search import analysis
from search.extraction import searched_texts


def language_of(instance: models.Model) -> str:
    """Return the language that an object is written in; what has none is German."""
    locale_id = getattr(instance, "locale_id", None)
    if locale_id is None:
        return SOURCE_LANGUAGE
    locales = versions.locales_by_id()
    return locales[locale_id].language_code if locale_id in locales else instance.locale.language_code


def search_terms(field: index.SearchField, instance: models.Model, language: str) -> str:
    """Return the terms of a search field."""
    return analysis.indexed_text(searched_texts(field, instance), language)


def typed_words(field: index.AutocompleteField, instance: models.Model, language: str) -> str:
    """Return the words of an autocomplete field as they are typed, folded."""
    return analysis.autocomplete_text(" \n".join(searched_texts(field, instance)), language)


def _related(field: index.RelatedFields, instance: models.Model) -> Iterator[models.Model]:
    """Yield the objects whose fields are searched with an object, as the stock indexers find them."""
    found = field.get_value(instance)
    if isinstance(found, models.Manager):
        yield from found.all()
    elif found is not None:
        yield found() if callable(found) else found


def _collect(fields: list, instance: models.Model, language: str, columns: dict[str, list[str]]) -> None:
    """Add the texts of an object's fields to the columns of the stock index.

    The words of titles stand in the body too: everything is then found in one column, with the index that the database has on it.
    """
    for field in fields:
        if isinstance(field, index.SearchField):
            columns["body"].append(search_terms(field, instance, language))
            if field.field_name == "title":
                columns["title"].append(columns["body"][-1])
        elif isinstance(field, index.AutocompleteField):
            columns["autocomplete"].append(typed_words(field, instance, language))
        elif isinstance(field, index.RelatedFields):
            for related in _related(field, instance):
                _collect(field.fields, related, language, columns)


class _Ready(index.BaseField):
    """A field whose value is there: the stock indexers ask for it several times."""

    def __init__(self, name: str, value: str, **kwargs: object) -> None:
        super().__init__(name, **kwargs)
        self.value = value

    def get_value(self, obj: models.Model) -> str:
        """Return the value."""
        return self.value


class ReadySearchField(_Ready, index.SearchField):
    """A search field with its terms."""


class ReadyAutocompleteField(_Ready, index.AutocompleteField):
    """An autocomplete field with its words as they are typed."""


def analysed(instance: models.Model) -> models.Model:
    """Return a copy of an object whose search fields are analysed: one for each column of the stock index."""
    columns: dict[str, list[str]] = defaultdict(list)
    _collect(type(instance).get_search_fields(), instance, language_of(instance), columns)
    fields = [
        (ReadyAutocompleteField if name == "autocomplete" else ReadySearchField)(name, " ".join(filter(None, texts)))
        for name, texts in columns.items()
    ]
    twin = copy.copy(instance)
    twin.get_search_fields = lambda: fields
    return twin
