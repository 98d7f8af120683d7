"""Counts of what visitors read: in memory, written once a minute as totals of a day, without anything about a person.

What is counted an answer says when it is built (`response.counted`); it is counted for each reader who gets it, also out of the page cache
and with `304`. Not for `HEAD`, which nobody reads, and not for people who signed in. When a process ends, up to a minute of it is lost.
"""

from __future__ import annotations

import datetime
import logging
import threading
import time
from collections import Counter

from django.db import connection
from django.db.models import F
from django.utils import timezone

from portal.models import FallbackVisits

logger = logging.getLogger(__name__)

SECONDS = 60
"""So often the counts are written."""

Counted = tuple[str, str]
"""The key of a page, and the language in which it was asked for and is not there yet."""

_guard = threading.Lock()
_counts: Counter[tuple[datetime.date, str, str]] = Counter()


def count(what: Counted, method: str) -> None:
    """Count one answer to a request."""
    if method == "GET":
        with _guard:
            _counts[timezone.localdate(), *what] += 1


def write() -> None:
    """Add what was counted to the totals; what cannot be written is kept for the next time."""
    with _guard:
        counted = dict(_counts)
        _counts.clear()
    for (day, key, language), number in list(counted.items()):
        try:
            row, _is_new = FallbackVisits.objects.get_or_create(day=day, translation_key=key, language=language)
            FallbackVisits.objects.filter(pk=row.pk).update(number=F("number") + number)
        except Exception:
            with _guard:
                _counts.update(counted)
            raise
        del counted[day, key, language]


def write_for_ever() -> None:
    """Write the counts every minute, in a thread of its own."""
    while True:
        time.sleep(SECONDS)
        try:
            write()
        except Exception:
            logger.exception("What visitors read could not be counted; it is tried again")
        finally:
            connection.close()
