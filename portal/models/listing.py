"""What lists are answered from: one narrow row for each version of a page in each index that it stands in."""

from __future__ import annotations

import datetime

from django.db import models
from wagtail.models import Locale, Page

NEVER = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)
"""When that is over which is never over."""

HAS_STATUS = "known"
"""The value of the filter `when.status`, of pages that have one: which it is follows from start and end of the row, and from the time."""


def _live_index(*fields: str, name: str) -> models.Index:
    """Return an index over what is live, which holds all that is asked of a row."""
    return models.Index(fields=[*fields, "is_live"], name=name, condition=models.Q(is_live=True))


class ListRow(models.Model):
    """A version of a page in an index, with what lists are ordered, paged and counted by (`portal.listing.rows` keeps it).

    There is a row for every version that was published in its own language; `is_live` says whether it is real, whatever is private
    (that is asked when a list is read: what is private is in no row, see `portal.pages.restrictions`). The index is named by its
    translation key: it may be an alias in the language of the page. `start` is when it begins or what it is dated; `end` when it is
    over: its deadline, its end, else its beginning; what never is (news) has a moment that does not come.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="list_rows")
    index_key = models.UUIDField()
    locale = models.ForeignKey(Locale, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    is_live = models.BooleanField()
    start = models.DateTimeField()
    end = models.DateTimeField()
    published_at = models.DateTimeField()
    name = models.CharField(max_length=60)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["page", "index_key"], name="portal_list_row"),)
        # A page of a list is read from one of these alone, forwards or backwards, and counted in it. What is live comes last:
        # SQLite would not order by what follows it.
        indexes = (
            _live_index("index_key", "locale", "start", "published_at", "page", name="portal_list_by_start"),
            _live_index("index_key", "locale", "end", "start", "page", name="portal_list_by_end"),
            _live_index("index_key", "locale", "name", "page", name="portal_list_by_name"),
            _live_index("kind", "locale", "start", "published_at", "page", name="portal_list_by_kind"),
            # What begins or ends next, whatever it is.
            _live_index("start", name="portal_list_starting"),
            _live_index("end", name="portal_list_ending"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.page_id} {self.start:%Y-%m-%d}"


class ListTerm(models.Model):
    """What a row can be filtered by: the name of a filter and a value (the id of a topic, the value of a choice, a year)."""

    row = models.ForeignKey(ListRow, on_delete=models.CASCADE, related_name="terms")
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=100)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["row", "name", "value"], name="portal_list_term"),)
        indexes = (models.Index(fields=["name", "value", "row"], name="portal_list_by_term"),)

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


class ListVersion(models.Model):
    """What the rows were made from: a digest of all declarations. A start that finds another one makes them anew."""

    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.digest
