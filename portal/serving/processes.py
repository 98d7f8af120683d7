"""The processes that answer, as granian keeps them, behind listening sockets that outlive them.

granian by itself lets each make a listening socket of its own: what waits there is refused when the process ends. Here the launcher holds
them (`portal.serving.server`), and what waits at one is answered by the next process there. One socket for all would do as well, but
then the process that happens to be first takes nearly all connections (57 of 60, measured).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from granian._granian import SocketHolder
from granian.server.mp import MPServer, WorkerProcess

from portal.serving import connections
from portal.serving.server import FINISH, RENEWAL_TIMEOUT, STOP_TIMEOUT, Pauses

SHORT = 1.0
"""Seconds for which connections wait for the next process where one died; if it takes longer they go to the others."""


class Respawns(dict[int, float]):
    """When granian began which process anew: it remembers nothing, and waits.

    granian (2.8) gives up, and with it the whole portal, when one of its processes dies within 5.5 seconds after it was begun anew, by
    what it wrote here. It has no setting for that. Once it has one, this can go; should it look elsewhere, the launcher starts all anew.
    """

    def __init__(self, server: Processes) -> None:
        super().__init__()
        self.server, self.pauses = server, Pauses()

    def __setitem__(self, index: int, moment: float) -> None:
        """Wait before the process is begun, the longer the sooner it died; the others answer meanwhile."""
        until = time.monotonic() + (pause := self.pauses.next())
        if pause > SHORT:
            self.server.lead_past(index)
        while time.monotonic() < until and not self.server.interrupt_signal:
            time.sleep(0.05)


class Processes(MPServer):
    """The processes that answer, each behind a listening socket; SIGUSR1 lets all end once they have answered what was asked."""

    def __init__(self, listeners: list[socket.socket], **options: Any) -> None:
        super().__init__("portal.wsgi:application", **options)
        self.listeners, self.port = listeners, listeners[0].getsockname()[1]
        self.respawned_wrks = Respawns(self)
        self.application: Any = None
        self.at_start: Callable[[], None] = lambda: None
        self.at_finish: Callable[[], None] = lambda: None
        self.is_busy: Callable[[], bool] = lambda: False
        self.has_begun = self.is_finishing = self.must_end = False
        self.leaving: list[WorkerProcess] = []
        self._began, self.begins = os.pipe()
        self.on_startup(lambda: signal.signal(signal.SIGUSR1, self._finish))

    def answer_with(self, application: Any) -> None:
        """Serve an RSGI application until the process is ended; `at_start` is called as soon as all processes answer."""
        self.application = application
        self.serve(target_loader=lambda *args, **values: _Process(application, self))

    def _init_shared_socket(self) -> None:
        self._sso = None

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> WorkerProcess:
        listener = self.listeners[idx % len(self.listeners)]
        # Its stubs know neither the arguments nor that there can be one.
        self._shd: Any = SocketHolder(listener.fileno(), False, self.backlog)  # type: ignore[call-arg]  # noqa: FBT003
        return super()._spawn_worker(idx, target, callback_loader)

    def signal_handler_interrupt(self, *args: object, **values: object) -> None:
        """End."""
        self.must_end = True
        super().signal_handler_interrupt()

    def _finish(self, *args: object) -> None:
        """End once what was asked is answered."""
        self.is_finishing = True
        super().signal_handler_interrupt()

    def _spawn_workers(self, spawn_target: Any, target_loader: Any) -> None:
        super()._spawn_workers(spawn_target, target_loader)
        self.has_begun = self._have_begun(self.workers)
        if self.has_begun:
            self.at_start()

    def lead_past(self, index: int) -> None:
        """Let connections go to the others; the next process at this socket makes it listen again."""
        # Until all have begun, the processes before them may answer there.
        if self.has_begun and len(self.listeners) > 1:
            # It may be led past already: the process that was to make it listen again died before it did.
            with contextlib.suppress(OSError):
                self.listeners[index].shutdown(socket.SHUT_RDWR)

    def _have_begun(self, number: int) -> bool:
        """Wait until so many processes have begun to answer; return false where one dies, the server is ended or nothing comes."""
        deadline = time.monotonic() + RENEWAL_TIMEOUT
        while number and self.application and time.monotonic() < deadline and not self.main_loop_interrupt.is_set():
            if select.select([self._began], [], [], 0.1)[0]:
                number -= len(os.read(self._began, number))
        return not number

    def _respawn_workers(self, workers: list[int], spawn_target: Any, target_loader: Any, delay: float = 0) -> None:
        """Begin processes anew; one that still lives ends after the next one has begun, and once it has answered what it was asked."""
        for index in workers:
            old = self.wrks[index]
            if not old.is_alive():
                self.respawned_wrks[index] = time.monotonic()
            self.wrks[index] = self._spawn_worker(idx=index, target=spawn_target, callback_loader=target_loader)
            self.wrks[index].start()
            self._have_begun(1)
            if old.is_alive():
                self._let_finish(old)
                threading.Thread(target=self._see_off, args=(old,), daemon=True).start()

    def _let_finish(self, worker: WorkerProcess) -> None:
        worker.interrupt_by_parent = True
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker._id(), signal.SIGUSR1)

    def _see_off(self, worker: WorkerProcess) -> None:
        """Wait until a process has ended; what does not in time is ended."""
        self.leaving.append(worker)
        worker.join(FINISH + STOP_TIMEOUT)
        if worker.is_alive():
            worker.kill()
        self.leaving.remove(worker)

    def _stop_workers(self) -> None:
        if self.is_finishing:
            for worker in self.wrks:
                self._let_finish(worker)
            self.at_finish()
            deadline = time.monotonic() + FINISH + STOP_TIMEOUT
            while not self.must_end and time.monotonic() < deadline and (self.is_busy() or any(worker.is_alive() for worker in self.wrks)):
                time.sleep(0.1)
        self.wrks += self.leaving
        super()._stop_workers()


class _Process:
    """An application inside one of the processes."""

    def __init__(self, application: Any, server: Processes) -> None:
        self.application, self.server = application, server
        self.is_finishing = False

    def __rsgi__(self, scope: Any, protocol: Any) -> Any:
        return self.application.__rsgi__(scope, _Last(protocol) if self.is_finishing else protocol)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        if begin := getattr(self.application, "__rsgi_init__", None):
            begin(loop)
        loop.add_signal_handler(signal.SIGUSR1, lambda: loop.create_task(self._finish()))
        # Only then granian listens.
        loop.call_soon(os.write, self.server.begins, b".")

    async def _finish(self) -> None:
        """Accept nothing more; end when each connection has had its last answer, or was idle for as long as it may be."""
        self.is_finishing = True
        connections.stop_accepting()
        deadline = time.monotonic() + FINISH
        while connections.count(self.server.port) and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
        os.kill(os.getpid(), signal.SIGTERM)


class _Last:
    """Answers, and says that the connection ends with the answer."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol

    def __call__(self) -> Any:
        return self._protocol()

    def __aiter__(self) -> Any:
        return self._protocol.__aiter__()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._protocol, name)
        if not name.startswith("response_"):
            return found
        return lambda status, headers, *rest: found(status, _closing(headers), *rest)


def _closing(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [*(entry for entry in headers if entry[0] != "connection"), ("connection", "close")]
