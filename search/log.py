"""What was asked and what was opened: numbers for editors, nothing about who it was.

A query is written after its answer was sent, and never waits for the database: what cannot be written at once is written with the
next one. What may be about a person is not kept at all.
"""

from __future__ import annotations

import datetime
import logging
import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F
from django.http import HttpRequest, JsonResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from portal.http.robots import is_robot

from .models import AskedQuery, Click
from .service import Outcome

logger = logging.getLogger(__name__)

MAX_LENGTH, MAX_WORDS = 80, 8
_PERSONAL = re.compile(r"@|\d{5,}|(?:\d[\s/().-]*){7,}|https?:|www\.")


def is_kept(query: str) -> bool:
    """Return whether a query may be kept: short, and without what looks like an address, a number of a person or a file."""
    return bool(query) and len(query) <= MAX_LENGTH and len(query.split()) <= MAX_WORDS and not _PERSONAL.search(query)


class _WritesAfterwards:
    """An answer that does something once it has been sent."""

    afterwards: Callable[[], None] | None = None

    def close(self) -> None:
        """Do what is left to do, then let the answer go. The server calls this when all of it is sent."""
        if self.afterwards is not None:
            afterwards, self.afterwards = self.afterwards, None
            afterwards()
        super().close()


class SearchResponse(_WritesAfterwards, TemplateResponse):
    """The results as a page."""


class SearchJsonResponse(_WritesAfterwards, JsonResponse):
    """The results for programs."""


def remember(request: HttpRequest, response: _WritesAfterwards, outcome: Outcome, language: str) -> None:
    """Let a query be counted when its answer has been sent, unless it may be personal or a program asked."""
    query = outcome.query.text.casefold()
    if outcome.page == 1 and is_kept(query) and not is_robot(request):
        step, results = str(outcome.step), outcome.total
        response.afterwards = lambda: count_query(query, language, results, step)


_waiting: deque[Callable[[], None]] = deque(maxlen=1000)
"""What is to be written. If the database is locked for long, the oldest is forgotten; so is all of it when the process ends."""


@contextmanager
def _without_waiting() -> Iterator[None]:
    """Let the database refuse at once what it would have to wait for."""
    if connection.vendor != "sqlite":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
            yield
        return
    connection.ensure_connection()
    connection.connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        seconds = connection.settings_dict["OPTIONS"].get("timeout", 5)
        connection.connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


def _write(change: Callable[[], None]) -> None:
    """Make a change and what waits for it, unless somebody else is writing."""
    _waiting.append(change)
    for _ in range(len(_waiting)):
        try:
            change = _waiting.popleft()
        except IndexError:
            # Another thread was faster.
            return
        try:
            with _without_waiting():
                change()
        except OperationalError:
            _waiting.append(change)
            logger.info("A query is counted later: the database is locked.")
            return
        except DatabaseError:
            logger.warning("A query could not be counted.", exc_info=True)


def count_query(query: str, language: str, results: int, step: str) -> None:
    """Count a query of today."""
    day = timezone.localdate()

    def change() -> None:
        row, created = AskedQuery.objects.get_or_create(
            day=day, language=language, query=query, defaults={"searches": 1, "results": results, "step": step}
        )
        if not created:
            AskedQuery.objects.filter(pk=row.pk).update(searches=F("searches") + 1, results=results, step=step)

    _write(change)


def count_click(query: str, language: str, page_id: int, position: int) -> None:
    """Count that a page was opened from the results of a query today."""
    which = {"day": timezone.localdate(), "language": language, "query": query, "page_id": page_id}

    def change() -> None:
        row, created = Click.objects.get_or_create(**which, defaults={"clicks": 1, "positions": position})
        if not created:
            Click.objects.filter(pk=row.pk).update(clicks=F("clicks") + 1, positions=F("positions") + position)

    _write(change)


def delete_old() -> int:
    """Delete what is older than `SEARCH_LOG_DAYS` and return how many rows that were."""
    before = timezone.localdate() - datetime.timedelta(days=settings.SEARCH_LOG_DAYS)
    return sum(model.objects.filter(day__lt=before).delete()[0] for model in (AskedQuery, Click))
