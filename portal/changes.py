"""The one path on which a change reaches what depends on it.

A change is written inside its transaction and announced once, after the commit, by the *tags* of what it touches. Each tag has a
number that all processes read without a query (`portal.counters`). A value that is built from the database is kept under the numbers
of its tags as they were *before* it was built (`kept`): what was built across a commit is found by nobody.

`portal.signals` translates the signals of Wagtail and Django into changes. Who must do something in the transaction of a change
(write rows that follow from it) or after its commit registers here, in a stated order.
"""

from __future__ import annotations

import atexit
import contextvars
import hashlib
import logging
import tempfile
import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum, auto
from functools import update_wrapper
from pathlib import Path
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.core.signals import request_finished
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import Model

from portal.counters import ALL, Counters, SharedCounters
from portal.tags import EVERYTHING as EVERYTHING
from portal.tags import FILES as FILES
from portal.tags import HOMES as HOMES
from portal.tags import LOCALES as LOCALES
from portal.tags import PAGES as PAGES
from portal.tags import REDIRECTS as REDIRECTS
from portal.tags import RESTRICTIONS as RESTRICTIONS
from portal.tags import TERMS as TERMS
from portal.tags import Tag as Tag
from portal.tags import kind as kind
from portal.tags import menu as menu
from portal.tags import page as page
from portal.tags import setting as setting
from portal.tags import slot as _slot
from portal.tags import snippets as snippets

logger = logging.getLogger(__name__)

T = TypeVar("T")


# --- announcing --------------------------------------------------------------------------------------------------------

_counters: Counters | None = None
_counters_guard = threading.Lock()


def counters() -> Counters:
    """Return the numbers of this machine: a file in the state folder; a file of its own where only this process sees the database."""
    global _counters  # noqa: PLW0603 (one mapping a process)
    if _counters is None:
        with _counters_guard:
            if _counters is None:
                name = str(connection.settings_dict["NAME"])
                is_own = connection.vendor == "sqlite" and (name == ":memory:" or "mode=memory" in name)
                folder = Path(tempfile.mkdtemp(prefix="portal-changes-")) if is_own else Path(settings.VAR_DIR)
                kind_of_counters = SharedCounters if settings.MACHINES > 1 else Counters
                _counters = kind_of_counters(folder / "changes")
    return _counters


def _in_transaction() -> bool:
    """Return whether this thread reads what others may not see yet, or not what they see by now."""
    return connection.in_atomic_block or (connection.connection is not None and not connection.autocommit)


@dataclass
class _Announcement:
    """What one transaction has to tell; called once after its commit."""

    tags: set[Tag] = field(default_factory=set)
    is_told: bool = False

    def __call__(self) -> None:
        _deliver(frozenset(self.tags))
        self.is_told = True


class _Thread(threading.local):
    announcement: _Announcement | None = None


_thread = _Thread()


def _announcement() -> _Announcement:
    """Return the announcement of the transaction that is open, registered for its commit.

    It belongs to no savepoint: what was told of one that is taken back costs that something is built anew.
    """
    if waiting := _waiting():
        return waiting
    _tell_lost()
    _thread.announcement = announcement = _Announcement()
    connection.run_on_commit.append((set(), announcement, False))  # type: ignore[arg-type]  # django-stubs know two of the three
    return announcement


def _waiting() -> _Announcement | None:
    """Return the announcement that waits for the commit of the transaction that is open."""
    return next((entry[1] for entry in connection.run_on_commit if isinstance(entry[1], _Announcement)), None)


def _tell_lost() -> None:
    """Raise the numbers of a transaction that is over and was not told of; where that fails, the intent stands and it is tried again."""
    lost = _thread.announcement
    if lost is not None and not lost.is_told and lost.tags:
        counters().advance(_slot(tag) for tag in lost.tags)
    _thread.announcement = None


def intend() -> None:
    """Say that something which others must hear of is about to be committed: if this process dies before it has told, all is built anew.

    It holds until the request is answered, the job done (`settle`) or the process ended.
    """
    counters().intend()


def settle(**kwargs: object) -> None:
    """All that this thread has committed was told: at the end of a request, of a job, of a process."""
    if not _in_transaction():
        _tell_lost()
    if _counters is not None:
        _counters.settle()


