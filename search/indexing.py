"""The search's own index: documents with their postings, made from real pages.

Wagtail's index holds every object and answers `Page.objects.search` and the admin. It knows neither how rare a word is nor in which
field it stands; what is kept here does, alike on every database.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, models, transaction
from wagtail.models import Page
from wagtail.query import PageQuerySet

from portal.changes import Tag, announce, kept
from portal.facts import shown
from portal.models import PortalDocument
from portal.pages import cards, restrictions, versions
from portal.uploads.access import restricted_collections

from . import analysis
from .documents import Analysed, analyse_page, index_version
from .extraction import read_page
from .models import Document, FacetValue, IndexVersion, OfferedFile, Posting, Term, TitleStart

Changes = dict[str, Counter[str]]
"""By how much the numbers of documents of terms change, by language."""

BATCH = 500


# --- from documents to tables -------------------------------------------------------------------------------------------


def update(pages: Iterable[Page]) -> None:
    """Bring the documents of pages up to date: of real ones they are written, of all others they are removed."""
    for batch in _batches(pages):
        ids = [page.pk for page in batch]
        real = list(versions.real(Page.objects.filter(pk__in=ids)).select_related("content_type"))
        remove(set(ids) - {page.pk for page in real})
        if real:
            write(_analysed(_specific(real)))


def privacy_changed(page: Page) -> None:
    """Bring the documents up to date of all pages that what binds a page binds too: those that came or went, no others."""
    _follow(Page.objects.filter(restrictions.at_or_below(restrictions.bound_paths(page))))


def trees_changed() -> None:
    """Bring the documents up to date of all pages that a site shows now, or shows no more."""
    _follow(Page.objects.all())


def _follow(bound: PageQuerySet) -> None:
    real = set(versions.real(bound).values_list("pk", flat=True))
    known = set(Document.objects.filter(page__in=bound.values("pk")).values_list("pk", flat=True))
    # Read to the end first: while SQLite reads on, what else is read here is as old as the beginning.
    update(list(Page.objects.filter(pk__in=real ^ known)))


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
    with shown.held():
        texts = {page.pk: read_page(page) for page in pages}
    wanted = set().union(*(text.file_ids for text in texts.values())) if texts else set()
    # What a restricted file says, or is called, is nowhere to be found.
    known = PortalDocument.objects.exclude(collection__in=restricted_collections()) if wanted else PortalDocument.objects
    files = known.select_related("file_text").in_bulk(wanted) if wanted else {}
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
        gone = _remove_postings([item.document.page_id for item in changed if item.document.page_id in known])
        Document.objects.bulk_create(
            [item.document for item in changed],
            update_conflicts=True,
            unique_fields=["page"],
            update_fields=[f.name for f in Document._meta.local_concrete_fields if not f.primary_key],
        )
        ids = _write_terms(changed, gone)
        _insert_postings(
            [
                (ids_of_language[term], item.document.page_id, frequency, item.document.length)
                for item in changed
                for ids_of_language in (ids[item.document.language],)
                for term, frequency in item.frequencies.items()
            ]
        )
        _insert(
            FacetValue,
            {"document_id": "integer", "name": "text", "value": "text"},
            [
                (item.document.page_id, name, value)
                for item in changed
                for name, values in item.document.facets.items()
                for value in values
            ],
        )
        _insert(
            TitleStart,
            {"document_id": "integer", "language": "text", "start": "text", "position": "smallint"},
            [
                (item.document.page_id, item.document.language, start, position)
                for item in changed
                for start, position in item.starts
            ],
        )
        _insert(
            OfferedFile,
            {"document_id": "integer", "file_id": "integer"},
            [(item.document.page_id, file_id) for item in changed for file_id in item.file_ids],
        )
    announce(DOCUMENTS)


def remove(page_ids: Iterable[int]) -> None:
    """Remove the documents of pages."""
    ids = list(Document.objects.filter(pk__in=list(page_ids)).values_list("pk", flat=True))
    if not ids:
        return
    with transaction.atomic():
        _count_terms(_remove_postings(ids), {})
        Document.objects.filter(pk__in=ids)._raw_delete(using=connection.alias)
    announce(DOCUMENTS)


def forget_document(page_id: int) -> None:
    """Remove what belongs to a document that is being deleted."""
    _count_terms(_remove_postings([page_id]), {})
    announce(DOCUMENTS)


def _remove_postings(ids: list[int]) -> Changes:
    """Remove what belongs to documents; return by how much the numbers of their terms change."""
    gone: Changes = {}
    if ids:
        postings = Posting.objects.filter(document_id__in=ids)
        rows = postings.order_by().values_list("term__language", "term__term").annotate(number=models.Count("document_id"))
        for language, term, number in rows:
            gone.setdefault(language, Counter())[term] = -number
        for model in (Posting, FacetValue, TitleStart, OfferedFile):
            model.objects.filter(document_id__in=ids)._raw_delete(using=connection.alias)
    return gone


def _write_terms(items: list[Analysed], changes: Changes) -> dict[str, dict[str, int]]:
    """Count the terms of documents, and those that are gone (`changes`), and return the ids of the terms by language."""
    by_language: dict[str, list[Analysed]] = defaultdict(list)
    for item in items:
        by_language[item.document.language].append(item)
    wanted: dict[str, set[str]] = {}
    known: dict[str, dict[str, tuple[int, str]]] = {}
    better: dict[str, dict[str, str]] = {}
    for language, group in by_language.items():
        counter = changes.setdefault(language, Counter())
        words: dict[str, str] = {}
        wanted[language] = set().union(*(item.frequencies for item in group))
        for item in group:
            # `update` of a counter adds.
            counter.update(item.frequencies.keys())
            for term, word in item.surfaces.items():
                if (other := words.setdefault(term, word)) != word:
                    words[term] = min(other, word, key=lambda form, code=language: analysis.form_order(form, code))
        known[language] = _known_terms(language, wanted[language])
        # The word of a term is the best that any page writes.
        better[language] = {
            term: word
            for term, word in words.items()
            if not (other := known[language].get(term, (0, ""))[1])
            or (other != word and analysis.form_order(word, language) < analysis.form_order(other, language))
        }
    _count_terms(changes, better)
    for language, terms in wanted.items():
        if missing := terms - known[language].keys():
            known[language] |= _known_terms(language, missing)
    return {language: {term: pk for term, (pk, _word) in found.items()} for language, found in known.items()}


def _known_terms(language: str, terms: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Return the ids and words of those terms of a language that there are."""
    # One value, however many terms: a list of thousands is slow to make, and longer than SQLite takes.
    if connection.vendor == "postgresql":
        condition, value = "= ANY(%s::text[])", _array(terms)
    else:
        condition, value = "IN (SELECT value FROM json_each(%s))", json.dumps(list(terms))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT term, id, word FROM {Term._meta.db_table} WHERE language = %s AND term {condition}",  # noqa: S608
            [language, value],
        )
        return {term: (pk, word) for term, pk, word in cursor.fetchall()}


