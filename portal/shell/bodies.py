"""What clients send, read without a thread: it must come in time and may not be larger than allowed."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import IO

from granian.rsgi import HTTPProtocol, Scope

from portal.shell.refusals import Refused

PATIENCE = 10
"""Seconds that a body may take, beside those that its bytes need."""
SLOWEST = 16 * 1024
"""Bytes a second: what comes more slowly over all is not waited for."""
_IN_MEMORY = 64 * 1024
OF_ALL, OF_ONE = 1024**3, 512 * 1024**2
"""Bytes of bodies that a process holds at once, of all and of one address: who sends films as nobody in particular fills no disk."""


class Held:
    """The bytes of the bodies that are read or waited for. Used from the event loop alone."""

    def __init__(self) -> None:
        self.of: Counter[str] = Counter()

    @contextmanager
    def room(self, address: str) -> Iterator[Callable[[int], None]]:
        """Give what takes so many bytes more, until the block ends.

        Raises:
            Refused: too many are held, of all (503) or of this address (429).
        """
        mine = 0

        def take(number: int) -> None:
            nonlocal mine
            if self.of.total() + number > OF_ALL:
                raise Refused(503)
            if self.of[address] + number > OF_ONE:
                raise Refused(429)
            self.of[address] += number
            mine += number

        try:
            yield take
        finally:
            self.of[address] -= mine
            if not self.of[address]:
                del self.of[address]


async def _next(blocks: AsyncIterator[bytes]) -> bytes:
    """Return the next block, nothing at the end; what granian has one wait for takes no exception itself, so that `anext` will not do."""
    try:
        return await blocks.__anext__()
    except StopAsyncIteration:
        return b""


async def read(scope: Scope, protocol: HTTPProtocol, most: int, take: Callable[[int], None]) -> tuple[IO[bytes], int]:
    """Return the body of a request as a file, and its length; `take` is told how many bytes of it are held.

    Raises:
        Refused: it has more than `most` bytes (413), did not come in time (408), or not at all (400), or there is no room (429, 503).
    """
    stated = scope.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > most:
        raise Refused(413)
    body = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (closed by whoever takes it)
    length, began = 0, time.monotonic()
    blocks = aiter(protocol)
    try:
        while True:
            left = began + PATIENCE + length / SLOWEST - time.monotonic()
            block = await asyncio.wait_for(_next(blocks), max(left, 0))
            if not block:
                break
            length += len(block)
            if length > most:
                raise Refused(413)
            take(len(block))
            body.write(block)
    except TimeoutError as error:
        body.close()
        raise Refused(408) from error
    except Refused:
        body.close()
        raise
    if stated.isdecimal() and length != int(stated):
        body.close()
        raise Refused(400)
    body.seek(0)
    return body, length