def make_good() -> None:
    """Build all anew if a process died between a commit and its announcement."""
    if counters().make_good():
        announce(EVERYTHING)  # on all machines
        logger.warning("A process died before it had announced a change: all that was kept is built anew.")


request_finished.connect(settle, dispatch_uid="portal.changes.settle")
atexit.register(settle)


def announce(*tags: Tag) -> None:
    """Tell once that a change touched `tags`: after the commit of the transaction that is open, at once if none is."""
    if not tags:
        return
    if _in_transaction():
        intend()
        _announcement().tags.update(tags)
    else:
        _deliver(frozenset(tags))


def _deliver(tags: frozenset[Tag]) -> None:
    """Raise the numbers, for all processes, before anybody hears of it."""
    counters().advance(_slot(tag) for tag in tags)
    for listen in _in_order(_listeners):
        listen(tags)


# --- who listens -------------------------------------------------------------------------------------------------------


class Event(StrEnum):
    """What happened to the subject of a change."""

    SAVED = auto()
    PUBLISHED = auto()
    UNPUBLISHED = auto()
    MOVED = auto()
    LINKED = auto()  # beside other versions, or below another page: written in its row alone, of which no signal tells
    RENAMED = auto()
    SHOWN = auto()  # or not shown any more: a version that stays online as it is was withdrawn, or came back
    DELETING = auto()
    DELETED = auto()
    PRIVACY = auto()


class Order(IntEnum):
    """In which order those are called who listen; what follows from a change may rest on what was written before."""

    VERSIONS = 10
    SCHEDULES = 20
    TAGS = 30
    REDIRECTS = 40
    LANGUAGES = 50
    LISTS = 60
    SEARCH = 70


@dataclass(frozen=True)
class Change:
    """What happened, to which page, snippet, file or setting; `details` are those of the signal (`revision`, `url_path_before` …)."""

    event: Event
    subject: Any
    details: Mapping[str, Any]


Receiver = Callable[[Change], None]
Listener = Callable[[frozenset[Tag]], None]

_receivers: dict[Event, list[tuple[int, Receiver]]] = {}
_listeners: list[tuple[int, Listener]] = []


def _in_order(registered: list[tuple[int, T]]) -> list[T]:
    return [function for _order, function in sorted(registered, key=lambda entry: entry[0])]


def receiver(*events: Event, order: Order) -> Callable[[Receiver], Receiver]:
    """Register a function that is called with each `Change` of these events, in its transaction: for what is written with it."""

    def register(function: Receiver) -> Receiver:
        for event in events:
            _receivers.setdefault(event, []).append((order, function))
        return function

    return register


def listener(order: Order) -> Callable[[Listener], Listener]:
    """Register a function that is called with the tags of each announcement, after the commit."""

    def register(function: Listener) -> Listener:
        _listeners.append((order, function))
        return function

    return register


_announced: dict[type[Model], tuple[Tag, ...]] = {}


def announces(model: type[Model], *tags: Tag) -> None:
    """Let each saving and deletion of a model's rows be a change: for what apps keep beside pages and translatable snippets."""
    _announced[model] = tags


def announced_by(model: type[Model]) -> tuple[Tag, ...]:
    """Return what a change of a model's row touches, of those that apps told of."""
    return _announced.get(model, ())


def happened(event: Event, subject: Model, **details: object) -> None:
    """Let those know who write what follows from a change, in its transaction; where none is open all of them write in one."""
    change = Change(event, subject, details)
    # What is announced here is told after all has been written.
    with transaction.atomic():
        for receive in _in_order(_receivers.get(event, [])):
            receive(change)


# --- values that are kept ----------------------------------------------------------------------------------------------

WAIT = 2.0
"""Seconds that a thread waits for another one to build what it needs, before it builds it itself."""
TIMEOUT = 24 * 60 * 60
"""Seconds: what an earlier version of the code kept in a shared cache goes by itself."""
_MOST_IN_PROCESS = 1000

KEPT: dict[str, Kept[Any]] = {}
"""All values that are kept, by name."""

noting: contextvars.ContextVar[Callable[..., None]] = contextvars.ContextVar("noting", default=lambda *read: None)
"""Who is told each value that is read here, with its name and arguments (`portal.http.traces`)."""
_nothing = object()
_in_process: dict[str, tuple[tuple[int, ...], object]] = {}
_building: dict[str, threading.Lock] = {}


