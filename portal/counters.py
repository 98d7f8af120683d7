"""Numbers that every process of a machine reads without asking anybody, and raises for all of them: a mapped file in the state folder.

Beside the numbers the file holds the *intents*: a process that is about to commit something says so before, and takes it back once the
numbers are raised. Where a process died in between, whoever looks raises all of them (`Counters.make_good`).
"""

from __future__ import annotations

import errno
import mmap
import os
import secrets
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Manager

from portal.files import only_one, replacing

try:
    import fcntl
except ImportError:  # not on Windows, where nothing is made good but by a start
    fcntl = None  # type: ignore[assignment]

SLOTS = 4096
"""How many numbers there are. What shares one is built anew more often than it need be, and is never wrong."""
ALL = 0
"""The slot whose number stands for all of them."""
ANY = 1
"""The slot that is raised with every other."""
POLL_SECONDS = 0.2
"""So long what another machine announced may go unheard."""
_PROCESSES = 1024
_UNUSED = SLOTS
_SIZE = 8 * (1 + SLOTS + _PROCESSES)
_NO_INTENT = bytes(8 * _PROCESSES)
_HIGHEST = 2**63


def _wait() -> None:
    """Wait without a word: the lock is held for the time of a few additions."""


class Counters:
    """The numbers in a file. Processes that come after a fork share it; each has an intent of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock_path = path.with_name(f"{path.name}.lock")
        self._alive_path = path.with_name(f"{path.name}.alive")
        self._guard = threading.RLock()
        self._map: mmap.mmap | None = None
        self._numbers: memoryview | None = None
        self._alive: int | None = None
        self._own: int | None = None
        self._intending: set[int] = set()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def _after_fork(self) -> None:
        """Locks on a file are not inherited, and those of threads may be held by one that is not here."""
        self._guard = threading.RLock()
        self._own = None
        self._intending = set()
        if self._alive is not None:
            os.close(self._alive)
            self._alive = None

    # --- the file ----------------------------------------------------------------------------------------------------

    def _open(self) -> memoryview:
        """Return the numbers, the file made if it is not there or of another shape."""
        if self._numbers is not None:
            return self._numbers
        with self._guard:
            if self._numbers is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with only_one(self._lock_path, _wait):
                    if not self.path.exists() or self.path.stat().st_size != _SIZE:
                        self._make()
                    with self.path.open("r+b") as file:
                        self._map = mmap.mmap(file.fileno(), _SIZE)
                self._numbers = memoryview(self._map).cast("Q")
            return self._numbers

    def _make(self) -> None:
        """Begin at a random number: what was kept under those of an earlier file is never found."""
        start = secrets.randbelow(_HIGHEST).to_bytes(8, "little")
        with replacing(self.path) as temporary:
            temporary.write_bytes(start * (SLOTS + 1) + _NO_INTENT)

    def read(self, slots: Sequence[int]) -> tuple[int, ...]:
        """Return the numbers of slots as they are now."""
        numbers = self._numbers if self._numbers is not None else self._open()
        return tuple([numbers[slot] for slot in slots])

    def peek(self, slots: Sequence[int]) -> tuple[int, ...]:
        """Return the numbers as this machine knows them, without asking the database: for who must not wait."""
        return Counters.read(self, slots)

    @property
    def identity(self) -> str:
        """Return what this file is called among those of other machines: the number of a slot that no tag has."""
        return f"{self.read([_UNUSED])[0]:x}"

    def advance(self, slots: Iterable[int]) -> None:
        """Give slots numbers that they never had before, for all processes; `ALL` stands for every slot."""
        numbers = self._open()
        with only_one(self._lock_path, _wait):
            for slot in {*slots, ANY}:
                # A state folder may be an older copy of itself: what its numbers once stood for is not known.
                numbers[slot] = secrets.randbelow(_HIGHEST) if slot == ALL else (numbers[slot] + 1) % _HIGHEST

    # --- intents -----------------------------------------------------------------------------------------------------

    def _alive_file(self) -> int:
        """Return the file whose bytes living processes lock. It is never closed: that would let go of the lock."""
        if self._alive is None:
            self._alive = os.open(self._alive_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._alive

    def _take(self, cell: int) -> bool:
        """Lock the byte of a cell; return false where a living process has it."""
        try:
            fcntl.lockf(self._alive_file(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, cell)
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EAGAIN}:
                return False
            raise
        return True

    def _leave(self, cell: int) -> None:
        fcntl.lockf(self._alive_file(), fcntl.LOCK_UN, 1, cell)

    def _cell(self) -> int | None:
        """Return the cell of this process; None where there are none left, or no locks."""
        numbers = self._open()
        if self._own is None and fcntl is not None:
            with only_one(self._lock_path, _wait):
                for cell in range(_PROCESSES):
                    # What is not zero was left by a process that died and is to be made good first.
                    if not numbers[SLOTS + 1 + cell] and self._take(cell):
                        self._own = cell
                        break
        return self._own

    def intend(self) -> None:
        """Say that this thread is about to commit what others must hear of. Before the commit."""
        thread = threading.get_ident()
        if thread in self._intending:
            return
        with self._guard:
            self._intending.add(thread)
            self._write_intent()

    def settle(self) -> None:
        """All that this thread committed was told."""
        if threading.get_ident() in self._intending:
            with self._guard:
                self._intending.discard(threading.get_ident())
                self._write_intent()

    def _write_intent(self) -> None:
        cell = self._cell()
        if cell is not None:
            self._open()[SLOTS + 1 + cell] = len(self._intending)

    def make_good(self) -> bool:
        """Raise all numbers if a process died before it had told what it committed; return whether one had. Cheap where none did."""
        numbers = self._open()
        if fcntl is None or self._map is None or self._map[8 * (SLOTS + 1) :] == _NO_INTENT:
            return False
        with self._guard, only_one(self._lock_path, _wait):
            own = self._own
            ended = [cell for cell in range(_PROCESSES) if numbers[SLOTS + 1 + cell] and cell != own and self._take(cell)]
            # Looked at once more under the lock: a process that told everything may have ended in between.
            dead = [cell for cell in ended if numbers[SLOTS + 1 + cell]]
            if dead:
                # First what it was to tell, then that it was told: this process may die too.
                numbers[ALL] = secrets.randbelow(_HIGHEST)
            for cell in ended:
                numbers[SLOTS + 1 + cell] = 0
                self._leave(cell)
        return bool(dead)


class SharedCounters(Counters):
    """The numbers of one of several machines: each hears from the database, which all of them share, what the others raised.

    `portal.models.ChangeNumber` says of each slot in which version it was raised last; versions are given out one after the other.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._heard: int | None = None
        self._asked = 0.0

    def read(self, slots: Sequence[int]) -> tuple[int, ...]:
        """Return the numbers as they are now on this machine, and were within `POLL_SECONDS` on all others."""
        if time.monotonic() - self._asked >= POLL_SECONDS:
            self._listen()
        return super().read(slots)

    def advance(self, slots: Iterable[int]) -> None:
        """Raise numbers here at once, and for the others in the database."""
        wanted = sorted(set(slots))
        super().advance(wanted)
        rows = self._rows()
        with transaction.atomic():
            # Who raises next waits for this row: nobody hears of a later version before this one.
            rows.get_or_create(slot=-1)
            version = rows.select_for_update().get(slot=-1).version + 1
            rows.bulk_create(
                [rows.model(slot=slot, version=version) for slot in (-1, *wanted)],
                update_conflicts=True, unique_fields=["slot"], update_fields=["version"],
            )  # fmt: skip

    def _listen(self) -> None:
        """Raise here what was raised since the last time; all, where nothing was heard yet."""
        with self._guard:
            self._asked = time.monotonic()
            rows = self._rows()
            version = rows.filter(slot=-1).values_list("version", flat=True).first() or 0
            if self._heard is None:
                super().advance([ALL])
            elif version != self._heard:
                super().advance(rows.filter(slot__gte=0, version__gt=self._heard).values_list("slot", flat=True))
            self._heard = version

    @staticmethod
    def _rows() -> Manager[Any]:
        return apps.get_model("portal", "ChangeNumber")._default_manager
