"""The search's own index: documents with their postings, made from real pages.

Wagtail's index holds every object and answers `Page.objects.search` and the admin. It knows neither how rare a word is nor in which
field it stands; what is kept here does, alike on every database.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db import connection, models, transaction
from wagtail.models import Page

from portal import cards, versions
from portal.models import PortalDocument

from . import analysis, facets
from .extraction import PageText, read_page
from .models import FREQUENCY_UNIT, Document, FacetValue, IndexVersion, Posting, Term, TitleStart

# How much a word counts by where it stands, in units of a word of running text.
TITLE, LEAD, HEADING, BODY, FILE = 5.0, 2.0, 2.5, 1.0, 0.4
PART = 0.5
"""A part of a compound counts half."""

BATCH = 100
MAX_FILE_WORDS = 20_000
MAX_TERM = 80


@dataclass
class Analysed:
    """A page analysed: the row of its document, its frequencies by term, a word for each term, the starts of its title."""

    document: Document
    frequencies: dict[str, int]
    surfaces: dict[str, str]
    starts: list[tuple[str, int]] = field(default_factory=list)


def index_version() -> str:
    """Return what an index must have been made with to be up to date: the analysis and the names of the facets."""
    return f"{analysis.VERSION}:{','.join(facet.name for facet in facets.all_facets())}"


# --- from a page to a document ------------------------------------------------------------------------------------------


def analyse_page(page: Page, files: list[PortalDocument] = (), texts: PageText | None = None) -> Analysed:
    """Return a specific page analysed, with the texts of the files that it offers."""
    texts = texts or read_page(page)
    code = page.locale.language_code
    weights: Counter[str] = Counter()
    surfaces: dict[str, str] = {}
    stems: list[str] = []
    length = 0

    def count(text: str, weight: float, with_stopwords: bool, in_order: bool = True, most: int | None = None) -> None:
        nonlocal length
        for number, word in enumerate(analysis.words(text, code)):
            if most is not None and number >= most:
                break
            if in_order:
                stems.append(word.term)
            if word.is_stopword and not with_stopwords:
                continue
            length += 1
            term = word.term[:MAX_TERM]
            weights[term] += weight
            if term not in surfaces or (len(word.surface), word.surface) < (len(surfaces[term]), surfaces[term]):
                surfaces[term] = word.surface[:MAX_TERM]
            for part in word.all_parts:
                weights[part[:MAX_TERM]] += weight * PART

    count(page.title, TITLE, with_stopwords=True)
    headings, lead = set(texts.headings), set(texts.lead)
    for text in texts.in_order:
        stems.append("")
        if text in headings:
            count(text, HEADING, with_stopwords=True)
        else:
            count(text, LEAD if text in lead else BODY, with_stopwords=False)
    file_texts = [text.text for file in files if (text := getattr(file, "file_text", None)) is not None]
    for file in files:
        count(file.title, BODY, with_stopwords=False)
    for text in file_texts:
        count(text, FILE, with_stopwords=False, in_order=False, most=MAX_FILE_WORDS)

    date = getattr(page, "date", None)
    published = page.first_published_at or page.last_published_at
    document = Document(
        page_id=page.pk,
        language=code,
        title=page.title,
        text="\n".join(texts.in_order + [file.title for file in files]),
        stems=f" {' '.join(stems)} ",
        length=max(length, 1),
        date=date or (published.date() if published else None),
        ages=isinstance(date, datetime.date),
        facets=facets.values_of(page, files),
    )
    frequencies = {term: max(1, round(weight * FREQUENCY_UNIT)) for term, weight in weights.items()}
    analysed = Analysed(document, frequencies, surfaces, title_starts(page.title, code))
    # Sorted: the same page gives the same digest whatever order it was counted in.
    held = [index_version(), document.title, document.text, document.stems, str(document.date), document.facets]
    document.digest = hashlib.md5(
        json.dumps([*held, sorted(frequencies.items())], ensure_ascii=False).encode(errors="replace"), usedforsecurity=False
    ).hexdigest()
    return analysed


def title_starts(title: str, code: str) -> list[tuple[str, int]]:
    """Return what a title can be suggested for: itself from each of its words on, then the parts of its compounds.

    Each comes with its position; German ones are there with ae, oe, ue too.
    """
    spellings = [analysis.typed_words(title, code)]
    if (other := analysis.typed_words(title, code, with_digraphs=True)) != spellings[0]:
        spellings.append(other)
    found: dict[str, int] = {}
    for words in spellings:
        for position in range(min(len(words), 12)):
            found.setdefault(" ".join(words[position:])[:60], position)
    behind = len(spellings[0])
    for word in analysis.words(title, code):
        for part in analysis.typed_parts(word.surface, code):
            found.setdefault(part[:60], behind)
    return list(found.items())


# --- from documents to tables -------------------------------------------------------------------------------------------


def update(pages: Iterable[Page]) -> None:
    """Bring the documents of pages up to date: of real ones they are written, of all others they are removed."""
    for batch in _batches(pages):
        ids = [page.pk for page in batch]
        real = list(versions.real(Page.objects.filter(pk__in=ids)).select_related("content_type"))
        remove(set(ids) - {page.pk for page in real})
        if real:
            write(_analysed(_specific(real)))


def _batches(pages: Iterable[Page]) -> Iterator[list[Page]]:
    batch: list[Page] = []
    for page in pages:
        batch.append(page)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _specific(pages: list[Page]) -> list[Page]:
    """Return the pages with all their fields, their topics and regions fetched together."""
    found = cards.specific(pages, with_streamfields=True)
    by_type: dict[type, list[Page]] = defaultdict(list)
    for page in found:
        by_type[type(page)].append(page)
    for model, group in by_type.items():
        names = [name for name in ("topics", "regions") if any(f.name == name for f in model._meta.many_to_many)]
        if names:
            models.prefetch_related_objects(group, *names)
    versions.set_locales(found)
    return found


def _analysed(pages: list[Page]) -> list[Analysed]:
    texts = {page.pk: read_page(page) for page in pages}
    wanted = set().union(*(text.file_ids for text in texts.values())) if texts else set()
    files = PortalDocument.objects.select_related("file_text").in_bulk(wanted) if wanted else {}
    return [
        analyse_page(page, [files[pk] for pk in sorted(texts[page.pk].file_ids) if pk in files], texts[page.pk])
        for page in pages
    ]


def write(analysed: list[Analysed]) -> None:
    """Write documents with all that belongs to them; those that hold the same already are left alone."""
    known = dict(
        Document.objects.filter(pk__in=[item.document.page_id for item in analysed]).values_list("pk", "digest")
    )
    changed = [item for item in analysed if known.get(item.document.page_id) != item.document.digest]
    if not changed:
        return
    with transaction.atomic():
        by_language: dict[str, list[Analysed]] = defaultdict(list)
        for item in changed:
            by_language[item.document.language].append(item)
        _remove_postings([item.document.page_id for item in changed if item.document.page_id in known])
        Document.objects.bulk_create(
            [item.document for item in changed],
            update_conflicts=True,
            unique_fields=["page"],
            update_fields=[f.name for f in Document._meta.local_concrete_fields if not f.primary_key],
        )
        for language, items in sorted(by_language.items()):
            _write_postings(language, items)
        FacetValue.objects.bulk_create(
            FacetValue(document_id=item.document.page_id, name=name, value=value)
            for item in changed
            for name, values in item.document.facets.items()
            for value in values
        )
        TitleStart.objects.bulk_create(
            TitleStart(document_id=item.document.page_id, language=item.document.language, start=start, position=position)
            for item in changed
            for start, position in item.starts
        )
    forget_statistics()


def remove(page_ids: Iterable[int]) -> None:
    """Remove the documents of pages."""
    ids = list(Document.objects.filter(pk__in=list(page_ids)).values_list("pk", flat=True))
    if not ids:
        return
    with transaction.atomic():
        _remove_postings(ids)
        Document.objects.filter(pk__in=ids)._raw_delete(using=connection.alias)
    forget_statistics()


def forget_document(page_id: int) -> None:
    """Remove what belongs to a document that is being deleted."""
    _remove_postings([page_id])
    forget_statistics()


def _remove_postings(ids: list[int]) -> None:
    """Remove what belongs to documents, and count their terms down."""
    if not ids:
        return
    postings = Posting.objects.filter(document_id__in=ids)
    gone = postings.order_by().values("term_id").annotate(number=models.Count("document_id"))
    _add_to_counts({row["term_id"]: -row["number"] for row in gone})
    postings._raw_delete(using=postings.db)
    FacetValue.objects.filter(document_id__in=ids).delete()
    TitleStart.objects.filter(document_id__in=ids).delete()


def _write_postings(language: str, items: list[Analysed]) -> None:
    surfaces: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for item in items:
        counts.update(item.frequencies.keys())
        for term, word in item.surfaces.items():
            if term not in surfaces or (len(word), word) < (len(surfaces[term]), surfaces[term]):
                surfaces[term] = word
    ids = _term_ids(language, sorted(counts), surfaces)
    _add_to_counts({ids[term]: number for term, number in counts.items()})
    _insert_postings(
        [
            (ids[term], item.document.page_id, frequency, item.document.length)
            for item in items
            for term, frequency in item.frequencies.items()
        ]
    )


def _term_ids(language: str, wanted: list[str], surfaces: dict[str, str]) -> dict[str, int]:
    """Return the ids of terms; missing ones are made, the words of the others are kept as short as any page writes them."""
    ids: dict[str, int] = {}
    shorter: list[Term] = []

    def fetch(terms: list[str]) -> None:
        for start in range(0, len(terms), 900):
            rows = Term.objects.filter(language=language, term__in=terms[start : start + 900])
            for pk, term, word in rows.values_list("pk", "term", "word"):
                ids[term] = pk
                own = surfaces.get(term)
                if own and (not word or (len(own), own) < (len(word), word)):
                    shorter.append(Term(pk=pk, word=own))

    fetch(wanted)
    if missing := [term for term in wanted if term not in ids]:
        Term.objects.bulk_create(
            [
                Term(language=language, term=term, backwards=term[::-1], word=surfaces.get(term, ""))
                for term in missing
            ],
            batch_size=2000,
            ignore_conflicts=True,
        )
        fetch(missing)
    if shorter:
        Term.objects.bulk_update(shorter, ["word"], batch_size=200)
    return ids


def _add_to_counts(changes: dict[int, int]) -> None:
    """Add to the number of documents of terms, in the order of their ids, so that two writers never wait for each other."""
    rows = sorted((pk, change) for pk, change in changes.items() if change)
    if not rows:
        return
    table = Term._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            ids, numbers = [pk for pk, _change in rows], [change for _pk, change in rows]
            cursor.execute(f"SELECT 1 FROM {table} WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [ids])  # noqa: S608
            cursor.execute(
                f"UPDATE {table} SET documents = documents + change"  # noqa: S608
                " FROM unnest(%s::bigint[], %s::integer[]) AS changes(pk, change) WHERE id = pk",
                [ids, numbers],
            )
        else:
            cursor.executemany(
                f"UPDATE {table} SET documents = documents + %s WHERE id = %s",  # noqa: S608
                [(change, pk) for pk, change in rows],
            )


def _insert_postings(rows: list[tuple[int, int, int, int]]) -> None:
    """Insert postings without an object for each: a page has hundreds."""
    table = Posting._meta.db_table
    columns = "(term_id, document_id, frequency, length)"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"INSERT INTO {table} {columns}"  # noqa: S608
                " SELECT * FROM unnest(%s::bigint[], %s::integer[], %s::integer[], %s::integer[])",
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            cursor.executemany(f"INSERT INTO {table} {columns} VALUES (%s, %s, %s, %s)", rows)  # noqa: S608


# --- numbers of a language ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Statistics:
    """How many documents a language has, and how long they are on average, in words."""

    documents: int
    length: float


def statistics(language: str) -> Statistics:
    """Return the numbers of a language, from the cache until a document changes."""
    key = f"search:statistics:{language}"
    found = cache.get(key)
    if found is None:
        row = Document.objects.filter(language=language).aggregate(
            number=models.Count("pk"), length=models.Avg("length")
        )
        found = Statistics(row["number"], float(row["length"] or 1))
        cache.set(key, found, 24 * 60 * 60)
    return found


def forget_statistics() -> None:
    """Forget the numbers of all languages, at once and once more when the change is committed."""
    from portal.languages import LANGUAGES

    keys = [f"search:statistics:{language.code}" for language in LANGUAGES]
    cache.delete_many(keys)
    transaction.on_commit(lambda: cache.delete_many(keys))


# --- the whole index ----------------------------------------------------------------------------------------------------


def mark_current() -> None:
    """Remember the analysis that the index is made with, once all of it is."""
    IndexVersion.objects.all().delete()
    IndexVersion.objects.create(version=index_version())


def is_current() -> bool:
    """Return whether the index was made with the analysis that queries are analysed with."""
    return IndexVersion.objects.filter(version=index_version()).exists()


_postponed: ContextVar[dict[int, Page] | None] = ContextVar("postponed_pages", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Collect the pages that change until the block ends, then bring their documents up to date at once."""
    pages: dict[int, Page] = {}
    token = _postponed.set(pages)
    try:
        yield
    finally:
        _postponed.reset(token)
    update(pages.values())


def pages_changed(pages: Iterable[Page]) -> None:
    """Bring the documents of pages up to date, now or when a block of `together` ends."""
    postponed = _postponed.get()
    if postponed is None:
        update(pages)
    else:
        postponed.update((page.pk, page) for page in pages)
