"""Connections whose other end takes nothing: the system ends them."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

SILENCE = 60
"""Seconds after which a connection is given up whose other end takes nothing of what was sent."""


def give_up_silent() -> None:
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
