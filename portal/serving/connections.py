"""The connections of this process, as the system has them (Linux): who accepts none any more goes on with those that it has."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

_FOLDER = Path("/proc/self/fd")


def _sockets() -> Iterator[tuple[int, socket.socket]]:
    """Yield the number and a copy of each socket of the internet that this process holds; the copy is closed afterwards."""
    for path in list(_FOLDER.iterdir()) if _FOLDER.exists() else []:
        with contextlib.suppress(OSError):
            # Only of a socket: what is no socket is refused, and its copy would stay open.
            if str(path.readlink()).startswith("socket:"):
                with socket.socket(fileno=os.dup(int(path.name))) as found:
                    if found.family in {socket.AF_INET, socket.AF_INET6}:
                        yield int(path.name), found


def _listens(found: socket.socket) -> bool:
    return bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def stop_accepting() -> None:
    """Leave connections that are to come to the other processes that hold the same listening socket.

    granian knows only to end with all its connections at once: in the place of its listening socket it gets one to which nobody comes.
    """
    for number, found in _sockets():
        if _listens(found):
            with socket.socket(socket.AF_UNIX) as nobody:
                nobody.bind("")  # a name of the system's choice, outside every folder
                nobody.listen()
                nobody.setblocking(False)
                os.dup2(nobody.fileno(), number, inheritable=False)


def count(port: int) -> int:
    """Return how many connections somebody has with this process at a port."""
    return sum(1 for _number, found in _sockets() if not _listens(found) and found.getsockname()[1] == port)
