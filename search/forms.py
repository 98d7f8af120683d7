"""What an address of the search asks for. Whatever stands in it is made harmless, never refused."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from . import facets
from .query import clean
from .service import Request

DATE = "date"
MAX_FILTERS = 20
"""So many values may be chosen: more than any visitor wants, few enough to cost little."""


@dataclass(frozen=True)
class Choice:
    """A value of a facet that was chosen, with what visitors call both."""

    name: str
    value: str
    title: str
    label: str


class SearchForm:
    """The query, filters, order and page of a search, read from the address; unknown values are left out.

    `is_exact` asks for the very spelling that was typed.
    """

    def __init__(self, data: QueryDict, language: str) -> None:
        self.language = language
        self.query = clean(data.get("q", ""))
        self.by_date = data.get("sort") == DATE
        self.is_exact = "exact" in data
        self.choices = _choices(data)
        self.filters = [(choice.name, choice.value) for choice in self.choices]
        page = data.get("page", "")
        self.page = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1

    def request(self) -> Request:
        """Return what the search is asked for."""
        return Request(self.query, self.language, self.filters, self.by_date, self.page, is_exact=self.is_exact)

    def address(self, **changes: object) -> str:
        """Return the address of this search on its first page, with `query`, `filters`, `by_date` or `is_exact` changed."""
        asked = {"query": self.query, "filters": self.filters, "by_date": self.by_date, "is_exact": self.is_exact, **changes}
        pairs = [("q", asked["query"]), *asked["filters"]]
        if asked["by_date"]:
            pairs.append(("sort", DATE))
        if asked["is_exact"]:
            pairs.append(("exact", "1"))
        return f"?{urlencode(pairs)}"

    def without(self, choice: Choice) -> str:
        """Return the address without one filter."""
        return self.address(filters=[pair for pair in self.filters if pair != (choice.name, choice.value)])


def _choices(data: QueryDict) -> list[Choice]:
    """Return the values of facets in an address that mean something, each once."""
    found: list[Choice] = []
    for facet in facets.all_facets():
        values = list(dict.fromkeys(clean(value) for value in data.getlist(facet.name)[:MAX_FILTERS]))
        labels = facet.labels(values) if values else {}
        found += [Choice(facet.name, value, str(facet.title), str(labels[value])) for value in values if value in labels]
    return found[:MAX_FILTERS]
