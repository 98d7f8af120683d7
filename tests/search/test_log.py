"""Counting what was asked never waits for the database, and nothing that was counted is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psycopg

from tests import support

BROWSER = {"User-Agent": "Mozilla/5.0"}


@contextmanager
def written_by_another(portal: support.Portal) -> Iterator[None]:
    """Let another process write for as long as the block lasts."""
    if support.on_postgresql():
        with psycopg.connect(portal.environment["DATABASE_URL"]) as connection:
            connection.execute("LOCK TABLE search_askedquery IN ACCESS EXCLUSIVE MODE")
            yield
        return
    with closing(sqlite3.connect(portal.folder / "db.sqlite3", isolation_level=None)) as connection:
        connection.execute("PRAGMA busy_timeout = 600000")
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def search(portal: support.Portal, language: str) -> int:
    """Search as a person does; an answer that waited for the database (SQLite: 20 seconds) is none."""
    address = f"{portal.url}/{language}/{'suche' if language == 'de' else 'search'}/?{urlencode({'q': 'zaehlwort'})}"
    with urlopen(Request(address, headers=BROWSER), timeout=15) as answer:
        answer.read()
        return answer.status


def counted(portal: support.Portal) -> int:
    """Return how often the word was counted."""
    code = "from search.models import AskedQuery as A; print('N', sum(a.searches for a in A.objects.filter(query='zaehlwort')))"
    return int(portal.manage("shell", "-c", code).rpartition("N ")[2])


def test_searches_answer_while_another_writes_and_are_counted_later(live_portal: support.Portal) -> None:
    with written_by_another(live_portal), ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda language: search(live_portal, language), ["de", "en"] * 12))
    assert answers == [200] * 24
    # Each process of the server keeps its own; it writes them with the next search that it answers.
    total = len(answers)
    for _ in range(5):
        with ThreadPoolExecutor(6) as pool:
            total += len(list(pool.map(lambda _: search(live_portal, "de"), range(6))))
        if counted(live_portal) == total:
            break
    assert counted(live_portal) == total
