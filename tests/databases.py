"""The databases of one worker, and which of them the next test works on.

Two are made once a worker and never change, because each test's transaction is rolled back: `EMPTY` (migrated, nothing in it) and
`CONTENT` (the initial content). Whoever commits gets a copy that is thrown away: the fixtures of a module (`module_database`), and
each test that works without a transaction around it (`transaction=True`). On SQLite they lie in memory, but for the last, whose
threads need what the portal's own file does: a write-ahead log and waiting for each other's locks.
"""

from __future__ import annotations

import itertools
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import DjangoDbBlocker

from tests import support

EMPTY, CONTENT = "empty", "content"


@dataclass(frozen=True)
class Wanted:
    """What a test of a module works on: `base`, or the `shared` copy that fixtures of the module write to; `alone`, one for itself."""

    base: str = EMPTY
    module: str = ""
    shared: bool = False
    alone: bool = False


@dataclass(frozen=True)
class Database:
    """A database of this worker, the connection of the main thread to it, and what it was copied from."""

    connection: BaseDatabaseWrapper
    template: str

    @property
    def name(self) -> str:
        """Return the name on the server, or the address of the file or memory."""
        return self.connection.settings_dict["NAME"]

    def discard(self) -> None:
        """Close and drop it."""
        if support.on_postgresql():
            self.connection.close()
            support.drop_database(self.name)
            return
        if self.connection.connection is not None:
            # Django leaves a database in memory open when it is told to close it.
            self.connection.connection.close()
            self.connection.connection = None
        if not self.name.startswith("file:"):
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self.name}{suffix}").unlink(missing_ok=True)


class Databases:
    """Makes the databases of this worker and connects the process with the one that is wanted."""

    def __init__(self) -> None:
        """Know nothing; `begin` is called with the first test that touches a database."""
        self.wanted = Wanted()
        self.bases: dict[str, Database] = {}
        self.modules: dict[tuple[str, str], Database] = {}
        self.own: Database | None = None
        self._numbers = itertools.count(1)

    def begin(self, blocker: DjangoDbBlocker) -> None:
        """Remember what this process was connected with."""
        self.blocker = blocker
        self.before = connections["default"]

    def end(self) -> None:
        """Discard everything and bring back what was there before."""
        with self.blocker.unblock():
            self._connect(self.before)
            for database in (*self._copies(), *self.bases.values()):
                database.discard()
        self.__init__()

    def add(self, base: str, state: support.State) -> None:
        """Make one of the two databases that do not change, from the one that this run has prepared."""
        with self.blocker.unblock():
            self.bases[base] = self._copy(state.database or str(state.sqlite_file))
        if self.wanted.base == base:
            self._show()

    def choose(self, wanted: Wanted) -> None:
        """Connect with what the next test wants, now or as soon as it is made; copies that nobody needs any more are discarded."""
        self.wanted = wanted
        if not self.bases:
            return
        with self.blocker.unblock():
            self._connect(self.before)
            if self.own:
                self.own.discard()
                self.own = None
            for key in [key for key in self.modules if key[1] != wanted.module]:
                self.modules.pop(key).discard()
        if wanted.base in self.bases:
            self._show()

    def _show(self) -> None:
        database = self.bases[self.wanted.base]
        if self.wanted.shared:
            key = (self.wanted.base, self.wanted.module)
            if key not in self.modules:
                with self.blocker.unblock():
                    self.modules[key] = self._copy(database.template)
            database = self.modules[key]
        self._connect(database.connection)

    def isolate(self) -> None:
        """Give a test that commits its own copy, once the fixtures of its module have written what it starts from."""
        if self.wanted.alone:
            shared = self.modules.get((self.wanted.base, self.wanted.module)) if self.wanted.shared else None
            template = shared.name if shared else self.bases[self.wanted.base].template
            with self.blocker.unblock():
                self.own = self._copy(template, in_memory=False)
            self._connect(self.own.connection)

    def _copies(self) -> list[Database]:
        return [*self.modules.values(), *([self.own] if self.own else [])]

    def _copy(self, template: str, in_memory: bool = True) -> Database:
        """Copy a database of the server, a file, or what one of our connections has in memory."""
        number = next(self._numbers)
        if support.on_postgresql():
            for database in self._copies():
                database.connection.close()
            name = f"{support.run_name()}_{support.worker_name()}_{number}"
            support.create_database(name, template)
            return Database(self._connection(name), template)
        name = f"file:portal_{number}?mode=memory&cache=shared"
        if not in_memory:
            name = str(Path(tempfile.mkdtemp(prefix="portal-test-")) / "db.sqlite3")
        database = Database(self._connection(name), template)
        known = {database.name: database for database in self._copies()}
        support.copy_sqlite(known[template].connection.connection if template in known else template, database.connection)
        return database

    def _connection(self, name: str) -> BaseDatabaseWrapper:
        """Return a connection of its own for a database."""
        return type(self.before)({**self.before.settings_dict, "NAME": name}, "default")

    def _connect(self, connection: BaseDatabaseWrapper) -> None:
        """Let this thread, and those that begin now, work on a database."""
        connections["default"] = connection
        connections.settings["default"] = connection.settings_dict


databases = Databases()
