"""What an answer was built from, so that it can be seen later whether it would be built alike: all that was read, and what came of it.

Recorded are the values that are kept (`portal.changes`) and what SQL read beside them, by what was asked and a digest of what was found.
Who asks all of it again, and finds the same, has the same answer without building it: nobody has to know which change touches which page.
What else an answer depends on is named where it is kept: time, and files (`portal.http.keeping`, `portal.shell.store`).
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import islice
from sys import intern
from typing import Any

from django.db import connection

from portal import changes


def _digest(value: object) -> bytes:
    return hashlib.blake2b(pickle.dumps(value), digest_size=16).digest()


@dataclass(slots=True)
class Trace:
    """What was read, in its order; `is_whole` is false where something was written too: then it is never known to be the same."""

    values: dict[tuple[str, tuple[Any, ...]], bytes] = field(default_factory=dict)
    queries: list[tuple[str, Any, bytes]] = field(default_factory=list)
    is_whole: bool = True

    def note(self, name: str, args: tuple[Any, ...], value: object) -> None:
        """Note a value that is kept; one that was another one in between is none."""
        digest = _digest(value)
        self.is_whole &= self.values.setdefault((name, args), digest) == digest

    @property
    def size(self) -> int:
        """Return about how many bytes it takes; the text of a query is shared by the pages that ask alike."""
        return 200 * len(self.values) + sum(100 + len(repr(params)) + len(sql) // 4 for sql, params, _digest in self.queries)

    def holds(self) -> bool:
        """Return whether all that was read is now what it was."""
        if not self.is_whole or any(_digest(changes.KEPT[name](*args)) != digest for (name, args), digest in self.values.items()):
            return False
        for sql, params, digest in self.queries:
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
                if _digest(cursor.fetchall()) != digest:
                    return False
        return True


class _Rows:
    """A cursor whose rows were read; in all else that cursor."""

    def __init__(self, cursor: Any) -> None:
        self.cursor, self.found = cursor, cursor.fetchall()
        self.rows = iter(self.found)

    def __iter__(self) -> Iterator[Any]:
        return self.rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cursor, name)

    def fetchone(self) -> Any:
        return next(self.rows, None)

    def fetchmany(self, size: int = 1) -> list[Any]:
        return list(islice(self.rows, size))

    def fetchall(self) -> list[Any]:
        return list(self.rows)


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def _record(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Let what is asked be answered, and note it; what a kept value is built from is read in a context without a trace."""
    result, trace = execute(sql, params, many, context), _current.get()
    if trace is None:
        return result
    # PostgreSQL is asked `(SELECT …) UNION ALL (SELECT …)`.
    if many or not isinstance(sql, str) or not sql.lstrip("(").startswith("SELECT "):
        trace.is_whole = False
        return result
    cursor = context["cursor"]
    with connection.wrap_database_errors:
        rows = cursor.cursor = _Rows(cursor.cursor)
    try:
        trace.queries.append((intern(sql), params, _digest(rows.found)))
    except (TypeError, pickle.PicklingError):
        # Values of a kind that cannot be compared: the answer is built each time something changed.
        trace.is_whole = False
    return rows


@contextmanager
def recording() -> Iterator[Trace]:
    """Record what this thread reads until the block ends."""
    trace = Trace()
    noted, current = changes.noting.set(trace.note), _current.set(trace)
    try:
        with connection.execute_wrapper(_record):
            yield trace
    finally:
        changes.noting.reset(noted)
        _current.reset(current)
