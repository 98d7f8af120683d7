"""The runner: begins jobs that are due, each in a process forked from the loaded application, and watches over them.

It does nothing itself that could take long, so that it always renews its leases and always begins what is due.
`portal.serving.workers` forks it beside the processes that answer; `manage.py run_due` is the same until nothing is due any more. Where
several run, on one machine or many, the leases decide who does what.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connections

from portal import changes, jobs
from portal.models import Job
from portal.serving import running, status
from portal.serving.server import end_with_parent

logger = logging.getLogger(__name__)

TICK = 1.0
RENEWAL = 10.0
MAX_SECONDS, MAX_SECONDS_SLOW = 600, 3600
"""A job that takes longer is ended."""
GRACE = 4.0
"""So long a job may go on when the server ends; when it is renewed as long as requests may."""


DONE = 3
"""So a process ends whose job went well, and could not be settled: the database did not answer."""


@dataclass
class _Child:
    job: Job
    began: float
    reason: str = ""
    has_ended: bool = False


class Runners:
    """A runner that is kept running, and where a port is given what says there how the portal is.

    They are forked from the process that holds the portal's listening sockets, and have no use for them.
    """

    def __init__(self, listeners: list[socket.socket]) -> None:
        # All that is forked from this process holds it too: as long as one of them lives, the portal runs.
        running.hold()
        self.listeners = listeners
        self.kept: list[_Kept] = []

    def begin(self) -> None:
        """Begin what has not begun."""
        if not self.kept:
            self.kept.append(_Kept("runner", _become_runner, self.listeners))
            if settings.STATUS_PORT:
                self.kept.append(_Kept("status", _become_status, self.listeners))

    def finish(self) -> None:
        """Let jobs that were begun come to their end, and begin no other."""
        for one in self.kept:
            one.tell(signal.SIGUSR1)

    def are_busy(self) -> bool:
        """Return whether one of them lives still."""
        return any(one.thread.is_alive() for one in self.kept)

    def end(self) -> None:
        """End them for good."""
        for one in self.kept:
            one.tell(signal.SIGTERM)
        for one in self.kept:
            one.thread.join(GRACE + 2)


class _Kept:
    """A process that is kept running, forked from this one, whatever becomes of it, until it is told to end.

    A thread forks it: Linux tells it to end when that thread is gone, which is when this process is.
    """

    def __init__(self, name: str, become: Callable[[], NoReturn], listeners: list[socket.socket]) -> None:
        self.become, self.listeners = become, listeners
        self.ending = threading.Event()
        self.pid = 0
        self.thread = threading.Thread(target=self._keep, name=name, daemon=True)
        self.thread.start()

    def _keep(self) -> None:
        while not self.ending.is_set():
            pid = os.fork()
            if not pid:
                for listener in self.listeners:
                    listener.close()
                self.become()
            self.pid = pid
            os.waitpid(pid, 0)
            self.pid = 0
            self.ending.wait(1)

    def tell(self, number: signal.Signals) -> None:
        """Tell it to end."""
        self.ending.set()
        if pid := self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _become_runner() -> NoReturn:
    """Be the runner from here on, in a process that was just forked."""
    try:
        end_with_parent()
        Runner().run()
    except BaseException:
        logger.exception("The runner ended")
    finally:
        os._exit(0)


def _become_status() -> NoReturn:
    """Be the process that says how the portal is."""
    try:
        end_with_parent()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
            signal.signal(number, signal.SIG_IGN if number == signal.SIGINT else signal.SIG_DFL)
        status.serve()
    except BaseException:
        logger.exception("What says how the portal is ended")
    finally:
        os._exit(0)


def _die_with_parent(parent: int) -> None:
    """Let Linux kill this process when the runner dies: its job is begun by the next one, and never by two at once."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        # It died before it could be asked.
        os._exit(1)


