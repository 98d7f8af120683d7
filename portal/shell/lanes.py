"""The threads in which the application answers, in lanes: what takes long in one holds up nobody in the other."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from portal.shell.bridge import Answer
from portal.shell.refusals import Refused

QUEUE = 128
"""Requests that may wait for a thread of a lane."""
OF_ONE = 96
"""Requests of one address that may be in one lane: there is room for others."""

Work = Callable[[Callable[[Answer], None]], None]


class Lane:
    """Some threads and the requests that wait for them. Used from the event loop alone."""

    def __init__(self, name: str, threads: int) -> None:
        self.threads = threads
        self.executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self.inside: Counter[str] = Counter()

    async def run(self, work: Work, address: str) -> Answer:
        """Let a thread work, and return the answer as soon as it hands one on.

        Raises:
            Refused: too many wait, of all or of this address.
        """
        if self.inside.total() >= self.threads + QUEUE:
            raise Refused(503)
        if self.inside[address] >= OF_ONE:
            raise Refused(429)
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Answer] = loop.create_future()

        def settle(answer: Answer | None, error: BaseException | None) -> None:
            if not answered.done():
                answered.set_exception(error) if error is not None else answered.set_result(answer)

        def begin() -> None:
            try:
                work(lambda answer: loop.call_soon_threadsafe(settle, answer, None))
            except BaseException as error:  # noqa: BLE001 (told to whoever waits)
                loop.call_soon_threadsafe(settle, None, error)
            finally:
                loop.call_soon_threadsafe(self._leave, address)

        self.inside[address] += 1
        self.executor.submit(begin)
        return await answered

    def _leave(self, address: str) -> None:
        self.inside -= Counter((address,))  # which leaves none that is at nothing
