"""Elasticsearch 9 on analysed text: `SEARCH_BACKEND=search.backends.elasticsearch`."""

from __future__ import annotations

from elasticsearch import ApiError, TransportError
from modelsearch.backends import elasticsearch9 as stock

from . import servers


class Mapping(servers.AnalysedMapping, stock.Elasticsearch9Mapping):
    """Documents and their fields."""


class Index(servers.AnalysedIndex, stock.Elasticsearch9Index):
    """An index of the server."""


class QueryCompiler(servers.AnalysedCompiler, stock.Elasticsearch9SearchQueryCompiler):
    """Queries for words."""

    mapping_class = Mapping


class AutocompleteQueryCompiler(servers.AnalysedAutocompleteCompiler, stock.Elasticsearch9AutocompleteQueryCompiler):
    """Queries for beginnings."""

    mapping_class = Mapping
    text_compiler_class = QueryCompiler


class SearchBackend(servers.ServerBackend, stock.Elasticsearch9SearchBackend):
    """The backend that `WAGTAILSEARCH_BACKENDS` names."""

    mapping_class = Mapping
    index_class = Index
    query_compiler_class = QueryCompiler
    autocomplete_query_compiler_class = AutocompleteQueryCompiler
    errors = (ApiError, TransportError)

    def ask(self, index_name: str, body: dict, seconds: float) -> dict:
        """Return the server's answer to a search."""
        return self.es.options(request_timeout=seconds).search(index=index_name, body=body)
