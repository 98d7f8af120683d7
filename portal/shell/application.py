"""The portal as granian serves it: an RSGI application around the WSGI application.

It runs in an event loop and never waits for anything but the network and the threads of its lanes: bodies are read before a thread is
asked, files are sent after it has allowed them.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from granian.rsgi import HTTPProtocol, Scope

from portal.http.limits import client
from portal.http.policy import ADMIN_PREFIXES
from portal.shell import bodies, bridge, coding, static
from portal.shell.bridge import Answer, Application
from portal.shell.lanes import Lane
from portal.shell.refusals import Refused, prepare, refusal

logger = logging.getLogger(__name__)

MOST_OF_A_FORM = 4 * 1024 * 1024
"""Bytes that anybody may send; Django takes less than that of what is no file."""
FILE_THREADS = 2
FILE_PREFIXES = (*ADMIN_PREFIXES, "/documents/", settings.MEDIA_URL, settings.STATIC_URL)
"""What has threads of its own: the admin, and views that hand out files."""
SILENCE = 60
"""Seconds after which a connection is given up whose other end takes nothing of what was sent."""
_KEEP_SPOOLED = 60


class Shell:
    """One for all processes that answer, made before they are forked."""

    def __init__(self, application: Application, threads: int) -> None:
        self.application, self.threads = application, threads
        self.at_start: Callable[[], None] = lambda: None
        self.static, self.held = static.StaticFiles(), bodies.Held()
        scheme = settings.SECURE_PROXY_SSL_HEADER
        self._secure = (scheme[0].removeprefix("HTTP_").replace("_", "-").lower(), scheme[1]) if scheme else None
        prepare()
        if self.static.any_path:
            numbers, found = self.static.numbers(), list[Answer]()
            bridge.call(application, self._plain_question(), found.append)
            self.static.learn(found[0], numbers)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.at_start()
        self.pages, self.files = Lane("pages", self.threads), Lane("files", FILE_THREADS)
        # Only then granian listens.
        loop.call_soon(_give_up_silent_connections)

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        if scope.proto != "http":
            return
        try:
            answer = await self._answer(scope, protocol)
        except Refused as error:
            answer = refusal(error.status, scope.path)
        except Exception:
            logger.exception("%s %s could not be answered", scope.method, scope.path)
            answer = refusal(503, scope.path)
        _send(protocol, answer, scope.method)

    async def _answer(self, scope: Scope, protocol: HTTPProtocol) -> Answer:
        method, path, headers = scope.method, scope.path, scope.headers
        if scope.http_version == "1.1" and "host" not in headers:
            # RFC 9112, 3.2: what was meant is not guessed.
            raise Refused(400)
        is_read = method in {"GET", "HEAD"}
        if is_read and self.static.knows(path) and self._may_answer(headers):
            if not self.static.is_current:
                await self._learn()
            return self.static.answer(path, method, headers)
        if is_read and headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
            return await self._ask(scope, io.BytesIO(), 0)
        with self.held.room(client(bridge.peer(scope), ",".join(headers.get_all("x-forwarded-for")))) as take:
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

    async def _ask(self, scope: Scope, body: Any, length: int) -> Answer:
        """Let the application answer in a thread of its lane."""
        environ = bridge.environ(scope, body, length)
        lane = self.files if scope.path.startswith(FILE_PREFIXES) else self.pages
        encode = partial(
            coding.encoded,
            accept_encoding=environ.get("HTTP_ACCEPT_ENCODING", ""),
            if_none_match=environ.get("HTTP_IF_NONE_MATCH", ""),
            is_read=scope.method in {"GET", "HEAD"},
        )
        address = client(environ["REMOTE_ADDR"], environ.get("HTTP_X_FORWARDED_FOR", ""))
        return await lane.run(lambda deliver: bridge.call(self.application, environ, lambda answer: deliver(encode(answer))), address)

    def _may_answer(self, headers: Any) -> bool:
        """Return whether no other address is to be asked first, with HTTPS."""
        if not settings.SECURE_SSL_REDIRECT or self._secure is None:
            return True
        name, value = self._secure
        return headers.get(name, "").partition(",")[0].strip() == value

    @staticmethod
    def _most(path: str, headers: Any) -> int:
        """Return how many bytes a client may send: a file in the admin, with what can be the cookie of somebody who signed in."""
        signed_in = path.startswith(ADMIN_PREFIXES) and f"{settings.SESSION_COOKIE_NAME}=" in headers.get("cookie", "")
        return settings.WAGTAILDOCS_MAX_UPLOAD_SIZE + MOST_OF_A_FORM if signed_in else MOST_OF_A_FORM


def _send(protocol: HTTPProtocol, answer: Answer, method: str) -> None:
    if answer.spool is not None:
        # granian opens it soon; it stays readable for whoever opened it.
        asyncio.get_running_loop().call_later(_KEEP_SPOOLED, answer.spool.close)
    if method == "HEAD" or answer.status in {204, 304} or (answer.file and answer.start >= answer.end):
        protocol.response_empty(answer.status, answer.headers)
    elif answer.file:
        protocol.response_file_range(answer.status, answer.headers, answer.file, answer.start, answer.end)
    else:
        protocol.response_bytes(answer.status, answer.headers, answer.body)


def _give_up_silent_connections() -> None:
    """Let the system end connections whose other end takes nothing; what is accepted inherits it from the listener (Linux)."""
    folder = Path("/proc/self/fd")
    if not hasattr(socket, "TCP_USER_TIMEOUT") or not folder.exists():
        return
    for path in list(folder.iterdir()):
        with contextlib.suppress(OSError):
            # Only of a socket: what is no socket is refused, and its copy would stay open.
            if str(path.readlink()).startswith("socket:"):
                with socket.socket(fileno=os.dup(int(path.name))) as found:
                    if found.family in {socket.AF_INET, socket.AF_INET6} and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE * 1000)
