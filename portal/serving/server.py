"""The running server: starts granian, says when it answers, ends it cleanly.

Only the standard library is imported, so that the process that waits is small: `manage.py serve` prepares everything and
then replaces itself by `python -m portal.serving.server`.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

BASE_DIR = Path(__file__).resolve().parents[2]
START_TIMEOUT = 60.0
STOP_TIMEOUT = 10


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
        if not 0 < self.port < 2**16:
            raise AddressError(f"PORT={self.port} is no port; ports go from 1 to 65535.")
        try:
            family, kind, protocol, _, name = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind, protocol) as listener:
                # As the server does it: a port whose last connections are still closing is free.
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(name)
                listener.listen()
        except socket.gaierror as error:
            raise AddressError(f"HOST={self.host} is no address that this machine knows.") from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                message = (
                    f"Port {self.port} at {self.host} is taken; choose another one: make serve PORT={self.port + 1}"
                )
            elif error.errno == errno.EACCES:
                message = f"Port {self.port} needs rights that this account does not have; choose one above 1023."
            else:
                message = f"{self.host}:{self.port} cannot be served: {error.strerror}."
            raise AddressError(message) from error

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


class Pauses:
    """How long to wait before what ended by itself is begun again: longer each time, until it has lived for a while."""

    FIRST, LONGEST, LIVES = 0.1, 30.0, 60.0

    def __init__(self) -> None:
        self.pause, self.began = 0.0, time.monotonic()

    def next(self) -> float:
        """Return the seconds to wait now."""
        if time.monotonic() - self.began > self.LIVES:
            self.pause = 0.0
        self.pause = min(max(self.pause * 2, self.FIRST), self.LONGEST)
        self.began = time.monotonic() + self.pause
        return self.pause


def command(address: Address) -> list[str]:
    """Return the command line of the production server."""
    return [sys.executable, "-m", "portal.serving.workers", address.host, str(address.port)]


def end_with_parent() -> None:
    """Let Linux end this process when its parent dies without a word (kill -9), so that no server stays behind."""
    if sys.platform == "linux":
        death_signal = 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(death_signal, signal.SIGTERM)


class Begun:
    """The server's first process where it was forked from this one, before this one became what waits for it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return how it ended, or None."""
        return self._wait(os.WNOHANG)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it ends and return how.

        Raises:
            subprocess.TimeoutExpired: it did not.
        """
        if timeout is None:
            self._wait(0)
        else:
            deadline = time.monotonic() + timeout
            while self.poll() is None:
                if time.monotonic() > deadline:
                    raise subprocess.TimeoutExpired([str(self.pid)], timeout)
                time.sleep(0.05)
        return self.returncode or 0

    def terminate(self) -> None:
        """End it in order."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)

    def _wait(self, flags: int) -> int | None:
        if self.returncode is None:
            # A signal may come while it is waited for, and whoever answers that may see its end first.
            with contextlib.suppress(ChildProcessError):
                pid, status = os.waitpid(self.pid, flags)
                if pid:
                    self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


class Server:
    """One run of the production server; `begun` is its first process where that is there already."""

    def __init__(self, address: Address, ready_lines: str, begun: Begun | None = None) -> None:
        self.address = address
        self.ready_lines = ready_lines
        self.begun = begun
        self.stopping, self.has_answered = False, False
        self.ended = threading.Event()
        self.process: subprocess.Popen[bytes] | Begun | None = None

    def run(self) -> int:
        """Start the server, print the lines when it answers, keep it running until it is ended and return the exit code."""
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(name) is not signal.SIG_IGN:
                signal.signal(name, self._stop)
        self._start()
        if not self._answers():
            print(f"The server does not answer after {START_TIMEOUT:.0f} seconds.", file=sys.stderr, flush=True)
            self._end()
            return 1
        # Also after a Ctrl-C before the first answer: a password that was just made is told only here.
        print(self.ready_lines, flush=True)
        pauses, code = Pauses(), self.process.wait()
        if not self.has_answered and not self.stopping:
            print("The server ended unexpectedly.", file=sys.stderr, flush=True)
            return code if code > 0 else 1
        while not self.stopping:
            print("The server ended unexpectedly; it is started again.", file=sys.stderr, flush=True)
            # A signal that ends the portal ends the pause as well.
            self.ended.wait(pauses.next())
            if not self.stopping:
                self._start()
                self.process.wait()
        print("\nStopped.", flush=True)
        return 0

    def _start(self) -> None:
        """Begin to serve."""
        self.process, self.begun = self.begun or self._new(), None
        if self.stopping:
            self.process.terminate()

    def _new(self) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C reaches this process alone, which then ends the server in order. One arena of glibc for all
        # threads: Python lets one of them run at a time, and each further arena keeps what its thread freed.
        return subprocess.Popen(  # noqa: S603
            command(self.address),
            cwd=BASE_DIR,
            start_new_session=True,
            preexec_fn=end_with_parent,
            env={"MALLOC_ARENA_MAX": "1", **os.environ},
        )

    def _answers(self) -> bool:
        """Wait for the first answer, the end of the server or the signal to end it; return false where nothing of it comes in time."""
        deadline = time.monotonic() + START_TIMEOUT
        while self.process.poll() is None and not self.stopping:
            if self.address.answers():
                self.has_answered = True
                break
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        """End the server in order; at the second Ctrl-C at once."""
        self.ended.set()
        if self.process is None:
            self.stopping = True
        elif self.stopping:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.stopping = True
            self.process.terminate()

    def _end(self) -> None:
        """End the server, by force if it must be."""
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def begin_here(address: Address, serve: Callable[[str, str], None]) -> int:
    """Fork the server's first process from this one, which has loaded all that it needs, and return its id.

    It is the same as `_new` makes, but for what was loaded: with `serve` it goes on here.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    if pid := os.fork():
        return pid
    os.setsid()
    end_with_parent()
    os.chdir(BASE_DIR)
    if "MALLOC_ARENA_MAX" not in os.environ:
        # glibc reads the variable when a process begins.
        arena_max = -8
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).mallopt(arena_max, 1)
    serve(address.host, str(address.port))
    sys.exit(0)


def replace_process(address: Address, ready_lines: str, begun: int = 0) -> None:
    """Become the server: the process that prepared everything is gone afterwards, but for `begun`, which `begin_here` returned."""
    # Through a pipe: the lines may hold a new password, which must not stand in an environment or an argument list.
    reader, writer = os.pipe()
    os.write(writer, ready_lines.encode())
    os.close(writer)
    os.set_inheritable(reader, True)
    sys.stdout.flush()
    sys.stderr.flush()
    os.chdir(BASE_DIR)
    arguments = ["-m", "portal.serving.server", address.host, str(address.port), str(reader), str(begun)]
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606


def main(host: str, port: str, reader: str, begun: str) -> int:
    """Serve until the end and return the exit code."""
    sys.stdout.reconfigure(errors="replace")
    with os.fdopen(int(reader), encoding="utf-8") as lines:
        return Server(Address(host, int(port)), lines.read(), Begun(int(begun)) if int(begun) else None).run()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
