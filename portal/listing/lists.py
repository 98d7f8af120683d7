"""Lists of pages, ordered, filtered, paged and counted from their rows."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from wagtail.models import Page

from portal import changes
from portal.models import ListRow, ListTerm
from portal.models.listing import HAS_STATUS
from portal.pages import columns, restrictions, versions

from .dates import Status
from .declarations import AFTER, APART, BY_NAME, CLOSING, UPCOMING, Listing, field_of, values_of

COUNTED = 1000
"""Up to here visitors read how many there are; then that there are more."""

_NEWEST = ("-start", "-published_at", "-page_id")
_BACKWARDS = {"-": "", "": "-"}


def public(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the rows of real versions that no restriction binds."""
    rows = rows.filter(is_live=True)
    paths = restrictions.restricted_paths()
    return rows.exclude(page__in=Page.objects.filter(restrictions.at_or_below(paths)).values("pk")) if paths else rows


def of_index(index: Page, locale_id: int | None = None) -> QuerySet[Any]:
    """Return the rows of an index in its language, or in another one."""
    return public(_rows(_key(index), index.listed_model()).filter(locale_id=locale_id or index.locale_id))


def _key(index: Page) -> str:
    """Return by what the rows of an index are known; nothing where it lists all pages of its kind."""
    return "" if index.lists_whole_kind else str(index.translation_key)


def _rows(index_key: str, model: type[Page]) -> QuerySet[Any]:
    """Return the rows of an index in all languages."""
    return ListRow.objects.filter(index_key=index_key) if index_key else ListRow.objects.filter(kind=model.listing.kind)


def of_kind(kind: str, language_code: str) -> QuerySet[Any]:
    """Return the rows of a kind in a language, in whatever index they stand."""
    # By id, and not through a table of locales: only then the order of the index is that of the rows.
    locales = [pk for pk, locale in versions.locales_by_id().items() if locale.language_code == language_code]
    return public(ListRow.objects.filter(kind=kind, locale_id__in=locales))


def filtered(rows: QuerySet[Any], filters: Iterable[tuple[str, str]]) -> QuerySet[Any]:
    """Return those rows that all of some filters (their names and values) leave."""
    for name, value in filters:
        if name == "when.status":
            rows, value = rows.filter(_of_status(value)), HAS_STATUS
        rows = rows.filter(pk__in=ListTerm.objects.filter(name=name, value=value).values("row"))
    return rows


def _of_status(status: str) -> Q:
    """Return what rows of a status have in common at this moment."""
    now = timezone.now()
    return {
        Status.PLANNED: Q(start__gt=now),
        Status.RUNNING: Q(start__lte=now, end__gte=now),
        Status.ENDED: Q(start__lte=now, end__lt=now),
    }[Status(status)]


def values(index: Page, model: type[Page], is_past: bool | None = None) -> dict[str, list[str]]:
    """Return by filter the values that there are in an index: of terms in all its languages, for a page that is not translated yet
    leads to the list of its terms too; of all else in its own. `is_past` leaves those of what is over, or of what is not; that changes
    with time, and is not kept, nor is what status there is."""
    if is_past is None:
        found = _values(_key(index), index.locale_id, model._meta.label_lower)
    else:
        found = _values_among(_at(_rows(_key(index), model), is_past=is_past), index.locale_id, model)
    if "when.status" not in found:
        return found
    known = of_index(index).filter(terms__name="when.status")
    there = known.aggregate(**{status: Count("pk", filter=_of_status(status)) for status in Status.values})
    return {**found, "when.status": [status for status in Status.values if there[status]]}


def _at(rows: QuerySet[Any], *, is_past: bool) -> QuerySet[Any]:
    """Return the rows of what is over by now, or of what is not."""
    return rows.filter(end__lt=timezone.now()) if is_past else rows.filter(end__gte=timezone.now())