def _count_terms(changes: Changes, words: dict[str, dict[str, str]]) -> None:
    """Add to the numbers of documents of terms, and set their words; terms that are missing are made.

    All at once and in their order, so that two writers never wait for each other.
    """
    _insert(
        Term,
        {"language": "text", "term": "text", "backwards": "text", "word": "text", "documents": "integer"},
        [
            (language, term, term[::-1], words_of_language.get(term, ""), counter[term])
            for language, counter in sorted(changes.items())
            for words_of_language in (words.get(language, {}),)
            for term in sorted({term for term, change in counter.items() if change} | words_of_language.keys())
        ],
        f" ON CONFLICT (language, term) DO UPDATE SET documents = {Term._meta.db_table}.documents + excluded.documents,"
        f" word = CASE excluded.word WHEN '' THEN {Term._meta.db_table}.word ELSE excluded.word END",
    )


def _insert_postings(rows: list[tuple[int, int, int, int]]) -> None:
    """Insert postings, in the order of their key: neighbours are written together."""
    rows.sort()
    columns = ("term_id", "document_id", "frequency", "length")
    if connection.vendor == "postgresql":
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {Posting._meta.db_table} ({', '.join(columns)}) FROM STDIN") as copy,
        ):
            copy.write("".join([f"{a}\t{b}\t{c}\t{d}\n" for a, b, c, d in rows]))
    else:
        _insert(Posting, dict.fromkeys(columns, ""), rows)