class Runner:
    """One runner, in a process without other threads."""

    def __init__(self) -> None:
        self.name = jobs.holder()
        self.pid = os.getpid()
        self.parent = os.getppid()
        self.children: dict[int, _Child] = {}
        self.stopping = self.finishing = False
        self.renewed = 0.0

    def run(self) -> None:
        """Do what is due, until the process is told to end or its parent has gone."""
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._stop)
        signal.signal(signal.SIGUSR1, self._finish)
        registered = False
        while not self.stopping and os.getppid() == self.parent and (self.children or not self.finishing):
            try:
                if not registered and not self.finishing:
                    jobs.register_periodic()
                    registered = True
                self.tick()
            except DatabaseError as error:
                # Leases keep what was begun; what is due stays due.
                logger.warning("The runner waits for the database: %s", error)
                connections.close_all()
            time.sleep(TICK)
        self.end()

    def run_until_idle(self) -> int:
        """Do all that is due now, and what becomes due meanwhile; return how many jobs were begun."""
        running.hold()
        jobs.register_periodic()
        number = self.tick()
        while self.children or self._next() is not None:
            time.sleep(0.05)
            number += self.tick()
        return number

    def tick(self) -> int:
        """Look after what runs, begin what is due; return how many jobs were begun."""
        self._reap()
        # By the clock of the leases: where it was moved, and this machine slept, they are renewed before anybody takes them for lapsed.
        if self.children and not 0 <= time.time() - self.renewed <= RENEWAL:
            self._renew()
        jobs.release_dead()
        number = 0
        while not self.stopping and not self.finishing and (job := self._next()) is not None:
            if jobs.claim(job, self.name):
                job.refresh_from_db()
                self._begin(job)
                number += 1
        return number

    def end(self) -> None:
        """Let what runs come to its end, for a moment; what does not is killed, and begun anew by the next runner."""
        until = time.monotonic() + GRACE
        while self.children and time.monotonic() < until:
            time.sleep(0.05)
            with contextlib.suppress(DatabaseError):
                self._reap()
        for pid, child in self.children.items():
            self._kill(pid, child, child.reason)
        with contextlib.suppress(DatabaseError):
            while self.children:
                self._reap()
                time.sleep(0.01)

    def _next(self) -> Job | None:
        """Return what may be begun now: of the slow jobs one at a time, of the others all."""
        due = jobs.due()
        if any(child.job.is_slow for child in self.children.values()):
            due = due.filter(is_slow=False)
        return due.order_by("is_slow", "due_at", "pk").first()

    def _begin(self, job: Job) -> None:
        # A connection must not be shared by processes.
        connections.close_all()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            self.children[pid] = _Child(job, time.monotonic())
            return
        code = 1
        try:
            _die_with_parent(self.pid)
            for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
                signal.signal(name, signal.SIG_IGN if name in (signal.SIGINT, signal.SIGUSR1) else signal.SIG_DFL)
            error = jobs.execute(job)
            code = 2 if error else DONE
            jobs.settle(job, error)
            code = 2 if error else 0
            changes.settle()
            connections.close_all()
            caches.close_all()
        except BaseException:
            logger.exception("The job %s ended badly", job)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _reap(self) -> None:
        """Settle the jobs whose processes have ended, and end those that take too long."""
        for pid, child in list(self.children.items()):
            limit = MAX_SECONDS_SLOW if child.job.is_slow else MAX_SECONDS
            if not child.reason and time.monotonic() - child.began > limit:
                self._kill(pid, child, f"It took longer than {limit} seconds and was ended.")
            if not child.has_ended:
                ended, status = os.waitpid(pid, os.WNOHANG)
                if not ended:
                    continue
                child.has_ended = True
                child.reason = "" if os.waitstatus_to_exitcode(status) == DONE else child.reason or jobs.INTERRUPTED
            # What the process has settled itself is not its job any more, and nothing happens.
            jobs.settle(child.job, child.reason)
            # Only now: while the database does not answer, this is tried again.
            del self.children[pid]

    @staticmethod
    def _kill(pid: int, child: _Child, reason: str) -> None:
        child.reason = reason
        if not child.has_ended:
            os.kill(pid, signal.SIGKILL)

    def _renew(self) -> None:
        self.renewed = time.time()
        lost = jobs.renew(self.name, [child.job.pk for child in self.children.values()])
        for pid, child in self.children.items():
            if child.job.pk in lost:
                # Settled and not yet ended: it is about to end, or somebody else has begun it.
                self._kill(pid, child, child.reason)

    def _stop(self, *args: object) -> None:
        self.stopping = True

    def _finish(self, *args: object) -> None:
        """Begin nothing more, and end once nothing runs: another runner is there."""
        self.finishing = True
