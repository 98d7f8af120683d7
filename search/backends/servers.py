"""Wagtail's backends for Elasticsearch and OpenSearch, on analysed text: what both have in common.

The server is sent terms and asked for terms: it takes them apart at blanks and does nothing else to them. It finds; which pages are
real, how well they answer, what they are narrowed down by and how they are shown is known to the database, whose tables are
brought up to date in any case (`search.backends.remote`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from django.db import models
from modelsearch.backends.elasticsearchbase import ElasticsearchAtomicIndexRebuilder
from modelsearch.index import get_indexed_models
from wagtail.models import Page
from wagtail.search import index
from wagtail.search.query import MATCH_ALL, And, Boost, MatchAll, Or, Phrase, PlainText, SearchQuery

from portal.models import PortalDocument
from portal.pages import versions
from search import analysis, indexing
from search.analysis import tokens
from search.extraction import read_page
from search.models import FacetValue
from search.query import Concept, Query

from .fields import ReadyAutocompleteField, ReadySearchField, language_of, search_terms, typed_words
from .queries import beginnings, rewrite

MOST_IDS = 65_536
"""So many ids a server takes in one query (`index.max_terms_count`)."""

SECONDS = 2
"""So long a visitor waits for the server; then the database searches."""


class AnalysedMapping:
    """The stock documents with terms in place of texts; those of pages hold what the search of the website needs besides."""

    edgengram_analyzer_config: ClassVar[dict] = {"analyzer": "edgengram_analyzer", "search_analyzer": "whitespace"}

    def get_mapping(self) -> dict:
        """Return the fields of a model's documents."""
        mapping = super().get_mapping()
        if issubclass(self.model, Page):
            mapping["properties"] |= {
                "search_files": {"type": "text", "copy_to": "_all_text"},
                "search_date": {"type": "date"},
                "search_is_alias": {"type": "boolean"},
            }
        return mapping

    def get_document(self, obj: models.Model) -> dict:
        """Return the document of an object."""
        document = super().get_document(obj)
        if isinstance(obj, Page):
            published = obj.first_published_at or obj.last_published_at
            document |= {
                "search_files": _files(obj),
                "search_date": getattr(obj, "date", None) or (published.date() if published else None),
                "search_is_alias": obj.alias_of_id is not None,
            }
        return document

    def _get_document_field_data(self, field: index.BaseField, obj: models.Model) -> tuple[str, object, list]:
        if isinstance(field, index.SearchField):
            terms = search_terms(field, obj, language_of(obj))
            field = ReadySearchField(field.field_name, terms, boost=field.boost, **field.kwargs)
        elif isinstance(field, index.AutocompleteField):
            field = ReadyAutocompleteField(field.field_name, typed_words(field, obj, language_of(obj)), **field.kwargs)
        return super()._get_document_field_data(field, obj)


def _files(page: Page) -> list[str]:
    """Return the terms of the files that a page offers."""
    ids = read_page(page).file_ids
    files = PortalDocument.objects.filter(pk__in=ids).select_related("file_text").order_by("pk") if ids else ()
    texts = [[file.title, *(file.file_text.text.splitlines() if hasattr(file, "file_text") else ())] for file in files]
    return [analysis.indexed_text(lines, language_of(page)) for lines in texts]


class AnalysedIndex:
    """The stock index. The search's own documents come first: they must be right whether the server answers or not."""

    def add_item(self, item: models.Model) -> None:
        """Add an object."""
        if isinstance(item, Page):
            indexing.pages_changed([item])
        super().add_item(item)

    def add_items(self, model: type[models.Model], items: Iterable[models.Model]) -> None:
        """Add objects of one model."""
        items = list(items)
        if issubclass(model, Page):
            indexing.pages_changed(items)
        super().add_items(model, items)


class AnalysedRebuilder(ElasticsearchAtomicIndexRebuilder):
    """The stock rebuilder (`update_index`); once all are there, the index is known to be made with today's analysis."""

    def finish(self) -> None:
        """End the rebuild of one index."""
        super().finish()
        # In the order of `rebuild_modelsearch_index`, which makes one after the other.
        *_, last = dict.fromkeys(self.alias.backend.get_index_for_model(model).name for model in get_indexed_models())
        if self.alias.name == last:
            indexing.mark_current()


