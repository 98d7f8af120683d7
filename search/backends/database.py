"""Wagtail's database backends, SQLite and PostgreSQL, on analysed text: same matches, same order on both.

The stock backends store the index (`wagtailsearch_indexentry`, on SQLite with FTS5) and match; what is stored and asked consists of
terms. Pages are ordered by the search's own postings, which know how rare a term is and where it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

from django.db import connection, models
from django.db.models import Case, F, FloatField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from modelsearch.utils import get_descendants_content_types_pks
from wagtail.models import Page
from wagtail.search.query import MATCH_NONE, MatchAll, Not

from portal.facts import shown
from search import indexing, ranking
from search.models import Posting
from search.upstream.index import IndexMixin, RebuilderMixin

from .fields import analysed
from .queries import beginnings, rewrite, terms

if connection.vendor == "postgresql":
    from modelsearch.backends.database.postgres import postgres as stock

    StockIndex, StockBackend = stock.PostgresIndex, stock.PostgresSearchBackend
    StockCompiler, StockAutocompleteCompiler = stock.PostgresSearchQueryCompiler, stock.PostgresAutocompleteQueryCompiler
    StockResults, StockRebuilder = stock.PostgresSearchResults, stock.PostgresSearchAtomicRebuilder
else:
    from modelsearch.backends.database.sqlite import sqlite as stock
    from modelsearch.backends.database.sqlite.query import MatchExpression
    from modelsearch.backends.database.sqlite.query import normalize as normalize_for_sqlite

    StockIndex, StockBackend = stock.SQLiteIndex, stock.SQLiteSearchBackend
    StockCompiler, StockAutocompleteCompiler = stock.SQLiteSearchQueryCompiler, stock.SQLiteAutocompleteQueryCompiler
    StockResults, StockRebuilder = stock.SQLiteSearchResults, stock.SQLiteSearchAtomicRebuilder

IndexEntry = stock.IndexEntry


class AnalysedIndex(IndexMixin, StockIndex):
    """The stock index, filled with analysed text; documents of pages are brought up to date with it."""

    def add_items(self, model: type[models.Model], objs: Sequence[models.Model]) -> None:
        """Add objects of one model."""
        objs = list(objs)
        with shown.held():
            items = [analysed(instance) for instance in objs]
        super().add_items(model, items)
        if issubclass(model, Page):
            indexing.pages_changed(objs)


class AnalysedCompiler(StockCompiler):
    """Words of the content's own languages; pages in the order of their score."""

    COLUMN = "body"

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.asked, self.query = self.query, rewrite(self.query)
        # A search in the title alone has a column of its own; all other texts stand together.
        if self.fields is not None and set(self.fields) == {"title"}:
            self.COLUMN = "title"

    def search(
        self, config: object, start: int | None, stop: int | None, score_field: str | None = None, backend: object = None
    ) -> models.QuerySet:
        """Return the objects that match, in the order of their score where relevance is asked for."""
        if isinstance(self.query, MatchAll):
            return self.queryset[start:stop]
        matches = self.matches()
        if matches is None:
            return self.queryset.none()
        queryset = self.queryset.filter(matches)
        if self.order_by_relevance or score_field is not None:
            name = score_field or "_score"
            queryset = queryset.annotate(**{name: self.score()})
            if self.order_by_relevance:
                queryset = queryset.order_by(f"-{name}", "-pk")
        if not self.order_by_relevance and not queryset.query.order_by:
            queryset = queryset.order_by("-pk")
        return queryset[start:stop]

    def matches(self) -> Q | None:
        """Return the condition for objects that match; None where nothing can."""
        return self.indexed(self.matching(self.query, self.COLUMN))

    def matching(self, query: object, column: str, prefix: bool = False) -> Q | None:
        """Return the condition for entries of the index whose column matches a rewritten query; None where nothing can."""
        if query is MATCH_NONE or (isinstance(query, Not) and isinstance(query.subquery, MatchAll)):
            return None
        self.LAST_TERM_IS_PREFIX = prefix
        if connection.vendor == "postgresql":
            return Q(**{column: self.build_tsquery(query, config="simple")})
        query, negated = normalize_for_sqlite(query), False
        if isinstance(query, Not):
            query, negated = query.subquery, True
        expression = MatchExpression([column], self.build_search_query(query))
        condition = Q(pk__in=stock.SQLiteFTSIndexEntry.objects.filter(expression).values("index_entry_id"))
        return ~condition if negated else condition

    def indexed(self, *conditions: Q | None) -> Q | None:
        """Return the condition for objects whose entries in the index meet one of some conditions; None where there is none.

        It is one condition: of two that are joined by OR the database asks every object.
        """
        known = [condition for condition in conditions if condition is not None]
        if not known:
            return None
        kinds = get_descendants_content_types_pks(self.queryset.model)
        entries = IndexEntry.objects.filter(reduce(or_, known), content_type__in=kinds)
        return Q(pk__in=entries.annotate(key=models.functions.Cast("object_id", self.queryset.model._meta.pk)).values("key"))

    def score(self) -> models.Expression:
        """Return the score of an object: of pages by their postings; others have none and follow from the newest on."""
        if not issubclass(self.queryset.model, Page):
            return Value(0.0, output_field=FloatField())
        weights = ranking.term_weights(terms(self.query))
        if not weights:
            return Value(0.0, output_field=FloatField())
        frequency = models.functions.Cast("frequency", FloatField())
        postings = Posting.objects.filter(document_id=OuterRef("pk"), term_id__in=list(weights))
        score = Case(*(When(term_id=pk, then=Value(weight)) for pk, weight in weights.items()), default=Value(0.0))
        summed = postings.order_by().values("document_id").annotate(
            score=Sum(score * frequency / (frequency + ranking.saturation(F("length"))), output_field=FloatField())
        )
        return Coalesce(Subquery(summed.values("score")), Value(0.0), output_field=FloatField())


