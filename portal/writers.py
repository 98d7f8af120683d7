"""On PostgreSQL, those who change pages take turns, as they do on SQLite.

A deletion writes a page's translations before the page, a publication after it, and each locks the rows that it has written until its
commit: two at once could wait for each other, and PostgreSQL ended one of them with an error ("deadlock detected"), be it that of an
editor or of the runner. So the first statement of a transaction that writes or locks a page or what is kept with it (revisions,
translations, lists, the search) waits for one lock, which the server lets go of with the transaction. Whoever reads waits for nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver

LOCK = 0x706F727461
"""The number of the lock; PostgreSQL keeps locks by number, for each database its own."""
_TABLES = (
    r'"?(?:wagtailcore_(?:page|revision)\w*|wagtail_localize_\w+|wagtailsearch_\w+|portal_(?:list\w+|publishedversion)'
    r'|search_(?:document|term|posting|facetvalue|titlestart|offeredfile))"?'
)
"""What is written with a page, by whatever comes first; nothing that a visitor's request writes."""
_WRITES = re.compile(rf"(?:INSERT INTO|UPDATE|DELETE FROM) {_TABLES}\s")
_LOCKS = re.compile(rf"SELECT .* FROM {_TABLES}\s.*FOR (?:NO KEY )?UPDATE", re.DOTALL)  # noqa: S608 (it is compared with)

Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


def _take_turns(execute: Execute, sql: str, params: object, many: bool, context: dict[str, Any]) -> object:
    """Wait for the lock before a statement that writes or locks what several may write; it holds until the end of the transaction.

    Asked for each time: a savepoint that is rolled back lets go of what was taken in it.
    """
    database: BaseDatabaseWrapper = context["connection"]
    # Django itself refuses statements in a transaction that is to be rolled back.
    is_open = database.in_atomic_block and not database.needs_rollback
    if is_open and (_WRITES.match(sql) or ("FOR " in sql and _LOCKS.match(sql))):
        with database.wrap_database_errors, database.connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    return execute(sql, params, many, context)


@receiver(connection_created, dispatch_uid="portal.writers")
def queue(connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    """Let a new connection to PostgreSQL take turns."""
    if connection.vendor == "postgresql" and _take_turns not in connection.execute_wrappers:
        connection.execute_wrappers.append(_take_turns)
