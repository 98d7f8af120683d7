"""The search form."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _

MAX_QUERY_LENGTH = 200

_UNWANTED = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


def clean_query(text: str) -> str:
    """Return a query that every database takes: no control characters, no lone surrogates, at most 200 characters."""
    return " ".join(_UNWANTED.sub(" ", text).split())[:MAX_QUERY_LENGTH].strip()


class QueryField(forms.CharField):
    """A query: whatever was typed, made harmless, never refused."""

    def to_python(self, value: object) -> str:
        """Return the cleaned query."""
        return clean_query(str(value or ""))

    def validate(self, value: str) -> None:
        """Accept everything; an empty query is no error but an empty form."""

    def run_validators(self, value: str) -> None:
        """Accept everything: `to_python` has made it harmless."""


class SearchForm(forms.Form):
    """What visitors search for."""

    q = QueryField(label=_("Search the website"), required=False)
