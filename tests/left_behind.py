"""What a module has left on the portal that its worker serves: pages, accounts, snippets, settings; no logs, and nothing
that follows. And its threads that still run.

Asked of the database itself, in a few hundredths of a second, where a command would take seconds.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from itertools import pairwise

import psycopg

from tests import support

Rows = dict[str, frozenset[tuple[object, ...]]]

PAGES = "id, url_path, title, live, show_in_menus, expired, locked, expire_at, go_live_at, alias_of_id"
READ = {
    "wagtailcore_page": PAGES,
    "auth_user": "id, username, email, is_active, is_superuser, password",
    "auth_user_groups": "*",
    "otp_totp_totpdevice": "id",
    "participate_message": "id",
    "participate_contacttopic": "id, name, locale_id",
    "portal_alert": "id, name, heading, text, is_published, starts_at, ends_at",
    "portal_fact": "id, name, value, text",
    "portal_footer": "id, title, about, body, legal",
    "portal_officesettings": "street, postal_code, town, email, phone, responsible_person, security_contact",
    "portal_portaldocument": "id, title, collection_id",
    "portal_portalimage": "id, title, collection_id",
    "portal_region": "id, name",
    "portal_release": "is_released",
    "portal_shareddraft": "id",
    "portal_topic": "id, name",
    "research_dataversion": "id, page_id",
    "search_blockedsuggestion": "*",
    "search_promotedresult": "*",
    "search_synonyms": "*",
    "wagtailcore_collection": "id, name",
    "wagtailcore_collectionviewrestriction": "*",
    "wagtailcore_pageviewrestriction": "*",
    "wagtailcore_site": "*",
    "wagtailcore_workflowstate": "id, object_id, status",
    "wagtailredirects_redirect": "old_path, redirect_link, redirect_page_id",
    "work_changenote": "id",
}
"""The tables whose rows visitors or editors see, and their columns that say so."""
ORDER = "order of pages"


def rows(portal: support.Portal) -> Rows:
    """Return what stands on a served portal, by table."""
    address = portal.environment.get("DATABASE_URL")
    connect = psycopg.connect(address) if address else sqlite3.connect(f"file:{portal.folder / 'db.sqlite3'}?mode=ro", uri=True)
    with contextlib.closing(connect) as connection:
        found: Rows = {}
        for table, columns in READ.items():
            read = connection.execute(f"SELECT {columns} FROM {table}").fetchall()  # noqa: S608
            # Settings have an empty row as soon as somebody has looked at them.
            found[table] = frozenset(tuple(map(str, row)) for row in read if any(row))
        # Which follows which: a page that was moved and came back stands where it stood, under another path.
        pages = connection.execute("SELECT id FROM wagtailcore_page ORDER BY path").fetchall()
        return found | {ORDER: frozenset((before, after) for (before,), (after,) in pairwise(pages))}


def differences(before: Rows, after: Rows) -> list[str]:
    """Return in a line each what was added, taken away and changed."""
    found = []
    for table in before:
        found += [f"{table}: - {', '.join(map(str, row))}" for row in sorted(before[table] - after[table], key=str)]
        found += [f"{table}: + {', '.join(map(str, row))}" for row in sorted(after[table] - before[table], key=str)]
    return found


_watched: list[tuple[support.Portal, Rows]] = []


@contextlib.contextmanager
def watching(portal: support.Portal) -> Iterator[None]:
    """Compare with what stands on a portal now."""
    _watched.append((portal, rows(portal)))
    yield
    _watched.clear()


def news() -> list[str]:
    """Return what has been changed on the portal since this was asked for last, and not taken back."""
    if not _watched:
        return []
    portal, before = _watched.pop()
    _watched.append((portal, after := rows(portal)))
    return differences(before, after)


def threads() -> list[str]:
    """Return what functions of tests still run beside the main thread. Whoever begins one waits for its end."""
    targets = [getattr(thread, "_target", None) for thread in threading.enumerate()]
    return [f"thread: + {each.__module__}.{each.__qualname__}" for each in targets if getattr(each, "__module__", "").startswith("tests.")]


KEPT = "portal_job"
"""What the runner does meanwhile is no matter of a test: it would do a second time what it has done."""


@contextlib.contextmanager
def taken_back(portal: support.Portal) -> Iterator[None]:
    """Bring the whole database of a portal that is being served back to what it is now, in one transaction; SQLite only."""
    assert "DATABASE_URL" not in portal.environment
    file = portal.folder / "db.sqlite3"
    with contextlib.closing(sqlite3.connect(":memory:")) as copy, contextlib.closing(sqlite3.connect(file)) as served:
        served.backup(copy)
        try:
            yield
        finally:
            jobs = served.execute(f"SELECT * FROM {KEPT}").fetchall()  # noqa: S608
            copy.execute(f"DELETE FROM {KEPT}")  # noqa: S608
            for job in jobs:
                copy.execute(f"INSERT INTO {KEPT} VALUES ({', '.join('?' * len(job))})", job)  # noqa: S608
            copy.commit()
            copy.backup(served)
            portal.manage("shell", "-c", "from portal import changes; changes.announce(changes.EVERYTHING)")
