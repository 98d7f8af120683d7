"""The search of the website: from what was typed to what is shown. All words first, then other spellings, then any of the words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.utils import timezone
from wagtail.models import Page

from portal.language.languages import LANGUAGES, Language
from portal.models import PortalDocument
from portal.pages import versions
from portal.uploads.access import restricted_collections

from . import engine, facets, maintained, ranking, spelling
from .engine import Candidate, Plan
from .models import Document, FileText, OfferedFile
from .query import Concept, Query, clean, corrected, parse
from .snippets import Segment, held, highlight, snippet

RESULTS_PER_PAGE = 10
LOOKED_AT = 60
"""So many of the best candidates are looked at more closely."""

MIN_COVERAGE = 0.1
"""Pages with less of what was asked, by weight, are no results of a search for any of the words."""

OTHER_LANGUAGES_BELOW = 10
"""Other languages are searched where the reader's own gives fewer results."""


class Step(StrEnum):
    """How results were found."""

    ALL = "all"
    SPELLING = "spelling"
    ANY = "any"
    NONE = "none"


@dataclass
class FoundFile:
    """A file that a page offers, with what it says about a query."""

    document: PortalDocument
    snippet: list[Segment]


@dataclass
class Hit:
    """A page that was found, as it is shown: its row as links need it, and what the index keeps of it."""

    page: Page
    document: Document
    title: list[Segment]
    snippet: list[Segment]
    file: FoundFile | None = None
    """The file that holds what the page itself does not say."""
    is_partial: bool = False
    """Whether it lacks some of the words, where others have them all."""


@dataclass
class FacetOption:
    """A value of a facet that narrows the results down."""

    value: str
    label: str
    number: int
    is_chosen: bool = False


@dataclass
class ShownFacet:
    """A facet with the values that the results have."""

    name: str
    title: str
    options: list[FacetOption]


@dataclass
class OtherLanguage:
    """Pages in another language."""

    language: Language
    hits: list[Hit]
    total: int


@dataclass
class Request:
    """What is searched: a text, in a language, narrowed down by `filters` (facet, value), from `page` on."""

    text: str
    language: str
    filters: list[tuple[str, str]] = field(default_factory=list)
    by_date: bool = False
    page: int = 1
    with_facets: bool = True
    with_others: bool = True
    is_exact: bool = False
    """Whether no other spelling is tried."""


@dataclass
class Outcome:
    """What was found."""

    query: Query
    step: Step = Step.NONE
    corrected_text: str = ""
    """What was sought in place of what was typed, because that stands nowhere and no language knows it."""
    offered_text: str = ""
    """What may have been meant by words that no language knows, but pages hold."""
    missing: list[str] = field(default_factory=list)
    """Words that no page holds, and that were not replaced."""
    near: list[str] = field(default_factory=list)
    """The query with other words of the pages in the place of those that are missing."""
    total: int = 0
    is_capped: bool = False
    hits: list[Hit] = field(default_factory=list)
    facets: list[ShownFacet] = field(default_factory=list)
    promoted: list[Hit] = field(default_factory=list)
    others: list[OtherLanguage] = field(default_factory=list)
    page: int = 1
    pages: int = 0
    ids: list[int] = field(default_factory=list)
    """All that was found, in order: as far as it is looked at."""
    partial_from: int | None = None
    """From which place on pages lack some of the words."""