def called(model: type[Page], name: str, value: str, locale_id: int) -> Iterator[str]:
    """Yield what a text (a place) or a line of one (a funder) is called in a language, if `value` is what another one calls it.

    The lines of a page and of its translation are paired by their places. A translation that is not finished yields what stands in it.
    Two queries.
    """
    found = model.objects.filter(list_rows__terms__name=name, list_rows__terms__value=value).exclude(locale=locale_id)
    pages = {page.translation_key: page for page in found.defer_streamfields().order_by("-pk")}
    most = ListTerm._meta.get_field("value").max_length
    for twin in model.objects.filter(locale=locale_id, translation_key__in=pages).defer_streamfields().order_by("pk"):
        here, there = ([str(line)[:most] for line in values_of(page, model.listing, name)] for page in (pages[twin.translation_key], twin))
        if value in here and len(here) == len(there):
            yield there[here.index(value)]


def _tags(index_key: str, locale_id: int, label: str) -> tuple[changes.Tag, ...]:
    return (changes.kind(label), changes.RESTRICTIONS)


@changes.kept("list_values", _tags)
def _values(index_key: str, locale_id: int, label: str) -> dict[str, list[str]]:
    model = apps.get_model(label)
    return _values_among(_rows(index_key, model), locale_id, model)


def _values_among(rows: QuerySet[Any], locale_id: int, model: type[Page]) -> dict[str, list[str]]:
    terms = [name for name in model.listing.filters if getattr(field_of(model, name), "related_model", None) is not None]
    others = [name for name in model.listing.filters if name not in terms]
    everywhere = public(rows)
    found: dict[str, list[str]] = {}
    for name, value in _distinct([(terms, everywhere), (others, everywhere.filter(locale_id=locale_id))]):
        found.setdefault(name, []).append(value)
    return found


_DISTINCT = """
WITH RECURSIVE pair(name, value) AS (
    SELECT given.name, (SELECT MIN(value) FROM {table} WHERE name = given.name) FROM ({names}) given
    UNION ALL
    SELECT pair.name, (SELECT MIN(value) FROM {table} WHERE name = pair.name AND value > pair.value) FROM pair WHERE pair.value IS NOT NULL
)
SELECT name, value FROM pair WHERE value IS NOT NULL AND ({conditions})
"""
_HAS_ROW = """
name IN ({names})
AND EXISTS (SELECT 1 FROM {table} term WHERE term.name = pair.name AND term.value = pair.value AND term.row_id IN ({rows}))
"""


