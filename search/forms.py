"""What an address of the search asks for. Whatever stands in it is made harmless, never refused."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import QueryDict

from . import facets
from .query import clean
from .service import Request

RELEVANCE, DATE = "relevance", "date"
MAX_FILTERS = 20


class SearchForm:
    """The query, filters, order and page of a search, read from the address; unknown values are left out."""

    def __init__(self, data: QueryDict, language: str) -> None:
        self.language = language
        self.query = clean(data.get("q", ""))
        self.by_date = data.get("sort") == DATE
        names = {facet.name for facet in facets.all_facets()}
        chosen = [(name, clean(value)[:100]) for name in data if name in names for value in data.getlist(name)]
        self.filters = list(dict.fromkeys((name, value) for name, value in chosen if value))[:MAX_FILTERS]
        page = data.get("page", "")
        self.page = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1

    def request(self) -> Request:
        """Return what the search is asked for."""
        return Request(self.query, self.language, self.filters, self.by_date, self.page)

    def address(self, **changes: object) -> str:
        """Return the address of this search on its first page, with `query`, `filters` or `by_date` changed."""
        query, filters = changes.get("query", self.query), changes.get("filters", self.filters)
        pairs = [("q", query), *filters]
        if changes.get("by_date", self.by_date):
            pairs.append(("sort", DATE))
        return f"?{urlencode(pairs)}"

    def without(self, name: str, value: str) -> str:
        """Return the address without one filter."""
        return self.address(filters=[pair for pair in self.filters if pair != (name, value)])
