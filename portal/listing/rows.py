"""The rows that lists stand on, written inside the transaction of the change that they follow.

One function makes them (`write`), whether one page is published or all are made anew, so that both ways give the same.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone
from wagtail.models import Page, get_page_models

from portal.models import ListRow, ListTerm, ListVersion
from portal.models.listing import HAS_STATUS, NEVER
from portal.pages import versions

from .declarations import Listing, digest, field_of, listings, values_of, whole_indexes

BATCH = 1000


def write(pages: models.QuerySet[Any]) -> None:
    """Bring the rows of pages up to date: of versions that were published they are written, of all others removed.

    A few queries for each page type among them, whatever their number.
    """
    ids = list(pages.order_by().values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        _write(ids[start : start + BATCH])


@transaction.atomic
def _write(ids: list[int]) -> None:
    made = [*_rows(ids)]
    rows = ListRow.objects.bulk_create(
        [row for row, _terms in made],
        update_conflicts=True,
        unique_fields=["page", "index_key"],
        update_fields=["locale", "kind", "is_live", "start", "end", "published_at", "name"],
    )
    ListRow.objects.filter(page_id__in=ids).exclude(pk__in=[row.pk for row in rows]).delete()
    ListTerm.objects.filter(row__in=rows).delete()
    ListTerm.objects.bulk_create(
        [ListTerm(row=row, name=name, value=term) for row, (_row, terms) in zip(rows, made, strict=True) for name, term in terms],
        ignore_conflicts=True,
    )


def _rows(ids: list[int]) -> Iterator[tuple[ListRow, list[tuple[str, str]]]]:
    """Yield the rows of pages with their terms."""
    for model, listing in listings().items():
        pages = model.objects.filter(pk__in=ids, alias_of=None, published_version__isnull=False)
        related = [name for name in listing.filters if getattr(field_of(model, name), "many_to_many", False)]
        found = list(pages.select_related("published_version").defer_streamfields().prefetch_related(*related).order_by("pk"))
        indexes = _indexes_above(found) if found else {}
        for page in found:
            version = page.published_version
            if version.completed_at is None and not version.untranslated:
                continue
            terms = list(_terms(page, listing))
            for index_key in indexes[page.pk]:
                yield _row(page, listing, index_key), terms


def _row(page: Page, listing: Listing, index_key: UUID) -> ListRow:
    published_at = page.first_published_at or page.published_version.completed_at or NEVER
    return ListRow(
        page_id=page.pk,
        index_key=index_key,
        locale_id=page.locale_id,
        kind=listing.kind,
        is_live=page.live and versions.is_finished(page),
        start=listing.start(page) or published_at,
        end=listing.end(page) or NEVER,
        published_at=published_at,
        name=name_key(page.title),
    )


def name_key(title: str) -> str:
    """Return what a title is sorted by: its letters without accents, large or small alike."""
    letters = unicodedata.normalize("NFKD", title).casefold()
    return "".join(letter for letter in letters if not unicodedata.combining(letter))[: ListRow._meta.get_field("name").max_length]


def _terms(page: Page, listing: Listing) -> Iterator[tuple[str, str]]:
    """Yield name and value of all that a page can be filtered by."""
    for name in listing.filters:
        found = field_of(type(page), name)
        if name == "when.year":
            if (start := listing.start(page)) is not None:
                yield name, str(timezone.localtime(start).year)
        elif getattr(found, "many_to_many", False):
            yield from ((name, str(pk)) for pk in sorted({item.pk for item in getattr(page, name).all()}))
        elif found is not None and getattr(found, "many_to_one", False):
            if (pk := getattr(page, found.attname)) is not None:
                yield name, str(pk)
        elif name == "when.status":
            # The status itself follows from the dates of the row whenever somebody asks.
            if listing.status(page) is not None:
                yield name, HAS_STATUS
        elif name not in versions.untranslated_in(page):
            # What stands in another language still is no choice in this one.
            known = {str(known)[: ListTerm._meta.get_field("value").max_length] for known in values_of(page, listing, name)}
            yield from ((name, text) for text in sorted(known))


def indexes() -> dict[type[Page], frozenset[type[Page]]]:
    """Return the types of index pages, each with the page types that it lists."""
    return {model: frozenset(model.listed_models()) for model in get_page_models() if hasattr(model, "listed_models")}


def indexes_of(kinds: tuple[str, ...]) -> list[type[Page]]:
    """Return the types of index pages that list any of some kinds, in the order of these."""
    found = [(model, {item.listing.kind for item in listed}) for model, listed in indexes().items()]
    return list(dict.fromkeys(model for kind in kinds for model, listed in found if kind in listed))


def _indexes_above(pages: list[Page]) -> dict[int, list[UUID]]:
    """Return the translation keys of the indexes in which pages stand, by page. One query.

    A page below no index stands by its own key where one lists its whole kind, wherever it lies.
    """
    above: dict[str, list[Page]] = defaultdict(list)
    for page in pages:
        for end in range(Page.steplen, len(page.path), Page.steplen):
            above[page.path[:end]].append(page)
    types = {ContentType.objects.get_for_model(model).pk: listed for model, listed in indexes().items()}
    found: dict[int, list[UUID]] = {page.pk: [] for page in pages}
    rows = Page.objects.filter(path__in=above, content_type_id__in=types).order_by("path")
    for path, content_type_id, translation_key in rows.values_list("path", "content_type_id", "translation_key"):
        for page in above[path]:
            if type(page) in types[content_type_id]:
                found[page.pk].append(translation_key)
    listed_anywhere = {model for index in whole_indexes() for model in index.listed_models()}
    for page in pages:
        if not found[page.pk] and type(page) in listed_anywhere:
            found[page.pk].append(page.translation_key)
    return found


def indexes_at(page_id: int, kinds: Iterable[type[Page]]) -> set[tuple[UUID, type[Page]]]:
    """Return in which indexes pages of some types stand that lie below a page: translation keys, each with a type. Two queries.

    A section is an index too, of kinds of its own: what it does not list has no row in it.
    """
    kinds, path = set(kinds), Page.objects.values_list("path", flat=True).get(pk=page_id)
    types = {ContentType.objects.get_for_model(model).pk: kinds & listed for model, listed in indexes().items()}
    above = [path[:end] for end in range(Page.steplen, len(path) + 1, Page.steplen)]
    found = Page.objects.filter(path__in=above, content_type_id__in=types).order_by()
    keys = found.values_list("translation_key", "content_type_id")
    return {(translation_key, kind) for translation_key, content_type_id in keys for kind in types[content_type_id]}


# --- all rows --------------------------------------------------------------------------------------------------------------


def listed_pages() -> models.QuerySet[Any]:
    """Return the pages of all types that have a declaration."""
    types = ContentType.objects.get_for_models(*listings()).values()
    return Page.objects.filter(content_type__in=[content_type.pk for content_type in types])


def rebuild() -> None:
    """Make all rows anew: after an upgrade, a changed declaration, or a load in bulk."""
    with transaction.atomic():
        ListRow.objects.exclude(page__in=listed_pages().values("pk")).delete()
        write(listed_pages())
        ListVersion.objects.all().delete()
        ListVersion.objects.create(digest=digest())


def bring_up_to_date(say: Callable[[str], None]) -> None:
    """Make the rows anew where they were made from other declarations, or never."""
    if set(ListVersion.objects.values_list("digest", flat=True)) != {digest()}:
        say("Writing the rows of the lists …")
        rebuild()


def write_pages(pages: Iterable[Page]) -> None:
    """Bring the rows of those of some pages up to date that have a declaration."""
    ids = [page.pk for page in pages if getattr(page.specific_class, "listing", None) is not None]
    if ids:
        write(Page.objects.filter(pk__in=ids))
