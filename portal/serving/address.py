"""Where the server listens: standard library alone, for the process that waits (`portal.serving.server`)."""

from __future__ import annotations

import errno
import http.client
import socket
import sys
from dataclasses import dataclass

SILENCE = 60
"""Seconds after which a connection is given up whose other end takes nothing of what was sent (Linux)."""
BACKLOG = 1024
"""Connections that wait until somebody accepts them."""


class AddressError(Exception):
    """The address cannot be served; the message is one line for a person."""


@dataclass(frozen=True)
class Address:
    """Where the server listens."""

    host: str
    port: int

    @property
    def probe_host(self) -> str:
        """Return the host at which this machine reaches the server, whatever it listens on."""
        return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    def check(self) -> None:
        """Raise AddressError unless the address is free and may be used."""
        self._socket().close()

    def listen(self, number: int) -> list[socket.socket]:
        """Return the sockets where connections wait, among which Linux shares them out evenly; elsewhere it is one.

        What waits at one of them is lost only when nobody holds it any more.

        Raises:
            AddressError: the address is not free, or may not be used.
        """
        self.check()
        found = [self._socket(is_shared=True) for _ in range(number if sys.platform == "linux" else 1)]
        for listener in found:
            listener.listen(BACKLOG)
        return found

    def _socket(self, is_shared: bool = False) -> socket.socket:
        """Return a socket at the address, of which all connections inherit what is set here; shared ones know only each other there."""
        if not 0 < self.port < 2**16:
            raise AddressError(f"PORT={self.port} is no port; ports go from 1 to 65535.")
        try:
            family, kind, protocol, _, name = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0]
            found = socket.socket(family, kind, protocol)
        except socket.gaierror as error:
            raise AddressError(f"HOST={self.host} is no address that this machine knows.") from error
        try:
            # A port whose last connections are still closing is free.
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE * 1000)
            if is_shared and sys.platform == "linux":
                found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            found.bind(name)
            if not is_shared:
                found.listen()
        except OSError as error:
            found.close()
            raise AddressError(self._refused(error)) from error
        return found

    def _refused(self, error: OSError) -> str:
        if error.errno == errno.EADDRINUSE:
            return f"Port {self.port} at {self.host} is taken; choose another one: make serve PORT={self.port + 1}"
        if error.errno == errno.EACCES:
            return f"Port {self.port} needs rights that this account does not have; choose one above 1023."
        return f"{self.host}:{self.port} cannot be served: {error.strerror}."

    def answers(self) -> bool:
        """Return whether an HTTP server answers there, with whatever status."""
        connection = http.client.HTTPConnection(self.probe_host, self.port, timeout=10)
        try:
            connection.request("GET", "/", headers={"Host": f"127.0.0.1:{self.port}"})
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True