class AnalysedAutocompleteCompiler(AnalysedCompiler):
    """Beginnings of titles and names; pages are found by their text too, which the admin's search boxes ask this way."""

    TARGET_SEARCH_FIELD_TYPE = StockAutocompleteCompiler.TARGET_SEARCH_FIELD_TYPE

    def get_search_fields_for_model(self) -> list:
        """Return the autocomplete fields."""
        return self.queryset.model.get_autocomplete_search_fields()

    def matches(self) -> Q | None:
        """Return the condition for objects with these beginnings, or with these words in their text."""
        typed = beginnings(self.asked)
        by_beginning = self.matching(typed, "autocomplete", prefix=True) if typed else None
        if not issubclass(self.queryset.model, Page):
            return self.indexed(by_beginning)
        self.by_beginning = self.indexed(by_beginning)
        return self.indexed(by_beginning, self.matching(self.query, "body"))

    by_beginning: Q | None = None

    def score(self) -> models.Expression:
        """Return the score of an object; one whose title begins so stands above all others."""
        score = super().score()
        if self.by_beginning is None:
            return score
        return score + Case(When(self.by_beginning, then=Value(1000.0)), default=Value(0.0), output_field=FloatField())


class AnalysedRebuilder(RebuilderMixin, StockRebuilder):
    """The stock rebuilder (`update_index`); afterwards the index is known to be made with today's analysis."""

    def finish(self) -> None:
        """End the rebuild."""
        indexing.mark_current()
        super().finish()


class AnalysedResults(StockResults):
    """The stock results; the compilers of both databases are called alike."""

    def get_queryset(self) -> models.QuerySet:
        """Return the objects that match."""
        return self.query_compiler.search(None, self.start, self.stop, score_field=self._score_field, backend=self.backend)


class SearchBackend(StockBackend):
    """The backend that `WAGTAILSEARCH_BACKENDS` names."""

    query_compiler_class = AnalysedCompiler
    autocomplete_query_compiler_class = AnalysedAutocompleteCompiler
    index_class = AnalysedIndex
    results_class = AnalysedResults
    atomic_rebuilder_class = AnalysedRebuilder

    def __init__(self, params: dict[str, object]) -> None:
        super().__init__({"SEARCH_CONFIG": "simple", **params})