def search(request: Request) -> Outcome:
    """Return what is found for a request."""
    synonyms = maintained.synonyms(request.language)
    query = parse(clean(request.text), request.language, synonyms)
    outcome = Outcome(query)
    if not query:
        return outcome
    planned, complete, partial = _find(query, synonyms, request, outcome)
    chosen = [(name, value) for name, value in request.filters]
    everything = [*complete, *partial] if outcome.step != Step.ANY else partial
    if chosen and len(everything) >= engine.LIMIT:
        # More than is looked at: the database narrows it down.
        complete, partial = _again(planned, outcome, request)
        everything = [*complete, *partial] if outcome.step != Step.ANY else partial
    kept = [candidate for candidate in everything if _suits(candidate, chosen)] if chosen else everything
    number_complete = sum(1 for candidate in complete if _suits(candidate, chosen)) if chosen else len(complete)
    outcome.partial_from = number_complete if outcome.step != Step.ANY and number_complete < len(kept) else None
    counted = number_complete if outcome.step != Step.ANY else len(kept)
    outcome.is_capped = len(everything) >= engine.LIMIT and counted >= engine.LIMIT - 1
    outcome.total = min(counted, engine.LIMIT - 1)
    outcome.ids = [candidate.pk for candidate in kept]
    if not kept:
        outcome.step = Step.NONE
    outcome.pages = -(-min(len(kept), engine.LIMIT - 1) // RESULTS_PER_PAGE)
    outcome.page = max(1, min(request.page, outcome.pages or 1))
    start = (outcome.page - 1) * RESULTS_PER_PAGE
    shown = kept[start : start + RESULTS_PER_PAGE]
    first_partial = outcome.partial_from if outcome.partial_from is not None else len(kept)
    weights = _weights(planned)
    outcome.hits = hits([candidate.pk for candidate in shown], planned.query.concepts, weights, request.language)
    partial_ids = {candidate.pk for candidate in kept[first_partial:]}
    for hit in outcome.hits:
        hit.is_partial = hit.page.pk in partial_ids
    if request.with_facets:
        outcome.facets = _facets(everything if outcome.step == Step.ANY else complete or everything, chosen)
    if outcome.page == 1 and not chosen:
        outcome.promoted = _promoted(query, weights, request.language)
        if request.with_others and outcome.total < OTHER_LANGUAGES_BELOW:
            outcome.others = list(other_languages(request.text, request.language))
    return outcome


def _find(
    query: Query, synonyms: dict, request: Request, outcome: Outcome
) -> tuple[Plan, list[Candidate], list[Candidate]]:
    """Return the plan that found, the documents that have all words and those that only have some."""
    planned = engine.plan(query)
    complete = _ordered(planned, engine.with_all(planned, by_date=request.by_date), request.by_date)
    outcome.step = Step.ALL
    if not request.is_exact:
        if other := _respelt(planned, synonyms, outcome):
            planned, outcome.step, outcome.corrected_text = other, Step.SPELLING, other.query.text
            complete = _ordered(planned, engine.with_all(planned, by_date=request.by_date), request.by_date)
        if planned.unknown:
            _tell_missing(planned, synonyms, outcome)
    partial: list[Candidate] = []
    if not complete and planned.query.phrases:
        # Nobody is left with nothing because of quotation marks: the words are sought one by one.
        planned = replace(planned, query=replace(planned.query, phrases=()))
    if len(complete) < RESULTS_PER_PAGE and not planned.query.phrases and (len(planned.query.concepts) > 1 or not complete):
        found = _ordered(planned, engine.with_any(planned, by_date=request.by_date), request.by_date, with_coverage=True)
        known = {candidate.pk for candidate in complete}
        partial = [candidate for candidate in found if candidate.pk not in known]
    if not complete:
        outcome.step = Step.ANY if partial else Step.NONE
    return planned, complete, partial


def _respelt(planned: Plan, synonyms: dict, outcome: Outcome) -> Plan | None:
    """Return the plan in another spelling, where words stand nowhere and no language knows them: of all of them, or of none.

    Of words that no language knows but pages hold, the other spelling is only offered.
    """
    query = planned.query
    found = {word.surface: planned.documents(word.term) for concept in query.concepts for word in concept.words}
    right = spelling.known(found, query.language)
    nowhere = {word.surface for concept in planned.unknown for word in concept.words if word.surface not in right}
    replaced = {word: spelling.correction(word, query.language) for word in nowhere}
    if nowhere and all(replaced.values()):
        return engine.plan(corrected(query, replaced, synonyms))
    doubtful = [word for word in found if word not in right and word not in nowhere]
    offered = {word: other for word in doubtful if (other := spelling.correction(word, query.language, found[word]))}
    if offered:
        outcome.offered_text = corrected(query, offered, synonyms).text
    return None


def _tell_missing(planned: Plan, synonyms: dict, outcome: Outcome) -> None:
    """Set which words no page holds, and what is near to them."""
    query = planned.query
    outcome.missing = [word.surface for concept in planned.unknown for word in concept.words]
    words = outcome.missing[: spelling.MOST_NEAR]
    pairs = [(word, other) for word in words for other in spelling.near_words(word, query.language)]
    outcome.near = [corrected(query, {word: other}, synonyms).text for word, other in pairs[: spelling.MOST_NEAR]]


def _again(planned: Plan, outcome: Outcome, request: Request) -> tuple[list[Candidate], list[Candidate]]:
    if outcome.step == Step.ANY:
        found = engine.with_any(planned, request.filters, request.by_date)
        return [], _ordered(planned, found, request.by_date, with_coverage=True)
    return _ordered(planned, engine.with_all(planned, request.filters, request.by_date), request.by_date), []


def _ordered(
    planned: Plan, candidates: list[Candidate], by_date: bool, with_coverage: bool = False
) -> list[Candidate]:
    """Return candidates in their final order: the best of them looked at more closely, news by its age."""
    if not candidates or by_date:
        return candidates
    head, tail = candidates[:LOOKED_AT], candidates[LOOKED_AT:]
    engine.complete(planned, head)
    if with_coverage:
        best = max(candidate.coverage for candidate in head)
        head = [candidate for candidate in head if candidate.coverage >= min(MIN_COVERAGE, best)]
    today = timezone.localdate()
    texts = {
        pk: (stems, title)
        for pk, stems, title in Document.objects.filter(pk__in=[c.pk for c in head]).values_list("pk", "stems", "title")
    }
    words = planned.query.sequence
    weights = [planned.terms[word].rarity if word in planned.terms else 0.0 for word in words]
    for candidate in head:
        stems, title = texts[candidate.pk]
        title_length = len(stems.partition("  ")[0].split())
        candidate.score += ranking.closeness(stems, title_length, words, weights)
    for candidate in candidates:
        candidate.score *= ranking.recency(candidate.date, candidate.ages, today)
    head.sort(key=lambda candidate: (-round(candidate.score, 6), -candidate.pk))
    tail.sort(key=lambda candidate: (-round(candidate.score, 6), -candidate.pk))
    return head + tail


def _weights(planned: Plan) -> dict[str, float]:
    """Return the terms that are marked in snippets, with what each counts."""
    found: dict[str, float] = {}
    for concept in planned.query.concepts:
        for alternative in concept.alternatives:
            if alternative.is_synonym and len(alternative.terms) > 1:
                # Its words by themselves mean something else.
                continue
            for term in alternative.terms:
                if term in planned.terms:
                    found[term] = max(found.get(term, 0.0), alternative.weight * planned.terms[term].rarity)
    return found


def _suits(candidate: Candidate, chosen: Sequence[tuple[str, str]]) -> bool:
    """Return whether a document has one of the values chosen in each facet that any were chosen in."""
    wanted: dict[str, set[str]] = {}
    for name, value in chosen:
        wanted.setdefault(name, set()).add(value)
    return all(values & set(candidate.facets.get(name, ())) for name, values in wanted.items())


def _facets(candidates: Sequence[Candidate], chosen: Sequence[tuple[str, str]]) -> list[ShownFacet]:
    """Return the facets of results; each is counted under the choices made in the others."""
    shown = []
    # Candidates with the same values share them (`engine.facet_values`): each set is looked at once.
    by_values = {id(candidate.facets): candidate for candidate in candidates}
    alike = [(by_values[values], number) for values, number in Counter(id(c.facets) for c in candidates).items()]
    for facet in facets.all_facets():
        others = [(name, value) for name, value in chosen if name != facet.name]
        own = {value for name, value in chosen if name == facet.name}
        counts: Counter[str] = Counter()
        for candidate, number in alike:
            if not others or _suits(candidate, others):
                for value in candidate.facets.get(facet.name, ()):
                    counts[value] += number
        # What was chosen stays there to be taken back, also where it finds nothing.
        counts.update(dict.fromkeys(own, 0))
        labels = facet.labels(list(counts))
        options = [
            FacetOption(value, labels[value], number, value in own) for value, number in counts.items() if value in labels
        ]
        if facet.by_label:
            options.sort(key=lambda option: option.label, reverse=True)
        else:
            options.sort(key=lambda option: (-option.number, option.label))
        if len(options) > 1 or own:
            shown.append(ShownFacet(facet.name, str(facet.title), options))
    return shown


def hits(ids: Sequence[int], concepts: Sequence[Concept], weights: dict[str, float], language: str) -> list[Hit]:
    """Return pages as they are shown, in the order of their ids; those that are not real any more are left out."""
    pages = versions.real(versions.rows().filter(pk__in=ids).order_by()).in_bulk()
    versions.set_locales(pages.values())
    documents = Document.objects.filter(pk__in=pages).only("lead", "text", "stems", "dates", "change", "facets").in_bulk()
    terms = set(weights)
    found = [
        Hit(page, document, highlight(page.title, terms, language), _snippet(document, weights, language))
        for pk in ids
        if (page := pages.get(pk)) and (document := documents.get(pk))
    ]
    _add_files(found, documents, concepts, weights, language)
    return found


def _add_files(
    found: list[Hit], documents: dict[int, Document], concepts: Sequence[Concept], weights: dict[str, float], language: str
) -> None:
    """Give those hits a file whose pages lack one of the concepts, where a file that they offer holds it. At most four queries."""
    offered: dict[int, list[int]] = defaultdict(list)
    rows = OfferedFile.objects.filter(document_id__in=documents).order_by("pk").values_list("document_id", "file_id")
    for page_id, file_id in rows:
        offered[page_id].append(file_id)
    wanted: dict[int, dict[str, float]] = {}
    for hit in found:
        if hit.page.pk in offered:
            own = held(f"{hit.page.title} \n{documents[hit.page.pk].text}", set(weights), language)
            lacking = [concept.terms for concept in concepts if own.isdisjoint(concept.terms)]
            wanted[hit.page.pk] = {term: weights[term] for terms in lacking for term in terms if term in weights}
    ids = {file_id for page_id, terms in wanted.items() if terms for file_id in offered[page_id]}
    if not ids:
        return
    open_files = FileText.objects.exclude(document__collection__in=restricted_collections())
    files = open_files.filter(pk__in=ids).select_related("document").in_bulk()
    for hit in found:
        best = 0.0
        terms = wanted.get(hit.page.pk, {})
        for file in (files[pk] for pk in offered.get(hit.page.pk, ()) if pk in files):
            value = sum(terms[term] for term in held(file.text, set(terms), language))
            if value > best:
                best, hit.file = value, FoundFile(file.document, snippet(file.text, terms, language))


def _snippet(document: Document, weights: dict[str, float], language: str) -> list[Segment]:
    return snippet(document.text, weights, language, document.stems) or highlight(document.lead, set(weights), language)


def _promoted(query: Query, weights: dict[str, float], language: str) -> list[Hit]:
    terms = tuple(word.term for concept in query.concepts for word in concept.words)
    found = maintained.promoted(terms, language)
    if not found:
        return []
    texts = dict(found)
    shown = hits([pk for pk, _text in found], query.concepts, weights, language)
    for hit in shown:
        if own := texts[hit.page.pk]:
            hit.snippet = [Segment(own)]
    return [hit for hit in shown if hit.page.locale.language_code == language]


def other_languages(text: str, language: str, most: int = 3) -> list[OtherLanguage]:
    """Return the pages of the other languages that have all words of a query."""
    found = []
    for other in LANGUAGES:
        if other.code == language:
            continue
        query = parse(clean(text), other.code, maintained.synonyms(other.code))
        planned = engine.plan(query)
        candidates = _ordered(planned, engine.with_all(planned), by_date=False)
        if candidates and (shown := hits([c.pk for c in candidates[:most]], planned.query.concepts, _weights(planned), other.code)):
            found.append(OtherLanguage(other, shown, len(candidates)))
    return found


