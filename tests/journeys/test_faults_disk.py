"""A disk that is full, a database that is slow or read only: readers read, who edits is told, and nothing acknowledged is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from psycopg import sql

from tests import support
from tests.journeys.faults import BOTH, Editor, assert_recovered, edited_pages, reading, shows, wait_until_answered
from tests.portal.shell.clients import ask

pytestmark = [pytest.mark.content, pytest.mark.faults]

SIZE = 160
"""Megabytes of the disk that becomes full."""


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a small disk of its own."""
    folder = tmp_path_factory.mktemp("disk")
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("needs root, for a disk that may be full")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "none", folder], check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="module")
def portal(portal_state: support.State, disk: Path) -> Iterator[support.Portal]:
    """Serve a portal whose database (SQLite), media, cache and log lie on that disk."""
    database = f"{support.run_name()}_disk_{support.worker_name()}" if portal_state.database else ""
    with support.served(portal_state, disk / "portal", database) as portal:
        portal.environment["DATABASE"] = database
        yield portal


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Leave not one byte free on the disk."""
    file = disk / "everything-else"
    with file.open("wb", buffering=0) as output:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    output.write(b"x" * size)
            except OSError:
                pass
    assert os.statvfs(disk).f_bavail == 0
    try:
        yield
    finally:
        file.unlink()


def test_a_full_disk_stops_no_reader_and_loses_nothing(portal: support.Portal, disk: Path) -> None:
    (page,) = edited_pages(portal, 1, "Auf vollem Grund")
    editor = Editor(portal)
    paths = ("/de/", "/ar/", page.url, "/en/nowhere/", "/de/suche/?q=R%C3%BCckkehr", "/de/aktuelles/", "/uk/feed.rss", "/sitemap.xml")
    answers = {path: ask(portal, path)[0] for path in paths}
    form = {"title": "Zu groß", "collection": "1", "tags": ""}
    with full(disk):
        # What was never asked for, too: nothing of it is kept.
        unseen = ["/de/mitmachen/", "/uk/", "/de/seitenuebersicht/", "/de/suche/?q=Schutz", "/ar/bahth/?q=%D8%B9%D9%88%D8%AF%D8%A9"]
        assert {path: ask(portal, path)[0] for path in (*paths, *unseen)} == {**answers, **dict.fromkeys(unseen, 200)}
        status, _headers, body = editor.post("/admin/documents/add/", form, {"file": ("zahlen.csv", b"1;2\n" * 500_000)})
        assert (status, "zahlen.csv" in body or "Speicher" in body) == (200, True), (status, body[-2000:])
        said = editor.publish(page, "Passt nicht mehr")
        # On PostgreSQL the database has another disk.
        assert said == (302 if portal.environment["DATABASE"] else 503)
        assert ask(portal, page.url)[0] == 200
    began = time.monotonic()
    assert editor.publish(page, "Passt wieder") == 302
    assert shows(portal, page.url, "Passt wieder")
    status, headers, _body = editor.post("/admin/documents/add/", form, {"file": ("zahlen.csv", b"1;2\n" * 500_000)})
    assert_recovered(portal, began)
    assert status == 302, headers
    assert {path: ask(portal, path)[0] for path in paths} == answers


_HOLD = """
import time
from pathlib import Path
from django.db import connection, transaction
from wagtail.models import Page
with transaction.atomic():
    Page.objects.filter(pk={pk}).update(draft_title="gehalten")
    if connection.vendor == "postgresql":
        connection.cursor().execute("LOCK TABLE search_document IN EXCLUSIVE MODE")
    Path({marker!r}).touch()
    while Path({marker!r}).exists():
        time.sleep(0.05)
"""


@pytest.mark.long
def test_who_writes_waits_for_a_slow_database_and_who_reads_does_not(portal: support.Portal, tmp_path: Path) -> None:
    """Somebody holds the locks that a publication needs for as long as it takes."""
    (page,) = edited_pages(portal, 1, "Langsam")
    editor, marker = Editor(portal), tmp_path / "held"
    code = _HOLD.format(pk=page.id, marker=str(marker))
    holder = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-c", code], cwd=support.BASE_DIR, env=portal.environment, stdin=subprocess.DEVNULL
    )
    try:
        support.wait_for(marker.exists, "The lock")
        with reading(portal, *BOTH, "/de/suche/?q=Schutz", page.url, pause=0.2) as readers:
            statuses: list[int] = []
            thread = Thread(target=lambda: statuses.append(editor.publish(page, "Kam doch noch")))
            thread.start()
            time.sleep(3)
            assert statuses == []
            assert not shows(portal, page.url, "Kam doch noch")
            marker.unlink()
            thread.join()
        assert statuses == [302]
        assert (readers.odd, readers.broken, set(readers.statuses)) == ([], [], {200})
        assert shows(portal, page.url, "Kam doch noch")
    finally:
        marker.unlink(missing_ok=True)
        holder.wait()


@contextmanager
def read_only(portal: support.Portal, disk: Path) -> Iterator[None]:
    """Let nobody write to the database: as it is while PostgreSQL recovers, or while somebody holds SQLite's lock for good."""
    name = portal.environment["DATABASE"]
    if not name:
        holder = subprocess.Popen(
            [sys.executable, "-c", _LOCK, str(portal.folder / "db.sqlite3")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        holder.stdout.readline()
        yield
        holder.communicate(b"\n")
        return
    with psycopg.connect(support.database_url("postgres"), autocommit=True) as server:
        setting = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only TO {}")
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        for value in ("on", "off"):
            server.execute(setting.format(sql.Identifier(name), sql.SQL(value)))
            server.execute(end, [name])
            if value == "on":
                yield


_LOCK = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
database.execute("ROLLBACK")
"""


@pytest.mark.long
def test_a_database_that_takes_nothing_is_read(portal: support.Portal, disk: Path) -> None:
    (page,) = edited_pages(portal, 1, "Nur zu lesen")
    editor = Editor(portal)
    with read_only(portal, disk):
        wait_until_answered(portal, *BOTH)
        with reading(portal, *BOTH, "/de/suche/?q=Schutz", page.url, "/de/mitmachen/", pause=0.2) as readers:
            status = editor.publish(page, "Nimmt keiner an")
        assert (readers.odd, readers.broken, set(readers.statuses)) == ([], [], {200})
        assert (status, shows(portal, page.url, page.title)) == (503, True)
    wait_until_answered(portal, *BOTH)
    assert editor.publish(page, "Wieder zu schreiben") == 302
    assert shows(portal, page.url, "Wieder zu schreiben")
