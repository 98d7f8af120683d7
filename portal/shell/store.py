"""Pages as they were answered, kept by each process, in the codings in which they leave.

An entry is valid while the numbers are those that were read before it was built (`portal.changes`): every change that is announced raises
one of them. It carries the moment at which time alone makes it another page. What is not valid any more may still be shown when the
application fails, for a day, and only if nothing was withdrawn since.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection

from portal import changes, tags
from portal.counters import POLL_SECONDS
from portal.http.keeping import Kept
from portal.language.languages import LANGUAGES
from portal.shell import coding
from portal.shell.bridge import Answer, Headers

MOST_BYTES = 32 * 1024 * 1024
"""Of all entries of a process."""
SILENCE = 1.0
"""Seconds after which a machine that hears nothing of the others knows no more what is fresh."""
STALE_SECONDS = 24 * 60 * 60
_OWN_SIZE = 4096
_CODES = "|".join(re.escape(language.code) for language in LANGUAGES)
_PATH = re.compile(rf"/(?:{_CODES})/(?!_util/|og/)(?:[\w\-.]+/)*[\w\-.]*|/sitemap[\w-]*\.xml|/robots\.txt|/llms\.txt", re.ASCII)
_QUERY = re.compile(r"(?:page=[1-9][0-9]{0,3}|past=yes|neben=[\w-]{2,12})?", re.ASCII)
"""The parameters that make a page another one, one at a time; whatever else is asked for is never kept."""
_LONGEST = 1000
"""Characters of host and address of what is kept: a bound for what is remembered of addresses."""
WAIT = 2.0
"""Seconds that others wait for who builds a page."""

Key = tuple[str, str, str]


@dataclass(slots=True)
class Entry:
    """A page with the numbers that it was built under, in the codings that were asked for so far."""

    numbers: tuple[int, ...]
    withdrawn: tuple[int, ...]
    kept: Kept
    made: float
    headers: Headers
    tag: str
    size: int
    codings: dict[str, Answer] = field(default_factory=dict)

    def answer(self, name: str) -> Answer:
        """Return the page in a coding, each of which is made once; what leaves as it is, hardly ever, is not kept so."""
        if (found := self.codings.get(name)) is None:
            body = coding.compress(coding.decompressed(self.codings["br"].body), name)
            found = Answer(200, coding.headers_of(self.headers, name, self.tag, len(body)), body)
            if name:
                self.codings[name] = found
        return found

    def known(self, headers: Any, method: str, *, is_stale: bool = False) -> Answer:
        """Return the page for a client, and count it: in its coding, or nothing where it has it already."""
        self.kept.count(method)
        answer = self.answer(coding.accepted(headers.get("accept-encoding", "")))
        if is_stale:
            return Answer(200, [*answer.headers, ("Cache-Status", "portal; hit; detail=stale")], answer.body)
        if (known := headers.get("if-none-match", "")) and coding.is_known(answer, known):
            return coding.unchanged(answer)
        return answer


class Store:
    """The pages of one process, those that were asked for last; used from the event loop alone."""

    def __init__(self) -> None:
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._building: dict[Key, asyncio.Event] = {}
        self._bytes = 0
        self.heard = time.monotonic()
        """When it was last heard what other machines announced; where there are none, it does not matter."""
        # Of files also a cache knows that is no kept value: a change of any drops all pages that were built before.
        self._fresh = tags.slots(tags.FILES, tags.CHANGES)
        self._withdrawn = tags.slots(tags.WITHDRAWN)

    def numbers(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the numbers as they are now: read before a page is built."""
        return changes.counters().peek(self._fresh), changes.counters().peek(self._withdrawn)

    def get(self, key: Key) -> Entry | None:
        """Return the page that lies at a key, if it is what the application would answer now."""
        entry = self._entries.get(key)
        if entry is None or entry.numbers != changes.counters().peek(self._fresh) or time.time() >= entry.kept.fresh_until:
            return None
        if settings.MACHINES > 1 and time.monotonic() - self.heard > SILENCE:
            return None
        self._entries.move_to_end(key)
        return entry

    def before(self, key: Key, numbers: tuple[int, ...]) -> Entry | None:
        """Return what was kept at a key, where what changed since may leave it as it is."""
        entry = self._entries.get(key)
        return entry if entry is not None and entry.numbers[:-1] == numbers[:-1] else None

    async def found(self, key: Key) -> Entry | None:
        """Return what is kept, also after somebody who builds it has done so."""
        entry = self.get(key)
        if entry is None and (built := self._building.get(key)) is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(built.wait(), WAIT)
            entry = self.get(key)
        return entry

    @contextmanager
    def building(self, key: Key) -> Iterator[None]:
        """Let others wait for a page that is being built; who comes while one is built already builds for itself."""
        if key in self._building:
            yield
            return
        built = self._building[key] = asyncio.Event()
        try:
            yield
        finally:
            del self._building[key]
            built.set()

    def listen(self) -> None:
        """Hear for ever what other machines announce, in a thread of its own."""
        while True:
            try:
                changes.counters().read((0,))
                self.heard = time.monotonic()
            except Exception:  # noqa: BLE001 (whatever is away: it is asked again, with another connection)
                connection.close()
            time.sleep(POLL_SECONDS)

    def stale(self, key: Key) -> Entry | None:
        """Return the last good page where the application fails: none that is too old, or that may hold what was withdrawn."""
        entry = self._entries.get(key)
        if entry is None or entry.withdrawn != changes.counters().peek(self._withdrawn):
            return None
        return entry if time.time() < min(entry.kept.shown_until, entry.made + STALE_SECONDS) else None

    def put(self, key: Key, entry: Entry) -> None:
        """Keep a page, unless something changed while it was built; what was not asked for longest makes room."""
        if entry.numbers != changes.counters().peek(self._fresh):
            return
        self.drop(key)
        self._entries[key] = entry
        self._bytes += entry.size
        while self._bytes > MOST_BYTES:
            self.drop(next(iter(self._entries)))

    def drop(self, key: Key) -> None:
        """Keep a page no longer."""
        if (entry := self._entries.pop(key, None)) is not None:
            self._bytes -= entry.size