def _distinct(groups: list[tuple[list[str], QuerySet[Any]]]) -> list[tuple[str, str]]:
    """Return the names and values of terms that some rows have, of each group of names those of its rows. One query.

    It goes through the index from one value to the next, and looks for one row of each: there are few values and may be many rows.
    """
    groups = [(names, rows) for names, rows in groups if names]
    given = [name for names, _rows_of in groups for name in names]
    conditions, parameters = [], list[Any](given)
    for names, rows in groups:
        sql, values = rows.values("pk").query.sql_with_params()
        conditions.append(_HAS_ROW.format(names=", ".join(["%s"] * len(names)), table=ListTerm._meta.db_table, rows=sql))
        parameters += [*names, *values]
    if not groups:
        return []
    statement = _DISTINCT.format(
        table=ListTerm._meta.db_table,
        names=" UNION ALL ".join(["SELECT CAST(%s AS text) AS name"] * len(given)),
        conditions=" OR ".join(conditions),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


@changes.kept("list_count", _tags)
def _count(index_key: str, locale_id: int, label: str) -> int:
    return public(_rows(index_key, apps.get_model(label)).filter(locale_id=locale_id)).count()


def whole(index: Page, model: type[Page]) -> PageList:
    """Return all pages of an index that its list shows, counted already where time alone does not change that."""
    if model.listing.order in (UPCOMING, CLOSING):
        return PageList(of_index(index), model, model.listing, is_past=present(model.listing))
    return PageList(of_index(index), model, model.listing, [_count(_key(index), index.locale_id, model._meta.label_lower)])


def present(listing: Listing) -> bool | None:
    """Return what the list of a kind holds, as `PageList` takes it: all, or only what is not over."""
    return None if listing.over == AFTER else False


def in_feed(listing: Listing, name: str) -> bool | None:
    """Return the same of a feed: who subscribed to a calendar keeps what has taken place."""
    return None if name == "ics" and listing.over == APART else present(listing)


class PageList:
    """The pages of a kind that rows stand for, in the order of its declaration: something to count and to cut pieces from.

    With `is_past` it holds only what is over, or only what is not.

    A piece is read from the index of the database that the order has, from whichever end is nearer; the pages themselves are
    fetched for the rows of the piece alone.
    """

    def __init__(
        self, rows: QuerySet[Any], model: type[Page], listing: Listing, counts: list[int] | None = None, *, is_past: bool | None = None
    ) -> None:
        self.rows = rows
        self.model = model
        self.listing = listing
        self.is_past = is_past
        if counts is not None:
            self._counts = counts

    @cached_property
    def _parts(self) -> list[tuple[QuerySet[Any], tuple[str, ...]]]:
        """Return the rows in the parts that follow each other, each with its order: what is to come before what is over."""
        if self.listing.order == BY_NAME:
            return [(self.rows, ("name", "page_id"))]
        if self.listing.order in (UPCOMING, CLOSING):
            by = ("end", "start", "page_id") if self.listing.order == CLOSING else ("start", "published_at", "page_id")
            over = ("-end", "-start", "-page_id") if self.listing.order == CLOSING else _NEWEST
            coming, past = self._in_time
            parts: list[tuple[QuerySet[Any], tuple[str, ...]]] = [(self.rows.filter(coming), by), (self.rows.filter(past), over)]
            return parts if self.is_past is None else [parts[self.is_past]]
        return [(self.rows, _NEWEST)]

    @cached_property
    def _in_time(self) -> tuple[Q, Q]:
        """Return the conditions for what is to come and for what is over, at one moment."""
        now = timezone.now()
        return Q(end__gte=now), Q(end__lt=now)

    @cached_property
    def _counts(self) -> list[int]:
        """Return how many rows there are in each part. One query."""
        if len(self._parts) == 1:
            return [self._parts[0][0].count()]
        coming, past = self._in_time
        found = self.rows.aggregate(coming=Count("pk", filter=coming), past=Count("pk", filter=past))
        return [found["coming"], found["past"]]

    def count(self) -> int:
        """Return how many pages there are."""
        return sum(self._counts)

    def __getitem__(self, piece: slice) -> list[Page]:
        """Return the pages from one position to another, without their StreamFields."""
        start, stop = piece.start or 0, piece.stop
        found: list[Page] = []
        for (rows, order), count in zip(self._parts, self._counts, strict=True):
            first, last = max(start, 0), min(stop, count)
            if first < last:
                found += self.pages(_cut(rows, order, first, last, count), order)
            start, stop = start - count, stop - count
        return found

    def first(self, count: int, *, with_streamfields: bool = False) -> list[Page]:
        """Return the first pages, without counting them all."""
        found: list[Page] = []
        for rows, order in self._parts:
            if len(found) < count:
                found += self.pages(rows.order_by(*order)[: count - len(found)], order, with_streamfields)
        return found

    def pages(self, rows: QuerySet[Any], order: tuple[str, ...], with_streamfields: bool = False) -> list[Page]:
        """Return the pages of a piece of rows in its order. One query."""
        pages = self.model.objects.filter(list_rows__pk__in=rows.values("pk"))
        ordered = pages.order_by(*(f"{'-' * name.startswith('-')}list_rows__{name.removeprefix('-')}" for name in order))
        ordered = ordered.select_related("published_version")
        return list(ordered if with_streamfields else ordered.only(*columns.without_streamfields(self.model)))


def _cut(rows: QuerySet[Any], order: tuple[str, ...], first: int, last: int, count: int) -> QuerySet[Any]:
    """Return rows from one position to another; counted from the end where that is nearer."""
    if first <= count - last:
        return rows.order_by(*order)[first:last]
    backwards = [_BACKWARDS["-" * name.startswith("-")] + name.removeprefix("-") for name in order]
    return rows.order_by(*backwards)[count - last : count - first]


class ListPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a list, which knows whether it says how many there are."""

    @property
    def is_capped(self) -> bool:
        """Return whether there are more than are counted for visitors."""
        return self.count > COUNTED


def _first_tags(label: str, *args: object) -> tuple[changes.Tag, ...]:
    return (changes.kind(label), changes.RESTRICTIONS)


@changes.kept("list_first", _first_tags)
def first_ids(label: str, language_code: str, topics: tuple[str, ...], count: int) -> list[int]:
    """Return the ids of the first pages of a kind in a language, of those with one of some topics before all others.

    Only for kinds whose order does not change with time.
    """
    model = apps.get_model(label)
    rows = of_kind(model.listing.kind, language_code).order_by(*(("name", "page_id") if model.listing.order == BY_NAME else _NEWEST))
    ids: list[int] = []
    if topics:
        sharing = rows.filter(pk__in=ListTerm.objects.filter(name="topics", value__in=topics).values("row"))
        ids += sharing.values_list("page_id", flat=True)[:count]
    if len(ids) < count:
        ids += rows.values_list("page_id", flat=True)[:count]
    return list(dict.fromkeys(ids))[:count]


def by_ids(model: type[Page], ids: list[int]) -> list[Page]:
    """Return the pages with these ids in their order, without their StreamFields. One query."""
    pages = model.objects.filter(pk__in=ids).order_by().select_related("published_version")
    found = pages.only(*columns.without_streamfields(model)).in_bulk()
    return [found[pk] for pk in ids if pk in found]


def latest(model: type[Page], language_code: str, count: int, first: int | None = None) -> list[Page]:
    """Return the first pages of a kind in a language (`latest_ids`). One query."""
    return by_ids(model, latest_ids(model, language_code, count, first))


def latest_ids(model: type[Page], language_code: str, count: int, first: int | None = None) -> list[int]:
    """Return the ids of the first pages of a kind in a language; `first` comes before all others, if it is public and not over.

    No query but for what is kept.
    """
    label, is_timed = model._meta.label_lower, model.listing.order in (UPCOMING, CLOSING)
    ids = _coming_ids(label, language_code, count + 1) if is_timed else first_ids(label, language_code, (), count + 1)
    if first is not None and (end := _listed_until(label, language_code, first)) and (not is_timed or end >= timezone.now()):
        ids = [first, *(pk for pk in ids if pk != first)]
    return ids[:count]


_COMING = 40
"""So many of what is to come are kept: more than a block shows, for some will be over while they are."""


def _coming_ids(label: str, language_code: str, count: int) -> list[int]:
    """Return the ids of the first pages of a kind that are not over at this moment."""
    now, known = timezone.now(), _coming(label, language_code)
    left = [pk for pk, end in known if end >= now]
    if len(left) < count and len(known) == _COMING:
        left = [pk for pk, _end in _coming.build(label, language_code)]
    return list(dict.fromkeys(left))[:count]


@changes.kept("list_coming", _first_tags)
def _coming(label: str, language_code: str) -> list[tuple[int, datetime.datetime]]:
    """Return the ids of the first pages of a kind that are not over when it is asked, each with when it will be."""
    model = apps.get_model(label)
    ((rows, order),) = PageList(of_kind(model.listing.kind, language_code), model, model.listing, is_past=False)._parts
    return list(rows.order_by(*order).values_list("page_id", "end")[:_COMING])


@changes.kept("list_listed", _first_tags)
def _listed_until(label: str, language_code: str, page_id: int) -> datetime.datetime | None:
    """Return until when a page is not over, if it is among those of its kind in a language."""
    rows = of_kind(apps.get_model(label).listing.kind, language_code).filter(page=page_id)
    return rows.values_list("end", flat=True).first()
