"""One request of granian's RSGI as a call of a WSGI application (PEP 3333), its answer gathered whole."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from granian.rsgi import Scope

Headers = list[tuple[str, str]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

SPOOL = 1024 * 1024
"""Bytes of an answer that are held in memory; a larger one is written to a file and sent from there."""


@dataclass(slots=True)
class Answer:
    """An answer: its body, or the file that is sent from `start` to before `end`."""

    status: int
    headers: Headers
    body: bytes = b""
    file: str = ""
    start: int = 0
    end: int = 0
    spool: IO[bytes] | None = field(default=None, repr=False)

    def header(self, name: str) -> str:
        """Return the value of a header, by its name in small letters; empty where it is not there."""
        return next((value for known, value in self.headers if known.lower() == name), "")


class File:
    """What the application is given as `wsgi.file_wrapper`: the file goes out of it unread."""

    def __init__(self, file: Any, block_size: int = 64 * 1024) -> None:
        self.file, self.block_size = file, block_size

    def __iter__(self) -> Iterable[bytes]:
        while block := self.file.read(self.block_size):
            yield block

    def close(self) -> None:
        """End the request, as Django has it."""
        self.file.close()

    def place(self) -> tuple[str, int, int] | None:
        """Return the path, the first byte and the one after the last; None of what is no file on disk."""
        path = Path(name) if isinstance(name := getattr(self.file, "name", None), str) else None
        if path is None or not path.is_absolute():
            return None
        return str(path), getattr(self.file, "start", 0), getattr(self.file, "end", path.stat().st_size)


def environ(scope: Scope, body: IO[bytes], length: int) -> dict[str, Any]:
    """Return the environment of a call."""
    host, _colon, port = scope.server.rpartition(":")
    result: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode(errors="surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": peer(scope),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": File,
    }
    for name, value in scope.headers.items():
        # `X_Forwarded_For` would become what `X-Forwarded-For` becomes.
        if "_" in name:
            continue
        key = "HTTP_" + name.upper().replace("-", "_")
        result[key] = value if key not in result else f"{result[key]}{'; ' if name == 'cookie' else ','}{value}"
    if "HTTP_CONTENT_TYPE" in result:
        result["CONTENT_TYPE"] = result.pop("HTTP_CONTENT_TYPE")
    result.pop("HTTP_CONTENT_LENGTH", None)
    if length or scope.method not in {"GET", "HEAD"}:
        result["CONTENT_LENGTH"] = str(length)
    return result


def peer(scope: Scope) -> str:
    """Return the address that the connection comes from."""
    return scope.client.rpartition(":")[0].strip("[]")


def call(application: Application, values: dict[str, Any], deliver: Callable[[Answer], None]) -> None:
    """Call the application and hand on its answer, in this thread.

    What an application does when it is closed comes after that, as a server does it that sends as it reads; but for requests that may
    change something: who hears that it was done may rely on it.
    """
    said: list[Any] = []

    def start_response(status: str, headers: Headers, exc_info: object = None) -> None:
        said[:] = [int(status[:3]), headers]

    result = application(values, start_response)
    answer, is_safe = None, values["REQUEST_METHOD"] in {"GET", "HEAD"}
    try:
        answer = _gathered(result, said, values["REQUEST_METHOD"])
        if is_safe:
            deliver(answer)
    finally:
        if close := getattr(result, "close", None):
            close()
    if not is_safe:
        deliver(answer)


def _gathered(result: Iterable[bytes], said: list[Any], method: str) -> Answer:
    if isinstance(result, File) and (place := result.place() or ((os.devnull, 0, 0) if method == "HEAD" else None)):
        path, start, end = place
        return Answer(said[0], said[1], file=path, start=start, end=end)
    with tempfile.SpooledTemporaryFile(SPOOL) as spool:
        for block in result:
            spool.write(block)
        size = spool.tell()
        headers = [(name, value) for name, value in said[1] if name.lower() != "content-length"]
        headers.append(("Content-Length", str(size)))
        if size <= SPOOL and not isinstance(result, File):
            spool.seek(0)
            return Answer(said[0], headers, spool.read())
        # A file without a name, held by another descriptor: it is gone with it.
        kept = os.fdopen(os.dup(spool.fileno()), "rb")
        spool.flush()
    return Answer(said[0], headers, file=f"/dev/fd/{kept.fileno()}", end=size, spool=kept)
