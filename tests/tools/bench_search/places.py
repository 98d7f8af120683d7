"""Where measurements take place: state folders and databases of their own, and processes that work on them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from tests import support

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"

# Parallel workers are processes of their own, whose time nobody would count. What is loaded need not survive a power cut.
_POSTGRESQL_OPTIONS = "-c max_parallel_workers_per_gather=0 -c synchronous_commit=off"


@dataclass(frozen=True)
class Place:
    """A migrated database without content and its state folder; `database` is its name on the PostgreSQL server."""

    vendor: str
    folder: Path
    database: str = ""

    def environment(self, settings: str) -> dict[str, str]:
        """Return the environment of a process that works here."""
        values = support.environment(self.folder, DJANGO_SETTINGS_MODULE=settings, PORTAL_URL="http://testserver")
        if self.database:
            address = support.database_url(self.database)
            values["DATABASE_URL"] = f"{address}?options={quote(_POSTGRESQL_OPTIONS)}"
        return values

    def run(self, task: str, settings: str = "portal.settings.production", **options: object) -> object:
        """Run a task of `child` here, its progress on standard error, and return what it found."""
        answer = self.folder / f"{task}.json"
        command = [sys.executable, "-m", f"{__package__}.child", task, str(answer), json.dumps(options)]
        subprocess.run(command, cwd=support.BASE_DIR, env=self.environment(settings), check=True)
        return json.loads(answer.read_text(encoding="utf-8"))


def has_postgresql() -> bool:
    """Return whether the server that `DATABASE_URL` names answers."""
    try:
        with psycopg.connect(support.database_url("postgres"), connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


class Places:
    """Makes places, each a copy of one that was migrated once; all of them are gone when the block ends."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._migrated: dict[str, Place] = {}
        self._number = 0

    def __enter__(self) -> Places:
        self._root = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-")))
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def _make(self, vendor: str, template: Place | None = None) -> Place:
        self._number += 1
        folder = self._root / str(self._number)
        folder.mkdir()
        name = f"portal_bench_{os.getpid()}_{self._number}" if vendor == POSTGRESQL else ""
        if name:
            support.create_database(name, template.database if template else "template1")
            self._stack.callback(support.drop_database, name)
        elif template:
            shutil.copyfile(template.folder / "db.sqlite3", folder / "db.sqlite3")
        return Place(vendor, folder, name)

    def make(self, vendor: str) -> Place:
        """Return a new place."""
        if vendor not in self._migrated:
            self._migrated[vendor] = self._make(vendor)
            self._migrated[vendor].run("migrate", "portal.settings.test")
        return self._make(vendor, self._migrated[vendor])

    @contextlib.contextmanager
    def folder(self) -> Iterator[Path]:
        """Return an empty folder."""
        self._number += 1
        path = self._root / str(self._number)
        path.mkdir()
        yield path