class Kept(Generic[T]):
    """A value built from the database, by its arguments; called it returns the value that stands now. It must not be changed."""

    def __init__(self, name: str, tags: Callable[..., tuple[Tag, ...]], build: Callable[..., T], in_transactions: bool) -> None:
        self.name, self.tags, self.build, self.in_transactions = name, tags, build, in_transactions
        self._slots: dict[tuple[Hashable, ...], tuple[str, tuple[int, ...]]] = {}
        update_wrapper(self, build)

    def _place(self, args: tuple[Hashable, ...]) -> tuple[str, tuple[int, ...]]:
        """Return under which key a value is kept, and on which slots it depends."""
        if args not in self._slots:
            if len(self._slots) >= _MOST_IN_PROCESS:
                self._slots.clear()
            text = ":".join((self.name, *map(str, args)))
            key = f"kept:{counters().identity}:{self.name}:{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}"
            self._slots[args] = key, (ALL, *(_slot(tag) for tag in self.tags(*args)))
        return self._slots[args]

    def _build(self, *args: Hashable) -> T:
        """Build the value for nobody in particular: what a request remembers, and its language, may be older or another."""
        context = contextvars.Context()
        # Beside an event loop Django keeps the connection in the context, and would open another one.
        context.run(connections.__setitem__, DEFAULT_DB_ALIAS, connections[DEFAULT_DB_ALIAS])
        return context.run(self.build, *args)

    def __call__(self, *args: Hashable) -> T:
        """Return the value, and tell who notes what is read."""
        value = self._value(*args)
        noting.get()(self.name, args, value)
        return value

    def _value(self, *args: Hashable) -> T:
        """Return the value: as it is kept, or built by one thread while others wait for `WAIT` seconds.

        Inside a transaction it is built anew: it must show what was written there, and may show what others do not see any more.
        """
        is_inside = _in_transaction()
        if is_inside and (not self.in_transactions or _is_announced(self.tags(*args))):
            return self._build(*args)
        key, slots = self._place(args)
        found = _find(key, counters().read(slots))
        if found is not _nothing:
            return found  # type: ignore[return-value]
        if is_inside:
            return self._build(*args)
        lock = _building.setdefault(key, threading.Lock())
        has_lock = lock.acquire(timeout=WAIT)
        try:
            numbers = counters().read(slots)
            found = _find(key, numbers)
            if found is not _nothing:
                return found  # type: ignore[return-value]
            value = self._build(*args)
            _store(key, numbers, value)
            return value
        finally:
            if has_lock:
                lock.release()


def _is_announced(tags: tuple[Tag, ...]) -> bool:
    """Return whether the transaction that is open touched any of `tags`."""
    return (waiting := _waiting()) is not None and not waiting.tags.isdisjoint({*tags, EVERYTHING})


def kept(
    name: str, tags: Callable[..., tuple[Tag, ...]], *, in_transactions: bool = False
) -> Callable[[Callable[..., T]], Kept[T]]:
    """Keep what the decorated function builds from the database until one of its tags is announced.

    `tags` returns what the value depends on, by the arguments of the function: plain values, the language among them where it
    counts. The value must be plain too: all processes share it. `in_transactions` is for what hardly ever changes: a transaction that
    did not touch it takes it as it is kept.
    """

    def register(build: Callable[..., T]) -> Kept[T]:
        KEPT[name] = value = Kept(name, tags, build, in_transactions)
        return value

    return register


def _find(key: str, numbers: tuple[int, ...]) -> object:
    """Return what is kept under these very numbers: in this process, else where all processes keep it."""
    own = _in_process.get(key)
    if own is not None and own[0] == numbers:
        return own[1]
    shared = cache.get(key)
    if shared is not None and shared[0] == numbers:
        _keep_in_process(key, shared)
        return shared[1]
    return _nothing


def _store(key: str, numbers: tuple[int, ...], value: object) -> None:
    """Keep a value under the numbers that were read before it was built."""
    _keep_in_process(key, (numbers, value))
    cache.set(key, (numbers, value), TIMEOUT)


def _keep_in_process(key: str, entry: tuple[tuple[int, ...], object]) -> None:
    if len(_in_process) >= _MOST_IN_PROCESS:
        _in_process.clear()
        _building.clear()
    _in_process[key] = entry
