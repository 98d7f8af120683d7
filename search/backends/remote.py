"""Candidates of the website's search from a server, where the settings name one; the database stands in for it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.core.cache import cache
from wagtail.search.backends import get_search_backend

from search.query import Concept, Query

MOST = 1_500
"""So many are asked for: more than are looked at, since not every page that the server knows is real."""

PAUSE = 30
"""Seconds in which a server that did not answer is not asked again: not every visitor shall wait for it."""

_SILENT = "search:server-silent"

logger = logging.getLogger(__name__)


def candidates(
    query: Query, concepts: Sequence[Concept], operator: str, filters: Sequence[tuple[str, str]] = (), by_date: bool = False
) -> list[int] | None:
    """Return the ids of pages that a server finds for all (`and`) or any (`or`) of the concepts, the best first (or the newest).

    None where the settings name no server, or it does not answer.
    """
    backend = get_search_backend()
    if not hasattr(backend, "candidates") or cache.get(_SILENT):
        return None
    try:
        return backend.candidates(query, concepts, operator, filters, by_date, MOST)
    except backend.errors as error:
        logger.warning("The search server does not answer; the database searches for %d seconds: %s", PAUSE, error)
        cache.set(_SILENT, True, PAUSE)
        return None
