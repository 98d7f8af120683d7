"""What clients send, read without a thread: it must come in time and may not be larger than allowed."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from typing import IO

from granian.rsgi import HTTPProtocol, Scope

from portal.shell.refusals import Refused

PATIENCE = 10
"""Seconds that a body may take, beside those that its bytes need."""
SLOWEST = 16 * 1024
"""Bytes a second: what comes more slowly over all is not waited for."""


async def _next(blocks: AsyncIterator[bytes]) -> bytes:
    """Return the next block, nothing at the end; what granian has one wait for takes no exception itself, so that `anext` will not do."""
    try:
        return await blocks.__anext__()
    except StopAsyncIteration:
        return b""


async def read(scope: Scope, protocol: HTTPProtocol, most: int, take: Callable[[int], int]) -> tuple[IO[bytes], int]:
    """Return the body of a request as a file, and its length; `take` makes room for so many bytes, or says which status refuses them.

    Raises:
        Refused: it has more than `most` bytes (413), did not come in time (408), or not at all (400), or there is no room (429, 503).
    """
    stated = scope.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > most:
        raise Refused(413)
    body = tempfile.SpooledTemporaryFile(64 * 1024)  # noqa: SIM115 (closed by whoever takes it)
    length, began = 0, time.monotonic()
    blocks = aiter(protocol)
    try:
        while True:
            left = began + PATIENCE + length / SLOWEST - time.monotonic()
            block = await asyncio.wait_for(_next(blocks), max(left, 0))
            if not block:
                break
            length += len(block)
            if status := 413 if length > most else take(len(block)):
                raise Refused(status)
            body.write(block)
    except (TimeoutError, Refused) as error:
        body.close()
        raise Refused(getattr(error, "status", 408)) from error
    if stated.isdecimal() and length != int(stated):
        body.close()
        raise Refused(400)
    body.seek(0)
    return body, length