def key_of(headers: Any, path: str, query: str) -> Key | None:
    """Return under what the answer to a request without a body would be kept.

    None for what never is: with other parameters, for somebody who may be known, or who does not say which host is asked.
    A port and capital letters make no other host; they would make as many copies of a page as somebody likes.
    """
    hosts, cookies = headers.get_all("host"), headers.get_all("cookie")
    if "authorization" in headers or any(f"{name}=" in cookie for cookie in cookies for name in _OWN_COOKIES) or len(hosts) != 1:
        return None
    return _key(hosts[0], path, query) if len(hosts[0]) + len(path) + len(query) < _LONGEST else None


@lru_cache(maxsize=2048)
def _key(host: str, path: str, query: str) -> Key | None:
    host = re.sub(r":[0-9]*$", "", host).lower()
    return (host, path, query) if host and _PATH.fullmatch(path) and _QUERY.fullmatch(query) else None


_OWN_COOKIES = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages")


def entry_of(answer: Answer, kept: Kept, numbers: tuple[tuple[int, ...], tuple[int, ...]]) -> Entry | None:
    """Return an answer of the application as it is kept, if it said that it may be."""
    if not kept.fresh_until or answer.status != 200 or not coding.is_text(answer) or answer.header("set-cookie"):
        return None
    body = coding.compress(answer.body, "br", is_kept=True)
    tag = coding.tag_of(answer.body)
    # What its second coding adds is reckoned from the beginning: both are of about one size.
    size = _OWN_SIZE + 2 * len(body) + (kept.trace.size if kept.trace else 0)
    entry = Entry(*numbers, kept, time.time(), answer.headers, tag, size)
    entry.codings["br"] = Answer(200, coding.headers_of(answer.headers, "br", tag, len(body)), body)
    return entry
