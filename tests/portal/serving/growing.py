"""A server of the portal's own kind whose application keeps memory when it is told to: `python -m tests.portal.serving.growing PORT`."""

from __future__ import annotations

import os
import sys
import time

from granian.rsgi import HTTPProtocol, Scope

from portal.serving.address import Address
from portal.serving.server import workers
from portal.serving.workers import begin

_kept: list[bytes] = []


class Growing:
    """Answers with the id of its process; `/grow` keeps 300 megabytes, `/slow` takes a second."""

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer."""
        if scope.path == "/grow":
            _kept.append(os.urandom(1024) * 300 * 1024)
        elif scope.path == "/slow":
            time.sleep(1)
        protocol.response_str(200, [("content-type", "text/plain")], str(os.getpid()))


if __name__ == "__main__":
    listeners = Address("127.0.0.1", int(sys.argv[1])).listen(workers())
    begin(listeners, rss_sample_interval=1).answer_with(Growing())
