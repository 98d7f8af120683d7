"""What is published of each data set: its table now, for all pages in all languages, and the tables that it had before."""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from wagtail.models import Page, Revision

from portal import changes
from portal.changes import Change, Event, Order
from portal.language.languages import SOURCE_LANGUAGE
from portal.pages import versions

from .datasets import BrokenCSV, Table, read

KIND = "research.datapage"


class DataVersion(models.Model):
    """A table as it was published, in the words of the file; `page` is the page of the source language."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey(Revision, on_delete=models.SET_NULL, null=True, related_name="+")
    csv = models.TextField()
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-published_at", "-pk")

    def __str__(self) -> str:
        return f"{self.page_id} {self.published_at:%Y-%m-%d}"


@dataclass(frozen=True)
class Earlier:
    """A table that was published before: which it is, from which day to which it stood there."""

    key: int
    since: datetime.date
    until: datetime.date


@changes.receiver(Event.PUBLISHED, order=Order.LISTS)
def record(change: Change) -> None:
    """Store the table of a page of the source language that went live, unless it is the one that stood there already."""
    page = change.subject
    if page._meta.label_lower != KIND or page.alias_of_id is not None or not page.live:
        return
    if page.locale.language_code == SOURCE_LANGUAGE:
        store([page], change.details.get("revision"))


def store(pages: list[Any], revision: Revision | None = None) -> None:
    """Store the tables of pages of the source language that differ from those stored last."""
    last: dict[int, str] = {}
    for page_id, csv in DataVersion.objects.filter(page__in=[page.pk for page in pages]).values_list("page", "csv"):
        last.setdefault(page_id, csv)
    # The form takes off what ends the file: that alone makes no other table.
    new = [page for page in pages if last.get(page.pk, "").strip().splitlines() != page.csv.strip().splitlines()]
    DataVersion.objects.bulk_create(DataVersion(page_id=page.pk, revision=revision, csv=page.csv) for page in new)


@changes.kept("data_tables", lambda: (changes.kind(KIND), changes.PAGES, changes.RESTRICTIONS))
def tables() -> dict[str, Table]:
    """Return the tables of all data sets that anybody may read, by translation key: those of the source language count in all."""
    model = apps.get_model(KIND)
    pages = versions.real(model.objects.filter(locale__language_code=SOURCE_LANGUAGE)).order_by().values_list("translation_key", "csv")
    return {str(key): table for key, csv in pages if (table := parsed(csv)) is not None}


@functools.lru_cache(maxsize=64)
def parsed(csv: str) -> Table | None:
    """Return the table of a page; None of one that holds none, such as a page that was just begun."""
    try:
        return read(csv)
    except BrokenCSV:
        return None


def published_csv(translation_key: object) -> str:
    """Return the table that a data set has now, in the words of the file; nothing where none is published."""
    rows = DataVersion.objects.filter(page__translation_key=translation_key)
    return rows.values_list("csv", flat=True).first() or ""


def published(translation_key: object) -> list[tuple[datetime.date, Table | None]]:
    """Return all tables that a data set had, each with the day of its publication, newest first."""
    rows = DataVersion.objects.filter(page__translation_key=translation_key).values_list("published_at", "csv")
    return [(timezone.localdate(moment), parsed(csv)) for moment, csv in rows]


def earlier(translation_key: object) -> list[Earlier]:
    """Return the tables that a data set had before the one that it has, newest first."""
    rows = DataVersion.objects.filter(page__translation_key=translation_key).values_list("pk", "published_at")
    days = [(pk, timezone.localdate(moment)) for pk, moment in rows]
    return [Earlier(pk, day, days[index][1]) for index, (pk, day) in enumerate(days[1:])]