def _insert(model: type[models.Model], columns: dict[str, str], rows: list[tuple], conflicts: str = "") -> None:
    """Insert rows without an object for each: a page has hundreds. `columns` come with their types in PostgreSQL."""
    if not rows:
        return
    sql = f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"  # noqa: S608
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
            values = [_array(map(str, column)) for column in zip(*rows, strict=True)]
            cursor.execute(f"{sql} SELECT * FROM unnest({arrays}){conflicts}", values)  # noqa: S608
        else:
            cursor.executemany(f"{sql} VALUES ({', '.join(['%s'] * len(columns))}){conflicts}", rows)


def _array(values: Iterable[str]) -> str:
    """Return values as PostgreSQL reads an array: the driver takes ten times as long for lists of thousands."""
    escaped = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(escaped) + '"}' if escaped else "{}"


# --- numbers of a language ----------------------------------------------------------------------------------------------


DOCUMENTS = Tag("search-documents")
"""What is announced when a document is written or removed."""


@dataclass(frozen=True)
class Statistics:
    """How many documents a language has, and how long they are on average, in words."""

    documents: int
    length: float


@kept("search-statistics", lambda language: (DOCUMENTS,))
def statistics(language: str) -> Statistics:
    """Return the numbers of a language, kept until a document changes."""
    # An index holds all that is asked: no document is read.
    row = Document.objects.filter(language=language).aggregate(number=models.Count("*"), length=models.Avg("length"))
    return Statistics(row["number"], float(row["length"] or 1))


# --- the whole index ----------------------------------------------------------------------------------------------------


def _whole_version() -> str:
    """Return what the whole index must have been made with: the analysis, and the backends that hold it."""
    backends = json.dumps(settings.WAGTAILSEARCH_BACKENDS, sort_keys=True, default=str)
    return f"{index_version()}:{hashlib.md5(backends.encode(), usedforsecurity=False).hexdigest()[:8]}"


def mark_current() -> None:
    """Remember what the index is made with, once all of it is."""
    IndexVersion.objects.all().delete()
    IndexVersion.objects.create(version=_whole_version())


def is_current() -> bool:
    """Return whether the index was made with the analysis that queries are analysed with, and where they are asked."""
    return IndexVersion.objects.filter(version=_whole_version()).exists()


_postponed: ContextVar[dict[int, Page] | None] = ContextVar("postponed_pages", default=None)


@contextmanager
def together(is_made_later: bool = False) -> Iterator[None]:
    """Collect the pages that change until the block ends, then bring their documents up to date at once; not where all are made later."""
    pages: dict[int, Page] = {}
    token = _postponed.set(pages)
    try:
        yield
    finally:
        _postponed.reset(token)
    if is_made_later:
        # Where it was whole before, it is not now: whoever asks makes it anew.
        IndexVersion.objects.all().delete()
    else:
        update(pages.values())


def pages_changed(pages: Iterable[Page]) -> None:
    """Bring the documents of pages up to date, now or when a block of `together` ends."""
    postponed = _postponed.get()
    if postponed is None:
        update(pages)
    else:
        postponed.update((page.pk, page) for page in pages)
