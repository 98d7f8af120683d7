"""The portal as granian serves it: an RSGI application around the WSGI application.

It runs in an event loop and never waits for anything but the network and the threads of its lanes: bodies are read before a thread is
asked, files are sent after it has allowed them.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from granian.rsgi import HTTPProtocol, Scope

from portal.http.keeping import ENVIRON, Kept
from portal.http.limits import Room, client
from portal.http.mirror import Mirror
from portal.http.policy import ADMIN_PREFIXES
from portal.shell import bodies, bridge, coding, static, store
from portal.shell.bridge import Answer, Application
from portal.shell.lanes import Lane
from portal.shell.refusals import Refused, prepare, refusal

logger = logging.getLogger(__name__)

MOST_OF_A_FORM = 4 * 1024 * 1024
"""Bytes that anybody may send; Django takes less than that of what is no file."""
FILE_THREADS = 8 if settings.S3 else 2
FILE_PREFIXES = (*ADMIN_PREFIXES, "/documents/", settings.MEDIA_URL, settings.STATIC_URL)
"""What has threads of its own, more where files are fetched from a bucket: the admin, and views that hand out files."""
_KEEP_SPOOLED = 60


class Shell:
    """One for all processes that answer, made before they are forked."""

    def __init__(self, application: Application, threads: int) -> None:
        self.application, self.threads = application, threads
        self.at_start: Callable[[asyncio.AbstractEventLoop], None] = lambda loop: None
        self.static, self.room = static.StaticFiles(), Room()
        scheme = settings.SECURE_PROXY_SSL_HEADER
        self._secure = (scheme[0].removeprefix("HTTP_").replace("_", "-").lower(), scheme[1]) if scheme else None
        prepare()
        if self.static.any_path:
            numbers, found = self.static.numbers(), list[Answer]()
            bridge.call(application, self._plain_question(), found.append)
            self.static.learn(found[0], numbers)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.at_start(loop)
        self.pages, self.files = Lane("pages", self.threads), Lane("files", FILE_THREADS)
        self.store, self.mirror = store.Store(), Mirror(settings.MIRROR)
        if settings.MACHINES > 1:
            threading.Thread(target=self.store.listen, name="listen", daemon=True).start()

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        if (answer := self._kept(scope)) is None:
            answer = self.mirror.instead_of(await _or_refusal(scope, self._answer(scope, protocol)), scope)
        _send(protocol, answer, scope.method)

    def _kept(self, scope: Scope) -> Answer | None:
        """Return what most requests are answered with, a page that is kept, with as little work as can be; all else is for `_answer`."""
        headers, get = scope.headers, scope.method == "GET" and settings.PAGE_CACHE
        if not get or "content-length" in headers or "transfer-encoding" in headers or not self._may_answer(headers):
            return None
        key = store.key_of(headers, scope.path, scope.query_string)
        return entry.known(headers, "GET") if key and (entry := self.store.get(key)) else None

    async def _answer(self, scope: Scope, protocol: HTTPProtocol) -> Answer:
        """Answer a request; where it names no host, or two, what was meant is not guessed (RFC 9112, 3.2)."""
        method, path, headers = scope.method, scope.path, scope.headers
        if len(headers.get_all("host")) != 1 and scope.http_version == "1.1":
            raise Refused(400)
        is_read = method in {"GET", "HEAD"}
        if is_read and self.static.knows(path) and self._may_answer(headers):
            if not self.static.is_current:
                await self._learn()
            return self.static.answer(path, method, headers)
        if is_read and headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
            key = store.key_of(headers, path, scope.query_string) if settings.PAGE_CACHE and self._may_answer(headers) else None
            return await (self._page(scope, key) if key else self._ask(scope, io.BytesIO(), 0))
        with self.room.of(client(bridge.peer(scope), ",".join(headers.get_all("x-forwarded-for")))) as take:
            body, length = await bodies.read(scope, protocol, self._most(path, headers), take)
            with body:
                return await self._ask(scope, body, length)

    async def _learn(self) -> None:
        """Ask what all static files have in common, as nobody in particular: what a browser says of itself shapes its own answer alone."""
        numbers, environ = self.static.numbers(), self._plain_question()
        with contextlib.suppress(Refused):  # so many wait: what was learned before holds until then
            answer = await self.pages.run(lambda deliver: bridge.call(self.application, environ, deliver), "")
            self.static.learn(answer, numbers)

    def _plain_question(self) -> dict[str, Any]:
        """Return the environment of a request for some static file that asks for nothing else."""
        environ = {"PATH_INFO": self.static.any_path, "HTTP_HOST": "localhost", "HTTP_X_FORWARDED_PROTO": "https"}
        setup_testing_defaults(environ)
        return environ

    async def _page(self, scope: Scope, key: store.Key) -> Answer:
        """Answer with a page as it is kept, or as the application builds it for everybody; as it was where the application fails."""
        found: store.Entry | Answer | None = await self.store.found(key)
        if found is None:
            with self.store.building(key):
                found = await _or_refusal(scope, self._build(scope, key))
        if isinstance(found, store.Entry):
            return found.known(scope.headers, scope.method)
        stale = self.store.stale(key) if found.status >= 500 else None
        return stale.known(scope.headers, scope.method, is_stale=True) if stale else found

    async def _build(self, scope: Scope, key: store.Key) -> store.Entry | Answer:
        """Let the application answer somebody of whom nothing is known but what stands in the key, and keep that if it may be kept."""
        before = self.store.before(key, (numbers := self.store.numbers())[0])
        kept, entries = Kept(before=before and before.kept), list[store.Entry]()
        environ = bridge.environ(scope, io.BytesIO(), 0)
        # Where a limit is counted, the application hears who asks: nothing that is kept tells of it.
        heard = {name: value for name, value in environ.items() if not name.startswith(("HTTP_", "CONTENT_"))}
        heard["HTTP_X_FORWARDED_FOR"] = environ.get("HTTP_X_FORWARDED_FOR", "")
        heard |= {"REQUEST_METHOD": "GET", "HTTP_HOST": key[0], ENVIRON: kept}
        if self._secure:
            heard["HTTP_X_FORWARDED_PROTO"] = self._secure[1]

        def work(deliver: Callable[[Answer], None]) -> None:
            def finish(answer: Answer) -> None:
                entry = store.entry_of(answer, kept, numbers)
                if before and kept.holds:
                    entry = replace(before, numbers=numbers[0], withdrawn=numbers[1], kept=kept, made=time.time())
                if entry is not None:
                    entries.append(entry)
                deliver(self._encoded(answer, environ) if entry is None else answer)

            bridge.call(self.application, heard, finish)

        answer = await self.pages.run(work, client(environ["REMOTE_ADDR"], environ.get("HTTP_X_FORWARDED_FOR", "")))
        if not entries:
            kept.count(scope.method)
            return answer
        self.store.put(key, entries[0])
        return entries[0]

    async def _ask(self, scope: Scope, body: Any, length: int) -> Answer:
        """Let the application answer in a thread of its lane."""
        environ, lane = bridge.environ(scope, body, length), self.files if scope.path.startswith(FILE_PREFIXES) else self.pages

        def work(deliver: Callable[[Answer], None]) -> None:
            bridge.call(self.application, environ, lambda answer: deliver(self._encoded(answer, environ)))

        return await lane.run(work, client(environ["REMOTE_ADDR"], environ.get("HTTP_X_FORWARDED_FOR", "")))

    @staticmethod
    def _encoded(answer: Answer, environ: dict[str, Any]) -> Answer:
        known = {"accept_encoding": environ.get("HTTP_ACCEPT_ENCODING", ""), "if_none_match": environ.get("HTTP_IF_NONE_MATCH", "")}
        return coding.encoded(answer, **known, is_read=environ["REQUEST_METHOD"] in {"GET", "HEAD"})

    def _may_answer(self, headers: Any) -> bool:
        """Return whether no other address is to be asked first, with HTTPS."""
        if secure := settings.SECURE_SSL_REDIRECT and self._secure:
            return headers.get(secure[0], "").partition(",")[0].strip() == secure[1]
        return True

    @staticmethod
    def _most(path: str, headers: Any) -> int:
        """Return how many bytes a client may send: a file in the admin, with what can be the cookie of somebody who signed in."""
        signed_in = path.startswith(ADMIN_PREFIXES) and f"{settings.SESSION_COOKIE_NAME}=" in headers.get("cookie", "")
        return settings.WAGTAILDOCS_MAX_UPLOAD_SIZE + MOST_OF_A_FORM if signed_in else MOST_OF_A_FORM


async def _or_refusal(scope: Scope, answering: Awaitable[Any]) -> Any:
    try:
        return await answering
    except Refused as error:
        return refusal(error.status, scope.path)
    except Exception:
        logger.exception("%s %s could not be answered", scope.method, scope.path)
        return refusal(503, scope.path)


def _send(protocol: HTTPProtocol, answer: Answer, method: str) -> None:
    if answer.spool is not None:
        asyncio.get_running_loop().call_later(_KEEP_SPOOLED, answer.spool.close)  # granian opens it soon, and can read on
    if method == "HEAD" or answer.status in {204, 304} or (answer.file and answer.start >= answer.end):
        protocol.response_empty(answer.status, answer.headers)
    elif answer.file:
        protocol.response_file_range(answer.status, answer.headers, answer.file, answer.start, answer.end)
    else:
        protocol.response_bytes(answer.status, answer.headers, answer.body)
