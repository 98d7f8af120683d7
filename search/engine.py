"""Finding documents: matches and their scores, from the postings; one SQL for every database.

Ranking has two stages. The database finds the documents that match and sums up what their terms count; the best of them are then
looked at more closely (`search.service`). Very common words of a query that asks for any of its words do not find documents, but
count for those that the rarer ones have found.

Where the settings name a search server, it finds in the database's place (`search.backends.remote`); the same SQL then looks at what
it has found, so that matches and scores do not depend on it.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from django.db import connection

from . import ranking
from .backends import remote
from .indexing import statistics
from .models import Document, FacetValue, Posting, Term
from .query import Concept, Query

LIMIT = 1001
"""So many matches are looked at; of more, there are “more than 1000”."""

UNKNOWN = 8.0
"""What a word counts that no document holds, where it is asked how much of a query a document holds."""

OTHER_SYNONYMS = 0.3
"""How much synonyms of a word count besides the best one."""

POSTINGS = 40_000
"""So many postings are summed up to find documents with any of the words."""

LOOKUP = 8
"""So many postings are read one after the other in the time in which one is looked up."""


@dataclass(slots=True)
class Candidate:
    """A document that matches, with its score so far."""

    pk: int
    score: float
    date: datetime.date | None
    ages: bool
    facets: dict[str, list[str]]
    coverage: float = 1.0
    """How much of what was asked it holds, by weight, from 0 to 1."""


@dataclass(frozen=True)
class KnownTerm:
    """A term that the language's documents hold."""

    pk: int
    documents: int
    rarity: float


@dataclass
class Plan:
    """A query with the terms that there are."""

    query: Query
    terms: dict[str, KnownTerm]
    average: float
    unknown: list[Concept] = field(default_factory=list)

    def weights(self, concepts: Iterable[Concept]) -> dict[int, float]:
        """Return what the terms of concepts count, by id: the most that any alternative gives them."""
        found: dict[int, float] = {}
        for concept in concepts:
            for alternative in concept.alternatives:
                if all(term in self.terms for term in alternative.terms):
                    for term in alternative.terms:
                        known = self.terms[term]
                        found[known.pk] = max(found.get(known.pk, 0.0), alternative.weight * known.rarity)
        return found

    def options(self, concept: Concept) -> list[list[int]]:
        """Return the alternatives of a concept as ids of terms that must stand in a document together."""
        return [
            [self.terms[term].pk for term in alternative.terms]
            for alternative in concept.alternatives
            if all(term in self.terms for term in alternative.terms)
        ]

    def documents(self, term: str) -> int:
        """Return how many documents hold a term."""
        return self.terms[term].documents if term in self.terms else 0

    def frequency(self, concept: Concept) -> int:
        """Return about how many documents a concept finds."""
        return sum(min(self.terms_by_id[pk].documents for pk in option) for option in self.options(concept))

    @cached_property
    def terms_by_id(self) -> dict[int, KnownTerm]:
        """Return the terms by id."""
        return {term.pk: term for term in self.terms.values()}


def plan(query: Query) -> Plan:
    """Return a query with the terms that its language has. One query."""
    numbers = statistics(query.language)
    wanted = query.terms | set(query.excluded)
    rows = Term.objects.filter(language=query.language, term__in=wanted, documents__gt=0)
    terms = {
        term: KnownTerm(pk, documents, ranking.rarity(documents, numbers.documents))
        for term, pk, documents in rows.values_list("term", "pk", "documents")
    }
    found = Plan(query, terms, numbers.length)
    found.unknown = [concept for concept in query.concepts if not found.options(concept)]
    return found


# --- SQL ----------------------------------------------------------------------------------------------------------------

_POSTING, _DOCUMENT, _FACET = Posting._meta.db_table, Document._meta.db_table, FacetValue._meta.db_table


def _ids(ids: Iterable[int]) -> str:
    """Return ids for an IN list. Numbers of our own tables: nothing that somebody typed."""
    return ", ".join(str(int(pk)) for pk in sorted(set(ids)))


@lru_cache(maxsize=5_000)
def facet_values(stored: str) -> dict[str, list[str]]:
    """Return the values of a document's facets as they are stored. Many documents have the same: they share what is returned."""
    return json.loads(stored)


def _number(value: float) -> str:
    """Return a number as SQL that every database computes with in floating point: PostgreSQL takes 0.5 for an exact decimal."""
    return f"CAST({value!r} AS double precision)"


