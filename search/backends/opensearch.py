"""OpenSearch 3 on analysed text: `SEARCH_BACKEND=search.backends.opensearch`."""

from __future__ import annotations

from modelsearch.backends import opensearch3 as stock
from opensearchpy.exceptions import OpenSearchException

from . import servers


class Mapping(servers.AnalysedMapping, stock.OpenSearch3Mapping):
    """Documents and their fields."""


class Index(servers.AnalysedIndex, stock.OpenSearch3Index):
    """An index of the server."""


class QueryCompiler(servers.AnalysedCompiler, stock.OpenSearch3SearchQueryCompiler):
    """Queries for words."""

    mapping_class = Mapping


class AutocompleteQueryCompiler(servers.AnalysedAutocompleteCompiler, stock.OpenSearch3AutocompleteQueryCompiler):
    """Queries for beginnings."""

    mapping_class = Mapping
    text_compiler_class = QueryCompiler


class SearchBackend(servers.ServerBackend, stock.OpenSearch3SearchBackend):
    """The backend that `WAGTAILSEARCH_BACKENDS` names."""

    mapping_class = Mapping
    index_class = Index
    query_compiler_class = QueryCompiler
    autocomplete_query_compiler_class = AutocompleteQueryCompiler
    errors = (OpenSearchException,)

    def ask(self, index_name: str, body: dict, seconds: float) -> dict:
        """Return the server's answer to a search."""
        return self.es.search(index=index_name, body=body, request_timeout=seconds)
