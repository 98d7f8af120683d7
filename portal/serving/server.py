"""The running server: holds the sockets where connections wait, starts granian, says when it answers, renews it, ends it cleanly.

Only the standard library is imported, so that the process that waits is small: `manage.py serve` prepares everything and
then replaces itself by `python -m portal.serving.server`. SIGUSR1 renews what answers, with the code that lies there by then: the next
server is begun beside the one that answers, which ends once the next one answers.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import IO

from portal.serving.address import Address

BASE_DIR = Path(__file__).resolve().parents[2]
START_TIMEOUT = 60.0
RENEWAL_TIMEOUT = 300.0
"""Seconds in which the next server has to answer; until then the one before does."""
STOP_TIMEOUT = 10
FINISH = 30.0
"""Seconds in which a process that is renewed answers what it was asked; a connection that asks for nothing ends before."""
REFUSED = "renewal-refused"
"""The file in the state folder that says that a renewal came to nothing, for whoever waits for it."""
SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1}


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


def workers() -> int:
    """Return how many processes answer, `WEB_WORKERS`."""
    return int(os.environ.get("WEB_WORKERS") or 2)


def linked() -> Path | None:
    """Return the link by which this environment was named, where that leads to a version of the code (deploy/README.md)."""
    named = Path(sys.executable).parent.parent.parent
    return named if named.is_symlink() and (named / "manage.py").exists() else None


def place() -> Path:
    """Return the folder of the code: where a link leads to it, the one of now."""
    return named.resolve() if (named := linked()) else BASE_DIR


def command(listeners: Sequence[int], ready: int = 0) -> list[str]:
    """Return the command line of the production server: where connections wait, and where it writes once it answers."""
    python = Path(sys.executable)
    if named := linked():
        # By its own name: what it loads later is to come from there as well, wherever the link leads by then.
        python = place() / python.relative_to(named)
    return [str(python), "-m", "portal.serving.workers", ",".join(map(str, listeners)), str(ready)]


def hold_signals() -> None:
    """Let signals wait until somebody has said what they do: while this process becomes another one none is lost."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def _begin_child() -> None:
    """Begin a process of the server: what this one waits with is not for it."""
    end_with_parent()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


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


Process = subprocess.Popen[bytes] | Begun


class _Told(Exception):
    """A signal came while an answer was waited for."""