def _held(options: Sequence[Sequence[int]]) -> str:
    """Return the condition that the postings `p` of a document hold one of the options, each with all its terms."""
    single = [option[0] for option in options if len(option) == 1]
    conditions = [[single]] if single else []
    conditions += [[[pk] for pk in option] for option in options if len(option) > 1 and not set(option) & set(single)]
    alternatives = [
        " AND ".join(f"MAX(CASE WHEN p.term_id IN ({_ids(ids)}) THEN 1 ELSE 0 END) = 1" for ids in condition)
        for condition in conditions
    ]
    return f"({' OR '.join(alternatives)})"


def _exists(document: str, ids: Iterable[int]) -> str:
    return f"EXISTS (SELECT 1 FROM {_POSTING} x WHERE x.document_id = {document} AND x.term_id IN ({_ids(ids)}))"  # noqa: S608


def _restrictions(query: Query, planned: Plan, filters: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Return the conditions on a document `d` besides its words, and their parameters."""
    conditions, parameters = [], []
    for phrase in query.phrases:
        conditions.append("d.stems LIKE %s")
        parameters.append(f"% {' '.join(phrase)} %")
    excluded = [planned.terms[term].pk for term in query.excluded if term in planned.terms]
    if excluded:
        conditions.append(f"NOT {_exists('d.page_id', excluded)}")
    for name in dict(filters):
        values = [value for other, value in filters if other == name]
        conditions.append(
            f"EXISTS (SELECT 1 FROM {_FACET} f WHERE f.document_id = d.page_id AND f.name = %s"  # noqa: S608
            f" AND f.value IN ({', '.join(['%s'] * len(values))}))"
        )
        parameters += [name, *values]
    return conditions, parameters


def _run(
    planned: Plan,
    weights: dict[int, float],
    filters: Sequence[tuple[str, str]],
    by_date: bool,
    held: Sequence[str] = (),
    among: str = "",
) -> list[Candidate]:
    """Return the best documents, scored by the weights of their terms.

    `held` are conditions on all postings `p` of a document, `among` one on each.
    """
    fixed, by_length = map(_number, ranking.saturation_parts(planned.average))
    conditions, parameters = _restrictions(planned.query, planned, filters)
    order = "d.date DESC NULLS LAST, d.page_id DESC" if by_date else "s.score DESC, d.page_id DESC"
    cases = " ".join(f"WHEN {pk} THEN {_number(weight)}" for pk, weight in weights.items())
    summed = f"""
        SELECT p.document_id, SUM(CASE p.term_id {cases} END * p.frequency / (p.frequency + {fixed} + {by_length} * p.length)) AS score
        FROM {_POSTING} p WHERE p.term_id IN ({_ids(weights)}){f" AND {among}" if among else ""}
        GROUP BY p.document_id{f" HAVING {' AND '.join(held)}" if held else ""}
    """  # noqa: S608
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    if not where and not by_date:
        # The best are found before their documents are read.
        summed += f" ORDER BY score DESC, p.document_id DESC LIMIT {LIMIT}"
    sql = f"""
        SELECT d.page_id, s.score, d.date, d.ages, d.facets
        FROM ({summed}) s JOIN {_DOCUMENT} d ON d.page_id = s.document_id {where}
        ORDER BY {order} LIMIT {LIMIT}
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    return [
        Candidate(
            pk,
            float(score or 0.0),
            datetime.date.fromisoformat(date) if isinstance(date, str) else date,
            bool(ages),
            facet_values(values),
        )
        for pk, score, date, ages, values in rows
    ]


def with_all(planned: Plan, filters: Sequence[tuple[str, str]] = (), by_date: bool = False) -> list[Candidate]:
    """Return the documents that hold everything that was asked, the best first (or the newest); at most `LIMIT`."""
    if planned.unknown or not planned.query:
        return []
    concepts = sorted(planned.query.concepts, key=planned.frequency)
    options = [planned.options(concept) for concept in concepts]
    weights = planned.weights(concepts)
    held, among = [], _found_by_server(planned, concepts, "and", filters, by_date)
    if len(concepts) > 1 or any(len(option) > 1 for option in options[0]):
        held = [_held(option) for option in options]
        # A term of each alternative of the rarest concept. Where it finds few documents, the other terms are looked up in them;
        # otherwise to read all postings once is faster.
        driver = {min(option, key=lambda pk: planned.terms_by_id[pk].documents) for option in options[0]}
        everything = sum(planned.terms_by_id[pk].documents for pk in weights)
        if not among and sum(planned.terms_by_id[pk].documents for pk in driver) * len(weights) * LOOKUP < everything:
            among = f"p.document_id IN (SELECT r.document_id FROM {_POSTING} r WHERE r.term_id IN ({_ids(driver)}))"  # noqa: S608
    return _run(planned, weights, filters, by_date, held, among)


def with_any(planned: Plan, filters: Sequence[tuple[str, str]] = (), by_date: bool = False) -> list[Candidate]:
    """Return the documents that hold anything that was asked, the best first (or the newest); at most `LIMIT`."""
    concepts = sorted(
        (concept for concept in planned.query.concepts if planned.options(concept)), key=planned.frequency
    )
    if not concepts:
        return []
    if among := _found_by_server(planned, concepts, "or", filters, by_date):
        return _run(planned, planned.weights(concepts), filters, by_date, _any_held(planned, concepts), among)
    finding: list[Concept] = []
    number = 0
    for concept in concepts:
        number += planned.frequency(concept)
        if finding and number > POSTINGS:
            break
        finding.append(concept)
    return _run(planned, planned.weights(finding), filters, by_date, _any_held(planned, finding))


def _any_held(planned: Plan, concepts: Sequence[Concept]) -> list[str]:
    """Return the condition that a document holds one of the concepts, where a single posting does not say so.

    A compound is found by its parts together: one of them by itself is another word.
    """
    options = [option for concept in concepts for option in planned.options(concept)]
    return [_held(options)] if any(len(option) > 1 for option in options) else []


def _found_by_server(
    planned: Plan, concepts: Sequence[Concept], operator: str, filters: Sequence[tuple[str, str]], by_date: bool
) -> str:
    """Return the condition that a posting `p` is of a document which the search server finds; empty where none is asked."""
    found = remote.candidates(planned.query, concepts, operator, filters, by_date)
    return "" if found is None else f"p.document_id IN ({_ids(found) or 'NULL'})"


def complete(planned: Plan, candidates: Sequence[Candidate]) -> None:
    """Score candidates by all terms of the query, and set how much of it each holds. One query.

    A word counts with the parts of its compound. Of synonyms the best counts in full, the others a little: they are one thing.
    """
    if not candidates:
        return
    concepts = [concept for concept in planned.query.concepts if planned.options(concept)]
    wanted = {planned.terms[term].pk for concept in concepts for term in concept.terms if term in planned.terms}
    fixed, by_length = ranking.saturation_parts(planned.average)
    held: dict[int, dict[int, float]] = {candidate.pk: {} for candidate in candidates}
    rows = Posting.objects.filter(term_id__in=list(wanted), document_id__in=list(held))
    for term_id, document_id, frequency, length in rows.values_list("term_id", "document_id", "frequency", "length"):
        held[document_id][term_id] = frequency / (frequency + fixed + by_length * length)
    parts = [_Part.of(planned, concept) for concept in concepts]
    total = sum(part.rarity for part in parts) + UNKNOWN * len(planned.unknown) or 1.0
    for candidate in candidates:
        own = held[candidate.pk]
        candidate.score = sum(part.score(own) for part in parts)
        candidate.coverage = sum(part.rarity for part in parts if part.is_held(own)) / total


@dataclass(frozen=True)
class _Part:
    """A concept made ready for scoring: its alternatives as terms by id with what each counts."""

    alternatives: list[list[tuple[int, float]]]
    are_synonyms: list[bool]
    rarity: float

    @classmethod
    def of(cls, planned: Plan, concept: Concept) -> _Part:
        known = [each for each in concept.alternatives if all(term in planned.terms for term in each.terms)]
        alternatives = [
            [(planned.terms[term].pk, alternative.weight * planned.terms[term].rarity) for term in alternative.terms]
            for alternative in known
        ]
        rarities = [planned.terms[term].rarity for term in concept.terms if term in planned.terms]
        return cls(alternatives, [each.is_synonym for each in known], max(rarities, default=0.0))

    def score(self, own: dict[int, float]) -> float:
        scores = [0.0]
        for terms, is_synonym in zip(self.alternatives, self.are_synonyms, strict=True):
            score = sum(weight * own.get(pk, 0.0) for pk, weight in terms)
            if is_synonym:
                scores.append(score)
            else:
                scores[0] += score
        best = max(scores)
        return best + OTHER_SYNONYMS * (sum(scores) - best)

    def is_held(self, own: dict[int, float]) -> bool:
        return any(all(pk in own for pk, _weight in terms) for terms in self.alternatives)
