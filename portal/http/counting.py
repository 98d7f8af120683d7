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
from typing import NamedTuple

from django.db import connection
from django.db.models import F
from django.utils import timezone

from portal.models import FallbackVisits, SentVisits
from portal.models.visits import DayCount

logger = logging.getLogger(__name__)

SECONDS = 60
"""So often the counts are written."""

FALLBACK, SENT = "fallback", "sent"
_MODELS: dict[str, type[DayCount]] = {FALLBACK: FallbackVisits, SENT: SentVisits}


class Counted(NamedTuple):
    """The key of a page, a language, and what is counted: that the page is not there in it yet (fallback), that it was opened by its short
    address (sent)."""

    key: str
    language: str
    what: str = FALLBACK


_guard = threading.Lock()
_counts: Counter[tuple[datetime.date, Counted]] = Counter()


def count(what: Counted, method: str) -> None:
    """Count one answer to a request."""
    if method == "GET":
        with _guard:
            _counts[timezone.localdate(), what] += 1


def write() -> None:
    """Add what was counted to the totals; what cannot be written is kept for the next time."""
    with _guard:
        counted = dict(_counts)
        _counts.clear()
    for (day, what), number in list(counted.items()):
        rows = _MODELS[what.what]._default_manager
        try:
            row, _is_new = rows.get_or_create(day=day, translation_key=what.key, language=what.language)
            rows.filter(pk=row.pk).update(number=F("number") + number)
        except Exception:
            with _guard:
                _counts.update(counted)
            raise
        del counted[day, what]


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
