"""Facets: by what search results can be narrowed down. A page type adds its own with one line: `facets.register(Facet(…))`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.apps import apps
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from portal import changes
from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from portal.listing.declarations import kind_of, kinds, year_of
from portal.models import PortalDocument, Region, Topic, taxonomy
from portal.models.taxonomy import Term

from .models import FacetValue

Values = Callable[[Page, list[PortalDocument]], Iterable[object]]
Labels = Callable[[list[str]], dict[str, str]]


@dataclass(frozen=True)
class Facet:
    """A facet: `values` of a page (with the files that it offers) as they are stored, their `labels` for visitors."""

    name: str
    title: str | Promise
    values: Values
    labels: Labels
    by_label: bool = False
    """Whether its values are listed by their label, from the last to the first (years), and not by their number of pages."""


TERMS: dict[str, type[Term]] = {"topic": Topic, "region": Region}
"""The facets whose values are terms, by their short names in addresses."""

_facets: dict[str, Facet] = {}


def register(facet: Facet) -> Facet:
    """Add a facet to the search; pages are given its values when they are indexed next."""
    _facets[facet.name] = facet
    return facet


def all_facets() -> list[Facet]:
    """Return the facets in the order in which they are shown."""
    return list(_facets.values())


def values_of(page: Page, files: list[PortalDocument]) -> dict[str, list[str]]:
    """Return the values of a specific page for all facets that it has any for."""
    found = {facet.name: sorted({str(value) for value in facet.values(page, files) if value}) for facet in all_facets()}
    return {name: values for name, values in found.items() if values}


def _kinds(values: list[str]) -> dict[str, str]:
    known = kinds()
    return {value: str(known[value]) for value in values if value in known}


def _terms(model: type[Term]) -> Labels:
    def labels(values: list[str]) -> dict[str, str]:
        found = _term_labels(model._meta.label_lower, get_language() or SOURCE_LANGUAGE)
        return {value: found[value] for value in values if value in found}

    return labels


@changes.kept("search-term-labels", lambda label, language: (changes.TERMS, changes.LOCALES))
def _term_labels(label: str, language: str) -> dict[str, str]:
    """Return the names of all topics, regions or other terms in a language by slug."""
    terms = list(apps.get_model(label).objects.order_by("locale_id"))
    with translation.override(language):
        shown = taxonomy.localized(terms)
    found: dict[str, str] = {}
    for term in shown:
        found.setdefault(term["slug"], term["name"])
    return found


def _slugs(name: str) -> Values:
    return lambda page, files: [term.slug for term in getattr(page, name).all()] if hasattr(page, name) else []


def pages_of_term(term: Term) -> list[Page]:
    """Return the pages that a term is a value of, or was as far as the search knows, where both are not the same.

    Pages of every language refer to the terms of the source language.
    """
    if term.locale.language_code != SOURCE_LANGUAGE:
        return []
    having: set[int] = set()
    for relation in term._meta.related_objects:
        if relation.many_to_many and issubclass(relation.related_model, Page):
            having.update(relation.related_model.objects.filter(**{relation.field.name: term.pk}).values_list("pk", flat=True))
    names = [name for name, model in TERMS.items() if isinstance(term, model)]
    known = set(FacetValue.objects.filter(name__in=names, value=term.slug).values_list("document_id", flat=True))
    return list(Page.objects.filter(pk__in=having ^ known))


def _years(values: list[str]) -> dict[str, str]:
    return {value: value for value in values if re.fullmatch(r"\d{4}", value, re.ASCII)}


def _languages(values: list[str]) -> dict[str, str]:
    return {value: languages_by_code()[value].name for value in values if value in languages_by_code()}


register(Facet("type", _("Type of page"), lambda page, files: [kind_of(page)], _kinds))
register(Facet("topic", _("Topic"), _slugs("topics"), _terms(TERMS["topic"])))
register(Facet("region", _("Region"), _slugs("regions"), _terms(TERMS["region"])))
register(
    Facet("year", _("Year"), lambda page, files: [year_of(page)], _years, by_label=True)
)
register(
    Facet("file", _("Documents in"), lambda page, files: [file.language for file in files], _languages)
)
