"""Whether processes died that had something to tell: for the process that starts those that answer."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator

from django.db import DatabaseError, connection

from portal import changes


@contextlib.contextmanager
def watching(seconds: float = 0.1) -> Iterator[None]:
    """Make good what processes leave that die, until the block ends."""
    ending = threading.Event()

    def watch() -> None:
        while not ending.wait(seconds):
            try:
                changes.make_good()
            except (OSError, DatabaseError):
                logging.getLogger(__name__).exception("It could not be seen whether processes died")
            finally:
                # What is forked here must not share one.
                connection.close()

    thread = threading.Thread(target=watch, name="changes", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