class AnalysedCompiler:
    """Words of the content's own languages."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.asked, self.query = self.query, rewrite(self.query)


class AnalysedAutocompleteCompiler(AnalysedCompiler):
    """Beginnings of titles and names; pages are found by their text too, which the admin's search boxes ask this way."""

    text_compiler_class: type

    def get_inner_query(self) -> dict:
        """Return the query without its filters; what begins so stands above all others."""
        if isinstance(self.asked, MatchAll):
            return super().get_inner_query()
        found = []
        if typed := beginnings(self.asked):
            self.query = typed
            found.append({"constant_score": {"filter": super().get_inner_query(), "boost": 1000}})
        if issubclass(self.queryset.model, Page):
            found.append(self.text_compiler_class(self.queryset, self.asked).get_inner_query())
        return {"bool": {"should": found}} if found else self._process_match_none()


class ServerBackend:
    """What the backends for both servers have in common; comes before the stock backend."""

    rebuilder_class = atomic_rebuilder_class = AnalysedRebuilder
    errors: tuple[type[Exception], ...]
    """What the client raises when the server does not answer, or not as it should."""
    ask: Callable[[str, dict, float], dict]
    """Asks for the name of an index, with a body, waits some seconds at most and returns the answer: each client does it its own way."""

    settings: ClassVar[dict] = {
        "settings": {
            "analysis": {
                "analyzer": {
                    # Of all texts: they are analysed before they are sent.
                    "default": {"type": "custom", "tokenizer": "whitespace"},
                    "edgengram_analyzer": {"type": "custom", "tokenizer": "whitespace", "filter": ["edgengram"]},
                },
                "filter": {"edgengram": {"type": "edge_ngram", "min_gram": 1, "max_gram": tokens.MAX_WORD}},
            },
        },
    }

    _clients: ClassVar[dict[str, object]] = {}

    def client_class(self, **options: object) -> object:
        """Return the client: Wagtail makes a backend for each search, connections are kept."""
        stock = super().client_class
        key = repr((stock, options))
        if key not in self._clients:
            self._clients[key] = stock(**options)
        return self._clients[key]

    def candidates(
        self, query: Query, concepts: Sequence[Concept], operator: str, filters: Sequence[tuple[str, str]], by_date: bool, most: int
    ) -> list[int]:
        """Return the ids of pages that hold all (`and`) or any (`or`) of the concepts, the best first (or the newest)."""
        pages = Page.objects.filter(live=True, locale_id=_locale_id(query.language))
        for name in dict(filters):
            chosen = [value for other, value in filters if other == name]
            held = FacetValue.objects.filter(name=name, value__in=chosen).order_by("-document_id")
            pages = pages.filter(pk__in=list(held.values_list("document_id", flat=True).distinct()[:MOST_IDS]))
        compiler = self.query_compiler_class(pages, MATCH_ALL)
        compiler.query = _query(query, concepts, operator)
        refused: list[dict] = [{"term": {"search_is_alias": True}}]
        if query.excluded:
            refused.append({"terms": {"_all_text": list(query.excluded)}})
        body = {
            "query": {"bool": {"must": compiler.get_query(), "must_not": refused}},
            "size": most,
            "_source": False,
            "track_total_hits": False,
        }
        if by_date:
            body["sort"] = [{"search_date": {"order": "desc", "missing": "_last"}}]
        answer = self.ask(self.get_index_for_model(Page).name, body, SECONDS)
        return [int(hit["_id"]) for hit in answer["hits"]["hits"]]


def _locale_id(language: str) -> int | None:
    return next((pk for pk, locale in versions.locales_by_id().items() if locale.language_code == language), None)


def _query(query: Query, concepts: Sequence[Concept], operator: str) -> SearchQuery:
    """Return a query of the search page for Wagtail's compiler. It consists of terms already."""
    parts: list[SearchQuery] = [
        Or([Boost(PlainText(" ".join(each.terms), operator="and"), each.weight) for each in concept.alternatives])
        for concept in concepts
    ]
    asked = And(parts) if operator == "and" else Or(parts)
    return And([asked, *(Phrase(" ".join(phrase)) for phrase in query.phrases)]) if query.phrases else asked
