"""Clients that no browser is: they stop reading, send a byte at a time, or half of what they should."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.support import PATIENCE, Portal

TIMEOUT = PATIENCE

FILM = """
from django.core.files.base import ContentFile
from portal.models import PortalDocument
document = PortalDocument(title="Film", is_shared=True)
document.file.save("film-of-the-tests.mp4", ContentFile((bytes(range(251)) * ({length} // 251 + 1))[:{length}]), save=False)
document.save()
print("FILM", document.url)
"""
LENGTH = 8 * 1024 * 1024


def film(portal: Portal) -> tuple[str, bytes]:
    """Return the address of a film that is larger than what any connection holds, and its bytes."""
    content = (bytes(range(251)) * (LENGTH // 251 + 1))[:LENGTH]
    output = portal.manage("shell", "-c", FILM.format(length=LENGTH))
    return next(line.split()[1] for line in output.splitlines() if line.startswith("FILM")), content


def place(portal: Portal) -> tuple[str, int]:
    """Return where the portal listens."""
    parts = urlsplit(portal.url)
    return parts.hostname, parts.port


@contextlib.contextmanager
def stalled(portal: Portal, count: int, said: bytes) -> Iterator[list[socket.socket]]:
    """Hold connections open that said something, and neither read nor say more."""
    with contextlib.ExitStack() as stack:
        connections = []
        for _ in range(count):
            connection = stack.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(TIMEOUT)
            connection.connect(place(portal))
            connection.sendall(said)
            connections.append(connection)
        yield connections


def ask(portal: Portal, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of an answer, on a connection of its own."""
    connection = http.client.HTTPConnection(*place(portal), timeout=TIMEOUT)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def listeners(portal: Portal) -> set[int]:
    """Return the processes that accept connections at the portal's port (Linux).

    Those that started them hold the sockets too, and accept none.
    """
    port = f":{place(portal)[1]:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(port) and row[3] == "0A"}
    found: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(str(entry.readlink()) in sockets for entry in (folder / "fd").iterdir()):
                found[int(folder.name)] = int(re.search(r"PPid:\s+(\d+)", (folder / "status").read_text())[1])
    return found.keys() - found.values()
