"""Answers from the mirror, where the application fails and nothing is kept in memory: pages as the runner last wrote them.

`portal.operation.mirror` writes it. A mirror holds as long as nothing was withdrawn since it was begun; each of its entries until the
moment at which it may not be shown any more, and for a day.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings

from portal import changes, tags
from portal.changes import Order, Tag

A = TypeVar("A", bound=Any)

CURRENT = "current"
"""What leads to the mirror that holds, in its folder; where it is not there, none does."""
INDEX = "index.json"
STALE_SECONDS = 24 * 60 * 60
_WITHDRAWN = tags.slots(tags.WITHDRAWN)


def withdrawn() -> list[int]:
    """Return the numbers under which a mirror holds."""
    return list(changes.counters().peek(_WITHDRAWN))


@changes.listener(Order.SEARCH)
def leave(announced: frozenset[Tag]) -> None:
    """Let what was withdrawn leave the mirror before anybody hears that it was: all of it, until the runner has written the next one."""
    if settings.MIRROR and not announced.isdisjoint({tags.WITHDRAWN, tags.EVERYTHING}):
        with suppress(OSError):
            (settings.MIRROR / CURRENT).unlink(missing_ok=True)


class Mirror:
    """The mirror in a folder, if there is one; read again when another took its place."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._read: tuple[Path, dict[str, Any]] | None = None

    def _index(self) -> tuple[Path, dict[str, Any]]:
        """Return the folder of the mirror that holds, and its index.

        Raises:
            OSError: there is none.
        """
        if self.folder is None:
            raise FileNotFoundError
        place = self.folder / (self.folder / CURRENT).readlink()
        if self._read is None or self._read[0] != place:
            self._read = place, json.loads((place / INDEX).read_text(encoding="utf-8"))
        return self._read

    def instead_of(self, answer: A, scope: Any) -> A:
        """Return what lies at the address that is asked for (RSGI), where the answer (`portal.shell`) is that something failed.

        Else the answer itself: nothing lies there, it may not be shown any more, or somebody asks who signed in.
        """
        if self.folder is None or answer.status < 500 or scope.method not in {"GET", "HEAD"}:
            return answer
        if any(f"{settings.SESSION_COOKIE_NAME}=" in cookie for cookie in scope.headers.get_all("cookie")):
            return answer
        try:
            place, index = self._index()
            entry = index["entries"].get(f"{scope.path}?{scope.query_string}" if scope.query_string else scope.path)
            now = time.time()
            if entry is None or index["withdrawn"] != withdrawn() or now >= min(entry["shown_until"], index["made"] + STALE_SECONDS):
                return answer
            file = place / entry["file"]
            size = file.stat().st_size
        except (OSError, ValueError, KeyError):
            return answer
        headers = [*map(tuple, entry["headers"]), ("Content-Length", str(size)), ("Cache-Status", "portal; hit; detail=mirror")]
        return replace(answer, status=200, headers=headers, body=b"", file=str(file), start=0, end=size)