class Server:
    """One run of the production server; `begun` is its first process where that is there already."""

    def __init__(self, address: Address, listeners: Sequence[int], ready_lines: str, begun: Begun | None = None) -> None:
        self.address, self.listeners = address, listeners
        self.ready_lines = ready_lines
        self.begun = begun
        self.stopping, self.renewing, self.asking, self.has_answered = False, False, False, False
        self.process: Process | None = None
        self.told, self.tell = os.pipe()

    def run(self) -> int:
        """Start the server, print the lines when it answers, keep it running until it is ended and return the exit code."""
        self._heed_signals()
        if not self._start():
            return 1
        # Also after a Ctrl-C before the first answer: a password that was just made is told only here.
        if self.ready_lines:
            if not self._answers():
                print(f"The server does not answer after {START_TIMEOUT:.0f} seconds.", file=sys.stderr, flush=True)
                self._end(self.process)
                return 1
            print(self.ready_lines, flush=True)
        pauses, code = Pauses(), self._wait()
        if self.ready_lines and not self.has_answered and not self.stopping:
            print("The server ended unexpectedly.", file=sys.stderr, flush=True)
            return code if code > 0 else 1
        while not self.stopping:
            print("The server ended unexpectedly; it is started again.", file=sys.stderr, flush=True)
            # A signal that ends the portal ends the pause as well.
            until = time.monotonic() + pauses.next()
            while not self.stopping and (left := until - time.monotonic()) > 0:
                self._pause(left)
            if not self.stopping and self._start():
                self._wait()
        print("\nStopped.", flush=True)
        return 0

    def _heed_signals(self) -> None:
        """Say what signals do from here on; those that came before had to wait for it (`hold_signals`)."""
        os.set_blocking(self.tell, False)
        signal.set_wakeup_fd(self.tell, warn_on_full_buffer=False)
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(name) is not signal.SIG_IGN:
                signal.signal(name, self._stop)
        signal.signal(signal.SIGUSR1, self._ask_to_renew)
        # The end of a process ends a pause.
        signal.signal(signal.SIGCHLD, self._leave_question)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    def _pause(self, seconds: float | None = None) -> None:
        """Wait for a signal, or the end of a process."""
        if select.select([self.told], [], [], seconds)[0]:
            os.read(self.told, 1024)

    def _start(self) -> bool:
        """Begin to serve; return false where that cannot be."""
        if (process := self.begun or self._new()) is None:
            return False
        self.process, self.begun = process, None
        if self.stopping:
            self.process.terminate()
        return True

    def _new(self, ready: int = 0) -> subprocess.Popen[bytes] | None:
        """Begin a server and return it; None where the system does not let it begin: without its files, or memory."""
        try:
            return self._begin(ready)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"No server can be begun: {error}", file=sys.stderr, flush=True)
            return None

    def _begin(self, ready: int) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C reaches this process alone, which then ends the server in order. One arena of glibc for all
        # threads: Python lets one of them run at a time, and each further arena keeps what its thread freed.
        return subprocess.Popen(  # noqa: S603
            command(self.listeners, ready),
            cwd=place(),
            start_new_session=True,
            preexec_fn=_begin_child,
            pass_fds=[*self.listeners, *([ready] if ready else [])],
            env={"MALLOC_ARENA_MAX": "1", **os.environ},
        )

    def _wait(self) -> int:
        """Wait until the server has ended, whichever that is by then, and return how; renew it when that is asked for."""
        while (code := self.process.poll()) is None:
            if self.renewing and not self.stopping:
                self._renew()
            else:
                self._pause()
        return code

    def _renew(self) -> None:
        """Begin the next server beside the one that answers, and let that end once the next one answers."""
        self.renewing = False
        print("Starting the next server …", flush=True)
        reader, ready = os.pipe()
        following = self._new(ready)
        os.close(ready)
        with os.fdopen(reader, "rb", buffering=0) as answered:
            if following is None:
                self._refuse()
                return
            deadline = time.monotonic() + RENEWAL_TIMEOUT
            waits: list[IO[bytes] | int] = [answered, self.told]
            # It closes its end without a word where it dies.
            while answered not in (found := select.select(waits, [], [], max(deadline - time.monotonic(), 0))[0]) and found:
                os.read(self.told, 1024)
                if self.stopping:
                    break
            if answered not in found or not answered.read(1):
                self._end(following)
                if not self.stopping:
                    self._refuse()
                return
        self._take_leave(following)

    @staticmethod
    def _refuse() -> None:
        """Say that what answers is not renewed, here and to who waits for it (`portal.serving.running`)."""
        print("The next server does not answer; the one before goes on.", file=sys.stderr, flush=True)
        # Whatever is wrong with the settings, or the disk: who waits learns it later.
        with contextlib.suppress(Exception):
            from portal.settings import environment

            (environment.state_folder() / REFUSED).touch()

    def _take_leave(self, following: Process) -> None:
        """Let the server that answered so far end what it has begun, and become what waits for the next one, in the code of now."""
        before, self.process = self.process, following
        if before.poll() is None:
            os.kill(before.pid, signal.SIGUSR1)
        while before.poll() is None and following.poll() is None and not self.stopping:
            self._pause()
        if self.stopping:
            self._end(before)
        elif following.poll() is None:
            hold_signals()
            # What was said until now is done; what comes from now on waits for the next process.
            if not self.stopping and not self.renewing:
                print("The next server answers.", flush=True)
                try:
                    replace_process(self.address, self.listeners, "", following.pid)
                except OSError as error:
                    print(f"What waits for it stays what it was: {error}", file=sys.stderr, flush=True)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    def _answers(self) -> bool:
        """Wait for the first answer, the end of the server or the signal to end it; return false where nothing of it comes in time."""
        deadline = time.monotonic() + START_TIMEOUT
        while self.process.poll() is None and not self.stopping:
            with contextlib.suppress(_Told):
                self.asking = True
                self.has_answered = self.address.answers()
                self.asking = False
            if self.has_answered:
                break
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def _leave_question(self, signum: int, frame: FrameType | None) -> None:
        """Wait no longer for an answer that nobody may give any more: a connection waits for whoever comes next."""
        if self.asking:
            self.asking = False
            raise _Told

    def _ask_to_renew(self, signum: int, frame: FrameType | None) -> None:
        self.renewing = True

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        """End the server in order; at the second Ctrl-C at once."""
        if self.process is None:
            self.stopping = True
        elif self.stopping:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.stopping = True
            self.process.terminate()
        self._leave_question(signum, frame)

    @staticmethod
    def _end(process: Process) -> None:
        """End a server, by force if it must be."""
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def begin_here(listeners: list[socket.socket], serve: Callable[[list[socket.socket]], None]) -> int:
    """Fork the server's first process from this one, which has loaded all that it needs, and return its id.

    It is the same as `_new` makes, but for what was loaded: with `serve` it goes on here.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    if pid := os.fork():
        return pid
    os.setsid()
    _begin_child()
    os.chdir(BASE_DIR)
    if "MALLOC_ARENA_MAX" not in os.environ:
        # glibc reads the variable when a process begins.
        arena_max = -8
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).mallopt(arena_max, 1)
    serve(listeners)
    sys.exit(0)


def replace_process(address: Address, listeners: Sequence[int], ready_lines: str, begun: int = 0) -> None:
    """Become the server: the process that prepared everything is gone afterwards, but for `begun`, which `begin_here` returned.

    Signals are held by then (`hold_signals`); those that come meanwhile reach the server.

    Raises:
        OSError: it cannot; the process is what it was.
    """
    # Through a pipe: the lines may hold a new password, which must not stand in an environment or an argument list.
    reader, writer = os.pipe()
    os.write(writer, ready_lines.encode())
    os.close(writer)
    for kept in (reader, *listeners):
        os.set_inheritable(kept, True)
    sys.stdout.flush()
    sys.stderr.flush()
    arguments = ["-m", "portal.serving.server", address.host, str(address.port), ",".join(map(str, listeners)), str(reader), str(begun)]
    try:
        os.chdir(place())
        os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606
    finally:
        # It came to nothing.
        os.close(reader)


def main(host: str, port: str, listeners: str, reader: str, begun: str) -> int:
    """Serve until the end and return the exit code."""
    sys.stdout.reconfigure(errors="replace")
    with os.fdopen(int(reader), encoding="utf-8") as lines:
        said = lines.read()
    numbers = [int(number) for number in listeners.split(",")]
    return Server(Address(host, int(port)), numbers, said, Begun(int(begun)) if int(begun) else None).run()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
